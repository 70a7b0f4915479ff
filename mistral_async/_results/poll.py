"""Polling: asking for the state of work elsewhere, ever more rarely, until it is done."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final, TypeVar, cast

import anyio
import msgspec

from mistral_async._engine.retry import STATUSES, RetryConfig
from mistral_async._engine.retry import is_transient as is_retried
from mistral_async.errors import MistralError, ResponseValidationError

# Rule 1: A question is asked `initial` seconds after the first, then each pause is `factor` times the one before, up
# to `maximum`. A `retry-after` of the API makes a pause longer, never shorter.
# Rule 2: A transient failure is a question without an answer: it is asked again. Transient is what the engine
# retries, and also what only a question that changes nothing may repeat: after a conflict (409), and after an answer
# that can not be read. Every other failure ends the wait at once.
# Rule 3: After `patience` seconds of nothing but failures the last one is raised; an answer starts that time anew.
# Rule 4: The one who polls asks each question once: retries inside a question would only add to the pauses.
# Rule 5: A `timeout` ends a question that is not answered, too; one of 0 is one question.

T = TypeVar("T")

_CONFLICT: Final = 409
_POLLING: Final = RetryConfig(statuses=STATUSES | {_CONFLICT})


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """The pace of asking whether something is done. All in seconds."""

    initial: float = 2.0
    """Before the second question."""
    maximum: float = 60.0
    """The pause that they grow to."""
    factor: float = 1.5
    """By which each pause is longer than the one before."""
    patience: float = 86_400.0
    """For how long there may be nothing but failures; then the last one is raised."""
    sleep: Callable[[float], Awaitable[object]] = anyio.sleep
    now: Callable[[], float] = time.time
    """Seconds since 1970."""

    def __post_init__(self) -> None:
        """Raise ValueError for pauses that would never grow, or never be."""
        if not (0 < self.initial <= self.maximum and self.factor >= 1 and self.patience >= 0):
            raise ValueError("a Poll needs 0 < initial <= maximum, factor >= 1 and patience >= 0")

    def pauses(self) -> Iterator[float]:
        """Yield the seconds between questions."""
        pause = self.initial
        while True:
            yield pause
            pause = min(pause * self.factor, self.maximum)


class WaitTimeoutError(MistralError, TimeoutError):
    """Work that was not done in the time given. It goes on: wait again, or cancel it."""

    state: Any = None
    """The last answer; None where there was none."""


def is_transient(error: MistralError) -> bool:
    """Return whether the same question may be answered later (Rule 2)."""
    return isinstance(error, ResponseValidationError) or is_retried(error, _POLLING)


def _delay_or_raise(error: MistralError, pause: float, failing: float, poll: Poll) -> float:
    """Return the seconds before the next try; raise a permanent error, and one that lasted longer than `patience`."""
    if not is_transient(error) or failing >= poll.patience:
        raise error
    return max(pause, getattr(error, "retry_after", None) or 0.0)


async def poll_until(
    ask: Callable[[], Awaitable[T]],
    is_done: Callable[[T], bool],
    poll: Poll,
    *,
    timeout: float | None = None,  # noqa: ASYNC109 - in the seconds of `poll.sleep`, which may be a test's
    each: Callable[[T], object] | None = None,
) -> T:
    """Ask until it is done, and return the last answer; `each` is called with every answer.

    Raises:
        WaitTimeoutError: after `timeout` seconds, with the last answer in `.state`.
    """
    state: T | None = None
    waited = failing = 0.0
    began = anyio.current_time()
    end = began + timeout if timeout else math.inf
    for pause in poll.pauses():
        wait = pause
        try:
            with anyio.CancelScope(deadline=end) as scope:
                state = await ask()
        except MistralError as error:
            wait = _delay_or_raise(error, pause, failing, poll)
            failing += wait
        else:
            if scope.cancelled_caught:
                raise _too_late(anyio.current_time() - began, state)
            failing, answer = 0.0, cast("T", state)
            if each is not None:
                each(answer)
            if is_done(answer):
                return answer
        passed = max(waited, anyio.current_time() - began)
        if timeout is not None and passed + wait > timeout:
            raise _too_late(passed, state)
        await poll.sleep(wait)
        waited += wait
    raise AssertionError  # the pauses never end


def _too_late(seconds: float, state: object) -> WaitTimeoutError:
    what = "it" if state is None else f"the {type(state).__name__}"
    advice = "it goes on: wait again, or longer (timeout=); .state is what was seen last"
    late = WaitTimeoutError(f"{what} is not done after {seconds:.3g} seconds: {advice}")
    late.state = state
    return late


async def retry_until_done(act: Callable[[], Awaitable[T]], poll: Poll, *, tries: int | None = None) -> T:
    """Do something that may be repeated until it succeeds, at most `tries` times; it fails as `poll_until` does."""
    failing = 0.0
    for count, pause in enumerate(poll.pauses(), 1):
        try:
            return await act()
        except MistralError as error:
            if count == tries:
                raise
            wait = _delay_or_raise(error, pause, failing, poll)
        failing += wait
        await poll.sleep(wait)
    raise AssertionError  # the pauses never end
