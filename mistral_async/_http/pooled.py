"""The part of our HTTP/1.1 wire that every event loop shares: whose turn it is, on which connection, and once more.

A driver supplies connections and the two awaits: one made, and one waited for.
"""

from __future__ import annotations

import abc
import weakref
from collections.abc import Awaitable
from math import inf
from time import monotonic
from typing import Any, Generic, NoReturn, Protocol, TypeVar

from mistral_async._codec.redact import Sealed
from mistral_async._http.h1.body_stream import BodyStream
from mistral_async._http.h1.buffers import Shelf
from mistral_async._http.h1.content_coding import accepted
from mistral_async._http.h1.encode import encode_framing, encode_head
from mistral_async._http.h1.exchange import Exchange
from mistral_async._http.loops import Guard, tell
from mistral_async._http.origin import Setup
from mistral_async._http.pool import Pool, Ticket
from mistral_async._http.protocol import Answer, BodySource, Head, Limits, Phase, Sent, Streaming, WireError


class Connection(Protocol):
    """What a driver's connection can do."""

    until: float  # `time.monotonic()` up to which it may stay unused

    def usable(self, now: float) -> bool:
        """Whether it is open and its peer has neither closed it nor sent what nobody asked for."""
        ...

    async def perform(self, exchange: Exchange, head: bytes, body: bytes | BodySource | None, limits: Limits) -> None:
        """Send the request and read until the exchange is ready. Anything but success leaves it closed."""

    async def wait(self, exchange: Exchange, deadline: float | None) -> None:
        """Wait until more of a streamed answer has arrived, or it has ended or failed."""

    async def settle(self) -> None:
        """After an abort: close what that could not. Does not wait long."""

    def abort(self, error: WireError | None = None) -> None:
        """Close it now; what is under way on it fails."""

    def forget(self, *, forked: bool) -> None:
        """Let go of it without its event loop: nothing is sent to the peer, nothing is warned about."""


C = TypeVar("C", bound=Connection)


def closed_error() -> WireError:
    """The client was closed, or its event loop has ended."""
    return WireError("the client was closed", phase=Phase.CONNECT, sent=Sent.NOTHING)


def queue_timeout() -> WireError:
    """The deadline passed while all connections were busy."""
    return WireError("no connection became free in time", phase=Phase.CONNECT, sent=Sent.NOTHING, timeout=True)


def connect_error(setup: Setup, error: BaseException) -> WireError:
    """DNS, TCP or TLS failed."""
    origin = setup.origin
    timeout = isinstance(error, TimeoutError)
    reason = str(error) or ("timed out" if timeout else type(error).__name__)
    message = f"could not connect to {origin.host}:{origin.port}: {reason}"
    failure = WireError(message, phase=Phase.CONNECT, sent=Sent.NOTHING, timeout=timeout)
    failure.__cause__ = error
    return failure


def refuse_http2(setup: Setup) -> NoReturn:
    """A user's TLS context has offered what this wire does not speak."""
    raise connect_error(setup, ValueError("the TLS context offers HTTP/2, which needs http2=True"))


class PooledWire(abc.ABC, Generic[C]):
    """Connections to one origin in one event loop."""

    def __init__(self, setup: Setup, loop: Any) -> None:
        self.setup = setup
        self.loop = loop
        self.pool: Pool[C] = Pool(setup.max_connections)
        self._shelf = Shelf()
        self._guard: Guard | None = None
        self._heads: dict[int, tuple[weakref.ref[Head], bytes]] = {}
        self._extra = () if setup.raw else (("host", setup.origin.authority), ("accept-encoding", accepted()))

    @abc.abstractmethod
    async def _connect(self, limits: Limits) -> C:
        """Make a connection, or raise a WireError."""

    @abc.abstractmethod
    async def _wait(self, deadline: float | None) -> Ticket[C] | None:
        """Queue until something is granted or the pool closed; None at the deadline."""

    @abc.abstractmethod
    async def aclose(self) -> None:
        """Close every connection; what is under way fails with a `WireError`."""

    async def send(self, head: Head, body: bytes | BodySource | None, limits: Limits) -> Answer:
        """Perform one exchange and read all of the answer, whatever its status."""
        exchange = self._exchange(head, whole=True)
        await self._perform(exchange, head, body, limits)
        return exchange.answer()

    async def open(self, head: Head, body: bytes | BodySource | None, limits: Limits) -> Streaming:
        """Perform one exchange up to the head of the answer."""
        exchange = self._exchange(head, whole=False)
        connection = await self._perform(exchange, head, body, limits)
        return BodyStream(connection, exchange)

    @property
    def closed(self) -> bool:
        """Whether it is of no use any more."""
        return self.pool.closed

    @property
    def in_use(self) -> bool:
        """Whether there is anything to close."""
        return bool(self.pool.connections)

    def abort(self) -> None:
        """Close every connection without awaiting anything."""
        for connection in self.pool.close():
            connection.abort()
        self._stop_guard()

    def abort_from_outside(self) -> None:
        """The same, from any thread."""
        if not tell(self.loop, self.abort):
            self.forget(forked=False)

    def forget(self, *, forked: bool) -> None:
        """Let go of the connections of a loop that is dead, or of the process that we were forked from."""
        for connection in self.pool.close(wake=False):
            connection.forget(forked=forked)
            self.pool.drop(connection)
        self._stop_guard()

    def release(self, connection: C, idle_timeout: int | None) -> None:
        """An exchange has ended well and the connection may be used again, for as long as the server says."""
        now = monotonic()
        for expired in self.pool.expire(now):
            expired.abort()
        expiry = self.setup.keepalive_expiry
        if idle_timeout is not None:
            expiry = min(expiry, idle_timeout - 0.5)  # a request takes a while to arrive
        connection.until = now + expiry
        self.pool.give(connection, connection.until)

    def _exchange(self, head: Head, *, whole: bool) -> Exchange:
        setup = self.setup
        shelf = self._shelf if whole else None
        return Exchange(to_head=head.method == "HEAD", whole=whole, limit=setup.max_answer, raw=setup.raw, shelf=shelf)

    async def _perform(self, exchange: Exchange, head: Head, body: bytes | BodySource | None, limits: Limits) -> C:
        encoded = self._encode(head, body)
        while True:
            connection = self._take()
            reused = connection is not None
            if connection is None:
                connection, reused = await self._obtain(exchange, limits)
            try:
                await connection.perform(exchange, encoded, body, limits.begun())
            except WireError as error:
                if exchange.status and not exchange.whole and error is exchange.error:
                    return connection  # a stream that broke: what has arrived of it comes before the error
                if error.sent is not Sent.NOTHING or not reused or error.timeout or self.pool.closed:
                    raise
                exchange.error = None  # the server had closed it: nothing was sent, so this is not even an attempt
                continue
            return connection

    def _encode(self, head: Head, body: bytes | BodySource | None) -> bytes:
        known = self._heads.get(id(head))
        if known is None or known[0]() is not head:
            known = self._remember(head)
        if isinstance(body, bytes):
            return Sealed(b"%bcontent-length: %d\r\n\r\n" % (known[1], len(body)))
        length = 0 if body is None else body.length
        return Sealed(known[1] + encode_framing(head.method, length, body=body is not None))

    def _remember(self, head: Head) -> tuple[weakref.ref[Head], bytes]:
        heads, key = self._heads, id(head)
        encoded = Sealed(encode_head(head, self._extra))
        heads[key] = known = (weakref.ref(head, lambda _: heads.pop(key, None)), encoded)
        return known

    def _take(self) -> C | None:
        """An idle connection that still lives."""
        while (connection := self.pool.take()) is not None:
            if connection.usable(monotonic()):
                return connection
            connection.abort()
        return None

    async def _obtain(self, exchange: Exchange, limits: Limits) -> tuple[C, bool]:
        """Make a connection if there is room, else wait for one; with whether it has been used before."""
        while not self.pool.closed:
            if (idle := self._take()) is not None:
                return idle, True
            if self.pool.reserve():
                return await self._make(exchange, limits), False
            since = monotonic()
            ticket = await self._wait(limits.deadline)
            exchange.timings.queue += monotonic() - since
            if ticket is None:
                raise queue_timeout()
            if not ticket.granted:
                break
            if ticket.connection is None:
                return await self._make(exchange, limits), False
            if ticket.connection.usable(monotonic()):
                return ticket.connection, True
            ticket.connection.abort()
        raise closed_error()

    async def _make(self, exchange: Exchange, limits: Limits) -> C:
        since = monotonic()
        try:
            if self._guard is None:
                self._guard = Guard(self._ended)
                await self._guard.start()
            connection = await self._connect(limits)
        except BaseException:
            self.pool.unreserve()
            raise
        self.pool.add(connection)
        exchange.timings.connect += monotonic() - since
        if self.pool.closed:
            connection.abort()
            raise closed_error()
        return connection

    def _ended(self) -> Awaitable[None] | None:
        """The event loop ends."""
        self.abort()
        return None

    def _stop_guard(self) -> None:
        guard, self._guard = self._guard, None
        if guard is not None:
            guard.stop()


def seconds_left(limit: float | None, deadline: float | None) -> float:
    """How long a phase may take from now on."""
    left = inf if limit is None else limit
    return left if deadline is None else min(left, deadline - monotonic())
