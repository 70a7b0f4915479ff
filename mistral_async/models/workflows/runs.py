"""Runs: the executions of workflows, as they are listed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async.models._model import Model
from mistral_async.models.documents import SortOrder
from mistral_async.models.workflows.workflows import WorkflowExecutionStatus, WorkflowExecutionWithoutResultResponse

RunSortBy: TypeAlias = Literal["start_time", "end_time"]


class ListRunsOptions(TypedDict, total=False):
    """Which runs are listed, and in which order."""

    workflow_identifier: str | None
    """The name or id of a workflow."""
    root_execution_id: str | None
    """An execution: it and all that it started."""
    search: str | None
    """A part of the workflow's name, display name or id."""
    status: WorkflowExecutionStatus | Sequence[WorkflowExecutionStatus | str] | str | None
    """Only runs in these states."""
    deployment_name: str | None
    """Only runs of this deployment."""
    sort_by: RunSortBy | str | None
    """The order of the list."""
    order: SortOrder | str | None
    """`desc` where not set."""
    start_time_after: datetime | str | None
    """Those that began at this time or later."""
    start_time_before: datetime | str | None
    """Those that began at this time or before."""
    end_time_after: datetime | str | None
    """Those that ended at this time or later."""
    end_time_before: datetime | str | None
    """Those that ended at this time or before."""
    user_id: str | None
    """Only runs of this user."""
    workflow_tags: Sequence[str] | None
    """At most 20; the workflow has all of them."""
    include_internal: bool | None
    """Runs of technical workflows, too; true where not set."""
    page_size: int | None
    """Runs a page, 1 to 1000; 50 where not set."""
    next_page_token: str | None
    """The page to go on with: the `next_page_token` of the one before."""
    search_key: Sequence[str] | None
    """At most 3 of the form `key:value`."""


class WorkflowExecutionListResponse(Model, kw_only=True):
    """A page of runs."""

    executions: list[WorkflowExecutionWithoutResultResponse] = field(
        default_factory=list[WorkflowExecutionWithoutResultResponse]
    )
    next_page_token: str | None = None
