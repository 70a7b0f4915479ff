"""Spans: the steps of traces, and evaluations of them. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Required

from msgspec import field
from typing_extensions import TypedDict

from mistral_async.models._model import Model, Moment
from mistral_async.models.observability.telemetry import OtelFieldDefinition


class GetSpan(Model, kw_only=True):
    """A span: a step of a trace. What a span does not have is empty or 0."""

    customer_id: str = ""
    organization_id: str = ""
    workspace_id: str = ""
    user_id: str = ""
    trace_id: str = ""
    span_id: str = ""
    parent_span_id: str = ""
    """Empty for the first span of a trace."""
    trace_state: str = ""
    start_time: str = ""
    start_time_datetime: ClassVar[Moment] = Moment("start_time")
    end_time: str = ""
    end_time_datetime: ClassVar[Moment] = Moment("end_time")
    duration_ns: int = 0
    """Nanoseconds."""
    span_name: str = ""
    span_kind: str = ""
    service_name: str = ""
    status_code: str = ""
    """`Error`, `Ok`, `Unset`, or a newer one."""
    status_message: str = ""
    error_type: str = ""
    operation_name: str = ""
    provider_name: str = ""
    request_model: str = ""
    response_model: str = ""
    response_id: str = ""
    output_type: str = ""
    conversation_id: str = ""
    data_source_id: str = ""
    agent_id: str = ""
    agent_name: str = ""
    agent_version: str = ""
    agent_description: str = ""
    workflow_name: str = ""
    prompt_name: str = ""
    tool_name: str = ""
    tool_type: str = ""
    tool_call_id: str = ""
    input_messages: str = ""
    """JSON, as a text."""
    output_messages: str = ""
    """JSON, as a text."""
    system_instructions: str = ""
    """JSON, as a text."""
    tool_definitions: str = ""
    """JSON, as a text."""
    tool_call_arguments: str = ""
    """JSON, as a text."""
    tool_call_result: str = ""
    """JSON, as a text."""
    request_choice_count: int = 0
    request_max_tokens: int = 0
    request_temperature: float | None = None
    request_top_p: float | None = None
    request_top_k: float | None = None
    request_presence_penalty: float | None = None
    request_frequency_penalty: float | None = None
    request_seed: int = 0
    request_stop_sequences: list[str] = field(default_factory=list[str])
    request_encoding_formats: list[str] = field(default_factory=list[str])
    response_finish_reasons: list[str] = field(default_factory=list[str])
    usage_input_tokens: int = 0
    usage_output_tokens: int = 0
    usage_cache_read_input_tokens: int = 0
    usage_cache_creation_input_tokens: int = 0
    resource_attributes: dict[str, str] = field(default_factory=dict[str, str])
    span_attributes: dict[str, str] = field(default_factory=dict[str, str])
    scope_name: str = ""
    scope_version: str = ""
    service_account_id: str = ""


class FeedResultGetSpan(Model, kw_only=True):
    """A page of spans."""

    results: list[GetSpan] = field(default_factory=list[GetSpan])
    next: str | None = None
    cursor: str | None = None


class GetSpans(Model, kw_only=True):
    """A page of spans."""

    spans: FeedResultGetSpan = field(default_factory=FeedResultGetSpan)


class GetSpanFields(Model, kw_only=True):
    """All fields of spans."""

    field_definitions: list[OtelFieldDefinition] = field(default_factory=list[OtelFieldDefinition])


class GetSpanFieldOptions(Model, kw_only=True):
    """The values of a field."""

    options: list[str] | None = None


class SpansRequest(TypedDict, total=False):
    """Everything that `spans.search_spans` takes beside the window and the page."""

    search_expression: str | None


class GetSpanEvaluation(Model, kw_only=True):
    """A score of a span."""

    customer_id: str = ""
    organization_id: str = ""
    workspace_id: str = ""
    user_id: str = ""
    trace_id: str = ""
    span_id: str = ""
    response_id: str = ""
    conversation_id: str = ""
    timestamp: str = ""
    timestamp_datetime: ClassVar[Moment] = Moment("timestamp")
    evaluation_name: str = ""
    score_value: float = 0.0
    score_label: str = ""
    explanation: str = ""
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    service_account_id: str = ""


class FeedResultGetSpanEvaluation(Model, kw_only=True):
    """A page of scores."""

    results: list[GetSpanEvaluation] = field(default_factory=list[GetSpanEvaluation])
    next: str | None = None
    cursor: str | None = None


class GetSpanEvaluations(Model, kw_only=True):
    """A page of scores."""

    span_evaluations: FeedResultGetSpanEvaluation = field(default_factory=FeedResultGetSpanEvaluation)


class GetSpanEvaluationFields(Model, kw_only=True):
    """All fields of scores."""

    field_definitions: list[OtelFieldDefinition] = field(default_factory=list[OtelFieldDefinition])


class GetSpanEvaluationFieldOptions(Model, kw_only=True):
    """The values of a field."""

    options: list[str] | None = None


class SpanEvaluationsRequest(TypedDict, total=False):
    """Everything that the searches for scores take beside the window and the page."""

    search_expression: str | None


class PipelineResultsRequest(TypedDict, total=False):
    """Everything that `spans.search_pipeline_results` takes beside the window and the page."""

    pipeline_config_slugs: Required[Sequence[str]]
    search_expression: str | None


class PipelineResult(Model, kw_only=True):
    """A span, and what the judges of pipelines say of it. Keys are the slugs of pipeline configurations."""

    trace_id: str = ""
    span_id: str = ""
    span_name: str = ""
    duration_ns: int = 0
    """Nanoseconds."""
    evaluated_at: str = ""
    evaluated_at_datetime: ClassVar[Moment] = Moment("evaluated_at")
    judge_scores: dict[str, float] = field(default_factory=dict[str, float])
    judge_labels: dict[str, str] = field(default_factory=dict[str, str])
    judge_explanations: dict[str, str] = field(default_factory=dict[str, str])


class FeedResultGetPipelineResult(Model, kw_only=True):
    """A page of results."""

    results: list[PipelineResult] = field(default_factory=list[PipelineResult])
    next: str | None = None
    cursor: str | None = None


class GetPipelineResults(Model, kw_only=True):
    """A page of results."""

    pipeline_results: FeedResultGetPipelineResult = field(default_factory=FeedResultGetPipelineResult)
