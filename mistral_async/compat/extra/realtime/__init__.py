"""Transcription and speech over WebSockets, as `mistralai.extra.realtime` has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async.compat._official import names
from mistral_async.compat.extra.realtime.connection import RealtimeConnection
from mistral_async.compat.extra.realtime.speech import RealtimeSpeech, RealtimeSpeechConnection, audio_bytes
from mistral_async.compat.extra.realtime.transcription import RealtimeTranscription
from mistral_async.models import (
    AudioEncoding,
    AudioFormat,
    RealtimeSpeechError,
    RealtimeSpeechErrorDetail,
    RealtimeSpeechEvent,
    RealtimeSpeechSession,
    RealtimeSpeechSessionCreated,
    RealtimeSpeechSessionUpdated,
    RealtimeSpeechStreamingMode,
    RealtimeTranscriptionError,
    RealtimeTranscriptionErrorDetail,
    RealtimeTranscriptionSession,
    RealtimeTranscriptionSessionCreated,
    RealtimeTranscriptionSessionUpdated,
    SpeechOutputFormat,
    SpeechStreamAudioDelta,
    SpeechStreamDone,
    TurnDetectionConfig,
    TurnDetectionEagerEndEvent,
    TurnDetectionEndEvent,
    TurnDetectionEndReason,
    TurnDetectionResumeEvent,
    TurnDetectionStartEvent,
    UnknownRealtimeEvent,
)

__all__ = [
    "AudioEncoding",
    "AudioFormat",
    "RealtimeConnection",
    "RealtimeSpeech",
    "RealtimeSpeechConnection",
    "RealtimeSpeechError",
    "RealtimeSpeechErrorDetail",
    "RealtimeSpeechEvent",
    "RealtimeSpeechSession",
    "RealtimeSpeechSessionCreated",
    "RealtimeSpeechSessionUpdated",
    "RealtimeSpeechStreamingMode",
    "RealtimeTranscription",
    "RealtimeTranscriptionError",
    "RealtimeTranscriptionErrorDetail",
    "RealtimeTranscriptionSession",
    "RealtimeTranscriptionSessionCreated",
    "RealtimeTranscriptionSessionUpdated",
    "SpeechOutputFormat",
    "SpeechStreamAudioDelta",
    "SpeechStreamDone",
    "TurnDetectionConfig",
    "TurnDetectionEagerEndEvent",
    "TurnDetectionEndEvent",
    "TurnDetectionEndReason",
    "TurnDetectionResumeEvent",
    "TurnDetectionStartEvent",
    "UnknownRealtimeEvent",
    "audio_bytes",
]

if not TYPE_CHECKING:
    __getattr__ = names(__name__)
