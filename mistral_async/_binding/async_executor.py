"""The executors: the form in which each mode has a request performed, or hands it over."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from types import MethodType
from typing import Any, TypeAlias, TypeVar, cast

from mistral_async._binding.blockable import Startable
from mistral_async._binding.replaced import KEEPING, Question, Register, Replacement, is_as_written
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


class AsyncExecutor(Register):
    """Coroutines, async context managers and async iterables."""

    awaits: bool = True

    def __init__(
        self,
        engine: Engine,
        *,
        responses: bool = False,
        origin: Register | None = None,
        method_of: Register | None = None,
    ) -> None:
        super().__init__(origin or method_of)
        if method_of is not None:  # it performs a method of several requests of that executor's groups
            self.public, self.adapts = method_of, True
        self.engine = engine
        self._responses = responses
        self._call = engine.respond if responses else engine.call

    @property
    def settings(self) -> dict[str, Any]:
        """The arguments of the client that are this executor's own."""
        return {}

    def over(self, engine: Engine, *, responses: bool = False) -> AsyncExecutor:
        """Return an executor of the same kind over another engine, or one that gives `Response`s."""
        return AsyncExecutor(engine, responses=responses, origin=self)

    def perform(self, request: Request) -> Any:
        """Give the asynchronous form of a request."""
        described: Any = request
        form = None if type(request) is Call else forms(responses=self._responses).get(type(request))
        return self._call(described) if form is None else form(self.engine, request)

    def perform_for(self, question: Question, request: Request) -> Any:
        """Give the asynchronous form of a request that a wrapper makes to answer a question."""
        if not question.wants_response or self._responses:
            return self.perform(request)
        if type(request) is Call:
            return question.keep(self.engine.respond(cast("Call[Any]", request)))
        return self.over(self.engine, responses=True).perform(request)

    def ask(self, found: Replacement, request: Any) -> Any:
        """Ask what replaces a method."""
        from mistral_async._binding.asked import ask_async

        return ask_async(found, self.engine, request, wants_response=self._responses)

    def ask_instead(self, found: Replacement, request: Request | None, args: Any, options: Any) -> Any:
        """Ask what replaces a method on another group of the client."""
        from mistral_async._binding.asked import called, called_here

        if type(request) is not Call:
            return called_here(found, self.engine, args, options, wants_response=self._responses)
        return called(found, self.engine, args, options, wants_response=self._responses)

    def adapt(self, group: Any) -> None:
        """Have a group ask what replaces its methods, on the client or on its class."""
        if self.replaced or not is_as_written(type(group)):
            from mistral_async._binding.adapted import adapt

            adapt(self, group)

    def run(self, function: Callable[..., Any], resource: Any, args: Any, kwargs: Any) -> Any:
        """Call the method; its requests give answers, not `Response`s, whatever the resource gives."""
        if self._responses or self.replaced or not is_as_written(type(resource)):
            resource = resource._with_executor(AsyncExecutor(self.engine, method_of=self.public))  # noqa: SLF001 - executors and resources are one design
        made: object = function(resource, *args, **kwargs)
        return cast("Startable[Any, Any]", made).start() if isinstance(made, Startable) else made


class LazyExecutor:
    """Requests as they are."""

    adapts: bool = True
    awaits: bool = False
    describes: bool = True
    replaced: Mapping[str, Any] = {"": None}  # so that each request is told who describes it

    def perform(self, request: Request) -> Any:
        """Hand the request over."""
        return request

    def perform_as(self, described_by: tuple[str, ...], group: Any, request: Request, args: Any, options: Any) -> Any:  # noqa: ARG002 - protocol
        """Hand the request over; it says which methods a client asks for it, should they be replaced there."""
        request.described_by = described_by
        if len(described_by) > 1 or not KEEPING.isdisjoint(described_by):
            request.described_with = args, options
        return request

    def ask(self, found: Replacement, request: Any) -> Any:  # noqa: ARG002 - protocol
        """Hand the request over."""
        return request

    def ask_instead(self, found: Replacement, request: Any, args: Any, options: Any) -> Any:  # noqa: ARG002 - protocol
        """Hand the request over."""
        return request

    def adapt(self, group: Any) -> None:
        """Have a group describe requests as it was written, whatever replaces its methods on the class."""
        for attribute, written in group._written.items():  # noqa: SLF001 - executors and resources are one design
            if getattr(group.__class__, attribute) is not written:
                vars(group)[attribute] = MethodType(written.function, group)

    def find(self, name: str, group: Any = None) -> None:
        """Return None: nothing is asked yet."""

    def note(self, name: str, group: Any, attribute: str) -> None:
        """Take no note: there is nobody to ask."""

    def forget(self, name: str) -> None:
        """Take no note."""

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
    return engine.over(engine.options.with_changes(retries=0))


def once(resource: R) -> R:
    """Return the same asynchronous resource without retries."""
    given: Any = resource
    executor: AsyncExecutor = given._executor  # noqa: SLF001 - executors and resources are one design
    made: R = given._with_executor(AsyncExecutor(without_retries(executor.engine), method_of=executor.public))  # noqa: SLF001 - see above
    return made
