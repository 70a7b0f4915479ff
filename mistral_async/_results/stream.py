"""Streams: answers that arrive event by event."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
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

# Rule 1: A stream ends with its terminal mark: `[DONE]`, or an event of one of the types in `Stream.ends`. What follows
#   the mark has no meaning; its body's end is awaited for `_TAIL` seconds, so that the connection can be kept.
# Rule 2: `[DONE]` before all choices have finished is an error; the end of the body after all have is none. Any other
#   end without the mark is an `IncompleteStreamError`, even if the body ended properly.
# Rule 3: Events that came before a failure are given out first. The failure is raised once, with what arrived in
#   `.partial`; after it the stream is at its end.
# Rule 4: Before the first event the call may be repeated, under the same policy as any other; after it, never: the
#   reader has acted on what it read.
# Rule 5: The wait for an event begins when the reader asks, and lasts `timeout.read` seconds for the first and
#   `timeout.idle` for others. Bytes of an unfinished event begin it anew, comments that keep the stream open do not.
#   The deadline of the call ends it in any case.
# Rule 6: An event is an error if its name or type says so, or if it has the shape of an error and of nothing else. A
#   page or document in place of a stream is a `ResponseValidationError`, not an empty stream.

_TAIL = 0.05
_STEP = 32 * 1024  # bytes whose events are decoded before others get their turn: 10 ms for the shortest events


class AsyncStream(OpenResponse, Generic[T]):
    """The events of a streamed answer: `async with client.chat.stream(...) as stream: async for event in stream`.

    It is read once. `break`, an exception or `cancel` closes the connection at once.
    """

    def __init__(self, engine: Engine, request: Stream[T]) -> None:
        super().__init__(engine)
        self._request = request
        self._decoder = EventDecoder()
        self._decode_event: Callable[[bytes], Any] = decoder(request.yields).decode
        self._ready: deque[T] = deque()
        self._seen: list[T] = []
        self._ended = False  # its terminal mark has come
        self._failed = False
        self._event_deadline: float | None = None  # when the wait for the next event is over (`time.monotonic()`)

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
        """Raise if the answer is a page or a document (rule 6)."""
        streaming, call = cast("WireStream", self._streaming), cast("CallState", self._call)
        media = Headers(streaming.headers).get("content-type", "").lower()
        if media.startswith(("application/json", "text/html")):
            body = call.redact(await body_of(streaming, call.deadline))
            raise call.unreadable(streaming, body, ValueError("a stream of events was asked for"))

    def __aiter__(self) -> Self:
        self._check_open()
        if self._left and self._ended and not self._ready:
            raise RuntimeError("a stream is read once, in its block: make the call again")
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
        """Return the events that have arrived since the last call: at least one, or none at the end."""
        if not self._ready:
            await self._fill()
        events = list(self._ready)
        self._ready.clear()
        return events

    async def _fill(self) -> None:
        """Read until there is an event or the stream has ended; raise a failure when all before it are taken."""
        self._check_open()
        self._begin_reading()
        try:
            self._start_clock()
            while not self._ready and not self._finished:
                await self._receive_once()
        finally:
            self._reading = False
        if not self._ready and not self._ended:
            self._raise_end()

    def _raise_end(self) -> None:
        """Raise the reason why nothing more comes, once; none if it was cancelled, or closed inside its block."""
        if self._failure is not None:
            try:
                raise self._failure
            finally:
                self._failure = None
        if self._left and not (self._failed or self._cancelled):
            raise self._incomplete("was closed")

    def cancel(self) -> None:
        """End it, from any task: whoever reads it sees its end, and no event that was not taken yet."""
        super().cancel()
        self._ready.clear()

    def _start_clock(self) -> None:
        """Begin the wait for the next event (rule 5)."""
        timeout = self._engine.options.timeout
        limit = timeout.idle if self._seen else timeout.read
        until = None if limit is None else time.monotonic() + limit
        deadline = self._call.deadline if self._call is not None else None
        self._event_deadline = deadline if until is None or (deadline is not None and deadline < until) else until

    async def _receive_once(self) -> None:
        """Read once from the connection; keep a failure until the events before it are taken (rule 3)."""
        try:
            data = await self._read()
            if data is None:
                return
            if data:
                before = self._decoder.data_bytes
                self._decode_events(self._decoder.feed(data))
                if (trace := cast("CallState", self._call).trace) is not None and self._seen:
                    trace.event_arrived()
                if not self._ready and self._decoder.data_bytes != before:  # an event that takes long is not silence
                    self._start_clock()
            else:
                self._decode_last(self._decoder.close())
            if self._ended:
                await self._finish()
            elif not data:
                self._check_end()
        except EventTooLargeError as problem:
            self._fail(self._with_context(ResponseValidationError(f"{self._request!r}: {problem}")))
        except MistralError as error:
            self._fail(error)
        if self._failure is not None:
            await self.aclose()

    def _fail(self, error: MistralError) -> None:
        error.partial = self.partial
        self._failure = error
        self._failed = self._finished = True

    async def _read(self) -> bytes | None:
        """Return what has arrived, b"" at the end of the body, or None if the stream was closed meanwhile."""
        while True:
            try:
                return await cast("WireStream", self._streaming).receive(self._event_deadline, _STEP)
            except WireError as failure:
                if self._finished:
                    return None
                if self._seen:
                    raise self._interrupted(failure, "idle" if failure.timeout else None) from cause_of(failure)
                broken = failure
            if not await self._reopen(broken):
                return None

    async def _reopen(self, failure: WireError) -> bool:
        """Repeat the call as the retry policy says (rule 4), or raise; return False if the stream was closed."""
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

    def _decode_events(self, events: list[Event]) -> None:
        """Decode events up to the terminal mark (rule 1); raises for one that is an error or can not be read."""
        done, chunks = self._request.ends == DONE, self._request.yields is CompletionChunk
        ready, seen, decode_event = self._ready, self._seen, self._decode_event
        for event in events:
            data = event.data
            if done and data.startswith(b"[DONE]"):
                self._ended = True
                return
            if event.event in _ERRORS:
                raise self._error_event(data)
            try:
                item = decode_event(data)
            except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
                item = self._decode_leniently(data)
            # A chunk with choices can be nothing else: nearly all events are.
            if (event.event or not chunks or not item.choices or item.object == "error") and self._is_last(item, event):
                self._ended = True
            ready.append(item)
            seen.append(item)
            if self._ended:
                return

    def _decode_last(self, events: list[Event]) -> None:
        """Decode what the body ended with: an event that lacks only its blank line, or a part of one."""
        try:
            self._decode_events(events)
        except ResponseValidationError as problem:
            if not self.partial.is_finished:
                raise self._incomplete("ended inside an event,") from problem.__cause__

    def _decode_leniently(self, data: bytes) -> Any:
        """Decode an event leniently, or raise the error that says what is wrong."""
        try:
            return decode(data, self._request.yields)
        except (LenientDecodeError, msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
            raise self._unreadable(data, problem) from problem

    def _is_last(self, item: object, event: Event) -> bool:
        """Return whether an event is the terminal mark; raises if it is an error (rule 6)."""
        kind = event.event or getattr(item, "type", None) or ""
        if kind in _ERRORS or getattr(item, "object", "") == "error" or _is_error(item, event.data):
            raise self._error_event(event.data)
        return kind in self._request.ends and self._request.ends != DONE

    def _error_event(self, data: bytes) -> MistralError:
        """Return the error that an event reports."""
        return self._with_context(
            from_event(data, route=f"{self._request.method} {self._request.path}", request_id=None)
        )

    def _unreadable(self, data: bytes, problem: Exception) -> ResponseValidationError:
        error = ResponseValidationError(f"an event of {self._request!r} can not be read: {problem}")
        error.body, error.path, error.status = data, getattr(problem, "path", "$"), 200
        return self._with_context(error)

    async def _finish(self) -> None:
        """Check that the terminal mark made sense (rule 2), and let the connection be used again."""
        if self._request.ends == DONE and not self.partial.is_finished:
            self._ended = False
            raise self._incomplete("said it was done before its choices had finished")
        try:
            await cast("WireStream", self._streaming).receive(time.monotonic() + _TAIL)
        except WireError:
            pass  # nothing that matters came after the mark
        await self.aclose()

    def _check_end(self) -> None:
        """Raise unless a body that ended without its mark is whole (rule 2)."""
        self._finished = True
        self._ended = self._request.ends == DONE and self.partial.is_finished
        if not self._ended:
            raise self._incomplete("ended without its terminal mark")
        self._settle()

    def _incomplete(self, what: str) -> IncompleteStreamError:
        error = IncompleteStreamError(f"{self._request!r}: the stream {what} after {len(self._seen)} events")
        error.partial = self.partial
        return self._with_context(error)

    def _tokens(self) -> float | None:
        tokens = getattr(self.partial.usage, "total_tokens", None)
        return tokens if isinstance(tokens, int) else None

    def _partial(self) -> Accumulator[T]:
        return self.partial

    @property
    def partial(self) -> Accumulator[T]:
        """The events so far and what they add up to: text, thinking, tool calls, usage."""
        return accumulate(self._seen)

    async def until_done(self) -> Self:
        """Read the rest; raises `IncompleteStreamError` for a stream that was closed before its end."""
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
        """Read the rest and return the answer that the same call without streaming gives."""
        await self.until_done()
        return self.partial.response()


def _is_error(item: object, data: bytes) -> bool:
    """Return whether an event is an error that would pass for an empty completion."""
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
