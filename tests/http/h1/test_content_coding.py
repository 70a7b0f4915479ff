"""Content codings, undone piece by piece: whole, cut, corrupt, and far larger than they look."""

from __future__ import annotations

import functools
import gzip
import timeit
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async._http.h1 import content_coding as _decode
from mistral_async._http.h1.content_coding import STEP, accept_encoding, decoder_for
from mistral_async._http.protocol import LimitError, Limits, Phase, WireError


def raw_deflate(data):
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


def library(name):
    return pytest.importorskip(name)


CODINGS = {
    "gzip": (b"gzip", gzip.compress),
    "x-gzip": (b"X-GZip", gzip.compress),
    "deflate": (b"deflate", zlib.compress),
    "raw deflate": (b"deflate", raw_deflate),
    "br": (b"br", lambda data: library("brotli").compress(data, quality=2)),
    "zstd": (b"zstd", lambda data: library("zstandard").compress(data)),
    "two": (b"gzip, br", lambda data: library("brotli").compress(gzip.compress(data), quality=2)),
    "frames": (b"gzip", lambda data: gzip.compress(data[:100]) + gzip.compress(data[100:])),
    "zstd frames": (b"zstd", lambda data: b"".join(map(library("zstandard").compress, (data[:9], data[9:])))),
}
UNBOUNDED = 4 * 1024 * 1024  # what 128 bytes can unfold to where the library sets no bound
BODIES = [b"", b"x", b"hello world" * 100, bytes(3 * STEP), bytes(range(256)) * 5000]


@pytest.fixture(params=CODINGS)
def coding(request):
    return CODINGS[request.param]


@pytest.fixture(params=["zstd", "zstandard", "brotlicffi"])
def stand_in(request, monkeypatch):
    """The libraries that are not the first choice."""
    known, others = _decode._codings(), {}
    monkeypatch.setattr(_decode, "_codings", lambda: known | others)
    match request.param:
        case "zstd":
            others["zstd"] = functools.partial(_decode._Zstd, library("backports.zstd"))
            return b"zstd", lambda data: library("zstandard").compress(data)
        case "zstandard":
            others["zstd"] = functools.partial(_decode._Zstandard, library("zstandard"))
            return b"zstd", lambda data: library("zstandard").compress(data)
        case _:
            others["br"] = functools.partial(_decode._Brotli, library("brotlicffi"))
            return b"br", lambda data: library("brotli").compress(data, quality=2)


def decode(name, data, step):
    decoder = decoder_for(name)
    pieces = []
    for at in range(0, len(data), step):
        decoder.feed(data[at : at + step])
        while (piece := decoder.read()) is not None:
            assert len(piece) <= STEP + UNBOUNDED
            pieces.append(piece)
    decoder.finish()
    return b"".join(pieces)


@pytest.mark.parametrize("body", BODIES, ids=len)
@pytest.mark.parametrize("step", [1, 1000, 1 << 30])
def test_what_was_compressed_comes_back(coding, body, step):
    """Rules 1, 3 and 4."""
    name, compress = coding
    data = compress(body)
    if step > 1 or len(data) < 20_000:
        assert decode(name, data, step) == body


@pytest.mark.parametrize("body", BODIES, ids=len)
@pytest.mark.parametrize("step", [1, 1000, 1 << 30])
def test_the_same_with_the_other_libraries(stand_in, body, step):
    test_what_was_compressed_comes_back(stand_in, body, step)


@pytest.mark.parametrize("body", BODIES[1:], ids=len)
def test_what_is_cut_is_an_error(coding, body):
    """Rule 4."""
    name, compress = coding
    data = compress(body)
    for cut in (1, len(data) // 3, len(data) - 1):
        with pytest.raises(WireError) as caught:
            decode(name, data[:-cut], 1000)
        assert caught.value.phase is Phase.PROTOCOL


def test_nothing_at_all_is_an_empty_body(coding):
    """Rule 4."""
    assert decode(coding[0], b"", 1) == b""


def test_what_is_corrupt_is_an_error(coding):
    name, compress = coding
    data = bytearray(compress(b"hello world, hello world" * 50))
    data[len(data) // 2] ^= 0xFF
    data[0] ^= 0xFF
    with pytest.raises(WireError):
        decode(name, bytes(data), 1000)


@pytest.mark.parametrize("name", [b"gzip", b"deflate", b"br", b"zstd"])
@given(st.binary(max_size=100), st.integers(1, 10))
def test_noise_raises_nothing_but_ours(name, data, step):
    try:
        decode(name, data, step)
    except WireError:
        pass


@pytest.mark.parametrize("name", [b"", b"identity", b"Identity, identity", b"unheard-of", b"gzip, unheard-of"])
def test_what_is_left_as_it_is(name):
    """Rule 3."""
    assert decoder_for(name) is None


def test_what_is_asked_for_is_understood():
    """Rule 1."""
    assert accept_encoding().startswith("gzip, deflate")
    for name in accept_encoding().split(", "):
        assert decoder_for(name.encode()) is not None


def unfold(name, data, limits):
    """The size that it unfolds to, within the limits."""
    decoder = decoder_for(name, limits)
    decoder.feed(data)
    size = 0
    while (piece := decoder.read()) is not None:
        size += len(piece)
    decoder.finish()
    return size


@pytest.mark.parametrize("nested", ["gzip", "deflate", "br", "zstd", "two", "frames"])
def test_a_bomb_is_refused_before_it_fills_the_memory(nested):
    """Rule 2."""
    name, compress = CODINGS[nested]
    with pytest.raises(LimitError, match=r"200 times its size.* max_compression_ratio"):
        unfold(name, compress(bytes(100 * 1024 * 1024)), Limits(1 << 40))


def test_what_an_outer_coding_unfolds_to_is_limited_too():
    """Rule 2: many empty members, which come to nothing."""
    empty = gzip.compress(gzip.compress(b"", mtime=0) * 100_000)
    with pytest.raises(LimitError, match="more than 100000 bytes"):
        unfold(b"gzip, gzip", empty, Limits(100_000))


def test_the_limit_of_the_size():
    """Rule 2."""
    body = bytes(range(256)) * 100
    assert unfold(b"gzip", gzip.compress(body), Limits(len(body))) == len(body)
    with pytest.raises(LimitError, match=rf"more than {len(body) - 1} bytes.* max_answer_size"):
        unfold(b"gzip", gzip.compress(body), Limits(len(body) - 1))


def test_the_limit_of_the_ratio_can_be_raised():
    """Rule 2."""
    assert unfold(b"gzip", gzip.compress(bytes(20_000_000)), Limits(ratio=2000)) == 20_000_000


def test_there_are_at_most_ten_codings():
    """Rule 3."""
    assert decoder_for(b",".join([b"gzip"] * 10)) is not None
    with pytest.raises(WireError, match="11 content codings"):
        decoder_for(b", ".join([b"gzip"] * 11))
    with pytest.raises(WireError, match="content codings"):
        decoder_for(b"gzip," * 2000 + b"gzip")


AFTER = [
    *(b"\0", b"\n", b"\0" * 16, b"\0" * 5000, b"junk", b"\x1f", b"X", b"{}" * 300_000),
    b"junk" + gzip.compress(b"more"),
    b"\0junk \x28\xb5\x2f\xfd more",
]
"""What follows a whole body and belongs to no other frame."""


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "raw deflate", "zstd", "frames", "zstd frames"])
@pytest.mark.parametrize("after", AFTER, ids=lambda after: f"{after[:5]!r}*{len(after)}")
@pytest.mark.parametrize("step", [1, 7, 1 << 30])
def test_what_follows_a_body_is_dropped(coding, after, step):
    """Rule 4."""
    name, compress = CODINGS[coding]
    if step == 1 << 30 or len(after) < 10_000:
        assert decode(name, compress(b"hello" * 99) + after, step) == b"hello" * 99


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
@given(zeros=st.integers(0, 9), step=st.integers(1, 60))
def test_frames_may_have_zeros_between_them(coding, zeros, step):
    """Rule 4."""
    name, compress = CODINGS[coding]
    data = compress(b"one") + bytes(zeros) + compress(b"two") + bytes(zeros)
    assert decode(name, data, step) == b"onetwo"
    with pytest.raises(WireError):
        decode(name, data[: -3 - zeros], step)


def test_a_frame_of_zstd_may_be_one_to_skip():
    """Rule 4."""
    compress = library("zstandard").compress
    skipped = b"\x5a\x2a\x4d\x18\x04\0\0\0skip"
    for step in (1, 9, 1000):
        assert decode(b"zstd", skipped + compress(b"one") + skipped + compress(b"two") + skipped, step) == b"onetwo"


def test_time_is_linear_in_what_follows():
    """Rule 5."""

    def seconds(count):
        data = gzip.compress(b"x") + b"junk" * count
        return min(timeit.repeat(lambda: decode(b"gzip", data, 1000), number=1, repeat=3))

    assert seconds(400_000) < 10 * seconds(100_000) + 0.01
