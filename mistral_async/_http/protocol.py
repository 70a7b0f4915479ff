"""The interface between the engine and the network: a head and a body go out, a response or a stream comes back.

Every implementation (our HTTP/1.1, any httpx transport) speaks this and raises nothing but `WireError`, and a
`SettingError` for settings that no request can be sent with.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Sequence
from enum import Enum
from time import monotonic
from typing import Any, Final, Protocol

import msgspec

from mistral_async._codec.redact import Concealing
from mistral_async._http.h1.buffers import BufferPool

STEP: Final = 256 * 1024
"""Bytes of an answer that are decoded and handed over at a time."""
TRUNCATED: Final = "the TLS connection ended without a close_notify: the answer, which ends with it, may be cut"


class Sent(Enum):
    """The part of a failed request that the server may have seen."""

    NOTHING = "nothing"  # no byte was accepted: repeating it is free
    PART = "part"  # head or body went out incomplete: the server can not have executed it
    MAYBE = "maybe"  # all of it may have been received and executed


class Phase(Enum):
    """The part of an exchange in which a failure happened."""

    CONNECT = "connect"  # DNS, TCP, TLS, proxy
    WRITE = "write"
    READ = "read"  # waiting for or reading the response
    PROTOCOL = "protocol"  # the peer's bytes are not HTTP/1.1, or exceed a limit


class WireError(Exception):
    """A request without a complete response. `__cause__` is the exception of the library below, if any."""

    def __init__(self, message: str, *, phase: Phase, sent: Sent, timeout: bool = False) -> None:
        super().__init__(message)
        self.phase = phase
        self.sent = sent
        self.timeout = timeout


class SettingError(ValueError):
    """A setting with which no request can be sent, whenever it is tried; the message names it."""


class LimitError(WireError):
    """An answer beyond a limit of the client: another attempt would get the same."""

    def __init__(self, message: str) -> None:
        super().__init__(message, phase=Phase.PROTOCOL, sent=Sent.MAYBE)


def wire_error(error: BaseException, sent: Sent = Sent.MAYBE) -> WireError:
    """Make the error of a failure that nobody foresaw: no memory, too deep a recursion, a bug."""
    if isinstance(error, WireError):
        return error
    name = type(error).__name__
    failure = WireError(f"the answer could not be read: {name}: {error}".rstrip(": "), phase=Phase.READ, sent=sent)
    failure.__cause__ = error
    return failure


class Limits(msgspec.Struct, frozen=True):
    """The most that an answer may be: whole ones in memory, and what any of them is decompressed to."""

    size: int = 512 * 1024 * 1024  # bytes
    ratio: float = 200.0  # of a decompressed body to what was received; JSON of equal objects reaches 100


class RequestHead(msgspec.Struct, frozen=True, weakref=True):
    """The part of a request that many requests share. Immutable, so that a wire may keep its encoded form."""

    method: str
    target: str  # origin form: path and query, percent-encoded
    headers: tuple[tuple[str, str], ...]  # without host, accept-encoding, content-length and transfer-encoding


class BodySource(Protocol):
    """A body that is read while it is sent, and can be read again from the start for a repeated attempt."""

    @property
    def length(self) -> int | None:
        """Return its size in bytes; None when not known: then it is sent chunked."""

    @property
    def repeatable(self) -> bool:
        """Return whether `open` may be called again."""
        ...

    def open(self) -> AsyncIterator[bytes]:
        """Read the body from its start."""
        ...


class Timeouts(msgspec.Struct, frozen=True):
    """Limits of one attempt, in seconds; None is no limit.

    `write` and `read` limit standstill, not the whole: each byte that moves starts them anew. `deadline` is a
    `time.monotonic()` value and limits everything, the wait for a connection too.
    """

    connect: float | None = 5.0
    write: float | None = 30.0
    read: float | None = 300.0
    deadline: float | None = None
    attempt: float | None = None  # all of it, once it has a connection

    def started(self) -> Timeouts:
        """Return the limits of an attempt that has got its connection: `attempt` becomes part of the deadline."""
        if self.attempt is None:
            return self
        end, deadline = monotonic() + self.attempt, self.deadline
        return Timeouts(self.connect, self.write, self.read, end if deadline is None or end < deadline else deadline)

    def next_step(self) -> float | None:
        """Return when the wait for the next bytes of an answer ends (`time.monotonic()`); None without a limit."""
        if self.read is None:
            return self.deadline
        end = monotonic() + self.read
        return end if self.deadline is None else min(end, self.deadline)


class Timings(msgspec.Struct):
    """Seconds spent in one attempt: waiting for a connection, connecting, until the head of the response, in all."""

    queue: float = 0.0
    connect: float = 0.0
    first_byte: float = 0.0
    total: float = 0.0


class WireResponse(Concealing, msgspec.Struct):
    """A complete response. Header names are lower-case latin-1 bytes, in wire order; the content is decompressed."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    content: bytes | memoryview
    timings: Timings
    http_version: str = "HTTP/1.1"
    buffers: BufferPool | None = None

    def __repr__(self) -> str:
        return f"<WireResponse {self.status}, {len(self.content)} bytes>"

    @property
    def body(self) -> bytes:
        """Return a copy of the content, which stays valid after `release`."""
        return bytes(self.content)

    def release(self) -> None:
        """Give the content's memory to the next response; nothing may read it afterwards."""
        if self.buffers is not None and isinstance(self.content, memoryview):
            content, self.content = self.content, b""
            self.buffers.give(content)


class WireStream(Protocol):
    """A response whose body is still arriving."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    timings: Timings

    async def receive(self, deadline: float | None = None) -> bytes:
        """Return what has arrived since the last call, from one byte to `STEP`; b"" at the body's proper end.

        Waits at most until `deadline` (`time.monotonic()`) when one is given, else `Timeouts.read` seconds.
        A cut body is a `WireError` with `Sent.MAYBE`, after all that arrived before it has been returned.
        """
        ...

    def unread(self, data: bytes) -> None:
        """Take back the end of what `receive` has returned; the next one returns it, after the others' turn."""

    async def aclose(self) -> None:
        """Give the connection back if the body is at its end, else close it at once. Never raises, never waits long."""

    def abort(self) -> None:
        """Close the connection now, without awaiting anything."""


class Wire(Protocol):
    """Connections to one origin, in one event loop."""

    def send(
        self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts
    ) -> Coroutine[Any, Any, WireResponse]:
        """Send a request and read all of its response, whatever the status."""
        ...

    def open(
        self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts
    ) -> Coroutine[Any, Any, WireStream]:
        """Send a request and read the head of its response."""
        ...

    async def warm(self, count: int, timeouts: Timeouts) -> int:
        """Open connections until there are `count`, or as many as there may be; return how many there are.

        Raises `WireError` where none could be opened.
        """
        ...

    async def aclose(self) -> None:
        """Close every connection; what is under way fails with a `WireError`."""
