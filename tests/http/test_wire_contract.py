"""The contract of a wire, held by every way to send: our own, our own inside httpx, and httpx's."""

from __future__ import annotations

import gzip
import threading
import time

import anyio
import httpx
import pytest

from mistral_async._http.httpx_wire.transport import Transport
from mistral_async._http.network import Network
from mistral_async._http.protocol import Phase, Sent, Timeouts, WireError

TIMEOUTS = Timeouts(connect=5, write=5, read=5)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

WAYS = {
    "own": lambda verify: {"verify": verify},
    "http2": lambda verify: {"verify": verify, "http2": True},
    "transport": lambda verify: {"transport": httpx.AsyncHTTPTransport(verify=verify)},
    "own in httpx": lambda verify: {"transport": Transport(verify=verify)},
    "client": lambda verify: {"async_client": httpx.AsyncClient(verify=verify, trust_env=False, timeout=0.3)},
    "own in client": lambda verify: {
        "async_client": httpx.AsyncClient(transport=Transport(verify=verify), timeout=0.3)
    },
}


@pytest.fixture(params=WAYS)
def way(request):
    return request.param


@pytest.fixture
async def connect(way, client_tls):
    networks, clients = [], []

    def connect(server, **options):
        given = WAYS[way](client_tls)
        clients.extend([given["async_client"]] if "async_client" in given else [])
        networks.append(Network(server.origin, **given, **options))
        return networks[-1]

    yield connect
    for network in networks:
        await network.aclose()
    for client in clients:
        await client.aclose()


class Source:
    repeatable = True

    def __init__(self, *pieces, length=None):
        self.pieces = pieces
        self.length = length

    async def open(self):
        for piece in self.pieces:
            yield piece


def chunk(data):
    return b"%x\r\n%b\r\n" % (len(data), data)


async def failure(network, head, body=None, timeouts=TIMEOUTS):
    with pytest.raises(WireError) as caught:
        await network.current().send(head, body, timeouts)
    return caught.value


async def test_a_whole_answer(start, connect, http, tls):
    heads = []

    def script(peer):
        while (request := peer.read_request()) is not None:
            heads.append(request[0].lower())
            peer.send(http.answer(gzip.compress(request[1]), "X-Name: value", "content-encoding: gzip"))

    server = start(script, tls=tls)
    network = connect(server)
    for index in range(3):
        result = await network.current().send(http.POST, b"body %d" % index, TIMEOUTS)
        assert (result.status, result.body, result.http_version) == (200, b"body %d" % index, "HTTP/1.1")
        assert (b"x-name", b"value") in result.headers
        assert 0 < result.timings.first_byte <= result.timings.total
    assert len(server.peers) == 1
    lines = heads[-1].split(b"\r\n")
    assert lines[0] == b"post /v1/chat/completions http/1.1"
    for name in (b"host", b"content-length", b"accept-encoding", b"content-type"):
        assert sum(line.startswith(name + b":") for line in lines) == 1, name
    assert b"accept-encoding: gzip, deflate, br, zstd"[:30] in heads[-1]


async def test_no_body_and_error_statuses(start, connect, http):
    answers = [
        b"HTTP/1.1 204 No Content\r\n\r\n",
        http.answer(b'{"detail":"no"}', status="422 Unprocessable"),
        http.answer(b"", status="500 Oops"),
    ]

    def script(peer):
        for raw in answers:
            peer.read_request()
            peer.send(raw)
        peer.read_request()

    network = connect(start(script))
    results = [await network.current().send(http.GET, None, TIMEOUTS) for _ in answers]
    assert [(r.status, r.body) for r in results] == [(204, b""), (422, b'{"detail":"no"}'), (500, b"")]


@pytest.mark.parametrize("length", [None, 10])
async def test_a_body_source(start, connect, http, length):
    requests = []

    def script(peer):
        while (request := peer.read_request()) is not None:
            requests.append(request)
            peer.send(http.answer(b"{}"))

    network = connect(start(script))
    for _ in range(2):
        await network.current().send(http.POST, Source(b"12345", b"67890", length=length), TIMEOUTS)
    head, body = requests[1]
    assert (b"transfer-encoding: chunked" in head.lower()) == (length is None)
    assert (b"content-length: 10" in head.lower()) == (length is not None)
    assert body == (b"1234567890" if length else b"5\r\n12345\r\n5\r\n67890\r\n")


async def test_an_error_of_the_body_reaches_the_caller(start, connect, http):
    class Broken(Source):
        async def open(self):
            yield b"x"
            raise ZeroDivisionError

    server = start()
    network = connect(server)
    with pytest.raises(ZeroDivisionError):
        await network.current().send(http.POST, Broken(), TIMEOUTS)
    assert await server.settled(0)


async def test_a_stream(start, connect, http, tls):
    turn = threading.Semaphore(0)

    def script(peer):
        while peer.read_request() is not None:
            peer.send(CHUNKED)
            for index in range(3):
                turn.acquire(timeout=5)
                peer.send(chunk(b"data: %d\n\n" % index))
            turn.acquire(timeout=5)
            peer.send(b"0\r\n\r\n")

    server = start(script, tls=tls)
    network = connect(server)
    for _ in range(2):
        streaming = await network.current().open(http.POST, b"{}", TIMEOUTS)
        assert streaming.status == 200
        for index in range(3):
            turn.release()
            assert await streaming.receive() == b"data: %d\n\n" % index
        turn.release()
        assert await streaming.receive() == b""
        assert await streaming.receive() == b""
        await streaming.aclose()
        assert 0 < streaming.timings.first_byte < streaming.timings.total
    assert len(server.peers) == 1


async def test_a_compressed_stream(start, connect, http):
    body = bytes(range(256)) * 4000

    def script(peer):
        while peer.read_request() is not None:
            peer.send(http.answer(gzip.compress(body), "Content-Encoding: gzip"))

    network = connect(start(script))
    streaming = await network.current().open(http.GET, None, TIMEOUTS)
    pieces = []
    while piece := await streaming.receive():
        pieces.append(piece)
    assert b"".join(pieces) == body
    await streaming.aclose()


@pytest.mark.parametrize("leave", ["aclose", "abort"])
async def test_the_server_sees_at_once_that_a_stream_was_left(start, connect, http, tls, leave):
    def script(peer):
        peer.read_request()
        peer.send(CHUNKED + chunk(b"data: 1\n\n"))
        assert peer.closed_within(2)

    server = start(script, tls=tls)
    network = connect(server)
    for _ in range(5):
        streaming = await network.current().open(http.POST, b"{}", TIMEOUTS)
        assert await streaming.receive() == b"data: 1\n\n"
        if leave == "aclose":
            await streaming.aclose()
        else:
            streaming.abort()
        with pytest.raises(WireError):
            await streaming.receive()
        assert await server.settled(0, 0.3)


async def test_a_cut_body(start, connect, http):
    def script(peer):
        peer.read_request()
        peer.send(CHUNKED + chunk(b"one"))
        time.sleep(0.05)

    network = connect(start(script))
    error = await failure(network, http.POST, b"x")
    assert error.sent is Sent.MAYBE
    streaming = await network.current().open(http.POST, b"x", TIMEOUTS)
    assert await streaming.receive() == b"one"
    for _ in range(2):
        with pytest.raises(WireError) as caught:
            await streaming.receive()
        assert caught.value.sent is Sent.MAYBE
    await streaming.aclose()


@pytest.mark.parametrize("ends", [True, False], ids=["with close_notify", "without"])
async def test_a_body_that_ends_with_its_tls_connection(start, connect, http, ends):
    """Rule 4 of TLS: without a close_notify nobody knows whether it is whole."""

    def script(peer):
        peer.read_request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\nhalf of it")
        if ends:
            peer.end_tls()
            time.sleep(0.05)  # TCP ends later: until then a connection may look as if it could be used again

    network = connect(start(script, tls=True))
    if ends:
        assert (await network.current().send(http.GET, None, TIMEOUTS)).content == b"half of it"
    else:
        error = await failure(network, http.GET)
        assert (error.phase, error.sent) == (Phase.READ, Sent.MAYBE)
        assert "close_notify" in str(error)
    streaming = await network.current().open(http.GET, None, TIMEOUTS)
    assert await streaming.receive() == b"half of it"
    if ends:
        assert await streaming.receive() == b""
    else:
        for _ in range(2):
            with pytest.raises(WireError, match="close_notify"):
                await streaming.receive()
    await streaming.aclose()


@pytest.mark.parametrize("framing", ["Content-Length: 4", "Transfer-Encoding: chunked"])
async def test_a_body_with_an_end_of_its_own_needs_no_close_notify(start, connect, http, framing):
    """Rule 4 of TLS."""

    def script(peer):
        peer.read_request()
        body = b"4\r\nbody\r\n0\r\n\r\n" if "chunked" in framing else b"body"
        peer.send(b"HTTP/1.1 200 OK\r\n%b\r\nConnection: close\r\n\r\n%b" % (framing.encode(), body))

    network = connect(start(script, tls=True))
    assert (await network.current().send(http.GET, None, TIMEOUTS)).content == b"body"


async def test_no_answer(start, connect, http):
    network = connect(start(lambda peer: peer.read_request()))
    error = await failure(network, http.POST, b"x")
    assert (error.phase, error.sent, error.timeout) == (Phase.READ, Sent.MAYBE, False)


async def test_garbage(start, connect, http):
    def script(peer):
        peer.read_request()
        peer.send(b"SSH-2.0-OpenSSH_9\r\n\r\n")
        peer.closed_within(1)

    network = connect(start(script))
    error = await failure(network, http.POST, b"x")
    assert (error.phase, error.sent) == (Phase.PROTOCOL, Sent.MAYBE)


BOMB = gzip.compress(b"\0" * 64 * 1024 * 1024)


async def test_corrupt_compression_and_bombs(start, connect, http):
    bodies = [gzip.compress(b"x" * 1000)[:-3], b"not gzip at all", BOMB]

    def script(peer):
        while peer.read_request() is not None:
            peer.send(http.answer(bodies.pop(0), "Content-Encoding: gzip"))

    network = connect(start(script))
    for _ in range(3):
        error = await failure(network, http.POST, b"x")
        assert (error.phase, error.sent) == (Phase.PROTOCOL, Sent.MAYBE)


async def test_refused(start, connect, http):
    server = start()
    server.stop()
    error = await failure(connect(server), http.GET)
    assert (error.phase, error.sent, error.timeout) == (Phase.CONNECT, Sent.NOTHING, False)


async def test_the_read_limit(start, connect, http):
    def script(peer):
        peer.read_request()
        peer.closed_within(10)

    network = connect(start(script))
    since = time.monotonic()
    error = await failure(network, http.POST, b"x", Timeouts(read=0.15))
    assert (error.phase, error.sent, error.timeout) == (Phase.READ, Sent.MAYBE, True)
    assert 0.12 < time.monotonic() - since < 5


async def test_the_deadline(start, connect, http):
    def script(peer):
        peer.read_request()
        peer.send(CHUNKED)
        while True:
            peer.send(chunk(b"x"))
            time.sleep(0.02)

    network = connect(start(script))
    since = time.monotonic()
    error = await failure(network, http.POST, b"x", Timeouts(read=5, deadline=since + 0.12))
    assert error.timeout
    assert 0.1 < time.monotonic() - since < 4


async def test_the_deadline_of_a_receive(start, connect, http):
    def script(peer):
        peer.read_request()
        peer.send(CHUNKED + chunk(b"a"))
        peer.closed_within(10)

    server = start(script)
    network = connect(server)
    streaming = await network.current().open(http.POST, b"{}", TIMEOUTS)
    assert await streaming.receive() == b"a"
    since = time.monotonic()
    with pytest.raises(WireError) as caught:
        await streaming.receive(since + 0.1)
    assert caught.value.timeout
    assert 0.08 < time.monotonic() - since < 5
    assert await server.settled(0)


async def test_cancelled_requests_close_their_connection(start, connect, http):
    def script(peer):
        peer.read_request()
        peer.closed_within(2)

    server = start(script)
    network = connect(server)
    with anyio.move_on_after(0.05) as scope:
        await network.current().send(http.POST, b"x", TIMEOUTS)
    assert scope.cancelled_caught
    assert await server.settled(0, 0.3)
    server.script = lambda peer: (peer.read_request(), peer.send(CHUNKED), peer.closed_within(2))
    streaming = await network.current().open(http.POST, b"x", TIMEOUTS)
    with anyio.move_on_after(0.05) as scope:
        await streaming.receive()
    assert scope.cancelled_caught
    await streaming.aclose()
    assert await server.settled(0, 0.3)
