"""The clients: `Mistral` for asyncio and trio, `SyncMistral` for code that blocks; what they share is written once.

A view (`with_options`) is a client over another engine: it has settings of its own, and shares all that is open.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Literal, NoReturn, Self, TypeVar, cast, overload

import msgspec
from typing_extensions import Unpack

from mistral_async._binding.arguments import expand
from mistral_async._binding.async_executor import AsyncExecutor
from mistral_async._binding.resource import Async, AsyncResponse, M, Mode, Resource, Sync, SyncResponse
from mistral_async._client.preload import load_blocking_calls, load_calls
from mistral_async._client.resources import Resources
from mistral_async._client.settings import ApiKey, ClientSettings, ViewOptions, build_engine
from mistral_async._codec.redact import as_secret
from mistral_async._engine.engine import Engine
from mistral_async._engine.first_use import first_use
from mistral_async._engine.options import Options
from mistral_async._engine.request import Call, Download, Pages, Stream
from mistral_async._http.network import is_tested
from mistral_async._ratelimit import LimiterStatistics
from mistral_async._spending.meter import UsageMeter
from mistral_async.errors import ConfigurationError, MissingExtraError

if TYPE_CHECKING:
    from mistral_async._binding.sync_executor import (
        SyncDownload,
        SyncExecutor,
        SyncResponsePages,
        SyncResponseStream,
    )
    from mistral_async._engine.response import Response
    from mistral_async._engine.statistics import ClientStatistics
    from mistral_async._results.download import AsyncDownload
    from mistral_async._results.with_response import AsyncResponsePages, AsyncResponseStream
    from mistral_async._spending import Usage

T = TypeVar("T")
Page = TypeVar("Page")
R = TypeVar("R", bound=Mode)
E = TypeVar("E", "AsyncExecutor", "SyncExecutor")


class _Responses(functools.cached_property[T]):
    """Groups that are made once; a test may replace some on the class of their client at any time."""

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> T: ...
    def __get__(self, instance: Any, owner: type[Any] | None = None) -> Any:
        if instance is not None and is_tested():
            instance._executor.look_on_class()  # noqa: SLF001 - of this module
        return super().__get__(instance, owner)

    def __set__(self, instance: object, value: object) -> None:
        """Set it as without this method, for which it is asked each time."""
        vars(instance)[self.func.__name__] = value

    def __delete__(self, instance: object) -> None:
        del vars(instance)[self.func.__name__]


class Client(Resources[M], Generic[M, R, E]):
    """The endpoints in the mode `M`, performed by an `E`, with views, copies and pickles; in the mode `R` if asked."""

    _executor: E

    def __init__(self, executor: E) -> None:
        super().__init__(executor)
        executor.client_class = type(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the settings, without a key that is text: the other process takes its own.

        What a test has put in the place of methods is pickled, too: where it can not be, the client can not.
        """
        executor, state = self._executor, self._executor.engine.state
        settings = {**state.settings, **executor.settings}
        options = msgspec.structs.replace(executor.engine.options, meter=None)  # the copy counts anew
        arguments: tuple[Any, ...] = type(self), state.given_key, settings, options
        replaced = executor.attributes()
        return _restored, (*arguments, replaced) if replaced else arguments

    @classmethod
    def _restore(cls, api_key: ApiKey | None, settings: Any) -> Self:
        """Make a client again of its key and settings; a class that takes others says how."""
        made: Self = cast("Any", cls)(api_key, **settings)
        return made

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __copy__(self) -> Self:
        return self

    @_Responses
    def with_response(self) -> Resources[R]:
        """The same endpoints with all that the API said: answers and pages of lists as `Response`, events as sent."""
        self._executor.look_on_class()
        return Resources(self._executor.over(self._executor.engine, responses=True))

    @property
    def limiter(self) -> LimiterStatistics:
        """The state of the rate limits now: who waits, what was learned, how the shared store is; for each key too."""
        engine, now = self._executor.engine, time.monotonic()
        if engine.options.key is None:
            return engine.state.statistics(now)
        return engine.account.limiter.statistics(now)

    def stats(self) -> ClientStatistics:
        """Return the state of the client now: connections, rate limits, retries and calls; views share them."""
        with first_use():
            return self._executor.engine.state.client_statistics()

    @property
    def usage(self) -> Usage:
        """The usage of the calls of this client, or view, so far: tokens, pages, cost; in all and by model."""
        return self._executor.engine.usage

    def with_options(self, **changes: Unpack[ViewOptions]) -> Self:
        """Return a view of this client with other settings; it shares connections, limits and the retry budget."""
        if not changes.keys() <= ViewOptions.__annotations__.keys():
            _reject(self.with_options, changes)
        engine = self._executor.engine
        return self._view(engine.options.with_changes(**changes))

    def _view(self, options: Options) -> Self:
        engine = self._executor.engine
        options = msgspec.structs.replace(options, meter=UsageMeter(engine.meter))
        view = object.__new__(type(self))
        own = {name: value for name, value in vars(self).items() if not isinstance(value, Resource)}
        vars(view).update(own)  # what a subclass keeps; the groups of endpoints are made anew
        view._executor = self._executor.over(Engine(engine.state, options))
        return view


class Mistral(Client[Async, AsyncResponse, AsyncExecutor]):
    """The client, for asyncio and trio: one object for all event loops and threads of a process.

    `api_key` is the key, or a function that returns it and is asked for each request: a coroutine function in the event
    loop, any other in a thread, where it may block and can not make a task or future; by default the environment's
    `MISTRAL_API_KEY`. Several of these, or `Account`s, in a list share the calls. The settings are those of
    `ClientSettings`. Nothing is opened before the first request, which also reports a missing key
    (`ConfigurationError`).
    """

    def __init__(self, api_key: ApiKey | None = None, **settings: Unpack[ClientSettings]) -> None:
        api_key = as_secret(api_key)
        if not settings.keys() <= ClientSettings.__annotations__.keys():
            _reject(Mistral.__init__, settings)
        super().__init__(AsyncExecutor(build_engine(api_key, settings)))

    async def __aenter__(self) -> Self:
        load_calls()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def warm(self, n: int = 1) -> int:
        """Open `n` connections to the server before the first call, all at once: DNS, proxy, TCP and TLS.

        It also loads what a call imports. The connections are used and expire as any other (`keepalive_expiry`).
        With `http2=True` or a proxy that speaks HTTP they are opened by a `HEAD /` without the key; a `transport=` or
        `async_client=` opens its own when it is used, and nothing is done.

        Args:
            n: The connections to have, those that are open already included; `max_connections` at most.

        Returns:
            The number of connections that are open now in this event loop; 0 with `transport=` or `async_client=`.

        Raises:
            APIConnectError: None could be opened; an `APITimeoutError` where the time was over.
        """
        with first_use():
            from mistral_async._engine.warming import warm

        load_calls()
        return await warm(self._executor.engine, n)

    async def aclose(self) -> None:
        """Close the connections; the client can still be used."""
        await self._executor.engine.aclose()

    @overload
    async def send(self, request: Call[T]) -> Response[T]: ...
    @overload
    async def send(self, request: Stream[T]) -> AsyncResponseStream[T]: ...
    @overload
    async def send(self, request: Pages[T, Page]) -> AsyncResponsePages[T, Page]: ...
    @overload
    async def send(self, request: Download) -> AsyncDownload: ...
    async def send(self, request: Any) -> Any:
        """Perform a request made by `calls`, as `with_response` does. A stream is to be used with `async with`."""
        with first_use():
            from mistral_async._binding.job_engine import job_engine, sent

        if not isinstance(request, Call):
            return sent(self._executor, request)
        call = cast("Call[Any]", request)
        return await job_engine(self._executor, call).respond(call)


class SyncMistral(Client[Sync, SyncResponse, "SyncExecutor"]):
    """The client for code that blocks: scripts, notebooks, threads. It takes what `Mistral` takes.

    Every call runs in an event loop (`backend`) of its own thread, one a process, started by the first call.
    """

    def __init__(
        self,
        api_key: ApiKey | None = None,
        *,
        backend: Literal["asyncio", "trio"] = "asyncio",
        **settings: Unpack[ClientSettings],
    ) -> None:
        with first_use():
            from mistral_async._binding.sync_executor import SyncExecutor

        api_key = as_secret(api_key)
        if backend not in ("asyncio", "trio"):  # of what has no hash, too
            raise ConfigurationError(f"backend must be 'asyncio' or 'trio', not {backend!r}")
        if backend == "trio" and not _has_trio():
            raise MissingExtraError("backend='trio' needs trio: pip install mistral-async[trio]")
        if not settings.keys() <= ClientSettings.__annotations__.keys():
            _reject(SyncMistral.__init__, settings)
        super().__init__(SyncExecutor(build_engine(api_key, settings), backend))

    def __enter__(self) -> Self:
        load_blocking_calls(self._executor.backend)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def warm(self, n: int = 1) -> int:
        """Open `n` connections before the first call, and return how many are open (see `Mistral.warm`)."""
        with first_use():
            from mistral_async._engine.warming import warm

        load_blocking_calls(self._executor.backend)
        return self._executor.portal.run(warm, self._executor.engine, n)

    def close(self) -> None:
        """Close the connections; the client can still be used."""
        self._executor.close()

    @overload
    def send(self, request: Call[T]) -> Response[T]: ...
    @overload
    def send(self, request: Stream[T]) -> SyncResponseStream[T]: ...
    @overload
    def send(self, request: Pages[T, Page]) -> SyncResponsePages[T, Page]: ...
    @overload
    def send(self, request: Download) -> SyncDownload: ...
    def send(self, request: Any) -> Any:
        """Perform a request made by `calls`, as `with_response` does. A stream is to be used with `with`."""
        with first_use():
            from mistral_async._binding.job_engine import job_engine, sent

        if not isinstance(request, Call):
            return sent(self._executor, request)
        call = cast("Call[Any]", request)
        return self._executor.portal.run(job_engine(self._executor, call).respond, call)


def _reject(method: Callable[..., Any], given: Mapping[str, Any]) -> NoReturn:
    with first_use():
        from mistral_async._binding.unknown_options import reject

    reject(method, given)


def _has_trio() -> bool:
    from importlib.util import find_spec

    return find_spec("trio") is not None


def _restored(
    kind: type[Mistral | SyncMistral],
    key: ApiKey | None,
    settings: Any,
    options: Options,
    replaced: Mapping[tuple[str, ...], Any] | None = None,
) -> Any:
    """Make a client or view again that was pickled; pickles name this function."""
    made = kind._restore(key, settings)._view(options)  # noqa: SLF001 - of this module
    for (*path, name), value in (replaced or {}).items():
        setattr(functools.reduce(getattr, path, made), name, value)
    return made


def show_options(*kinds: type[Client[Any, Any, Any]]) -> None:
    """Have `help` and `inspect.signature` show every setting of clients."""
    for kind in kinds:
        function: Any = kind.__init__
        function.__signature__ = expand(function)


show_options(Mistral, SyncMistral)
_with_options: Any = Mistral.with_options
_with_options.__signature__ = expand(_with_options)
