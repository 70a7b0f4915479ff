"""A fresh fake server and a plain httpx client for each test: nothing here knows the package's own client."""

from __future__ import annotations

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
