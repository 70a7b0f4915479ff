"""The clock of rate limits, job states and expiry dates; with a `VirtualClock` a test advances it."""

from __future__ import annotations

import time
from typing import Protocol

TOLERANCE = 1e-6  # seconds; floats of times since 1970 are exact to a quarter of it
"""Seconds by which a moment may be missed: sums of small steps of a clock fall a little short."""


class Clock(Protocol):
    """A monotonic clock: anything with a `now()` in seconds."""

    def now(self) -> float:
        """Return seconds since a fixed moment."""
        ...


class SystemClock:
    """The machine's monotonic clock."""

    def now(self) -> float:
        """Return seconds of the monotonic clock."""
        return time.monotonic()


class VirtualClock:
    """A clock that stands still until a test advances it."""

    def __init__(self, start: float = 0.0) -> None:
        self._now = start

    def now(self) -> float:
        """Return `start` plus the seconds advanced so far."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Advance the clock by `seconds`."""
        if seconds < 0:
            raise ValueError(f"time cannot go back: {seconds}")
        self._now += seconds


class Calendar:
    """Wall-clock time read from a `Clock`, so that dates move with virtual time too."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._epoch = time.time() - clock.now()

    def now(self) -> float:
        """Return seconds since 1970."""
        return self._epoch + self._clock.now()

    def at(self, moment: float) -> float:
        """Convert a moment of the `Clock` to seconds since 1970."""
        return self._epoch + moment

    def unix(self) -> int:
        """Return whole seconds since 1970, as the API's `created`."""
        return int(self.now())

    def iso(self) -> str:
        """Return the time in ISO 8601, in UTC with microseconds and `Z`."""
        return self.iso_of(self.now())

    @staticmethod
    def iso_of(seconds: float) -> str:
        """Format seconds since 1970 in ISO 8601."""
        whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
        return f"{whole}.{int(seconds % 1 * 1_000_000):06d}Z"
