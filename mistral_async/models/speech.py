"""Text to audio. Audio is base64 on the wire; `.audio` gives the bytes."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Required, TypeAlias, cast

from mistral_async._codec.json_types import JSONMapping
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._fallback import FallbackOptions
from mistral_async.models._model import Model
from mistral_async.models.usage import UsageInfo

SpeechOutputFormat: TypeAlias = Literal["pcm", "wav", "mp3", "flac", "opus"]


class RawAudio(Model, gc=False):
    """Audio as base64. `RawAudio(b"…")` encodes it."""

    data: str

    if TYPE_CHECKING:

        def __init__(self, data: str | bytes | bytearray | memoryview) -> None: ...

    def __post_init__(self) -> None:
        """Take bytes for their base64 text."""
        if not isinstance(self.data, str):
            self.data = base64.b64encode(cast("Any", self.data)).decode()


class SpeechUserTurn(Model):
    """A turn of the other side."""

    audio: RawAudio
    role: Literal["user"] = constant("user")


class SpeechAssistantTurn(Model):
    """A turn of this side."""

    text: str
    audio: RawAudio
    role: Literal["assistant"] = constant("assistant")


ConversationHistoryUnion: TypeAlias = OpenUnion[SpeechAssistantTurn | SpeechUserTurn]


def _unpacked(data: str) -> bytes:
    try:
        return base64.b64decode(data)
    except (ValueError, TypeError):  # the lenient pass keeps a number or a text that is no base64
        return b""


class SpeechResponse(Model, kw_only=True, gc=False):
    """The audio."""

    audio_data: str = ""
    """Base64."""

    @property
    def audio(self) -> bytes:
        """The audio itself; nothing where `audio_data` is not base64."""
        return _unpacked(self.audio_data)

    def _repr_html_(self) -> str:
        from mistral_async.models._html import audio

        return audio(self.audio_data)


class SpeechStreamAudioDelta(Model, kw_only=True, gc=False):
    """More audio."""

    audio_data: str = ""
    """Base64."""
    type: Literal["speech.audio.delta"] = constant("speech.audio.delta")

    @property
    def audio(self) -> bytes:
        """The audio itself; nothing where `audio_data` is not base64."""
        return _unpacked(self.audio_data)


class SpeechStreamDone(Model, kw_only=True):
    """All audio was sent; says what it cost."""

    usage: UsageInfo | None = None
    type: Literal["speech.audio.done"] = constant("speech.audio.done")


SpeechStreamEvents: TypeAlias = OpenUnion[SpeechStreamAudioDelta | SpeechStreamDone]

SPEECH_ENDS = frozenset({"speech.audio.done"})
"""The type of the event after which nothing comes."""


class SpeechOptions(FallbackOptions, total=False):
    """Options of a text that is spoken. None is not sent."""

    model: str | None
    """A model that speaks; the API's own choice unless given."""
    voice_id: str | None
    """The id or slug of a voice."""
    voice: str | None
    """`voice_id`, as the first version of the API calls it."""
    ref_audio: str | bytes | None
    """A sample of the voice to speak with: its bytes, or these as base64."""
    response_format: SpeechOutputFormat | str | None
    """`mp3` where not set."""
    expressiveness: float | None
    """How lively the voice is."""
    phoneme_hints: Mapping[str, Sequence[str]] | None
    """For each word, its phonemes in the international phonetic alphabet."""
    conversation_history: Sequence[ConversationHistoryUnion | JSONMapping] | None
    """The turns before."""
    prompt_cache_key: str | None
    """Requests with one key share the cache of their common beginning."""
    metadata: JSONMapping | None
    """Data of yours that is kept with the request."""


class SpeechRequest(SpeechOptions):
    """Everything that `speech.complete` takes: `complete(**request)`."""

    input: Required[str]
