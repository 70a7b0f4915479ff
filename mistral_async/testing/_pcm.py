"""Raw audio: sample formats, and speech whose loudness spells its text, so that it can be transcribed.

Spoken text is one byte of UTF-8 each 20 ms, a square wave whose loudness in either half is one of sixteen levels.
The levels survive conversion to every format, so that text comes back from any of them.
"""

from __future__ import annotations

import math
import struct
from bisect import bisect_left
from collections.abc import Callable
from functools import cache

import msgspec

SLOTS_PER_SECOND = 50
"""Bytes of text in a second of speech; a slot is as long as the usual piece of streamed audio."""

_LEVELS = 16
_LOUDEST = 17  # a level below full scale
_SILENCE = 0.02
_TOLERANCE = 0.35  # of the distance between two levels
_PERIOD = 400  # changes of sign in a second
_POINTS = (0.13, 0.41, 0.57, 0.83)  # where a half of a slot is measured: at no simple fraction of a wave


class Slot(msgspec.Struct, frozen=True):
    """A sound or a silence of 20 ms: `byte` is None in silence and in sound that is not spoken text."""

    voiced: bool
    byte: int | None = None


class SampleFormat(msgspec.Struct, frozen=True):
    """A format of samples: bytes each, and conversions from and to -1.0 to 1.0."""

    width: int
    read: Callable[[bytes | bytearray, int], float]
    write: Callable[[float], bytes]


def _packed(code: str, scale: int) -> SampleFormat:
    whole = struct.Struct(code)
    real = scale == 1

    def read(data: bytes | bytearray, index: int) -> float:
        value: float = whole.unpack_from(data, index * whole.size)[0]
        return value / scale if math.isfinite(value) else 0.0

    def write(value: float) -> bytes:
        return whole.pack(value if real else round(value * (scale - 1)))

    return SampleFormat(whole.size, read, write)


def _companded(expand: Callable[[int], int]) -> SampleFormat:
    """Return a format of G.711: one byte a sample, fine where it is quiet and coarse where it is loud."""
    table = [expand(code) / (1 << 15) for code in range(256)]
    order = sorted(range(256), key=table.__getitem__)
    levels = [table[code] for code in order]

    def read(data: bytes | bytearray, index: int) -> float:
        return table[data[index]]

    def write(value: float) -> bytes:
        after = bisect_left(levels, value)
        near = [at for at in (after - 1, after) if 0 <= at < len(levels)]
        return bytes([order[min(near, key=lambda at: abs(levels[at] - value))]])

    return SampleFormat(1, read, write)


def _expand_mulaw(code: int) -> int:
    code ^= 0xFF
    magnitude = ((((code & 0x0F) << 3) + 0x84) << (code >> 4 & 7)) - 0x84
    return -magnitude if code & 0x80 else magnitude


def _expand_alaw(code: int) -> int:
    code ^= 0x55
    segment, step = code >> 4 & 7, ((code & 0x0F) << 4) + 8
    magnitude = (step + 0x100) << (segment - 1) if segment else step
    return magnitude if code & 0x80 else -magnitude


FORMATS: dict[str, SampleFormat] = {
    "pcm_s16le": _packed("<h", 1 << 15),
    "pcm_s32le": _packed("<i", 1 << 31),
    "pcm_f16le": _packed("<e", 1),
    "pcm_f32le": _packed("<f", 1),
    "pcm_mulaw": _companded(_expand_mulaw),
    "pcm_alaw": _companded(_expand_alaw),
}
"""The formats of realtime audio, by the names of the API."""


def spoken(text: str, encoding: str = "pcm_s16le", sample_rate: int = 16_000, *, silence: float = 0.0) -> bytes:
    """Return raw mono audio which the fake server transcribes as `text`, with `silence` seconds after it.

    Raises:
        ValueError: The encoding is none of the API's.
    """
    if encoding not in FORMATS:
        raise ValueError(f"encoding is one of {', '.join(FORMATS)}, not {encoding!r}")
    speech = b"".join(_slot(byte, encoding, sample_rate) for byte in text.encode("utf-8", "replace"))
    return speech + FORMATS[encoding].write(0.0) * round(silence * sample_rate)


def hear(data: bytes | bytearray, encoding: str) -> Slot:
    """Return what is heard in the samples of one slot."""
    read, count = FORMATS[encoding].read, len(data) // FORMATS[encoding].width
    voiced, byte = False, 0
    for half in (0, 1):
        levels: list[float] = []
        for point in _POINTS:
            index = int((half + point) * count / 2)
            sign = _sign(index / count / SLOTS_PER_SECOND)
            levels.append(read(data, index) * sign)
        voiced = voiced or max(map(abs, levels)) > _SILENCE
        nibble = round(levels[0] * _LOUDEST) - 1
        steady = all(abs(level * _LOUDEST - nibble - 1) < _TOLERANCE for level in levels)
        byte = byte << 4 | nibble if steady and 0 <= nibble < _LEVELS and byte >= 0 else -1
    return Slot(voiced, byte if byte >= 0 else None)


@cache
def _slot(byte: int, encoding: str, sample_rate: int) -> bytes:
    count = sample_rate // SLOTS_PER_SECOND
    samples: list[bytes] = []
    for index in range(count):
        nibble = byte & 0x0F if index >= count / 2 else byte >> 4
        level = (nibble + 1) / _LOUDEST
        samples.append(FORMATS[encoding].write(level * _sign(index / sample_rate)))
    return b"".join(samples)


def _sign(seconds: float) -> int:
    return -1 if int(seconds * _PERIOD + 1e-9) % 2 else 1
