"""Deployments: the workers that run your workflows."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.paging import PageToken
from mistral_async._engine.request import Call, Pages, RetrySafety, Stream, delete, get, pages, patch, post, stream
from mistral_async.models.workflows.deployments import (
    DeploymentArchiveResponse,
    DeploymentDetailResponse,
    DeploymentListResponse,
    DeploymentLogRecord,
    DeploymentLogSearchResponse,
    DeploymentResourceConfig,
    DeploymentResponse,
    DeploymentWorkerListResponse,
    DeploymentWorkerResponse,
    DeploymentWorkerSpecInput,
    DeploymentWorkerStatus,
    GetDeploymentLogsOptions,
    ListDeploymentsOptions,
    ManagedDeploymentResponse,
    StreamDeploymentLogsOptions,
    UpdateDeploymentRequest,
)

_ALL = "/v1/workflows/deployments"
_ONE = "/v1/workflows/deployments/{}"
_CURSOR = PageToken("cursor", "next_cursor")


class Deployments(Resource[M]):
    """Deployments: the workers that run your workflows."""

    @endpoint
    def list_deployments(
        self, **options: Unpack[ListDeploymentsOptions]
    ) -> Pages[DeploymentResponse, DeploymentListResponse]:
        """List deployments."""
        return pages(_ALL, query=options, returns=DeploymentListResponse, by=_CURSOR, items="deployments")

    @endpoint
    def create_deployment(
        self,
        *,
        name: str,
        spec: DeploymentWorkerSpecInput | JSONMapping,
        resources: DeploymentResourceConfig | JSONMapping | None = None,
        hardened: bool | None = None,
    ) -> Call[ManagedDeploymentResponse]:
        """Create a deployment that the API builds and runs. A `hardened` one takes authorized credentials alone."""
        json = {"name": name, "spec": spec, "resources": resources, "hardened": hardened}
        return post(_ALL, json=json, returns=ManagedDeploymentResponse)

    @endpoint
    def unharden_deployment(self, deployment_id: str, *, workspace_id: str | None = None) -> Call[None]:
        """Have a deployment take any credential again."""
        return post(f"{_ONE}/unharden", deployment_id, query={"workspace_id": workspace_id}, returns=None)

    @endpoint
    def delete_deployment(self, name: str) -> Call[ManagedDeploymentResponse]:
        """Delete a deployment."""
        return delete(_ONE, name, returns=ManagedDeploymentResponse)

    @endpoint
    def get_deployment(self, name: str, *, workflow_name: str | None = None) -> Call[DeploymentDetailResponse]:
        """Get a deployment with its workers."""
        return get(_ONE, name, query={"workflow_name": workflow_name}, returns=DeploymentDetailResponse)

    @endpoint
    def update_deployment(
        self, name: str, **changes: Unpack[UpdateDeploymentRequest]
    ) -> Call[ManagedDeploymentResponse]:
        """Change a deployment, which is built anew."""
        return patch(_ONE, name, json=changes, returns=ManagedDeploymentResponse)

    @endpoint
    def get_deployment_archive(self, name: str) -> Call[DeploymentArchiveResponse]:
        """Get the archive of the code that is deployed."""
        return get(f"{_ONE}/archive", name, returns=DeploymentArchiveResponse)

    @endpoint
    def get_deployment_logs(
        self, name: str, **options: Unpack[GetDeploymentLogsOptions]
    ) -> Pages[DeploymentLogRecord, DeploymentLogSearchResponse]:
        """List the log of a deployment."""
        returns = DeploymentLogSearchResponse
        return pages(f"{_ONE}/logs", name, query=options, returns=returns, by=_CURSOR, items="results")

    @endpoint
    def stream_deployment_logs(
        self, name: str, **options: Unpack[StreamDeploymentLogsOptions]
    ) -> Stream[DeploymentLogRecord]:
        """Stream the log of a deployment as it grows; `last_event_id` goes on with a stream that broke."""
        return stream(
            f"{_ONE}/logs/stream",
            name,
            method="GET",
            query=options,
            yields=DeploymentLogRecord,
            ends=frozenset(),
            safety=RetrySafety.SAFE,
        )

    @endpoint
    def restart_deployment(self, name: str) -> Call[ManagedDeploymentResponse]:
        """Restart a deployment."""
        return post(f"{_ONE}/restart", name, returns=ManagedDeploymentResponse)

    @endpoint
    def start_deployment(self, name: str) -> Call[ManagedDeploymentResponse]:
        """Start a deployment that was stopped."""
        return post(f"{_ONE}/start", name, returns=ManagedDeploymentResponse)

    @endpoint
    def stop_deployment(self, name: str) -> Call[ManagedDeploymentResponse]:
        """Stop a deployment."""
        return post(f"{_ONE}/stop", name, returns=ManagedDeploymentResponse)

    @endpoint
    def list_deployment_workers(
        self,
        name: str,
        *,
        worker_status: DeploymentWorkerStatus | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Pages[DeploymentWorkerResponse, DeploymentWorkerListResponse]:
        """List the workers of a deployment."""
        query = {"worker_status": worker_status, "limit": limit, "cursor": cursor}
        returns = DeploymentWorkerListResponse
        return pages(f"{_ONE}/workers", name, query=query, returns=returns, by=_CURSOR, items="workers")
