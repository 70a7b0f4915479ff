"""Answers that arrive piece by piece. The connection is closed as soon as the block is left.

A stream ends with its terminal mark. One that ends without it raises, and `.partial` holds what arrived.
"""

from __future__ import annotations

import time
from collections import deque
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast, overload

import msgspec

from mistral_async._assemble import Assembly, assembly_of
from mistral_async._open import MisfitError, decode
from mistral_async._request import DONE, Stream
from mistral_async._response import Response
from mistral_async._sse import Event, EventDecoder, EventTooLargeError
from mistral_async._wire._protocol import Streaming, WireError
from mistral_async.errors import (
    APIConnectionError,
    APITimeoutError,
    IncompleteStreamError,
    MistralError,
    ResponseValidationError,
    StreamInterruptedError,
    from_event,
)

if TYPE_CHECKING:
    from mistral_async._exchange import Exchange
    from mistral_async._perform import Engine
    from mistral_async.models.chat import ChatCompletionResponse, CompletionChunk

T = TypeVar("T")
E = TypeVar("E", bound=MistralError)
_TAIL = 0.05  # seconds granted to the end of the body, so that the connection can be kept


class Opened:
    """An answer that is open while its block is."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._exchange: Exchange | None = None
        self._streaming: Streaming | None = None
        self._finished = False

    async def _open(self, request: Any, accept: str) -> None:
        if self._exchange is not None:
            raise RuntimeError("a stream is read once: make the call again")
        self._exchange, self._streaming = await self._engine.open(request, accept=accept)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connection, or give it back if everything was read."""
        self._finished = True
        if self._streaming is not None:
            await self._streaming.aclose()

    def cancel(self) -> None:
        """End it from any task: whoever reads it sees its end."""
        self._finished = True
        if self._streaming is not None:
            self._streaming.abort()

    @property
    def response(self) -> Response[None]:
        """Status, headers, request id, attempts and timings: there before the first event."""
        if self._exchange is None or self._streaming is None:
            raise RuntimeError("the stream is not open yet: use `async with`")
        return self._engine.response(self._exchange, self._streaming, None)

    def _interrupted(self, failure: WireError, phase: str | None = None) -> APIConnectionError:
        exchange = cast("Exchange", self._exchange)
        if failure.timeout:
            error: APIConnectionError = APITimeoutError(f"{exchange.request!r}: {failure}")
        else:
            error = StreamInterruptedError(f"{exchange.request!r}: {failure}")
        error.phase = phase or failure.phase.value
        return self._blamed(error)

    def _blamed(self, error: E) -> E:
        """Give an error the circumstances of the call."""
        response = self.response
        error.request_id = error.request_id or response.request_id
        error.attempts = response.attempts
        error.may_have_executed = True
        return error


class AsyncStream(Opened, Generic[T]):
    """The events of a streamed answer: `async with client.chat.stream(...) as stream: async for event in stream`."""

    def __init__(self, engine: Engine, request: Stream[T]) -> None:
        super().__init__(engine)
        self._request = request
        self._decoder = EventDecoder()
        self._ready: deque[T] = deque()
        self._seen: list[T] = []
        self._failure: MistralError | None = None
        self._ended = False
        self._alive = 0.0

    async def __aenter__(self) -> Self:
        await self._open(self._request, "text/event-stream")
        self._alive = time.monotonic() + (self._engine.options.timeout.read or 0)
        return self

    def __aiter__(self) -> Self:
        if self._exchange is None:
            raise TypeError("a stream is used with a block: `async with client.….stream(...) as stream:`")
        return self

    async def __anext__(self) -> T:
        while not self._ready:
            if self._finished:
                self._raise_failure()
                raise StopAsyncIteration
            await self._pull()
        return self._ready.popleft()

    async def receive(self) -> list[T]:
        """The events that have arrived since the last call, at least one; an empty list at the end."""
        while not self._ready and not self._finished:
            await self._pull()
        if not self._ready:
            self._raise_failure()
        events = list(self._ready)
        self._ready.clear()
        return events

    def _raise_failure(self) -> None:
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

    async def _pull(self) -> None:
        """Read once from the connection; a failure is kept until the events before it are taken."""
        try:
            data = await self._read()
            events = self._decoder.feed(data) if data else self._decoder.close()
            self._take(events)
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

    async def _read(self) -> bytes:
        streaming, exchange = cast("Streaming", self._streaming), cast("Exchange", self._exchange)
        deadline = self._deadline(exchange)
        try:
            return await streaming.receive(deadline)
        except WireError as failure:
            if self._seen or self._finished:
                raise self._interrupted(failure, "idle" if failure.timeout else None) from (
                    failure.__cause__ or failure
                )
            return await self._again(exchange, failure)

    async def _again(self, exchange: Exchange, failure: WireError) -> bytes:
        """Before the first event the call may be repeated, under the same rules as any other."""
        await cast("Streaming", self._streaming).aclose()
        self._streaming = await self._engine.repeat(exchange, self._engine.failed_stream(exchange, failure))
        self._decoder = EventDecoder()
        self._alive = time.monotonic() + (self._engine.options.timeout.read or 0)
        return await self._read()

    def _deadline(self, exchange: Exchange) -> float | None:
        """The end of the wait for the next event: comments that only keep the stream open do not move it."""
        timeout = self._engine.options.timeout
        limit = timeout.idle if self._seen else timeout.read
        deadline = None if limit is None else self._alive
        if exchange.deadline is not None and (deadline is None or exchange.deadline < deadline):
            return exchange.deadline
        return deadline

    def _take(self, events: list[Event]) -> None:
        for event in events:
            if self._ended:
                return  # what follows the terminal mark has no meaning
            self._take_one(event)
        if events:
            self._alive = time.monotonic() + (self._engine.options.timeout.idle or 0)

    def _take_one(self, event: Event) -> None:
        request, data = self._request, event.data
        if request.ends is DONE and data == b"[DONE]":
            self._ended = True
            return
        try:
            item = decode(data, request.yields)
        except (MisfitError, msgspec.DecodeError, RecursionError) as problem:
            error = ResponseValidationError(f"an event of {request!r} can not be read: {problem}")
            error.body, error.path, error.status = data, getattr(problem, "path", "$"), 200
            raise self._blamed(error) from problem
        kind = event.event or getattr(item, "type", None) or ""
        if kind in _ERRORS or getattr(item, "object", "") == "error":
            raise self._blamed(from_event(data, route=request.route, request_id=None))
        self._ready.append(item)
        self._seen.append(item)
        if request.ends is not DONE and kind in request.ends:
            self._ended = True

    async def _finish(self) -> None:
        """After the terminal mark: see that it made sense, and let the connection be used again."""
        if self._request.ends is DONE and not self._assembly.is_finished:
            raise self._incomplete("said it was done before its choices had finished")
        try:
            await cast("Streaming", self._streaming).receive(time.monotonic() + _TAIL)
        except WireError:
            pass  # nothing that matters came after the mark
        await self.aclose()

    def _check_end(self) -> None:
        """The body ended properly: a completion whose choices have all finished needs no `[DONE]`."""
        self._finished = True
        if not (self._request.ends is DONE and self._assembly.is_finished):
            raise self._incomplete("ended without its terminal mark")

    def _incomplete(self, what: str) -> IncompleteStreamError:
        error = IncompleteStreamError(f"{self._request!r}: the stream {what} after {len(self._seen)} events")
        return self._blamed(error)

    @property
    def _assembly(self) -> Assembly[Any]:
        return assembly_of(self._seen)

    @property
    def partial(self) -> Assembly[T]:
        """What has arrived so far: text, thinking, tool calls, usage."""
        return self._assembly

    async def until_done(self) -> Self:
        """Read the rest."""
        while not self._finished or self._ready:
            await self.receive()
        self._raise_failure()
        return self

    @overload
    async def get_final_response(self: AsyncStream[CompletionChunk]) -> ChatCompletionResponse: ...
    @overload
    async def get_final_response(self) -> Any: ...
    async def get_final_response(self) -> Any:
        """Read the rest and give the answer that the same call without streaming gives."""
        await self.until_done()
        return self._assembly.response()


_ERRORS = frozenset({"error", "conversation.response.error", "response.error"})
