"""Search indexes of your own that agents search, and the pipelines that fill them."""

from __future__ import annotations

import builtins
import functools
from collections.abc import Mapping, Sequence
from datetime import datetime

from mistral_async._binding.resource import M, Resource, endpoint, keeping_arguments
from mistral_async._codec.json_types import JSON, JSONMapping
from mistral_async._engine.request import Call, delete, get, put
from mistral_async.models.rag import (
    GetDeploymentSummariesResponse,
    IngestionPipelineConfiguration,
    IngestionPipelineTargetIndexRef,
    MetricsData,
    RAGDeploymentStatus,
    RegisterDeploymentRequestVespaDeployment,
    RegisterSearchIndexResponseIndex,
)

_DEPLOYMENTS = "/v1/rag/deployments"
_PIPELINES = "/v1/rag/ingestion_pipeline_configurations"


class RAG(Resource[M]):
    """Search indexes of your own that agents search, and the pipelines that fill them."""

    @functools.cached_property
    def ingestion_pipeline_configurations(self) -> IngestionPipelineConfigurations[M]:
        """The pipelines that fill indexes."""
        return IngestionPipelineConfigurations(self._executor)

    @functools.cached_property
    def search_indexes(self) -> RAGSearchIndexes[M]:
        """The deployments of indexes."""
        return RAGSearchIndexes(self._executor)


class IngestionPipelineConfigurations(Resource[M]):
    """The pipelines that fill indexes."""

    @endpoint
    def list(self) -> Call[builtins.list[IngestionPipelineConfiguration]]:
        """List pipelines."""
        return get(_PIPELINES, returns=builtins.list[IngestionPipelineConfiguration])

    @endpoint
    def register(
        self,
        *,
        name: str,
        pipeline_composition: Mapping[str, str] | None = None,
        target_indexes: Sequence[IngestionPipelineTargetIndexRef | JSONMapping] | None = None,
    ) -> Call[IngestionPipelineConfiguration]:
        """Register a pipeline, or change the one of that name."""
        json = {"name": name, "pipeline_composition": pipeline_composition, "target_indexes": target_indexes}
        return put(_PIPELINES, json=json, returns=IngestionPipelineConfiguration)

    @endpoint
    def update_run_info(
        self,
        id: str,  # noqa: A002 - the official SDK's name
        *,
        execution_time: datetime | str,
        chunks_count: int,
    ) -> Call[IngestionPipelineConfiguration]:
        """Tell of a run of a pipeline: when it was, and how many chunks it made (0 to 2**31 - 1)."""
        json = {"execution_time": execution_time, "chunks_count": chunks_count}
        return put(f"{_PIPELINES}/{{}}/run_info", id, json=json, returns=IngestionPipelineConfiguration)


class RAGSearchIndexes(Resource[M]):
    """The deployments of indexes."""

    @endpoint
    def get_deployment_summaries(self) -> Call[GetDeploymentSummariesResponse]:
        """List the deployments that you may use, with their indexes."""
        return get(_DEPLOYMENTS, returns=GetDeploymentSummariesResponse)

    @endpoint
    def register_deployment(
        self,
        *,
        name: str,
        deployment: RegisterDeploymentRequestVespaDeployment | JSONMapping,
        status: RAGDeploymentStatus | str | None = None,
    ) -> Call[RegisterSearchIndexResponseIndex]:
        """Register a deployment, or change the one of that name. It is `offline` where `status` is not set."""
        json = {"name": name, "deployment": deployment, "status": status}
        return put(_DEPLOYMENTS, json=json, returns=RegisterSearchIndexResponseIndex)

    @endpoint
    def unregister_deployment(self, deployment_id: str) -> Call[JSON]:
        """Delete all that is known of a deployment."""
        return delete(f"{_DEPLOYMENTS}/{{}}", deployment_id, returns=JSON)

    @endpoint
    @keeping_arguments
    def update_index_metrics(self, deployment_id: str, *, request_body: MetricsData | JSONMapping) -> Call[JSON]:
        """Tell whether a deployment answers, and how many documents its indexes have."""
        return put(f"{_DEPLOYMENTS}/{{}}/metrics", deployment_id, json=request_body, returns=JSON)
