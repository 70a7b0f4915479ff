"""Batch: calls run as batch jobs. `client.batch.create` and the like are those of `client.batch.jobs`."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

from typing_extensions import Unpack

from mistral_async._binding.async_executor import LazyExecutor
from mistral_async._binding.resource import Lazy, M, Resource, endpoint, method, same_as
from mistral_async._engine.first_use import first_use
from mistral_async._engine.request import Call, get, post
from mistral_async.batch._config import BatchConfig, RunOptions, StartOptions
from mistral_async.models.batch import BatchJob
from mistral_async.resources.batch_jobs import BatchJobs

if TYPE_CHECKING:
    from mistral_async._results.poll import Poll
    from mistral_async.batch._endpoints import BatchEndpoints
    from mistral_async.batch._handle import BatchHandle, BatchResults, BatchStart
    from mistral_async.batch._progress import BatchProgress
    from mistral_async.batch._request_spool import Items

T = TypeVar("T")


class Batch(Resource[M]):
    """Many requests at a lower price."""

    @method
    def run(self, calls: Items[T], **options: Unpack[RunOptions]) -> BatchResults[T]:
        """Run the calls that `client.bulk.map` would perform as batch jobs, and read their results.

        Args:
            calls: Requests made by `calls`, all of one endpoint, or pairs of an id of yours and a request. An iterable
                or async iterable of any length: it is written down first, so that a fault in it costs nothing.
            options: See `StartOptions` and `ReadOptions`.

        Returns:
            An async context manager of an async iterator of `Ok(value, index, usage, id)` and `Err(error, index, id)`.
            When its block is left early the jobs go on, unless `on_exit="cancel"`; `.job` is their handle.
        """
        from mistral_async._binding.job_engine import job_engine
        from mistral_async.batch._handle import BatchResults
        from mistral_async.batch._run_source import NewRun

        config = BatchConfig.of(options)
        return BatchResults(NewRun(job_engine(self._executor), _endpoints(), calls, config), config)

    @method
    def start(self, calls: Items[T], **options: Unpack[StartOptions]) -> BatchStart[T]:
        """Start the batch jobs of the calls, and give their handle: this process may end, and another go on.

        An error that ends it has the handle of what was started, as JSON, in `.partial`.
        """
        from mistral_async._binding.job_engine import job_engine
        from mistral_async.batch._handle import BatchStart
        from mistral_async.batch._run_source import NewRun

        return BatchStart(NewRun(job_engine(self._executor), _endpoints(), calls, BatchConfig.of(options)))

    @overload
    def attach(
        self,
        handle: str | bytes | os.PathLike[str],
        *,
        like: Call[T],
        poll: Poll | None = None,
        progress: Callable[[BatchProgress], object] | None = None,
    ) -> BatchHandle[M, T]: ...
    @overload
    def attach(
        self,
        handle: str | bytes | os.PathLike[str],
        *,
        poll: Poll | None = None,
        progress: Callable[[BatchProgress], object] | None = None,
    ) -> BatchHandle[M, Any]: ...
    def attach(
        self,
        handle: str | bytes | os.PathLike[str],
        *,
        like: Call[Any] | None = None,
        poll: Poll | None = None,
        progress: Callable[[BatchProgress], object] | None = None,
    ) -> BatchHandle[M, Any]:
        """Go on with a run: from what `job.to_json()` gave, or from a checkpoint, as a `Path`.

        Answers are read as the endpoint's, or as those of a call `like` the ones that were made.
        """
        with first_use():
            from mistral_async.batch._attach import attach

        return attach(self._executor, _endpoints(), handle, like=like, poll=poll, progress=progress)

    @functools.cached_property
    def jobs(self) -> BatchJobs[M]:
        """Batch jobs."""
        return BatchJobs(self._executor)

    list: Final = BatchJobs.list
    create: Final = BatchJobs.create

    @endpoint
    @same_as("BatchJobs.get")
    def get(
        self, job_id: str | None = None, *, batch_id: str | None = None, inline: bool | None = None
    ) -> Call[BatchJob]:
        """Get a job by its id, which goes by either name."""
        return get("/v1/batch/jobs/{}", _id(job_id, batch_id), query={"inline": inline}, returns=BatchJob)

    @endpoint
    @same_as("BatchJobs.cancel")
    def cancel(self, job_id: str | None = None, *, batch_id: str | None = None) -> Call[BatchJob]:
        """Ask for a job to end."""
        return post("/v1/batch/jobs/{}/cancel", _id(job_id, batch_id), returns=BatchJob)


def _id(job_id: str | None, batch_id: str | None) -> str:
    if job_id is None and batch_id is not None:
        return batch_id
    if job_id is not None and batch_id is None:
        return job_id
    raise TypeError("a batch job has one id: job_id=, which may be called batch_id=")


@functools.cache
def _endpoints() -> BatchEndpoints:
    """Describe the requests that runs make."""
    from mistral_async.batch._endpoints import BatchEndpoints
    from mistral_async.resources.files import Files

    jobs: BatchJobs[Lazy] = BatchJobs(LazyExecutor())
    files: Files[Lazy] = Files(LazyExecutor())
    return BatchEndpoints(
        create_job=jobs.create,
        get_job=jobs.get,
        cancel_job=jobs.cancel,
        delete_job=jobs.delete,
        list_jobs=jobs.list,
        upload_file=files.upload,
        retrieve_file=files.retrieve,
        delete_file=files.delete,
        download_file=files.download,
        list_files=files.list,
    )
