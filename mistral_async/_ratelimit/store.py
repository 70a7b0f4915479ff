"""The protocol of a store that several processes share: they book the same limits in it, in order of arrival.

A store needs these types and the arithmetic (`book`), and nothing of the limiter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol, runtime_checkable

import msgspec

from mistral_async._ratelimit.token_bucket import TokenBucket

HORIZON: Final = 2.0  # seconds: no slot is booked further ahead, so a process that dies takes no more with it
_MIN_RETRY: Final = 0.005  # seconds until a call that got no slot asks again, at least


class Demand(msgspec.Struct, frozen=True):
    """Units that a call wants to draw from one shared limit.

    Attributes:
        key: The limit's name, the same in every process: model (`*` for all), resource, seconds of the window.
        cost: Units to draw.
        limit: Units per window.
        window: Seconds.
        rate: Units per second at which calls are spread.
        burst: Units that may start at once.
        exact: True if no window may ever hold more than the limit.
    """

    key: str
    cost: float
    limit: float
    window: float
    rate: float
    burst: float
    exact: bool


class Correction(NamedTuple):
    """Units that an earlier call drew beyond what it booked (negative: fewer). `mark` is from its Slot."""

    key: str
    mark: float
    change: float


class Slot(NamedTuple):
    """A store's reply: if `booked`, start in `delay` seconds, else ask again then."""

    booked: bool
    delay: float
    mark: float = 0.0


@runtime_checkable
class LimitStore(Protocol):
    """Limits that processes keep together. Safe to use from several event loops and threads."""

    async def reserve(self, demands: Sequence[Demand], corrections: Sequence[Correction]) -> Slot:
        """Apply the corrections, then book all demands at one time, if that is at most `HORIZON` seconds ahead.

        Atomic over all processes. When it is cancelled, nothing may stay booked. A `ConfigurationError` says that the
        store can never work like this, and is raised by the call. Any other exception means that it can not be reached:
        then this process keeps the limits on its own for a while.
        """
        ...

    async def aclose(self) -> None:
        """Close connections. The store may be used again."""


def new_bucket(demand: Demand) -> TokenBucket:
    """Return the full bucket of a limit that was never drawn from."""
    log: list[list[float]] | None = [] if demand.exact else None
    return TokenBucket(demand.limit, demand.window, demand.rate, demand.burst, demand.burst, log=log, base=demand.burst)


def update_bucket(bucket: TokenBucket, demand: Demand, now: float) -> TokenBucket:
    """Return a stored bucket with the limit of a demand; a new one if its times are of another boot of the machine."""
    if bucket.stamp > now + HORIZON + 1 or (bucket.log is not None) is not demand.exact:
        return new_bucket(demand)
    bucket.limit, bucket.window, bucket.rate, bucket.burst = demand.limit, demand.window, demand.rate, demand.burst
    return bucket


def book(buckets: Sequence[TokenBucket], demands: Sequence[Demand], now: float) -> Slot:
    """Book all demands at the earliest time at which each of them is admitted, if that is within `HORIZON`."""
    at = now
    for bucket, demand in zip(buckets, demands, strict=True):
        at = max(at, bucket.ready_at(now, demand.cost))
    if at - now > HORIZON:
        return Slot(booked=False, delay=max(_MIN_RETRY, at - now - HORIZON))
    for bucket, demand in zip(buckets, demands, strict=True):
        bucket.draw(at, demand.cost)
    return Slot(booked=True, delay=at - now, mark=at)
