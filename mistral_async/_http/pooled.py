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

from mistral_async._codec.redact import RedactedBytes
from mistral_async._http.h1.body_stream import BodyConnection, BodyStream
from mistral_async._http.h1.buffers import BufferPool
from mistral_async._http.h1.content_coding import accepted
from mistral_async._http.h1.encode import encode_framing, encode_head
from mistral_async._http.h1.response_reader import ResponseReader
from mistral_async._http.loops import LoopExitHook, call_soon
from mistral_async._http.origin import PoolConfig
from mistral_async._http.pool import Pool, PoolWaiter
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


class Connection(BodyConnection, Protocol):
    """A driver's connection. It knows its pool and its wire, by their general types alone."""

    until: float  # `time.monotonic()` up to which it may stay unused

    def usable(self, now: float) -> bool:
        """Whether it is open and its peer has neither closed it nor sent what nobody asked for."""
        ...

    async def perform(
        self, reader: ResponseReader, head: bytes, body: bytes | BodySource | None, timeouts: Timeouts
    ) -> None:
        """Send the request and read until the reader is ready. Anything but success leaves it closed."""

    def detach(self, *, forked: bool) -> None:
        """Let go of it without its event loop: nothing is sent to the peer, nothing is warned about."""


C = TypeVar("C", bound=Connection)


def closed_error() -> WireError:
    """The client was closed, or its event loop has ended."""
    return WireError("the client was closed", phase=Phase.CONNECT, sent=Sent.NOTHING)


def queue_timeout() -> WireError:
    """The deadline passed while all connections were busy."""
    return WireError("no connection became free in time", phase=Phase.CONNECT, sent=Sent.NOTHING, timeout=True)


def connect_error(config: PoolConfig, error: BaseException) -> WireError:
    """DNS, TCP or TLS failed."""
    origin = config.origin
    timeout = isinstance(error, TimeoutError)
    reason = str(error) or ("timed out" if timeout else type(error).__name__)
    message = f"could not connect to {origin.host}:{origin.port}: {reason}"
    failure = WireError(message, phase=Phase.CONNECT, sent=Sent.NOTHING, timeout=timeout)
    failure.__cause__ = error
    return failure


def refuse_http2(config: PoolConfig) -> NoReturn:
    """A user's TLS context has offered what this wire does not speak."""
    raise connect_error(config, ValueError("the TLS context offers HTTP/2, which needs http2=True"))


class PooledWire(abc.ABC, Generic[C]):
    """Connections to one origin in one event loop."""

    def __init__(self, config: PoolConfig, loop: Any) -> None:
        self.config = config
        self.loop = loop
        self.pool: Pool[C] = Pool(config.max_connections)
        self._buffers = BufferPool()
        self._exit_hook: LoopExitHook | None = None
        self._heads: dict[int, tuple[weakref.ref[RequestHead], bytes]] = {}
        self._extra = () if config.raw else (("host", config.origin.authority), ("accept-encoding", accepted()))

    @abc.abstractmethod
    async def _connect(self, timeouts: Timeouts) -> C:
        """Make a connection, or raise a WireError."""

    @abc.abstractmethod
    async def _wait(self, deadline: float | None) -> PoolWaiter[C] | None:
        """Queue until something is granted or the pool closed; None at the deadline."""

    @abc.abstractmethod
    async def aclose(self) -> None:
        """Close every connection; what is under way fails with a `WireError`."""

    async def send(self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts) -> WireResponse:
        """Perform one reader and read all of the answer, whatever its status."""
        reader = self._reader(head, whole=True)
        await self._perform(reader, head, body, timeouts)
        return reader.answer()

    async def open(self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts) -> WireStream:
        """Perform one reader up to the head of the answer."""
        reader = self._reader(head, whole=False)
        connection = await self._perform(reader, head, body, timeouts)
        return BodyStream(connection, reader)

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
        self._stop_exit_hook()

    def abort_from_outside(self) -> None:
        """The same, from any thread."""
        if not call_soon(self.loop, self.abort):
            self.detach(forked=False)

    def detach(self, *, forked: bool) -> None:
        """Let go of the connections of a loop that is dead, or of the process that we were forked from."""
        for connection in self.pool.close(wake=False):
            connection.detach(forked=forked)
            self.pool.drop(connection)
        self._stop_exit_hook()

    def release(self, connection: C, idle_timeout: int | None) -> None:
        """An reader has ended well and the connection may be used again, for as long as the server says."""
        now = monotonic()
        for expired in self.pool.expire(now):
            expired.abort()
        expiry = self.config.keepalive_expiry
        if idle_timeout is not None:
            expiry = min(expiry, idle_timeout - 0.5)  # a request takes a while to arrive
        connection.until = now + expiry
        self.pool.give(connection, connection.until)

    def _reader(self, head: RequestHead, *, whole: bool) -> ResponseReader:
        config = self.config
        buffers = self._buffers if whole else None
        return ResponseReader(
            to_head=head.method == "HEAD", whole=whole, limit=config.max_answer, raw=config.raw, buffers=buffers
        )

    async def _perform(
        self, reader: ResponseReader, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts
    ) -> C:
        encoded = self._encode(head, body)
        while True:
            connection = self._take()
            reused = connection is not None
            if connection is None:
                connection, reused = await self._obtain(reader, timeouts)
            try:
                await connection.perform(reader, encoded, body, timeouts.started())
            except WireError as error:
                if reader.status and not reader.whole and error is reader.error:
                    return connection  # a stream that broke: what has arrived of it comes before the error
                if error.sent is not Sent.NOTHING or not reused or error.timeout or self.pool.closed:
                    raise
                reader.error = None  # the server had closed it: nothing was sent, so this is not even an attempt
                continue
            return connection

    def _encode(self, head: RequestHead, body: bytes | BodySource | None) -> bytes:
        known = self._heads.get(id(head))
        if known is None or known[0]() is not head:
            known = self._remember(head)
        if isinstance(body, bytes):
            return RedactedBytes(b"%bcontent-length: %d\r\n\r\n" % (known[1], len(body)))
        length = 0 if body is None else body.length
        return RedactedBytes(known[1] + encode_framing(head.method, length, body=body is not None))

    def _remember(self, head: RequestHead) -> tuple[weakref.ref[RequestHead], bytes]:
        heads, key = self._heads, id(head)
        encoded = RedactedBytes(encode_head(head, self._extra))
        heads[key] = known = (weakref.ref(head, lambda _: heads.pop(key, None)), encoded)
        return known

    def _take(self) -> C | None:
        """An idle connection that still lives."""
        while (connection := self.pool.take()) is not None:
            if connection.usable(monotonic()):
                return connection
            connection.abort()
        return None

    async def _obtain(self, reader: ResponseReader, timeouts: Timeouts) -> tuple[C, bool]:
        """Make a connection if there is room, else wait for one; with whether it has been used before."""
        while not self.pool.closed:
            if (idle := self._take()) is not None:
                return idle, True
            if self.pool.reserve():
                return await self._make(reader, timeouts), False
            since = monotonic()
            waiter = await self._wait(timeouts.deadline)
            reader.timings.queue += monotonic() - since
            if waiter is None:
                raise queue_timeout()
            if not waiter.granted:
                break
            if waiter.connection is None:
                return await self._make(reader, timeouts), False
            if waiter.connection.usable(monotonic()):
                return waiter.connection, True
            waiter.connection.abort()
        raise closed_error()

    async def _make(self, reader: ResponseReader, timeouts: Timeouts) -> C:
        since = monotonic()
        try:
            if self._exit_hook is None:
                self._exit_hook = LoopExitHook(self._ended)
                await self._exit_hook.start()
            connection = await self._connect(timeouts)
        except BaseException:
            self.pool.unreserve()
            raise
        self.pool.add(connection)
        reader.timings.connect += monotonic() - since
        if self.pool.closed:
            connection.abort()
            raise closed_error()
        return connection

    def _ended(self) -> Awaitable[None] | None:
        """The event loop ends."""
        self.abort()
        return None

    def _stop_exit_hook(self) -> None:
        exit_hook, self._exit_hook = self._exit_hook, None
        if exit_hook is not None:
            exit_hook.stop()


def seconds_left(limit: float | None, deadline: float | None) -> float:
    """How long a phase may take from now on."""
    left = inf if limit is None else limit
    return left if deadline is None else min(left, deadline - monotonic())
