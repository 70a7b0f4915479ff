"""The sum of a conversation's events: its outputs, in the order in which they began, and its usage."""

from __future__ import annotations

import functools
from typing import Any, cast

from mistral_async._codec.json_types import JSONObject, is_object
from mistral_async._results.accumulate import Accumulator, ContentAccumulator
from mistral_async.models.content import ContentChunk, TextChunk
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

# Rule 1: The events of one id and one kind (the type up to its last dot) are one entry; entries stand in the order of
#   their first events. Events of an unknown kind, and without an id, add nothing; they stay in `events`.
# Rule 2: The content of a message is put together as that of a completion (rule 3 of `accumulate`).
# Rule 3: Arguments are the texts of the fragments, joined; an object is all of them at once.
# Rule 4: An entry whose first event is missing is begun by the next one, without what only the first event says.
# Rule 5: An answer is whole when the event that ends it has come.


class ConversationAccumulator(Accumulator[Any]):
    """The answer of a conversation, put together from its events."""

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
            match entry:
                case MessageOutputEntry():
                    entry.content = _merged_content(entry.content)
                case FunctionCallEntry() | ToolExecutionEntry():
                    entry.arguments = _joined(entry.arguments)
                case _:
                    pass
        return response

    def response(self) -> ConversationResponse:
        """Return the answer that the same call without streaming gives."""
        return self._response

    @property
    def tool_calls(self) -> list[FunctionCallEntry]:
        """The calls of your functions so far; their arguments may be cut."""
        return [entry for entry in self._response.outputs if isinstance(entry, FunctionCallEntry)]

    @property
    def is_finished(self) -> bool:
        """True if the answer is whole."""
        return any(isinstance(event, ResponseDoneEvent) for event in self.events)


def _merge(entry: Any, event: object) -> object:
    """Return an entry with one more event added, begun if it is None; None for an unknown event alone.

    Its content and its arguments are lists of fragments until all have come: to join each would take quadratic time.
    """
    match event:
        case MessageOutputEvent():
            entry = entry or MessageOutputEntry(content=[], **_common_fields(event))
            entry.content.append(TextChunk(event.content) if isinstance(event.content, str) else event.content)
        case FunctionCallEvent():
            entry = entry or FunctionCallEntry(
                tool_call_id=event.tool_call_id, name="", arguments=cast("Any", []), **_common_fields(event)
            )
            entry.confirmation_status = event.confirmation_status or entry.confirmation_status
            entry.name = entry.name or event.name
            entry.arguments.append(event.arguments)
        case ToolExecutionStartedEvent():
            entry = _tool_execution(event, **_common_fields(event))
            entry.arguments.append(event.arguments)
        case ToolExecutionDeltaEvent():
            entry = entry or _tool_execution(event, id=event.id)
            entry.arguments.append(event.arguments)
        case ToolExecutionDoneEvent():
            entry = entry or _tool_execution(event, id=event.id)
            entry.info, entry.completed_at = event.info, event.created_at
        case AgentHandoffStartedEvent():
            entry = AgentHandoffEntry(event.previous_agent_id, event.previous_agent_name, "", "", id=event.id)
        case AgentHandoffDoneEvent():
            entry = entry or AgentHandoffEntry("", "", "", "", id=event.id)
            entry.next_agent_id, entry.next_agent_name = event.next_agent_id, event.next_agent_name
        case _:
            pass
    return entry


def _tool_execution(event: Any, **fields: Any) -> Any:
    return ToolExecutionEntry(name=event.name, arguments=cast("Any", []), function=event.function, **fields)


def _joined(fragments: Any) -> Any:
    """Return the arguments that fragments are (rule 3)."""
    objects = [each for each in fragments if is_object(each)]
    return objects[-1] if objects else "".join(str(each) for each in fragments if each is not None)


def _common_fields(event: object) -> JSONObject:
    """Return the fields that entries share, as far as an event has them."""
    found = {name: getattr(event, name, None) for name in ("id", "created_at", "model", "agent_id")}
    return {name: value for name, value in found.items() if value is not None}


def _merged_content(content: str | list[ContentChunk]) -> str | list[ContentChunk]:
    merged = ContentAccumulator()
    merged.add(content)
    return merged.build()
