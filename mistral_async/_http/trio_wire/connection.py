"""One connection on trio: a socket that does not block, read and written by the calling task itself.

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

from mistral_async._http.h1.body import SLICE, Slices, pump
from mistral_async._http.h1.exchange import Exchange, lost
from mistral_async._http.protocol import BodySource, Limits, Phase, Sent, WireError
from mistral_async._http.sockets import readable_check
from mistral_async._http.tls import Bytes, TlsLayer

if TYPE_CHECKING:
    from mistral_async._http.trio_wire.wire import TrioWire

_LOOK: Final = 0.05  # seconds that a blocked write waits before the next look


class Connection:
    """A socket and the one exchange under way on it."""

    def __init__(self, wire: TrioWire, sock: socket.socket, buffer: memoryview) -> None:
        self.until = 0.0
        self.due = inf  # in trio's time, as `_deadline`: when the watch ends what is under way
        self._wire = wire
        self._watch = wire.watch
        self._sock = sock
        self._tls: TlsLayer | None = None
        self._buffer = buffer
        self._unread = readable_check(sock.fileno())
        self._closed = False
        self._exchange: Exchange | None = None
        self._limits = Limits()
        self._scope: trio.CancelScope | None = None  # of a request that takes a while to be sent
        self._deadline = inf  # in trio's time
        self._accepted = False  # whether the kernel has taken any byte of the request
        self._sending = False  # a body has more to give, or the kernel has not taken all
        self._rest: Bytes = b""  # of a small request

    def usable(self, now: float) -> bool:
        """Whether it is open, fresh, and its peer has neither closed it nor sent anything."""
        return not self._closed and now < self.until and not self._unread()

    async def shake_hands(self, context: ssl.SSLContext, host: str) -> str | None:
        """Start TLS; what ALPN agreed on. Raises an OSError, and leaves closing to the caller."""
        tls = TlsLayer(context, host)
        data: Bytes = b""
        while True:
            try:
                tls.shake_hands(data)
            finally:
                await self._send_handshake(tls.outgoing())
            if tls.ready:
                self._tls = tls
                return tls.protocol
            await wait_readable(self._sock)
            size = self._sock.recv_into(self._buffer)
            if not size:
                raise ConnectionResetError("the server closed the connection during the TLS handshake")
            data = self._buffer[:size]

    async def _send_handshake(self, data: bytes) -> None:
        while data:
            try:
                data = data[self._sock.send(data) :]
            except BlockingIOError:
                await wait_writable(self._sock)

    async def perform(self, exchange: Exchange, head: bytes, body: bytes | BodySource | None, limits: Limits) -> None:
        """Send the request and read until the exchange is ready. Anything but success leaves it closed."""
        self._exchange = exchange
        self._limits = limits
        self._accepted = False
        self._sending = True
        deadline = inf if limits.deadline is None else trio.current_time() + (limits.deadline - monotonic())
        self._deadline = deadline
        try:
            if not self._send_at_once(exchange, head, body):
                await self._send_in_time(exchange, head, body)
            self._extend(limits.read)
            while not exchange.ready:
                await wait_readable(self._sock)
                self._read(exchange)
        except trio.ClosedResourceError:
            pass  # `abort` has left its error on the exchange
        except BaseException:
            if self._exchange is exchange:
                self._exchange = None
                self.abort()
            raise
        finally:
            self.due = inf
        if exchange.error is not None:
            raise exchange.error

    async def wait(self, exchange: Exchange, deadline: float | None) -> None:
        """Read until more of a streamed answer has arrived, or it has ended or failed."""
        self._deadline = inf if deadline is None else trio.current_time() + (deadline - monotonic())
        self._extend(self._limits.read if deadline is None else None)
        try:
            while not exchange.pieces and not exchange.complete and exchange.error is None:
                await wait_readable(self._sock)
                self._read(exchange)
        except trio.ClosedResourceError:
            pass  # as above
        finally:
            self.due = inf

    def expire(self) -> None:
        """Its time is over: whoever waits for it is told."""
        self.due = inf
        if self._exchange is not None:
            self._fail(self._exchange, self._timeout_error())

    async def settle(self) -> None:
        """Nothing is left after an abort."""

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
        if self._exchange is None and not self._closed and self._tls is not None:
            with contextlib.suppress(OSError):
                self._sock.send(self._tls.goodbye())
        self.abort()

    def forget(self, *, forked: bool) -> None:  # noqa: ARG002 (other drivers need to know)
        """Close the descriptor of a dead run or of another process: the peer is told nothing."""
        self._closed = True
        self._exchange = None
        self._sock.close()

    # Writing.

    def _send_at_once(self, exchange: Exchange, head: bytes, body: bytes | BodySource | None) -> bool:
        """The way of nearly every request: the kernel takes all of it."""
        if body is not None and (not isinstance(body, bytes) or len(body) > SLICE):
            return False
        self._rest = self._try(exchange, memoryview(self._seal(head + body if body else head)))
        self._sending = len(self._rest) > 0
        return not self._sending

    async def _send_in_time(self, exchange: Exchange, head: bytes, body: bytes | BodySource | None) -> None:
        """What waits for a body to be made, too, is cancelled when time is over."""
        with trio.CancelScope(deadline=self._deadline) as scope:
            self._scope = scope
            try:
                await self._send_slowly(exchange, head, body)
            finally:
                self._scope = None
        if scope.cancelled_caught:
            self._fail(exchange, self._timeout_error())

    async def _send_slowly(self, exchange: Exchange, head: bytes, body: bytes | BodySource | None) -> None:
        if body is None or (isinstance(body, bytes) and len(body) <= SLICE):
            rest, self._rest = self._rest, b""
            self._sending = not await self._send_raw(exchange, rest)
            return
        source = Slices(body) if isinstance(body, bytes) else body
        await self._send(exchange, head, last=source.length == 0)
        if not exchange.refused:
            await pump(source, exchange, lambda piece, last: self._send(exchange, piece, last=last))

    async def _send(self, exchange: Exchange, piece: Bytes, *, last: bool) -> None:
        """One piece of a body; the time that the next takes to be made is limited by the deadline alone."""
        taken = await self._send_raw(exchange, self._seal(piece))
        self._extend(None)
        if last:
            self._sending = not taken
        else:
            await trio.lowlevel.checkpoint()  # a fast network must not keep others waiting

    async def _send_raw(self, exchange: Exchange, data: Bytes) -> bool:
        """Hand it to the kernel, unless the server answers without waiting for that; whether all of it was taken."""
        view = memoryview(data)
        self._extend(self._limits.write)
        while view and not exchange.refused:
            if self._unread():
                self._read(exchange)
            rest = self._try(exchange, view)
            if len(rest) < len(view):
                self._extend(self._limits.write)
            elif not exchange.refused:
                with trio.move_on_after(_LOOK):
                    await wait_writable(self._sock)
            view = rest
        return not view

    def _try(self, exchange: Exchange, view: memoryview) -> memoryview:
        """What the kernel does not take at once."""
        if exchange.refused:
            return view
        try:
            taken = self._sock.send(view)
        except BlockingIOError:
            return view
        except OSError as error:
            self._refused(exchange, error)
            return view[:0]
        self._accepted = True
        return view[taken:]

    def _seal(self, data: Bytes) -> Bytes:
        return data if self._tls is None else self._tls.encrypt(data)

    def _refused(self, exchange: Exchange, error: OSError) -> None:
        """The server has closed the connection: it may have said why, unless it did so before this request."""
        failure = lost(error, self._sent())
        while self._accepted and self._read(exchange):
            pass
        if not exchange.complete:
            exchange.error = failure
            self.abort()

    # Reading.

    def _read(self, exchange: Exchange) -> bool:
        """Feed what has arrived to the exchange, without waiting; whether there may be more."""
        if self._exchange is not exchange:
            return False  # it was ended while this task was about to run
        space = exchange.space() if self._tls is None else None
        try:
            size = self._sock.recv_into(self._buffer if space is None else space)
            if size and space is not None:
                self._fed(exchange, complete=exchange.filled(size))
            else:
                self._feed(exchange, self._buffer[:size])
        except BlockingIOError:
            return False
        except WireError as error:
            self._fail(exchange, error)
        except OSError as error:
            self._fail(exchange, lost(error, self._sent()))
        return self._exchange is exchange

    def _feed(self, exchange: Exchange, data: Bytes) -> None:
        tls, eof = self._tls, not data
        if tls is None or eof:
            data = bytes(data)
        else:
            data = tls.decrypt(data)
            eof = tls.closed
            if reply := tls.outgoing():
                self._sock.send(reply)
        complete = bool(data) and exchange.receive(data)
        if eof and not complete:
            exchange.eof(self._sent())
            complete = True
        self._fed(exchange, complete=complete)

    def _fed(self, exchange: Exchange, *, complete: bool) -> None:
        if complete:
            self._complete(exchange)
        else:
            self._extend(self._limits.read)

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
        due = self._deadline if limit is None else min(self._deadline, trio.current_time() + limit)
        if self._scope is not None:
            self._scope.deadline = due
            return
        self.due = due
        if due < self._watch.wakes:
            self._watch.wake(due)

    def _timeout_error(self) -> WireError:
        phase, what = (Phase.WRITE, "take the request") if self._sending else (Phase.READ, "answer")
        return WireError(f"the server did not {what} in time", phase=phase, sent=self._sent(), timeout=True)
