"""What httpx does where our own HTTP/1.1 does not: Unix sockets, and event loops without buffered protocols."""

from __future__ import annotations

import anyio
import httpx
import pytest

from mistral_async._http import network as _network
from mistral_async._http.asyncio_wire.wire import AsyncioWire
from mistral_async._http.httpx_wire.loop import HttpxLoopWire
from mistral_async._http.network import Network
from mistral_async._http.protocol import Phase, Sent, Timeouts, WireError
from mistral_async._http.trio_wire.wire import TrioWire

TIMEOUTS = Timeouts(connect=5, write=5, read=5)


@pytest.fixture(params=["own", "fallback"])
def driver(request, monkeypatch):
    """Our own drivers, and the one of a loop that we know nothing about."""
    if request.param == "fallback":
        monkeypatch.setattr(_network, "_supports_buffered_protocols", lambda _: False)
    return request.param


async def test_a_unix_socket(http, tmp_path):
    path = tmp_path / "socket"

    async def serve(stream):
        request = b""
        async with stream:
            while True:
                try:
                    request += await stream.receive()
                except anyio.EndOfStream:
                    return
                if request.endswith(b"\r\n\r\nx"):
                    assert b"host: api.test" in request.lower()
                    await stream.send(http.answer(b"by unix"))
                    request = b""

    async with await anyio.create_unix_listener(path) as listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, serve)
        network = Network(("http", "api.test", 80), transport=httpx.AsyncHTTPTransport(uds=str(path)))
        for _ in range(3):
            assert (await network.current().send(http.POST, b"x", TIMEOUTS)).body == b"by unix"
        await network.aclose()
        await anyio.sleep(0.05)
        tasks.cancel_scope.cancel()


async def test_a_loop_that_no_driver_knows(start, connect, http, driver, tls):
    server = start(tls=tls)
    network = connect(server)
    wire = network.current()
    own = AsyncioWire if hasattr(wire.loop, "create_connection") else TrioWire
    assert type(wire) is (HttpxLoopWire if driver == "fallback" and own is AsyncioWire else own)
    for _ in range(3):
        assert (await wire.send(http.POST, b"x", TIMEOUTS)).body == b"x"
    assert len(server.peers) == 1
    await network.aclose()
    assert await server.settled(0)


async def test_a_silent_connection_after_one_that_broke(start, connect, http, driver):
    def script(peer):
        peer.read_request()
        if len(server.peers) == 1:
            peer.send(http.answer(b"one"))
        else:
            peer.closed_within(2)

    server = start(script)
    network = connect(server)
    assert (await network.current().send(http.POST, b"x", TIMEOUTS)).body == b"one"
    assert await server.settled(0)
    with pytest.raises(WireError) as caught, anyio.fail_after(5):
        await network.current().send(http.POST, b"x", Timeouts(read=0.1))
    assert (caught.value.phase, caught.value.sent, caught.value.timeout) == (Phase.READ, Sent.MAYBE, True)
    assert len(server.peers) == 2
    await network.aclose()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_connections_end_with_their_loop(start, client_tls, http, driver, backend):
    server = start(tls=True)
    network = Network(server.origin, verify=client_tls)

    async def main():
        assert (await network.current().send(http.POST, b"x", TIMEOUTS)).body == b"x"

    for _ in range(5):
        anyio.run(main, backend=backend)
    assert anyio.run(server.settled, 0)
