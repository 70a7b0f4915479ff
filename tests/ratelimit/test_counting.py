"""Limits that are far away are counted and not queued for, and never exceeded for it."""

from __future__ import annotations

import pytest

from mistral_async._ratelimit import Limiter, Priority, RateLimits

# Rule 5 of model_limits.


def spare(client):
    """Return whether the next call would be counted."""
    return client.limiter._queues["m"].limits.counting


def run(sim, *limits, calls, workers=64, priority=Priority.INTERACTIVE, options=None, **server):
    world = sim.World(1)
    served = sim.Server(world, *limits, **server)
    client = sim.Client(world, served, priority=priority)
    client.fan_out(calls, workers, **(options or {}))
    world.run()
    assert len(client.done) == calls
    assert client.limiter.statistics(world.now).in_flight == 0
    return client


def test_calls_far_from_a_limit_are_counted(sim):
    client = run(sim, sim.Bucket(1e6, 1e6), sim.Bucket(1e9, 1e9, name="tokens-minute", cost="tokens"), calls=200)
    assert spare(client)
    counted = client.limiter.reserve("/v1/chat", "m", {"tokens": 5}, now=client.world.now)
    assert counted.counted
    assert counted.may_start
    assert not counted.debits


@pytest.mark.parametrize("latency", [0.02, 0.5, 5.0])
@pytest.mark.parametrize("workers", [16, 400, 5000])
@pytest.mark.parametrize("priority", Priority)
def test_a_burst_of_calls_does_not_run_into_the_limit(sim, latency, workers, priority):
    world = sim.World(1)
    server = sim.Server(world, sim.Bucket(1250 / 60, 1250), latency=latency, jitter=0.5)
    client = sim.Client(world, server, priority=priority)
    client.fan_out(3, 3)
    world.run()
    client.fan_out(3000, workers)
    world.run()
    assert len(client.done) == 3003
    assert server.rejections() <= 0.01 * 3000
    ideal = max((3003 - 1250) * 60 / 1250, 3000 * 1.25 * latency / workers)
    assert client.done[-1] <= 1.06 * ideal + 3 * latency


@pytest.mark.parametrize("workers", [20, 100])
def test_calls_that_draw_more_than_they_look_like(sim, workers):
    world = sim.World(1)
    tokens = sim.Bucket(100_000 / 60, 100_000, name="tokens-minute", cost="tokens")
    client = sim.Client(world, sim.Server(world, sim.Bucket(1e5, 1e5), tokens, latency=0.5, jitter=0.5))
    client.fan_out(20, 20, tokens=50, actual=100)
    world.run()
    client.fan_out(300, workers, tokens=50, actual=900)
    world.run()
    assert client.server.rejections() <= 0.05 * 300
    assert client.done[-1] <= 1.1 * (300 * 900 - 100_000) * 60 / 100_000


@pytest.mark.parametrize(("size", "unseen"), [(600, 16), (1e6, 7700)])
def test_the_farther_a_limit_is_the_fewer_answers_are_looked_at(sim, size, unseen):
    limits = run(sim, sim.Bucket(size, size), calls=100).limiter._queues["m"].limits
    look = limits.next_look
    assert limits.looks_at_answer(look), "after a quarter of a second at the latest"
    limits.look(look, {"requests": 1.0})
    looked = (limits.looks_at_answer(look) for _ in range(10_000))
    assert unseen <= next(count for count, looks in enumerate(looked, 1) if looks) <= unseen + 150


def test_a_large_call_counts_as_many(sim):
    client = run(
        sim,
        sim.Bucket(1e5, 1e5),
        sim.Bucket(1e4, 1e6, name="tokens-minute", cost="tokens"),
        calls=100,
        options={"tokens": 100},
    )
    assert spare(client)
    limiter, now = client.limiter, client.world.now
    assert limiter.reserve("/v1/chat", "m", {"tokens": 100}, now=now).counted
    assert not limiter.reserve("/v1/chat", "m", {"tokens": 900_000}, now=now).counted
    assert not spare(client)


def test_a_rejection_ends_it(sim):
    client = run(sim, sim.Bucket(1e5, 1e5), calls=100)
    limiter, now = client.limiter, client.world.now
    call = limiter.reserve("/v1/chat", "m", now=now)
    assert call.counted
    limiter.reject(call, now + 0.1, retry_after=5.0)
    assert not spare(client)
    assert not limiter.reserve_again(call, now + 0.1).counted
    assert limiter.statistics(now).in_flight <= 1


def test_a_counted_call_that_is_cancelled_gives_its_place_back_once(sim):
    client = run(sim, sim.Bucket(1e5, 1e5), calls=100)
    call = client.limiter.reserve("/v1/chat", "m", now=client.world.now)
    assert call.counted
    for _ in range(2):
        client.limiter.cancel(call, client.world.now)
        client.limiter.settle(call, client.world.now)
    assert client.limiter.statistics(client.world.now).in_flight == 0


def test_what_the_user_states_is_never_counted(sim):
    world = sim.World(1)
    client = sim.Client(world, sim.Server(world, sim.Bucket(1e5, 1e5)), Limiter(RateLimits(requests_per_second=20)))
    client.fan_out(100, 10)
    world.run()
    assert not spare(client)
