"""Datasets, their records, and the tasks that import records. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping, JSONObject
from mistral_async._codec.open_union import constant
from mistral_async.models._model import Model, Moment

DatasetRecordSource: TypeAlias = Literal["EXPLORER", "UPLOADED_FILE", "DIRECT_INPUT", "PLAYGROUND", "TELEMETRY_SPAN"]
"""The origins of a record."""

NewDatasetRecordSource: TypeAlias = Literal["DIRECT_INPUT", "TELEMETRY_SPAN"]
"""The origins of a record that you add."""


class DatasetPreview(Model, kw_only=True, gc=False):
    """A dataset."""

    id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    deleted_at: str | None = None
    deleted_at_datetime: ClassVar[Moment] = Moment("deleted_at")
    name: str = ""
    slug: str = ""
    description: str = ""
    owner_id: str = ""
    workspace_id: str = ""


class PaginatedResultDatasetPreview(Model, kw_only=True):
    """A page of datasets."""

    count: int = 0
    results: list[DatasetPreview] = field(default_factory=list[DatasetPreview])
    next: str | None = None
    previous: str | None = None


class ListDatasetsResponse(Model, kw_only=True):
    """A page of datasets."""

    datasets: PaginatedResultDatasetPreview = field(default_factory=PaginatedResultDatasetPreview)


class CreateDatasetRequest(TypedDict, total=False):
    """Everything that `datasets.create` takes."""

    name: Required[str]
    """5 to 50 characters."""
    description: Required[str]
    """At most 200 characters."""


class Dataset(DatasetPreview, kw_only=True, gc=False):
    """A dataset that is new."""


class UpdateDatasetRequest(TypedDict, total=False):
    """Changes to a dataset; what is not named stays."""

    name: str | None
    """5 to 50 characters."""
    description: str | None
    """At most 200 characters."""


class ExportDatasetResponse(Model, kw_only=True, gc=False):
    """An exported dataset."""

    file_url: str = ""
    """The address of a file of JSON lines. It needs no key, and does not last."""


class ImportDatasetFromCampaignRequest(TypedDict, total=False):
    """Everything that `datasets.import_from_campaign` takes beside the dataset's id."""

    campaign_id: Required[str]


class DatasetImportResult(Model, kw_only=True, gc=False):
    """The numbers of records of an import."""

    requested_record_count: int = 0
    imported_record_count: int = 0
    skipped_record_count: int = 0


class DatasetImportTask(Model, kw_only=True):
    """A task that imports records into a dataset."""

    id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    deleted_at: str | None = None
    deleted_at_datetime: ClassVar[Moment] = Moment("deleted_at")
    creator_id: str = ""
    dataset_id: str = ""
    workspace_id: str = ""
    status: str = ""
    """One of `ObservabilityTaskStatus`, or a newer one."""
    progress: int | None = None
    """Percent."""
    message: str | None = None
    """The reason of a failure."""
    result: DatasetImportResult | None = None
    """None until it has ended."""


class ImportDatasetFromDatasetRequest(TypedDict, total=False):
    """Everything that `datasets.import_from_dataset_records` takes beside the dataset's id."""

    dataset_record_ids: Required[Sequence[str]]
    """1 to 10000 items."""


class ImportDatasetFromExplorerRequest(TypedDict, total=False):
    """Everything that `datasets.import_from_explorer` takes beside the dataset's id."""

    completion_event_ids: Required[Sequence[str]]
    """At most 500 items."""


class ImportDatasetFromFileRequest(TypedDict, total=False):
    """Everything that `datasets.import_from_file` takes beside the dataset's id."""

    file_id: Required[str]
    """A file of JSON lines."""


class ImportDatasetFromPlaygroundRequest(TypedDict, total=False):
    """Everything that `datasets.import_from_playground` takes beside the dataset's id."""

    conversation_ids: Required[Sequence[str]]


class TelemetrySpanReference(Model, kw_only=True, gc=False):
    """A span, by its ids."""

    trace_id: str
    span_id: str


class SpanDatasetSourceReference(Model, kw_only=True, gc=False):
    """A place in a span."""

    namespace: str
    """`span_attributes`, `resource_attributes`, or a newer one."""
    key: str


class SpanDatasetMapping(Model, kw_only=True):
    """A field of records, and the place in spans that it is taken from."""

    target_field: str
    """The name of the field of records."""
    source_field: SpanDatasetSourceReference


class SpanDatasetMappingContract(Model, kw_only=True):
    """The way in which spans become records."""

    mappings: list[SpanDatasetMapping]
    version: Literal[1] = constant(1)


class ImportDatasetFromSpansRequest(TypedDict, total=False):
    """Everything that `datasets.import_from_spans` takes beside the dataset's id."""

    span_references: Required[Sequence[TelemetrySpanReference | JSONMapping]]
    mapping_contract: Required[SpanDatasetMappingContract | JSONMapping]


class DatasetRecord(Model, kw_only=True):
    """A record of a dataset."""

    id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    deleted_at: str | None = None
    deleted_at_datetime: ClassVar[Moment] = Moment("deleted_at")
    dataset_id: str = ""
    payload: JSONObject = field(default_factory=JSONObject)
    """What is judged: for a chat, its `messages`."""
    properties: JSONObject = field(default_factory=JSONObject)
    """What is known of it."""
    source: str = ""
    """One of `DatasetRecordSource`, or a newer one."""


class PaginatedResultDatasetRecord(Model, kw_only=True):
    """A page of records."""

    count: int = 0
    results: list[DatasetRecord] = field(default_factory=list[DatasetRecord])
    next: str | None = None
    previous: str | None = None


class ListDatasetRecordsResponse(Model, kw_only=True):
    """A page of records."""

    records: PaginatedResultDatasetRecord = field(default_factory=PaginatedResultDatasetRecord)


class CreateDatasetRecordRequest(TypedDict, total=False):
    """Everything that `datasets.create_record` takes beside the dataset's id."""

    payload: Required[JSONMapping]
    properties: JSONMapping | None
    source: NewDatasetRecordSource | str | None
    """`DIRECT_INPUT` where not set."""


class PaginatedResultDatasetImportTask(Model, kw_only=True):
    """A page of import tasks."""

    count: int = 0
    results: list[DatasetImportTask] = field(default_factory=list[DatasetImportTask])
    next: str | None = None
    previous: str | None = None


class ListDatasetImportTasksResponse(Model, kw_only=True):
    """A page of import tasks."""

    tasks: PaginatedResultDatasetImportTask = field(default_factory=PaginatedResultDatasetImportTask)
