"""Results for asynchronous code: a block, an async iterator, or all of them at once; vectors also as a matrix."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Generic, Literal, Self, TypeVar

from mistral_async._binding.blockable import Blockable
from mistral_async.bulk._bulk_run import BulkRun
from mistral_async.bulk._outcome import Result

if TYPE_CHECKING:
    import array

    from numpy.typing import NDArray

    from mistral_async._binding.executor import BlockingExecutor
    from mistral_async.bulk._matrix import VectorMatrix
    from mistral_async.bulk._sync_results import SyncResults
    from mistral_async.models.vector import Vector

T = TypeVar("T")


class AsyncResults(BulkRun[T], Blockable["SyncResults[T]"], Generic[T]):
    """Results of bulk work: `async with client.bulk.….(...) as results: async for …`, or all with `.collect()`."""

    def blocking(self, executor: BlockingExecutor) -> SyncResults[T]:
        """Return the results for code that blocks."""
        from mistral_async.bulk._sync_results import SyncResults

        return SyncResults(executor.portal, self)

    def __aiter__(self) -> Self:
        if not self.is_open:
            raise TypeError("results are used with a block: `async with client.bulk.….(...) as results:`")
        self.check_readable()
        return self

    async def __anext__(self) -> Result[T]:
        if (result := await self.next()) is None:
            raise StopAsyncIteration
        return result

    async def collect(self) -> list[Result[T]]:
        """Return every result, in a list."""
        if not self.is_open:
            async with self:
                return await self.collect()
        return [result async for result in self]

    def __await__(self) -> Generator[Any, None, list[Result[T]]]:
        return self.collect().__await__()

    async def values(self) -> list[T]:
        """Return every value, in a list; raise the first failure."""
        if not self.is_open:
            async with self:
                return await self.values()
        return [result.unwrap() async for result in self]

    # vectors

    async def to_list(self: AsyncResults[Vector], *, missing: float | None = None) -> list[list[float]]:
        """Return every vector as a list of floats; rows of failed texts hold `missing`, or the first is raised."""
        return (await self._rows(missing)).to_list()

    async def to_array(self: AsyncResults[Vector], *, missing: float | None = None) -> array.array[float]:
        """Return all vectors in one flat array, row by row: its length over the number of texts is the dimension."""
        return (await self._rows(missing)).to_array()

    async def to_numpy(self: AsyncResults[Vector], *, missing: float | None = None) -> NDArray[Any]:
        """Return all vectors as a numpy matrix, one row for each text (needs numpy)."""
        return (await self._rows(missing)).to_numpy()

    async def to_arrow(self: AsyncResults[Vector], *, missing: Literal["null"] | None = None) -> Any:
        """Return all vectors as a `pyarrow.FixedSizeListArray`, one list for each text (extra `arrow`).

        Polars, pandas, DuckDB and Parquet take it as it is. With `missing="null"` the row of a failed text is null;
        otherwise its error is raised.
        """
        return (await self._rows(0 if missing == "null" else None)).to_arrow()

    async def _rows(self: AsyncResults[Vector], missing: float | None) -> VectorMatrix:
        from mistral_async.bulk._matrix import VectorMatrix

        if not self.is_open:
            async with self:
                return await self._rows(missing)
        self.check_readable()
        rows = VectorMatrix(missing)
        while results := await self.receive():
            rows.add(results)
        return rows

    async def save_npy(
        self: AsyncResults[Vector], path: str | os.PathLike[str], *, missing: float | None = None
    ) -> tuple[int, int]:
        """Write the vectors to a `.npy` file as they come, for `np.load(path, mmap_mode="r")`; return its shape.

        Memory does not grow with the matrix. The file appears when it is whole.
        """
        from mistral_async._http.threads import run_in_thread
        from mistral_async.bulk._matrix import NpyFile

        if not self.is_open:
            async with self:
                return await self.save_npy(path, missing=missing)
        self.check_readable()
        with NpyFile(path, missing) as file:
            while results := await self.receive():
                await run_in_thread(file.write, results)
            return await run_in_thread(file.finish)
