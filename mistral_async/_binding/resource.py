"""One set of resource classes for every mode: a descriptor turns what an endpoint describes into each mode's form.

An endpoint's body runs with the checked arguments and returns a request; the resource's executor performs it, blocks
on it, or hands it over as it is. A method of several requests (`method`) is written once, over the asynchronous form.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine, Mapping
from types import CoroutineType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, Generic, ParamSpec, TypeVar, cast, overload

from mistral_async._binding.arguments import as_coroutine_function, bind, expand, validator
from mistral_async._binding.docstring import Documentation
from mistral_async._binding.replaced import (
    KEEPING,
    PARENTS,
    WRITTEN,
    Written,
    class_below,
    is_own,
    name_of,
    replacement,
)
from mistral_async._engine.fallback import with_fallback
from mistral_async._engine.first_use import first_use, loading, raise_unloaded
from mistral_async._engine.request import Call, Download, Pages, Request, Stream

if TYPE_CHECKING:
    from mistral_async._binding.blockable import Blockable, Startable
    from mistral_async._binding.executor import Executor
    from mistral_async._binding.sync_executor import (
        SyncDownload,
        SyncPages,
        SyncResponsePages,
        SyncResponseStream,
        SyncStream,
    )
    from mistral_async._engine.response import Response
    from mistral_async._results.download import AsyncDownload
    from mistral_async._results.pages import AsyncPages
    from mistral_async._results.stream import AsyncStream
    from mistral_async._results.with_response import AsyncResponsePages, AsyncResponseStream

P = ParamSpec("P")
F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
S = TypeVar("S")
A = TypeVar("A", covariant=True)  # noqa: PLC0105 - as short as the others
Page = TypeVar("Page")
D = TypeVar("D", bound=Request)


class Mode:
    """The form that calling an endpoint gives."""


class Async(Mode):
    """A coroutine, an async context manager or an async iterable."""


class Sync(Mode):
    """The answer itself, a context manager or an iterable."""


class Lazy(Mode):
    """The request, not performed."""


class AsyncResponse(Mode):
    """A coroutine of the answer with its headers, attempts and timings."""


class SyncResponse(Mode):
    """The answer with its headers, attempts and timings."""


M = TypeVar("M", bound=Mode)


class Resource(Generic[M]):
    """A group of endpoints."""

    _written: ClassVar[Mapping[str, Any]] = {}
    """Its methods as they were written: who finds another one under a name finds a mock or a wrapper."""

    def __init_subclass__(cls) -> None:
        """Take note of the methods."""
        super().__init_subclass__()
        own: dict[str, Any] = {
            name: found for name, found in vars(cls).items() if isinstance(found, (_Endpoint, Method))
        }
        cls._written = {**cls._written, **own}
        if cls.__module__.startswith("mistral_async."):  # a subclass of the user's replaces nothing
            for name, found in vars(cls).items():
                if name in own:
                    WRITTEN.setdefault(found.name, []).append(Written(cls, name, found))
                elif (below := class_below(name, found)) is not None:
                    PARENTS[below] = Written(cls, name, found)

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        if executor.adapts:
            executor.adapt(self)

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute; in the place of a method, it is what others ask from then on."""
        if name == "_executor":  # of every group that is made
            super().__setattr__(name, value)
            return
        place = self._place_of(name)
        if name in self._written and is_own(value, self._written[name], self):  # what a test puts back
            if name in vars(self):
                delattr(self, name)
            return
        super().__setattr__(name, value)
        executor: Executor | None = vars(self).get("_executor")  # none in a subclass that is half made
        if place is None or executor is None:
            return
        if issubclass(type(value), Resource):
            executor.forget(place)
        else:
            executor.note(place, self, name)

    def __delattr__(self, name: str) -> None:
        """Delete an attribute; a method that was replaced is itself again."""
        super().__delattr__(name)
        if (place := self._place_of(name)) is not None:
            self._executor.forget(place)

    def _place_of(self, name: str) -> str | None:
        """Return the name of a method, or the class of a group below this one."""
        if (written := self._written.get(name)) is not None:
            return str(written.name)
        return class_below(name, inspect.getattr_static(type(self), name, None))

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Read a pickle, such as that of `calls`. In 0.1 the executor had another name."""
        vars(self).update({"_executor" if name == "_face" else name: value for name, value in state.items()})

    def _with_executor(self, executor: Executor) -> Any:
        """Return the same group of endpoints on another executor."""
        return type(self)(executor)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {(self.__doc__ or 'endpoints').splitlines()[0]}>"  # `python -OO` has none


class _Written:
    """A method of a group: a function for all modes.

    It says that it is a function, so that `create_autospec` gives what stands for it its group as `self`.
    """

    __class__: Any = property(lambda _: FunctionType)
    gives: str
    function: Callable[..., Any]
    coroutine_function: Callable[..., Any] | None = None
    """The same function where it gives a coroutine; None until it is read from a group that does."""

    def __get__(self, instance: Any, owner: object) -> Any:
        if instance is None:
            return self
        if instance._executor.awaits and self.gives == "Call":  # noqa: SLF001 - executors and resources are one design
            return MethodType(self.coroutine_function or self._mark(), instance)
        return MethodType(self.function, instance)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it as any method can be called on its class: `Chat.complete(client.chat, model=...)`."""
        return self.function(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        """Return what functions have, such as `__code__`."""
        if name in vars(FunctionType) and "function" in vars(self):
            return getattr(self.function, name)
        raise AttributeError(name)

    def _mark(self) -> Callable[..., Any]:
        self.coroutine_function = made = as_coroutine_function(self.function)
        return made


class _Endpoint(_Written, Generic[P, D]):
    """Binds the function that describes a request to the executor of the resource it is read from."""

    def __init__(self, describe: Callable[Concatenate[Any, P], D]) -> None:
        self.describe = describe
        """Makes the request, unchecked and not performed: `Chat.complete.describe(None, model=..., messages=...)`."""
        self.name: str = name_of(describe)
        self.gives: str = str(describe.__annotations__.get("return", "")).partition("[")[0]
        """The kind of request: `Call`, `Stream`, `Pages` or `Download`."""
        self.function: Callable[..., Any] = _performing(describe)
        _appear_as(self, self.function)


def _appear_as(descriptor: Any, function: Callable[..., Any]) -> None:
    """Give a descriptor the name, the docstring and the signature of its function, for `help` on its class."""
    functools.update_wrapper(descriptor, function)


def _without_unknown(method: Callable[..., Any], given: dict[str, Any]) -> dict[str, Any]:
    with first_use():
        from mistral_async._binding.unknown_options import without_unknown

    return without_unknown(method, given)


def _performing(describe: Callable[..., Any]) -> Callable[..., Any]:
    """Make the method users call: it checks the arguments, describes and performs, and shows every option."""
    signature = expand(describe)
    names = frozenset(list(signature.parameters)[1:])
    qualified, falls_back = describe.__qualname__, "fallback" in names
    name = name_of(describe)
    asks: str | None = vars(describe).get("asks")
    described_by = (name,) if asks is None else (name, f"{name.rpartition('.')[0]}.{asks}")
    check: Callable[[dict[str, Any]], dict[str, Any] | None] | None = None

    @functools.wraps(describe)
    def method(self: Resource[Any], /, *args: Any, **kwargs: Any) -> Any:
        nonlocal check
        if check is None:
            check = validator(describe)
        if not names.issuperset(kwargs):
            kwargs = _without_unknown(describe, kwargs)
        given = bind(describe, signature, *args, **kwargs) if args else kwargs
        if completed := check(given):
            args, kwargs = (), {**given, **completed}
        models: Any = kwargs.pop("fallback", None) if falls_back else None
        try:
            request = describe(self, *args, **kwargs)
        except (OSError, ImportError) as error:
            raise_unloaded(error)
        if models is not None:
            request = with_fallback(request, models)
        executor = self._executor
        if asks is not None and (found := replacement(self, asks)) is not None:
            return executor.ask(found, request)
        if executor.replaced:
            options = kwargs if models is None else {**kwargs, "fallback": models}
            made: Any = executor.perform_as(described_by, self, request, args, options)
        else:
            made = executor.perform(request)
        if made.__class__ is CoroutineType:
            made.__qualname__ = qualified  # what Python says was never awaited
        return made

    vars(method)["__signature__"] = signature  # where `inspect.signature` and `help` look
    method.__doc__ = Documentation(describe)
    return method


class CallEndpoint(_Endpoint[P, Call[T]], Generic[P, T]):
    """An endpoint with one answer."""

    if TYPE_CHECKING:  # at run time all kinds bind alike

        @overload
        def __get__(self, instance: Resource[Async], owner: object) -> Callable[P, Coroutine[Any, Any, T]]: ...
        @overload
        def __get__(self, instance: Resource[Sync], owner: object) -> Callable[P, T]: ...
        @overload
        def __get__(self, instance: Resource[Lazy], owner: object) -> Callable[P, Call[T]]: ...
        @overload
        def __get__(
            self, instance: Resource[AsyncResponse], owner: Any
        ) -> Callable[P, Coroutine[Any, Any, Response[T]]]: ...
        @overload
        def __get__(self, instance: Resource[SyncResponse], owner: object) -> Callable[P, Response[T]]: ...
        @overload
        def __get__(self, instance: None, owner: object) -> CallEndpoint[P, T]: ...
        def __get__(self, instance: Any, owner: object) -> Any: ...


class StreamEndpoint(_Endpoint[P, Stream[T]], Generic[P, T]):
    """An endpoint whose answer arrives as events."""

    if TYPE_CHECKING:  # at run time all kinds bind alike

        @overload
        def __get__(self, instance: Resource[Async], owner: object) -> Callable[P, AsyncStream[T]]: ...
        @overload
        def __get__(self, instance: Resource[Sync], owner: object) -> Callable[P, SyncStream[T]]: ...
        @overload
        def __get__(self, instance: Resource[Lazy], owner: object) -> Callable[P, Stream[T]]: ...
        @overload
        def __get__(self, instance: Resource[AsyncResponse], owner: object) -> Callable[P, AsyncResponseStream[T]]: ...
        @overload
        def __get__(self, instance: Resource[SyncResponse], owner: object) -> Callable[P, SyncResponseStream[T]]: ...
        @overload
        def __get__(self, instance: None, owner: object) -> StreamEndpoint[P, T]: ...
        def __get__(self, instance: Any, owner: object) -> Any: ...


class PagesEndpoint(_Endpoint[P, Pages[T, Page]], Generic[P, T, Page]):
    """An endpoint that lists in pages."""

    if TYPE_CHECKING:  # at run time all kinds bind alike

        @overload
        def __get__(self, instance: Resource[Async], owner: object) -> Callable[P, AsyncPages[T, Page]]: ...
        @overload
        def __get__(self, instance: Resource[Sync], owner: object) -> Callable[P, SyncPages[T, Page]]: ...
        @overload
        def __get__(self, instance: Resource[Lazy], owner: object) -> Callable[P, Pages[T, Page]]: ...
        @overload
        def __get__(
            self, instance: Resource[AsyncResponse], owner: object
        ) -> Callable[P, AsyncResponsePages[T, Page]]: ...
        @overload
        def __get__(
            self, instance: Resource[SyncResponse], owner: object
        ) -> Callable[P, SyncResponsePages[T, Page]]: ...
        @overload
        def __get__(self, instance: None, owner: object) -> PagesEndpoint[P, T, Page]: ...
        def __get__(self, instance: Any, owner: object) -> Any: ...


class DownloadEndpoint(_Endpoint[P, Download]):
    """An endpoint that answers with bytes."""

    if TYPE_CHECKING:  # at run time all kinds bind alike

        @overload
        def __get__(self, instance: Resource[Async], owner: object) -> Callable[P, AsyncDownload]: ...
        @overload
        def __get__(self, instance: Resource[Sync], owner: object) -> Callable[P, SyncDownload]: ...
        @overload
        def __get__(self, instance: Resource[Lazy], owner: object) -> Callable[P, Download]: ...
        @overload
        def __get__(self, instance: Resource[AsyncResponse], owner: object) -> Callable[P, AsyncDownload]: ...
        @overload
        def __get__(self, instance: Resource[SyncResponse], owner: object) -> Callable[P, SyncDownload]: ...
        @overload
        def __get__(self, instance: None, owner: object) -> DownloadEndpoint[P]: ...
        def __get__(self, instance: Any, owner: object) -> Any: ...


@overload
def endpoint(describe: Callable[Concatenate[Any, P], Call[T]]) -> CallEndpoint[P, T]: ...
@overload
def endpoint(describe: Callable[Concatenate[Any, P], Stream[T]]) -> StreamEndpoint[P, T]: ...
@overload
def endpoint(describe: Callable[Concatenate[Any, P], Pages[T, Page]]) -> PagesEndpoint[P, T, Page]: ...
@overload
def endpoint(describe: Callable[Concatenate[Any, P], Download]) -> DownloadEndpoint[P]: ...
def endpoint(describe: Callable[..., Any]) -> Any:
    """Make an endpoint of a method that describes a request."""
    made: CallEndpoint[..., Any] = CallEndpoint(describe)  # at run time all kinds bind alike
    return made


def asking(name: str) -> Callable[[F], F]:
    """Have an endpoint ask another one of its group where that is replaced, instead of sending the same request."""

    def mark(describe: F) -> F:
        vars(describe)["asks"] = name
        return describe

    return mark


def same_as(name: str) -> Callable[[F], F]:
    """Say that an endpoint is the one of this name, in another group: what replaces one replaces both."""

    def mark(describe: F) -> F:
        vars(describe)["same_as"] = name
        return describe

    return mark


def keeping_arguments(describe: F) -> F:
    """Have the requests of an endpoint keep their arguments, which can not be read from what is sent."""
    KEEPING.add(name_of(describe))
    return describe


class Method(_Written, Generic[P, A]):
    """A method of several requests, written once over the asynchronous resource.

    It is a coroutine function, or it makes something `Blockable`: what the blocking client gives is the coroutine's
    result, or the blocking form.
    """

    def __init__(self, function: Callable[..., A]) -> None:
        self.described = function
        name = name_of(function)
        self.name: str = name
        self.gives: str = "Call" if inspect.iscoroutinefunction(function) else ""
        performed: Any = loading(cast("Any", function)) if self.gives else function
        signature = expand(function)
        names = frozenset(list(signature.parameters)[1:])

        @functools.wraps(function)
        def method(self: Resource[Any], /, *args: Any, **kwargs: Any) -> Any:
            if not names.issuperset(kwargs):
                kwargs = _without_unknown(function, kwargs)
            executor = self._executor
            if executor.replaced and (found := executor.find(name, self)) is not None:
                return executor.ask_instead(found, None, args, kwargs)
            try:
                return executor.run(performed, self, args, kwargs)
            except (OSError, ImportError) as error:
                raise_unloaded(error)

        vars(method)["__signature__"] = signature  # where `inspect.signature` and `help` look
        method.__doc__ = Documentation(function)
        self.function: Callable[..., Any] = method
        _appear_as(self, method)

    if TYPE_CHECKING:  # at run time all bind alike

        @overload
        def __get__(
            self: Method[P, Startable[T, Any]], instance: Resource[Async] | Resource[AsyncResponse], owner: Any
        ) -> Callable[P, Coroutine[Any, Any, T]]: ...
        @overload
        def __get__(self, instance: Resource[Async] | Resource[AsyncResponse], owner: object) -> Callable[P, A]: ...
        @overload
        def __get__(
            self: Method[P, Coroutine[Any, Any, T]], instance: Resource[Sync] | Resource[SyncResponse], owner: Any
        ) -> Callable[P, T]: ...
        @overload
        def __get__(
            self: Method[P, Blockable[S]], instance: Resource[Sync] | Resource[SyncResponse], owner: Any
        ) -> Callable[P, S]: ...
        @overload
        def __get__(self, instance: None, owner: object) -> Method[P, A]: ...
        def __get__(self, instance: Any, owner: object) -> Any: ...


def method(function: Callable[Concatenate[Any, P], A]) -> Method[P, A]:
    """Make a method of several requests, for the asynchronous and the blocking client."""
    return Method(function)
