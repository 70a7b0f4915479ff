"""A live transcription that is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mistral_async.compat._official import names
from mistral_async.compat.extra.realtime._connection import Connection, parse_event
from mistral_async.models import (
    AudioFormat,
    RealtimeEvent,
    RealtimeTranscriptionSession,
    TurnDetectionConfig,
    UnknownRealtimeEvent,
)
from mistral_async.realtime._messages import END_AUDIO, FLUSH_AUDIO, TRANSCRIPTION, Types, append_audio
from mistral_async.realtime._settings import transcription_settings

__all__ = ["RealtimeConnection", "RealtimeEvent", "UnknownRealtimeEvent", "parse_realtime_event"]


def parse_realtime_event(payload: Any) -> RealtimeEvent:
    """Return the event that a decoded message is; `UnknownRealtimeEvent` for any other."""
    event: RealtimeEvent = parse_event(payload, TRANSCRIPTION)
    return event


class RealtimeConnection(Connection[RealtimeEvent, RealtimeTranscriptionSession]):
    """A live transcription: send audio, and iterate over its events."""

    _types: ClassVar[Types] = TRANSCRIPTION

    @property
    def audio_format(self) -> AudioFormat:
        """The form that audio must have."""
        return self._session.audio_format

    async def send_audio(self, audio_bytes: bytes | bytearray | memoryview) -> None:
        """Send audio."""
        await self._send(append_audio(audio_bytes))

    async def flush_audio(self) -> None:
        """Have the audio so far transcribed now."""
        await self._send(FLUSH_AUDIO)

    async def update_session(
        self,
        audio_format: AudioFormat | None = None,
        *,
        target_streaming_delay_ms: int | None = None,
        diarize: bool | None = None,
        context_bias: Sequence[str] | None = None,
        language: str | None = None,
        speaker_references: Mapping[str, str] | None = None,
        turn_detection: TurnDetectionConfig | Mapping[str, Any] | None = None,
    ) -> None:
        """Change settings, before the first audio; raises `ValueError` for none."""
        settings = {
            "target_streaming_delay_ms": target_streaming_delay_ms,
            "diarize": diarize,
            "context_bias": context_bias,
            "language": language,
            "speaker_references": speaker_references,
            "turn_detection": turn_detection,
        }
        await self._update(transcription_settings(audio_format, settings))

    async def end_audio(self) -> None:
        """Say that no more audio comes."""
        if not self._closed:
            await self._send(END_AUDIO)


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
