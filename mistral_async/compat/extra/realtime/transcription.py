"""`client.audio.realtime` of the official SDK."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mistral_async.compat._configuration import SDKConfiguration
from mistral_async.compat._hooks.service_account_auth import read_service_account_token
from mistral_async.compat._official import names
from mistral_async.compat.extra.exceptions import RealtimeTranscriptionException, RealtimeTranscriptionWSError
from mistral_async.compat.extra.realtime._connection import configure, connect, opened, reason_of
from mistral_async.compat.extra.realtime._sending import Sender
from mistral_async.compat.extra.realtime.connection import RealtimeConnection
from mistral_async.errors import MistralError
from mistral_async.models import (
    AudioFormat,
    RealtimeEvent,
    RealtimeTranscriptionError,
    TranscriptionStreamDone,
    TurnDetectionConfig,
)
from mistral_async.realtime._messages import TRANSCRIPTION

if TYPE_CHECKING:
    from mistral_async.compat._calls import ClientOwner

__all__ = ["RealtimeTranscription"]


class RealtimeTranscription:
    """Audio to text while somebody speaks."""

    def __init__(self, sdk_config: ClientOwner | SDKConfiguration) -> None:
        self._owner = sdk_config

    async def connect(
        self,
        model: str,
        audio_format: AudioFormat | None = None,
        target_streaming_delay_ms: int | None = None,
        server_url: str | None = None,
        timeout_ms: int | None = None,
        http_headers: Mapping[str, str] | None = None,
        *,
        diarize: bool | None = None,
        context_bias: Sequence[str] | None = None,
        language: str | None = None,
        speaker_references: Mapping[str, str] | None = None,
        turn_detection: TurnDetectionConfig | Mapping[str, Any] | None = None,
    ) -> RealtimeConnection:
        """Open a connection.

        Raises `RealtimeTranscriptionWSError` for an error in place of the session, else
        `RealtimeTranscriptionException`.
        """
        try:
            socket, session, events = await opened(
                connect,
                read_service_account_token,
                self._owner,
                "/v1/audio/transcriptions/realtime",
                model,
                TRANSCRIPTION,
                server_url=server_url,
                timeout_ms=timeout_ms,
                http_headers=http_headers,
            )
        except MistralError as failure:
            message, event, raw = reason_of(failure, TRANSCRIPTION, "Realtime transcription error")
            if event is not None:
                raise RealtimeTranscriptionWSError(message, payload=event, raw=raw) from failure
            raise RealtimeTranscriptionException(message) from failure
        connection = RealtimeConnection(socket, session, initial_events=events)
        settings = {
            "audio_format": audio_format,
            "target_streaming_delay_ms": target_streaming_delay_ms,
            "diarize": diarize,
            "context_bias": context_bias,
            "language": language,
            "speaker_references": speaker_references,
            "turn_detection": turn_detection,
        }
        await configure(connection, settings, RealtimeTranscriptionException)
        return connection

    async def transcribe_stream(
        self,
        audio_stream: AsyncIterator[bytes],
        model: str,
        audio_format: AudioFormat | None = None,
        target_streaming_delay_ms: int | None = None,
        server_url: str | None = None,
        timeout_ms: int | None = None,
        http_headers: Mapping[str, str] | None = None,
        *,
        diarize: bool | None = None,
        context_bias: Sequence[str] | None = None,
        language: str | None = None,
        speaker_references: Mapping[str, str] | None = None,
        turn_detection: TurnDetectionConfig | Mapping[str, Any] | None = None,
    ) -> AsyncGenerator[RealtimeEvent]:
        """Yield the events of audio that is sent meanwhile, until `transcription.done` or an error."""
        connection = await self.connect(
            model,
            audio_format,
            target_streaming_delay_ms,
            server_url,
            timeout_ms,
            http_headers,
            diarize=diarize,
            context_bias=context_bias,
            language=language,
            speaker_references=speaker_references,
            turn_detection=turn_detection,
        )

        async def send() -> None:
            async for chunk in audio_stream:
                await connection.send_audio(chunk)
            await connection.flush_audio()
            await connection.end_audio()

        async with connection, Sender(connection, send) as sender:
            async for event in connection:
                yield event
                if isinstance(event, (RealtimeTranscriptionError, TranscriptionStreamDone)):
                    return
            sender.check()


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
