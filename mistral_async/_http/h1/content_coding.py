"""Undo content codings (RFC 9110 §8.4: gzip, deflate, br, zstd) piece by piece, never more than asked for at a time."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import zlib
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Protocol

from mistral_async._http.protocol import STEP, LimitError, Limits, Phase, Sent, WireError

# Rule 1: Output is bounded. A few bytes may decompress to gigabytes, so each call of a library states the most that it
#         may return (about `STEP`), and a library that can not is fed so little that it returns 4 MiB at the very most.
#         br and zstd are asked for only where a library is installed that this is possible with.
# Rule 2: What a body unfolds to is limited, in bytes and, beyond `_BOMB_SIZE`, as a multiple of what was received.
#         Both hold for what each of several codings unfolds to, and are checked after each step.
# Rule 3: Codings are undone in the reverse order of the header (§8.4), each decoder pulling from the one around it.
#         With one unknown among them nothing is undone: the body is as it was sent. More than `_MAX_CODINGS` are none
#         that anybody means.
# Rule 4: A body may be several frames, one after the other (gzip members, zstd frames), also with zero bytes between
#         them. It is cut when the last frame has begun and not ended; an empty body is whole. What follows a frame and
#         begins no other is dropped, and all behind it, as browsers and curl do: the body is whole without it. A single
#         byte at the very end is no beginning of a frame, two are.
# Rule 5: Time is linear in input and output for pieces as small as those of a socket: what a step leaves of a piece is
#         copied by the next step, what waits behind it is not.
# Rule 6: A step calls each library once at most, and may have no output yet. So who reads decides, between two steps,
#         whether to let others go on.

_BOMB_SIZE: Final = 16 * 1024 * 1024  # bytes
_MAX_CODINGS: Final = 10
_ZSTANDARD_SLICE: Final = 128  # bytes in, since zstandard does not bound what comes out: 4 MiB at the very most
_GZIP_STARTS: Final = (b"\x1f\x8b\x08",)
_ZSTD_STARTS: Final = (b"\x28\xb5\x2f\xfd", *(bytes((kind, 0x2A, 0x4D, 0x18)) for kind in range(0x50, 0x60)))


class _Coding(Protocol):
    """The decoder of one frame, by the library of its coding."""

    eof: bool
    unused_data: bytes

    @property
    def starts(self) -> tuple[bytes, ...]:
        """Return what another frame may begin with; nothing for a coding of one frame."""
        ...

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
        self.starts = _GZIP_STARTS if wbits else ()
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

    starts: tuple[bytes, ...] = ()

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

    starts: tuple[bytes, ...] = _ZSTD_STARTS

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

    starts: tuple[bytes, ...] = _ZSTD_STARTS

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


def decoder_for(codings: bytes, limits: Limits | None = None) -> Decoder | None:
    """Return the decoder for a Content-Encoding header; None without a coding, or with an unknown one (rule 3)."""
    names = [name.strip().removeprefix("x-") for name in codings.decode("latin-1").lower().split(",")]
    names = [name for name in reversed(names) if name not in {"", "identity"}]
    if len(names) > _MAX_CODINGS:
        raise _corrupt(f"the answer has {len(names)} content codings, more than {_MAX_CODINGS}")
    decoder: Decoder | None = None
    for name in names:
        if (make := _codings().get(name)) is None:
            return None
        decoder = Decoder(make, decoder, limits or Limits())
    return decoder


class Decoder:
    """One coding, fed by its user or by the decoder of the coding around it."""

    __slots__ = ("_between", "_coding", "_ended", "_input", "_limits", "_make", "_outer", "_size", "_used", "received")

    def __init__(self, make: Callable[[], _Coding], outer: Decoder | None, limits: Limits) -> None:
        self.received = 0  # bytes fed, before any coding was undone
        self._make = make
        self._outer = outer
        self._limits = limits
        self._coding = make()
        self._used = False  # whether the current frame has had any input
        self._ended = False  # whether something followed the last frame that begins no other
        self._between = b""  # what may be the start of the next frame
        self._input: deque[bytes] = deque()
        self._size = 0  # bytes decoded

    def feed(self, data: bytes) -> None:
        """Add what has arrived."""
        self.received += len(data)
        if self._outer is not None:
            self._outer.feed(data)
        elif data:
            self._input.append(data)

    def read(self) -> bytes | None:
        """Take one step (rule 6): return about `STEP` decoded bytes, perhaps none; None when all is decoded."""
        data = b""
        if self._coding.eof or self._coding.needs_input:
            arrived = self._next_frame() if self._coding.eof else self._next_input()
            if not arrived:
                return arrived
            data = arrived
            if self._coding.eof:
                self._coding = self._make()
        self._used = True
        try:
            out = self._coding.decode(data, STEP)
        except Exception as error:
            raise _corrupt(f"the body of the answer is compressed wrongly: {error}") from error
        if self._coding.eof:
            self._used = False
            self._between = self._coding.unused_data
        self._size += len(out)
        self._check_size()
        return out

    def finish(self) -> None:
        """Raise a `WireError` unless the end of the body is the end of a frame (rule 4)."""
        if self._outer is not None:
            self._outer.finish()
        if self._used or len(self._between) > 1:
            raise _corrupt("the compressed body of the answer ends too early")

    def _next_input(self) -> bytes | None:
        """Return what is there to decode; None when it is all decoded, nothing after a step without output."""
        if self._outer is not None:
            return self._outer.read()
        return self._input.popleft() if self._input else None

    def _next_frame(self) -> bytes | None:
        """Return the start of another frame, and drop what is none (rule 4); else as `_next_input`."""
        data, self._between = self._between, b""
        if not data or any(start.startswith(data) for start in self._coding.starts):
            arrived = self._next_input()
            if not arrived:
                self._between = data
                return arrived
            data += arrived
        data = b"" if self._ended else data.lstrip(b"\0")
        if data.startswith(self._coding.starts):
            return data
        if not data or any(start.startswith(data) for start in self._coding.starts):
            self._between = data
        else:
            self._ended = True
        return b""

    def _check_size(self) -> None:
        limits, size = self._limits, self._size
        if size > limits.size:
            raise LimitError(
                f"the compressed answer unfolds to more than {limits.size} bytes; "
                "the client's max_answer_size allows more"
            )
        if size > _BOMB_SIZE and size > limits.ratio * self.received:
            raise LimitError(
                f"the compressed answer unfolds to more than {limits.ratio:g} times its size, as a decompression bomb"
                " does; the client's max_compression_ratio allows more"
            )


def _corrupt(message: str) -> WireError:
    return WireError(message, phase=Phase.PROTOCOL, sent=Sent.MAYBE)
