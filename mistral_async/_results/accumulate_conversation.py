"""What the events of a conversation add up to: its outputs, in the order of their places, and what they cost."""

from __future__ import annotations

import functools
from typing import Any

from mistral_async._codec.json_types import is_object
from mistral_async._results.accumulate import Accumulator
from mistral_async.models.content import TextChunk, ThinkChunk
from mistral_async.models.conversation_events import (
    AgentHandoffDoneEvent,
    AgentHandoffStartedEvent,
    FunctionCallEvent,
    MessageOutputEvent,
    ResponseDoneEvent,
    ResponseStartedEvent,
    ToolExecutionDeltaEvent,
    ToolExecutionDoneEvent,
    ToolExecutionStartedEvent,
)
from mistral_async.models.conversations import (
    AgentHandoffEntry,
    ConversationResponse,
    FunctionCallEntry,
    MessageOutputEntry,
    ToolExecutionEntry,
)


class ConversationAccumulator(Accumulator[Any]):
    """A conversation's answer in pieces."""

    @functools.cached_property
    def _response(self) -> ConversationResponse:
        response = ConversationResponse()
        found: dict[tuple[str, str], Any] = {}
        for event in self.events:
            match event:
                case ResponseStartedEvent():
                    response.conversation_id = event.conversation_id
                case ResponseDoneEvent():
                    response.usage = event.usage
                case _ if getattr(event, "id", ""):
                    key = str(event.id), str(event.type).rpartition(".")[0]  # the entry, and of what kind it is
                    found[key] = _merge(found.get(key), event)
                case _:
                    pass
        response.outputs = [entry for entry in found.values() if entry is not None]
        for entry in response.outputs:
            if isinstance(entry, MessageOutputEntry):
                entry.content = _tidy(entry.content)
        return response

    def response(self) -> ConversationResponse:
        """The answer that the same call without streaming gives."""
        return self._response

    @property
    def tool_calls(self) -> list[FunctionCallEntry]:
        """The calls of your functions so far; their arguments may be cut."""
        return [entry for entry in self._response.outputs if isinstance(entry, FunctionCallEntry)]

    @property
    def is_finished(self) -> bool:
        """Whether the answer is whole."""
        return any(isinstance(event, ResponseDoneEvent) for event in self.events)


def _merge(entry: Any, event: Any) -> Any:
    """An entry with one more event; what is not known stays as it was."""
    match event:
        case MessageOutputEvent():
            entry = entry or MessageOutputEntry(content=[], **_about(event))
            entry.content.append(TextChunk(event.content) if isinstance(event.content, str) else event.content)
        case FunctionCallEvent():
            entry = entry or FunctionCallEntry(tool_call_id=event.tool_call_id, name="", arguments="", **_about(event))
            entry.confirmation_status = event.confirmation_status or entry.confirmation_status
            entry.name = entry.name or event.name
            entry.arguments = _longer(entry.arguments, event.arguments)
        case ToolExecutionStartedEvent():
            entry = ToolExecutionEntry(name=event.name, arguments=event.arguments, **_about(event))
            entry.function = event.function
        case ToolExecutionDeltaEvent():
            entry = entry or ToolExecutionEntry(name=event.name, function=event.function, id=event.id)
            entry.arguments = _longer(entry.arguments, event.arguments)
        case ToolExecutionDoneEvent():
            entry = entry or ToolExecutionEntry(name=event.name, function=event.function, id=event.id)
            entry.info, entry.completed_at = event.info, event.created_at
        case AgentHandoffStartedEvent():
            entry = AgentHandoffEntry(event.previous_agent_id, event.previous_agent_name, "", "", id=event.id)
        case AgentHandoffDoneEvent():
            entry = entry or AgentHandoffEntry("", "", "", "", id=event.id)
            entry.next_agent_id, entry.next_agent_name = event.next_agent_id, event.next_agent_name
        case _:
            pass
    return entry


def _longer(arguments: Any, fragment: Any) -> Any:
    """Arguments and one more fragment of them; an object is all of them."""
    if is_object(fragment) or is_object(arguments):
        return fragment if is_object(fragment) else arguments
    return "".join(str(text) for text in (arguments, fragment) if text is not None)


def _about(event: Any) -> Any:
    found = {name: getattr(event, name, None) for name in ("id", "created_at", "model", "agent_id")}
    return {name: value for name, value in found.items() if value is not None}


def _tidy(content: Any) -> Any:
    """Neighbouring pieces of one kind as one; text alone as a string."""
    pieces: list[Any] = []
    for chunk in content:
        last = pieces[-1] if pieces else None
        match last, chunk:
            case TextChunk(), TextChunk():
                pieces[-1] = TextChunk(f"{last.text}{chunk.text}")
            case ThinkChunk(), ThinkChunk():
                signature = chunk.signature or last.signature
                pieces[-1] = ThinkChunk(last.text + chunk.text, signature=signature, closed=chunk.closed)
            case _:
                pieces.append(chunk)
    if all(isinstance(piece, TextChunk) for piece in pieces):
        return "".join(str(piece.text) for piece in pieces)
    return pieces
