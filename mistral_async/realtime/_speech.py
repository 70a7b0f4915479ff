"""Live speech: text goes in, audio comes out."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import Unpack

from mistral_async._engine.engine import Engine
from mistral_async.models.realtime import (
    RealtimeConnectOptions,
    RealtimeSpeechError,
    RealtimeSpeechEvent,
    RealtimeSpeechSession,
    RealtimeSpeechSettings,
)
from mistral_async.models.speech import SpeechResponse, SpeechStreamAudioDelta, SpeechStreamDone
from mistral_async.realtime._connection import Connection, SyncConnection
from mistral_async.realtime._link import Handshake
from mistral_async.realtime._messages import END_TEXT, SPEECH, Types, append_text, flush_text
from mistral_async.realtime._settings import speech_settings

if TYPE_CHECKING:
    from mistral_async._binding.executor import BlockingExecutor


class RealtimeSpeechConnection(Connection[RealtimeSpeechEvent, "SyncRealtimeSpeechConnection"]):
    """Live speech: `async with client.audio.realtime_speech.connect(model) as connection`.

    One task sends text (`send_text`, then `end`), another reads the events: `async for event in connection`. The audio
    of a `SpeechStreamAudioDelta` is its `.audio`. A voice that does not exist is a `ConnectionClosedError`.
    """

    _types: ClassVar[Types] = SPEECH
    _done = SpeechStreamDone
    _errors = (RealtimeSpeechError,)

    def __init__(
        self,
        engine: Engine,
        request: Handshake,
        options: RealtimeConnectOptions,
        settings: Mapping[str, Any],
        *,
        keep: bool = False,
    ) -> None:
        super().__init__(engine, request, options, settings)
        self._kept: list[bytes] | None = [] if keep else None

    def blocking(self, executor: BlockingExecutor) -> SyncRealtimeSpeechConnection:
        """Return the connection for code that blocks."""
        return SyncRealtimeSpeechConnection(executor.portal, self)

    @property
    def session(self) -> RealtimeSpeechSession:
        """The settings, as the server has them."""
        session: RealtimeSpeechSession = self._open_now().session
        return session

    @property
    def partial(self) -> SpeechResponse | None:
        """The audio so far, of a `speak_stream`; None of a connection, whose reader has it."""
        return None if self._kept is None else SpeechResponse(audio_data=b64encode(b"".join(self._kept)).decode())

    async def send_text(self, text: str) -> None:
        """Send text to speak; raises `ConnectionClosedError` once the connection has ended."""
        if not isinstance(text, str):
            raise TypeError(f"text must be a str, not {type(text).__name__}")
        await self._send(append_text(text))

    async def flush(self, text: str | None = None) -> None:
        """Have the text so far, and this, spoken now, without more to come first."""
        await self._send(flush_text(text))

    async def end(self) -> None:
        """Say that no more text comes: the rest of the audio follows, then `speech.audio.done`."""
        if self._closed:
            return
        self._input_ended = True
        await self._send(END_TEXT)

    async def update_session(self, **settings: Unpack[RealtimeSpeechSettings]) -> None:
        """Change settings; `session.updated` tells that it was done."""
        await self._update(speech_settings(settings))

    def _noted(self, event: Any) -> Any:
        if self._kept is not None and isinstance(event, SpeechStreamAudioDelta):
            self._kept.append(event.audio)
        return super()._noted(event)


class SyncRealtimeSpeechConnection(SyncConnection[RealtimeSpeechEvent, RealtimeSpeechConnection]):
    """Live speech, for code that blocks: `with client.audio.realtime_speech.connect(model) as connection`."""

    @property
    def session(self) -> RealtimeSpeechSession:
        """The settings, as the server has them."""
        return self._connection.session

    @property
    def partial(self) -> SpeechResponse | None:
        """None: whoever reads has the audio."""
        return self._connection.partial

    def send_text(self, text: str) -> None:
        """Send text to speak."""
        self._portal.run(self._connection.send_text, text)

    def flush(self, text: str | None = None) -> None:
        """Have the text so far, and this, spoken now, without more to come first."""
        self._portal.run(self._connection.flush, text)

    def end(self) -> None:
        """Say that no more text comes: the rest of the audio follows, then `speech.audio.done`."""
        self._portal.run(self._connection.end)

    def update_session(self, **settings: Unpack[RealtimeSpeechSettings]) -> None:
        """Change settings; `session.updated` tells that it was done."""
        self._portal.run(lambda: self._connection.update_session(**settings))
