"""WAV files as streams: a header may be followed by audio of unknown length, as recorders write into a pipe."""

from __future__ import annotations

import struct
from typing import Final

import msgspec

# Rule 1: Chunks that are not known are passed over, `fmt ` comes before `data`, and what follows `data` is no audio.
# Rule 2: A `data` chunk of no length, or of the largest that a program writes who does not know it, ends with the file.
# Rule 3: Samples come out whole, as the API takes them: one channel, little-endian; 8 bits become 16, and 24 become 32.

UNKNOWN_SIZE: Final = 0xFFFFFFFF
_LEAST_UNKNOWN: Final = 0x7FFF0000  # sox and arecord write about 2^31
_LARGEST_HEADER: Final = 1 << 20
_EXTENSIBLE: Final = 0xFFFE
_FLIP: Final = bytes(value ^ 0x80 for value in range(256))  # unsigned to signed
# The tag of a format and the bits of a sample, and the API's name of what comes out.
_ENCODINGS: Final = {
    (1, 8): "pcm_s16le",
    (1, 16): "pcm_s16le",
    (1, 24): "pcm_s32le",
    (1, 32): "pcm_s32le",
    (3, 32): "pcm_f32le",
    (6, 8): "pcm_alaw",
    (7, 8): "pcm_mulaw",
}
_TAGS: Final = {
    "pcm_s16le": (1, 16),
    "pcm_s32le": (1, 32),
    "pcm_f32le": (3, 32),
    "pcm_alaw": (6, 8),
    "pcm_mulaw": (7, 8),
}


class WavError(ValueError):
    """Bytes that are no WAV file, or one whose samples the API does not take."""


class WavFormat(msgspec.Struct, frozen=True):
    """The format in a header: `encoding` is the API's name for the samples as they come out."""

    encoding: str
    sample_rate: int
    channels: int
    tag: int
    bits: int

    @property
    def frame_size(self) -> int:
        """Return the bytes of one sample of every channel."""
        return self.channels * self.bits // 8


class WavParser:
    """A parser of a WAV file that arrives in pieces; `feed` returns the samples in each."""

    def __init__(self) -> None:
        self.format: WavFormat | None = None
        """What the header says, once it has been read."""
        self._pending = bytearray()
        self._at = 12  # in what is pending: where the next chunk of the header begins
        self._in_data = False
        self._left: int | None = None  # bytes of the data chunk; None is all that comes

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and return the samples in them.

        Raises:
            WavError: It is no WAV file, or its samples are of a kind that the API does not take.
        """
        self._pending += data
        if not self._in_data and not self._read_header():
            return b""
        return self._take_samples()

    def _read_header(self) -> bool:
        data = self._pending
        if not is_wav(bytes(data[:12])):
            raise WavError("this is no WAV file: it does not begin with RIFF and WAVE")
        while len(data) >= (at := self._at) + 8:
            name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
            if name == b"data":
                if self.format is None:
                    raise WavError("the WAV file does not say its format before its audio")
                self._in_data = True
                self._left = None if size == 0 or size >= _LEAST_UNKNOWN else size
                del data[: at + 8]
                return True
            if at + 8 + size > _LARGEST_HEADER:
                raise WavError("the WAV file has no audio in its first megabyte")
            if len(data) < at + 8 + size:
                return False
            if name == b"fmt ":
                self.format = _parse_format(bytes(data[at + 8 : at + 8 + size]))
            self._at += 8 + size + size % 2
        return False

    def _take_samples(self) -> bytes:
        if self._left is not None:
            del self._pending[self._left :]
        if self.format is None:  # there is one once there is data
            return b""
        whole = len(self._pending) // self.format.frame_size * self.format.frame_size
        frames = bytes(self._pending[:whole])
        del self._pending[:whole]
        if self._left is not None:
            self._left -= whole
        return _convert(frames, self.format)


def is_wav(head: bytes) -> bool:
    """Return whether a file that begins with these bytes, 12 at most, may be a WAV file; none may be."""
    return any(_agree(head, name + b"????WAVE") for name in (b"RIFF", b"RF64"))


def _agree(head: bytes, pattern: bytes) -> bool:
    return all(found == wanted or wanted == ord("?") for found, wanted in zip(head, pattern, strict=False))


def wav_header(*, sample_rate: int, encoding: str = "pcm_s16le", size: int | None = None) -> bytes:
    """Return the header of a mono file with `size` bytes of audio; None is for a length that is not known yet."""
    tag, bits = _TAGS[encoding]
    width = bits // 8
    body = struct.pack("<HHIIHH", tag, 1, sample_rate, sample_rate * width, width, bits)
    whole = UNKNOWN_SIZE if size is None else size + 36
    return (
        b"RIFF"
        + struct.pack("<I", whole)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + body
        + b"data"
        + struct.pack("<I", UNKNOWN_SIZE if size is None else size)
    )


def _parse_format(body: bytes) -> WavFormat:
    if len(body) < 16:  # noqa: PLR2004 - the length of the part that every format has
        raise WavError("the WAV file's format is cut off")
    tag, channels, sample_rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if tag == _EXTENSIBLE and len(body) >= 26:  # noqa: PLR2004 - up to the two bytes of the GUID that are the tag
        tag = int.from_bytes(body[24:26], "little")
    encoding = _ENCODINGS.get((tag, bits))
    if encoding is None or not channels or not sample_rate:
        raise WavError(
            f"the WAV file's samples are of a kind that the API does not take (format {tag}, {bits} bits): "
            "convert it to 16 bit PCM, as with `ffmpeg -i FILE -c:a pcm_s16le -f wav -`"
        )
    return WavFormat(encoding, sample_rate, channels, tag, bits)


def _convert(frames: bytes, form: WavFormat) -> bytes:
    width = form.bits // 8
    if form.channels > 1:
        first = bytearray(len(frames) // form.channels)
        for byte in range(width):
            first[byte::width] = frames[byte :: form.frame_size]
        frames = bytes(first)
    match form.tag, form.bits:
        case 1, 8:
            wide = bytearray(2 * len(frames))
            wide[1::2] = frames.translate(_FLIP)
            return bytes(wide)
        case 1, 24:
            wide = bytearray(len(frames) // 3 * 4)
            for byte in range(3):
                wide[byte + 1 :: 4] = frames[byte::3]
            return bytes(wide)
        case _:
            return frames


def with_length(head: bytes, size: int) -> bytes | None:
    """Return the head of a whole WAV file of `size` bytes with its lengths in it; None if they are there already."""
    at = 12
    while is_wav(head[:12]) and len(head) >= at + 8:
        length = int.from_bytes(head[at + 4 : at + 8], "little")
        if head[at : at + 4] == b"data":
            if length != 0 and length < _LEAST_UNKNOWN:
                return None
            whole, data = (struct.pack("<I", min(value, UNKNOWN_SIZE)) for value in (size - 8, size - at - 8))
            return head[:4] + whole + head[8 : at + 4] + data + head[at + 8 :]
        at += 8 + length + length % 2
    return None
