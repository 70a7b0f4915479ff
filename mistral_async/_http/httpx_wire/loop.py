"""httpx's own transport for what ours does not do, proxies and HTTP/2: one for each event loop, ending with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anyio
import httpx

from mistral_async._http.httpx_wire.adapter import HttpxStream, HttpxWire
from mistral_async._http.loops import LoopExitHook, spawn_task
from mistral_async._http.origin import PoolConfig, tls_context
from mistral_async._http.pooled import closed_error, connect_error
from mistral_async._http.protocol import BodySource, RequestHead, Timeouts
from mistral_async._http.sockets import prepare

_FORGOTTEN: list[Any] = []  # transports of dead loops and of the process we were forked from, kept from the collector


class HttpxLoopWire(HttpxWire):
    """A wire of one event loop through a proxy, or with HTTP/2."""

    def __init__(self, config: PoolConfig, loop: Any, proxy: Any) -> None:
        transport = _make_transport(config, proxy)
        super().__init__(config.origin, transport=transport, limit=config.max_answer)
        self.loop = loop
        self.closed = False
        self.in_use = False
        self._exit_hook = LoopExitHook(self._end)

    async def open(self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts) -> HttpxStream:
        """Perform one reader up to the head of the answer."""
        if self.closed:
            raise closed_error()
        if not self.in_use:
            self.in_use = True
            await self._exit_hook.start()
        return await super().open(head, body, timeouts)

    async def aclose(self) -> None:
        """Close every connection."""
        self._exit_hook.stop()
        await self._end()

    def abort_from_outside(self) -> None:
        """Have the loop close every connection, from any thread."""
        self._exit_hook.stop()
        if not spawn_task(self.loop, self._end):
            self.detach(forked=False)

    def detach(self, *, forked: bool) -> None:  # noqa: ARG002 (others need to know)
        """Let go of the connections of a loop that is dead, or of the process that we were forked from."""
        self.closed = True
        self._exit_hook.stop()
        _FORGOTTEN.append(self._transport)

    def _request(self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts) -> Any:
        request = super()._request(head, body, timeouts)
        request.extensions["trace"] = _keep_alive
        return request

    async def _end(self) -> None:
        self.closed = True
        with anyio.CancelScope(shield=True):
            await super().aclose()


async def _keep_alive(event: str, info: Mapping[str, Any]) -> None:
    """Set the options of a new connection: through a proxy httpx forgets those it was given."""
    if event == "connection.connect_tcp.complete":
        sock = info["return_value"].get_extra_info("socket")
        if sock is not None:
            prepare(sock)


def _make_transport(config: PoolConfig, proxy: Any) -> httpx.AsyncHTTPTransport:
    limits = httpx.Limits(
        max_connections=config.max_connections,
        max_keepalive_connections=config.max_connections,
        keepalive_expiry=config.keepalive_expiry,
    )
    try:
        return httpx.AsyncHTTPTransport(
            verify=tls_context(config.verify, http2=config.http2),
            http2=config.http2,
            proxy=proxy,
            limits=limits,
            trust_env=False,
        )
    except OSError as error:
        raise connect_error(config, error) from error
    except ImportError as error:
        raise RuntimeError(f"what a proxy or HTTP/2 needs is not installed: {error}") from error
    except (ValueError, httpx.InvalidURL) as error:
        raise ValueError(f"the proxy {proxy!r} can not be used: {error}") from error
