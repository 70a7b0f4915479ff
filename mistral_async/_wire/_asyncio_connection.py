"""One connection on an asyncio event loop (uvloop too): a buffered protocol that reads into an exchange.

Everything that ends an exchange happens in a callback: the task that waits for it may be cancelled at any time.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from mistral_async._wire._body import pump
from mistral_async._wire._exchange import Exchange
from mistral_async._wire._protocol import BodySource, Limits, Phase, Sent, WireError
from mistral_async._wire._sockets import prepare, readable_check

if TYPE_CHECKING:
    from mistral_async._wire._asyncio import AsyncioWire

HIGH_WATER: Final = 1024 * 1024  # bytes that wait for a slow consumer before the connection stops reading
_JOIN: Final = 16 * 1024  # a body up to here is copied behind its head, to save a system call


class Connection(asyncio.BufferedProtocol):
    """Reads the answer of the one exchange under way; without one, whatever happens closes it."""

    def __init__(self, wire: AsyncioWire, loop: asyncio.AbstractEventLoop, buffer: memoryview) -> None:
        self.until = 0.0
        self._wire = wire
        self._loop = loop
        self._buffer = buffer
        self._transport: Any = None
        self._unread: Callable[[], bool] = bool
        self._closed = False
        self._exchange: Exchange | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._limits = Limits()
        self._deadline = inf  # in the loop's time, as `_due`
        self._due = inf
        self._timer: asyncio.TimerHandle | None = None
        self._sending = False  # a body source has more to give
        self._full = False  # the transport holds bytes that the kernel did not take
        self._unsent = 0
        self._paused = False
        self._lost: asyncio.Future[None] = loop.create_future()  # until the socket is closed

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Set the options and learn at once of every byte that the kernel does not take."""
        self._transport = transport
        self._transport.set_write_buffer_limits(high=1, low=0)
        sock = self._transport.get_extra_info("socket")
        if sock is not None:
            prepare(sock)
            self._unread = readable_check(sock.fileno())

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 (as the protocol has it)
        """Read into the buffer that all connections of the loop share: it is emptied in the same callback."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Feed what has arrived to the exchange."""
        exchange = self._exchange
        if exchange is None:
            self.abort()
            return
        try:
            complete = exchange.receive(bytes(self._buffer[:nbytes]))
        except WireError as error:
            self._fail(error)
            return
        if complete:
            self._complete(exchange)
        elif exchange.whole:
            if not self._full:
                self._extend(self._limits.read)
        else:
            self._deliver(exchange)

    def eof_received(self) -> None:
        """The peer sends no more: nothing can follow on this connection."""
        self._ended(None)
        self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The transport is closed; what the kernel still holds of an answer is read before that is an error."""
        if exc is not None and self._exchange is not None and self._transport.get_extra_info("ssl_object") is None:
            self._read_rest()
        self._ended(exc)
        self.abort()
        if not self._lost.done():
            self._lost.set_result(None)

    def pause_writing(self) -> None:
        """The kernel takes no more for now."""
        self._full = True

    def resume_writing(self) -> None:
        """All that was written has left: from now on the peer is waited for."""
        self._full = False
        self._wake()

    # What the wire and the streams call.

    def usable(self, now: float) -> bool:
        """Whether it is open, fresh, and its peer has neither closed it nor sent anything."""
        return not self._closed and now < self.until and not self._transport.is_closing() and not self._unread()

    async def perform(self, exchange: Exchange, head: bytes, body: bytes | BodySource | None, limits: Limits) -> None:
        """Send the request and read until the exchange is ready. Anything but success leaves it closed."""
        self._exchange = exchange
        self._limits = limits
        self._sending = False
        self._deadline = self._loop_time(limits.deadline)
        try:
            if body is None or isinstance(body, bytes):
                self._write_whole(head, body or b"")
            else:
                await self._send_source(exchange, head, body)
            if self._full:
                await self._drain(exchange)
            self._extend(limits.read)
            while not exchange.ready:
                self._waiter = waiter = self._loop.create_future()
                await waiter
        except BaseException:
            if self._exchange is exchange:
                self._exchange = None
                self.abort()
            raise
        if exchange.error is not None:
            raise exchange.error
        self._due = inf

    async def wait(self, exchange: Exchange, deadline: float | None) -> None:  # noqa: ARG002 (other drivers read here)
        """Wait until more of a streamed answer has arrived, or it has ended or failed."""
        read = self._limits.read
        now = self._loop.time()
        self._arm(self._loop_time(deadline) if deadline is not None else inf if read is None else now + read)
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        self._waiter = waiter = self._loop.create_future()
        try:
            await waiter
        finally:
            self._due = inf

    def abort(self, error: WireError | None = None) -> None:
        """Close it now; what is under way on it fails."""
        exchange, self._exchange = self._exchange, None
        if exchange is not None and not exchange.complete and exchange.error is None:
            exchange.error = error or WireError("the client was closed", phase=Phase.READ, sent=self._sent())
        if not self._closed:
            self._closed = True
            self._wire.pool.drop(self)
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            self._transport.abort()
        self._wake()

    def close(self) -> asyncio.Future[None]:
        """Close it politely when unused, else now; the future is done when the socket is closed."""
        if self._exchange is not None:
            self.abort()
        elif not self._closed:
            self._closed = True
            self._wire.pool.drop(self)
            self._transport.close()
        return self._lost

    def sever(self) -> None:
        """The peer does not answer a polite close."""
        if not self._lost.done():
            self._transport.abort()

    def forget(self, *, forked: bool) -> None:
        """Close the descriptor behind the back of an event loop that is dead or another process's."""
        self._closed = True
        self._exchange = None
        _FORGOTTEN.append(self._transport)
        shown = self._transport.get_extra_info("socket")
        sock = getattr(shown, "_sock", None)  # asyncio shows a wrapper that can not close
        with contextlib.suppress(OSError, AttributeError):
            if sock is not None:
                sock.close()
            elif forked:
                with open(os.devnull, "rb") as nothing:  # noqa: PTH123 (a descriptor is wanted)
                    os.dup2(nothing.fileno(), shown.fileno())  # uvloop goes on believing in its descriptor

    # How an exchange goes on.

    def _write_whole(self, head: bytes, body: bytes) -> None:
        if len(body) <= _JOIN:
            self._write_first(head + body)
        else:
            self._write_first(head)
            self._write_more(body)

    def _write_first(self, data: bytes) -> None:
        """Write; a transport that is closed afterwards has failed to hand the kernel even the first byte."""
        self._transport.write(data)
        if self._transport.is_closing():
            raise WireError("the server had closed the connection", phase=Phase.WRITE, sent=Sent.NOTHING)

    def _write_more(self, data: bytes) -> None:
        """Write; what a transport that fails here has still received is read when it is lost."""
        self._transport.write(data)
        if self._transport.is_closing():
            self._sending = True

    async def _send_source(self, exchange: Exchange, head: bytes, source: BodySource) -> None:
        self._write_first(head)
        self._sending = True
        try:
            async with asyncio.timeout_at(None if self._deadline == inf else self._deadline) as scope:
                if await pump(source, exchange, lambda piece: self._send_piece(exchange, piece)):
                    self._sending = False
        except TimeoutError:
            if not scope.expired():
                raise
            self._fail(self._timeout_error(Phase.WRITE))

    async def _send_piece(self, exchange: Exchange, piece: bytes) -> None:
        if not exchange.refused:
            self._write_more(piece)
        if self._full or self._transport.is_closing():
            await self._drain(exchange)

    async def _drain(self, exchange: Exchange) -> None:
        self._unsent = self._transport.get_write_buffer_size()
        self._extend(self._limits.write)
        while (self._full or self._transport.is_closing()) and not exchange.refused:
            self._waiter = waiter = self._loop.create_future()
            await waiter
        self._due = inf

    def _complete(self, exchange: Exchange) -> None:
        self._exchange = None
        self._due = inf
        if exchange.reusable and not self._sending and not self._full and not self._wire.pool.closed:
            self._wire.release(self, exchange.idle_timeout)
        else:
            self.abort()
        self._wake()

    def _deliver(self, exchange: Exchange) -> None:
        """Tell the consumer of a stream; one that is slow is not read for."""
        if exchange.untaken > HIGH_WATER and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        if exchange.status:
            self._wake()
        elif not self._full:
            self._extend(self._limits.read)

    def _ended(self, exc: Exception | None) -> None:
        exchange = self._exchange
        if exchange is None:
            return
        sent = self._sent()
        if exc is not None:
            phase = Phase.READ if sent is Sent.MAYBE else Phase.WRITE
            error = WireError(f"the connection was lost: {exc}", phase=phase, sent=sent)
            error.__cause__ = exc
            self._fail(error)
            return
        try:
            exchange.eof(sent)
        except WireError as error:
            self._fail(error)
        else:
            self._complete(exchange)

    def _fail(self, error: WireError) -> None:
        if self._exchange is not None:
            self._exchange.error = error
        self.abort()

    def _read_rest(self) -> None:
        """A server that refuses a body answers and resets the connection: the answer may still be there to read."""
        sock = self._transport.get_extra_info("socket")
        with contextlib.suppress(OSError):
            while self._exchange is not None and (data := os.read(sock.fileno(), len(self._buffer))):
                self._buffer[: len(data)] = data
                self.buffer_updated(len(data))

    def _sent(self) -> Sent:
        unsent = self._sending or (self._full and self._transport.get_write_buffer_size() > 0)
        return Sent.PART if unsent else Sent.MAYBE

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    # One timer, moved when it fires and not whenever a byte arrives.

    def _loop_time(self, deadline: float | None) -> float:
        return inf if deadline is None else self._loop.time() + (deadline - monotonic())

    def _extend(self, limit: float | None) -> None:
        """The peer has shown life: it has that many seconds for the next step."""
        due = self._deadline if limit is None else min(self._deadline, self._loop.time() + limit)
        self._arm(due)

    def _arm(self, due: float) -> None:
        self._due = due
        timer = self._timer
        if timer is not None:
            if timer.when() <= due:
                return
            timer.cancel()
            self._timer = None
        if due < inf:
            self._timer = self._loop.call_at(due, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        if self._exchange is None or self._due == inf:
            return
        now = self._loop.time()
        if now < self._due:
            self._arm(self._due)
            return
        unsent = self._transport.get_write_buffer_size() if self._full else 0
        if 0 < unsent < self._unsent and now < self._deadline:
            self._unsent = unsent  # slowly, but it moves
            self._extend(self._limits.write)
            return
        self._fail(self._timeout_error(Phase.WRITE if self._full else Phase.READ))

    def _timeout_error(self, phase: Phase) -> WireError:
        what = "take the request" if phase is Phase.WRITE else "answer"
        return WireError(f"the server did not {what} in time", phase=phase, sent=self._sent(), timeout=True)


_FORGOTTEN: list[Any] = []  # transports of dead loops and of the process we were forked from, kept from the collector
