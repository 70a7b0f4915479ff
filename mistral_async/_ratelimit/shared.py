"""Client side of a shared limit store: reserve, send corrections, fall back to local limits while the store is down."""

from __future__ import annotations

import logging
import math
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from typing import Final, cast

from mistral_async._ratelimit.learned import SharedModelLimits
from mistral_async._ratelimit.model_limits import ModelLimits
from mistral_async._ratelimit.reservation import Reservation
from mistral_async._ratelimit.store import HORIZON, Correction, Demand, LearningStore, LimitStore, Slot
from mistral_async._ratelimit.token_bucket import TokenBucket
from mistral_async.errors import ConfigurationError

# Rule 1: Units per window that the user stated are shared, and what was learned of a model (`learned`) where the store
# is a `LearningStore`. Calls in flight are counted in each process.
#
# Rule 2: A call asks the store when this process has granted it, so that the order in the process holds. The store
# books in order of arrival over all processes.
#
# Rule 3: A store that is out never fails a call. For five seconds it is not asked, and each process keeps the stated
# limits on its own: several processes may then draw more than the limit together, and the server's 429s slow them down.
# The log, hooks and the limiter's statistics tell when that begins and ends. A store that can never work
# (`ConfigurationError`) fails every call: a fleet without limits is worse.
#
# Rule 4: Actual costs reach the store with the next call, as corrections. Those that were sent with a failed request
# are lost: the store then counts the estimates.
#
# Rule 5: What a process has to tell is told within a quarter of a second while calls of its wait to ask, and at once by
# a call that was refused: the others would go on at a rate that is refused, or before the time that the server named.
#
# Rule 6: Of a burst that the user stated, what comes in 20 ms is kept, and no call waits longer than that for it: busy
# processes send late what was booked, and the server sees it together with the calls behind it.

_LOOK_SECONDS: Final = 0.25
_TRIES: Final = 8  # to tell: who knows too little is told first, and more is found meanwhile
_LATE_SECONDS: Final = 0.02  # by which a call may start later than it was booked and the limit still holds (rule 6)
_RETRY_STORE: Final = 5.0  # seconds until a store that failed is asked again: only so often calls wait for its timeout

_log = logging.getLogger("mistral_async")


class SharedLimits:
    """One client's side of its store."""

    def __init__(self, store: LimitStore, lock: AbstractContextManager[object]) -> None:
        self.store = store
        self._learning = store if isinstance(store, LearningStore) else None
        self._lock = lock  # the limiter's
        self._corrections: list[Correction] = []
        self._down_until = float("-inf")
        self.failures: int = 0
        self.down_since: float | None = None  # in the time of the clock that `acquire` is given
        self.error: Exception | None = None  # the newest failure
        self.tell: Callable[[Exception | None], None] | None = None  # told when the store goes out and comes back
        self._telling: set[SharedModelLimits] = set()

    @property
    def learns(self) -> bool:
        """Return True if the store shares what processes learn."""
        return self._learning is not None

    def new_limits(self, name: str) -> SharedModelLimits:
        """Return the limits of a model of which nothing is known yet."""
        return SharedModelLimits(name)

    def shares(self, limits: Mapping[str, ModelLimits]) -> dict[str, float]:
        """Return the share of this process in the calls of all processes, by model."""
        if not self.learns:
            return {}
        return {name: each.share for name, each in limits.items() if isinstance(each, SharedModelLimits)}

    async def acquire(
        self,
        call: Reservation,
        *,
        book_locally: Callable[[Reservation, float], float],
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        """Wait for a slot from the store, or from local limits while the store is down.

        `book_locally(call, now)` books the call in this process, or returns the seconds until it can.
        """
        limits = cast("SharedModelLimits", call.queue.limits)
        while True:
            slot = await self._ask(call, limits, clock) if clock() >= self._down_until else None
            if slot is None:
                pause = self._book_alone(call, limits, clock())
                if not pause:
                    break
                await sleep(min(pause, max(0.0, self._down_until - clock())))
            elif slot.booked:
                await sleep(slot.delay)
                return
            else:
                await self._wait_to_ask(_spread(slot.delay), limits, clock, sleep)
                if self._has_no_quota(call, limits, clock()):
                    return
        while pause := book_locally(call, clock()):
            await sleep(pause)

    async def _wait_to_ask(
        self,
        seconds: float,
        limits: SharedModelLimits,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        """Wait until it is time to ask again, or until there is something to tell (rule 5)."""
        end = clock() + seconds
        with self._lock:
            end = max(end, limits.rate.state.held_until)
        while True:
            left = end - clock()
            await sleep(min(max(left, 0.0), _LOOK_SECONDS))
            if left <= _LOOK_SECONDS:
                return
            with self._lock:
                if limits.has_news:
                    return

    def _has_no_quota(self, call: Reservation, limits: SharedModelLimits, now: float) -> bool:
        with self._lock:
            call.no_quota = limits.no_quota(now)
        return call.no_quota is not None

    async def _ask(self, call: Reservation, limits: SharedModelLimits, clock: Callable[[], float]) -> Slot | None:
        """Ask the store for a slot; return None if it is out."""
        demands = _demands(call)
        with self._lock:
            corrections, self._corrections = self._corrections, []
        call.shared = []  # a question that is cancelled may have been booked
        try:
            if self._learning is None:
                slot = await self.store.reserve(demands, corrections)
            else:
                with self._lock:
                    question = limits.question(clock(), call.costs, demands, bulk=call.bulk)
                demands = question.demands
                slot, learned = await self._learning.exchange(demands, corrections, question.report)
                with self._lock:
                    limits.take_reply(clock(), question, learned)
            slot = _checked(slot)
        except Exception as error:  # whatever a store raises, the call itself can still be made
            call.shared = None
            if isinstance(error, ConfigurationError):
                raise
            self._failed(error, clock())
            return None
        if self.down_since is not None:
            self._recovered(clock())
        call.shared = [(demand.key, slot.mark, demand.cost) for demand in demands] if slot.booked else None
        if slot.booked:
            call.granted_at = clock()  # a refusal is judged by what was known when the call was booked
        return slot

    async def tell_others(self, call: Reservation, clock: Callable[[], float]) -> None:
        """Tell at once what the refusal of a call has shown, unless another call does (rule 5)."""
        limits = cast("SharedModelLimits", call.queue.limits)
        if self._learning is None or clock() < self._down_until or limits in self._telling:
            return
        self._telling.add(limits)
        try:
            for _ in range(_TRIES):
                with self._lock:
                    if not limits.has_news:
                        return
                    question = limits.question(clock(), {}, (), bulk=True)._replace(demands=[])
                slot, learned = await self._learning.exchange((), (), question.report)
                with self._lock:
                    limits.lost += slot.booked  # which was no call
                    limits.take_reply(clock(), question, learned)
        except Exception as error:  # noqa: BLE001 - whatever a store raises, the call goes on
            if not isinstance(error, ConfigurationError):
                self._failed(error, clock())
        finally:
            self._telling.discard(limits)

    def _book_alone(self, call: Reservation, limits: SharedModelLimits, now: float) -> float:
        with self._lock:
            return limits.book_alone(now, call.costs) if self.learns else 0.0

    def _failed(self, error: Exception, now: float) -> None:
        """Do not ask the store for a while (rule 3)."""
        self._down_until = now + _RETRY_STORE
        self.failures += 1
        self.error = error.with_traceback(None)
        _log.warning("The rate-limit store failed (%r); this process keeps the limits alone", error)
        if self.down_since is None:
            self.down_since = now
            if self.tell is not None:
                self.tell(error)

    def _recovered(self, now: float) -> None:
        _log.warning("The rate-limit store works again after %.0f s", now - (self.down_since or now))
        self.down_since = None
        if self.tell is not None:
            self.tell(None)

    def correct(self, call: Reservation, actual: Mapping[str, float]) -> None:
        """Queue corrections of what a call booked to what it drew, for the next request to the store (rule 4).

        The lock is held.
        """
        for key, mark, cost in call.shared or ():
            drawn = actual.get(key.split(":")[-2], cost)
            if drawn != cost:
                self._corrections.append(Correction(key, mark, drawn - cost))
        call.shared = None

    def lose(self, call: Reservation) -> None:
        """Count a call that the store booked and that was refused or never sent."""
        if call.shared is not None:
            cast("SharedModelLimits", call.queue.limits).lost += 1

    async def aclose(self) -> None:
        """Close the store's connections; it connects again if it is used again."""
        await self.store.aclose()


def _spread(delay: float) -> float:
    """Return when to ask again: those who were told the longest pause shall not all come at once."""
    return delay if delay <= HORIZON else delay * random.uniform(0.5, 1.0)  # noqa: S311 - not a secret


def _checked(slot: Slot) -> Slot:
    """Return a slot whose delay is one; raises `ValueError` for NaN, infinity and less than nothing."""
    if not 0 <= slot.delay < math.inf:
        raise ValueError(f"the store answered with a delay of {slot.delay} s")
    return slot


def _demands(call: Reservation) -> list[Demand]:
    limits = call.queue.group.limits
    return [
        Demand(
            f"{limits.name}:{resource}:{bucket.window:g}",
            call.costs.get(resource, 0.0),
            bucket.limit,
            bucket.window,
            bucket.rate,
            _shared_burst(bucket),
            bucket.log is not None,
        )
        for resource, bucket in limits.buckets
    ]


def _shared_burst(bucket: TokenBucket) -> float:
    """Return the units that all processes together may start at once (rule 6)."""
    if bucket.log is not None:  # which keeps a margin of its own
        return bucket.burst
    return max(1.0, bucket.burst - bucket.rate * _LATE_SECONDS)
