"""A connected socket and the TLS on it, as a stream of bytes: read and written by tasks of asyncio or trio alike."""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import Any, Final

import anyio

from mistral_async._http.loops import current_loop, is_asyncio
from mistral_async._http.sockets import prepare
from mistral_async._http.tls import Bytes, TlsLayer

# Rule 1: Writing never waits: what the kernel does not take is kept, in order, and `flush` waits until it is taken. So
#         a cancelled task leaves a whole message or none of it.
# Rule 2: One task reads, and one flushes. Each waits for the socket alone: all else is synchronous.
# Rule 3: TLS inside the TLS of a proxy is a second layer. What is written goes through all of them, the innermost
#         first; what is read goes the other way.
# Rule 4: `close` wakes whoever waits for the socket.

_SIZE: Final = 64 * 1024  # bytes read at once


class ByteStream:
    """One connection. Every method may raise an `OSError`, also of TLS (`ssl.SSLError`)."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._layers: list[TlsLayer] = []
        self._unsent = bytearray()
        self.closed = False
        prepare(sock)

    @property
    def backlog(self) -> int:
        """Return the number of bytes that the kernel has not taken yet."""
        return len(self._unsent)

    async def start_tls(self, context: ssl.SSLContext, host: str) -> str | None:
        """Start TLS, in what there is; return what ALPN agreed on."""
        tls, level, data = TlsLayer(context, host), len(self._layers), b""
        while True:
            try:
                tls.do_handshake(data)
            finally:
                self._write(tls.outgoing(), level)
            await self.flush()
            if tls.ready:
                self._layers.append(tls)
                return tls.protocol
            if not (data := await self.receive()):
                raise ConnectionResetError("the server closed the connection during the TLS handshake")

    def write(self, data: Bytes) -> None:
        """Send bytes; what the kernel does not take is kept (rule 1)."""
        self._write(data, len(self._layers))

    async def flush(self) -> None:
        """Wait until the kernel has taken everything."""
        while self._unsent:
            await _waiting(anyio.wait_writable, self._sock)
            with contextlib.suppress(BlockingIOError):
                del self._unsent[: self._sock.send(self._unsent)]

    async def receive(self) -> bytes:
        """Wait for bytes and return them; b"" at the end."""
        while not any(tls.closed for tls in self._layers):
            await _waiting(anyio.wait_readable, self._sock)
            try:
                data = self._sock.recv(_SIZE)
            except BlockingIOError:
                continue
            if not data:
                break
            if data := self._decrypt(data):
                return data
        return b""

    def close(self) -> None:
        """Close it now, after a close_notify of TLS where the kernel takes it."""
        if self.closed:
            return
        if not self._unsent:
            with contextlib.suppress(OSError):
                for level in range(len(self._layers), 0, -1):
                    self._write(self._layers[level - 1].close_notify(), level - 1)
        self.abort()

    def abort(self) -> None:
        """Close it now."""
        if not self.closed:
            self.closed = True
            with contextlib.suppress(Exception):  # the event loop may have ended
                anyio.notify_closing(self._sock)
            self._sock.close()

    def _write(self, data: Bytes, level: int) -> None:
        """Send bytes through the layers below a level."""
        if not data:
            return
        for tls in reversed(self._layers[:level]):
            data = tls.encrypt(data)
        if not self._unsent:
            with contextlib.suppress(BlockingIOError):
                data = memoryview(data)[self._sock.send(data) :]
        self._unsent += data

    def _decrypt(self, data: bytes) -> bytes:
        for level, tls in enumerate(self._layers):
            data = tls.decrypt(data)
            self._write(tls.outgoing(), level)
        return data


async def _waiting(wait: Any, sock: socket.socket) -> None:
    try:
        await wait(sock)
    except anyio.ClosedResourceError:
        raise ConnectionAbortedError("the connection was closed") from None


async def open_stream(host: str, port: int) -> ByteStream:
    """Connect to a server: every address of its name, each with a head start on the next."""
    loop = current_loop()
    if is_asyncio(loop):
        from mistral_async._http.asyncio_wire.connect import Resolver, connect

        return ByteStream(await connect(loop, Resolver(loop, host, port)))
    from mistral_async._http.trio_wire import connect as trio_connect

    return ByteStream(await trio_connect.connect(host, port))
