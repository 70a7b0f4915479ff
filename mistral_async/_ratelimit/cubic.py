"""Limits that nobody states, found from refusals: CUBIC on the rate and on the calls in flight (RFC 9438, botocore).

After a refusal the value drops to 0.7 of what was accepted, returns to it, stays there, and then tries more.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final

BETA: Final = 0.7
_SCALE: Final = 0.4
_CALLS: Final = 50  # calls that may pass before a slow rate is tried again
_LONGEST: Final = 30.0  # seconds for the same
_CAP_PERIOD: Final = 10.0  # seconds until the old number of calls in flight is tried again
_GUESS_PERIOD: Final = 2.0  # until a rate that is only guessed is tried again
_FORGET: Final = 6.0  # periods without a refusal after which the limit is taken to be gone
_ENOUGH: Final = 8  # accepted calls that make a measured rate reliable
_HORIZON: Final = 30.0  # seconds for which a refusal is a fixed point for measuring
_LONGEST_PROBE: Final = 8.0  # seconds between tries while everything is refused
_RAMP: Final = 1.0  # calls per second with which it starts again after that
_FIRST_PROBE: Final = 0.1


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
        periods = (now - self.since) / self.period - 1
        return self.ceiling * (1 + (1 - BETA) * periods * periods * periods)

    def over(self, now: float) -> bool:
        """Whether it has gone without a refusal for so long that nothing is left to be limited."""
        return now - self.since > _FORGET * self.period


def _period(rate: float) -> float:
    return max(math.cbrt(rate * (1 - BETA) / _SCALE), min(_CALLS / rate, _LONGEST))


class Pace:
    """The rate of one model's calls, unlimited until a call is refused."""

    __slots__ = ("_before", "_curve", "_first", "_fixed_points", "_last", "_probe", "_ramp", "_taken", "_until")

    def __init__(self) -> None:
        self._until = 0.0  # nothing goes before: the server's Retry-After
        self._curve: Cubic | None = None
        self._probe = 0.0  # seconds between tries; 0 while calls are accepted
        self._ramp = 0.0  # the rate after an outage, doubled by each accepted call; 0 when it has caught up
        self._last = self._before = float("-inf")
        self._first = float("inf")
        self._taken = 0  # calls that started and were not refused: answers may take long, refusals do not
        self._fixed_points: deque[tuple[float, int]] = deque(maxlen=64)

    @property
    def active(self) -> bool:
        """Whether it holds anything back."""
        return self._curve is not None or self._until > 0

    def rate(self, now: float) -> float:
        """Return the calls per second that may start now; infinity while nothing was refused."""
        if self._curve is None:
            return float("inf")
        if self._probe:
            return 1 / self._probe
        rate = self._curve.value(now)
        return min(rate, self._ramp) if self._ramp else rate

    def ready(self, now: float) -> float:
        """Return the earliest time, `now` or later, at which a call may go."""
        if self._curve is None:
            return max(now, self._until)
        return max(now, self._until, self._last + 1 / self.rate(now))

    def spend(self, now: float) -> None:
        """Book a call that starts now."""
        self._before, self._last = self._last, now
        self._first = min(self._first, now)
        self._taken += 1

    def give_back(self, at: float) -> None:
        """Book that the call that started then was never sent."""
        self._taken -= 1
        if at == self._last:
            self._last = self._before

    def hold(self, until: float) -> None:
        """Let nothing go before that time."""
        self._until = max(self._until, until)

    def accepted(self, now: float) -> None:
        """Book that the server took a call."""
        if now >= self._until:
            self._until = 0.0
        curve = self._curve
        if curve is None:
            return
        if self._probe:
            self._ramp, self._probe = max(1 / self._probe, min(BETA * curve.ceiling, _RAMP)), 0.0
            self._curve = Cubic(curve.ceiling, now, curve.period)
        elif self._ramp:
            self._ramp *= 2
            if self._ramp >= curve.value(now):
                self._ramp = 0.0
        elif curve.over(now):
            self._curve = None
            self._fixed_points.clear()

    def refused(self, now: float, released: float) -> None:
        """Book that the server refused a call."""
        self._taken -= 1
        curve = self._curve
        if curve is not None and released < curve.since:
            return  # it was on its way when the rate was lowered
        taken, span = self._measured(now)
        if curve is None:
            before = max(1.0, self._taken) / max(now - self._first, 1e-3)
        else:
            before = self._ramp or curve.value(now)
        if curve is not None and not self._taken_since(curve.since):
            self._probe = min(max(2 * self._probe, _FIRST_PROBE, 1 / before), _LONGEST_PROBE)
            curve.since = now
            self._fixed_points.clear()
        else:
            # What was taken between two refusals is at most what was allowed: less, if the bucket was full for a time.
            known = (taken + 1) / span if span else before
            ceiling = max(min(before, known if taken < _ENOUGH else (known + before) / 2), 1 / _LONGEST)
            period = _period(ceiling)
            self._curve = Cubic(ceiling, now, period if span else min(period, _GUESS_PERIOD))
            self._ramp = 0.0
        self._fixed_points.append((now, self._taken))

    def _taken_since(self, time: float) -> bool:
        for at, taken in reversed(self._fixed_points):
            if at <= time:
                return self._taken > taken
        return True

    def _measured(self, now: float) -> tuple[int, float]:
        """Return how many calls were taken since an earlier refusal, and the seconds since then (or 0)."""
        taken, span = 0, 0.0
        for at, before in reversed(self._fixed_points):
            if span and now - at > _HORIZON:
                break
            taken, span = self._taken - before, now - at
            if taken >= _ENOUGH:
                break
        return taken, span


class Cap:
    """The calls of one model in flight, unlimited until the server names them, or its load, as the reason of a refusal.

    A limit on them that is not named is found as well, as a rate: at a steady rate as many are in flight.
    """

    __slots__ = ("_curve",)

    def __init__(self) -> None:
        self._curve: Cubic | None = None

    @property
    def active(self) -> bool:
        """Whether it holds anything back."""
        return self._curve is not None

    def value(self, now: float) -> float:
        """Return how many calls may be in flight now."""
        return float("inf") if self._curve is None else max(1.0, self._curve.value(now))

    def accepted(self, now: float) -> None:
        """Book that the server took a call."""
        if self._curve is not None and self._curve.over(now):
            self._curve = None

    def refused(self, now: float, released: float, in_flight: int) -> None:
        """Book that the server refused a call that was one of so many."""
        curve = self._curve
        if curve is None or released >= curve.since:
            self._curve = Cubic(max(1.0, min(float(in_flight), self.value(now))), now, _CAP_PERIOD)
        elif in_flight < curve.ceiling:
            curve.ceiling = max(1.0, float(in_flight))  # of those on their way, one met the limit even earlier
