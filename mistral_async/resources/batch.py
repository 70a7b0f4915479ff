"""Batch jobs. `client.batch.create` is a second spelling of `client.batch.jobs.create`."""

from __future__ import annotations

import functools
import re
from typing import Any

from typing_extensions import Unpack

from mistral_async._request import Call, PageNumber, Pages, delete, get, pages, post
from mistral_async._resource import M, Resource, endpoint
from mistral_async.models.batch import (
    APIEndpoint,
    BatchJob,
    BatchListOptions,
    BatchOptions,
    DeleteBatchJobResponse,
    ListBatchJobsResponse,
)

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


class Batch(Resource[M]):
    """Many requests at a lower price."""

    @functools.cached_property
    def jobs(self) -> BatchJobs[M]:
        """Batch jobs."""
        return BatchJobs(self._face)

    list = BatchJobs.list
    create = BatchJobs.create

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
