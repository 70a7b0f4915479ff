"""Results for code that blocks. A plain iterable is read in the caller's own thread, when there is room for more.

A database cursor or a file may insist on the thread that opened it. So the pipeline asks for items, and the caller,
while it waits for results, reads them and pushes them to the event loop.
"""

from __future__ import annotations

import functools
import os
from collections.abc import AsyncIterable, Iterator
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeVar

from mistral_async._binding.iteration import SyncIterator
from mistral_async._codec.shown import described_blocking, safe_repr
from mistral_async.bulk._bulk_run import BulkRun
from mistral_async.bulk._outcome import Result
from mistral_async.bulk._progress import Progress
from mistral_async.bulk._source import PushSource, close_generator, read_slice

if TYPE_CHECKING:
    import array

    from numpy.typing import NDArray

    from mistral_async._binding.portal import Portal
    from mistral_async._spending import Usage
    from mistral_async.bulk._matrix import VectorMatrix
    from mistral_async.models.vector import Vector

T = TypeVar("T")

_SLICE: Final = 0.02  # seconds of reading between two looks at what has arrived


class SyncResults(SyncIterator[Result[T]], Generic[T]):
    """Results of bulk work: `with client.bulk.….(...) as results: for …`, just `for`, or all with `.collect()`."""

    def __init__(self, portal: Portal, results: BulkRun[T]) -> None:
        super().__init__()
        self._portal = portal
        self._results = results
        self._items: Iterator[Any] | None = None
        self._pushed = PushSource()
        self._interrupted = False

    def _open(self) -> None:
        if not isinstance(self._results.source, AsyncIterable):
            self._items = iter(self._results.source)
            self._results.source = self._pushed
            self._pushed.ask = self._results.wake
        self._portal.run(self._results.__aenter__)

    def _close(self, error: BaseException | None) -> None:
        try:
            self._portal.close(functools.partial(self._results.__aexit__, None, error, None))
        finally:
            close_generator(self._items)

    @safe_repr
    def __repr__(self) -> str:
        return described_blocking(self, self._results)

    def _repr_html_(self) -> str:
        return self._results._repr_html_()

    def receive(self) -> list[Result[T]]:
        """Return the results that have arrived since the last call, at least one; an empty list at the end."""
        if self._items is None:
            return self._portal.run(self._results.receive)
        if self._interrupted:
            raise RuntimeError("an interrupt may have lost items: make the call again")
        try:
            return self._exchange(self._items)
        except Exception:
            raise
        except BaseException:
            self._interrupted = True
            raise

    def _exchange(self, items: Iterator[Any]) -> list[Result[T]]:
        """Push items as they are asked for, until there are results."""
        given: tuple[list[Any], Exception | None] | None = None
        while True:
            results, wanted = self._portal.run(_step, self._results, self._pushed, given)
            if results or not wanted:
                return results
            given = read_slice(items, wanted, _SLICE)

    @property
    def usage(self) -> Usage:
        """The usage of the requests of the work so far (see `AsyncResults`)."""
        return self._results.usage

    @property
    def progress(self) -> Progress:
        """A report of how far the work is."""
        return self._results.progress

    def collect(self) -> list[Result[T]]:
        """Return every result, in a list."""
        return list(self)

    def values(self) -> list[T]:
        """Return every value, in a list; raise the first failure."""
        return [result.unwrap() for result in self]

    # vectors

    def to_list(self: SyncResults[Vector], *, missing: float | None = None) -> list[list[float]]:
        """Return every vector as a list of floats; rows of failed texts hold `missing`, or the first is raised."""
        return self._rows(missing).to_list()

    def to_array(self: SyncResults[Vector], *, missing: float | None = None) -> array.array[float]:
        """Return all vectors in one flat array, row by row: its length over the number of texts is the dimension."""
        return self._rows(missing).to_array()

    def to_numpy(self: SyncResults[Vector], *, missing: float | None = None) -> NDArray[Any]:
        """Return all vectors as a numpy matrix, one row for each text (needs numpy)."""
        return self._rows(missing).to_numpy()

    def to_arrow(self: SyncResults[Vector], *, missing: Literal["null"] | None = None) -> Any:
        """Return all vectors as a `pyarrow.FixedSizeListArray`, one list for each text (extra `arrow`).

        Polars, pandas, DuckDB and Parquet take it as it is. With `missing="null"` the row of a failed text is null;
        otherwise its error is raised.
        """
        return self._rows(0 if missing == "null" else None).to_arrow()

    def _rows(self: SyncResults[Vector], missing: float | None) -> VectorMatrix:
        from mistral_async.bulk._matrix import VectorMatrix

        if not self.is_open:
            with self:
                return self._rows(missing)
        self._check_readable()
        rows = VectorMatrix(missing)
        while results := self.receive():
            rows.add(results)
        return rows

    def save_npy(
        self: SyncResults[Vector], path: str | os.PathLike[str], *, missing: float | None = None
    ) -> tuple[int, int]:
        """Write the vectors to a `.npy` file as they come, for `np.load(path, mmap_mode="r")`; return its shape.

        Memory does not grow with the matrix. The file appears when it is whole.
        """
        from mistral_async.bulk._matrix import NpyFile

        if not self.is_open:
            with self:
                return self.save_npy(path, missing=missing)
        self._check_readable()
        with NpyFile(path, missing) as file:
            while results := self.receive():
                file.write(results)
            return file.finish()


async def _step(
    results: BulkRun[T], source: PushSource, given: tuple[list[Any], Exception | None] | None
) -> tuple[list[Result[T]], int]:
    """Push the items that were asked for, and wait for results, or for more items being asked for."""
    if given is not None:
        source.give(*given)
    while not results.has_results:
        if source.wanted:
            return [], source.wanted
        await results.changed()
    return await results.receive(), 0
