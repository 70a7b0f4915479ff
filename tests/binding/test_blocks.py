"""Blocks in the hands of others: read after their end, closed or stepped by another task, dropped, shared by threads.

Whoever reads gets the rest, or one error with words: no wait without an end, no empty answer, nothing of anyio.
"""

from __future__ import annotations

import asyncio
import gc
import re
import sys
import threading
from contextlib import suppress

import anyio
import pytest

from mistral_async.errors import IncompleteStreamError, MistralError
from mistral_async.testing import Stall

MODEL = "mistral-small-latest"
HI = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}]}
TEXTS = [f"text {number}" for number in range(40)]
WORDS = "once|was left|was closed|in its block|inside it"


def get_weather(city: str) -> str:
    """Say the weather."""
    return f"blue in {city}"


BLOCKS = {
    "chat.stream": lambda client: client.chat.stream(**HI),
    "fim.stream": lambda client: client.fim.stream(model="codestral-latest", prompt="def f"),
    "responses.stream": lambda client: client.responses.stream(model=MODEL, input="hi"),
    "conversations": lambda client: client.beta.conversations.start_stream(model=MODEL, inputs="hi"),
    "chat.run": lambda client: client.chat.run("the weather in Paris", model=MODEL, tools=[get_weather]),
    "bulk.chat": lambda client: client.bulk.chat(TEXTS, model=MODEL, concurrency=2),
    "bulk.embed": lambda client: client.bulk.embed(TEXTS, max_inputs_per_request=2),
    "bulk.moderate": lambda client: client.bulk.moderate(TEXTS, max_inputs_per_request=2),
    "batch.run": lambda client: client.batch.run(_requests(), poll=_quick()),
}


def _requests():
    from mistral_async import calls

    return [calls.chat.complete(model=MODEL, messages=HI["messages"]) for _ in range(4)]


def _quick():
    from mistral_async.batch import Poll

    return Poll(initial=0.01, maximum=0.02)


QUICK = {"chat.stream", "chat.run", "bulk.chat", "batch.run"}


@pytest.fixture(params=[pytest.param(each, marks=[] if each in QUICK else pytest.mark.slow) for each in BLOCKS])
def make(request):
    return BLOCKS[request.param]


@pytest.fixture
def complaints(anyio_backend):
    """What an event loop would say of a generator that can not be closed."""
    said = []
    yield said
    assert said == []


async def listen(complaints):
    if sys.modules.get("trio") is None or not sys.modules["trio"].lowlevel.in_trio_task():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: complaints.append(repr(context.get("exception") or context)))


async def around(block):
    async with block as items:
        async for item in items:
            yield item


async def in_another_task(work):
    """Await something in a task of its own, on any loop."""
    async with anyio.create_task_group() as group:
        group.start_soon(work)


async def drain(items):
    """Read on without asking for a new iterator."""
    for _ in range(100):
        await anext(items)


def read_on(items):
    with suppress(StopIteration):
        while True:
            yield next(items)


# In an async generator


async def test_a_generator_is_closed_by_another_task(client, make, complaints):
    await listen(complaints)
    with anyio.fail_after(5):
        generator = around(make(client))
        await anext(generator)
        await in_another_task(generator.aclose)


async def test_a_generator_is_stepped_by_a_task_each(client, make, complaints):
    await listen(complaints)
    seen = []
    with anyio.fail_after(10):
        generator = around(make(client))

        async def step():
            seen.append(await anext(generator, None))

        while not seen or seen[-1] is not None:
            await in_another_task(step)
    assert len(seen) > 2


@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")  # trio's, of the user's own generator
async def test_a_generator_is_dropped(client, server, make, complaints):
    """The event loop closes it, in a task of its own; what was under way ends."""
    await listen(complaints)
    with anyio.fail_after(5):
        generator = around(make(client))
        await anext(generator)
        del generator
        gc.collect()
        (wire,) = client._executor.engine.state.network._wires.values()
        while wire.pool.slots > wire.pool.idle:  # noqa: ASYNC110 - nothing tells when a generator has been closed
            await anyio.sleep(0.01)


async def test_a_block_that_is_cancelled_ends_its_work(client, server, make):
    server.latency = 0.2
    with anyio.fail_after(5):
        with anyio.move_on_after(0.05) as scope:
            async with make(client) as items:
                async for _ in items:
                    await anyio.sleep_forever()
        assert scope.cancelled_caught
        before = len(server.requests)
        await anyio.sleep(0.05)
        assert len(server.requests) == before


# After its block


async def test_an_unread_block_is_an_error_to_read(client, make):
    with anyio.fail_after(5):
        async with make(client) as items:
            pass
        with pytest.raises((RuntimeError, IncompleteStreamError), match=WORDS):
            await drain(items)
        with pytest.raises((RuntimeError, IncompleteStreamError), match=WORDS):
            [item async for item in items]


async def test_a_block_half_read_gives_what_is_there_and_an_error(client, make):
    with anyio.fail_after(5):
        async with make(client) as items:
            await anext(items)
        with pytest.raises((RuntimeError, IncompleteStreamError), match=WORDS):
            await drain(items)


async def test_a_block_that_was_read_is_an_error_to_read_again(client, make):
    with anyio.fail_after(10):
        async with make(client) as items:
            read = [item async for item in items]
        assert read
        with pytest.raises(RuntimeError, match=WORDS):
            [item async for item in items]
        with pytest.raises(RuntimeError, match="once"):
            async with items:
                pass


async def test_who_reads_while_another_leaves_the_block_is_told(client, server, make):
    """Neither a wait without an end, nor an end that passes for the answer's own."""
    server.fault(Stall(where="body"), times=None)
    found = []

    async def read(items):
        try:
            found.append([item async for item in items])
        except (MistralError, RuntimeError) as error:
            found.append(error)

    with anyio.fail_after(5):
        try:
            with anyio.move_on_after(1):
                async with make(client) as items, anyio.create_task_group() as group:
                    group.start_soon(read, items)
                    await anyio.sleep(0.05)
                    await items.__aexit__(None, None, None)
        except MistralError:
            return  # it did not open
    assert not isinstance(found[0], list)


@pytest.mark.parametrize("name", ["bulk.chat", "bulk.embed", "batch.run"])
async def test_results_are_collected_once(client, name):
    with anyio.fail_after(10):
        results = BLOCKS[name](client)
        assert len(await results) > 2
        with pytest.raises(RuntimeError, match="once"):
            await results
        with pytest.raises(RuntimeError, match="once"):
            await results.values()
        if name == "bulk.embed":
            for read in (results.to_list, results.to_array):
                with pytest.raises(RuntimeError, match="once"):
                    await read()


async def test_a_download_is_read_once(client, tmp_path):
    file = await client.files.upload(file=("a.pdf", b"%PDF" * 1000), purpose="ocr")
    download = client.files.download(file.id)
    with anyio.fail_after(5):
        assert len(await download) == 4000
        for again in (download.read, lambda: download.save(tmp_path / "again")):
            with pytest.raises(RuntimeError, match="once"):
                await again()
        half = client.files.download(file.id)
        async with half as parts:
            await anext(parts)
        with pytest.raises(RuntimeError, match="once"):
            await anext(half)
    assert list(tmp_path.iterdir()) == []


async def test_a_run_keeps_its_result(client):
    with anyio.fail_after(5):
        async with BLOCKS["chat.run"](client) as run:
            result = await run.result()
        assert await run.result() is result
        assert await run is result


async def test_one_task_reads_a_stream_at_a_time(client, server):
    server.fault(Stall(after_events=1))
    with anyio.fail_after(5):
        async with client.chat.stream(**HI) as stream, anyio.create_task_group() as group:
            await anext(stream)
            group.start_soon(anext, stream, None)
            await anyio.sleep(0.05)
            with pytest.raises(RuntimeError, match="another task is"):
                await anext(stream)
            stream.cancel()


def test_a_block_of_another_event_loop_says_so(threaded_server):
    from mistral_async import Mistral

    client = Mistral(threaded_server.api_key, server_url=threaded_server.url)
    threaded_server.latency = 0.1
    told = []

    async def read(items):
        with anyio.fail_after(5):
            try:
                await anext(items)
            except RuntimeError as error:
                told.append(str(error))

    async def main():
        async with client, client.bulk.chat(TEXTS, model=MODEL) as results:
            await anyio.to_thread.run_sync(anyio.run, read, results)
            assert await anext(results)

    anyio.run(main)
    assert "in another event loop" in told[0]


# The same for blocking code


def test_blocking_an_unread_block_is_an_error_to_read(sync_client, make):
    with make(sync_client) as items:
        pass
    with pytest.raises((RuntimeError, IncompleteStreamError), match=WORDS):
        list(items)


def test_blocking_a_block_that_was_read_is_an_error_to_read_again(sync_client, make):
    items = make(sync_client)
    assert list(items)
    with pytest.raises(RuntimeError, match="once"):
        list(items)
    with pytest.raises(RuntimeError, match="once"), items:
        pass


def test_blocking_a_block_half_read_gives_the_rest_or_an_error(sync_client, make):
    whole = len(list(make(sync_client)))
    with make(sync_client) as items:
        next(items)
    try:
        rest = list(read_on(items))
    except (RuntimeError, IncompleteStreamError) as error:
        assert re.search(WORDS, str(error))  # noqa: PT017 - the rest is as good
    else:
        assert len(rest) == whole - 1


def test_blocking_a_block_is_shared_by_threads(sync_client, make):
    """Each item goes to one of them."""
    whole = len(list(make(sync_client)))
    found, failures = [], []

    def read(items):
        try:
            found.extend(items)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is shown
            failures.append(error)

    with make(sync_client) as items:
        threads = [threading.Thread(target=read, args=(items,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert failures == []
    assert len(found) == pytest.approx(whole, abs=2 if whole < 20 else 0)  # pieces of text may come together


def test_blocking_a_download_is_read_once(sync_client, tmp_path):
    file = sync_client.files.upload(file=("a.pdf", b"%PDF" * 1000), purpose="ocr")
    download = sync_client.files.download(file.id)
    assert len(download.read()) == 4000
    for again in (download.read, lambda: download.save(tmp_path / "again"), lambda: list(download)):
        with pytest.raises(RuntimeError, match="once"):
            again()
    assert list(tmp_path.iterdir()) == []
