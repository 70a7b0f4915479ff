"""Answers that arrive piece by piece. The connection is closed as soon as the block is left.

A stream ends with its terminal mark. One that ends without it raises, and `.partial` holds what arrived.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast, overload

import msgspec

from mistral_async._codec.error_body import parse_error
from mistral_async._codec.headers import Headers
from mistral_async._codec.open_union import LenientDecodeError, decode, decoder
from mistral_async._codec.sse import Event, EventDecoder, EventTooLargeError
from mistral_async._engine.call_state import body_of, cause_of
from mistral_async._engine.request import DONE, Stream
from mistral_async._http.protocol import WireError, WireStream
from mistral_async._results.accumulate import Accumulator, CompletionAccumulator
from mistral_async._results.open_response import OpenResponse
from mistral_async.errors import (
    IncompleteStreamError,
    MistralError,
    ResponseValidationError,
    from_event,
)
from mistral_async.models.chat import CompletionChunk

if TYPE_CHECKING:
    from mistral_async._engine.call_state import CallState
    from mistral_async._engine.engine import Engine
    from mistral_async.models.chat import ChatCompletionResponse

T = TypeVar("T")
_TAIL = 0.05  # seconds granted to the end of the body, so that the connection can be kept


class AsyncStream(OpenResponse, Generic[T]):
    """The events of a streamed answer: `async with client.chat.stream(...) as stream: async for event in stream`."""

    def __init__(self, engine: Engine, request: Stream[T]) -> None:
        super().__init__(engine)
        self._request = request
        self._decoder = EventDecoder()
        self._ready: deque[T] = deque()
        self._seen: list[T] = []
        self._ended = False  # its terminal mark has come
        self._until: float | None = None  # when the wait for the next event is over

    async def __aenter__(self) -> Self:
        await self._open(self._request, "text/event-stream")
        if not self._finished:
            try:
                await self._check_type()
            except BaseException as error:
                await self.__aexit__(type(error), error, None)
                raise
        return self

    async def _check_type(self) -> None:
        """A page or a document in place of events is not an empty stream."""
        streaming, call = cast("WireStream", self._streaming), cast("CallState", self._call)
        media = Headers(streaming.headers).get("content-type", "").lower()
        if media.startswith(("application/json", "text/html")):
            body = call.redact(await body_of(streaming, call.deadline))
            raise call.unreadable(streaming, body, ValueError("a stream of events was asked for"))

    def __aiter__(self) -> Self:
        self._check_open()
        return self

    def _check_open(self) -> None:
        if self._call is None and not self._finished:
            raise TypeError("a stream is used with a block: `async with client.….stream(...) as stream:`")

    async def __anext__(self) -> T:
        if not self._ready:
            await self._fill()
            if not self._ready:
                raise StopAsyncIteration
        return self._ready.popleft()

    async def receive(self) -> list[T]:
        """The events that have arrived since the last call, at least one; an empty list at the end."""
        if not self._ready:
            await self._fill()
        events = list(self._ready)
        self._ready.clear()
        return events

    async def _fill(self) -> None:
        """Read until there is an event or the stream has ended; a failure is raised when all before it are taken."""
        self._check_open()
        self._start_clock()
        while not self._ready and not self._finished:
            await self._pull()
        if not self._ready and self._failure is not None:
            try:
                raise self._failure
            finally:
                self._failure = None

    def cancel(self) -> None:
        """End it from any task: whoever reads it sees its end."""
        super().cancel()
        self._ready.clear()

    def _start_clock(self) -> None:
        """The wait for the next event begins: comments that only keep the stream open do not extend it."""
        timeout = self._engine.options.timeout
        limit = timeout.idle if self._seen else timeout.read
        until = None if limit is None else time.monotonic() + limit
        deadline = self._call.deadline if self._call is not None else None
        self._until = deadline if until is None or (deadline is not None and deadline < until) else until

    async def _pull(self) -> None:
        """Read once from the connection; a failure is kept until the events before it are taken."""
        try:
            data = await self._read()
            if data is None:
                return
            if data:
                before = self._decoder.data_bytes
                self._take(self._decoder.feed(data))
                if (trace := cast("CallState", self._call).trace) is not None and self._seen:
                    trace.event_arrived()
                if not self._ready and self._decoder.data_bytes != before:  # an event that takes long is not silence
                    self._start_clock()
            else:
                self._take_rest(self._decoder.close())
            if self._ended:
                await self._finish()
            elif not data:
                self._check_end()
        except EventTooLargeError as problem:
            self._fail(self._blamed(ResponseValidationError(f"{self._request!r}: {problem}")))
        except MistralError as error:
            self._fail(error)
        if self._failure is not None:
            await self.aclose()

    def _fail(self, error: MistralError) -> None:
        error.partial = self.partial
        self._failure = error
        self._finished = True

    async def _read(self) -> bytes | None:
        """What has arrived; None if the stream was closed meanwhile."""
        while True:
            try:
                return await cast("WireStream", self._streaming).receive(self._until)
            except WireError as failure:
                if self._finished:
                    return None
                if self._seen:
                    raise self._interrupted(failure, "idle" if failure.timeout else None) from cause_of(failure)
                broken = failure
            if not await self._open_again(broken):
                return None

    async def _open_again(self, failure: WireError) -> bool:
        """Before the first event the call may be repeated, under the same rules as any other."""
        await cast("WireStream", self._streaming).aclose()
        streaming = await self._unless_cancelled(self._engine.sender.reopen(cast("CallState", self._call), failure))
        if streaming is None:
            return False
        self._streaming = streaming
        if self._finished:
            await self.aclose()
            return False
        await self._check_type()
        self._decoder = EventDecoder()
        self._start_clock()
        return True

    def _take(self, events: list[Event]) -> None:
        """Decode what has arrived, up to the terminal mark: what follows it has no meaning."""
        done, chunks = self._request.ends == DONE, self._request.yields is CompletionChunk
        ready, seen, read = self._ready, self._seen, decoder(self._request.yields).decode
        for event in events:
            data = event.data
            if done and data.startswith(b"[DONE]"):
                self._ended = True
                return
            if event.event in _ERRORS:
                raise self._reported(data)
            try:
                item = read(data)
            except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
                item = self._decode_again(data)
            # A chunk with choices can be nothing else: nearly all events are.
            if (event.event or not chunks or not item.choices or item.object == "error") and self._ends(item, event):
                self._ended = True
            ready.append(item)
            seen.append(item)
            if self._ended:
                return

    def _take_rest(self, events: list[Event]) -> None:
        """What the body ended with may be an event that lacks only its blank line, or a part of one."""
        try:
            self._take(events)
        except ResponseValidationError as problem:
            if not self._assembly.is_finished:
                raise self._incomplete("ended inside an event,") from problem.__cause__

    def _decode_again(self, data: bytes) -> Any:
        """Leniently, or with the error that says what is wrong."""
        try:
            return decode(data, self._request.yields)
        except (LenientDecodeError, msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
            raise self._unreadable(data, problem) from problem

    def _ends(self, item: object, event: Event) -> bool:
        """Whether an event is the last; raises if it is an error."""
        kind = event.event or getattr(item, "type", None) or ""
        if kind in _ERRORS or getattr(item, "object", "") == "error" or _is_error(item, event.data):
            raise self._reported(event.data)
        return kind in self._request.ends and self._request.ends != DONE

    def _reported(self, data: bytes) -> MistralError:
        """The API reported an error inside the stream."""
        return self._blamed(from_event(data, route=f"{self._request.method} {self._request.route}", request_id=None))

    def _unreadable(self, data: bytes, problem: Exception) -> ResponseValidationError:
        error = ResponseValidationError(f"an event of {self._request!r} can not be read: {problem}")
        error.body, error.path, error.status = data, getattr(problem, "path", "$"), 200
        return self._blamed(error)

    async def _finish(self) -> None:
        """After the terminal mark: see that it made sense, and let the connection be used again."""
        if self._request.ends == DONE and not self._assembly.is_finished:
            self._ended = False
            raise self._incomplete("said it was done before its choices had finished")
        try:
            await cast("WireStream", self._streaming).receive(time.monotonic() + _TAIL)
        except WireError:
            pass  # nothing that matters came after the mark
        await self.aclose()

    def _check_end(self) -> None:
        """The body ended properly: a completion whose choices have all finished needs no `[DONE]`."""
        self._finished = True
        self._ended = self._request.ends == DONE and self._assembly.is_finished
        if not self._ended:
            raise self._incomplete("ended without its terminal mark")
        self._settle()

    def _incomplete(self, what: str) -> IncompleteStreamError:
        error = IncompleteStreamError(f"{self._request!r}: the stream {what} after {len(self._seen)} events")
        error.partial = self.partial
        return self._blamed(error)

    def _tokens(self) -> float | None:
        tokens = getattr(self._assembly.usage, "total_tokens", None)
        return tokens if isinstance(tokens, int) else None

    def _partial(self) -> Accumulator[T]:
        return self.partial

    @property
    def _assembly(self) -> Accumulator[Any]:
        return accumulate(self._seen)

    @property
    def partial(self) -> Accumulator[T]:
        """What has arrived so far: text, thinking, tool calls, usage."""
        return self._assembly

    async def until_done(self) -> Self:
        """Read the rest; a stream that was closed before its end raises."""
        while await self.receive():
            pass
        if not self._ended:
            raise self._incomplete("was closed")
        return self

    @overload
    async def get_final_response(self: AsyncStream[CompletionChunk]) -> ChatCompletionResponse: ...
    @overload
    async def get_final_response(self) -> Any: ...
    async def get_final_response(self) -> Any:
        """Read the rest and give the answer that the same call without streaming gives."""
        await self.until_done()
        return self._assembly.response()


def _is_error(item: object, data: bytes) -> bool:
    """An error in the shape of no event would pass for an empty completion."""
    return (
        getattr(item, "choices", None) == []
        and getattr(item, "usage", None) is None
        and parse_error(data).message != ""
    )


_ERRORS = frozenset({"error", "conversation.response.error", "response.error"})


def accumulate(events: Sequence[Any]) -> Accumulator[Any]:
    """Return the accumulator for these events, chosen by the first of them."""
    if events and isinstance(events[0], CompletionChunk):
        return CompletionAccumulator(events)
    if events and getattr(events[0], "type", "") == "conversation.response.started":
        from mistral_async._results.accumulate_conversation import ConversationAccumulator

        return ConversationAccumulator(events)
    return Accumulator(events)
