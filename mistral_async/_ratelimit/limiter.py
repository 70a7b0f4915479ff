"""The limits of one client: calls reserve, wait until they may start, and settle. Sans-I/O and thread-safe.

The engine's part, for each attempt (while `limiter.unrestricted` only bulk work has to reserve, and at the start all
calls but one): `reserve`; unless `reservation.may_start`, wait with `wait_turn` (or poll: sleep for `poll(reservation,
now)` until that is 0); raise if `reservation.no_quota`; else send, and then one of `settle`, `reject` (429) and
`cancel` (never sent). The next attempt begins with `reserve_again`. What was sent without a reservation is booked with
`observe` and `observe_rejection` (429).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from mistral_async._codec.rate_limit_headers import RateLimit, RawHeaders, parse_rate_limits
from mistral_async._ratelimit.model_limits import ModelLimits, Rejection
from mistral_async._ratelimit.queue import (
    abandon,
    advance,
    finish,
    grant_or_enqueue,
    refund,
    requeue,
    seconds_until_poll,
)
from mistral_async._ratelimit.reservation import GRANTED, WAITING, ModelQueue, QueueGroup, Reservation
from mistral_async._ratelimit.settings import RateLimits
from mistral_async._ratelimit.stated_limits import StatedLimits

if TYPE_CHECKING:
    from mistral_async._ratelimit.shared import SharedLimits
    from mistral_async._ratelimit.statistics import LimiterStatistics

# Rule 1: A model that the settings name is a group of its own; all other models share what is stated for all. The
# route template stands for the model where a call names none.
#
# Rule 2: Every reservation ends exactly once, with `settle`, `reject` or `cancel`; whatever comes after that is
# ignored, so that an owner may end it on every path.
#
# Rule 3: While nothing can hold a call back, the limiter is not asked (`unrestricted`): an attribute, not a call. Until
# the first model is known well enough (`starting`, rule 4 of model_limits), that is for one call at a time.
#
# Rule 4: One lock guards everything but the call that is alone, and the count of answers that are not looked at, where
# a lost update does no harm. Owners are woken outside it, because waking runs code of event loops.

_GRANT_SECONDS: Final = 0.5  # until a turn that its owner does not take is given up
_MAX_MODELS: Final = 256  # beyond that, models of which nothing is known are forgotten: names may come from users
_NO_ESTIMATES: Final[Mapping[str, float]] = {}
_NONE_STATED: Final = RateLimits()


class Priority(IntEnum):
    """The order of calls that wait for the same model."""

    INTERACTIVE = 0
    BULK = 1


_BULK: Final = Priority.BULK  # see reservation.GRANTED


class Limiter:
    """The limits of one client: `unrestricted` is true while there is nothing that could hold a call back."""

    def __init__(self, settings: RateLimits | None = None, *, prefix: str = "") -> None:
        self.settings: RateLimits = settings or _NONE_STATED
        self.prefix = prefix  # of the names in a shared store, where a client has several limiters
        self._lock = threading.Lock()
        self.shared: SharedLimits | None = None
        if self.settings.store is not None:
            from mistral_async._ratelimit.shared import SharedLimits  # few have one

            self.shared = SharedLimits(self.settings.store, self._lock)
        self._total = self._group("*", self.settings)
        self._own = {model: self._group(model, limits) for model, limits in self.settings.models.items()}
        self._groups = (self._total, *self._own.values())
        self._stated = any(group.limits.restricted for group in self._groups)
        self.unrestricted: bool = not self._stated
        self.starting: bool = True
        self.alone: object = None  # the call that is sent without a reservation meanwhile (rule 3)
        self._queues: dict[str, ModelQueue] = {}
        self._restricted: set[ModelQueue] = set()
        self._order = 0

    def reserve(
        self,
        bucket: str,
        model: str | None = None,
        estimates: Mapping[str, float] | None = None,
        *,
        now: float,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Reservation:
        """Reserve for the first attempt of a call: granted at once, or a place in the queue of its model.

        `bucket` is the route template, which stands for the model where there is none. `estimates` are in units of the
        server's resources (`{"tokens": 800}`); a request counts as 1, and what is not given is estimated by what
        earlier calls drew.
        """
        with self._lock:
            queue = self._queues.get(model or bucket)
            if queue is None:
                queue = self._queue(bucket, model)
            self._order += 1
            bulk = priority is _BULK
            if not bulk:
                queue.group.interactive_at = now
            return _reserve(queue, estimates or _NO_ESTIMATES, self._order, now, bulk=bulk)

    def reserve_again(self, call: Reservation, now: float) -> Reservation:
        """Reserve for the next attempt of a call, which goes before those that came after it."""
        with self._lock:
            return _reserve(call.queue, call.estimates, call.order, now, bulk=call.bulk)

    def poll(self, call: Reservation, now: float) -> float:
        """Grant what may start now; return the seconds to sleep before polling again, 0.0 if the call is granted.

        `call.wake` is called, from any thread, when polling earlier than that is worth it.
        """
        if call.state is not WAITING and call.next_check is None:
            return 0.0
        woken: list[Reservation] = []
        with self._lock:
            if call.state is GRANTED and now - call.granted_at > _GRANT_SECONDS:
                requeue(call)
            advance(call.queue.group, now, woken)
            waiting = call.state is WAITING
            delay = seconds_until_poll(call, now) if waiting else 0.0
            call.next_check = now + delay if waiting else None
        _wake(woken, call)
        return delay

    def cancel(self, call: Reservation, now: float) -> None:
        """Give back what a call reserved: it will not be sent."""
        woken: list[Reservation] = []
        with self._lock:
            if call.state is GRANTED:
                refund(call)
                self._lose(call)
                self._correct(call, dict.fromkeys(call.costs, 0.0))
            elif call.state is WAITING:
                abandon(call)
            advance(call.queue.group, now, woken)
        _wake(woken, call)

    def settle(self, call: Reservation, now: float, headers: RawHeaders = (), tokens: float | None = None) -> None:
        """Book a response of any status but 429: its actual cost is that of its headers, else its usage in tokens."""
        model = call.queue.limits
        if call.counted and not model.looks_at_answer(now):
            with self._lock:
                if call.state is GRANTED:
                    finish(call)
            return
        status = parse_rate_limits(headers)
        woken: list[Reservation] = []
        with self._lock:
            if call.state is not GRANTED:
                return
            queue = call.queue
            finish(call)
            actual = model.average(status, tokens, call.estimates.get("tokens"))
            if call.debits:
                model.settle(now, call.debits, actual)
            self._correct(call, actual)
            model.accept(now, call.granted_at)
            if status.limits:
                model.learn(now, status, actual, call.debits)
                if (call.counted or now >= model.next_look) and not queue.group.limits.restricted:
                    model.look(now, actual)
            self._update_unrestricted(queue)
            advance(queue.group, now, woken)
        _wake(woken, call)

    def reject(
        self,
        call: Reservation,
        now: float,
        headers: RawHeaders = (),
        retry_after: float | None = None,
        *,
        capacity: bool = False,
    ) -> bool:
        """Book a 429: the request was counted, nothing else was drawn. Return True if it is noise.

        `retry_after` is in seconds; `capacity` says that the server gave its load, or the calls in flight, as reason.
        """
        status = parse_rate_limits(headers)
        woken: list[Reservation] = []
        with self._lock:
            if call.state is not GRANTED:
                return False
            queue, model = call.queue, call.queue.limits
            finish(call)
            model.settle(now, call.debits, None)
            self._lose(call)
            self._correct(call, {**dict.fromkeys(call.costs, 0.0), "requests": 1.0})
            rejection = Rejection(call.granted_at, call.in_flight)
            noise = model.reject(now, rejection, status, retry_after, capacity=capacity)
            call.no_quota = model.no_quota(now)
            self._update_unrestricted(queue)
            advance(queue.group, now, woken)
        _wake(woken, call)
        return noise

    def observe(self, bucket: str, model: str | None, *, now: float, headers: RawHeaders) -> None:
        """Learn from a response to a call that reserved nothing."""
        status = parse_rate_limits(headers)
        if not status.limits:
            return
        with self._lock:
            queue = self._queue(bucket, model)
            limits = queue.limits
            limits.learn(now, status, limits.average(status, None, None), {})
            self._update_unrestricted(queue)

    def observe_rejection(
        self,
        bucket: str,
        model: str | None,
        *,
        now: float,
        began: float | None = None,
        headers: RawHeaders = (),
        retry_after: float | None = None,
        capacity: bool = False,
    ) -> RateLimit | None:
        """Learn from a 429 to a call that reserved nothing, sent at `began`.

        Return the limit of 0 if the server stated one.
        """
        status = parse_rate_limits(headers)
        with self._lock:
            queue = self._queue(bucket, model)
            limits = queue.limits
            limits.rate.draw(now)
            rejection = Rejection(now if began is None else began, limits.in_flight + 1)
            if self.unrestricted and not self.starting:  # nothing was refused of late
                retry_after = None
            limits.reject(now, rejection, status, retry_after, capacity=capacity)
            self._update_unrestricted(queue)
            return limits.no_quota(now)

    def book_locally(self, call: Reservation, now: float) -> float:
        """Book a call with this process's own copy of the shared limits, or return the seconds until it may start."""
        with self._lock:
            stated = call.queue.group.limits
            seconds = stated.seconds_until_ready(now, call.costs)
            if not seconds:
                call.booked = stated.draw(now, call.costs)
            return seconds

    def finish_acquire(self, call: Reservation, now: float) -> None:
        """Let a granted call start: the shared store was asked. The next call may ask it."""
        woken: list[Reservation] = []
        with self._lock:
            if call.state is not GRANTED or call.may_start:
                return
            call.may_start = True
            group = call.queue.group
            call.queue.limits.asking -= 1
            advance(group, now, woken)
        _wake(woken, call)

    def statistics(self, now: float) -> LimiterStatistics:
        """Return what is held back, what was learned, and how the shared store is."""
        from mistral_async._ratelimit.statistics import LimiterStatistics, statistics_of

        shared = self.shared
        with self._lock:
            limits = {name: queue.limits for name, queue in self._queues.items()}
            return LimiterStatistics(
                waiting=sum(len(queue) for queue in self._queues.values()),
                in_flight=sum(each.in_flight for each in limits.values()),
                rates={name: rate for name, each in limits.items() if (rate := each.rate.rate(now)) < math.inf},
                noise={name: each.rate.noise.share for name, each in limits.items() if each.rate.noise.share},
                models={name: statistics_of(queue, now) for name, queue in self._queues.items()},
                shares=shared.shares(limits) if shared else {},
                store_down=now - shared.down_since if shared and shared.down_since is not None else None,
                store_failures=shared.failures if shared else 0,
                store_error=repr(shared.error) if shared and shared.error else None,
            )

    async def aclose(self) -> None:
        """Close the shared store's connections; it connects again if it is used again."""
        if self.shared is not None:
            await self.shared.aclose()

    def _queue(self, bucket: str, model: str | None) -> ModelQueue:
        name = model or bucket
        queue = self._queues.get(name)
        if queue is None:
            if len(self._queues) >= _MAX_MODELS:
                self._queues = {
                    name: queue
                    for name, queue in self._queues.items()
                    if queue.limits.restricted or queue.limits.in_flight
                }
            limits = ModelLimits() if self.shared is None else self.shared.new_limits(self.prefix + name)
            queue = self._queues[name] = ModelQueue(self._own.get(name, self._total), limits)
        return queue

    def _group(self, name: str, settings: RateLimits) -> QueueGroup:
        shared = self.shared
        learns = shared is not None and shared.learns
        return QueueGroup(StatedLimits(self.prefix + name, settings, shared=shared is not None, learns=learns))

    def _update_unrestricted(self, queue: ModelQueue) -> None:
        """Update `unrestricted` (rule 3) after the limits of a model changed."""
        if queue.limits.restricted:
            self._restricted.add(queue)
            self.unrestricted = False
        elif queue in self._restricted:
            self._restricted.discard(queue)
            waiting = any(group.waiting for group in self._groups)
            self.unrestricted = not (self._stated or self._restricted or waiting)
        elif self.starting and queue.limits.started:
            self.starting = False

    def _correct(self, call: Reservation, actual: Mapping[str, float]) -> None:
        """Replace the estimated units that were drawn from stated and shared limits by the actual ones."""
        for booking in call.booked:
            drawn = actual.get(booking.resource, booking.cost)
            if drawn != booking.cost:
                booking.bucket.correct(booking.mark, drawn - booking.cost)
        if call.shared and self.shared is not None:
            self.shared.correct(call, actual)

    def _lose(self, call: Reservation) -> None:
        if self.shared is not None:
            self.shared.lose(call)


def _reserve(queue: ModelQueue, estimates: Mapping[str, float], order: int, now: float, *, bulk: bool) -> Reservation:
    """Reserve for one attempt: count it where all limits are far away, else grant it or put it in its queue."""
    limits = queue.limits
    if limits.counting and queue not in queue.group.waiting and limits.take(now, estimates):
        queue.group.limits.in_flight += 1
        return Reservation(
            queue,
            estimates,
            _NO_ESTIMATES,
            order,
            bulk=bulk,
            counted=True,
            state=GRANTED,
            may_start=True,
            granted_at=now,
            in_flight=limits.in_flight,
        )
    call = Reservation(queue, estimates, limits.costs(estimates), order, bulk=bulk)
    grant_or_enqueue(call, now)
    return call


def _wake(woken: list[Reservation], caller: Reservation) -> None:
    """Wake the owners of calls whose turn came or comes earlier (rule 4)."""
    for call in woken:
        if call is not caller and call.wake is not None:
            call.wake()
