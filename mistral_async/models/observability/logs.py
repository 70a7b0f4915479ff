"""Logs. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import ClassVar

from msgspec import field
from typing_extensions import TypedDict

from mistral_async.models._model import Model, Moment
from mistral_async.models.observability.telemetry import OtelFieldDefinition, TelemetryOrder


class GetLogFields(Model, kw_only=True):
    """All fields of logs."""

    field_definitions: list[OtelFieldDefinition] = field(default_factory=list[OtelFieldDefinition])


class GetLogFieldOptions(Model, kw_only=True):
    """The values of a field."""

    options: list[str] | None = None


class LogsRequest(TypedDict, total=False):
    """Everything that `logs.search` takes beside the window and the page."""

    search_expression: str | None
    order: TelemetryOrder | str | None
    """`desc` where not set."""


class GetLog(Model, kw_only=True):
    """A line of a log."""

    customer_id: str = ""
    organization_id: str = ""
    workspace_id: str = ""
    user_id: str = ""
    timestamp: str = ""
    timestamp_datetime: ClassVar[Moment] = Moment("timestamp")
    trace_id: str = ""
    span_id: str = ""
    trace_flags: int = 0
    severity_text: str = ""
    severity_number: int = 0
    """1 (trace) to 24 (fatal)."""
    service_name: str = ""
    body: str = ""
    event_name: str = ""
    resource_schema_url: str = ""
    resource_attributes: dict[str, str] = field(default_factory=dict[str, str])
    scope_schema_url: str = ""
    scope_name: str = ""
    scope_version: str = ""
    scope_attributes: dict[str, str] = field(default_factory=dict[str, str])
    log_attributes: dict[str, str] = field(default_factory=dict[str, str])
    service_account_id: str = ""


class FeedResultGetLog(Model, kw_only=True):
    """A page of a log."""

    results: list[GetLog] = field(default_factory=list[GetLog])
    next: str | None = None
    cursor: str | None = None


class GetLogs(Model, kw_only=True):
    """A page of a log."""

    logs: FeedResultGetLog = field(default_factory=FeedResultGetLog)
