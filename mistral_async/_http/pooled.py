"""The part of our HTTP/1.1 wire that every event loop shares: the pool, and the exchange on one of its connections.

A driver supplies connections and two awaits: `_connect` makes a connection, `_wait` waits in the queue for one.
"""

from __future__ import annotations

import abc
import socket
import weakref
from collections.abc import Awaitable, Coroutine
from math import inf
from time import monotonic
from typing import Any, Final, Generic, NoReturn, Protocol, TypeVar, cast

from mistral_async._codec.redact import RedactedBytes
from mistral_async._http.certificates import advice
from mistral_async._http.h1.body_stream import BodyConnection, BodyStream
from mistral_async._http.h1.buffers import BufferPool
from mistral_async._http.h1.content_coding import accept_encoding
from mistral_async._http.h1.encode import WITH_BODY, encode_head
from mistral_async._http.h1.response_reader import ResponseReader
from mistral_async._http.loops import Loop, LoopExitHook, call_soon
from mistral_async._http.origin import PoolConfig
from mistral_async._http.pool import Pool, PoolWaiter
from mistral_async._http.protocol import (
    BodySource,
    Phase,
    RequestHead,
    Sent,
    SettingError,
    Timeouts,
    Timings,
    WireError,
    WireResponse,
    WireStream,
    wire_error,
)

# Rule 1: A connection that has been idle is checked before it is used (`usable`): the server may have closed it.
# Rule 2: The check can not see what happens between it and the write. When the first write finds the connection dead,
#         not a byte of the request was accepted (`Sent.NOTHING`): the request goes to the next connection, at once.
#         This is no attempt: no retry is counted, nothing is waited for, no idempotency is needed, and a body source is
#         not opened yet. It ends, since each round closes a connection; a failure on a new one is always the caller's.
# Rule 3: With any byte accepted the server may have seen the request, and only the caller can judge a repetition.
#         The same holds for a timeout, which says nothing about the connection, and for a wire that was closed.
# Rule 4: The attempt's own time limit begins when the connection is there: waiting for one, and making one, are
#         limited by the deadline and by `Timeouts.connect`.
# Rule 5: A connection is kept for `keepalive_expiry`, or for less when the server says so. Half a second is taken
#         off: a request that is on its way while the server closes is lost.
# Rule 6: The stream of an answer that breaks after its head is returned, not raised: what has arrived of the body
#         comes before the error, when it is received.
# Rule 7: Whatever is raised, and wherever (too deep a recursion, an interrupt in a signal handler), each slot and each
#         connection that was taken from the pool goes back, or is closed: others wait for it.
# Rule 8: What a new connection has received before its first request is no answer to that, as on an idle one. TLS alone
#         may have sent something: its session tickets.
# Rule 9: A connection that is opened before anybody needs it counts as any other, goes to who waits by then, else is
#         idle and expires. Failures are told where nothing is open after all; else there are fewer than were asked for.


class Connection(BodyConnection, Protocol):
    """A driver's connection. It gives itself back (`PooledWire.release`) or leaves the pool (`Pool.drop`)."""

    expires_at: float  # the `time.monotonic()` at which it has been idle for too long

    def usable(self, now: float) -> bool:
        """Return whether it is open, not expired, and its peer has neither closed it nor sent anything."""
        ...

    def is_quiet(self) -> bool:
        """Return whether its peer has neither closed it nor sent anything but what TLS needs, which is read."""
        ...

    async def perform(
        self, reader: ResponseReader, head: bytes, body: bytes | BodySource | None, timeouts: Timeouts
    ) -> None:
        """Send the request and read until the reader is ready. Anything but success leaves it closed.

        `head` is encoded, but for the framing of the body. Raises `reader.error`, or whatever the body source raises.
        """

    def detach(self, *, forked: bool) -> None:
        """Close the descriptor without the event loop: nothing is sent to the peer, nothing is warned about."""


C = TypeVar("C", bound=Connection)

TICKETS: Final = 16  # reads of what TLS has sent after the handshake: servers send two tickets, perhaps one by one
_KEEPALIVE_MARGIN: Final = 0.5  # seconds


def closed_error() -> WireError:
    """Make the error of a client that was closed, or whose event loop has ended."""
    return WireError("the client was closed", phase=Phase.CONNECT, sent=Sent.NOTHING)


def early_answer(*, secure: bool) -> WireError:
    """Make the error of a server that did not wait for a request (rule 8)."""
    message = "the server closed the connection, or sent something, before it was asked"
    if secure:
        message += " (it may want a certificate of the client, which an ssl.SSLContext as verify= may have)"
    return WireError(message, phase=Phase.CONNECT, sent=Sent.NOTHING)


def queue_timeout() -> WireError:
    """Make the error of a deadline that passed while all connections were busy."""
    return WireError("no connection became free in time", phase=Phase.CONNECT, sent=Sent.NOTHING, timeout=True)


def first_cause(error: BaseException) -> BaseException:
    """Return the failure that led to an error, which may say no more than that the attempts at all addresses failed."""
    cause: object = error
    while isinstance(cause, BaseException):
        error = cause
        cause = error.__cause__ or next(iter(error.args), None)  # httpcore has it as its argument
        if isinstance(cause, BaseExceptionGroup):
            cause = cast("BaseExceptionGroup[BaseException]", cause).exceptions[0]
    return error


def connect_error(config: PoolConfig, error: BaseException) -> WireError:
    """Make the error of a failure of DNS, TCP or TLS, with the failure as its cause."""
    if isinstance(error, BaseExceptionGroup):  # trio's, of what is no `OSError`
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    origin = config.origin
    timeout = isinstance(error, TimeoutError)
    reason = str(error) or ("timed out" if timeout else type(error).__name__)
    way = "" if config.proxy is None else f" through the proxy {config.proxy}"
    message = f"could not connect to {origin.host}:{origin.port}{way}: {reason}{advice(error)}"
    failure = WireError(message, phase=Phase.CONNECT, sent=Sent.NOTHING, timeout=timeout)
    failure.__cause__ = error
    return failure


def refuse_http2() -> NoReturn:
    """Raise the error of a user's TLS context that has offered what this wire does not speak."""
    raise SettingError(
        "the TLS context given as verify offers HTTP/2, which needs http2=True (a client with that has changed it,"
        " perhaps: give each client a context of its own)"
    )


class PooledWire(abc.ABC, Generic[C]):
    """Connections to one origin in one event loop."""

    def __init__(self, config: PoolConfig, loop: Loop) -> None:
        self.config = config
        self.loop = loop
        self.pool: Pool[C] = Pool(config.max_connections)
        self.closed: bool = False
        """True once it can not be used any more."""
        self._buffers = BufferPool()
        self._counts = config.counts
        self._exit_hook: LoopExitHook | None = None
        self._heads: dict[int, tuple[weakref.ref[RequestHead], bytes]] = {}
        self._extra = () if config.raw else (("host", config.origin.authority), ("accept-encoding", accept_encoding()))

    @abc.abstractmethod
    async def _connect(self, timeouts: Timeouts) -> C:
        """Make a connection within `timeouts.connect` and the deadline, or raise a `WireError`."""

    @abc.abstractmethod
    async def _wait(self, deadline: float | None) -> PoolWaiter[C] | None:
        """Wait in the queue until something is granted or the pool is closed; return None at the deadline."""

    @abc.abstractmethod
    async def aclose(self) -> None:
        """Close every connection; what is under way fails with a `WireError`."""

    def send(
        self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts
    ) -> Coroutine[Any, Any, WireResponse]:
        """Send a request and read all of its response, whatever the status."""
        return self._perform(head, body, timeouts, whole=True)

    def open(
        self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts
    ) -> Coroutine[Any, Any, WireStream]:
        """Send a request and read the head of its response."""
        return self._perform(head, body, timeouts, whole=False)

    @property
    def in_use(self) -> bool:
        """Return whether there is anything to close."""
        return bool(self.pool.connections)

    def abort(self) -> None:
        """Close every connection without awaiting anything."""
        for connection in self._close_pool():
            connection.abort()
        self._stop_exit_hook()

    def abort_threadsafe(self) -> None:
        """Have the loop close every connection, from any thread."""
        if not call_soon(self.loop, self.abort):
            self.detach(forked=False)

    def detach(self, *, forked: bool) -> None:
        """Let go of the connections of a loop that has ended, or of the process that we were forked from."""
        for connection in self._close_pool(wake=False):
            connection.detach(forked=forked)
            self.pool.drop(connection)
        self._stop_exit_hook()

    def _close_pool(self, *, wake: bool = True) -> list[C]:
        """Close the pool, let go of the memory for big bodies, and return the connections."""
        self._buffers.clear()
        self.closed = True
        return self.pool.close(wake=wake)

    def release(self, connection: C, idle_timeout: int | None) -> None:
        """Take back a connection whose exchange ended well (rule 5); `idle_timeout` is the server's, in seconds."""
        try:
            now = monotonic()
            for expired in self.pool.expire(now):
                expired.abort()
            expiry = self.config.keepalive_expiry
            if idle_timeout is not None:
                expiry = min(expiry, idle_timeout - _KEEPALIVE_MARGIN)
            connection.expires_at = now + expiry
            self.pool.give(connection, connection.expires_at)
        except BaseException:
            connection.abort()  # rule 7
            raise

    async def _perform(
        self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts, *, whole: bool
    ) -> Any:
        """Perform an exchange; return all of its response, or the stream of that."""
        method, limits, raw = head.method, self.config.limits, self.config.raw
        reader = ResponseReader(to_head=method == "HEAD", whole=whole, limits=limits, raw=raw, buffers=self._buffers)
        encoded = self._encode(head)
        if body is None and method in WITH_BODY:
            body = b""
        while True:
            connection, reused, started = self._take(), True, timeouts
            try:
                if connection is None:
                    connection, reused = await self._obtain(reader, timeouts)
                started = timeouts.started()
                await connection.perform(reader, encoded, body, started)
            except WireError as error:
                if connection is not None and reader.status and not reader.whole and error is reader.error:
                    break  # rule 6
                at_risk = error.sent is not Sent.NOTHING or error.timeout
                if connection is None or at_risk or not reused or self.pool.closed:
                    raise
                reader.error = None
                continue  # rule 2
            except BaseException:
                if connection is not None and not reader.complete and reader.error is None:
                    connection.abort()  # rule 7
                raise
            break
        if reader.whole:
            return reader.response()
        stream = BodyStream(connection, reader)
        return await _read_whole(stream, reader, started) if whole else stream

    def _encode(self, head: RequestHead) -> bytes:
        """Encode a head, but for the framing of its body; it comes from the cache after its first use.

        The cache goes by identity, which is cheaper than to hash all headers, and a head leaves it when it is freed.
        An id may be used again, hence the check that the entry is still this head's.
        """
        known = self._heads.get(id(head))
        if known is not None and known[0]() is head:
            return known[1]
        heads, key = self._heads, id(head)
        encoded = RedactedBytes(encode_head(head, self._extra))
        heads[key] = weakref.ref(head, lambda _: heads.pop(key, None)), encoded
        return encoded

    def _take(self) -> C | None:
        """Take an idle connection that is still usable; close those that are not (rule 1)."""
        connection = None
        try:
            while (connection := self.pool.take()) is not None:
                if connection.usable(monotonic()):
                    self._counts.reused += 1
                    return connection
                connection.abort()
        except BaseException:
            if connection is not None:
                connection.abort()  # rule 7
            raise
        return None

    async def _obtain(self, reader: ResponseReader, timeouts: Timeouts) -> tuple[C, bool]:
        """Return a connection and whether it was used before: an idle one, a new one, or one waited for."""
        while not self.pool.closed:
            if (idle := self._take()) is not None:
                return idle, True
            waiter, since = self.pool.reserve(), 0.0
            if waiter is None:
                since = monotonic()
                if (waiter := await self._wait(timeouts.deadline)) is None:
                    raise queue_timeout()
            try:
                if since:
                    reader.timings.queue += monotonic() - since
                found = await self._redeem(waiter, reader, timeouts)
            except BaseException:
                self.pool.leave(waiter)  # rule 7
                raise
            if found is not None:
                return found
        raise closed_error()

    async def _redeem(self, waiter: PoolWaiter[C], reader: ResponseReader, timeouts: Timeouts) -> tuple[C, bool] | None:
        """Return the connection that a waiter was granted, or one made in its slot; None where it is of no use."""
        if not waiter.granted:
            raise closed_error()
        if waiter.connection is None:
            return await self._make(waiter, reader.timings, timeouts), False
        if waiter.connection.usable(monotonic()):
            waiter.accept()
            self._counts.reused += 1
            return waiter.connection, True
        waiter.connection.abort()
        return None

    async def _make(self, waiter: PoolWaiter[C], timings: Timings, timeouts: Timeouts) -> C:
        """Make a connection in the slot of a waiter."""
        since = monotonic()
        try:
            if self._exit_hook is None:
                exit_hook = LoopExitHook(self._on_loop_exit)
                await exit_hook.start()
                self._exit_hook = exit_hook
            connection = await self._connect(timeouts)
        except (WireError, SettingError):
            raise
        except Exception as error:
            raise connect_error(self.config, error) from error
        try:
            self.pool.add(connection, waiter)
            self._counts.opened += 1
            timings.connect += monotonic() - since
            is_quiet = connection.is_quiet()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told as one of ours
            connection.abort()  # rule 7
            failure = wire_error(error, Sent.NOTHING)
            raise failure from failure.__cause__
        except BaseException:
            connection.abort()
            raise
        if self.pool.closed or not is_quiet:
            connection.abort()
            raise closed_error() if self.pool.closed else early_answer(secure=self.config.origin.secure)
        return connection

    async def warm(self, count: int, timeouts: Timeouts) -> int:
        """Open connections until there are `count`, all at once; return how many there are (rule 9)."""
        import anyio

        self._drop_dead()
        failures: list[WireError | SettingError] = []
        async with anyio.create_task_group() as tasks:
            for _ in range(min(count, self.pool.limit) - self.pool.slots):
                tasks.start_soon(self._add_idle, timeouts, failures)
        if failures and not self.pool.connections:
            raise failures[0]
        return len(self.pool.connections)

    def _drop_dead(self) -> None:
        """Close the idle connections that are of no use any more (rule 1)."""
        idle: list[C] = []
        while (connection := self.pool.take()) is not None:
            idle.append(connection)
        try:
            while idle:
                connection = idle[-1]  # the oldest
                if connection.usable(monotonic()):
                    self.pool.give(connection, connection.expires_at)
                else:
                    connection.abort()
                idle.pop()
        finally:
            for connection in idle:
                connection.abort()  # rule 7

    async def _add_idle(self, timeouts: Timeouts, failures: list[WireError | SettingError]) -> None:
        """Open a connection, if there is room for one, and leave it to whoever needs one."""
        if (waiter := self.pool.reserve()) is None:
            return
        try:
            connection = await self._make(waiter, Timings(), timeouts)
        except (WireError, SettingError) as failure:
            self.pool.leave(waiter)
            failures.append(failure)
        except BaseException:
            self.pool.leave(waiter)  # rule 7
            raise
        else:
            self.release(connection, None)

    async def _pass_proxy(self, sock: socket.socket) -> None:
        """Have the proxy that a socket is connected to connect to the server; closes it where that fails."""
        from mistral_async._http.byte_stream import ByteStream
        from mistral_async._http.tunnel import open_tunnel

        try:
            await open_tunnel(
                ByteStream(sock), self.config.proxy.parsed, self.config.origin.host, self.config.origin.port
            )
        except BaseException:
            sock.close()
            raise

    def _on_loop_exit(self) -> Awaitable[None] | None:
        """Close everything when the event loop ends."""
        self.abort()
        return None

    def _stop_exit_hook(self) -> None:
        exit_hook, self._exit_hook = self._exit_hook, None
        if exit_hook is not None:
            exit_hook.stop()


async def _read_whole(stream: BodyStream, reader: ResponseReader, timeouts: Timeouts) -> WireResponse:
    """Read all of a body that is decoded step by step."""
    content = await stream.read_all(timeouts)
    return WireResponse(reader.status, reader.headers, content, reader.timings, reader.version)


def seconds_left(limit: float | None, deadline: float | None) -> float:
    """Return the seconds that a phase may take from now on; infinite without any limit."""
    left = inf if limit is None else limit
    return left if deadline is None else min(left, deadline - monotonic())
