"""The executors: the form in which each mode has a request performed, or hands it over."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar, cast

from mistral_async._binding.blockable import Startable
from mistral_async._binding.replaced import ask_async
from mistral_async._engine.engine import Engine
from mistral_async._engine.first_use import first_use
from mistral_async._engine.request import Call, Download, Pages, Request, Stream

R = TypeVar("R")

Forms: TypeAlias = dict[type, Callable[[Engine, Any], Any]]


@functools.cache
def forms(*, responses: bool) -> Forms:
    """Return what each kind of request becomes, besides a call; with `responses` what `with_response` makes of it.

    Their modules load here: who only makes calls needs none of them.
    """
    with first_use():
        from mistral_async._results.download import AsyncDownload
        from mistral_async._results.pages import AsyncPages
        from mistral_async._results.stream import AsyncStream

        plain: Forms = {Stream: AsyncStream, Pages: AsyncPages, Download: AsyncDownload}
        if not responses:
            return plain
        from mistral_async._results.with_response import AsyncResponsePages, AsyncResponseStream

        return {**plain, Stream: AsyncResponseStream, Pages: AsyncResponsePages}


class AsyncExecutor:
    """Coroutines, async context managers and async iterables."""

    def __init__(self, engine: Engine, *, responses: bool = False) -> None:
        self.engine = engine
        self._responses = responses
        self._call = engine.respond if responses else engine.call

    @property
    def settings(self) -> dict[str, Any]:
        """The arguments of the client that are this executor's own."""
        return {}

    def over(self, engine: Engine, *, responses: bool = False) -> AsyncExecutor:
        """Return an executor of the same kind over another engine, or one that gives `Response`s."""
        return AsyncExecutor(engine, responses=responses)

    def perform(self, request: Request) -> Any:
        """Give the asynchronous form of a request."""
        described: Any = request
        form = None if type(request) is Call else forms(responses=self._responses).get(type(request))
        return self._call(described) if form is None else form(self.engine, request)

    def ask(self, replacement: Callable[..., Any], request: Any) -> Any:
        """Ask what replaces a method."""
        return ask_async(replacement, request)

    def run(self, function: Callable[..., Any], resource: Any, args: Any, kwargs: Any) -> Any:
        """Call the method; its requests give answers, not `Response`s, whatever the resource gives."""
        if self._responses:
            resource = resource._with_executor(AsyncExecutor(self.engine))  # noqa: SLF001 - executors and resources are one design
        made: object = function(resource, *args, **kwargs)
        return cast("Startable[Any, Any]", made).start() if isinstance(made, Startable) else made


class LazyExecutor:
    """Requests as they are."""

    def perform(self, request: Request) -> Any:
        """Hand the request over."""
        return request

    def ask(self, replacement: Callable[..., Any], request: Any) -> Any:  # noqa: ARG002 - protocol
        """Hand the request over: nothing is asked yet."""
        return request

    def run(self, function: Callable[..., Any], resource: Any, args: Any, kwargs: Any) -> Any:  # noqa: ARG002 - protocol
        """Refuse a method of several requests: it is not one request."""
        raise TypeError(
            f"{function.__qualname__} makes several requests: it is not a request that can be handed over, and `calls` "
            "only describes requests: use a client"
        )

    @property
    def engine(self) -> Engine:
        """There is none: nothing is performed."""
        raise TypeError("`calls` only describes requests: perform them with a client")


def without_retries(engine: Engine) -> Engine:
    """Return an engine that tries each request once: who polls asks again, and leaves the retry budget to others."""
    return Engine(engine.state, engine.options.with_changes(retries=0))


def once(resource: R) -> R:
    """Return the same asynchronous resource without retries."""
    given: Any = resource
    made: R = given._with_executor(AsyncExecutor(without_retries(given._executor.engine)))  # noqa: SLF001 - executors and resources are one design
    return made
