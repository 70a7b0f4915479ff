"""Undo content codings (RFC 9110 §8.4: gzip, deflate, br, zstd) piece by piece, never more than asked for at a time."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import zlib
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Protocol

from mistral_async._http.protocol import Phase, Sent, WireError

# Rule 1: Output is bounded. A few bytes may decompress to gigabytes, so each call of a library states the most that it
#         may return (about `STEP`), and a library that can not is fed so little that it returns 4 MiB at the very most.
#         br and zstd are asked for only where a library is installed that this is possible with.
# Rule 2: A whole body is refused as a bomb when it is both large and many times as large as what was received, or when
#         it exceeds the limit; this is checked after each step, before more is decoded. A streamed one is decoded as
#         far as its consumer reads, and needs no limit.
# Rule 3: Codings are undone in the reverse order of the header (§8.4), each decoder pulling from the one around it.
#         With one unknown among them nothing is undone: the body is as it was sent.
# Rule 4: A body may be several frames, one after the other (gzip members, zstd frames). It is cut when the last frame
#         has begun and not ended; an empty body is whole.
# Rule 5: Time is linear in input and output for pieces as small as those of a socket: what a step leaves of a piece is
#         copied by the next step, what waits behind it is not.

STEP: Final = 256 * 1024  # bytes decoded at a time
_BOMB_SIZE: Final = 16 * 1024 * 1024  # bytes
_BOMB_RATIO: Final = 200  # JSON of equal objects reaches 100
_ZSTANDARD_SLICE: Final = 128  # bytes in, since zstandard does not bound what comes out: 4 MiB at the very most


class _Coding(Protocol):
    """The decoder of one frame, by the library of its coding."""

    eof: bool
    unused_data: bytes

    @property
    def needs_input(self) -> bool:
        """Return whether there is no more output without more input."""
        ...

    def decode(self, data: bytes, limit: int) -> bytes:
        """Return about `limit` bytes of output at most; keeps the input that is left."""
        ...


class _Zlib:
    """gzip by default, else deflate: with the zlib header that RFC 9110 asks for, or without as some send it."""

    def __init__(self, wbits: int | None = 31) -> None:
        self._wbits = wbits
        self._inner: Any = None
        self._tail = b""
        self.eof = False
        self.unused_data = b""
        self.needs_input = True

    def decode(self, data: bytes, limit: int) -> bytes:
        data = self._tail + data
        if self._inner is None:
            if len(data) < 2:  # noqa: PLR2004 (a zlib header)
                self._tail = data
                return b""
            wrapped = data[0] & 15 == zlib.DEFLATED and int.from_bytes(data[:2], "big") % 31 == 0
            self._inner = zlib.decompressobj(self._wbits or (15 if wrapped else -15))
        out: bytes = self._inner.decompress(data, limit)
        self._tail = self._inner.unconsumed_tail
        self.eof, self.unused_data = self._inner.eof, self._inner.unused_data
        self.needs_input = not self._tail and len(out) < limit
        return out


class _Brotli:
    """brotli, or brotlicffi, of a version that limits its output."""

    def __init__(self, library: Any) -> None:
        self._inner = library.Decompressor()
        self.eof = False
        self.unused_data = b""
        self.needs_input = True

    def decode(self, data: bytes, limit: int) -> bytes:
        out: bytes = self._inner.process(data, output_buffer_limit=limit)
        self.eof = self._inner.is_finished()
        self.needs_input = self._inner.can_accept_more_data() and len(out) < limit
        return out


class _Zstd:
    """The standard library's zstd, or its backport."""

    def __init__(self, library: Any) -> None:
        self._inner = library.ZstdDecompressor()
        self.eof = False
        self.unused_data = b""
        self.needs_input = True

    def decode(self, data: bytes, limit: int) -> bytes:
        out: bytes = self._inner.decompress(data, limit)
        self.eof = self._inner.eof
        self.needs_input = self._inner.needs_input
        self.unused_data = self._inner.unused_data
        return out


class _Zstandard:
    """The zstandard package, whose output is limited only through its input (rule 1)."""

    def __init__(self, library: Any) -> None:
        self._inner = library.ZstdDecompressor().decompressobj()
        self._tail = b""
        self.eof = False
        self.unused_data = b""

    @property
    def needs_input(self) -> bool:
        return not self._tail

    def decode(self, data: bytes, limit: int) -> bytes:
        data = self._tail + data
        out: list[bytes] = []
        at = size = 0
        while at < len(data) and size < limit and not self.eof:
            piece = self._inner.decompress(data[at : at + _ZSTANDARD_SLICE])
            at += _ZSTANDARD_SLICE
            size += len(piece)
            out.append(piece)
            self.eof = self._inner.eof
        self._tail = data[at:]
        if self.eof:
            self.unused_data, self._tail = self._inner.unused_data + self._tail, b""
        return b"".join(out)


def _import_first(*names: str) -> Any:
    for name in names:
        try:
            if importlib.util.find_spec(name) is not None:
                return importlib.import_module(name)
        except ImportError:
            continue
    return None


@functools.cache
def _codings() -> dict[str, Callable[[], _Coding]]:
    found: dict[str, Callable[[], _Coding]] = {"gzip": _Zlib, "deflate": functools.partial(_Zlib, None)}
    brotli = _import_first("brotli", "brotlicffi")
    if hasattr(getattr(brotli, "Decompressor", None), "can_accept_more_data"):
        found["br"] = functools.partial(_Brotli, brotli)
    if zstd := _import_first("compression.zstd", "backports.zstd"):
        found["zstd"] = functools.partial(_Zstd, zstd)
    elif zstandard := _import_first("zstandard"):
        found["zstd"] = functools.partial(_Zstandard, zstandard)
    return found


def accept_encoding() -> str:
    """Return the value of the Accept-Encoding header."""
    return ", ".join(_codings())


def decoder_for(codings: bytes) -> Decoder | None:
    """Return the decoder for a Content-Encoding header; None without a coding, or with an unknown one (rule 3)."""
    names = [name.strip().removeprefix("x-") for name in codings.decode("latin-1").lower().split(",")]
    makers = [_codings().get(name) for name in reversed(names) if name not in {"", "identity"}]
    decoder: Decoder | None = None
    for make in makers:
        if make is None:
            return None
        decoder = Decoder(make, decoder)
    return decoder


class Decoder:
    """One coding, fed by its user or by the decoder of the coding around it."""

    __slots__ = ("_coding", "_input", "_make", "_outer", "_used")

    def __init__(self, make: Callable[[], _Coding], outer: Decoder | None) -> None:
        self._make = make
        self._outer = outer
        self._coding = make()
        self._used = False  # whether the current frame has had any input
        self._input: deque[bytes] = deque()

    def feed(self, data: bytes) -> None:
        """Add what has arrived."""
        if self._outer is not None:
            self._outer.feed(data)
        elif data:
            self._input.append(data)

    def read(self) -> bytes:
        """Return about `STEP` decoded bytes; nothing when all that was fed is decoded."""
        while True:
            data = b""
            if self._coding.eof:
                data = self._coding.unused_data or self._next_input()
                if not data:
                    return b""
                self._coding = self._make()
            elif self._coding.needs_input and not (data := self._next_input()):
                return b""
            self._used = True
            try:
                out = self._coding.decode(data, STEP)
            except Exception as error:
                raise _corrupt(f"the body of the answer is compressed wrongly: {error}") from error
            if self._coding.eof and not self._coding.unused_data:
                self._used = False
            if out:
                return out

    def finish(self) -> None:
        """Raise a `WireError` unless the end of the body is the end of a frame (rule 4)."""
        if self._outer is not None:
            self._outer.finish()
        if self._used:
            raise _corrupt("the compressed body of the answer ends too early")

    def _next_input(self) -> bytes:
        if self._outer is not None:
            return self._outer.read()
        return self._input.popleft() if self._input else b""


class BufferedDecoder:
    """A whole body that is decoded while it arrives, within a limit in bytes."""

    __slots__ = ("_decoder", "_limit", "_pieces", "_received", "_size")

    def __init__(self, decoder: Decoder, limit: int) -> None:
        self._decoder = decoder
        self._limit = limit
        self._pieces: list[bytes] = []
        self._received = 0
        self._size = 0

    def feed(self, piece: bytes) -> None:
        """Decode a piece, as far as it goes; raises for a bomb and beyond the limit (rule 2)."""
        self._decoder.feed(piece)
        self._received += len(piece)
        while out := self._decoder.read():
            self._pieces.append(out)
            self._size += len(out)
            bomb = self._size > _BOMB_SIZE and self._size > _BOMB_RATIO * self._received
            if bomb or self._size > self._limit:
                raise _corrupt("the body of the answer decompresses to too much")

    def finish(self) -> list[bytes]:
        """Return the pieces of the body; raises when it is cut."""
        self._decoder.finish()
        return self._pieces


def _corrupt(message: str) -> WireError:
    return WireError(message, phase=Phase.PROTOCOL, sent=Sent.MAYBE)
