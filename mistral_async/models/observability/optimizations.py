"""Optimizations: trials that look for a better system. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from msgspec import field

from mistral_async._codec.json_types import JSONObject
from mistral_async.models._model import Model, Moment
from mistral_async.models.observability.evaluation_runs import EvaluationRunV2Response
from mistral_async.models.observability.searches import ObservabilityPageOptions


class OptimizationListOptions(ObservabilityPageOptions, total=False):
    """Which optimizations are listed."""

    project: str | None
    """The slug of a project."""
    evaluation: str | None
    """The slug of an evaluation."""
    status: str | None
    """Only optimizations in this state."""
    algorithm: str | None
    """Only optimizations by this algorithm."""
    tags: Sequence[str] | None
    """Only optimizations with these tags."""


class Optimization(Model, kw_only=True):
    """An optimization."""

    id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    deleted_at: str | None = None
    deleted_at_datetime: ClassVar[Moment] = Moment("deleted_at")
    creator_id: str = ""
    project_id: str = ""
    name: str = ""
    algorithm: str = ""
    status: str = ""
    source: str = ""
    evaluation_id: str | None = None
    description: str | None = None
    steer: str | None = None
    """Advice that it was given."""
    tags: list[str] = field(default_factory=list[str])
    workflow_execution_id: str | None = None
    """The execution that runs it."""
    workflow_run_id: str | None = None
    objective_spec: JSONObject | None = None
    """The numbers to make larger or smaller."""
    outcome: JSONObject | None = None


class PaginatedResultOptimization(Model, kw_only=True):
    """A page of optimizations."""

    count: int = 0
    results: list[Optimization] = field(default_factory=list[Optimization])
    next: str | None = None
    previous: str | None = None


class ListOptimizationsResponse(Model, kw_only=True):
    """A page of optimizations."""

    optimizations: PaginatedResultOptimization = field(default_factory=PaginatedResultOptimization)


class OptimizationReference(Model, kw_only=True, gc=False):
    """The evaluation or project of an optimization."""

    id: str = ""
    slug: str = ""
    name: str = ""


class OptimizationDetail(Optimization, kw_only=True):
    """An optimization, with what it belongs to."""

    evaluation: OptimizationReference | None = None
    project: OptimizationReference | None = None


class OptimizationTrialObservation(Model, kw_only=True):
    """A run of a trial."""

    run: EvaluationRunV2Response = field(default_factory=EvaluationRunV2Response)
    observation_type: str | None = None
    score: float | None = None
    metadata: JSONObject = field(default_factory=JSONObject)


class OptimizationTrialWithObservations(Model, kw_only=True):
    """A trial, and its runs."""

    id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    deleted_at: str | None = None
    deleted_at_datetime: ClassVar[Moment] = Moment("deleted_at")
    optimization_id: str = ""
    algorithm_trial_key: str = ""
    status: str = ""
    metadata_: JSONObject = field(default_factory=JSONObject)
    parent_trial_id: str | None = None
    """The trial that it goes on from."""
    hypothesis: str | None = None
    """The idea that it tries."""
    resolution: str | None = None
    observations: list[OptimizationTrialObservation] = field(default_factory=list[OptimizationTrialObservation])


class PaginatedResultOptimizationTrialWithObservations(Model, kw_only=True):
    """A page of trials."""

    count: int = 0
    results: list[OptimizationTrialWithObservations] = field(default_factory=list[OptimizationTrialWithObservations])
    next: str | None = None
    previous: str | None = None


class ListOptimizationTrialsResponse(Model, kw_only=True):
    """A page of trials."""

    trials: PaginatedResultOptimizationTrialWithObservations = field(
        default_factory=PaginatedResultOptimizationTrialWithObservations
    )
