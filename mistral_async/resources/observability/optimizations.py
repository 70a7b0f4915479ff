"""Optimizations: trials that look for a better system."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import Call, Pages, get
from mistral_async.models.observability.optimizations import (
    ListOptimizationsResponse,
    ListOptimizationTrialsResponse,
    Optimization,
    OptimizationDetail,
    OptimizationListOptions,
    OptimizationTrialWithObservations,
)
from mistral_async.models.observability.searches import ObservabilityPageOptions
from mistral_async.resources.observability._lists import by_number

_ALL = "/v1/observability/optimizations"
_ONE = "/v1/observability/optimizations/{}"


class Optimizations(Resource[M]):
    """Optimizations: trials that look for a better system."""

    @endpoint
    def list(self, **options: Unpack[OptimizationListOptions]) -> Pages[Optimization, ListOptimizationsResponse]:
        """List optimizations."""
        return by_number("optimizations", _ALL, query=options, returns=ListOptimizationsResponse)

    @endpoint
    def get(self, optimization_id: str) -> Call[OptimizationDetail]:
        """Get an optimization."""
        return get(_ONE, optimization_id, returns=OptimizationDetail)

    @endpoint
    def list_trials(
        self, optimization_id: str, **options: Unpack[ObservabilityPageOptions]
    ) -> Pages[OptimizationTrialWithObservations, ListOptimizationTrialsResponse]:
        """List the trials of an optimization."""
        route, returns = f"{_ONE}/trials", ListOptimizationTrialsResponse
        return by_number("trials", route, optimization_id, query=options, returns=returns)
