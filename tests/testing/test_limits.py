"""Rate limits in every kind of window, told in every generation of headers."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async.testing import FakeMistral, RateLimit, RateLimits, VirtualClock
from mistral_async.testing._effects import Effects
from mistral_async.testing._limits import FakeBucket, FixedWindow, SlidingWindow, label

EMBED = {"model": "mistral-embed", "input": "x" * 396}
URL = "/v1/embeddings"


class Client:
    def __init__(self, limits):
        self.clock = VirtualClock()
        self.server = FakeMistral(clock=self.clock, rate_limits=limits, api_key=None)

    async def __aenter__(self):
        await self.server.__aenter__()
        self.http = httpx.AsyncClient(base_url=self.server.url)
        return self

    async def __aexit__(self, *exc):
        await self.http.aclose()
        await self.server.__aexit__(*exc)

    async def post(self, **change):
        return await self.http.post(URL, json={**EMBED, **change})

    async def statuses(self, count, **change):
        return [(await self.post(**change)).status_code for _ in range(count)]


async def test_a_bucket_lets_a_burst_through_and_then_the_rate():
    async with Client(RateLimit(requests=20, per=1.0, burst=5)) as client:
        assert await client.statuses(7) == [200] * 5 + [429] * 2
        client.clock.advance(0.03)
        assert await client.statuses(1) == [429]
        client.clock.advance(0.02)
        assert await client.statuses(2) == [200, 429]
        client.clock.advance(10)
        assert await client.statuses(6) == [200] * 5 + [429]


async def test_fixed_and_sliding_windows():
    for kind, later in (("fixed", [200] * 4), ("sliding", [200, 200, 429, 429])):
        async with Client(RateLimit(requests=4, kind=kind)) as client:
            assert await client.statuses(2) == [200, 200]
            client.clock.advance(40)
            assert await client.statuses(3) == [200, 200, 429]
            client.clock.advance(20)
            assert await client.statuses(4) == later


async def test_the_refusal_names_the_exhausted_window_alone():
    """Limits, rule 3."""
    async with Client(RateLimit(requests=1)) as client:
        await client.post()
        refused = await client.post()
    error = refused.json()
    assert (refused.status_code, error["code"], error["type"]) == (429, "1300", "rate_limited")
    limits = {name: value for name, value in refused.headers.items() if "ratelimit" in name}
    assert limits == {"x-ratelimit-limit-req-minute": "1", "x-ratelimit-remaining-req-minute": "0"}
    assert "retry-after" not in refused.headers


async def test_tokens_are_a_window_of_their_own():
    """Limits, rules 1 and 2."""
    async with Client(RateLimit(tokens=250)) as client:
        assert await client.statuses(4) == [200, 200, 200, 429]
        refused = await client.post()
        assert refused.headers["x-ratelimit-limit-tokens-minute"] == "250"
        client.clock.advance(60)
        assert await client.statuses(1) == [200]


async def test_models_do_not_share_a_limit_and_zero_is_no_quota():
    """Limits, rules 1 and 4."""
    limits = {"mistral-embed": RateLimit(requests=0), "codestral-embed": RateLimit(requests=1)}
    async with Client(limits) as client:
        refused = await client.post()
        assert refused.headers["x-ratelimit-limit-req-minute"] == "0"
        client.clock.advance(1e6)
        assert await client.statuses(1) == [429]
        assert await client.statuses(2, model="codestral-embed") == [200, 429]
        assert await client.statuses(3, model="codestral-embed-2505") == [200] * 3


async def test_what_the_headers_say():
    async with Client(RateLimit(requests=10, tokens=1000)) as client:
        chat = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
        answer = await client.http.post("/v1/chat/completions", json=chat)
        cost = int(answer.headers["x-ratelimit-tokens-query-cost"])
        assert answer.headers["x-ratelimit-limit-req-minute"] == "10"
        assert answer.headers["x-ratelimit-remaining-req-minute"] == "9"
        assert int(answer.headers["x-ratelimit-remaining-tokens-minute"]) == 1000 - cost
        stream = await client.http.post("/v1/chat/completions", json={**chat, "stream": True})
        listed = await client.http.get("/v1/models")
        bad = await client.http.post("/v1/chat/completions", json={})
        for silent in (stream, listed, bad):
            assert not any("ratelimit" in name for name in silent.headers)


@pytest.mark.parametrize(
    ("generation", "present", "absent"),
    [
        ("2025", "x-ratelimit-limit-tokens-month", "ratelimitbysize-limit"),
        ("2025", "x-ratelimit-remaining-req-60-second", "x-ratelimit-limit-req-minute"),
        ("2024", "ratelimitbysize-reset", "x-ratelimit-limit-tokens-minute"),
        (None, "content-type", "x-ratelimit-limit-req-minute"),
    ],
)
async def test_older_generations_of_headers(generation, present, absent):
    async with Client(RateLimits(default=RateLimit(requests=9), headers=generation)) as client:
        chat = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
        answer = await client.http.post("/v1/chat/completions", json=chat)
        stream = await client.http.post("/v1/chat/completions", json={**chat, "stream": True})
    assert present in answer.headers
    assert absent not in answer.headers
    assert ("ratelimitbysize-limit" in stream.headers) is (generation == "2024")


async def test_retry_after_only_if_asked_for():
    """Limits, rule 3."""
    async with Client(RateLimits(default=RateLimit(requests=0), retry_after=True)) as client:
        assert (await client.post()).headers["retry-after"] == "60"


async def test_a_stranger_draws_on_the_same_limit():
    async with Client(RateLimit(requests=10)) as client:
        client.server.draw("mistral-embed", requests=8, tokens=5)
        assert await client.statuses(3) == [200, 200, 429]


@given(
    st.sampled_from([lambda: FixedWindow(10, 5.0), lambda: SlidingWindow(10, 5.0)]),
    st.lists(st.tuples(st.floats(0, 3), st.integers(1, 4)), max_size=60),
)
def test_a_window_never_holds_more_than_its_limit_and_one_charge(make, steps):
    meter, now, admitted = make(), 0.0, []
    for wait, amount in steps:
        now += wait
        if meter.left(now) >= amount:
            meter.charge(now, amount)
            admitted.append((now, amount))
    if isinstance(meter, SlidingWindow):
        for start, _ in admitted:
            assert sum(amount for time, amount in admitted if start <= time < start + 5.0) <= 10


@given(st.lists(st.floats(0, 2), max_size=80), st.integers(1, 10))
def test_a_bucket_admits_at_most_its_burst_and_its_rate(waits, burst):
    bucket, now, admitted = FakeBucket(10, 2.0, burst), 0.0, 0
    for wait in waits:
        now += wait
        if bucket.left(now) >= 1:
            bucket.charge(now, 1)
            admitted += 1
    assert admitted <= burst + now * 5 + 1e-6


@pytest.mark.parametrize(
    ("seconds", "name"),
    [
        (1, "second"),
        (10, "10-second"),
        (60, "minute"),
        (300, "5-minute"),
        (86400, "day"),
        (2_592_000, "month"),
        (90, "90-second"),
    ],
)
def test_names_of_windows(seconds, name):
    assert label(seconds) == name


def test_peaks():
    effects = Effects()
    for time, tokens in ((0.0, 5), (1.0, 7), (1.5, 1), (9.0, 3)):
        effects.record("a", time=time, model="m", tokens=tokens)
    effects.record("b", time=9.5, model="other", tokens=100)
    assert (effects.peak_requests(2.0), effects.peak_tokens(2.0, model="m"), effects.peak_tokens(1.0, model="m")) == (
        3,
        13,
        8,
    )
    assert (effects["a"], effects.tokens["a"], effects.total, effects.total_tokens) == (4, 16, 5, 116)
