"""Faults that a test can order: small values that say what goes wrong and where, with no behaviour of their own."""

from __future__ import annotations

from typing import Literal

import msgspec

Place = Literal["accept", "handshake", "request", "head", "body", "event"]


class Fault(msgspec.Struct, frozen=True):
    """Something that goes wrong with one exchange."""


class Delay(Fault, frozen=True):
    """Wait before the head, before the body, or before every event."""

    seconds: float
    where: Literal["request", "head", "body", "event"] = "head"


class _Stop(Fault, frozen=True):
    """Where an answer stops: after so many events or bytes of the body, or else at a place.

    `accept`: before anything is read; `handshake`: after the first bytes of the client (with TLS its hello);
    `request`: after the head of the request; `head`: in the middle of the answer's head; `body`: in the middle of it.
    """

    where: Place = "body"
    after_bytes: int | None = None
    after_events: int | None = None


class Reset(_Stop, frozen=True):
    """The connection is reset (RST)."""


class Cut(_Stop, frozen=True):
    """The connection ends (FIN). A clean cut ends a chunked body in due form, too early, and the connection stays."""

    clean: bool = False


class Stall(_Stop, frozen=True):
    """Nothing more arrives, and the connection stays open until the client gives up."""


class Garbage(Fault, frozen=True):
    """Bytes that are not HTTP instead of the answer."""

    data: bytes = b"\x16\x03\x01\x00 not http at all\r\n\r\n"


class Drip(Fault, frozen=True):
    """The whole answer, slowly."""

    bytes_per_second: float


class WrongLength(Fault, frozen=True):
    """`content-length` differs from the body by `delta` bytes: more is promised (> 0) or more is sent (< 0)."""

    delta: int = 10


class BadChunk(Fault, frozen=True):
    """A chunk whose size is not a number, after the head."""


class BadGzip(Fault, frozen=True):
    """`content-encoding: gzip` over bytes that are not gzip after the first few."""


class ZipBomb(Fault, frozen=True):
    """A small gzip body that unpacks to `size` bytes."""

    size: int = 1 << 27


class Truncate(Fault, frozen=True):
    """A body that ends early but with the right length, so that only its JSON is broken."""

    at: int = 20


class HeadersNeverEnd(Fault, frozen=True):
    """One more header line every `interval` seconds, for ever."""

    interval: float = 0.01


class HugeHeader(Fault, frozen=True):
    """A header line of `size` bytes."""

    size: int = 70_000


class Informational(Fault, frozen=True):
    """An interim answer before the real one: 100, 102 or 103."""

    status: int = 103


class ConnectionClose(Fault, frozen=True):
    """The answer says `connection: close`, and the server closes."""


class SilentClose(Fault, frozen=True):
    """After the answer the server closes the kept-alive connection without having said so."""

    seconds: float = 0.0


class EmptyBody(Fault, frozen=True):
    """The right head with no body."""


class Html(Fault, frozen=True):
    """A page of HTML from a proxy."""

    status: int = 520


AnyFault = (
    Delay
    | Reset
    | Cut
    | Stall
    | Garbage
    | Drip
    | WrongLength
    | BadChunk
    | BadGzip
    | ZipBomb
    | Truncate
    | HeadersNeverEnd
    | HugeHeader
    | Informational
    | ConnectionClose
    | SilentClose
    | EmptyBody
    | Html
)
