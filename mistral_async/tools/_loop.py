"""The loop of a run: ask the model, run the calls that it asks for, add their results, until it answers.

A driver does the asking and adding: for a chat, whose messages are kept here, or for a conversation of the server.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any, Protocol

import msgspec

from mistral_async._binding.exits import FAILURES
from mistral_async._codec.json_encode import to_builtins
from mistral_async.errors import (
    InvalidOutputError,
    MistralError,
    RefusedOutputError,
    StepLimitError,
    ToolServerError,
    TruncatedOutputError,
)
from mistral_async.structured._output import TRUNCATED, ModelOutput, read_output, repair_prompt
from mistral_async.structured._usage import add_usage
from mistral_async.tools._config import RunConfig
from mistral_async.tools._deferred import Deferred, DeferredCall, ToolResult
from mistral_async.tools._events import RunEvent, RunFinished, RunResult, StepFinished
from mistral_async.tools._runner import Outcome, RequestedCall, ToolRunner
from mistral_async.tools._toolbox import Toolbox

# The tool loop
#
# Rule 1: A step is one answer of the model with the calls that it asks for. The run ends with the first answer that
#   asks for none; after `max_steps` answers it ends with a StepLimitError.
# Rule 2: A truncated answer runs no tool: its calls may be cut too, wherever the cut is. Truncated text without calls
#   is a result, whose finish_reason says so.
# Rule 3: The results of a step are added in the order in which the model asked, whichever tool ended first.
# Rule 4: If a call waits for a decision, the other calls of its step still run. Nothing is added then: the run ends
#   with a Deferred, which holds their results and the calls that wait.
# Rule 5: A run that goes on with a Deferred first carries out the decisions; step numbers and usage go on from there,
#   while `max_steps` counts the answers of this run alone.
# Rule 6: A final answer that is not of the type is sent back at most `repair` times; each correction is a step.
# Rule 7: The sessions of MCP servers are opened before the first step and closed after the last, in the run's own
#   task. An error is carried around them, so that it does not pass through their task groups and come out wrapped.
# Rule 8: An error of this package has the run so far in `partial`.

Emit = Callable[[RunEvent], Awaitable[None]]


class Turn(msgspec.Struct):
    """One answer of the model."""

    text: str
    calls: list[RequestedCall]
    finish_reason: str | None
    usage: object
    response: object


class Driver(Protocol):
    """The side of the API: what differs between a chat and a conversation."""

    async def ask(self, tools: list[object], step: int, emit: Emit, *, streaming: bool) -> Turn:
        """Ask the model for its next answer; events of the answer are emitted where it is streamed."""
        ...

    def add_results(self, results: Sequence[ToolResult], decisions: Sequence[DeferredCall]) -> None:
        """Add the results of calls, and the decisions on calls that the server runs, to the next request."""
        ...

    def add_correction(self, text: str) -> None:
        """Add the complaint about the last answer to the next request."""
        ...

    def suspend(self) -> Deferred:
        """Return the state to go on from, without the calls."""
        ...

    def result_fields(self) -> dict[str, Any]:
        """Return the fields of the result that are the driver's own."""
        ...


class Loop:
    """One run."""

    def __init__(self, driver: Driver, config: RunConfig, emit: Emit, *, streaming: bool) -> None:
        self._driver = driver
        self._config = config
        self._emit = emit
        self._streaming = streaming
        self._repairs_left = config.repair
        self._step = config.resumed.steps if config.resumed else 0
        self._usage: Any = config.resumed.usage if config.resumed else None
        self._steps: list[StepFinished] = []
        self._turn = Turn("", [], None, None, None)

    async def run(self) -> RunResult:
        """Run to the end (rules 7 and 8)."""
        toolbox, failure, result = Toolbox(self._config.tools), None, None
        async with AsyncExitStack() as stack:
            try:
                await toolbox.open(stack)
                result = await self._run_steps(toolbox)
            except FAILURES as error:  # it must not pass through the task groups of the sessions
                failure = error
        if failure is not None:
            if isinstance(failure, MistralError) and failure.partial is None:
                failure.partial = self._result(None)
            raise failure
        if result is None:
            raise ToolServerError("an MCP server ended the run")
        await self._emit(RunFinished(step=self._step, result=result))
        return result

    async def _run_steps(self, toolbox: Toolbox) -> RunResult:
        config = self._config
        runner = ToolRunner(
            toolbox, context=config.context, confirm=config.confirm, on_tool_error=config.on_tool_error, emit=self._emit
        )
        if config.resumed is not None:
            outcomes = await runner.resume(config.resumed.calls, self._step)
            self._add([*config.resumed.done, *outcomes], config.resumed.order)
        for _ in range(config.max_steps):
            self._step += 1
            self._turn = await self._driver.ask(toolbox.definitions, self._step, self._emit, streaming=self._streaming)
            self._usage = add_usage(self._usage, self._turn.usage)
            self._check_truncation()
            outcomes = await runner.run(self._turn.calls, self._step) if self._turn.calls else []
            await self._finish_step()
            if any(_waits(each) for each in outcomes):
                return self._suspend(outcomes)
            if outcomes:
                self._add(outcomes, [call.id for call in self._turn.calls])
            elif (result := self._final_result()) is not None:
                return result
        message = f"the model still asked for tools after {config.max_steps} answers: raise max_steps, or go on with"
        error = StepLimitError(f"{message} what is in .partial")
        error.partial = self._result(None)
        raise error

    def _check_truncation(self) -> None:
        """Raise `TruncatedOutputError` for calls in a truncated answer (rule 2)."""
        turn = self._turn
        if turn.finish_reason in TRUNCATED and turn.calls:
            reason = f"finish_reason {turn.finish_reason!r}"
            error = TruncatedOutputError(f"the answer was cut ({reason}): its calls were not made")
            error.text, error.response = turn.text, turn.response
            raise error

    async def _finish_step(self) -> None:
        turn = self._turn
        step = StepFinished(
            step=self._step, text=turn.text, finish_reason=turn.finish_reason, calls=len(turn.calls), usage=turn.usage
        )
        self._steps.append(step)
        await self._emit(step)

    def _add(self, outcomes: Sequence[Outcome], order: Sequence[str]) -> None:
        """Add the results and the decisions in the order in which the model asked (rule 3)."""
        places = {identity: place for place, identity in enumerate(order)}
        ordered = sorted(outcomes, key=lambda each: places.get(each.id, len(places)))
        results = [each for each in ordered if isinstance(each, ToolResult)]
        self._driver.add_results(results, [each for each in ordered if isinstance(each, DeferredCall)])

    def _final_result(self) -> RunResult | None:
        """Return the result; None if the model has to correct its answer first (rule 6)."""
        kind, turn = self._config.output_type, self._turn
        if kind is None:
            return self._result(turn.text)
        try:
            return self._result(read_output(kind, ModelOutput(turn.text, turn.finish_reason, response=turn.response)))
        except (InvalidOutputError, RefusedOutputError) as error:
            if not self._repairs_left:
                raise
            self._repairs_left -= 1
            self._driver.add_correction(repair_prompt(error))
            return None

    def _suspend(self, outcomes: Sequence[Outcome]) -> RunResult:
        """Return a result whose calls wait (rule 4); those decided for the server wait with the others."""
        deferred = self._driver.suspend()
        deferred.calls = [msgspec.structs.replace(each) for each in outcomes if isinstance(each, DeferredCall)]
        deferred.done = [each for each in outcomes if isinstance(each, ToolResult)]
        deferred.order = [call.id for call in self._turn.calls]
        deferred.steps = self._step
        deferred.usage = None if self._usage is None else to_builtins(self._usage)
        return self._result(None, deferred)

    def _result(self, output: object, deferred: Deferred | None = None) -> RunResult:
        turn = self._turn
        return RunResult(
            output=output,
            text=turn.text,
            usage=self._usage,
            steps=self._steps,
            finish_reason=turn.finish_reason,
            deferred=deferred,
            **self._driver.result_fields(),
        )


def _waits(outcome: Outcome) -> bool:
    return isinstance(outcome, DeferredCall) and outcome.decision is None
