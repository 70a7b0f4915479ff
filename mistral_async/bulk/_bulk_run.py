"""One piece of bulk work as a block: its source, its tasks, its checkpoint, and the results that arrive.

The block owns the tasks: leaving it, by whatever way, ends them. A consumer that is slow stops new requests.
"""

from __future__ import annotations

from collections import UserString
from collections.abc import AsyncIterable, Iterable, Mapping, Sized
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

from mistral_async._binding.exits import ENDS_PROCESS
from mistral_async._codec.shown import described, safe_repr
from mistral_async._engine.first_use import loading
from mistral_async.bulk._config import BulkConfig
from mistral_async.bulk._outcome import Result
from mistral_async.bulk._progress import Progress, ProgressCounter
from mistral_async.bulk._result_queue import ResultQueue
from mistral_async.bulk._source import as_source

if TYPE_CHECKING:
    from mistral_async._binding.background import BackgroundTask
    from mistral_async._spending import Usage
    from mistral_async.bulk._checkpoint_writer import CheckpointWriter
    from mistral_async.bulk._work import Work

T = TypeVar("T")

READ_ONCE: Final = "results are read once: make the call again"
LEFT: Final = "the block of these results was left before all were there: read them inside it"


class BulkRun(Generic[T]):
    """A block in which the results of bulk work arrive."""

    def __init__(
        self, source: Iterable[Any] | AsyncIterable[Any], work: Work[T], config: BulkConfig, *, dedupe: bool = False
    ) -> None:
        _check_items(source)
        self.source: Any = source
        self._work = work
        self._config = config
        self._dedupe = dedupe
        self._counter = work.counter = ProgressCounter(len(source) if isinstance(source, Sized) else None)
        slack = config.window - config.concurrency if work.first_packs is None else config.window
        self._queue: ResultQueue[T] = ResultQueue(
            config.window,
            self._counter,
            min_room=min(config.window // 8, slack),
            ordered=config.ordered,
            aside=config.aside,
        )
        self._checkpoint: CheckpointWriter | None = None
        self._entered = False
        self._left = False
        self._background: BackgroundTask | None = None

    @loading
    async def __aenter__(self) -> Self:
        from mistral_async._binding.background import BackgroundTask
        from mistral_async.bulk._pipeline import Pipeline

        if self._entered:
            raise RuntimeError(READ_ONCE)
        source = as_source(self.source)
        self._entered = True
        try:
            self._checkpoint = await self._open_checkpoint()
        except BaseException:
            self._entered = False
            raise
        pipeline = Pipeline(source, self._work, self._config, self._queue, self._checkpoint, dedupe=self._dedupe)
        self._background = BackgroundTask(pipeline.run)
        return self

    @safe_repr
    def __repr__(self) -> str:
        counter = self._counter
        items = "items" if counter.total is None else f"{counter.total:,} items"
        begun = "closed" if self._left else "open" if self._entered else "not begun"
        state = f"{begun}, {counter.done:,} done, {counter.failed:,} failed"
        return described(self, items, state, "async with results: async for result in results; .collect()")

    def _repr_html_(self) -> str:
        from mistral_async.bulk._progress_bar import progress_html

        return progress_html(self.progress, "items")

    async def _open_checkpoint(self) -> CheckpointWriter | None:
        config = self._config
        if config.checkpoint is None and not self._dedupe:
            return None
        from mistral_async.bulk._checkpoint_writer import CheckpointWriter

        self._work.keep = True
        checkpoint = CheckpointWriter(config.checkpoint, self._work.job, by_digest=self._dedupe)
        await checkpoint.open()
        return checkpoint

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._left or self._background is None:
            return
        self._left = True
        try:
            await self._background.stop()
        finally:
            self._queue.arrived.set()  # whoever still waits for results finds the block left
            await self._close(quietly=error is not None)
        if isinstance(self._queue.failure, ENDS_PROCESS):
            self._check()

    async def _close(self, *, quietly: bool) -> None:
        """Write the checkpoint's last rows and report for the last time."""
        self._counter.finished = True
        try:
            if self._checkpoint is not None:
                await self._checkpoint.aclose()
        except Exception:
            if not quietly:
                raise
        finally:
            if self._config.progress is not None:
                with suppress(*(Exception,) * quietly):
                    self._config.progress(self._counter.report())

    @property
    def is_open(self) -> bool:
        """True once its block was entered."""
        return self._entered

    def check_readable(self) -> None:
        """Raise RuntimeError for results that were read before, or whose block was left and nothing is there."""
        if self._left and not self._queue.ready:
            raise RuntimeError(READ_ONCE if self._queue.is_over else LEFT)

    async def next(self) -> Result[T] | None:
        """Wait for the next result; None is the end."""
        queue = self._queue
        while not queue.ready:
            self._check()
            if queue.is_over:
                return None
            await self.changed()
        return queue.take()

    async def receive(self) -> list[Result[T]]:
        """Return the results that have arrived since the last call, at least one; an empty list at the end."""
        first = await self.next()
        return [] if first is None else [first, *self._queue.take_all()]

    def _check(self) -> None:
        """Raise the failure that ended the work, once (Rule 5 of `_pipeline`)."""
        queue = self._queue
        if queue.failure is not None:
            failure, queue.failure = queue.failure, _RaisedError()
            if not isinstance(failure, _RaisedError):
                raise failure
        elif queue.is_over and queue.source_failure is not None:
            failure, queue.source_failure = queue.source_failure, None
            raise failure

    @property
    def has_results(self) -> bool:
        """True when `receive` would return at once."""
        return bool(self._queue.ready) or self._queue.is_over or self._left

    async def changed(self) -> None:
        """Wait for something to happen that concerns the consumer; RuntimeError where nothing can happen any more."""
        if self._left or self._background is None:
            raise RuntimeError(LEFT)
        self._background.check_here()
        await self._queue.wait()

    def wake(self) -> None:
        """Wake whoever waits for a change."""
        self._queue.arrived.set()

    @property
    def progress(self) -> Progress:
        """A report of how far the work is."""
        return self._counter.report()

    @property
    def usage(self) -> Usage:
        """The usage of the requests of the work so far; what a checkpoint has was paid before, and does not count."""
        return self._work.usage


class _RaisedError(Exception):
    """A mark for a failure that was raised already."""


def _check_items(source: object) -> None:
    """Refuse what is no iterable of items, or gives its keys or the names of its columns in place of them."""
    kind = type(source).__name__
    if isinstance(source, (str, bytes, UserString)):
        raise TypeError(f"the items are an iterable, such as a list; this is one {kind}")
    if not isinstance(source, (Iterable, AsyncIterable)):
        raise TypeError(f"the items are an iterable or an async iterable, not {kind}")
    if isinstance(source, Mapping):
        raise TypeError(f"the items are an iterable, not a {kind}: give its values()")
    columns: object = getattr(source, "columns", dict)  # pyright: ignore[reportUnknownArgumentType] - any iterable
    if not callable(columns):
        raise TypeError(f"the items are an iterable, not a {kind}: give one of its columns, or its rows")
