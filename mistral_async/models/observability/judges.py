"""Judges: models that judge conversations. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Model, Moment
from mistral_async.models.observability.searches import ObservabilityListOptions

JudgeOutputType: TypeAlias = Literal["REGRESSION", "CLASSIFICATION"]
"""The kinds of answer of a judge."""


class JudgeListOptions(ObservabilityListOptions, total=False):
    """Which judges are listed."""

    type_filter: Sequence[JudgeOutputType | str] | None
    """The kinds of answer."""
    model_filter: Sequence[str] | None
    """The names of the models that judge."""


class JudgeClassificationOutputOption(Model, kw_only=True, gc=False):
    """A class that a judge may name."""

    value: str
    description: str
    """When the judge is to name this class."""


class JudgeClassificationOutput(Model, kw_only=True):
    """An answer that is one of some classes."""

    options: list[JudgeClassificationOutputOption]
    type: Literal["CLASSIFICATION"] = constant("CLASSIFICATION")


class JudgeRegressionOutput(Model, kw_only=True, gc=False):
    """An answer that is a number."""

    min_description: str
    """The meaning of the smallest number."""
    max_description: str
    """The meaning of the largest number."""
    type: Literal["REGRESSION"] = constant("REGRESSION")
    min: float = 0.0
    max: float = 1.0


JudgeOutputUnion: TypeAlias = OpenUnion[JudgeClassificationOutput | JudgeRegressionOutput]
"""Told apart by `type`."""


class Judge(Model, kw_only=True):
    """A judge."""

    id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    deleted_at: str | None = None
    """None while it is there."""
    deleted_at_datetime: ClassVar[Moment] = Moment("deleted_at")
    owner_id: str = ""
    workspace_id: str = ""
    name: str = ""
    description: str = ""
    model_name: str = ""
    output: JudgeOutputUnion | None = None
    instructions: str = ""
    tools: list[str] = field(default_factory=list[str])
    """The names of tools that the judge may use."""
    up_revision: str | None = None
    """The id of the next revision, if there is one."""
    down_revision: str | None = None
    """The id of the revision before."""
    base_revision: str | None = None
    """The id of the first revision."""


class PaginatedResultJudgePreview(Model, kw_only=True):
    """A page of judges."""

    count: int = 0
    results: list[Judge] = field(default_factory=list[Judge])
    next: str | None = None
    previous: str | None = None


class ListJudgesResponse(Model, kw_only=True):
    """A page of judges."""

    judges: PaginatedResultJudgePreview = field(default_factory=PaginatedResultJudgePreview)


class CreateJudgeRequest(TypedDict):
    """Everything that `judges.create` takes."""

    name: str
    """5 to 50 characters."""
    description: str
    """At most 500 characters."""
    model_name: str
    """At most 500 characters."""
    output: JudgeOutputUnion | JSONMapping
    instructions: str
    """The prompt of the judge, at most 10,000 characters."""
    tools: Sequence[str]
    """The names of tools that the judge may use."""


class UpdateJudgeRequest(CreateJudgeRequest):
    """Everything that `judges.update` takes beside the judge's id: the whole judge, as it is to be."""


class JudgeConversationRequest(TypedDict, total=False):
    """Everything that `judges.judge_conversation` takes beside the judge's id."""

    messages: Required[Sequence[JSONMapping]]
    properties: JSONMapping | None
    """Values that the instructions may refer to."""


class JudgeOutput(Model, kw_only=True, gc=False):
    """The verdict of a judge."""

    analysis: str = ""
    """The reasons."""
    answer: str | float | None = None
    """A class, or a number."""
