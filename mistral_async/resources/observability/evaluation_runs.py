"""Runs of evaluations."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import Call, Pages, RetrySafety, get, post
from mistral_async.models.observability.evaluation_records import EvaluationRunRecordFilterInput
from mistral_async.models.observability.evaluation_runs import (
    EvaluationRunFilterInput,
    EvaluationRunV2Response,
    EvaluationRunV2WithRefsResponse,
    ListEvaluationRunsResponse,
    RunStatisticsResponse,
    SearchAllEvaluationRunsResponse,
)
from mistral_async.resources.observability._lists import by_number

_ALL = "/v1/observability/evaluation-runs_v2"
_ONE = "/v1/observability/evaluation-runs_v2/{}"


class EvaluationRuns(Resource[M]):
    """Runs of evaluations."""

    @endpoint
    def search_all(
        self,
        *,
        page_size: int | None = None,
        page: int | None = None,
        **filters: Unpack[EvaluationRunFilterInput],
    ) -> Pages[EvaluationRunV2WithRefsResponse, SearchAllEvaluationRunsResponse]:
        """Search the runs of all evaluations."""
        query, returns = {"page_size": page_size, "page": page}, SearchAllEvaluationRunsResponse
        return by_number("runs", f"{_ALL}/search", query=query, json=filters, returns=returns)

    @endpoint
    def get(self, run_id: str) -> Call[EvaluationRunV2Response]:
        """Get a run."""
        return get(_ONE, run_id, returns=EvaluationRunV2Response)

    @endpoint
    def get_statistics(self, run_id: str) -> Call[RunStatisticsResponse]:
        """Get the statistics of a run."""
        return get(f"{_ONE}/statistics", run_id, returns=RunStatisticsResponse)

    @endpoint
    def compute_statistics(
        self, run_id: str, **filters: Unpack[EvaluationRunRecordFilterInput]
    ) -> Call[RunStatisticsResponse]:
        """Compute the statistics of the records of a run that pass the filters."""
        route, safety = f"{_ONE}/statistics/compute", RetrySafety.SAFE
        return post(route, run_id, json=filters, returns=RunStatisticsResponse, safety=safety)

    @endpoint
    def search(
        self,
        evaluation_slug: str,
        *,
        page_size: int | None = None,
        page: int | None = None,
        **filters: Unpack[EvaluationRunFilterInput],
    ) -> Pages[EvaluationRunV2Response, ListEvaluationRunsResponse]:
        """Search the runs of an evaluation."""
        route = "/v1/observability/evaluations_v2/{}/runs/search"
        query, returns = {"page_size": page_size, "page": page}, ListEvaluationRunsResponse
        return by_number("runs", route, evaluation_slug, query=query, json=filters, returns=returns)
