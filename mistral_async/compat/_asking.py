"""The methods that ask other methods, which may be mocks: `chat.parse` asks `chat.complete`."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Generator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

import anyio

from mistral_async._results.poll import WaitTimeoutError
from mistral_async._results.workflow_run import completed, is_ended
from mistral_async.compat._parsed import with_parsed
from mistral_async.compat.types import is_unset
from mistral_async.structured._output_type import output_type_of

# Rule 1: A method performs its call itself unless a method that it asks is replaced; then it asks, as that of the
#   official SDK does.
# Rule 2: What it asks is written once, as a generator of questions and of the seconds of pauses, for both spellings.


class Ask(NamedTuple):
    """A question to a method, by its path below the group."""

    path: str
    options: dict[str, Any]


Steps: TypeAlias = Generator[Ask | float, Any, Any]


class Asking(NamedTuple):
    """The steps of a method, and the paths of the methods that it asks."""

    steps: Callable[..., Steps]
    asked: tuple[str, ...]

    def is_replaced(self, group: Any, suffix: str) -> bool:
        """Return whether a method that is asked was replaced, or the group that it is of."""
        return any(group.is_replaced(f"{path}{suffix}") for path in self.asked)


def blocking(call: Callable[..., Any], asking: Asking) -> Callable[..., Any]:
    """Return a blocking method that asks those that it would ask in the official SDK, where one is replaced."""

    @functools.wraps(call)
    def method(self: Any, *args: Any, **options: Any) -> Any:
        if not asking.is_replaced(self, ""):
            return call(self, *args, **options)
        steps, answer = asking.steps(*args, **options), None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as end:
                return end.value
            if isinstance(step, Ask):
                ask = _at(self, step.path)
                answer = ask(**step.options)
            else:
                time.sleep(step)

    return method


def asynchronous(call: Callable[..., Any], asking: Asking) -> Callable[..., Any]:
    """Return a coroutine method that asks those that it would ask in the official SDK, where one is replaced."""

    @functools.wraps(call)
    async def method(self: Any, *args: Any, **options: Any) -> Any:
        if not asking.is_replaced(self, "_async"):
            return await call(self, *args, **options)
        steps, answer = asking.steps(*args, **options), None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as end:
                return end.value
            if isinstance(step, Ask):
                ask = _at(self, f"{step.path}_async")
                answer = await ask(**step.options)
            else:
                await anyio.sleep(step)

    return method


def _at(group: Any, path: str) -> Any:
    return functools.reduce(getattr, path.split("."), group)


def _parse(response_format: Any, **options: Any) -> Steps:
    kind = output_type_of(response_format)
    response = yield Ask("complete", {**options, "response_format": kind.response_format()})
    return with_parsed(response, kind, response_format)


def _parse_stream(response_format: Any, **options: Any) -> Steps:
    return (yield Ask("stream", {**options, "response_format": output_type_of(response_format).response_format()}))


def _execute_and_wait(
    workflow_identifier: str,
    *,
    polling_interval: float = 5.0,
    max_attempts: int | None = None,
    use_api_sync: bool = False,
    timeout_seconds: Any = None,
    **options: Any,
) -> Steps:
    timeout = None if is_unset(timeout_seconds) else timeout_seconds
    execute = {"workflow_identifier": workflow_identifier, **options}
    if use_api_sync:
        waits = {**execute, "wait_for_result": True, "timeout_seconds": timeout}
        return (yield Ask("execute_workflow", waits)).result
    execution = yield Ask("execute_workflow", execute)
    wait = {"execution_id": execution.execution_id, "polling_interval": polling_interval, "max_attempts": max_attempts}
    return (yield Ask("wait_for_workflow_completion", wait if timeout is None else wait | {"timeout": timeout})).result


def _wait(
    execution_id: str,
    *,
    polling_interval: float = 5.0,
    max_attempts: int | None = None,
    timeout: float | None = None,
    progress: Callable[[Any], object] | None = None,
    **options: Any,
) -> Steps:
    asked = 0
    while True:
        state = yield Ask("executions.get_workflow_execution", {"execution_id": execution_id, **options})
        asked += 1
        if progress is not None:
            progress(state)
        if is_ended(state):
            return completed(state)
        if asked == max_attempts or (timeout is not None and asked * polling_interval > timeout):
            late = WaitTimeoutError(f"not done after {asked} questions; it goes on: wait again, or cancel it")
            late.state = state
            raise late
        yield polling_interval


_STATE: Final = "executions.get_workflow_execution"
_PARSING: Final = {"parse": Asking(_parse, ("complete",)), "parse_stream": Asking(_parse_stream, ("stream",))}
ASKING: Final[Mapping[tuple[str, ...], Mapping[str, Asking]]] = {
    ("chat",): _PARSING,
    ("agents",): _PARSING,
    ("workflows",): {
        "execute_workflow_and_wait": Asking(
            _execute_and_wait, ("execute_workflow", "wait_for_workflow_completion", _STATE)
        ),
        "wait_for_workflow_completion": Asking(_wait, (_STATE,)),
    },
}
"""The methods that ask others, by the paths of their groups."""
