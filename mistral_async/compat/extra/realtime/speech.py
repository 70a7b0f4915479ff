"""`client.audio.realtime_speech` of the official SDK."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from mistral_async.compat._configuration import SDKConfiguration
from mistral_async.compat._hooks.service_account_auth import read_service_account_token
from mistral_async.compat._official import names
from mistral_async.compat.extra.exceptions import RealtimeSpeechException, RealtimeSpeechWSError
from mistral_async.compat.extra.realtime._connection import (
    Connection,
    configure,
    connect,
    opened,
    parse_event,
    reason_of,
)
from mistral_async.compat.extra.realtime._sending import Sender
from mistral_async.errors import MistralError
from mistral_async.models import (
    RealtimeSpeechError,
    RealtimeSpeechEvent,
    RealtimeSpeechSession,
    SpeechStreamAudioDelta,
    SpeechStreamDone,
    UnknownRealtimeEvent,
)
from mistral_async.realtime._messages import END_TEXT, SPEECH, Types, append_text, flush_text
from mistral_async.realtime._settings import speech_settings

if TYPE_CHECKING:
    from mistral_async.compat._calls import ClientOwner

__all__ = [
    "RealtimeSpeech",
    "RealtimeSpeechConnection",
    "RealtimeSpeechEvent",
    "UnknownRealtimeEvent",
    "audio_bytes",
    "parse_realtime_speech_event",
]


def parse_realtime_speech_event(payload: Any) -> RealtimeSpeechEvent:
    """Return the event that a decoded message is; `UnknownRealtimeEvent` for any other."""
    event: RealtimeSpeechEvent = parse_event(payload, SPEECH)
    return event


def audio_bytes(event: SpeechStreamAudioDelta) -> bytes:
    """Return the audio of an event."""
    return b64decode(event.audio_data)


class RealtimeSpeechConnection(Connection[RealtimeSpeechEvent, RealtimeSpeechSession]):
    """Live speech: send text, and iterate over its events."""

    _types: ClassVar[Types] = SPEECH

    async def send_text(self, text: str) -> None:
        """Send text to speak."""
        await self._send(append_text(text))

    async def flush(self, text: str | None = None) -> None:
        """Have the text so far, and this, spoken now."""
        await self._send(flush_text(text))

    async def end(self) -> None:
        """Say that no more text comes."""
        if not self._closed:
            await self._send(END_TEXT)

    async def update_session(
        self,
        *,
        voice_id: str | None = None,
        ref_audio: str | None = None,
        response_format: Any = None,
        streaming_mode: Any = None,
        expressiveness: float | None = None,
    ) -> None:
        """Change settings; raises `ValueError` for none."""
        settings = {
            "voice_id": voice_id,
            "ref_audio": ref_audio,
            "response_format": response_format,
            "streaming_mode": streaming_mode,
            "expressiveness": expressiveness,
        }
        await self._update(speech_settings(settings))

    async def __anext__(self) -> RealtimeSpeechEvent:
        from websockets.exceptions import ConnectionClosedError

        try:
            return await super().__anext__()
        except ConnectionClosedError as error:  # as for a voice that does not exist
            frame = error.rcvd
            reason = frame.reason if frame else "Connection closed by the server"
            raise RealtimeSpeechException(reason, code=frame.code if frame else None) from error


class RealtimeSpeech:
    """Text to audio while somebody writes."""

    def __init__(self, sdk_config: ClientOwner | SDKConfiguration) -> None:
        self._owner = sdk_config

    async def connect(
        self,
        model: str,
        *,
        voice_id: str | None = None,
        ref_audio: str | None = None,
        response_format: Any = None,
        streaming_mode: Any = None,
        expressiveness: float | None = None,
        server_url: str | None = None,
        timeout_ms: int | None = None,
        http_headers: Mapping[str, str] | None = None,
    ) -> RealtimeSpeechConnection:
        """Open a connection.

        Raises `RealtimeSpeechWSError` for an error in place of the session, else `RealtimeSpeechException`.
        """
        try:
            socket, session, events = await opened(
                connect,
                read_service_account_token,
                self._owner,
                "/v1/audio/speech/realtime",
                model,
                SPEECH,
                server_url=server_url,
                timeout_ms=timeout_ms,
                http_headers=http_headers,
            )
        except MistralError as failure:
            message, event, raw = reason_of(failure, SPEECH, "Realtime speech error")
            if event is not None:
                raise RealtimeSpeechWSError(message, payload=event, raw=raw) from failure
            raise RealtimeSpeechException(message) from failure
        connection = RealtimeSpeechConnection(socket, session, initial_events=events)
        settings = {
            "voice_id": voice_id,
            "ref_audio": ref_audio,
            "response_format": response_format,
            "streaming_mode": streaming_mode,
            "expressiveness": expressiveness,
        }
        await configure(connection, settings, RealtimeSpeechException)
        return connection

    async def speak_stream(
        self,
        text_stream: AsyncIterator[str],
        model: str,
        *,
        voice_id: str | None = None,
        ref_audio: str | None = None,
        response_format: Any = None,
        streaming_mode: Any = None,
        expressiveness: float | None = None,
        server_url: str | None = None,
        timeout_ms: int | None = None,
        http_headers: Mapping[str, str] | None = None,
    ) -> AsyncGenerator[RealtimeSpeechEvent]:
        """Yield the events of text that is sent meanwhile, until `speech.audio.done` or an error."""
        connection = await self.connect(
            model,
            voice_id=voice_id,
            ref_audio=ref_audio,
            response_format=response_format,
            streaming_mode=streaming_mode,
            expressiveness=expressiveness,
            server_url=server_url,
            timeout_ms=timeout_ms,
            http_headers=http_headers,
        )

        async def send() -> None:
            async for text in text_stream:
                await connection.send_text(text)
            await connection.end()

        async with connection, Sender(connection, send) as sender:
            async for event in connection:
                yield event
                if isinstance(event, (RealtimeSpeechError, SpeechStreamDone)):
                    return
            sender.check()


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
