"""A byte channel over TCP or TLS on an asyncio event loop (uvloop too); a subclass hears of every event at once."""

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

# Rule 1: Everything here happens in callbacks of the event loop, none of which awaits. A subclass is told in the
#         callback itself: no event waits in a queue, so none is lost when a task is cancelled.
# Rule 2: The transport's high-water mark is as low as it can be: `write_blocked` is true as long as the kernel has not
#         taken everything, which is what tells a request that may have been received from one that was cut.
# Rule 3: All connections of a wire read into one buffer and empty it in the same callback. A big body is read straight
#         into its own memory (`space`), except under TLS, where decryption copies anyway.
# Rule 4: After a reset the kernel may still hold what the server sent before it. That is read before the loss is
#         reported: a server that refuses a body answers, closes, and resets because of the bytes still under way.
# Rule 5: No callback lets an exception go to the event loop, which would log it, and leave the task that waits to its
#         time limit. Whatever is raised in one ends the exchange at once, and closes the connection; what is no
#         `Exception` (an interrupt in a signal handler, an exit) then goes on to the event loop.
# Rule 6: What fills the buffer may take long to parse, and is followed by more. libuv reads on, up to 32 times, before
#         anybody else is served: there reading pauses until the event loop's next turn.

_DETACHED: list[Any] = []  # transports of ended loops and of the parent process: the collector would warn and close


class Channel(asyncio.BufferedProtocol, abc.ABC):
    """A protocol over a plain transport, with TLS of its own inside after `start_tls`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, buffer: memoryview) -> None:
        self.write_blocked = False  # whether the transport holds bytes that the kernel did not take
        self.lost: asyncio.Future[None] = loop.create_future()  # done when the socket is closed
        self._loop = loop
        self._buffer = buffer
        self._direct: memoryview | None = None  # memory that is read into instead of the buffer
        self._transport: Any = None
        self._tls: TlsLayer | None = None
        self._handshake: asyncio.Future[None] | None = None
        self._failure: BaseException | None = None  # of TLS
        self._is_readable: Callable[[], object] = bool
        self._reads_on = not isinstance(loop, asyncio.BaseEventLoop)

    @abc.abstractmethod
    def received(self, data: bytes) -> None:
        """Take bytes that have arrived."""

    @abc.abstractmethod
    def space(self) -> memoryview | None:
        """Return where the next bytes belong, if that is known."""

    @abc.abstractmethod
    def filled(self, size: int) -> None:
        """Take note of bytes that have arrived in the space."""

    @abc.abstractmethod
    def ended(self, error: Exception | None, *, proper: bool = True) -> None:
        """Take the end: the peer has closed, properly or without the end of TLS, or the connection is lost.

        May be called twice.
        """

    @abc.abstractmethod
    def broken(self, error: BaseException) -> None:
        """Close the connection after a failure that nobody foresaw; what is under way fails with it (rule 5)."""

    @abc.abstractmethod
    def resume_after_turn(self) -> None:
        """Read on, unless there is another reason not to (rule 6)."""

    @abc.abstractmethod
    def drained(self) -> None:
        """Take note that the kernel has taken all that was written."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Set the socket's options and the high-water mark (rule 2)."""
        self._transport = transport
        try:
            self._transport.set_write_buffer_limits(high=1, low=0)
            sock = transport.get_extra_info("socket")
            if sock is not None:
                prepare(sock)
                self._is_readable = readable_check(sock.fileno())
        except BaseException as error:  # noqa: BLE001 (rule 5)
            self._break(error)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 (as the protocol has it)
        """Return the memory for what arrives next (rule 3)."""
        try:
            self._direct = self.space() if self._tls is None else None
        except BaseException as error:  # noqa: BLE001 (rule 5)
            self._direct = None
            self._break(error)
        return self._direct or self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Pass on what has arrived, decrypted under TLS."""
        tls = self._tls
        try:
            if self._direct is not None:
                self._direct = None
                self.filled(nbytes)
            elif tls is None:
                self.received(bytes(self._buffer[:nbytes]))
            elif tls.ready:
                self._decrypt(tls, self._buffer[:nbytes])
            else:
                self._advance_handshake(tls, self._buffer[:nbytes])
        except BaseException as error:  # noqa: BLE001 (rule 5)
            self._fail_handshake(error)
            self._break(error)
        if nbytes == len(self._buffer) and self._reads_on:
            self._pause_for_a_turn()

    def _pause_for_a_turn(self) -> None:
        """Let the event loop go on before the next read (rule 6)."""
        if not self._transport.is_closing():
            self._transport.pause_reading()
            self._loop.call_soon(self.resume_after_turn)

    def eof_received(self) -> None:
        """Report the peer's end; by returning None let the transport close itself."""
        self._fail_handshake(ConnectionResetError("the server closed the connection during the TLS handshake"))
        try:
            self.ended(None, proper=self._is_proper_end)
        except BaseException as error:  # noqa: BLE001 (rule 5)
            self._break(error)

    def connection_lost(self, exc: Exception | None) -> None:
        """Report the loss, after what the kernel still holds (rule 4)."""
        try:
            if exc is not None:
                self._read_rest()
            self._fail_handshake(exc or ConnectionResetError("the connection was closed during the TLS handshake"))
            self.ended(exc, proper=self._is_proper_end)
        except BaseException as error:  # noqa: BLE001 (rule 5)
            self._break(error)
        if not self.lost.done():
            self.lost.set_result(None)

    def pause_writing(self) -> None:
        """Take note that the kernel has not taken everything."""
        self.write_blocked = True

    def resume_writing(self) -> None:
        """Take note that the kernel has taken everything."""
        self.write_blocked = False
        self.drained()

    def _break(self, error: BaseException) -> None:
        """End with a failure of a callback (rule 5)."""
        self.broken(error)
        if not isinstance(error, Exception):
            raise error

    @property
    def _is_proper_end(self) -> bool:
        """Return whether a connection that ends now has ended as its protocol wants it: TLS with a close_notify."""
        return self._tls is None or self._tls.closed

    @property
    def closing(self) -> bool:
        """Return whether the transport is closed or about to be.

        When it is right after a write, not a byte of that was taken.
        """
        return bool(self._transport.is_closing())

    @property
    def alive(self) -> bool:
        """Return whether it is open, and the peer has neither closed nor sent anything that is unread."""
        return not self._transport.is_closing() and not self._is_readable()

    def write(self, data: Bytes) -> None:
        """Send as much as the kernel takes at once, the rest when it can."""
        if self._tls is not None:
            try:
                data = self._tls.encrypt(data)
            except ssl.SSLError:  # the peer has ended it
                self._transport.abort()
                return
            except BaseException as error:  # noqa: BLE001 (rule 5)
                self._break(error)
                return
        self._transport.write(data)

    def unsent(self) -> int:
        """Return the number of bytes that the kernel has not taken."""
        return int(self._transport.get_write_buffer_size()) if self.write_blocked else 0

    async def start_tls(self, context: ssl.SSLContext, host: str) -> str | None:
        """Start TLS; return what ALPN agreed on. Raises an OSError, and leaves closing to the caller."""
        self._tls = tls = TlsLayer(context, host)
        self._handshake = self._loop.create_future()
        self._advance_handshake(tls, b"")
        await self._handshake
        if self._failure is not None:
            raise self._failure
        return tls.protocol

    def abort_transport(self) -> None:
        """Close the socket now."""
        if self._transport is not None:
            self._transport.abort()

    def close_transport(self) -> None:
        """Close the socket when all is sent, after a close_notify under TLS."""
        if self._tls is not None and not self.closing:
            self._transport.write(self._tls.close_notify())
        self._transport.close()

    def detach_transport(self, *, forked: bool) -> None:
        """Close the descriptor without the event loop, which has ended or is the parent process's.

        uvloop shows no socket that could be closed, and still counts the descriptor as its own: in a forked process
        /dev/null takes its place.
        """
        _DETACHED.append(self._transport)
        shown = self._transport.get_extra_info("socket")
        sock = getattr(shown, "_sock", None)  # asyncio shows a wrapper that can not close
        with contextlib.suppress(OSError, AttributeError):
            if sock is not None:
                sock.close()
            elif forked:
                with open(os.devnull, "rb") as nothing:  # noqa: PTH123 (a descriptor is wanted)
                    os.dup2(nothing.fileno(), shown.fileno())

    def _advance_handshake(self, tls: TlsLayer, data: Bytes) -> None:
        try:
            tls.do_handshake(data)
        except OSError as error:
            self._fail_handshake(error)
        if out := tls.outgoing():
            self._transport.write(out)
        if tls.ready and self._handshake is not None and not self._handshake.done():
            self._handshake.set_result(None)

    def _fail_handshake(self, error: BaseException) -> None:
        if self._handshake is not None and not self._handshake.done():
            self._failure = error
            self._handshake.set_result(None)

    def _decrypt(self, tls: TlsLayer, data: Bytes) -> None:
        try:
            out = tls.decrypt(data)
        except OSError as error:
            self._failure = error
            self.ended(error)
            return
        if reply := tls.outgoing():
            self._transport.write(reply)
        if out:
            self.received(out)
        if tls.closed:
            self.ended(None)

    def _read_rest(self) -> None:
        """Read what the kernel still holds (rule 4)."""
        while self.read_once():
            pass

    def read_once(self) -> bool:
        """Read what the kernel holds, without the event loop; return whether there was anything."""
        if not hasattr(os, "readv"):
            return False
        sock, size = self._transport.get_extra_info("socket"), 0
        with contextlib.suppress(OSError):
            size = os.readv(sock.fileno(), [self.get_buffer(-1)])
        if size:
            self.buffer_updated(size)
        return size > 0
