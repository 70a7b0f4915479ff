"""Records of datasets."""

from __future__ import annotations

from collections.abc import Sequence

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.request import Call, RetrySafety, delete, get, post, put
from mistral_async.models.observability.datasets import DatasetRecord
from mistral_async.models.observability.judges import CreateJudgeRequest, JudgeOutput

_ALL = "/v1/observability/dataset-records"
_ONE = "/v1/observability/dataset-records/{}"


class DatasetRecords(Resource[M]):
    """Records of datasets. `datasets.create_record` adds one, and `datasets.list_records` lists them."""

    @endpoint
    def bulk_delete(self, *, dataset_record_ids: Sequence[str]) -> Call[None]:
        """Delete records: 1 to 500."""
        json = {"dataset_record_ids": dataset_record_ids}
        return post(f"{_ALL}/bulk-delete", json=json, returns=None)

    @endpoint
    def delete(self, dataset_record_id: str) -> Call[None]:
        """Delete a record."""
        return delete(_ONE, dataset_record_id)

    @endpoint
    def fetch(self, dataset_record_id: str) -> Call[DatasetRecord]:
        """Get a record."""
        return get(_ONE, dataset_record_id, returns=DatasetRecord)

    @endpoint
    def judge(self, dataset_record_id: str, *, judge_definition: CreateJudgeRequest | JSONMapping) -> Call[JudgeOutput]:
        """Have a judge, which need not exist, judge a record."""
        route, json = f"{_ONE}/live-judging", {"judge_definition": judge_definition}
        return post(route, dataset_record_id, json=json, returns=JudgeOutput, safety=RetrySafety.BILLED)

    @endpoint
    def update_payload(self, dataset_record_id: str, *, payload: JSONMapping) -> Call[None]:
        """Replace the payload of a record."""
        return put(f"{_ONE}/payload", dataset_record_id, json={"payload": payload}, returns=None)

    @endpoint
    def update_properties(self, dataset_record_id: str, *, properties: JSONMapping) -> Call[None]:
        """Replace the properties of a record."""
        return put(f"{_ONE}/properties", dataset_record_id, json={"properties": properties}, returns=None)
