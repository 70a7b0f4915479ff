"""Evaluations, and pipelines that evaluate spans as they arrive. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping, JSONObject
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Model, Moment
from mistral_async.models.observability.searches import ObservabilityListOptions


class EvaluationV2(Model, kw_only=True):
    """An evaluation."""

    id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    deleted_at: str | None = None
    deleted_at_datetime: ClassVar[Moment] = Moment("deleted_at")
    workspace_id: str = ""
    creator_id: str = ""
    project_id: str = ""
    name: str = ""
    slug: str = ""
    description: str | None = None
    tags: list[str] = field(default_factory=list[str])
    metadata_: JSONObject = field(default_factory=JSONObject)
    """Named so on the wire, too."""
    is_favorite: bool = False


class PaginatedResultEvaluationV2(Model, kw_only=True):
    """A page of evaluations."""

    count: int = 0
    results: list[EvaluationV2] = field(default_factory=list[EvaluationV2])
    next: str | None = None
    previous: str | None = None


class EvaluationsV2(Model, kw_only=True):
    """A page of evaluations."""

    evaluations: PaginatedResultEvaluationV2 = field(default_factory=PaginatedResultEvaluationV2)


class PipelineListOptions(ObservabilityListOptions, total=False):
    """Which pipelines are listed."""

    enabled: bool | None
    """Only pipelines that are (or are not) switched on."""


class PipelineConfigSelector(Model, kw_only=True, gc=False):
    """A choice of what a pipeline looks at."""

    source_kind: str
    """`span`, `log`, `metric`, or a newer one."""
    filter: str | None = None
    """A search expression."""


class PipelineConfigHeader(Model, kw_only=True, gc=False):
    """The value of a header field."""

    value: str | None = None


class OTLPDestination(Model, kw_only=True):
    """An OTLP endpoint."""

    protocol: str = ""
    endpoint: str = ""
    insecure: bool = False
    """True if it is reached without TLS."""
    headers: dict[str, PipelineConfigHeader] = field(default_factory=dict[str, PipelineConfigHeader])


class ExportDefinitionV1(Model, kw_only=True):
    """A step that sends spans on."""

    destination: OTLPDestination = field(default_factory=OTLPDestination)


class DetectionPattern(Model, kw_only=True, gc=False):
    """A pattern that a detection looks for."""

    name: str = ""
    regex: str = ""
    category: str = ""
    confidence: str = ""


class DetectionDefinitionV1(Model, kw_only=True):
    """A step that looks for patterns."""

    target_attributes: list[str] = field(default_factory=list[str])
    patterns: list[DetectionPattern] = field(default_factory=list[DetectionPattern])


class ModerationDefinitionV1(Model, kw_only=True):
    """A step that moderates."""

    model: str = "mistral-moderation-latest"
    target_attributes: list[str] = field(default_factory=list[str])


class EvaluationBooleanResultSpec(Model, kw_only=True, gc=False):
    """A verdict that is true or false."""

    type: Literal["boolean"] = constant("boolean")


class EvaluationCategoricalResultSpec(Model, kw_only=True):
    """A verdict that is one of some labels."""

    labels: list[str] = field(default_factory=list[str])
    type: Literal["categorical"] = constant("categorical")


class EvaluationNumericResultSpec(Model, kw_only=True, gc=False):
    """A verdict that is a number."""

    min: float = 0.0
    max: float = 0.0
    type: Literal["numeric"] = constant("numeric")


EvaluationResultSpec: TypeAlias = OpenUnion[
    EvaluationBooleanResultSpec | EvaluationCategoricalResultSpec | EvaluationNumericResultSpec
]
"""Told apart by `type`."""


class JudgeDefinitionV1(Model, kw_only=True):
    """A step that has a model judge."""

    model: str = ""
    prompt: str = ""
    result_spec: EvaluationResultSpec | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    random_seed: int | None = None
    mapping: dict[str, str] = field(default_factory=dict[str, str])
    """The variables of the prompt, and the attributes of spans that they are."""
    use_cache: bool = True
    """True if a span that was judged already is not judged again."""


PipelineDefinition: TypeAlias = OpenUnion[
    ModerationDefinitionV1 | ExportDefinitionV1 | DetectionDefinitionV1 | JudgeDefinitionV1
]
"""Told apart by their keys; a moderation has none of its own, and is the first for that."""


class AttributeHashSampling(Model, kw_only=True, gc=False):
    """A part of the spans, chosen by an attribute: equal values are chosen together."""

    attribute: str = ""
    percentage: float = 0.0
    """0 to 100."""
    type: Literal["attribute_hash"] = constant("attribute_hash")


class ProbabilisticSampling(Model, kw_only=True, gc=False):
    """A part of the spans, chosen at random."""

    percentage: float = 0.0
    """0 to 100."""
    type: Literal["probabilistic"] = constant("probabilistic")


PipelineSampling: TypeAlias = OpenUnion[AttributeHashSampling | ProbabilisticSampling]
"""Told apart by `type`."""


class PipelineConfig(Model, kw_only=True):
    """A step of a pipeline."""

    id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    deleted_at: str | None = None
    deleted_at_datetime: ClassVar[Moment] = Moment("deleted_at")
    scope: str = ""
    """`workspace`, `shared`, or a newer one."""
    workspace_id: str = ""
    name: str = ""
    slug: str = ""
    pipeline_kind: str = ""
    """`detection-v1`, `moderation-v1`, `judge-v1`, `export-v1`, or a newer one."""
    selectors: list[PipelineConfigSelector] = field(default_factory=list[PipelineConfigSelector])
    enabled: bool = False
    definition: PipelineDefinition | None = None
    sampling: PipelineSampling | None = None
    scorer_slug: str | None = None
    """The judge that it uses."""
    scorer_version: int | None = None


class Pipeline(Model, kw_only=True):
    """A pipeline: steps that spans run through as they arrive."""

    id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    workspace_id: str = ""
    name: str = ""
    slug: str = ""
    description: str | None = None
    selectors: list[PipelineConfigSelector] = field(default_factory=list[PipelineConfigSelector])
    enabled: bool = False
    creator_id: str | None = None
    pipeline_configs: list[PipelineConfig] = field(default_factory=list[PipelineConfig])
    """Its steps."""


class PaginatedResultPipeline(Model, kw_only=True):
    """A page of pipelines."""

    count: int = 0
    results: list[Pipeline] = field(default_factory=list[Pipeline])
    next: str | None = None
    previous: str | None = None


class PipelinesResponse(Model, kw_only=True):
    """A page of pipelines."""

    pipelines: PaginatedResultPipeline = field(default_factory=PaginatedResultPipeline)


class LlmJudgeReference(Model, kw_only=True):
    """A judge that a pipeline uses."""

    slug: str
    """The name of the judge."""
    mapping: dict[str, str] = field(default_factory=dict[str, str])
    """The variables of its prompt, and the attributes of spans that they are."""
    sampling: PipelineSampling | None = None


class CreatePipelineRequest(TypedDict, total=False):
    """Everything that `evaluations.create_pipeline` takes."""

    name: Required[str]
    selectors: Required[Sequence[PipelineConfigSelector | JSONMapping]]
    definitions: Required[Sequence[LlmJudgeReference | JSONMapping]]
    """The judges."""
    description: str | None
    enabled: bool | None
    """True where not set."""


class UpdatePipelineRequest(TypedDict, total=False):
    """Changes to a pipeline; what is not named stays."""

    name: str | None
    """The new name."""
    description: str | None
    """None removes it."""
    selectors: Sequence[PipelineConfigSelector | JSONMapping] | None
    """What is evaluated."""
    definitions: Sequence[LlmJudgeReference | JSONMapping] | None
    """How it is evaluated."""
    enabled: bool | None
    """False to switch it off."""
