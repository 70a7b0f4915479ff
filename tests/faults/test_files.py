"""Faults of the caller's side of a file: a full disk, a folder that goes, a source that fails."""

from __future__ import annotations

import contextlib
import os

import anyio
import pytest

from mistral_async import errors

DATA = os.urandom(4 << 20)


def sending(data):
    """Send it to whoever asks; the lists stay what they are."""

    def fault(peer, request):
        body = data if request.target.endswith("/content") else None
        peer.send(peer.server.answer(request, body, media="application/octet-stream"))
        return True

    return fault


@pytest.fixture
def served(start, connect, tools, tls):
    server = start(sending(DATA), tls=tls)
    server.answer = tools.answer
    return server, connect(server)


@pytest.mark.full_disk(1 << 20)
async def test_a_disk_that_is_full(served, tools, tmp_path):
    server, client = served
    watch = tools.watch(client)
    target = tmp_path / "result.jsonl"
    target.write_bytes(b"what was there")
    with pytest.raises(OSError, match=r"too large|space") as caught:
        await client.files.download("1").save(target)
    assert not isinstance(caught.value, errors.MistralError | anyio.BrokenResourceError)  # the disk's own words
    assert [path.name for path in tmp_path.iterdir()] == ["result.jsonl"]
    assert target.read_bytes() == b"what was there"
    await watch.check(server)
    assert (await client.models.list()).data == []
    await watch.close(server)


async def test_a_folder_that_is_not_there(served, tools, tmp_path):
    server, client = served
    watch = tools.watch(client)
    with pytest.raises(FileNotFoundError):
        await client.files.download("1").save(tmp_path / "gone" / "result.jsonl")
    await watch.check(server)
    await watch.close(server)


async def test_a_reader_that_fails(served, tools, tmp_path):
    """Whatever is raised while a download is read ends it there and then."""
    server, client = served
    watch = tools.watch(client)

    def progress(done, size):
        raise LookupError

    with pytest.raises(LookupError):
        await client.files.download("1").save(tmp_path / "target", progress=progress)
    assert not list(tmp_path.iterdir())
    with contextlib.suppress(LookupError):
        async with client.files.download("1") as pieces:
            async for _ in pieces:
                raise LookupError
    await watch.check(server)
    await watch.close(server)


def unfinished(peer, request):
    raise AssertionError("the head was met")


unfinished.before_body = lambda peer: peer.gone()


@pytest.mark.parametrize("after", [0, 1, 40])
async def test_a_source_that_fails(served, tools, after):
    """It was the caller's mistake, it is the caller's exception; the server has no whole request."""
    server, client = served
    server.fault = unfinished
    watch = tools.watch(client)

    async def source():
        for _ in range(after):
            yield b"x" * 65536
        raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"):
        await client.files.upload(("a.pdf", source()), "ocr")
    assert await tools.soon(lambda: server.accepted == 1)
    assert not server.requests
    server.healthy = True
    await watch.check(server)
    assert (await client.models.list()).data == []
    await watch.close(server)
