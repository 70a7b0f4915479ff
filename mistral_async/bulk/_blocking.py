"""Results for code that blocks."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from mistral_async.bulk._results import AsyncResults, Result

if TYPE_CHECKING:
    from mistral_async._blocking import Portal

T = TypeVar("T")


class SyncResults(Generic[T]):
    """The outcomes: `with client.bulk.map(...) as results: for result in results`, just `for`, or `.collect()`."""

    def __init__(self, portal: Portal, results: AsyncResults[T]) -> None:
        self._portal = portal
        self._results = results
        self._ready: deque[Result[T]] = deque()
        self._block: AbstractContextManager[AsyncResults[T]] | None = None

    def __enter__(self) -> Self:
        self._block = self._portal.block(self._results)
        self._block.__enter__()
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
        """Iterating without a block ends the work when the loop is left."""
        with self:
            yield from self

    def __next__(self) -> Result[T]:
        if not self._ready:
            self._ready.extend(self._portal.run(self._results.receive))
            if not self._ready:
                raise StopIteration
        return self._ready.popleft()

    def collect(self) -> list[Result[T]]:
        """Every result, in a list."""
        return list(self)
