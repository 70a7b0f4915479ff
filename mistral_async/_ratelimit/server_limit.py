"""A limit that the server states in its headers. Whether it is a bucket or a fixed window is found by watching it.

`remaining` is the truth of a moment that is past when it is read: what was sent since is taken off, what flowed in is
added. Whatever is missing then was drawn by others with the same key: it is waited for.
"""

from __future__ import annotations

from typing import Final, NamedTuple

_FULL: Final = 0.9  # above this share of its size a bucket may overflow, and shows no inflow
_PROBES: Final = 8  # tries per window to find out when a fixed one starts anew
_RECOVERY: Final = 5.0  # seconds in which the rate returns to the stated one while the bucket overflows
_YIELD: Final = 0.9  # of the rate is kept after a refusal, down to half of what is stated
_VOLLEY: Final = 0.025  # seconds within which calls may overtake each other
_PACE: Final = 0.99  # what is left over stays in the bucket and is seen in the next answer


class Volley:
    """Calls that started so close together that they may reach the server in any order."""

    __slots__ = ("at", "least", "open", "spent")

    def __init__(self, at: float, spent: float) -> None:
        self.at = at
        self.spent = spent  # all that was ever drawn up to and with these calls
        self.open = 0  # calls without an answer
        self.least = float("inf")  # what the answer that was made last says is left


class Draw(NamedTuple):
    """What one call drew from a limit."""

    volley: Volley
    cost: float


class Learned:
    """One (model, resource, window) of the server's."""

    __slots__ = (
        "_by_answer",
        "_denied_at",
        "_left",
        "_left_at",
        "_misses",
        "_newest",
        "_pending",
        "_probe_at",
        "_seen",
        "_seen_remaining",
        "_settled",
        "_silent",
        "_spent",
        "_stamp",
        "_volley",
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
        # A request is counted when it arrives; units that are known when it has been worked off, then.
        self._by_answer = resource != "requests"
        self.window = window
        self.limit = limit
        self.stated: float = limit / window  # units per second
        self.rate: float = self.stated  # the same, less what others draw
        self.size = 1.0  # the most that was ever seen in it: a bucket may be smaller than its limit per window
        self.level = 0.0  # what was left at `_stamp`, by what was booked since the newest answer
        self.fixed = False
        self._left, self._left_at = float("inf"), now  # what the last answer, of whatever call, said is left
        self._stamp = now
        self._spent = self._settled = self._pending = 0.0
        self._volley = Volley(float("-inf"), 0.0)
        self._newest = float("-inf")  # answers to calls that started earlier do not raise the level
        self._seen: Volley | None = None  # the last that was measured by
        self._seen_remaining = 0.0
        self._misses = 0  # refusals one after the other
        self._silent = 0  # answers one after the other that said nothing of this limit
        self._denied_at = float("-inf")
        self._window_start = now
        self._probe_at = now

    def ready(self, now: float, cost: float, leave_share: float = 0.0) -> float:
        """Return the earliest time, `now` or later, at which `cost` units may be drawn."""
        size = self.size
        margin = min(0.2 * size, cost)
        if leave_share:
            margin += leave_share * size
        if self.rate < 0.95 * self.stated:
            margin += 0.02 * size  # others draw too: leave them some
        level = self._level(now)
        if self.fixed:
            return now if level >= min(cost, size) else max(now, self._probe_at)
        need = cost + margin
        need = min(need, size)
        return now if level >= need - 1e-9 else now + (need - level) / (self.rate * _PACE)

    def spend(self, now: float, cost: float) -> Draw:
        """Book a call that starts now."""
        self.level = self._booked(now) - cost
        if self.rate < self.stated:  # streams say nothing of what is left: a refusal is forgotten in a window's time
            self.rate += (self.stated - self.rate) * min(1.0, (now - self._stamp) / self.window)
        self._stamp = now
        if self.fixed and self.level < 0:
            self.level = 0.0
            self._probe_at = now + self.window / _PROBES
        self._spent += cost
        self._pending += cost
        volley = self._volley
        if now - volley.at > _VOLLEY:
            volley = self._volley = Volley(now, self._spent)
        volley.spent = self._spent
        volley.open += 1
        return Draw(volley, cost)

    def give_back(self, draw: Draw) -> None:
        """Book that a call was never sent."""
        self._spent -= draw.cost
        self._pending -= draw.cost
        draw.volley.open -= 1
        self.level = min(self.size, self.level + draw.cost)

    def close(self, now: float, draw: Draw, actual: float | None) -> None:
        """Book that a call was answered, and what it drew in fact; None if it was refused."""
        self._pending = max(0.0, self._pending - draw.cost)
        draw.volley.open -= 1
        if actual is None:
            return  # what it did not draw is not there either: the next answer tells
        self._misses = 0
        self._settled += actual
        self._left -= actual
        self._silent += 1
        if self.fixed and self._silent > 1:
            self.fixed = False  # calls go through, and their answers (streams) do not say when the window began
            self._stamp = now
        if self._by_answer:
            self.level -= actual - draw.cost

    def started(self, now: float, actual: float, remaining: float, others: float) -> None:
        """Take the first answer that names this limit, while `others` may or may not have been counted."""
        self.size = min(self.limit, remaining + actual)
        self._set(now, max(0.0, remaining - others))
        self._left, self._left_at = self.level, now

    def hinted(self, now: float, remaining: float) -> None:
        """Take an answer to a call that was sent before this limit was known: it can only lower the level."""
        self._misses = 0
        if remaining < self._level(now):
            self._set(now, remaining)

    def answered(self, now: float, draw: Draw, actual: float, remaining: float) -> None:
        """Correct the level by what an answer says is left. Close its draw first."""
        self._silent = 0
        if remaining + actual > self.size:
            self.size = min(remaining + actual, max(self.limit, remaining))
        volley = draw.volley
        volley.least = min(volley.least, remaining)
        # What was drawn since the call started is not in its answer (if the server counts at the end, what is still
        # under way is not: see _level). Of a volley the answer that was made last counts: the lowest.
        level = volley.least - (self._spent - volley.spent) + (0.0 if self.fixed else self.rate * (now - volley.at))
        if self._by_answer:
            self._left, self._left_at = remaining, now
            self._watch(Volley(now, self._settled), actual, remaining)
        elif volley.at >= self._newest:
            self._watch(volley, actual, remaining)
        if level < self._booked(now):
            self._set(now, level)
        elif volley.open == 0 and volley.at >= self._newest:
            self._set(now, min(level, self.size))
            self._newest = volley.at

    def denied(self, now: float, released: float) -> None:
        """Book that the server refused a call for this limit."""
        if released < self._denied_at:
            return  # it was on its way when the first refusal came
        self._denied_at = now
        self._newest = max(self._newest, released)  # what was answered to earlier calls is out of date
        self._set(now, min(0.0, self._booked(now)))
        self._left, self._left_at = 0.0, now
        self._misses += 1
        if self.fixed or self._misses > 1:
            self.fixed = True
            self.level = 0.0
            again = now + self.window / _PROBES
            ends = self._window_start + self.window
            self._probe_at = min(again, ends) if ends > now else again
            return
        self.rate = max(_YIELD * self.rate, min(self.rate, 0.5 * self.stated))

    def explains(self, now: float) -> bool:
        """Whether there was so little left that a refusal which names no reason was for this limit."""
        return self._level(now) <= max(0.25 * self.size, 4.0)

    def resize(self, limit: float) -> None:
        """Take over a limit that the server changed."""
        if limit != self.limit:
            self.rate *= limit / self.limit
            self.stated = limit / self.window
            self.size = min(self.size, limit)
            self.limit = limit

    def _level(self, now: float) -> float:
        """Return what may be left, whether the server counts a call when it arrives or when it is answered."""
        level = self._booked(now)
        if not self._by_answer:
            return level
        left = self._left - self._pending
        if not self.fixed:
            left += (now - self._left_at) * self.rate * _PACE
        return min(level, left)

    def _booked(self, now: float) -> float:
        if self.fixed or now <= self._stamp:
            return self.level
        level = self.level + (now - self._stamp) * self.rate * _PACE
        return min(self.size, level)

    def _set(self, now: float, level: float) -> None:
        self.level = level
        self._stamp = now

    def _watch(self, volley: Volley, actual: float, remaining: float) -> None:
        """See what flowed in since the last answer: whether the bucket overflows, or is a window that began anew."""
        seen, before = self._seen, self._seen_remaining
        self._seen, self._seen_remaining = volley, remaining
        if seen is None:
            return
        if volley is seen:
            self._seen_remaining = min(before, remaining)
            return
        span = volley.at - seen.at
        if self.fixed:
            self._judge(volley.at, remaining - before + volley.spent - seen.spent, self.stated * span)
        elif remaining + actual >= _FULL * self.size:
            self.rate += (self.stated - self.rate) * min(1.0, span / _RECOVERY)

    def _judge(self, at: float, inflow: float, expected: float) -> None:
        if inflow <= 0:
            return
        if inflow > max(1.5 * expected, 0.5 * self.size):
            self._window_start = at  # it came all at once: a window began between the two answers
            self._probe_at = at + self.window
            return
        if inflow >= 0.25 * expected:
            self.fixed = False
