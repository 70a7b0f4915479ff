"""The loop of a run: ask the model, run what it asks for, tell it the results, until it answers.

What is asked, and how results are told, is the driver's: a chat that we keep, or a conversation that the server keeps.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any, Protocol

import msgspec

from mistral_async._codec.json_encode import to_builtins
from mistral_async.errors import (
    InvalidOutputError,
    MistralError,
    RefusedOutputError,
    StepLimitError,
    ToolServerError,
    TruncatedOutputError,
)
from mistral_async.structured._reading import CUT, Answer, complaint, read_answer
from mistral_async.structured._target import Target
from mistral_async.structured._usage import total
from mistral_async.tools._deferred import Deferred, DeferredCall, ToolResult
from mistral_async.tools._events import RunEvent, RunFinished, RunResult, StepFinished
from mistral_async.tools._execute import Confirm, Executor, OnToolError, Requested
from mistral_async.tools._toolbox import Toolbox, ToolLike

Emit = Callable[[RunEvent], Awaitable[None]]


class Turn(msgspec.Struct):
    """One answer of the model."""

    text: str
    calls: list[Requested]
    reason: str | None
    usage: Any
    response: Any


class Driver(Protocol):
    """What is different between a chat and a conversation."""

    async def ask(self, tools: list[Any], step: int, emit: Emit, *, streaming: bool) -> Turn:
        """Ask the model for its next answer."""
        ...

    def tell(self, results: Sequence[ToolResult], decisions: Sequence[DeferredCall]) -> None:
        """Add the results of the calls, and what was decided on calls that run on the server."""
        ...

    def correct(self, text: str) -> None:
        """Add what is wrong with the last answer."""
        ...

    def wait(self) -> Deferred:
        """What is needed to go on later."""
        ...

    def fields(self) -> dict[str, Any]:
        """What the result says about the chat or the conversation."""
        ...


class Plan(msgspec.Struct, kw_only=True):
    """What a run is asked to do."""

    target: Target[Any] | None
    resumed: Deferred | None
    tools: Sequence[ToolLike] = ()
    max_steps: int = 10
    context: Any = None
    confirm: Confirm | None = None
    on_tool_error: OnToolError = "message"
    repair: int = 0

    def __post_init__(self) -> None:
        """Refuse what could not run."""
        if self.max_steps < 1:
            raise ValueError(f"max_steps must be at least 1, not {self.max_steps}")
        if self.repair < 0:
            raise ValueError(f"repair must be 0 or more, not {self.repair}")
        if self.on_tool_error not in {"message", "raise"} and not callable(self.on_tool_error):
            raise ValueError(f"on_tool_error must be 'message', 'raise' or a function, not {self.on_tool_error!r}")
        open_calls = [call.id for call in self.resumed.calls if call.decision is None] if self.resumed else []
        if open_calls:
            raise ValueError(f"nothing was decided on {', '.join(open_calls)}: allow(), deny() or resolve() them")


class Loop:
    """One run."""

    def __init__(self, driver: Driver, plan: Plan, emit: Emit, *, streaming: bool) -> None:
        self._driver = driver
        self._plan = plan
        self._emit = emit
        self._streaming = streaming
        self._repairs = plan.repair
        self._step = plan.resumed.steps if plan.resumed else 0
        self._usage: Any = plan.resumed.usage if plan.resumed else None
        self._steps: list[StepFinished] = []
        self._turn = Turn("", [], None, None, None)

    async def run(self) -> RunResult[Any]:
        """Run to the end; the sessions of MCP servers are open meanwhile."""
        toolbox, failure, result = Toolbox(self._plan.tools), None, None
        async with AsyncExitStack() as stack:
            try:
                await toolbox.open(stack)
                result = await self._go(toolbox)
            except Exception as error:  # noqa: BLE001 - it must not pass through the task groups of the sessions
                failure = error
        if failure is not None:
            if isinstance(failure, MistralError) and failure.partial is None:
                failure.partial = self._result(None)
            raise failure
        if result is None:
            raise ToolServerError("an MCP server ended the run")
        await self._emit(RunFinished(step=self._step, result=result))
        return result

    async def _go(self, toolbox: Toolbox) -> RunResult[Any]:
        plan = self._plan
        executor = Executor(
            toolbox, context=plan.context, confirm=plan.confirm, on_tool_error=plan.on_tool_error, emit=self._emit
        )
        if plan.resumed is not None:
            outcomes = await executor.resume(plan.resumed.calls, self._step)
            self._tell([*plan.resumed.done, *outcomes], plan.resumed.order)
        for _ in range(plan.max_steps):
            self._step += 1
            self._turn = await self._driver.ask(toolbox.definitions, self._step, self._emit, streaming=self._streaming)
            self._usage = total(self._usage, self._turn.usage)
            self._refuse_what_is_cut()
            outcomes = await executor.perform(self._turn.calls, self._step) if self._turn.calls else []
            await self._account()
            if any(_waits(each) for each in outcomes):
                return self._deferred(outcomes)
            if outcomes:
                self._tell(outcomes, [call.id for call in self._turn.calls])
            elif (result := self._answered()) is not None:
                return result
        message = f"the model still asked for tools after {plan.max_steps} answers: raise max_steps, or go on with"
        error = StepLimitError(f"{message} what is in .partial")
        error.partial = self._result(None)
        raise error

    def _refuse_what_is_cut(self) -> None:
        """A cut answer runs no tool: its calls may be cut too, wherever the cut is."""
        turn = self._turn
        if turn.reason in CUT and turn.calls:
            error = TruncatedOutputError(f"the answer was cut (finish_reason {turn.reason!r}): its calls were not made")
            error.text, error.response = turn.text, turn.response
            raise error

    async def _account(self) -> None:
        turn = self._turn
        step = StepFinished(
            step=self._step, text=turn.text, finish_reason=turn.reason, calls=len(turn.calls), usage=turn.usage
        )
        self._steps.append(step)
        await self._emit(step)

    def _tell(self, outcomes: Sequence[ToolResult | DeferredCall], order: Sequence[str]) -> None:
        """Tell the model, in the order in which it asked."""
        places = {identity: place for place, identity in enumerate(order)}
        ordered = sorted(outcomes, key=lambda each: places.get(each.id, len(places)))
        results = [each for each in ordered if isinstance(each, ToolResult)]
        self._driver.tell(results, [each for each in ordered if isinstance(each, DeferredCall)])

    def _answered(self) -> RunResult[Any] | None:
        """The result; None if the model has to correct its answer first."""
        target, turn = self._plan.target, self._turn
        if target is None:
            return self._result(turn.text)
        try:
            return self._result(read_answer(target, Answer(turn.text, turn.reason, response=turn.response)))
        except (InvalidOutputError, RefusedOutputError) as error:
            if not self._repairs:
                raise
            self._repairs -= 1
            self._driver.correct(complaint(error))
            return None

    def _deferred(self, outcomes: Sequence[ToolResult | DeferredCall]) -> RunResult[Any]:
        """The run stops here; calls that were decided for the server wait with the others."""
        deferred = self._driver.wait()
        deferred.calls = [msgspec.structs.replace(each) for each in outcomes if isinstance(each, DeferredCall)]
        deferred.done = [each for each in outcomes if isinstance(each, ToolResult)]
        deferred.order = [call.id for call in self._turn.calls]
        deferred.steps = self._step
        deferred.usage = None if self._usage is None else to_builtins(self._usage)
        return self._result(None, deferred)

    def _result(self, output: Any, deferred: Deferred | None = None) -> RunResult[Any]:
        turn = self._turn
        return RunResult(
            output=output,
            text=turn.text,
            usage=self._usage,
            steps=self._steps,
            finish_reason=turn.reason,
            deferred=deferred,
            **self._driver.fields(),
        )


def _waits(outcome: ToolResult | DeferredCall) -> bool:
    return isinstance(outcome, DeferredCall) and outcome.decision is None
