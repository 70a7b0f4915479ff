"""What is there without waiting holds neither the event loop nor the deadline up, however much it is."""

from __future__ import annotations

import functools
import gzip
import time
import zlib

import anyio
import pytest
from turns import least_step

from mistral_async._codec.turns import pause
from mistral_async._http.protocol import LimitError, Timeouts, WireError

TIMEOUTS = Timeouts(connect=5, write=5, read=5)
SIZE = 40_000_000
STEP = 0.03  # CPU seconds: 20 ms, and what the machine adds


def nested(data):
    return gzip.compress(zlib.compress(data))


def library(name):
    return lambda data: pytest.importorskip(name).compress(data)


CODINGS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": library("brotli"),
    "zstd": library("zstandard"),
    "deflate, gzip": nested,
}


@functools.cache
def body(coding):
    return CODINGS[coding](b": ping\n" * (SIZE // 7))


UNLIMITED = {"max_answer_size": 1 << 40, "max_compression_ratio": 1e9}


@pytest.fixture(params=CODINGS)
def packed(request, http):
    """A server's script that answers with much in little."""
    data = body(request.param)

    def script(peer):
        while peer.read_request() is not None:
            peer.send(http.answer(data, f"Content-Encoding: {request.param}"))

    return script


async def read(network, http, timeouts, *, whole=False):
    """The size of an answer that is read whole, or as a stream."""
    if whole:
        return len((await network.current().send(http.GET, None, timeouts)).content)
    streaming = await network.current().open(http.GET, None, timeouts)
    size = 0
    while piece := await streaming.receive(timeouts.deadline):
        size += len(piece)
    return size


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "stream"])
async def test_what_unfolds_lets_others_go_on(start, connect, http, packed, whole):
    """Rule 1 of streamed bodies."""
    network = connect(start(packed), **UNLIMITED)

    async def work():
        assert await read(network, http, TIMEOUTS, whole=whole) == SIZE // 7 * 7

    network.current()  # imports what it needs
    await pause()
    assert await least_step(work, STEP) < STEP
    await network.aclose()


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "stream"])
async def test_the_deadline_ends_what_unfolds(start, connect, http, packed, whole):
    """Rule 1 of streamed bodies."""
    network = connect(start(packed), **UNLIMITED)
    since = time.thread_time()
    timeouts = Timeouts(connect=5, write=5, read=5, deadline=time.monotonic() + 0.02)
    with pytest.raises(WireError) as caught:
        await read(network, http, timeouts, whole=whole)
    assert caught.value.timeout
    assert time.thread_time() - since < 0.3
    await network.aclose()


async def test_cancellation_ends_what_unfolds_and_loses_nothing(start, connect, http, packed):
    """Rule 2 of streamed bodies."""
    network = connect(start(packed), **UNLIMITED)
    streaming = await network.current().open(http.GET, None, TIMEOUTS)
    total = 0
    with anyio.move_on_after(0.01) as scope:
        while piece := await streaming.receive():
            total += len(piece)
    assert scope.cancelled_caught
    while piece := await streaming.receive():
        total += len(piece)
    assert total == SIZE // 7 * 7
    await network.aclose()


async def test_what_unfolds_has_limits_that_the_client_sets(start, connect, http, packed):
    """Rule 2 of the content codings."""
    network = connect(start(packed))
    for _ in range(2):
        with pytest.raises(LimitError, match="max_compression_ratio"):
            await read(network, http, TIMEOUTS, whole=True)
    await network.aclose()
    network = connect(start(packed), max_answer_size=SIZE // 2, max_compression_ratio=1e9)
    with pytest.raises(LimitError, match="max_answer_size"):
        await read(network, http, TIMEOUTS)
    await network.aclose()
