"""Live transcription: audio goes in, text comes out, over one connection or, as asked, over several in its place."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

import anyio
from typing_extensions import Unpack

from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.engine import Engine
from mistral_async.errors import APIConnectionError, ConnectionClosedError, MistralError, ServerError
from mistral_async.models.realtime import (
    AudioFormat,
    RealtimeConnectOptions,
    RealtimeEvent,
    RealtimeReconnected,
    RealtimeTranscriptionError,
    RealtimeTranscriptionSession,
    RealtimeTranscriptionSessionCreated,
    RealtimeTranscriptionSessionUpdated,
    RealtimeTranscriptionSettings,
    Reconnect,
    TurnDetectionEagerEndEvent,
    TurnDetectionEndEvent,
    TurnDetectionResumeEvent,
    TurnDetectionStartEvent,
)
from mistral_async.models.transcriptions import (
    TranscriptionResponse,
    TranscriptionStreamDone,
    TranscriptionStreamLanguage,
    TranscriptionStreamSegmentDelta,
    TranscriptionStreamTextDelta,
)
from mistral_async.realtime._connection import Connection, SyncConnection
from mistral_async.realtime._link import Handshake
from mistral_async.realtime._messages import (
    END_AUDIO,
    FLUSH_AUDIO,
    MOST_AUDIO,
    TRANSCRIPTION,
    Types,
    append_audio,
)
from mistral_async.realtime._resend import AudioLog
from mistral_async.realtime._settings import transcription_settings
from mistral_async.realtime._transcript import Transcript

if TYPE_CHECKING:
    from mistral_async._binding.executor import BlockingExecutor

# Rule 1: A lost connection is opened again by whoever reads the events, if `reconnect` allows it. Who sends meanwhile
#         only adds to the audio that waits, up to `keep_seconds`; then it waits too, until the connection is back, or
#         it is over for good, which is raised.
# Rule 2: It is not opened again where that would change nothing: the server refused what it was given (`_FINAL`), or
#         this side ended the connection for what came. A handshake that fails for good is raised.
# Rule 3: The new connection gets the settings, the audio that has not come back as text (`AudioLog`), then what
#         waits, each flush that has no done in its place among them, and the end. One `RealtimeReconnected` says so,
#         before its other events. Until all of that was sent the connection counts as lost, so nothing overtakes it.
# Rule 4: Times, text and segments of all connections are those of one transcription: times count from the beginning of
#         all audio, and the last event has the whole text.
# Rule 5: A cancelled send has sent nothing, and leaves nothing that waits. A cancelled read that was opening a
#         connection leaves it lost: the next one opens it.

_FINAL: Final = frozenset({1002, 1003, 1007, 1008, 1009, 1010})
_SILENT: Final = 1011  # by this side: nothing answered a ping
_FIRST_DELAY: Final = 0.5  # seconds, before the second attempt; doubled each time
_LONGEST_DELAY: Final = 8.0
_OF_SESSION: Final = (RealtimeTranscriptionSessionCreated, RealtimeTranscriptionSessionUpdated)
_OF_TRANSCRIPT: Final = (
    TranscriptionStreamTextDelta,
    TranscriptionStreamSegmentDelta,
    TranscriptionStreamLanguage,
    TranscriptionStreamDone,
    TurnDetectionStartEvent,
    TurnDetectionEagerEndEvent,
    TurnDetectionResumeEvent,
    TurnDetectionEndEvent,
)


class RealtimeConnection(Connection[RealtimeEvent, "SyncRealtimeConnection"]):
    """A live transcription: `async with client.audio.realtime.connect(model) as connection`.

    One task sends audio (`send_audio`, then `end_audio`), another reads the events: `async for event in connection`.
    The events end with `transcription.done`, or raise a `ConnectionClosedError`.
    """

    _types: ClassVar[Types] = TRANSCRIPTION
    _done = TranscriptionStreamDone
    _errors = (RealtimeTranscriptionError,)

    def __init__(
        self,
        engine: Engine,
        request: Handshake,
        options: RealtimeConnectOptions,
        settings: Mapping[str, Any],
        reconnect: Reconnect | None = None,
    ) -> None:
        super().__init__(engine, request, options, settings)
        self._reconnect = reconnect
        self._log = None if reconnect is None else AudioLog(reconnect.keep_seconds)
        self._failures = 0  # connections in a row that gave no text
        self._since = 0.0  # the present session
        self._restored: anyio.Event | None = None  # made in the event loop
        self._opening: anyio.CancelScope | None = None
        self._lost = False
        self._over: MistralError | None = None
        self._transcript = Transcript()

    def blocking(self, executor: BlockingExecutor) -> SyncRealtimeConnection:
        """Return the connection for code that blocks."""
        return SyncRealtimeConnection(executor.portal, self)

    @property
    def session(self) -> RealtimeTranscriptionSession:
        """The settings, as the server has them."""
        session: RealtimeTranscriptionSession = self._open_now().session
        return session

    @property
    def audio_format(self) -> AudioFormat:
        """The form that audio must have."""
        return self.session.audio_format

    @property
    def partial(self) -> TranscriptionResponse:
        """The text and segments so far."""
        return self._transcript.response(self._request.model or "")

    # what is sent

    async def send_audio(self, audio_bytes: bytes | bytearray | memoryview) -> None:
        """Send audio, of any length; waits while the server takes no more.

        Raises `ConnectionClosedError` once the connection has ended.
        """
        with memoryview(audio_bytes) as view:  # which would keep a bytearray from growing while this waits
            size = view.nbytes
        if size <= MOST_AUDIO:
            await self._send_piece(audio_bytes)
            return
        audio = bytes(audio_bytes)
        for start in range(0, size, MOST_AUDIO):
            await self._send_piece(audio[start : start + MOST_AUDIO])

    async def _send_piece(self, audio: bytes | bytearray | memoryview) -> None:
        if not audio:
            return
        if self._log is None:
            await self._send(append_audio(audio))
        else:
            await self._send_logged(self._log, bytes(audio))

    async def _send_logged(self, log: AudioLog, audio: bytes) -> None:
        """Send audio, or a flush, or have it wait while the connection is lost (rules 1 and 5)."""
        message = _message(audio)
        while not await self._try_to_send(message):
            if self._lost and not log.is_full:
                log.add(audio)
                if not isinstance(self._last, self._errors):  # what is not heard yet comes after the last done
                    self._last = None
                return
            if self._lost and self._restored is not None:
                await self._restored.wait()
        log.add(audio)
        log.advance()

    async def _try_to_send(self, message: bytes) -> bool:
        """Send a message, and return True, unless the connection is lost; raises what has ended it for good."""
        if self._over is not None:
            raise self._over.with_traceback(None)  # which would grow with each, and hold what was sent
        if self._ended:
            raise self._failed(self._ended_here())
        if self._lost:
            return False
        link = self._link
        try:
            await self._send(message)
        except ConnectionClosedError:
            if self._ended or self._reconnect is None:
                raise
            if self._link is link:
                self._lose()
            return False
        return True

    def _lose(self) -> None:
        if not self._lost:
            self._lost, self._restored = True, anyio.Event()

    async def flush_audio(self) -> None:
        """Have the audio so far transcribed now, without more to come first."""
        if self._log is None:
            await self._send(FLUSH_AUDIO)
        else:
            await self._send_logged(self._log, b"")

    async def end_audio(self) -> None:
        """Say that no more audio comes: the rest of the text follows, then `transcription.done`."""
        if self._closed:
            return
        self._input_ended = True
        await self._try_to_send(END_AUDIO)  # else it is sent with what waits

    async def update_session(
        self,
        audio_format: AudioFormat | JSONMapping | None = None,
        **settings: Unpack[RealtimeTranscriptionSettings],
    ) -> None:
        """Change settings; `session.updated` tells that it was done. The API takes it before the first audio only."""
        await self._update(transcription_settings(audio_format, settings))

    # what comes

    def _noted(self, event: Any) -> Any:
        super()._noted(event)
        match event:
            case TranscriptionStreamTextDelta():
                self._heard(None)
            case TranscriptionStreamSegmentDelta():
                self._heard(event.end)
            case TranscriptionStreamDone() if self._log is not None:
                self._log.done()
            case _:
                pass
        if isinstance(event, _OF_TRANSCRIPT):
            self._transcript.take(event, 0.0 if self._log is None else self._log.base)
        elif self._log is not None and isinstance(event, _OF_SESSION):
            if isinstance(event, RealtimeTranscriptionSessionCreated):
                self._since = time.monotonic()
            form = event.session.audio_format
            self._log.set_format(form.bytes_per_second, AudioFormat.BYTES.get(form.encoding, 2))
        return event

    def _heard(self, end: float | None) -> None:
        """Take note of text that came, up to a time where that is known."""
        self._failures = 0
        if self._log is None:
            return
        if end is not None:
            self._log.segment(end)
        else:
            self._log.text(self.session.target_streaming_delay_ms, time.monotonic() - self._since)

    # a new connection in place of a lost one

    async def _recover(self, error: ConnectionClosedError) -> None:
        try:
            if self._over is not None:
                raise self._over.with_traceback(None)
            if self._reconnect is None or self._ended or not _passes(error):
                await super()._recover(error)
            self._lose()
            await self._reopen(error)
        except MistralError as failure:
            if self._closed:
                return
            self._over = failure
            failure.partial = self.partial
            raise
        finally:
            if self._over is not None or not self._lost:
                self._wake()

    def _is_end(self, error: ConnectionClosedError) -> bool:
        said = self._reconnect is None or self._input_ended or isinstance(self._last, self._errors)
        return said and super()._is_end(error)

    def _finish(self, error: ConnectionClosedError) -> None:
        super()._finish(error)
        self._over = error
        self._wake()

    def _end(self) -> None:
        super()._end()
        if self._opening is not None:
            self._opening.cancel()
        self._wake()

    def _wake(self) -> None:
        """Have who waits for the connection look at it again."""
        if self._restored is not None:
            self._restored.set()

    async def _reopen(self, lost: ConnectionClosedError) -> None:
        """Open a new connection and send again what has to be, at most `attempts` times in a row without text."""
        rules, log = cast("Reconnect", self._reconnect), cast("AudioLog", self._log)
        if self._link is not None:
            await self._link.close(error=lost)
        exact = log.exact
        resent, dropped = log.restart()
        self._transcript.begin_again()
        place = len(self._ready)
        with anyio.CancelScope() as opening:
            self._opening = opening  # which `_end` cancels
            await self._open_in_turn(rules, lost)
        if opening.cancelled_caught:
            raise self._failed(self._ended_here())
        log.resume()
        told = RealtimeReconnected(
            close_code=lost.close_code,
            reason=lost.reason,
            resumed_at=log.base,
            resent=resent,
            lost=dropped,
            exact=exact,
            session=self.session,
        )
        self._ready.insert(place, told)
        await self._send_again(log)

    async def _open_in_turn(self, rules: Reconnect, error: MistralError) -> None:
        """Open a new connection, after a delay where others have failed; raises the error of the last one."""
        while self._failures < rules.attempts:
            if self._failures:
                delay = min(_LONGEST_DELAY, _FIRST_DELAY * 2.0 ** (self._failures - 1))
                await anyio.sleep(delay * random.uniform(0.5, 1.0))  # noqa: S311 (no secret)
            self._failures += 1
            try:
                return await self._open_link()
            except MistralError as failure:
                error = failure
            except anyio.get_cancelled_exc_class():
                self._failures -= 1
                raise
            if not _passes(error):
                break
        raise error

    async def _send_again(self, log: AudioLog) -> None:
        """Send what waits, and the end (rule 3); a connection that is lost again stays so (rule 5)."""
        try:
            await self._send_waiting(log)
            if self._input_ended:
                await self._send(END_AUDIO)
                await self._send_waiting(log)
        except ConnectionClosedError:
            return  # the next read sees it
        except BaseException:
            self._open_now().abort()
            raise
        self._lost = False

    async def _send_waiting(self, log: AudioLog) -> None:
        while (audio := log.next()) is not None:
            await self._send(_message(audio))
            log.advance()


def _message(audio: bytes) -> bytes:
    """Return the message for what an `AudioLog` has: audio, or a flush."""
    return append_audio(audio) if audio else FLUSH_AUDIO


def _passes(error: MistralError) -> bool:
    """Return whether another connection may do better (rule 2)."""
    if isinstance(error, ConnectionClosedError):
        return error.close_code not in _FINAL and (error.by_server or error.close_code == _SILENT)
    return isinstance(error, (APIConnectionError, ServerError))


class SyncRealtimeConnection(SyncConnection[RealtimeEvent, RealtimeConnection]):
    """A live transcription: `with client.audio.realtime.connect(model) as connection` (see `RealtimeConnection`)."""

    @property
    def session(self) -> RealtimeTranscriptionSession:
        """The settings, as the server has them."""
        return self._connection.session

    @property
    def audio_format(self) -> AudioFormat:
        """The form that audio must have."""
        return self._connection.audio_format

    @property
    def partial(self) -> TranscriptionResponse:
        """The text and segments so far."""
        return self._connection.partial

    def send_audio(self, audio_bytes: bytes | bytearray | memoryview) -> None:
        """Send audio, of any length; waits while the server takes no more."""
        self._portal.run(self._connection.send_audio, audio_bytes)

    def flush_audio(self) -> None:
        """Have the audio so far transcribed now, without more to come first."""
        self._portal.run(self._connection.flush_audio)

    def end_audio(self) -> None:
        """Say that no more audio comes: the rest of the text follows, then `transcription.done`."""
        self._portal.run(self._connection.end_audio)

    def update_session(
        self,
        audio_format: AudioFormat | JSONMapping | None = None,
        **settings: Unpack[RealtimeTranscriptionSettings],
    ) -> None:
        """Change settings; `session.updated` tells that it was done. The API takes it before the first audio only."""
        self._portal.run(lambda: self._connection.update_session(audio_format, **settings))
