"""The two kinds of lists of observability: by number, or by a cursor in the query. Their items stand under a key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mistral_async._engine.paging import PageLink, PageToken
from mistral_async._engine.request import Call, Pages, RetrySafety, pages, post
from mistral_async.models.observability.telemetry import Aggregation, TelemetryWindow


def by_number(
    key: str, route: str, *ids: str, returns: Any, query: Mapping[str, Any], json: Mapping[str, Any] | None = None
) -> Pages[Any, Any]:
    """Describe a list by number; with a body it is a search."""
    method = "GET" if json is None else "POST"
    by = PageLink(f"{key}.next")
    return pages(route, *ids, query=query, json=json, returns=returns, by=by, items=f"{key}.results", method=method)


def by_cursor(
    key: str, route: str, *ids: str, returns: Any, query: Mapping[str, Any], json: Mapping[str, Any] | None = None
) -> Pages[Any, Any]:
    """Describe a list by cursor; with a body it is a search."""
    method = "GET" if json is None else "POST"
    by = PageToken("cursor", f"{key}.cursor")
    return pages(
        route, *ids, query=window(query), json=json, returns=returns, by=by, items=f"{key}.results", method=method
    )


def window(query: Mapping[str, Any]) -> dict[str, Any]:
    """Return a query by the names of the wire: `from_` is `from`."""
    return {name.rstrip("_"): value for name, value in query.items()}


def aggregated(route: str, options: Mapping[str, Any]) -> Call[Any]:
    """Describe the computing of numbers: the window of time is in the query, all else in the body."""
    times = {name: value for name, value in options.items() if name in TelemetryWindow.__annotations__}
    json = {name: value for name, value in options.items() if name not in times}
    return post(route, query=window(times), json=json, returns=Aggregation, safety=RetrySafety.SAFE)
