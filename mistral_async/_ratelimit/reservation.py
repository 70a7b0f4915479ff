"""One attempt's place in line: waiting, then let go, then done. It holds what the attempt drew, to give it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from mistral_async._codec.rate_limit_headers import RateLimit
from mistral_async._ratelimit.server_limit import Draw
from mistral_async._ratelimit.token_bucket import Meter

if TYPE_CHECKING:
    from mistral_async._ratelimit.limiter import Limiter
    from mistral_async._ratelimit.model_limits import Lane

Headers = Sequence[tuple[bytes, bytes]]


class State(IntEnum):
    """Where a reservation is in its life."""

    WAITING = 0
    GRANTED = 1
    DONE = 2


class Booking(NamedTuple):
    """Units drawn from one stated limit."""

    meter: Meter
    mark: float
    resource: str
    cost: float


class Reservation:
    """One attempt of a call. Made by `Limiter.reserve`; safe to use from any thread."""

    __slots__ = (
        "booked",
        "bulk",
        "costs",
        "drawn",
        "given",
        "granted_at",
        "in_flight",
        "lane",
        "limiter",
        "no_quota",
        "order",
        "passed",
        "place",
        "shared",
        "state",
        "told",
        "turn",
        "wake",
    )

    def __init__(self, limiter: Limiter, lane: Lane, given: Mapping[str, float], order: int, *, bulk: bool) -> None:
        self.limiter: Limiter = limiter
        self.lane: Lane = lane
        self.given: Mapping[str, float] = given
        self.costs: dict[str, float] = lane.costs(given)
        self.order: int = order
        self.bulk: bool = bulk
        self.no_quota: RateLimit | None = None  # the server stated a limit of 0: waiting never helps
        self.booked: list[Booking] = []
        self.drawn: dict[tuple[str, str], Draw] = {}
        self.shared: list[tuple[str, float, float]] = []  # key, mark, units in the shared store
        self.granted_at: float = 0.0
        self.in_flight: int = 0  # it was one of so many of its model
        self.passed: bool = True  # nothing is to be asked of a shared store
        self.place: int = 0
        self.state: State = State.WAITING
        self.turn: float = 0.0  # when it may go, if it is the first in line
        self.told: float | None = None  # when its owner will ask again
        self.wake: Callable[[], None] | None = None

    def on_ready(self, wake: Callable[[], None] | None) -> None:
        """Have `wake` called, from any thread, when `delay` has become shorter than it last said; then ask it again."""
        self.wake = wake

    def delay(self, now: float) -> float:
        """Return the seconds to sleep before asking again; 0.0 when it is its turn."""
        return self.limiter.delay(self, now)

    def ready_at(self, now: float) -> float:
        """Return when to ask again; `now` when it is its turn."""
        return now + self.limiter.delay(self, now)

    def cancel(self, now: float) -> None:
        """Give back what was reserved: the call will not be sent."""
        self.limiter.cancel(self, now)

    def settle(self, now: float, headers: Headers = (), tokens: float | None = None) -> None:
        """Book an answer of any status but 429: what it drew by its headers, else by its usage, else as estimated."""
        self.limiter.settle(self, now, headers, tokens)

    def rejected(
        self, now: float, headers: Headers = (), retry_after: float | None = None, *, capacity: bool = False
    ) -> None:
        """Book a 429. `capacity` says that the server named its own load, or the calls under way, as the reason."""
        self.limiter.reject(self, now, headers, retry_after, capacity=capacity)

    def again(self, now: float) -> Reservation:
        """Reserve for the next attempt of the same call, which goes before those that came after it."""
        return self.limiter.again(self, now)
