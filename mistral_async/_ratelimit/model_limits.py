"""The limits that one call meets: those that the user stated (a Group) and those of its model (a Lane)."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from mistral_async._codec.rate_limit_headers import NOTHING, RateLimit, RateLimitStatus
from mistral_async._ratelimit.cubic import Cap, Pace
from mistral_async._ratelimit.reservation import Booking
from mistral_async._ratelimit.server_limit import Draw, Learned
from mistral_async._ratelimit.settings import RateLimits
from mistral_async._ratelimit.token_bucket import Meter, bucket, spread

if TYPE_CHECKING:
    from mistral_async._ratelimit.reservation import Reservation

_LONGEST_WINDOW: Final = 3600.0  # nobody waits for the next day: such a limit is left to the server
_FIRST_CALLS: Final = 4  # bulk work starts with so many at once while nothing is known
_ASKING: Final = 4  # calls of a process that ask a shared store at once
_AGREED: Final = 1000  # and is known to be unlimited at so many
_RECENT: Final = 60.0  # seconds for which an interactive call is taken to be followed by others
_LEAVE: Final = 0.05  # the share of a limit that bulk work then leaves
_NAP: Final = 0.25  # seconds until the first in line asks again when what it waits for has no known time
_NO_QUOTA: Final = 60.0  # seconds until a model without quota is tried again
_WEIGHT: Final = 0.2  # of the newest call in an average


class Refusal(NamedTuple):
    """The call that got a 429: when it was let go, as one of how many."""

    released: float
    in_flight: int


class Group:
    """The limits that a user stated, for all models or for one, and the calls that wait for them."""

    __slots__ = ("asking", "concurrency", "in_flight", "interactive_at", "meters", "name", "shared", "waiting")

    def __init__(self, name: str, limits: RateLimits, *, shared: bool = False) -> None:
        self.name: str = name
        self.shared: bool = shared
        self.meters: tuple[tuple[str, Meter], ...] = stated_meters(limits)
        self.concurrency: int | None = limits.concurrency
        self.in_flight: int = 0
        self.asking: int = 0  # calls that ask the shared store
        self.interactive_at: float = float("-inf")
        self.waiting: dict[Lane, None] = {}

    @property
    def stated(self) -> bool:
        """Whether the user stated anything."""
        return bool(self.meters) or self.concurrency is not None

    def leaves(self, now: float, *, bulk: bool) -> bool:
        """Whether a call has to leave something to interactive ones."""
        return bulk and now - self.interactive_at < _RECENT

    def ready(self, now: float, call: Reservation, *, leave: bool) -> float:
        """Return when the call may go by the stated limits."""
        if self.concurrency is not None and self.in_flight >= room(self.concurrency, leave=leave):
            return now + _NAP
        if self.shared:
            return now if self.asking < _ASKING else now + _NAP
        at = now
        for resource, meter in self.meters:
            spare = min(_LEAVE * meter.limit, 0.25 * meter.burst) if leave else 0.0
            at = max(at, meter.ready(now, call.costs.get(resource, 0.0), spare))
        return at

    def spend(self, now: float, call: Reservation) -> None:
        """Book a call that starts now."""
        for resource, meter in self.meters:
            cost = call.costs.get(resource, 0.0)
            call.booked.append(Booking(meter, meter.spend(now, cost), resource, cost))

    def book(self, call: Reservation, now: float) -> float:
        """Book a call that may go now; else return the seconds until it may."""
        at = max((meter.ready(now, call.costs.get(resource, 0.0)) for resource, meter in self.meters), default=now)
        if at <= now:
            self.spend(now, call)
        return at - now

    def interval(self, call: Reservation) -> float:
        """Return the seconds between calls like this one at the stated limits."""
        return max((call.costs.get(resource, 0.0) / meter.rate for resource, meter in self.meters), default=0.0)


def room(cap: float, *, leave: bool) -> float:
    """Return how many calls may be in flight: bulk work leaves a tenth to others."""
    return cap - max(1.0, 0.1 * cap) if leave and _FIRST_CALLS <= cap < math.inf else cap


def stated_meters(limits: RateLimits) -> tuple[tuple[str, Meter], ...]:
    """Return the resources and meters of what a user stated."""
    meters: list[tuple[str, Meter]] = []
    for limit, window in ((limits.requests_per_second, 1.0), (limits.requests_per_minute, 60.0)):
        if limit is not None:
            burst = limits.burst
            meter = spread(limit, window, smooth=window > 1) if burst is None else bucket(limit, window, burst)
            meters.append(("requests", meter))
    if limits.tokens_per_minute is not None:
        meters.append(("tokens", spread(limits.tokens_per_minute, 60.0, smooth=True)))
    return tuple(meters)


class Lane:
    """What is known of one model at the server, and the calls that wait for it, interactive ones first."""

    __slots__ = (
        "_costs",
        "_started",
        "_tried",
        "cap",
        "closed",
        "group",
        "in_flight",
        "joined",
        "learned",
        "left",
        "pace",
        "queues",
        "ratio",
    )

    def __init__(self, group: Group) -> None:
        self.group: Group = group
        self.queues: tuple[deque[Reservation], deque[Reservation]] = (deque(), deque())
        self.joined: int = 0  # calls that ever came into the queues
        self.left: int = 0  # and went
        self.in_flight: int = 0
        self.learned: dict[tuple[str, str], Learned] = {}
        self.pace: Pace = Pace()
        self.cap: Cap = Cap()
        self.closed: tuple[float, RateLimit] | None = None  # no quota, until then
        self.ratio: float = 1.0  # tokens drawn per token estimated
        self._costs: dict[str, float] = {}  # what a call draws on average
        self._tried = _FIRST_CALLS
        self._started: float | None = None

    @property
    def engaged(self) -> bool:
        """Whether anything is known that could hold a call back."""
        return bool(self.learned) or self.pace.active or self.cap.active or self.closed is not None

    def costs(self, given: Mapping[str, float]) -> dict[str, float]:
        """Return what a call will draw, by its own estimate or by what others drew."""
        costs = {**self._costs, **given}
        costs.setdefault("requests", 1.0)
        if "tokens" in given:
            costs["tokens"] *= self.ratio
        return costs

    def ready(self, now: float, call: Reservation, *, leave: bool) -> float:
        """Return when the call may go by what the server allows this model."""
        if self.closed is not None:
            return now
        cap = self.cap.value(now) if self.cap.active else math.inf
        if call.bulk and not self.engaged and not self.group.meters:
            cap = min(cap, self._ramp(now))
        if cap < math.inf and self.in_flight >= max(1.0, room(cap, leave=leave)):
            return now + _NAP
        at = self.pace.ready(now) if self.pace.active else now
        for (resource, _), limit in self.learned.items():
            cost = call.costs.get(resource)
            if cost:
                ready = limit.ready(now, cost, _LEAVE if leave else 0.0)
                at = max(at, ready)
        return at

    def spend(self, now: float, call: Reservation) -> None:
        """Book a call that starts now."""
        self.in_flight += 1
        call.in_flight = self.in_flight
        self.pace.spend(now)
        for key, limit in self.learned.items():
            call.drawn[key] = limit.spend(now, call.costs.get(key[0], 0.0))

    def give_back(self, call: Reservation) -> None:
        """Book that a call that was let go is not sent."""
        self.pace.give_back(call.granted_at)
        for key, draw in call.drawn.items():
            self.learned[key].give_back(draw)

    def close(self, now: float, call: Reservation, actual: Mapping[str, float] | None) -> None:
        """Book what an answered call drew in fact, or (None) that it was refused."""
        for key, draw in call.drawn.items():
            self.learned[key].close(now, draw, None if actual is None else actual.get(key[0], 0.0))

    def interval(self, now: float, call: Reservation) -> float:
        """Return the seconds between calls like this one at the server's limits."""
        interval = 1 / self.pace.rate(now)
        for (resource, _), limit in self.learned.items():
            interval = max(interval, call.costs.get(resource, 0.0) / limit.rate)
        return interval

    def head(self) -> Reservation | None:
        """Return the call that is next, after those that left the queue."""
        for queue in self.queues:
            while queue and queue[0].state:  # not WAITING
                queue.popleft()
            if queue:
                return queue[0]
        return None

    def learn(
        self, now: float, status: RateLimitStatus, costs: Mapping[str, float], drawn: Mapping[tuple[str, str], Draw]
    ) -> None:
        """Take over what an answer said."""
        for limit in status.limits:
            seconds = limit.window_seconds
            if seconds is None or seconds > _LONGEST_WINDOW or not limit.limit or limit.remaining is None:
                continue
            key = (limit.resource, limit.window)
            known = self.learned.get(key)
            cost = costs.get(limit.resource, 0.0)
            if known is None:
                known = self.learned[key] = Learned(limit.resource, seconds, limit.limit, now)
                known.started(now, cost, limit.remaining, self.in_flight * cost)
                continue
            known.resize(limit.limit)
            draw = drawn.get(key)
            if draw is None:
                known.hinted(now, limit.remaining)
            else:
                known.answered(now, draw, cost, limit.remaining)

    def refused(
        self, now: float, call: Refusal, status: RateLimitStatus, retry_after: float | None, *, capacity: bool
    ) -> None:
        """Take over what a 429 said, and where it said nothing, look for the limit that it hit."""
        named = False
        for limit in status.limits:
            if limit.limit == 0:
                self.closed = (now + _NO_QUOTA, limit)
                return
            seconds = limit.window_seconds
            if seconds is None or seconds > _LONGEST_WINDOW or not limit.limit or limit.remaining != 0:
                continue
            key = (limit.resource, limit.window)
            known = self.learned.get(key) or Learned(limit.resource, seconds, limit.limit, now)
            self.learned[key] = known
            known.denied(now, call.released)
            named = True
        if retry_after is not None:
            self.pace.hold(now + retry_after)
        if not named and not capacity and status is NOTHING:
            likely = min(self.learned.values(), key=lambda limit: limit.level / limit.size, default=None)
            if likely is not None and likely.explains(now):
                likely.denied(now, call.released)
                named = True
        if capacity:
            self.cap.refused(now, call.released, call.in_flight)
        elif not named:
            self.pace.refused(now, call.released)

    def average(self, status: RateLimitStatus, tokens: float | None, estimate: float | None) -> dict[str, float]:
        """Return what an answered call drew of each resource, and remember it for calls without an estimate."""
        actual: dict[str, float] = {"requests": 1.0, **status.costs}
        if tokens is not None:
            actual.setdefault("tokens", tokens)
        for limit in status.limits:
            if limit.resource not in actual:
                actual[limit.resource] = estimate or 0.0 if limit.resource == "tokens" else 1.0
        known = self._costs
        for resource, drawn in actual.items():
            if resource != "requests":
                before = known.get(resource)
                known[resource] = drawn if before is None else before + _WEIGHT * (drawn - before)
        for resource in known:
            if resource not in actual:
                known[resource] *= 1 - _WEIGHT
        if estimate and (tokens is not None or "tokens" in status.costs):
            ratio = min(20.0, max(0.05, actual["tokens"] / estimate))
            self.ratio += _WEIGHT * (ratio - self.ratio)
        return actual

    def accepted(self, now: float) -> None:
        """Book that the server took a call."""
        self.pace.accepted(now)
        self.cap.accepted(now)
        self._tried += 1

    def no_quota(self, now: float) -> RateLimit | None:
        """Return the limit of 0 that the server stated not long ago."""
        if self.closed is not None and now > self.closed[0]:
            self.closed = None
        return None if self.closed is None else self.closed[1]

    def _ramp(self, now: float) -> float:
        if self._tried >= _AGREED:
            return float("inf")
        if self._started is None:
            self._started = now
        return self._tried * math.exp2(min(now - self._started, 10.0))
