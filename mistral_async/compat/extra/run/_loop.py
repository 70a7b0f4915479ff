"""`run_async` and `run_stream_async` of the official SDK's conversations: call functions, send their results."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Self, cast

from mistral_async._results.stream import AsyncStream
from mistral_async.compat._calls import ClientOwner, client_for_call, resolve
from mistral_async.compat.errors import OfficialErrors
from mistral_async.compat.extra.exceptions import RunException
from mistral_async.compat.extra.run.context import RunContext
from mistral_async.compat.extra.run.result import FunctionResultEvent, RunResult, RunResultEvents
from mistral_async.models import (
    ConversationResponse,
    FunctionCallEntry,
    FunctionResultEntry,
    FunctionTool,
    MessageInputEntry,
)
from mistral_async.structured._output_type import output_type_of
from mistral_async.tools import DeferredCall, RunEvent
from mistral_async.tools._content import as_text
from mistral_async.tools._deferred import ToolResult
from mistral_async.tools._runner import OnToolError, RequestedCall, ToolRunner
from mistral_async.tools._toolbox import Toolbox


def run_async(owner: ClientOwner) -> Callable[..., Awaitable[RunResult]]:
    """Return the method `await client.beta.conversations.run_async(run_ctx=..., inputs=...)`."""

    async def run(run_ctx: RunContext, inputs: Any, **options: Any) -> RunResult:
        with OfficialErrors():
            work = await _ConversationRun.begin(owner, run_ctx, inputs, options)
            while await work.take(await work.ask()) is not None:
                pass
            return work.result

    return run


def run_stream_async(owner: ClientOwner) -> Callable[..., Awaitable[RunEvents]]:
    """Return the method `run_stream_async(run_ctx=..., inputs=...)`, which gives events, then the `RunResult`."""

    async def run(run_ctx: RunContext, inputs: Any, **options: Any) -> RunEvents:
        with OfficialErrors():
            return RunEvents(await _ConversationRun.begin(owner, run_ctx, inputs, options))

    return run


class RunEvents:
    """The events of a run as they arrive; the last one is the `RunResult`."""

    def __init__(self, work: _ConversationRun) -> None:
        self._work = work
        self._stream: AsyncStream[Any] | None = None
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
        if self._stream is not None:
            await self._stream.aclose()

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
            self._stream = self._work.stream()
            await self._stream.__aenter__()
        if events := await self._stream.receive():
            self._ready.extend(RunResultEvents(each.type, each) for each in events)
            return
        response = cast("ConversationResponse", await cast("Any", self._stream).get_final_response())
        await self._stream.aclose()
        self._stream = None
        results = await self._work.take(response)
        if results is None:
            self._ended = True
            self._ready.append(self._work.result)
            return
        events = [FunctionResultEvent(result=each.result, tool_call_id=each.tool_call_id) for each in results]
        self._ready.extend(RunResultEvents(each.type, each) for each in events)


class _ConversationRun:
    """A run between two responses of the model."""

    def __init__(
        self, owner: ClientOwner, conversations: Any, context: RunContext, inputs: list[Any], start: dict[str, Any]
    ) -> None:
        self.result = RunResult(inputs, context.conversation_id, output_model=context.output_format)
        self._owner = owner  # keeps the client from being finalized, which would close its connections
        self._conversations = conversations
        self._context = context
        self._inputs = inputs
        self._start = start
        toolbox = Toolbox(context.get_tools())
        tell: OnToolError = _error_text if context.continue_on_fn_error else "raise"
        self._runner = ToolRunner(toolbox, context=None, confirm=None, on_tool_error=tell, emit=_ignore_event)

    @classmethod
    async def begin(
        cls, owner: ClientOwner, context: RunContext, inputs: Any, options: dict[str, Any]
    ) -> _ConversationRun:
        """Prepare a run with a model, or with an agent, which is updated with the functions of the context."""
        beta = resolve(client_for_call(owner, options, blocking=False), ("beta",))
        start = {name: value for name, value in options.items() if value is not None}
        if context.agent_id:
            if {"tools", "completion_args"} & start.keys():
                raise RunException("Can't set tools or completion_args when using an agent")
            await _update_agent(beta, context)
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
        return cls(owner, beta.conversations, context, listed, start)

    async def ask(self) -> ConversationResponse:
        """Send the inputs and return the response."""
        conversations, identity = self._conversations, self._context.conversation_id
        if identity is None:
            return cast("ConversationResponse", await conversations.start(inputs=self._inputs, **self._start))
        return cast("ConversationResponse", await conversations.append(identity, inputs=self._inputs))

    def stream(self) -> AsyncStream[Any]:
        """Send the inputs and return the stream of the response."""
        conversations, identity = self._conversations, self._context.conversation_id
        if identity is None:
            return cast("AsyncStream[Any]", conversations.start_stream(inputs=self._inputs, **self._start))
        return cast("AsyncStream[Any]", conversations.append_stream(identity, inputs=self._inputs))

    async def take(self, response: ConversationResponse) -> list[FunctionResultEntry] | None:
        """Call the functions that a response asks for; None if it asks for none, or for one that is not here."""
        context, result = self._context, self.result
        context.conversation_id = result.conversation_id = response.conversation_id or context.conversation_id
        context.request_count += 1
        result.output_entries += response.outputs
        calls = [each for each in response.outputs if isinstance(each, FunctionCallEntry)]
        if not calls or any(each.name not in context.tools for each in calls):
            return None
        if any(each.confirmation_status == "pending" for each in calls):
            raise RunException(
                "the server waits for a confirmation: mistral_async.Mistral().beta.conversations.run(confirm=...)"
            )
        self._inputs = await self._perform(calls)
        result.output_entries += self._inputs
        return self._inputs

    async def _perform(self, calls: list[FunctionCallEntry]) -> list[Any]:
        requested = [RequestedCall(each.tool_call_id, each.name, each.arguments) for each in calls]
        try:
            outcomes = await self._runner.run(requested, self._context.request_count)
        except Exception as error:
            names = ", ".join(each.name for each in calls)
            raise RunException(f"Failed to execute tool {names}: {type(error).__name__}: {error}") from error
        return [
            FunctionResultEntry(each.id, as_text(each.content)) for each in outcomes if isinstance(each, ToolResult)
        ]


async def _update_agent(beta: Any, context: RunContext) -> None:
    """Add the functions and the output format to an agent, as the official SDK does."""
    agent = await beta.agents.get(context.agent_id)
    kept = [
        each
        for each in agent.tools or ()
        if not (isinstance(each, FunctionTool) and each.function.name in context.tools)
    ]
    changes: dict[str, Any] = {"tools": [*kept, *context.get_tools()]}
    if context.output_format is not None:
        changes["completion_args"] = output_type_of(context.output_format).completion_args(None)
    await beta.agents.update(context.agent_id, **changes)


def _error_text(error: Exception, call: DeferredCall) -> str:
    return f"Error while executing {call.name}: {error}"


async def _ignore_event(event: RunEvent) -> None:
    """Ignore an event of a tool call."""
