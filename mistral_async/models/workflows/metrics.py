"""Figures of a workflow."""

from __future__ import annotations

from msgspec import field

from mistral_async.models._model import Model


class ScalarMetric(Model, kw_only=True, gc=False):
    """A figure."""

    value: int | float | None = None


class TimeSeriesMetric(Model, kw_only=True):
    """A figure over time."""

    value: list[list[int | float]] = field(default_factory=list[list[int | float]])
    """Pairs of a timestamp and a value."""


class WorkflowMetrics(Model, kw_only=True):
    """The figures of a workflow."""

    execution_count: ScalarMetric = field(default_factory=ScalarMetric)
    success_count: ScalarMetric = field(default_factory=ScalarMetric)
    error_count: ScalarMetric = field(default_factory=ScalarMetric)
    average_latency_ms: ScalarMetric = field(default_factory=ScalarMetric)
    latency_over_time: TimeSeriesMetric = field(default_factory=TimeSeriesMetric)
    """In milliseconds."""
    retry_rate: ScalarMetric = field(default_factory=ScalarMetric)
