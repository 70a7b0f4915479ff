"""The limits that a user stated, for all models together or for one: units per window, and calls in flight."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from mistral_async._ratelimit.settings import RateLimits
from mistral_async._ratelimit.store import BURST_HEADROOM, HEADROOM
from mistral_async._ratelimit.token_bucket import TokenBucket, make_burst_bucket, make_spread_bucket

# Rule 1: What the user states holds whatever the server says; what the server says is kept as well.
#
# Rule 2: Bulk work leaves headroom while interactive calls come: a twentieth of each limit (a quarter of a burst at
# most) and a tenth of the calls in flight. Where no interactive call came for a minute, it takes everything.
#
# Rule 3: Units in a shared store are drawn there, not here. The buckets here serve while the store is down. Calls in
# flight are never shared: a process that dies would not give them back.

SLOT_POLL: Final = 0.25  # seconds until the first in a queue asks again for a slot in flight: no time is known for it
_SLOT_HEADROOM: Final = 0.1  # of the calls in flight, and one at least
_SMALL_CONCURRENCY: Final = 4  # calls in flight below which there is no headroom: a slot would be a quarter of them


class Booking(Struct, frozen=True, gc=False):
    """Units that one call drew from one stated limit."""

    bucket: TokenBucket
    mark: float
    resource: str
    cost: float


class StatedLimits:
    """The limits that a user stated, and how much of each is drawn."""

    __slots__ = ("buckets", "concurrency", "in_flight", "learns", "name", "shared")

    def __init__(self, name: str, limits: RateLimits, *, shared: bool = False, learns: bool = False) -> None:
        self.name: str = name  # of the model, or "*": part of the key in a shared store
        self.shared: bool = shared
        self.learns: bool = learns  # the store shares what is learned too
        self.buckets: tuple[tuple[str, TokenBucket], ...] = _make_buckets(limits)  # with their resources
        self.concurrency: int | None = limits.concurrency
        self.in_flight: int = 0

    @property
    def restricted(self) -> bool:
        """Return True if the user stated anything, or others may have learned something."""
        return bool(self.buckets) or self.concurrency is not None or self.learns

    def ready_at(self, now: float, costs: Mapping[str, float], *, headroom: bool) -> float:
        """Return the earliest time, `now` or later, at which a call may start."""
        if self.concurrency is not None and self.in_flight >= usable_slots(self.concurrency, headroom=headroom):
            return now + SLOT_POLL
        if self.shared:
            return now
        at = now
        for resource, bucket in self.buckets:
            spare = min(HEADROOM * bucket.limit, BURST_HEADROOM * bucket.burst) if headroom else 0.0
            at = max(at, bucket.ready_at(now, costs.get(resource, 0.0), spare))
        return at

    def draw(self, now: float, costs: Mapping[str, float]) -> list[Booking]:
        """Book a call that starts now."""
        booked: list[Booking] = []
        for resource, bucket in self.buckets:
            cost = costs.get(resource, 0.0)
            booked.append(Booking(bucket, bucket.draw(now, cost), resource, cost))
        return booked

    def seconds_until_ready(self, now: float, costs: Mapping[str, float]) -> float:
        """Return the seconds until a call may start by the buckets alone."""
        at = now
        for resource, bucket in self.buckets:
            at = max(at, bucket.ready_at(now, costs.get(resource, 0.0)))
        return at - now

    def interval(self, costs: Mapping[str, float]) -> float:
        """Return the seconds between calls of these costs at the stated limits."""
        return max((costs.get(resource, 0.0) / bucket.rate for resource, bucket in self.buckets), default=0.0)


def usable_slots(limit: float, *, headroom: bool) -> float:
    """Return how many of `limit` calls in flight may be used; bulk work leaves some to others (rule 2)."""
    if headroom and _SMALL_CONCURRENCY <= limit < math.inf:
        return limit - max(1.0, _SLOT_HEADROOM * limit)
    return limit


def _make_buckets(limits: RateLimits) -> tuple[tuple[str, TokenBucket], ...]:
    buckets: list[tuple[str, TokenBucket]] = []
    for limit, window in ((limits.requests_per_second, 1.0), (limits.requests_per_minute, 60.0)):
        if limit is None:
            continue
        if limits.burst is None:
            buckets.append(("requests", make_spread_bucket(limit, window, smooth=window > 1)))
        else:
            buckets.append(("requests", make_burst_bucket(limit, window, limits.burst)))
    if limits.tokens_per_minute is not None:
        buckets.append(("tokens", make_spread_bucket(limits.tokens_per_minute, 60.0, smooth=True)))
    return tuple(buckets)
