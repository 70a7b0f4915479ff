"""A limit that the user stated: a token bucket that spaces calls out, and a log of one window that it never exceeds.

Sans-I/O: times are seconds of any one clock, passed in. A TokenBucket is plain data, so a store can keep it as bytes.
"""

from __future__ import annotations

from typing import Final

import msgspec

# Rule 1: With a log, no window of `window` seconds ever holds more than `limit` units, wherever the window begins.
# The log holds the units of each slot, 1/256 of the window, and an entry counts from the end of its slot: what is
# rounded is rounded to the safe side. The bucket only spreads the calls within the window.
#
# Rule 2: A bucket with `burst` 1 and no log spaces units evenly, which keeps rule 1 without a log.
#
# Rule 3: A bucket with a burst that the user chose is the server's own bucket: at most the burst at once, then the
# rate. It has no log, for a bucket that is full at the start of a window lets more than the limit pass in it.
#
# Rule 4: A cost larger than the limit is admitted alone, when all else has left the window. That is never an
# error: only the server knows whether it is too large.
#
# Rule 5: Units that are given back count as never drawn. In a log they leave their slot; a plain bucket replays its
# last calls, because a bucket that was full meanwhile would have overflowed.

_LOG_SLOTS: Final = 256  # entries per window: an entry leaves the log at most 1/256 of the window late
_MARGIN_SHARE: Final = 0.02  # of the window is added to it, for calls that overtake each other on the network
_MAX_MARGIN: Final = 0.5  # seconds; the network delays calls by the same time, however long the window is
_BUCKET_RATE: Final = 0.99  # of the stated rate, for clocks that run differently from the server's
_SMOOTH_SHARE: Final = 0.1  # of a window's limit that may start at once
_REPLAYED_CALLS: Final = 64  # of a plain bucket that can still be given back
_EPSILON: Final = 1e-9  # relative; absorbs rounding errors of floats


class TokenBucket(msgspec.Struct, array_like=True):
    """Units drawn from one limit: `ready_at` returns when a call may start, `draw` books it.

    The order of the fields is the format of the SQLite store.
    """

    limit: float
    window: float
    rate: float  # units per second at which `level` refills
    burst: float  # the most that `level` can be
    level: float
    stamp: float = 0.0  # the time at which `level` was right
    log: list[list[float]] | None = None  # [slot, units], oldest first; None for a plain bucket
    used: float = 0.0  # the sum of the log
    recent: list[list[float]] = []  # a plain bucket's last calls, [time, units], before which it held `base`
    base: float = 0.0
    base_stamp: float = 0.0
    interactive_at: float = float("-inf")  # when an interactive call was last booked (store)
    next_turn: float = 0.0  # when the next one that gets no slot may ask again (store)

    def ready_at(self, now: float, cost: float, headroom: float = 0.0) -> float:
        """Return the earliest time, `now` or later, at which `cost` units can be drawn and `headroom` units stay."""
        start = max(now, self.stamp)
        level = min(self.burst, self.level + (start - self.stamp) * self.rate)
        need = min(cost + headroom, self.burst)
        if level < need - _EPSILON * self.burst:
            start += (need - level) / self.rate
        return start if self.log is None else self._fits_at(max(now, self.stamp), start, cost + headroom)

    def draw(self, at: float, cost: float) -> float:
        """Draw units at `at`, a time that `ready_at` returned or a later one; return the mark for a correction."""
        at = max(at, self.stamp)
        self.level = min(self.burst, self.level + (at - self.stamp) * self.rate) - cost
        self.stamp = at
        if self.log is None:
            self._remember(at, cost)
        else:
            self._expire(at)
            slot = float(int(at / self.slot_seconds))
            if self.log and self.log[-1][0] >= slot:
                self.log[-1][1] += cost
            else:
                self.log.append([slot, cost])
            self.used += cost
        return at

    def correct(self, mark: float, change: float) -> None:
        """Add `change` units (negative: give back) to what the call with this mark drew. Rule 5."""
        if self.log is None:
            self._replay(mark, change)
            return
        self.level = min(self.burst, self.level - change)
        slot = int(mark / self.slot_seconds)
        for entry in reversed(self.log):
            if entry[0] < slot:
                return
            if entry[0] == slot:
                change = max(change, -entry[1])
                entry[1] += change
                self.used += change
                return

    @property
    def slot_seconds(self) -> float:
        """Return the seconds that one entry of the log covers."""
        return self.window / _LOG_SLOTS

    @property
    def retention(self) -> float:
        """Return the seconds for which an entry of the log counts, from the end of its slot."""
        return self.window + margin(self.window)

    def _remember(self, at: float, cost: float) -> None:
        self.recent.append([at, cost])
        if len(self.recent) > _REPLAYED_CALLS:
            first, drawn = self.recent.pop(0)
            self.base = min(self.burst, self.base + (first - self.base_stamp) * self.rate) - drawn
            self.base_stamp = first

    def _replay(self, mark: float, change: float) -> None:
        """Change one remembered call and compute the level anew."""
        for entry in self.recent:
            if entry[0] == mark:
                entry[1] += change
                break
        else:
            return
        level, then = self.base, self.base_stamp
        for at, cost in self.recent:
            level = min(self.burst, level + (at - then) * self.rate) - cost
            then = at
        self.level, self.stamp = level, then

    def _fits_at(self, now: float, at: float, cost: float) -> float:
        """Return the earliest time from `at` on at which the log leaves room for `cost`."""
        self._expire(now)
        excess = self.used + cost - self.limit
        for slot, units in self.log or ():
            expires = (slot + 1) * self.slot_seconds + self.retention
            if expires > at and excess <= _EPSILON * self.limit:
                break
            at = max(at, expires)
            excess -= units
        return at  # with excess left, the log is empty by then: rule 4

    def _expire(self, now: float) -> None:
        """Remove what has left the window from the log."""
        log = self.log
        if not log:
            return
        expired = 0
        last = (now - self.retention) / self.slot_seconds - 1 + _EPSILON
        while expired < len(log) and log[expired][0] <= last:
            self.used -= log[expired][1]
            expired += 1
        if expired:
            del log[:expired]
            self.used = max(0.0, self.used) if log else 0.0


def margin(window: float) -> float:
    """Return the seconds that are added to a window, for calls that reach the server out of order."""
    return min(_MARGIN_SHARE * window, _MAX_MARGIN)


def make_burst_bucket(limit: float, window: float, burst: float) -> TokenBucket:
    """Make a bucket of `burst` units that refills with `limit` units per window (rule 3).

    One unit of the burst is kept back: calls that bunch on the network must not find the server's bucket empty.
    """
    size = max(1.0, burst - 1.0)
    return TokenBucket(limit, window, limit / window * _BUCKET_RATE, size, size, base=size)


def make_spread_bucket(limit: float, window: float, *, smooth: bool) -> TokenBucket:
    """Make a limit that no window exceeds: units one by one (rule 2), or a tenth of it at once (`smooth`, rule 1)."""
    rate = limit / (window + margin(window))
    if not smooth:
        return TokenBucket(limit, window, rate, 1.0, 1.0, base=1.0)
    size = max(1.0, limit * _SMOOTH_SHARE)
    return TokenBucket(limit, window, rate, size, size, log=[])
