"""A fake server whose time stands still, and a client that moves it on whenever it would have waited."""

from __future__ import annotations

import anyio
import pytest

from mistral_async import BackoffStrategy, Mistral, RetryConfig, SyncMistral, calls
from mistral_async.batch import BatchLimits, Poll
from mistral_async.testing import FakeMistral, VirtualClock

MODEL = "mistral-small-latest"
QUICK = RetryConfig(backoff=BackoffStrategy(initial_interval=5, max_interval=20))


@pytest.fixture
def ask():
    """A call whose answer says which one it was: twice its number."""

    def make(number):
        text = f"What is {number} * 2? just the number"
        return calls.chat.complete(model=MODEL, messages=[{"role": "user", "content": text}])

    return make


@pytest.fixture
def said():
    def read(result):
        return result.unwrap().choices[0].message.content

    return read


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def pauses():
    """Every pause between two questions."""
    return []


@pytest.fixture
def poll(clock, pauses):
    async def sleep(seconds):
        pauses.append(seconds)
        clock.advance(seconds)
        await anyio.lowlevel.checkpoint()

    return Poll(sleep=sleep)


@pytest.fixture
def options():
    return {}


@pytest.fixture
async def server(anyio_backend, clock, options):
    async with FakeMistral(clock=clock, **options) as server:
        yield server


@pytest.fixture
async def client(server):
    async with Mistral(server.api_key, server_url=server.url, retry_config=QUICK) as client:
        yield client


@pytest.fixture
def threaded_server(clock, options):
    with FakeMistral(clock=clock, **options) as server:
        yield server


@pytest.fixture(params=["asyncio", "trio"])
def sync_client(threaded_server, request):
    with SyncMistral(
        threaded_server.api_key, server_url=threaded_server.url, retry_config=QUICK, backend=request.param
    ) as client:
        yield client


@pytest.fixture
def files():
    """No job is small enough to go inline."""
    return BatchLimits(inline_requests=0)


@pytest.fixture
def three():
    """Ten requests make three jobs."""
    return BatchLimits(requests=4, inline_requests=0)
