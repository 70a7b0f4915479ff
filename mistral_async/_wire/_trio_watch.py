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
    """Sleeps until the earliest moment that any was due when it was set: most are moved on before it comes."""

    __slots__ = ("_scope", "_stopped", "_watched", "wakes")

    def __init__(self, watched: Collection[Watched]) -> None:
        self.wakes = inf
        self._watched = watched
        self._scope: trio.CancelScope | None = None
        self._stopped = False

    def wake(self, due: float) -> None:
        """Look at that time, which is before it would have looked."""
        self.wakes = due
        if self._scope is not None:
            self._scope.deadline = due
        elif not self._stopped:
            self._scope = trio.CancelScope()
            trio.lowlevel.spawn_system_task(self._run, name="mistral_async time limits")

    def stop(self) -> None:
        """Nothing is due any more."""
        self._stopped = True
        if self._scope is not None:
            self._scope.cancel()

    async def _run(self) -> None:
        try:
            while self.wakes < inf and not self._stopped:
                with trio.CancelScope(deadline=self.wakes) as scope:
                    self._scope = scope
                    await trio.sleep_forever()
                now = trio.current_time()
                for each in [each for each in self._watched if each.due <= now]:
                    each.expire()
                self.wakes = min((each.due for each in self._watched), default=inf)
        finally:
            self.wakes = inf
            self._scope = None
