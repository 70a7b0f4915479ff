"""Our HTTP/1.1 on asyncio: connections made, waited for and closed by the event loop, uvloop's included."""

from __future__ import annotations

import asyncio
import functools
import ssl
import sys
from contextvars import Context
from math import inf
from typing import Any, Final, cast

from mistral_async._http.asyncio_wire.connect import Resolver, connect
from mistral_async._http.asyncio_wire.connection import AsyncioConnection, set_done
from mistral_async._http.origin import PoolConfig
from mistral_async._http.pool import PoolWaiter
from mistral_async._http.pooled import PooledWire, connect_error, refuse_http2, seconds_left
from mistral_async._http.protocol import Timeouts

_BUFFER: Final = 64 * 1024  # bytes read at once
_CLOSE_SECONDS: Final = 1.0  # for the last bytes to leave


class AsyncioWire(PooledWire[AsyncioConnection]):
    """Connections to one origin on one asyncio event loop."""

    def __init__(self, config: PoolConfig, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(config, loop)
        self._loop = loop
        self._resolver = Resolver(loop, *config.first_hop)
        self._buffer = memoryview(bytearray(_BUFFER))
        # A selector loop fills the buffer and hands it over in one step, so one serves all connections. The proactor of
        # Windows reads in the background: there every connection needs its own.
        self._shared = sys.platform != "win32"

    async def aclose(self) -> None:
        """Close every connection; what is under way fails."""
        connections = self._close_pool()
        for connection in connections:
            connection.close()
        self._stop_exit_hook()
        try:
            await asyncio.sleep(0)
            if connections:
                await asyncio.wait([connection.lost for connection in connections], timeout=_CLOSE_SECONDS)
        finally:
            for connection in connections:
                if not connection.lost.done():
                    connection.abort_transport()

    async def _connect(self, timeouts: Timeouts) -> AsyncioConnection:
        left = seconds_left(timeouts.connect, timeouts.deadline)
        try:
            return await self._open_in_no_context(self.config.tls(), None if left == inf else left)
        except (OSError, UnicodeError) as error:
            raise connect_error(self.config, error) from error

    async def _open_in_no_context(self, context: ssl.SSLContext | None, seconds: float | None) -> AsyncioConnection:
        """Make a connection in an empty context: its callbacks, which go on, would hold that of its first caller."""
        opening = self._open_in_time(context, seconds)
        task = self._loop.create_task(opening, context=Context())
        cast("Any", task)._log_destroy_pending = False  # noqa: SLF001 - that of a loop's end is told of the caller's task
        try:
            return await task
        except BaseException:
            if self._loop.is_closed():
                opening.close()  # it never goes on
            task.add_done_callback(_abort)  # it was made all the same, when the wait for it was cancelled
            raise

    async def _open_in_time(self, context: ssl.SSLContext | None, seconds: float | None) -> AsyncioConnection:
        async with asyncio.timeout(seconds):
            return await self._open_connection(context)

    async def _open_connection(self, context: ssl.SSLContext | None) -> AsyncioConnection:
        origin = self.config.origin
        sock = await connect(self._loop, self._resolver)
        if self.config.proxy is not None:
            await self._pass_proxy(sock)
        try:
            _, connection = await self._loop.create_connection(self._make_protocol, sock=sock)
        except BaseException:
            if type(self._loop).__module__.startswith("uvloop"):
                sock.detach()  # uvloop up to 0.22 has closed the descriptor, which may be another socket's by now
            raise
        if context is None:
            return connection
        try:
            if await connection.start_tls(context, origin.host) == "h2":
                refuse_http2()
        except BaseException:
            connection.abort_transport()
            raise
        return connection

    def _make_protocol(self) -> AsyncioConnection:
        buffer = self._buffer if self._shared else memoryview(bytearray(_BUFFER))
        return AsyncioConnection(self, self._loop, buffer)

    async def _wait(self, deadline: float | None) -> PoolWaiter[AsyncioConnection] | None:
        woken = self._loop.create_future()
        wake = functools.partial(set_done, woken)
        waiter = self.pool.queue(wake)
        timer = None
        try:
            if deadline is not None:
                timer = self._loop.call_later(seconds_left(None, deadline), wake, context=Context())
            await woken
        except BaseException:
            self.pool.leave(waiter)
            raise
        finally:
            if timer is not None:
                timer.cancel()
        if waiter.granted or self.pool.closed:
            return waiter
        self.pool.leave(waiter)
        return None


def _abort(task: asyncio.Task[AsyncioConnection]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().abort_transport()
