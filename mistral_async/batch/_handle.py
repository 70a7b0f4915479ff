"""The handle of a run: as JSON it outlives its process, and another process can do with it what this one can."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from anyio import CancelScope, to_thread
from typing_extensions import Unpack

from mistral_async._binding.async_executor import AsyncExecutor
from mistral_async._binding.blockable import Startable
from mistral_async._binding.resource import Async, Executor, M, Resource, Sync, method
from mistral_async._engine.engine import Engine
from mistral_async.batch._again import ensure, resubmit
from mistral_async.batch._opening import Fresh, Kept
from mistral_async.batch._options import Plan, ReadOptions
from mistral_async.batch._progress import BatchProgress
from mistral_async.batch._results import BatchResults
from mistral_async.batch._work import Work

if TYPE_CHECKING:
    from mistral_async._binding.sync_executor import SyncExecutor

T = TypeVar("T")


class BatchHandle(Resource[M], Generic[M, T]):
    """A run of calls as batch jobs."""

    def __init__(self, executor: Executor, work: Work[T]) -> None:
        super().__init__(executor)
        self._work = work

    def _with_executor(self, executor: Executor) -> Any:
        handle: BatchHandle[M, T] = BatchHandle(executor, self._work)
        return handle

    def __repr__(self) -> str:
        return f"<BatchHandle {self.id}: {self.total} calls of {self.endpoint} in {len(self.job_ids)} jobs>"

    @property
    def id(self) -> str:
        """Names the run in the metadata of its jobs."""
        return self._work.run.id

    @property
    def endpoint(self) -> str:
        """Where the calls belong."""
        return self._work.run.endpoint

    @property
    def total(self) -> int:
        """How many calls there are."""
        return self._work.run.total

    @property
    def job_ids(self) -> list[str]:
        """The ids of the jobs, as the API and its console know them."""
        return [part.job for part in self._work.run.parts if part.job is not None]

    @property
    def progress(self) -> BatchProgress:
        """How far the jobs are, as the API last said."""
        return self._work.watch.report()

    def to_json(self) -> str:
        """All that another process needs: give it to `client.batch.attach`."""
        return self._work.run.to_json().decode()

    @method
    async def status(self: BatchHandle[Async, T]) -> BatchProgress:
        """Ask for the state of the jobs."""
        async with _taken(self._work):
            return await self._work.status()

    @method
    async def wait(self: BatchHandle[Async, T], *, timeout: float | None = None) -> BatchProgress:  # noqa: ASYNC109 - the jobs go on
        """Wait for the end of all jobs; after `timeout` seconds a `WaitTimeoutError`, and the jobs go on."""
        async with _taken(self._work):
            return await self._work.wait(timeout)

    @method
    def results(self, **options: Unpack[ReadOptions]) -> BatchResults[T]:
        """Read the results, as the jobs end, or once they have ended; they can be read again until they expire."""
        work = self._work
        plan = Plan.of({"concurrency": work.concurrency, "directory": work.directory, **options})
        return BatchResults(Kept(work), plan)

    @method
    async def cancel(self: BatchHandle[Async, T]) -> BatchProgress:
        """Ask for the end of the jobs; what they have done can be read."""
        return await self._work.cancel()

    @method
    async def resubmit_failed(self: BatchHandle[Async, T]) -> int:
        """Send again, as new jobs of this run, what has no good result: what failed, and what its job did not do.

        Waits for the jobs that still work. Returns how many requests were sent; `results` then gives the new outcomes.
        """
        async with _taken(self._work):
            await self._work.wait(None)
            return await resubmit(self._work)

    @method
    async def cleanup(
        self: BatchHandle[Async, T], *, inputs: bool = True, outputs: bool = True, jobs: bool = False
    ) -> int:
        """Delete the files of the run on the server, and its jobs if asked; returns how many things were deleted."""
        return await self._work.clean_up(inputs=inputs, outputs=outputs, jobs=jobs)


class BatchStart(Startable[BatchHandle[Async, T], BatchHandle[Sync, T]], Generic[T]):
    """Batch jobs to be created, whose handle is all that is wanted."""

    def __init__(self, engine: Engine, opening: Fresh[T]) -> None:
        self._engine = engine
        self._opening = opening

    async def start(self) -> BatchHandle[Async, T]:
        """Create the jobs."""
        return BatchHandle(AsyncExecutor(self._engine), await self._opening.start())

    def blocking(self, executor: SyncExecutor) -> BatchHandle[Sync, T]:
        """Create the jobs; the calls are read in the caller's own thread."""
        self._opening.prepare()
        return BatchHandle(executor, executor.portal.run(self._opening.start))


@asynccontextmanager
async def _taken(work: Work[Any]) -> AsyncGenerator[None]:
    """With the checkpoint in our hands, and a job for every part."""
    await to_thread.run_sync(work.journal.acquire)
    try:
        for part in work.run.parts:
            await ensure(work, part, None)
        yield
    finally:
        with CancelScope(shield=True):
            await to_thread.run_sync(work.journal.release)
