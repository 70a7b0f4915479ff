"""Fan-out as users meet it: bounds, order, failures, cancellation, sources of every kind."""

from __future__ import annotations

import gc
import random

import anyio
import anyio.lowlevel
import pytest

from mistral_async import Mistral, RateLimits, SyncMistral, calls
from mistral_async.bulk import Err, Ok, in_thread
from mistral_async.errors import APITimeoutError, InvalidModelError, ServerError
from mistral_async.testing import FakeMistral, Stall

MODEL = "mistral-small-latest"


def chat(text, model=MODEL):
    return calls.chat.complete(model=model, messages=[{"role": "user", "content": text}])


async def drain(results, into=None):
    async with results:
        async for result in results:
            if into is not None:
                into.append(result.index)


def tasks_running():
    """All tasks but the one that keeps time for a client's connections on trio."""
    return sum("time limits" not in str(task.name) for task in anyio.get_running_tasks())


def said(result):
    return result.value.text.removeprefix("You said: ")


async def test_every_item_has_its_result_in_order_with_usage(client):
    # Rule 4 of pipeline.
    results = await client.bulk.map(chat(f"number {n}") for n in range(100))
    assert [result.index for result in results] == list(range(100))
    assert [said(result) for result in results] == [f"number {n}" for n in range(100)]
    assert all(result.ok and result.usage.total_tokens > 0 for result in results)


async def test_calls_of_any_kind_keep_their_types(client):
    listed, embedded = await client.bulk.map(
        [calls.models.list(), calls.embeddings.create(model="mistral-embed", inputs=["a"])]
    ).values()
    assert listed.data
    assert len(embedded.data) == 1


async def test_unordered_results_come_as_they_finish(anyio_backend):
    async with FakeMistral(latency=0.05) as server, Mistral(server.api_key, server_url=server.url) as client:
        await client.chat.complete(model=MODEL, messages=[{"role": "user", "content": "warm"}])
        server.reply("chat.complete", status=400, json={"message": "no"}, after=3, times=1)
        server.latency = 0.0
        async with client.bulk.map((chat(str(n)) for n in range(30)), ordered=False, concurrency=4) as results:
            indexes = [result.index async for result in results]
    assert sorted(indexes) == list(range(30))


@pytest.mark.parametrize(("concurrency", "max_in_flight"), [(1, 1), (8, 1), (8, 3), (3, 8), (64, None), (1, 100)])
@pytest.mark.parametrize("ordered", [True, False])
async def test_no_bounds_deadlock(client, concurrency, max_in_flight, ordered):
    with anyio.fail_after(10):
        results = await client.bulk.map(
            (chat(str(n)) for n in range(40)), concurrency=concurrency, max_in_flight=max_in_flight, ordered=ordered
        )
    assert sorted(result.index for result in results) == list(range(40))


async def test_concurrency_is_never_exceeded(anyio_backend):
    # Rule 3 of pipeline.
    async with FakeMistral(latency=0.01) as server, Mistral(server.api_key, server_url=server.url) as client:
        await client.bulk.map((chat(str(n)) for n in range(60)), concurrency=5)
        assert server.connections.opened <= 5


async def test_concurrency_is_never_exceeded_by_those_that_return(anyio_backend):
    # Rule 3 of pipeline.
    async with FakeMistral(latency=0.01) as server, Mistral(server.api_key, server_url=server.url) as client:
        server.fail(429, times=8, after=10, headers={"retry-after-ms": "20"})
        results = await client.bulk.map((chat(str(n)) for n in range(60)), concurrency=5)
        assert all(result.ok for result in results)
        assert server.connections.opened <= 5


async def test_an_item_that_waits_for_another_attempt_holds_up_no_other(server, client):
    # Rules 2 and 3 of pipeline.
    server.fail(429, after=20, headers={"retry-after-ms": "600"})
    async with client.bulk.map((chat(str(n)) for n in range(1000)), concurrency=1) as results:
        indexes = [(await anext(results)).index for _ in range(21)]
        assert 21 + 10 < len(server.requests) <= 21 + 2 + 64 + 2, "and what waits in memory is bounded"
        assert [*indexes, (await anext(results)).index] == list(range(22))


async def test_a_bound_that_is_given_counts_those_that_wait(server, client):
    # Rule 2 of pipeline.
    server.fail(429, headers={"retry-after-ms": "300"})
    async with client.bulk.map((chat(str(n)) for n in range(1000)), concurrency=2, max_in_flight=6) as results:
        await anext(results)
        assert len(server.requests) <= 6 + 2


@pytest.mark.parametrize("name", ["concurrency", "max_in_flight"])
@pytest.mark.parametrize(("value", "error"), [(0, ValueError), (-1, ValueError), (True, TypeError), (2.5, TypeError)])
async def test_impossible_bounds_are_refused_at_once(client, name, value, error):
    with pytest.raises(error, match=name):
        client.bulk.map([], **{name: value})


async def test_misspelt_and_impossible_options_are_refused(client):
    with pytest.raises(TypeError, match="did you mean 'concurrency'"):
        client.bulk.map([], concurency=3)
    with pytest.raises(TypeError, match="did you mean 'temperature'"):
        client.bulk.chat([], model=MODEL, temprature=1)
    with pytest.raises(ValueError, match="on_error"):
        client.bulk.map([], on_error="ignore")
    with pytest.raises(TypeError, match="plain function"):
        client.bulk.map([], progress=anyio.sleep)
    with pytest.raises(TypeError, match="this is one str"):
        client.bulk.embed("a text alone")
    with pytest.raises(TypeError, match="iterable"):
        client.bulk.embed(3)


async def test_a_slow_consumer_stops_new_requests(server, client):
    # Rule 2 of pipeline.
    read = 0

    def source():
        nonlocal read
        for n in range(1000):
            read += 1
            yield chat(str(n))

    async with client.bulk.map(source(), concurrency=4, max_in_flight=10) as results:
        await anext(results)
        await anyio.sleep(0.2)
        assert len(server.requests) <= 11
        assert read <= 11
        for _ in range(10):
            await anext(results)
        await anyio.sleep(0.1)
        assert len(server.requests) <= 21
    assert read <= 21


async def test_an_endless_source_is_read_as_far_as_needed(server, client):
    # Rule 2 of pipeline.
    def endless():
        n = 0
        while True:
            yield chat(str(n))
            n += 1

    async with client.bulk.map(endless(), concurrency=4) as results:
        async for result in results:
            if result.index == 50:
                break
    assert len(server.requests) <= 51 + 8


async def test_failures_are_results(server, client):
    # Rule 5 of pipeline.
    results = await client.bulk.map([chat("a"), chat("b", model="no-such-model"), chat("c")])
    assert [result.ok for result in results] == [True, False, True]
    assert isinstance(results[1], Err)
    assert isinstance(results[1].error, InvalidModelError)
    with pytest.raises(InvalidModelError):
        results[1].unwrap()


async def test_waiting_for_its_turn_is_no_timeout(server):
    limits = RateLimits(requests_per_second=20, burst=1)
    settings = {"server_url": server.url, "rate_limits": limits, "timeout_ms": 300}
    async with Mistral(server.api_key, **settings) as client:
        results = await client.bulk.map((chat(str(n)) for n in range(16)), concurrency=16)
        assert all(result.ok for result in results)
        server.fault(Stall(where="head"), operation="chat.complete", times=10)
        (result,) = await client.with_options(retries=0).bulk.map([chat("x")])
        assert isinstance(result.error, APITimeoutError)


async def test_an_item_that_is_no_call_fails_alone(client):
    # Rule 5 of pipeline.
    results = await client.bulk.map([chat("a"), "b", chat("c")])
    assert [type(result) for result in results] == [Ok, Err, Ok]
    assert "not str" in str(results[1].error)


async def test_raising_ends_all_others_and_nothing_is_sent_afterwards(anyio_backend):
    # Rules 5 and 6 of pipeline.
    async with FakeMistral(latency=0.01) as server, Mistral(server.api_key, server_url=server.url) as client:
        source = (chat(str(n), model=MODEL if n != 20 else "no-such-model") for n in range(10_000))
        with pytest.raises(InvalidModelError) as caught:
            await drain(client.bulk.map(source, concurrency=8, on_error="raise"))
        assert not isinstance(caught.value, BaseExceptionGroup)
        sent = len(server.requests)
        failed = next(request for request in server.requests if request.status == 400)
        assert sent <= 20 + 2 * 16
        await anyio.sleep(0.2)
        assert len(server.requests) == sent
        # what came after the failure was under way when its answer was written
        late = [request for request in server.requests if request.time > failed.time + 0.1]
        assert late == []


async def test_a_raised_failure_ends_what_is_under_way_at_once(threaded_server):
    threaded_server.fault(Stall(where="head"), operation="chat.complete", times=3)

    async def items():
        for n in range(3):
            yield chat(str(n))
        await anyio.sleep(0.1)
        yield chat("x", model="no-such-model")

    async with Mistral(threaded_server.api_key, server_url=threaded_server.url) as client:
        before = tasks_running()
        async with client.bulk.map(items(), on_error="raise", concurrency=4) as results:
            await anyio.sleep(0.05)
            assert tasks_running() > before
            await anyio.sleep(0.5)  # the block is busy with something else
            assert tasks_running() == before
            with pytest.raises(InvalidModelError):
                await anext(results)


async def test_after_a_raised_failure_the_results_are_over(client):
    # Rule 5 of pipeline.
    async with client.bulk.map([chat("x", model="no-such-model")], on_error="raise") as results:
        with pytest.raises(InvalidModelError):
            await anext(results)
        with pytest.raises(StopAsyncIteration):
            await anext(results)


async def test_a_failure_does_not_cancel_what_the_block_awaits(server, client):
    # The failure is the results' to raise; the code of the block is not interrupted by it.
    async with client.bulk.map([chat("x", model="no-such-model")], on_error="raise") as results:
        await anyio.sleep(0.2)
        reached = True
        with pytest.raises(InvalidModelError):
            await anext(results)
    assert reached


async def test_an_exception_of_the_block_comes_out_as_it_is(client):
    class OwnError(Exception):
        pass

    async def fail():
        async with client.bulk.map(chat(str(n)) for n in range(100)) as results:
            async for _ in results:
                raise OwnError

    with pytest.raises(OwnError):
        await fail()


async def test_results_are_used_with_a_block_and_once(client):
    results = client.bulk.map([chat("a")])
    with pytest.raises(TypeError, match="async with"):
        async for _ in results:
            pass
    assert len(await results) == 1
    with pytest.raises(RuntimeError, match="once"):
        async with results:
            pass


async def test_two_consumers_share_the_results(client):
    seen = []

    async def consume(results):
        async for result in results:
            seen.append(result.index)
            await anyio.lowlevel.checkpoint()

    async with client.bulk.map(chat(str(n)) for n in range(50)) as results, anyio.create_task_group() as group:
        group.start_soon(consume, results)
        group.start_soon(consume, results)
    assert sorted(seen) == list(range(50))


# sources


async def test_async_generators_are_read_by_one_task_and_closed(client):
    # Rule 1 of pipeline.
    tasks = set()
    closed = False

    async def source():
        nonlocal closed
        try:
            with anyio.CancelScope():  # a scope that is entered and left in one task
                for n in range(1000):
                    tasks.add(anyio.get_current_task().id)
                    await anyio.lowlevel.checkpoint()
                    yield chat(str(n))
        finally:
            closed = True

    async with client.bulk.map(source(), concurrency=3) as results:
        async for result in results:
            if result.index == 5:
                break
    assert len(tasks) == 1
    assert closed


async def test_a_generator_is_closed_and_another_iterator_is_not(client):
    closed = False

    def source():
        nonlocal closed
        try:
            for n in range(1000):
                yield chat(str(n))
        finally:
            closed = True

    generator = source()
    async with client.bulk.map(generator, concurrency=2) as results:
        await anext(results)
    assert closed

    rest = iter([chat(str(n)) for n in range(100)])
    async with client.bulk.map(rest, concurrency=2) as results:
        await anext(results)
    assert next(rest, None) is not None


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_a_failing_source_ends_the_work_after_its_results(client, asynchronous):
    # Rule 5 of pipeline.
    def plain():
        for n in range(5):
            yield chat(str(n))
        raise LookupError("the table is gone")

    async def awaited():
        for call in plain():
            yield call

    seen = []
    with pytest.raises(LookupError, match="the table is gone"):
        await drain(client.bulk.map(awaited() if asynchronous else plain()), seen)
    assert seen == [0, 1, 2, 3, 4]


async def test_a_source_that_waits_for_results_gets_them(client):
    send, receive = anyio.create_memory_object_stream[str](10)

    async def conversation():
        yield "0"
        async for text in receive:
            yield text

    seen = []
    with anyio.fail_after(10):
        async with client.bulk.embed(conversation()) as results, send, receive:
            async for result in results:
                seen.append(result.index)
                if len(seen) == 5:
                    break
                await send.send(str(len(seen)))
    assert seen == [0, 1, 2, 3, 4]


async def test_an_iterable_that_blocks_can_be_read_in_a_thread(client):
    import threading

    threads = set()

    def slow():
        for n in range(20):
            threads.add(threading.get_ident())
            yield chat(str(n))
        raise LookupError

    seen = []
    with pytest.raises(LookupError):
        await drain(client.bulk.map(in_thread(slow())), seen)
    assert seen == list(range(20))
    assert threading.get_ident() not in threads


async def test_the_event_loop_is_not_held_by_a_slow_iterable(client):
    import time

    def slow():
        for n in range(30):
            time.sleep(0.01)
            yield chat(str(n))

    longest = 0.0

    async def watch():
        nonlocal longest
        while True:
            then = time.monotonic()
            await anyio.sleep(0.001)
            longest = max(longest, time.monotonic() - then)

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        await client.bulk.map(slow())
        group.cancel_scope.cancel()
    assert longest < 0.15


# cancellation


EARLY = range(25)
LATE = random.Random(1).sample(range(25, 400), 15)


@pytest.mark.parametrize(
    "moments",
    [
        pytest.param([*EARLY[::4], *LATE[::3]], id="some"),
        pytest.param([*EARLY, *LATE], id="all", marks=pytest.mark.slow),
    ],
)
async def test_cancelled_anywhere_nothing_is_left_behind(threaded_server, tmp_path, moments):
    # Rule 10 of pipeline.
    server = threaded_server
    for ticks in moments:
        path = tmp_path / f"{ticks}.sqlite"
        async with Mistral(server.api_key, server_url=server.url) as client:
            before = tasks_running()
            async with anyio.create_task_group() as group:

                async def cancel(ticks=ticks, scope=group.cancel_scope):
                    for _ in range(ticks):
                        await anyio.lowlevel.checkpoint()
                    scope.cancel()

                group.start_soon(cancel)
                await client.bulk.embed((f"text {n}" for n in range(60)), checkpoint=path, max_inputs_per_request=7)
                group.cancel_scope.cancel()
            await anyio.lowlevel.checkpoint()
            assert tasks_running() == before
            with anyio.fail_after(5):  # the file is whole and free, the client goes on
                results = await client.bulk.embed([f"text {n}" for n in range(60)], checkpoint=path)
            assert all(result.ok for result in results)
    await anyio.sleep(0.05)
    assert server.connections.open == 0
    gc.collect()


async def test_a_cancelled_wait_loses_no_result(anyio_backend):
    async with FakeMistral(latency=0.02) as server, Mistral(server.api_key, server_url=server.url) as client:
        seen = []
        async with client.bulk.map((chat(str(n)) for n in range(20)), concurrency=2) as results:
            while len(seen) < 20:
                with anyio.move_on_after(0.005):
                    seen.append((await anext(results)).index)
    assert seen == list(range(20))


async def test_a_connection_that_breaks_is_one_items_failure(server):
    from mistral_async import RetryConfig

    server.fail(503, times=1, after=2)
    async with Mistral(server.api_key, server_url=server.url, retry_config=RetryConfig(retries=0)) as client:
        results = await client.bulk.map((chat(str(n)) for n in range(6)), concurrency=1)
    assert [result.ok for result in results] == [True, True, False, True, True, True]
    assert isinstance(results[2].error, ServerError)


# blocking


def test_blocking_code_gets_the_same(sync_client):
    with sync_client.bulk.map(chat(str(n)) for n in range(30)) as results:
        assert [said(result) for result in results] == [str(n) for n in range(30)]
        assert results.progress.done == 30
    assert [result.index for result in sync_client.bulk.map([chat("a"), chat("b")])] == [0, 1]
    assert len(sync_client.bulk.map([chat("a")]).collect()) == 1
    assert [value.text for value in sync_client.bulk.map([chat("a")]).values()] == ["You said: a"]


def test_a_blocking_iterable_is_read_in_the_callers_thread(sync_client):
    import threading

    threads = set()

    def source():
        for n in range(300):
            threads.add(threading.get_ident())
            if n % 50 == 0:
                sync_client.models.list()  # it may even use the client
            yield chat(str(n))

    assert len(sync_client.bulk.map(source()).collect()) == 300
    assert threads == {threading.get_ident()}


def test_a_blocking_iterable_is_read_as_there_is_room(sync_client):
    # Rule 2 of pipeline.
    read = 0
    closed = False

    def source():
        nonlocal read, closed
        try:
            while True:
                read += 1
                yield chat(str(read))
        finally:
            closed = True

    for result in sync_client.bulk.map(source(), concurrency=4, max_in_flight=10):
        if result.index == 20:
            break
    assert read <= 21 + 10
    assert closed


def test_a_blocking_iterable_that_fails(sync_client):
    def source():
        yield chat("a")
        yield chat("b")
        raise LookupError("gone")

    seen = []
    with pytest.raises(LookupError, match="gone"):
        seen.extend(result.index for result in sync_client.bulk.map(source()))
    assert seen == [0, 1]


def test_blocking_code_may_give_an_async_source(sync_client):
    async def source():
        for n in range(10):
            await anyio.lowlevel.checkpoint()
            yield chat(str(n))

    assert len(sync_client.bulk.map(source()).collect()) == 10


def test_blocking_raise_and_interrupt(sync_client, threaded_server):
    with pytest.raises(InvalidModelError):
        sync_client.bulk.map([chat("a"), chat("b", model="none")], on_error="raise").collect()

    def interrupted():
        yield chat("a")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync_client.bulk.map(interrupted()).collect()
    assert len(sync_client.bulk.map([chat("a")]).collect()) == 1


def test_blocking_results_without_a_loop_are_one_use(threaded_server):
    with SyncMistral(threaded_server.api_key, server_url=threaded_server.url) as client:
        results = client.bulk.map([chat("a")])
        assert len(results.collect()) == 1
        with pytest.raises(RuntimeError, match="once"), results:
            pass


async def test_an_error_that_is_raised_names_its_item(client):
    with pytest.raises(TypeError, match="an item is a str") as caught:
        async with client.bulk.embed(["a", 3], on_error="raise") as results:
            _ = [result async for result in results]
    assert caught.value.__notes__ == ["item 1 of the work"]
    async with client.bulk.embed(["a", 3]) as results:
        failed = [result async for result in results if not result.ok]
    with pytest.raises(TypeError) as caught:
        failed[0].unwrap()
    assert caught.value.__notes__ == ["item 1 of the work"]
