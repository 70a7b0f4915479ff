"""The function that gives the API key: where it is called, and what becomes of calls when it hangs."""

from __future__ import annotations

import functools
import threading

import anyio
import anyio.to_thread
import pytest

from mistral_async import Mistral, SyncMistral
from mistral_async.errors import APITimeoutError
from mistral_async.testing import FakeMistral


class Key:
    """Hangs the first time, until it is let go; counts its calls."""

    def __init__(self, key):
        self.calls = 0
        self.called = threading.Event()
        self.let_go = threading.Event()
        self._key = key

    def __call__(self):
        self.calls += 1
        self.called.set()
        if self.calls == 1:
            self.let_go.wait(10)
        return self._key


async def test_a_function_that_hangs_holds_up_its_own_call_alone(server):
    key = Key(server.api_key)
    async with Mistral(key, server_url=server.url) as client:
        with pytest.raises(APITimeoutError, match="key's function"):
            await client.with_options(timeout=0.05).models.list()
        with anyio.fail_after(5):
            assert (await client.models.list()).data
        assert key.calls == 2
        key.let_go.set()


async def test_a_call_that_was_cancelled_in_line_does_not_ask(server):
    key = Key(server.api_key)
    async with Mistral(key, server_url=server.url) as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.models.list)
            await anyio.to_thread.run_sync(key.called.wait, 5)
            with pytest.raises(APITimeoutError):
                await client.with_options(timeout=0.05).models.list()
            key.let_go.set()
        await client.models.list()
        assert key.calls == 2


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_same_for_code_that_blocks(backend):
    with FakeMistral() as server:
        key = Key(server.api_key)
        with SyncMistral(key, server_url=server.url, backend=backend) as client:
            with pytest.raises(APITimeoutError, match="key's function"):
                client.with_options(timeout=0.05).models.list()
            assert client.with_options(timeout=5).models.list().data
            key.let_go.set()


class Asynchronous:
    """A function that is an object."""

    def __init__(self, key, ran):
        self._key, self._ran = key, ran

    async def __call__(self):
        self._ran.append(threading.current_thread())
        return self._key


def call(function):
    return function()


@pytest.mark.parametrize("kind", ["function", "object", "partial", "returns a coroutine"])
async def test_asynchronous_functions_run_in_the_event_loop(server, kind):
    ran = []
    give = Asynchronous(server.api_key, ran)
    key = {
        "function": give.__call__,
        "object": give,
        "partial": functools.partial(give.__call__),
        "returns a coroutine": functools.partial(call, give),
    }[kind]
    async with Mistral(key, server_url=server.url) as client:
        assert (await client.models.list()).data
    assert ran == [threading.current_thread()]
