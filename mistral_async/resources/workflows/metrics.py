"""Figures of workflows."""

from __future__ import annotations

from datetime import datetime

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import Call, get
from mistral_async.models.workflows.metrics import WorkflowMetrics


class Metrics(Resource[M]):
    """The figures of workflows."""

    @endpoint
    def get_workflow_metrics(
        self, workflow_name: str, *, start_time: datetime | str | None = None, end_time: datetime | str | None = None
    ) -> Call[WorkflowMetrics]:
        """Get the figures of a workflow, between two times if they are given."""
        query = {"start_time": start_time, "end_time": end_time}
        return get("/v1/workflows/{}/metrics", workflow_name, query=query, returns=WorkflowMetrics)
