"""The tree of resources and its roots: `Mistral`, `SyncMistral` and `calls`."""

from __future__ import annotations

import functools
import sys
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Literal, Self, TypeVar, cast, overload
from urllib.parse import urlsplit

import msgspec

from mistral_async._face import AsyncFace, LazyFace
from mistral_async._key import Key
from mistral_async._limits import Limiter, RateLimits
from mistral_async._options import Options, Timeout
from mistral_async._perform import Core, Engine
from mistral_async._request import Call, Stream
from mistral_async._resource import Async, AsyncResponse, Lazy, M, Resource, Sync, SyncResponse
from mistral_async._retry import RetryConfig
from mistral_async._version import __version__
from mistral_async._wire._network import Network
from mistral_async.errors import ConfigurationError

if TYPE_CHECKING:
    import logging
    import ssl

    import httpx

    from mistral_async._blocking import SyncFace, SyncStream
    from mistral_async._response import Response
    from mistral_async._stream import AsyncStream
    from mistral_async.bulk import Bulk
    from mistral_async.resources.agents import Agents
    from mistral_async.resources.audio import Audio
    from mistral_async.resources.batch import Batch
    from mistral_async.resources.beta import Beta
    from mistral_async.resources.chat import Chat
    from mistral_async.resources.classifiers import Classifiers
    from mistral_async.resources.embeddings import Embeddings
    from mistral_async.resources.files import Files
    from mistral_async.resources.fim import Fim
    from mistral_async.resources.fine_tuning import FineTuning
    from mistral_async.resources.models import Models
    from mistral_async.resources.ocr import Ocr
    from mistral_async.resources.responses import Responses

T = TypeVar("T")

SERVERS = {
    "global": "https://api.mistral.ai",
    "eu": "https://api.eu.mistral.ai",
    "us": "https://api.us.mistral.ai",
}


class Tree(Resource[M], Generic[M]):
    """Every group of endpoints. A group's module loads when it is first used."""

    @functools.cached_property
    def chat(self) -> Chat[M]:
        """Chat completions."""
        from mistral_async.resources.chat import Chat

        return Chat(self._face)

    @functools.cached_property
    def fim(self) -> Fim[M]:
        """Fill-in-the-middle completions of code."""
        from mistral_async.resources.fim import Fim

        return Fim(self._face)

    @functools.cached_property
    def agents(self) -> Agents[M]:
        """Completions by an agent."""
        from mistral_async.resources.agents import Agents

        return Agents(self._face)

    @functools.cached_property
    def embeddings(self) -> Embeddings[M]:
        """Embeddings."""
        from mistral_async.resources.embeddings import Embeddings

        return Embeddings(self._face)

    @functools.cached_property
    def classifiers(self) -> Classifiers[M]:
        """Moderation and classification."""
        from mistral_async.resources.classifiers import Classifiers

        return Classifiers(self._face)

    @functools.cached_property
    def ocr(self) -> Ocr[M]:
        """Text out of documents and images."""
        from mistral_async.resources.ocr import Ocr

        return Ocr(self._face)

    @functools.cached_property
    def responses(self) -> Responses[M]:
        """Stateless responses in OpenAI's format."""
        from mistral_async.resources.responses import Responses

        return Responses(self._face)

    @functools.cached_property
    def audio(self) -> Audio[M]:
        """Transcription, speech and voices."""
        from mistral_async.resources.audio import Audio

        return Audio(self._face)

    @functools.cached_property
    def files(self) -> Files[M]:
        """Files that you uploaded."""
        from mistral_async.resources.files import Files

        return Files(self._face)

    @functools.cached_property
    def models(self) -> Models[M]:
        """The models there are."""
        from mistral_async.resources.models import Models

        return Models(self._face)

    @functools.cached_property
    def fine_tuning(self) -> FineTuning[M]:
        """Fine-tuning jobs."""
        from mistral_async.resources.fine_tuning import FineTuning

        return FineTuning(self._face)

    @functools.cached_property
    def batch(self) -> Batch[M]:
        """Batch jobs."""
        from mistral_async.resources.batch import Batch

        return Batch(self._face)

    @functools.cached_property
    def bulk(self) -> Bulk[M]:
        """Many calls at once, at the speed of the account."""
        from mistral_async.bulk import Bulk

        return Bulk(self._face)

    @functools.cached_property
    def beta(self) -> Beta[M]:
        """Conversations, agents and libraries."""
        from mistral_async.resources.beta import Beta

        return Beta(self._face)


class Calls(Tree[Lazy]):
    """Requests as values: `calls.chat.complete(...)` describes one without performing it."""

    def __init__(self) -> None:
        super().__init__(LazyFace())


calls = Calls()


def _core(  # noqa: PLR0917 - one place takes what both clients take
    api_key: str | Callable[[], str | Awaitable[str]] | None,
    server: str | None,
    server_url: str | None,
    rate_limits: RateLimits | Mapping[str, Any] | None,
    debug_logger: logging.Logger | None,
    network: Mapping[str, Any],
) -> Core:
    url = urlsplit(_server_url(server, server_url))
    port = url.port or (443 if url.scheme == "https" else 80)
    return Core(
        key=Key(api_key),
        prefix=url.path.rstrip("/"),
        network=Network((url.scheme, str(url.hostname), port), **network),
        limiter=Limiter(RateLimits(**rate_limits) if isinstance(rate_limits, Mapping) else rate_limits),
        logger=debug_logger,
        agent=f"mistral-async/{__version__} python/{sys.version_info.major}.{sys.version_info.minor}",
    )


def _server_url(server: str | None, server_url: str | None) -> str:
    if server_url is not None:
        url = urlsplit(server_url)
        if url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment:
            raise ConfigurationError(f"server_url must be like 'https://api.mistral.ai', not {server_url!r}")
        return server_url
    if (server or "global") not in SERVERS:
        raise ConfigurationError(f"server must be one of {', '.join(SERVERS)}, not {server!r}; or pass server_url=")
    return SERVERS[server or "global"]


def _options(timeout_ms: float | None, timeout: Timeout | None, retry_config: Any) -> Options:
    limits = Timeout.of(timeout)
    if timeout_ms is not None:
        limits = Timeout.of(msgspec.structs.replace(limits, total=timeout_ms / 1000))
    return Options(timeout=limits, retry=RetryConfig.of(retry_config))


class Mistral(Tree[Async]):
    """The client, for asyncio and trio: one object for all event loops and threads of a process.

    Args:
        api_key: The key, or a (coroutine) function that returns it, asked for each request. Default: `MISTRAL_API_KEY`.
        server: `"global"` (default), `"eu"` or `"us"`.
        server_url: Another server.
        timeout_ms: Milliseconds for each call in all: waits, attempts and the whole of a stream. Default: no such limit.
        timeout: The limits of each phase, in seconds (`Timeout`).
        retry_config: What is repeated and how often (`RetryConfig`).
        rate_limits: The limits of the account (`RateLimits`). Default: learned from the API's answers.
        async_client: An `httpx.AsyncClient` to send with, instead of our own connections.
        transport: An `httpx.AsyncBaseTransport` to send with, such as a mock.
        debug_logger: Gets the metadata of every attempt; never a key, a prompt or an answer.
        max_connections: The most connections of one event loop; further calls wait their turn.
        keepalive_expiry: Seconds that an idle connection is kept.
        verify: False, a path to CA certificates, or an `ssl.SSLContext`. Default: the system's and certifi's.
        http2: Use HTTP/2 (through httpx; needs the extra `http2`).
        proxy: A proxy's URL. Default: the environment's `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`.

    Raises:
        ConfigurationError: What was given can not be. A missing key is reported by the first request.
    """

    def __init__(
        self,
        api_key: str | Callable[[], str | Awaitable[str]] | None = None,
        *,
        server: Literal["global", "eu", "us"] | None = None,
        server_url: str | None = None,
        timeout_ms: float | None = None,
        timeout: Timeout | None = None,
        retry_config: RetryConfig | Mapping[str, Any] | None = None,
        rate_limits: RateLimits | Mapping[str, Any] | None = None,
        async_client: httpx.AsyncClient | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        debug_logger: logging.Logger | None = None,
        max_connections: int = 100,
        keepalive_expiry: float = 30.0,
        verify: bool | str | ssl.SSLContext = True,
        http2: bool = False,
        proxy: str | None = None,
    ) -> None:
        network = {
            "async_client": async_client,
            "transport": transport,
            "max_connections": max_connections,
            "keepalive_expiry": keepalive_expiry,
            "verify": verify,
            "http2": http2,
            "proxy": proxy,
        }
        core = _core(api_key, server, server_url, rate_limits, debug_logger, network)
        super().__init__(AsyncFace(Engine(core, _options(timeout_ms, timeout, retry_config))))

    _face: AsyncFace

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections of this event loop; the client can still be used."""
        await self._face.engine.core.network.aclose()

    @property
    def with_response(self) -> Tree[AsyncResponse]:
        """The same endpoints, whose answers come as `Response`: with headers, request id, attempts and timings."""
        return Tree(AsyncFace(self._face.engine, responses=True))

    def with_options(
        self,
        *,
        timeout: Timeout | float | None = None,
        retries: RetryConfig | int | None = None,
        headers: Mapping[str, str] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        background: bool | None = None,
        log_bodies: bool | None = None,
    ) -> Self:
        """A view of this client with other settings; it shares connections, limits and the retry budget.

        Args:
            timeout: `Timeout`, or seconds for each call in all.
            retries: `RetryConfig`, or how often a call may be repeated.
            headers: Sent besides the client's own.
            extra_body: Keys added to every JSON body or form: for what this version has no option for.
            extra_query: Parameters added to every query.
            background: Leave room for the other calls of the client, as bulk work does.
            log_bodies: Give the `debug_logger` prompts and answers too.
        """
        engine = self._face.engine
        options = engine.options.with_changes(
            timeout=timeout,
            retries=retries,
            headers=headers,
            extra_body=extra_body,
            extra_query=extra_query,
            background=background,
            log_bodies=log_bodies,
        )
        return self._view(Engine(engine.core, options))

    def _view(self, engine: Engine) -> Self:
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
    """The client for code that blocks: scripts, notebooks, threads. It takes what `Mistral` takes, and a `backend`.

    Every call runs in an event loop of its own thread, one a process, started by the first call.
    """

    def __init__(
        self,
        api_key: str | Callable[[], str | Awaitable[str]] | None = None,
        *,
        backend: Literal["asyncio", "trio"] = "asyncio",
        **settings: Any,
    ) -> None:
        from mistral_async._blocking import SyncFace

        if backend not in {"asyncio", "trio"}:
            raise ConfigurationError(f"backend must be 'asyncio' or 'trio', not {backend!r}")
        self._client = Mistral(api_key, **settings)
        super().__init__(SyncFace(self._client._face.engine, backend))

    _face: SyncFace

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the client can still be used."""
        self._face.portal.run(self._client.aclose)

    @property
    def with_response(self) -> Tree[SyncResponse]:
        """The same endpoints, whose answers come as `Response`: with headers, request id, attempts and timings."""
        from mistral_async._blocking import SyncFace

        return Tree(SyncFace(self._face.engine, self._face.backend, responses=True))

    def with_options(self, **changes: Any) -> Self:
        """A view of this client with other settings: those of `Mistral.with_options`."""
        from mistral_async._blocking import SyncFace

        view = object.__new__(type(self))
        view._client = self._client.with_options(**changes)
        view._face = SyncFace(view._client._face.engine, self._face.backend)
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
