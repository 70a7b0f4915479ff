"""Chat, agents and FIM completions."""

from __future__ import annotations

from mistral_async.testing._call import FakeCall
from mistral_async.testing._handlers import _completions as completions
from mistral_async.testing._handlers.agents import AgentStore, completion_args
from mistral_async.testing._handlers.models import resolve_model
from mistral_async.testing._handlers.observability._chats import Chats
from mistral_async.testing._json import JSONArray, Messages
from mistral_async.testing._reply import Reply
from mistral_async.testing._route import route


@route(
    "POST",
    "/v1/chat/completions",
    "chat.complete",
    body="ChatCompletionRequest",
    stream="chat.stream",
    limits=("req", "tokens", "audio-seconds"),
    shown=("req", "tokens"),
)
def complete(call: FakeCall) -> Reply:
    """Complete a chat."""
    model = resolve_model(call.state, call.body["model"], "completion_chat")
    messages = call.body["messages"]
    return _reply(call, messages, completions.complete(call.state, model, messages, call.body))


@route(
    "POST",
    "/v1/agents/completions",
    "agents.complete",
    body="AgentsCompletionRequest",
    stream="agents.stream",
    limits=("req", "tokens"),
    shown=("req", "tokens"),
)
def complete_agent(call: FakeCall) -> Reply:
    """Complete a chat as an agent: with its model, instructions and tools."""
    agent = call.state.store(AgentStore).get(call.body["agent_id"])
    messages: JSONArray = call.body["messages"]
    if agent["instructions"]:
        messages = [{"role": "system", "content": agent["instructions"]}, *messages]
    options = {**completion_args(agent), **call.body}
    options["tools"] = [*agent["tools"], *(call.body.get("tools") or ())]
    return _reply(call, messages, completions.complete(call.state, agent["model"], messages, options))


@route(
    "POST",
    "/v1/fim/completions",
    "fim.complete",
    body="FIMCompletionRequest",
    stream="fim.stream",
    limits=("req", "tokens"),
    shown=("req", "tokens"),
)
def complete_fim(call: FakeCall) -> Reply:
    """Complete code between a prompt and a suffix."""
    model = resolve_model(call.state, call.body["model"], "completion_fim")
    text = _middle(call.body["prompt"], call.body.get("suffix") or "")
    messages = [{"role": "user", "content": call.body["prompt"] + (call.body.get("suffix") or "")}]
    choices = [completions.truncate(text, call.body)]
    return _reply(call, messages, completions.build_completion(call.state, model, messages, call.body, choices))


def _reply(call: FakeCall, messages: Messages, completion: completions.FakeCompletion) -> Reply:
    call.state.store(Chats).record(call, messages, completion)
    return completions.stream_reply(completion) if call.stream else completions.completion_reply(completion)


def _middle(prompt: str, suffix: str) -> str:
    last = prompt.rstrip("\n").rpartition("\n")[2]
    indent = " " * (len(last) - len(last.lstrip()) + 4 * last.rstrip().endswith(":"))
    name = last.strip().removeprefix("def ").partition("(")[0] or "result"
    after = suffix.strip().partition("\n")[0]
    body = f"{indent}# {name}"
    return f"{body}, before: {after}\n" if after else f"{body}\n{indent}return None\n"
