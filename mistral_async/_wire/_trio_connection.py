"""One connection on trio: a socket that does not block, plain or TLS, read and written by the calling task itself.

Between two awaits everything is synchronous, so that a cancelled task leaves either a whole step or none.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Final

import trio
from trio.lowlevel import notify_closing, wait_readable, wait_writable

from mistral_async._wire._body import pump
from mistral_async._wire._exchange import Exchange
from mistral_async._wire._protocol import BodySource, Limits, Phase, Sent, WireError
from mistral_async._wire._sockets import readable_check

if TYPE_CHECKING:
    from mistral_async._wire._trio import TrioWire

_SLICE: Final = 256 * 1024  # bytes written between two looks at what the server says
_LOOK: Final = 0.05  # seconds that a blocked write waits before the next look
_RECORDS: Final = 16  # TLS records read for one wake-up
_LATER: Final = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Connection:
    """A socket and the one exchange under way on it."""

    def __init__(self, wire: TrioWire, sock: socket.socket, buffer: memoryview) -> None:
        self.until = 0.0
        self._wire = wire
        self._sock = sock
        self._tls = isinstance(sock, ssl.SSLSocket)
        self._buffer = buffer
        self._unread = readable_check(sock.fileno())
        self._closed = False
        self._exchange: Exchange | None = None
        self._limits = Limits()
        self._scope: trio.CancelScope | None = None
        self._deadline = inf  # in trio's time
        self._accepted = False  # whether the kernel has taken any byte of the request
        self._sending = False
        self._rest = b""

    def usable(self, now: float) -> bool:
        """Whether it is open, fresh, and its peer has neither closed it nor sent anything."""
        return not self._closed and now < self.until and not self._unread() and not self._pending()

    async def perform(self, exchange: Exchange, head: bytes, body: bytes | BodySource | None, limits: Limits) -> None:
        """Send the request and read until the exchange is ready. Anything but success leaves it closed."""
        self._exchange = exchange
        self._limits = limits
        self._accepted = False
        self._sending = True
        now = trio.current_time()
        deadline = inf if limits.deadline is None else now + (limits.deadline - monotonic())
        self._deadline = deadline
        due = deadline if limits.read is None else min(deadline, now + limits.read)
        try:
            with trio.CancelScope(deadline=due) as scope:
                self._scope = scope
                if not self._send_at_once(exchange, head, body):
                    await self._send_slowly(exchange, head, body)
                while not exchange.ready:
                    if not self._tls or not self._pending():
                        await wait_readable(self._sock)
                    self._read_now(exchange)
            if scope.cancelled_caught:
                self._fail(exchange, self._timeout_error())
        except trio.ClosedResourceError:
            pass  # `abort` has left its error on the exchange
        except BaseException:
            if self._exchange is exchange:
                self._exchange = None
                self.abort()
            raise
        if exchange.error is not None:
            raise exchange.error

    async def wait(self, exchange: Exchange, deadline: float | None) -> None:
        """Read until more of a streamed answer has arrived, or it has ended or failed."""
        self._deadline = inf if deadline is None else trio.current_time() + (deadline - monotonic())
        read = self._limits.read
        due = trio.current_time() + read if deadline is None and read is not None else self._deadline
        self._scope = None
        with trio.CancelScope(deadline=due) as scope, contextlib.suppress(trio.ClosedResourceError):
            while not exchange.pieces and not exchange.complete and exchange.error is None:
                if not self._pending():
                    await wait_readable(self._sock)
                self._read_now(exchange)
        if scope.cancelled_caught:
            self._fail(exchange, self._timeout_error())

    def abort(self, error: WireError | None = None) -> None:
        """Close it now; what is under way on it fails."""
        exchange, self._exchange = self._exchange, None
        if exchange is not None and not exchange.complete and exchange.error is None:
            exchange.error = error or WireError("the client was closed", phase=Phase.READ, sent=self._sent())
        if self._closed:
            return
        self._closed = True
        self._wire.pool.drop(self)
        if exchange is not None:
            notify_closing(self._sock)
        self._sock.close()

    def close(self) -> None:
        """Close it now; TLS says goodbye without waiting for an answer."""
        if self._exchange is None and not self._closed and isinstance(self._sock, ssl.SSLSocket):
            with contextlib.suppress(OSError, ValueError):
                self._sock.unwrap()
        self.abort()

    def forget(self, *, forked: bool) -> None:  # noqa: ARG002 (other drivers need to know)
        """Close the descriptor of a dead run or of another process: the peer is told nothing."""
        self._closed = True
        self._exchange = None
        self._sock.close()

    # Writing.

    def _send_at_once(self, exchange: Exchange, head: bytes, body: bytes | BodySource | None) -> bool:
        """The way of nearly every request: the kernel takes all of it."""
        if body is None or isinstance(body, bytes):
            data = head + body if body else head
            if len(data) <= _SLICE:
                self._rest = data[taken:] if (taken := self._send_now(exchange, data)) < len(data) else b""
                self._sending = bool(self._rest)
                return not self._rest
            self._rest = data
        return False

    async def _send_slowly(self, exchange: Exchange, head: bytes, body: bytes | BodySource | None) -> None:
        if body is None or isinstance(body, bytes):
            if exchange.error is None and await self._send_rest(exchange, memoryview(self._rest)):
                self._sending = False
        else:
            await self._send_source(exchange, head, body)
        self._rest = b""
        self._extend(self._limits.read)

    def _send_now(self, exchange: Exchange, data: bytes) -> int:
        """How many bytes the kernel takes at once."""
        try:
            taken = self._sock.send(data)
        except _LATER:
            self._accepted = self._tls  # it may have sent some records
            return 0
        except OSError as error:
            self._refused(exchange, error)
            return 0
        self._accepted = True
        return taken

    async def _send(self, exchange: Exchange, data: bytes) -> None:
        """One piece of a body that is still being read: only the deadline limits how long that takes."""
        if self._unread():
            self._read_now(exchange)
        await self._send_rest(exchange, memoryview(data))
        self._extend(None)

    async def _send_rest(self, exchange: Exchange, view: memoryview) -> bool:
        """Hand the rest to the kernel, unless the server answers without waiting for it; whether all of it went."""
        self._extend(self._limits.write)
        while view and not exchange.refused:
            try:
                taken = self._sock.send(view[:_SLICE])
            except _LATER as later:
                self._accepted |= self._tls
                await self._wait_sendable(later)
                if self._unread():
                    self._read_now(exchange)
                continue
            except OSError as error:
                self._refused(exchange, error)
                break
            self._accepted = True
            view = view[taken:]
            self._extend(self._limits.write)
        return not view

    async def _wait_sendable(self, reason: OSError) -> None:
        with trio.move_on_after(_LOOK):
            await (wait_readable if isinstance(reason, ssl.SSLWantReadError) else wait_writable)(self._sock)

    def _refused(self, exchange: Exchange, error: OSError) -> None:
        """The server has closed the connection: it may have said why, unless it did so before this request."""
        sent = self._sent()
        while self._accepted and self._read_now(exchange):
            pass
        if not exchange.complete:
            exchange.error = WireError(f"the connection was lost: {error}", phase=Phase.WRITE, sent=sent)
            exchange.error.__cause__ = error
            self.abort()

    async def _send_source(self, exchange: Exchange, head: bytes, source: BodySource) -> None:
        await self._send(exchange, head)
        if not exchange.refused and await pump(source, exchange, lambda piece: self._send(exchange, piece)):
            self._sending = False

    # Reading.

    def _read_now(self, exchange: Exchange) -> bool:
        """Feed what has arrived to the exchange, without waiting; whether there may be more."""
        more = True
        try:
            for _ in range(_RECORDS if self._tls else 1):
                if not more or self._exchange is not exchange:
                    return False
                more = self._read_once(exchange)
        except _LATER:
            return False
        except WireError as error:
            self._fail(exchange, error)
            return False
        except OSError as error:
            failure = WireError(f"the connection was lost: {error}", phase=Phase.READ, sent=self._sent())
            failure.__cause__ = error
            self._fail(exchange, failure)
            return False
        if more:
            self._extend(self._limits.read)
        return more

    def _read_once(self, exchange: Exchange) -> bool:
        size = self._sock.recv_into(self._buffer)
        if size == 0:
            exchange.eof(self._sent())
        elif not exchange.receive(bytes(self._buffer[:size])):
            return True
        self._complete(exchange)
        return False

    def _pending(self) -> bool:
        return self._tls and self._sock.pending() > 0  # type: ignore[attr-defined]  # it is an SSLSocket

    def _complete(self, exchange: Exchange) -> None:
        self._exchange = None
        if exchange.reusable and not self._sending and not self._wire.pool.closed:
            self._wire.release(self, exchange.idle_timeout)
        else:
            self.abort()

    def _fail(self, exchange: Exchange, error: WireError) -> None:
        exchange.error = error
        if self._exchange is exchange:
            self.abort()

    def _sent(self) -> Sent:
        if not self._accepted:
            return Sent.NOTHING
        return Sent.PART if self._sending else Sent.MAYBE

    def _extend(self, limit: float | None) -> None:
        """The peer has shown life: it has that many seconds for the next step."""
        if self._scope is not None:
            due = self._deadline if limit is None else min(self._deadline, trio.current_time() + limit)
            self._scope.deadline = due

    def _timeout_error(self) -> WireError:
        phase, what = (Phase.WRITE, "take the request") if self._sending else (Phase.READ, "answer")
        return WireError(f"the server did not {what} in time", phase=phase, sent=self._sent(), timeout=True)
