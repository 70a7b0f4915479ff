"""Projects that evaluations belong to. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import ClassVar

from msgspec import field

from mistral_async.models._model import Model, Moment


class ProjectEvaluationSummary(Model, kw_only=True, gc=False):
    """An evaluation of a project."""

    id: str = ""
    name: str = ""
    slug: str = ""


class Project(Model, kw_only=True):
    """A project."""

    id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    deleted_at: str | None = None
    deleted_at_datetime: ClassVar[Moment] = Moment("deleted_at")
    workspace_id: str = ""
    creator_id: str = ""
    name: str = ""
    slug: str = ""
    description: str | None = None
    is_favorite: bool = False
    evaluations: list[ProjectEvaluationSummary] = field(default_factory=list[ProjectEvaluationSummary])


class PaginatedResultProject(Model, kw_only=True):
    """A page of projects."""

    count: int = 0
    results: list[Project] = field(default_factory=list[Project])
    next: str | None = None
    previous: str | None = None


class Projects(Model, kw_only=True):
    """A page of projects."""

    projects: PaginatedResultProject = field(default_factory=PaginatedResultProject)
