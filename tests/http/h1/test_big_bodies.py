"""Big bodies are read into memory that is used again: each answer is its own, and whatever is cut is an error."""

from __future__ import annotations

import random

import anyio
import pytest

from mistral_async._http.h1.buffers import MAX_BLOCK, MIN_BLOCK, BufferPool
from mistral_async._http.h1.response_reader import ResponseReader
from mistral_async._http.protocol import Limits, Phase, Timeouts, WireError

TIMEOUTS = Timeouts(connect=5, write=5, read=5)
SIZES = [MIN_BLOCK - 1, MIN_BLOCK, MIN_BLOCK + 1, 3 * MIN_BLOCK, 1_300_000]


def content(size, seed=0):
    return random.Random(seed).randbytes(size)


def asked(peer):
    """The bodies that are asked for: each request says how long and of which seed."""
    while (request := peer.read_request()) is not None:
        yield content(*map(int, request[1].split()))


@pytest.mark.parametrize("step", [None, 7777, 65536], ids=["at once", "in pieces", "in large pieces"])
async def test_every_size_arrives_whole(start, connect, http, tls, step):
    """Rule 1 of the buffers, rule 3 of the response reader."""

    def script(peer):
        for body in asked(peer):
            data = http.answer(body)
            for at in range(0, len(data), step or len(data)):
                peer.send(data[at : at + (step or len(data))])

    network = connect(start(script, tls=tls))
    for seed, size in enumerate([*SIZES, *reversed(SIZES)]):
        result = await network.current().send(http.POST, b"%d %d" % (size, seed), TIMEOUTS)
        assert result.content == content(size, seed)
        result.release()
    await network.aclose()


async def test_answers_that_are_in_use_do_not_share_memory(start, connect, http):
    """Rule 2 of the buffers."""

    def script(peer):
        for body in asked(peer):
            peer.send(http.answer(body))

    network = connect(start(script))
    kept = []

    async def call(seed):
        size = 3 * MIN_BLOCK + seed
        result = await network.current().send(http.POST, b"%d %d" % (size, seed), TIMEOUTS)
        if seed % 2:
            kept.append((result, size, seed))  # never given back
        else:
            assert result.content == content(size, seed)
            result.release()

    for round_ in range(4):
        async with anyio.create_task_group() as group:
            for seed in range(8):
                group.start_soon(call, 8 * round_ + seed)
    assert all(result.body == content(size, seed) for result, size, seed in kept)
    await network.aclose()


@pytest.mark.parametrize("where", [1, MIN_BLOCK // 2, MIN_BLOCK, 3 * MIN_BLOCK - 1])
async def test_a_cut_is_an_error_and_the_next_call_works(start, connect, http, tls, where):
    def script(peer):
        for body in asked(peer):
            if len(server.peers) > 1:
                peer.send(http.answer(body))
                continue
            data = http.answer(body)
            peer.send(data[: len(data) - len(body) + where])
            return

    server = start(script, tls=tls)
    network = connect(server)
    with pytest.raises(WireError) as caught:
        await network.current().send(http.POST, b"%d 1" % (3 * MIN_BLOCK), TIMEOUTS)
    assert caught.value.phase is Phase.READ
    result = await network.current().send(http.POST, b"%d 2" % (3 * MIN_BLOCK), TIMEOUTS)
    assert result.content == content(3 * MIN_BLOCK, 2)
    await network.aclose()


async def test_what_comes_after_the_body_closes_the_connection(start, connect, http, tls):
    def script(peer):
        for body in asked(peer):
            peer.send(http.answer(body) + b"surplus")

    server = start(script, tls=tls)
    network = connect(server)
    for seed in range(3):
        result = await network.current().send(http.POST, b"%d %d" % (2 * MIN_BLOCK, seed), TIMEOUTS)
        assert result.content == content(2 * MIN_BLOCK, seed)
    assert len(server.peers) == 3
    await network.aclose()


async def test_a_cancelled_read_leaves_nothing(start, connect, http, tls):
    def script(peer):
        for body in asked(peer):
            data = http.answer(body)
            peer.send(data[: len(data) // 2])
            if not peer.closed_within(0.2):
                peer.send(data[len(data) // 2 :])

    server = start(script, tls=tls)
    network = connect(server)
    with anyio.move_on_after(0.1):
        await network.current().send(http.POST, b"%d 1" % (3 * MIN_BLOCK), TIMEOUTS)
    assert await server.settled(0)
    result = await network.current().send(http.POST, b"%d 2" % (3 * MIN_BLOCK), TIMEOUTS)
    assert result.content == content(3 * MIN_BLOCK, 2)
    await network.aclose()


async def test_a_closed_wire_keeps_no_memory(start, connect, http):
    """Rule 2 of the buffers."""

    def script(peer):
        for body in asked(peer):
            peer.send(http.answer(body))

    network = connect(start(script))
    wire = network.current()
    late = await wire.send(http.POST, b"%d 1" % (4 * MIN_BLOCK), TIMEOUTS)
    (await wire.send(http.POST, b"%d 2" % (5 * MIN_BLOCK), TIMEOUTS)).release()
    blocks = wire._buffers._blocks
    assert len(blocks) == 1
    await network.aclose()
    late.release()
    assert not blocks


def test_the_buffer_pool_gives_what_fits_and_keeps_within_bounds():
    """Rule 3 of the buffers."""
    buffers = BufferPool()
    small, large = buffers.take(MIN_BLOCK), buffers.take(4 * 1024 * 1024)
    assert (len(small), len(large)) == (MIN_BLOCK, 4 * 1024 * 1024)
    buffers.give(large)
    buffers.give(small)
    assert buffers.take(1_000_000).obj is large.obj
    assert buffers.take(MIN_BLOCK).obj is small.obj
    huge = buffers.take(MAX_BLOCK)
    buffers.give(huge)
    assert buffers.take(MIN_BLOCK).obj is not huge.obj


@pytest.mark.parametrize("size", [2_500_000, MAX_BLOCK + 1], ids=["in chunks", "longer than a block"])
def test_a_body_without_a_block_is_put_together_as_it_arrives(size, http):
    """Rule 5 of the response reader."""
    body = content(size)
    if size > MAX_BLOCK:
        data = http.answer(body)
    else:
        pieces = [body[at : at + 65536] for at in range(0, size, 65536)]
        data = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        data += b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])
    reader = ResponseReader(to_head=False, whole=True, limits=Limits(), buffers=BufferPool())
    for at in range(0, len(data), 100_000):
        reader.receive(data[at : at + 100_000])
        assert sum(map(len, reader.pieces)) <= 1024 * 1024
    assert reader.complete
    assert reader.response().content == body
