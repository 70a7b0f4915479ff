"""One object with both faces of the client, under the official SDK's names."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from mistral_async._blocking import SyncDownload, SyncFace, SyncPages, SyncStream
from mistral_async._client import Mistral as AsyncClient
from mistral_async._download import AsyncDownload
from mistral_async._face import AsyncFace
from mistral_async._options import Timeout
from mistral_async._resource import Resource
from mistral_async._stream import AsyncStream
from mistral_async._tree import Tree

if TYPE_CHECKING:
    import logging

    import httpx

    from mistral_async._settings import ApiKey

_PER_CALL = ("retries", "timeout_ms", "http_headers", "server_url")


class Mistral:
    """The official client's constructor and methods: `chat.complete(...)`, `await chat.complete_async(...)`."""

    def __init__(
        self,
        api_key: ApiKey | None = None,
        server: Any = None,
        server_url: str | None = None,
        url_params: Mapping[str, str] | None = None,
        client: httpx.Client | None = None,
        async_client: httpx.AsyncClient | None = None,
        retry_config: Any = None,
        timeout_ms: int | None = None,
        debug_logger: logging.Logger | None = None,
    ) -> None:
        if client is not None:
            raise TypeError(
                "a blocking httpx client can not be used: pass async_client=, or transport= to mistral_async"
            )
        if server_url is not None and url_params:
            server_url = server_url.format_map(dict(url_params))
        self._settings: dict[str, Any] = {
            "server": server,
            "server_url": server_url,
            "async_client": async_client,
            "retry_config": retry_config,
            "timeout_ms": timeout_ms,
            "debug_logger": debug_logger,
        }
        self._api_key = api_key
        self._clients: dict[str | None, AsyncClient] = {}

    def _client(self, server_url: str | None = None) -> AsyncClient:
        """The client for a server, made once."""
        if server_url not in self._clients:
            settings: dict[str, Any] = {**self._settings}
            if server_url:
                settings["server_url"] = server_url
            self._clients[server_url] = AsyncClient(self._api_key, **settings)
        return self._clients[server_url]

    def __getattr__(self, name: str) -> _Group:
        if name.startswith("_") or not hasattr(Tree, name):
            raise AttributeError(f"the client has no {name!r}")
        return _Group(self, (name,))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for client in self._clients.values():
            _portal(client).run(client.aclose)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for client in self._clients.values():
            await client.aclose()


def _portal(client: AsyncClient) -> Any:
    return SyncFace(client._face.engine, "asyncio").portal  # noqa: SLF001 - the other face of the same client


class _Group:
    """A group of endpoints, or one endpoint in its two spellings."""

    def __init__(self, owner: Mistral, path: tuple[str, ...]) -> None:
        self._owner = owner
        self._path = path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        base = name.removesuffix("_async")
        found = _find(Tree(AsyncFace(self._owner._client()._face.engine)), (*self._path, base))  # noqa: SLF001 - as above
        if isinstance(found, Resource):
            return _Group(self._owner, (*self._path, base))
        call = _asynchronous if name != base else _blocking
        return call(self._owner, (*self._path, base), found)


def _find(tree: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        tree = getattr(tree, name)
    return tree


def _view(owner: Mistral, options: dict[str, Any]) -> AsyncClient:
    """The client, with what was asked for this call alone."""
    given = {name: options.pop(name) for name in _PER_CALL if name in options}
    options.pop("stream", None)  # the method says it
    client = owner._client(given.get("server_url"))  # noqa: SLF001 - as above
    if given.get("timeout_ms") is not None:
        client = client.with_options(timeout=Timeout(total=given["timeout_ms"] / 1000))
    if given.get("http_headers"):
        client = client.with_options(headers=given["http_headers"])
    if given.get("retries") is not None:
        client = client.with_options(retries=given["retries"])
    return client


def _asynchronous(owner: Mistral, path: tuple[str, ...], like: Any) -> Callable[..., Any]:
    async def call(*args: Any, **options: Any) -> Any:
        result: Any = _find(_view(owner, options), path)(*args, **options)
        if isinstance(result, AsyncStream):
            return await _AsyncEvents(cast("AsyncStream[Any]", result)).start()
        if isinstance(result, AsyncDownload):
            return _http(await result)
        return await result  # a page, or an answer

    call.__doc__, call.__name__ = like.__doc__, f"{path[-1]}_async"
    return call


def _blocking(owner: Mistral, path: tuple[str, ...], like: Any) -> Callable[..., Any]:
    def call(*args: Any, **options: Any) -> Any:
        client = _view(owner, options)
        result = _find(Tree(SyncFace(client._face.engine, "asyncio")), path)(*args, **options)  # noqa: SLF001 - as above
        match result:
            case SyncStream():
                return _Events(cast("SyncStream[Any]", result))
            case SyncPages():
                return cast("SyncPages[Any, Any]", result).page()
            case SyncDownload():
                return _http(result.read())
            case _:
                return result

    call.__doc__, call.__name__ = like.__doc__, path[-1]
    return call


def _http(content: bytes) -> httpx.Response:
    import httpx

    return httpx.Response(200, content=content)


class Event:
    """An event as the official SDK gives it: `.data`, and the name of its kind in `.event`."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.event: str | None = getattr(data, "type", None)
        self.id: str | None = None
        self.retry: int | None = None

    def __repr__(self) -> str:
        return f"Event(event={self.event!r}, data={self.data!r})"


class _Events:
    """A blocking stream: with a block or without."""

    def __init__(self, stream: SyncStream[Any]) -> None:
        self._stream = stream.__enter__()
        self.response = stream.response

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stream.close()

    def __iter__(self) -> Iterator[Event]:
        try:
            for data in self._stream:
                yield Event(data)
        finally:
            self._stream.close()


class _AsyncEvents:
    """The same for coroutines."""

    def __init__(self, stream: AsyncStream[Any]) -> None:
        self._stream = stream

    async def start(self) -> Self:
        await self._stream.__aenter__()
        self.response = self._stream.response
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stream.aclose()

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        try:
            return Event(await anext(self._stream))
        except BaseException:  # the end, an error or a cancellation: the connection is not kept waiting for a block
            await self._stream.aclose()
            raise
