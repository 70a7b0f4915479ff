"""Faults on the way to the server: names, sockets, TLS, proxies, and answers that point elsewhere."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import socket
import ssl

import pytest

from mistral_async import Timeout
from mistral_async.errors import (
    APIConnectError,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    MistralError,
    RedirectError,
)

ATTEMPTS = 3  # retries=2


SHORT = Timeout(connect=0.1, attempt=5)  # for what never comes, however long one waits


async def refused(client, stream, tools, error=APIConnectError, *, phase="connect", attempts=ATTEMPTS):
    """A call that never reaches a server, and what it leaves behind: nothing."""
    watch = tools.watch(client)
    outcome = await tools.perform(client, stream)
    assert isinstance(outcome, error), repr(outcome)
    assert isinstance(outcome, APIConnectionError)
    assert (outcome.phase, outcome.may_have_executed) == (phase, False)
    assert len(outcome.attempts) == attempts
    assert not isinstance(outcome.__cause__, BaseExceptionGroup)
    await watch.check()
    await watch.close()
    return outcome


@pytest.fixture
def no_names(monkeypatch):
    """A resolver that knows nothing."""

    def fail(host, *args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)


async def test_a_name_that_is_not_known(connect, stream, tls, tools, no_names):
    url = f"http{'s' * tls}://no-such-host.invalid"
    outcome = await refused(connect(None, url=url), stream, tools)
    assert "no-such-host.invalid" in str(outcome)


async def test_a_name_that_is_none(connect, stream, tools):
    await refused(connect(None, url=f"http://{'a' * 70}.example"), stream, tools)


@pytest.mark.parametrize("http2", [False, True], ids=["http1", "http2"])
async def test_nobody_listens(connect, stream, tls, tools, http2):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    outcome = await refused(connect(None, url=f"http{'s' * tls}://localhost:{port}", http2=http2), stream, tools)
    assert f"Errno {errno.ECONNREFUSED}" in str(outcome)  # and not only that all attempts have failed


async def test_a_black_hole(connect, stream, tls, tools):
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):  # a full queue: further connections are not answered
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)  # noqa: FBT003 - as socket has it
            with contextlib.suppress(BlockingIOError):
                filler.connect(listener.getsockname())
        url = f"http{'s' * tls}://localhost:{listener.getsockname()[1]}"
        await refused(connect(None, url=url, timeout=SHORT), stream, tools, APITimeoutError)


# TLS.


def dated(authority, days):
    """A certificate that is valid until so many days from now."""
    end = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", not_after=end).configure_cert(context)
    return context


def handshake(data, then):
    """Answer the first bytes of a client with these, and then do this."""

    def greet(sock):
        sock.settimeout(2)
        with contextlib.suppress(OSError):
            sock.recv(65536)
            sock.sendall(data)
            then(sock)
        return False

    return greet


def wait(sock):
    while sock.recv(65536):
        pass


# The handshake fails: nothing was sent, and the reason is told.


@pytest.fixture(params=["unknown", "expired", "of another host"])
def certificate(request, authority):
    match request.param:
        case "unknown":
            other = pytest.importorskip("trustme").CA()
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            other.issue_cert("localhost").configure_cert(context)
        case "expired":
            context = dated(authority, -1)
        case _:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert("example.org").configure_cert(context)
    return context


async def test_a_certificate_that_is(start, connect, stream, tools, certificate):
    server = start(tls=certificate)
    outcome = await refused(connect(server), stream, tools, attempts=1)
    assert "certificate" in str(outcome)
    assert isinstance(outcome.__cause__, ssl.SSLError)


@pytest.mark.parametrize(
    "greet",
    [
        pytest.param(handshake(b"", socket.socket.close), id="closed after the hello"),
        pytest.param(handshake(b"\x15\x03\x03\x00\x02\x02\x28", wait), id="alert"),
        pytest.param(handshake(b"\x16\x03\x03\x00\x20", socket.socket.close), id="closed in a record"),
        pytest.param(handshake(b"HTTP/1.1 400 Bad Request\r\n\r\n", wait), id="no TLS at all"),
        pytest.param(handshake(b"\xff" * 100, wait), id="garbage"),
    ],
)
async def test_a_handshake_that_fails(start, connect, stream, tools, greet):
    await refused(connect(start(tls=True, greet=greet)), stream, tools)


async def test_a_handshake_without_an_answer(start, connect, stream, tools):
    server = start(tls=True, greet=handshake(b"", wait))
    await refused(connect(server, timeout=SHORT), stream, tools, APITimeoutError)


async def test_a_reset_in_the_handshake(start, connect, stream, tools):
    await refused(connect(start(tls=True, greet=handshake(b"", tools.reset))), stream, tools)


async def test_no_common_version(start, connect, stream, tools, server_tls, authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    strict = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(strict)
    strict.minimum_version = ssl.TLSVersion.TLSv1_3
    outcome = await refused(connect(start(tls=strict), verify=context), stream, tools, attempts=1)
    assert "no version of TLS in common" in str(outcome)


async def test_a_server_that_does_not_speak_tls(start, connect, stream, tools):
    greet = handshake(b"HTTP/1.1 400 Bad Request\r\n\r\n", wait)
    outcome = await refused(connect(start(tls=True, greet=greet)), stream, tools)
    assert "http:// meant?" in str(outcome)


async def test_a_server_that_wants_a_certificate_is_asked_once(start, connect, stream, tools, authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED

    def greet(sock):
        """In TLS 1.3 the client is through before the server sees that it has no certificate."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        with contextlib.suppress(OSError):
            while True:
                incoming.write(sock.recv(65536))
                with contextlib.suppress(ssl.SSLWantReadError):
                    try:
                        tls.do_handshake()
                    finally:
                        sock.sendall(outgoing.read())
        with contextlib.suppress(OSError):
            wait(sock)
        return False

    client = connect(start(tls=True, greet=greet))
    watch = tools.watch(client)
    outcome = await tools.perform(client, stream)
    assert isinstance(outcome, APIConnectionError)
    assert "which may have a certificate of the client" in str(outcome)
    assert len(outcome.attempts) == 1
    await watch.close()


async def test_an_alert_in_the_middle_of_an_answer(start, connect, stream, tools):
    def alert(peer, request):
        peer.send(tools.answer(request)[:-30])
        raw = socket.socket(fileno=socket.dup(peer.sock.fileno()))
        raw.sendall(b"\x17\x03\x03\x00\x10" + b"x" * 16)  # a record that does not decrypt
        raw.close()
        return False

    client = connect(start(alert, tls=True))
    watch = tools.watch(client)
    outcome = await tools.perform(client, stream)
    assert isinstance(outcome, APIConnectionError)
    assert outcome.may_have_executed
    await watch.close()


# Proxies.


def proxy_that(answer):
    def fault(peer):
        if answer:
            peer.send(answer)

    def never(peer, request):
        raise AssertionError("the head was met")

    never.before_body = fault
    return never


PROXIES = {
    "refuses": (b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", 407),
    "can not": (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", 502),
    "says nothing": (b"", None),
    "talks nonsense": (b"SSH-2.0-OpenSSH_9.6\r\n", None),
}


@pytest.mark.parametrize("case", PROXIES)
async def test_a_proxy_that(start, connect, stream, tls, tools, case):
    answer, status = PROXIES[case]
    proxy = start(proxy_that(answer))
    client = connect(None, url=f"http{'s' * tls}://localhost:1", proxy=proxy.url.replace("localhost", "127.0.0.1"))
    watch = tools.watch(client)
    outcome = await tools.perform(client, stream)
    assert isinstance(outcome, MistralError)
    if status and not tls:
        assert isinstance(outcome, APIStatusError)
        assert outcome.status == status
    else:
        assert isinstance(outcome, APIConnectionError)
        assert not outcome.may_have_executed or status is None  # httpx does not tell how far it came
    await watch.check()
    await watch.close()


async def test_a_proxy_that_does_not_listen(connect, stream, tls, tools):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http{'s' * tls}://localhost:1"
    await refused(connect(None, url=url, proxy=f"http://127.0.0.1:{port}"), stream, tools)


# Elsewhere.


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_the_key_goes_to_no_other_host(start, connect, stream, tls, tools, status):
    other = start(tls=tls)
    head = f"HTTP/1.1 {status} Elsewhere\r\nLocation: {other.url}/v1\r\nContent-Length: 0\r\n\r\n".encode()

    def fault(peer, request):
        peer.send(head)
        return True

    server = start(fault, tls=tls)
    client = connect(server)
    watch = tools.watch(client)
    outcome = await tools.perform(client, stream)
    assert isinstance(outcome, RedirectError)
    assert (outcome.status, outcome.location) == (status, f"{other.url}/v1")
    assert "not followed" in str(outcome)
    assert (len(server.requests), other.accepted) == (1, 0)
    await watch.close(server)
