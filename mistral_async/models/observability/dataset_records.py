"""Changes to records of datasets. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Required

from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping
from mistral_async.models.observability.judges import CreateJudgeRequest


class DeleteDatasetRecordsRequest(TypedDict, total=False):
    """Everything that `datasets.records.bulk_delete` takes."""

    dataset_record_ids: Required[Sequence[str]]
    """1 to 500 items."""


class JudgeDatasetRecordRequest(TypedDict, total=False):
    """Everything that `datasets.records.judge` takes beside the record's id."""

    judge_definition: Required[CreateJudgeRequest | JSONMapping]


class UpdateDatasetRecordPayloadRequest(TypedDict, total=False):
    """Everything that `datasets.records.update_payload` takes beside the record's id."""

    payload: Required[JSONMapping]


class UpdateDatasetRecordPropertiesRequest(TypedDict, total=False):
    """Everything that `datasets.records.update_properties` takes beside the record's id."""

    properties: Required[JSONMapping]
