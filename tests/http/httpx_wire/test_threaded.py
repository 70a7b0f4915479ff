"""Blocking clients of httpx as asynchronous ones."""

from __future__ import annotations

import threading

import anyio.from_thread
import httpx
import pytest

from mistral_async._http.httpx_wire.threaded import ThreadedClient


class Body(httpx.SyncByteStream):
    def __init__(self):
        self.closed = threading.Event()

    def __iter__(self):
        yield b"{}"

    def close(self):
        self.closed.set()


@pytest.mark.anyio
async def test_a_response_that_comes_together_with_the_cancellation_is_closed():
    """Its connection would be lost to the client's pool."""
    body = Body()

    class Client:
        def send(self, _request, *, stream):
            assert stream
            anyio.from_thread.run_sync(scope.cancel)
            return httpx.Response(200, stream=body)

    with anyio.CancelScope() as scope:
        await ThreadedClient(Client()).send(httpx.Request("GET", "http://api.test"), stream=True)
    assert scope.cancelled_caught
    assert body.closed.wait(5)
