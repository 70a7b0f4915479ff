"""Speech to text and text to speech while somebody speaks: what both sides of the WebSockets say. Times are seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, TypeAlias

import msgspec
from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping, JSONObject
from mistral_async._codec.open_union import constant
from mistral_async.models._model import Model
from mistral_async.models.speech import SpeechOutputFormat, SpeechStreamAudioDelta, SpeechStreamDone
from mistral_async.models.transcriptions import (
    TranscriptionStreamDone,
    TranscriptionStreamLanguage,
    TranscriptionStreamSegmentDelta,
    TranscriptionStreamTextDelta,
)

AudioEncoding: TypeAlias = Literal["pcm_s16le", "pcm_s32le", "pcm_f16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"]
TurnDetectionEndReason: TypeAlias = Literal["threshold", "timeout"]
RealtimeSpeechStreamingMode: TypeAlias = Literal["responsive", "long_form"]


class AudioFormat(Model, gc=False, omit_defaults=False):
    """The form of raw audio: one channel of samples, without a header."""

    encoding: AudioEncoding | str = "pcm_s16le"
    sample_rate: int = 16_000
    """Samples a second."""

    BYTES: ClassVar[Mapping[str, int]] = {
        "pcm_s16le": 2,
        "pcm_s32le": 4,
        "pcm_f16le": 2,
        "pcm_f32le": 4,
        "pcm_mulaw": 1,
        "pcm_alaw": 1,
    }
    """The bytes of a sample."""

    @property
    def bytes_per_second(self) -> int:
        """The bytes of a second; of an encoding that this version does not know, as many as of 16 bits."""
        rate = self.sample_rate if isinstance(self.sample_rate, int) else 16_000  # as the lenient pass may leave it
        return self.BYTES.get(self.encoding, 2) * rate


class TurnDetectionConfig(Model, kw_only=True, gc=False):
    """The detection of the end of what somebody says. Thresholds are probabilities."""

    start_threshold: float | None = None
    """0.5 where not set."""
    eager_end_threshold: float | None = None
    """0.5 where not set."""
    end_threshold: float | None = None
    """0.33 where not set."""
    min_silence_ms: int | None = None
    """500 where not set."""
    end_timeout_ms: int | None = None


class RealtimeTranscriptionSession(Model, kw_only=True):
    """The settings of a live transcription, as the server has them."""

    request_id: str = ""
    model: str = ""
    audio_format: AudioFormat = field(default_factory=AudioFormat)
    target_streaming_delay_ms: int | None = None
    diarize: bool | None = None
    context_bias: list[str] | None = None
    language: str | None = None
    speaker_references: list[str] | None = None
    """The names of the speakers."""
    turn_detection: TurnDetectionConfig | None = None


class RealtimeTranscriptionSessionCreated(Model, kw_only=True):
    """The connection is ready: the first event."""

    session: RealtimeTranscriptionSession = field(default_factory=RealtimeTranscriptionSession)
    type: Literal["session.created"] = constant("session.created")


class RealtimeTranscriptionSessionUpdated(Model, kw_only=True):
    """The settings have changed, as was asked."""

    session: RealtimeTranscriptionSession = field(default_factory=RealtimeTranscriptionSession)
    type: Literal["session.updated"] = constant("session.updated")


class RealtimeErrorDetail(Model, kw_only=True):
    """The reason of an error."""

    message: str | JSONObject = ""
    """Text, or an object whose `detail` is the text."""
    code: int = 0
    """The API's own code."""

    @property
    def text(self) -> str:
        """The message, wherever it stands; "" where there is none."""
        message: Any = self.message.get("detail") if isinstance(self.message, dict) else self.message
        return message if isinstance(message, str) else ""


class RealtimeTranscriptionErrorDetail(RealtimeErrorDetail, kw_only=True):
    """The reason of an error of a transcription."""


class RealtimeTranscriptionError(Model, kw_only=True):
    """The transcription has failed."""

    error: RealtimeTranscriptionErrorDetail = field(default_factory=RealtimeTranscriptionErrorDetail)
    type: Literal["error"] = constant("error")


class TurnDetectionStartEvent(Model, kw_only=True, gc=False):
    """Somebody begins to speak."""

    time_s: float = 0.0
    """Seconds from the beginning of the audio."""
    type: Literal["turn.start"] = constant("turn.start")


class TurnDetectionEagerEndEvent(Model, kw_only=True, gc=False):
    """Somebody has perhaps finished; `turn.resume` takes it back."""

    time_s: float = 0.0
    type: Literal["turn.eager_end"] = constant("turn.eager_end")


class TurnDetectionResumeEvent(Model, kw_only=True, gc=False):
    """Somebody has not finished after all."""

    time_s: float = 0.0
    type: Literal["turn.resume"] = constant("turn.resume")


class TurnDetectionEndEvent(Model, kw_only=True, gc=False):
    """Somebody has finished."""

    time_s: float = 0.0
    end_reason: TurnDetectionEndReason | str = ""
    type: Literal["turn.end"] = constant("turn.end")


class UnknownRealtimeEvent(Model, kw_only=True):
    """An event that this version does not know, or that can not be read: it ends nothing."""

    type: str | None = None
    """Its `type`, where it has one."""
    content: Any = None
    """The event as it came: JSON values, or text where it is no JSON."""
    error: str | None = None
    """The reason for which it is here."""


class RealtimeReconnected(Model, kw_only=True):
    """A new connection was opened in place of a lost one (`reconnect=`). The server does not send this event."""

    close_code: int = 1006
    """Of the connection that was lost."""
    reason: str = ""
    resumed_at: float = 0.0
    """The audio from here on, in seconds, was sent again, or for the first time."""
    resent: float = 0.0
    """Seconds of audio that were sent again."""
    lost: float = 0.0
    """Seconds of audio that may have been heard or not, and were not kept: no text of them may come."""
    exact: bool = False
    """True where the times of segments say what had become text. Else some words may come twice."""
    session: RealtimeTranscriptionSession = field(default_factory=RealtimeTranscriptionSession)
    type: Literal["realtime.reconnected"] = constant("realtime.reconnected")


RealtimeEvent: TypeAlias = (
    RealtimeTranscriptionSessionCreated
    | RealtimeTranscriptionSessionUpdated
    | RealtimeTranscriptionError
    | TranscriptionStreamLanguage
    | TranscriptionStreamSegmentDelta
    | TranscriptionStreamTextDelta
    | TranscriptionStreamDone
    | TurnDetectionStartEvent
    | TurnDetectionEagerEndEvent
    | TurnDetectionResumeEvent
    | TurnDetectionEndEvent
    | RealtimeReconnected
    | UnknownRealtimeEvent
)
"""An event of a live transcription."""


class RealtimeSpeechSession(Model, kw_only=True):
    """The settings of live speech, as the server has them."""

    request_id: str = ""
    model: str = ""
    is_ref_audio: bool = False
    """True if a sample of a voice was given."""
    streaming_mode: RealtimeSpeechStreamingMode | str = ""
    response_format: SpeechOutputFormat | str = ""
    expressiveness: float = 0.0
    voice: str | None = None


class RealtimeSpeechSessionCreated(Model, kw_only=True):
    """The connection is ready: the first event."""

    session: RealtimeSpeechSession = field(default_factory=RealtimeSpeechSession)
    type: Literal["session.created"] = constant("session.created")


class RealtimeSpeechSessionUpdated(Model, kw_only=True):
    """The settings have changed, as was asked."""

    session: RealtimeSpeechSession = field(default_factory=RealtimeSpeechSession)
    type: Literal["session.updated"] = constant("session.updated")


class RealtimeSpeechErrorDetail(RealtimeErrorDetail, kw_only=True):
    """The reason of an error of speech."""


class RealtimeSpeechError(Model, kw_only=True):
    """The speech has failed."""

    error: RealtimeSpeechErrorDetail = field(default_factory=RealtimeSpeechErrorDetail)
    type: Literal["error"] = constant("error")


RealtimeSpeechEvent: TypeAlias = (
    RealtimeSpeechSessionCreated
    | RealtimeSpeechSessionUpdated
    | RealtimeSpeechError
    | SpeechStreamAudioDelta
    | SpeechStreamDone
    | UnknownRealtimeEvent
)
"""An event of live speech."""


class Reconnect(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of reconnecting a live transcription."""

    attempts: int = 5
    """The most new connections in a row, between which no text came."""
    keep_seconds: float = 30.0
    """Seconds of audio that are kept until they have come back as text. Older audio is not sent again."""


class RealtimeTranscriptionSettings(TypedDict, total=False):
    """Settings of a live transcription. None is not sent. All must be set before the first audio."""

    target_streaming_delay_ms: int | None
    """The delay of the text behind the audio: more is more exact."""
    diarize: bool | None
    """Tell the speakers apart."""
    context_bias: Sequence[str] | None
    """Words to expect, such as names."""
    language: str | None
    """Two letters, such as `en`; guessed where not set."""
    speaker_references: Mapping[str, str] | None
    """For each speaker's name, a sample of the voice as base64; needs `diarize`."""
    turn_detection: TurnDetectionConfig | JSONMapping | None
    """Have `turn.start`, `turn.eager_end`, `turn.resume` and `turn.end` come."""


class RealtimeSpeechSettings(TypedDict, total=False):
    """Settings of live speech. None is not sent."""

    voice_id: str | None
    """The id or slug of a voice."""
    ref_audio: str | bytes | None
    """A sample of the voice to speak with: its bytes, or these as base64."""
    response_format: SpeechOutputFormat | str | None
    """The form of the audio; the API's own unless given."""
    streaming_mode: RealtimeSpeechStreamingMode | str | None
    """`responsive` speaks as soon as it can, `long_form` waits for more text."""
    expressiveness: float | None
    """How lively the voice is."""


class RealtimeConnectOptions(TypedDict, total=False):
    """The way a connection is opened, and its limits."""

    server_url: str | None
    """Another server, such as one of your own: `http(s)://` or `ws(s)://`."""
    path: str | None
    """Another path on the server."""
    query: Mapping[str, Any] | None
    """Parameters added to the query."""
    http_headers: Mapping[str, str] | None
    """Headers added to the handshake."""
    timeout_ms: float | None
    """Milliseconds until the session is there, in all. Default: the client's limits of each phase."""
    ping_interval: float | None
    """Seconds between two pings; 0 for none. Default: 20."""
    ping_timeout: float | None
    """Seconds of silence after a ping, after which the connection is lost. Default: 20."""
    close_timeout: float | None
    """Seconds that closing waits for the server. Default: 5."""
    max_message_size: int | None
    """The most bytes of an event, once it is unfolded. Default: 16 MiB."""


class RealtimeTranscriptionOptions(RealtimeTranscriptionSettings, RealtimeConnectOptions, total=False):
    """Everything that a live transcription takes besides its model and audio."""

    reconnect: Reconnect | int | bool | None
    """Open a new connection in place of a lost one: True, the most in a row, or `Reconnect`. Default: never."""


class RealtimeSpeechOptions(RealtimeSpeechSettings, RealtimeConnectOptions, total=False):
    """Everything that live speech takes besides its model and text."""
