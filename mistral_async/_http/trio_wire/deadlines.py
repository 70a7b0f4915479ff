"""Time limits on trio: one task looks after all connections of a wire, where a scope for each reader costs 8 µs."""

from __future__ import annotations

from collections.abc import Collection
from math import inf
from typing import Final, Protocol

import trio

_ROUND: Final = 0.05
"""Seconds after which it looks again, whatever is due: how long its task is there after the last reader."""


class Watched(Protocol):
    """What has time timeouts."""

    due: float  # in trio's time; inf while there is nothing to wait for

    def expire(self) -> None:
        """It was due."""


class DeadlineWatcher:
    """Sleeps until the earliest moment that any was due when it last looked; its task ends when nothing is due."""

    __slots__ = ("_scope", "_stopped", "_watched", "wakes")

    def __init__(self, watched: Collection[Watched]) -> None:
        self.wakes = inf
        self._watched = watched
        self._scope: trio.CancelScope | None = None
        self._stopped = False

    def wake(self, due: float) -> None:
        """Look at that time, which is before it would have looked."""
        if self._scope is not None:
            self.wakes = self._scope.deadline = due
        elif not self._stopped:
            self._set(due)
            trio.lowlevel.spawn_system_task(self._run, name="mistral_async time limits")

    def stop(self) -> None:
        """Nothing will be due any more."""
        self._stopped = True
        if self._scope is not None:
            self._scope.cancel()

    async def _run(self) -> None:
        try:
            while self._scope is not None:
                with self._scope:
                    await trio.sleep_forever()
                self._look()
        finally:
            self._scope, self.wakes = None, inf

    def _look(self) -> None:
        now = trio.current_time()
        for each in [each for each in self._watched if each.due <= now]:
            each.expire()
        due = min((each.due for each in self._watched), default=inf)
        if due == inf or self._stopped:
            self._scope = None
        else:
            self._set(due)

    def _set(self, due: float) -> None:
        self.wakes = min(due, trio.current_time() + _ROUND)
        self._scope = trio.CancelScope(deadline=self.wakes)
