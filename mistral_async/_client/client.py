"""The clients: `Mistral` for asyncio and trio, `SyncMistral` for code that blocks."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, cast, overload

from typing_extensions import Unpack

from mistral_async._binding.arguments import expand, reject
from mistral_async._binding.async_executor import AsyncFace
from mistral_async._binding.resource import Async, AsyncResponse, Sync, SyncResponse
from mistral_async._client.settings import ApiKey, ClientSettings, ViewOptions, engine_of
from mistral_async._client.tree import Tree
from mistral_async._codec.redact import hide
from mistral_async._engine.engine import Engine
from mistral_async._engine.options import Options
from mistral_async._engine.request import Call, Stream
from mistral_async.errors import ConfigurationError

if TYPE_CHECKING:
    from mistral_async._binding.sync_executor import SyncFace, SyncStream
    from mistral_async._engine.response import Response
    from mistral_async._results.stream import AsyncStream

T = TypeVar("T")


class Mistral(Tree[Async]):
    """The client, for asyncio and trio: one object for all event loops and threads of a process.

    `api_key` is the key, or a (coroutine) function that returns it and is asked for each request; by default the
    environment's `MISTRAL_API_KEY`. The settings are those of `ClientSettings`. Nothing is opened before the first
    request, which also reports a missing key (`ConfigurationError`).
    """

    _face: AsyncFace

    def __init__(self, api_key: ApiKey | None = None, **settings: Unpack[ClientSettings]) -> None:
        api_key = hide(api_key)
        if not settings.keys() <= ClientSettings.__annotations__.keys():
            reject(Mistral.__init__, settings)
        super().__init__(AsyncFace(engine_of(api_key, settings)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what it is set to, without a key that is text: the other process takes its own."""
        engine = self._face.engine
        return _restored, (type(self), engine.core.key.function, dict(engine.core.settings), engine.options)

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __copy__(self) -> Self:
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; the client can still be used."""
        await self._face.engine.core.aclose()

    @property
    def with_response(self) -> Tree[AsyncResponse]:
        """The same endpoints, whose answers come as `Response`: with headers, request id, attempts and timings."""
        return Tree(AsyncFace(self._face.engine, responses=True))

    def with_options(self, **changes: Unpack[ViewOptions]) -> Self:
        """A view of this client with other settings; it shares connections, limits and the retry budget."""
        return self._over(_changed(self._face.engine, changes))

    def _over(self, engine: Engine) -> Self:
        view = object.__new__(type(self))
        view._face = AsyncFace(engine)
        return view

    @overload
    async def send(self, request: Call[T]) -> Response[T]: ...
    @overload
    async def send(self, request: Stream[T]) -> AsyncStream[T]: ...
    async def send(self, request: Any) -> Any:
        """Perform a request made by `calls`. A stream is returned, to be used with `async with`."""
        if isinstance(request, Call):
            return await self._face.engine.respond(cast("Call[Any]", request))
        return self._face.perform(request)


class SyncMistral(Tree[Sync]):
    """The client for code that blocks: scripts, notebooks, threads. It takes what `Mistral` takes.

    Every call runs in an event loop (`backend`) of its own thread, one a process, started by the first call.
    """

    _face: SyncFace

    def __init__(
        self,
        api_key: ApiKey | None = None,
        *,
        backend: Literal["asyncio", "trio"] = "asyncio",
        **settings: Unpack[ClientSettings],
    ) -> None:
        from mistral_async._binding.sync_executor import SyncFace

        api_key = hide(api_key)
        if backend not in {"asyncio", "trio"}:
            raise ConfigurationError(f"backend must be 'asyncio' or 'trio', not {backend!r}")
        if not settings.keys() <= ClientSettings.__annotations__.keys():
            reject(SyncMistral.__init__, settings)
        super().__init__(SyncFace(engine_of(api_key, settings), backend))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what it is set to, without a key that is text: the other process takes its own."""
        engine, backend = self._face.engine, self._face.backend
        settings = {**engine.core.settings, "backend": backend}
        return _restored, (type(self), engine.core.key.function, settings, engine.options)

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __copy__(self) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the client can still be used."""
        self._face.portal.run(self._face.engine.core.aclose)

    @property
    def with_response(self) -> Tree[SyncResponse]:
        """The same endpoints, whose answers come as `Response`: with headers, request id, attempts and timings."""
        return Tree(type(self._face)(self._face.engine, self._face.backend, responses=True))

    def with_options(self, **changes: Unpack[ViewOptions]) -> Self:
        """A view of this client with other settings; it shares connections, limits and the retry budget."""
        return self._over(_changed(self._face.engine, changes))

    def _over(self, engine: Engine) -> Self:
        view = object.__new__(type(self))
        view._face = type(self._face)(engine, self._face.backend)
        return view

    @overload
    def send(self, request: Call[T]) -> Response[T]: ...
    @overload
    def send(self, request: Stream[T]) -> SyncStream[T]: ...
    def send(self, request: Any) -> Any:
        """Perform a request made by `calls`. A stream is returned, to be used with `with`."""
        if isinstance(request, Call):
            return self._face.portal.run(self._face.engine.respond, cast("Call[Any]", request))
        return self._face.perform(request)


def _restored(kind: type[Mistral], key: ApiKey | None, settings: Any, options: Options) -> Mistral:
    """Make a client or view again that was pickled."""
    client = kind(key, **settings)
    return client._over(Engine(client._face.engine.core, options))  # noqa: SLF001 - of this module


def _changed(engine: Engine, changes: ViewOptions) -> Engine:
    if not changes.keys() <= ViewOptions.__annotations__.keys():
        reject(Mistral.with_options, changes)
    return Engine(engine.core, engine.options.with_changes(**changes))


_functions: tuple[Any, ...] = (Mistral.__init__, SyncMistral.__init__, Mistral.with_options, SyncMistral.with_options)
for _function in _functions:
    _function.__signature__ = expand(_function)  # where `help` looks for the options
