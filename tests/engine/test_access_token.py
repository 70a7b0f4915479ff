"""Keys that end: kept, renewed by one call, replaced when they are refused. The clock is given where it matters."""

from __future__ import annotations

import threading
import time
from typing import NamedTuple

import anyio
import pytest

from mistral_async import AccessToken, Mistral, SyncMistral
from mistral_async._codec.redact import Secret
from mistral_async._engine.access_token import TokenCache
from mistral_async.errors import AuthenticationError
from mistral_async.testing import FakeMistral


def kept(lifetime, now=0.0):
    cache = TokenCache()
    cache.keep(Secret("old"), now + lifetime, now)
    return cache


@pytest.mark.parametrize(("lifetime", "renewed"), [(3600, 3300), (600, 300), (400, 200), (10, 5)])
def test_a_token_is_renewed_before_it_ends(lifetime, renewed):
    """Rule 1."""
    cache = kept(lifetime)
    assert cache.usable(renewed - 0.1) == "old"
    assert cache.usable(renewed) is None


def test_a_token_that_has_ended_when_it_comes_is_kept_shortly():
    """Rule 1: the clock of this machine is wrong."""
    cache = kept(-5)
    assert cache.usable(29) == "old"
    assert cache.usable(31) is None


def test_the_old_one_is_sent_while_one_call_renews():
    """Rule 2."""
    cache = kept(3600)
    renewal = cache.begin()
    assert cache.usable(3400) == "old"
    assert cache.brought(renewal, 3400) is None
    assert cache.usable(3600) is None
    cache.keep(Secret("new"), 7200, 3601)
    assert cache.brought(cache.begin(), 3601) == "new"


def test_a_renewal_that_fails_in_time_leaves_the_old_one():
    """Rule 2."""
    cache = kept(3600)
    renewal = cache.begin()
    cache.failed(OSError(), 3400)
    cache.end(renewal)
    assert cache.usable(3429) == "old"
    assert cache.usable(3431) is None


def test_those_that_waited_get_the_failure():
    """Rule 3."""
    cache, failure = TokenCache(), OSError("gone")
    first, second = cache.begin(), cache.begin()
    assert cache.brought(first, 1) is None
    cache.failed(failure, 2)
    with pytest.raises(OSError, match="gone"):
        cache.brought(second, 2)
    cache.failed(failure, 2)  # the second call ends with the same
    assert cache.brought(cache.begin(), 2) is None  # one that begins now asks itself


def test_a_refused_token_is_dropped_unless_it_was_replaced():
    """Rule 4."""
    cache = kept(3600)
    cache.refuse(Secret("older"))
    assert cache.usable(1) == "old"
    cache.refuse(Secret("old"))
    assert cache.usable(1) is None


# A function that gives them, asked by many calls at once.


class Function:
    """Gives tokens that end, one after the other; each takes a moment, and none is given beside another."""

    def __init__(self, key="test-key", lifetime=3600.0):
        self.key, self.lifetime, self.calls, self.now = key, lifetime, 0, 0

    def give(self):
        return AccessToken(self.key, time.time() + self.lifetime)

    def begin(self):
        self.calls += 1
        self.now += 1
        assert self.now == 1


class Blocking(Function):
    def __call__(self):
        self.begin()
        time.sleep(0.02)
        self.now -= 1
        return self.give()


class Asynchronous(Function):
    async def __call__(self):
        self.begin()
        try:
            await anyio.sleep(0.02)
        finally:
            self.now -= 1
        return self.give()


class Awaitable(Asynchronous):
    """A plain function that returns an awaitable: `lambda: credential.get_token(scope)`."""

    def __call__(self):
        return super().__call__()


KINDS = [Blocking, Asynchronous, Awaitable]


@pytest.mark.parametrize("kind", KINDS)
async def test_calls_at_once_ask_once(server, kind):
    give = kind()
    async with Mistral(give, server_url=server.url) as client:
        async with anyio.create_task_group() as tasks:
            for _ in range(10):
                tasks.start_soon(client.models.list)
        await client.models.list()
    assert give.calls == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_calls_whose_token_is_refused_at_once_ask_once_more(server, kind):
    give = kind("old")
    async with Mistral(give, server_url=server.url) as client:
        with pytest.raises(AuthenticationError):
            await client.models.list()
        assert give.calls == 2
        give.key = server.api_key
        async with anyio.create_task_group() as tasks:
            for _ in range(10):
                tasks.start_soon(client.models.list)
    assert give.calls == 3


async def test_a_cancelled_call_leaves_the_renewal_to_the_next(server):
    """Rule 3."""
    calls = 0

    async def give():
        nonlocal calls
        calls += 1
        if calls == 1:
            await anyio.sleep_forever()
        return AccessToken(server.api_key, time.time() + 3600)

    async with Mistral(give, server_url=server.url) as client, anyio.create_task_group() as tasks:
        first = anyio.CancelScope()

        async def ask_and_be_cancelled():
            with first:
                await client.models.list()

        tasks.start_soon(ask_and_be_cancelled)
        await anyio.wait_all_tasks_blocked()
        for _ in range(3):
            tasks.start_soon(client.models.list)
        await anyio.wait_all_tasks_blocked()
        assert calls == 1
        first.cancel()
    assert calls == 2
    assert len(server.requests) == 3


async def test_a_function_that_gives_text_is_asked_for_each_call_and_beside_others(server):
    together, most = 0, 0

    async def give():
        nonlocal together, most
        together += 1
        most = max(most, together)
        await anyio.sleep(0.02)
        together -= 1
        return server.api_key

    async with Mistral(give, server_url=server.url) as client:
        await client.models.list()
        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(client.models.list)
    assert most == 5


class Failing:
    def give(self):
        raise OSError("the metadata server is gone")


@pytest.mark.parametrize("kind", [type(f"Failing{kind.__name__}", (Failing, kind), {}) for kind in KINDS])
async def test_a_failing_function_fails_those_that_wait_with_it(server, kind):
    """Rule 3."""
    give, failures = kind(), []
    async with Mistral(give, server_url=server.url) as client, anyio.create_task_group() as tasks:

        async def ask():
            with pytest.raises(OSError, match="metadata") as caught:
                await client.models.list()
            failures.append(caught.value)

        for _ in range(5):
            tasks.start_soon(ask)
    assert len(failures) == 5
    assert give.calls == 1


def test_a_failing_function_fails_those_of_other_loops_that_wait_with_it():
    """Rule 3: its failure is noted before the next thread has its turn."""
    calls, failures, waiting = 0, [], threading.Event()

    def give():
        nonlocal calls
        calls += 1
        waiting.wait(10)
        raise OSError("the metadata server is gone")

    def ask():
        with pytest.raises(OSError, match="metadata") as caught:
            anyio.run(client.models.list)
        failures.append(caught.value)

    client = Mistral(give)
    renewals = client._executor.engine.state.key._tokens._waiting
    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 10
    while len(renewals) < len(threads) and time.monotonic() < end:
        time.sleep(0.01)
    waiting.set()
    for thread in threads:
        thread.join()
    assert len(failures) == 5
    assert calls == 1


class AzureToken(NamedTuple):
    """As azure-core has it."""

    token: str
    expires_on: int


def test_tokens_of_other_libraries_and_many_threads(threaded_server):
    asked = []

    def give():
        asked.append(threading.current_thread())
        return AzureToken(f"Bearer {threaded_server.api_key}", int(time.time()) + 3600)

    with SyncMistral(give, server_url=threaded_server.url) as client:
        threads = [threading.Thread(target=client.models.list) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(asked) == 1
    assert len(threaded_server.requests) == 8


def test_a_token_in_its_last_minutes_outlives_a_failing_function(caplog):
    good = True

    def give():
        if not good:
            raise OSError("secret detail")
        return AccessToken("test-key", time.time() + 0.5)

    with FakeMistral() as server, SyncMistral(give, server_url=server.url) as client:
        client.models.list()
        good = False
        client._executor.engine.state.key._tokens._renew_at = 0.0
        client.models.list()
    assert "is asked again later: OSError" in caplog.text
    assert "secret" not in caplog.text
