"""Streams: answers that arrive event by event."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast, overload

from mistral_async._codec.headers import content_type_of
from mistral_async._codec.open_union import Unknown
from mistral_async._codec.shown import described, safe_repr
from mistral_async._codec.sse import load_field_decoder
from mistral_async._engine.call_state import bare, body_of, cause_of
from mistral_async._engine.request import DONE, Stream
from mistral_async._http.protocol import Phase, Sent, WireError, WireStream, wire_error
from mistral_async._http.threads import run_in_daemon
from mistral_async._results.accumulate import Accumulator, CompletionAccumulator
from mistral_async._results.event_reader import EventReader
from mistral_async._results.open_response import OpenResponse
from mistral_async._spending.units import usage_of
from mistral_async.errors import (
    IncompleteStreamError,
    MistralError,
    ResponseValidationError,
    StreamEventError,
)
from mistral_async.models.chat import CompletionChunk

if TYPE_CHECKING:
    from mistral_async._engine.call_state import CallState
    from mistral_async._engine.engine import Engine
    from mistral_async._engine.tracing import Trace
    from mistral_async.models.chat import ChatCompletionResponse

T = TypeVar("T")

# Rule 1: A stream ends with its terminal mark: `[DONE]`, or an event of one of the types in `Stream.ends`. What follows
#   the mark has no meaning; its body's end is awaited for `_TAIL` seconds, so that the connection can be kept. Where
#   there are no such types, `[DONE]` or the end of the body ends it, whichever comes first.
# Rule 2: `[DONE]` before all choices have finished is an error; the end of the body after all have is none. Any other
#   end without the mark is an `IncompleteStreamError`, even if the body ended properly.
# Rule 3: Events that came before a failure are given out first. The failure is raised once, with what arrived in
#   `.partial`; after it the stream is at its end.
# Rule 4: Before the first event the call may be repeated, under the same policy as any other, also where an error comes
#   in place of the event; after it, never: the reader has acted on what it read.
# Rule 5: The wait for an event begins when the reader asks, and lasts `timeout.read` seconds for the first and
#   `timeout.idle` for others. Bytes of an unfinished event begin it anew, comments that keep the stream open do not.
#   The deadline of the call ends it in any case.
# Rule 6: An event is an error if its name or type says so, if it has an error, or if it has the shape of one and of
#   nothing else. So is an error that is no event, the lines of a body that a gateway sends, unless the stream came to
#   its end all the same. A page or document in place of a stream is a `ResponseValidationError`, not an empty stream;
#   events that are called a document are read.
# Rule 7: An event without data, or with null, is none: relays keep streams open with them. So is one that can not be
#   read and is named as such (`ping`). `[DONE]` may be quoted, or in small letters.
# Rule 8: After some hundred events, and after several reads without one, all other tasks have a turn.
# Rule 9: Half of a character (`\ud83d`) at the end of a text waits for the other half, in the next event that begins
#   with one, and is put before it.
# Rule 10: A large event is decoded in turns with other tasks. If that is cancelled, the next wait for an event goes on.

_TAIL = 0.05
_FRUITLESS = 8  # reads
_FIELDS = (b"data:", b"event:", b"id:", b":")


class AsyncStream(OpenResponse, Generic[T]):
    """The events of a streamed answer: `async with client.chat.stream(...) as stream: async for event in stream`.

    It is read once. `break`, an exception or `cancel` closes the connection at once.
    """

    _kept = " (what arrived is in .partial)"

    def __init__(self, engine: Engine, request: Stream[T]) -> None:
        super().__init__(engine)
        self._request = request
        self._ready: deque[T] = deque()
        self._seen: list[T] = []
        self._ended = False  # its terminal mark has come, and made sense
        self._failed = False
        self._reader: EventReader  # there when it is open
        self._trace: Trace | None = None
        self._event_deadline: float | None = None  # when the wait for the next event is over (`time.monotonic()`)
        self._fruitless = 0  # reads without an event
        self._large = False  # the event that has begun is large, or has payloads

    async def __aenter__(self) -> Self:
        await self._open(self._request, "application/x-ndjson" if self._request.lines else "text/event-stream")
        if not self._finished:
            try:
                self._new_reader()
                await self._check_type()
            except BaseException as error:
                await self.__aexit__(type(error), error, None)
                raise
        return self

    def _new_reader(self) -> None:
        call = cast("CallState", self._call)
        self._reader, self._trace = self._make_reader(call), call.trace
        if (encoding := self._engine.options.workflow_encoding) is not None:
            self._reader.decode_payloads = encoding.decoder(self._request)
        self._large = self._reader.takes_turns

    def _make_reader(self, call: CallState) -> EventReader:
        return EventReader(self._request, call, self._ready, self._seen)

    async def _check_type(self) -> None:
        """Raise if the answer is a page or a document (rule 6), or repeat the call if it is an error (rule 4)."""
        streaming, call = cast("WireStream", self._streaming), cast("CallState", self._call)
        media = content_type_of(streaming.headers)
        if media.startswith(("application/json", "text/html")) and not self._request.lines:
            body = await self._read_document(streaming, call)
            if body is None:
                return
            error = call.error_in(streaming, body, ("choices",))
            if error is None:
                raise await call.redact_rest(self._no_stream(body))
            await self._reopen(self._engine.sender.retry_refusal, error, streaming.headers)

    async def _read_document(self, streaming: WireStream, call: CallState) -> bytes | None:
        """Return a page or document, without the key; None if it is only called so, and its first events are read."""
        try:
            first = await streaming.receive(call.deadline)
        except WireError as failure:
            raise self._no_stream(b"", failure) from cause_of(failure)
        if first.lstrip().startswith(_FIELDS):
            await self._read_first(first)
            return None
        return call.redact(first + await body_of(streaming, call.deadline))

    async def _read_first(self, data: bytes) -> None:
        """Read the first bytes of events that are called a document."""
        error: MistralError | None = None
        try:
            await self._reader.read_large(data) if self._large else self._read_step(data)
        except MistralError as problem:
            error = bare(problem)
        if error is not None:
            raise self._with_context(error)
        if self._reader.ended:
            await self._finish()

    @safe_repr
    def __repr__(self) -> str:
        state = f"{self._state()}, {len(self._seen):,} events"
        return described(self, self._request, state, "async with stream: async for event in stream")

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
        self._start_clock()
        data: bytes | None = None
        while not self._ready and not self._finished:
            try:
                if self._large:
                    await self._receive_large()
                elif data := await self._read():
                    silent = self._read_step(data)
                    if not self._ready:
                        await self._wait_on(is_silent=silent)
                    if self._reader.ended:
                        await self._finish()
                elif data is not None:
                    await self._end_body()
            except MistralError as problem:
                error = problem  # kept until the events before it are taken (rule 3)
                data = None  # what the server sent may hold the key, and tracebacks show the values of a frame
            else:
                continue
            await self._fail_or_repeat(error)
            del error  # it would hold this frame, and this frame it
        if not self._ready and not self._ended:
            self._raise_end()

    async def _end_body(self) -> None:
        """Take the end of the body: the last event, and then the end of the stream, or an error."""
        await self._read_last()
        if self._reader.ended:
            await self._finish()
        elif not self._finished:
            self._check_end()

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
        """Begin the wait for the next event (rule 5); raise if the stream was not opened."""
        if (call := self._call) is None:
            self._check_open()
            return
        timeout = self._engine.options.timeout
        limit = timeout.idle if self._seen else timeout.read
        until = None if limit is None else time.monotonic() + limit
        deadline = call.deadline
        self._event_deadline = deadline if until is None or (deadline is not None and deadline < until) else until

    def _read_step(self, data: bytes) -> bool:
        """Read as many events as others can wait for, and leave the rest to the next read (rule 8).

        Returns whether all of it was comments, which keep the stream open and do not count (rule 5).
        """
        reader = self._reader
        decoder = reader.decoder
        before = decoder.data_bytes
        reader.read(data)
        if decoder.rest and not reader.ended:
            self._wire.unread(decoder.rest)
        if self._trace is not None and self._seen:
            self._trace.event_arrived()
        return decoder.data_bytes == before

    async def _receive_large(self) -> None:
        """Read once inside a large event, or go on with it (rule 10)."""
        from anyio import move_on_after

        data = None if self._reader.waiting else await self._read()
        reader, deadline = self._reader, cast("CallState", self._call).deadline
        if data is None and not reader.waiting:
            return
        before = reader.decoder.data_bytes
        with move_on_after(None if deadline is None else max(0.0, deadline - time.monotonic())) as scope:
            await (self._read_last() if data == b"" else reader.read_large(data))
        if scope.cancelled_caught:
            problem = "the event is too large to be decoded in time"
            raise self._interrupted(WireError(problem, phase=Phase.READ, sent=Sent.MAYBE, timeout=True), "total")
        self._large = reader.takes_turns
        if self._cancelled:
            self._ready.clear()
        if self._finished:  # meanwhile, by another task
            return
        if (rest := reader.decoder.rest) and not reader.ended:
            self._wire.unread(rest)
        if self._trace is not None and self._ready:
            self._trace.event_arrived()
        if data and not self._ready:
            await self._wait_on(is_silent=reader.decoder.data_bytes == before)
        if reader.ended:
            await self._finish()
        elif data == b"":
            self._check_end()

    async def _load_lines(self) -> None:
        """Load what reads irregular events, in a thread, so that all others go on meanwhile (rule 8)."""
        try:
            await run_in_daemon(load_field_decoder)
        except (ImportError, OSError) as problem:
            raise self._interrupted(wire_error(problem)) from problem

    async def _wait_on(self, *, is_silent: bool) -> None:
        """Go on after a read without an event; after several, all other tasks have a turn first (rule 8)."""
        if self._reader.decoder.lacks_lines:
            await self._load_lines()
        if not is_silent:  # an event that takes long
            self._start_clock()
        from anyio.lowlevel import checkpoint

        self._large = self._reader.takes_turns
        self._fruitless += 1
        if not self._fruitless % _FRUITLESS:
            await checkpoint()

    async def _fail_or_repeat(self, error: MistralError) -> None:
        """Keep a failure; repeat the call where the stream began with it (rule 4)."""
        await cast("CallState", self._call).redact_rest(error)
        error = error if error.attempts else self._with_context(error)
        if not isinstance(error, StreamEventError) or self._seen:
            self._engine.state.calls.end(error)
            self._fail(error)
        else:
            self._finished = False
            try:
                await self._reopen(self._engine.sender.retry_refusal, error, self._wire.headers)
            except MistralError as final:
                self._fail(final)
        if self._failure is not None:
            await self.aclose()

    def _fail(self, error: MistralError) -> None:
        error.partial = self.partial
        self._failure = bare(error)
        self._failed = self._finished = True

    async def _read(self) -> bytes | None:
        """Return what has arrived, b"" at the end of the body, or None if the stream was closed meanwhile."""
        while True:
            try:
                wire: Any = self._streaming
                data: bytes = await wire.receive(self._event_deadline)
            except WireError as failure:
                if self._finished:
                    return None
                if (error := self._reader.stray_error()) is not None:
                    raise self._with_context(error) from cause_of(failure)
                if self._seen:
                    raise self._interrupted(failure, "idle" if failure.timeout else None) from cause_of(failure)
                broken = failure
            else:
                return data
            if not await self._reopen(self._engine.sender.reopen, broken):
                return None

    async def _reopen(self, repeat: Callable[..., Coroutine[Any, Any, WireStream]], *args: Any) -> bool:
        """Repeat the call as the retry policy says (rule 4), or raise; return False if the stream was closed."""
        await self._wire.aclose()
        streaming = await self._unless_cancelled(repeat(cast("CallState", self._call), *args))
        if streaming is None:
            return False
        self._streaming = streaming
        if self._finished:
            await self.aclose()
            return False
        self._new_reader()
        await self._check_type()
        self._start_clock()
        return not self._finished

    @property
    def _wire(self) -> WireStream:
        return cast("WireStream", self._streaming)

    async def _read_last(self) -> None:
        """Read what the body ended with; raises `IncompleteStreamError` for a part of an event."""
        reader = self._reader
        try:
            await reader.read_large(b"")
            if reader.decoder.lacks_lines:
                await self._load_lines()
                if not self._finished:
                    await reader.read_large(b"")
        except ResponseValidationError as problem:
            cut = problem
        else:
            return
        if not self.partial.is_finished:
            raise self._incomplete("ended inside an event,") from cut.__cause__

    async def _finish(self) -> None:
        """Check that the terminal mark made sense (rule 2), and let the connection be used again."""
        if self._request.ends == DONE and not self.partial.is_finished:
            raise self._incomplete("said it was done before its choices had finished")
        self._ended = True
        try:
            await self._wire.receive(time.monotonic() + _TAIL)
        except WireError:
            pass  # nothing that matters came after the mark
        await self.aclose()

    def _check_end(self) -> None:
        """Raise unless a body that ended without its mark is whole (rule 2)."""
        self._finished = True
        self._ended = not self._request.ends or (self._request.ends == DONE and self.partial.is_finished)
        if not self._ended:
            raise self._incomplete("ended without its terminal mark")
        self._settle()

    def _incomplete(self, what: str) -> MistralError:
        """Return the error of a stream that has not come to its end: what came in place of events, or a cut."""
        stray = b""
        if self._call is not None:
            if (found := self._reader.stray_error()) is not None:
                found.partial = self.partial
                return self._with_context(found)
            stray = self._reader.stray
        if stray and not self._seen:
            return self._no_stream(stray)
        kept = " (what came in place of events is in .body)" if stray else self._kept
        error = IncompleteStreamError(f"{self._request!r}: the stream {what} after {len(self._seen)} events{kept}")
        error.partial, error.body = self.partial, stray
        return self._with_context(error)

    def _no_stream(self, body: bytes, failure: WireError | None = None) -> MistralError:
        """Return the error of a page or document in place of a stream; the key has been struck out of its body."""
        problem = ValueError(f"a stream of events was asked for{'' if failure is None else f', and {failure}'}")
        return cast("CallState", self._call).unreadable(self._wire, body, problem)

    def _tokens(self) -> float | None:
        tokens = getattr(self.partial.usage, "total_tokens", None)
        return tokens if isinstance(tokens, int) else None

    def _usage(self) -> object:
        if not self._ended and not self.partial.is_finished:
            return None  # what its events said so far is less than what it cost
        found = (usage_of(event) for event in reversed(self._seen))
        return next((usage for usage in found if usage is not None), None)

    def _partial(self) -> Accumulator[T]:
        return self.partial

    @property
    def last_event_id(self) -> str:
        """The place to go on from with another stream, where its endpoint takes it; "" where events have no ids.

        Of the events that came together the last one has it: some of those that were taken may come again.
        """
        self._check_open()
        taken = len(self._seen) - len(self._ready)
        return next((found for count, found in reversed(self._reader.ids) if count <= taken), "")

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

    @overload
    async def show(self: AsyncStream[CompletionChunk]) -> ChatCompletionResponse: ...
    @overload
    async def show(self) -> Any: ...
    async def show(self) -> Any:
        """Show the answer while it arrives, and return it whole; it opens its own block where it is in none.

        In a notebook it grows in place, as Markdown; elsewhere its text is written to the standard output.
        """
        if not self._entered:
            async with self:
                return await self.show()
        from mistral_async._results.show import GrowingAnswer

        answer = GrowingAnswer()
        while await self.receive():
            answer.update(self.partial)
        answer.update(self.partial, last=True)
        return await self.get_final_response()


def accumulate(events: Sequence[Any]) -> Accumulator[Any]:
    """Return the accumulator for these events, chosen by the first of them that is known."""
    first = next((event for event in events if not isinstance(event, Unknown)), None)
    if isinstance(first, CompletionChunk):
        return CompletionAccumulator(events)
    if getattr(first, "type", "") == "conversation.response.started":
        from mistral_async._results.accumulate_conversation import ConversationAccumulator

        return ConversationAccumulator(events)
    return Accumulator(events)
