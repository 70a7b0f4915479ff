"""The state of a client: right after successes, failures, cancellation and closing, in numbers that fit together."""

from __future__ import annotations

import gc
import json
import pickle
import threading
from functools import partial

import anyio
import httpx
import pytest

from mistral_async import Account, Budget, ClientStatistics, Hooks, Mistral, Price, RateLimits, Spending, SyncMistral
from mistral_async.errors import NotFoundError, OutputError, ResponseValidationError, ServerError, StreamError
from mistral_async.testing import Cut, FakeMistral, Stall

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
one_loop = pytest.mark.parametrize("anyio_backend", ["asyncio"])  # what is counted is the same on all


async def soon(condition):
    for _ in range(2500):
        if condition():
            return True
        await anyio.sleep(0.002)
    return condition()


def connections_of(client):
    found = client.stats().connections
    assert found.open == found.idle + found.in_use
    return found


async def test_a_client_that_did_nothing():
    stats = Mistral("key").stats()
    assert stats.connections.open == stats.calls.made == stats.retries.made == 0
    assert (stats.calls.failed, stats.retries.left, stats.limiter.models) == ({}, 10, {})


async def test_connections(client, server):
    server.fault(Stall(where="head"), times=2)
    async with anyio.create_task_group() as tasks:
        for _ in range(2):
            tasks.start_soon(lambda: client.chat.complete(**HI))
        await soon(lambda: len(server.requests) == 2)
        now = connections_of(client)
        assert (now.open, now.in_use, now.idle, now.opened, now.reused) == (2, 2, 0, 2, 0)
        tasks.cancel_scope.cancel()
    assert connections_of(client).open == 0  # a call that is cancelled leaves none
    for _ in range(3):
        await client.chat.complete(**HI)
    now = connections_of(client)
    assert (now.open, now.in_use, now.idle, now.opened, now.reused) == (1, 0, 1, 3, 2)
    await client.aclose()
    now = connections_of(client)
    assert (now.open, now.idle, now.opened, now.reused) == (0, 0, 3, 2)


async def test_a_storm_of_cancellations_leaves_nothing_in_use(server):
    async with Mistral(server.api_key, server_url=server.url, max_connections=2) as client:
        for turn in range(14):
            async with anyio.create_task_group() as tasks:
                for _ in range(6):
                    tasks.start_soon(lambda: client.chat.complete(**HI))
                tasks.start_soon(client.warm, 2)
                for _ in range(turn % 7):
                    await anyio.lowlevel.checkpoint()
                tasks.cancel_scope.cancel()
        await client.chat.complete(**HI)
        assert await soon(lambda: (connections_of(client).in_use, connections_of(client).waiting) == (0, 0))
        (wire,) = client._executor.engine.state.network._wires.values()
        assert wire.pool.slots == connections_of(client).open <= 2


async def test_calls_that_wait_for_a_connection(server):
    server.fault(Stall(where="head"), times=2)
    async with Mistral(server.api_key, server_url=server.url, max_connections=1) as client:
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(lambda: client.chat.complete(**HI))
            assert await soon(lambda: (connections_of(client).waiting, connections_of(client).open) == (2, 1))
            tasks.cancel_scope.cancel()
        now = connections_of(client)
        assert (now.waiting, now.in_use, now.open) == (0, 0, 0)


@one_loop
async def test_calls_and_retries(client, server):
    server.reply(status=500, json={"message": "no"}, times=2)
    await client.chat.complete(**HI)
    stats = client.stats()
    assert (stats.calls.made, stats.calls.failed) == (1, {})
    assert (stats.retries.made, stats.retries.left) == (2, 8)
    server.reply(status=500, json={"message": "no"}, times=4)
    with pytest.raises(ServerError):
        await client.with_options(headers={"a": "b"}).chat.complete(**HI)  # a view counts with its client
    with pytest.raises(NotFoundError):
        await client.files.retrieve("nobody")
    stats = client.stats()
    assert (stats.calls.made, stats.calls.failed) == (3, {"ServerError": 1, "NotFoundError": 1})
    assert stats.retries.made == 5


@one_loop
async def test_budgets_of_the_client_its_views_and_jobs(server):
    budget = Budget(tokens=10_000, cost=5, per="day", name="ours", prices={"*": Price(input=1)})
    async with Mistral(server.api_key, server_url=server.url, budget=budget) as client:
        view = client.with_options(budget=[Budget(requests=1), Budget(requests=7, per="job", name="each")])
        await view.chat.complete(**HI)
        results = client.bulk.chat(["hi"] * 3, model=HI["model"], budget=Budget(requests=50, per="job", name="job"))
        async with results:
            await results.collect()
        ours, one, job = client.stats().budgets
        assert (ours.name, ours.per, ours.limit) == ("ours", "day", {"tokens": 10_000, "cost": 5})
        assert (ours.used, ours.reserved) == (budget.state.used, Spending())
        assert ours.begins_again == budget.state.begins_again
        assert (one.name, one.per, one.limit, one.used.requests) == ("budget", None, {"requests": 1}, 1)
        assert (job.name, job.per, job.used.requests) == ("job", "job", 3)
        server.fault(Stall(), times=1)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(partial(client.chat.complete, **HI, max_tokens=9))
            assert await soon(lambda: client.stats().budgets[0].reserved.requests == 1)
            tasks.cancel_scope.cancel()
        json.dumps(client.stats().to_dict())
        del view, results
        gc.collect()
        assert [each.name for each in client.stats().budgets] == ["ours"]


@one_loop
async def test_answers_that_can_not_be_used_have_failed(client, server):
    server.reply(body=b"<html>")
    with pytest.raises(ResponseValidationError):
        await client.chat.complete(**HI)
    with pytest.raises(OutputError):
        await client.chat.parse(**HI, response_format=dict[str, int], max_tokens=1)
    server.fault(Cut(after_events=2))
    with pytest.raises(StreamError):
        async with client.chat.stream(**HI) as stream:
            [chunk async for chunk in stream]
    assert client.stats().calls.failed == {
        "ResponseValidationError": 1,
        "TruncatedOutputError": 1,
        "StreamInterruptedError": 1,
    }


@one_loop
async def test_limits_by_model(server):
    limits = RateLimits(requests_per_second=1, burst=1)
    async with Mistral(server.api_key, server_url=server.url, rate_limits=limits) as client:
        await client.chat.complete(**HI)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: client.chat.complete(**HI))
            assert await soon(lambda: client.stats().limiter.waiting == 1)
            model = client.stats().limiter.models["mistral-small-latest"]
            tasks.cancel_scope.cancel()
        assert (model.waiting, model.in_flight, model.rate) == (1, 0, None)
        stated = {(each.resource, each.window): each for each in model.limits}
        requests = stated["requests", "minute"]
        assert 0 < requests.remaining <= requests.limit
        assert client.stats().limiter == client.limiter


async def test_httpx_has_the_connections():
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"choices": []}))
    async with Mistral("key", transport=transport) as client:
        await client.chat.complete(**HI)
        assert client.stats().connections is None
        assert client.stats().calls.made == 1
    assert Mistral("key", http2=True).stats().connections is None


@one_loop
async def test_as_a_dict(client, server):
    await client.chat.complete(**HI)
    stats = client.stats()
    found = stats.to_dict()
    assert json.loads(json.dumps(found)) == found
    assert found["connections"]["open"] == 1
    assert found["limiter"]["models"]["mistral-small-latest"]["limits"][0]["limit"] > 0
    assert pickle.loads(pickle.dumps(stats)) == stats
    with pytest.raises(AttributeError):
        stats.calls = None


def test_event_loops_of_threads_count_together():
    with FakeMistral() as server, SyncMistral(server.api_key, server_url=server.url) as client:
        asynchronous = Mistral(server.api_key, server_url=server.url)
        for _ in range(2):
            thread = threading.Thread(target=anyio.run, args=(lambda: asynchronous.chat.complete(**HI),))
            thread.start()
            thread.join()
        now = asynchronous.stats()
        assert (now.connections.opened, now.connections.open, now.calls.made) == (2, 0, 2)
        client.chat.complete(**HI)
        assert client.stats().connections.opened == 1


class Watching(Hooks):
    def __init__(self):
        self.clients = []

    def client_made(self, client):
        self.clients.append(client)


@one_loop
async def test_hooks_are_told_of_the_client_and_do_not_keep_it(server):
    watching = Watching()
    client = Mistral(server.api_key, server_url=server.url, hooks=watching)
    (seen,) = watching.clients
    await client.chat.complete(**HI)
    stats = seen.stats()
    assert isinstance(stats, ClientStatistics)
    assert (stats.calls.made, seen.address) == (1, "127.0.0.1")
    assert str(seen.port) in repr(seen)
    await client.aclose()
    del client
    gc.collect()
    assert seen.stats() is None


def test_a_hook_that_fails_makes_no_client_fail(caplog):
    class Broken(Hooks):
        def client_made(self, client):
            raise LookupError

    Mistral("key", hooks=Broken())
    assert "failed" in caplog.text


@one_loop
async def test_several_keys_and_servers_count_together(server, anyio_backend):
    async with FakeMistral() as second:
        accounts = [
            Account(api_key=server.api_key),
            Account(api_key=second.api_key, server_url=second.url),
        ]
        async with Mistral(accounts, server_url=server.url) as client:
            assert await client.warm(2) == 4
            for _ in range(4):
                await client.chat.complete(**HI)
            stats = client.stats()
            assert (stats.connections.open, stats.connections.idle, stats.connections.reused) == (4, 4, 4)
            assert stats.calls.made == 4
            each = [one.models["mistral-small-latest"].limits for one in stats.limiter.keys]
            (together, *_) = stats.limiter.models["mistral-small-latest"].limits
            assert together.limit == sum(limits[0].limit for limits in each)
