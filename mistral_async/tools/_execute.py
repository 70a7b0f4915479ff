"""The calls of one answer: checked, confirmed where they must be, and run at once. A failure is said to the model."""

from __future__ import annotations

import functools
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, TypeAlias, cast

import anyio
import msgspec

from mistral_async.structured._shapes import UnfitError
from mistral_async.tools._content import content_of, failure_text
from mistral_async.tools._deferred import DeferredCall, ToolResult
from mistral_async.tools._events import RunEvent, ToolFinished, ToolStarted
from mistral_async.tools._function import Context, arguments_of, is_async
from mistral_async.tools._tool import Tool, ToolError, in_thread
from mistral_async.tools._toolbox import Toolbox

Answer: TypeAlias = bool | str | None
Confirm: TypeAlias = Callable[[DeferredCall], Answer | Awaitable[Answer]]
"""Decides on a call: True runs it, False or a text denies it, None lets it wait."""
OnToolError: TypeAlias = Literal["message", "raise"] | Callable[[Exception, DeferredCall], str]
"""What becomes of a tool's exception: the model is told, the run fails with it, or the model gets the text returned."""

DENIED = "The user denied this call."


class Requested(msgspec.Struct):
    """A call as the model asked for it."""

    id: str
    name: str
    arguments: Any
    on_server: bool = False
    """Whether the server waits for a yes to run it."""


class Executor:
    """Runs the calls of a run's answers."""

    def __init__(
        self,
        toolbox: Toolbox,
        *,
        context: Any,
        confirm: Confirm | None,
        on_tool_error: OnToolError,
        emit: Callable[[RunEvent], Awaitable[None]],
    ) -> None:
        self._toolbox = toolbox
        self._context = context
        self._confirm = confirm
        self._on_tool_error = on_tool_error
        self._emit = emit
        self._asking = anyio.Lock()  # one question at a time: who answers may be a person

    async def perform(self, calls: Sequence[Requested], step: int) -> list[ToolResult | DeferredCall]:
        """Run them all at once; each ends as a result, or waits."""
        return await _together([functools.partial(self._one, call, step) for call in calls])

    async def resume(self, calls: Sequence[DeferredCall], step: int) -> list[ToolResult | DeferredCall]:
        """Carry out what was decided."""
        return await _together([functools.partial(self._decided, call, step) for call in calls])

    async def _one(self, call: Requested, step: int) -> ToolResult | DeferredCall:
        if call.on_server:
            return await self._decide(_deferred(call, "server"), step)
        if call.name in self._toolbox.elsewhere:
            return _deferred(call, "external")
        try:
            tool = self._toolbox.here.get(call.name)
            if tool is None:
                raise UnfitError(f"there is no tool {call.name!r}; the tools are: {', '.join(self._toolbox.names)}")
            arguments = arguments_of(call.arguments)
            values = tool.read(arguments)
        except ValueError as problem:
            refused = DeferredCall(call.id, call.name, {}, "confirmation")
            return await self._failed(refused, step, problem, _told(problem))
        waiting = DeferredCall(call.id, call.name, arguments, "confirmation")
        if tool.needs_confirmation(arguments):
            return await self._decide(waiting, step)
        return await self._run(tool, values, waiting, step)

    async def _decide(self, call: DeferredCall, step: int) -> ToolResult | DeferredCall:
        """Ask, if there is someone to be asked."""
        if self._confirm is None:
            return call
        async with self._asking:
            match await ask(self._confirm, call):
                case True:
                    call.decision = "allow"
                case False:
                    call.decision, call.note = "deny", DENIED
                case str() as note:
                    call.decision, call.note = "deny", note
                case None:
                    return call
        return await self._decided(call, step)

    async def _decided(self, call: DeferredCall, step: int) -> ToolResult | DeferredCall:
        """A call that runs on the server is handed back: the decision itself is what the server waits for."""
        if call.reason == "server":
            return call
        match call.decision:
            case "allow":
                return await self._allowed(call, step)
            case "result":
                return ToolResult(call.id, call.name, call.note)
            case _:
                return await self._failed(call, step, PermissionError(call.note or DENIED), call.note or DENIED)

    async def _allowed(self, call: DeferredCall, step: int) -> ToolResult:
        tool = self._toolbox.here.get(call.name)
        try:
            if tool is None:
                raise UnfitError(f"there is no tool {call.name!r} any more")
            values = tool.read(call.arguments)
        except ValueError as problem:
            return await self._failed(call, step, problem, _told(problem))
        return await self._run(tool, values, call, step)

    async def _run(self, tool: Tool[..., Any], values: Any, call: DeferredCall, step: int) -> ToolResult:
        context = Context(self._context, call.id, call.name, step)
        await self._emit(ToolStarted(step=step, id=call.id, name=call.name, arguments=call.arguments))
        started = time.monotonic()
        try:
            content = content_of(await tool.perform(values, context))
        except ToolError as error:
            return await self._failed(call, step, error, str(error), started)
        except Exception as error:
            if self._on_tool_error == "raise":
                raise
            tell = self._on_tool_error
            text = failure_text(error) if isinstance(tell, str) else tell(error, call)
            return await self._failed(call, step, error, text, started)
        seconds = time.monotonic() - started
        await self._emit(ToolFinished(step=step, id=call.id, name=call.name, content=content, seconds=seconds))
        return ToolResult(call.id, call.name, content)

    async def _failed(
        self, call: DeferredCall, step: int, error: Exception, text: str, started: float | None = None
    ) -> ToolResult:
        seconds = 0.0 if started is None else time.monotonic() - started
        finished = ToolFinished(step=step, id=call.id, name=call.name, content=text, error=error, seconds=seconds)
        await self._emit(finished)
        return ToolResult(call.id, call.name, text)


async def ask(confirm: Confirm, call: DeferredCall) -> Answer:
    """Ask for a decision; a function that is not async is asked in a thread, where it may wait for a person."""
    if is_async(confirm):
        return await cast("Awaitable[Answer]", confirm(call))
    return cast("Answer", await in_thread(functools.partial(confirm, call), abandon=True))


def _deferred(call: Requested, reason: Literal["external", "server"]) -> DeferredCall:
    try:
        arguments = arguments_of(call.arguments)
    except UnfitError:
        arguments = {}
    return DeferredCall(call.id, call.name, arguments, reason)


def _told(problem: ValueError) -> str:
    return f"Error: the call was not made: {problem}. Correct the call."


Work: TypeAlias = Callable[[], Awaitable[ToolResult | DeferredCall]]


async def _together(work: Sequence[Work]) -> list[ToolResult | DeferredCall]:
    """Do all of it at once; the first failure ends the rest and is raised as it is."""
    if len(work) == 1:
        return [await work[0]()]
    found: dict[int, ToolResult | DeferredCall] = {}
    failures: list[Exception] = []

    async def one(place: int, each: Work) -> None:
        try:
            found[place] = await each()
        except Exception as failure:  # noqa: BLE001 - a group would wrap it
            failures.append(failure)
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for place, each in enumerate(work):
            group.start_soon(one, place, each)
    if failures:
        raise failures[0]
    return [found[place] for place in range(len(work))]
