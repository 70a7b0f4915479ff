"""The official SDK's streams: iterated with a block or without, their events with `.event` and `.data`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from mistral_async._binding.sync_executor import SyncStream
from mistral_async._results.stream import AsyncStream
from mistral_async.compat._values import official
from mistral_async.compat.errors import OfficialErrors
from mistral_async.models._model import Model

if TYPE_CHECKING:
    import httpx

    from mistral_async.compat._models import (  # pyright: ignore[reportMissingModuleSource] - a stub alone
        CompletionChunk,
        ConversationEventsData,
        ResponsesStreamEventsData,
        SpeechStreamEventsData,
        TranscriptionStreamEventsData,
    )

D = TypeVar("D")
E = TypeVar("E")


class StreamEvent(Model, Generic[D]):
    """An event of a stream: its content in `.data`, its type in `.event`."""

    data: D
    event: str | None = None
    id: str | None = None
    retry: int | None = None

    def __post_init__(self) -> None:
        """Take the type of the content."""
        self.event = self.event or getattr(self.data, "type", None)


class CompletionEvent(StreamEvent[Any]):
    """An event of a completion; `data` is a `CompletionChunk`."""

    if TYPE_CHECKING:
        data: CompletionChunk


class ConversationEvents(StreamEvent[Any]):
    """An event of a conversation."""

    if TYPE_CHECKING:
        data: ConversationEventsData


class TranscriptionStreamEvents(StreamEvent[Any]):
    """An event of a transcription."""

    if TYPE_CHECKING:
        data: TranscriptionStreamEventsData


class SpeechStreamEvents(StreamEvent[Any]):
    """An event of spoken text."""

    if TYPE_CHECKING:
        data: SpeechStreamEventsData


class ResponsesStreamEvents(StreamEvent[Any]):
    """An event of the Responses endpoint."""

    if TYPE_CHECKING:
        data: ResponsesStreamEventsData


_OF_GROUP: dict[str, type[StreamEvent[Any]]] = {
    "chat": CompletionEvent,
    "fim": CompletionEvent,
    "agents": CompletionEvent,
    "conversations": ConversationEvents,
    "transcriptions": TranscriptionStreamEvents,
    "speech": SpeechStreamEvents,
    "responses": ResponsesStreamEvents,
}


def stream_errors(path: Sequence[str]) -> OfficialErrors:
    """Return the errors of the stream of a method."""
    return OfficialErrors(disconnects=path[0] == "workflows")


def event_class(group: str) -> type[StreamEvent[Any]]:
    """Return the class of the events that a group's streams give."""
    return _OF_GROUP.get(group, StreamEvent)


class EventStream(Generic[E]):
    """An open stream of a blocking call."""

    def __init__(
        self, stream: SyncStream[Any], owner: object, event: Callable[[Any], E], errors: OfficialErrors
    ) -> None:
        self._owner = owner  # keeps the client from being finalized, which would close the connection
        self._errors = errors
        self._event = event
        self._stream = stream.__enter__()
        self._events = self._iterate()

    @property
    def response(self) -> httpx.Response:
        """The status and the header fields of the answer, as the official SDK has them; without a body."""
        return self._stream.response.http

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        self._stream.close()

    def close(self) -> None:
        """Close the connection, or return it to the pool."""
        self._stream.close()

    def __iter__(self) -> Iterator[E]:
        return self._events

    def __next__(self) -> E:
        return next(self._events)

    def _iterate(self) -> Iterator[E]:
        """Yield the events; leaving the loop closes the connection, or returns it to the pool."""
        try:
            with self._errors:
                for data in self._stream:
                    yield self._event(official(data))
        finally:
            self._stream.close()


class EventStreamAsync(Generic[E]):
    """An open stream of an asynchronous call."""

    def __init__(
        self, stream: AsyncStream[Any], owner: object, event: Callable[[Any], E], errors: OfficialErrors
    ) -> None:
        self._owner = owner
        self._errors = errors
        self._event = event
        self._stream = stream

    @property
    def response(self) -> httpx.Response:
        """The status and the header fields of the answer, as the official SDK has them; without a body."""
        return self._stream.response.http

    async def start(self) -> Self:
        """Open the stream."""
        await self._stream.__aenter__()
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self._stream.aclose()

    async def close(self) -> None:
        """Close the connection, or return it to the pool."""
        await self._stream.aclose()

    def __aiter__(self) -> AsyncIterator[E]:
        return self

    async def __anext__(self) -> E:
        try:
            with self._errors:
                return self._event(official(await anext(self._stream)))
        except BaseException:  # the end, an error or a cancellation: without a block, the connection is released here
            await self._stream.aclose()
            raise
