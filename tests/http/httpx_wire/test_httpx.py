"""What users bring of httpx: mocks, their own clients, proxies, HTTP/2; and our transport inside httpx."""

from __future__ import annotations

import contextlib
import gc
import gzip
import socket
import ssl
import threading
import time

import anyio
import httpx
import msgspec
import pytest
import respx

from mistral_async import Mistral
from mistral_async._engine.request import stream
from mistral_async._http.h1.content_coding import accept_encoding
from mistral_async._http.httpx_wire.loop import HttpxLoopWire
from mistral_async._http.httpx_wire.transport import Transport
from mistral_async._http.network import Network
from mistral_async._http.protocol import Phase, Sent, Timeouts, WireError

TIMEOUTS = Timeouts(connect=5, write=5, read=5)
ORIGIN = ("https", "api.example.test", 443)


def tunnel(log, refuse=None):
    """A proxy: CONNECT for TLS, absolute URLs for the rest."""

    def script(peer):
        while b"\r\n\r\n" not in peer.received:
            if not peer._more():
                return
        head, _, rest = peer.received.partition(b"\r\n\r\n")
        line = head.split(b"\r\n")[0].decode()
        log.append(line)
        if refuse:
            peer.send(f"HTTP/1.1 {refuse}\r\nContent-Length: 0\r\n\r\n".encode())
            return
        method, target, _ = line.split(" ")
        if method == "CONNECT":
            port = int(target.rpartition(":")[2])
            peer.send(b"HTTP/1.1 200 Connected\r\n\r\n")
            first = rest
        else:
            port = httpx.URL(target).port
            first = peer.received
        with socket.create_connection(("127.0.0.1", port)) as upstream:
            upstream.sendall(first)
            back = threading.Thread(target=copy, args=(upstream, peer.sock))
            back.start()
            copy(peer.sock, upstream)
            back.join()

    return script


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


async def failure(network, head, body=None, timeouts=TIMEOUTS):
    with pytest.raises(WireError) as caught:
        await network.current().send(head, body, timeouts)
    return caught.value


async def test_a_mock_transport(http):
    def handler(request):
        assert str(request.url) == "https://api.example.test/v1/chat/completions"
        assert request.headers["host"] == "api.example.test"
        return httpx.Response(200, json={"echo": request.content.decode()}, headers={"X-Name": "v"})

    network = Network(ORIGIN, transport=httpx.MockTransport(handler))
    result = await network.current().send(http.POST, b"hi", TIMEOUTS)
    assert (result.status, result.body) == (200, b'{"echo":"hi"}')
    assert (b"x-name", b"v") in result.headers
    streaming = await network.current().open(http.POST, b"hi", TIMEOUTS)
    assert await streaming.receive() == b'{"echo":"hi"}'
    assert await streaming.receive() == b""
    await network.aclose()


async def test_a_mock_that_streams_and_one_that_compresses(http):
    async def pieces():
        yield b"a"
        yield b""
        yield b"b"

    def handler(request):
        if request.method == "GET":
            return httpx.Response(200, content=pieces())
        return httpx.Response(200, content=gzip.compress(b"packed"), headers={"content-encoding": "gzip"})

    network = Network(ORIGIN, transport=httpx.MockTransport(handler))
    streaming = await network.current().open(http.GET, None, TIMEOUTS)
    assert [await streaming.receive() for _ in range(3)] == [b"a", b"b", b""]
    assert (await network.current().send(http.POST, b"", TIMEOUTS)).body == b"packed"
    streaming = await network.current().open(http.GET, None, TIMEOUTS)
    assert await streaming.receive() == b"a"
    await streaming.aclose()
    with pytest.raises(WireError):
        await streaming.receive()
    await network.aclose()


async def test_respx(http):
    router = respx.Router()
    route = router.post("https://api.example.test/v1/chat/completions").respond(json={"ok": True})
    network = Network(ORIGIN, transport=httpx.MockTransport(router.async_handler))
    assert (await network.current().send(http.POST, b"{}", TIMEOUTS)).body == b'{"ok":true}'
    assert route.call_count == 1
    await network.aclose()


@pytest.mark.parametrize(
    ("error", "phase", "sent", "late"),
    [
        (httpx.ConnectError("x"), Phase.CONNECT, Sent.NOTHING, False),
        (httpx.ConnectTimeout("x"), Phase.CONNECT, Sent.NOTHING, True),
        (httpx.PoolTimeout("x"), Phase.CONNECT, Sent.NOTHING, True),
        (httpx.ProxyError("x"), Phase.CONNECT, Sent.NOTHING, False),
        (httpx.UnsupportedProtocol("x"), Phase.CONNECT, Sent.NOTHING, False),
        (httpx.WriteError("x"), Phase.WRITE, Sent.PART, False),
        (httpx.WriteTimeout("x"), Phase.WRITE, Sent.PART, True),
        (httpx.ReadError("x"), Phase.READ, Sent.MAYBE, False),
        (httpx.ReadTimeout("x"), Phase.READ, Sent.MAYBE, True),
        (httpx.RemoteProtocolError("x"), Phase.PROTOCOL, Sent.MAYBE, False),
        (httpx.DecodingError("x"), Phase.PROTOCOL, Sent.MAYBE, False),
        (httpx.TooManyRedirects("x"), Phase.PROTOCOL, Sent.MAYBE, False),
        (httpx.CloseError("x"), Phase.READ, Sent.MAYBE, False),
        (httpx.StreamClosed(), Phase.READ, Sent.MAYBE, False),
        (ConnectionResetError("x"), Phase.READ, Sent.MAYBE, False),
        (ssl.SSLError("x"), Phase.READ, Sent.MAYBE, False),
        (anyio.BrokenResourceError(), Phase.READ, Sent.MAYBE, False),
    ],
)
async def test_every_failure_of_httpx_becomes_ours(http, error, phase, sent, late):
    def handler(request):
        raise error

    network = Network(ORIGIN, transport=httpx.MockTransport(handler))
    caught = await failure(network, http.POST, b"{}")
    assert (caught.phase, caught.sent, caught.timeout, caught.__cause__) == (phase, sent, late, error)
    await network.aclose()


async def test_a_mistake_of_a_mock_comes_through(http):
    def handler(request):
        raise KeyError("mine")

    network = Network(ORIGIN, transport=httpx.MockTransport(handler))
    with pytest.raises(KeyError, match="mine"):
        await network.current().send(http.POST, b"{}", TIMEOUTS)
    await network.aclose()


async def test_the_timeouts_of_a_users_client_are_respected(start, http):
    def script(peer):
        peer.read_request()
        peer.closed_within(8)

    server = start(script)
    async with httpx.AsyncClient(timeout=httpx.Timeout(5, read=0.2), trust_env=False) as client:
        network = Network(server.origin, async_client=client)
        since = time.monotonic()
        error = await failure(network, http.POST, b"{}", Timeouts(read=10))
        assert (error.timeout, error.phase) == (True, Phase.READ)
        assert time.monotonic() - since < 5
        await network.aclose()
        assert not client.is_closed, "it is the user's"


async def test_auth_headers_and_hooks_of_a_users_client_are_respected(start, http):
    heads, seen = [], []

    def script(peer):
        while (request := peer.read_request()) is not None:
            heads.append(request[0].lower())
            peer.send(http.answer(b"body"))

    async def read(response):
        seen.append(await response.aread())

    client = httpx.AsyncClient(
        auth=("user", "secret"), headers={"x-mine": "1"}, event_hooks={"response": [read]}, trust_env=False
    )
    network = Network(start(script).origin, async_client=client)
    assert (await network.current().send(http.POST, b"{}", TIMEOUTS)).body == b"body"
    assert b"authorization: basic dxnlcjpzzwnyzxq=" in heads[0]
    assert b"x-mine: 1" in heads[0]
    assert seen == [b"body"]
    await client.aclose()


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        ({}, {b"user-agent": b"mistral-async/1", b"accept-encoding": accept_encoding().encode()}),
        (
            {"User-Agent": "mine", "Accept-Encoding": "identity"},
            {b"user-agent": b"mine", b"accept-encoding": b"identity"},
        ),
    ],
)
async def test_the_agent_and_codings_that_the_owner_of_a_client_has_set_are_sent(start, http, headers, sent):
    heads = []

    def script(peer):
        while (request := peer.read_request()) is not None:
            heads.append(request[0].lower())
            peer.send(http.answer(b"body"))

    async with httpx.AsyncClient(headers=headers, trust_env=False) as client:
        network = Network(start(script).origin, async_client=client)
        head = msgspec.structs.replace(http.POST, headers=(*http.POST.headers, ("user-agent", "mistral-async/1")))
        await network.current().send(head, b"{}", TIMEOUTS)
    lines = [line.split(b": ", 1) for line in heads[0].split(b"\r\n") if b": " in line]
    assert {name: value for name, value in lines if name in sent} == sent
    assert len([name for name, _ in lines if name in sent]) == len(sent)


async def test_a_closed_client_says_so(http):
    client = httpx.AsyncClient()
    await client.aclose()
    network = Network(ORIGIN, async_client=client)
    with pytest.raises(RuntimeError, match="closed"):
        await network.current().send(http.POST, b"{}", TIMEOUTS)


async def test_httpx2_clients_and_transports(start, http):
    httpx2 = pytest.importorskip("httpx2")
    server = start()
    async with httpx2.AsyncClient(trust_env=False, timeout=5) as client:
        network = Network(server.origin, async_client=client)
        assert (await network.current().send(http.POST, b"x", TIMEOUTS)).body == b"x"
        streaming = await network.current().open(http.POST, b"y", TIMEOUTS)
        assert [await streaming.receive(), await streaming.receive()] == [b"y", b""]
    transport = httpx2.AsyncHTTPTransport()
    network = Network(server.origin, transport=transport)
    assert (await network.current().send(http.POST, b"x", TIMEOUTS)).body == b"x"
    await network.aclose()
    server.stop()
    network = Network(server.origin, transport=httpx2.AsyncHTTPTransport())
    error = await failure(network, http.POST, b"x")
    assert (error.phase, error.sent) == (Phase.CONNECT, Sent.NOTHING)
    await network.aclose()


def test_a_transport_and_a_client_exclude_each_other():
    with pytest.raises(ValueError, match="not both"):
        Network(ORIGIN, transport=httpx.MockTransport(lambda _: None), async_client=httpx.AsyncClient())


@pytest.mark.parametrize("by", ["argument", "environment"])
async def test_a_proxy(start, http, tls, client_tls, monkeypatch, by):
    log = []
    server, proxy = start(tls=tls), start(tunnel(log))
    url = f"http://127.0.0.1:{proxy.port}"
    if by == "environment":
        monkeypatch.setenv("HTTPS_PROXY" if tls else "http_proxy", url)
    network = Network(server.origin, verify=client_tls, proxy=url if by == "argument" else None)
    for index in range(3):
        assert (await network.current().send(http.POST, b"%d" % index, TIMEOUTS)).body == b"%d" % index
    host = f"{server.origin[1]}:{server.port}"
    assert log == [f"CONNECT {host} HTTP/1.1" if tls else f"POST http://{host}/v1/chat/completions HTTP/1.1"]
    await network.aclose()
    assert await proxy.settled(0)


async def test_keepalive_and_limits_survive_a_proxy(start, http, client_tls):
    server, proxy = start(tls=True), start(tunnel([]))
    network = Network(server.origin, verify=client_tls, proxy=f"http://127.0.0.1:{proxy.port}", max_connections=2)
    streaming = await network.current().open(http.POST, b"x", TIMEOUTS)
    sock = streaming._response.extensions["network_stream"].get_extra_info("socket")
    if not hasattr(sock, "getsockopt"):
        sock = sock._sock
    values = [
        sock.getsockopt(socket.IPPROTO_TCP, getattr(socket, f"TCP_KEEP{name}")) for name in ("IDLE", "INTVL", "CNT")
    ]
    assert (sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE), values) == (1, [60, 60, 5])
    await streaming.aclose()
    assert await proxy.settled(0)
    proxy.most = 0

    async def one(index):
        assert (await network.current().send(http.POST, b"%d" % index, TIMEOUTS)).body == b"%d" % index

    async with anyio.create_task_group() as tasks:
        for index in range(20):
            tasks.start_soon(one, index)
    assert proxy.most <= 2
    await network.aclose()


@pytest.mark.parametrize("refuse", ["407 Proxy Authentication Required", "502 Bad Gateway"])
async def test_a_proxy_that_refuses(start, http, client_tls, refuse):
    server, proxy = start(tls=True), start(tunnel([], refuse))
    network = Network(server.origin, verify=client_tls, proxy=f"http://127.0.0.1:{proxy.port}")
    error = await failure(network, http.POST, b"x")
    assert (error.phase, error.sent) == (Phase.CONNECT, Sent.NOTHING)
    assert refuse[:3] in str(error)
    await network.aclose()


async def test_http2_is_spoken_where_it_is_asked_for(http, authority):
    h2_config = pytest.importorskip("h2.config")
    import h2.connection
    import h2.events

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    context.set_alpn_protocols(["h2"])
    client_tls = ssl.create_default_context()
    authority.configure_trust(client_tls)

    def serve(listener):
        sock, _ = listener.accept()
        with context.wrap_socket(sock, server_side=True) as tls:
            connection = h2.connection.H2Connection(h2_config.H2Configuration(client_side=False))
            connection.initiate_connection()
            tls.sendall(connection.data_to_send())
            while data := tls.recv(65536):
                for event in connection.receive_data(data):
                    if isinstance(event, h2.events.StreamEnded):
                        connection.send_headers(event.stream_id, [(":status", "200"), ("x-name", "v")])
                        connection.send_data(event.stream_id, b"over two", end_stream=True)
                tls.sendall(connection.data_to_send())

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        network = Network(("https", "localhost", listener.getsockname()[1]), verify=client_tls, http2=True)
        assert isinstance(network.current(), HttpxLoopWire)
        for _ in range(2):
            result = await network.current().send(http.POST, b"{}", TIMEOUTS)
            assert (result.status, result.body, result.http_version) == (200, b"over two", "HTTP/2")
        await network.aclose()
        thread.join(5)


@pytest.fixture
def start_h2(authority, client_tls):
    """Start an HTTP/2 server, which sends what `answer(connection, stream, number of the request)` makes."""
    h2_config, connections = pytest.importorskip("h2.config"), pytest.importorskip("h2.connection")
    events, settings = pytest.importorskip("h2.events"), pytest.importorskip("h2.settings")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    context.set_alpn_protocols(["h2"])
    listener = socket.create_server(("127.0.0.1", 0))
    seen = []

    def serve(sock):
        with contextlib.suppress(OSError), context.wrap_socket(sock, server_side=True) as tls:
            connection = connections.H2Connection(h2_config.H2Configuration(client_side=False))
            one = {settings.SettingCodes.MAX_CONCURRENT_STREAMS: 1}
            connection.local_settings = settings.Settings(client=False, initial_values=one)
            connection.initiate_connection()
            tls.sendall(connection.data_to_send())
            while data := tls.recv(65536):
                for event in connection.receive_data(data):
                    if isinstance(event, events.StreamEnded):
                        seen.append(event.stream_id)
                        for piece in answer(connection, event.stream_id, len(seen)):
                            tls.sendall(piece)
                            time.sleep(0.02)
                if connection.state_machine.state.name != "CLOSED":
                    tls.sendall(connection.data_to_send())

    def accept():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    def answer(connection, stream, number):
        raise NotImplementedError

    def start(make):
        nonlocal answer
        answer = make
        threading.Thread(target=accept, daemon=True).start()
        return Network(("https", "localhost", listener.getsockname()[1]), verify=client_tls, http2=True), seen

    yield start
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def frames(connection, stream, body=b"{}", *, head=True, end=True):
    if head:
        connection.send_headers(stream, [(":status", "200")])
    connection.send_data(stream, body, end_stream=end)
    return connection.data_to_send()


def goaway(stream):
    """The frame that says: no more than this stream. (h2 would end the connection.)"""
    return b"\0\0\x08\x07\0\0\0\0\0" + stream.to_bytes(4, "big") + bytes(4)


async def test_rule_1_a_request_that_an_http2_connection_can_not_take_goes_to_the_next(start_h2, http):
    def answer(connection, stream, number):
        yield frames(connection, stream, b"%d" % number) + (goaway(stream) if number == 1 else b"")

    network, seen = start_h2(answer)
    bodies = []

    async def ask():
        bodies.append(bytes((await network.current().send(http.POST, b"{}", TIMEOUTS)).content))

    async with anyio.create_task_group() as tasks:
        for _ in range(3):  # of which two wait for the first, and find its connection ended
            tasks.start_soon(ask)
    assert sorted(bodies) == [b"1", b"2", b"3"]
    assert len(seen) == 3
    await network.aclose()


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
async def test_rule_7_what_was_sent_before_an_http2_connection_ended_is_known(start_h2, http, streamed):
    def answer(connection, stream, number):
        if streamed:
            yield frames(connection, stream, b"some", end=False)
        yield goaway(stream) + frames(connection, stream, b"more", head=not streamed)

    network, seen = start_h2(answer)
    with pytest.raises(WireError) as caught:
        await network.current().send(http.POST, b"{}", TIMEOUTS)
    assert caught.value.sent is Sent.MAYBE  # it was sent, and even answered: httpx has lost that
    assert caught.value.phase in {Phase.READ, Phase.PROTOCOL}
    assert len(seen) == 1
    await network.aclose()


async def test_our_transport_inside_httpx(start, http, tls, client_tls):
    def script(peer):
        while (request := peer.read_request()) is not None:
            peer.send(http.answer(gzip.compress(request[1] or b"none"), "Content-Encoding: gzip", "Set-Cookie: a=b"))

    server = start(script, tls=tls)
    base = f"{server.origin[0]}://{server.origin[1]}:{server.port}"
    async with httpx.AsyncClient(transport=Transport(verify=client_tls), base_url=base) as client:
        response = await client.post("/x?a=b", json={"a": 1}, headers={"Accept-Encoding": "gzip"})
        assert (response.json(), response.http_version, client.cookies["a"]) == ({"a": 1}, "HTTP/1.1", "b")
        assert (await client.get("/")).text == "none"
        async with client.stream("POST", "/", content=b"streamed") as response:
            assert [piece async for piece in response.aiter_bytes()] == [b"streamed"]
        assert (await client.post("/", content=anyio_pieces())).content == b"3\r\nabc\r\n"
        assert len(server.peers) == 1
    assert await server.settled(0)


async def anyio_pieces():
    yield b"abc"


async def test_our_transport_fails_as_httpx_does(start, http):
    server = start(lambda peer: peer.read_request() and peer.closed_within(2))
    base = f"http://127.0.0.1:{server.port}"
    async with httpx.AsyncClient(transport=Transport(), base_url=base, timeout=0.2) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get("/")
        server.stop()
        with pytest.raises(httpx.ConnectError):
            await client.get("/")
        with pytest.raises(httpx.LocalProtocolError):
            await client.get("/", headers={"x": "a\nb"})
        with pytest.raises(httpx.UnsupportedProtocol):
            await client.get("ftp://x/")


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_httpx_wires_end_with_their_loop(start, http, client_tls, backend):
    server = start(tls=True)
    network = Network(server.origin, verify=client_tls, http2=True)

    async def main():
        for _ in range(2):
            assert (await network.current().send(http.POST, b"x", TIMEOUTS)).body == b"x"

    for _ in range(5):
        anyio.run(main, backend=backend)
        gc.collect()
    assert len(network._wires) == 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_httpx_wire_that_is_dropped_warns_once(start, http, client_tls, backend):
    server = start(tls=True)

    async def main():
        networks = [Network(server.origin, verify=client_tls, http2=True)]
        assert (await networks[0].current().send(http.POST, b"x", TIMEOUTS)).body == b"x"
        with pytest.warns(ResourceWarning, match="unclosed client") as caught:
            networks.clear()
        assert len(caught) == 1
        assert await server.settled(0)

    anyio.run(main, backend=backend)
    gc.collect()


def test_a_large_piece_of_a_transport_is_read_in_linear_time():
    # What of a piece was not read yet is not copied for each of its parts.
    async def seconds(lines):
        body = (b": %b\r\n" % (b"c" * 8000)) * lines + b"data: [DONE]\r\n\r\n"
        answer = httpx.Response(200, headers={"content-type": "text/event-stream"}, content=body)
        request = stream("/v1/anything", yields=dict, ends=frozenset())
        async with Mistral("key", transport=httpx.MockTransport(lambda _: answer)) as client:
            since = time.thread_time()
            async with await client.send(request) as events:
                assert [event async for event in events] == []
            return time.thread_time() - since

    anyio.run(seconds, 1)
    small = min(anyio.run(seconds, 250) for _ in range(3))
    assert min(anyio.run(seconds, 1000) for _ in range(2)) < 9 * small  # linear is 4, quadratic 16
