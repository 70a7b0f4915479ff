"""Runs: the executions of workflows, as they are listed."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSON
from mistral_async._engine.paging import PageToken
from mistral_async._engine.request import Call, Pages, get, pages
from mistral_async.models.workflows.runs import ListRunsOptions, WorkflowExecutionListResponse
from mistral_async.models.workflows.workflows import (
    WorkflowExecutionResponse,
    WorkflowExecutionWithoutResultResponse,
)


class Runs(Resource[M]):
    """Runs: the executions of all workflows."""

    @endpoint
    def list_runs(
        self, **options: Unpack[ListRunsOptions]
    ) -> Pages[WorkflowExecutionWithoutResultResponse, WorkflowExecutionListResponse]:
        """List runs."""
        returns, by = WorkflowExecutionListResponse, PageToken("next_page_token")
        return pages("/v1/workflows/runs", query=options, returns=returns, by=by, items="executions")

    @endpoint
    def get_run(self, run_id: str) -> Call[WorkflowExecutionResponse]:
        """Get a run."""
        return get("/v1/workflows/runs/{}", run_id, returns=WorkflowExecutionResponse)

    @endpoint
    def get_run_history(self, run_id: str, *, decode_payloads: bool | None = None) -> Call[JSON]:
        """Get the history of a run, as the engine that runs workflows keeps it."""
        return get("/v1/workflows/runs/{}/history", run_id, query={"decode_payloads": decode_payloads}, returns=JSON)
