"""One client object with blocking and asynchronous methods, under the official SDK's names."""

from __future__ import annotations

import functools
import logging
import os
import weakref
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from mistral_async import Calls, calls
from mistral_async import Mistral as AsyncClient
from mistral_async._client.settings import ApiKey
from mistral_async.compat._bridge import abandon, close_blocking
from mistral_async.compat._calls import async_method, resolve, sync_method
from mistral_async.compat._names import GROUPS
from mistral_async.compat.types import UNSET, Unset

if TYPE_CHECKING:
    from mistral_async import RetryConfig
    from mistral_async.compat.httpclient import AsyncHttpClient, HttpClient

_CLIENTS = frozenset({"http_client", "mcp_client"})
"""Methods that give clients of another kind than the official ones."""

_CONVERSATIONS = ("beta", "conversations")
_DEBUG = "MISTRAL_DEBUG"
_MIGRATION_HINT = " (the migration guide lists what it leaves to the official SDK)"


class Mistral:
    """The official client's constructor and methods: `chat.complete(...)`, `await chat.complete_async(...)`."""

    groups: ClassVar[frozenset[str] | None] = None
    """The groups of endpoints that there are; None: all."""
    defaults: ClassVar[Mapping[str, Mapping[str, object]]] = {}
    """Options of the methods of a group, where they are not given."""

    def __init__(
        self,
        api_key: ApiKey | None = None,
        server: str | None = None,
        url_params: Mapping[str, str] | None = None,
        server_url: str | None = None,
        client: HttpClient | None = None,
        async_client: AsyncHttpClient | None = None,
        retry_config: RetryConfig | Unset | None = UNSET,
        timeout_ms: int | None = None,
        debug_logger: logging.Logger | None = None,
    ) -> None:
        if server_url is not None and url_params:
            server_url = server_url.format_map(dict(url_params))
        self._settings: dict[str, Any] = {
            "server": server,
            "server_url": server_url,
            "async_client": async_client,
            "retry_config": None if isinstance(retry_config, Unset) else retry_config,
            "timeout_ms": timeout_ms,
            "debug_logger": debug_logger or _default_logger(),
        }
        self._api_key = api_key
        self._http = client
        self._clients: dict[tuple[str | None, bool], AsyncClient] = {}
        weakref.finalize(self, _abandon, self._clients).atexit = False

    def client(self, server_url: str | None = None, *, blocking: bool = False) -> AsyncClient:
        """Return the client for a server, made once; blocking calls have one of their own if `client=` was given."""
        key = (server_url, blocking and self._http is not None)
        if key not in self._clients:
            settings = dict(self._settings)
            if server_url:
                settings["server_url"] = server_url
            if key[1] and self._http is not None:
                from mistral_async.compat.httpclient import ThreadedClient

                settings["async_client"] = ThreadedClient(self._http)
            self._clients[key] = AsyncClient(self._api_key, **self._adapted(settings))
        return self._clients[key]

    def _adapted(self, settings: dict[str, Any]) -> dict[str, Any]:
        """Return the settings of a client for one server, as a cloud needs them."""
        return settings

    def __getattr__(self, name: str) -> EndpointGroup:
        path = GROUPS.get(name, (name,))
        if name.startswith("_") or name == "request" or not hasattr(Calls, path[0]):  # the official client has none
            raise AttributeError(f"mistral_async has no `client.{name}`{_MIGRATION_HINT}")
        if self.groups is not None and name not in self.groups:
            there = ", ".join(sorted(self.groups))
            raise AttributeError(f"{type(self).__name__} has no `client.{name}`: it has {there}")
        return group_class(path)(self, path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for client in self._clients.values():
            close_blocking(client)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for client in self._clients.values():
            await client.aclose()


def _abandon(clients: Mapping[tuple[str | None, bool], AsyncClient]) -> None:
    abandon(clients.values())


def _default_logger() -> logging.Logger | None:
    """Return a logger if the environment variable `MISTRAL_DEBUG` is set."""
    if not os.environ.get(_DEBUG):
        return None
    logging.basicConfig(level=logging.DEBUG)
    return logging.getLogger("mistral_async")


class EndpointGroup:
    """A group of endpoints, each in its two spellings."""

    def __init__(self, owner: Mistral, path: tuple[str, ...]) -> None:
        self._owner = owner
        self._path = path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if self._path == _CONVERSATIONS and name in {"run_async", "run_stream_async"}:
            from mistral_async.compat.extra.run import _loop

            return getattr(_loop, name)(self._owner)
        path = (*self._path, name.removesuffix("_async"))
        found = None if path[-1] in _CLIENTS else getattr(resolve(self._owner.client(), self._path), path[-1], None)
        if found is None:
            full_name = ".".join((*self._path, name))
            raise AttributeError(f"mistral_async has no `client.{full_name}`{_MIGRATION_HINT}")
        if not callable(found):
            return group_class(path)(self._owner, path)
        method = async_method if name.endswith("_async") else sync_method
        return method(self._owner, path, found)

    def __dir__(self) -> list[str]:
        known = dir(resolve(self._owner.client(), self._path))
        found = [name for name in known if not name.startswith("_") and name not in _CLIENTS]
        return sorted([*found, *(f"{name}_async" for name in found)])


def group_class_at(path: str) -> type[EndpointGroup] | None:
    """Return the class of the groups at a path (`beta.agents`) of the official client, or None."""
    first, *rest = path.split(".")
    own = (*GROUPS.get(first, (first,)), *rest)
    try:
        resolve(calls, own)
    except AttributeError:
        return None
    return group_class(own)


@functools.cache
def group_class(path: tuple[str, ...]) -> type[EndpointGroup]:
    """Return the class of a group of endpoints, which the official SDK has a name for: `chat.Chat`."""
    name = "".join(part.title() for part in path[-1].split("_"))
    return type(name, (EndpointGroup,), {"__doc__": f"The endpoints of `client.{'.'.join(path)}`."})
