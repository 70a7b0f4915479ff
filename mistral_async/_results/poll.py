"""Waiting for something to be done elsewhere: asked again and again, ever more rarely, whatever happens to a question.

A question that fails in passing (no connection, 429, 5xx, an answer that can not be read) is asked again.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import anyio
import msgspec

from mistral_async._binding.async_executor import AsyncExecutor
from mistral_async._binding.resource import Async, Resource
from mistral_async._engine.engine import Engine
from mistral_async.errors import (
    APIConnectionError,
    APIStatusError,
    ConflictError,
    MistralError,
    QuotaUnavailableError,
    RateLimitError,
    RequestTimeoutError,
    ResponseValidationError,
    ServerError,
)

T = TypeVar("T")
R = TypeVar("R", bound=Resource[Async])

_PASSING = (RateLimitError, RequestTimeoutError, ConflictError, ServerError)


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """How often to ask. Seconds."""

    initial: float = 2.0
    """Before the second question."""
    maximum: float = 60.0
    """What the pauses grow to."""
    factor: float = 1.5
    """By which each pause is longer than the one before."""
    patience: float = 86_400.0
    """For how long nothing but failures is borne; then the last one is raised."""
    sleep: Callable[[float], Awaitable[object]] = anyio.sleep
    now: Callable[[], float] = time.time
    """Seconds since 1970."""

    def __post_init__(self) -> None:
        """Refuse what would never end, or never pause."""
        if not (0 < self.initial <= self.maximum and self.factor >= 1 and self.patience >= 0):
            raise ValueError("a Poll needs 0 < initial <= maximum, factor >= 1 and patience >= 0")

    def pauses(self) -> Iterator[float]:
        """The seconds between questions."""
        pause = self.initial
        while True:
            yield pause
            pause = min(pause * self.factor, self.maximum)


class WaitTimeoutError(MistralError, TimeoutError):
    """It was not done in the time given. It goes on: wait again, or cancel it."""

    state: Any = None
    """What was known last."""


def is_passing(error: MistralError) -> bool:
    """Whether the same question may well be answered later."""
    if isinstance(error, APIStatusError):
        return isinstance(error, _PASSING) and not isinstance(error, QuotaUnavailableError)
    return isinstance(error, (APIConnectionError, ResponseValidationError))


def _bear(error: MistralError, pause: float, failing: float, poll: Poll) -> float:
    """Seconds until the next try; raises what there is no use in waiting for, or was waited for long enough."""
    if not is_passing(error) or failing >= poll.patience:
        raise error
    return max(pause, getattr(error, "retry_after", None) or 0.0)


async def until(
    ask: Callable[[], Awaitable[T]],
    is_done: Callable[[T], bool],
    poll: Poll,
    *,
    timeout: float | None = None,  # noqa: ASYNC109 - in the seconds of `poll.sleep`, which may be a test's
    each: Callable[[T], object] | None = None,
) -> T:
    """Ask until it is done, and return the last answer."""
    state: T | None = None
    waited = failing = 0.0
    for pause in poll.pauses():
        wait = pause
        try:
            state = await ask()
        except MistralError as error:
            wait = _bear(error, pause, failing, poll)
            failing += wait
        else:
            failing = 0.0
            if each is not None:
                each(state)
            if is_done(state):
                return state
        if timeout is not None and waited + wait > timeout:
            late = WaitTimeoutError(f"it is not done after {waited:.0f} seconds")
            late.state = state
            raise late
        await poll.sleep(wait)
        waited += wait
    raise AssertionError  # the pauses never end


async def persist(act: Callable[[], Awaitable[T]], poll: Poll, *, tries: int | None = None) -> T:
    """Do something that may be done again, until it succeeds: a failure in passing is borne as `until` bears it."""
    failing = 0.0
    for count, pause in enumerate(poll.pauses(), 1):
        try:
            return await act()
        except MistralError as error:
            if count == tries:
                raise
            wait = _bear(error, pause, failing, poll)
        failing += wait
        await poll.sleep(wait)
    raise AssertionError  # the pauses never end


def without_retries(engine: Engine) -> Engine:
    """The same, each question asked once: who polls asks again anyway, and leaves the budget for retries to others."""
    return Engine(engine.state, engine.options.with_changes(retries=0))


def once(resource: R) -> R:
    """The same endpoints without retries."""
    executor = AsyncExecutor(without_retries(resource._executor.engine))  # noqa: SLF001 - the faces and resources are one design
    found: R = resource._with_executor(executor)  # noqa: SLF001 - the same
    return found
