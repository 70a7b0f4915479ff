"""A server whose every byte is scripted, and the one check that follows every fault: nothing is lost, nothing is left.

The server runs in threads of its own and speaks through real sockets, plain or TLS.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import socket
import ssl
import struct
import sys
import threading
import time
from pathlib import Path

import anyio
import pytest

from mistral_async import BackoffStrategy, Mistral, RateLimits, RetryConfig, Timeout
from mistral_async.errors import MistralError

KEY = "secret-key-of-the-tests"
CHAT = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
ANSWER = {
    "id": "1",
    "object": "chat.completion",
    "model": "m",
    "created": 1,
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}
LIST = {"object": "list", "data": []}


def _chunk(delta, reason=None, **more):
    return {"id": "1", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}], **more}


def event(data):
    return b"data: %b\n\n" % (data if isinstance(data, bytes) else json.dumps(data).encode())


EVENTS = [
    event(_chunk({"role": "assistant", "content": ""})),
    event(_chunk({"content": "Hel"})),
    event(_chunk({"content": "lo"}, "stop", usage=ANSWER["usage"])),
    event(b"[DONE]"),
]


async def soon(condition, seconds=2.0):
    """Whether it is true, now or soon: the server runs in other threads."""
    for _ in range(int(seconds / 0.002)):
        if condition():
            return True
        await anyio.sleep(0.002)
    return condition()


def descriptors():
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


class Request:
    """One request as the server got it."""

    def __init__(self, head, body):
        self.head, self.body = head, body
        self.target = head.split(b" ", 2)[1].decode()
        self.stream = b'"stream":true' in body

    @property
    def media(self):
        return "text/event-stream" if self.stream else "application/json"

    @property
    def good(self):
        """The body of its right answer."""
        if self.stream:
            return b"".join(EVENTS)
        return json.dumps(ANSWER if self.target.endswith("completions") else LIST).encode()


def answer(request, body=None, *headers, status="200 OK", media=None, length=True):
    """The bytes of an answer; by default the right one."""
    body = request.good if body is None else body
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {media or request.media}", "mistral-correlation-id: id-1", *headers]
    if length is not None:
        lines.append(f"Content-Length: {len(body) if length is True else length}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


class Peer:
    """The server's end of one connection."""

    def __init__(self, server, sock, number):
        self.server, self.sock, self.number = server, sock, number
        self.received = b""

    def head(self):
        """The head of the next request; None when the client has closed."""
        while b"\r\n\r\n" not in self.received:
            if not self.more():
                return None
        head, _, self.received = self.received.partition(b"\r\n\r\n")
        return head

    def request(self):
        """The next request, counted when all of it is there."""
        head = self.head()
        if head is None:
            return None
        lines = head.lower().split(b"\r\n")
        length = next((int(line[16:]) for line in lines if line.startswith(b"content-length: ")), 0)
        while len(self.received) < length:
            if not self.more():
                return None
        body, self.received = self.received[:length], self.received[length:]
        request = Request(head, body)
        self.server.requests.append(request)
        return request

    def more(self):
        try:
            data = self.sock.recv(1 << 18)
        except OSError:
            return False
        self.received += data
        return bool(data)

    def send(self, data):
        self.sock.sendall(data)

    def gone(self, seconds=5.0):
        """Wait until the client closes; whether it did."""
        self.sock.settimeout(seconds)
        with contextlib.suppress(OSError):
            while self.sock.recv(1 << 18):
                pass
            return True
        return False

    def close(self):
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.settimeout(0)  # the client's close_notify is not waited for
            with contextlib.suppress(OSError):
                self.sock.unwrap()
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def reset(self):
        time.sleep(0.01)  # a reset overtakes what was sent before it: let that be read first
        reset(self.sock)


def reset(sock):
    """Close with RST, past TLS."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if isinstance(sock, ssl.SSLSocket):
        socket.socket(fileno=sock.detach()).close()
    else:
        sock.close()


class Server:
    """Plays `fault` for every request, until it is `healthy`; `greet` meets a connection before TLS."""

    def __init__(self, tls):
        self.tls = tls
        self.fault = None
        self.greet = None
        self.healthy = False
        self.played = threading.Event()
        self.farewell = "keep"
        self.requests = []
        self.accepted = 0
        self.open = 0
        self.failures = []
        self._lock = threading.Lock()
        self._threads = []
        self._socks = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://localhost:{self.port}"
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.accepted += 1
                self.open += 1
            self._socks.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock, self.accepted))
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock, number):
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.greet is not None and not self.healthy and not self.greet(sock):
                return
            if self.tls is not None:
                sock = self.tls.wrap_socket(sock, server_side=True)
                self._socks.append(sock)
            self._converse(Peer(self, sock, number))
        except OSError:
            pass  # the client went away, as many faults have it
        except Exception as error:  # noqa: BLE001 - reported when the server stops
            self.failures.append(error)
        finally:
            sock.close()
            with self._lock:
                self.open -= 1

    def _converse(self, peer):
        head_fault = getattr(self.fault, "before_body", None)
        if head_fault is not None and not self.healthy:
            if peer.head() is not None:
                head_fault(peer)
            return
        while (request := peer.request()) is not None:
            if self.healthy or self.fault is None:
                peer.send(answer(request))
                if not self._farewell(peer):
                    return
            elif not self.fault(peer, request):
                return

    def _farewell(self, peer):
        """What becomes of the connection when the client does not use it any more; whether it goes on."""
        farewell, self.farewell = self.farewell, "keep"
        if farewell == "keep":
            return True
        time.sleep(0.02)  # until the client has put it away
        match farewell:
            case bytes():
                peer.send(farewell)
                return True
            case "close":
                peer.close()
            case "reset":
                reset(peer.sock)
        return False

    async def settled(self, count):
        """Whether that many connections are open, now or soon."""
        return await soon(lambda: self.open == count)

    def stop(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._socks:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in (self._accepting, *self._threads):
            thread.join(5)
            assert not thread.is_alive()
        if self.failures:
            raise self.failures[0]


class Settling:
    """The fake server, as the check asks it."""

    def __init__(self, server):
        self.server = server

    @property
    def open(self):
        return self.server.connections.open

    async def settled(self, count):
        return await soon(lambda: self.open == count)


class Watch:
    """What a fault may not leave behind."""

    def __init__(self, client):
        self.client = client
        self.state = client._executor.engine.state
        self.tasks = living_tasks()
        self.descriptors = descriptors()

    async def check(self, server=None):
        """Sockets = idle pool, permits balanced, nobody waiting, no task left, no warning kept back."""
        await anyio.lowlevel.checkpoint()
        idle = 0
        for wire in self.state.network._wires.values():
            if wire.pool is None:
                continue  # httpx's own
            pool = wire.pool
            assert pool.slots == pool.idle == len(pool.connections)
            assert pool.waiting == 0
            now = time.monotonic()  # trio learns that a peer has closed when it looks
            idle += sum(connection.usable(now) for connection in pool.connections)
        if server is not None:
            assert await server.settled(idle), f"the server has {server.open} connections open, the pool {idle}"
        limiter = self.state.limiter
        queues = list(limiter._queues.values())
        assert not any(each.limits.in_flight or each.group.limits.in_flight or each.group.waiting for each in queues)
        assert await soon(lambda: living_tasks() == self.tasks), "a task was left"
        gc.collect(1)  # what was forgotten warns now, and warnings are errors

    async def close(self, server=None):
        """Nothing is open any more."""
        await self.client.aclose()
        await self.check(server)
        assert await soon(lambda: descriptors() <= self.descriptors), "a descriptor was left open"


def living_tasks():
    trio = sys.modules.get("trio")
    if trio is None or not trio.lowlevel.in_trio_task():
        return len(asyncio.all_tasks())
    clocks = sum(task.name == "mistral_async time limits" for task in _tasks_below(trio.lowlevel.current_root_task()))
    assert clocks <= 1  # one a run, which ends with it
    return trio.lowlevel.current_statistics().tasks_living - clocks


def _tasks_below(task):
    for nursery in task.child_nurseries:
        for child in nursery.child_tasks:
            yield child
            yield from _tasks_below(child)


async def perform(client, stream, chat=CHAT):
    """One call, whole or streamed: its answer's text, or the error of ours that ended it."""
    try:
        if not stream:
            return (await client.chat.complete(**chat)).text
        async with client.chat.stream(**chat) as events:
            return (await events.get_final_response()).text
    except MistralError as error:
        return error


@pytest.fixture(
    params=[
        pytest.param(("asyncio", {"use_uvloop": False}), id="asyncio"),
        pytest.param(("trio", {}), id="trio"),
    ],
)
def anyio_backend(request):
    """The matrix runs on both families of event loops; uvloop has the tests of the wire."""
    return request.param


@pytest.fixture(params=[pytest.param(False, id="whole"), pytest.param(True, id="stream")])
def stream(request):
    return request.param


@pytest.fixture(params=[pytest.param(False, id="plain"), pytest.param(True, id="tls")])
def tls(request):
    return request.param


@pytest.fixture(scope="session")
def authority():
    return pytest.importorskip("trustme").CA()


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
    """Start scripted servers, which end with the test."""
    servers = []

    def start(fault=None, *, tls=False, greet=None):
        server = Server(tls if isinstance(tls, ssl.SSLContext) else server_tls if tls else None)
        server.fault, server.greet = fault, greet
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


PATIENT = Timeout(connect=5, write=5, read=5, idle=5, attempt=10)
BRIEF = Timeout(connect=5, write=0.12, read=0.12, idle=0.12, attempt=10)
HURRIED = Timeout(connect=5, write=5, read=5, idle=5, attempt=0.28)
ONCE = Timeout(connect=5, write=5, read=0.4, idle=0.4, attempt=10)  # for a second attempt that is to succeed
QUICK = RetryConfig(retries=2, backoff=BackoffStrategy(initial_interval=1, max_interval=2))


@pytest.fixture
def connect(client_tls):
    """Make a client for a server: its times are short, its limits are on."""

    def connect(server, *, url=None, timeout=PATIENT, retries=QUICK, **settings):
        settings.setdefault("rate_limits", RateLimits(concurrency=50))
        settings.setdefault("verify", client_tls)
        return Mistral(KEY, server_url=url or server.url, timeout=timeout, retry_config=retries, **settings)

    return connect


class Tools:
    """What the tests of this folder say most: fixtures carry it, since the tests are no package."""

    answer, event, reset = staticmethod(answer), staticmethod(event), staticmethod(reset)
    perform, soon = staticmethod(perform), staticmethod(soon)
    settling = Settling
    chat, events, key, watch, quick = CHAT, EVENTS, KEY, Watch, QUICK
    patient, brief, hurried, once = PATIENT, BRIEF, HURRIED, ONCE


@pytest.fixture(scope="session")
def tools():
    return Tools
