"""Time limits, cancellation, and the queue for a connection: what each leaves behind."""

from __future__ import annotations

import random
import socket
import ssl
import threading
import time

import anyio
import anyio.lowlevel
import pytest

from mistral_async._http.network import Network
from mistral_async._http.protocol import Phase, Sent, SettingError, Timeouts, WireError

TIMEOUTS = Timeouts(connect=5, write=5, read=5)


async def failure(network, head, body=None, timeouts=TIMEOUTS):
    with pytest.raises(WireError) as caught:
        await network.current().send(head, body, timeouts)
    return caught.value


def silent(peer):
    peer.read_request()
    assert peer.closed_within(5)


class Endless:
    length = None
    repeatable = False

    def __init__(self, pause):
        self.pause = pause
        self.closed = False

    async def open(self):
        try:
            while True:
                yield b"x" * 1000
                await anyio.sleep(self.pause)
        finally:
            self.closed = True


@pytest.mark.parametrize("timeouts", [Timeouts(read=0.1), "deadline"])
async def test_a_server_that_does_not_answer(start, connect, http, tls, timeouts):
    server = start(silent, tls=tls)
    network = connect(server)
    since = time.monotonic()
    if timeouts == "deadline":
        timeouts = Timeouts(deadline=since + 0.15)
    error = await failure(network, http.POST, b"x", timeouts)
    assert (error.timeout, error.phase, error.sent) == (True, Phase.READ, Sent.MAYBE)
    assert 0.09 < time.monotonic() - since < 4
    assert await server.settled(0)
    assert network.current().pool.slots == 0
    await network.aclose()


async def test_the_read_limit_counts_silence_not_the_whole(start, connect, http):
    def script(peer):
        peer.read_request()
        for byte in http.answer(b"slowly"):
            peer.send(bytes([byte]))
            time.sleep(0.01)
        silent(peer)

    network = connect(start(script))
    assert (await network.current().send(http.GET, None, Timeouts(read=0.3))).body == b"slowly"
    error = await failure(network, http.GET, None, Timeouts(read=0.15, deadline=time.monotonic() + 0.1))
    assert error.timeout
    await network.aclose()


async def test_a_later_request_on_the_connection_has_limits_of_its_own(start, connect, http):
    """Rule 2 of the connections: what is late from an earlier exchange does not touch this one."""
    delays = [0, 0.5, 0]

    def script(peer):
        while peer.read_request() is not None:
            time.sleep(delays.pop(0))
            peer.send(http.answer(b""))

    server = start(script)
    network = connect(server)
    await network.current().send(http.GET, None, Timeouts(read=0.4))
    await network.current().send(http.GET, None, Timeouts(read=5))
    await network.current().send(http.GET, None, Timeouts(read=0.4, deadline=time.monotonic() + 5))
    assert len(server.peers) == 1
    await network.aclose()


async def test_a_server_that_does_not_read(start, connect, http, tls):
    """Rule 4 of the connections."""

    def script(peer):
        seen.wait(5)

    seen = threading.Event()
    server = start(script, tls=tls)
    network = connect(server)
    since = time.monotonic()
    error = await failure(network, http.POST, b"x" * 50_000_000, Timeouts(write=0.15))
    assert (error.timeout, error.phase, error.sent) == (True, Phase.WRITE, Sent.PART)
    assert 0.14 < time.monotonic() - since < 4
    seen.set()
    await network.aclose()


async def test_the_write_limit_counts_standstill_not_the_whole(start, connect, http):
    """Rule 6 of the asyncio connection."""
    body = b"x" * 30_000_000

    def script(peer):
        head = peer.sock.recv(300)
        left = len(body) - len(head.partition(b"\r\n\r\n")[2])
        while left > 0:
            time.sleep(0.002)
            left -= len(peer.sock.recv(100_000))
        peer.send(http.answer(b"{}"))

    network = connect(start(script))
    since = time.monotonic()
    assert (await network.current().send(http.POST, body, Timeouts(write=0.3))).body == b"{}"
    assert time.monotonic() - since > 0.4
    await network.aclose()


async def test_the_deadline_ends_a_body_that_does_not(start, connect, http):
    """Rule 5 of the trio connection, rule 6 of the asyncio connection."""
    server = start(lambda peer: peer.closed_within(5))
    network = connect(server)
    for pause in (0, 10):
        source = Endless(pause)
        since = time.monotonic()
        error = await failure(network, http.POST, source, Timeouts(deadline=since + 0.15))
        assert (error.timeout, error.sent, source.closed) == (True, Sent.PART, True)
        assert time.monotonic() - since < 4
    assert await server.settled(0)
    await network.aclose()


async def test_nobody_listens(http):
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    network = Network(("http", "127.0.0.1", port))
    error = await failure(network, http.GET)
    assert (error.phase, error.sent, error.timeout) == (Phase.CONNECT, Sent.NOTHING, False)
    assert isinstance(error.__cause__, OSError)
    assert f"127.0.0.1:{port}" in str(error)
    assert network.current().pool.slots == 0
    await network.aclose()


@pytest.mark.parametrize("host", ["does-not-exist.invalid", "a" * 70 + ".example", "..", ""])
async def test_names_that_lead_nowhere(http, host):
    network = Network(("http", host, 80))
    error = await failure(network, http.GET)
    assert (error.phase, error.sent) == (Phase.CONNECT, Sent.NOTHING)
    await network.aclose()


async def test_a_server_that_does_not_accept(http):
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.settimeout(0)
            filler.connect_ex(listener.getsockname())
            fillers.append(filler)
        network = Network(("http", *listener.getsockname()))
        since = time.monotonic()
        error = await failure(network, http.GET, None, Timeouts(connect=0.2))
        assert (error.phase, error.sent, error.timeout) == (Phase.CONNECT, Sent.NOTHING, True)
        assert 0.15 < time.monotonic() - since < 10
        for filler in fillers:
            filler.close()
        await network.aclose()


@pytest.mark.parametrize("fault", ["silence", "garbage", "close", "untrusted", "name"])
async def test_tls_that_does_not_come_about(start, connect, http, fault, client_tls):
    def script(peer):
        if fault == "garbage":
            peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        if fault != "close":
            peer.closed_within(2)

    server = start(script, tls=fault in {"untrusted", "name"})
    host = "127.0.0.1" if fault == "name" else "localhost"
    network = Network(("https", host, server.port), verify=True if fault == "untrusted" else client_tls)
    error = await failure(network, http.GET, None, Timeouts(connect=0.5))
    assert (error.phase, error.sent, error.timeout) == (Phase.CONNECT, Sent.NOTHING, fault == "silence")
    if fault in {"untrusted", "name"}:
        assert isinstance(error.__cause__, ssl.SSLCertVerificationError)
    assert await server.settled(0)
    await network.aclose()


async def test_verification_can_be_turned_off_or_given_a_file(start, http, authority, tmp_path, monkeypatch):
    server = start(tls=True)
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    for verify in (False, str(bundle), bundle):
        network = Network(server.origin, verify=verify)
        assert (await network.current().send(http.POST, b"x", TIMEOUTS)).body == b"x"
        await network.aclose()
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    network = Network(server.origin)
    assert (await network.current().send(http.POST, b"x", TIMEOUTS)).body == b"x"
    await network.aclose()


async def test_a_context_that_insists_on_http2(start, http, authority, server_tls):
    server_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server_tls)
    server_tls.set_alpn_protocols(["h2"])
    client_tls = ssl.create_default_context()
    authority.configure_trust(client_tls)
    client_tls.set_alpn_protocols(["h2", "http/1.1"])
    server = start(lambda peer: peer.closed_within(2), tls=True)
    server.tls = server_tls
    network = Network(server.origin, verify=client_tls)
    with pytest.raises(SettingError, match="http2=True"):
        await network.current().send(http.GET, None, TIMEOUTS)
    assert await server.settled(0)
    await network.aclose()


async def test_callers_wait_for_a_connection_in_order(start, connect, http):
    """Rule 3 of the pool."""

    def script(peer):
        begin.wait(5)
        while (request := peer.read_request()) is not None:
            time.sleep(0.01)
            peer.send(http.answer(request[1]))

    begin = threading.Event()
    server = start(script)
    network = connect(server, max_connections=2)
    order = []

    async def one(index):
        result = await network.current().send(http.POST, b"%d" % index, TIMEOUTS)
        assert result.body == b"%d" % index
        assert (result.timings.queue > 0) == (index > 1)
        order.append(index)

    async with anyio.create_task_group() as tasks:
        for index in range(20):
            tasks.start_soon(one, index)
            await anyio.sleep(0.0005)
        begin.set()
    assert all(abs(place - index) <= 1 for place, index in enumerate(order))
    assert (len(server.peers), server.most) == (2, 2)
    await network.aclose()


async def test_only_the_deadline_ends_the_wait_for_a_connection(start, connect, http):
    """Rule 4 of the pooled wire."""
    network = connect(start(silent), max_connections=1)
    pool = network.current().pool
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(failure, network, http.GET, None, Timeouts(read=30))
        await anyio.sleep(0.05)
        since = time.monotonic()
        timeouts = Timeouts(connect=0.01, read=0.01, write=0.01, deadline=since + 0.2)
        error = await failure(network, http.GET, None, timeouts)
        assert (error.phase, error.sent, error.timeout) == (Phase.CONNECT, Sent.NOTHING, True)
        assert 0.15 < time.monotonic() - since < 4
        assert (pool.waiting, pool.slots) == (0, 1)
        tasks.cancel_scope.cancel()
    assert pool.slots == 0
    await network.aclose()


async def test_a_cancelled_wait_for_a_connection(start, connect, http):
    release = threading.Event()

    def script(peer):
        while (request := peer.read_request()) is not None:
            release.wait(5)
            peer.send(http.answer(request[1]))

    network = connect(start(script), max_connections=1)
    pool = network.current().pool
    done = []

    async def one(index):
        done.append((await network.current().send(http.POST, b"%d" % index, TIMEOUTS)).body)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(one, 0)
        await anyio.sleep(0.05)
        async with anyio.create_task_group() as waiting:
            for index in range(1, 6):
                waiting.start_soon(one, index)
            await anyio.sleep(0.02)
            assert pool.waiting == 5
            tasks.start_soon(one, 6)
            await anyio.sleep(0.02)
            waiting.cancel_scope.cancel()
        assert pool.waiting == 1
        release.set()
    assert done == [b"0", b"6"]
    assert (pool.slots, pool.idle) == (1, 1)
    await network.aclose()


async def test_a_connection_granted_to_a_cancelled_caller_goes_to_the_next(start, connect, http):
    """Rule 4 of the pool."""
    server = start()
    network = connect(server, max_connections=1)
    done = []

    async def one(index, scope):
        with scope:
            done.append((await network.current().send(http.POST, b"%d" % index, TIMEOUTS)).body)

    for _ in range(30):
        done.clear()
        scopes = [anyio.CancelScope() for _ in range(4)]

        async def first():
            await network.current().send(http.POST, b"first", TIMEOUTS)
            scopes[0].cancel()  # noqa: B023 (the answer grants the connection to number 0)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(first)
            await anyio.lowlevel.checkpoint()
            for index, scope in enumerate(scopes):
                tasks.start_soon(one, index, scope)
        assert {b"1", b"2", b"3"} <= set(done)
        pool = network.current().pool
        assert (pool.waiting, pool.slots, pool.idle) == (0, len(pool.connections), len(pool.connections))
    await network.aclose()


async def test_cancelled_requests_close_their_connection_at_once(start, connect, http, tls):
    """Rule 2 of the connections."""
    seen = []

    def script(peer):
        peer.read_request()
        since = time.monotonic()
        seen.append((peer.closed_within(2), time.monotonic() - since))

    server = start(script, tls=tls)
    network = connect(server)
    for body in (b"x", b"x" * 100_000):
        with anyio.move_on_after(0.1) as scope:
            await network.current().send(http.POST, body, TIMEOUTS)
        assert scope.cancelled_caught
        assert await server.settled(0, 0.2)
        assert network.current().pool.slots == 0
    assert all(closed and 0 < after < 0.3 for closed, after in seen)
    await network.aclose()


@pytest.mark.slow
async def test_after_a_storm_of_cancellations_everything_works(start, connect, http, tls):
    rng = random.Random(7)

    def script(peer):
        while (request := peer.read_request()) is not None:
            time.sleep(rng.random() * 0.004)
            peer.send(http.answer(request[1]))

    server = start(script, tls=tls)
    network = connect(server, max_connections=10)
    end = time.monotonic() + 2

    async def rider(index):
        while time.monotonic() < end:
            with anyio.move_on_after(rng.random() * 0.01):
                result = await network.current().send(http.POST, b"%d" % index, TIMEOUTS)
                assert result.body == b"%d" % index

    async with anyio.create_task_group() as tasks:
        for index in range(30):
            tasks.start_soon(rider, index)
    pool = network.current().pool
    assert (pool.waiting, pool.slots) == (0, pool.idle)
    done = []

    async def one(index):
        done.append((await network.current().send(http.POST, b"%d" % index, TIMEOUTS)).body)

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            for index in range(100):
                tasks.start_soon(one, index)
    assert sorted(done) == sorted(b"%d" % index for index in range(100))
    assert pool.slots <= 10
    assert await server.settled(pool.idle)
    await network.aclose()
    assert await server.settled(0)


async def test_closing_fails_what_is_under_way_and_what_waits(start, connect, http):
    """Rule 6 of the pool, rule 3 of the connections."""
    network = connect(start(silent), max_connections=1)
    errors = []

    async def one():
        errors.append(await failure(network, http.POST, b"x"))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(one)
        await anyio.sleep(0.05)
        tasks.start_soon(one)
        await anyio.sleep(0.05)
        await network.aclose()
    assert sorted(error.sent.value for error in errors) == ["maybe", "nothing"]
    assert not any(error.timeout for error in errors)


async def test_a_tls_peer_that_never_says_goodbye_does_not_hold_up_closing(start, connect, http):
    """Rule 3 of TLS."""

    def script(peer):
        peer.read_request()
        peer.send(http.answer(b""))
        closed.wait(10)

    closed = threading.Event()
    network = connect(start(script, tls=True))
    await network.current().send(http.GET, None, TIMEOUTS)
    since = time.monotonic()
    await network.aclose()
    assert time.monotonic() - since < 5
    closed.set()
