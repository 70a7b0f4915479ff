"""Our HTTP/1.1 on trio: connections made and waited for in a trio run."""

from __future__ import annotations

import ssl
from math import inf
from typing import Final

import trio

from mistral_async._http.origin import PoolConfig
from mistral_async._http.pool import PoolWaiter
from mistral_async._http.pooled import PooledWire, connect_error, first_cause, refuse_http2, seconds_left
from mistral_async._http.protocol import Timeouts
from mistral_async._http.sockets import prepare
from mistral_async._http.trio_wire.connect import connect
from mistral_async._http.trio_wire.connection import TrioConnection
from mistral_async._http.trio_wire.deadlines import DeadlineWatcher

_BUFFER: Final = 64 * 1024  # bytes read at once, into one buffer for all connections: no await keeps it


class TrioWire(PooledWire[TrioConnection]):
    """Connections to one origin in one trio run."""

    def __init__(self, config: PoolConfig, token: trio.lowlevel.TrioToken) -> None:
        super().__init__(config, token)
        self._buffer = memoryview(bytearray(_BUFFER))
        self._watcher = DeadlineWatcher(self.pool.connections)

    async def aclose(self) -> None:
        """Close every connection; what is under way fails."""
        for connection in self._close_pool():
            connection.close()
        self._watcher.stop()
        self._stop_exit_hook()
        await trio.lowlevel.cancel_shielded_checkpoint()

    async def _connect(self, timeouts: Timeouts) -> TrioConnection:
        try:
            with trio.CancelScope(deadline=_due(seconds_left(timeouts.connect, timeouts.deadline))):
                return await self._open_connection(self.config.tls())
        except (OSError, UnicodeError) as error:
            cause = first_cause(error)
            raise connect_error(self.config, cause) from cause
        raise connect_error(self.config, TimeoutError())

    async def _open_connection(self, context: ssl.SSLContext | None) -> TrioConnection:
        origin = self.config.origin
        sock = await connect(*self.config.first_hop)
        if self.config.proxy is not None:
            await self._pass_proxy(sock)
        prepare(sock)
        connection = TrioConnection(self, self._watcher, sock, self._buffer)
        try:
            if context is not None and await connection.start_tls(context, origin.host) == "h2":
                refuse_http2()
        except BaseException:
            connection.abort()
            raise
        return connection

    async def _wait(self, deadline: float | None) -> PoolWaiter[TrioConnection] | None:
        woken = trio.Event()
        waiter = self.pool.queue(woken.set)
        try:
            with trio.CancelScope(deadline=_due(seconds_left(None, deadline))):
                await woken.wait()
        except BaseException:
            self.pool.leave(waiter)
            raise
        if waiter.granted or self.pool.closed:
            return waiter
        self.pool.leave(waiter)
        return None


def _due(seconds: float) -> float:
    return inf if seconds == inf else trio.current_time() + seconds
