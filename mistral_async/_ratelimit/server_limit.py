"""A limit that the server states in its headers: a bucket or a fixed window, which is found by watching it.

`remaining` is the truth of a moment that is past when it is read: what was sent since is taken off, what flowed in is
added. Whatever is missing then was drawn by others with the same key: it is waited for.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

# Rule 1: The level may fall with any response, and rises only with a response to the newest burst that is complete.
# Calls within 25 ms may reach the server in any order, so they are one burst, and its lowest `remaining`, the one that
# was made last, counts for all of them.
#
# Rule 2: A request is counted when it arrives. Other units (tokens, pages) may be counted on arrival or when the call
# has been worked off; headers do not say which. The level is the lower of the two readings, so that neither kind of
# server is asked for too much.
#
# Rule 3: A limit is a bucket that refills evenly until it rejects twice with nothing accepted in between. Then it is a
# fixed window: nothing flows in until it begins anew, and one call probes it eight times per window. It is a bucket
# again when something flows in evenly, or when calls go through whose responses (streams) say nothing of it.
#
# Rule 4: A rejection says that others draw from the limit, with the same key. The rate falls by a tenth, but not below
# half the stated one, and returns to it in about a window, or in five seconds while the bucket is nearly full.
#
# Rule 5: A rejection counts once. It empties the level, and calls that were granted before it tell nothing new.
#
# Rule 6: The size of a bucket is the most that was ever seen in it. Servers state units per window, not the burst.
#
# Rule 7: Where processes share what they learn (`learned`), the shared store paces all of them by limit, rate and size;
# what is left each process reads in its own answers, which show what all of them draw.

_FULL: Final = 0.9  # share of its size above which a bucket may overflow, and shows no inflow
_PROBES: Final = 8  # per fixed window: at most an eighth of a window is lost when it begins anew
_RECOVERY: Final = 5.0  # seconds in which the rate returns to the stated one while the bucket is nearly full
_YIELD: Final = 0.9  # of the rate is kept after a rejection
_LEAST_SHARE: Final = 0.5  # of the stated rate is kept, however often calls are rejected
_BURST_SECONDS: Final = 0.025  # calls that start so close together may overtake each other on the network
PACE: Final = 0.99  # of the rate is used: what is left over stays in the bucket and is seen in the next response
_MARGIN_SHARE: Final = 0.2  # of the size at most is the margin that is kept: the cost of one more call
_OTHERS_SHARE: Final = 0.02  # of the size is left to others while they are known to draw
_OTHERS_DRAW: Final = 0.95  # a rate below this share of the stated one shows that others draw
_LIKELY_SHARE: Final = 0.25  # of the size: a rejection without a reason is for a limit that has less left than this,
_LIKELY_UNITS: Final = 4.0  # or fewer units than these


class Burst:
    """Calls that started so close together that they may reach the server in any order (rule 1)."""

    __slots__ = ("at", "lowest", "open", "spent")

    def __init__(self, at: float, spent: float) -> None:
        self.at = at
        self.spent = spent  # all units that were ever drawn up to and with these calls
        self.open = 0  # calls without a response
        self.lowest = float("inf")  # the lowest `remaining` of their responses


class LimitState(Struct, frozen=True, gc=False, array_like=True):
    """A limit as one process tells others of it (rule 7)."""

    limit: float  # units per window
    size: float
    rejected_at: float  # seconds of one clock; 0: never
    rate: float  # units per second that were left for all processes then

    def moved(self, seconds: float) -> LimitState:
        """Return the state in times of another clock, which is so much ahead."""
        return replace(self, rejected_at=self.rejected_at + seconds) if self.rejected_at else self


class Debit(Struct, frozen=True, gc=False):
    """Units that one call drew from a limit."""

    burst: Burst
    cost: float


class ServerLimit:
    """One (model, resource, window) of the server's, as far as its responses show it."""

    __slots__ = (
        "_burst",
        "_by_response",
        "_misses",
        "_newest",
        "_pending",
        "_probe_at",
        "_rejected_at",
        "_reported",
        "_reported_at",
        "_seen",
        "_seen_remaining",
        "_settled",
        "_silent",
        "_spent",
        "_stamp",
        "_window_start",
        "fixed",
        "level",
        "limit",
        "rate",
        "size",
        "stated",
        "window",
    )

    def __init__(self, resource: str, window: float, limit: float, now: float) -> None:
        self._by_response = resource != "requests"  # it may be counted when the call is answered (rule 2)
        self.window = window  # seconds
        self.limit = limit  # units per window
        self.stated: float = limit / window  # units per second
        self.rate: float = self.stated  # the same, less what others draw (rule 4)
        self.size = 1.0  # rule 6
        self.level = 0.0  # units left at `_stamp`, if they are counted on arrival
        self.fixed = False  # a fixed window (rule 3)
        self._reported, self._reported_at = float("inf"), now  # `remaining` of the last response, less what was settled
        self._stamp = now
        self._spent = self._settled = self._pending = 0.0  # units ever drawn, drawn by calls that ended, under way
        self._burst = Burst(float("-inf"), 0.0)
        self._newest = float("-inf")  # responses to calls that started earlier do not raise the level (rule 1)
        self._seen: Burst | None = None  # the last burst by which inflow was measured
        self._seen_remaining = 0.0
        self._misses = 0  # rejections one after the other
        self._silent = 0  # responses one after the other that said nothing of this limit
        self._rejected_at = float("-inf")
        self._window_start = now
        self._probe_at = now

    def ready_at(self, now: float, cost: float, headroom: float = 0.0) -> float:
        """Return the earliest time, `now` or later, at which `cost` units can be drawn.

        `headroom` is the share of the size that is left to other calls.
        """
        size = self.size
        margin = min(_MARGIN_SHARE * size, cost)
        if headroom:
            margin += headroom * size
        if self.rate < _OTHERS_DRAW * self.stated:
            margin += _OTHERS_SHARE * size
        level = self._level(now)
        if self.fixed:
            return now if level >= min(cost, size) else max(now, self._probe_at)
        need = min(cost + margin, size)
        return now if level >= need - 1e-9 else now + (need - level) / (self.rate * PACE)

    def draw(self, now: float, cost: float) -> Debit:
        """Book a call that starts now."""
        self.level = self._booked(now) - cost
        if self.rate < self.stated:  # rule 4; streams do not say what is left, so time has to do
            self.rate += (self.stated - self.rate) * min(1.0, (now - self._stamp) / self.window)
        self._stamp = now
        if self.fixed and self.level < 0:
            self.level = 0.0
            self._probe_at = now + self.window / _PROBES
        self._spent += cost
        self._pending += cost
        burst = self._burst
        if now - burst.at > _BURST_SECONDS:
            burst = self._burst = Burst(now, self._spent)
        burst.spent = self._spent
        burst.open += 1
        return Debit(burst, cost)

    def spare(self, now: float) -> float:
        """Return the units that are left, if nothing shows that others draw them and they flow in evenly; else 0."""
        return 0.0 if self.fixed or self.rate < _OTHERS_DRAW * self.stated else self._level(now)

    def remaining(self, now: float) -> float:
        """Return the units that are left now, as far as is known."""
        return min(self.limit, max(0.0, self._level(now)))

    def draw_counted(self, now: float, units: float) -> None:
        """Book calls that went without drawing."""
        self._spent += units
        self._settled += units
        self._reported -= units
        level = self._booked(now)
        self._set_level(now, max(level - units, min(level, 0.0)))

    def give_back(self, debit: Debit) -> None:
        """Undo the booking of a call that was never sent."""
        self._spent -= debit.cost
        self._pending -= debit.cost
        debit.burst.open -= 1
        self.level = min(self.size, self.level + debit.cost)

    def settle(self, debit: Debit, actual: float | None, now: float) -> None:
        """Replace the estimated cost of a call by the actual one; None means the call was rejected."""
        self._pending = max(0.0, self._pending - debit.cost)
        debit.burst.open -= 1
        if actual is None:
            return  # the units that it did not draw are not there either: the next response tells
        self._misses = 0
        self._settled += actual
        self._reported -= actual
        self._silent += 1
        if self.fixed and self._silent > 1:
            self.fixed = False  # rule 3
            self._stamp = now
        if self._by_response:
            self.level -= actual - debit.cost

    def start(self, now: float, actual: float, remaining: float, others: float) -> None:
        """Take the first response that names this limit; `others`, units of calls under way, may be counted or not."""
        self.size = min(self.limit, remaining + actual)
        self._set_level(now, max(0.0, remaining - others))
        self._reported, self._reported_at = self.level, now

    def lower(self, now: float, remaining: float) -> None:
        """Take a response to a call that drew nothing here: it was sent before this limit was known (rule 1)."""
        self._misses = 0
        if remaining < self._level(now):
            self._set_level(now, remaining)

    def update(self, now: float, debit: Debit, actual: float, remaining: float) -> None:
        """Correct the level by what a response says is left. `settle` its debit first."""
        self._silent = 0
        if remaining + actual > self.size:
            self.size = min(remaining + actual, max(self.limit, remaining))
        burst = debit.burst
        burst.lowest = min(burst.lowest, remaining)
        # What was drawn since the call started is not in its response (if the server counts at the end, neither is
        # what was under way: see _level).
        level = burst.lowest - (self._spent - burst.spent) + (0.0 if self.fixed else self.rate * (now - burst.at))
        if self._by_response:
            self._reported, self._reported_at = remaining, now
            self._watch(Burst(now, self._settled), actual, remaining)
        elif burst.at >= self._newest:
            self._watch(burst, actual, remaining)
        if level < self._booked(now):
            self._set_level(now, level)
        elif burst.open == 0 and burst.at >= self._newest:
            self._set_level(now, min(level, self.size))
            self._newest = burst.at

    def reject(self, now: float, granted_at: float) -> None:
        """Book that the server rejected a call for this limit, which was granted at `granted_at`."""
        if granted_at < self._rejected_at:
            return  # rule 5
        self._rejected_at = now
        self._newest = max(self._newest, granted_at)
        self._set_level(now, min(0.0, self._booked(now)))
        self._reported, self._reported_at = 0.0, now
        self._misses += 1
        if self.fixed or self._misses > 1:  # rule 3
            self.fixed = True
            self.level = 0.0
            probe_at = now + self.window / _PROBES
            ends = self._window_start + self.window
            self._probe_at = min(probe_at, ends) if ends > now else probe_at
            return
        self.rate = max(_YIELD * self.rate, min(self.rate, _LEAST_SHARE * self.stated))  # rule 4

    def explains_rejection(self, now: float) -> bool:
        """Return True if so little is left that a rejection without a reason was for this limit."""
        return self._level(now) <= max(_LIKELY_SHARE * self.size, _LIKELY_UNITS)

    @property
    def state(self) -> LimitState:
        """Return what other processes should know (rule 7)."""
        rejected_at = self._rejected_at if self._rejected_at > float("-inf") else 0.0
        return LimitState(self.limit, self.size, rejected_at, self.rate)

    def adopt(self, now: float, state: LimitState) -> None:
        """Take over what another process has found (rule 7)."""
        self.resize(state.limit)
        self.size = max(self.size, state.size)
        if state.rejected_at and state.rejected_at > self._rejected_at:
            self._rejected_at = state.rejected_at
            self.rate = min(self.rate, state.rate)
            self._set_level(now, min(0.0, self._booked(now)))

    def resize(self, limit: float) -> None:
        """Take over a limit, in units per window, that the server changed."""
        if limit != self.limit:
            self.rate *= limit / self.limit
            self.stated = limit / self.window
            self.size = min(self.size, limit)
            self.limit = limit

    def _level(self, now: float) -> float:
        """Return the units that are surely left, by both readings of rule 2."""
        level = self._booked(now)
        if not self._by_response:
            return level
        left = self._reported - self._pending
        if not self.fixed:
            left += (now - self._reported_at) * self.rate * PACE
        return min(level, left)

    def _booked(self, now: float) -> float:
        """Return the units that are left if all are counted on arrival."""
        if self.fixed or now <= self._stamp:
            return self.level
        level = self.level + (now - self._stamp) * self.rate * PACE
        return min(self.size, level)

    def _set_level(self, now: float, level: float) -> None:
        self.level = level
        self._stamp = now

    def _watch(self, burst: Burst, actual: float, remaining: float) -> None:
        """Measure the inflow since the last response: raise the rate of a nearly full bucket, judge a fixed window."""
        seen, before = self._seen, self._seen_remaining
        self._seen, self._seen_remaining = burst, remaining
        if seen is None:
            return
        if burst is seen:
            self._seen_remaining = min(before, remaining)
            return
        seconds = burst.at - seen.at
        if self.fixed:
            self._judge(burst.at, remaining - before + burst.spent - seen.spent, self.stated * seconds)
        elif remaining + actual >= _FULL * self.size:
            self.rate += (self.stated - self.rate) * min(1.0, seconds / _RECOVERY)

    def _judge(self, at: float, inflow: float, expected: float) -> None:
        """Decide by the inflow between two responses if a window began anew, or if it is a bucket (rule 3)."""
        if inflow <= 0:
            return
        if inflow > max(1.5 * expected, 0.5 * self.size):
            self._window_start = at  # it came all at once
            self._probe_at = at + self.window
            return
        if inflow >= 0.25 * expected:
            self.fixed = False
