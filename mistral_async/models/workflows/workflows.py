"""Workflows, their registrations, and what starts an execution of one. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSON, JSONMapping, JSONObject
from mistral_async._codec.open_union import OpenUnion
from mistral_async.models._model import Model, Moment
from mistral_async.models.documents import SortOrder

WorkflowExecutionStatus: TypeAlias = Literal[
    "RUNNING", "COMPLETED", "FAILED", "CANCELED", "TERMINATED", "CONTINUED_AS_NEW", "TIMED_OUT", "RETRYING_AFTER_ERROR"
]
"""The states of an execution; it goes on in `RUNNING` and `RETRYING_AFTER_ERROR`."""

WorkflowDeploymentStatus: TypeAlias = Literal["active", "inactive"]

WorkflowSortBy: TypeAlias = Literal["display_name"]


class GetWorkflowsOptions(TypedDict, total=False):
    """Which workflows are listed, and in which order."""

    status: WorkflowExecutionStatus | Sequence[WorkflowExecutionStatus | str] | str | None
    """The states of executions that a workflow has."""
    include_shared: bool | None
    """Shared workflows, too; true where not set."""
    available_in_chat_assistant: bool | None
    """Only workflows that the chat assistant has (or has not)."""
    deployment_name: Sequence[str] | None
    """Only workflows of this deployment."""
    deployment_status: WorkflowDeploymentStatus | str | None
    """Only workflows whose deployments are in this state."""
    archived: bool | None
    """True for those in the archive."""
    tags: Sequence[str] | None
    """Those that have all of these tags."""
    sort_by: WorkflowSortBy | str | None
    """The order of the list."""
    order: SortOrder | str | None
    """`asc` where not set."""
    cursor: str | None
    """The page to go on with: the `next_cursor` of the one before."""
    limit: int | None
    """Workflows a page, 1 to 1000; 50 where not set."""
    active_only: bool | None
    """Deprecated: `deployment_status`."""
    search: str | None
    """Words of the name, display name, description or id, nearly."""


class WorkflowMetadata(Model, kw_only=True, gc=False):
    """The origin of a workflow."""

    shared_namespace: str | None = None
    """The namespace of a shared workflow; None for a user's."""


class WorkflowBasicDefinition(Model, kw_only=True):
    """A workflow, as lists have it."""

    id: str = ""
    name: str = ""
    display_name: str = ""
    archived: bool = False
    description: str | None = None
    metadata: WorkflowMetadata | None = None
    tags: list[str] = field(default_factory=list[str])


class WorkflowListResponse(Model, kw_only=True):
    """A page of workflows."""

    workflows: list[WorkflowBasicDefinition] = field(default_factory=list[WorkflowBasicDefinition])
    next_cursor: str | None = None


class Workflow(Model, kw_only=True):
    """A workflow: code of yours that runs step by step."""

    id: str = ""
    name: str = ""
    display_name: str = ""
    type: str = ""
    """`code`, or a newer one."""
    customer_id: str = ""
    workspace_id: str = ""
    description: str | None = None
    shared_namespace: str | None = None
    """The namespace of a shared workflow, such as `shared:my-workflow`."""
    available_in_chat_assistant: bool = False
    is_technical: bool = False
    """True for one that other workflows are made of."""
    archived: bool = False
    tags: list[str] = field(default_factory=list[str])


class WorkflowWithWorkerStatus(Workflow, kw_only=True):
    """A workflow, and if it can run now."""

    active: bool = False
    """True if a worker runs it."""


class WorkflowBulkError(Model, kw_only=True):
    """A workflow that could not be changed with others."""

    workflow_id: str = ""
    message: str = ""
    workflow: Workflow | None = None
    """None where there is none."""


class WorkflowBulkArchiveResponse(Model, kw_only=True):
    """The workflows that are archived now."""

    archived: list[Workflow] = field(default_factory=list[Workflow])
    """Those that were so before, too."""
    errored: list[WorkflowBulkError] = field(default_factory=list[WorkflowBulkError])


class WorkflowBulkUnarchiveResponse(Model, kw_only=True):
    """The workflows that are not archived any more."""

    unarchived: list[Workflow] = field(default_factory=list[Workflow])
    """Those that were not so before, too."""
    errored: list[WorkflowBulkError] = field(default_factory=list[WorkflowBulkError])


class WorkflowGetResponse(Model, kw_only=True):
    """The answer of `workflows.get_workflow`."""

    workflow: WorkflowWithWorkerStatus = field(default_factory=WorkflowWithWorkerStatus)


class WorkflowUpdateResponse(Model, kw_only=True):
    """The answer of `workflows.update_workflow`."""

    workflow: Workflow = field(default_factory=Workflow)


class WorkflowArchiveResponse(Model, kw_only=True):
    """The answer of `workflows.archive_workflow`."""

    workflow: Workflow = field(default_factory=Workflow)


class WorkflowUnarchiveResponse(Model, kw_only=True):
    """The answer of `workflows.unarchive_workflow`."""

    workflow: Workflow = field(default_factory=Workflow)


class WorkflowUpdateRequest(TypedDict, total=False):
    """Changes to a workflow; what is not named stays, and None clears."""

    display_name: str | None
    """At most 128 characters."""
    description: str | None
    """The new description."""
    available_in_chat_assistant: bool | None
    """True to offer it in the chat assistant."""
    tags: Sequence[str] | None
    """All the tags that it is to have."""


class GetWorkflowRegistrationsOptions(TypedDict, total=False):
    """Which registrations are listed."""

    workflow_id: str | None
    """Only registrations of this workflow."""
    task_queue: str | None
    """Only registrations on this queue."""
    active_only: bool | None
    """Those that a worker runs; false where not set."""
    include_shared: bool | None
    """Those of shared workflows, too; true where not set."""
    workflow_name: str | None
    """Only registrations of workflows of this name."""
    workflow_search: str | None
    """A part of the workflow's name."""
    archived: bool | None
    """True for those in the archive."""
    with_workflow: bool | None
    """Put the workflow into each; false where not set."""
    available_in_chat_assistant: bool | None
    """Only workflows that the chat assistant has (or has not)."""
    limit: int | None
    """Registrations a page, 1 to 1000; 50 where not set."""
    cursor: str | None
    """The page to go on with: the `next_cursor` of the one before."""


class SignalDefinition(Model, kw_only=True):
    """A signal that a workflow takes."""

    name: str = ""
    input_schema: JSONObject = field(default_factory=JSONObject)
    """The JSON schema of its input."""
    description: str | None = None


class QueryDefinition(Model, kw_only=True):
    """A query that a workflow answers."""

    name: str = ""
    input_schema: JSONObject = field(default_factory=JSONObject)
    """The JSON schema of its input."""
    description: str | None = None
    output_schema: JSONObject | None = None


class UpdateDefinition(Model, kw_only=True):
    """An update that a workflow takes and answers."""

    name: str = ""
    input_schema: JSONObject = field(default_factory=JSONObject)
    """The JSON schema of its input."""
    description: str | None = None
    output_schema: JSONObject | None = None


class WorkflowCodeDefinition(Model, kw_only=True):
    """The code of a workflow, as a worker registered it."""

    input_schema: JSONObject = field(default_factory=JSONObject)
    """The JSON schema of its input."""
    output_schema: JSONObject | None = None
    signals: list[SignalDefinition] = field(default_factory=list[SignalDefinition])
    queries: list[QueryDefinition] = field(default_factory=list[QueryDefinition])
    updates: list[UpdateDefinition] = field(default_factory=list[UpdateDefinition])
    enforce_determinism: bool = False
    on_behalf_of: bool = False
    """True if it runs with the identity of a user."""
    execution_timeout: float = 0.0
    """Seconds that an execution may take, with its retries and those that it continues as."""
    plugin_metadata: JSONObject | None = None
    """The data of plugins, such as the connectors that it uses."""


class WorkflowRegistration(Model, kw_only=True):
    """A version of a workflow that a worker registered."""

    id: str = ""
    definition: WorkflowCodeDefinition = field(default_factory=WorkflowCodeDefinition)
    workflow_id: str = ""
    deployment_id: str | None = None
    """Deprecated: `deployment_name`."""
    task_queue: str | None = None
    """Deprecated: `deployment_name`."""
    workflow: Workflow | None = None
    """None unless it was asked for."""
    deployment_name: str | None = None
    compatible_with_chat_assistant: bool = False


class WorkflowRegistrationListResponse(Model, kw_only=True):
    """A page of registrations."""

    workflow_registrations: list[WorkflowRegistration] = field(default_factory=list[WorkflowRegistration])
    next_cursor: str | None = None
    workflow_versions: list[WorkflowRegistration] = field(default_factory=list[WorkflowRegistration])
    """Deprecated: `workflow_registrations`."""


class WorkflowRegistrationWithWorkerStatus(WorkflowRegistration, kw_only=True):
    """A registration, and if it can run now."""

    active: bool = False
    """True if a worker runs it."""


class WorkflowRegistrationGetResponse(Model, kw_only=True):
    """The answer of `workflows.get_workflow_registration`."""

    workflow_registration: WorkflowRegistrationWithWorkerStatus = field(
        default_factory=WorkflowRegistrationWithWorkerStatus
    )
    workflow_version: WorkflowRegistrationWithWorkerStatus = field(default_factory=WorkflowRegistrationWithWorkerStatus)
    """Deprecated: `workflow_registration`."""


class NetworkEncodedInput(Model, kw_only=True):
    """An input that is compressed, encrypted or kept elsewhere."""

    b64payload: str
    """The bytes in base64."""
    encoding_options: list[str] = field(default_factory=list[str])
    """The steps in their order: `encrypted-partial`, `compressed`, `offloaded`, `encrypted`, or a newer one."""
    empty: bool = False


class ConnectorSlot(Model, kw_only=True, gc=False):
    """A connector that a workflow uses, and the credentials that it is to use with it."""

    connector_name: str
    credentials_name: str | None = None
    """The user's own where not set."""


class ConnectorBindings(Model, kw_only=True):
    """The connectors that a workflow uses."""

    bindings: list[ConnectorSlot] = field(default_factory=list[ConnectorSlot])


class ConnectorExtension(Model, kw_only=True):
    """The data of the plugin for connectors."""

    connectors: ConnectorBindings = field(default_factory=ConnectorBindings)


class WorkflowExtensions(Model, kw_only=True):
    """The data of plugins: `execute_workflow(..., extensions=WorkflowExtensions.from_connectors([...]))`."""

    mistralai: ConnectorExtension | None = None

    @classmethod
    def from_connectors(cls, connectors: Sequence[ConnectorSlot]) -> WorkflowExtensions:
        """Make the extensions that give an execution its connectors."""
        return cls(mistralai=ConnectorExtension(connectors=ConnectorBindings(bindings=list(connectors))))


class ConnectorAuthTaskState(Model, kw_only=True, gc=False):
    """A sign-in that a connector needs before an execution can go on."""

    connector_name: str = ""
    connector_id: str = ""
    credentials_name: str | None = None
    auth_url: str | None = None
    """The page on which the user signs in."""
    message: str | None = None


class WorkflowRunOptions(TypedDict, total=False):
    """Options of an execution that is waited for. None is not sent."""

    input: JSON | None
    """The input, of the schema that the workflow has."""
    execution_id: str | None
    """An id of your own, at most 256 characters."""
    deployment_name: str | None
    """The deployment that is to run it."""
    custom_tracing_attributes: Mapping[str, str] | None
    """Attributes to put on the traces of the execution."""
    extensions: WorkflowExtensions | JSONMapping | None
    """The data of plugins, such as those of `WorkflowExtensions.from_connectors`."""
    task_queue: str | None
    """Deprecated: `deployment_name`."""


class WorkflowExecutionOptions(WorkflowRunOptions, total=False):
    """Options of an execution. None is not sent."""

    wait_for_result: bool | None
    """Answer when the execution has ended, with its result; false where not set."""
    timeout_seconds: float | None
    """Seconds that `wait_for_result` waits."""
    force_new_trace: bool | None
    """Begin a trace of its own; false where not set."""
    traceparent: str | None
    """The span that the execution belongs to, in the form of W3C: a new trace where not set."""
    encoded_input: NetworkEncodedInput | JSONMapping | None
    """The input, if it is encoded."""


class WorkflowExecutionRequest(WorkflowExecutionOptions):
    """Everything that `workflows.execute_workflow` takes beside its id."""


class WorkflowExecutionSyncResponse(Model, kw_only=True):
    """An execution that has ended, and its result."""

    workflow_name: str = ""
    execution_id: str = ""
    result: JSON = None


class WorkflowExecutionWithoutResultResponse(Model, kw_only=True):
    """An execution, as lists have it."""

    workflow_name: str = ""
    execution_id: str = ""
    root_execution_id: str = ""
    """The execution that began it all: its own id, or that of an ancestor."""
    status: str | None = None
    """One of `WorkflowExecutionStatus`, or a newer one."""
    start_time: str = ""
    start_time_datetime: ClassVar[Moment] = Moment("start_time")
    end_time: str | None = None
    """None as long as it goes on."""
    end_time_datetime: ClassVar[Moment] = Moment("end_time")
    workflow_id: str | None = None
    deployment_name: str | None = None
    parent_execution_id: str | None = None
    """None where no other execution started it."""
    run_id: str | None = None
    user_id: str | None = None
    """The user who started it."""
    total_duration_ms: int | None = None


class WorkflowExecutionResponse(WorkflowExecutionWithoutResultResponse, kw_only=True):
    """An execution, with its result."""

    result: JSON | None = None
    """None as long as it goes on."""
    search_keys: dict[str, str | None] | None = None
    """None unless they were asked for."""


WorkflowExecuteResponse: TypeAlias = OpenUnion[WorkflowExecutionSyncResponse | WorkflowExecutionResponse]
"""A `WorkflowExecutionSyncResponse` if `wait_for_result` was set."""


class WorkflowBulkArchiveRequest(TypedDict, total=False):
    """Everything that `workflows.bulk_archive_workflows` takes."""

    workflow_ids: Required[Sequence[str]]
    """At most 100."""


class WorkflowBulkUnarchiveRequest(TypedDict, total=False):
    """Everything that `workflows.bulk_unarchive_workflows` takes."""

    workflow_ids: Required[Sequence[str]]
    """At most 100."""


class WorkflowTagsAddRequest(TypedDict, total=False):
    """Everything that `workflows.add_workflow_tags` takes beside its id."""

    tags: Required[Sequence[str]]
