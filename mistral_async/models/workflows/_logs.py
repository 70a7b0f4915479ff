"""Logs, of deployments and of executions alike."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from msgspec import field
from typing_extensions import TypedDict

from mistral_async.models._model import Model, Moment
from mistral_async.models.documents import SortOrder


class LogListOptions(TypedDict, total=False):
    """Which lines of the log are listed."""

    after: datetime | str | None
    """Lines at this time or later."""
    before: datetime | str | None
    """Lines before this time."""
    order: SortOrder | str | None
    """`asc` (oldest first) where not set. Further pages keep the order of the first."""
    cursor: str | None
    """The page to go on with: the `next_cursor` of the one before."""
    limit: int | None
    """Lines a page, 1 to 100; 50 where not set."""


class LogRecord(Model, kw_only=True):
    """A line of a log."""

    timestamp: str = ""
    timestamp_datetime: ClassVar[Moment] = Moment("timestamp")
    trace_id: str = ""
    span_id: str = ""
    severity_text: str = ""
    body: str = ""
    log_attributes: dict[str, str] = field(default_factory=dict[str, str])


class LogStreamOptions(TypedDict, total=False):
    """Which lines of the log are streamed."""

    after: datetime | str | None
    """The time at which a new stream begins; without it, that of the deployment or execution."""
    last_event_id: str | None
    """The place to go on from: the `last_event_id` of a stream before. It goes before `after`."""
