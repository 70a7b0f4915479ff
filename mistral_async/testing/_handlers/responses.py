"""The Responses API: the same completions as chat, in output items and numbered events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import invalid_argument
from mistral_async.testing._handlers import _completions as completions
from mistral_async.testing._handlers._prompt import content_text, pieces_of, prompt_tokens, section, tokens_of
from mistral_async.testing._handlers.models import resolve_model
from mistral_async.testing._json import JSONArray, JSONMapping, JSONObject
from mistral_async.testing._reply import EVENT_STREAM, Reply, json_reply, named_event
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState


@route(
    "POST",
    "/v1/responses",
    "responses.create",
    body="CreateResponseRequest",
    stream="responses.stream",
    limits=("req", "tokens"),
    shown=("req", "tokens"),
)
def create(call: FakeCall) -> Reply:
    """Create a response to an input."""
    body = call.body
    model = resolve_model(call.state, body["model"], "completion_chat")
    messages = _messages(body)
    completions.check_order(messages)
    choice = completions.compose(call.state.ids, model, messages, _options(body))
    response = _response(call.state, body, model, choice, prompt_tokens(messages))
    events = _numbered(_events(response))
    reply = Reply(media=EVENT_STREAM, events=events) if call.stream else json_reply(response)
    reply.completion_tokens = response["usage"]["output_tokens"]
    return reply.with_costs(tokens=response["usage"]["total_tokens"])


@route("POST", "/v1/responses/input_tokens", "responses.count_input_tokens", body="CountResponseInputTokensRequest")
def count_input_tokens(call: FakeCall) -> Reply:
    """Count the tokens of an input."""
    resolve_model(call.state, call.body["model"], "completion_chat")
    tools = sum(tokens_of(str(tool)) for tool in call.body.get("tools") or ())
    return json_reply({"object": "response.input_tokens", "input_tokens": prompt_tokens(_messages(call.body)) + tools})


def _messages(body: JSONMapping) -> list[JSONObject]:
    messages: list[JSONObject] = []
    if instructions := body.get("instructions"):
        messages.append({"role": "system", "content": instructions})
    given: Any = body["input"]
    items: JSONArray = [{"role": "user", "content": given}] if isinstance(given, str) else given
    for item in items:
        match item:
            case {"type": "function_call_output"}:
                messages.append(
                    {"role": "tool", "content": content_text(item["output"]), "tool_call_id": item["call_id"]}
                )
            case {"type": "function_call"}:
                function = {"name": item["name"], "arguments": item["arguments"]}
                messages.append(
                    {"role": "assistant", "content": "", "tool_calls": [{"id": item["call_id"], "function": function}]}
                )
            case {"type": "reasoning"}:
                pass
            case {"role": str(role), "content": content}:
                messages.append({"role": "system" if role == "developer" else role, "content": content_text(content)})
            case _:
                raise invalid_argument("An input item is of no known type.")
    return messages


def _options(body: JSONMapping) -> JSONObject:
    form = section(section(body, "text"), "format")
    choice: Any = body.get("tool_choice")
    return {
        "tools": [
            {"type": "function", "function": tool} for tool in body.get("tools") or () if tool.get("type") == "function"
        ],
        "tool_choice": {"function": choice} if isinstance(choice, dict) else choice,
        "max_tokens": body.get("max_output_tokens"),
        "parallel_tool_calls": body.get("parallel_tool_calls"),
        "reasoning_effort": section(body, "reasoning").get("effort"),
        "response_format": {"type": form.get("type", "text"), "json_schema": form},
    }


def _response(state: ServerState, body: JSONMapping, model: str, choice: completions.Choice, prompt: int) -> JSONObject:
    now, cut = state.calendar.now(), choice.finish_reason == "length"
    unset = ("error", "previous_response_id")
    given = ("instructions", "max_output_tokens", "metadata", "prompt_cache_key", "reasoning", "temperature", "top_p")
    return {
        **dict.fromkeys(unset),
        **{name: body.get(name) for name in given},
        "id": state.ids.prefixed("resp"),
        "object": "response",
        "created_at": now,
        "completed_at": now,
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "model": model,
        "output": _items(state, choice, "incomplete" if cut else "completed"),
        "parallel_tool_calls": body.get("parallel_tool_calls", True),
        "text": body.get("text") or {"format": {"type": "text"}},
        "tool_choice": body.get("tool_choice") or "auto",
        "tools": body.get("tools") or [],
        "truncation": "disabled",
        "background": False,
        "service_tier": "default",
        "usage": _usage(choice, prompt),
    }


def _usage(choice: completions.Choice, prompt: int) -> JSONObject:
    return {
        "input_tokens": prompt,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": choice.tokens,
        "output_tokens_details": {"reasoning_tokens": len(choice.thoughts)},
        "total_tokens": prompt + choice.tokens,
    }


def _items(state: ServerState, choice: completions.Choice, status: str) -> list[JSONObject]:
    items: list[JSONObject] = []
    if choice.thoughts:
        content = [{"type": "reasoning_text", "text": "".join(choice.thoughts)}]
        items.append(
            {"type": "reasoning", "id": state.ids.prefixed("rs"), "summary": [], "content": content, "status": status}
        )
    for call in choice.calls:
        named = {"call_id": call["id"], "name": call["function"]["name"], "arguments": call["function"]["arguments"]}
        items.append({"type": "function_call", "id": state.ids.prefixed("fc"), **named, "status": status})
    if not choice.calls:
        part: JSONObject = {"type": "output_text", "text": choice.text, "annotations": [], "logprobs": []}
        message = {"type": "message", "id": state.ids.prefixed("msg"), "role": "assistant", "status": status}
        items.append({**message, "content": [part]})
    return items


def _numbered(events: Iterator[JSONObject]) -> Iterator[bytes]:
    for number, event in enumerate(events):
        yield named_event({**event, "sequence_number": number})


def _events(response: JSONObject) -> Iterator[JSONObject]:
    started: JSONObject = {
        **response,
        "status": "in_progress",
        "output": [],
        "usage": None,
        "completed_at": None,
        "incomplete_details": None,
    }
    yield {"type": "response.created", "response": started}
    yield {"type": "response.in_progress", "response": started}
    for index, item in enumerate(response["output"]):
        empty: JSONObject = {"arguments": ""} if item["type"] == "function_call" else {"content": []}
        yield {
            "type": "response.output_item.added",
            "output_index": index,
            "item": {**item, **empty, "status": "in_progress"},
        }
        for event in _item_events(item):
            yield {**event, "item_id": item["id"], "output_index": index}
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    yield {"type": f"response.{response['status']}", "response": response}


def _item_events(item: JSONObject) -> Iterator[JSONObject]:
    if item["type"] == "function_call":
        for piece in pieces_of(item["arguments"]):
            yield {"type": "response.function_call_arguments.delta", "delta": piece}
        yield {"type": "response.function_call_arguments.done", "arguments": item["arguments"], "name": item["name"]}
        return
    for index, part in enumerate(item["content"]):
        yield from _part_events(index, part)


def _part_events(index: int, part: JSONObject) -> Iterator[JSONObject]:
    kind: str = part["type"]
    extra: JSONObject = {"logprobs": []} if kind == "output_text" else {}
    yield {"type": "response.content_part.added", "content_index": index, "part": {**part, "text": ""}}
    for piece in pieces_of(part["text"]):
        yield {"type": f"response.{kind}.delta", "content_index": index, "delta": piece, **extra}
    yield {"type": f"response.{kind}.done", "content_index": index, "text": part["text"], **extra}
    yield {"type": "response.content_part.done", "content_index": index, "part": part}
