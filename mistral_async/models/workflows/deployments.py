"""Deployments: the workers that run your workflows. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Model, Moment
from mistral_async.models.documents import SortOrder
from mistral_async.models.workflows._logs import LogListOptions, LogRecord, LogStreamOptions

DeploymentLocationType: TypeAlias = Literal["local", "k8s", "managed"]
"""The places where deployments run: your machines, your cluster, or the API's."""

DeploymentOrderBy: TypeAlias = Literal["updated_at", "created_at"]
"""The times that deployments are sorted by."""


DeploymentLogType: TypeAlias = Literal["build", "runtime"]
"""The logs of a deployment: of its builds, and of its runs."""

DeploymentWorkerStatus: TypeAlias = Literal["active", "inactive"]


class ListDeploymentsOptions(TypedDict, total=False):
    """Which deployments are listed, and in which order."""

    active_only: bool | None
    """True where not set."""
    is_hardened: bool | None
    """Those that take credentials only that they authorized, or the others."""
    workflow_name: str | None
    """Only deployments that run this workflow."""
    created_by: str | None
    """Only deployments of this person."""
    owner: str | None
    """Only deployments of this owner."""
    location_types: Sequence[DeploymentLocationType | str] | None
    """Only deployments in such places."""
    search: str | None
    """A part of the name, or the start of the id."""
    order_by: DeploymentOrderBy | str | None
    """The order of the list."""
    order: SortOrder | str | None
    """`desc` where not set."""
    limit: int | None
    """Deployments a page, 1 to 100."""
    cursor: str | None
    """The page to go on with: the `next_cursor` of the one before."""
    workspace_id: str | None
    """Only deployments of this workspace."""
    repository_url: str | None
    """Only deployments of this repository."""
    dockerfile_path: str | None
    """Only deployments that are built from this file."""


class DeploymentLocation(Model, kw_only=True, gc=False):
    """The place where a deployment runs."""

    location_type: str = ""
    """One of `DeploymentLocationType`, or a newer one."""
    k8s_cluster: str | None = None
    k8s_namespace: str | None = None


class DeploymentSecretBinding(Model, kw_only=True, gc=False):
    """A secret that a deployment gets as a variable of its environment."""

    env_var_name: str
    reference: str
    """The name of the secret."""


class DeploymentMistralCloudBackendSpec(Model, kw_only=True):
    """The way in which Mistral's cloud builds and runs a deployment."""

    type: str = "mistral_cloud"
    """`mistral_cloud`, `koyeb`, or a newer one."""
    build_directory: str | None = None
    dockerfile_path: str | None = None
    secrets: list[DeploymentSecretBinding] | None = None


class DeploymentK8sBackendSpec(Model, kw_only=True, gc=False):
    """The way in which a cluster of Kubernetes runs a deployment."""

    type: Literal["kubernetes"] = constant("kubernetes")
    entrypoint: str | None = None
    working_dir: str | None = None


BackendSpec: TypeAlias = OpenUnion[DeploymentMistralCloudBackendSpec | DeploymentK8sBackendSpec]
"""A `DeploymentK8sBackendSpec` where `type` is `kubernetes`."""


class GitCommitAuthor(Model, kw_only=True, gc=False):
    """The author of a commit."""

    name: str | None = None
    username: str | None = None
    html_url: str | None = None


class GitCommitMetadata(Model, kw_only=True):
    """The commit that is deployed."""

    sha: str = ""
    message: str | None = None
    author: GitCommitAuthor | None = None
    html_url: str | None = None


class DeploymentWorkerSpecResponse(Model, kw_only=True):
    """The code that a deployment runs, and how."""

    github_url: str = ""
    backend_spec: BackendSpec | None = None
    type: str = "workflows_worker"
    revision: str | None = None
    archive_id: str | None = None
    restarted_at: str | None = None
    commit: GitCommitMetadata | None = None
    requested_roles: list[str] | None = None
    entrypoint: str | None = None
    working_dir: str | None = None
    commit_sha: str | None = None


class DeploymentResourceConfig(Model, kw_only=True, gc=False):
    """The resources of a deployment, in the units of Kubernetes such as `500m` and `1Gi`."""

    replicas: int | None = None
    cpu_request: str | None = None
    cpu_limit: str | None = None
    memory_request: str | None = None
    memory_limit: str | None = None


class DeploymentBuildState(Model, kw_only=True, gc=False):
    """The state of the latest build."""

    phase: str | None = None
    commit_sha: str | None = None
    image: str | None = None
    message: str | None = None
    started_at: str | None = None
    started_at_datetime: ClassVar[Moment] = Moment("started_at")
    finished_at: str | None = None
    finished_at_datetime: ClassVar[Moment] = Moment("finished_at")


class DeploymentObservedState(Model, kw_only=True):
    """The state of a deployment, as it was seen last."""

    phase: str | None = None
    available_replicas: int = 0
    ready_replicas: int = 0
    endpoint: str | None = None
    message: str | None = None
    last_seen: str | None = None
    last_seen_datetime: ClassVar[Moment] = Moment("last_seen")
    deployed_revision: str | None = None
    generation: int | None = None
    build_state: DeploymentBuildState | None = None


class ManagedDeploymentResponse(Model, kw_only=True):
    """A deployment that the API runs for you."""

    service_id: str = ""
    name: str = ""
    spec: DeploymentWorkerSpecResponse = field(default_factory=DeploymentWorkerSpecResponse)
    resources: DeploymentResourceConfig = field(default_factory=DeploymentResourceConfig)
    status: DeploymentObservedState = field(default_factory=DeploymentObservedState)
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    stopped: bool = False
    rollout_status: str | None = None
    created_by: str | None = None
    updated_by: str | None = None
    deployed_by: str | None = None
    deployed_at: str | None = None
    deployed_at_datetime: ClassVar[Moment] = Moment("deployed_at")
    is_hardened: bool = False
    runtime_credential_id: str | None = None
    runtime_principal_type: str | None = None
    """`api_key`, `service_account`, `user`, or a newer one."""


class DeploymentResponse(Model, kw_only=True):
    """A deployment: the workers that run workflows."""

    id: str = ""
    name: str = ""
    is_active: bool = False
    """True if a worker is alive."""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    last_heartbeat: str = ""
    last_heartbeat_datetime: ClassVar[Moment] = Moment("last_heartbeat")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    is_hardened: bool = False
    """True if it takes only credentials that were authorized."""
    owner: str | None = None
    location: DeploymentLocation | None = None
    worker_count: int = 0
    active_worker_count: int = 0
    locations: list[str] = field(default_factory=list[str])
    """The kinds of places where its workers run."""
    managed: ManagedDeploymentResponse | None = None
    """The state of a deployment that the API runs; None for others."""


class DeploymentListResponse(Model, kw_only=True):
    """A page of deployments."""

    deployments: list[DeploymentResponse] = field(default_factory=list[DeploymentResponse])
    next_cursor: str | None = None
    workspace_id: str = ""


class DeploymentWorkerSpecInput(Model, kw_only=True):
    """The code that a new deployment is to run, and how."""

    github_url: str | None = None
    revision: str | None = None
    """The branch, tag or commit."""
    archive_id: str | None = None
    """The archive that holds the code, in place of an address."""
    backend_spec: DeploymentMistralCloudBackendSpec | None = None
    requested_roles: list[str] | None = None
    entrypoint: str | None = None
    working_dir: str | None = None


class CreateDeploymentRequest(TypedDict, total=False):
    """Everything that `deployments.create_deployment` takes."""

    name: Required[str]
    spec: Required[DeploymentWorkerSpecInput | JSONMapping]
    resources: DeploymentResourceConfig | JSONMapping | None
    hardened: bool | None
    """False where not set."""


class DeploymentWorkerResponse(Model, kw_only=True):
    """A worker of a deployment."""

    name: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    last_heartbeat: str = ""
    last_heartbeat_datetime: ClassVar[Moment] = Moment("last_heartbeat")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    is_active: bool = False
    """True if it is alive."""
    location: DeploymentLocation | None = None
    """None where the worker did not say."""


class DeploymentDetailResponse(DeploymentResponse, kw_only=True):
    """A deployment with its workers."""

    workers: list[DeploymentWorkerResponse] = field(default_factory=list[DeploymentWorkerResponse])


class WorkflowsWorkerSpecUpdate(DeploymentWorkerSpecInput, kw_only=True):
    """The code that a deployment is to run from now on, and how; what is None stays."""


class DeploymentResourceConfigUpdate(DeploymentResourceConfig, kw_only=True, gc=False):
    """The resources that a deployment is to have from now on; what is None stays."""


class UpdateDeploymentRequest(TypedDict, total=False):
    """Changes to a deployment; what is not named stays."""

    spec: WorkflowsWorkerSpecUpdate | JSONMapping | None
    """The new specification."""
    resources: DeploymentResourceConfigUpdate | JSONMapping | None
    """CPU and memory."""


class DeploymentArchiveResponse(Model, kw_only=True, gc=False):
    """The archive of the code that is deployed."""

    archive_id: str = ""
    download_url: str | None = None


class GetDeploymentLogsOptions(LogListOptions, total=False):
    """Which lines of the log are listed."""

    log_type: DeploymentLogType | str | None
    """Only lines of this kind."""
    worker_name: str | None
    """Only lines of this worker."""
    workflow_name: str | None
    """Only lines of this workflow."""


class DeploymentLogRecord(LogRecord, kw_only=True):
    """A line of a log."""


class DeploymentLogSearchResponse(Model, kw_only=True):
    """A page of a log."""

    results: list[DeploymentLogRecord] = field(default_factory=list[DeploymentLogRecord])
    next_cursor: str | None = None


class StreamDeploymentLogsOptions(LogStreamOptions, total=False):
    """Which lines of the log are streamed."""

    worker_name: str | None
    """Only lines of this worker."""
    workflow_name: str | None
    """Only lines of this workflow."""


class DeploymentWorkerListResponse(Model, kw_only=True):
    """A page of workers."""

    workers: list[DeploymentWorkerResponse] = field(default_factory=list[DeploymentWorkerResponse])
    next_cursor: str | None = None
