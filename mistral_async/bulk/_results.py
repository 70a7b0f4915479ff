"""Any amount of work at once, bounded in flight and in memory, each item with its own outcome.

The block owns the tasks: leaving it, by whatever way, ends them. A consumer that is slow stops new requests.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Generator, Iterable, Sized
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

from mistral_async._binding.blockable import Blockable
from mistral_async.bulk._outbox import Outbox
from mistral_async.bulk._outcome import Err, Ok, OnError, Result
from mistral_async.bulk._plan import Plan
from mistral_async.bulk._progress import Meter, Progress
from mistral_async.bulk._source import source_of

if TYPE_CHECKING:
    import array

    import anyio.abc
    from numpy.typing import NDArray

    from mistral_async._binding.sync_executor import SyncExecutor
    from mistral_async.bulk._blocking import SyncResults
    from mistral_async.bulk._ledger import Ledger
    from mistral_async.bulk._matrix import Rows
    from mistral_async.bulk._pipeline import Pipeline
    from mistral_async.bulk._work import Work
    from mistral_async.models.vector import Vector

__all__ = ["AsyncResults", "Err", "Ok", "OnError", "Result"]

T = TypeVar("T")


class AsyncResults(Blockable["SyncResults[T]"], Generic[T]):
    """The outcomes: `async with client.bulk.….(...) as results: async for result in results`, or `.collect()`."""

    def __init__(
        self, source: Iterable[Any] | AsyncIterable[Any], work: Work[T], plan: Plan, *, dedupe: bool = False
    ) -> None:
        if isinstance(source, (str, bytes)):
            raise TypeError(f"the items are an iterable, such as a list; this is one {type(source).__name__}")
        if not isinstance(source, (Iterable, AsyncIterable)):
            raise TypeError(f"the items are an iterable or an async iterable, not {type(source).__name__}")
        self.source: Any = source
        self._work = work
        self._plan = plan
        self._dedupe = dedupe
        self._meter = work.meter = Meter(len(source) if isinstance(source, Sized) else None)
        slack = plan.window - plan.concurrency if work.first_packs is None else plan.window
        self._outbox: Outbox[T] = Outbox(
            plan.window, self._meter, enough=min(plan.window // 8, slack), ordered=plan.ordered
        )
        self._ledger: Ledger | None = None
        self._pipeline: Pipeline[T] | None = None

    def blocking(self, executor: SyncExecutor) -> SyncResults[T]:
        """Return the results for code that blocks."""
        from mistral_async.bulk._blocking import SyncResults

        return SyncResults(executor.portal, self)

    async def __aenter__(self) -> Self:
        import anyio

        from mistral_async.bulk._pipeline import Pipeline

        if self._pipeline is not None:
            raise RuntimeError("results are read once: make the call again")
        source = source_of(self.source)
        self._ledger = await self._open_ledger()
        self._pipeline = Pipeline(source, self._work, self._plan, self._outbox, self._ledger, dedupe=self._dedupe)
        self._group: anyio.abc.TaskGroup = anyio.create_task_group()
        await self._group.__aenter__()
        self._group.start_soon(self._pipeline.run)
        return self

    async def _open_ledger(self) -> Ledger | None:
        plan = self._plan
        if plan.checkpoint is None and not self._dedupe:
            return None
        from mistral_async.bulk._ledger import Ledger

        self._work.keep = True
        ledger = Ledger(plan.checkpoint, self._work.job, by_digest=self._dedupe)
        await ledger.open()
        return ledger

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        cast("Pipeline[T]", self._pipeline).scope.cancel()
        try:
            await self._group.__aexit__(None, None, None)
        except BaseExceptionGroup as group:  # an interrupt that struck a task
            raise _single(group) from None
        finally:
            await self._close(quietly=error is not None)

    async def _close(self, *, quietly: bool) -> None:
        """Write the checkpoint's last rows and report for the last time."""
        self._meter.finished = True
        try:
            if self._ledger is not None:
                await self._ledger.aclose()
        except Exception:
            if not quietly:
                raise
        finally:
            if self._plan.progress is not None:
                with suppress(*(Exception,) * quietly):
                    self._plan.progress(self._meter.report())

    def __aiter__(self) -> Self:
        if self._pipeline is None:
            raise TypeError("results are used with a block: `async with client.bulk.….(...) as results:`")
        return self

    async def __anext__(self) -> Result[T]:
        outbox = self._outbox
        while not outbox.ready:
            self._check()
            if outbox.over:
                raise StopAsyncIteration
            await outbox.wait()
        return outbox.take()

    def _check(self) -> None:
        """Raise what ended the work, once."""
        outbox = self._outbox
        if outbox.failure is not None:
            failure, outbox.failure = outbox.failure, _Over()
            if not isinstance(failure, _Over):
                raise failure
        elif outbox.over and outbox.source_failure is not None:
            failure, outbox.source_failure = outbox.source_failure, None
            raise failure

    @property
    def pressing(self) -> bool:
        """Whether `receive` would return at once."""
        return bool(self._outbox.ready) or self._outbox.over

    async def changed(self) -> None:
        """Wait for something to happen that concerns the consumer."""
        await self._outbox.wait()

    def nudge(self) -> None:
        """Let who waits for a change look again."""
        self._outbox.arrived.set()

    async def receive(self) -> list[Result[T]]:
        """The results that have arrived since the last call, at least one; an empty list at the end."""
        first = await anext(self, None)
        return [] if first is None else [first, *self._outbox.take_all()]

    @property
    def progress(self) -> Progress:
        """How far the work is."""
        return self._meter.report()

    async def collect(self) -> list[Result[T]]:
        """Every result, in a list."""
        if self._pipeline is None:
            async with self:
                return await self.collect()
        return [result async for result in self]

    def __await__(self) -> Generator[Any, None, list[Result[T]]]:
        return self.collect().__await__()

    async def values(self) -> list[T]:
        """Every value, in a list; the first failure is raised."""
        if self._pipeline is None:
            async with self:
                return await self.values()
        return [result.unwrap() async for result in self]

    # vectors

    async def to_list(self: AsyncResults[Vector], *, missing: float | None = None) -> list[list[float]]:
        """Every vector as a list of floats; rows of failed texts hold `missing`, or the first failure is raised."""
        return (await self._rows(missing)).to_list()

    async def to_array(self: AsyncResults[Vector], *, missing: float | None = None) -> array.array[float]:
        """All vectors in one flat array, row by row: its length divided by the texts' number is the dimension."""
        return (await self._rows(missing)).to_array()

    async def to_numpy(self: AsyncResults[Vector], *, missing: float | None = None) -> NDArray[Any]:
        """All vectors as a numpy matrix, one row for each text (needs numpy)."""
        return (await self._rows(missing)).to_numpy()

    async def _rows(self: AsyncResults[Vector], missing: float | None) -> Rows:
        from mistral_async.bulk._matrix import Rows

        if self._pipeline is None:
            async with self:
                return await self._rows(missing)
        rows = Rows(missing)
        while results := await self.receive():
            rows.add(results)
        return rows

    async def save_npy(
        self: AsyncResults[Vector], path: str | os.PathLike[str], *, missing: float | None = None
    ) -> tuple[int, int]:
        """Write the vectors to a `.npy` file as they come, for `np.load(path, mmap_mode="r")`; returns its shape.

        Memory does not grow with the matrix. The file appears when it is whole.
        """
        import anyio.to_thread

        from mistral_async.bulk._matrix import NpyFile

        if self._pipeline is None:
            async with self:
                return await self.save_npy(path, missing=missing)
        with NpyFile(path, missing) as file:
            while results := await self.receive():
                await anyio.to_thread.run_sync(file.write, results)
            return await anyio.to_thread.run_sync(file.finish)


class _Over(Exception):  # noqa: N818 - a mark, never raised
    """The failure was raised already."""


def _single(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first exception of a group."""
    first = group.exceptions[0]
    return _single(cast("BaseExceptionGroup[BaseException]", first)) if isinstance(first, BaseExceptionGroup) else first
