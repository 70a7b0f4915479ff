"""Our HTTP/1.1 on byte streams of anyio: other ways to a server, and event loops without a driver of their own."""

from __future__ import annotations

import anyio
import anyio.streams.stapled
import pytest

from mistral_async._http import network as _network
from mistral_async._http.anyio_wire import AnyioWire
from mistral_async._http.network import Network
from mistral_async._http.protocol import Phase, Sent, Timeouts, WireError

TIMEOUTS = Timeouts(connect=5, write=5, read=5)


async def test_a_unix_socket(http, tmp_path):
    path = tmp_path / "socket"

    async def serve(stream):
        async with stream:
            while True:
                try:
                    data = await stream.receive()
                except anyio.EndOfStream:
                    return
                assert b"host: api.test" in data
                await stream.send(http.answer(b"by unix"))

    async with await anyio.create_unix_listener(path) as listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, serve)
        network = Network(("http", "api.test", 80), connect=lambda _host, _port: anyio.connect_unix(path))
        for _ in range(3):
            assert (await network.current().send(http.POST, b"x", TIMEOUTS)).body == b"by unix"
        assert network.current().pool.places == 1
        await network.aclose()
        await anyio.sleep(0.05)
        tasks.cancel_scope.cancel()


async def test_a_stream_in_memory_that_breaks(http):
    ours, theirs = [], []

    async def connect(_host, _port):
        send, receive = anyio.create_memory_object_stream(10)
        back_send, back_receive = anyio.create_memory_object_stream(10)
        theirs.append((receive, back_send))
        ours.append(anyio.streams.stapled.StapledObjectStream(send, back_receive))
        return ours[-1]

    network = Network(("http", "api.test", 80), connect=connect)
    async with anyio.create_task_group() as tasks:

        async def serve():
            while not theirs:  # noqa: ASYNC110 (connect knows no event)
                await anyio.sleep(0.001)
            receive, send = theirs[0]
            await receive.receive()
            await send.send(http.answer(b"one"))
            await receive.aclose()
            await send.aclose()

        tasks.start_soon(serve)
        assert (await network.current().send(http.POST, b"x", TIMEOUTS)).body == b"one"
    with pytest.raises(WireError) as caught, anyio.fail_after(5):
        await network.current().send(http.POST, b"x", Timeouts(read=0.1))
    assert (caught.value.phase, caught.value.sent) == (Phase.READ, Sent.MAYBE), "on a second stream, that is silent"
    assert len(theirs) == 2
    await network.aclose()
    for stream in (*theirs[1], *ours):
        await stream.aclose()


async def test_a_loop_that_no_driver_knows(start, connect, http, monkeypatch, tls):
    monkeypatch.setattr(_network, "_takes_protocols", lambda _: False)
    server = start(tls=tls)
    network = connect(server)
    wire = network.current()
    assert isinstance(wire, AnyioWire) == hasattr(wire.loop, "create_connection")
    for _ in range(3):
        assert (await wire.send(http.POST, b"x", TIMEOUTS)).body == b"x"
    assert len(server.peers) == 1
    await network.aclose()
    assert await server.settled(0)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_streams_end_with_their_loop(start, client_tls, http, backend):
    server = start(tls=True)
    network = Network(server.origin, verify=client_tls, connect=anyio.connect_tcp)

    async def main():
        assert (await network.current().send(http.POST, b"x", TIMEOUTS)).body == b"x"

    for _ in range(5):
        anyio.run(main, backend=backend)
    assert anyio.run(server.settled, 0)
