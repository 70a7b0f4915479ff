"""What the engine asks of the network: a head and a body go out, an answer or a stream of bytes comes back.

Every implementation (our HTTP/1.1, any httpx transport) speaks this and raises nothing but `WireError`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from enum import Enum
from time import monotonic
from typing import Protocol

import msgspec

from mistral_async._http.h1.buffers import BufferPool


class Sent(Enum):
    """How much of a failed request the server may have seen."""

    NOTHING = "nothing"  # no byte was accepted: repeating it is free
    PART = "part"  # head or body went out incomplete: the server can not have executed it
    MAYBE = "maybe"  # all of it may have been received and executed


class Phase(Enum):
    """Where in an reader a failure happened."""

    CONNECT = "connect"  # DNS, TCP, TLS, proxy
    WRITE = "write"
    READ = "read"  # waiting for or reading the answer
    PROTOCOL = "protocol"  # the peer's bytes are not HTTP/1.1, or exceed a limit


class WireError(Exception):
    """A request that got no complete answer. `__cause__` is the library's own exception."""

    def __init__(self, message: str, *, phase: Phase, sent: Sent, timeout: bool = False) -> None:
        super().__init__(message)
        self.phase = phase
        self.sent = sent
        self.timeout = timeout


class RequestHead(msgspec.Struct, frozen=True, weakref=True):
    """The part of a request that many requests share. Immutable, so that a wire may keep its encoded form."""

    method: str
    target: str  # origin form: path and query, percent-encoded
    headers: tuple[tuple[str, str], ...]  # without host, accept-encoding, content-length and transfer-encoding


class BodySource(Protocol):
    """A body that is read while it is sent, and can be read again from the start for a repeated attempt."""

    @property
    def length(self) -> int | None:
        """Bytes in all, or None: then it is sent chunked."""

    @property
    def repeatable(self) -> bool:
        """Whether `open` may be called again."""
        ...

    def open(self) -> AsyncIterator[bytes]:
        """Read it from the start."""
        ...


class Timeouts(msgspec.Struct, frozen=True):
    """Seconds that one attempt may take in each phase; None is no limit. `deadline` is a `time.monotonic()` value."""

    connect: float | None = 5.0
    write: float | None = 30.0
    read: float | None = 300.0
    deadline: float | None = None
    attempt: float | None = None  # all of it, once it has a connection: waiting for one is limited by the deadline

    def started(self) -> Timeouts:
        """The limits of an attempt that has got its connection."""
        if self.attempt is None:
            return self
        end, deadline = monotonic() + self.attempt, self.deadline
        return Timeouts(self.connect, self.write, self.read, end if deadline is None or end < deadline else deadline)


class Timings(msgspec.Struct):
    """Seconds spent in one attempt: waiting for a connection, connecting, until the head of the answer, in all."""

    queue: float = 0.0
    connect: float = 0.0
    first_byte: float = 0.0
    total: float = 0.0


class WireResponse(msgspec.Struct):
    """A complete answer. Header names are lower-case latin-1 bytes, in wire order; the content is decompressed."""

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
        """The content, to keep."""
        return bytes(self.content)

    def release(self) -> None:
        """Nothing needs the content any more: its memory is for the next answer."""
        if self.buffers is not None and isinstance(self.content, memoryview):
            content, self.content = self.content, b""
            self.buffers.give(content)


class WireStream(Protocol):
    """An answer whose body is still arriving."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    timings: Timings

    async def receive(self, deadline: float | None = None) -> bytes:
        """Whatever has arrived since the last call, at least one byte; b"" at the body's proper end.

        Waits at most until `deadline` (`time.monotonic()`) when one is given, else `Timeouts.read` seconds.
        A cut body is a `WireError` with `Sent.MAYBE`, after all that arrived before it has been returned.
        """
        ...

    async def aclose(self) -> None:
        """Give the connection back if the body is at its end, else close it at once. Never raises, never waits long."""

    def abort(self) -> None:
        """Close the connection now, without awaiting anything."""


class Wire(Protocol):
    """Connections to one origin, in one event loop."""

    async def send(self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts) -> WireResponse:
        """Perform one reader and read all of the answer, whatever its status."""
        ...

    async def open(self, head: RequestHead, body: bytes | BodySource | None, timeouts: Timeouts) -> WireStream:
        """Perform one reader up to the head of the answer."""
        ...

    async def aclose(self) -> None:
        """Close every connection; what is under way fails with a `WireError`."""
