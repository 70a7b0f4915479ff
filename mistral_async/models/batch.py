"""Batch jobs: many requests to one endpoint, answered within hours at a lower price. Times are seconds since 1970."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSON, JSONMapping, JSONObject
from mistral_async._codec.open_union import constant
from mistral_async.models._model import Answer, Model, Moment

BatchJobStatus: TypeAlias = Literal[
    "QUEUED", "RUNNING", "SUCCESS", "FAILED", "TIMEOUT_EXCEEDED", "CANCELLATION_REQUESTED", "CANCELLED"
]
"""The states of a job that are known. It still works in `QUEUED`, `RUNNING` and `CANCELLATION_REQUESTED`."""

APIEndpoint: TypeAlias = Literal[
    "/v1/chat/completions",
    "/v1/embeddings",
    "/v1/fim/completions",
    "/v1/moderations",
    "/v1/chat/moderations",
    "/v1/ocr",
    "/v1/classifications",
    "/v1/chat/classifications",
    "/v1/conversations",
    "/v1/audio/transcriptions",
]
"""The endpoints that are known to take batches."""

BatchJobsOrderBy: TypeAlias = Literal["created", "-created"]


class BatchRequest(Model):
    """One request of a batch."""

    body: JSONObject
    """The body that the endpoint would get; `model` may be left to the job."""
    custom_id: str | None = None
    """Comes back with the answer. Unique within the job."""


class BatchError(Model, kw_only=True, gc=False):
    """An error of a job, and how often it happened."""

    message: str = ""
    count: int = 1


class BatchOutputResponse(TypedDict):
    """The answer to one request of a batch, as a dict."""

    status_code: int
    body: JSONObject
    """The answer that the endpoint would have given."""


class BatchOutput(TypedDict):
    """The outcome of one request of a batch, as a dict: what a later API adds is in it, too."""

    id: str
    custom_id: str | None
    """That of the request."""
    response: BatchOutputResponse | None
    error: JSON


class BatchJob(Model, kw_only=True, metaclass=Answer):
    """A batch job."""

    id: str = ""
    object: Literal["batch"] | None = constant("batch")
    input_files: list[str] = field(default_factory=list[str])
    """File ids."""
    metadata: JSONObject | None = None
    endpoint: str = ""
    model: str | None = None
    agent_id: str | None = None
    output_file: str | None = None
    """The id of the file with the answers, one JSON object a line, in any order."""
    error_file: str | None = None
    """The id of the file with the requests that failed."""
    errors: list[BatchError] = field(default_factory=list[BatchError])
    if TYPE_CHECKING:
        outputs: list[BatchOutput] | None = None
    else:
        outputs: list[JSONObject] | None = None  # so that msgspec drops no key
    """The answers themselves, where the requests were given with the job."""
    status: str = ""
    """One of `BatchJobStatus`, or a newer one."""
    created_at: int | None = None
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    total_requests: int = 0
    """0 until the job runs."""
    completed_requests: int = 0
    succeeded_requests: int = 0
    failed_requests: int = 0
    started_at: int | None = None
    started_at_datetime: ClassVar[Moment] = Moment("started_at")
    completed_at: int | None = None
    completed_at_datetime: ClassVar[Moment] = Moment("completed_at")


class ListBatchJobsResponse(Model, kw_only=True, metaclass=Answer):
    """A page of jobs."""

    total: int = 0
    """Jobs on all pages."""
    data: list[BatchJob] = field(default_factory=list[BatchJob])
    object: Literal["list"] | None = constant("list")


class DeleteBatchJobResponse(Model, kw_only=True, gc=False):
    """A job that was deleted."""

    id: str = ""
    object: Literal["batch"] | None = constant("batch")
    deleted: bool = True


class BatchOptions(TypedDict, total=False):
    """Options of a new batch job. None is not sent."""

    input_files: Sequence[str] | None
    """Ids of uploaded files (purpose `batch`), one `{"custom_id", "body"}` a line. Set these or `requests`."""
    requests: Sequence[BatchRequest | JSONMapping] | None
    """The requests themselves, up to 10,000. Set these or `input_files`."""
    model: str | None
    """For the bodies that name none."""
    agent_id: str | None
    """For the bodies that name none, where the endpoint is that of the agents' completions."""
    metadata: Mapping[str, str] | None
    """Data of yours that is kept with the job."""
    timeout_hours: int | None
    """After how many hours the job gives up: 1 to 168, 24 where not set."""
    completion_window: str | None
    """Another spelling of `timeout_hours`, as in `"24h"` or `"7d"`."""


class CreateBatchJobRequest(BatchOptions):
    """Everything that `batch.jobs.create` takes: `create(**request)`."""

    endpoint: Required[APIEndpoint | str]


class BatchListOptions(TypedDict, total=False):
    """Which batch jobs are listed."""

    page: int | None
    """One page, counted from 0; all pages where not set."""
    page_size: int | None
    """Jobs a page; the API's default is 100."""
    model: str | None
    """Only jobs of this model."""
    agent_id: str | None
    """Only jobs of this agent."""
    metadata: JSONMapping | None
    """Each key is sent as a query parameter of its own."""
    created_after: datetime | str | None
    """Only jobs that were created after this time."""
    created_by_me: bool | None
    """True for your own jobs alone; False by default."""
    status: Sequence[BatchJobStatus | str] | None
    """Only jobs in these states."""
    order_by: BatchJobsOrderBy | str | None
    """Newest first (`-created`) where not set."""


BatchJobIn = CreateBatchJobRequest
BatchJobOut = BatchJob
BatchJobsOut = ListBatchJobsResponse
