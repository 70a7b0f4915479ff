"""Progress of bulk work: counters that cost an addition each, and the report made of them when someone looks."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mistral_async._codec.shown import Shown

if TYPE_CHECKING:
    from mistral_async._codec.attempt import Attempt

_HORIZON: Final = 30.0  # seconds that the rate looks back
_REJECTED: Final = 429


class Progress(Shown, msgspec.Struct, frozen=True, kw_only=True):
    """A report of how far the work is."""

    done: int
    """Items that succeeded, those found in the checkpoint included."""
    failed: int
    in_flight: int
    """Items that were read and have no result yet."""
    resumed: int
    """Items found in the checkpoint: not sent again."""
    total: int | None
    """Items in all, where the source has a length."""
    tokens: int
    """Tokens billed by this run."""
    requests: int
    """Requests sent, repeated ones included."""
    rejected: int
    """Requests that the rate limit refused (429)."""
    rate: float
    """Items finished in a second, of late."""
    elapsed: float
    """Seconds since the start."""
    seconds_left: float | None
    """An estimate, where the source has a length."""
    finished: bool
    """True in the last report."""


class ProgressCounter:
    """The counters of one job."""

    def __init__(self, total: int | None) -> None:
        self.total = total
        self.done = self.failed = self.read = self.resumed = 0
        self.tokens: int = 0
        self.requests: int = 0
        self.rejected: int = 0
        self.finished = False
        self._started = time.monotonic()
        self._marks: deque[tuple[float, int]] = deque([(self._started, 0)])

    @property
    def in_flight(self) -> int:
        """Items that were read and have no result yet."""
        return self.read - self.done - self.failed

    def count(self, attempts: Iterable[Attempt]) -> None:
        """Count the attempts of a call."""
        for attempt in attempts:
            self.requests += 1
            self.rejected += attempt.status == _REJECTED

    def bill(self, usage: Any) -> None:
        """Count the tokens of a response."""
        tokens = getattr(usage, "total_tokens", None)
        if isinstance(tokens, int):
            self.tokens += tokens

    def report(self) -> Progress:
        """Make a report."""
        now = time.monotonic()
        rate = self._rate(now)
        finished = self.done + self.failed
        left = None if self.total is None else max(0, self.total - finished)
        return Progress(
            done=self.done,
            failed=self.failed,
            in_flight=self.in_flight,
            resumed=self.resumed,
            total=self.total,
            tokens=self.tokens,
            requests=self.requests,
            rejected=self.rejected,
            rate=rate,
            elapsed=now - self._started,
            seconds_left=0.0 if left == 0 else left / rate if left and rate else None,
            finished=self.finished,
        )

    def _rate(self, now: float) -> float:
        worked = self.done + self.failed - self.resumed
        marks = self._marks
        while len(marks) > 1 and marks[1][0] <= now - _HORIZON:
            marks.popleft()
        then, before = marks[0]
        if now - marks[-1][0] >= 1.0:
            marks.append((now, worked))
        return (worked - before) / (now - then) if now > then else 0.0
