"""Live work in one call: everything that an iterator gives is sent while the events come."""

from __future__ import annotations

import functools
import itertools
from abc import abstractmethod
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from inspect import isasyncgen
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeAlias, TypeVar, cast

import anyio

from mistral_async._binding.background import BackgroundTask
from mistral_async._binding.events import AsyncEvents
from mistral_async._binding.exits import FAILURES
from mistral_async._codec.json_encode import encode
from mistral_async._http.threads import run_in_daemon
from mistral_async.errors import ConnectionClosedError, MistralError, StreamInterruptedError
from mistral_async.models.realtime import RealtimeEvent, RealtimeSpeechEvent
from mistral_async.models.speech import SpeechResponse
from mistral_async.models.transcriptions import TranscriptionStreamDone
from mistral_async.realtime._connection import Connection
from mistral_async.realtime._link import ERRORS
from mistral_async.realtime._speech import RealtimeSpeechConnection
from mistral_async.realtime._transcription import RealtimeConnection

# Rule 1: A task beside the block sends what the iterator gives, as fast as the server takes it. It ends with the block.
# Rule 2: The iterator's own failure ends the connection at once, and is raised to whoever reads. A connection that ends
#         is told by the events, which know why.
# Rule 3: Events end with done or `error`, which is given out. For the result an `error` is raised.
# Rule 4: An iterator that is not async may block, as one over a microphone does: its steps are made in a thread. What
#         is in memory anyway (a list, a tuple) needs none.
# Rule 5: An async generator that was not read to its end is closed: it may hold a microphone, or a file.

E = TypeVar("E")
R = TypeVar("R")
C = TypeVar("C", bound=Connection[Any, Any])

Audio: TypeAlias = (
    "AsyncIterable[bytes | bytearray | memoryview] | Iterable[bytes | bytearray | memoryview] | bytes | bytearray"
)
Texts: TypeAlias = "AsyncIterable[str] | Iterable[str] | str"

Fits: TypeAlias = Callable[[object], bool]
Send: TypeAlias = Callable[[Any], Awaitable[None]]

_PIECE: Final = 32 * 1024  # bytes of a file
_CLOSING: Final = 1.0  # seconds


class Live(AsyncEvents[E, R], Generic[E, R, C]):
    """Live work: `async with` for its events, `await` for its result."""

    def __init__(self, connection: C, source: Any) -> None:
        super().__init__()
        self._connection = connection
        self._source = source
        self._task: BackgroundTask | None = None
        self._failure: BaseException | None = None
        self._left = False
        self._last: Any = None

    @property
    def is_open(self) -> bool:
        """True once its block was entered."""
        return self._task is not None

    @property
    def connection(self) -> C:
        """The connection: its session, request id and the rest."""
        return self._connection

    @property
    def partial(self) -> Any:
        """The part that has come so far."""
        return self._connection.partial

    async def __aenter__(self) -> Self:
        if self._task is not None:
            raise RuntimeError(f"a {type(self).__name__} is made once: make the call again")
        await self._connection.open()
        self._task = BackgroundTask(self._work)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._left = True
        try:
            if self._task is not None:
                await self._task.stop()
        finally:
            await self._connection.close()

    async def _work(self) -> None:
        try:
            await self._send_all()
        except ConnectionClosedError:
            pass  # rule 2
        except FAILURES as failure:
            self._failure = failure
            self._connection.abort()
        except BaseException:
            if not self._left:  # the iterator itself was cancelled: nobody else would tell
                self._failure = StreamInterruptedError("the iterator was cancelled before its end")
                self._connection.abort()
            raise

    @abstractmethod
    async def _send_all(self) -> None:
        """Send what the source gives, and its end."""

    async def receive(self) -> list[E]:
        """Return the events that have come since the last call, at least one; an empty list at the end."""
        if self._task is None:
            raise TypeError(f"a {type(self).__name__} is read in a block: `async with … as events:`")
        if self._last is not None:
            return []
        try:
            events: list[E] = await self._connection.receive()
        except MistralError:
            self._raise_failure()
            raise
        self._raise_failure()
        for index, event in enumerate(events):
            if isinstance(event, (self._connection._done, *ERRORS)):  # noqa: SLF001 - one design
                self._last = event
                return events[: index + 1]
        return events

    def _raise_failure(self) -> None:
        """Raise the failure of the iterator, once (rule 2)."""
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

    def __aiter__(self) -> Any:
        return super().__aiter__() if self.is_open else self._iterate_in_block()

    async def _iterate_in_block(self) -> AsyncIterator[E]:
        async with self:
            async for event in self:
                yield event

    async def result(self) -> R:
        """Go on to the end and return the result; raises what ends it before."""
        if self._task is None:
            async with self:
                return await self.result()
        while await self.receive():
            pass
        if isinstance(self._last, ERRORS):
            raise self._error(self._last)
        return self._result()

    def _error(self, event: Any) -> Exception:
        link = self._connection._open_now()  # noqa: SLF001 - one design
        error: Exception = self._connection._failed(link.error_of(encode(event)))  # noqa: SLF001 - the same
        return error

    @abstractmethod
    def _result(self) -> R:
        """Return the result, at the end."""


class LiveTranscription(Live[RealtimeEvent, TranscriptionStreamDone, RealtimeConnection]):
    """A transcription of audio that is still being made: `await` it, or read its events in a block.

    Awaited it gives the whole text, and raises a `StreamEventError` where the API reported an error.
    """

    async def _send_all(self) -> None:
        await send_pieces(self._source, _is_audio, "bytes", self._connection.send_audio)
        await self._connection.flush_audio()
        await self._connection.end_audio()

    def _result(self) -> TranscriptionStreamDone:
        return cast("TranscriptionStreamDone", self._last)


class LiveSpeech(Live[RealtimeSpeechEvent, SpeechResponse, RealtimeSpeechConnection]):
    """Speech of text that is still being written: `await` it for all audio, or read its events in a block."""

    async def _send_all(self) -> None:
        await send_pieces(self._source, _is_text, "str", self._connection.send_text)
        await self._connection.end()

    def _result(self) -> SpeechResponse:
        return self._connection.partial or SpeechResponse()


def _is_audio(piece: object) -> bool:
    return isinstance(piece, (bytes, bytearray, memoryview))


def _is_text(piece: object) -> bool:
    return isinstance(piece, str)


async def send_pieces(source: Any, fits: Fits, kind: str, send: Send) -> None:
    """Send what a source gives (rule 4); raises `TypeError` for a piece, or a source, that is none."""
    if hasattr(source, "read"):
        source = itertools.takewhile(bool, iter(functools.partial(source.read, _PIECE), None))  # b"" or "" is the end
    if fits(source):
        await send(source)
    elif isinstance(source, AsyncIterable):
        await _send_async(cast("AsyncIterable[Any]", source), fits, kind, send)
    elif isinstance(source, (list, tuple)):
        for piece in cast("list[Any]", source):
            await send(_checked(piece, fits, kind))
    elif isinstance(source, Iterable):
        iterator, end = iter(cast("Iterable[Any]", source)), object()
        while (piece := await run_in_daemon(next, iterator, end)) is not end:
            await send(_checked(piece, fits, kind))
    else:
        raise TypeError(f"an iterator of {kind} is needed, async or not, not {type(source).__name__}")


async def _send_async(
    source: AsyncIterable[Any], fits: Fits, kind: str, send: Callable[[Any], Awaitable[None]]
) -> None:
    """Send what an async iterable gives; a generator is closed, whatever ends this (rule 5)."""
    try:
        async for piece in source:
            await send(_checked(piece, fits, kind))
    finally:
        if isasyncgen(source):
            with anyio.move_on_after(_CLOSING, shield=True):
                await source.aclose()


def _checked(piece: Any, fits: Fits, kind: str) -> Any:
    if not fits(piece):
        raise TypeError(f"the iterator must give {kind}, and gave {type(piece).__name__}")
    return piece
