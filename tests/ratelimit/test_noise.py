"""429s that have nothing to do with the rate, on a virtual clock: what is lost to them, and what a limit still is."""

from __future__ import annotations

import pytest

from mistral_async._codec.attempt import Attempt
from mistral_async._codec.headers import Headers
from mistral_async._engine.request import RetrySafety
from mistral_async._engine.retry import RetryConfig, delay
from mistral_async._ratelimit import Limiter, Priority
from mistral_async._ratelimit.cubic import AdaptiveRate
from mistral_async._ratelimit.noise import Noise
from mistral_async.errors import from_response

FAR_AWAY = [(b"x-ratelimit-limit-req-minute", b"600000"), (b"x-ratelimit-remaining-req-minute", b"590000")]
REFUSED = Attempt(429, "RateLimitError", None, 0.0, 0.0, may_have_executed=False)


@pytest.fixture
def noisy(sim):
    """Run workers for so many seconds against a server that rejects a share of the calls until `until`."""

    class Server(sim.Server):
        def __init__(self, *args, share, until, fine, **options):
            super().__init__(*args, talks=False, jitter=0.3, **options)
            self.share, self.until = share, until
            self.said = FAR_AWAY if fine else []

        def serve(self, call, who="us"):
            if self.world.now < self.until and self.world.random.random() < self.share:
                yield 2 * self.uplink
                return 429, self.said
            status, _ = yield from super().serve(call, who)
            return status, self.said

    class Client(sim.Client):
        retry_after = None

        def call(self):
            now = self.world.now
            turn = self.limiter.reserve(self.bucket, self.model, now=now, priority=self.priority)
            attempts = []
            while True:
                yield from self.wait(turn)
                status, headers = yield from self.server.serve({"requests": 1, "tokens": 0})
                if status == 200:
                    self.limiter.settle(turn, self.world.now, headers)
                    self.done.append(self.world.now)
                    return
                noise = self.limiter.reject(turn, self.world.now, headers, self.retry_after)
                attempts.append(REFUSED)
                said = [] if self.retry_after is None else [(b"retry-after", str(self.retry_after).encode())]
                yield delay(
                    from_response(429, Headers(said), b"{}", route="POST /v1/x"),
                    config=RetryConfig(),
                    safety=RetrySafety.BILLED,
                    attempts=attempts,
                    elapsed=0.0,
                    jitter=self.world.random.random(),
                    noise=noise,
                )
                turn = self.limiter.reserve_again(turn, self.world.now)

    def run(
        share,
        *limits,
        workers=16,
        calls=1_000_000,
        latency=0.02,
        seconds=30.0,
        until=float("inf"),
        seed=0,
        retry_after=None,
        fine=False,
        **more,
    ):
        world = sim.World(seed)
        server = Server(world, *limits, share=share, until=until, fine=fine, latency=latency)
        client = Client(world, server, Limiter(), **more)
        client.retry_after = retry_after
        client.fan_out(calls, workers)
        world.run(until=seconds)
        return client

    return run


def done(client, start, end):
    return sum(start <= at < end for at in client.done)


@pytest.mark.parametrize("priority", Priority)
@pytest.mark.parametrize(("workers", "latency", "seconds"), [(16, 0.1, 30), (64, 1.0, 60), (4, 0.5, 60)])
def test_noise_costs_its_share_and_little_more(noisy, priority, workers, latency, seconds):
    # Rules 1 and 2 of noise; rules 7 and 8 of cubic.
    options = {"workers": workers, "latency": latency, "seconds": seconds, "priority": priority}
    quiet = len(noisy(0.0, **options).done)
    for share, kept in ((0.001, 0.8), (0.01, 0.6), (0.1, 0.3)):
        assert len(noisy(share, **options).done) >= kept * quiet, share


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("fine", [True, False])
@pytest.mark.parametrize("priority", Priority)
def test_noise_that_names_a_time_holds_up_its_own_call(noisy, seed, fine, priority):
    # Rule 5 of cubic; rule 5 of noise.
    options = {"workers": 64, "latency": 1.0, "seconds": 90, "fine": fine, "priority": priority}
    quiet = len(noisy(0.0, **options).done)
    assert len(noisy(0.01, retry_after=1, seed=seed, **options).done) >= 0.5 * quiet
    assert len(noisy(0.1, retry_after=1, seed=seed, **options).done) >= 0.25 * quiet


def test_a_crowd_whose_refusals_name_a_time(noisy, sim):
    # Rules 3 and 5 of cubic.
    options = {"workers": 300, "calls": 300, "seconds": 60, "latency": 0.2, "priority": Priority.INTERACTIVE}
    for seed in range(3):
        client = noisy(0.0, sim.Bucket(20, 5), retry_after=1, seed=seed, **options)
        assert len(client.done) == 300
        assert client.done[-1] <= 1.15 * (295 / 20 + 0.2)
        assert client.server.rejections() <= 60


@pytest.mark.parametrize("workers", [16, 64])
@pytest.mark.parametrize("priority", Priority)
def test_a_fifth_of_noise_at_a_fast_server(noisy, priority, workers):
    # Rule 9 of cubic.
    options = {"workers": workers, "priority": priority}
    quiet = len(noisy(0.0, **options).done)
    assert min(len(noisy(0.2, seed=seed, **options).done) for seed in range(3)) >= 0.25 * quiet


@pytest.mark.parametrize(("rate", "size"), [(20, 5), (20, 40), (1, 60), (2, 2), (100, 20)])
def test_a_limit_that_names_a_time_is_found(noisy, sim, rate, size):
    # Rules 3 and 9 of cubic: what is measured over the time of a Retry-After is too little.
    for seed in range(2):
        client = noisy(0.0, sim.Bucket(rate, size), workers=64, latency=0.1, seconds=120, seed=seed, retry_after=1)
        assert len(client.done) >= 0.9 * (rate * 120 + size)
        assert client.server.rejections() <= 0.2 * len(client.done)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.3])
def test_it_has_recovered_ten_seconds_after_noise(noisy, share):
    # Rule 7 of cubic.
    quiet, client = noisy(0.0, seconds=40, latency=0.05), noisy(share, seconds=40, latency=0.05, until=15.0)
    assert done(client, 25, 40) >= 0.9 * done(quiet, 25, 40)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.1])
@pytest.mark.parametrize(("rate", "size", "rejected"), [(20, 5, 0.3), (20, 40, 0.3), (1, 60, 0.5)])
def test_a_limit_is_found_in_noise(noisy, sim, rate, size, rejected, share):
    # Rules 2 and 3 of noise.
    client = noisy(share, sim.Bucket(rate, size), workers=64, latency=0.1, seconds=120)
    assert len(client.done) >= 0.85 * (rate * 120 + size)
    assert client.server.rejections() <= rejected * len(client.done), "of the calls, too many are refused"


def test_a_limit_that_comes_after_noise_is_found(noisy, sim):
    # Rule 4 of noise.
    bucket = sim.Bucket(1e6, 1e6)
    client = noisy(0.05, bucket, latency=0.1, workers=64, seconds=20, until=20.0)
    world = client.world
    bucket.rate, bucket.size, bucket.level = 20, 5, 0.0
    world.run(until=80)
    assert done(client, 30, 80) >= 0.85 * 50 * 20
    assert client.server.rejections() <= 0.3 * 60 * 20


def test_every_refusal_counts_while_no_noise_is_known():
    # Rule 2 of noise.
    noise = Noise()
    for second in range(100):
        noise.accept(second / 100, sustained=True)
    assert not noise.refuse(1.0, sustained=False)
    assert not noise.refuse(1.1, sustained=True)
    assert noise.refuse(1.2, sustained=True), "two that no limit explains"


def test_many_refusals_are_no_noise():
    # Rule 3 of noise.
    noise = Noise()
    for second in range(60):
        noise.accept(float(second) / 10, sustained=True)
        noise.refuse(float(second) / 10, sustained=True)
    assert noise.share == 0.0


def test_noise_is_forgotten():
    # Rule 4 of noise.
    noise, now = Noise(), 0.0
    for number in range(200):
        now += 0.1
        (noise.refuse if number % 10 == 0 else noise.accept)(now, sustained=True)
    assert noise.share == pytest.approx(0.1, abs=0.03)
    for _ in range(3000):
        now += 0.1
        noise.accept(now, sustained=False)
    assert noise.share == 0.0


def test_a_time_that_is_named_after_a_guess_does_not_make_it_the_rate():
    # Rule 5 of cubic: of 25 calls a second eight were accepted, then two in a quarter of a second.
    rate = AdaptiveRate()
    for number in range(10):
        rate.draw(number * 0.04)
    rate.reject(0.4, 0.32, 10)
    for at in (0.45, 0.55, 0.65):
        rate.draw(at)
    rate.reject(0.65, 0.65, 10)
    guess = rate.rate(0.65)
    rate.hold(1.65)
    assert guess < rate.rate(0.65) < 0.7 * 25
    rate.hold(2.65)
    assert rate.rate(0.65) < 0.7 * 25
