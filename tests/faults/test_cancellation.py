"""Cancelled at every checkpoint: each kind of call is run once, then cancelled at its first, second, ... suspension.

Whatever the checkpoint: the pool is exact, permits are back, no task, file or socket is left, nothing is done twice.
"""

from __future__ import annotations

import asyncio
import os
import random

import anyio
import pytest

from mistral_async import BackoffStrategy, Mistral, RateLimits, RetryConfig, calls
from mistral_async.testing import Delay, FakeMistral

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
BILLED = ("chat.complete", "chat.stream", "files.upload", "beta.conversations.start_stream")
MOST = 400  # checkpoints
# Checkpoints that are always reached; else connecting and reading, and on trio those of calls that do not wait, too.
LEAST = {"uploaded": 8, "downloaded": 4, "saved": 8, "mapped": 3}


class Steps:
    """Awaits a coroutine and counts its suspensions; at the one that is asked for it is cancelled."""

    def __init__(self, work, cancel, at):
        self.work, self.cancel, self.at = work, cancel, at
        self.count = 0

    def __await__(self):
        steps = self.work.__await__()
        step, value = steps.send, None
        while True:
            try:
                trap = step(value)
            except StopIteration as end:
                return end.value
            self.count += 1
            if self.count == self.at:
                self.cancel()
            try:
                value = yield trap
                step = steps.send
            except BaseException as error:  # noqa: BLE001 - handed on
                step, value = steps.throw, error


async def whole(client, place):
    assert (await client.chat.complete(**HI)).text


async def streamed(client, place):
    async with client.chat.stream(**HI) as stream:
        async for _ in stream:
            pass


async def final(client, place):
    async with client.chat.stream(**HI) as stream:
        assert (await stream.get_final_response()).text


async def left(client, place):
    async with client.chat.stream(**HI) as stream:
        async for _ in stream:
            break


async def conversation(client, place):
    async with client.beta.conversations.start_stream(model="mistral-small-latest", inputs="hi") as stream:
        await stream.until_done()


async def uploaded(client, place):
    assert (await client.files.upload(("a.pdf", place / "source"), "ocr")).id


async def downloaded(client, place):
    uploaded = (place / "id").read_text()
    assert await client.files.download(uploaded)


async def saved(client, place):
    await client.files.download((place / "id").read_text()).save(place / "target")


async def listed(client, place):
    assert [file.id async for file in client.files.list(page_size=1)]


async def mapped(client, place):
    requests = [calls.models.retrieve("mistral-small-latest") for _ in range(6)]
    assert all(result.ok for result in await client.bulk.map(requests).collect())


KINDS = {kind.__name__: kind for kind in (
    whole, streamed, final, left, conversation, uploaded, downloaded, saved, listed, mapped,
)}  # fmt: skip


def prepared(server, way):
    """What stands in the way of a call, so that it has more places to be cancelled at."""
    match way:
        case "retried":
            server.fail(408, times=1)  # nothing was executed: all may be repeated
        case "slow":
            server.fault(Delay(0.005, where="body"))


@pytest.fixture(params=["scope", "task"])
def how(request, anyio_backend):
    """By a cancel scope, which asks again and again, or by asyncio's `cancel`, which asks once."""
    if request.param == "task" and anyio_backend[0] != "asyncio":
        pytest.skip("trio has scopes alone")
    return request.param


async def run(work, how, at):
    """Run it, cancelled at a checkpoint if it has that many; whether it came to its end."""
    if how == "scope":
        with anyio.CancelScope() as scope:
            steps = Steps(work, scope.cancel, at)
            await steps
        return steps.count < at
    task = asyncio.current_task()
    steps = Steps(work, task.cancel, at)
    try:
        await steps
    except asyncio.CancelledError:
        task.uncancel()
    return steps.count < at


@pytest.mark.parametrize("way", ["straight", "retried", "slow", "tls"])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_call_may_be_cancelled_at_every_checkpoint(
    tools, tmp_path, kind, way, how, server_tls, client_tls, anyio_backend
):
    (tmp_path / "source").write_bytes(b"%PDF" + os.urandom(200_000))
    with FakeMistral(tls=server_tls if way == "tls" else None, host="localhost") as server:
        settings = {
            "server_url": server.url,
            "verify": client_tls,
            "retry_config": RetryConfig(backoff=BackoffStrategy(initial_interval=1, max_interval=1)),
            "rate_limits": RateLimits(concurrency=5),
        }
        async with Mistral(server.api_key, **settings) as client:
            (tmp_path / "id").write_text((await client.files.upload(tmp_path / "source", "ocr")).id)
            await KINDS[kind](client, tmp_path)  # everything is loaded
            (tmp_path / "target").unlink(missing_ok=True)
        reached, before = 0, sum(server.effects[name] for name in BILLED)
        for at in range(1, MOST):
            client = Mistral(server.api_key, **settings)
            watch = tools.watch(client)
            prepared(server, way)
            finished = await run(KINDS[kind](client, tmp_path), how, at)
            server.scripts._faults.clear()
            server.scripts._replies.clear()
            assert sum(server.effects[name] for name in BILLED) - before <= at  # each run once
            if not finished:
                assert {path.name for path in tmp_path.iterdir()} <= {"source", "id", "target"}
                if (tmp_path / "target").exists():
                    assert (tmp_path / "target").stat().st_size == 200_004
            await watch.check(tools.settling(server))
            await watch.close(tools.settling(server))
            if finished:
                break
            reached = at
        assert finished
        assert reached >= LEAST.get(kind, 4 if anyio_backend[0] == "trio" else 2)


@pytest.mark.parametrize("how_many", [1, 3])
async def test_waiting_for_a_connection_may_be_cancelled(tools, how_many):
    """Callers wait for a pool of one; one of them is cancelled at each of its checkpoints, the others go on."""
    with FakeMistral(latency=0.005) as server:
        for at in range(1, 12):
            async with Mistral(server.api_key, server_url=server.url, max_connections=1) as client:
                watch, done = tools.watch(client), []

                async def other(client=client, done=done):
                    await client.models.list()
                    done.append(1)

                async with anyio.create_task_group() as tasks:
                    for _ in range(how_many):
                        tasks.start_soon(other)
                    tasks.start_soon(run, client.models.list(), "scope", at)
                    for _ in range(how_many):
                        tasks.start_soon(other)
                assert len(done) == 2 * how_many
                await watch.check(tools.settling(server))


async def test_waiting_for_the_rate_limit_may_be_cancelled(tools):
    with FakeMistral() as server:
        limits = RateLimits(requests_per_second=100)
        for at in range(1, 12):
            async with Mistral(server.api_key, server_url=server.url, rate_limits=limits) as client:
                watch = tools.watch(client)
                async with anyio.create_task_group() as tasks:
                    for _ in range(3):
                        tasks.start_soon(client.models.list)
                    tasks.start_soon(run, client.models.list(), "scope", at)
                    for _ in range(3):
                        tasks.start_soon(client.models.list)
                await watch.check(tools.settling(server))


async def test_a_storm_of_cancellations(tools):
    """Calls of every kind are cancelled at random on ten connections; afterwards all is as it was.

    `MISTRAL_STORM_SECONDS=6` is the full length.
    """
    seconds = float(os.environ.get("MISTRAL_STORM_SECONDS", "1"))
    jitter = random.Random(1)
    with FakeMistral(chunk_delay=0.001) as server:
        async with Mistral(server.api_key, server_url=server.url, max_connections=10) as client:
            await whole(client, None)
            watch, cancelled = tools.watch(client), [0]

            async def storm():
                end = anyio.current_time() + seconds
                while anyio.current_time() < end:
                    work = jitter.choice([whole, streamed, final, left])
                    with anyio.move_on_after(jitter.random() ** 3 * 0.03) as scope:
                        await work(client, None)
                    cancelled[0] += scope.cancelled_caught

            async with anyio.create_task_group() as tasks:
                for _ in range(30):
                    tasks.start_soon(storm)
            assert cancelled[0] > 50
            assert server.connections.open <= 10
            await watch.check(tools.settling(server))
            done = []

            async def good():
                await whole(client, None)
                done.append(1)

            async with anyio.create_task_group() as tasks:
                for _ in range(100):
                    tasks.start_soon(good)
            assert len(done) == 100
            assert server.connections.open <= 10
            await watch.close(tools.settling(server))


async def test_a_thousand_streams_left_after_their_first_event(tools):
    """On three connections; the server sees each end at once."""
    with FakeMistral(chunk_delay=30) as server:
        async with Mistral(server.api_key, server_url=server.url, max_connections=3) as client:
            watch, count = tools.watch(client), [0]

            async def leave():
                for _ in range(100):
                    async with client.chat.stream(**HI) as stream:
                        async for _ in stream:
                            count[0] += 1
                            break

            async with anyio.create_task_group() as tasks:
                for _ in range(10):
                    tasks.start_soon(leave)
            await watch.check(tools.settling(server))
            assert count[0] == 1000
            await watch.close(tools.settling(server))
