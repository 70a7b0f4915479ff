"""Every time limit holds at every point of a call; the clock on the wall means nothing."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

import mistral_async
from mistral_async import BackoffStrategy, Mistral, RateLimits, RetryConfig, Timeout, errors
from mistral_async.testing import FakeMistral

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
# A job says since when it waits, and a token when it ends, by the clock of a server. A day of a budget or of prices is
# a date, and files that several processes read have no other clock in common.
WALL_CLOCK = {
    "_engine/auth.py",
    "_engine/sqlite_cache.py",
    "_results/poll.py",
    "_spending/budget.py",
    "_spending/price.py",
    "integrations/_progress.py",
}


@pytest.mark.parametrize("limit", ["total", "read", "attempt"])
async def test_a_connection_that_changes_hands_keeps_the_time_of_its_next_user(
    start, connect, tools, tls, stream, limit
):
    """On one connection: the answer of the first call and the start of the next happen in the same turn of the loop."""

    def fault(peer, request):
        if b"silent" in request.body:
            return not peer.gone()
        peer.send(tools.answer(request))
        return True

    server = start(fault, tls=tls)
    client = connect(server, max_connections=1, retries=RetryConfig(retries=0))
    hasty = client.with_options(timeout=Timeout(**{limit: 0.06}))
    watch = tools.watch(client)
    await tools.perform(client, stream)
    rounds = 0
    for _ in range(10):
        ends = []

        async def work(view, text, ends=ends):
            chat = {"model": "m", "messages": [{"role": "user", "content": text}]}
            ends.append(await tools.perform(view, stream and view is client, chat))

        with anyio.fail_after(3):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(work, client, "hi")
                await anyio.lowlevel.checkpoint()
                tasks.start_soon(work, hasty, "silent")
        await watch.check(server)
        answered, late = ends
        if answered != "Hello":
            continue  # on a busy machine, the time was over before the connection changed hands
        assert isinstance(late, errors.APITimeoutError)
        assert late.phase == limit
        rounds += 1
        if rounds == 2:
            break
    assert rounds
    await watch.close(server)


# A deadline anywhere.


async def whole(client, place):
    return (await client.chat.complete(**HI)).text


async def streamed(client, place):
    async with client.chat.stream(**HI) as events:
        return (await events.get_final_response()).text


async def listed(client, place):
    return [file.id async for file in client.files.list(page_size=1)]


async def uploaded(client, place):
    return (await client.files.upload(place / "source", "ocr")).id


async def saved(client, place):
    return await client.files.download((place / "id").read_text()).save(place / "target")


KINDS = {kind.__name__: kind for kind in (whole, streamed, listed, uploaded, saved)}
STEPS = 30


@pytest.mark.parametrize("kind", KINDS)
async def test_a_deadline_may_pass_at_any_point(tools, tmp_path, kind, tls, server_tls, client_tls):
    """Deadlines from none to longer than the call takes, which is refused once and slow everywhere else."""
    (tmp_path / "source").write_bytes(b"%PDF" + os.urandom(200_000))
    retry = RetryConfig(backoff=BackoffStrategy(initial_interval=4, max_interval=4))
    late = done = 0
    with FakeMistral(tls=server_tls if tls else None, host="localhost", latency=0.004, chunk_delay=0.002) as server:
        settings = {"server_url": server.url, "verify": client_tls, "retry_config": retry}
        async with Mistral(server.api_key, **settings) as client:
            (tmp_path / "id").write_text((await client.files.upload(tmp_path / "source", "ocr")).id)
            start = time.perf_counter()
            assert await KINDS[kind](client, tmp_path)
            longest = 3 * (time.perf_counter() - start)
        for step in range(1, STEPS + 1):
            limit = longest * (step / STEPS) ** 2
            client = Mistral(server.api_key, rate_limits=RateLimits(concurrency=5), **settings)
            watch = tools.watch(client)
            server.fail(408)
            start = time.perf_counter()
            try:
                assert await KINDS[kind](client.with_options(timeout=limit), tmp_path)
                done += 1
            except errors.MistralError as error:
                assert isinstance(error, errors.APITimeoutError | errors.RequestTimeoutError), error  # noqa: PT017
                late += 1
            assert time.perf_counter() - start < limit + 2  # 0.1, and what a busy machine adds
            server.scripts._faults.clear()
            server.scripts._replies.clear()
            await watch.check(tools.settling(server))
            await watch.close(tools.settling(server))
    assert late > 5
    assert late + done == STEPS


# The clock on the wall.


@pytest.mark.parametrize("jump", [-3600, 3600])
async def test_a_clock_that_jumps_changes_nothing(start, connect, tools, stream, monkeypatch, jump):
    """Neither an hour back nor an hour on: all waits are told by a clock that only goes on."""
    true, turns = time.time, []

    def jumping():
        turns.append(1)
        return true() + jump * (len(turns) % 2)

    monkeypatch.setattr(time, "time", jumping)

    def fault(peer, request):
        if len(server.requests) % 2:
            date = "Date: Wed, 21 Oct 2026 07:28:00 GMT"
            again = "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT"  # now, says the server
            peer.send(tools.answer(request, b"{}", date, again, status="503 Busy"))
        else:
            peer.send(tools.answer(request))
        return True

    server = start(fault)
    client = connect(server, rate_limits=RateLimits(requests_per_second=200, concurrency=5), timeout=tools.patient)
    watch = tools.watch(client)
    since = time.monotonic()
    for _ in range(5):
        assert await tools.perform(client.with_options(timeout=2), stream) == "Hello"
    assert time.monotonic() - since < 2
    assert len(server.requests) == 10
    await watch.check(server)
    assert server.accepted == 1
    await watch.close(server)


def test_nothing_here_asks_the_clock_on_the_wall():
    """Only the fake server and a line for people may: what waits, expires or is counted has the monotonic clock."""
    package = Path(mistral_async.__file__).parent
    asked = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if re.search(r"\btime\.time\b|datetime\.(utc)?now\b", path.read_text())
    }
    assert {name for name in asked if not name.startswith(("testing/", "cli/", "demo/"))} <= WALL_CLOCK
