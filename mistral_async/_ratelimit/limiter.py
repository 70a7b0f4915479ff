"""Who may go next: one Limiter per client, sans-I/O and thread-safe. Calls reserve, wait until they may go, and settle.

The engine's part, for each attempt (`limiter.idle`: there is nothing to reserve, except for bulk work):
`reserve`, then `wait_turn(reservation)` (or sleep for `reservation.delay(now)` until that is 0), then raise if
`reservation.no_quota`, else send, and then one of `settle`, `rejected` (429) and `cancel` (never sent). For the next
attempt `reservation.again(now)`. What was sent without a reservation is told to `observe` (answers) and `refuse` (429).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from mistral_async._codec.rate_limit_headers import RateLimit, parse_rate_limits
from mistral_async._ratelimit.model_limits import Group, Lane, Refusal
from mistral_async._ratelimit.queue import advance, estimate, finish, join, leave, refund, requeue
from mistral_async._ratelimit.reservation import Headers, Reservation, State
from mistral_async._ratelimit.settings import RateLimits

if TYPE_CHECKING:
    from mistral_async._ratelimit.store import Desk

_TOO_LATE: Final = 0.5  # seconds after which a turn that was not taken is given up
_MAX_LANES: Final = 256
_NO_COSTS: Final[Mapping[str, float]] = {}


class Priority(IntEnum):
    """Whose calls go first."""

    INTERACTIVE = 0
    BULK = 1


class Limiter:
    """The limits of one client: `limiter.idle` is true while there is nothing that could hold a call back."""

    def __init__(self, settings: RateLimits | None = None) -> None:
        self.settings: RateLimits = settings or RateLimits()
        store = self.settings.store
        self.desk: Desk | None = None
        if store is not None:
            from mistral_async._ratelimit.store import Desk  # few have one

            self.desk = Desk(store)
        self._total = Group("*", self.settings, shared=store is not None)
        self._groups = {
            model: Group(model, limits, shared=store is not None) for model, limits in self.settings.models.items()
        }
        self._always = any(group.stated for group in (self._total, *self._groups.values()))
        self.idle: bool = not self._always
        self._lanes: dict[str, Lane] = {}
        self._engaged: set[Lane] = set()
        self._lock = threading.Lock()
        self._order = 0

    def reserve(
        self,
        bucket: str,
        model: str | None = None,
        costs: Mapping[str, float] | None = None,
        *,
        now: float,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Reservation:
        """Take a place in line for one attempt of a call.

        A bucket is the route template; calls without a model are told apart by it. `costs` are estimates in units of
        the server's resources (`{"tokens": 800}`); a request counts as 1, and what is not given is estimated by what
        earlier calls drew.
        """
        with self._lock:
            lane = self._lane(bucket, model)
            self._order += 1
            call = Reservation(self, lane, costs or _NO_COSTS, self._order, bulk=priority is Priority.BULK)
            if not call.bulk:
                lane.group.interactive_at = now
            join(call, now)
            return call

    def again(self, call: Reservation, now: float) -> Reservation:
        """Take the same place in line for the next attempt."""
        with self._lock:
            fresh = Reservation(self, call.lane, call.given, call.order, bulk=call.bulk)
            join(fresh, now)
            return fresh

    def delay(self, call: Reservation, now: float) -> float:
        """Let go whoever may go now; return the seconds to sleep before asking again."""
        if call.state and call.told is None:
            return 0.0
        woken: list[Reservation] = []
        with self._lock:
            if call.state is State.GRANTED and now - call.granted_at > _TOO_LATE:
                requeue(call)
            advance(call.lane.group, now, woken)
            delay = 0.0 if call.state else estimate(call, now)
            call.told = None if call.state else now + delay
        _tell(woken, call)
        return delay

    def cancel(self, call: Reservation, now: float) -> None:
        """Give back what a call reserved."""
        woken: list[Reservation] = []
        with self._lock:
            if call.state is State.GRANTED:
                refund(call)
                self._correct_shared(call, dict.fromkeys(call.costs, 0.0))
            elif call.state is State.WAITING:
                call.state = State.DONE
                leave(call)
            advance(call.lane.group, now, woken)
        _tell(woken, call)

    def settle(self, call: Reservation, now: float, headers: Headers, tokens: float | None) -> None:
        """Book an answer."""
        status = parse_rate_limits(headers)
        woken: list[Reservation] = []
        with self._lock:
            if call.state is not State.GRANTED:
                return
            lane = call.lane
            finish(call)
            actual = lane.average(status, tokens, call.given.get("tokens"))
            lane.close(now, call, actual)
            self._correct(call, actual)
            lane.accepted(now)
            if status.limits:
                lane.learn(now, status, actual, call.drawn)
            self._note(lane)
            advance(lane.group, now, woken)
        _tell(woken, call)

    def reject(
        self, call: Reservation, now: float, headers: Headers, retry_after: float | None, *, capacity: bool
    ) -> None:
        """Book a 429: the request was counted, nothing else was drawn."""
        status = parse_rate_limits(headers)
        woken: list[Reservation] = []
        with self._lock:
            if call.state is not State.GRANTED:
                return
            lane = call.lane
            finish(call)
            lane.close(now, call, None)
            self._correct(call, {**dict.fromkeys(call.costs, 0.0), "requests": 1.0})
            lane.refused(now, Refusal(call.granted_at, call.in_flight), status, retry_after, capacity=capacity)
            call.no_quota = lane.no_quota(now)
            self._note(lane)
            advance(lane.group, now, woken)
        _tell(woken, call)

    def observe(self, bucket: str, model: str | None, *, now: float, headers: Headers) -> None:
        """Learn from an answer to a call that reserved nothing."""
        status = parse_rate_limits(headers)
        if not status.limits:
            return
        with self._lock:
            lane = self._lane(bucket, model)
            lane.learn(now, status, lane.average(status, None, None), {})
            self._note(lane)

    def refuse(
        self,
        bucket: str,
        model: str | None,
        *,
        now: float,
        headers: Headers = (),
        retry_after: float | None = None,
        capacity: bool = False,
    ) -> RateLimit | None:
        """Learn from a 429 to a call that reserved nothing; returns the limit of 0 if the server stated one."""
        status = parse_rate_limits(headers)
        with self._lock:
            lane = self._lane(bucket, model)
            lane.pace.spend(now)
            lane.refused(now, Refusal(now, lane.in_flight + 1), status, retry_after, capacity=capacity)
            self._note(lane)
            return lane.no_quota(now)

    def book_alone(self, call: Reservation, now: float) -> float:
        """Book a call with this process's own copy of the shared limits; return the seconds until it may go."""
        with self._lock:
            return call.lane.group.book(call, now)

    def passed(self, call: Reservation, now: float) -> None:
        """Book that the shared store was asked, so that the next call may ask it."""
        woken: list[Reservation] = []
        with self._lock:
            if call.passed:
                return
            call.passed = True
            call.lane.group.asking -= 1
            advance(call.lane.group, now, woken)
        _tell(woken, call)

    async def aclose(self) -> None:
        """Let go of the shared store's connections; it connects again if it is used again."""
        if self.desk is not None:
            await self.desk.aclose()

    def _lane(self, bucket: str, model: str | None) -> Lane:
        name = model or bucket
        lane = self._lanes.get(name)
        if lane is None:
            if len(self._lanes) >= _MAX_LANES:
                self._lanes = {name: lane for name, lane in self._lanes.items() if lane.engaged or lane.in_flight}
            lane = self._lanes[name] = Lane(self._groups.get(name, self._total))
        return lane

    def _note(self, lane: Lane) -> None:
        """Keep `idle` true to its word."""
        if lane.engaged:
            self._engaged.add(lane)
            self.idle = False
        elif lane in self._engaged:
            self._engaged.discard(lane)
            self.idle = not (self._always or self._engaged or any(group.waiting for group in self._all_groups()))

    def _correct(self, call: Reservation, actual: dict[str, float]) -> None:
        """Replace the units that were booked with the stated limits by those that were drawn."""
        for booking in call.booked:
            drawn = actual.get(booking.resource, booking.cost)
            if drawn != booking.cost:
                booking.meter.correct(booking.mark, drawn - booking.cost)
        self._correct_shared(call, actual)

    def _correct_shared(self, call: Reservation, actual: dict[str, float]) -> None:
        if call.shared and self.desk is not None:
            self.desk.correct(call, actual)

    def _all_groups(self) -> tuple[Group, ...]:
        return (self._total, *self._groups.values())


def _tell(woken: list[Reservation], caller: Reservation) -> None:
    """Wake the owners of calls whose turn it is, without the lock."""
    for call in woken:
        if call is not caller and call.wake is not None:
            call.wake()
