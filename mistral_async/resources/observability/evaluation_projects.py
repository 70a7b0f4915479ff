"""Projects that evaluations belong to."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import Call, Pages, get
from mistral_async.models.observability.evaluation_projects import Project, Projects
from mistral_async.models.observability.searches import ObservabilityListOptions
from mistral_async.resources.observability._lists import by_number


class EvaluationProjects(Resource[M]):
    """Projects that evaluations belong to."""

    @endpoint
    def list(self, **options: Unpack[ObservabilityListOptions]) -> Pages[Project, Projects]:
        """List projects."""
        return by_number("projects", "/v1/observability/projects", query=options, returns=Projects)

    @endpoint
    def get(self, project_slug: str) -> Call[Project]:
        """Get a project."""
        return get("/v1/observability/projects/{}", project_slug, returns=Project)
