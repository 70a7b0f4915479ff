"""Spans: the steps of traces, and evaluations of them."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.request import Call, Pages, get
from mistral_async.models.observability.spans import (
    GetPipelineResults,
    GetSpan,
    GetSpanEvaluation,
    GetSpanEvaluationFieldOptions,
    GetSpanEvaluationFields,
    GetSpanEvaluations,
    GetSpanFieldOptions,
    GetSpanFields,
    GetSpans,
    PipelineResult,
)
from mistral_async.models.observability.telemetry import (
    Aggregation,
    AggregationOptions,
    MetricDefinition,
    TelemetrySearchOptions,
    TelemetryWindow,
)
from mistral_async.resources.observability._lists import aggregated, by_cursor, window

_ALL = "/v1/observability/spans"
_EVALUATIONS = "/v1/observability/spans/evaluations"


class Spans(Resource[M]):
    """Spans: the steps of traces, and evaluations of them."""

    @endpoint
    def search_pipeline_results(
        self,
        *,
        pipeline_config_slugs: Sequence[str],
        search_expression: str | None = None,
        **options: Unpack[TelemetrySearchOptions],
    ) -> Pages[PipelineResult, GetPipelineResults]:
        """Search what judges of pipelines said of spans."""
        json = {"pipeline_config_slugs": pipeline_config_slugs, "search_expression": search_expression}
        route = "/v1/observability/pipeline-results/search"
        return by_cursor("pipeline_results", route, query=options, json=json, returns=GetPipelineResults)

    @endpoint
    def aggregate(
        self, *, metric: MetricDefinition | JSONMapping, **options: Unpack[AggregationOptions]
    ) -> Call[Aggregation]:
        """Compute a number of many spans, by fields and by time."""
        return aggregated(f"{_ALL}/aggregate", {"metric": metric, **options})

    @endpoint
    def aggregate_span_evaluations(
        self, *, metric: MetricDefinition | JSONMapping, **options: Unpack[AggregationOptions]
    ) -> Call[Aggregation]:
        """Compute a number of many scores of spans, by fields and by time."""
        return aggregated(f"{_EVALUATIONS}/aggregate", {"metric": metric, **options})

    @endpoint
    def list_span_eval_fields(self) -> Call[GetSpanEvaluationFields]:
        """List the fields that scores are searched by."""
        return get(f"{_EVALUATIONS}/fields", returns=GetSpanEvaluationFields)

    @endpoint
    def fetch_span_eval_field_options(
        self, field_name: str, **options: Unpack[TelemetryWindow]
    ) -> Call[GetSpanEvaluationFieldOptions]:
        """Get the values of a field of scores."""
        query, returns = window(options), GetSpanEvaluationFieldOptions
        return get(f"{_EVALUATIONS}/fields/{{}}/options", field_name, query=query, returns=returns)

    @endpoint
    def search_span_evaluations(
        self, *, search_expression: str | None = None, **options: Unpack[TelemetrySearchOptions]
    ) -> Pages[GetSpanEvaluation, GetSpanEvaluations]:
        """Search the scores of spans."""
        route, json = f"{_EVALUATIONS}/search", {"search_expression": search_expression}
        return by_cursor("span_evaluations", route, query=options, json=json, returns=GetSpanEvaluations)

    @endpoint
    def search_latest_span_evaluations(
        self, *, search_expression: str | None = None, **options: Unpack[TelemetrySearchOptions]
    ) -> Pages[GetSpanEvaluation, GetSpanEvaluations]:
        """Search the scores of spans: of each evaluation of a span the latest."""
        route, json = f"{_EVALUATIONS}/search/latest", {"search_expression": search_expression}
        return by_cursor("span_evaluations", route, query=options, json=json, returns=GetSpanEvaluations)

    @endpoint
    def list_span_fields(self) -> Call[GetSpanFields]:
        """List the fields that spans are searched by."""
        return get(f"{_ALL}/fields", returns=GetSpanFields)

    @endpoint
    def fetch_span_field_options(
        self, field_name: str, **options: Unpack[TelemetryWindow]
    ) -> Call[GetSpanFieldOptions]:
        """Get the values of a field of spans."""
        return get(f"{_ALL}/fields/{{}}/options", field_name, query=window(options), returns=GetSpanFieldOptions)

    @endpoint
    def search_spans(
        self, *, search_expression: str | None = None, **options: Unpack[TelemetrySearchOptions]
    ) -> Pages[GetSpan, GetSpans]:
        """Search spans, the newest first."""
        json = {"search_expression": search_expression}
        return by_cursor("spans", f"{_ALL}/search", query=options, json=json, returns=GetSpans)
