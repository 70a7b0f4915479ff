"""The protocol of a store that several processes share: they book the same limits in it, in order of arrival.

A store needs these types and the arithmetic (`book`), and nothing of the limiter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol, runtime_checkable

import msgspec

from mistral_async._ratelimit.token_bucket import TokenBucket

# Rule 1: All processes book in order of arrival. No slot is booked further ahead than `HORIZON`.
#
# Rule 2: Who gets no slot is told when to ask again: each after the one before, at the pace of the limit, so that a
# crowd does not ask all at once. Nothing is booked for it, and a process that dies leaves nothing behind.
#
# Rule 3: While interactive calls of any process come, bulk work books a tenth of a second ahead at most, and leaves a
# twentieth of the limit (a quarter of a burst at most).
#
# Rule 4: What processes learned of a model has a number, its epoch, which each change raises by one. A change is taken
# from a process that knows the newest epoch, so that ten refusals of one moment lower a rate once. Who knows another
# epoch is told, and nothing is booked for it: no call goes by what is out of date.

HORIZON: Final = 2.0  # seconds
LEARNING_HORIZON: Final = 0.5  # seconds, where limits are learned: what was booked at a wrong rate still comes
BULK_HORIZON: Final = 0.1  # seconds, while interactive calls come (rule 3)
LONGEST_PAUSE: Final = 5.0  # seconds after which who got no slot asks again, at most
INTERACTIVE_SECONDS: Final = 60.0  # after an interactive call in which others are expected
UNUSED_SECONDS: Final = 24 * 3600.0  # after which what is full again may be forgotten
LEARNED_SECONDS: Final = 600.0  # for which what was learned is kept while nobody asks
HEADROOM: Final = 0.05  # share of a limit that bulk work leaves to interactive calls
BURST_HEADROOM: Final = 0.25  # of a burst, at most: a larger share would leave a small burst nothing
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

    def part(self, share: float) -> Demand:
        """Return the demand on a part of the limit, for a process that keeps it alone."""
        limit, rate, burst = self.limit * share, self.rate * share, max(1.0, self.burst * share)
        return msgspec.structs.replace(self, limit=limit, rate=rate, burst=burst)


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


class Report(NamedTuple):
    """The news of one model that a process has for a store when it asks for a slot.

    Attributes:
        model: The model, or the route where calls name none.
        epoch: That of what the process knows; -1 if it knows nothing yet.
        state: What it has learned since then, JSON for other processes to read; None if that is nothing new.
        lost: Calls that were booked and then refused or never sent, since the last report that arrived.
        bulk: Whether interactive calls go before this one.
    """

    model: str
    epoch: int = -1
    state: bytes | None = None
    lost: int = 0
    bulk: bool = False


class Learned(msgspec.Struct, array_like=True):
    """The knowledge of all processes together of one model, as a store keeps it.

    Attributes:
        epoch: A number that each change raises by one.
        state: What the process wrote that changed it last; empty while nobody has.
        drawn: Calls that were booked.
        lost: Those of them that were refused or never sent.
        stamp: The store's time of this reply, in seconds of the clock that marks are of.
    """

    epoch: int = 0
    state: bytes = b""
    drawn: float = 0.0
    lost: float = 0.0
    stamp: float = 0.0


@runtime_checkable
class LimitStore(Protocol):
    """Limits that processes keep together. Safe to use from several event loops and threads.

    A store with `reserve` and `aclose` shares the limits that are stated. One that has `exchange` as well, a
    `LearningStore`, shares also what processes learn.
    """

    async def reserve(self, demands: Sequence[Demand], corrections: Sequence[Correction]) -> Slot:
        """Apply the corrections, then book all demands at one time, if that is at most `HORIZON` seconds ahead.

        Atomic over all processes. When it is cancelled, nothing may stay booked. A `ConfigurationError` says that the
        store can never work like this, and is raised by the call. Any other exception means that it can not be reached:
        then this process keeps the limits on its own for a while.
        """
        ...

    async def aclose(self) -> None:
        """Close connections. The store may be used again."""


@runtime_checkable
class LearningStore(LimitStore, Protocol):
    """A `LimitStore` that also shares what processes learn: limits of headers, rates that refusals show, quota."""

    async def exchange(
        self, demands: Sequence[Demand], corrections: Sequence[Correction], report: Report
    ) -> tuple[Slot, Learned]:
        """Apply the corrections, take the report, and book all demands as `reserve` does, in one atomic step.

        The report's `state` is taken, and the epoch raised, if its `epoch` is the store's. Where it is another one
        nothing is booked: the slot's delay is 0, and the process asks again with what it was told. A booking without
        demands counts too. Cancellation and exceptions are as in `reserve`; a state that was taken stays.
        """
        ...


def new_learned(now: float) -> Learned:
    """Return what is known of a model before anybody tells. Its epoch is none that a store which was lost has had."""
    return Learned(epoch=int(now * 1000), stamp=now)


def is_current(learned: Learned, now: float) -> bool:
    """Return whether what was learned is of late, by a clock that was not set since."""
    return learned.stamp - 1 <= now <= learned.stamp + LEARNED_SECONDS


def exchange(
    learned: Learned, buckets: Sequence[TokenBucket], demands: Sequence[Demand], report: Report, now: float
) -> Slot:
    """Take a report into `learned`, then book all demands (rule 4)."""
    learned.stamp = now
    learned.lost += report.lost
    if report.epoch != learned.epoch:
        return Slot(booked=False, delay=0.0)
    if report.state is not None:
        learned.epoch, learned.state = learned.epoch + 1, report.state
    slot = book(buckets, demands, now, bulk=report.bulk)
    learned.drawn += slot.booked
    return slot


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


def is_spent(bucket: TokenBucket, now: float) -> bool:
    """Return whether nothing is lost with a stored bucket: it is full for long, or its times are of another boot."""
    full = (bucket.burst - bucket.level) / bucket.rate
    return bucket.stamp > now + HORIZON + 1 or now - bucket.stamp > max(UNUSED_SECONDS, 2 * bucket.window, full)


def book(buckets: Sequence[TokenBucket], demands: Sequence[Demand], now: float, *, bulk: bool | None = None) -> Slot:
    """Book all demands at the earliest time at which each of them is admitted, or say when to ask again.

    `bulk` says whether it is a call of bulk work (rule 3); None: nobody knows.
    """
    horizon, times = HORIZON if bulk is None else LEARNING_HORIZON, list[float]()
    for bucket, demand in zip(buckets, demands, strict=True):
        spare = 0.0
        if bulk and now - bucket.interactive_at < INTERACTIVE_SECONDS:
            horizon = BULK_HORIZON
            spare = min(HEADROOM * bucket.limit, BURST_HEADROOM * bucket.burst)
        elif bulk is False:
            bucket.interactive_at = now
        times.append(bucket.ready_at(now, demand.cost, spare))
    at = max(times, default=now)
    if at - now > horizon:
        bucket, demand = buckets[times.index(at)], demands[times.index(at)]
        turn = max(at - horizon, bucket.next_turn)
        bucket.next_turn = min(turn + demand.cost / demand.rate, now + LONGEST_PAUSE)
        return Slot(booked=False, delay=max(_MIN_RETRY, turn - now))
    for bucket, demand in zip(buckets, demands, strict=True):
        bucket.draw(at, demand.cost)
    return Slot(booked=True, delay=at - now, mark=at)
