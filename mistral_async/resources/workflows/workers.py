"""Workers of workflows."""

from __future__ import annotations

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import Call, get
from mistral_async.models.workflows.workers import WorkerInfo


class Workers(Resource[M]):
    """The workers that run workflows."""

    @endpoint
    def get_scheduler_namespace(self) -> Call[WorkerInfo]:
        """Get the place where a worker with this key gets its work."""
        return get("/v1/workflows/workers/whoami", returns=WorkerInfo)
