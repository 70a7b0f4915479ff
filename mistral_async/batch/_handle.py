"""The run as its user holds it: results, which give its handle, and the handle, which gives results again.

A handle as JSON outlives its process, and another process can do with it what this one can.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from typing_extensions import Unpack

from mistral_async._binding.async_executor import AsyncExecutor
from mistral_async._binding.blockable import Blockable, Startable
from mistral_async._binding.executor import Executor
from mistral_async._binding.iteration import SyncIterator
from mistral_async._binding.resource import Async, M, Resource, Sync, method
from mistral_async._codec.shown import described_blocking, safe_repr
from mistral_async._engine.first_use import loading
from mistral_async._http.threads import release_in_thread
from mistral_async.batch._batch_run import BatchRun
from mistral_async.batch._config import BatchConfig, ReadOptions
from mistral_async.batch._progress import BatchProgress
from mistral_async.batch._reading import RunReading
from mistral_async.batch._resubmit import ensure, resubmit
from mistral_async.batch._run_source import NewRun, ResumedRun
from mistral_async.bulk import Result

if TYPE_CHECKING:
    from mistral_async._binding.executor import BlockingExecutor

T = TypeVar("T")


class BatchResults(RunReading[T], Blockable["SyncBatchResults[T]"], Generic[T]):
    """Results of a run, `Ok` and `Err`, as its jobs end: in a block, or all at once with `.collect()`."""

    def blocking(self, executor: BlockingExecutor) -> SyncBatchResults[T]:
        """Return the results for code that blocks."""
        return SyncBatchResults(executor, self)

    @property
    def job(self) -> BatchHandle[Async, T]:
        """The handle: with `.to_json()` another process can go on."""
        return BatchHandle(AsyncExecutor(self.run.engine), self.run)

    def __aiter__(self) -> Self:
        if not self.is_open:
            raise TypeError("results are used with a block: `async with client.batch.run(...) as results:`")
        self.check_readable()
        return self

    async def __anext__(self) -> Result[T]:
        if not self._ready:
            self._ready.extend(await self.receive())
            if not self._ready:
                raise StopAsyncIteration
        return self._ready.popleft()

    async def collect(self) -> list[Result[T]]:
        """Return every result, in a list."""
        if not self.is_open:
            async with self:
                return await self.collect()
        return [result async for result in self]

    async def values(self) -> list[T]:
        """Return every value, in a list in the order of the calls; raise the first failure."""
        results = sorted(await self.collect(), key=lambda result: result.index)
        return [result.unwrap() for result in results]

    def __await__(self) -> Generator[Any, None, list[Result[T]]]:
        return self.collect().__await__()


class SyncBatchResults(SyncIterator[Result[T]], Generic[T]):
    """Results for code that blocks: `with client.batch.run(...) as results: for …`, just `for`, or `.collect()`."""

    def __init__(self, executor: BlockingExecutor, results: BatchResults[T]) -> None:
        super().__init__()
        self._executor = executor
        self._results = results

    @safe_repr
    def __repr__(self) -> str:
        return described_blocking(self, self._results)

    def _open(self) -> None:
        self._portal = self._executor.portal
        self._results.source.prepare()
        self._portal.run(self._results.__aenter__)

    def _close(self, error: BaseException | None) -> None:  # noqa: ARG002 - the reading ends alike
        if self._results.is_open:
            self._portal.close(self._results.aclose)

    def receive(self) -> list[Result[T]]:
        """Return the results that have arrived since the last call, at least one; an empty list at the end."""
        return self._portal.run(self._results.receive)

    def collect(self) -> list[Result[T]]:
        """Return every result, in a list."""
        return list(self)

    def values(self) -> list[T]:
        """Return every value, in a list in the order of the calls; raise the first failure."""
        return [result.unwrap() for result in sorted(self, key=lambda result: result.index)]

    @property
    def job(self) -> BatchHandle[Sync, T]:
        """The handle: with `.to_json()` another process can go on."""
        return BatchHandle(self._executor, self._results.run)

    @property
    def progress(self) -> BatchProgress:
        """A report of how far the jobs are, as the API last said."""
        return self._results.progress


class BatchHandle(Resource[M], Generic[M, T]):
    """The handle of a run of calls as batch jobs; as JSON it outlives its process."""

    def __init__(self, executor: Executor, run: BatchRun[T]) -> None:
        super().__init__(executor)
        self._run = run

    def _with_executor(self, executor: Executor) -> Any:
        handle: BatchHandle[M, T] = BatchHandle(executor, self._run)
        return handle

    def __repr__(self) -> str:
        return f"<BatchHandle {self.id}: {self.total} calls of {self.endpoint} in {len(self.job_ids)} jobs>"

    @property
    def id(self) -> str:
        """The id of the run, in the metadata of its jobs."""
        return self._run.record.id

    @property
    def endpoint(self) -> str:
        """The route of the calls, such as `/v1/chat/completions`."""
        return self._run.record.endpoint

    @property
    def total(self) -> int:
        """The number of calls."""
        return self._run.record.total

    @property
    def job_ids(self) -> list[str]:
        """The ids of the jobs, as the API and its console know them."""
        return [part.job for part in self._run.record.parts if part.job is not None]

    @property
    def progress(self) -> BatchProgress:
        """A report of how far the jobs are, as the API last said."""
        return self._run.monitor.report()

    def to_json(self) -> str:
        """Encode all that another process needs: give it to `client.batch.attach`."""
        return self._run.record.to_json().decode()

    @method
    async def status(self: BatchHandle[Async, T]) -> BatchProgress:
        """Ask for the state of the jobs."""
        async with _acquired(self._run):
            return await self._run.status()

    @method
    async def wait(self: BatchHandle[Async, T], *, timeout: float | None = None) -> BatchProgress:  # noqa: ASYNC109 - the jobs go on
        """Wait for the end of all jobs; after `timeout` seconds a `WaitTimeoutError`, and the jobs go on."""
        async with _acquired(self._run):
            return await self._run.wait(timeout)

    @method
    def results(self, **options: Unpack[ReadOptions]) -> BatchResults[T]:
        """Read the results, as the jobs end, or once they have ended; they can be read again until they expire."""
        run = self._run
        config = BatchConfig.of({"concurrency": run.concurrency, "directory": run.directory, **options})
        return BatchResults(ResumedRun(run), config)

    @method
    async def cancel(self: BatchHandle[Async, T]) -> BatchProgress:
        """Ask for the end of the jobs; what they have done can be read."""
        return await self._run.cancel()

    @method
    async def resubmit_failed(self: BatchHandle[Async, T]) -> int:
        """Send again, as new jobs of this run, what has no good result: what failed, and what its job did not do.

        Wait for the jobs that still work. Return how many requests were sent; `results` then gives the new outcomes.
        """
        async with _acquired(self._run):
            await self._run.wait(None)
            return await resubmit(self._run)

    @method
    async def cleanup(
        self: BatchHandle[Async, T], *, inputs: bool = True, outputs: bool = True, jobs: bool = False
    ) -> int:
        """Delete the files of the run on the server, and its jobs if asked; return how many things were deleted."""
        return await self._run.clean_up(inputs=inputs, outputs=outputs, jobs=jobs)


class BatchStart(Startable[BatchHandle[Async, T], BatchHandle[Sync, T]], Generic[T]):
    """Batch jobs to be created, of which only the handle is wanted."""

    def __init__(self, source: NewRun[T]) -> None:
        self._source = source

    @loading
    async def start(self) -> BatchHandle[Async, T]:
        """Create the jobs."""
        return BatchHandle(AsyncExecutor(self._source.engine), await self._source.start())

    def blocking(self, executor: BlockingExecutor) -> BatchHandle[Sync, T]:
        """Create the jobs; the calls are read in the caller's own thread."""
        self._source.prepare()
        return BatchHandle(executor, executor.portal.run(self._source.start))


@asynccontextmanager
async def _acquired(run: BatchRun[Any]) -> AsyncGenerator[None]:
    """Hold the checkpoint, with a job for every part."""
    await run.run_file.take()
    try:
        for part in run.record.parts:
            await ensure(run, part, None)
        yield
    finally:
        await release_in_thread(run.run_file.release)
