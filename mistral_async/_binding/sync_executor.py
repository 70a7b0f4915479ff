"""The same client for code that blocks: every call runs in the portal's event loop, a hop away.

A stream takes all that has arrived in one hop.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeAlias, TypeVar, cast, overload

from mistral_async._binding.async_executor import AsyncExecutor, forms
from mistral_async._binding.iteration import SyncIterator
from mistral_async._binding.portal import Portal
from mistral_async._binding.replaced import Question, Register, Replacement
from mistral_async._codec.shown import described_blocking, safe_repr
from mistral_async._engine.request import Call, Download, Pages, Request, Stream

if TYPE_CHECKING:
    from mistral_async._codec.json_types import JSONObject
    from mistral_async._engine.engine import Engine
    from mistral_async._engine.response import Response
    from mistral_async._results.accumulate import Accumulator
    from mistral_async._results.download import AsyncDownload
    from mistral_async._results.pages import AsyncPages
    from mistral_async._results.stream import AsyncStream
    from mistral_async._results.with_response import AsyncResponseStream
    from mistral_async.models.chat import ChatCompletionResponse, CompletionChunk

T = TypeVar("T")
Page = TypeVar("Page")


class SyncExecutor(Register):
    """Answers, context managers and iterables."""

    is_blocking = True

    def __init__(
        self, engine: Engine, backend: str, *, responses: bool = False, origin: Register | None = None
    ) -> None:
        super().__init__(origin)
        self.engine = engine
        self.backend = backend
        self._call = engine.respond if responses else engine.call
        self._responses = responses
        self._blocking = _RESPONSE_FORMS if responses else _FORMS

    @property
    def settings(self) -> dict[str, Any]:
        """The arguments of the client that are this executor's own."""
        return {"backend": self.backend}

    @property
    def portal(self) -> Portal:
        """The thread whose event loop performs."""
        return Portal.of(self.backend)

    def close(self) -> None:
        """Close what the client has open."""
        Portal.close_in(self.backend, self.engine.aclose)

    def over(self, engine: Engine, *, responses: bool = False) -> SyncExecutor:
        """Return an executor of the same kind over another engine, or one that gives `Response`s."""
        return SyncExecutor(engine, self.backend, responses=responses, origin=self)

    def perform(self, request: Request) -> Any:
        """Give the blocking form of a request."""
        kind = request.__class__
        form = None if kind is Call else forms(responses=self._responses).get(kind)
        if form is None:
            return self.portal.run(self._call, cast("Call[Any]", request))
        return self._blocking[kind](self.portal, form(self.engine, request))

    def perform_for(self, question: Question, request: Request) -> Any:
        """Give the blocking form of a request that a wrapper makes to answer a question."""
        if not question.wants_response or self._responses:
            return self.perform(request)
        if type(request) is Call:
            question.response = self.portal.run(self.engine.respond, cast("Call[Any]", request))
            return question.response.data
        return self.over(self.engine, responses=True).perform(request)

    def ask(self, found: Replacement, request: Any) -> Any:
        """Ask what replaces a method, here."""
        from mistral_async._binding.asked import ask_blocking

        return ask_blocking(found, self.engine, request, wants_response=self._responses)

    def ask_instead(self, found: Replacement, request: Request | None, args: Any, options: Any) -> Any:
        """Ask what replaces a method on another group of the client, here."""
        from mistral_async._binding.asked import answered_here, called_here

        if type(request) is not Call:
            return called_here(found, self.engine, args, options, wants_response=self._responses)
        return answered_here(found, self.engine, args, options, wants_response=self._responses)

    def run(self, function: Callable[..., Any], resource: Any, args: Any, kwargs: Any) -> Any:
        """Run a coroutine method to its end, or give what the method makes in its blocking form."""
        resource = resource._with_executor(AsyncExecutor(self.engine, method_of=self))  # noqa: SLF001 - executors and resources are one design
        if inspect.iscoroutinefunction(function):
            return self.portal.run(lambda: function(resource, *args, **kwargs))
        made: Any = function(resource, *args, **kwargs)  # a `Blockable`
        return made.blocking(self)


class SyncStream(SyncIterator[T]):
    """The events of a streamed answer: `with client.chat.stream(...) as stream: for event in stream`, or just `for`."""

    def __init__(self, portal: Portal, stream: AsyncStream[T]) -> None:
        super().__init__()
        self._portal = portal
        self._stream = stream

    @safe_repr
    def __repr__(self) -> str:
        return described_blocking(self, self._stream)

    def _open(self) -> None:
        self._portal.run(self._stream.__aenter__)

    def _close(self, error: BaseException | None) -> None:  # noqa: ARG002 - as every block
        self._portal.close(self._stream.leave)

    def close(self) -> None:
        """Close the connection, or give it back if everything was read."""
        self._portal.close(self._stream.aclose)

    def cancel(self) -> None:
        """End it from any thread."""
        self._portal.run(_soon, self._stream.cancel)

    def receive(self) -> list[T]:
        """Return the events that have arrived since the last call, at least one; an empty list at the end."""
        return self._portal.run(self._stream.receive)

    @property
    def response(self) -> Response[None]:
        """Status, headers, request id, attempts and timings."""
        return self._stream.response

    @property
    def last_event_id(self) -> str:
        """The place to go on from with another stream, where its endpoint takes it (see `AsyncStream`)."""
        return self._stream.last_event_id

    @property
    def partial(self) -> Accumulator[T]:
        """The accumulator of what has arrived so far: text, thinking, tool calls, usage."""
        return self._stream.partial

    @overload
    def get_final_response(self: SyncStream[CompletionChunk]) -> ChatCompletionResponse: ...
    @overload
    def get_final_response(self) -> Any: ...
    def get_final_response(self) -> Any:
        """Read the rest and give the answer that the same call without streaming gives."""
        if not self._entered:
            with self:
                return self._portal.run(self._stream.get_final_response)
        return self._portal.run(self._stream.get_final_response)

    @overload
    def show(self: SyncStream[CompletionChunk]) -> ChatCompletionResponse: ...
    @overload
    def show(self) -> Any: ...
    def show(self) -> Any:
        """Show the answer while it arrives, and return it whole; it opens its own block where it is in none.

        In a notebook it grows in place, as Markdown; elsewhere its text is written to the standard output.
        """
        if not self._entered:
            with self:
                return self.show()
        from mistral_async._results.show import GrowingAnswer

        answer = GrowingAnswer()
        while self.receive():
            answer.update(self.partial)
        answer.update(self.partial, last=True)
        return self.get_final_response()


async def _soon(function: Callable[[], None]) -> None:
    function()


class SyncResponseStream(SyncStream[T]):
    """The events of a streamed answer, each of which can also be read as the server sent it."""

    _stream: AsyncResponseStream[T]

    def json(self, event: T) -> Any:
        """Return an event as plain dicts, lists and scalars, with the fields that this version does not know."""
        return self._stream.json(event)

    def unknown_fields(self, event: T) -> JSONObject:
        """Return what the server sent and the event does not show, by its path (see `Response.unknown_fields`)."""
        return self._stream.unknown_fields(event)


class SyncPages(Generic[T, Page]):
    """A list of the API: iterate over every item, `.pages()` for every page, `.page()` for one."""

    def __init__(self, portal: Portal, pages: AsyncPages[T, Page]) -> None:
        self._portal = portal
        self._pages = pages

    @safe_repr
    def __repr__(self) -> str:
        return described_blocking(self, self._pages)

    def page(self) -> Page:
        """Return the first page, or the one that the query names, as the API sends it."""
        return self._portal.run(self._pages.page)

    def pages(self) -> Iterator[Page]:
        """Yield every page."""
        pages = self._pages.pages()
        while (page := self._portal.run(_next, pages)) is not None:
            yield cast("Page", page)

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from self._pages.items(page)

    def to_list(self) -> list[T]:
        """Return every item, in a list."""
        return list(self)


class SyncResponsePages(SyncPages[T, "Response[Page]"], Generic[T, Page]):
    """A list of the API whose pages are `Response`s: with headers, request id, status and body. Its items are plain."""


async def _next(iterator: Any) -> Any:
    return await anext(iterator, None)


class SyncDownload:
    """The bytes of an answer: `.read()` for all, `with` to iterate as they come, `.save(path)` for a file."""

    def __init__(self, portal: Portal, download: AsyncDownload) -> None:
        self._portal = portal
        self._download = download

    @safe_repr
    def __repr__(self) -> str:
        return described_blocking(self, self._download)

    def __enter__(self) -> Self:
        try:
            self._portal.run(self._download.__aenter__)
        except BaseException:
            self._portal.close(self._download.leave)  # an interrupt may come when it is just open
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._portal.close(self._download.leave)

    def __iter__(self) -> Iterator[bytes]:
        while data := self._portal.run(self._download.receive):
            yield data

    def read(self) -> bytes:
        """Read all of it into memory."""
        return self._portal.run(self._download.read)

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        progress: Callable[[int, int | None], None] | None = None,
        size: int | None = None,
        checksum: str | None = None,
        resume: bool = False,
    ) -> int:
        """Write it to a file, which appears whole or not at all; returns its size in bytes (see `AsyncDownload`)."""
        return self._portal.run(
            lambda: self._download.save(path, progress=progress, size=size, checksum=checksum, resume=resume)
        )

    @property
    def response(self) -> Response[None]:
        """Status, headers, request id, attempts and timings, while its block is open."""
        return self._download.response

    @property
    def size(self) -> int | None:
        """Bytes in all, when the API said."""
        return self._download.size


_Forms: TypeAlias = dict[type, Callable[[Portal, Any], Any]]
_FORMS: _Forms = {Stream: SyncStream, Pages: SyncPages, Download: SyncDownload}
_RESPONSE_FORMS: _Forms = {**_FORMS, Stream: SyncResponseStream, Pages: SyncResponsePages}
