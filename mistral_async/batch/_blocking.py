"""Results for code that blocks. A plain iterable of calls is read in the caller's own thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from mistral_async._binding.resource import Sync
from mistral_async.batch._handle import BatchHandle
from mistral_async.batch._progress import BatchProgress
from mistral_async.batch._results import BatchResults
from mistral_async.bulk import Result

if TYPE_CHECKING:
    from mistral_async._binding.sync_executor import SyncExecutor

T = TypeVar("T")


class SyncBatchResults(Generic[T]):
    """The outcomes: `with client.batch.run(...) as results: for result in results`, just `for`, or `.collect()`."""

    def __init__(self, executor: SyncExecutor, results: BatchResults[T]) -> None:
        self._executor = executor
        self._results = results
        self._ready: deque[Result[T]] = deque()
        self._block: AbstractContextManager[BatchResults[T]] | None = None

    def __enter__(self) -> Self:
        if self._block is not None:
            raise RuntimeError("results are read once: make the call again")
        self._results.opening.prepare()
        block = self._executor.portal.block(self._results)
        block.__enter__()
        self._block = block
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._block is not None:
            self._block.__exit__(None, None, None)

    def __iter__(self) -> Iterator[Result[T]]:
        if self._block is None:
            return self._once()
        return self

    def _once(self) -> Iterator[Result[T]]:
        """Iterating without a block ends the reading when the loop is left."""
        with self:
            yield from self

    def __next__(self) -> Result[T]:
        if not self._ready:
            self._ready.extend(self.receive())
            if not self._ready:
                raise StopIteration
        return self._ready.popleft()

    def receive(self) -> list[Result[T]]:
        """The results that have arrived since the last call, at least one; an empty list at the end."""
        return self._executor.portal.run(self._results.receive)

    def collect(self) -> list[Result[T]]:
        """Every result, in a list."""
        return list(self)

    def values(self) -> list[T]:
        """Every value, in a list in the order of the calls; the first failure is raised."""
        return [result.unwrap() for result in sorted(self, key=lambda result: result.index)]

    @property
    def job(self) -> BatchHandle[Sync, T]:
        """The handle: with `.to_json()` another process can go on."""
        return BatchHandle(self._executor, self._results.work)

    @property
    def progress(self) -> BatchProgress:
        """How far the jobs are, as the API last said."""
        return self._results.progress
