"""A scripted server on a real socket, plain or TLS: each connection runs a function in a thread of its own."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from types import SimpleNamespace

import anyio
import pytest

from mistral_async._http.network import Network
from mistral_async._http.protocol import RequestHead

GET = RequestHead("GET", "/v1/models", (("authorization", "Bearer test"),))
POST = RequestHead("POST", "/v1/chat/completions", (("content-type", "application/json"),))


def answer(body=b"{}", *headers, status="200 OK"):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


class Peer:
    """The server's end of one connection."""

    def __init__(self, server, sock):
        self.server = server
        self.sock = sock
        self.received = b""

    def read_request(self):
        """One request as (head, body); None when the client has closed."""
        while b"\r\n\r\n" not in self.received:
            if not self._more():
                return None
        head, _, rest = self.received.partition(b"\r\n\r\n")
        lines = [line.lower() for line in head.split(b"\r\n")]
        if b"transfer-encoding: chunked" in lines:
            while b"0\r\n\r\n" not in rest:
                if not self._more():
                    return None
                rest = self.received[len(head) + 4 :]
            body, _, self.received = rest.partition(b"0\r\n\r\n")
            return head, body
        length = next((int(line[16:]) for line in lines if line.startswith(b"content-length: ")), 0)
        while len(rest) < length:
            if not self._more():
                return None
            rest = self.received[len(head) + 4 :]
        self.received = rest[length:]
        return head, rest[:length]

    def _more(self):
        try:
            data = self.sock.recv(65536)
        except OSError:
            return False
        self.received += data
        return bool(data)

    def send(self, data):
        self.sock.sendall(data)

    def end_tls(self):
        """Send a close_notify, where there is TLS; the reply is not waited for."""
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.settimeout(0)
            with contextlib.suppress(OSError):
                self.sock.unwrap()

    def closed_within(self, seconds):
        """Whether the client closes in that time; what else it sends is dropped."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.sock.settimeout(left)
            try:
                if not self.sock.recv(65536):
                    return True
            except TimeoutError:
                return False
            except OSError:
                return True
        return False

    def close(self):
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if isinstance(self.sock, ssl.SSLSocket):
            socket.socket(fileno=self.sock.detach()).close()
        else:
            self.sock.close()


class Server:
    """Counts its connections; an exception of a script fails the test that asked for the server."""

    def __init__(self, script, tls=None):
        self.script = script
        self.tls = tls
        self.peers = []
        self.failures = []
        self.open = 0
        self.most = 0
        self._lock = threading.Lock()
        self._threads = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    @property
    def origin(self):
        return ("https" if self.tls else "http", "localhost" if self.tls else "127.0.0.1", self.port)

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(sock,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer = None
        try:
            if self.tls:
                try:
                    sock = self.tls.wrap_socket(sock, server_side=True)
                except OSError:
                    return
            peer = Peer(self, sock)
            with self._lock:
                self.peers.append(peer)
                self.open += 1
                self.most = max(self.most, self.open)
            self.script(peer)
        except (ConnectionError, ssl.SSLError):
            pass  # the client went away, as many tests have it
        except Exception as error:  # noqa: BLE001
            self.failures.append(error)
        finally:
            sock.close()
            if peer is not None:
                with self._lock:
                    self.open -= 1

    async def settled(self, count, seconds=1.0):
        """Whether that many connections are open, now or soon."""
        end = time.monotonic() + seconds
        while self.open != count and time.monotonic() < end:  # noqa: ASYNC110 (a thread counts)
            await anyio.sleep(0.005)
        return self.open == count

    def stop(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for peer in self.peers:
            with contextlib.suppress(OSError):
                peer.sock.shutdown(socket.SHUT_RDWR)
        self._accepting.join(5)
        for thread in self._threads:
            thread.join(5)
        if self.failures:
            raise self.failures[0]


def echoing(peer):
    """Answer every request with its own body, for as long as the client likes."""
    while (request := peer.read_request()) is not None:
        peer.send(answer(request[1]))


@pytest.fixture(scope="session")
def authority():
    trustme = pytest.importorskip("trustme")
    return trustme.CA()


@pytest.fixture(scope="session")
def server_tls(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture(scope="session")
def client_tls(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def start(server_tls):
    """Start scripted servers that end with the test."""
    servers = []

    def start(script=echoing, *, tls=False):
        server = Server(script, server_tls if tls else None)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(params=[pytest.param(False, id="plain"), pytest.param(True, id="tls")])
def tls(request):
    return request.param


@pytest.fixture
def connect(client_tls):
    """A network to a server: closed by the test, or checked to be harmless when it is not."""

    def connect(server, **options):
        options.setdefault("verify", client_tls)
        return Network(server.origin, **options)

    return connect


@pytest.fixture(scope="session")
def http():
    """What the tests of this folder say most."""
    return SimpleNamespace(GET=GET, POST=POST, answer=answer, echoing=echoing)
