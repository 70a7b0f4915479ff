"""What traces, spans and logs share: windows of time, fields, and aggregations. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping, JSONObject
from mistral_async.models._model import Model, Moment


class TelemetryWindow(TypedDict, total=False):
    """A window of time; the server chooses one where it is not set."""

    from_: datetime | str | None
    """The first moment, ISO 8601 where it is a text. Sent as `from`."""
    to: datetime | str | None
    """The last moment."""


class TelemetrySearchOptions(TelemetryWindow, total=False):
    """The window of time, and the size of pages."""

    page_size: int | None
    """At most 100. 50 where not set."""
    cursor: str | None
    """The page to go on with: the `cursor` of the one before. All pages are read where it is not set."""


TelemetryFieldOperator: TypeAlias = Literal[
    "eq",
    "neq",
    "lt",
    "lte",
    "gt",
    "gte",
    "like",
    "ilike",
    "not_like",
    "not_ilike",
    "between",
    "not_between",
    "in",
    "not_in",
    "exists",
    "not_exists",
    "regexp",
    "not_regexp",
    "contains",
    "not_contains",
    "has",
    "hasAny",
    "hasAll",
    "hasToken",
]
"""The operators of search expressions."""

TelemetryAggregation: TypeAlias = Literal[
    "count", "count_distinct", "sum", "avg", "min", "max", "p50", "p90", "p95", "p99"
]
"""The ways in which many values become one."""

TelemetryOrder: TypeAlias = Literal["asc", "desc"]
"""From the oldest, or from the newest."""

TelemetryGranularity: TypeAlias = Literal["auto", "second", "minute", "hour", "day", "week", "month"]
"""The lengths of the spans of time that values are put together by."""


class OtelFieldDefinition(Model, kw_only=True):
    """A field of traces, spans, evaluations or logs."""

    name: str = ""
    label: str = ""
    type: str = ""
    """One of `ObservabilityFieldType`, or a newer one."""
    supported_operators: list[str] = field(default_factory=list[str])
    """Each one of `TelemetryFieldOperator`, or a newer one."""
    supported_aggregations: list[str] = field(default_factory=list[str])
    """Each one of `TelemetryAggregation`, or a newer one."""
    group: str | None = None
    source_attribute_key: str | None = None
    """The name of the attribute that it is read from."""


class MetricDefinition(Model, kw_only=True, gc=False):
    """A number to compute: an aggregation of a field."""

    measure: str
    """The name of the field."""
    aggregation: str
    """One of `TelemetryAggregation`, or a newer one."""


class TimeDimension(Model, kw_only=True, gc=False):
    """Spans of time that values are put together by."""

    granularity: str = ""
    """One of `TelemetryGranularity`, or a newer one."""


class OrderByClause(Model, kw_only=True, gc=False):
    """A field that rows are sorted by."""

    field: str
    """The name of a dimension or of the metric."""
    direction: str = ""
    """`asc`, `desc`, or a newer one."""


class AggregationOptions(TelemetryWindow, total=False):
    """The rows that are put together, and their order. None is not sent."""

    dimensions: Sequence[str] | None
    """The names of fields: rows of equal values are put together."""
    time_dimension: TimeDimension | JSONMapping | None
    """The steps of time to sum up over."""
    search_expression: str | None
    """Only what this expression finds."""
    order_by: Sequence[OrderByClause | JSONMapping] | None
    """The order of the rows."""
    limit: int | None
    """The most rows. 1000 where not set, at most 10,000."""


class AggregationRequest(AggregationOptions):
    """Everything that `aggregate` takes: `aggregate(**request)`."""

    metric: Required[MetricDefinition | JSONMapping]


class AggregationRow(Model, kw_only=True):
    """A number, of the rows of equal dimensions in a span of time."""

    metric_name: str = ""
    time_bucket: str | None = None
    """The beginning of the span of time; None where time is no dimension."""
    time_bucket_datetime: ClassVar[Moment] = Moment("time_bucket")
    dimensions: JSONObject = field(default_factory=JSONObject)
    """The values of the fields."""
    metric_value: float | int | None = None


class AggregationMeta(Model, kw_only=True, gc=False):
    """The window of time of an aggregation."""

    from_timestamp: str = ""
    from_timestamp_datetime: ClassVar[Moment] = Moment("from_timestamp")
    to_timestamp: str = ""
    to_timestamp_datetime: ClassVar[Moment] = Moment("to_timestamp")
    granularity_seconds: int | None = None


class Aggregation(Model, kw_only=True):
    """Numbers that are computed of many rows."""

    data: list[AggregationRow] = field(default_factory=list[AggregationRow])
    meta: AggregationMeta = field(default_factory=AggregationMeta)
