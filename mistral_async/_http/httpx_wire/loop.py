"""httpx's own transport for what ours does not do (proxies, HTTP/2, unusual event loops): one for each event loop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anyio
import httpx

from mistral_async._http.httpx_wire.adapter import HttpxStream, HttpxWire
from mistral_async._http.loops import Loop, LoopExitHook, spawn_task
from mistral_async._http.origin import PoolConfig, tls_context
from mistral_async._http.pooled import closed_error, connect_error
from mistral_async._http.protocol import BodySource, RequestHead, Timeouts
from mistral_async._http.sockets import prepare

_DETACHED: list[Any] = []  # transports of ended loops and of the parent process: the collector would warn and close


class HttpxLoopWire(HttpxWire):
    """A wire of one event loop over httpx; it ends with the loop."""

    def __init__(self, config: PoolConfig, loop: Loop, proxy: Any) -> None:
        transport = _make_transport(config, proxy)
        super().__init__(config.origin, transport=transport, limit=config.max_answer)
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
        return await super().open(head, body, timeouts)

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

    def _request(self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts) -> Any:
        request = super()._request(head, body, timeouts)
        request.extensions["trace"] = _set_options
        return request

    async def _close(self) -> None:
        self.closed = True
        with anyio.CancelScope(shield=True):
            await super().aclose()


async def _set_options(event: str, info: Mapping[str, Any]) -> None:
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
