"""Batch: the jobs of the API, and calls run as such jobs. `client.batch.create` is `client.batch.jobs.create`."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

from typing_extensions import Unpack

from mistral_async._binding.resource import Async, M, Resource, endpoint, method
from mistral_async._engine.paging import PageNumber
from mistral_async._engine.request import Call, Pages, delete, get, pages, post
from mistral_async.batch._options import Plan, RunOptions, StartOptions
from mistral_async.models.batch import (
    APIEndpoint,
    BatchJob,
    BatchListOptions,
    BatchOptions,
    DeleteBatchJobResponse,
    ListBatchJobsResponse,
)

if TYPE_CHECKING:
    from mistral_async._results.poll import Poll
    from mistral_async.batch._handle import BatchHandle, BatchStart
    from mistral_async.batch._progress import BatchProgress
    from mistral_async.batch._results import BatchResults
    from mistral_async.batch._spool import Items

T = TypeVar("T")

_HOURS = {"h": 1, "d": 24}


class BatchJobs(Resource[M]):
    """Batch jobs."""

    @endpoint
    def list(self, **options: Unpack[BatchListOptions]) -> Pages[BatchJob, ListBatchJobsResponse]:
        """List jobs."""
        query: dict[str, Any] = {**(options.get("metadata") or {}), **options}
        query.pop("metadata", None)
        return pages("/v1/batch/jobs", query=query, returns=ListBatchJobsResponse, by=PageNumber())

    @endpoint
    def create(self, *, endpoint: APIEndpoint | str, **options: Unpack[BatchOptions]) -> Call[BatchJob]:
        """Create a job from `requests`, or from `input_files`."""
        return post("/v1/batch/jobs", json={"endpoint": endpoint, **_fields(options)}, returns=BatchJob)

    @endpoint
    def get(self, job_id: str, *, inline: bool | None = None) -> Call[BatchJob]:
        """Get a job. With `inline`, its answers are in `outputs`."""
        return get("/v1/batch/jobs/{}", job_id, query={"inline": inline}, returns=BatchJob)

    @endpoint
    def cancel(self, job_id: str) -> Call[BatchJob]:
        """Ask for a job to end."""
        return post("/v1/batch/jobs/{}/cancel", job_id, returns=BatchJob)

    @endpoint
    def delete(self, job_id: str) -> Call[DeleteBatchJobResponse]:
        """Delete a job."""
        return delete("/v1/batch/jobs/{}", job_id, returns=DeleteBatchJobResponse)

    @method
    async def wait(
        self: BatchJobs[Async],
        job_id: str,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - the job goes on
        poll: Poll | None = None,
        progress: Callable[[BatchJob], object] | None = None,
    ) -> BatchJob:
        """Wait for the end of a job, whatever it is; after `timeout` seconds a `WaitTimeoutError`."""
        from mistral_async._results.poll import Poll, once, until
        from mistral_async.batch._progress import is_ended

        jobs = once(self)
        return await until(lambda: jobs.get(job_id), is_ended, poll or Poll(), timeout=timeout, each=progress)


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
        from mistral_async.batch._opening import Fresh
        from mistral_async.batch._results import BatchResults

        plan = Plan.of(options)
        return BatchResults(Fresh(self._executor.engine, calls, plan), plan)

    @method
    def start(self, calls: Items[T], **options: Unpack[StartOptions]) -> BatchStart[T]:
        """Start the batch jobs of the calls, and give their handle: this process may end, and another go on.

        An error that ends it has the handle of what was started, as JSON, in `.partial`.
        """
        from mistral_async.batch._handle import BatchStart
        from mistral_async.batch._opening import Fresh

        return BatchStart(self._executor.engine, Fresh(self._executor.engine, calls, Plan.of(options)))

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
        from mistral_async.batch._attach import attach

        return attach(self._executor, handle, like=like, poll=poll, progress=progress)

    @functools.cached_property
    def jobs(self) -> BatchJobs[M]:
        """Batch jobs."""
        return BatchJobs(self._executor)

    list: Final = BatchJobs.list
    create: Final = BatchJobs.create

    @endpoint
    def get(
        self, job_id: str | None = None, *, batch_id: str | None = None, inline: bool | None = None
    ) -> Call[BatchJob]:
        """Get a job by its id, which goes by either name."""
        return get("/v1/batch/jobs/{}", _id(job_id, batch_id), query={"inline": inline}, returns=BatchJob)

    @endpoint
    def cancel(self, job_id: str | None = None, *, batch_id: str | None = None) -> Call[BatchJob]:
        """Ask for a job to end."""
        return post("/v1/batch/jobs/{}/cancel", _id(job_id, batch_id), returns=BatchJob)


def _id(job_id: str | None, batch_id: str | None) -> str:
    if (job_id is None) is (batch_id is None):
        raise TypeError("a batch job has one id: job_id=, which may be called batch_id=")
    return job_id if job_id is not None else str(batch_id)


def _fields(options: BatchOptions) -> dict[str, Any]:
    """The options as they are sent: a completion window is a number of hours."""
    fields: dict[str, Any] = {**options}
    window = fields.pop("completion_window", None)
    if window is None:
        return fields
    if fields.get("timeout_hours") is not None:
        raise ValueError("completion_window and timeout_hours say the same: give one")
    if (found := re.fullmatch(r"(\d+)([hd])", window)) is None:
        raise ValueError(f"completion_window must be a number of hours or days such as '24h' or '7d', not {window!r}")
    return {**fields, "timeout_hours": int(found[1]) * _HOURS[found[2]]}
