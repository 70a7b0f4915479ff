"""Datasets, and the tasks that import records into them."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.request import Call, Pages, delete, get, patch, post
from mistral_async.models.observability.datasets import (
    Dataset,
    DatasetImportTask,
    DatasetPreview,
    DatasetRecord,
    ExportDatasetResponse,
    ListDatasetImportTasksResponse,
    ListDatasetRecordsResponse,
    ListDatasetsResponse,
    NewDatasetRecordSource,
    SpanDatasetMappingContract,
    TelemetrySpanReference,
    UpdateDatasetRequest,
)
from mistral_async.models.observability.searches import ObservabilityListOptions, ObservabilityPageOptions
from mistral_async.resources.observability._lists import by_number
from mistral_async.resources.observability.dataset_records import DatasetRecords

_ALL = "/v1/observability/datasets"
_ONE = "/v1/observability/datasets/{}"
_RECORDS = "/v1/observability/datasets/{}/records"
_IMPORTS = "/v1/observability/datasets/{}/imports"


class Datasets(Resource[M]):
    """Datasets, and the tasks that import records into them."""

    @functools.cached_property
    def records(self) -> DatasetRecords[M]:
        """Records of datasets."""
        return DatasetRecords(self._executor)

    @endpoint
    def list(self, **options: Unpack[ObservabilityListOptions]) -> Pages[DatasetPreview, ListDatasetsResponse]:
        """List datasets."""
        return by_number("datasets", _ALL, query=options, returns=ListDatasetsResponse)

    @endpoint
    def create(self, *, name: str, description: str) -> Call[Dataset]:
        """Create a dataset, which is empty."""
        return post(_ALL, json={"name": name, "description": description}, returns=Dataset)

    @endpoint
    def delete(self, dataset_id: str) -> Call[None]:
        """Delete a dataset with its records."""
        return delete(_ONE, dataset_id)

    @endpoint
    def fetch(self, dataset_id: str) -> Call[DatasetPreview]:
        """Get a dataset."""
        return get(_ONE, dataset_id, returns=DatasetPreview)

    @endpoint
    def update(self, dataset_id: str, **changes: Unpack[UpdateDatasetRequest]) -> Call[DatasetPreview]:
        """Change the name or description of a dataset. None is sent, as null."""
        return patch(_ONE, dataset_id, json=changes, nulls={"name", "description"}, returns=DatasetPreview)

    @endpoint
    def export_to_jsonl(self, dataset_id: str) -> Call[ExportDatasetResponse]:
        """Export the records as a file of JSON lines, and get its address."""
        return get(f"{_ONE}/exports/to-jsonl", dataset_id, returns=ExportDatasetResponse)

    @endpoint
    def import_from_campaign(self, dataset_id: str, *, campaign_id: str) -> Call[DatasetImportTask]:
        """Import the chats that a campaign selected."""
        json = {"campaign_id": campaign_id}
        return post(f"{_IMPORTS}/from-campaign", dataset_id, json=json, returns=DatasetImportTask)

    @endpoint
    def import_from_dataset_records(
        self, dataset_id: str, *, dataset_record_ids: Sequence[str]
    ) -> Call[DatasetImportTask]:
        """Import records of other datasets: 1 to 10,000."""
        json = {"dataset_record_ids": dataset_record_ids}
        return post(f"{_IMPORTS}/from-dataset", dataset_id, json=json, returns=DatasetImportTask)

    @endpoint
    def import_from_explorer(self, dataset_id: str, *, completion_event_ids: Sequence[str]) -> Call[DatasetImportTask]:
        """Import chats, which `chat_completion_events` finds: at most 500."""
        json = {"completion_event_ids": completion_event_ids}
        return post(f"{_IMPORTS}/from-explorer", dataset_id, json=json, returns=DatasetImportTask)

    @endpoint
    def import_from_file(self, dataset_id: str, *, file_id: str) -> Call[DatasetImportTask]:
        """Import the JSON lines of a file that was uploaded."""
        return post(f"{_IMPORTS}/from-file", dataset_id, json={"file_id": file_id}, returns=DatasetImportTask)

    @endpoint
    def import_from_playground(self, dataset_id: str, *, conversation_ids: Sequence[str]) -> Call[DatasetImportTask]:
        """Import conversations."""
        json = {"conversation_ids": conversation_ids}
        return post(f"{_IMPORTS}/from-playground", dataset_id, json=json, returns=DatasetImportTask)

    @endpoint
    def import_from_spans(
        self,
        dataset_id: str,
        *,
        span_references: Sequence[TelemetrySpanReference | JSONMapping],
        mapping_contract: SpanDatasetMappingContract | JSONMapping,
    ) -> Call[DatasetImportTask]:
        """Import spans; the contract says which of their attributes become which fields."""
        json = {"span_references": span_references, "mapping_contract": mapping_contract}
        return post(f"{_IMPORTS}/from-spans", dataset_id, json=json, returns=DatasetImportTask)

    @endpoint
    def list_records(
        self, dataset_id: str, **options: Unpack[ObservabilityPageOptions]
    ) -> Pages[DatasetRecord, ListDatasetRecordsResponse]:
        """List the records of a dataset."""
        return by_number("records", _RECORDS, dataset_id, query=options, returns=ListDatasetRecordsResponse)

    @endpoint
    def create_record(
        self,
        dataset_id: str,
        *,
        payload: JSONMapping,
        properties: JSONMapping | None = None,
        source: NewDatasetRecordSource | str | None = None,
    ) -> Call[DatasetRecord]:
        """Add a record to a dataset."""
        json = {"payload": payload, "properties": properties, "source": source}
        return post(_RECORDS, dataset_id, json=json, returns=DatasetRecord)

    @endpoint
    def list_tasks(
        self, dataset_id: str, **options: Unpack[ObservabilityPageOptions]
    ) -> Pages[DatasetImportTask, ListDatasetImportTasksResponse]:
        """List the tasks that import into a dataset."""
        return by_number("tasks", f"{_ONE}/tasks", dataset_id, query=options, returns=ListDatasetImportTasksResponse)

    @endpoint
    def fetch_task(self, dataset_id: str, task_id: str) -> Call[DatasetImportTask]:
        """Get a task that imports into a dataset."""
        return get(f"{_ONE}/tasks/{{}}", dataset_id, task_id, returns=DatasetImportTask)
