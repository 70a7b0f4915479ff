"""Runs of evaluations, their scores and statistics. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSON, JSONMapping, JSONObject
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Model, Moment

ScoreFilterOperator: TypeAlias = Literal["gt", "gte", "lt", "lte", "eq"]
"""The operators of conditions on scores."""

ParamFilterOperator: TypeAlias = Literal["eq", "contains", "gt", "gte", "lt", "lte"]
"""The operators of conditions on parameters and metadata."""


class RunOwnershipFilter(Model, kw_only=True):
    """Filters by who owns runs."""

    combinator: str = ""
    """`and`, `or`, or a newer one."""
    creator_ids: list[str] = field(default_factory=list[str])
    project_ids: list[str] = field(default_factory=list[str])
    starred_by_me: bool = False
    """True to find only runs that the user marked."""


class TagFilter(Model, kw_only=True):
    """A filter by tags."""

    combinator: str = ""
    """`and`, `or`, or a newer one."""
    values: list[str] = field(default_factory=list[str])


class ScoreFilter(Model, kw_only=True, gc=False):
    """A condition on a score."""

    evaluator_name: str
    metric: str
    """The name of a statistic, such as `avg`."""
    operator: str
    """One of `ScoreFilterOperator`, or a newer one."""
    value: float | str | None


class ScoreFilterGroup(Model, kw_only=True):
    """Conditions on scores."""

    combinator: str = ""
    """`and`, `or`, or a newer one."""
    filters: list[ScoreFilter] = field(default_factory=list[ScoreFilter])


class GoalStatusFilter(Model, kw_only=True):
    """A condition on goals."""

    values: list[str]
    """`passed`, `failed`, `not_evaluated`, or a newer one."""
    evaluator_name: str | None = None


class GoalStatusFilterGroup(Model, kw_only=True):
    """Conditions on goals."""

    combinator: str = ""
    """`and`, `or`, or a newer one."""
    filters: list[GoalStatusFilter] = field(default_factory=list[GoalStatusFilter])


class SystemNameFilter(Model, kw_only=True, gc=False):
    """A condition on the name of a system."""

    value: str
    operator: str = ""
    """`contains`, `equals`, or a newer one."""


class SystemNameFilterGroup(Model, kw_only=True):
    """Conditions on the name of a system."""

    combinator: str = ""
    """`and`, `or`, or a newer one."""
    filters: list[SystemNameFilter] = field(default_factory=list[SystemNameFilter])


class SystemParamFilter(Model, kw_only=True, gc=False):
    """A condition on a parameter of a system."""

    key: str
    operator: str
    """One of `ParamFilterOperator`, or a newer one."""
    value: float | str | bool | None


class SystemParamFilterGroup(Model, kw_only=True):
    """Conditions on the parameters of a system."""

    combinator: str = ""
    """`and`, `or`, or a newer one."""
    filters: list[SystemParamFilter] = field(default_factory=list[SystemParamFilter])


class SystemFilter(Model, kw_only=True):
    """Filters by the system that was evaluated."""

    name: SystemNameFilterGroup | None = None
    params: SystemParamFilterGroup | None = None


class MetadataFilter(SystemParamFilter, kw_only=True, gc=False):
    """A condition on a run's metadata."""


class MetadataFilterGroup(Model, kw_only=True):
    """Conditions on the metadata of runs."""

    combinator: str = ""
    """`and`, `or`, or a newer one."""
    filters: list[MetadataFilter] = field(default_factory=list[MetadataFilter])


class EvaluationRunFilterInput(TypedDict, total=False):
    """Which runs are found: those that pass all the filters given. None is not sent."""

    run_ids: Sequence[str] | None
    """Only these runs."""
    evaluation_ids: Sequence[str] | None
    """Only runs of these evaluations."""
    creator_ids: Sequence[str] | None
    """Only runs of these people."""
    project_ids: Sequence[str] | None
    """Only runs of these projects."""
    ownership: RunOwnershipFilter | JSONMapping | None
    """Only runs of yours, or of others."""
    tags: TagFilter | JSONMapping | None
    """Only runs with these tags."""
    score_filters: ScoreFilterGroup | JSONMapping | None
    """Conditions on the scores."""
    goal_filters: GoalStatusFilterGroup | JSONMapping | None
    """Conditions on the goals."""
    system: SystemFilter | JSONMapping | None
    """Conditions on the system that was evaluated."""
    metadata: MetadataFilterGroup | JSONMapping | None
    """Conditions on the metadata."""


class GoalSpec(Model, kw_only=True):
    """A goal for a statistic."""

    operator: str | None = None
    value: JSON | None = None
    min: float | None = None
    max: float | None = None
    values: list[JSON] | None = None
    metric: str | None = None


StatisticKind: TypeAlias = Literal[
    "avg", "sum", "min", "max", "std", "count", "percentile", "precision", "recall", "f1"
]
"""The statistics of an evaluator."""


class StatisticSpec(Model, kw_only=True):
    """A statistic of an evaluator's scores. The fields below `goal` are those of some kinds alone."""

    kind: str = ""
    """One of `StatisticKind`, or a newer one."""
    goal: GoalSpec | None = None
    percentile: float | int | None = None
    """0 to 100, for `percentile`."""
    positive_label: str | None = None
    """The label that counts, for `precision`, `recall` and `f1`."""
    average: str | None = None
    """`macro`, `micro`, `weighted`, or a newer one: where several labels count."""
    expected_key: str = "expected"
    """The key of a record at which the right label stands."""
    labels: list[str] | None = None


class EvaluatorV2(Model, kw_only=True):
    """An evaluator: what gives scores."""

    id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    deleted_at: str | None = None
    deleted_at_datetime: ClassVar[Moment] = Moment("deleted_at")
    name: str = ""
    description: str | None = None
    tags: list[str] = field(default_factory=list[str])
    num_scores: int = 0
    """Scores for each output."""
    goal: GoalSpec | None = None
    """The goal for each record."""
    aggregate_goal: GoalSpec | None = None
    """The goal for a run."""
    statistics: list[StatisticSpec] | None = None
    weight: float = 1.0
    """The weight among all evaluators."""
    direction: str | None = None
    """`maximize`, `minimize`, or a newer one."""
    min_value: float | None = None
    max_value: float | None = None


class SystemV2(Model, kw_only=True):
    """A system that is evaluated."""

    id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    deleted_at: str | None = None
    deleted_at_datetime: ClassVar[Moment] = Moment("deleted_at")
    name: str = ""
    params: dict[str, str | int | float | bool] = field(default_factory=dict[str, str | int | float | bool])
    """Its parameters, such as the model."""
    kind: str = "custom"
    spec: JSONObject | None = None


class UnsupportedStatistics(Model, kw_only=True, gc=False):
    """The number of scores of which there are no statistics."""

    count: int = 0
    type: Literal["unsupported"] = constant("unsupported")


class ScalarStatisticValue(Model, kw_only=True, gc=False):
    """A statistic that is a number."""

    id: str = ""
    type: Literal["scalar"] = constant("scalar")
    value: float | None = None


class ConfusionMatrix(Model, kw_only=True):
    """The numbers of records by right and given label."""

    labels: list[str] = field(default_factory=list[str])
    matrix: list[list[int]] = field(default_factory=list[list[int]])
    """Rows are the right labels, columns those given, both in the order of `labels`."""


class CategoricalStatistics(Model, kw_only=True):
    """Statistics of labels."""

    frequencies: dict[str, int] = field(default_factory=dict[str, int])
    """The numbers of scores by label."""
    mode: list[str] = field(default_factory=list[str])
    """The most frequent labels."""
    count: int = 0
    type: Literal["categorical"] = constant("categorical")
    values: list[ScalarStatisticValue] | None = None
    excluded_count: int = 0
    """Scores that were left out."""
    confusion_matrix: ConfusionMatrix | None = None


class NumericStatistics(Model, kw_only=True):
    """Statistics of numbers."""

    type: Literal["numeric"] = constant("numeric")
    values: list[ScalarStatisticValue] | None = None
    sample_count: int = 0
    avg: float | None = None
    min: float | None = None
    max: float | None = None
    std: float | None = None
    """The standard deviation."""
    count: int = 0


EvaluatorStatistics: TypeAlias = OpenUnion[UnsupportedStatistics | CategoricalStatistics | NumericStatistics]
"""Told apart by `type`."""


class GoalResultItem(Model, kw_only=True, gc=False):
    """The outcome of a goal."""

    metric: str = ""
    operator: str = ""
    actual: float = 0.0
    passed: bool = False
    target: float | None = None
    target_min: float | None = None
    target_max: float | None = None
    direction: str | None = None
    """`higher_is_better`, `lower_is_better`, or a newer one."""


class GoalResult(Model, kw_only=True):
    """The outcome of the goals of an evaluator."""

    passed: bool | None = None
    """None where there is no goal."""
    results: list[GoalResultItem] = field(default_factory=list[GoalResultItem])


class EvaluationRunScoreV2(Model, kw_only=True):
    """A score."""

    id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    deleted_at: str | None = None
    deleted_at_datetime: ClassVar[Moment] = Moment("deleted_at")
    value: JSON | None = None
    """A number, a label or a boolean."""
    metadata_: JSONObject = field(default_factory=JSONObject)
    status: str = ""
    rationale: str | None = None
    """The reasons."""
    error: str | None = None


class RunOptimizationRef(Model, kw_only=True, gc=False):
    """The optimization of a run."""

    optimization_id: str = ""
    name: str = ""


class RunEvaluationSummary(Model, kw_only=True, gc=False):
    """The evaluation of a run."""

    id: str = ""
    name: str = ""
    slug: str = ""


class RunProjectSummary(RunEvaluationSummary, kw_only=True, gc=False):
    """The project of a run."""


class EvaluationRunV2Response(Model, kw_only=True):
    """A run of an evaluation."""

    id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    deleted_at: str | None = None
    deleted_at_datetime: ClassVar[Moment] = Moment("deleted_at")
    creator_id: str = ""
    evaluation_id: str = ""
    name: str = ""
    description: str | None = None
    tags: list[str] = field(default_factory=list[str])
    metadata_: JSONObject = field(default_factory=JSONObject)
    num_generations: int = 0
    """Outputs for each record."""
    evaluators: list[EvaluatorV2] = field(default_factory=list[EvaluatorV2])
    run_info: JSONObject | None = None
    status: str = "completed"
    dataset_id: str | None = None
    run_evaluators: list[EvaluatorV2] = field(default_factory=list[EvaluatorV2])
    system: SystemV2 | None = None
    statistics: dict[str, EvaluatorStatistics] = field(default_factory=dict[str, EvaluatorStatistics])
    """By the names of evaluators."""
    goal_results: dict[str, GoalResult] = field(default_factory=dict[str, GoalResult])
    """By the names of evaluators."""
    passed: bool | None = None
    """None where there is no goal."""
    run_scores: dict[str, EvaluationRunScoreV2] = field(default_factory=dict[str, EvaluationRunScoreV2])
    """By the names of evaluators."""
    optimization: RunOptimizationRef | None = None


class PaginatedResultEvaluationRunV2Response(Model, kw_only=True):
    """A page of runs."""

    count: int = 0
    results: list[EvaluationRunV2Response] = field(default_factory=list[EvaluationRunV2Response])
    next: str | None = None
    previous: str | None = None


class ListEvaluationRunsResponse(Model, kw_only=True):
    """A page of runs."""

    runs: PaginatedResultEvaluationRunV2Response = field(default_factory=PaginatedResultEvaluationRunV2Response)


class EvaluationRunV2WithRefsResponse(EvaluationRunV2Response, kw_only=True):
    """A run of an evaluation, with what it belongs to."""

    evaluation: RunEvaluationSummary | None = None
    project: RunProjectSummary | None = None


class PaginatedResultEvaluationRunV2WithRefsResponse(Model, kw_only=True):
    """A page of runs."""

    count: int = 0
    results: list[EvaluationRunV2WithRefsResponse] = field(default_factory=list[EvaluationRunV2WithRefsResponse])
    next: str | None = None
    previous: str | None = None


class SearchAllEvaluationRunsResponse(Model, kw_only=True):
    """A page of runs."""

    runs: PaginatedResultEvaluationRunV2WithRefsResponse = field(
        default_factory=PaginatedResultEvaluationRunV2WithRefsResponse
    )


class RunStatisticsResponse(Model, kw_only=True):
    """The statistics of a run."""

    run_id: str = ""
    statistics: dict[str, EvaluatorStatistics] = field(default_factory=dict[str, EvaluatorStatistics])
    """By the names of evaluators."""
    goal_results: dict[str, GoalResult] = field(default_factory=dict[str, GoalResult])
    """By the names of evaluators."""
    passed: bool | None = None
