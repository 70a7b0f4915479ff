"""Traces: requests, with all that was done for them."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.request import Call, Pages, get
from mistral_async.models.observability.spans import GetSpan, GetSpans
from mistral_async.models.observability.telemetry import (
    Aggregation,
    AggregationOptions,
    MetricDefinition,
    TelemetrySearchOptions,
    TelemetryWindow,
)
from mistral_async.models.observability.traces import GetTrace, GetTraceFieldOptions, GetTraceFields, GetTraces
from mistral_async.resources.observability._lists import aggregated, by_cursor, window

_ALL = "/v1/observability/traces"
_ONE = "/v1/observability/traces/{}"


class Traces(Resource[M]):
    """Traces: requests, with all that was done for them."""

    @endpoint
    def aggregate(
        self, *, metric: MetricDefinition | JSONMapping, **options: Unpack[AggregationOptions]
    ) -> Call[Aggregation]:
        """Compute a number of many traces, by fields and by time."""
        return aggregated(f"{_ALL}/aggregate", {"metric": metric, **options})

    @endpoint
    def get_trace_fields(self) -> Call[GetTraceFields]:
        """List the fields that traces are searched by."""
        return get(f"{_ALL}/fields", returns=GetTraceFields)

    @endpoint
    def fetch_options(self, field_name: str, **options: Unpack[TelemetryWindow]) -> Call[GetTraceFieldOptions]:
        """Get the values of a field."""
        return get(f"{_ALL}/fields/{{}}/options", field_name, query=window(options), returns=GetTraceFieldOptions)

    @endpoint
    def search(
        self, *, search_expression: str | None = None, **options: Unpack[TelemetrySearchOptions]
    ) -> Pages[GetTrace, GetTraces]:
        """Search traces, the newest first."""
        json = {"search_expression": search_expression}
        return by_cursor("traces", f"{_ALL}/search", query=options, json=json, returns=GetTraces)

    @endpoint
    def get_trace_by_id(self, trace_id: str) -> Call[GetTrace]:
        """Get a trace: 32 hexadecimal digits are its id."""
        return get(_ONE, trace_id, returns=GetTrace)

    @endpoint
    def get_trace_spans(self, trace_id: str, **options: Unpack[TelemetrySearchOptions]) -> Pages[GetSpan, GetSpans]:
        """List the spans of a trace."""
        return by_cursor("spans", f"{_ONE}/spans", trace_id, query=options, returns=GetSpans)

    @endpoint
    def get_span_by_id(self, trace_id: str, span_id: str, **options: Unpack[TelemetryWindow]) -> Call[GetSpan]:
        """Get a span of a trace: 16 hexadecimal digits are its id."""
        return get(f"{_ONE}/spans/{{}}", trace_id, span_id, query=window(options), returns=GetSpan)
