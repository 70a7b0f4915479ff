"""Prompts and responses by OpenTelemetry's conventions: JSON of messages that consist of parts.

Recorded only with `capture_content=True`. Images and audio in a message are named, not copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

import msgspec

from mistral_async._codec.json_encode import to_builtins
from mistral_async._codec.json_types import is_object
from mistral_async._engine.request import Request
from mistral_async.integrations._genai import JSONObject, body_of

_SOURCES: Final = {"image_url": "image", "document_url": "document", "input_audio": "audio", "file": "file"}


def content_attributes(request: Request, answer: object) -> dict[str, str]:
    """Return the attributes that hold prompts, tools and responses."""
    body = _plain(body_of(request))
    prompt: object = body.get("messages", body.get("inputs", body.get("input", body.get("prompt"))))
    found: JSONObject = {
        "gen_ai.system_instructions": _parts(body.get("instructions")),
        "gen_ai.input.messages": _messages(prompt, "user"),
        "gen_ai.tool.definitions": body.get("tools"),
        "gen_ai.output.messages": _output(_plain(answer)) if isinstance(answer, msgspec.Struct) else None,
    }
    return {name: msgspec.json.encode(value).decode() for name, value in found.items() if value}


def _plain(value: object) -> Any:
    """Convert Structs, sequences and mappings to what JSON has."""
    return to_builtins(value)


def _messages(given: object, role: str) -> list[JSONObject]:
    match given:
        case str():
            return [{"role": role, "parts": _parts(given)}]
        case list():
            return [_message(each, role) for each in cast("list[object]", given)]
        case _:
            return []


def _message(given: object, role: str) -> JSONObject:
    if not is_object(given):
        return {"role": role, "parts": _parts(given)}
    if given.get("type") in {"function.result", "function_call_output"} or given.get("role") == "tool":
        identity = given.get("tool_call_id") or given.get("call_id")
        result = given.get("content", given.get("result", given.get("output")))
        return {"role": "tool", "parts": [{"type": "tool_call_response", "id": identity, "response": result}]}
    if given.get("type") in {"function.call", "function_call", "tool.execution"}:
        return {"role": "assistant", "parts": [_call(given)]}
    calls: Sequence[Any] = given.get("tool_calls") or ()
    parts = [*_parts(given.get("content")), *(_call({**each, **each.get("function", {})}) for each in calls)]
    return {"role": given.get("role") or role, "parts": parts}


def _call(given: JSONObject) -> JSONObject:
    identity = given.get("tool_call_id") or given.get("call_id") or given.get("id")
    return {"type": "tool_call", "id": identity, "name": given.get("name"), "arguments": given.get("arguments")}


def _parts(content: object) -> list[JSONObject]:
    match content:
        case str():
            return [{"type": "text", "content": content}] if content else []
        case list():
            return [part for each in cast("list[object]", content) for part in _chunk(each)]
        case _:
            return []


def _chunk(chunk: object) -> list[JSONObject]:
    if not is_object(chunk):
        return _parts(chunk)
    kind = chunk.get("type")
    if isinstance(text := chunk.get("text"), str):
        return _parts(text)
    if kind == "thinking":
        return [{**part, "type": "reasoning"} for part in _parts(chunk.get("thinking"))]
    source = chunk.get(str(kind))
    uri = source.get("url") if is_object(source) else source
    part = {"type": "uri", "modality": _SOURCES[kind]} if kind in _SOURCES else {"type": kind}
    return [{**part, "uri": uri} if isinstance(uri, str) and uri.startswith("http") else part]


def _output(answer: JSONObject) -> list[JSONObject]:
    """Return the messages of a completion's choices, or the entries of a conversation."""
    if "choices" in answer:
        return [
            {**_message(choice.get("message"), "assistant"), "finish_reason": choice.get("finish_reason", "")}
            for choice in answer["choices"]
        ]
    return _messages(answer.get("outputs", answer.get("output")), "assistant")
