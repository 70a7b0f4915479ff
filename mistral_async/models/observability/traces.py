"""Traces: requests, with all that was done for them. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import ClassVar

from msgspec import field
from typing_extensions import TypedDict

from mistral_async.models._model import Model, Moment
from mistral_async.models.observability.telemetry import OtelFieldDefinition


class GetTraceFields(Model, kw_only=True):
    """All fields of traces."""

    field_definitions: list[OtelFieldDefinition] = field(default_factory=list[OtelFieldDefinition])


class GetTraceFieldOptions(Model, kw_only=True):
    """The values of a field."""

    options: list[str] | None = None


class TracesRequest(TypedDict, total=False):
    """Everything that `traces.search` takes beside the window and the page."""

    search_expression: str | None


class GetTrace(Model, kw_only=True):
    """A trace, in sum."""

    customer_id: str = ""
    organization_id: str = ""
    workspace_id: str = ""
    user_id: str = ""
    trace_id: str = ""
    root_span_id: str = ""
    root_span_name: str = ""
    start_time: str = ""
    start_time_datetime: ClassVar[Moment] = Moment("start_time")
    end_time: str = ""
    end_time_datetime: ClassVar[Moment] = Moment("end_time")
    duration_ns: int = 0
    """Nanoseconds."""
    service_name: str = ""
    environment: str = ""
    conversation_id: str = ""
    workflow_name: str = ""
    agent_id: str = ""
    agent_name: str = ""
    status_code: str = ""
    """`Error`, `Unset`, or a newer one."""
    error_count: int = 0
    span_count: int = 0
    gen_ai_span_count: int = 0
    """Spans that a model took part in."""
    llm_call_count: int = 0
    tool_call_count: int = 0
    retrieval_count: int = 0
    evaluation_count: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation_input_tokens: int = 0
    models_used: list[str] = field(default_factory=list[str])
    tools_used: list[str] = field(default_factory=list[str])
    first_turn_last_input_message: str = ""
    """JSON, as a text."""
    first_turn_last_output_message: str = ""
    """JSON, as a text."""
    last_turn_last_input_message: str = ""
    """JSON, as a text."""
    last_turn_last_output_message: str = ""
    """JSON, as a text."""
    service_account_id: str = ""


class FeedResultGetTrace(Model, kw_only=True):
    """A page of traces."""

    results: list[GetTrace] = field(default_factory=list[GetTrace])
    next: str | None = None
    cursor: str | None = None


class GetTraces(Model, kw_only=True):
    """A page of traces."""

    traces: FeedResultGetTrace = field(default_factory=FeedResultGetTrace)
