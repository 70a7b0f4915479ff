"""Time limits on trio: one task watches all connections of a wire, since a cancel scope for each request costs 8 µs."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from math import inf
from typing import Final, Protocol

import trio

# Rule 1: A request sets `due` on its connection and compares one number, `wake_at`. The task is told only of a time
#         before that; times that move later, as they do with every byte, are noticed when it wakes.
# Rule 2: The task sleeps for `_MAX_SLEEP` at most and ends when nothing is due, so that it does not outlive the last
#         request for longer, and an idle client keeps no task.
# Rule 3: `expire` closes the connection, which wakes the task that waits on its socket with trio's ClosedResourceError.
#         That task is not cancelled: it finds the error on its reader.

_MAX_SLEEP: Final = 0.05  # seconds


class Watched(Protocol):
    """A connection with a time limit."""

    due: float  # in trio's time; inf while there is nothing to wait for

    def expire(self) -> None:
        """Fail what is under way with a timeout."""


class DeadlineWatcher:
    """A task that sleeps until the first connection is due, and is there only while one is."""

    __slots__ = ("_scope", "_stopped", "_watched", "wake_at")

    def __init__(self, watched: Collection[Watched]) -> None:
        self.wake_at = inf  # in trio's time; inf while there is no task
        self._watched = watched
        self._scope: trio.CancelScope | None = None
        self._stopped = False

    def wake(self, due: float) -> None:
        """Wake at that time, which is before `wake_at`."""
        if self._scope is not None:
            self.wake_at = self._scope.deadline = due
        elif not self._stopped:
            try:
                self._set(due)
                trio.lowlevel.spawn_system_task(self._run, name="mistral_async time limits")
            except BaseException:  # too deep a recursion, perhaps
                self._scope, self.wake_at = None, inf
                raise

    def stop(self) -> None:
        """End the task for good."""
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
            self._scope, self.wake_at = None, inf

    def _look(self) -> None:
        now = trio.current_time()
        for each in [each for each in self._watched if each.due <= now]:
            with contextlib.suppress(Exception):  # one that escaped here would end the whole trio run
                each.expire()
        due = min((each.due for each in self._watched), default=inf)
        if due == inf or self._stopped:
            self._scope = None
        else:
            self._set(due)

    def _set(self, due: float) -> None:
        self.wake_at = min(due, trio.current_time() + _MAX_SLEEP)
        self._scope = trio.CancelScope(deadline=self.wake_at)
