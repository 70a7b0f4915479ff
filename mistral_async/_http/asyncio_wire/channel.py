"""Bytes over TCP or TLS on an asyncio event loop (uvloop too), with every turn of events told to a subclass at once."""

from __future__ import annotations

import abc
import asyncio
import contextlib
import os
import ssl
from collections.abc import Callable
from typing import Any

from mistral_async._http.sockets import prepare, readable_check
from mistral_async._http.tls import Bytes, TlsLayer

_FORGOTTEN: list[Any] = []  # transports of dead loops and of the process we were forked from, kept from the collector


class Channel(asyncio.BufferedProtocol, abc.ABC):
    """A protocol over a plain transport, with TLS of its own inside when asked for."""

    def __init__(self, loop: asyncio.AbstractEventLoop, buffer: memoryview) -> None:
        self.full = False  # whether the transport holds bytes that the kernel did not take
        self.lost: asyncio.Future[None] = loop.create_future()  # until the socket is closed
        self._loop = loop
        self._buffer = buffer
        self._direct: memoryview | None = None  # what is read into instead
        self._transport: Any = None
        self._tls: TlsLayer | None = None
        self._handshake: asyncio.Future[None] | None = None
        self._failure: Exception | None = None  # of the handshake
        self._unread: Callable[[], bool] = bool

    @abc.abstractmethod
    def received(self, data: bytes) -> None:
        """Something has arrived."""

    @abc.abstractmethod
    def space(self) -> memoryview | None:
        """Where what arrives next belongs, if that is known."""

    @abc.abstractmethod
    def filled(self, size: int) -> None:
        """Something has arrived there."""

    @abc.abstractmethod
    def ended(self, error: Exception | None) -> None:
        """Nothing more will arrive: the peer has closed, or the connection is lost. May be told twice."""

    @abc.abstractmethod
    def drained(self) -> None:
        """All that was written has left."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Set the options and learn at once of every byte that the kernel does not take."""
        self._transport = transport
        self._transport.set_write_buffer_limits(high=1, low=0)
        sock = transport.get_extra_info("socket")
        if sock is not None:
            prepare(sock)
            self._unread = readable_check(sock.fileno())

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 (as the protocol has it)
        """Read to where it belongs, or into the buffer that all connections of the loop share and empty at once."""
        self._direct = self.space() if self._tls is None else None
        return self._direct or self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Decrypt where needed and pass on."""
        tls = self._tls
        if self._direct is not None:
            self._direct = None
            self.filled(nbytes)
        elif tls is None:
            self.received(bytes(self._buffer[:nbytes]))
        elif tls.ready:
            self._decrypt(tls, self._buffer[:nbytes])
        else:
            self._shake(tls, self._buffer[:nbytes])

    def eof_received(self) -> None:
        """The transport closes itself after this."""
        self._broken(ConnectionResetError("the server closed the connection during the TLS handshake"))
        self.ended(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """What the kernel still holds of an answer is read before its loss is an error."""
        if exc is not None:
            self._read_rest()
        self._broken(exc or ConnectionResetError("the connection was closed during the TLS handshake"))
        self.ended(exc)
        if not self.lost.done():
            self.lost.set_result(None)

    def pause_writing(self) -> None:
        """The kernel takes no more for now."""
        self.full = True

    def resume_writing(self) -> None:
        """It has taken everything."""
        self.full = False
        self.drained()

    @property
    def closing(self) -> bool:
        """Whether the transport is closed or about to be. True right after a write: not a byte of it was taken."""
        return bool(self._transport.is_closing())

    @property
    def quiet(self) -> bool:
        """Whether the peer has neither closed nor sent anything that is unread."""
        return not self._transport.is_closing() and not self._unread()

    def write(self, data: Bytes) -> None:
        """Send, as much as the kernel takes at once, the rest when it can."""
        if self._tls is not None:
            try:
                data = self._tls.encrypt(data)
            except ssl.SSLError:  # the peer has ended it
                self._transport.abort()
                return
        self._transport.write(data)

    def unsent(self) -> int:
        """Bytes that the kernel has not taken."""
        return int(self._transport.get_write_buffer_size()) if self.full else 0

    async def shake_hands(self, context: ssl.SSLContext, host: str) -> str | None:
        """Start TLS; what ALPN agreed on. Raises an OSError, and leaves closing to the caller."""
        self._tls = tls = TlsLayer(context, host)
        self._handshake = self._loop.create_future()
        self._shake(tls, b"")
        await self._handshake
        if self._failure is not None:
            raise self._failure
        return tls.protocol

    def abort_transport(self) -> None:
        """Close the socket now."""
        if self._transport is not None:
            self._transport.abort()

    def close_transport(self) -> None:
        """Close the socket when all is sent, after the goodbye of TLS, whose answer is not waited for."""
        if self._tls is not None and not self.closing:
            self._transport.write(self._tls.goodbye())
        self._transport.close()

    def abandon(self, *, forked: bool) -> None:
        """Close the descriptor behind the back of an event loop that is dead or another process's."""
        _FORGOTTEN.append(self._transport)
        shown = self._transport.get_extra_info("socket")
        sock = getattr(shown, "_sock", None)  # asyncio shows a wrapper that can not close
        with contextlib.suppress(OSError, AttributeError):
            if sock is not None:
                sock.close()
            elif forked:
                with open(os.devnull, "rb") as nothing:  # noqa: PTH123 (a descriptor is wanted)
                    os.dup2(nothing.fileno(), shown.fileno())  # uvloop goes on believing in its descriptor

    def _shake(self, tls: TlsLayer, data: Bytes) -> None:
        try:
            tls.shake_hands(data)
        except OSError as error:
            self._broken(error)
        if out := tls.outgoing():
            self._transport.write(out)
        if tls.ready and self._handshake is not None and not self._handshake.done():
            self._handshake.set_result(None)

    def _broken(self, error: Exception) -> None:
        if self._handshake is not None and not self._handshake.done():
            self._failure = error
            self._handshake.set_result(None)

    def _decrypt(self, tls: TlsLayer, data: Bytes) -> None:
        try:
            out = tls.decrypt(data)
        except OSError as error:
            self.ended(error)
            return
        if reply := tls.outgoing():
            self._transport.write(reply)
        if out:
            self.received(out)
        if tls.closed:
            self.ended(None)

    def _read_rest(self) -> None:
        """A server that refuses a body answers and resets the connection: the answer may still be there to read."""
        if not hasattr(os, "readv"):
            return
        sock = self._transport.get_extra_info("socket")
        with contextlib.suppress(OSError):
            while size := os.readv(sock.fileno(), [self.get_buffer(-1)]):
                self.buffer_updated(size)
