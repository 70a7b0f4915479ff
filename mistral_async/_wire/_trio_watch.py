"""Time limits on trio: one task looks after all connections of a wire, where a scope for each exchange costs 8 µs."""

from __future__ import annotations

from collections.abc import Collection
from math import inf
from typing import Protocol

import trio


class Watched(Protocol):
    """What has time limits."""

    due: float  # in trio's time; inf while there is nothing to wait for

    def expire(self) -> None:
        """It was due."""


class Watch:
    """Sleeps until the earliest moment that any was due when it was set; there is no task while nothing is due."""

    __slots__ = ("_scope", "_stopped", "_watched", "active", "wakes")

    def __init__(self, watched: Collection[Watched]) -> None:
        self.active = 0  # how many are due at some time
        self.wakes = inf
        self._watched = watched
        self._scope: trio.CancelScope | None = None
        self._stopped = False

    def wake(self, due: float) -> None:
        """Look at that time, which is before it would have looked."""
        if self._stopped:
            return
        self.wakes = due
        if self._scope is not None:
            self._scope.deadline = due
        else:
            self._scope = trio.CancelScope(deadline=due)
            trio.lowlevel.spawn_system_task(self._run, self._scope, name="mistral_async time limits")

    def rest(self) -> None:
        """Nothing is due: the task ends."""
        scope, self._scope, self.wakes = self._scope, None, inf
        if scope is not None:
            scope.cancel()

    def stop(self) -> None:
        """Nothing will be due any more."""
        self._stopped = True
        self.rest()

    async def _run(self, scope: trio.CancelScope) -> None:
        while self._scope is scope:
            with scope:
                await trio.sleep_forever()
            now = trio.current_time()
            for each in [each for each in self._watched if each.due <= now] if self._scope is scope else ():
                each.expire()
            if self._scope is not scope:
                return  # it rests, or another took its place
            self.wakes = min((each.due for each in self._watched), default=inf)
            scope = self._scope = trio.CancelScope(deadline=self.wakes)
