"""The function calls of a completion: which functions, and their arguments."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

from mistral_async.testing._handlers._prompt import entries, last_text, section
from mistral_async.testing._handlers._schema_instance import instance_of
from mistral_async.testing._handlers._words import COMMON, STEM, stem_of, topics_of, words_of
from mistral_async.testing._json import JSONArray, JSONMapping, JSONObject, Messages

_FORCED = {"any", "required"}
_VERBS = {
    "get",
    "set",
    "fetch",
    "find",
    "search",
    "lookup",
    "look",
    "make",
    "create",
    "read",
    "call",
    "do",
    "run",
    "retrieve",
}


def function_calls(messages: Messages, options: JSONMapping) -> list[tuple[str, str]]:
    """Return names and JSON arguments of the functions to call; empty if the reply is text."""
    functions = [tool["function"] for tool in entries(options, "tools") if tool.get("type", "function") == "function"]
    if not functions or messages[-1].get("role") == "tool":
        return []
    prompt = last_text(messages)
    chosen = _chosen(functions, options.get("tool_choice") or "auto", prompt)
    if options.get("parallel_tool_calls") is False:
        chosen = chosen[:1]
    return [(function["name"], arguments_for(function, prompt)) for function in chosen]


def arguments_for(function: JSONMapping, prompt: str) -> str:
    """Return arguments that the function's schema accepts, as JSON."""
    return json.dumps(instance_of(function.get("parameters") or {"type": "object"}, prompt), ensure_ascii=False)


def _chosen(functions: Sequence[Any], choice: Any, prompt: str) -> JSONArray:
    if isinstance(choice, dict):
        name = section(cast("JSONObject", choice), "function").get("name")
        return [function for function in functions if function["name"] == name]
    if choice == "none":
        return []
    named = [function for function in functions if _names(prompt, function["name"])]
    return named or (list(functions[:1]) if choice in _FORCED else [])


def _names(prompt: str, name: str) -> bool:
    if name.lower() in prompt.lower():
        return True
    spaced_json_reply = "".join(f" {c}" if c.isupper() else c for c in name).replace("_", " ").replace("-", " ")
    words = [word for word in words_of(spaced_json_reply) if word not in _VERBS and word not in COMMON]
    topics = topics_of(prompt)
    return bool(words) and all(stem_of(word)[:STEM] in topics for word in words)
