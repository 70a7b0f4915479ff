"""Zstandard (RFC 8878), in an envelope of MessagePack that says what it is compressed with. No I/O."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Final, Literal

import msgspec

from mistral_async.errors import MissingExtraError, PayloadCompressionError
from mistral_async.payloads._settings import PayloadCompression

LARGEST: Final = 512 * 1024 * 1024  # bytes that a payload may unfold to


class _Algorithm(msgspec.Struct):
    algorithm: Literal["zstd"] = msgspec.field()
    level: int = 3


class _Envelope(msgspec.Struct):
    compression: _Algorithm
    payload: bytes


def compress(data: bytes, settings: PayloadCompression) -> bytes | None:
    """Return the compressed payload, None where it would not be smaller."""
    compressed: bytes = load_zstd().compress(data, settings.level)
    if len(compressed) >= len(data):
        return None
    return msgspec.msgpack.encode(_Envelope(_Algorithm("zstd", settings.level), compressed))


def decompress(data: bytes) -> bytes:
    """Return the payload; raises `PayloadCompressionError` for what is none, or unfolds to more than 512 MiB."""
    try:
        zstd = load_zstd()
    except MissingExtraError as missing:  # an answer has come: it is the payload that can not be read
        raise PayloadCompressionError(f"the payload can not be decompressed: {missing}") from None
    try:
        envelope = msgspec.msgpack.decode(data, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise PayloadCompressionError("the payload can not be decompressed: its envelope is not of zstd") from None
    content, left = bytearray(), envelope.payload
    while left:  # one frame after the other: some encoders write several
        decompressor = zstd.ZstdDecompressor()
        try:
            content += decompressor.decompress(left, max_length=LARGEST + 1 - len(content))
        except zstd.ZstdError:
            raise PayloadCompressionError("the payload can not be decompressed: it is damaged") from None
        if len(content) > LARGEST:
            raise PayloadCompressionError(f"the payload unfolds to more than {LARGEST} bytes")
        if not decompressor.eof:
            raise PayloadCompressionError("the payload can not be decompressed: it is cut")
        left = decompressor.unused_data
    return bytes(content)


def load_zstd() -> ModuleType:
    """Return Python's own module, or its backport."""
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError:
        raise MissingExtraError("compression needs backports.zstd: pip install mistral-async[workflows]") from None
    return zstd
