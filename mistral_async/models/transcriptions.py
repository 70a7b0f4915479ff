"""Audio to text: the transcription, and its events while it is made. Times within audio are seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Answer, Model
from mistral_async.models.files import FileInput
from mistral_async.models.usage import UsageInfo

TimestampGranularity: TypeAlias = Literal["segment", "word"]


class TranscriptionSegmentChunk(Model, kw_only=True, gc=False):
    """A piece of a transcription."""

    text: str = ""
    start: float | None = None
    end: float | None = None
    score: float | None = None
    """The confidence of the model."""
    speaker_id: str | None = None
    """Such as `speaker_1`, where speakers are told apart (`diarize`)."""
    type: Literal["transcription_segment"] = constant("transcription_segment")


class TranscriptionResponse(Model, kw_only=True, metaclass=Answer):
    """A transcription."""

    model: str = ""
    text: str = ""
    language: str | None = None
    """Two letters, such as `en`."""
    segments: list[TranscriptionSegmentChunk] = field(default_factory=list[TranscriptionSegmentChunk])
    """With `timestamp_granularities` or `diarize`."""
    usage: UsageInfo | None = None
    finish_reason: str | None = None
    type: str | None = None
    """`transcription.done` where the server says it."""


class TranscriptionStreamLanguage(Model, kw_only=True, gc=False):
    """The language that is spoken."""

    audio_language: str = ""
    """Two letters, such as `en`."""
    type: Literal["transcription.language"] = constant("transcription.language")


class TranscriptionStreamTextDelta(Model, kw_only=True, gc=False):
    """More text."""

    text: str = ""
    type: Literal["transcription.text.delta"] = constant("transcription.text.delta")


class TranscriptionStreamSegmentDelta(Model, kw_only=True, gc=False):
    """A segment with its times."""

    text: str = ""
    start: float | None = None
    end: float | None = None
    speaker_id: str | None = None
    type: Literal["transcription.segment"] = constant("transcription.segment")


class TranscriptionStreamDone(Model, kw_only=True):
    """The whole transcription, at the end."""

    model: str = ""
    text: str = ""
    language: str | None = None
    segments: list[TranscriptionSegmentChunk] = field(default_factory=list[TranscriptionSegmentChunk])
    usage: UsageInfo | None = None
    finish_reason: str | None = None
    type: Literal["transcription.done"] = constant("transcription.done")


TranscriptionStreamEvents: TypeAlias = OpenUnion[
    TranscriptionStreamLanguage
    | TranscriptionStreamTextDelta
    | TranscriptionStreamSegmentDelta
    | TranscriptionStreamDone
]
TranscriptionStreamEventsData = TranscriptionStreamEvents

TRANSCRIPTION_ENDS = frozenset({"transcription.done"})
"""The type of the event after which nothing comes."""


class TranscriptionSettings(TypedDict, total=False):
    """Options of a transcription. None is not sent."""

    language: str | None
    """Two letters, such as `en`; guessed where not set."""
    temperature: float | None
    """0 picks the most likely words; the API's own unless given."""
    diarize: bool | None
    """Tell the speakers apart."""
    context_bias: Sequence[str] | None
    """Words to expect, such as names."""
    speaker_references: Mapping[str, str] | None
    """For each speaker's name, a sample of the voice as base64."""
    timestamp_granularities: Sequence[TimestampGranularity | str] | None
    """`segment` or `word`: get the times of these; none unless given."""


class TranscriptionOptions(TranscriptionSettings, total=False):
    """The audio of a transcription, and its options. It needs `file`, `file_url` or `file_id`."""

    file: FileInput | None
    """A path, bytes, an open file, `(name, content)`. A string that starts with `http` is taken as `file_url`."""
    file_url: str | None
    """The address of the audio."""
    file_id: str | None
    """An uploaded file (purpose `audio`)."""


class AudioTranscriptionRequest(TranscriptionOptions):
    """Everything that `transcriptions.complete` takes: `complete(**request)`."""

    model: Required[str]
