"""Rule 8 of `pooled`: what lies on a new connection before a request was sent is no answer to it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time

import pytest
import trustme

from mistral_async import Mistral
from mistral_async.errors import APIConnectError

EARLY = b'HTTP/1.1 200 OK\r\ncontent-length: 23\r\n\r\n{"data":[],"early":true}'
GOOD = b'HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{"data":[]}'


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(params=["plain", "tls", "tls 1.2"])
def context(request, authority):
    if request.param == "plain":
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.num_tickets = 4
    if request.param == "tls 1.2":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def serve(context):
    """Start a server whose connections begin with some bytes, or with a close, and then answer."""
    with contextlib.ExitStack() as stack:

        def start(first):
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

            def accept():
                with contextlib.suppress(OSError):
                    while True:
                        talk(listener.accept()[0], first)

            threading.Thread(target=accept, daemon=True).start()
            return f"{'https' if context else 'http'}://127.0.0.1:{listener.getsockname()[1]}"

        def talk(peer, first):
            with contextlib.suppress(OSError), peer:
                tls = context.wrap_socket(peer, server_side=True) if context else peer
                with tls:
                    tls.sendall(first or b"")
                    if first is not None and tls.recv(65536):
                        tls.sendall(GOOD)

        yield start


def verify(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.mark.parametrize("first", [EARLY, b"SSH-2.0-OpenSSH\r\n", None], ids=["answer", "banner", "close"])
async def test_what_comes_before_a_request_is_no_answer(serve, authority, monkeypatch, first):
    url = serve(first)
    wait_before_the_first_request(monkeypatch)
    async with Mistral("k", server_url=url, verify=verify(authority)) as client:
        with pytest.raises(APIConnectError, match="before it was asked"):
            await client.with_options(retries=0).models.list()


async def test_session_tickets_are_none(serve, authority, monkeypatch):
    url = serve(b"")
    wait_before_the_first_request(monkeypatch)
    async with Mistral("k", server_url=url, verify=verify(authority)) as client:
        assert (await client.with_options(retries=0).models.list()).data == []


def wait_before_the_first_request(monkeypatch):
    """Let what the server sends arrive, whatever is read first: as on a busy event loop."""
    from mistral_async._http.pool import Pool

    add = Pool.add

    def late(*args):
        time.sleep(0.05)
        add(*args)

    monkeypatch.setattr(Pool, "add", late)
