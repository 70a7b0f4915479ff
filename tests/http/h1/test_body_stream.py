"""Answers that are read while they arrive: bursts, slow consumers, ends of every kind, and leaving early."""

from __future__ import annotations

import threading
import time

import anyio
import pytest

from mistral_async._http.protocol import Phase, Sent, Timeouts, WireError

TIMEOUTS = Timeouts(connect=5, write=5, read=5)
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(data):
    return b"%x\r\n%b\r\n" % (len(data), data)


async def rest(streaming):
    pieces = []
    while piece := await streaming.receive():
        pieces.append(piece)
    return b"".join(pieces)


async def test_events_are_handed_over_as_they_arrive_and_the_connection_is_kept(start, connect, http, tls):
    turn = threading.Semaphore(0)

    def script(peer):
        while peer.read_request() is not None:
            peer.send(CHUNKED)
            for index in range(5):
                turn.acquire(timeout=5)
                peer.send(chunk(b"data: %d\n\n" % index))
            turn.acquire(timeout=5)
            peer.send(b"0\r\n\r\n")

    server = start(script, tls=tls)
    network = connect(server)
    for _ in range(3):
        streaming = await network.current().open(http.POST, b"{}", TIMEOUTS)
        assert (streaming.status, (b"content-type", b"text/event-stream") in streaming.headers) == (200, True)
        for index in range(5):
            turn.release()
            assert await streaming.receive() == b"data: %d\n\n" % index
        turn.release()
        assert await streaming.receive() == b""
        assert await streaming.receive() == b""
        assert 0 < streaming.timings.first_byte < streaming.timings.total
        await streaming.aclose()
    assert len(server.peers) == 1
    await network.aclose()


async def test_what_has_arrived_meanwhile_comes_at_once(start, connect, http):
    def script(peer):
        peer.read_request()
        peer.send(CHUNKED + b"".join(chunk(b"data: %d\n\n" % index) for index in range(100)) + b"0\r\n\r\n")
        peer.read_request()

    network = connect(start(script))
    streaming = await network.current().open(http.POST, b"{}", TIMEOUTS)
    await anyio.sleep(0.05)
    first = await streaming.receive()
    assert first.count(b"data: ") == 100
    assert await streaming.receive() == b""
    await network.aclose()


@pytest.mark.parametrize("body", [b"", b"abc"])
async def test_an_error_answer_can_be_read_like_any_other(start, connect, http, body):
    def script(peer):
        while peer.read_request() is not None:
            peer.send(http.answer(body, status="429 Too Many Requests"))

    server = start(script)
    network = connect(server)
    for _ in range(2):
        streaming = await network.current().open(http.POST, b"{}", TIMEOUTS)
        assert (streaming.status, await rest(streaming)) == (429, body)
    assert len(server.peers) == 1
    await network.aclose()


async def test_a_slow_consumer_stops_the_server(start, connect, http, tls):
    """Rule 7 of the asyncio connection, rule 8 of the trio connection."""
    size, sent = 64 * 1024 * 1024, []

    def script(peer):
        peer.read_request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(1024):
            peer.send(b"x" * (size // 1024))
            sent.append(1)
        peer.read_request()

    network = connect(start(script, tls=tls))
    streaming = await network.current().open(http.GET, None, TIMEOUTS)
    await streaming.receive()
    await anyio.sleep(0.3)
    assert len(sent) < 512, "everything was read for a consumer that does not ask"
    total = 0
    while piece := await streaming.receive():
        total += len(piece)
    assert total > size - 4 * 1024 * 1024
    await network.aclose()


@pytest.mark.parametrize("end", ["close", "reset"])
@pytest.mark.parametrize("framing", ["chunked", "length"])
async def test_a_cut_body_fails_after_all_that_arrived(start, connect, http, tls, end, framing):
    """Rule 6 of the pooled wire."""

    def script(peer):
        peer.read_request()
        if framing == "chunked":
            peer.send(CHUNKED + chunk(b"one") + b"5\r\ntw")
        else:
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nonetw")
        time.sleep(0.1)
        getattr(peer, end)()

    network = connect(start(script, tls=tls))
    streaming = await network.current().open(http.POST, b"{}", TIMEOUTS)
    received = b""
    with pytest.raises(WireError) as caught:  # noqa: PT012 (the error is the end of what is read)
        while True:
            received += await streaming.receive()
            assert len(received) <= 5
    assert (received, caught.value.phase, caught.value.sent) == (b"onetw", Phase.READ, Sent.MAYBE)
    with pytest.raises(WireError):
        await streaming.receive()
    await streaming.aclose()
    await network.aclose()


@pytest.mark.parametrize("leave", ["aclose", "abort"])
async def test_the_server_sees_at_once_that_a_stream_was_left(start, connect, http, tls, leave):
    seen = []

    def script(peer):
        peer.read_request()
        peer.send(CHUNKED + chunk(b"data: 1\n\n"))
        seen.append(peer.closed_within(1))

    server = start(script, tls=tls)
    network = connect(server, max_connections=3)
    for _ in range(20):
        streaming = await network.current().open(http.POST, b"{}", TIMEOUTS)
        assert await streaming.receive() == b"data: 1\n\n"
        if leave == "aclose":
            await streaming.aclose()
        else:
            streaming.abort()
        with pytest.raises(WireError):
            await streaming.receive()
        assert await server.settled(0, 0.5)
    assert seen == [True] * 20
    await network.aclose()


async def test_two_hundred_broken_streams_on_three_connections(start, connect, http):
    def script(peer):
        peer.read_request()
        peer.send(CHUNKED + chunk(b"data: 1\n\n"))
        assert peer.closed_within(5)

    server = start(script)
    network = connect(server, max_connections=3)

    async def one():
        streaming = await network.current().open(http.POST, b"{}", TIMEOUTS)
        assert await streaming.receive() == b"data: 1\n\n"
        await streaming.aclose()

    async with anyio.create_task_group() as tasks:
        for _ in range(200):
            tasks.start_soon(one)
    assert network.current().pool.slots == 0
    assert await server.settled(0)
    await network.aclose()


async def test_a_stream_may_be_left_from_another_task(start, connect, http, tls):
    def script(peer):
        peer.read_request()
        peer.send(CHUNKED)
        assert peer.closed_within(5)

    server = start(script, tls=tls)
    network = connect(server)
    streaming = await network.current().open(http.POST, b"{}", TIMEOUTS)
    failures = []

    async def consume():
        try:
            await streaming.receive()
        except WireError as error:
            failures.append(error)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(consume)
        await anyio.sleep(0.02)
        streaming.abort()
    assert len(failures) == 1
    assert await server.settled(0)
    await network.aclose()


async def test_only_one_task_may_receive(start, connect, http):
    def script(peer):
        peer.read_request()
        peer.send(CHUNKED)
        assert peer.closed_within(5)

    network = connect(start(script))
    streaming = await network.current().open(http.POST, b"{}", TIMEOUTS)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(streaming.receive)
        await anyio.sleep(0.02)
        with pytest.raises(RuntimeError, match="already receiving"):
            await streaming.receive()
        tasks.cancel_scope.cancel()
    await streaming.aclose()
    await network.aclose()


async def test_a_cancelled_receive_loses_nothing(start, connect, http, tls):
    """Rule 2 of the connections."""

    def script(peer):
        peer.read_request()
        peer.send(CHUNKED)
        for index in range(100):
            peer.send(chunk(b"%03d " % index))
            time.sleep(0.003)
        peer.send(b"0\r\n\r\n")
        peer.read_request()

    server = start(script, tls=tls)
    network = connect(server)
    streaming = await network.current().open(http.POST, b"{}", TIMEOUTS)
    received, ended, cancelled = b"", False, 0
    while not ended:
        with anyio.move_on_after(0.001) as scope:
            piece = await streaming.receive()
            received += piece
            ended = not piece
        cancelled += scope.cancelled_caught
    assert received == b"".join(b"%03d " % index for index in range(100))
    assert cancelled
    assert server.open == 1
    await network.aclose()


async def test_the_deadline_of_a_receive(start, connect, http, tls):
    def script(peer):
        peer.read_request()
        peer.send(CHUNKED + chunk(b"a"))
        assert peer.closed_within(5)

    server = start(script, tls=tls)
    network = connect(server)
    streaming = await network.current().open(http.POST, b"{}", TIMEOUTS)
    since = time.monotonic()
    assert await streaming.receive(since - 1) == b"a", "what is there is not late"
    with pytest.raises(WireError) as caught:
        await streaming.receive(since + 0.15)
    assert (caught.value.timeout, caught.value.phase, caught.value.sent) == (True, Phase.READ, Sent.MAYBE)
    assert 0.14 < time.monotonic() - since < 4
    assert await server.settled(0)
    await network.aclose()


async def test_the_read_limit_holds_between_pieces(start, connect, http):
    def script(peer):
        peer.read_request()
        peer.send(CHUNKED)
        for _ in range(4):
            peer.send(chunk(b"a"))
            time.sleep(0.1)
        assert peer.closed_within(5)

    network = connect(start(script))
    streaming = await network.current().open(http.POST, b"{}", Timeouts(read=0.25))
    since = time.monotonic()
    received = b""
    with pytest.raises(WireError) as caught:  # noqa: PT012 (the error is the end of what is read)
        while piece := await streaming.receive():
            received += piece
    assert (received, caught.value.timeout) == (b"aaaa", True)
    assert 0.5 < time.monotonic() - since < 5
    await network.aclose()


async def test_closing_the_network_fails_a_stream(start, connect, http):
    def script(peer):
        peer.read_request()
        peer.send(CHUNKED)
        assert peer.closed_within(5)

    network = connect(start(script))
    streaming = await network.current().open(http.POST, b"{}", TIMEOUTS)
    await network.aclose()
    with pytest.raises(WireError):
        await streaming.receive()
    await streaming.aclose()


async def test_a_surplus_after_a_stream_never_reaches_the_next_request(start, connect, http):
    """Rule 5 of the parser."""

    def script(peer):
        peer.read_request()
        peer.send(CHUNKED + chunk(b"a") + b"0\r\n\r\n" + http.answer(b"poison"))
        peer.read_request()

    server = start(script)
    network = connect(server)
    streaming = await network.current().open(http.POST, b"{}", TIMEOUTS)
    assert await rest(streaming) == b"a"
    server.script = http.echoing
    assert (await network.current().send(http.POST, b"clean", TIMEOUTS)).body == b"clean"
    await network.aclose()
