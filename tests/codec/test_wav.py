"""WAV files that arrive in pieces, as the standard library and as recorders write them."""

from __future__ import annotations

import io
import struct
import wave

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistral_async._codec.wav import WavError, WavParser, is_wav, wav_header, with_length


def parsed(data, piece=None):
    parser = WavParser()
    size = piece or len(data)
    return b"".join(parser.feed(data[at : at + size]) for at in range(0, len(data), size)), parser.format


def written(frames, *, channels=1, width=2, rate=16_000):
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((channels, width, rate, 0, "NONE", ""))
        out.writeframes(frames)
    return file.getvalue()


def chunk(name, body):
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def riff(*chunks, name=b"RIFF"):
    return name + b"\xff\xff\xff\xffWAVE" + b"".join(chunks)


def form(tag, bits, *, channels=1, rate=8_000, more=b""):
    frame = channels * bits // 8
    return chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * frame, frame, bits) + more)


@settings(max_examples=50)
@given(st.binary(min_size=2, max_size=200), st.integers(1, 60), st.integers(8_000, 96_000))
def test_what_the_standard_library_writes_is_read_however_it_is_cut(frames, piece, rate):
    frames = frames[: len(frames) // 2 * 2]
    samples, found = parsed(written(frames, rate=rate), piece)
    assert samples == frames
    assert (found.encoding, found.sample_rate, found.channels) == ("pcm_s16le", rate, 1)


@settings(max_examples=50)
@given(st.binary(max_size=200), st.integers(1, 60))
def test_nothing_but_our_own_error_comes_of_any_bytes(data, piece):
    try:
        parsed(data, piece)
    except WavError as error:
        assert "WAV" in str(error)  # noqa: PT017  most bytes are none, some are the beginning of one
    try:
        parsed(riff(form(1, 16), data), piece)
    except WavError as error:
        assert "WAV" in str(error)  # noqa: PT017  as above


@pytest.mark.parametrize("size", [0, 0x7FFFFFFF - 36, 0x80000000, 0xFFFFFFFF])
def test_a_stream_of_unknown_length_is_all_that_comes(size):
    """Rule 2."""
    data = riff(form(1, 16), b"data" + struct.pack("<I", size)) + bytes(range(250)) * 4
    assert parsed(data, 7)[0] == bytes(range(250)) * 4


def test_what_surrounds_the_audio_is_passed_over():
    """Rule 1."""
    audio = bytes(range(100))
    data = riff(
        chunk(b"LIST", b"odd"), form(1, 16, more=b"\0\0"), chunk(b"fact", b"1234"), chunk(b"data", audio), name=b"RF64"
    )
    for piece in (None, 1, 13):
        assert parsed(data + chunk(b"LIST", b"more"), piece)[0] == audio


@pytest.mark.parametrize(
    ("header", "frames", "samples", "encoding"),
    [
        (form(1, 8), b"\x80\xff\x00", b"\0\0\0\x7f\0\x80", "pcm_s16le"),
        (form(1, 24), b"abcdef", b"\0abc\0def", "pcm_s32le"),
        (form(1, 32), b"abcd", b"abcd", "pcm_s32le"),
        (form(3, 32), b"abcd", b"abcd", "pcm_f32le"),
        (form(6, 8), b"abc", b"abc", "pcm_alaw"),
        (form(7, 8), b"abc", b"abc", "pcm_mulaw"),
        (form(1, 16, channels=2), b"llrrLLRR", b"llLL", "pcm_s16le"),
        (form(1, 24, channels=3), b"abc......", b"\0abc", "pcm_s32le"),
        (form(0xFFFE, 16, more=struct.pack("<HHIH", 22, 16, 4, 1) + bytes(14)), b"ab", b"ab", "pcm_s16le"),
    ],
)
def test_samples_come_out_as_the_api_takes_them(header, frames, samples, encoding):
    """Rule 3."""
    for piece in (None, 1):
        found, read = parsed(riff(header, chunk(b"data", frames)), piece)
        assert (found, read.encoding) == (samples, encoding)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"ID3\4 and so on", "no WAV file"),
        (b"RIFF\0\0\0\0AVI ", "no WAV file"),
        (riff(form(1, 12), b"data"), r"\(format 1, 12 bits\): convert it to 16 bit PCM, as with `ffmpeg"),
        (riff(form(2, 4), b"data"), r"format 2"),
        (riff(form(1, 16, channels=0)), "format 1"),
        (riff(chunk(b"fmt ", b"short")), "cut off"),
        (riff(chunk(b"data", b"ab")), "does not say its format"),
        (riff(chunk(b"JUNK", bytes(1 << 20))) + b"more", "no audio in its first megabyte"),
        (riff(form(1, 16), chunk(b"JUNK", bytes(1 << 20)), chunk(b"data", b"ab")), "no audio in its first megabyte"),
        (riff(b"JUNK" + struct.pack("<I", 1 << 20)), "no audio in its first megabyte"),
    ],
)
def test_what_cannot_be_read_is_told(data, problem):
    with pytest.raises(WavError, match=problem):
        parsed(data)


@pytest.mark.parametrize("encoding", ["pcm_s16le", "pcm_s32le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"])
@pytest.mark.parametrize("size", [None, 8])
def test_headers_of_our_own(encoding, size):
    samples, found = parsed(wav_header(sample_rate=24_000, encoding=encoding, size=size) + b"8 bytes!")
    assert samples == b"8 bytes!"
    assert (found.encoding, found.sample_rate) == (encoding, 24_000)


def test_a_header_with_a_length_is_read_by_the_standard_library():
    with wave.open(io.BytesIO(wav_header(sample_rate=24_000, size=4) + b"abcd")) as file:
        assert (file.getframerate(), file.getnframes(), file.readframes(9)) == (24_000, 2, b"abcd")


def test_what_may_become_a_wav_file():
    assert all(map(is_wav, (b"", b"RI", b"RIFF\1\2\3\4WAV", b"RF64\1\2\3\4WAVE")))
    assert not any(map(is_wav, (b"ID3", b"RIFX", b"RIFF\1\2\3\4AVI ")))


@settings(max_examples=30)
@given(st.binary(max_size=99), st.sampled_from([0, 0x80000000, 0xFFFFFFFF]))
def test_a_file_that_did_not_know_its_length_gets_it(audio, size):
    audio = audio[: len(audio) // 2 * 2]
    data = riff(chunk(b"LIST", b"odd"), form(1, 16), b"data" + struct.pack("<I", size)) + audio
    head = with_length(data[:100], len(data))
    assert len(head) == len(data[:100])
    with wave.open(io.BytesIO(head + data[100:])) as file:
        assert file.readframes(99) == audio
    assert with_length(head, len(data)) is None or not audio


def test_what_has_no_length_to_set_is_left():
    for data in (b"", b"ID3", riff(), riff(form(1, 16)), wav_header(sample_rate=8_000, size=4) + b"abcd"):
        assert with_length(data, len(data)) is None
