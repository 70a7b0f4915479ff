"""A fresh fake server and a plain httpx client for each test: nothing here knows the package's own client."""

from __future__ import annotations

import anyio
import httpx
import pytest

from mistral_async.testing import FakeMistral, VirtualClock


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
async def server(clock):
    async with FakeMistral(clock=clock) as server:
        yield server


@pytest.fixture
async def http(server):
    headers = {"authorization": f"Bearer {server.api_key}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=10) as client:
        yield client


@pytest.fixture
def eventually():
    """Waits until something on the other side of the socket has happened."""

    async def wait(condition):
        with anyio.fail_after(5):
            while not condition():  # noqa: ASYNC110  the server tells nobody when a connection ends
                await anyio.sleep(0.01)

    return wait
