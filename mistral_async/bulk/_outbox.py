"""Results on their way to whoever takes them, in order if so wished, within a window of items.

The window is what bounds memory: items that were read and whose results were not taken.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Generic, TypeVar

from mistral_async.bulk._outcome import Err, Result
from mistral_async.bulk._progress import Meter
from mistral_async.bulk._signal import Signal

T = TypeVar("T")


class Outbox(Generic[T]):
    """Between the workers and the consumer."""

    def __init__(self, window: int, meter: Meter, *, enough: int, ordered: bool) -> None:
        self.window = window
        self.meter = meter
        self.ready: deque[Result[T]] = deque()
        self.taken = 0
        self.exhausted = False
        """Whether the source has ended."""
        self.failure: BaseException | None = None
        """What ended the work."""
        self.source_failure: Exception | None = None
        """What ended the source: raised after the results of what came before."""
        self.arrived = Signal()
        self.freed = Signal()
        self.hungry = False
        """Whether the consumer waits for a result."""
        self._ordered = ordered
        self._early: dict[int, Result[T]] = {}
        self._next = 0
        self.enough = max(1, enough)
        """How much room is worth a look at the source."""

    @property
    def room(self) -> int:
        """How many more items may be read."""
        return self.window - (self.meter.read - self.taken)

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.failure is not None or (self.exhausted and self.taken == self.meter.read)

    def put(self, results: Sequence[Result[T]]) -> None:
        """Take results in."""
        failed = sum(isinstance(result, Err) for result in results)
        self.meter.failed += failed
        self.meter.done += len(results) - failed
        if not self._ordered:
            self.ready.extend(results)
        else:
            self._put_in_order(results)
        if self.ready or self.exhausted:
            self.arrived.set()
        elif self.hungry:
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
        """Wait for something to happen that concerns the consumer."""
        self.hungry = True
        self.freed.set()
        try:
            await self.arrived.wait()
        finally:
            self.hungry = False

    def take(self) -> Result[T]:
        """Hand the next one out."""
        self.taken += 1
        if self.room >= self.enough:
            self.freed.set()
        return self.ready.popleft()

    def take_all(self) -> list[Result[T]]:
        """Hand out all that are ready."""
        results = list(self.ready)
        self.ready.clear()
        self.taken += len(results)
        if self.room >= self.enough:
            self.freed.set()
        return results

    def end(self, failure: BaseException) -> None:
        """Give up: the first failure is what the consumer gets."""
        if self.failure is None:
            self.failure = failure
        self.ready.clear()
        self._early.clear()
        self.arrived.set()
