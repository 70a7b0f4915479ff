"""Plain calls made all at once (`gather`) under a limit: they are paced as bulk work is."""

from __future__ import annotations

import anyio
import pytest

from mistral_async import Mistral
from mistral_async._ratelimit import Limiter, Priority, RateLimits
from mistral_async.testing import FakeMistral, RateLimit
from mistral_async.testing import RateLimits as FakeLimits

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}


def crowd(sim, *, stated=None, calls=300, seed=0, **server):
    """300 interactive calls at once, at 20 a second with a burst of 5; return the time of the ideal, and rejections."""
    world = sim.World(seed)
    client = sim.Client(world, sim.Server(world, sim.Bucket(20, 5), **server), Limiter(stated))
    client.fan_out(calls, calls, priority=Priority.INTERACTIVE)
    world.run()
    assert len(client.done) == calls
    return client.done[-1] / ((calls - 5) / 20 + client.server.latency), client.server.rejections()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("latency", [0.02, 0.2, 1.0])
def test_a_crowd_finds_a_limit_that_nobody_states(sim, seed, latency):
    # Rule 4 of model_limits.
    time, rejected = crowd(sim, seed=seed, latency=latency, talks=False)
    assert time <= 1.2
    assert rejected <= 60


@pytest.mark.parametrize("names", [True, False])
@pytest.mark.parametrize("latency", [0.02, 0.2, 1.0])
def test_a_crowd_learns_a_limit_from_headers(sim, names, latency):
    # Rule 4 of model_limits.
    time, rejected = crowd(sim, latency=latency, names=names)
    assert time <= 1.1
    assert rejected <= 10


def test_a_crowd_keeps_a_limit_that_is_given(sim):
    # Rule 1 of stated_limits.
    time, rejected = crowd(sim, stated=RateLimits(requests_per_second=20, burst=5), talks=False)
    assert time <= 1.05
    assert rejected == 0


def test_a_crowd_without_a_limit_is_held_up_for_less_than_two_seconds(sim):
    # Rule 4 of model_limits.
    world = sim.World()
    client = sim.Client(world, sim.Server(world, talks=False, latency=5.0))
    client.fan_out(300, 300, priority=Priority.INTERACTIVE)
    world.run()
    assert client.done[-1] < 5.0 + 2.0
    before = world.now
    client.fan_out(300, 300, priority=Priority.INTERACTIVE)
    world.run()
    assert world.now < before + 5.1, "the next ones start at once"


@pytest.mark.parametrize("priority", Priority)
def test_a_crowd_that_comes_later_starts_slowly_too(sim, priority):
    # Rule 4 of model_limits.
    world = sim.World()
    client = sim.Client(world, sim.Server(world, talks=False, latency=0.5), priority=priority)
    client.fan_out(8, 8)
    world.run()
    now = world.now + 60
    turns = [client.limiter.reserve("/v1/chat", "m", now=now, priority=priority) for _ in range(1000)]
    assert sum(turn.may_start for turn in turns) <= 20


async def test_a_crowd_on_the_wire(anyio_backend):
    limits = FakeLimits(default=RateLimit(requests=100, per=1.0, burst=5), headers=None)
    async with FakeMistral(rate_limits=limits) as server, Mistral(server.api_key, server_url=server.url) as client:
        async with anyio.create_task_group() as tasks:
            for _ in range(40):
                tasks.start_soon(lambda: client.chat.complete(**HI))
        statuses = [request.status for request in server.requests]
    assert statuses.count(200) == 40
    assert statuses.count(429) <= 25
