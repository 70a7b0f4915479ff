"""The official SDK's streams: iterated with a block or without, their events with `.event` and `.data`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import Any, Self

from mistral_async import Response
from mistral_async._binding.sync_executor import SyncStream
from mistral_async._results.stream import AsyncStream
from mistral_async.compat.errors import OfficialErrors


class StreamEvent:
    """An event of a stream: its content in `.data`, its type in `.event`."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.event: str | None = getattr(data, "type", None)
        self.id: str | None = None
        self.retry: int | None = None

    def __repr__(self) -> str:
        return f"Event(event={self.event!r}, data={self.data!r})"


class CompletionEvent(StreamEvent):
    """An event of a completion; `data` is a `CompletionChunk`."""


class ConversationEvents(StreamEvent):
    """An event of a conversation."""


class TranscriptionStreamEvents(StreamEvent):
    """An event of a transcription."""


class SpeechStreamEvents(StreamEvent):
    """An event of spoken text."""


class ResponsesStreamEvents(StreamEvent):
    """An event of the Responses endpoint."""


_OF_GROUP: dict[str, type[StreamEvent]] = {
    "chat": CompletionEvent,
    "fim": CompletionEvent,
    "agents": CompletionEvent,
    "conversations": ConversationEvents,
    "transcriptions": TranscriptionStreamEvents,
    "speech": SpeechStreamEvents,
    "responses": ResponsesStreamEvents,
}


def event_class(group: str) -> type[StreamEvent]:
    """Return the class of the events that a group's streams give."""
    return _OF_GROUP.get(group, StreamEvent)


class EventStream:
    """An open stream of a blocking call."""

    def __init__(self, stream: SyncStream[Any], owner: object, event: type[StreamEvent]) -> None:
        self._owner = owner  # keeps the client from being finalized, which would close the connection
        self._event = event
        self._stream = stream.__enter__()
        self.response: Response[None] = stream.response
        self._events = self._iterate()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stream.close()

    def __iter__(self) -> Iterator[StreamEvent]:
        return self._events

    def __next__(self) -> StreamEvent:
        return next(self._events)

    def _iterate(self) -> Iterator[StreamEvent]:
        """Yield the events; leaving the loop closes the connection, or returns it to the pool."""
        try:
            with OfficialErrors():
                for data in self._stream:
                    yield self._event(data)
        finally:
            self._stream.close()


class EventStreamAsync:
    """An open stream of an asynchronous call."""

    def __init__(self, stream: AsyncStream[Any], owner: object, event: type[StreamEvent]) -> None:
        self._owner = owner
        self._event = event
        self._stream = stream
        self.response: Response[None]

    async def start(self) -> Self:
        """Open the stream."""
        await self._stream.__aenter__()
        self.response = self._stream.response
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stream.aclose()

    def __aiter__(self) -> AsyncIterator[StreamEvent]:
        return self

    async def __anext__(self) -> StreamEvent:
        try:
            with OfficialErrors():
                return self._event(await anext(self._stream))
        except BaseException:  # the end, an error or a cancellation: without a block, the connection is released here
            await self._stream.aclose()
            raise
