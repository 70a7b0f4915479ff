"""Answers of methods that were replaced, as the streams, lists and downloads of the client.

A mock gives a list of events, a wrapper the client's own stream: whoever reads them finds the same methods.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

import msgspec

from mistral_async._binding.replaced import Replacement, asking
from mistral_async._codec.json_encode import encode_any
from mistral_async._engine.response import Response
from mistral_async._http.protocol import Timings
from mistral_async._http.threads import release_in_thread, run_in_own_thread
from mistral_async._results.accumulate import Accumulator
from mistral_async._results.stream import accumulate

if TYPE_CHECKING:
    from mistral_async._engine.engine import Engine

# Rule 1: What a blocking method gives is entered, read and left in threads, as its own block would; anything else by
#   its asynchronous methods where it has them.
# Rule 2: A list of events, or one that is no context manager, is as good as a stream.

_END = object()


def response_of(answer: Any, original: Response[Any] | None = None) -> Response[Any]:
    """Return an answer as the `Response` of the call that was made for it, or as one for which nothing was sent.

    One that is a `Response` is returned as it is.
    """
    if isinstance(answer, Response):
        return cast("Response[Any]", answer)
    if original is not None:
        original.data = answer
        return original
    body = b""
    if issubclass(type(answer), (msgspec.Struct, dict, list)):
        with suppress(TypeError):  # it has mocks in it
            body = encode_any(answer)
    return Response(answer, status=200, headers=(), body=body, failed=(), elapsed=0.0, waited=0.0, timings=Timings())


class _Given:
    """The answer of a replacement, which is asked for when it is needed."""

    def __init__(self, found: Replacement, engine: Engine, args: Any, options: Any) -> None:
        self._found = found
        self._asking = partial(asking, found, engine)
        self._ask = partial(found.ask, *args, **options)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of `{self._found.name}`>"

    async def _get(self) -> Any:
        with self._asking():
            given = await run_in_own_thread(self._ask) if self._found.is_blocking else self._ask()
            return await given if inspect.iscoroutine(given) else given

    async def _step(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call one of its methods (rule 1)."""
        if self._found.is_blocking:
            return await run_in_own_thread(function, *args)
        made = function(*args)
        return await made if inspect.isawaitable(made) else made

    def _method(self, given: Any, name: str) -> Callable[..., Any] | None:
        """Return the special method of this name, asynchronous (`__anext__`) or not (`__next__`); None without."""
        names = [f"__{name}__"] if self._found.is_blocking else [f"__a{name}__", f"__{name}__"]
        return next((getattr(given, each) for each in names if hasattr(given, each)), None)


class ReplacedStream(_Given):
    """The events that a replaced method gives, with the methods of a stream (rule 2)."""

    _given: Any = None
    _next: Callable[[], Any] | None = None

    def __init__(self, found: Replacement, engine: Engine, args: Any, options: Any) -> None:
        super().__init__(found, engine, args, options)
        self._seen: list[Any] = []

    async def __aenter__(self) -> Self:
        given = await self._get()
        try:
            await self._begin(given)
        except BaseException:
            await self.leave()
            raise
        return self

    async def _begin(self, given: Any) -> None:
        events = given
        if (enter := self._method(given, "enter")) is not None:
            events = await self._step(partial(self._enter, given, enter) if self._found.is_blocking else enter)
        self._given = given
        begin = self._method(events, "iter")
        if begin is None:
            raise TypeError(f"`{self._found.name}` is replaced, and gives {type(events).__name__}: no events")
        self._next = self._method(await self._step(begin), "next")

    def _enter(self, given: Any, enter: Callable[[], Any]) -> Any:
        """Enter a block that is left again though the one who waits for this thread is cancelled."""
        events = enter()
        self._given = given
        return events

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        given, self._given, self._next = self._given, None, None
        if given is not None and (leave := self._method(given, "exit")) is not None:
            if self._found.is_blocking:
                await release_in_thread(leave, kind, error, traceback)
            else:
                await self._step(leave, kind, error, traceback)

    async def leave(self) -> None:
        """Leave its block."""
        await self.__aexit__(None, None, None)

    aclose = leave

    def cancel(self) -> None:
        """End it."""
        self._next = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        events = await self.receive()
        if not events:
            raise StopAsyncIteration
        return events[0]

    async def receive(self) -> list[Any]:
        """Return the next event, in a list; an empty list at the end."""
        if self._next is None:
            return []
        event = await self._step(_ending(self._next)) if self._found.is_blocking else await self._receive_here()
        if event is _END:
            self._next = None
            return []
        self._seen.append(event)
        return [event]

    async def _receive_here(self) -> Any:
        try:
            return await self._step(_ending(self._next))
        except StopAsyncIteration:
            return _END

    @property
    def partial(self) -> Accumulator[Any]:
        """The events so far and what they add up to."""
        return accumulate(self._seen)

    @property
    def response(self) -> Response[Any]:
        """A `Response` of nothing: none came."""
        return response_of(None)

    async def until_done(self) -> Self:
        """Read the rest."""
        while await self.receive():
            pass
        return self

    async def get_final_response(self) -> Any:
        """Read the rest and return the answer that the events add up to."""
        await self.until_done()
        return self.partial.response()


class ReplacedItems(_Given):
    """The items that a replaced method gives."""

    async def __aiter__(self) -> AsyncIterator[Any]:
        given = await self._get()
        given = getattr(given, "data", given)
        if not self._found.is_blocking and hasattr(given, "__aiter__"):
            async for item in given:
                yield item
        else:
            for item in await self._step(list, given):
                yield item


class ReplacedDownload(_Given):
    """The bytes that a replaced method gives."""

    size: int | None = None
    _content: bytes = b""

    async def __aenter__(self) -> Self:
        given = await self._get()
        if inspect.isawaitable(given):
            given = await given
        if (read := getattr(given, "read", None)) is not None:
            given = await self._step(read)
        if not isinstance(given, (bytes, bytearray, memoryview)):
            raise TypeError(f"`{self._found.name}` is replaced, and gives {type(given).__name__}: no bytes")
        self._content = bytes(cast("bytes", given))
        self.size = len(self._content)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._content = b""

    async def receive(self) -> bytes:
        """Return the bytes, once; none at the end."""
        content, self._content = self._content, b""
        return content

    async def read(self) -> bytes:
        """Return the bytes."""
        async with self:
            return await self.receive()

    def __await__(self) -> Any:
        return self.read().__await__()


def _ending(step: Callable[[], Any] | None) -> Callable[[], Any]:
    """Return a function that gives a mark at the end: `StopIteration` passes neither threads nor coroutines."""

    def take() -> Any:
        try:
            return _END if step is None else step()
        except StopIteration:
            return _END

    return take
