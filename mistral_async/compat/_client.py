"""One object with both faces of the client, under the official SDK's names."""

from __future__ import annotations

import logging
import os
import weakref
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mistral_async._binding.async_executor import AsyncExecutor
from mistral_async._binding.resource import Resource
from mistral_async._binding.sync_executor import SyncExecutor
from mistral_async._client.client import Mistral as AsyncClient
from mistral_async._client.resources import Resources
from mistral_async.compat._calls import asynchronous, blocking, find
from mistral_async.compat.types import UNSET

if TYPE_CHECKING:
    from mistral_async._client.settings import ApiKey
    from mistral_async.compat.httpclient import AsyncHttpClient, HttpClient

_RUNS = ("beta", "conversations")
_DEBUG = "MISTRAL_DEBUG"
_ELSEWHERE = " (the migration guide lists what it leaves to the official SDK)"


class Mistral:
    """The official client's constructor and methods: `chat.complete(...)`, `await chat.complete_async(...)`."""

    def __init__(
        self,
        api_key: ApiKey | None = None,
        server: str | None = None,
        url_params: Mapping[str, str] | None = None,
        server_url: str | None = None,
        client: HttpClient | None = None,
        async_client: AsyncHttpClient | None = None,
        retry_config: Any = UNSET,
        timeout_ms: int | None = None,
        debug_logger: logging.Logger | None = None,
    ) -> None:
        if server_url is not None and url_params:
            server_url = server_url.format_map(dict(url_params))
        self._settings: dict[str, Any] = {
            "server": server,
            "server_url": server_url,
            "async_client": async_client,
            "retry_config": None if retry_config is UNSET else retry_config,
            "timeout_ms": timeout_ms,
            "debug_logger": debug_logger or _default_logger(),
        }
        self._api_key = api_key
        self._http = client
        self._clients: dict[tuple[str | None, bool], AsyncClient] = {}
        weakref.finalize(self, _drop, self._clients).atexit = False

    def client(self, server_url: str | None = None, *, blocking: bool = False) -> AsyncClient:
        """The client for a server, made once; blocking calls have one of their own if they have a `client=`."""
        key = (server_url, blocking and self._http is not None)
        if key not in self._clients:
            settings = dict(self._settings)
            if server_url:
                settings["server_url"] = server_url
            if key[1] and self._http is not None:
                from mistral_async.compat.httpclient import InThreads

                settings["async_client"] = InThreads(self._http)
            self._clients[key] = AsyncClient(self._api_key, **settings)
        return self._clients[key]

    def __getattr__(self, name: str) -> Group:
        if name.startswith("_") or not hasattr(Resources, name):
            raise AttributeError(f"mistral_async has no `client.{name}`{_ELSEWHERE}")
        return Group(self, (name,))

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
    return SyncExecutor(client._executor.engine, "asyncio").portal  # noqa: SLF001 - the other face of the same client


def _drop(clients: Mapping[Any, AsyncClient]) -> None:
    """Over there a client that nobody has any more needs no closing: its connections end without a word."""
    for client in clients.values():
        network = client._executor.engine.state.network  # noqa: SLF001 - as above
        wires, network._wires = network._wires, {}  # noqa: SLF001 - what is left would be warned of
        for wire in wires.values():
            wire.abort_from_outside()


def _default_logger() -> logging.Logger | None:
    """`MISTRAL_DEBUG` in the environment asks for one."""
    if not os.environ.get(_DEBUG):
        return None
    logging.basicConfig(level=logging.DEBUG)
    return logging.getLogger("mistral_async")


class Group:
    """A group of endpoints, or one endpoint in its two spellings."""

    def __init__(self, owner: Mistral, path: tuple[str, ...]) -> None:
        self._owner = owner
        self._path = path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if self._path == _RUNS and name in {"run_async", "run_stream_async"}:
            from mistral_async.compat.extra.run import _loop

            return getattr(_loop, name)(self._owner)
        base = name.removesuffix("_async")
        engine = self._owner.client()._executor.engine  # noqa: SLF001 - as above
        try:
            found = find(Resources(AsyncExecutor(engine)), (*self._path, base))
        except AttributeError:
            raise AttributeError(f"mistral_async has no `client.{'.'.join((*self._path, name))}`{_ELSEWHERE}") from None
        if isinstance(found, Resource):
            return Group(self._owner, (*self._path, base))
        call = asynchronous if name != base else blocking
        return call(self._owner, (*self._path, base), found)

    def __dir__(self) -> list[str]:
        engine = self._owner.client()._executor.engine  # noqa: SLF001 - as above
        found = [name for name in dir(find(Resources(AsyncExecutor(engine)), self._path)) if not name.startswith("_")]
        return sorted([*found, *(f"{name}_async" for name in found)])
