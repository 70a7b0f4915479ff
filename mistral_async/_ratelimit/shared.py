"""Client side of a shared limit store: reserve, send corrections, fall back to local limits while the store is down."""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from mistral_async._ratelimit.reservation import Reservation
from mistral_async._ratelimit.store import Correction, Demand, LimitStore, Slot
from mistral_async.errors import ConfigurationError

# Rule 1: Only what the user stated is shared, and of that only units per window. What the server states is learned by
# each process, because what other processes draw shows in its headers; calls in flight are counted in each process.
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

_RETRY_STORE: Final = 5.0  # seconds until a store that failed is asked again: only so often calls wait for its timeout

_log = logging.getLogger("mistral_async")


class SharedLimits:
    """One client's side of its store."""

    def __init__(self, store: LimitStore) -> None:
        self.store = store
        self._corrections: list[Correction] = []
        self._down_until = float("-inf")
        self.failures: int = 0
        self.down_since: float | None = None  # in the time of the clock that `acquire` is given
        self.error: Exception | None = None  # the newest failure
        self.tell: Callable[[Exception | None], None] | None = None  # told when the store goes out and comes back

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
        demands = _demands(call)
        while clock() >= self._down_until:
            corrections, self._corrections = self._corrections, []
            try:
                slot = _checked(await self.store.reserve(demands, corrections))
            except ConfigurationError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever a store raises, the call itself can still be made
                self._failed(error, clock())
                break
            if self.down_since is not None:
                self._recovered(clock())
            if slot.booked:
                call.shared = [(demand.key, slot.mark, demand.cost) for demand in demands]
                await sleep(slot.delay)
                return
            await sleep(slot.delay)
        while pause := book_locally(call, clock()):
            await sleep(pause)

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
        """Queue corrections of what a call booked to what it drew, for the next request to the store (rule 4)."""
        for key, mark, cost in call.shared:
            drawn = actual.get(key.split(":")[-2], cost)
            if drawn != cost:
                self._corrections.append(Correction(key, mark, drawn - cost))
        call.shared = []

    async def aclose(self) -> None:
        """Close the store's connections; it connects again if it is used again."""
        await self.store.aclose()


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
            bucket.burst,
            bucket.log is not None,
        )
        for resource, bucket in limits.buckets
    ]
