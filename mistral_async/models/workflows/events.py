"""The events of workflows: what executions, their activities and their custom tasks did. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSON, JSONMapping, JSONObject
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Model, Moment

WorkflowEventScope: TypeAlias = Literal["activity", "workflow", "*"]

WorkflowEventType: TypeAlias = Literal[
    "WORKFLOW_EXECUTION_STARTED",
    "WORKFLOW_EXECUTION_COMPLETED",
    "WORKFLOW_EXECUTION_FAILED",
    "WORKFLOW_EXECUTION_CANCELED",
    "WORKFLOW_EXECUTION_CONTINUED_AS_NEW",
    "WORKFLOW_TASK_TIMED_OUT",
    "WORKFLOW_TASK_FAILED",
    "CUSTOM_TASK_STARTED",
    "CUSTOM_TASK_IN_PROGRESS",
    "CUSTOM_TASK_COMPLETED",
    "CUSTOM_TASK_FAILED",
    "CUSTOM_TASK_TIMED_OUT",
    "CUSTOM_TASK_CANCELED",
    "ACTIVITY_TASK_STARTED",
    "ACTIVITY_TASK_COMPLETED",
    "ACTIVITY_TASK_RETRYING",
    "ACTIVITY_TASK_FAILED",
]
"""The kinds of events."""


class GetWorkflowEventsOptions(TypedDict, total=False):
    """Which events are listed."""

    root_workflow_exec_id: str | None
    """The execution that began it all."""
    workflow_exec_id: str | None
    """The execution that an event is of."""
    workflow_run_id: str | None
    """The run that an event is of."""
    limit: int | None
    """Events a page, 1 to 1000; 100 where not set."""
    cursor: str | None
    """The page to go on with: the `next_cursor` of the one before."""


class GetStreamEventsOptions(TypedDict, total=False):
    """Which events are streamed: `*`, as where not set, is any."""

    scope: WorkflowEventScope | str | None
    """Only events of this scope."""
    activity_name: str | None
    """Only events of this activity."""
    activity_id: str | None
    """Only events of this activity, by its id."""
    workflow_name: str | None
    """Only events of this workflow."""
    workflow_exec_id: str | None
    """Only events of this execution."""
    root_workflow_exec_id: str | None
    """Only events of executions that this one began."""
    parent_workflow_exec_id: str | None
    """Only events of the children of this execution."""
    stream: str | None
    """Only events of this stream."""
    start_seq: int | None
    """The event to begin with: the `broker_sequence` of the last one, and 1; 0 where not set."""
    metadata_filters: JSONMapping | None
    """Only events that have these entries in their metadata."""
    workflow_event_types: Sequence[WorkflowEventType | str] | None
    """Only events of these types."""
    last_event_id: str | None
    """The place to go on from: the `last_event_id` of a stream before."""


class JSONPayloadResponse(Model, kw_only=True):
    """Data of an event."""

    value: JSON = None
    """The data; their bytes in base64 if they are encoded."""
    type: Literal["json"] = constant("json")
    encoding_options: list[str] | None = None
    """The steps that encoded it: `encrypted-partial`, `compressed`, `offloaded`, `encrypted`, or a newer one."""


class JSONPatchAdd(Model, kw_only=True):
    """A value that is added."""

    path: str = ""
    """The place, as a JSON pointer (RFC 6901)."""
    value: JSON = None
    op: Literal["add"] = constant("add")


class EncryptedPatchValue(Model, kw_only=True, gc=False):
    """A value that is encrypted."""

    value: str = ""
    type: Literal["__encrypted__"] = constant("__encrypted__")


class JSONPatchAppend(Model, kw_only=True):
    """A text that is written at the end of another. RFC 6902 does not have it."""

    path: str = ""
    """The place, as a JSON pointer (RFC 6901)."""
    value: OpenUnion[EncryptedPatchValue | str] | None = None
    op: Literal["append"] = constant("append")


class JSONPatchRemove(Model, kw_only=True):
    """A value that is taken away."""

    path: str = ""
    """The place, as a JSON pointer (RFC 6901)."""
    value: JSON = None
    op: Literal["remove"] = constant("remove")


class JSONPatchReplace(Model, kw_only=True):
    """A value that another takes the place of."""

    path: str = ""
    """The place, as a JSON pointer (RFC 6901)."""
    value: JSON = None
    op: Literal["replace"] = constant("replace")


JSONPatch: TypeAlias = OpenUnion[JSONPatchAdd | JSONPatchAppend | JSONPatchRemove | JSONPatchReplace]
"""Told apart by `op`."""


class JSONPatchPayloadResponse(Model, kw_only=True):
    """Changes to the data of the events before."""

    value: list[JSONPatch] | str | None = None
    """The changes in their order; their bytes in base64 if they are encoded."""
    type: Literal["json_patch"] = constant("json_patch")
    encoding_options: list[str] | None = None
    """The steps that encoded it: `encrypted-partial`, `compressed`, `offloaded`, `encrypted`, or a newer one."""


WorkflowPayload: TypeAlias = OpenUnion[JSONPayloadResponse | JSONPatchPayloadResponse]
"""Told apart by `type`."""


class WorkflowFailure(Model, kw_only=True, gc=False):
    """The error that ended something."""

    message: str = ""


class _TaskAttributes(Model, kw_only=True):
    task_id: str = ""


class _ExecutionAttributes(_TaskAttributes, kw_only=True):
    attempt: int = 1
    """1 for the first run, and for one that continues it; more where the workflow is tried again."""


class _CustomTaskAttributes(Model, kw_only=True):
    custom_task_id: str = ""
    custom_task_type: str = ""
    """The kind of the task, such as `llm_call` and `connector_auth`."""


class _ActivityAttributes(_TaskAttributes, kw_only=True):
    activity_name: str = ""


class _Event(Model, kw_only=True):
    event_id: str = ""
    event_timestamp: int = 0
    """Nanoseconds since 1970."""
    root_workflow_exec_id: str = ""
    """The execution that began it all."""
    parent_workflow_exec_id: str | None = None
    """The execution that started this one."""
    workflow_exec_id: str = ""
    workflow_run_id: str = ""
    workflow_name: str = ""
    continued_run_id: str | None = None
    """The run that this one continues."""
    first_execution_run_id: str | None = None
    """The first of the runs that continue each other."""
    chain_run_id: str | None = None
    schedule_id: str | None = None
    """The schedule that started it."""


class WorkflowExecutionStartedAttributesResponse(_ExecutionAttributes, kw_only=True):
    """The attributes of `WORKFLOW_EXECUTION_STARTED`."""

    workflow_name: str = ""
    input: JSONPayloadResponse = field(default_factory=JSONPayloadResponse)
    display_name: str | None = None


class WorkflowExecutionCompletedAttributesResponse(_ExecutionAttributes, kw_only=True):
    """The attributes of `WORKFLOW_EXECUTION_COMPLETED`."""

    result: JSONPayloadResponse = field(default_factory=JSONPayloadResponse)


class WorkflowExecutionFailedAttributes(_ExecutionAttributes, kw_only=True):
    """The attributes of `WORKFLOW_EXECUTION_FAILED`."""

    failure: WorkflowFailure = field(default_factory=WorkflowFailure)


class WorkflowExecutionCanceledAttributes(_ExecutionAttributes, kw_only=True):
    """The attributes of `WORKFLOW_EXECUTION_CANCELED`."""

    reason: str | None = None


class WorkflowExecutionContinuedAsNewAttributesResponse(_TaskAttributes, kw_only=True):
    """The attributes of `WORKFLOW_EXECUTION_CONTINUED_AS_NEW`."""

    new_execution_run_id: str = ""
    """The run that goes on."""
    workflow_name: str = ""
    input: JSONPayloadResponse = field(default_factory=JSONPayloadResponse)


class WorkflowTaskTimedOutAttributes(_TaskAttributes, kw_only=True):
    """The attributes of `WORKFLOW_TASK_TIMED_OUT`."""

    timeout_type: str | None = None
    """Such as `START_TO_CLOSE` and `SCHEDULE_TO_START`."""


class WorkflowTaskFailedAttributes(_TaskAttributes, kw_only=True):
    """The attributes of `WORKFLOW_TASK_FAILED`."""

    failure: WorkflowFailure = field(default_factory=WorkflowFailure)


class CustomTaskStartedAttributesResponse(_CustomTaskAttributes, kw_only=True):
    """The attributes of `CUSTOM_TASK_STARTED`."""

    payload: JSONPayloadResponse | None = None
    """The state that the task begins with."""


class CustomTaskInProgressAttributesResponse(_CustomTaskAttributes, kw_only=True):
    """The attributes of `CUSTOM_TASK_IN_PROGRESS`."""

    payload: WorkflowPayload | None = None
    """The state, or the changes to it."""


class CustomTaskCompletedAttributesResponse(_CustomTaskAttributes, kw_only=True):
    """The attributes of `CUSTOM_TASK_COMPLETED`."""

    payload: JSONPayloadResponse = field(default_factory=JSONPayloadResponse)
    """The result."""


class CustomTaskFailedAttributes(_CustomTaskAttributes, kw_only=True):
    """The attributes of `CUSTOM_TASK_FAILED`."""

    failure: WorkflowFailure = field(default_factory=WorkflowFailure)


class CustomTaskTimedOutAttributes(_CustomTaskAttributes, kw_only=True):
    """The attributes of `CUSTOM_TASK_TIMED_OUT`."""

    timeout_type: str | None = None


class CustomTaskCanceledAttributes(_CustomTaskAttributes, kw_only=True):
    """The attributes of `CUSTOM_TASK_CANCELED`."""

    reason: str | None = None


class ActivityTaskStartedAttributesResponse(_ActivityAttributes, kw_only=True):
    """The attributes of `ACTIVITY_TASK_STARTED`."""

    input: JSONPayloadResponse = field(default_factory=JSONPayloadResponse)


class ActivityTaskCompletedAttributesResponse(_ActivityAttributes, kw_only=True):
    """The attributes of `ACTIVITY_TASK_COMPLETED`."""

    result: JSONPayloadResponse = field(default_factory=JSONPayloadResponse)


class ActivityTaskRetryingAttributes(_ActivityAttributes, kw_only=True):
    """The attributes of `ACTIVITY_TASK_RETRYING`."""

    attempt: int = 0
    """The attempt that failed, from 1 on."""
    failure: WorkflowFailure = field(default_factory=WorkflowFailure)


class ActivityTaskFailedAttributes(_ActivityAttributes, kw_only=True):
    """The attributes of `ACTIVITY_TASK_FAILED`."""

    attempt: int = 0
    """The last attempt, from 1 on."""
    failure: WorkflowFailure = field(default_factory=WorkflowFailure)


class WorkflowExecutionStartedResponse(_Event, kw_only=True):
    """An execution of a workflow has begun."""

    attributes: WorkflowExecutionStartedAttributesResponse = field(
        default_factory=WorkflowExecutionStartedAttributesResponse
    )
    event_type: Literal["WORKFLOW_EXECUTION_STARTED"] = constant("WORKFLOW_EXECUTION_STARTED")


class WorkflowExecutionCompletedResponse(_Event, kw_only=True):
    """An execution of a workflow has ended with a result."""

    attributes: WorkflowExecutionCompletedAttributesResponse = field(
        default_factory=WorkflowExecutionCompletedAttributesResponse
    )
    event_type: Literal["WORKFLOW_EXECUTION_COMPLETED"] = constant("WORKFLOW_EXECUTION_COMPLETED")


class WorkflowExecutionFailedResponse(_Event, kw_only=True):
    """An execution of a workflow has failed."""

    attributes: WorkflowExecutionFailedAttributes = field(default_factory=WorkflowExecutionFailedAttributes)
    event_type: Literal["WORKFLOW_EXECUTION_FAILED"] = constant("WORKFLOW_EXECUTION_FAILED")


class WorkflowExecutionCanceledResponse(_Event, kw_only=True):
    """An execution of a workflow was cancelled."""

    attributes: WorkflowExecutionCanceledAttributes = field(default_factory=WorkflowExecutionCanceledAttributes)
    event_type: Literal["WORKFLOW_EXECUTION_CANCELED"] = constant("WORKFLOW_EXECUTION_CANCELED")


class WorkflowExecutionContinuedAsNewResponse(_Event, kw_only=True):
    """An execution of a workflow goes on as another run."""

    attributes: WorkflowExecutionContinuedAsNewAttributesResponse = field(
        default_factory=WorkflowExecutionContinuedAsNewAttributesResponse
    )
    event_type: Literal["WORKFLOW_EXECUTION_CONTINUED_AS_NEW"] = constant("WORKFLOW_EXECUTION_CONTINUED_AS_NEW")


class WorkflowTaskTimedOutResponse(_Event, kw_only=True):
    """A step of a workflow's own code took too long."""

    attributes: WorkflowTaskTimedOutAttributes = field(default_factory=WorkflowTaskTimedOutAttributes)
    event_type: Literal["WORKFLOW_TASK_TIMED_OUT"] = constant("WORKFLOW_TASK_TIMED_OUT")


class WorkflowTaskFailedResponse(_Event, kw_only=True):
    """A step of a workflow's own code has failed."""

    attributes: WorkflowTaskFailedAttributes = field(default_factory=WorkflowTaskFailedAttributes)
    event_type: Literal["WORKFLOW_TASK_FAILED"] = constant("WORKFLOW_TASK_FAILED")


class CustomTaskStartedResponse(_Event, kw_only=True):
    """A custom task has begun."""

    attributes: CustomTaskStartedAttributesResponse = field(default_factory=CustomTaskStartedAttributesResponse)
    event_type: Literal["CUSTOM_TASK_STARTED"] = constant("CUSTOM_TASK_STARTED")


class CustomTaskInProgressResponse(_Event, kw_only=True):
    """A custom task tells its progress."""

    attributes: CustomTaskInProgressAttributesResponse = field(default_factory=CustomTaskInProgressAttributesResponse)
    event_type: Literal["CUSTOM_TASK_IN_PROGRESS"] = constant("CUSTOM_TASK_IN_PROGRESS")


class CustomTaskCompletedResponse(_Event, kw_only=True):
    """A custom task has ended with a result."""

    attributes: CustomTaskCompletedAttributesResponse = field(default_factory=CustomTaskCompletedAttributesResponse)
    event_type: Literal["CUSTOM_TASK_COMPLETED"] = constant("CUSTOM_TASK_COMPLETED")


class CustomTaskFailedResponse(_Event, kw_only=True):
    """A custom task has failed."""

    attributes: CustomTaskFailedAttributes = field(default_factory=CustomTaskFailedAttributes)
    event_type: Literal["CUSTOM_TASK_FAILED"] = constant("CUSTOM_TASK_FAILED")


class CustomTaskTimedOutResponse(_Event, kw_only=True):
    """A custom task took too long."""

    attributes: CustomTaskTimedOutAttributes = field(default_factory=CustomTaskTimedOutAttributes)
    event_type: Literal["CUSTOM_TASK_TIMED_OUT"] = constant("CUSTOM_TASK_TIMED_OUT")


class CustomTaskCanceledResponse(_Event, kw_only=True):
    """A custom task was cancelled."""

    attributes: CustomTaskCanceledAttributes = field(default_factory=CustomTaskCanceledAttributes)
    event_type: Literal["CUSTOM_TASK_CANCELED"] = constant("CUSTOM_TASK_CANCELED")


class ActivityTaskStartedResponse(_Event, kw_only=True):
    """An activity has begun."""

    attributes: ActivityTaskStartedAttributesResponse = field(default_factory=ActivityTaskStartedAttributesResponse)
    event_type: Literal["ACTIVITY_TASK_STARTED"] = constant("ACTIVITY_TASK_STARTED")


class ActivityTaskCompletedResponse(_Event, kw_only=True):
    """An activity has ended with a result."""

    attributes: ActivityTaskCompletedAttributesResponse = field(default_factory=ActivityTaskCompletedAttributesResponse)
    event_type: Literal["ACTIVITY_TASK_COMPLETED"] = constant("ACTIVITY_TASK_COMPLETED")


class ActivityTaskRetryingResponse(_Event, kw_only=True):
    """An activity has failed and is tried again."""

    attributes: ActivityTaskRetryingAttributes = field(default_factory=ActivityTaskRetryingAttributes)
    event_type: Literal["ACTIVITY_TASK_RETRYING"] = constant("ACTIVITY_TASK_RETRYING")


class ActivityTaskFailedResponse(_Event, kw_only=True):
    """An activity has failed in all its attempts."""

    attributes: ActivityTaskFailedAttributes = field(default_factory=ActivityTaskFailedAttributes)
    event_type: Literal["ACTIVITY_TASK_FAILED"] = constant("ACTIVITY_TASK_FAILED")


WorkflowEvent: TypeAlias = OpenUnion[
    WorkflowExecutionStartedResponse
    | WorkflowExecutionCompletedResponse
    | WorkflowExecutionFailedResponse
    | WorkflowExecutionCanceledResponse
    | WorkflowExecutionContinuedAsNewResponse
    | WorkflowTaskTimedOutResponse
    | WorkflowTaskFailedResponse
    | CustomTaskStartedResponse
    | CustomTaskInProgressResponse
    | CustomTaskCompletedResponse
    | CustomTaskFailedResponse
    | CustomTaskTimedOutResponse
    | CustomTaskCanceledResponse
    | ActivityTaskStartedResponse
    | ActivityTaskCompletedResponse
    | ActivityTaskRetryingResponse
    | ActivityTaskFailedResponse
]
"""Told apart by `event_type`."""


class ListWorkflowEventResponse(Model, kw_only=True):
    """A page of events."""

    events: list[WorkflowEvent] = field(default_factory=list[WorkflowEvent])
    next_cursor: str | None = None


class StreamEventWorkflowContext(Model, kw_only=True, gc=False):
    """The execution that an event is of."""

    namespace: str = ""
    workflow_name: str = ""
    workflow_exec_id: str = ""
    parent_workflow_exec_id: str | None = None
    root_workflow_exec_id: str | None = None


class StreamEventSsePayload(Model, kw_only=True):
    """An event of a stream."""

    stream: str = ""
    data: WorkflowEvent | None = None
    workflow_context: StreamEventWorkflowContext = field(default_factory=StreamEventWorkflowContext)
    broker_sequence: int = 0
    """Its number: `start_seq` of a stream that goes on after it is one more."""
    timestamp: str = ""
    timestamp_datetime: ClassVar[Moment] = Moment("timestamp")
    metadata: JSONObject = field(default_factory=JSONObject)
