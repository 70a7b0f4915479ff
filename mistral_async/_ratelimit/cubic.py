"""Limits that nobody states, discovered from rejections: CUBIC on the rate and on the calls in flight.

After a rejection the value drops to 0.7 of what was accepted, returns to it, stays there, and then tries more
(RFC 9438; botocore's adaptive retries use the same curve).
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final

# Rule 1: Nothing is limited before the first rejection that names no limit, and nothing after six periods without
# one: then the limit is taken to be gone.
#
# Rule 2: A rejection counts once. Calls that were granted before the value was lowered tell nothing new.
#
# Rule 3: The new ceiling is measured, not guessed. The calls that were accepted between two rejections, per second,
# are a lower bound of the limit; the rate that the curve allowed when the rejection came is an upper bound.
#
# Rule 4: If no call was accepted since the last rejection, the server is down rather than busy: one call probes it,
# each time after twice as long. The first call that is accepted ends that; the rate doubles with each accepted call
# until it meets the curve again.
#
# Rule 5: A time that the server names (Retry-After) holds all calls of the model until then, whatever the rate.
#
# Rule 6: Calls count as accepted until they are rejected: a completion may take a minute, a 429 does not.

BETA: Final = 0.7  # of the ceiling is allowed after a rejection; RFC 9438, section 4.6
_SCALE: Final = 0.4  # C of RFC 9438, section 5.1: how steep the curve is, in calls per second cubed
_CALLS: Final = 50  # calls that pass before a slow rate is back at its ceiling: by CUBIC's own period only a few would
_LONGEST: Final = 30.0  # seconds: the longest period, and the longest interval between two calls
_CONCURRENCY_PERIOD: Final = 10.0  # seconds until the old number of calls in flight is tried again
_GUESS_PERIOD: Final = 2.0  # seconds until a rate that is guessed from one rejection is tried again
_EXPIRY: Final = 6.0  # periods without a rejection after which the limit is taken to be gone
_ENOUGH: Final = 8  # accepted calls that make a measured rate reliable
_HORIZON: Final = 30.0  # seconds for which a rejection is used to measure the rate since
_LONGEST_PROBE: Final = 8.0  # seconds between probes while everything is rejected: an outage is noticed to be over
_FIRST_PROBE: Final = 0.1  # seconds until the first of them
_RECOVERY_RATE: Final = 1.0  # calls per second with which it starts again after an outage


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
        """Return True if there was no rejection for so long that no limit can be left (rule 1)."""
        return now - self.since > _EXPIRY * self.period


def _period(rate: float) -> float:
    return max(math.cbrt(rate * (1 - BETA) / _SCALE), min(_CALLS / rate, _LONGEST))


class AdaptiveRate:
    """The rate of one model's calls, unlimited until a call is rejected."""

    __slots__ = (
        "_accepted",
        "_before_last",
        "_curve",
        "_first",
        "_held_until",
        "_last",
        "_probe_interval",
        "_recovery_rate",
        "_rejections",
    )

    def __init__(self) -> None:
        self._held_until = 0.0  # rule 5
        self._curve: Cubic | None = None
        self._probe_interval = 0.0  # seconds between probes; 0 while calls are accepted (rule 4)
        self._recovery_rate = 0.0  # the rate after an outage; 0 when it has met the curve
        self._last = self._before_last = float("-inf")  # when the last two calls started
        self._first = float("inf")
        self._accepted = 0  # calls that started and were not rejected (rule 6)
        self._rejections: deque[tuple[float, int]] = deque(maxlen=64)  # (time, calls accepted until then)

    @property
    def active(self) -> bool:
        """Return True if it can hold a call back."""
        return self._curve is not None or self._held_until > 0

    def rate(self, now: float) -> float:
        """Return the calls per second that may start now; infinity while nothing was rejected."""
        if self._curve is None:
            return float("inf")
        if self._probe_interval:
            return 1 / self._probe_interval
        rate = self._curve.value(now)
        return min(rate, self._recovery_rate) if self._recovery_rate else rate

    def ready_at(self, now: float) -> float:
        """Return the earliest time, `now` or later, at which a call may start."""
        if self._curve is None:
            return max(now, self._held_until)
        return max(now, self._held_until, self._last + 1 / self.rate(now))

    def draw(self, now: float) -> None:
        """Book a call that starts now."""
        self._before_last, self._last = self._last, now
        self._first = min(self._first, now)
        self._accepted += 1

    def give_back(self, at: float) -> None:
        """Undo the booking of a call that was to start at `at` and was never sent."""
        self._accepted -= 1
        if at == self._last:
            self._last = self._before_last

    def hold(self, until: float) -> None:
        """Let no call start before that time (rule 5)."""
        self._held_until = max(self._held_until, until)

    def accept(self, now: float) -> None:
        """Book that the server accepted a call."""
        if now >= self._held_until:
            self._held_until = 0.0
        curve = self._curve
        if curve is None:
            return
        if self._probe_interval:
            start = min(BETA * curve.ceiling, _RECOVERY_RATE)
            self._recovery_rate, self._probe_interval = max(1 / self._probe_interval, start), 0.0
            self._curve = Cubic(curve.ceiling, now, curve.period)
        elif self._recovery_rate:
            self._recovery_rate *= 2
            if self._recovery_rate >= curve.value(now):
                self._recovery_rate = 0.0
        elif curve.expired(now):
            self._curve = None
            self._rejections.clear()

    def reject(self, now: float, granted_at: float) -> None:
        """Book that the server rejected a call that was granted at `granted_at`, and lower the rate."""
        self._accepted -= 1
        curve = self._curve
        if curve is not None and granted_at < curve.since:
            return  # rule 2
        accepted, seconds = self._measured(now)
        if curve is None:
            before = max(1.0, self._accepted) / max(now - self._first, 1e-3)
        else:
            before = self._recovery_rate or curve.value(now)
        if curve is not None and not self._accepted_since(curve.since):  # rule 4
            self._probe_interval = min(max(2 * self._probe_interval, _FIRST_PROBE, 1 / before), _LONGEST_PROBE)
            curve.since = now
            self._rejections.clear()
        else:
            # Rule 3. What was measured is less than the limit if the server's bucket was full, and overflowed, for a
            # time: a reliable measurement is averaged with the upper bound, one of few calls is taken as it is.
            known = (accepted + 1) / seconds if seconds else before
            ceiling = max(min(before, known if accepted < _ENOUGH else (known + before) / 2), 1 / _LONGEST)
            period = _period(ceiling)
            self._curve = Cubic(ceiling, now, period if seconds else min(period, _GUESS_PERIOD))
            self._recovery_rate = 0.0
        self._rejections.append((now, self._accepted))

    def _accepted_since(self, time: float) -> bool:
        for at, accepted in reversed(self._rejections):
            if at <= time:
                return self._accepted > accepted
        return True

    def _measured(self, now: float) -> tuple[int, float]:
        """Return (accepted calls, seconds) since an earlier rejection; 0 seconds if there was none."""
        accepted, seconds = 0, 0.0
        for at, before in reversed(self._rejections):
            if seconds and now - at > _HORIZON:
                break
            accepted, seconds = self._accepted - before, now - at
            if accepted >= _ENOUGH:
                break
        return accepted, seconds


class AdaptiveConcurrency:
    """The calls of one model in flight, unlimited until a 429 names them, or the server's load, as its reason.

    A limit on them that is not named is discovered as a rate: at a steady rate as many are in flight.
    """

    __slots__ = ("_curve",)

    def __init__(self) -> None:
        self._curve: Cubic | None = None

    @property
    def active(self) -> bool:
        """Return True if it can hold a call back."""
        return self._curve is not None

    def value(self, now: float) -> float:
        """Return how many calls may be in flight now: at least one, infinity while nothing was rejected."""
        return float("inf") if self._curve is None else max(1.0, self._curve.value(now))

    def accept(self, now: float) -> None:
        """Book that the server accepted a call."""
        if self._curve is not None and self._curve.expired(now):
            self._curve = None

    def reject(self, now: float, granted_at: float, in_flight: int) -> None:
        """Book that the server rejected a call that was granted at `granted_at`, when `in_flight` were under way."""
        curve = self._curve
        if curve is None or granted_at >= curve.since:
            self._curve = Cubic(max(1.0, min(float(in_flight), self.value(now))), now, _CONCURRENCY_PERIOD)
        elif in_flight < curve.ceiling:
            curve.ceiling = max(1.0, float(in_flight))  # rule 2, but one of them met the limit even earlier
