"""One client object with blocking and asynchronous methods, under the official SDK's names."""

from __future__ import annotations

import functools
import logging
import os
import weakref
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias

from mistral_async import Calls
from mistral_async import Mistral as AsyncClient
from mistral_async._client.resources import Resources
from mistral_async._client.settings import ApiKey
from mistral_async.compat._bridge import abandon, close_blocking, retire
from mistral_async.compat._configuration import AnyRetryConfig, SDKConfiguration, retries_of
from mistral_async.compat._groups import MIGRATION_HINT, EndpointGroup, group_class
from mistral_async.compat._hooks.sdkhooks import SDKHooks
from mistral_async.compat._names import GROUPS
from mistral_async.compat._security import OptionalKey, key_of, security_of
from mistral_async.compat.types import UNSET, Unset, is_unset
from mistral_async.compat.utils import logger_of_environment

if TYPE_CHECKING:
    from mistral_async import Hooks
    from mistral_async.compat._methods import Methods  # pyright: ignore[reportMissingModuleSource] - a stub alone
    from mistral_async.compat.httpclient import AsyncHttpClient, HttpClient
    from mistral_async.payloads import WorkflowEncoding
else:
    Methods = object

_TELEMETRY = "MISTRAL_SDK_TELEMETRY"
_Key: TypeAlias = tuple[str | None, bool, int, SDKHooks | None]


class Clients:
    """The clients of one official client, by server. Groups, streams and pages hold it: it lives as long as they do."""

    def __init__(
        self,
        api_key: ApiKey | None,
        http: HttpClient | None,
        settings: dict[str, Any],
        defaults: Mapping[str, Mapping[str, object]],
    ) -> None:
        self._api_key = api_key
        self._http = http
        self.settings = settings
        self.defaults = defaults
        self.adapt: Callable[[dict[str, Any]], dict[str, Any]] = dict
        """Returns the settings of a client for one server, as a cloud needs them."""
        self.needs_key = False
        """Whether a request without a key is an error here, and not left to the API."""
        self.made: dict[_Key, AsyncClient] = {}
        self._changes = 0  # of settings: a client keeps those that it was made with
        self._asked_for_telemetry = False
        weakref.finalize(self, _abandon, self.made).atexit = False

    def client(self, server_url: str | None = None, *, blocking: bool = False) -> AsyncClient:
        """Return the client for a server, made once; blocking calls have one of their own if `client=` was given.

        So have calls that hooks see.
        """
        if not self._asked_for_telemetry:
            self._resolve_telemetry()
            self._asked_for_telemetry = True
        key = (server_url, blocking and self._http is not None, self._changes, self.hooks)
        found = self.made.get(key)
        if found is None:
            settings = {name: value for name, value in self.settings.items() if not is_unset(value)}
            settings["retry_config"] = retries_of(settings.get("retry_config"))
            if server_url:
                settings["server_url"] = server_url
            if key[1] and self._http is not None:
                from mistral_async._http.httpx_wire.threaded import ThreadedClient

                settings["async_client"] = ThreadedClient(self._http)
            if (spans := self._spans()) is not None:
                settings["hooks"] = spans
            if self.hooks is not None:
                _hook(settings, self.hooks, self.sdk_configuration)
            key_given: Any = self._api_key if self.needs_key else OptionalKey(self._api_key)
            found = self.made.setdefault(key, AsyncClient(key_given, **self.adapt(settings)))  # another thread's
        return found

    @property
    def hooks(self) -> SDKHooks | None:
        """The hooks of requests and answers, if any is registered."""
        asked_for: SDKConfiguration | None = vars(self).get("sdk_configuration")
        return None if asked_for is None else asked_for.get_hooks() or None

    def encode_workflows(self, encoding: WorkflowEncoding) -> None:
        """Encode the payloads of workflows from now on."""
        self.settings["workflow_encoding"] = encoding
        for key, client in self.made.copy().items():
            self.made[key] = client.with_options(workflow_encoding=encoding)

    def _resolve_telemetry(self) -> None:
        """Make spans if the environment, or the setting `telemetry`, asks for them."""
        if os.environ.get(_TELEMETRY) or "telemetry" in vars(vars(self).get("sdk_configuration", self)):
            from mistral_async.compat.extra.observability.telemetry import configure_telemetry_for_hook

            tracing = self.sdk_configuration.get_hooks().tracing
            configure_telemetry_for_hook(tracing, self.sdk_configuration, respect_global_provider=True)

    def _spans(self) -> Hooks | None:
        """Return what makes the spans of calls, if somebody asked for them."""
        asked_for: SDKConfiguration | None = vars(self).get("sdk_configuration")
        return None if asked_for is None else asked_for.get_hooks().tracing.hooks()

    def _begin_anew(self) -> None:
        """Have new clients make the calls that follow; connections of the old ones are closed when none is in use.

        Other threads may make clients meanwhile. The settings are changed before, which those then have.
        """
        self._changes += 1
        old = self.made.copy()
        for key in old:
            self.made.pop(key, None)
        retire(old.values())

    @functools.cached_property
    def sdk_configuration(self) -> SDKConfiguration:
        """The settings, under the official SDK's names."""
        known = {name: value for name, value in self.settings.items() if name in SDKConfiguration.__annotations__}
        security = security_of(self._api_key)
        made = SDKConfiguration(
            client=self._http,
            client_supplied=self._http is not None,
            async_client_supplied=self.settings["async_client"] is not None,
            security=security,
            on_change=self._change,
            **known,
        )
        made.get_hooks().tracing.on_change = functools.partial(self._change, "telemetry", None)
        return made

    def _change(self, name: str, value: Any) -> None:
        """Take a setting, for the calls that follow."""
        if name == "workflow_encoding":
            self.encode_workflows(value)
            return
        match name:
            case "client":
                self._http = value
            case "security":
                self._api_key = key_of(value)
            case _ if name in self.settings:
                self.settings[name] = value
            case _:  # the name of a language or a version changes nothing
                pass
        self._begin_anew()


class Mistral(Methods):
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
        retry_config: AnyRetryConfig | Unset | None = UNSET,
        timeout_ms: int | None = None,
        debug_logger: logging.Logger | None = None,
    ) -> None:
        if server_url is not None and url_params:
            server_url = server_url.format_map(dict(url_params))
        settings: dict[str, Any] = {
            "server": server,
            "server_url": server_url,
            "async_client": async_client,
            "retry_config": retry_config,
            "timeout_ms": timeout_ms,
            "debug_logger": debug_logger or logger_of_environment(),
        }
        self._clients = Clients(api_key, client, settings, self.defaults)

    @property
    def sdk_configuration(self) -> SDKConfiguration:
        """The settings, under the official SDK's names."""
        return self._clients.sdk_configuration

    def encode_workflows(self, encoding: WorkflowEncoding) -> None:
        """Encode the payloads of workflows from now on."""
        self._clients.encode_workflows(encoding)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> EndpointGroup:
            path = GROUPS.get(name, (name,))
            if name.startswith("_") or name == "request" or not hasattr(Calls, path[0]):  # the official client has none
                raise AttributeError(f"mistral_async has no `client.{name}`{MIGRATION_HINT}")
            if self.groups is not None and name not in self.groups:
                there = ", ".join(sorted(self.groups))
                raise AttributeError(f"{type(self).__name__} has no `client.{name}`: it has {there}")
            group = vars(self)[name] = group_class(path)(self._clients)
            return group

    def __dir__(self) -> list[str]:
        groups = [name for name, found in vars(Resources).items() if isinstance(found, functools.cached_property)]
        return sorted({*super().__dir__(), *(self.groups or {*groups, *GROUPS})})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        for client in self._clients.made.values():
            close_blocking(client)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        for client in self._clients.made.values():
            await client.aclose()


def _hook(settings: dict[str, Any], hooks: SDKHooks, configuration: SDKConfiguration) -> None:
    """Put hooks before the connections of a client that is made with these settings, or before those it was given."""
    from mistral_async.compat._hooked import HookedClient, HookedRequests, HookedTransport

    requests, given = HookedRequests(hooks, configuration), settings["async_client"]
    if given is None:
        settings["transport"] = HookedTransport(requests)
    else:
        settings["async_client"] = HookedClient(requests, given)


def _abandon(clients: Mapping[_Key, AsyncClient]) -> None:
    abandon(clients.values())
