"""`run_async` and `run_stream_async` of the official SDK's conversations: call functions, send their results."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Iterable
from typing import Any, Self

from mistral_async._results.accumulate_conversation import ConversationAccumulator
from mistral_async.compat._names import FOR_ONE_CALL
from mistral_async.compat.errors import OfficialErrors
from mistral_async.compat.extra.exceptions import (
    DeferralReason,
    DeferredToolCallConfirmation,
    DeferredToolCallEntry,
    DeferredToolCallRejection,
    DeferredToolCallsException,
    RunException,
)
from mistral_async.compat.extra.run.context import RunContext
from mistral_async.compat.extra.run.result import FunctionResultEvent, RunResult, RunResultEvents
from mistral_async.compat.types import UNSET
from mistral_async.models import (
    ConversationResponse,
    FunctionCallEntry,
    FunctionResultEntry,
    FunctionTool,
    MessageInputEntry,
    ToolCallConfirmation,
)
from mistral_async.structured._output_type import output_type_of

# Rule 1: Every request is a method of the group that runs (`start_async`, `append_stream_async`), so that a mock or a
#   wrapper of that method sees it. Options of a single call go to each.
# Rule 2: Of the calls of one answer those that need no confirmation are made first. If others are left, the run ends
#   with a `DeferredToolCallsException`, which has the results of the first.
# Rule 3: Confirmations and rejections are inputs of a later run. Those of calls that the server waits with are sent
#   to it; those of functions of the context become their results.


async def run_async(self: Any, run_ctx: RunContext, inputs: Any, **options: Any) -> RunResult:
    """Run a conversation: `await client.beta.conversations.run_async(run_ctx=..., inputs=...)`."""
    with OfficialErrors():
        work = await _ConversationRun.begin(self, run_ctx, inputs, options)
        while await work.take(await work.ask()) is not None:
            pass
        return work.result


async def run_stream_async(self: Any, run_ctx: RunContext, inputs: Any, **options: Any) -> RunEvents:
    """Run a conversation, and give its events as they arrive; the last one is the `RunResult`."""
    with OfficialErrors():
        return RunEvents(await _ConversationRun.begin(self, run_ctx, inputs, options))


class RunEvents:
    """The events of a run as they arrive; the last one is the `RunResult`."""

    def __init__(self, work: _ConversationRun) -> None:
        self._work = work
        self._stream: Any = None
        self._seen: list[Any] = []
        self._ready: deque[RunResultEvents | RunResult] = deque()
        self._ended = False

    def __aiter__(self) -> AsyncIterator[RunResultEvents | RunResult]:
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Stop the run and close its connection."""
        self._ended = True
        await self._close_stream()

    async def __anext__(self) -> RunResultEvents | RunResult:
        try:
            with OfficialErrors():
                while not self._ready and not self._ended:
                    await self._advance()
        except BaseException:
            await self.aclose()
            raise
        if not self._ready:
            raise StopAsyncIteration
        return self._ready.popleft()

    async def _advance(self) -> None:
        if self._stream is None:
            self._stream, self._seen = await self._work.events(), []
        if (event := await anext(self._stream, None)) is not None:
            self._seen.append(event.data)
            self._ready.append(RunResultEvents(event.event, event.data))
            return
        await self._close_stream()
        results = await self._work.take(ConversationAccumulator(self._seen).response())
        if results is None:
            self._ended = True
            self._ready.append(self._work.result)
            return
        events = [FunctionResultEvent(result=each.result, tool_call_id=each.tool_call_id) for each in results]
        self._ready.extend(RunResultEvents(each.type, each) for each in events)

    async def _close_stream(self) -> None:
        stream, self._stream = self._stream, None
        if hasattr(stream, "__aexit__"):
            await stream.__aexit__(None, None, None)


class _ConversationRun:
    """A run between two responses of the model."""

    def __init__(self, group: Any, context: RunContext, inputs: list[Any], start: dict[str, Any]) -> None:
        self.result = RunResult(inputs, context.conversation_id, output_model=context.output_format)
        self._group = group
        self._context = context
        self._inputs = inputs
        self._each: dict[str, Any] = {name: start.pop(name) for name in FOR_ONE_CALL if name in start}
        self._start = start
        self._confirmations: list[ToolCallConfirmation] = []

    @classmethod
    async def begin(cls, group: Any, context: RunContext, inputs: Any, options: dict[str, Any]) -> _ConversationRun:
        """Prepare a run with a model, or with an agent, which is updated with the functions of the context."""
        start = {name: value for name, value in options.items() if value is not None and value is not UNSET}
        if context.agent_id:
            if {"tools", "completion_args"} & start.keys():
                raise RunException("Can't set tools or completion_args when using an agent")
            await _update_agent(group, context)
            start["agent_id"] = context.agent_id
        elif context.model:
            start |= {"model": context.model, "tools": [*start.get("tools", ()), *context.get_tools()]}
            if context.output_format is not None:
                start["completion_args"] = output_type_of(context.output_format).completion_args(
                    start.get("completion_args")
                )
        else:
            raise RunException("Either agent_id or model must be set in the run context")
        listed = [MessageInputEntry(content=inputs)] if isinstance(inputs, str) else list(inputs)
        work = cls(group, context, [each for each in listed if not _is_decision(each)], start)
        await work._decide(filter(_is_decision, listed))
        return work

    async def ask(self) -> ConversationResponse:
        """Send the inputs and return the response."""
        path, options = self._request()
        method = getattr(self._group, f"{path}_async")
        return await method(**options)  # type: ignore[no-any-return]  # or a mock's

    async def events(self) -> AsyncIterator[Any]:
        """Send the inputs and return the events of the response."""
        path, options = self._request()
        method = getattr(self._group, f"{path}_stream_async")
        return aiter(await method(**options))

    def _request(self) -> tuple[str, dict[str, Any]]:
        """Return the name of the method that sends the inputs, and its options."""
        options: dict[str, Any] = {"inputs": self._inputs, **self._each}
        if self._context.conversation_id is None:
            return "start", {**options, **self._start}
        if self._confirmations:
            options["tool_confirmations"], self._confirmations = self._confirmations, []
        return "append", {"conversation_id": self._context.conversation_id, **options}

    async def take(self, response: ConversationResponse) -> list[FunctionResultEntry] | None:
        """Call the functions that a response asks for; None if it asks for none, or for one that is not here."""
        context, result = self._context, self.result
        context.conversation_id = result.conversation_id = response.conversation_id or context.conversation_id
        context.request_count += 1
        result.output_entries += response.outputs
        calls = [each for each in response.outputs if isinstance(each, FunctionCallEntry)]
        later = [each for each in calls if _waits(each) or context.requires_confirmation(each.name)]
        now = [each for each in calls if each not in later]
        results = await context.execute_function_calls(now)
        result.output_entries += results
        if later:
            deferred = [DeferredToolCallEntry(each, _reason(each)) for each in later]
            raise DeferredToolCallsException(
                context.conversation_id, deferred, result.output_entries, executed_results=results
            )
        self._inputs = results
        return results or None

    async def _decide(self, decisions: Iterable[Any]) -> None:
        """Add what was decided of deferred calls to the inputs (rule 3)."""
        for each in decisions:
            allowed = isinstance(each, DeferredToolCallConfirmation)
            if each.deferral_reason == DeferralReason.SERVER_SIDE_CONFIRMATION_REQUIRED:
                answer = "allow" if allowed else "deny"
                self._confirmations.append(ToolCallConfirmation(each.tool_call_id, answer))
            elif not allowed:
                self._inputs.append(FunctionResultEntry(each.tool_call_id, each.message))
            elif results := await self._context.execute_function_calls([each.confirmed_call()]):
                self._inputs += results
            else:
                raise RunException(f"Tool '{each.tool_name}' is not registered in the RunContext")


def _is_decision(entry: object) -> bool:
    return isinstance(entry, (DeferredToolCallConfirmation, DeferredToolCallRejection))


def _waits(call: FunctionCallEntry) -> bool:
    """Return whether the server waits for a confirmation."""
    return call.confirmation_status == "pending"


def _reason(call: FunctionCallEntry) -> DeferralReason:
    if _waits(call):
        return DeferralReason.SERVER_SIDE_CONFIRMATION_REQUIRED
    return DeferralReason.CONFIRMATION_REQUIRED


async def _update_agent(group: Any, context: RunContext) -> None:
    """Add the functions and the output format to an agent, as the official SDK does."""
    agents = group.sibling("agents")
    agent = await agents.get_async(agent_id=context.agent_id)
    kept = [
        each
        for each in agent.tools or ()
        if not (isinstance(each, FunctionTool) and each.function.name in context.tools)
    ]
    changes: dict[str, Any] = {"tools": [*kept, *context.get_tools()]}
    if context.output_format is not None:
        changes["completion_args"] = output_type_of(context.output_format).completion_args(None)
    await agents.update_async(agent_id=context.agent_id, **changes)
