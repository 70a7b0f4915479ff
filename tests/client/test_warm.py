"""Connections that are open before the first call: how many, what becomes of them, and what remains when it fails."""

from __future__ import annotations

import socket

import anyio
import httpx
import pytest

from mistral_async import Mistral, SyncMistral, Timeout
from mistral_async.errors import APIConnectError, APITimeoutError, ConfigurationError
from mistral_async.testing import FakeMistral, Stall

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}


async def soon(condition):
    for _ in range(2500):
        if condition():
            return True
        await anyio.sleep(0.002)
    return condition()


def pool_of(client):
    (wire,) = client._executor.engine.state.network._wires.values()
    return wire.pool


async def test_calls_use_what_is_open(client, server):
    assert await client.warm(3) == 3
    assert await soon(lambda: server.connections.opened == 3)
    assert not server.requests
    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(lambda: client.chat.complete(**HI))
    assert server.connections.opened == 3
    assert await client.warm() == 3  # there are enough
    assert await client.warm(4) == 4
    assert client.stats().connections.reused == 3


async def test_there_are_never_more_than_max_connections(server):
    async with Mistral(server.api_key, server_url=server.url, max_connections=2) as client:
        assert await client.warm(5) == 2
        assert (pool_of(client).idle, pool_of(client).slots) == (2, 2)


async def test_a_connection_that_the_server_has_closed_is_replaced(client, server):
    await client.warm(2)
    assert await soon(lambda: server.connections.open == 2)
    server.drop_idle()
    assert await soon(lambda: server.connections.open == 0)
    assert await client.warm(2) == 2
    await client.chat.complete(**HI)
    assert server.connections.opened == 4


async def test_a_connection_expires_as_any_other(server):
    async with Mistral(server.api_key, server_url=server.url, keepalive_expiry=0.01) as client:
        await client.warm(2)
        await anyio.sleep(0.03)
        assert await client.warm(1) == 1
        assert await soon(lambda: server.connections.open == 1)
        assert server.connections.opened == 3


async def test_who_waits_for_a_connection_gets_it(server):
    server.fault(Stall(where="head"))
    async with Mistral(server.api_key, server_url=server.url, max_connections=1) as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: client.chat.complete(**HI))
            await soon(lambda: len(server.requests) == 1)
            assert await client.warm(1) == 1  # that one
            tasks.cancel_scope.cancel()
        assert await client.warm(1) == 1
        assert (await client.chat.complete(**HI)).text


def closed_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


async def test_a_server_that_is_away_is_told_of(anyio_backend):
    async with Mistral("key", server_url=f"http://127.0.0.1:{closed_port()}") as client:
        with pytest.raises(APIConnectError, match="could not connect to 127") as failed:
            await client.warm(3)
        assert isinstance(failed.value.__cause__, OSError)
        assert failed.value.phase == "connect"
        assert not failed.value.may_have_executed
        assert pool_of(client).slots == 0


def silent_listener():
    """Return a socket that accepts connections and says nothing."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(16)
    return sock


async def test_some_are_better_than_none(anyio_backend):
    with silent_listener() as sock:
        async with Mistral("key", server_url=f"http://127.0.0.1:{sock.getsockname()[1]}") as client:
            await client.warm(1)
            with sock.accept()[0]:
                sock.close()
                assert await client.warm(3) == 1
            assert pool_of(client).slots == 1


async def test_its_time_is_limited_and_nothing_is_left(anyio_backend):
    with silent_listener() as sock:  # accepts, and does not answer the greeting of TLS
        url = f"https://127.0.0.1:{sock.getsockname()[1]}"
        async with Mistral("key", server_url=url, timeout=Timeout(connect=0.05)) as client:
            with pytest.raises(APITimeoutError):
                await client.warm(3)
            assert pool_of(client).slots == 0
        async with Mistral("key", server_url=url) as client:
            with anyio.move_on_after(0.05) as scope:
                await client.warm(3)
            assert scope.cancelled_caught
            assert pool_of(client).slots == 0
            with pytest.raises(APITimeoutError):
                await client.with_options(timeout=0.05).warm(2)


async def test_a_transport_opens_its_own(server):
    async with Mistral("key", transport=httpx.MockTransport(lambda _: httpx.Response(500))) as client:
        assert await client.warm(3) == 0


async def test_through_httpx_a_request_without_a_key_opens_it(server):
    pytest.importorskip("h2")
    async with Mistral(server.api_key, server_url=server.url, http2=True) as client:
        assert await client.warm(3) == 1
        assert [(each.method, each.path) for each in server.requests] == [("HEAD", "/")]
        assert "authorization" not in server.requests[0].headers
    async with Mistral("key", server_url=f"http://127.0.0.1:{closed_port()}", http2=True) as client:
        with pytest.raises(APIConnectError):
            await client.warm()


@pytest.mark.parametrize(("count", "kind"), [(0, ValueError), (-1, ValueError), (True, TypeError), ("2", TypeError)])
async def test_a_wrong_number_is_refused(count, kind):
    with pytest.raises(kind, match="n must be"):
        await Mistral("key", server_url="http://127.0.0.1:1").warm(count)


async def test_a_proxy_is_a_part_of_it(anyio_backend):
    proxy = f"socks5://127.0.0.1:{closed_port()}"
    async with Mistral("key", server_url="http://127.0.0.1:1", proxy=proxy) as client:
        with pytest.raises(APIConnectError, match="through the proxy socks5"):
            await client.warm(2)


async def test_a_setting_that_can_not_be_used_is_told_of(anyio_backend, monkeypatch):
    def refuse(**_):
        raise ImportError

    monkeypatch.setattr(httpx, "AsyncHTTPTransport", refuse)
    async with Mistral("key", server_url="http://127.0.0.1:1", http2=True) as client:
        with pytest.raises(ConfigurationError, match="http2=True needs h2"):
            await client.warm()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_blocking(backend):
    with FakeMistral() as server, SyncMistral(server.api_key, server_url=server.url, backend=backend) as client:
        assert client.warm(2) == 2
        assert client.chat.complete(**HI).text
        assert anyio.run(soon, lambda: server.connections.opened == 2)
