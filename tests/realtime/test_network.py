"""WebSockets over TLS, through proxies, and to the fake server."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading

import anyio
import httpx
import pytest
import trustme
from live_server import LiveServer, RawServer, read_head

from mistral_async import Mistral, SyncMistral, errors
from mistral_async.testing import CloseFrame, FakeMistral, spoken

CHUNK = bytes(640)


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def server_tls(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


@pytest.fixture(scope="module")
def client_tls(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def secure(server_tls):
    with LiveServer(tls=server_tls) as server:
        yield server


class Proxy(RawServer):
    """A proxy that connects to whatever it is asked for: CONNECT of HTTP, or SOCKS5."""

    def __init__(self, *, tls=None, refuse=b""):
        super().__init__(None)
        self.asked: list[bytes] = []
        self._tls, self._refuse = tls, refuse

    def _run(self, sock):
        with contextlib.suppress(OSError):
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            first = sock.recv(1)
            target = self._socks(sock) if first == b"\x05" else self._connect(sock, first)
            if target is not None:
                other = socket.create_connection(target)
                self._open.append(other)
                threading.Thread(target=pump, args=(other, sock), daemon=True).start()
                pump(sock, other)

    def _connect(self, sock, head):
        head = read_head(sock, head)
        self.asked.append(head)
        sock.sendall(self._refuse or b"HTTP/1.1 200 Connection established\r\n\r\n")
        host, _, port = head.split()[1].decode().rpartition(":")
        return None if self._refuse else (host, int(port))

    def _socks(self, sock):
        methods = sock.recv(sock.recv(1)[0])
        sock.sendall(b"\x05\x02" if 2 in methods else b"\x05\x00")
        if 2 in methods:
            self.asked.append(sock.recv(512))
            sock.sendall(b"\x01\x00")
        request = sock.recv(512)
        self.asked.append(request)
        sock.sendall(self._refuse or b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50")
        name = request[5 : 5 + request[4]].decode()
        return None if self._refuse else (name, int.from_bytes(request[-2:], "big"))


def pump(source, sink):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


async def text_of(url, **options):
    async with Mistral("k", server_url=url, retry_config={"retries": 0}, **options) as client:
        return (await client.audio.realtime.transcribe_stream([CHUNK] * 3, "m")).text


async def test_tls(secure, client_tls, monkeypatch):
    for name in ("ALL_PROXY", "HTTPS_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert await text_of(secure.url, verify=client_tls) == "1920"
    with SyncMistral("k", server_url=secure.url, verify=client_tls) as client:
        assert client.audio.realtime.transcribe_stream([CHUNK], "m").result().text == "640"
    with pytest.raises(errors.APIConnectError, match="certificate verify failed"):
        await text_of(secure.url)


async def test_a_server_that_speaks_no_tls(client_tls):
    with LiveServer() as server, pytest.raises(errors.APIConnectError, match="during the TLS handshake"):
        await text_of(server.url.replace("http:", "https:"), verify=client_tls)


async def test_a_proxy(secure, client_tls):
    with Proxy() as proxy:
        url = f"http://user:pass@127.0.0.1:{proxy.port}"
        assert await text_of(secure.url, verify=client_tls, proxy=url) == "1920"
        with LiveServer() as plain:
            given = httpx.Proxy(f"http://127.0.0.1:{proxy.port}", headers={"X-Mine": "1"})
            assert await text_of(plain.url, proxy=given) == "1920"
    first, second = proxy.asked
    assert first.startswith(f"CONNECT localhost:{secure.port} HTTP/1.1\r\n".encode())
    assert b"proxy-authorization: Basic " + base64.b64encode(b"user:pass") in first
    assert b"authorization: Bearer" not in first, "the key goes to the server alone"
    assert b"x-mine: 1" in second.lower()


async def test_a_proxy_over_tls(secure, server_tls, client_tls):
    with Proxy(tls=server_tls) as proxy:
        given = httpx.Proxy(f"https://localhost:{proxy.port}", ssl_context=client_tls)
        assert await text_of(secure.url, verify=client_tls, proxy=given) == "1920"


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_a_socks_proxy(secure, client_tls, scheme):
    with Proxy() as proxy:
        url = f"{scheme}://user:pass@127.0.0.1:{proxy.port}"
        assert await text_of(secure.url, verify=client_tls, proxy=url) == "1920"
        assert await text_of(secure.url, verify=client_tls, proxy=url.replace("user:pass@", "")) == "1920"
    assert proxy.asked[0] == b"\x01\x04user\x04pass"


async def test_the_environments_proxy(secure, client_tls, monkeypatch):
    with Proxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.delenv("no_proxy", raising=False)
        assert await text_of(secure.url, verify=client_tls) == "1920"
        assert len(proxy.asked) == 1
        monkeypatch.setenv("NO_PROXY", "localhost")
        assert await text_of(secure.url, verify=client_tls) == "1920"
        assert len(proxy.asked) == 1


REFUSALS = {
    "http": (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "the proxy answered 407"),
    "no http": (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "does not speak HTTP"),
    "socks5": (b"\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00", "the server refused the connection"),
}


@pytest.mark.parametrize(("refuse", "message"), REFUSALS.values(), ids=REFUSALS)
async def test_a_proxy_that_refuses(secure, client_tls, refuse, message):
    with Proxy(refuse=refuse) as proxy:
        scheme = "socks5" if refuse[0] == 5 else "http"
        with pytest.raises(errors.APIConnectError, match=message) as caught:
            await text_of(secure.url, verify=client_tls, proxy=f"{scheme}://user:secret@127.0.0.1:{proxy.port}")
    assert "secret" not in f"{caught.value!r}{caught.value.__cause__!r}"
    assert f"127.0.0.1:{proxy.port}" in caught.value.message


async def test_a_proxy_that_says_nothing():
    with socket.create_server(("127.0.0.1", 0)) as silent, anyio.fail_after(5):
        proxy = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(errors.APITimeoutError) as caught:
            async with Mistral("k", server_url="http://localhost:9", proxy=proxy, timeout_ms=100) as client:
                await client.audio.realtime.connect("m")
    assert caught.value.phase == "total"


# The fake server.

HEARS = "voxtral-mini-transcribe-realtime-latest"
SPEAKS = "voxtral-mini-tts-latest"


async def test_the_fake_server_hears_and_speaks(server, client):
    async with client.audio.realtime.transcribe_stream(spoken("one two three"), HEARS) as live:
        events = [event async for event in live]
    assert events[-1].text == "one two three"
    assert live.partial.text == "one two three"
    audio = await client.audio.realtime_speech.speak_stream(["one ", "two"], SPEAKS, response_format="pcm")
    assert len(audio.audio) > 1000


async def test_a_close_that_the_fake_server_is_told(server, client):
    server.fault(CloseFrame(1011, "restart"))
    with pytest.raises(errors.ConnectionClosedError, match="restart"):
        await client.audio.realtime.transcribe_stream(spoken("one two three"), HEARS)


def test_the_fake_server_blocking(sync_client):
    assert sync_client.audio.realtime.transcribe_stream(spoken("one two"), HEARS).result().text == "one two"


async def test_the_fake_server_over_tls(server_tls, client_tls):
    async with (
        FakeMistral(tls=server_tls) as server,
        Mistral(server.api_key, server_url=server.url, verify=client_tls) as client,
    ):
        done = await client.audio.realtime.transcribe_stream([spoken("one two", silence=0.6), spoken("three")], HEARS)
        assert [(each.text, each.start, each.end) for each in done.segments] == [
            ("one two", 0.0, 0.14),
            ("three", 0.74, 0.84),
        ]
        speech = client.audio.realtime_speech.speak_stream(["one"], SPEAKS, response_format="pcm")
        assert (await speech).audio == spoken("one", "pcm_f32le", 24_000)
