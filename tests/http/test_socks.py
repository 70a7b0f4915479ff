"""Through a SOCKS proxy, which is a real one of forty lines: our own connections, on every loop, plain and with TLS."""

from __future__ import annotations

import socket
import socketserver
import threading
from contextlib import contextmanager

import anyio
import pytest

from mistral_async import Mistral, SyncMistral, Timeout
from mistral_async.errors import APIConnectError, APITimeoutError
from mistral_async.testing import FakeMistral

HI = [{"role": "user", "content": "hi"}]


class Socks(socketserver.StreamRequestHandler):
    """SOCKS 5 (RFC 1928, RFC 1929). It looks up every name as the loopback address."""

    def handle(self):
        server = self.server
        _, count = self.rfile.read(2)
        methods = self.rfile.read(count)
        if server.silent:
            server.silent.wait(10)
            return
        if server.credentials:
            if 2 not in methods:
                self.wfile.write(b"\x05\xff")
                return
            self.wfile.write(b"\x05\x02")
            user = self.rfile.read(self.rfile.read(2)[1])
            password = self.rfile.read(self.rfile.read(1)[0])
            good = (user, password) == server.credentials
            self.wfile.write(b"\x01\x00" if good else b"\x01\x01")
            if not good:
                return
        else:
            self.wfile.write(b"\x05\x00")
        kind = self.rfile.read(4)[3]
        host = self.rfile.read({1: 4, 4: 16}.get(kind) or self.rfile.read(1)[0])
        port = int.from_bytes(self.rfile.read(2), "big")
        server.asked.append((kind, host, port))
        if server.refuses:
            self.wfile.write(bytes([5, server.refuses, 0, 1, 0, 0, 0, 0, 0, 0]))
            return
        with socket.create_connection(("127.0.0.1", port)) as there:
            self.wfile.write(b"\x05\x00\x00\x03\x04here\x00\x50")  # a name as the bound address
            back = threading.Thread(target=self.copy, args=(there, self.connection), daemon=True)
            back.start()
            self.copy(self.connection, there)
            back.join()

    @staticmethod
    def copy(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


@contextmanager
def proxy(*, credentials=None, refuses=0, silent=False):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Socks) as server:
        server.daemon_threads, server.asked = True, []
        server.credentials, server.refuses = credentials, refuses
        server.silent = threading.Event() if silent else None
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        if silent:
            server.silent.set()
        server.shutdown()


def url_of(server, scheme="socks5", user=""):
    return f"{scheme}://{user}127.0.0.1:{server.server_address[1]}"


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_a_name_is_looked_up_by_the_proxy(server, scheme):
    with proxy() as socks:
        async with Mistral(
            server.api_key, server_url=f"http://mistral.test:{server.port}/", proxy=url_of(socks, scheme)
        ) as client:
            for _ in range(3):
                assert (await client.models.list()).data
            async with client.chat.stream(model="mistral-small-latest", messages=HI) as stream:
                assert (await stream.get_final_response()).text
        assert socks.asked == [(3, b"mistral.test", server.port)]
    assert {request.headers["host"] for request in server.requests} == {f"mistral.test:{server.port}"}


async def test_tls_is_with_the_server_and_user_and_password_with_the_proxy(anyio_backend, server_tls, client_tls):
    with FakeMistral(tls=server_tls) as server, proxy(credentials=(b"us er", b"p@ss")) as socks:
        async with Mistral(
            server.api_key,
            server_url=f"https://localhost:{server.port}",
            proxy=url_of(socks, user="us%20er:p%40ss@"),
            verify=client_tls,
        ) as client:
            async with anyio.create_task_group() as tasks:
                for _ in range(5):
                    tasks.start_soon(client.models.list)
            await client.models.list()
        assert 1 <= len(socks.asked) <= 5


async def test_a_proxy_that_says_nothing_is_left_in_time(server):
    with proxy(silent=True) as socks:
        async with Mistral(
            server.api_key,
            server_url=server.url,
            proxy=url_of(socks),
            timeout=Timeout(connect=0.05),
            retry_config={"strategy": "none"},
        ) as client:
            with pytest.raises(APITimeoutError, match=r"through the proxy socks5://127.*connect=0\.05") as caught:
                await client.models.list()
            assert not caught.value.may_have_executed
            with anyio.move_on_after(0.02) as scope:
                await client.with_options(timeout=5).models.list()
            assert scope.cancelled_caught
    assert not server.requests


@pytest.mark.parametrize(
    ("settings", "user", "says"),
    [
        ({"credentials": (b"u", b"p")}, "", "the proxy wants a user and password"),
        ({"credentials": (b"u", b"p")}, "u:secret@", "the proxy refused the user and password"),
        ({"refuses": 5}, "", "the server refused the connection"),
        ({"refuses": 2}, "", "it does not allow that"),
        ({"refuses": 99}, "", "for a reason of its own"),
    ],
)
def test_refusals_of_a_proxy(settings, user, says):
    with (
        proxy(**settings) as socks,
        SyncMistral(
            "key",
            server_url="http://mistral.test",
            proxy=url_of(socks, user=user),
            retry_config={"strategy": "none"},
        ) as client,
    ):
        with pytest.raises(
            APIConnectError, match=rf"mistral\.test:80 through the proxy socks5://127\..*{says}"
        ) as caught:
            client.models.list()
        assert "secret" not in str(caught.value)
        assert not caught.value.may_have_executed


def test_what_does_not_speak_socks(threaded_server):
    with (
        SyncMistral(
            "key",
            server_url="http://mistral.test",
            proxy=f"socks5://127.0.0.1:{threaded_server.port}",
            retry_config={"strategy": "none"},
        ) as client,
        pytest.raises(APIConnectError, match="does not speak SOCKS5"),
    ):
        client.models.list()


def test_the_environment_names_it(monkeypatch, threaded_server):
    for name in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with proxy() as socks:
        monkeypatch.setenv("ALL_PROXY", url_of(socks, "socks5h"))
        with SyncMistral(threaded_server.api_key, server_url=f"http://mistral.test:{threaded_server.port}") as client:
            assert client.models.list().data
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        with SyncMistral(threaded_server.api_key, server_url=threaded_server.url) as client:
            assert client.models.list().data
        assert len(socks.asked) == 1


@pytest.mark.parametrize(("host", "kind"), [("127.0.0.1", 1), ("[::1]", 4), ("b\u00fccher.test", 3)])
def test_addresses_go_as_addresses_and_names_in_ascii(host, kind, threaded_server):
    with (
        proxy() as socks,
        SyncMistral(
            threaded_server.api_key, server_url=f"http://{host}:{threaded_server.port}", proxy=url_of(socks)
        ) as client,
    ):
        assert client.models.list().data
        ((asked, name, _),) = socks.asked
    assert asked == kind
    assert name in {socket.inet_aton("127.0.0.1"), socket.inet_pton(socket.AF_INET6, "::1"), b"xn--bcher-kva.test"}


@pytest.mark.parametrize("asked", ["u" * 256 + ":p@", "u:" + "p" * 256 + "@"])
def test_a_user_that_no_proxy_takes(asked):
    with (
        proxy(credentials=(b"u", b"p")) as socks,
        SyncMistral(
            "key", server_url="http://mistral.test", proxy=url_of(socks, user=asked), retry_config={"strategy": "none"}
        ) as client,
        pytest.raises(APIConnectError, match="longer than 255"),
    ):
        client.models.list()
