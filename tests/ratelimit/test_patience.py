"""How long a call goes on after 429s: as long as others of its model get through, and not for ever (virtual clock)."""

from __future__ import annotations

import statistics

import anyio
import pytest

from mistral_async import BackoffStrategy, Mistral, RateLimits, RetryConfig
from mistral_async._codec.attempt import Attempt
from mistral_async._codec.headers import Headers
from mistral_async._engine.request import RetrySafety
from mistral_async._engine.retry import ThrottleStreaks, delay
from mistral_async._ratelimit import Priority
from mistral_async.errors import RateLimitError, from_response

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
REFUSED = Attempt(429, "RateLimitError", None, 0.0, 0.0, may_have_executed=False)


def patient(sim, *limits, calls, pause=True, priority=Priority.BULK, seed=0, down=None, **server):
    """Run calls that are repeated as the engine repeats them; `pause` is whether they wait between two attempts."""

    class Client(sim.Client):
        def call(self, *, tokens=0):
            started, world = self.world.now, self.world
            turn = self.limiter.reserve(self.bucket, self.model, {}, now=world.now, priority=self.priority)
            attempts, queued = [], 0.0
            while True:
                asked = world.now
                yield from self.wait(turn)
                queued += world.now - asked
                status, headers = yield from self.server.serve({"requests": 1, "tokens": tokens})
                if status == 200:
                    self.limiter.settle(turn, world.now, headers)
                    self.refusals.accepted(self.model)
                    self.done.append(world.now)
                    return
                self.limiter.reject(turn, world.now, headers)
                self.refusals.refused(self.model, world.now)
                attempts.append(REFUSED)
                wait = delay(
                    from_response(429, Headers(headers), b"{}", route="POST /v1/x"),
                    config=RetryConfig(),
                    safety=RetrySafety.BILLED,
                    attempts=attempts,
                    elapsed=self.refusals.elapsed(self.model, started=started, queued=queued, now=world.now),
                    jitter=world.random.random(),
                )
                if wait is None:
                    self.failed.append(world.now - started)
                    return
                if pause and wait:
                    yield wait
                turn = self.limiter.reserve_again(turn, world.now)

    world = sim.World(seed)
    served = sim.Server(world, *limits, talks=False, **server)
    served.down = down
    client = Client(world, served, priority=priority)
    client.failed, client.refusals = [], ThrottleStreaks()
    client.fan_out(calls, calls)
    world.run(until=20_000)
    return client


@pytest.mark.parametrize("priority", Priority)
def test_calls_that_stand_in_line_are_not_given_up(sim, priority):
    """300 calls at once where 60 a minute are allowed, and nothing says so: the last wait for four minutes."""
    client = patient(sim, sim.FixedWindow(60), calls=300, priority=priority)
    assert len(client.failed) <= 2
    assert client.done[-1] <= 1.1 * 240


def test_what_is_refused_for_good_is_given_up(sim):
    (alone,) = patient(sim, calls=1, down=(0, 1e9)).failed
    assert 60 <= alone <= 100
    many = patient(sim, calls=64, down=(0, 1e9))
    assert len(many.failed) == 64
    assert statistics.median(many.failed) <= 400


def test_a_call_that_is_refused_while_others_get_through_is_given_up(sim):
    class Small(sim.Bucket):
        """Refuses what is large, always."""

        def admits(self, now, call):
            return call["tokens"] < 100 and super().admits(now, call)

    def others(client):
        for _ in range(1000):
            yield from client.call(tokens=1)
            yield 0.2

    client = patient(sim, Small(20, 20), calls=0)
    world = client.world
    world.start(client.call(tokens=1000))
    world.start(others(client))
    world.run(until=1000)
    (after,) = client.failed
    assert 60 <= after <= 130
    assert len(client.done) == 1000


@pytest.mark.parametrize("seed", range(3))
def test_the_pause_between_two_attempts_costs_bulk_work_nothing(sim, seed):
    """Whoever pauses leaves its place to the next in the queue."""
    with_pause = patient(sim, sim.Bucket(20, 5), calls=300, seed=seed)
    without = patient(sim, sim.Bucket(20, 5), calls=300, seed=seed, pause=False)
    assert len(with_pause.done) == len(without.done) == 300
    assert with_pause.done[-1] <= 1.05 * without.done[-1]
    assert with_pause.server.rejections() <= without.server.rejections() + 5


# On the wire.


async def test_waiting_for_its_turn_costs_a_call_no_patience(server):
    retry = RetryConfig(backoff=BackoffStrategy(initial_interval=10, max_interval=20, max_elapsed_time=300))
    limits = RateLimits(requests_per_second=10)
    async with Mistral(server.api_key, server_url=server.url, retry_config=retry, rate_limits=limits) as client:
        server.fail(429)  # one that is answered, and so no part of what comes later
        server.fail(429, after=7)
        work = [client.with_response.chat.complete(**HI) for _ in range(8)]
        answers = [None] * len(work)

        async def ask(number):
            answers[number] = await work[number]

        async with anyio.create_task_group() as tasks:
            for number in range(len(work)):
                tasks.start_soon(ask, number)
        waits = [answer.attempts[0].waited for answer in answers if len(answer.attempts) == 2]
        assert len(waits) == 2
        assert max(waits) > 0.5


async def test_patience_ends_where_nothing_gets_through(server):
    retry = RetryConfig(backoff=BackoffStrategy(initial_interval=10, max_interval=20, max_elapsed_time=300))
    async with Mistral(server.api_key, server_url=server.url, retry_config=retry) as client:
        server.fail(429, times=None)
        with pytest.raises(RateLimitError) as caught:
            await client.chat.complete(**HI)
    waited = sum(attempt.waited + attempt.elapsed for attempt in caught.value.attempts)
    assert 0.2 < waited < 5
