"""Results on their way to the consumer, in order if so wished, within a window of items (Rules 2 and 4 of `_pipeline`).

The window bounds the memory: items that were read and whose results were not taken. Those that could not be taken
because they wait for one before them, or for another attempt, have room of their own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Generic, TypeVar

from mistral_async.bulk._notify import Notify
from mistral_async.bulk._outcome import Err, Result
from mistral_async.bulk._progress import ProgressCounter

T = TypeVar("T")


class ResultQueue(Generic[T]):
    """The results between the workers and the consumer."""

    def __init__(self, window: int, counter: ProgressCounter, *, min_room: int, ordered: bool, aside: int = 0) -> None:
        self.window = window
        self.counter = counter
        self.ready: deque[Result[T]] = deque()
        self.taken = 0
        self.exhausted = False
        """True when the source has ended."""
        self.failure: BaseException | None = None
        """The error that ended the work."""
        self.source_failure: Exception | None = None
        """The error that ended the source: raised after the results of the items before it."""
        self.arrived = Notify()
        self.freed = Notify()
        self.consumer_waits = False
        """True while the consumer waits for a result."""
        self.paused = 0
        """Requests that wait for another attempt."""
        self._aside = aside
        """Items that have room beside the window: early results, and requests that wait for another attempt."""
        self._ordered = ordered
        self._early: dict[int, Result[T]] = {}
        self._next = 0
        self.min_room = max(1, min_room)
        """The room, in items, that is worth a look at the source."""

    @property
    def room(self) -> int:
        """The number of items that may be read."""
        aside = min(self._aside, len(self._early) + self.paused)
        return self.window + aside - (self.counter.read - self.taken)

    @property
    def is_over(self) -> bool:
        """True when nothing more will come."""
        return self.failure is not None or (self.exhausted and self.taken == self.counter.read)

    def put(self, results: Sequence[Result[T]]) -> None:
        """Take results from a worker, and wake whom they concern."""
        failed = sum(isinstance(result, Err) for result in results)
        self.counter.failed += failed
        self.counter.done += len(results) - failed
        if not self._ordered:
            self.ready.extend(results)
        else:
            self._put_in_order(results)
        if self.ready or self.exhausted:
            self.arrived.set()
        elif self.consumer_waits:
            self.freed.set()

    def _put_in_order(self, results: Sequence[Result[T]]) -> None:
        early, ready, place = self._early, self.ready, self._next
        for result in results:
            if result.index == place:
                ready.append(result)
                place += 1
            else:
                early[result.index] = result
        if early:
            while (found := early.pop(place, None)) is not None:
                ready.append(found)
                place += 1
        self._next = place

    async def wait(self) -> None:
        """Wait until something happens that concerns the consumer."""
        self.consumer_waits = True
        self.freed.set()
        try:
            await self.arrived.wait()
        finally:
            self.consumer_waits = False

    def take(self) -> Result[T]:
        """Return the next result."""
        self.taken += 1
        if self.room >= self.min_room:
            self.freed.set()
        return self.ready.popleft()

    def take_all(self) -> list[Result[T]]:
        """Return all results that are ready."""
        results = list(self.ready)
        self.ready.clear()
        self.taken += len(results)
        if self.room >= self.min_room:
            self.freed.set()
        return results

    def end(self, failure: BaseException) -> None:
        """End the job: the first failure is what the consumer gets."""
        if self.failure is None:
            self.failure = failure
        self.ready.clear()
        self._early.clear()
        self.arrived.set()
