"""Records of runs: what went in, and what came out with which scores. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSON, JSONMapping, JSONObject
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Model, Moment
from mistral_async.models.observability.evaluation_runs import (
    EvaluationRunScoreV2,
    EvaluatorStatistics,
    GoalResult,
    GoalStatusFilterGroup,
    ScoreFilterGroup,
)


class ContentSearchFilter(Model, kw_only=True, gc=False):
    """A condition on what went in or came out."""

    value: str
    path: str | None = None
    """The place in the JSON; anywhere where not set."""
    operator: str = ""
    """`contains`, `equals`, or a newer one."""


class ContentSearchFilterGroup(Model, kw_only=True):
    """Conditions on what went in or came out."""

    combinator: str = ""
    """`and`, `or`, or a newer one."""
    filters: list[ContentSearchFilter] = field(default_factory=list[ContentSearchFilter])


class FieldSortInput(Model, kw_only=True, gc=False):
    """An order by a field."""

    field: str
    """`created_at`, or a newer one."""
    kind: Literal["field"] = constant("field")
    direction: str = ""
    """`asc`, `desc`, or a newer one."""


class ScoreSortInput(Model, kw_only=True, gc=False):
    """An order by a score."""

    evaluator_name: str
    kind: Literal["score"] = constant("score")
    metric: str = ""
    """`avg`, `min`, `max`, `std`, or a newer one."""
    direction: str = ""
    """`asc`, `desc`, or a newer one."""


RecordSort: TypeAlias = OpenUnion[FieldSortInput | ScoreSortInput]
"""Told apart by `kind`."""


class EvaluationRunRecordFilterInput(TypedDict, total=False):
    """Which records of a run count: those that pass all the filters given. None is not sent."""

    input_filters: ContentSearchFilterGroup | JSONMapping | None
    """Conditions on the inputs."""
    output_filters: ContentSearchFilterGroup | JSONMapping | None
    """Conditions on the outputs."""
    score_filters: ScoreFilterGroup | JSONMapping | None
    """Conditions on the scores."""
    goal_filters: GoalStatusFilterGroup | JSONMapping | None
    """Conditions on the goals."""
    sort: RecordSort | JSONMapping | None
    """The order of the records."""


class EvaluationRunGenerationV2(Model, kw_only=True):
    """An output of the system for a record."""

    id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    deleted_at: str | None = None
    deleted_at_datetime: ClassVar[Moment] = Moment("deleted_at")
    output: JSON | None = None
    metadata_: JSONObject = field(default_factory=JSONObject)
    status: str = ""
    error: str | None = None
    scores: dict[str, list[EvaluationRunScoreV2]] = field(default_factory=dict[str, list[EvaluationRunScoreV2]])
    """By the names of evaluators."""
    statistics: dict[str, EvaluatorStatistics] = field(default_factory=dict[str, EvaluatorStatistics])
    goal_results: dict[str, GoalResult] = field(default_factory=dict[str, GoalResult])


class EvaluationRunOutputRecordV2(Model, kw_only=True):
    """The outputs of the system for a record."""

    id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    deleted_at: str | None = None
    deleted_at_datetime: ClassVar[Moment] = Moment("deleted_at")
    metadata_: JSONObject = field(default_factory=JSONObject)
    record_info: JSONObject | None = None
    generations: list[EvaluationRunGenerationV2] = field(default_factory=list[EvaluationRunGenerationV2])
    statistics: dict[str, EvaluatorStatistics] = field(default_factory=dict[str, EvaluatorStatistics])
    goal_results: dict[str, GoalResult] = field(default_factory=dict[str, GoalResult])


class EvaluationRunRecordV2Response(Model, kw_only=True):
    """A record of a run."""

    id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    deleted_at: str | None = None
    deleted_at_datetime: ClassVar[Moment] = Moment("deleted_at")
    input: JSON = None
    """Any JSON."""
    dataset_record_id: str | None = None
    """The record of a dataset that it was taken from."""
    output_record: EvaluationRunOutputRecordV2 | None = None


class PaginatedResultEvaluationRunRecordV2Response(Model, kw_only=True):
    """A page of records."""

    count: int = 0
    results: list[EvaluationRunRecordV2Response] = field(default_factory=list[EvaluationRunRecordV2Response])
    next: str | None = None
    previous: str | None = None


class ListEvaluationRunRecordsResponse(Model, kw_only=True):
    """A page of records."""

    records: PaginatedResultEvaluationRunRecordV2Response = field(
        default_factory=PaginatedResultEvaluationRunRecordV2Response
    )
