"""Little that unfolds to much: the limits of size and ratio, in every coding, for whatever is read, on every way."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import httpx
import pytest

from mistral_async import SyncMistral
from mistral_async.errors import MistralError

COMMENT = b": " + b"x" * 997 + b"\n"
SIZE = 17_000 * len(COMMENT)  # more than 16 MiB, up to which any ratio is taken
LARGE = {"max_answer_size": SIZE // 2, "max_compression_ratio": 1e9}
ASK = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


def _library(name: str) -> Callable[[bytes], bytes]:
    return pytest.importorskip(name).compress


def _zlib_without_head(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def _br(data: bytes) -> bytes:
    return _library("brotli")(data)


def _zstd(data: bytes) -> bytes:
    return _library("zstandard")(data)


CODINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "deflate without a head": ("deflate", _zlib_without_head),
    "br": ("br", _br),
    "zstd": ("zstd", _zstd),
    "two": ("deflate, gzip", lambda data: gzip.compress(zlib.compress(data))),
    "five": (
        "br, zstd, gzip, deflate, gzip",
        lambda data: gzip.compress(zlib.compress(gzip.compress(_zstd(_br(data))))),
    ),
}


async def answer(client, place):
    return await client.chat.complete(**ASK)


async def stream(client, place):
    async with client.chat.stream(**ASK) as events:
        return [event async for event in events]


async def download(client, place):
    return await client.files.download("f")


async def pieces(client, place):
    async with client.files.download("f") as chunks:
        return [len(chunk) async for chunk in chunks]


async def saved(client, place):
    return await client.files.download("f").save(place / "file")


READ = {each.__name__: each for each in (answer, stream, download, pieces, saved)}
READ_BLOCKING = {
    "answer": lambda client, _: client.chat.complete(**ASK),
    "stream": lambda client, _: list(client.chat.stream(**ASK)),
    "download": lambda client, _: client.files.download("f").read(),
    "saved": lambda client, place: client.files.download("f").save(place / "file"),
}


@pytest.fixture(
    params=[
        pytest.param(("asyncio", {"use_uvloop": False}), id="asyncio"),
        pytest.param(("asyncio", {"use_uvloop": True}), id="uvloop", marks=pytest.mark.slow),
        pytest.param(("trio", {}), id="trio"),
    ],
)
def anyio_backend(request):
    return request.param


@pytest.fixture(scope="module")
def packed():
    """Comments of a stream, packed once for each coding."""
    made: dict[str, bytes] = {}

    def pack(coding: str) -> bytes:
        if coding not in made:
            made[coding] = CODINGS[coding][1](COMMENT * 17_000)
        return made[coding]

    return pack


@pytest.fixture
def bomb(start, tools, packed):
    """Start a server whose every answer is a bomb of a coding."""

    def make(coding: str, *, tls: bool = False):
        body, header = packed(coding), f"Content-Encoding: {CODINGS[coding][0]}"

        def fault(peer, request):
            media = "application/octet-stream" if request.target.endswith("content") else None
            peer.send(tools.answer(request, body, header, media=media))
            return True

        return start(fault, tls=tls)

    return make


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("read", READ)
async def test_a_bomb_is_an_error_that_names_its_limit(read, coding, bomb, connect, tools, tmp_path):
    server = bomb(coding)
    for setting, settings in (("max_compression_ratio", {}), ("max_answer_size", LARGE)):
        async with connect(server, **settings) as client:
            server.requests.clear()
            with pytest.raises(MistralError, match=setting) as caught:
                await READ[read](client, tmp_path)
        assert type(caught.value).__module__ == "mistral_async.errors"
        assert len(server.requests) == 1, "what is too large now is so again"
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("way", ["tls", "httpx"])
@pytest.mark.parametrize("read", READ)
async def test_a_bomb_on_another_way(read, way, bomb, connect, tmp_path):
    server = bomb("two", tls=way == "tls")
    settings = {"transport": httpx.AsyncHTTPTransport()} if way == "httpx" else {}
    async with connect(server, **settings) as client:
        with pytest.raises(MistralError, match="max_compression_ratio"):
            await READ[read](client, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("read", READ_BLOCKING)
def test_a_bomb_for_code_that_blocks(read, backend, bomb, tmp_path):
    server = bomb("br")
    with (
        SyncMistral("k", server_url=server.url, backend=backend) as client,
        pytest.raises(MistralError, match="max_compression_ratio"),
    ):
        READ_BLOCKING[read](client, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("coding", ["gzip", "five"])
async def test_limits_that_are_raised_let_it_through(coding, bomb, connect):
    async with connect(bomb(coding), max_compression_ratio=1e9) as client:
        assert len(await client.files.download("f")) == SIZE
