"""The jobs of the batch API."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from typing_extensions import Unpack

from mistral_async._binding.resource import Async, M, Resource, endpoint, keeping_arguments, method
from mistral_async._engine.paging import PageNumber
from mistral_async._engine.request import Call, Pages, delete, get, pages, post
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

_HOURS = {"h": 1, "d": 24}


class BatchJobs(Resource[M]):
    """Batch jobs."""

    @endpoint
    @keeping_arguments
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
        from mistral_async._binding.async_executor import once
        from mistral_async._results.poll import Poll, poll_until
        from mistral_async.batch._job_monitor import is_ended

        jobs = once(self)
        return await poll_until(lambda: jobs.get(job_id), is_ended, poll or Poll(), timeout=timeout, each=progress)


def _fields(options: BatchOptions) -> dict[str, Any]:
    """Return the options as they are sent: a completion window is a number of hours."""
    fields: dict[str, Any] = {**options}
    window = fields.pop("completion_window", None)
    if window is None:
        return fields
    if fields.get("timeout_hours") is not None:
        raise ValueError("completion_window and timeout_hours say the same: give one")
    if (found := re.fullmatch(r"(\d+)([hd])", window)) is None:
        raise ValueError(f"completion_window must be a number of hours or days such as '24h' or '7d', not {window!r}")
    return {**fields, "timeout_hours": int(found[1]) * _HOURS[found[2]]}
