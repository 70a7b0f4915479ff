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

from mistral_async._http.h1.body import SLICE, SlicedBody, pump
from mistral_async._http.h1.response_reader import ResponseReader, lost
from mistral_async._http.origin import Connect, PoolConfig
from mistral_async._http.pool import PoolWaiter
from mistral_async._http.pooled import PooledWire, connect_error, refuse_http2, seconds_left
from mistral_async._http.protocol import (
    BodySource,
    Phase,
    RequestHead,
    Sent,
    Timeouts,
    WireError,
    WireResponse,
    WireStream,
)
from mistral_async._http.sockets import prepare, readable_check, shutdown
from mistral_async._http.tls import Bytes, TlsLayer

_BROKEN = (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError)
_CLOSE_SECONDS = 1.0


class AnyioWire(PooledWire["Connection"]):
    """Connections to one origin in one event loop."""

    def __init__(self, config: PoolConfig, loop: Any) -> None:
        super().__init__(config, loop)
        self._make_stream: Connect = config.connect or anyio.connect_tcp
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

    async def send(self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts) -> WireResponse:
        """Perform one reader and read all of the answer, whatever its status."""
        try:
            return await super().send(head, body, timeouts)
        finally:
            await self.close_left()

    async def open(self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts) -> WireStream:
        """Perform one reader up to the head of the answer."""
        try:
            return await super().open(head, body, timeouts)
        finally:
            await self.close_left()

    async def _connect(self, timeouts: Timeouts) -> Connection:
        try:
            with anyio.CancelScope(deadline=_due(seconds_left(timeouts.connect, timeouts.deadline))):
                return await self._open_connection(self.config.tls())
        except (OSError, UnicodeError, anyio.BrokenResourceError, anyio.EndOfStream) as error:
            raise connect_error(self.config, error) from error
        raise connect_error(self.config, TimeoutError())

    async def _open_connection(self, context: ssl.SSLContext | None) -> Connection:
        origin = self.config.origin
        stream: ByteStream = await self._make_stream(origin.host, origin.port)
        try:
            connection = Connection(self, stream)
            if context is not None and await connection.shake_hands(context, origin.host) == "h2":
                refuse_http2(self.config)
        except BaseException:
            await _close(stream)
            raise
        return connection

    async def _wait(self, deadline: float | None) -> PoolWaiter[Connection] | None:
        woken = anyio.Event()
        waiter = self.pool.queue(woken.set)
        try:
            with anyio.CancelScope(deadline=_due(seconds_left(None, deadline))):
                await woken.wait()
        except BaseException:
            self.pool.leave(waiter)
            raise
        if waiter.granted or self.pool.closed:
            return waiter
        self.pool.leave(waiter)
        return None


async def _close(stream: ByteStream) -> None:
    """Close it, without waiting long."""
    with anyio.move_on_after(_CLOSE_SECONDS, shield=True), contextlib.suppress(*_BROKEN):
        await anyio.aclose_forcefully(stream)


def _due(seconds: float) -> float:
    return inf if seconds == inf else anyio.current_time() + seconds


class Connection:
    """A byte stream and the one reader under way on it."""

    def __init__(self, wire: AnyioWire, stream: ByteStream) -> None:
        self.until = 0.0
        self._wire = wire
        self._stream = stream
        self._tls: TlsLayer | None = None
        self._unread: Callable[[], bool] = bool
        self._closed = False
        self._reader: ResponseReader | None = None
        self._timeouts = Timeouts()
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

    async def perform(
        self, reader: ResponseReader, head: bytes, body: bytes | BodySource | None, timeouts: Timeouts
    ) -> None:
        """Send the request and read until the reader is ready. Anything but success leaves it closed."""
        self._reader, self._timeouts = reader, timeouts
        self._accepted, self._sending = False, True
        self._end = _due(seconds_left(None, timeouts.deadline))
        try:
            if body is None or (isinstance(body, bytes) and len(body) <= SLICE):
                await self._send(reader, head + (body or b""), last=True)
            else:
                await self._send_source(reader, head, SlicedBody(body) if isinstance(body, bytes) else body)
            while not reader.ready:
                await self._read(reader)
        except BaseException:
            if self._reader is reader:
                self._reader = None
                self.abort()
            raise
        if reader.error is not None:
            raise reader.error

    async def wait(self, reader: ResponseReader, deadline: float | None) -> None:
        """Read until more of a streamed answer has arrived, or it has ended or failed."""
        self._end = _due(seconds_left(None, deadline))
        limit = self._timeouts.read if deadline is None else None
        while not reader.pieces and not reader.complete and reader.error is None:
            await self._read(reader, limit)
        await self._wire.close_left()

    async def settle(self) -> None:
        """After an abort: close what that could not."""
        await self._wire.close_left()

    def abort(self, error: WireError | None = None) -> None:
        """Close it now; what is under way on it fails. The stream itself is closed as soon as something can await."""
        reader, self._reader = self._reader, None
        if reader is not None and not reader.complete and reader.error is None:
            reader.error = error or WireError("the client was closed", phase=Phase.READ, sent=self._sent())
        if not self._closed:
            self._closed = True
            self._wire.pool.drop(self)
            self._wire.leave(self._stream)
            if self._sock is not None:
                shutdown(self._sock.fileno())

    def detach(self, *, forked: bool) -> None:  # noqa: ARG002 (other drivers need to know)
        """Let go of it without its event loop."""
        self._closed = True
        self._reader = None
        _FORGOTTEN.append(self._stream)

    async def _send_source(self, reader: ResponseReader, head: bytes, source: BodySource) -> None:
        """Send a body while it is read, and read what the server says meanwhile."""
        await self._send(reader, head, last=source.length == 0)
        failure: Exception | None = None
        with anyio.CancelScope(deadline=self._end) as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._listen, reader, tasks.cancel_scope)
                try:
                    await pump(source, reader, lambda piece, last: self._send(reader, piece, last=last))
                except Exception as error:  # noqa: BLE001 (raised below, outside the group that would wrap it)
                    failure = error
                tasks.cancel_scope.cancel()
        if failure is not None:
            raise failure
        if scope.cancelled_caught:
            self._fail(reader, self._late())

    async def _listen(self, reader: ResponseReader, scope: anyio.CancelScope) -> None:
        while not reader.refused:
            await self._read(reader, None)
        scope.cancel()

    async def _send(self, reader: ResponseReader, data: bytes, *, last: bool) -> None:
        if reader.refused:
            return
        limit = self._timeouts.write
        end = self._end if limit is None else min(self._end, anyio.current_time() + limit)
        try:
            with anyio.CancelScope(deadline=end) as scope:
                await self._stream.send(data if self._tls is None else self._tls.encrypt(data))
                self._accepted = True
                self._sending = not last
        except _BROKEN as error:
            if not self._accepted:
                self._fail(reader, lost(error, Sent.NOTHING))
            return  # else the server may have said why: reading tells
        if scope.cancelled_caught:
            self._accepted = True
            self._fail(reader, self._late())

    async def _read(self, reader: ResponseReader, limit: float | None = inf) -> None:
        limit = self._timeouts.read if limit == inf else limit
        end = self._end if limit is None else min(self._end, anyio.current_time() + limit)
        data = b""
        try:
            with anyio.CancelScope(deadline=end) as scope:
                data = await self._stream.receive()
            if scope.cancelled_caught:
                self._fail(reader, self._late())
            elif self._reader is reader:
                self._feed(reader, data)
        except anyio.EndOfStream:
            self._finish(reader)
        except WireError as error:
            self._fail(reader, error)
        except _BROKEN as error:
            self._fail(reader, lost(error, self._sent()))

    def _feed(self, reader: ResponseReader, data: bytes) -> None:
        tls = self._tls
        if tls is not None:
            data = tls.decrypt(data)
        if data and reader.receive(data):
            self._complete(reader)
        elif tls is not None and tls.closed:
            self._finish(reader)

    def _finish(self, reader: ResponseReader) -> None:
        """The peer sends no more."""
        try:
            reader.eof(self._sent())
        except WireError as error:
            self._fail(reader, error)
        else:
            self._complete(reader)

    def _complete(self, reader: ResponseReader) -> None:
        self._reader = None
        if reader.reusable and not self._sending and not self._wire.pool.closed:
            self._wire.release(self, reader.idle_timeout)
        else:
            self.abort()

    def _fail(self, reader: ResponseReader, error: WireError) -> None:
        if reader.error is None:
            reader.error = error
        if self._reader is reader:
            self.abort()

    def _sent(self) -> Sent:
        if not self._accepted:
            return Sent.NOTHING
        return Sent.PART if self._sending else Sent.MAYBE

    def _late(self) -> WireError:
        phase, what = (Phase.WRITE, "take the request") if self._sending else (Phase.READ, "answer")
        return WireError(f"the server did not {what} in time", phase=phase, sent=self._sent(), timeout=True)


_FORGOTTEN: list[Any] = []  # streams of dead loops and of the process we were forked from, kept from the collector
