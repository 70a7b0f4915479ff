"""Reading a run: the tasks that follow its parts, and the results on their way to whoever takes them.

The block owns the tasks: leaving it, by whatever way, ends them. The jobs then go on, or are cancelled (`on_exit`).
"""

from __future__ import annotations

from collections import deque
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar, cast

import anyio

from mistral_async._binding.background import BackgroundTask
from mistral_async._binding.exits import ENDS_PROCESS, FAILURES
from mistral_async._codec.shown import described, safe_repr
from mistral_async._engine.first_use import loading
from mistral_async._http.threads import release_in_thread
from mistral_async.batch._batch_run import BatchRun
from mistral_async.batch._config import BatchConfig
from mistral_async.batch._progress import BatchProgress
from mistral_async.batch._request_spool import RequestSpool
from mistral_async.batch._result_reader import ResultReader, release
from mistral_async.batch._run import Part
from mistral_async.batch._run_source import RunSource
from mistral_async.bulk import Err, Result
from mistral_async.bulk._bulk_run import LEFT, READ_ONCE

T = TypeVar("T")

_AHEAD: Final = 2  # lists of results that wait for whoever takes them


class RunReading(Generic[T]):
    """A block in which the results of a run arrive."""

    def __init__(self, source: RunSource[T], config: BatchConfig) -> None:
        self.source = source
        self._config = config
        self._run: BatchRun[T] | None = None
        self._ready: deque[Result[T]] = deque()
        self._failure: BaseException | None = None
        self._raised = False
        self._finished = False
        self._entered = False
        self._left = False
        self._background: BackgroundTask | None = None

    @loading
    async def __aenter__(self) -> Self:
        if self._entered:
            raise RuntimeError(READ_ONCE)
        self._entered = True
        try:
            self._run, spool = await self.source.open()
            self._reader = await self._make_reader(self._run, spool)
        except BaseException:
            self._entered = False
            raise
        self._send, self._receive = anyio.create_memory_object_stream[list[Result[Any]]](_AHEAD)
        self._parts = anyio.CancelScope()
        self._background = BackgroundTask(self._produce)
        return self

    @safe_repr
    def __repr__(self) -> str:
        begun = "closed" if self._left else "open" if self._entered else "not begun"
        run, calls, state = self._run, "calls", begun
        if run is not None:
            report = run.monitor.report()
            calls, state = f"{report.total:,} calls", f"{begun}, {report.done:,} done, {report.failed:,} failed"
        return described(self, calls, state, "async with results: async for result in results; .collect(); .job")

    async def _make_reader(self, run: BatchRun[T], spool: RequestSpool[T] | None) -> ResultReader:
        try:
            return ResultReader(run, spool, self._config)
        except BaseException:  # no directory, no memory
            await release_in_thread(release, run, spool)
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._left or self._background is None:
            return
        self._left = True
        try:
            await self._background.stop()
        finally:
            self._receive.close()
            if not self._finished and self._config.on_exit == "cancel":
                await cast("BatchRun[T]", self._run).cancel_on_exit()
            await release_in_thread(self._reader.close)
        if isinstance(self._failure, ENDS_PROCESS):
            self._raise_failure()

    async def aclose(self) -> None:
        """End the reading: leave the block."""
        await self.__aexit__(None, None, None)

    @property
    def is_open(self) -> bool:
        """True once its block was entered."""
        return self._entered

    def check_readable(self) -> None:
        """Raise RuntimeError for results that were read before, or whose block was left and nothing is there."""
        if self._left and not self._ready:
            raise RuntimeError(READ_ONCE if self._finished else LEFT)

    @property
    def run(self) -> BatchRun[T]:
        """The run that is read."""
        if self._run is None:
            raise RuntimeError("nothing is under way yet: use `async with`")
        return self._run

    @property
    def progress(self) -> BatchProgress:
        """A report of how far the jobs are, as the API last said."""
        return self.run.monitor.report()

    async def receive(self) -> list[Result[T]]:
        """Return the results that have arrived since the last call, at least one; an empty list at the end."""
        if self._ready:
            results = list(self._ready)
            self._ready.clear()
            return results
        if self._left or self._background is None:
            raise RuntimeError(LEFT)
        self._background.check_here()
        try:
            return await self._receive.receive()
        except (anyio.EndOfStream, anyio.ClosedResourceError):
            pass
        self._raise_failure()
        if not self._finished and not self._raised:
            raise RuntimeError(LEFT)
        return []

    def _raise_failure(self) -> None:
        """Raise the failure that ended everything, once; then this is at its end."""
        if self._failure is not None:
            failure, self._failure, self._raised = self._failure, None, True
            raise failure

    # the tasks

    async def _produce(self) -> None:
        with self._send, self._parts:
            async with anyio.create_task_group() as group:
                for part in self.run.record.parts:
                    group.start_soon(self._follow, part)
            self._finished = True

    async def _follow(self, part: Part) -> None:
        try:
            await self._reader.follow(part, self._emit)
        except _FirstError as first:
            self._fail(first.error)
        except FAILURES as error:  # whatever it is, the consumer gets it
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        """End everything; the first failure is the one that is raised."""
        if self._failure is None:
            self._failure = error
            self._parts.cancel()

    async def _emit(self, results: list[Result[Any]]) -> None:
        if self._config.on_error == "raise":
            for result in results:
                if isinstance(result, Err):
                    raise _FirstError(result.located())
        if results:
            await self._send.send(results)


class _FirstError(Exception):
    """An error of a request on its way past those who would take it for one of the download."""

    def __init__(self, error: Exception) -> None:
        self.error = error
