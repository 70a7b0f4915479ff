"""Evaluations, and pipelines that evaluate spans as they arrive."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.request import Call, Pages, delete, get, post, put
from mistral_async.models.observability.evaluations import (
    EvaluationsV2,
    EvaluationV2,
    LlmJudgeReference,
    Pipeline,
    PipelineConfigSelector,
    PipelineListOptions,
    PipelinesResponse,
    UpdatePipelineRequest,
)
from mistral_async.models.observability.searches import ObservabilityPageOptions
from mistral_async.resources.observability._lists import by_number
from mistral_async.resources.observability.evaluation_projects import EvaluationProjects
from mistral_async.resources.observability.evaluation_records import EvaluationRecords
from mistral_async.resources.observability.evaluation_runs import EvaluationRuns
from mistral_async.resources.observability.optimizations import Optimizations

_PIPELINES = "/v1/observability/pipelines"
_PIPELINE = "/v1/observability/pipelines/{}"


class Evaluations(Resource[M]):
    """Evaluations, and pipelines that evaluate spans as they arrive."""

    @functools.cached_property
    def projects(self) -> EvaluationProjects[M]:
        """Projects that evaluations belong to."""
        return EvaluationProjects(self._executor)

    @functools.cached_property
    def runs(self) -> EvaluationRuns[M]:
        """Runs of evaluations."""
        return EvaluationRuns(self._executor)

    @functools.cached_property
    def records(self) -> EvaluationRecords[M]:
        """Records of runs."""
        return EvaluationRecords(self._executor)

    @functools.cached_property
    def optimizations(self) -> Optimizations[M]:
        """Trials that look for a better system."""
        return Optimizations(self._executor)

    @endpoint
    def get(self, evaluation_slug: str) -> Call[EvaluationV2]:
        """Get an evaluation."""
        return get("/v1/observability/evaluations_v2/{}", evaluation_slug, returns=EvaluationV2)

    @endpoint
    def list_pipelines(self, **options: Unpack[PipelineListOptions]) -> Pages[Pipeline, PipelinesResponse]:
        """List pipelines."""
        return by_number("pipelines", _PIPELINES, query=options, returns=PipelinesResponse)

    @endpoint
    def create_pipeline(
        self,
        *,
        name: str,
        selectors: Sequence[PipelineConfigSelector | JSONMapping],
        definitions: Sequence[LlmJudgeReference | JSONMapping],
        description: str | None = None,
        enabled: bool | None = None,
    ) -> Call[Pipeline]:
        """Create a pipeline: `definitions` name its judges. It is enabled where nothing else is said."""
        json = {"name": name, "selectors": selectors, "definitions": definitions, "description": description}
        return post(_PIPELINES, json={**json, "enabled": enabled}, returns=Pipeline)

    @endpoint
    def delete_pipeline(self, pipeline_id: str) -> Call[None]:
        """Delete a pipeline."""
        return delete(_PIPELINE, pipeline_id)

    @endpoint
    def get_pipeline(self, pipeline_id: str) -> Call[Pipeline]:
        """Get a pipeline."""
        return get(_PIPELINE, pipeline_id, returns=Pipeline)

    @endpoint
    def update_pipeline(self, pipeline_id: str, **changes: Unpack[UpdatePipelineRequest]) -> Call[Pipeline]:
        """Change a pipeline. None removes the description."""
        return put(_PIPELINE, pipeline_id, json=changes, nulls={"description"}, returns=Pipeline)

    @endpoint
    def list(
        self, project_slug: str, **options: Unpack[ObservabilityPageOptions]
    ) -> Pages[EvaluationV2, EvaluationsV2]:
        """List the evaluations of a project."""
        route = "/v1/observability/projects/{}/evaluations_v2"
        return by_number("evaluations", route, project_slug, query=options, returns=EvaluationsV2)
