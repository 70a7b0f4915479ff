"""Records of runs: what went in, and what came out with which scores."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import Call, Pages, get
from mistral_async.models.observability.evaluation_records import (
    EvaluationRunRecordFilterInput,
    EvaluationRunRecordV2Response,
    ListEvaluationRunRecordsResponse,
)
from mistral_async.resources.observability._lists import by_number

_ALL = "/v1/observability/evaluation-runs_v2/{}/records"


class EvaluationRecords(Resource[M]):
    """Records of runs: what went in, and what came out with which scores."""

    @endpoint
    def search(
        self,
        run_id: str,
        *,
        page_size: int | None = None,
        page: int | None = None,
        **filters: Unpack[EvaluationRunRecordFilterInput],
    ) -> Pages[EvaluationRunRecordV2Response, ListEvaluationRunRecordsResponse]:
        """Search the records of a run."""
        query, returns = {"page_size": page_size, "page": page}, ListEvaluationRunRecordsResponse
        return by_number("records", f"{_ALL}/search", run_id, query=query, json=filters, returns=returns)

    @endpoint
    def get(self, run_id: str, record_id: str) -> Call[EvaluationRunRecordV2Response]:
        """Get a record of a run."""
        return get(f"{_ALL}/{{}}", run_id, record_id, returns=EvaluationRunRecordV2Response)
