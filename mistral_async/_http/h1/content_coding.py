"""Undo content codings (gzip, deflate, br, zstd) piece by piece, never more than asked for at a time.

br and zstd are understood where a library that can bound its output is installed: a few bytes may unfold to gigabytes.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import zlib
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Protocol

from mistral_async._http.protocol import Phase, Sent, WireError

STEP: Final = 256 * 1024  # bytes decoded at a time
_BOMB_SIZE: Final = 16 * 1024 * 1024
_BOMB_RATIO: Final = 200  # JSON of equal objects reaches 100
_ZSTANDARD_SLICE: Final = 128  # bytes in, since zstandard does not bound what comes out: 4 MiB at the very most


class _Coding(Protocol):
    """One frame of one coding."""

    ended: bool
    unused: bytes

    @property
    def hungry(self) -> bool:
        """Whether it needs more input to go on."""
        ...

    def decode(self, data: bytes, limit: int) -> bytes: ...


class _Zlib:
    """gzip by default, else deflate: with the zlib header that the standard asks for, or without as some send it."""

    def __init__(self, wbits: int | None = 31) -> None:
        self._wbits = wbits
        self._inner: Any = None
        self._tail = b""
        self.ended = False
        self.unused = b""
        self.hungry = True

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
        self.ended, self.unused = self._inner.eof, self._inner.unused_data
        self.hungry = not self._tail and len(out) < limit
        return out


class _Brotli:
    def __init__(self, library: Any) -> None:
        self._inner = library.Decompressor()
        self.ended = False
        self.unused = b""
        self.hungry = True

    def decode(self, data: bytes, limit: int) -> bytes:
        out: bytes = self._inner.process(data, output_buffer_limit=limit)
        self.ended = self._inner.is_finished()
        self.hungry = self._inner.can_accept_more_data() and len(out) < limit
        return out


class _Zstd:
    """The standard library's, or its backport."""

    def __init__(self, library: Any) -> None:
        self._inner = library.ZstdDecompressor()
        self.ended = False
        self.unused = b""
        self.hungry = True

    def decode(self, data: bytes, limit: int) -> bytes:
        out: bytes = self._inner.decompress(data, limit)
        self.ended = self._inner.eof
        self.hungry = self._inner.needs_input
        self.unused = self._inner.unused_data
        return out


class _Zstandard:
    def __init__(self, library: Any) -> None:
        self._inner = library.ZstdDecompressor().decompressobj()
        self._tail = b""
        self.ended = False
        self.unused = b""

    @property
    def hungry(self) -> bool:
        return not self._tail

    def decode(self, data: bytes, limit: int) -> bytes:
        data = self._tail + data
        out: list[bytes] = []
        at = size = 0
        while at < len(data) and size < limit and not self.ended:
            piece = self._inner.decompress(data[at : at + _ZSTANDARD_SLICE])
            at += _ZSTANDARD_SLICE
            size += len(piece)
            out.append(piece)
            self.ended = self._inner.eof
        self._tail = data[at:]
        if self.ended:
            self.unused, self._tail = self._inner.unused_data + self._tail, b""
        return b"".join(out)


def _first_of(*names: str) -> Any:
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
    brotli = _first_of("brotli", "brotlicffi")
    if hasattr(getattr(brotli, "Decompressor", None), "can_accept_more_data"):
        found["br"] = functools.partial(_Brotli, brotli)
    if zstd := _first_of("compression.zstd", "backports.zstd"):
        found["zstd"] = functools.partial(_Zstd, zstd)
    elif zstandard := _first_of("zstandard"):
        found["zstd"] = functools.partial(_Zstandard, zstandard)
    return found


def accepted() -> str:
    """What to ask for."""
    return ", ".join(_codings())


def decoder_for(codings: bytes) -> Decoder | None:
    """The decoder for a content-encoding header; None where there is nothing to undo or one is unknown."""
    names = [name.strip().removeprefix("x-") for name in codings.decode("latin-1").lower().split(",")]
    makers = [_codings().get(name) for name in reversed(names) if name not in {"", "identity"}]
    decoder: Decoder | None = None
    for make in makers:
        if make is None:
            return None
        decoder = Decoder(make, decoder)
    return decoder


class Decoder:
    """One coding, fed by hand or by the decoder of the coding around it."""

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
        """Decode about `STEP` bytes; nothing when all that was fed is decoded."""
        while True:
            data = b""
            if self._coding.ended:
                data = self._coding.unused or self._next_input()
                if not data:
                    return b""
                self._coding = self._make()
            elif self._coding.hungry and not (data := self._next_input()):
                return b""
            self._used = True
            try:
                out = self._coding.decode(data, STEP)
            except Exception as error:
                raise _corrupt(f"the body of the answer is compressed wrongly: {error}") from error
            if self._coding.ended and not self._coding.unused:
                self._used = False
            if out:
                return out

    def finish(self) -> None:
        """The body is at its end: is this one too?"""
        if self._outer is not None:
            self._outer.finish()
        if self._used:
            raise _corrupt("the compressed body of the answer ends too early")

    def _next_input(self) -> bytes:
        if self._outer is not None:
            return self._outer.read()
        return self._input.popleft() if self._input else b""


class BufferedDecoder:
    """A whole body, decoded while it arrives, within a limit."""

    __slots__ = ("_decoder", "_limit", "_pieces", "_received", "_size")

    def __init__(self, decoder: Decoder, limit: int) -> None:
        self._decoder = decoder
        self._limit = limit
        self._pieces: list[bytes] = []
        self._received = 0
        self._size = 0

    def feed(self, piece: bytes) -> None:
        """Decode all that can be."""
        self._decoder.feed(piece)
        self._received += len(piece)
        while out := self._decoder.read():
            self._pieces.append(out)
            self._size += len(out)
            bomb = self._size > _BOMB_SIZE and self._size > _BOMB_RATIO * self._received
            if bomb or self._size > self._limit:
                raise _corrupt("the body of the answer decompresses to too much")

    def finish(self) -> list[bytes]:
        """The pieces of the body, which has to be whole."""
        self._decoder.finish()
        return self._pieces


def _corrupt(message: str) -> WireError:
    return WireError(message, phase=Phase.PROTOCOL, sent=Sent.MAYBE)
