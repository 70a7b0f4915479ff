"""httpx's own transport for what ours does not do (proxies, HTTP/2, unusual event loops): one for each event loop.

And httpx's own clients where a test has mocked httpx.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, Final

import anyio
import httpx

from mistral_async._http.certificates import advice, tls_context
from mistral_async._http.httpx_wire.adapter import HttpxStream, HttpxWire
from mistral_async._http.httpx_wire.failures import Progress
from mistral_async._http.httpx_wire.mocked import Mocked, as_response
from mistral_async._http.httpx_wire.threaded import ThreadedClient
from mistral_async._http.loops import Loop, LoopExitHook, spawn_task
from mistral_async._http.origin import PoolConfig
from mistral_async._http.pooled import closed_error, first_cause
from mistral_async._http.protocol import BodySource, Phase, RequestHead, Sent, SettingError, Timeouts, WireError
from mistral_async._http.proxy import ProxySetting
from mistral_async._http.sockets import prepare

# Rule 1: A request of which nothing was sent, since its HTTP/2 connection was found ended, goes to the next connection
#         at once. This is no attempt, as in `pooled.py` (rule 2). Httpx may offer one again that is of no use, hence
#         `_MOST_CONNECTIONS`.

_MOST_CONNECTIONS: Final = 5
_DETACHED: list[Any] = []  # transports of ended loops and of the parent process: the collector would warn and close


class HttpxLoopWire(HttpxWire):
    """A wire of one event loop over httpx; it ends with the loop."""

    def __init__(self, config: PoolConfig, loop: Loop, proxy: ProxySetting | None, transport: Any = None) -> None:
        transport = transport or _make_transport(httpx.AsyncHTTPTransport, config, proxy)
        super().__init__(config.origin, transport=transport, limits=config.limits)
        self._proxy = proxy
        self._http2 = config.http2
        self._most = config.max_connections
        self.loop = loop
        self.closed = False
        self.in_use = False
        self._exit_hook = LoopExitHook(self._close)

    async def open(self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts) -> HttpxStream:
        """Send a request and read the head of its response."""
        if self.closed:
            raise closed_error()
        if not self.in_use:
            self.in_use = True
            await self._exit_hook.start()
        for left in reversed(range(_MOST_CONNECTIONS)):
            try:
                return await super().open(head, body, timeouts)
            except WireError as error:
                if error.phase is Phase.CONNECT:
                    raise self._connect_error(error) from error.__cause__
                if error.sent is not Sent.NOTHING or error.timeout or self.closed or not left:
                    raise
        raise AssertionError

    async def warm(self, count: int, timeouts: Timeouts) -> int:
        """Have httpx open connections, which it does for requests alone: `HEAD /`, without a key.

        Returns how many of them were answered. HTTP/2 has one connection for all.
        """
        answered: list[int] = []
        failures: list[WireError | SettingError] = []

        async def ask() -> None:
            try:
                answered.append((await self.send(RequestHead("HEAD", "/", ()), None, timeouts)).status)
            except (WireError, SettingError) as failure:
                failures.append(failure)

        async with anyio.create_task_group() as tasks:
            for _ in range(1 if self._http2 else min(count, self._most)):
                tasks.start_soon(ask)
        if failures and not answered:
            raise failures[0]
        return len(answered)

    async def aclose(self) -> None:
        """Close every connection."""
        self._exit_hook.stop()
        await self._close()

    def abort_threadsafe(self) -> None:
        """Have the loop close every connection, from any thread."""
        self._exit_hook.stop()
        if not spawn_task(self.loop, self._close):
            self.detach(forked=False)

    def detach(self, *, forked: bool) -> None:  # noqa: ARG002 (others need to know)
        """Let go of the connections of a loop that has ended, or of the process that we were forked from."""
        self.closed = True
        self._exit_hook.stop()
        _DETACHED.append(self._transport)

    def _new_progress(self) -> Progress:
        return _NewConnection()

    def _connect_error(self, error: WireError) -> WireError:
        """Make the error of a connection that was not made: of httpx's own only the reason is known."""
        cause = first_cause(error)
        reason = "timed out" if error.timeout else str(cause) or str(error)
        way = "" if self._proxy is None else f" through the proxy {self._proxy}"
        message = f"could not connect to {self._origin.host}:{self._origin.port}{way}: {reason}{advice(error)}"
        return WireError(message, phase=error.phase, sent=error.sent, timeout=error.timeout)

    async def _close(self) -> None:
        self.closed = True
        with anyio.CancelScope(shield=True):
            await super().aclose()


class MockedWire(HttpxLoopWire):
    """A wire of one event loop over a client of an httpx that is mocked; bodies are sent whole, as mocks read them."""

    def __init__(self, config: PoolConfig, loop: Loop, proxy: ProxySetting | None, mocked: Mocked) -> None:
        module = importlib.import_module(mocked.module)
        make = module.HTTPTransport if mocked.blocking else module.AsyncHTTPTransport
        given = {"transport": _make_transport(make, config, proxy), "trust_env": False}
        client = (
            ThreadedClient(_Sending(module, module.Client(**given))) if mocked.blocking else module.AsyncClient(**given)
        )
        super().__init__(config, loop, proxy, _ClientTransport(module, client))
        self._httpx = module

    async def open(self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts) -> HttpxStream:
        """Send a request and read the head of its response."""
        if body is not None and not isinstance(body, bytes):
            body = b"".join([piece async for piece in body.open()])
        return await super().open(head, body, timeouts)

    async def warm(self, count: int, timeouts: Timeouts) -> int:  # noqa: ARG002 - as every wire
        """Open nothing: a mock would take it for a request of the test's."""
        return 0


class _ClientTransport:
    """A client as a transport: it is given our time limits."""

    def __init__(self, module: Any, client: Any) -> None:
        self._module = module
        self._client = client

    async def handle_async_request(self, request: Any) -> Any:
        """Send a request."""
        return as_response(self._module, await self._client.send(request, stream=True))

    async def aclose(self) -> None:
        """Close the client."""
        await self._client.aclose()


class _Sending:
    """A blocking client whose answers are responses."""

    def __init__(self, module: Any, client: Any) -> None:
        self._module = module
        self._client = client
        self.close = client.close

    def send(self, request: Any, *, stream: bool) -> Any:
        """Send a request."""
        return as_response(self._module, self._client.send(request, stream=stream))


class _NewConnection(Progress):
    """Sets the options of a new connection: through a proxy httpx forgets those it was given."""

    __slots__ = ()

    async def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of a step."""
        await super().__call__(event, info)
        if event == "connection.connect_tcp.complete":
            sock = info["return_value"].get_extra_info("socket")
            if sock is not None:
                prepare(sock)


def _make_transport(make: Any, config: PoolConfig, proxy: ProxySetting | None) -> Any:
    limits = httpx.Limits(
        max_connections=config.max_connections,
        max_keepalive_connections=config.max_connections,
        keepalive_expiry=config.keepalive_expiry,
    )
    context = config.tls() or tls_context(verify=False)  # which plain HTTP does not use
    try:
        return make(
            verify=context,
            http2=config.http2,
            proxy=None if proxy is None else _httpx_proxy(proxy, config),
            limits=limits,
            trust_env=False,
        )
    except ImportError as error:
        if proxy is not None and proxy.url.startswith("socks"):
            raise SettingError(
                f"the proxy {proxy} speaks SOCKS, for which HTTP/2 needs pip install 'mistral-async[socks]'"
            ) from error
        raise SettingError("http2=True needs h2: pip install 'mistral-async[http2]'") from error
    except (ValueError, httpx.InvalidURL) as error:
        raise SettingError(f"the proxy {proxy} can not be used: {error}") from error


def _httpx_proxy(proxy: ProxySetting, config: PoolConfig) -> Any:
    """Return the proxy as httpx takes it; one that is reached over TLS is verified as the server is."""
    if isinstance(proxy.proxy, httpx.Proxy) or not proxy.url.startswith("https:"):
        return proxy.proxy
    return httpx.Proxy(proxy.url, ssl_context=tls_context(config.verify))
