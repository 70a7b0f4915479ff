"""Content codings, undone piece by piece: whole, cut, corrupt, and far larger than they look."""

from __future__ import annotations

import functools
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async._http.h1 import content_coding as _decode
from mistral_async._http.h1.content_coding import STEP, BufferedDecoder, accept_encoding, decoder_for
from mistral_async._http.protocol import Phase, WireError


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
        while piece := decoder.read():
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


def test_a_bomb_is_refused_before_it_fills_the_memory(coding):
    """Rule 2."""
    name, compress = coding
    buffered = BufferedDecoder(decoder_for(name), 1 << 40)
    with pytest.raises(WireError, match="too much"):
        buffered.feed(compress(bytes(100 * 1024 * 1024)))


def test_the_limit_of_a_whole_body():
    """Rule 2."""
    body = bytes(range(256)) * 100
    buffered = BufferedDecoder(decoder_for(b"gzip"), len(body))
    buffered.feed(gzip.compress(body))
    assert b"".join(buffered.finish()) == body
    buffered = BufferedDecoder(decoder_for(b"gzip"), len(body) - 1)
    with pytest.raises(WireError, match="too much"):
        buffered.feed(gzip.compress(body))
