"""Which connection may be used by whom: idle ones newest first, callers in order. No I/O, no clock, O(1).

Invariants: a place is counted for every connection that exists or is being made; nobody waits while a place or an
idle connection is free; a grant that is not wanted any more goes to the next who waits.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

C = TypeVar("C")


class PoolWaiter(Generic[C]):
    """A caller's place in the queue; `wake` is called when it was `granted` something or the pool was closed."""

    __slots__ = ("connection", "granted", "until", "wake")

    def __init__(self, wake: Callable[[], object]) -> None:
        self.wake = wake
        self.granted = False
        self.connection: C | None = None  # granted without a connection: the place to make one
        self.until = 0.0


class Pool(Generic[C]):
    """The connections to one origin in one event loop."""

    __slots__ = ("_idle", "_places", "_waiting", "closed", "connections", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.closed = False
        self.connections: set[C] = set()
        self._places = 0
        self._idle: OrderedDict[C, float] = OrderedDict()  # until when, oldest first
        self._waiting: OrderedDict[PoolWaiter[C], None] = OrderedDict()

    @property
    def idle(self) -> int:
        """Connections that are open and unused."""
        return len(self._idle)

    @property
    def waiting(self) -> int:
        """Callers in the queue."""
        return len(self._waiting)

    @property
    def places(self) -> int:
        """Connections that exist or are being made."""
        return self._places

    def take(self) -> C | None:
        """The connection that was used last, which is the likeliest to be alive."""
        return self._idle.popitem()[0] if self._idle else None

    def expire(self, now: float) -> list[C]:
        """Take out the connections that have been idle for too long: the caller closes and drops them."""
        expired: list[C] = []
        while self._idle and self._idle[next(iter(self._idle))] <= now:
            expired.append(self._idle.popitem(last=False)[0])
        return expired

    def reserve(self) -> bool:
        """Count a connection that the caller is going to make, if there is room."""
        if self._places >= self.limit:
            return False
        self._places += 1
        return True

    def unreserve(self) -> None:
        """It could not be made, or is gone: the place goes to the next who waits."""
        if not self._grant(None, 0.0):
            self._places -= 1

    def add(self, connection: C) -> None:
        """The connection for a reserved place was made, and is in use."""
        self.connections.add(connection)

    def give(self, connection: C, until: float) -> None:
        """A connection is free: to the next who waits, else idle until then."""
        if connection in self.connections and not self._grant(connection, until):
            self._idle[connection] = until

    def drop(self, connection: C) -> None:
        """A connection is closed, whether it was idle or in use."""
        if connection in self.connections:
            self.connections.discard(connection)
            self._idle.pop(connection, None)
            self.unreserve()

    def queue(self, wake: Callable[[], object]) -> PoolWaiter[C]:
        """Wait behind all others."""
        waiter: PoolWaiter[C] = PoolWaiter(wake)
        self._waiting[waiter] = None
        return waiter

    def leave(self, waiter: PoolWaiter[C]) -> None:
        """Stop waiting; what was granted meanwhile is passed on."""
        if not waiter.granted:
            self._waiting.pop(waiter, None)
            return
        waiter.granted = False
        if waiter.connection is None:
            self.unreserve()
        else:
            self.give(waiter.connection, waiter.until)

    def close(self, *, wake: bool = True) -> list[C]:
        """Grant nothing any more, wake everybody, and return the connections: the caller closes and drops them."""
        self.closed = True
        waiting = list(self._waiting)
        self._waiting.clear()
        self._idle.clear()
        for waiter in waiting if wake else ():
            waiter.wake()
        return list(self.connections)

    def _grant(self, connection: C | None, until: float) -> bool:
        if not self._waiting:
            return False
        waiter, _ = self._waiting.popitem(last=False)
        waiter.granted = True
        waiter.connection = connection
        waiter.until = until
        waiter.wake()
        return True
