"""One request after another on real sockets: what goes out, what comes back, what becomes of the connection."""

from __future__ import annotations

import gzip
import os
import socket
import threading
import time
import zlib

import anyio
import pytest

from mistral_async._http.protocol import Phase, RequestHead, Sent, Timeouts, WireError

TIMEOUTS = Timeouts(connect=5, write=5, read=5)
HINTS = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Source:
    """A body in pieces."""

    def __init__(self, *pieces, length=None, pause=0.0, error=None):
        self.pieces = pieces
        self.length = length
        self.repeatable = True
        self.pause = pause
        self.error = error
        self.opened = self.closed = 0

    async def open(self):
        self.opened += 1
        try:
            for piece in self.pieces:
                yield piece
                await anyio.sleep(self.pause)
            if self.error is not None:
                raise self.error
        finally:
            self.closed += 1


async def failure(network, head, body=None, timeouts=TIMEOUTS):
    with pytest.raises(WireError) as caught:
        await network.current().send(head, body, timeouts)
    return caught.value


async def test_requests_follow_each_other_on_one_connection(start, connect, http, tls):
    heads = []

    def script(peer):
        while (request := peer.read_request()) is not None:
            heads.append(request[0])
            peer.send(http.answer(request[1], "X-Name:  two words \t", "mistral-correlation-id: é"))

    server = start(script, tls=tls)
    network = connect(server)
    for index in range(5):
        result = await network.current().send(http.POST, b"body %d" % index, TIMEOUTS)
        assert (result.status, result.body, result.http_version) == (200, b"body %d" % index, "HTTP/1.1")
        assert (b"x-name", b"two words") in result.headers
        assert (b"mistral-correlation-id", "é".encode()) in result.headers
        assert 0 < result.timings.first_byte <= result.timings.total
        assert (result.timings.connect > 0) == (index == 0)
    assert len(server.peers) == 1
    lines = heads[0].split(b"\r\n")
    assert lines[0] == b"POST /v1/chat/completions HTTP/1.1"
    assert f"host: {server.origin[1]}:{server.port}".encode() in lines
    assert b"content-type: application/json" in lines
    assert b"content-length: 6" in lines
    assert any(line.startswith(b"accept-encoding: gzip, deflate") for line in lines)
    await network.aclose()
    assert await server.settled(0)


async def test_a_request_without_body_says_so_only_where_one_is_expected(start, connect, http):
    heads = []

    def script(peer):
        while (request := peer.read_request()) is not None:
            heads.append(request[0])
            peer.send(http.answer(b""))

    network = connect(start(script))
    await network.current().send(http.GET, None, TIMEOUTS)
    await network.current().send(http.POST, None, TIMEOUTS)
    await network.current().send(RequestHead("DELETE", "/v1/files/x", ()), None, TIMEOUTS)
    assert b"content-length" not in heads[0]
    assert b"content-length: 0" in heads[1]
    assert b"content-length" not in heads[2]
    await network.aclose()


@pytest.mark.parametrize(
    ("raw", "body", "kept"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", b"abc", True),
        (b"HTTP/1.1 200\r\ncontent-length: 3, 3\r\n\r\nabc", b"abc", True),
        (HINTS + b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", b"a", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b"", True),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n", b"", True),
        (CHUNKED + b"3;x=y\r\nabc\r\n2 \r\nde\r\n0\r\nTrailer: 1\r\n\r\n", b"abcde", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n1\r\na\r\n0\r\n\r\n", b"a", False),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na", b"a", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", b"a", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", b"a", False),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na", b"a", True),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}", b"{}", True),
    ],
)  # fmt: skip
async def test_how_an_answer_ends_and_whether_the_connection_is_used_again(start, connect, http, raw, body, kept):
    """Rules 4 and 5 of the parser."""

    def script(peer):
        peer.read_request()
        peer.send(raw)
        while (request := peer.read_request()) is not None:
            peer.send(http.answer(b"next" + request[1]))

    server = start(script)
    network = connect(server)
    result = await network.current().send(http.POST, b"x", TIMEOUTS)
    assert result.body == body
    if not kept:
        assert await server.settled(0)
    server.script = http.echoing
    assert (await network.current().send(http.POST, b"y", TIMEOUTS)).body == (b"nexty" if kept else b"y")
    assert len(server.peers) == (1 if kept else 2)
    await network.aclose()


async def test_a_body_without_length_ends_with_the_connection(start, connect, http, tls):
    """Rule 6 of the parser."""

    def script(peer):
        peer.read_request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\nall of")
        time.sleep(0.02)
        peer.send(b" it")
        peer.end_tls()

    network = connect(start(script, tls=tls))
    assert (await network.current().send(http.GET, None, TIMEOUTS)).body == b"all of it"
    await network.aclose()


async def test_head_requests_have_no_body(start, connect, http):
    def script(peer):
        while peer.read_request() is not None:
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")

    server = start(script)
    network = connect(server)
    for _ in range(2):
        result = await network.current().send(RequestHead("HEAD", "/", ()), None, TIMEOUTS)
        assert (result.body, (b"content-length", b"100") in result.headers) == (b"", True)
    assert len(server.peers) == 1
    await network.aclose()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
    ],
)
@pytest.mark.parametrize("end", ["close", "reset"])
async def test_a_cut_answer_is_an_error(start, connect, http, tls, raw, end):
    """Rule 6 of the parser."""

    def script(peer):
        peer.read_request()
        peer.send(raw)
        time.sleep(0.02)
        getattr(peer, end)()

    server = start(script, tls=tls)
    network = connect(server)
    error = await failure(network, http.POST, b"x")
    assert (error.phase, error.sent, error.timeout) == (Phase.READ, Sent.MAYBE, False)
    server.script = http.echoing
    assert (await network.current().send(http.POST, b"y", TIMEOUTS)).body == b"y"
    await network.aclose()


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH_9\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n broken: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\na b: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\na",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n"
        + gzip.compress(b"hello world", mtime=0)[:20],
    ],
)
async def test_what_is_not_http_is_an_error_at_once(start, connect, http, raw):
    """Rule 3 of the parser."""

    def script(peer):
        peer.read_request()
        peer.send(raw)
        assert peer.closed_within(2)

    server = start(script)
    network = connect(server)
    error = await failure(network, http.POST, b"x")
    assert (error.phase, error.sent) == (Phase.PROTOCOL, Sent.MAYBE)
    await network.aclose()


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "raw", "br", "zstd", "gzip, deflate"])
async def test_compressed_answers(start, connect, http, coding):
    body = os.urandom(300_000).hex().encode()
    match coding:
        case "gzip" | "x-gzip":
            sent = gzip.compress(body, mtime=0)
        case "deflate":
            sent = zlib.compress(body)
        case "raw":
            compressor = zlib.compressobj(wbits=-15)
            sent, coding = compressor.compress(body) + compressor.flush(), "deflate"
        case "gzip, deflate":
            sent = zlib.compress(gzip.compress(body, mtime=0))
        case "br":
            sent = pytest.importorskip("brotli").compress(body, quality=1)
        case _:
            sent = pytest.importorskip("zstandard").compress(body)

    def script(peer):
        while peer.read_request() is not None:
            peer.send(http.answer(sent, f"Content-Encoding: {coding}"))

    network = connect(start(script))
    assert (await network.current().send(http.GET, None, TIMEOUTS)).body == body
    streaming = await network.current().open(http.GET, None, TIMEOUTS)
    pieces = []
    while piece := await streaming.receive():
        pieces.append(piece)
    await streaming.aclose()
    assert b"".join(pieces) == body
    await network.aclose()


async def test_a_bomb_is_not_unfolded(start, connect, http):
    """Rule 2 of the content codings."""
    bomb = gzip.compress(b"\0" * 64 * 1024 * 1024, mtime=0)

    def script(peer):
        peer.read_request()
        peer.send(http.answer(bomb, "Content-Encoding: gzip"))

    network = connect(start(script))
    error = await failure(network, http.GET)
    assert error.phase is Phase.PROTOCOL
    await network.aclose()


async def test_answers_beyond_the_limit_are_refused(start, connect, http):
    """Rule 7 of the parser."""

    def script(peer):
        if peer.read_request() is not None:
            peer.send(http.answer(b"x" * 1001))

    network = connect(start(script), max_answer_size=1000)
    assert (await failure(network, http.GET)).phase is Phase.PROTOCOL
    await network.aclose()


async def test_a_large_body_goes_out_while_the_server_reads_slowly(start, connect, http, tls):
    body = os.urandom(3_000_000)

    def script(peer):
        time.sleep(0.05)
        http.echoing(peer)

    network = connect(start(script, tls=tls))
    assert (await network.current().send(http.POST, body, TIMEOUTS)).body == body
    await network.aclose()


@pytest.mark.parametrize("length", [None, 500_000])
async def test_a_body_that_is_read_while_it_is_sent(start, connect, http, tls, length):
    requests = []

    def script(peer):
        while (request := peer.read_request()) is not None:
            requests.append(request)
            peer.send(http.answer(b"{}"))

    server = start(script, tls=tls)
    network = connect(server)
    source = Source(b"a" * 200_000, b"", b"b" * 300_000, length=length)
    for _ in range(2):
        await network.current().send(http.POST, source, TIMEOUTS)
    assert (source.opened, source.closed, len(server.peers)) == (2, 2, 1)
    head, body = requests[1]
    if length is None:
        assert b"transfer-encoding: chunked" in head
        assert body == b"30d40\r\n" + b"a" * 200_000 + b"\r\n493e0\r\n" + b"b" * 300_000 + b"\r\n"
    else:
        assert body == b"a" * 200_000 + b"b" * 300_000
    await network.aclose()


@pytest.mark.parametrize("pieces", [(b"short",), (b"much", b"too", b"long")])
async def test_a_body_of_another_length_than_it_says(start, connect, http, pieces):
    server = start()
    network = connect(server)
    error = await failure(network, http.POST, Source(*pieces, length=8))
    assert (error.phase, error.sent) == (Phase.WRITE, Sent.PART)
    assert await server.settled(0)
    await network.aclose()


async def test_an_error_of_the_body_reaches_the_caller_as_it_is(start, connect, http):
    server = start()
    network = connect(server)
    source = Source(b"x", error=ZeroDivisionError("mine"))
    with pytest.raises(ZeroDivisionError, match="mine"):
        await network.current().send(http.POST, source, TIMEOUTS)
    assert source.closed == 1
    assert await server.settled(0)
    assert (await network.current().send(http.POST, b"next", TIMEOUTS)).body == b"next"
    await network.aclose()


@pytest.mark.parametrize("after", ["close", "stay"])
@pytest.mark.parametrize("streamed", [False, True])
async def test_an_early_answer_is_returned_while_the_body_is_being_sent(start, connect, http, tls, after, streamed):
    """Rule 4 of the response reader, rule 4 of the asyncio channel, rules 6 and 7 of the trio connection."""

    def script(peer):
        peer.sock.recv(100)
        peer.send(http.answer(b'{"detail":"too large"}', status="413 Content Too Large"))
        if after == "close":
            return
        time.sleep(0.05)
        assert peer.closed_within(5)

    server = start(script, tls=tls)
    network = connect(server)
    body = Source(*[b"x" * 100_000] * 200, length=20_000_000) if streamed else b"x" * 20_000_000
    try:
        result = await network.current().send(http.POST, body, TIMEOUTS)
    except WireError as error:
        # A reset may overtake what was encrypted: then it is at least sure that nothing was executed.
        assert (tls, after, error.sent) == (True, "close", Sent.PART)  # noqa: PT017 (one of two proper ends)
    else:
        assert (result.status, result.body) == (413, b'{"detail":"too large"}')
    assert await server.settled(0)
    await network.aclose()


async def test_a_connection_that_the_server_closed_is_replaced_unseen(start, connect, http, tls):
    """Rule 1 of the pooled wire."""
    closed = threading.Event()

    def script(peer):
        peer.send(http.answer(peer.read_request()[1]))
        peer.close()
        closed.set()

    server = start(script, tls=tls)
    network = connect(server)
    for index in range(5):
        closed.clear()
        assert (await network.current().send(http.POST, b"%d" % index, TIMEOUTS)).body == b"%d" % index
        closed.wait(5)  # the loop has no chance to see it
    assert len(server.peers) == 5
    await network.aclose()


async def test_a_connection_that_only_the_write_finds_dead_is_replaced_unseen(start, connect, http, tls, monkeypatch):
    """Rule 2 of the pooled wire."""
    closed = threading.Event()

    def script(peer):
        peer.send(http.answer(peer.read_request()[1]))
        peer.reset()
        closed.set()

    for connection in ("asyncio_wire.connection.AsyncioConnection", "trio_wire.connection.TrioConnection"):
        monkeypatch.setattr(f"mistral_async._http.{connection}.usable", lambda *_: True)
    server = start(script, tls=tls)
    network = connect(server)
    for index in range(3):
        closed.clear()
        assert (await network.current().send(http.POST, b"%d" % index, TIMEOUTS)).body == b"%d" % index
        closed.wait(5)
        time.sleep(0.01)  # noqa: ASYNC251 (the reset is there, and the loop has had no chance to see it
    assert len(server.peers) == 3
    await network.aclose()


async def test_a_connection_is_not_kept_for_longer_than_it_may(start, connect, http):
    """Rule 5 of the pooled wire."""

    def script(peer):
        while peer.read_request() is not None:
            peer.send(http.answer(b"", "keep-alive: timeout=1"))

    server = start(script)
    network = connect(server, keepalive_expiry=0.05)
    await network.current().send(http.GET, None, TIMEOUTS)
    await anyio.sleep(0.1)
    await network.current().send(http.GET, None, TIMEOUTS)
    assert len(server.peers) == 2
    await network.aclose()
    network = connect(server)
    await network.current().send(http.GET, None, TIMEOUTS)
    await anyio.sleep(0.6)
    await network.current().send(http.GET, None, TIMEOUTS)
    assert len(server.peers) == 4
    await network.aclose()


async def test_every_socket_is_kept_alive(start, connect, http, monkeypatch, tls):
    seen = []
    from mistral_async._http import sockets as _sockets

    real = _sockets.prepare

    def prepare(sock):
        real(sock)
        seen.append([
            sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
            sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
            sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
            sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
            sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY),
        ])  # fmt: skip

    for module in ("asyncio_wire.channel", "trio_wire.wire"):
        monkeypatch.setattr(f"mistral_async._http.{module}.prepare", prepare)
    network = connect(start(tls=tls))
    await network.current().send(http.GET, None, TIMEOUTS)
    assert seen == [[1, 60, 60, 5, 1]]
    await network.aclose()


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\nb", "a\0"])
async def test_headers_can_not_be_injected(start, connect, value):
    server = start()
    network = connect(server)
    for head in (
        RequestHead("GET", "/", (("x", value),)),
        RequestHead("GET", "/", ((value, "x"),)),
        RequestHead("GET", f"/{value}", ()),
    ):
        with pytest.raises(ValueError, match="can not be sent"):
            await network.current().send(head, None, TIMEOUTS)
    assert not server.peers
    await network.aclose()
