"""The curve of CUBIC (RFC 9438), for a rate or for a number of calls in flight."""

from __future__ import annotations

import math
from typing import Final

from msgspec import Struct
from msgspec.structs import astuple, replace

BETA: Final = 0.7  # of the ceiling is allowed after a rejection; RFC 9438, section 4.6
LONGEST: Final = 30.0  # seconds: the longest period, and the longest interval between two calls
_SCALE: Final = 0.4  # C of RFC 9438, section 5.1: how steep the curve is, in calls per second cubed
_CALLS: Final = 50  # calls that pass before a slow rate is back at its ceiling: by CUBIC's own period only a few would
_EXPIRY: Final = 6.0  # periods without a rejection after which the limit is taken to be gone


class Cubic:
    """The curve from 0.7 of `ceiling` back to it after `period` seconds, flat there, then beyond it."""

    __slots__ = ("ceiling", "period", "since")

    def __init__(self, ceiling: float, since: float, period: float) -> None:
        self.ceiling = ceiling
        self.since = since
        self.period = period

    def value(self, now: float) -> float:
        """Return the value allowed now."""
        periods: float = (now - self.since) / self.period - 1
        return self.ceiling * (1 + (1 - BETA) * periods * periods * periods)

    def expired(self, now: float) -> bool:
        """Return True if there was no rejection for so long that no limit can be left (rule 1 of cubic)."""
        return now - self.since > _EXPIRY * self.period


def period_of(rate: float) -> float:
    """Return the seconds until a rate that was lowered is back at its ceiling."""
    return max(math.cbrt(rate * (1 - BETA) / _SCALE), min(_CALLS / rate, LONGEST))


class RateState(Struct, frozen=True, gc=False, array_like=True):
    """A rate as one process tells others of it (rule 10 of cubic). Times are seconds of one clock."""

    ceiling: float = 0.0  # calls per second; 0: nothing limits them
    since: float = 0.0
    period: float = 1.0
    probe_interval: float = 0.0
    recovery_rate: float = 0.0
    held_until: float = 0.0

    @property
    def limit(self) -> tuple[float, ...]:
        """Return what limits the rate; nothing where nothing does."""
        return astuple(self)[:5] if self.ceiling else ()

    def moved(self, seconds: float) -> RateState:
        """Return the state in times of another clock, which is so much ahead."""
        held_until = self.held_until + seconds if self.held_until else 0.0
        return replace(self, since=self.since + seconds, held_until=held_until)

    def part(self, share: float) -> RateState:
        """Return the state of a process that has this share of the calls."""
        probe_interval, recovery_rate = self.probe_interval / share, self.recovery_rate * share
        return replace(self, ceiling=self.ceiling * share, probe_interval=probe_interval, recovery_rate=recovery_rate)
