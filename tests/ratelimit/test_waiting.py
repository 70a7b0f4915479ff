from __future__ import annotations

import threading
import time

import anyio
import pytest

from mistral_async._ratelimit import Limiter, RateLimits, wait_turn

BACKENDS = ["asyncio", "trio"]


async def one(limiter, times):
    turn = limiter.reserve("/v1/chat", "m", now=time.monotonic())
    await wait_turn(limiter, turn)
    times.append(time.monotonic())
    limiter.settle(turn, time.monotonic())


async def test_it_waits_its_turn():
    limiter, times = Limiter(RateLimits(requests_per_second=50)), []
    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(one, limiter, times)
    assert 0.36 <= times[-1] - times[0] <= 2.0


@pytest.fixture
def _long_naps(monkeypatch):
    """Who is not woken oversleeps."""
    monkeypatch.setattr("mistral_async._ratelimit.stated_limits.SLOT_POLL", 10.0)


@pytest.mark.usefixtures("_long_naps")
async def test_a_turn_that_comes_early_is_taken_at_once():
    # Rule 4 of queue.
    limiter = Limiter(RateLimits(concurrency=1))
    first = limiter.reserve("/v1/chat", "m", now=time.monotonic())
    times = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(one, limiter, times)
        await anyio.sleep(0.02)
        freed = time.monotonic()
        limiter.settle(first, freed)
    assert times[0] - freed < 2.0, "and not when it would have asked again"


async def test_a_cancelled_wait_gives_everything_back():
    # Rule 2 of limiter.
    limiter = Limiter(RateLimits(requests_per_second=5))
    times = []
    await one(limiter, times)
    with anyio.move_on_after(0.05):
        async with anyio.create_task_group() as tasks:
            for _ in range(10):
                tasks.start_soon(one, limiter, times)
    assert len(times) == 1
    await one(limiter, times)
    assert times[1] - times[0] < 1.0, "ten slots would have been two seconds"
    group = limiter._total
    assert group.limits.in_flight == 0
    assert not group.waiting or all(queue.head() is None for queue in group.waiting)


async def test_a_wait_cancelled_before_it_began_takes_no_slot():
    limiter = Limiter(RateLimits(requests_per_second=5, concurrency=1))
    with anyio.CancelScope() as scope:
        scope.cancel()
        turn = limiter.reserve("/v1/chat", "m", now=time.monotonic())
        second = limiter.reserve("/v1/chat", "m", now=time.monotonic())
        try:
            await wait_turn(limiter, second)
        finally:
            limiter.cancel(turn, time.monotonic())
    assert limiter._total.limits.in_flight == 0


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_several_loops_in_threads_share_one_limiter():
    # Rule 4 of limiter.
    limiter, times = Limiter(RateLimits(requests_per_second=100, concurrency=3)), []

    async def many():
        async with anyio.create_task_group() as tasks:
            for _ in range(15):
                tasks.start_soon(one, limiter, times)

    threads = [threading.Thread(target=anyio.run, args=(many,), kwargs={"backend": each}) for each in BACKENDS * 2]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        await anyio.to_thread.run_sync(thread.join)
    assert len(times) == 60
    assert 0.59 <= time.monotonic() - started <= 5.0
    assert limiter._total.limits.in_flight == 0


@pytest.mark.usefixtures("_long_naps")
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_thread_wakes_a_task_of_another_loop(backend):
    # Rule 4 of limiter.
    limiter = Limiter(RateLimits(concurrency=1))
    first = limiter.reserve("/v1/chat", "m", now=time.monotonic())
    times = []
    thread = threading.Thread(target=anyio.run, args=(one, limiter, times), kwargs={"backend": backend})
    thread.start()
    await anyio.sleep(0.1)
    freed = time.monotonic()
    limiter.settle(first, freed)
    await anyio.to_thread.run_sync(thread.join)
    assert times[0] - freed < 2.0
