"""Assignment of connections to callers, without I/O and without a clock; every step costs O(1)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

C = TypeVar("C")

# Rule 1: One slot is counted for every connection that exists or is being made, and never more slots than `limit`.
#         Whoever `reserve`s a slot either turns it into a connection (`add`) or gives it back (`leave`).
# Rule 2: Nobody waits while a slot or an idle connection is free. So what becomes free goes to the queue first, and
#         only when the queue is empty does a connection become idle or a slot disappear.
# Rule 3: Callers are served in the order in which they came; idle connections are used newest first, since the
#         newest is the likeliest to be alive, and so that those which a lower load does not need expire.
# Rule 4: A grant belongs to its waiter from the moment it is made, before the waiter's task runs. A waiter that was
#         cancelled or timed out meanwhile passes it on (`leave`): a grant is neither lost nor given twice. It is the
#         waiter's until it is `accept`ed or its slot has become a connection; to leave after that does nothing.
# Rule 5: A connection is dropped once. `give` and `drop` do nothing with one that the pool does not know any more,
#         so that closing may race with the end of a request.
# Rule 6: A closed pool has nothing idle and grants nothing; all who wait are woken to learn it, unless their event
#         loop is dead. Its connections stay counted until they are dropped.


class PoolWaiter(Generic[C]):
    """A caller in the queue, or past it; `wake` is called when it was `granted` something or the pool was closed."""

    __slots__ = ("connection", "expires_at", "granted", "wake")

    def __init__(self, wake: Callable[[], object]) -> None:
        self.wake = wake
        self.granted = False
        self.connection: C | None = None  # granted without a connection: a slot to make one
        self.expires_at = 0.0

    def accept(self) -> None:
        """Take over what was granted: from now on the caller gives it back."""
        self.granted = False


def _nothing() -> None:
    """Wake nobody: there was nothing to wait for."""


class Pool(Generic[C]):
    """The connections to one origin in one event loop."""

    __slots__ = ("_idle", "_slots", "_waiting", "closed", "connections", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.closed = False
        self.connections: set[C] = set()
        self._slots = 0
        self._idle: OrderedDict[C, float] = OrderedDict()  # until when, oldest first
        self._waiting: OrderedDict[PoolWaiter[C], None] = OrderedDict()

    @property
    def idle(self) -> int:
        """Number of connections that are open and unused."""
        return len(self._idle)

    @property
    def waiting(self) -> int:
        """Number of callers in the queue."""
        return len(self._waiting)

    @property
    def slots(self) -> int:
        """Number of connections that exist or are being made."""
        return self._slots

    def take(self) -> C | None:
        """Take the idle connection that was used last; None when there is none."""
        return self._idle.popitem()[0] if self._idle else None

    def expire(self, now: float) -> list[C]:
        """Take out the connections that have been idle for too long: the caller closes and drops them.

        Stops at the first that has not: one with a shorter time of its own behind it expires later, or when taken.
        """
        expired: list[C] = []
        while self._idle and self._idle[next(iter(self._idle))] <= now:
            expired.append(self._idle.popitem(last=False)[0])
        return expired

    def reserve(self) -> PoolWaiter[C] | None:
        """Grant a slot for a connection that the caller is going to make, if there is room."""
        if self._slots >= self.limit:
            return None
        waiter: PoolWaiter[C] = PoolWaiter(_nothing)
        self._slots += 1
        waiter.granted = True
        return waiter

    def unreserve(self) -> None:
        """Return a slot whose connection could not be made, or is gone; the next who waits gets it (rule 2)."""
        if not self._grant(None, 0.0):
            self._slots -= 1

    def add(self, connection: C, waiter: PoolWaiter[C]) -> None:
        """Register the connection that was made for a waiter's slot; it is in use."""
        waiter.granted = False
        self.connections.add(connection)

    def give(self, connection: C, expires_at: float) -> None:
        """Pass a free connection to the next who waits, else keep it idle until it expires."""
        if connection in self.connections and not (self._waiting and self._grant(connection, expires_at)):
            self._idle[connection] = expires_at

    def drop(self, connection: C) -> None:
        """Forget a closed connection, whether it was idle or in use, and return its slot."""
        if connection in self.connections:
            self.connections.discard(connection)
            self._idle.pop(connection, None)
            self.unreserve()

    def queue(self, wake: Callable[[], object]) -> PoolWaiter[C]:
        """Enter the queue behind all others."""
        waiter: PoolWaiter[C] = PoolWaiter(wake)
        self._waiting[waiter] = None
        return waiter

    def leave(self, waiter: PoolWaiter[C]) -> None:
        """Leave the queue; what was granted meanwhile is passed on (rule 4)."""
        if not waiter.granted:
            self._waiting.pop(waiter, None)
            return
        waiter.granted = False
        if waiter.connection is None:
            self.unreserve()
        else:
            self.give(waiter.connection, waiter.expires_at)

    def close(self, *, wake: bool = True) -> list[C]:
        """Grant nothing any more, wake all who wait, and return the connections: the caller closes and drops them."""
        self.closed = True
        waiting = list(self._waiting)
        self._waiting.clear()
        self._idle.clear()
        for waiter in waiting if wake else ():
            waiter.wake()
        return list(self.connections)

    def _grant(self, connection: C | None, expires_at: float) -> bool:
        if not self._waiting:
            return False
        waiter, _ = self._waiting.popitem(last=False)
        waiter.granted = True
        waiter.connection = connection
        waiter.expires_at = expires_at
        waiter.wake()
        return True
