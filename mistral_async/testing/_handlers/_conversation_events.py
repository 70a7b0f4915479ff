"""The events of a turn: the entries of the response, in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mistral_async.testing._handlers._prompt import pieces_of
from mistral_async.testing._handlers._turn import AssistantTurn
from mistral_async.testing._json import JSONArray, JSONObject
from mistral_async.testing._reply import named_event
from mistral_async.testing._state import ServerState


def events_of(state: ServerState, conversation_id: str, turn: AssistantTurn) -> Iterator[bytes]:
    """Yield the events of a turn, from `conversation.response.started` to `conversation.response.done`."""
    yield _event(state, "conversation.response.started", conversation_id=conversation_id)
    for index, entry in enumerate(turn.outputs):
        for kind, fields in _entry_events(entry):
            yield _event(state, kind, output_index=index, id=entry["id"], **fields)
    yield _event(state, "conversation.response.done", usage=turn.usage)


def _event(state: ServerState, kind: str, **fields: Any) -> bytes:
    return named_event({"type": kind, "created_at": state.calendar.iso(), **fields})


def _entry_events(entry: JSONObject) -> Iterator[tuple[str, JSONObject]]:
    author: JSONObject = {name: entry[name] for name in ("model", "agent_id") if name in entry}
    match entry["type"]:
        case "message.output":
            for index, content in _contents(entry["content"]):
                yield (
                    "message.output.delta",
                    {"content_index": index, **author, "role": "assistant", "content": content},
                )
        case "tool.execution":
            named = {"name": entry["name"], "function": entry["function"]}
            yield "tool.execution.started", {**author, **named, "arguments": ""}
            for piece in pieces_of(entry["arguments"]):
                yield "tool.execution.delta", {**named, "arguments": piece}
            # The arguments are not repeated at the end.
            yield "tool.execution.done", {**named, "info": entry["info"]}
        case "function.call":
            extra = {name: entry[name] for name in ("confirmation_status",) if name in entry}
            named = {"name": entry["name"], "tool_call_id": entry["tool_call_id"], **author, **extra}
            for piece in pieces_of(entry["arguments"]):
                yield "function.call.delta", {**named, "arguments": piece}
        case "agent.handoff":
            yield "agent.handoff.started", {name: entry[name] for name in ("previous_agent_id", "previous_agent_name")}
            yield "agent.handoff.done", {name: entry[name] for name in ("next_agent_id", "next_agent_name")}
        case _:
            pass


def _contents(content: Any) -> Iterator[tuple[int, Any]]:
    chunks: JSONArray = [content] if isinstance(content, str) else content
    for index, chunk in enumerate(chunks):
        match chunk:
            case str() as text:
                for piece in pieces_of(text):
                    yield index, piece
            case {"type": "text", "text": str(text)}:
                for piece in pieces_of(text):
                    yield index, piece
            case _:
                # A delta that is not text is one chunk, never a list.
                yield index, chunk
