"""Chat, agents and FIM completions."""

from __future__ import annotations

from typing import Any

from mistral_async.testing._answers import _completions as completions
from mistral_async.testing._answers.agents import Agents
from mistral_async.testing._answers.models import usable
from mistral_async.testing._exchange import Call, Reply


def complete(call: Call) -> Reply:
    """Answer a chat."""
    model = usable(call.state, call.body["model"])
    return _reply(call, completions.complete(call.state, model, call.body["messages"], call.body))


def complete_agent(call: Call) -> Reply:
    """Answer a chat as an agent does: with its model, instructions and tools."""
    agent = call.state.store(Agents).get(call.body["agent_id"])
    messages: list[Any] = call.body["messages"]
    if agent["instructions"]:
        messages = [{"role": "system", "content": agent["instructions"]}, *messages]
    given = {name: value for name, value in agent["completion_args"].items() if value is not None}
    options = {**given, **call.body}
    options["tools"] = [*agent["tools"], *(call.body.get("tools") or ())]
    return _reply(call, completions.complete(call.state, agent["model"], messages, options))


def complete_fim(call: Call) -> Reply:
    """Fill in the middle: code that stands between a prompt and a suffix."""
    model = usable(call.state, call.body["model"])
    text = _middle(call.body["prompt"], call.body.get("suffix") or "")
    messages = [{"role": "user", "content": call.body["prompt"] + (call.body.get("suffix") or "")}]
    choices = [completions.shortened(text, call.body)]
    return _reply(call, completions.finished(call.state, model, messages, call.body, choices))


def _reply(call: Call, completion: completions.Completion) -> Reply:
    return completions.streamed(completion) if call.stream else completions.whole(completion)


def _middle(prompt: str, suffix: str) -> str:
    last = prompt.rstrip("\n").rpartition("\n")[2]
    indent = " " * (len(last) - len(last.lstrip()) + 4 * last.rstrip().endswith(":"))
    name = last.strip().removeprefix("def ").partition("(")[0] or "result"
    after = suffix.strip().partition("\n")[0]
    body = f"{indent}# {name}"
    return f"{body}, before: {after}\n" if after else f"{body}\n{indent}return None\n"
