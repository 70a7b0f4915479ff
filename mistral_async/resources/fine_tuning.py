"""Fine-tuning jobs. `client.fine_tuning.create` is a second spelling of `client.fine_tuning.jobs.create`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from typing_extensions import Unpack

from mistral_async._binding.resource import Async, M, Resource, endpoint, method
from mistral_async._codec.json_types import JSONMapping, JSONObject
from mistral_async._codec.open_union import Unknown
from mistral_async._engine.paging import PageNumber
from mistral_async._engine.request import Call, Pages, get, pages, post
from mistral_async.models.fine_tuning import (
    CreateFineTuningJobResponse,
    FineTuningJob,
    FineTuningJobDetails,
    FineTuningListOptions,
    FineTuningOptions,
    ListFineTuningJobsResponse,
    TrainingFile,
)

if TYPE_CHECKING:
    from mistral_async._results.poll import Poll


class FineTuningJobs(Resource[M]):
    """Fine-tuning jobs."""

    @endpoint
    def list(self, **options: Unpack[FineTuningListOptions]) -> Pages[FineTuningJob, ListFineTuningJobsResponse]:
        """List jobs."""
        return pages("/v1/fine_tuning/jobs", query=options, returns=ListFineTuningJobsResponse, by=PageNumber())

    @endpoint
    def create(
        self, *, model: str, dry_run: bool | None = None, **options: Unpack[FineTuningOptions]
    ) -> Call[CreateFineTuningJobResponse]:
        """Create a job. With `dry_run`, only say what it would take (`LegacyJobMetadata`)."""
        body = {"model": model, **_fields(options)}
        query = {"dry_run": dry_run}
        return post("/v1/fine_tuning/jobs", json=body, query=query, returns=CreateFineTuningJobResponse)

    @endpoint
    def get(self, job_id: str) -> Call[FineTuningJobDetails]:
        """Get a job with its events and checkpoints."""
        return get("/v1/fine_tuning/jobs/{}", job_id, returns=FineTuningJobDetails)

    @endpoint
    def cancel(self, job_id: str) -> Call[FineTuningJobDetails]:
        """Ask for a job to end."""
        return post("/v1/fine_tuning/jobs/{}/cancel", job_id, returns=FineTuningJobDetails)

    @endpoint
    def start(self, job_id: str) -> Call[FineTuningJobDetails]:
        """Start a validated job that was created with `auto_start=False`."""
        return post("/v1/fine_tuning/jobs/{}/start", job_id, returns=FineTuningJobDetails)

    @method
    async def wait(
        self: FineTuningJobs[Async],
        job_id: str,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - the job goes on
        poll: Poll | None = None,
        progress: Callable[[FineTuningJobDetails], object] | None = None,
    ) -> FineTuningJobDetails:
        """Wait for the end of a job, whatever it is; after `timeout` seconds a `WaitTimeoutError`.

        A job that was created with `auto_start=False` is waited for until it is `VALIDATED`.
        """
        from mistral_async._binding.async_executor import once
        from mistral_async._results.poll import Poll, poll_until

        jobs = once(self)
        return await poll_until(lambda: jobs.get(job_id), _is_ended, poll or Poll(), timeout=timeout, each=progress)


_ENDED = frozenset({"SUCCESS", "FAILED", "FAILED_VALIDATION", "CANCELLED"})


def _is_ended(job: FineTuningJobDetails) -> bool:
    """Return whether nothing will happen to a job by itself any more."""
    if isinstance(job, Unknown):
        return job.get("status") in _ENDED
    return job.status in _ENDED or (job.status == "VALIDATED" and not job.auto_start)


class FineTuning(Resource[M]):
    """Models of your own."""

    @functools.cached_property
    def jobs(self) -> FineTuningJobs[M]:
        """Fine-tuning jobs."""
        return FineTuningJobs(self._executor)

    list: Final = FineTuningJobs.list
    create: Final = FineTuningJobs.create
    get: Final = FineTuningJobs.get
    cancel: Final = FineTuningJobs.cancel


def _fields(options: FineTuningOptions) -> JSONObject:
    """Return the options as they are sent: training files as objects, validation files as ids, parameters always."""
    fields: JSONObject = {**options}
    fields["hyperparameters"] = {} if options.get("hyperparameters") is None else options.get("hyperparameters")
    if (training := options.get("training_files")) is not None:
        fields["training_files"] = [TrainingFile(each) if isinstance(each, str) else each for each in training]
    if (validation := options.get("validation_files")) is not None:
        fields["validation_files"] = [_file_id(each) for each in validation]
    return fields


def _file_id(file: str | TrainingFile | JSONMapping) -> str:
    match file:
        case str():
            return file
        case TrainingFile():
            return file.file_id
        case _:
            file_id: str = file["file_id"]
            return file_id
