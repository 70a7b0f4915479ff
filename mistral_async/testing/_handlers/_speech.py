"""Synthetic speech that contains its own text, so that a transcription gives the text back."""

from __future__ import annotations

import math
import struct
from base64 import b64decode
from functools import lru_cache

from mistral_async.testing._errors import invalid_argument

_RATE = 16_000
_MARK = b"fake-speech:"
_LENGTH = 4  # bytes before a mark: the length from there
_CHARACTERS_PER_SECOND = 15
_LONGEST_TONE = 2.0
_MAGIC = {"mp3": b"ID3\x04\x00\x00\x00\x00\x00\x00", "flac": b"fLaC", "opus": b"OggS\x00\x02"}
_HALF = 0x4000


def decode_audio(text: str) -> bytes:
    """Decode base64 audio; raises 400 if it is none."""
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        data = b""
    if not data:
        raise invalid_argument("Audio input could not be decoded", kind="invalid_request_audio", code="3291")
    return data


def synthesize(text: str, form: str) -> bytes:
    """Return a tone as long as speaking `text` takes, with the text inside; `pcm` is the tone alone."""
    samples = _tone(min(_LONGEST_TONE, seconds_of(text)))
    note = _MARK + text.encode("utf-8", "replace")
    match form:
        case "pcm":
            return samples
        case "wav":
            return _wav(samples, note)
        case _:
            return _MAGIC.get(form, _MAGIC["mp3"]) + struct.pack(">I", len(note)) + note + samples


def transcript_of(data: bytes) -> str | None:
    """Return the text that `synthesize` put into the files joined in `data`, "" for silence, None for other audio."""
    is_wav = data.startswith(b"RIFF")
    texts: list[str] = []
    start = data.find(_MARK, _LENGTH)
    while start >= 0:
        text = start + len(_MARK)
        end = max(text, start + int.from_bytes(data[start - _LENGTH : start], "little" if is_wav else "big"))
        texts.append(data[text:end].decode("utf-8", "replace"))
        start = data.find(_MARK, end + _LENGTH)
    if texts:
        return "".join(texts)
    return "" if is_wav and not any(data[44:]) else None


def seconds_of(text: str) -> float:
    """Return how many seconds it takes to say `text`."""
    return max(1, len(text)) / _CHARACTERS_PER_SECOND


def duration(data: bytes) -> float:
    """Return the seconds of audio: from its text, its WAV header, or its size."""
    text = transcript_of(data)
    if text:
        return seconds_of(text)
    if data.startswith(b"RIFF") and len(data) >= 44:  # noqa: PLR2004  the length of a WAV header
        rate: int = struct.unpack("<I", data[28:32])[0]
        return len(data[44:]) / max(1, rate)
    return len(data) / _RATE


def _wav(samples: bytes, note: bytes) -> bytes:
    info = b"INFOICMT" + struct.pack("<I", len(note)) + note + b"\0" * (len(note) % 2)
    chunks = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, _RATE, _RATE * 2, 2, 16)
    chunks += b"data" + struct.pack("<I", len(samples)) + samples + b"LIST" + struct.pack("<I", len(info)) + info
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks


@lru_cache(maxsize=16)
def _tone(seconds: float) -> bytes:
    count = int(seconds * _RATE)
    wave = (round(_HALF * math.sin(2 * math.pi * 440 * index / _RATE)) for index in range(count))
    return struct.pack(f"<{count}h", *wave)
