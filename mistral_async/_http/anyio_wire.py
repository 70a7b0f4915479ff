"""Our HTTP/1.1 on any byte stream of anyio: for event loops without a driver of their own, tunnels, Unix sockets."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable
from math import inf
from typing import Any

import anyio
from anyio.abc import ByteStream, SocketAttribute

from mistral_async._http.h1.body import SLICE, Slices, pump
from mistral_async._http.h1.exchange import Exchange, lost
from mistral_async._http.origin import Connect, Setup
from mistral_async._http.pool import Ticket
from mistral_async._http.pooled import PooledWire, connect_error, refuse_http2, seconds_left
from mistral_async._http.protocol import Answer, BodySource, Head, Limits, Phase, Sent, Streaming, WireError
from mistral_async._http.sockets import prepare, readable_check, shut
from mistral_async._http.tls import Bytes, TlsLayer

_BROKEN = (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError)
_CLOSE_SECONDS = 1.0


class AnyioWire(PooledWire["Connection"]):
    """Connections to one origin in one event loop."""

    def __init__(self, setup: Setup, loop: Any) -> None:
        super().__init__(setup, loop)
        self._make_stream: Connect = setup.connect or anyio.connect_tcp
        self._left: list[ByteStream] = []

    async def aclose(self) -> None:
        """Close every connection; what is under way fails."""
        self.abort()
        await self.close_left()

    def leave(self, stream: ByteStream) -> None:
        """A stream that was aborted; it is closed when something can be awaited."""
        self._left.append(stream)

    def _ended(self) -> Awaitable[None]:
        self.abort()
        return self.close_left()

    async def close_left(self) -> None:
        """Close what was aborted."""
        while self._left:
            await _close(self._left.pop())

    async def send(self, head: Head, body: bytes | BodySource | None, limits: Limits) -> Answer:
        """Perform one exchange and read all of the answer, whatever its status."""
        try:
            return await super().send(head, body, limits)
        finally:
            await self.close_left()

    async def open(self, head: Head, body: bytes | BodySource | None, limits: Limits) -> Streaming:
        """Perform one exchange up to the head of the answer."""
        try:
            return await super().open(head, body, limits)
        finally:
            await self.close_left()

    async def _connect(self, limits: Limits) -> Connection:
        try:
            with anyio.CancelScope(deadline=_due(seconds_left(limits.connect, limits.deadline))):
                return await self._open_connection(self.setup.tls())
        except (OSError, UnicodeError, anyio.BrokenResourceError, anyio.EndOfStream) as error:
            raise connect_error(self.setup, error) from error
        raise connect_error(self.setup, TimeoutError())

    async def _open_connection(self, context: ssl.SSLContext | None) -> Connection:
        origin = self.setup.origin
        stream: ByteStream = await self._make_stream(origin.host, origin.port)
        try:
            connection = Connection(self, stream)
            if context is not None and await connection.shake_hands(context, origin.host) == "h2":
                refuse_http2(self.setup)
        except BaseException:
            await _close(stream)
            raise
        return connection

    async def _wait(self, deadline: float | None) -> Ticket[Connection] | None:
        woken = anyio.Event()
        ticket = self.pool.queue(woken.set)
        try:
            with anyio.CancelScope(deadline=_due(seconds_left(None, deadline))):
                await woken.wait()
        except BaseException:
            self.pool.leave(ticket)
            raise
        if ticket.granted or self.pool.closed:
            return ticket
        self.pool.leave(ticket)
        return None


async def _close(stream: ByteStream) -> None:
    """Close it, without waiting long."""
    with anyio.move_on_after(_CLOSE_SECONDS, shield=True), contextlib.suppress(*_BROKEN):
        await anyio.aclose_forcefully(stream)


def _due(seconds: float) -> float:
    return inf if seconds == inf else anyio.current_time() + seconds


class Connection:
    """A byte stream and the one exchange under way on it."""

    def __init__(self, wire: AnyioWire, stream: ByteStream) -> None:
        self.until = 0.0
        self._wire = wire
        self._stream = stream
        self._tls: TlsLayer | None = None
        self._unread: Callable[[], bool] = bool
        self._closed = False
        self._exchange: Exchange | None = None
        self._limits = Limits()
        self._end = inf  # in anyio's time
        self._accepted = self._sending = False
        self._sock: socket.socket | None = stream.extra(SocketAttribute.raw_socket, None)  # noqa: S610 (not Django's)
        if self._sock is not None:
            prepare(self._sock)
            self._unread = readable_check(self._sock.fileno())

    def usable(self, now: float) -> bool:
        """Whether it is open, fresh, and its peer has neither closed it nor sent anything."""
        return not self._closed and now < self.until and not self._unread()

    async def shake_hands(self, context: ssl.SSLContext, host: str) -> str | None:
        """Start TLS; what ALPN agreed on."""
        tls = TlsLayer(context, host)
        data: Bytes = b""
        while not tls.ready:
            try:
                tls.shake_hands(data)
            finally:
                if out := tls.outgoing():
                    await self._stream.send(out)
            if not tls.ready:
                data = await self._stream.receive()
        self._tls = tls
        return tls.protocol

    async def perform(self, exchange: Exchange, head: bytes, body: bytes | BodySource | None, limits: Limits) -> None:
        """Send the request and read until the exchange is ready. Anything but success leaves it closed."""
        self._exchange, self._limits = exchange, limits
        self._accepted, self._sending = False, True
        self._end = _due(seconds_left(None, limits.deadline))
        try:
            if body is None or (isinstance(body, bytes) and len(body) <= SLICE):
                await self._send(exchange, head + (body or b""), last=True)
            else:
                await self._send_source(exchange, head, Slices(body) if isinstance(body, bytes) else body)
            while not exchange.ready:
                await self._read(exchange)
        except BaseException:
            if self._exchange is exchange:
                self._exchange = None
                self.abort()
            raise
        if exchange.error is not None:
            raise exchange.error

    async def wait(self, exchange: Exchange, deadline: float | None) -> None:
        """Read until more of a streamed answer has arrived, or it has ended or failed."""
        self._end = _due(seconds_left(None, deadline))
        limit = self._limits.read if deadline is None else None
        while not exchange.pieces and not exchange.complete and exchange.error is None:
            await self._read(exchange, limit)
        await self._wire.close_left()

    async def settle(self) -> None:
        """After an abort: close what that could not."""
        await self._wire.close_left()

    def abort(self, error: WireError | None = None) -> None:
        """Close it now; what is under way on it fails. The stream itself is closed as soon as something can await."""
        exchange, self._exchange = self._exchange, None
        if exchange is not None and not exchange.complete and exchange.error is None:
            exchange.error = error or WireError("the client was closed", phase=Phase.READ, sent=self._sent())
        if not self._closed:
            self._closed = True
            self._wire.pool.drop(self)
            self._wire.leave(self._stream)
            if self._sock is not None:
                shut(self._sock.fileno())

    def forget(self, *, forked: bool) -> None:  # noqa: ARG002 (other drivers need to know)
        """Let go of it without its event loop."""
        self._closed = True
        self._exchange = None
        _FORGOTTEN.append(self._stream)

    async def _send_source(self, exchange: Exchange, head: bytes, source: BodySource) -> None:
        """Send a body while it is read, and read what the server says meanwhile."""
        await self._send(exchange, head, last=source.length == 0)
        failure: Exception | None = None
        with anyio.CancelScope(deadline=self._end) as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._listen, exchange, tasks.cancel_scope)
                try:
                    await pump(source, exchange, lambda piece, last: self._send(exchange, piece, last=last))
                except Exception as error:  # noqa: BLE001 (raised below, outside the group that would wrap it)
                    failure = error
                tasks.cancel_scope.cancel()
        if failure is not None:
            raise failure
        if scope.cancelled_caught:
            self._fail(exchange, self._late())

    async def _listen(self, exchange: Exchange, scope: anyio.CancelScope) -> None:
        while not exchange.refused:
            await self._read(exchange, None)
        scope.cancel()

    async def _send(self, exchange: Exchange, data: bytes, *, last: bool) -> None:
        if exchange.refused:
            return
        limit = self._limits.write
        end = self._end if limit is None else min(self._end, anyio.current_time() + limit)
        try:
            with anyio.CancelScope(deadline=end) as scope:
                await self._stream.send(data if self._tls is None else self._tls.encrypt(data))
                self._accepted = True
                self._sending = not last
        except _BROKEN as error:
            if not self._accepted:
                self._fail(exchange, lost(error, Sent.NOTHING))
            return  # else the server may have said why: reading tells
        if scope.cancelled_caught:
            self._accepted = True
            self._fail(exchange, self._late())

    async def _read(self, exchange: Exchange, limit: float | None = inf) -> None:
        limit = self._limits.read if limit == inf else limit
        end = self._end if limit is None else min(self._end, anyio.current_time() + limit)
        data = b""
        try:
            with anyio.CancelScope(deadline=end) as scope:
                data = await self._stream.receive()
            if scope.cancelled_caught:
                self._fail(exchange, self._late())
            elif self._exchange is exchange:
                self._feed(exchange, data)
        except anyio.EndOfStream:
            self._finish(exchange)
        except WireError as error:
            self._fail(exchange, error)
        except _BROKEN as error:
            self._fail(exchange, lost(error, self._sent()))

    def _feed(self, exchange: Exchange, data: bytes) -> None:
        tls = self._tls
        if tls is not None:
            data = tls.decrypt(data)
        if data and exchange.receive(data):
            self._complete(exchange)
        elif tls is not None and tls.closed:
            self._finish(exchange)

    def _finish(self, exchange: Exchange) -> None:
        """The peer sends no more."""
        try:
            exchange.eof(self._sent())
        except WireError as error:
            self._fail(exchange, error)
        else:
            self._complete(exchange)

    def _complete(self, exchange: Exchange) -> None:
        self._exchange = None
        if exchange.reusable and not self._sending and not self._wire.pool.closed:
            self._wire.release(self, exchange.idle_timeout)
        else:
            self.abort()

    def _fail(self, exchange: Exchange, error: WireError) -> None:
        if exchange.error is None:
            exchange.error = error
        if self._exchange is exchange:
            self.abort()

    def _sent(self) -> Sent:
        if not self._accepted:
            return Sent.NOTHING
        return Sent.PART if self._sending else Sent.MAYBE

    def _late(self) -> WireError:
        phase, what = (Phase.WRITE, "take the request") if self._sending else (Phase.READ, "answer")
        return WireError(f"the server did not {what} in time", phase=phase, sent=self._sent(), timeout=True)


_FORGOTTEN: list[Any] = []  # streams of dead loops and of the process we were forked from, kept from the collector
