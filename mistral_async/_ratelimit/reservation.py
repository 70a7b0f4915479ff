"""One attempt of a call, and the queues in which attempts wait: plain data. The rules stand in `queue`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from types import MappingProxyType
from typing import Final

import msgspec

from mistral_async._codec.rate_limit_headers import RateLimit
from mistral_async._ratelimit.model_limits import ModelLimits
from mistral_async._ratelimit.server_limit import Debit
from mistral_async._ratelimit.stated_limits import Booking, StatedLimits


class State(IntEnum):
    """The life of a reservation, in this order; GRANTED may return to WAITING."""

    WAITING = 0
    GRANTED = 1
    DONE = 2


# Python 3.11 computes a member each time it is read from its class, and these are read ten times per call.
WAITING: Final = State.WAITING
GRANTED: Final = State.GRANTED
DONE: Final = State.DONE

NO_DEBITS: Final[Mapping[tuple[str, str], Debit]] = MappingProxyType({})


class Reservation(msgspec.Struct, eq=False):
    """One attempt of a call: its place in a queue, and what it drew, to give it back. Made by `Limiter.reserve`."""

    queue: ModelQueue
    estimates: Mapping[str, float]  # units by resource, as the caller gave them
    costs: Mapping[str, float]  # units by resource, as they are booked
    order: int  # of the call's arrival; all its attempts have the same
    bulk: bool
    counted: bool = False  # the limits are so far away that it drew nothing (model_limits, rule 5)
    state: State = State.WAITING
    may_start: bool = False  # granted, and booked in the shared store if there is one
    no_quota: RateLimit | None = None  # the server stated a limit of 0: raise instead of sending
    booked: Sequence[Booking] = ()  # drawn from stated limits
    debits: Mapping[tuple[str, str], Debit] = NO_DEBITS  # drawn from the server's limits
    shared: list[tuple[str, float, float]] | None = None  # key, mark, units in the store that booked it
    granted_at: float = 0.0
    in_flight: int = 0  # calls of its model, with it, when it was granted
    place: int = 0  # counted as ModelQueue.joined and .left are
    ready_at: float = 0.0  # when it may start, if it is the first in its queue
    next_check: float | None = None  # when its owner polls again; None before its first poll and when it is granted
    wake: Callable[[], None] | None = None  # called from any thread when it is worth polling earlier

    @property
    def is_granted(self) -> bool:
        """True from the grant of its turn to its end, also while a shared store is asked."""
        return self.state is GRANTED


class QueueGroup:
    """The queues of the models that share stated limits."""

    __slots__ = ("interactive_at", "limits", "waiting")

    def __init__(self, limits: StatedLimits) -> None:
        self.limits: StatedLimits = limits
        self.waiting: dict[ModelQueue, None] = {}  # an ordered set
        self.interactive_at: float = float("-inf")  # when the last interactive call came


class ModelQueue:
    """The calls that wait for one model, interactive ones first."""

    __slots__ = ("calls", "group", "joined", "left", "limits")

    def __init__(self, group: QueueGroup, limits: ModelLimits) -> None:
        self.group: QueueGroup = group
        self.limits: ModelLimits = limits
        self.calls: tuple[deque[Reservation], deque[Reservation]] = (deque(), deque())  # interactive, bulk
        self.joined: int = 0  # calls that ever came
        self.left: int = 0  # calls that ever went

    def __len__(self) -> int:
        """Return how many calls wait."""
        return sum(call.state is WAITING for calls in self.calls for call in calls)

    def __bool__(self) -> bool:
        return True

    def head(self) -> Reservation | None:
        """Return the call that is next; drop those that were cancelled before it."""
        for calls in self.calls:
            while calls and calls[0].state is not WAITING:
                calls.popleft()
            if calls:
                return calls[0]
        return None
