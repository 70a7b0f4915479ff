"""Logs."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import Call, Pages, get
from mistral_async.models.observability.logs import GetLog, GetLogFieldOptions, GetLogFields, GetLogs
from mistral_async.models.observability.telemetry import TelemetryOrder, TelemetrySearchOptions, TelemetryWindow
from mistral_async.resources.observability._lists import by_cursor, window

_FIELDS = "/v1/observability/logs/fields"


class Logs(Resource[M]):
    """Logs."""

    @endpoint
    def list(self) -> Call[GetLogFields]:
        """List the fields that logs are searched by."""
        return get(_FIELDS, returns=GetLogFields)

    @endpoint
    def fetch_options(self, field_name: str, **options: Unpack[TelemetryWindow]) -> Call[GetLogFieldOptions]:
        """Get the values of a field."""
        return get(f"{_FIELDS}/{{}}/options", field_name, query=window(options), returns=GetLogFieldOptions)

    @endpoint
    def search(
        self,
        *,
        search_expression: str | None = None,
        order: TelemetryOrder | str | None = None,
        **options: Unpack[TelemetrySearchOptions],
    ) -> Pages[GetLog, GetLogs]:
        """Search logs: from the newest, where `order` is not `asc`."""
        json = {"search_expression": search_expression, "order": order}
        return by_cursor("logs", "/v1/observability/logs/search", query=options, json=json, returns=GetLogs)
