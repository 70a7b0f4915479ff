"""A limit that was stated: a bucket that spaces calls out, and a log by which no window ever holds more than the limit.

Sans-I/O: times are seconds of any one clock, passed in. A Meter is plain data, so a store can keep it as bytes.
"""

from __future__ import annotations

from typing import Final

import msgspec

SLOTS: Final = 256  # the log's resolution: what left the window counts up to 1/256 of it longer
_GUARD: Final = 0.02  # a window is measured 2 % longer than it is, for calls that overtake each other on their way
_MAX_GUARD: Final = 0.5  # seconds
_BUCKET_RATE: Final = 0.99  # a bucket refills 1 % slower than the server's, for the drift of the clocks
_SMOOTH: Final = 0.1  # the share of a window's limit that may start at once
_REMEMBERED: Final = 64  # calls of a plain bucket that can still be given back
_EPSILON: Final = 1e-9


class Meter(msgspec.Struct, array_like=True):
    """Units drawn from one limit: `ready` says when a call may go, `spend` books it."""

    limit: float
    window: float
    rate: float  # units per second at which `level` refills
    burst: float  # the most that `level` can be
    level: float
    stamp: float = 0.0  # when `level` was right
    log: list[list[float]] | None = None  # [slot, units], oldest first; None for a plain bucket
    used: float = 0.0  # the sum of the log
    recent: list[list[float]] = []  # a plain bucket's last calls, [time, units], before which it held `base`
    base: float = 0.0
    base_stamp: float = 0.0

    def ready(self, now: float, cost: float, leave: float = 0.0) -> float:
        """Return the earliest time, `now` or later, at which `cost` units may go and `leave` units still be there."""
        start = max(now, self.stamp)
        level = min(self.burst, self.level + (start - self.stamp) * self.rate)
        need = min(cost + leave, self.burst)
        if level < need - _EPSILON * self.burst:
            start += (need - level) / self.rate
        return start if self.log is None else self._fits(max(now, self.stamp), start, cost + leave)

    def spend(self, at: float, cost: float) -> float:
        """Book a call that starts at `at`, which `ready` returned or something later did; returns its mark."""
        at = max(at, self.stamp)
        self.level = min(self.burst, self.level + (at - self.stamp) * self.rate) - cost
        self.stamp = at
        if self.log is None:
            self._remember(at, cost)
        else:
            self._forget(at)
            slot = float(int(at / self.grain))
            if self.log and self.log[-1][0] >= slot:
                self.log[-1][1] += cost
            else:
                self.log.append([slot, cost])
            self.used += cost
        return at

    def correct(self, mark: float, change: float) -> None:
        """Book that the call with this mark drew `change` units more (less, if negative) than it was booked with."""
        if self.log is None:
            self._replay(mark, change)
            return
        self.level = min(self.burst, self.level - change)
        slot = int(mark / self.grain)
        for entry in reversed(self.log):
            if entry[0] < slot:
                return
            if entry[0] == slot:
                change = max(change, -entry[1])
                entry[1] += change
                self.used += change
                return

    @property
    def grain(self) -> float:
        """Seconds that one entry of the log covers."""
        return self.window / SLOTS

    @property
    def span(self) -> float:
        """Seconds for which an entry of the log counts, from the end of its slot."""
        return self.window + guard(self.window)

    def _remember(self, at: float, cost: float) -> None:
        self.recent.append([at, cost])
        if len(self.recent) > _REMEMBERED:
            first, drawn = self.recent.pop(0)
            self.base = min(self.burst, self.base + (first - self.base_stamp) * self.rate) - drawn
            self.base_stamp = first

    def _replay(self, mark: float, change: float) -> None:
        """Work out the level anew: had the bucket been full meanwhile, what is given back would have run over."""
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

    def _fits(self, now: float, at: float, cost: float) -> float:
        self._forget(now)
        excess = self.used + cost - self.limit
        for slot, units in self.log or ():
            leaves = (slot + 1) * self.grain + self.span
            if leaves > at and excess <= _EPSILON * self.limit:
                break
            at = max(at, leaves)
            excess -= units
        return at  # a call larger than the limit goes alone, when all else has left the window

    def _forget(self, now: float) -> None:
        log = self.log
        if not log:
            return
        gone = 0
        last = (now - self.span) / self.grain - 1 + _EPSILON
        while gone < len(log) and log[gone][0] <= last:
            self.used -= log[gone][1]
            gone += 1
        if gone:
            del log[:gone]
            self.used = max(0.0, self.used) if log else 0.0


def guard(window: float) -> float:
    """Seconds by which a window is taken to be longer than it is."""
    return min(_GUARD * window, _MAX_GUARD)


def bucket(limit: float, window: float, burst: float) -> Meter:
    """Make a token bucket: `burst` units at once, then `limit` per window. One of the burst is kept for jitter."""
    size = max(1.0, burst - 1.0)
    return Meter(limit, window, limit / window * _BUCKET_RATE, size, size, base=size)


def spread(limit: float, window: float, *, smooth: bool) -> Meter:
    """Make a limit that no window exceeds: one unit after the other, or (`smooth`) up to a tenth of it at once."""
    rate = limit / (window + guard(window))
    if not smooth:
        return Meter(limit, window, rate, 1.0, 1.0, base=1.0)
    size = max(1.0, limit * _SMOOTH)
    return Meter(limit, window, rate, size, size, log=[])
