"""Lists and streams of `with_response`: pages and events with all that the API said, at the price of keeping it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from mistral_async._codec.json_decode import decode_json
from mistral_async._codec.json_types import JSONObject
from mistral_async._codec.sse import Event
from mistral_async._codec.unread import unread
from mistral_async._engine.request import Call, Stream
from mistral_async._engine.response import Response
from mistral_async._results.event_reader import EventReader
from mistral_async._results.pages import AsyncPages
from mistral_async._results.stream import AsyncStream

if TYPE_CHECKING:
    from mistral_async._engine.call_state import CallState
    from mistral_async._engine.engine import Engine

T = TypeVar("T")
Page = TypeVar("Page")


class AsyncResponsePages(AsyncPages[T, Response[Page]], Generic[T, Page]):
    """A list of the API whose pages are `Response`s: with headers, request id, status and body. Its items are plain."""

    def _fetch(self, call: Call[Any]) -> Coroutine[Any, Any, Response[Page]]:
        return self._engine.respond(call)

    def _data(self, page: Response[Page]) -> Any:
        return page.data


class AsyncResponseStream(AsyncStream[T]):
    """The events of a streamed answer, each of which can also be read as the server sent it."""

    def __init__(self, engine: Engine, request: Stream[T]) -> None:
        super().__init__(engine, request)
        self._sent: dict[int, tuple[T, bytes]] = {}  # by the identity of the event, which it keeps alive

    def _make_reader(self, call: CallState) -> EventReader:
        return _KeepingReader(self._request, call, self._ready, self._seen, self._sent)

    def json(self, event: T) -> Any:
        """Return an event as plain dicts, lists and scalars, with the fields that this version does not know."""
        return decode_json(self._data_of(event))

    def unknown_fields(self, event: T) -> JSONObject:
        """Return what the server sent and the event does not show, by its path (see `Response.unknown_fields`)."""
        return unread(self._data_of(event), self._request.yields)

    def _data_of(self, event: T) -> bytes:
        found = self._sent.get(id(event))
        if found is None or found[0] is not event:
            raise ValueError("this is no event of this stream")
        return found[1]


class _KeepingReader(EventReader):
    """A reader that keeps what the server sent of each event."""

    def __init__(
        self, request: Stream[Any], call: CallState, ready: deque[Any], seen: list[Any], sent: dict[int, Any]
    ) -> None:
        super().__init__(request, call, ready, seen)
        self._sent = sent
        self._decode_event = self._decoding(self._decode_event)

    def _decoding(self, get: Callable[..., Any]) -> Callable[[bytes], Any]:
        sent = self._sent

        def decode_and_keep(data: bytes) -> Any:
            item = get(data)
            sent[id(item)] = item, data
            return item

        return decode_and_keep

    def _decode_irregular(self, event: Event) -> Any:
        item = super()._decode_irregular(event)
        if item is not None:
            self._sent[id(item)] = item, event.data
        return item
