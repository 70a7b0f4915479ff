"""Limits that several processes keep together: each call of each asks one store for its slot, in the order of arrival.

A slot is booked at most `HORIZON` seconds ahead, so a process that dies takes no more with it. Learned limits are not
shared: what other processes draw shows in the server's headers.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple, Protocol

import msgspec

from mistral_async._ratelimit.reservation import Reservation
from mistral_async._ratelimit.token_bucket import Meter

HORIZON: Final = 2.0
_SHORTEST: Final = 0.005  # seconds between two questions
_OUTAGE: Final = 5.0  # seconds until a store that failed is asked again

_log = logging.getLogger("mistral_async")


class Demand(msgspec.Struct, frozen=True):
    """Units that a call wants to draw from one shared limit.

    Attributes:
        key: The limit's name, the same in every process: model (`*` for all), resource, seconds of the window.
        cost: Units to draw.
        limit: Units per window.
        window: Seconds.
        rate: Units per second at which calls are spread.
        burst: Units that may start at once.
        exact: Whether no window may ever hold more than the limit.
    """

    key: str
    cost: float
    limit: float
    window: float
    rate: float
    burst: float
    exact: bool


class Correction(NamedTuple):
    """Units that an earlier call drew in fact, more than it booked (negative: less). `mark` is from its Slot."""

    key: str
    mark: float
    change: float


class Slot(NamedTuple):
    """A store's answer: go in `delay` seconds if it is `booked`, else ask again then."""

    booked: bool
    delay: float
    mark: float = 0.0


class LimitStore(Protocol):
    """Where processes keep their limits together. Safe to use from several event loops and threads."""

    async def reserve(self, demands: Sequence[Demand], corrections: Sequence[Correction]) -> Slot:
        """Apply the corrections, then book all demands at one time, if that is at most `HORIZON` seconds ahead.

        Atomic over all processes. When it is cancelled, nothing may stay booked. Any exception means that the store
        can not be reached: then this process keeps the limits on its own for a while.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections. The store may be used again."""


def fresh(demand: Demand) -> Meter:
    """Return the meter of a limit that was never drawn from."""
    log: list[list[float]] | None = [] if demand.exact else None
    return Meter(demand.limit, demand.window, demand.rate, demand.burst, demand.burst, log=log, base=demand.burst)


def adopt(meter: Meter, demand: Demand, now: float) -> Meter:
    """Return a stored meter with the limit of a demand; a new one if it is from another boot of the machine."""
    if meter.stamp > now + HORIZON + 1 or (meter.log is not None) is not demand.exact:
        return fresh(demand)
    meter.limit, meter.window, meter.rate, meter.burst = demand.limit, demand.window, demand.rate, demand.burst
    return meter


def book(meters: Sequence[Meter], demands: Sequence[Demand], now: float) -> Slot:
    """Book all demands at the earliest time at which each of them may go."""
    at = now
    for meter, demand in zip(meters, demands, strict=True):
        at = max(at, meter.ready(now, demand.cost))
    if at - now > HORIZON:
        return Slot(booked=False, delay=max(_SHORTEST, at - now - HORIZON))
    for meter, demand in zip(meters, demands, strict=True):
        meter.spend(at, demand.cost)
    return Slot(booked=True, delay=at - now, mark=at)


class Desk:
    """One client's dealings with its store: what it asks, what it has to correct, and what it does without it."""

    def __init__(self, store: LimitStore) -> None:
        self.store = store
        self._corrections: list[Correction] = []
        self._closed_until = float("-inf")

    async def clear(
        self, call: Reservation, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        """Wait until the store, or this process alone while it is out, lets a call go."""
        demands = _demands(call)
        while clock() >= self._closed_until:
            corrections, self._corrections = self._corrections, []
            try:
                slot = await self.store.reserve(demands, corrections)
            except Exception as error:  # noqa: BLE001 - whatever a store raises, the call itself can still be made
                self._closed_until = clock() + _OUTAGE
                _log.warning("The rate-limit store failed (%r); this process keeps the limits alone", error)
                break
            if slot.booked:
                call.shared = [(demand.key, slot.mark, demand.cost) for demand in demands]
                await sleep(slot.delay)
                return
            await sleep(slot.delay)
        while pause := call.limiter.book_alone(call, clock()):
            await sleep(pause)

    def correct(self, call: Reservation, actual: dict[str, float]) -> None:
        """Note what a call drew in fact, for the next question to the store."""
        for key, mark, cost in call.shared:
            drawn = actual.get(key.split(":")[-2], cost)
            if drawn != cost:
                self._corrections.append(Correction(key, mark, drawn - cost))
        call.shared = []

    async def aclose(self) -> None:
        """Let go of the store's connections."""
        await self.store.aclose()


def _demands(call: Reservation) -> list[Demand]:
    group = call.lane.group
    return [
        Demand(
            f"{group.name}:{resource}:{meter.window:g}",
            call.costs.get(resource, 0.0),
            meter.limit,
            meter.window,
            meter.rate,
            meter.burst,
            meter.log is not None,
        )
        for resource, meter in group.meters
    ]
