"""Runs in a conversation that the server keeps. Built-in tools and handoffs run there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias, cast

from mistral_async._codec.json_encode import to_builtins
from mistral_async._results.stream import AsyncStream
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
from mistral_async.tools._config import RunConfig, output_type_or_text, split_options
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
from mistral_async.tools._loop import Emit, Turn
from mistral_async.tools._run import Run
from mistral_async.tools._runner import RequestedCall
from mistral_async.tools._sendable_calls import distinct_ids, entries_with_sendable_calls

RunInput: TypeAlias = ConversationInputs | Deferred | None
"""The entries of a conversation, or a run that waited."""

_REPEATED_OPTIONS = ("completion_args", "store", "handoff_execution")
"""The options that each request of a conversation has; the server keeps the others."""


class ConversationEndpoints(NamedTuple):
    """The endpoints that start a conversation and go on with it, whole and event by event."""

    start: Callable[..., Awaitable[ConversationResponse]]
    append: Callable[..., Awaitable[ConversationResponse]]
    start_stream: Callable[..., AsyncStream[Any]]
    append_stream: Callable[..., AsyncStream[Any]]


def conversation_run(
    endpoints: ConversationEndpoints,
    inputs: RunInput,
    conversation_id: str | None,
    response_format: object,
    options: Mapping[str, Any],
) -> Run:
    """Make a run in a conversation; raises `ValueError` for options and for a `Deferred` that can not run."""
    run_options, request_options = split_options(options)
    output_type = output_type_or_text(response_format)
    if output_type is not None:
        request_options["completion_args"] = output_type.completion_args(request_options.get("completion_args"))
    driver = ConversationDriver(endpoints, inputs, conversation_id, request_options)
    resumed = inputs if isinstance(inputs, Deferred) else None
    return Run(driver, RunConfig(output_type=output_type, resumed=resumed, **run_options))


class ConversationDriver:
    """A driver that starts a conversation, or goes on with one."""

    def __init__(
        self,
        endpoints: ConversationEndpoints,
        inputs: RunInput,
        conversation_id: str | None,
        options: Mapping[str, Any],
    ) -> None:
        self._endpoints = endpoints
        self._options = dict(options)
        self._outputs: list[object] = []
        self._decisions: list[ToolCallConfirmation] = []
        self._stateless = self._options.get("store") is False
        resumed = inputs if isinstance(inputs, Deferred) else None
        if resumed is not None and resumed.kind != "conversation":
            raise ValueError("this run was in a chat: go on with client.chat.run")
        self._base_id = self._conversation_id = resumed.conversation_id if resumed else conversation_id
        self._server_ids = dict(resumed.server_ids) if resumed else {}
        self._inputs: Any = list(resumed.messages) if resumed else entries_of(cast("ConversationInputs | None", inputs))
        self._entries: list[object] = _listed(self._inputs)  # all entries of the run, for a server that keeps none

    async def ask(self, tools: list[object], step: int, emit: Emit, *, streaming: bool) -> Turn:
        """Start the conversation, or go on with it. One that is not stored is sent whole each time."""
        identity = self._base_id if self._stateless else self._conversation_id
        endpoints, inputs = self._endpoints, self._entries if self._stateless else self._inputs
        if isinstance(inputs, list):
            inputs = entries_with_sendable_calls(cast("list[object]", inputs))
        fields = self._start_fields(tools, inputs) if identity is None else self._append_fields(inputs)
        if not streaming and identity is None:
            return self._add_answer(await endpoints.start(**fields))
        if not streaming:
            return self._add_answer(await endpoints.append(identity, **fields))
        stream = endpoints.start_stream(**fields) if identity is None else endpoints.append_stream(identity, **fields)
        return self._add_answer(await self._emit_events(stream, step, emit))

    def _start_fields(self, tools: list[object], inputs: object) -> dict[str, Any]:
        fields: dict[str, Any] = {**self._options, "inputs": inputs}
        if tools and "agent_id" not in fields:  # an agent has its own definitions
            fields["tools"] = tools
        return fields

    def _append_fields(self, inputs: object) -> dict[str, Any]:
        fields: dict[str, Any] = {name: self._options[name] for name in _REPEATED_OPTIONS if name in self._options}
        if inputs:
            fields["inputs"] = inputs
        if self._decisions:
            fields["tool_confirmations"] = self._decisions
        return fields

    async def _emit_events(self, stream: AsyncStream[Any], step: int, emit: Emit) -> ConversationResponse:
        async with stream:
            async for event in stream:
                if (found := _run_event(event, step)) is not None:
                    await emit(found)
            return cast("ConversationResponse", await stream.get_final_response())

    def _add_answer(self, response: ConversationResponse) -> Turn:
        self._conversation_id = response.conversation_id or self._conversation_id
        self._outputs += response.outputs
        self._entries += response.outputs
        self._inputs, self._decisions = [], []
        return Turn(response.text, self._calls_of(response), None, response.usage, response)

    def _calls_of(self, response: ConversationResponse) -> list[RequestedCall]:
        """Return the calls of a response, each with an id of its own; the server is answered with its own ids."""
        entries = [each for each in response.outputs if isinstance(each, FunctionCallEntry)]
        given = [each.tool_call_id for each in entries]
        ids = distinct_ids(given, len(self._outputs))
        self._server_ids = {ours: each for ours, each in zip(ids, given, strict=True) if ours != each}
        return [
            RequestedCall(identity, each.name, each.arguments, each.confirmation_status == "pending")
            for identity, each in zip(ids, entries, strict=True)
        ]

    def _add_entries(self, entries: Sequence[object]) -> None:
        self._inputs = [*_listed(self._inputs), *entries]
        self._entries += entries

    def add_results(self, results: Sequence[ToolResult], decisions: Sequence[DeferredCall]) -> None:
        """Add the results as entries, and the decisions as confirmations."""
        ids, words = self._server_ids, {True: "allow", False: "deny"}
        self._add_entries([FunctionResultEntry(ids.get(each.id, each.id), as_text(each.content)) for each in results])
        self._decisions = [
            ToolCallConfirmation(ids.get(each.id, each.id), words[each.decision == "allow"]) for each in decisions
        ]

    def add_correction(self, text: str) -> None:
        """Add the complaint as an entry."""
        self._add_entries([MessageInputEntry(content=text)])

    def suspend(self) -> Deferred:
        """Return the conversation's id; its entries too, where the server does not keep them."""
        kept = to_builtins(self._entries if self._stateless else self._inputs)
        identity = self._base_id if self._stateless else self._conversation_id
        return Deferred(
            kind="conversation",
            calls=[],
            conversation_id=identity,
            messages=kept or [],
            server_ids=self._server_ids,
        )

    def result_fields(self) -> dict[str, Any]:
        """Return the conversation's id, and the entries that the run added."""
        return {"conversation_id": self._conversation_id, "outputs": self._outputs}


def _listed(inputs: Any) -> list[object]:
    match inputs:
        case None:
            return []
        case str():
            return [MessageInputEntry(content=inputs)]
        case _:
            return list(inputs)


def _run_event(event: object, step: int) -> RunEvent | None:
    """Return the event of the run for one of the conversation; None for those that a run does not show."""
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
