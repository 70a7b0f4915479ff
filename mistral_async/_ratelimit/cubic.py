"""Limits that nobody states, discovered from rejections: CUBIC on the rate.

After a rejection the rate drops to 0.7 of what was accepted, returns to it, stays there, and then tries more
(RFC 9438; botocore's adaptive retries use the same curve).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from typing import Final

from mistral_async._ratelimit.curve import BETA, LONGEST, Cubic, RateState, period_of
from mistral_async._ratelimit.noise import Doubt, LatestCalls, Noise

# Rule 1: Nothing is limited before the first rejection that names no limit, and nothing after six periods without
# one: then the limit is taken to be gone.
#
# Rule 2: A rejection counts once. Calls that were granted before the value was lowered tell nothing new.
#
# Rule 3: The new ceiling is measured, not guessed. The calls that were accepted between two rejections, per second,
# are a lower bound of the limit; the rate that the curve allowed when the rejection came is an upper bound. While a
# Retry-After holds all calls nobody is accepted, and the bucket overflows: what is measured over it is far too little,
# and the ceiling is the geometric mean of the two.
#
# Rule 4: If no call was accepted since the last rejection, the server is down rather than busy: one call probes it,
# each time after twice as long. The first call that is accepted ends that; the rate doubles with each accepted call
# until it meets the curve again.
#
# Rule 5: A time that the server names (Retry-After) holds all calls of the model until then, whatever the rate, if at
# least half of its latest calls were refused, or a probe was. Else it is for its own call: the others have the rate.
# A rate that was lowered just before, by few calls in a moment, is no measurement: it is the geometric mean as well.
#
# Rule 6: Calls count as accepted until they are rejected: a completion may take a minute, a 429 does not.
#
# Rule 7: What was accepted between two rejections, per second, the limit allows: its bucket was empty at the first. So
# a single rejection at a lower rate is not the limit's but noise (`noise`), and what it has lowered is taken back.
#
# Rule 8: A rejection that would lower the rate by more than one step is in doubt until the calls are answered that were
# sent after it at the old rate. If there were such a limit, it would have rejected most of them as well.
#
# Rule 9: A limit that is exceeded rejects most calls, and below the ceiling none. Isolated rejections, again and again,
# while the curve is still below its ceiling are noise as well.
#
# Rule 10: Where processes share what they learn (`learned`), the curve is that of all of them, and so are the accepted
# calls that are counted. Doubts and noise are judged by each process, by its own calls. What was granted before a curve
# of another process was adopted tells nothing new.

_GUESS_PERIOD: Final = 2.0  # seconds until a rate that is guessed from one rejection is tried again
_LIFT_PERIOD: Final = 1.0  # seconds of the curve that begins when noise becomes known
_ENOUGH: Final = 8  # accepted calls that make a measured rate reliable
_HORIZON: Final = 30.0  # seconds for which a rejection is used to measure the rate since
_TOLD: Final = 8  # rejections of which other processes are told
_LONGEST_PROBE: Final = 8.0  # seconds between probes while everything is rejected: an outage is noticed to be over
_FIRST_PROBE: Final = 0.1  # seconds until the first of them
_LONE: Final = 20  # accepted calls before a rejection at a sustained rate that make it noise by itself
_UNCURED: Final = 2  # rejections at a sustained rate after which a step that was no cure is taken back
_IDLE: Final = 5.0  # seconds without a call after which the rate is measured anew
_ISOLATED: Final = 3  # accepted calls before a rejection that make it an isolated one
_EARLY: Final = 0.9  # of the ceiling: an isolated rejection below that is early
_TOO_EARLY: Final = 2  # of these come from a ceiling that was measured too high; more are noise (rule 9)
_BELOW: Final = 0.9  # of a rate that was sustained: below that a limit rejects nothing
_SUSTAINED_FOR: Final = 60.0  # seconds for which a rate that was measured counts
_RECOVERY_RATE: Final = 1.0  # calls per second with which it starts again after an outage


class AdaptiveRate:
    """The rate of one model's calls, unlimited until a call is rejected."""

    __slots__ = (
        "_accepted",
        "_accepted_before",
        "_adopted_at",
        "_before_last",
        "_curve",
        "_doubt",
        "_early",
        "_elsewhere",
        "_first",
        "_guessed_from",
        "_held_until",
        "_last",
        "_latest",
        "_probe_interval",
        "_recovery_rate",
        "_rejections",
        "_suspected",
        "_sustained",
        "_uncured",
        "_was_held",
        "allowed",
        "noise",
    )

    def __init__(self) -> None:
        self.noise: Noise = Noise()
        self.allowed: float = math.inf  # calls per second that may start now, where all processes start slowly
        self._latest = LatestCalls()
        self._held_until = 0.0  # rule 5
        self._was_held = False  # since the rate was lowered
        self._guessed_from = 0.0  # the rate until it was lowered by few calls in a moment; 0 when it was measured
        self._curve: Cubic | None = None
        self._probe_interval = 0.0  # seconds between probes; 0 while calls are accepted (rule 4)
        self._recovery_rate = 0.0  # the rate after an outage; 0 when it has met the curve
        self._last = self._before_last = float("-inf")  # when the last two calls started
        self._first = float("inf")
        self._accepted = 0  # calls that started and were not rejected (rule 6)
        self._accepted_before = 0  # the same, with those of other processes, at `_first`
        self._elsewhere = 0  # accepted calls of other processes, as far as they are known (rule 10)
        self._adopted_at = float("-inf")  # when a curve of another process was adopted
        self._sustained = (0.0, float("-inf"))  # the highest rate that was measured, and when (rule 7)
        self._doubt: Doubt | None = None  # rule 8
        self._uncured = 0  # rejections at a sustained rate since it was lowered, while noise is known
        self._early = 0  # isolated rejections below the ceiling, since the last one at it (rule 9)
        self._suspected = 0.0  # the rate before the rejections at sustained rates that are not noise yet
        self._rejections: deque[tuple[float, int]] = deque(maxlen=64)  # (time, calls accepted until then)

    @property
    def active(self) -> bool:
        """Return True if it can hold a call back, or has to count calls (while there is noise)."""
        return self._curve is not None or self._held_until > 0 or self.noise.share > 0

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
        if now - self._last > _IDLE:
            self._first, self._accepted_before = now, self._accepted + self._elsewhere
        self._before_last, self._last = self._last, now
        self._accepted += 1

    def give_back(self, at: float) -> None:
        """Undo the booking of a call that was to start at `at` and was never sent."""
        self._accepted -= 1
        if at == self._last:
            self._last = self._before_last

    @property
    def refused(self) -> bool:
        """Return True if the server refuses the model's calls rather than single ones (rule 5)."""
        return self._probe_interval > _FIRST_PROBE or self._latest.mostly_refused

    def hold(self, until: float) -> None:
        """Let no call start before that time (rule 5)."""
        self._held_until, self._was_held = max(self._held_until, until), True
        curve, before = self._curve, self._guessed_from
        if curve is not None and before:
            ceiling = max(curve.ceiling, math.sqrt(curve.ceiling * before))
            self._curve, self._guessed_from = Cubic(ceiling, curve.since, min(curve.period, period_of(ceiling))), 0.0

    def accept(self, now: float, granted_at: float) -> None:
        """Book that the server accepted a call that was granted at `granted_at`."""
        if now >= self._held_until:
            self._held_until = 0.0
        curve = self._curve
        if curve is None:
            if self.noise.share:
                self.noise.accept(now, sustained=False)
            return
        self.noise.accept(now, sustained=self._is_sustained(now))
        if self._doubt is not None and granted_at < curve.since:
            self._resolve(now, granted_at, self._doubt)
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
            self._last = float("-inf")

    @property
    def state(self) -> RateState:
        """Return what other processes should know (rule 10)."""
        curve = self._curve
        if curve is None:
            return RateState(held_until=self._held_until)
        outage = self._probe_interval, self._recovery_rate
        return RateState(curve.ceiling, curve.since, curve.period, *outage, self._held_until)

    @property
    def rejections(self) -> list[tuple[float, int]]:
        """Return when the last calls were rejected, and how many calls of all processes were accepted until then."""
        return list(self._rejections)[-_TOLD:]

    def adopt(self, now: float, state: RateState, rejections: Iterable[tuple[float, int]]) -> None:
        """Take over what another process has found (rule 10)."""
        self._curve = Cubic(state.ceiling, min(state.since, now), state.period) if state.ceiling else None
        self._probe_interval, self._recovery_rate = state.probe_interval, state.recovery_rate
        if state.held_until > now:
            self.hold(state.held_until)
        self._doubt, self._guessed_from, self._adopted_at = None, 0.0, now
        self._rejections.clear()
        self._rejections.extend(rejections)

    def count_elsewhere(self, total: int) -> None:
        """Book that all processes together had `total` calls accepted."""
        self._elsewhere = total - self._accepted

    @property
    def accepted(self) -> int:
        """Return how many calls started and were not rejected (rule 6)."""
        return self._accepted

    @property
    def total(self) -> int:
        """Return the same of all processes, as far as they are known (rule 10)."""
        return self._accepted + self._elsewhere

    def reject(self, now: float, granted_at: float, in_flight: int) -> bool:
        """Book that the server rejected a call that was granted at `granted_at`, when `in_flight` were under way.

        Return True if that is noise; else the rate is lowered.
        """
        self._latest.refuse(self._accepted, in_flight)
        self._accepted -= 1
        curve, doubt = self._curve, self._doubt
        if curve is not None and granted_at < max(curve.since, self._adopted_at):  # rules 2 and 10
            if doubt is not None and granted_at > doubt.granted_at:
                doubt.reject()
            return self.noise.share > 0
        self._doubt = None
        accepted, seconds = self._measured(now)
        sustained = self._look_at(now, accepted, seconds)
        known = self.noise.share > 0
        if sustained and not known and self.total - self._rejections[-1][1] >= _LONE:
            self.noise.witness(self.total - self._rejections[-1][1])
        if curve is not None and not self._accepted_since(curve.since):
            self._probe(now, curve)
        elif self.noise.refuse(now, sustained=sustained):
            if curve is not None:
                self._lift(now, curve, sustained=sustained, first=not known)
            self._rejections.append((now, self.total))
            return True
        else:
            before = self._rate_before(now)
            if not sustained:
                self._suspected = before
            self._lower(now, granted_at, before, accepted, seconds)
        self._rejections.append((now, self.total))
        return False

    def _resolve(self, now: float, granted_at: float, doubt: Doubt) -> None:
        """Take a rejection back when enough calls beside it were accepted (rule 8)."""
        if granted_at > doubt.granted_at and doubt.accept():
            self.noise.witness(doubt.accepted)
            self._curve, self._doubt = Cubic(doubt.before, now - _GUESS_PERIOD, _GUESS_PERIOD), None

    def _look_at(self, now: float, accepted: int, seconds: float) -> bool:
        """Keep the rate that was measured; return True if a rejection now is at a rate that was sustained (rule 7)."""
        rate, at = self._sustained
        if accepted >= _ENOUGH and (accepted > rate * seconds or now - at > _SUSTAINED_FOR):
            self._sustained = accepted / seconds, now
        isolated = bool(self._rejections) and self.total - self._rejections[-1][1] >= _ISOLATED
        if not isolated and not self.noise.share:
            return False
        return self._is_sustained(now) or self._is_too_early(now, isolated=isolated)

    def _is_too_early(self, now: float, *, isolated: bool) -> bool:
        """Count rejections below the ceiling; return True if there are too many for a limit (rule 9)."""
        curve = self._curve
        if curve is None or self._recovery_rate or curve.value(now) >= _EARLY * curve.ceiling:
            self._early = 0
        elif isolated:
            self._early += 1
        return self._early > _TOO_EARLY

    def _lift(self, now: float, curve: Cubic, *, sustained: bool, first: bool) -> None:
        """Take back what noise has lowered (rule 7)."""
        if first:
            ceiling = max(self._suspected, self._sustained[0], curve.ceiling)
            self._curve = Cubic(ceiling, now - _LIFT_PERIOD, _LIFT_PERIOD)
        elif sustained:
            self._uncured += 1
            if self._uncured >= _UNCURED and curve.value(now) < curve.ceiling:
                self._curve = Cubic(curve.ceiling, now - _GUESS_PERIOD, _GUESS_PERIOD)

    def _probe(self, now: float, curve: Cubic) -> None:
        """Send single calls, each time after twice as long (rule 4)."""
        before = self._rate_before(now)
        self._probe_interval = min(max(2 * self._probe_interval, _FIRST_PROBE, 1 / before), _LONGEST_PROBE)
        curve.since = now
        self._rejections.clear()

    def _lower(self, now: float, granted_at: float, before: float, accepted: int, seconds: float) -> None:
        """Begin a new curve below the rate that was measured.

        Rule 3: what was measured is less than the limit if the server's bucket was full, and overflowed, for a time. A
        reliable measurement is averaged with the upper bound, one of few calls is taken as it is.
        """
        measured = (max(0, accepted) + 1) / seconds if seconds else before
        if accepted >= _ENOUGH and not self.noise.share:
            measured = (measured + before) / 2
        if self._was_held:
            measured, self._was_held = max(measured, math.sqrt(measured * before)), False
        ceiling = max(min(before, measured), 1 / LONGEST)
        period = period_of(ceiling)
        self._curve = Cubic(ceiling, now, period if seconds else min(period, _GUESS_PERIOD))
        self._recovery_rate, self._uncured = 0.0, 0
        is_guess = accepted < _ENOUGH and seconds < _GUESS_PERIOD
        self._guessed_from = min(before, self._rate_since_first(now)) if is_guess else 0.0
        if ceiling < before:
            self._doubt = Doubt(granted_at, before, ceiling)

    def _rate_before(self, now: float) -> float:
        """Return the rate that was allowed until now, or the one that calls had while nothing was limited."""
        if self._curve is None:
            rate = self._rate_since_first(now)
            return rate if self.allowed == math.inf else math.sqrt(min(rate, self.allowed) * self.allowed)
        return self._recovery_rate or self._curve.value(now)

    def _rate_since_first(self, now: float) -> float:
        return max(1.0, self.total - self._accepted_before) / max(now - self._first, 1e-3)

    def _is_sustained(self, now: float) -> bool:
        rate, at = self._sustained
        return now - at < _SUSTAINED_FOR and self.rate(now) < _BELOW * rate

    def _accepted_since(self, time: float) -> bool:
        for at, accepted in reversed(self._rejections):
            if at <= time:
                return self.total > accepted
        return True

    def _measured(self, now: float) -> tuple[int, float]:
        """Return (accepted calls, seconds) since an earlier rejection; 0 seconds if there was none."""
        accepted, seconds = 0, 0.0
        for at, before in reversed(self._rejections):
            if seconds and now - at > _HORIZON:
                break
            accepted, seconds = self.total - before, now - at
            if accepted >= _ENOUGH:
                break
        return accepted, seconds
