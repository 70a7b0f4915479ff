"""A conversation that the server keeps: what a run in it asks and adds. Built-in tools and handoffs run there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from mistral_async._binding.resource import Async
from mistral_async._codec.json_encode import to_builtins
from mistral_async.models.content import thinking_of
from mistral_async.models.conversation_events import (
    AgentHandoffDoneEvent,
    MessageOutputEvent,
    ToolExecutionDoneEvent,
    ToolExecutionStartedEvent,
)
from mistral_async.models.conversations import (
    ConversationInputs,
    ConversationResponse,
    FunctionCallEntry,
    FunctionResultEntry,
    MessageInputEntry,
    ToolCallConfirmation,
    entries_of,
)
from mistral_async.tools._content import as_text
from mistral_async.tools._deferred import Deferred, DeferredCall, ToolResult
from mistral_async.tools._events import (
    Handoff,
    RunEvent,
    ServerToolFinished,
    ServerToolStarted,
    TextDelta,
    ThinkingDelta,
)
from mistral_async.tools._execute import Requested
from mistral_async.tools._loop import Emit, Turn

if TYPE_CHECKING:
    from mistral_async._results.stream import AsyncStream
    from mistral_async.resources.conversations import Conversations

_GOES_ON = ("completion_args", "store", "handoff_execution")
"""The options that are said again when a conversation goes on; the server keeps the others."""


class ConversationDriver:
    """Starts a conversation, or goes on with one."""

    def __init__(
        self,
        resource: Conversations[Async],
        inputs: ConversationInputs | Deferred | None,
        conversation_id: str | None,
        options: Mapping[str, Any],
    ) -> None:
        self._resource = resource
        self._options = {name: value for name, value in options.items() if value is not None}
        self._outputs: list[Any] = []
        self._decisions: list[ToolCallConfirmation] = []
        self._forgotten = self._options.get("store") is False
        resumed = inputs if isinstance(inputs, Deferred) else None
        if resumed is not None and resumed.kind != "conversation":
            raise ValueError("this run was in a chat: go on with client.chat.run")
        self._base = self._conversation_id = resumed.conversation_id if resumed else conversation_id
        self._inputs: Any = list(resumed.messages) if resumed else entries_of(cast("ConversationInputs | None", inputs))
        self._entries: list[Any] = _listed(self._inputs)  # all that was said, for a server that keeps nothing

    async def ask(self, tools: list[Any], step: int, emit: Emit, *, streaming: bool) -> Turn:
        """Start, or go on."""
        identity = self._base if self._forgotten else self._conversation_id
        resource, said = self._resource, self._entries if self._forgotten else self._inputs
        fields = self._starting(tools, said) if identity is None else self._going_on(said)
        if not streaming and identity is None:
            return self._turn(await resource.start(**fields))
        if not streaming:
            return self._turn(await resource.append(str(identity), **fields))
        stream = resource.start_stream(**fields) if identity is None else resource.append_stream(identity, **fields)
        return self._turn(await self._watch(stream, step, emit))

    def _starting(self, tools: list[Any], said: Any) -> dict[str, Any]:
        fields: dict[str, Any] = {**self._options, "inputs": said}
        if tools and "agent_id" not in fields:  # an agent has its own definitions
            fields["tools"] = tools
        return fields

    def _going_on(self, said: Any) -> dict[str, Any]:
        fields: dict[str, Any] = {name: self._options[name] for name in _GOES_ON if name in self._options}
        if said:
            fields["inputs"] = said
        if self._decisions:
            fields["tool_confirmations"] = self._decisions
        return fields

    async def _watch(self, stream: AsyncStream[Any], step: int, emit: Emit) -> ConversationResponse:
        async with stream:
            async for event in stream:
                if (found := _event_of(event, step)) is not None:
                    await emit(found)
            return cast("ConversationResponse", await stream.get_final_response())

    def _turn(self, response: ConversationResponse) -> Turn:
        self._conversation_id = response.conversation_id or self._conversation_id
        self._outputs += response.outputs
        self._entries += response.outputs
        self._inputs, self._decisions = [], []
        calls = [
            Requested(each.tool_call_id, each.name, each.arguments, each.confirmation_status == "pending")
            for each in response.outputs
            if isinstance(each, FunctionCallEntry)
        ]
        return Turn(response.text, calls, None, response.usage, response)

    def _add(self, entries: Sequence[Any]) -> None:
        self._inputs = [*_listed(self._inputs), *entries]
        self._entries += entries

    def tell(self, results: Sequence[ToolResult], decisions: Sequence[DeferredCall]) -> None:
        """Add the results as entries, the decisions as confirmations."""
        self._add([FunctionResultEntry(each.id, as_text(each.content)) for each in results])
        words = {True: "allow", False: "deny"}
        self._decisions = [ToolCallConfirmation(each.id, words[each.decision == "allow"]) for each in decisions]

    def correct(self, text: str) -> None:
        """Add what is wrong as an entry."""
        self._add([MessageInputEntry(content=text)])

    def wait(self) -> Deferred:
        """The conversation's id; its entries too, where the server does not keep them."""
        kept = to_builtins(self._entries if self._forgotten else self._inputs)
        identity = self._base if self._forgotten else self._conversation_id
        return Deferred(kind="conversation", calls=[], conversation_id=identity, messages=kept or [])

    def fields(self) -> dict[str, Any]:
        """The conversation so far."""
        return {"conversation_id": self._conversation_id, "outputs": self._outputs}


def _listed(inputs: Any) -> list[Any]:
    match inputs:
        case None:
            return []
        case str():
            return [MessageInputEntry(content=inputs)]
        case _:
            return list(inputs)


def _event_of(event: Any, step: int) -> RunEvent | None:
    """What a run tells of an event of the conversation."""
    match event:
        case MessageOutputEvent():
            if event.text:
                return TextDelta(step=step, text=event.text)
            thinking = thinking_of(event.content)
            return ThinkingDelta(step=step, text=thinking) if thinking else None
        case ToolExecutionStartedEvent():
            return ServerToolStarted(step=step, id=event.id, name=event.name)
        case ToolExecutionDoneEvent():
            return ServerToolFinished(step=step, id=event.id, name=event.name, info=event.info)
        case AgentHandoffDoneEvent():
            return Handoff(step=step, agent_id=event.next_agent_id, agent_name=event.next_agent_name)
        case _:
            return None
