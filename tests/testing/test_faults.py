"""Every fault as a client meets it on the socket, and the connection after it."""

from __future__ import annotations

import gzip
import ssl
import zlib
from importlib.metadata import version

import anyio
import httpx
import pytest
import trustme

from mistral_async.testing import (
    BadChunk,
    BadGzip,
    ConnectionClose,
    Cut,
    Delay,
    Drip,
    EmptyBody,
    FakeMistral,
    Garbage,
    HeadersNeverEnd,
    Html,
    HugeHeader,
    Informational,
    Reset,
    SilentClose,
    Stall,
    Truncate,
    WrongLength,
    ZipBomb,
)

STREAM = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi there you"}], "stream": True}
URL = "/v1/chat/completions"
# On asyncio anyio before 4.16 says of a reset that the stream has ended.
_TELLS = tuple(int(each) for each in version("anyio").split(".")[:2]) >= (4, 16)
RESET = (httpx.ReadError,) if _TELLS else (httpx.ReadError, httpx.RemoteProtocolError)


@pytest.mark.parametrize("where", ["accept", "handshake", "request", "head", "body"])
@pytest.mark.parametrize("kind", [Reset, Cut])
async def test_connections_that_end_early(http, server, kind, where):
    """Faults, rule 2."""
    server.fault(kind(where=where))
    # A client that is still writing when it is reset may see the end of the stream instead.
    late = RESET if where == "body" else (httpx.NetworkError, httpx.RemoteProtocolError)
    expected = late if kind is Reset else httpx.RemoteProtocolError
    with pytest.raises(expected):
        await http.get("/v1/models")
    executed = 1 if where in ("head", "body") else 0
    assert server.effects["models.list"] == executed
    assert (await http.get("/v1/models")).is_success
    server.assert_done()


@pytest.mark.parametrize("where", ["accept", "handshake", "request", "head", "body"])
async def test_stalls(http, server, where):
    server.fault(Stall(where=where))
    with pytest.raises(httpx.ReadTimeout):
        await http.get("/v1/models", timeout=0.1)
    assert (await http.get("/v1/models")).is_success


async def frames(http):
    received = b""
    async with http.stream("POST", URL, json=STREAM) as answer:
        try:
            async for data in answer.aiter_raw():
                received += data
        except httpx.HTTPError as error:
            return received.count(b"data: "), type(error)
    return received.count(b"data: "), None


@pytest.mark.parametrize(
    ("fault", "errors"),
    [
        (Reset(after_events=2), RESET),
        (Cut(after_events=2), (httpx.RemoteProtocolError,)),
        (Cut(after_events=2, clean=True), (None,)),
        (Stall(after_events=2), (httpx.ReadTimeout,)),
    ],
)
async def test_streams_that_end_early(http, server, fault, errors):
    """Faults, rule 4."""
    server.fault(fault)
    http.timeout = httpx.Timeout(5, read=0.4)
    count, ended = await frames(http)
    assert count == 2
    assert ended in errors
    assert server.effects["chat.stream"] == 1
    count, ended = await frames(http)
    assert count > 3
    assert ended is None


@pytest.mark.parametrize("size", [0, 1, 30])
async def test_cut_after_bytes(http, server, size):
    """Faults, rule 4."""
    server.fault(Cut(after_bytes=size))
    server.reply(json={"text": "x" * 100})
    with pytest.raises(httpx.RemoteProtocolError):
        await http.get("/v1/models")


@pytest.mark.parametrize("where", ["request", "head", "body"])
async def test_delays(http, server, where):
    server.fault(Delay(0.15, where=where))
    start = anyio.current_time()
    assert (await http.get("/v1/models")).is_success
    assert anyio.current_time() - start >= 0.15


async def test_delay_of_events(http, server):
    server.fault(Delay(0.03, where="event"))
    start = anyio.current_time()
    count, _ = await frames(http)
    assert anyio.current_time() - start >= 0.03 * count


@pytest.mark.parametrize("where", ["head", "body"])
async def test_a_stall_ends_when_the_client_closes(http, server, eventually, where):
    """Faults, rule 5."""
    server.fault(Stall(where=where))
    with pytest.raises(httpx.ReadTimeout):
        await http.get("/v1/models", timeout=0.2)
    await eventually(lambda: not server.connections.open)


async def test_a_delay_ends_when_the_client_goes_away(http, server, eventually):
    server.fault(Delay(60))
    with pytest.raises(httpx.ReadTimeout):
        await http.get("/v1/models", timeout=0.1)
    await eventually(lambda: not server.connections.open)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Garbage(), httpx.RemoteProtocolError),
        (BadChunk(), httpx.RemoteProtocolError),
        (WrongLength(5), httpx.RemoteProtocolError),
        (HugeHeader(200_000), httpx.RemoteProtocolError),
    ],
)
async def test_answers_that_are_not_http(http, server, fault, error):
    server.fault(fault)
    with pytest.raises(error):
        await http.get("/v1/models")
    assert (await http.get("/v1/models")).is_success


async def test_gzip_that_is_not(http, server):
    server.fault(BadGzip())
    async with http.stream("GET", "/v1/models") as answer:
        data = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    with pytest.raises(zlib.error):
        gzip.decompress(data)


async def test_surplus_bytes_spoil_the_next_answer(server):
    server.fault(WrongLength(-3))
    async with await anyio.connect_tcp(server.host, server.port) as stream:
        await stream.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        received = b""
        while b"\r\n\r\n" not in received or not received.rpartition(b"\r\n\r\n")[2].endswith(b"}"):
            received += await stream.receive()
    head, _, rest = received.partition(b"\r\n\r\n")
    assert int(head.split(b"content-length: ")[1].split(b"\r\n")[0]) == len(rest) - 3


async def test_headers_that_never_end(http, server):
    server.fault(HeadersNeverEnd())
    with anyio.move_on_after(0.3) as scope:
        await http.get("/v1/models")
    assert scope.cancelled_caught


async def test_drip(http, server):
    server.reply(json={"a": "x" * 100})
    server.fault(Drip(3000))
    start = anyio.current_time()
    answer = await http.get("/v1/models")
    size = sum(len(name) + len(value) + 4 for name, value in answer.headers.items()) + len(answer.content)
    assert answer.json() == {"a": "x" * 100}
    assert anyio.current_time() - start >= 0.8 * size / 3000


async def test_a_zip_bomb_is_small_on_the_wire(http, server):
    server.fault(ZipBomb(50 << 20))
    size = unpacked = 0
    async with http.stream("GET", "/v1/models") as answer:
        async for data in answer.aiter_bytes():
            unpacked += len(data)
        size = answer.num_bytes_downloaded
    assert unpacked == 50 << 20
    assert size < 100_000


async def test_informational_answers_come_first(server):
    server.fault(Informational(103))
    async with await anyio.connect_tcp(server.host, server.port) as stream:
        await stream.send(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received = b""
        async for data in stream:
            received += data
    assert received.startswith(b"HTTP/1.1 103 Early Hints\r\n")
    assert b"\r\n\r\nHTTP/1.1 401 " in received


async def test_contents_that_are_wrong(http, server):
    server.fault(EmptyBody())
    server.fault(Html(520))
    server.fault(Truncate(at=10))
    empty, page, cut = [await http.get("/v1/models") for _ in range(3)]
    assert (empty.status_code, empty.content) == (200, b"")
    assert (page.status_code, page.headers["content-type"]) == (520, "text/html; charset=UTF-8")
    assert (cut.status_code, cut.content) == (200, b'{"object":')


async def test_closing_with_and_without_a_word(http, server, eventually):
    server.fault(ConnectionClose())
    server.fault(SilentClose())
    told, silent = [await http.get("/v1/models") for _ in range(2)]
    assert told.headers["connection"] == "close"
    assert "connection" not in silent.headers
    await eventually(lambda: not server.connections.open)
    assert server.connections.opened == 2


async def test_idle_connections_can_be_dropped(http, server, eventually):
    await http.get("/v1/models")
    server.drop_idle()
    await eventually(lambda: not server.connections.open)
    assert (await http.get("/v1/models")).is_success
    assert server.connections.opened == 2


async def test_several_faults_at_once(http, server):
    """Faults, rule 3."""
    server.fault(Delay(0.1), Html(502))
    start = anyio.current_time()
    assert (await http.get("/v1/models")).status_code == 502
    assert anyio.current_time() - start >= 0.1
    with pytest.raises(ValueError, match="stands alone"):
        server.fault(Delay(0.1), Reset(where="accept"))


async def test_tls_and_its_handshake(anyio_backend_name):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with FakeMistral(tls=context, api_key=None) as server:
        assert server.url.startswith("https://")
        async with httpx.AsyncClient(base_url=server.url, verify=trusting) as http:
            assert (await http.get("/v1/models")).is_success
            server.fault(Reset(after_bytes=5))
            with pytest.raises(RESET):
                await http.get("/v1/models")
            for kind in (Reset, Cut):
                server.fault(kind(where="handshake"))
                with pytest.raises(httpx.ConnectError):
                    await http.get("/v1/models")
            assert (await http.get("/v1/models")).is_success
        async with httpx.AsyncClient(base_url=server.url) as distrusting:
            with pytest.raises(httpx.ConnectError):
                await distrusting.get("/v1/models")
        server.assert_done()
