"""Models that can be asked, and those that you fine-tuned."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

import msgspec
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONObject
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Answer, Model, Moment
from mistral_async.models.fine_tuning import ClassifierTargetResult


class ModelCapabilities(Model, kw_only=True, gc=False):
    """The capabilities of a model."""

    completion_chat: bool = False
    function_calling: bool = False
    reasoning: bool = False
    completion_fim: bool = False
    fine_tuning: bool = False
    vision: bool = False
    ocr: bool = False
    classification: bool = False
    moderation: bool = False
    audio: bool = False
    audio_transcription: bool = False
    audio_transcription_realtime: bool = False
    audio_speech: bool = False
    unified_resources: bool = False


class StreamingDelayRange(Model, kw_only=True, gc=False):
    """Delays that may be asked for, in milliseconds."""

    min: int | None = None
    max: int | None = None


class AudioTranscriptionCapabilities(Model, kw_only=True):
    """The capabilities of a model with speech."""

    modes: list[str] = msgspec.field(default_factory=list[str])
    diarization: bool = False
    """Tell the speakers apart."""
    context_bias: bool = False
    turn_detection: bool = False
    timestamp_granularities: list[str] = msgspec.field(default_factory=list[str])
    languages: list[str] = msgspec.field(default_factory=list[str])
    streaming_delays_ms: list[StreamingDelayRange] = msgspec.field(default_factory=list[StreamingDelayRange])


class AudioSpeechCapabilities(Model, kw_only=True):
    """The settings of a model's speech."""

    modes: list[str] = msgspec.field(default_factory=list[str])
    instruction: bool = False
    response_formats: list[str] = msgspec.field(default_factory=list[str])


class _Card(Model, kw_only=True):
    """The fields that all models have."""

    id: str = ""
    object: str | None = constant("model")
    created: int | None = None
    """Seconds since 1970; often the time of the request."""
    owned_by: str = ""
    capabilities: ModelCapabilities = msgspec.field(default_factory=ModelCapabilities)
    name: str | None = None
    """The model behind an alias: half of the list's entries have a name that is not their id."""
    description: str | None = None
    max_context_length: int | None = None
    """In tokens."""
    aliases: list[str] = msgspec.field(default_factory=list[str])
    deprecation: str | None = None
    """When it goes away, ISO 8601."""
    deprecation_replacement_model: str | None = None
    default_model_temperature: float | None = None
    internal: bool = False
    billing_model_name: str | None = None
    root: str | None = None
    """The model that it was made from."""

    created_datetime: ClassVar[Moment] = Moment("created")
    deprecation_datetime: ClassVar[Moment] = Moment("deprecation")


class BaseModelCard(_Card, kw_only=True):
    """A model of Mistral's."""

    type: Literal["base"] = constant("base")
    audio_transcription_capabilities: AudioTranscriptionCapabilities | None = None
    audio_speech_capabilities: AudioSpeechCapabilities | None = None
    parent: str | None = None
    """In lists of 2024."""
    permission: list[JSONObject] | None = None
    """In lists of 2024."""


class FTModelCard(_Card, kw_only=True):
    """A model that you fine-tuned."""

    type: Literal["fine-tuned"] = constant("fine-tuned")
    job: str | None = None
    """The fine-tuning job that made it."""
    archived: bool = False


ModelCard: TypeAlias = OpenUnion[BaseModelCard | FTModelCard]


class ModelList(Model, kw_only=True, metaclass=Answer):
    """The models, as the server lists them: ids can repeat."""

    object: str | None = constant("list")
    data: list[ModelCard] = msgspec.field(default_factory=list[ModelCard])

    def _repr_html_(self) -> str:
        from mistral_async.models._html import box, table

        fields = ("id", "name", "max_context_length", "deprecation", "description")
        rows = ([getattr(card, field, None) for field in fields] for card in self.data)
        return box(table(["model", "name", "context", "deprecated", "description"], rows, len(self.data)))


class FineTunedModelCapabilities(Model, kw_only=True, gc=False):
    """The capabilities of a fine-tuned model."""

    completion_chat: bool | None = None
    completion_fim: bool | None = None
    function_calling: bool | None = None
    fine_tuning: bool | None = None
    classification: bool | None = None


class _FineTuned(Model, kw_only=True):
    """The fields that all fine-tuned models have."""

    id: str = ""
    object: str | None = constant("model")
    created: int | None = None
    """Seconds since 1970."""
    owned_by: str = ""
    workspace_id: str | None = None
    root: str | None = None
    """The model that it was made from."""
    root_version: str | None = None
    archived: bool = False
    name: str | None = None
    description: str | None = None
    capabilities: FineTunedModelCapabilities = msgspec.field(default_factory=FineTunedModelCapabilities)
    max_context_length: int | None = None
    """In tokens."""
    aliases: list[str] = msgspec.field(default_factory=list[str])
    job: str | None = None
    """The fine-tuning job that made it."""

    created_datetime: ClassVar[Moment] = Moment("created")


class CompletionFineTunedModel(_FineTuned, kw_only=True):
    """A fine-tuned model that completes."""

    model_type: Literal["completion"] = constant("completion")


class ClassifierFineTunedModel(_FineTuned, kw_only=True):
    """A fine-tuned model that classifies."""

    classifier_targets: list[ClassifierTargetResult] = msgspec.field(default_factory=list[ClassifierTargetResult])
    model_type: Literal["classifier"] = constant("classifier")


FineTunedModel: TypeAlias = OpenUnion[CompletionFineTunedModel | ClassifierFineTunedModel]


class DeleteModelResponse(Model, kw_only=True, gc=False):
    """That a model was deleted."""

    id: str = ""
    object: str | None = constant("model")
    deleted: bool | None = None


class ArchiveModelResponse(Model, kw_only=True, gc=False):
    """That a model was archived."""

    id: str = ""
    object: str | None = constant("model")
    archived: bool | None = None


class UnarchiveModelResponse(Model, kw_only=True, gc=False):
    """That a model was taken out of the archive."""

    id: str = ""
    object: str | None = constant("model")
    archived: bool | None = None


class UpdateModelRequest(TypedDict, total=False):
    """Changes to a fine-tuned model. None clears."""

    name: str | None
    """The new name."""
    description: str | None
    """The new description."""


ModelListData = ModelCard
ArchiveFTModelOut = ArchiveModelResponse
ClassifierFTModelOut = ClassifierFineTunedModel
CompletionFTModelOut = CompletionFineTunedModel
DeleteModelOut = DeleteModelResponse
FTModelCapabilitiesOut = FineTunedModelCapabilities
JobsAPIRoutesFineTuningUpdateFineTunedModelResponse = FineTunedModel
ResponseRetrieveModelV1ModelsModelIDGet = ModelCard
UnarchiveFTModelOut = UnarchiveModelResponse
UpdateFTModelIn = UpdateModelRequest
