"""The calls of one answer: checked, confirmed where they must be, and run at once."""

from __future__ import annotations

import functools
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, TypeAlias, cast

import anyio
import msgspec

from mistral_async._binding.exits import FAILURES
from mistral_async._codec.json_encode import to_builtins
from mistral_async._codec.json_schema.type_codec import MismatchError
from mistral_async._codec.json_types import JSONMapping
from mistral_async.tools._content import as_text, error_text, plain_text, tool_content
from mistral_async.tools._deferred import DeferredCall, ToolResult
from mistral_async.tools._events import RunEvent, ToolFinished, ToolStarted
from mistral_async.tools._function import Context, arguments_of, is_async
from mistral_async.tools._sendable_calls import INVALID_JSON
from mistral_async.tools._tool import CheckedArguments, LocalTool, ToolError, call_in_thread
from mistral_async.tools._toolbox import Toolbox

# Running the calls of one answer
#
# Rule 1: All calls run at once, as tasks of one group that `run` waits for; the outcomes are in the order of the
#   calls. Each outcome is a result for the model, or a call that waits.
# Rule 2: Checks come first. An unknown name, and arguments that the parameters do not take, are told to the model;
#   nobody is asked about such a call, and no tool starts.
# Rule 3: A call that needs a decision is put to `confirm`, one question at a time, since a person may answer. True
#   runs it, False or a text denies it, None lets it wait; without `confirm` it waits. A `requires_confirmation` that
#   raises lets no call run: its exception is told, or raised, as that of a tool.
# Rule 4: A function that others run waits for its result. A call that the server runs is never run here: the decision
#   itself is the outcome, and goes back to the server.
# Rule 5: A `ToolError` is told to the model word for word. Any other exception is told, turned into a text, or
#   raised, as `on_tool_error` says; raised, it cancels the other calls and comes alone, in no ExceptionGroup.
# Rule 6: A tool that starts has a `ToolStarted` event. A call that ran, was rejected or was denied has a `ToolFinished`
#   one; a result that was given from outside, and an exception that is raised, have none.
# Rule 7: Arguments are converted once. `requires_confirmation`, `confirm`, a `DeferredCall` and events see the JSON of
#   the values that the tool gets, each in a copy of its own. Other arguments that `confirm` or `allow` give are
#   converted and checked again, as those of a run that waited are, and are what runs.
# Rule 8: Arguments of a call on the server that can not be read are shown as the text that they are.

Decision: TypeAlias = bool | str | None
Confirm: TypeAlias = Callable[[DeferredCall], Decision | Awaitable[Decision]]
"""Decides on a call: True runs it, False or a text denies it, None lets it wait."""
OnToolError: TypeAlias = Literal["message", "raise"] | Callable[[Exception, DeferredCall], str]
"""The handling of a tool's exception: tell the model, raise it, or tell the model the text that this returns."""
Outcome: TypeAlias = ToolResult | DeferredCall

DENIED = "The user denied this call."


class RequestedCall(msgspec.Struct):
    """A call as the model asked for it."""

    id: str
    name: str
    arguments: object
    """An object, or JSON text that should be one."""
    on_server: bool = False
    """True if the server waits for a decision to run it."""


class ToolRunner:
    """A runner of the calls of a run's answers. `emit` gets the events."""

    def __init__(
        self,
        toolbox: Toolbox,
        *,
        context: object,
        confirm: Confirm | None,
        on_tool_error: OnToolError,
        emit: Callable[[RunEvent], Awaitable[None]],
    ) -> None:
        self._toolbox = toolbox
        self._context = context
        self._confirm = confirm
        self._on_tool_error = on_tool_error
        self._emit = emit
        self._asking = anyio.Lock()  # rule 3

    async def run(self, calls: Sequence[RequestedCall], step: int) -> list[Outcome]:
        """Run the calls of an answer (rule 1)."""
        return await _gather([functools.partial(self._run_call, call, step) for call in calls])

    async def resume(self, calls: Sequence[DeferredCall], step: int) -> list[Outcome]:
        """Carry out the decisions on calls that waited."""
        return await _gather([functools.partial(self._apply_decision, call, step) for call in calls])

    async def _run_call(self, call: RequestedCall, step: int) -> Outcome:
        if call.on_server:
            return await self._confirm_call(_call_on_server(call), step, None)
        asked = DeferredCall(call.id, call.name, {}, "confirmation")
        try:
            if call.name in self._toolbox.external:
                return DeferredCall(call.id, call.name, arguments_of(call.arguments), "external")
            tool = self._toolbox.find(call.name)
            checked = tool.check(cast("JSONMapping", call.arguments))
            asked.arguments = checked.plain
            needs_confirmation = tool.needs_confirmation(checked)
        except Exception as error:  # noqa: BLE001 - of a function or a class of the user
            return await self._refuse(asked, step, error)
        if needs_confirmation:
            return await self._confirm_call(asked, step, checked)
        return await self._run_tool(tool, checked.values, asked, step)

    async def _confirm_call(self, call: DeferredCall, step: int, checked: CheckedArguments | None) -> Outcome:
        """Ask `confirm` for a decision and carry it out; without either the call waits (rule 3)."""
        if self._confirm is None:
            return call
        async with self._asking:
            shown = _copy_of(call)
            before = repr(shown.arguments)  # unlike `==` it tells 1 from True
            decision = await _ask(self._confirm, shown)
            if repr(shown.arguments) != before:
                call.arguments, checked = shown.arguments, None
            match decision:
                case True:
                    call.decision = "allow"
                case False:
                    call.decision, call.note = "deny", DENIED
                case str() as note:
                    call.decision, call.note = "deny", note
                case None:
                    return call
        return await self._apply_decision(call, step, checked)

    async def _apply_decision(self, call: DeferredCall, step: int, checked: CheckedArguments | None = None) -> Outcome:
        if call.reason == "server":
            return call  # rule 4
        match call.decision:
            case "allow":
                return await self._run_allowed(call, step, checked)
            case "result":
                return ToolResult(call.id, call.name, call.note)
            case _:
                return await self._fail(call, step, PermissionError(call.note or DENIED), call.note or DENIED)

    async def _run_allowed(self, call: DeferredCall, step: int, checked: CheckedArguments | None) -> ToolResult:
        """Run a call that was allowed, with the values that were judged; other arguments are checked (rule 7)."""
        try:
            tool = self._toolbox.find(call.name, known_before=True)
            checked = checked or tool.check(call.arguments)
        except Exception as error:  # noqa: BLE001 - of a class of the user
            return await self._refuse(call, step, error)
        return await self._run_tool(tool, checked.values, msgspec.structs.replace(call, arguments=checked.plain), step)

    async def _run_tool(self, tool: LocalTool, values: Any, call: DeferredCall, step: int) -> ToolResult:
        context = Context(self._context, call.id, call.name, step)
        arguments = _copy_of(call).arguments
        await self._emit(ToolStarted(step=step, id=call.id, name=call.name, arguments=arguments))
        started = time.monotonic()
        try:
            content = tool_content(await tool.perform(values, context))
        except ToolError as error:
            return await self._fail(call, step, error, str(error), started)
        except Exception as error:  # noqa: BLE001 - of a function of the user
            return await self._fail(call, step, error, self._told(error, call, error_text(error)), started)
        seconds = time.monotonic() - started
        await self._emit(ToolFinished(step=step, id=call.id, name=call.name, content=content, seconds=seconds))
        return ToolResult(call.id, call.name, content)

    async def _refuse(self, call: DeferredCall, step: int, error: Exception) -> ToolResult:
        """Report a call that was not made, since it is wrong (rule 2) or what should have judged it failed (rule 3)."""
        if isinstance(error, MismatchError):
            return await self._fail(call, step, error, _rejection_text(str(error)))
        text = str(error) if isinstance(error, ToolError) else _rejection_text(f"its check failed: {error_text(error)}")
        return await self._fail(call, step, error, self._told(error, call, text))

    def _told(self, error: Exception, call: DeferredCall, text: str) -> str:
        """Return what the model is told of an exception, by default the text; raises it where that is asked for."""
        match self._on_tool_error:
            case "raise" if not isinstance(error, ToolError):
                raise error
            case str():
                return text
            case _ if isinstance(error, ToolError):
                return text
            case handle:
                return as_text(tool_content(handle(error, _copy_of(call))))

    async def _fail(
        self, call: DeferredCall, step: int, error: Exception, text: str, started: float | None = None
    ) -> ToolResult:
        """Report a call that failed or did not run; the model gets the text."""
        text = plain_text(text)
        seconds = 0.0 if started is None else time.monotonic() - started
        finished = ToolFinished(step=step, id=call.id, name=call.name, content=text, error=error, seconds=seconds)
        await self._emit(finished)
        return ToolResult(call.id, call.name, text)


async def _ask(confirm: Confirm, call: DeferredCall) -> Decision:
    """Call `confirm`; one that is not async runs in a thread, where it may wait for a person."""
    if is_async(confirm):
        return await cast("Awaitable[Decision]", confirm(call))
    return cast("Decision", await call_in_thread(functools.partial(confirm, call), abandon=True))


def _copy_of(call: DeferredCall) -> DeferredCall:
    """Return a copy for others, who may change it (rule 7)."""
    return msgspec.structs.replace(call, arguments=to_builtins(call.arguments))


def _call_on_server(call: RequestedCall) -> DeferredCall:
    try:
        arguments = arguments_of(call.arguments)
    except MismatchError:
        arguments = {INVALID_JSON: plain_text(str(call.arguments))}  # rule 8
    return DeferredCall(call.id, call.name, arguments, "server")


def _rejection_text(problem: str) -> str:
    return f"Error: the call was not made: {problem}. Correct the call."


async def _gather(calls: Sequence[Callable[[], Awaitable[Outcome]]]) -> list[Outcome]:
    """Await all at once; the first failure cancels the others and is raised as it is (rule 5)."""
    if len(calls) == 1:
        return [await calls[0]()]
    found: dict[int, Outcome] = {}
    failures: list[BaseException] = []

    async def one(place: int, call: Callable[[], Awaitable[Outcome]]) -> None:
        try:
            found[place] = await call()
        except FAILURES as failure:  # a group would wrap it, or the event loop end
            failures.append(failure)
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for place, call in enumerate(calls):
            group.start_soon(one, place, call)
    if failures:
        raise failures[0]
    return [found[place] for place in range(len(calls))]
