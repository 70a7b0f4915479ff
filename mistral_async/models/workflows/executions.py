"""Executions of workflows: what they do, their logs and their traces. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSON, JSONMapping
from mistral_async._codec.open_union import OpenUnion
from mistral_async.models._model import Model
from mistral_async.models.workflows._logs import LogListOptions, LogRecord, LogStreamOptions
from mistral_async.models.workflows.workflows import NetworkEncodedInput, WorkflowExecutionResponse

StreamExecutionEventSource: TypeAlias = Literal["DATABASE", "LIVE", "HYBRID"]
"""The sources of a stream's events: those that were kept, those that come, or both."""


class BatchExecutionBody(TypedDict, total=False):
    """Everything that `batch_cancel_workflow_executions` and `batch_terminate_workflow_executions` take."""

    execution_ids: Required[Sequence[str]]
    """1 to 100."""


class BatchExecutionResult(Model, kw_only=True, gc=False):
    """The outcome for one of several executions."""

    status: str = ""
    """`success`, `failure`, or a newer one."""
    error: str | None = None


class BatchExecutionResponse(Model, kw_only=True):
    """The outcomes for several executions, by their ids."""

    results: dict[str, BatchExecutionResult] = field(default_factory=dict[str, BatchExecutionResult])


class GetWorkflowExecutionLogsOptions(LogListOptions, total=False):
    """Which lines of the log are listed."""

    run_id: str | None
    """Only lines of this run."""
    activity_id: str | None
    """Only lines of this activity."""


class ExecutionLogRecord(LogRecord, kw_only=True):
    """A line of a log."""


class ExecutionLogSearchResponse(Model, kw_only=True):
    """A page of a log."""

    results: list[ExecutionLogRecord] = field(default_factory=list[ExecutionLogRecord])
    next_cursor: str | None = None


class StreamWorkflowExecutionLogsOptions(LogStreamOptions, total=False):
    """Which lines of the log are streamed."""

    run_id: str | None
    """Only lines of this run."""
    activity_id: str | None
    """Only lines of this activity."""


class SignalInvocationBodyNetworkEncodedInput(NetworkEncodedInput, kw_only=True):
    """The input of a signal that is compressed, encrypted or kept elsewhere."""


class QueryInvocationBody(TypedDict, total=False):
    """Everything that `query_workflow_execution` takes beside its id."""

    name: Required[str]
    input: NetworkEncodedInput | JSONMapping | None


class SignalInvocationBody(TypedDict, total=False):
    """Everything that `signal_workflow_execution` takes beside its id."""

    name: Required[str]
    input: SignalInvocationBodyNetworkEncodedInput | JSONMapping | None


class UpdateInvocationBody(TypedDict, total=False):
    """Everything that `update_workflow_execution` takes beside its id."""

    name: Required[str]
    input: NetworkEncodedInput | JSONMapping | None


class ResetInvocationBody(TypedDict, total=False):
    """Everything that `reset_workflow` takes beside its id."""

    event_id: Required[int]
    """The event of the history that the execution goes back to."""
    reason: str | None
    exclude_signals: bool | None
    """Forget the signals that came after the event; false where not set."""
    exclude_updates: bool | None
    """Forget the updates that came after the event; false where not set."""


class QueryWorkflowResponse(Model, kw_only=True):
    """The answer to a query."""

    query_name: str = ""
    result: JSON = None


class SignalWorkflowResponse(Model, kw_only=True, gc=False):
    """The answer to a signal."""

    message: str = "Signal accepted"


class UpdateWorkflowResponse(Model, kw_only=True):
    """The answer to an update."""

    update_name: str = ""
    result: JSON = None


TraceAttributeValue: TypeAlias = str | int | float | bool | list[JSON]
"""The values of attributes in traces."""


class WorkflowExecutionTraceEvent(Model, kw_only=True):
    """An event of a trace."""

    name: str = ""
    id: str = ""
    timestamp_unix_nano: int = 0
    """Nanoseconds since 1970."""
    attributes: dict[str, TraceAttributeValue | None] = field(default_factory=dict[str, TraceAttributeValue | None])
    type: str = "EVENT"
    """`EVENT`, or a newer one."""
    internal: bool = False


class WorkflowExecutionProgressTraceEvent(Model, kw_only=True):
    """Something in a trace that takes time."""

    name: str = ""
    id: str = ""
    timestamp_unix_nano: int = 0
    """Nanoseconds since 1970."""
    attributes: dict[str, TraceAttributeValue | None] = field(default_factory=dict[str, TraceAttributeValue | None])
    start_time_unix_ms: int = 0
    """Milliseconds since 1970."""
    type: str = "EVENT_PROGRESS"
    """`EVENT_PROGRESS`, or a newer one."""
    internal: bool = False
    status: str = "RUNNING"
    """`RUNNING`, `COMPLETED`, `FAILED`, or a newer one."""
    end_time_unix_ms: int | None = None
    """Milliseconds since 1970; None as long as it goes on."""
    error: str | None = None


WorkflowTraceEvent: TypeAlias = OpenUnion[WorkflowExecutionTraceEvent | WorkflowExecutionProgressTraceEvent]
"""A `WorkflowExecutionProgressTraceEvent` where it has a start and an end."""


class WorkflowExecutionTraceEventsResponse(WorkflowExecutionResponse, kw_only=True):
    """An execution with the events of its trace."""

    events: list[WorkflowTraceEvent] = field(default_factory=list[WorkflowTraceEvent])


class ExecutionTraceInfoResponse(Model, kw_only=True, gc=False):
    """The trace that an execution has."""

    otel_trace_id: str | None = None
    """None where there is none."""
    has_trace_data: bool = False
    """True if the spans of the trace are there."""


class TempoTraceAttributeStringValue(Model, kw_only=True, gc=False, rename="camel"):
    """A text."""

    string_value: str = ""


class TempoTraceAttributeIntValue(Model, kw_only=True, gc=False, rename="camel"):
    """A whole number, as a text."""

    int_value: str = ""


class TempoTraceAttributeDoubleValue(Model, kw_only=True, gc=False, rename="camel"):
    """A number."""

    double_value: float = 0.0


class TempoTraceAttributeBoolValue(Model, kw_only=True, gc=False, rename="camel"):
    """True or false."""

    bool_value: bool = False


class TempoTraceAttributeArrayElement(Model, kw_only=True, gc=False, rename="camel"):
    """An item of a list: one of the fields is set."""

    string_value: str | None = None
    int_value: str | None = None
    double_value: float | None = None
    bool_value: bool | None = None


class TempoTraceAttributeArrayContainer(Model, kw_only=True):
    """The items of a list."""

    values: list[TempoTraceAttributeArrayElement] = field(default_factory=list[TempoTraceAttributeArrayElement])


class TempoTraceAttributeArrayValue(Model, kw_only=True, rename="camel"):
    """A list."""

    array_value: TempoTraceAttributeArrayContainer = field(default_factory=TempoTraceAttributeArrayContainer)


TempoTraceAttributeValue: TypeAlias = OpenUnion[
    TempoTraceAttributeStringValue
    | TempoTraceAttributeIntValue
    | TempoTraceAttributeDoubleValue
    | TempoTraceAttributeBoolValue
    | TempoTraceAttributeArrayValue
]
"""Told apart by their keys."""


class TempoTraceAttribute(Model, kw_only=True):
    """An attribute of a span, an event or a resource."""

    key: str = ""
    value: TempoTraceAttributeValue | None = None


class TempoTraceResource(Model, kw_only=True):
    """The program that made the spans."""

    attributes: list[TempoTraceAttribute] = field(default_factory=list[TempoTraceAttribute])


class TempoTraceScope(Model, kw_only=True, gc=False):
    """The library that made the spans."""

    name: str = ""


class TempoTraceEvent(Model, kw_only=True, rename="camel"):
    """An event of a span."""

    name: str = ""
    time_unix_nano: str = ""
    """Nanoseconds since 1970."""
    attributes: list[TempoTraceAttribute] = field(default_factory=list[TempoTraceAttribute])


class TempoTraceSpan(Model, kw_only=True, rename="camel"):
    """A span."""

    trace_id: str = ""
    span_id: str = ""
    name: str = ""
    kind: str = ""
    """Such as `SPAN_KIND_INTERNAL`, `SPAN_KIND_SERVER` and `SPAN_KIND_CLIENT`."""
    start_time_unix_nano: str = ""
    """Nanoseconds since 1970."""
    end_time_unix_nano: str = ""
    parent_span_id: str | None = None
    """None for the first span."""
    attributes: list[TempoTraceAttribute] = field(default_factory=list[TempoTraceAttribute])
    events: list[TempoTraceEvent] = field(default_factory=list[TempoTraceEvent])


class TempoTraceScopeSpan(Model, kw_only=True):
    """The spans of one library."""

    scope: TempoTraceScope = field(default_factory=TempoTraceScope)
    spans: list[TempoTraceSpan] = field(default_factory=list[TempoTraceSpan])


class TempoTraceBatch(Model, kw_only=True, rename="camel"):
    """The spans of one program."""

    resource: TempoTraceResource = field(default_factory=TempoTraceResource)
    scope_spans: list[TempoTraceScopeSpan] = field(default_factory=list[TempoTraceScopeSpan])


class TempoGetTraceResponse(Model, kw_only=True):
    """A trace in the format of OpenTelemetry."""

    batches: list[TempoTraceBatch] = field(default_factory=list[TempoTraceBatch])


class WorkflowExecutionTraceOTelResponse(WorkflowExecutionResponse, kw_only=True):
    """An execution with its trace in the format of OpenTelemetry."""

    data_source: str = ""
    """The place where the trace was found."""
    otel_trace_id: str | None = None
    otel_trace_data: TempoGetTraceResponse | None = None


class WorkflowExecutionTraceSummarySpan(Model, kw_only=True):
    """A span of a trace, with those below it."""

    span_id: str = ""
    name: str = ""
    start_time_unix_nano: int = 0
    """Nanoseconds since 1970."""
    end_time_unix_nano: int | None = None
    """Nanoseconds since 1970; None as long as it goes on."""
    attributes: dict[str, TraceAttributeValue | None] = field(default_factory=dict[str, TraceAttributeValue | None])
    events: list[WorkflowExecutionTraceEvent] = field(default_factory=list[WorkflowExecutionTraceEvent])
    children: list[WorkflowExecutionTraceSummarySpan] = field(default_factory=list["WorkflowExecutionTraceSummarySpan"])


class WorkflowExecutionTraceSummaryResponse(WorkflowExecutionResponse, kw_only=True):
    """An execution with the spans of its trace as a tree."""

    span_tree: WorkflowExecutionTraceSummarySpan | None = None
    """The first span; None where there is no trace."""
