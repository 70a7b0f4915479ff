"""The listening socket of a server and its connections, for as long as the server runs."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import anyio
from anyio.abc import ByteStream, SocketAttribute, SocketStream
from anyio.streams.tls import TLSStream

from mistral_async._binding.background import BackgroundTask
from mistral_async.testing._connection import ConnectionServer, ServerConnection, reset
from mistral_async.testing._effects import Connections
from mistral_async.testing._faults import Reset, Stall
from mistral_async.testing._scripts import Scripts


class Listener:
    """A listening socket and its connections; after `stop` no task and no socket is left."""

    def __init__(
        self, connections: Connections, scripts: Scripts, tls: ssl.SSLContext | None, serves: ConnectionServer
    ) -> None:
        self._connections = connections
        self._scripts = scripts
        self._tls = tls
        self._serves = serves
        self._live: dict[ServerConnection, SocketStream] = {}
        self._failure: Exception | None = None
        self._background: BackgroundTask

    async def start(self, host: str, port: int) -> int:
        """Listen and return the port, a free one if `port` is 0."""
        listener = await anyio.create_tcp_listener(local_host=host, local_port=port)
        self._background = BackgroundTask(partial(self._serve, listener))
        found: int = listener.extra(SocketAttribute.local_port)  # noqa: S610  an attribute of anyio, not of Django
        return found

    async def stop(self) -> None:
        """Close the socket and every connection, from any task: a fixture is often left by another than entered it."""
        await self._background.stop()
        if self._failure is not None:
            raise self._failure

    def drop_idle(self) -> None:
        """Close every idle connection without a response."""
        for connection, stream in list(self._live.items()):
            if not connection.busy:
                _shut_down(stream)

    async def _serve(self, listener: Any) -> None:
        accept: Callable[[SocketStream], Any] = self._accept
        try:
            async with listener:
                await listener.serve(accept)
        except Exception as error:  # noqa: BLE001 - a failure of the server itself is raised by `stop`
            self._failure = error

    async def _accept(self, stream: SocketStream) -> None:
        self._connections.opened += 1
        self._connections.open += 1
        try:
            if await self._apply_connection_fault(stream) and (wrapped := await self._wrap_tls(stream)) is not None:
                await self._serve_connection(wrapped, stream)
        finally:
            self._connections.open -= 1
            with anyio.CancelScope(shield=True), suppress(OSError, anyio.BrokenResourceError):
                await stream.aclose()

    async def _serve_connection(self, wrapped: ByteStream, stream: SocketStream) -> None:
        connection = ServerConnection(self._serves, wrapped, self._connections.opened)
        self._live[connection] = stream
        try:
            await connection.serve()
        finally:
            del self._live[connection]

    async def _apply_connection_fault(self, stream: SocketStream) -> bool:
        for fault in self._scripts.connection_faults():
            if getattr(fault, "where", None) == "handshake":
                with suppress(anyio.EndOfStream, anyio.BrokenResourceError):
                    await stream.receive(1024)
            match fault:
                case Reset():
                    reset(stream)
                case Stall():
                    await anyio.sleep_forever()
                case _:
                    pass
            return False
        return True

    async def _wrap_tls(self, stream: SocketStream) -> ByteStream | None:
        if self._tls is None:
            return stream
        try:
            return await TLSStream.wrap(stream, server_side=True, ssl_context=self._tls, standard_compatible=False)
        except (ssl.SSLError, OSError, anyio.BrokenResourceError, anyio.EndOfStream):
            return None


def _shut_down(stream: SocketStream) -> None:
    raw = stream.extra(SocketAttribute.raw_socket)  # noqa: S610  an attribute of anyio, not of Django
    # A duplicate, because uvloop's socket object has no shutdown.
    with suppress(OSError), socket.fromfd(raw.fileno(), raw.family, raw.type) as duplicate:
        duplicate.shutdown(socket.SHUT_RDWR)
