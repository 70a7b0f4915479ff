"""The promises, on a virtual clock: how near to the ideal time, how few rejections, and nobody hurt."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistral_async._ratelimit import Limiter, Priority, RateLimits

SEEDS = range(4)


def run(sim, *limits, stated=None, calls=300, workers=64, seed=0, options=None, **server):
    world = sim.World(seed)
    served = sim.Server(world, *limits, **server)
    client = sim.Client(world, served, Limiter(stated))
    client.fan_out(calls, workers, **(options or {}))
    world.run()
    assert len(client.done) == calls
    return client


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("talks", [True, False])
def test_stated(sim, seed, talks):
    # Rule 1 of stated_limits; rule 3 of token_bucket.
    stated = RateLimits(requests_per_second=20, burst=5)
    client = run(sim, sim.Bucket(20, 5), stated=stated, seed=seed, talks=talks, jitter=1.0)
    assert client.server.rejections() == 0
    assert client.done[-1] <= 1.05 * 295 / 20


@pytest.mark.parametrize("seed", SEEDS)
def test_stated_without_a_burst(sim, seed):
    # Rule 1 of stated_limits; rule 2 of token_bucket.
    client = run(sim, sim.Bucket(20, 5), stated=RateLimits(requests_per_second=20), seed=seed, talks=False)
    assert client.server.rejections() == 0
    assert client.done[-1] <= 1.05 * 295 / 20


@pytest.mark.parametrize("names", [True, False])
@pytest.mark.parametrize("latency", [0.02, 0.1, 0.5])
@pytest.mark.parametrize(("rate", "size", "calls"), [(20, 5, 300), (1, 60, 200), (5, 20, 200)])
def test_learned_from_headers(sim, rate, size, calls, latency, names):
    # Rules 1, 5 and 6 of server_limit; where nothing is named, rule 2 of model_limits.
    client = run(sim, sim.Bucket(rate, size), calls=calls, latency=latency, jitter=0.5, names=names)
    assert client.server.rejections() <= 0.02 * calls
    assert client.done[-1] <= 1.15 * ((calls - size) / rate + latency)


def test_learned_burst_is_used(sim):
    # Rule 6 of server_limit.
    client = run(sim, sim.Bucket(20, 1200), jitter=0.5)
    assert client.server.rejections() == 0
    assert client.done[-1] < 1.0


@pytest.mark.parametrize("offset", [0.0, 25.0])
@pytest.mark.parametrize("names", [True, False])
def test_learned_from_headers_of_a_fixed_window(sim, offset, names):
    # Rule 3 of server_limit.
    client = run(sim, sim.FixedWindow(60, offset=offset), calls=200, jitter=0.5, names=names)
    assert client.server.rejections() <= 0.15 * 200
    assert client.done[-1] <= 240 + 20


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("latency", [0.02, 0.1, 0.3])
@pytest.mark.parametrize(("rate", "size", "calls"), [(20, 5, 300), (1, 60, 200), (100, 20, 1000), (2, 2, 60)])
def test_found_without_headers(sim, rate, size, calls, latency, seed):
    # Rules 2 and 3 of cubic; rule 4 of model_limits.
    client = run(sim, sim.Bucket(rate, size), calls=calls, workers=400, latency=latency, talks=False, seed=seed)
    assert client.server.rejections() <= 0.3 * calls
    assert client.done[-1] <= 1.3 * ((calls - size) / rate + latency)


def test_found_without_headers_of_a_fixed_window(sim):
    # Rules 3 and 4 of cubic.
    client = run(sim, sim.FixedWindow(60), calls=300, talks=False)
    assert client.server.rejections() <= 0.3 * 300
    assert client.done[-1] <= 1.15 * 240


@pytest.mark.parametrize("jitter", [0.0, 1.0])
@pytest.mark.parametrize("latency", [0.1, 1.0, 5.0])
def test_a_named_limit_on_calls_under_way(sim, latency, jitter):
    # Rule 2 of model_limits (capacity).
    client = run(sim, sim.InFlight(8), calls=400, latency=latency, jitter=jitter, talks=False, names=True)
    ideal = 400 / 8 * latency * (1 + jitter / 2)
    assert client.server.rejections() <= 10 + ideal / 9, "one try every ten seconds, after the first"
    assert client.done[-1] <= 1.2 * ideal


@pytest.mark.parametrize("latency", [0.1, 1.0])
def test_a_limit_on_calls_under_way_that_is_not_named(sim, latency):
    # Rules 3 and 6 of cubic.
    client = run(sim, sim.InFlight(8), calls=400, latency=latency, talks=False)
    assert client.server.rejections() <= 0.05 * 400
    assert client.done[-1] <= 1.4 * 400 / 8 * latency


@pytest.mark.parametrize("names", [True, False])
def test_calls_under_way_recover_within_a_minute(sim, names):
    # Rule 1 of cubic.
    world = sim.World()
    limit = sim.InFlight(4)
    server = sim.Server(world, limit, talks=False, latency=0.5, names=names)
    client = sim.Client(world, server)
    client.fan_out(10_000, 64)
    world.run(until=20)
    before = len(client.done)
    assert before <= 20 / 0.5 * 4
    limit.most = 1000
    world.run(until=80)
    done = len(client.done)
    world.run(until=90)
    assert len(client.done) - done >= 0.8 * 10 / 0.51 * 64


def test_it_recovers_from_an_outage(sim):
    # Rule 4 of cubic.
    world = sim.World()
    server = sim.Server(world, sim.Bucket(50, 10), talks=False)
    server.down = (5.0, 35.0)
    client = sim.Client(world, server)
    client.fan_out(5000, 64)
    world.run(until=35)
    rejected = sum(5 < at < 35 for at, _ in server.rejected)
    assert rejected <= 30, "one try every few seconds, not one per call"
    world.run(until=55)
    done = len(client.done)
    world.run(until=65)
    assert len(client.done) - done >= 0.75 * 500


@pytest.mark.parametrize("size", [5, 20])
@pytest.mark.parametrize(("latency", "talks"), [(0.05, True), (0.5, True), (0.05, False), (0.5, False)])
def test_strangers_are_yielded_to(sim, latency, talks, size):
    # Rule 4 of server_limit; rule 3 of cubic.
    world = sim.World(7)
    server = sim.Server(world, sim.Bucket(20, size), latency=latency, jitter=0.5, talks=talks)
    client = sim.Client(world, server)
    client.fan_out(1500, 64)

    def stranger():
        while len(client.done) < 1500:
            world.start(one())
            yield 1 / 6

    def one():
        yield from server.serve({"requests": 1, "tokens": 0}, "stranger")

    world.start(stranger())
    world.run()
    assert client.done[-1] <= 1.15 * (1500 - size) / 14
    assert server.rejections("stranger") <= (0.01 if talks else 0.1) * server.count("stranger")
    assert server.rejections() <= (0.01 if talks else 0.1) * 1500


def test_two_models_do_not_slow_each_other(sim):
    # Rule 3 of queue.
    world = sim.World()
    limiter = Limiter()
    slow = sim.Client(world, sim.Server(world, sim.Bucket(2, 2)), limiter, model="slow")
    fast = sim.Client(world, sim.Server(world, sim.Bucket(50, 10)), limiter, model="fast")
    slow.fan_out(40, 20)
    fast.fan_out(1000, 64)
    world.run()
    assert slow.done[-1] <= 1.15 * 38 / 2
    assert fast.done[-1] <= 1.15 * 990 / 50


@pytest.mark.parametrize("actual", [2000, 1500, 2500])
def test_a_token_budget_is_used_and_never_exceeded(sim, actual):
    # Rule 1 of token_bucket; rule 3 of model_limits.
    options = {"tokens": 2000, "actual": actual}
    stated = RateLimits(tokens_per_minute=1_000_000)
    client = run(sim, stated=stated, calls=3000, options=options, jitter=1.0, uplink=0.02)
    used = sum(call["tokens"] for at, _, call in client.server.accepted if at <= 180)
    assert client.server.busiest(60, "tokens") <= 1_000_000
    assert used >= 0.97 * min(3_000_000, 3000 * actual)


@settings(max_examples=40, deadline=None)
@given(
    costs=st.lists(st.integers(1, 30_000), min_size=20, max_size=200),
    limit=st.integers(30_000, 200_000),
    latency=st.floats(0.01, 5),
)
def test_mixed_costs_never_exceed_the_budget(sim_module, costs, limit, latency):
    # Rule 1 of token_bucket.
    sim = sim_module
    world = sim.World()
    server = sim.Server(world, latency=latency, jitter=1.0)
    client = sim.Client(world, server, Limiter(RateLimits(tokens_per_minute=limit)))
    for cost in costs:
        world.start(client.call(tokens=cost))
    world.run()
    assert len(client.done) == len(costs)
    assert server.busiest(60, "tokens") <= limit


def test_estimates_that_are_wrong_are_put_right_before_the_call(sim):
    # Rule 3 of model_limits.
    options = {"tokens": 2000, "actual": 4000}
    stated = RateLimits(tokens_per_minute=1_000_000)
    client = run(sim, stated=stated, calls=2000, workers=800, options=options, latency=20.0)
    client.server.accepted = [call for call in client.server.accepted if call[0] > 120]
    assert client.server.busiest(60, "tokens") <= 1_000_000


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize(("latency", "rejected"), [(0.1, 0.02), (1.0, 0.02), (4.0, 0.1)])
def test_learned_tokens_are_not_exceeded(sim, late, latency, rejected):
    """Until the first answer is there, after 4 seconds, nobody can know."""
    # Rule 2 of server_limit.
    kind = sim.LateBucket if late else sim.Bucket
    bucket = kind(100_000 / 60, 100_000, name="tokens-minute", cost="tokens")
    options = {"tokens": 2000, "actual": 2300}
    client = run(sim, bucket, calls=200, options=options, latency=latency, jitter=0.5)
    ideal = (200 * 2300 - 100_000) / (100_000 / 60)
    assert client.server.rejections() <= rejected * 200
    assert client.done[-1] <= 1.15 * ideal


def test_units_that_are_counted_at_the_end_are_left_for_those_under_way(sim):
    # Rule 2 of server_limit.
    bucket = sim.LateBucket(1_000_000 / 60, 1_000_000, name="tokens-minute", cost="tokens")
    options = {"tokens": 2000, "actual": 2300}
    client = run(sim, bucket, calls=2000, workers=200, options=options, latency=1.0, jitter=0.5)
    assert client.server.rejections() <= 0.005 * 2000


def test_interactive_calls_hardly_wait_beside_bulk_work(sim):
    # Rule 2 of queue; rule 2 of stated_limits.
    world = sim.World()
    server = sim.Server(world, sim.Bucket(20, 20))
    client = sim.Client(world, server)
    client.fan_out(2000, 64)
    waits = []

    def user():
        for _ in range(60):
            yield 1.0
            asked = world.now
            turn = client.limiter.reserve("/v1/chat", "m", now=asked, priority=Priority.INTERACTIVE)
            yield from client.wait(turn)
            waits.append(world.now - asked)
            _, headers = yield from server.serve({"requests": 1, "tokens": 0}, "user")
            client.limiter.settle(turn, world.now, headers)

    world.start(user())
    world.run(until=62)
    assert sorted(waits)[len(waits) // 2] == 0.0
    assert max(waits[1:]) <= 0.1
    assert server.rejections() + server.rejections("user") <= 10


def test_cancelled_waiters_lose_nothing(sim):
    # Rule 6 of queue.
    world = sim.World()
    server = sim.Server(world, sim.Bucket(20, 5), talks=False)
    client = sim.Client(world, server, Limiter(RateLimits(requests_per_second=20, burst=5)))
    numbers = itertools.count()

    def impatient():
        turn = client.limiter.reserve("/v1/chat", "m", now=world.now)
        yield from itertools.repeat(0.01, 1 + next(numbers) % 40)
        client.limiter.cancel(turn, world.now)

    for _ in range(100):
        world.start(impatient())
    client.fan_out(100, 64)
    world.run()
    assert client.done[-1] <= 1.05 * 100 / 20 + 0.5
    assert server.rejections() == 0
