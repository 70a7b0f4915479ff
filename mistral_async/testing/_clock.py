"""The time that drives rate limits, job states and expiry dates; tests give a `VirtualClock` and advance it."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Anything with a monotonic `now()` in seconds."""

    def now(self) -> float:
        """Seconds since some fixed moment."""
        ...


class SystemClock:
    """Real time."""

    def now(self) -> float:
        """Seconds of the monotonic clock."""
        return time.monotonic()


class VirtualClock:
    """Time that stands still until a test moves it."""

    def __init__(self, start: float = 0.0) -> None:
        self._now = start

    def now(self) -> float:
        """Seconds advanced so far, counted from `start`."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`."""
        if seconds < 0:
            raise ValueError(f"time cannot go back: {seconds}")
        self._now += seconds


class Calendar:
    """Wall-clock time read from a `Clock`, so that dates move with virtual time too."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._epoch = time.time() - clock.now()

    def now(self) -> float:
        """Seconds since 1970."""
        return self._epoch + self._clock.now()

    def at(self, moment: float) -> float:
        """The wall-clock time of a moment of the `Clock`."""
        return self._epoch + moment

    def unix(self) -> int:
        """Seconds since 1970 as the whole number that the API calls `created`."""
        return int(self.now())

    def iso(self) -> str:
        """ISO 8601 in UTC with microseconds and `Z`."""
        return self.iso_of(self.now())

    @staticmethod
    def iso_of(seconds: float) -> str:
        """The same for any time since 1970."""
        whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
        return f"{whole}.{int(seconds % 1 * 1_000_000):06d}Z"
