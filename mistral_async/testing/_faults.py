"""Faults of one exchange: values without behaviour, which `_plan`, `_connection` and `_listener` carry out."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

# Rule 1: A fault strikes one exchange or one new connection. State and other connections are as without it.
# Rule 2: Before the body is read (`accept`, `handshake`, `request`) a fault stands alone and nothing is executed. Any
# later fault comes after the operation was executed and billed, as when a response is lost.
# Rule 3: The faults of one `server.fault(...)` apply together, in their order, to the same response.
# Rule 4: A stop is exact: `after_events` whole events, or `after_bytes` bytes of the body as it is on the wire, have
# been sent when it comes; with neither, half of the first piece.
# Rule 5: A stall of the response ends when the client closes its connection; an earlier one reads and sends no byte.

Place = Literal["accept", "handshake", "request", "head", "body", "event"]


class Fault(msgspec.Struct, frozen=True):
    """A failure of one exchange."""


class Delay(Fault, frozen=True):
    """A pause before the head, before the body, or before every event."""

    seconds: float
    where: Literal["request", "head", "body", "event"] = "head"


class _Stop(Fault, frozen=True):
    """A stop of the exchange: after so many events or bytes of the body, or else at a place.

    `accept`: before anything is read; `handshake`: after the first bytes of the client (with TLS its hello);
    `request`: between head and body of the request; `head`, `body`: in the middle of the response's head or body.
    """

    where: Place = "body"
    after_bytes: int | None = None
    after_events: int | None = None


class Reset(_Stop, frozen=True):
    """A reset of the connection (RST)."""


class Cut(_Stop, frozen=True):
    """The end of the connection (FIN). With `clean` a chunked body ends properly but early and the connection stays."""

    clean: bool = False


class Stall(_Stop, frozen=True):
    """Silence: nothing more is sent, and the connection stays open until the client closes it."""


class Garbage(Fault, frozen=True):
    """Bytes that are not HTTP, in place of the response."""

    data: bytes = b"\x16\x03\x01\x00 not http at all\r\n\r\n"


class Drip(Fault, frozen=True):
    """A slow response."""

    bytes_per_second: float


class WrongLength(Fault, frozen=True):
    """A `content-length` that differs from the body by `delta` bytes: too large (> 0) or too small (< 0)."""

    delta: int = 10


class BadChunk(Fault, frozen=True):
    """A chunk whose size is not a number, right after the head."""


class BadGzip(Fault, frozen=True):
    """A `content-encoding: gzip` body that is corrupt after its first bytes."""


class ZipBomb(Fault, frozen=True):
    """A small gzip body that decompresses to `size` bytes."""

    size: int = 1 << 27


class Truncate(Fault, frozen=True):
    """A body cut off after `at` bytes with a matching length, so that its JSON alone is broken."""

    at: int = 20


class HeadersNeverEnd(Fault, frozen=True):
    """A head that never ends: one more header every `interval` seconds."""

    interval: float = 0.01


class HugeHeader(Fault, frozen=True):
    """A header of `size` bytes."""

    size: int = 70_000


class Informational(Fault, frozen=True):
    """An informational response (100, 102 or 103) before the final one."""

    status: int = 103


class ConnectionClose(Fault, frozen=True):
    """A response with `connection: close`, after which the server closes."""


class SilentClose(Fault, frozen=True):
    """A connection that the server closes after the response, though it did not say `connection: close`."""

    seconds: float = 0.0


class EmptyBody(Fault, frozen=True):
    """A response with its usual head and no body."""


class Html(Fault, frozen=True):
    """An HTML error page of a proxy."""

    status: int = 520


class Inject(Fault, frozen=True):
    """A message that the server adds to a WebSocket, after so many of its own: an event, text, or bytes as they are."""

    message: Any
    after_events: int = 0


class CloseFrame(Fault, frozen=True):
    """A close frame, after so many messages of the server."""

    code: int = 1011
    """Any, one that no server may send too; 1005 is a frame without a code. `Cut` ends without a frame."""
    reason: str = ""
    after_events: int = 0


class Fragments(Fault, frozen=True):
    """Messages of a WebSocket in frames of `size` bytes, with `pings` between them."""

    size: int = 16
    pings: bool = False


class NoPong(Fault, frozen=True):
    """Pings that go unanswered."""


class SlowReader(Fault, frozen=True):
    """A server that reads a WebSocket slowly."""

    bytes_per_second: float


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
    | Inject
    | CloseFrame
    | Fragments
    | NoPong
    | SlowReader
)
