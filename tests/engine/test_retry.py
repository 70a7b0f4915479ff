"""Which failures are repeated, when, and how often: the policy as a function, and the engine on real sockets."""

from __future__ import annotations

import json
import math
import random
import time
from collections import Counter

import anyio
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistral_async import BackoffStrategy, Mistral, RetryConfig, Timeout
from mistral_async._codec.attempt import Attempt
from mistral_async._codec.headers import Headers, parse_retry_after
from mistral_async._engine.request import RetrySafety
from mistral_async._engine.retry import InsistentRetryConfig, RetryBudget, delay, needs_budget
from mistral_async._ratelimit.waiting import wait_turn
from mistral_async.errors import (
    APIConnectError,
    APIConnectionError,
    APITimeoutError,
    AuthenticationError,
    CapacityError,
    MistralError,
    QuotaUnavailableError,
    RateLimitError,
    ServerError,
    from_response,
)
from mistral_async.testing import Cut, FakeMistral, Reset, Stall

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
FAST = RetryConfig(backoff=BackoffStrategy(initial_interval=1, max_interval=5))


def refusal(status, *, body=b"{}", **headers):
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return from_response(status, Headers(raw), body, route="POST /v1/x")


def broken(*, sent=True):
    error = APIConnectionError("it broke") if sent else APIConnectError("nothing there")
    error.may_have_executed = sent
    return error


def attempt_of(error):
    return Attempt(getattr(error, "status", None), type(error).__name__, None, 0.0, 0.0, error.may_have_executed)


def wait_after(*errors, safety=RetrySafety.BILLED, elapsed=0.0, jitter=1.0, config=None):
    """The wait after a call that has failed so far with these errors."""
    attempts = [attempt_of(error) for error in errors]
    return delay(
        errors[-1], config=config or RetryConfig(), safety=safety, attempts=attempts, elapsed=elapsed, jitter=jitter
    )


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_passing_failures_are_repeated(status):
    assert wait_after(refusal(status)) == 2.0


@pytest.mark.parametrize("status", [301, 400, 401, 402, 403, 404, 409, 413, 422, 501, 505, 520])
def test_lasting_failures_are_not(status):
    assert wait_after(refusal(status)) is None


@given(st.integers(0, 40), st.floats(1e-9, 1), st.integers(1, 10**5), st.floats(1, 1e9))
@settings(deadline=None)
def test_backoff_is_full_jitter_below_its_ceiling(repeats, jitter, initial, exponent):
    config = RetryConfig(backoff=BackoffStrategy(initial_interval=initial, max_interval=9_000, exponent=exponent))
    wait = wait_after(*[refusal(429)] * (repeats + 1), jitter=jitter, config=config)
    assert wait is not None
    assert 0 <= wait <= 9.0
    assert wait <= 1.001 * initial / 1000 * jitter * float(exponent) ** min(repeats, 8) or repeats > 8


def test_an_error_waits_longer_each_time():
    waits = [wait_after(*[refusal(429)] * count) for count in range(1, 8)]
    assert waits == [2.0, 4.0, 8.0, 16.0, 20.0, 20.0, 20.0]


@pytest.mark.parametrize("jitter", [0.2, 0.5, 1.0])
def test_a_window_of_a_minute_is_outlived(jitter):
    """A bucket that is empty for 60 s, told by 429s without `Retry-After`."""
    elapsed, errors = 0.0, [refusal(429)]
    while (wait := wait_after(*errors, elapsed=elapsed, jitter=jitter)) is not None:
        assert len(errors) < 100
        elapsed += wait
        errors.append(refusal(429))
    assert 65 <= elapsed <= 90


def test_other_failures_end_after_three_repetitions_however_many_429s_there_were():
    assert wait_after(*[refusal(429)] * 6, *[refusal(503)] * 3) is not None
    assert wait_after(*[refusal(503)] * 4) is None
    assert wait_after(*[refusal(429)] * 6, *[refusal(503)] * 4) is None


@pytest.mark.parametrize("retries", [0, 1, 5])
def test_a_count_is_the_count(retries):
    config = RetryConfig(retries=retries)
    for status in (429, 503):
        assert wait_after(*[refusal(status)] * retries, refusal(status), config=config, elapsed=1e6) is None
        if retries:
            assert wait_after(*[refusal(status)] * retries, config=config, elapsed=1e6) is not None


@pytest.mark.parametrize(
    "error", [broken(), broken(sent=False), refusal(503), refusal(429), refusal(429, retry_after="600")]
)
def test_rule_7_settings_that_insist_repeat_what_passes_until_the_time_is_over(error):
    config = InsistentRetryConfig(backoff=BackoffStrategy(max_elapsed_time=5_000), jitter=500)
    asked = getattr(error, "retry_after", None)
    for attempts, jitter, wait in ((1, 0.0, 2.0), (2, 0.5, 4.25), (9, 1.0, 20.0)):
        options = {"config": config, "safety": RetrySafety.CREATES, "jitter": jitter}
        assert wait_after(*[error] * attempts, elapsed=5.0, **options) == (asked or wait)
        assert wait_after(*[error] * attempts, elapsed=5.1, **options) is None


def test_rule_7_what_lasts_is_not_repeated_and_a_count_is_the_count():
    assert wait_after(refusal(404), config=InsistentRetryConfig()) is None
    assert wait_after(refusal(408), config=InsistentRetryConfig()) is None
    for attempts, repeated in ((2, True), (3, False)):
        errors = [refusal(503)] * attempts
        assert (wait_after(*errors, elapsed=1e6, config=InsistentRetryConfig(retries=2)) is not None) == repeated


def test_rule_7_needs_no_budget():
    assert needs_budget(refusal(503), RetryConfig())
    assert not needs_budget(refusal(503), InsistentRetryConfig())


def test_a_new_key_is_no_repetition():
    assert wait_after(refusal(401), refusal(503), config=RetryConfig(retries=1)) is not None


@pytest.mark.parametrize(
    ("config", "error"),
    [
        (RetryConfig(strategy="none"), refusal(429)),
        (RetryConfig(statuses=frozenset({500})), refusal(503)),
        (RetryConfig(retry_connection_errors=False), broken(sent=False)),
    ],
)
def test_each_part_can_be_turned_off(config, error):
    assert wait_after(error, config=config) is None


def test_statuses_can_be_added():
    assert wait_after(refusal(409), config=RetryConfig(statuses=frozenset({409}))) is not None


def test_no_quota_is_never_waited_for():
    error = refusal(429, x_ratelimit_limit_req_minute="0", x_ratelimit_remaining_req_minute="0")
    assert isinstance(error, QuotaUnavailableError)
    assert wait_after(error) is None


# What may be done twice.

HARMLESS = [
    # safety, the errors so far, whether it is repeated
    (RetrySafety.SAFE, [broken()] * 3, True),
    (RetrySafety.SAFE, [broken()] * 4, False),
    (RetrySafety.BILLED, [broken()], True),
    (RetrySafety.BILLED, [broken(), broken()], False),
    (RetrySafety.BILLED, [refusal(429), refusal(429), broken()], True),
    (RetrySafety.BILLED, [refusal(503), broken()], True),
    (RetrySafety.BILLED, [broken(), refusal(503)], True),
    (RetrySafety.BILLED, [broken(), refusal(503), broken()], False),
    (RetrySafety.BILLED, [broken(sent=False)] * 3, True),
    (RetrySafety.CREATES, [broken()], False),
    (RetrySafety.CREATES, [broken(sent=False)] * 3, True),
    (RetrySafety.CREATES, [refusal(429)], True),
    (RetrySafety.CREATES, [refusal(408)], True),
    (RetrySafety.CREATES, [refusal(500)], False),
    (RetrySafety.CREATES, [refusal(502)], False),
    (RetrySafety.CREATES, [refusal(503)], False),
    (RetrySafety.CREATES, [refusal(503, body=b'{"code":"3505"}')], True),
]


@pytest.mark.parametrize(("safety", "errors", "repeated"), HARMLESS)
def test_what_may_have_been_executed_is_repeated_with_care(safety, errors, repeated):
    assert (wait_after(*errors, safety=safety) is not None) is repeated


def test_a_busy_model_executed_nothing():
    error = refusal(503, body=b'{"message":"busy","code":"3505"}')
    assert isinstance(error, CapacityError)
    assert not error.may_have_executed
    assert refusal(503).may_have_executed


# Retry-After.

DATE = "Wed, 21 Oct 2026 07:28:00 GMT"
RETRY_AFTER = [
    (("30",), 30.0),
    (("0.5",), 0.5),
    (("0",), 0.0),
    (("-7",), 0.0),
    (("1e400",), None),
    (("nan",), None),
    (("soon",), None),
    (("",), None),
    (("Wed, 21 Oct 2026 07:28:30 GMT", None, DATE), 30.0),
    (("Wed, 21 Oct 2026 07:28:30 +0000", None, DATE), 30.0),
    (("Wed, 21 Oct 2026 07:27:30 GMT", None, DATE), 0.0),
    (("Wed, 21 Oct 2026 07:28:30 GMT", None, None), None),
    (("Wed, 99 Oct 2026 07:28:30 GMT", None, DATE), None),
    (("30", "250"), 0.25),
    (("30", "nan"), 30.0),
    ((None, "-3"), 0.0),
    ((None,), None),
]


@pytest.mark.parametrize(("given", "seconds"), RETRY_AFTER)
def test_retry_after_in_every_form(given, seconds):
    assert parse_retry_after(*given) == seconds


@given(st.text(max_size=12), st.none() | st.text(max_size=12), st.none() | st.text(max_size=12))
def test_retry_after_never_raises(seconds, milliseconds, date):
    found = parse_retry_after(seconds, milliseconds, date)
    assert found is None or found >= 0


@pytest.mark.parametrize("asked", [1, 30, 100, 120])
@pytest.mark.parametrize("elapsed", [0, 60])
def test_what_the_api_asks_for_is_honoured(asked, elapsed):
    for jitter in (0.0, 1.0):
        wait = wait_after(refusal(429, retry_after=str(asked)), elapsed=elapsed, jitter=jitter)
        assert wait == pytest.approx(asked * (1 + 0.02 * jitter))  # Rule 5


@pytest.mark.parametrize("asked", ["121", "86400"])
def test_what_would_take_too_long_is_raised_at_once(asked):
    error = refusal(429, retry_after=asked)
    assert error.retry_after == float(asked)
    assert wait_after(error) is None
    assert wait_after(error, config=RetryConfig(max_retry_after=math.inf)) is not None


def test_at_once_does_not_become_a_flood():
    errors = [refusal(429, retry_after="0")]
    assert wait_after(*errors) == 0.0
    assert sum(wait_after(*errors * count, jitter=0.5) for count in range(1, 7)) > 10


# The budget.


def test_the_budget_allows_a_tenth_and_ten():
    budget = RetryBudget()
    granted = 0
    for _ in range(1000):
        budget.deposit()
        granted += budget.withdraw() + budget.withdraw() + budget.withdraw()
    assert 100 <= granted <= 111


def test_the_budget_does_not_grow_beyond_its_start():
    budget = RetryBudget()
    for _ in range(1000):
        budget.deposit()
    assert sum(budget.withdraw() for _ in range(100)) == 10


BAD_CONFIGS = [
    {"retries": -1},
    {"retries": "three"},
    {"backoff": {"initial_interval": -1}},
    {"backoff": {"max_elapsed_time": math.nan}},
    {"max_retry_after": -1},
]


@pytest.mark.parametrize("config", BAD_CONFIGS)
def test_impossible_settings_are_refused(config):
    with pytest.raises(ValueError, match="retry"):
        Mistral("key", retry_config=config)


# On the wire.


async def soon(condition):
    for _ in range(2000):
        if condition():
            return
        await anyio.sleep(0.005)
    raise AssertionError("it did not happen")


def client_of(server, retry=FAST, **settings):
    return Mistral(server.api_key, server_url=server.url, retry_config=retry, **settings)


async def test_429_429_200_succeeds_by_default(server, monkeypatch):
    monkeypatch.setattr(random, "random", lambda: 0.1)  # the jitter: a tenth of the longest waits
    server.fail(429, times=2, headers={"retry-after-ms": "1"})
    async with Mistral(server.api_key, server_url=server.url) as client:
        response = await client.with_response.chat.complete(**HI)
    assert [attempt.status for attempt in response.attempts] == [429, 429, 200]
    assert [attempt.error for attempt in response.attempts] == ["RateLimitError", "RateLimitError", None]
    assert all(attempt.request_id for attempt in response.attempts)
    assert response.attempts[-1].request_id == response.request_id
    assert all(attempt.elapsed > 0 for attempt in response.attempts)
    assert response.attempts[0].waited == 0 < response.attempts[1].waited
    assert len(server.requests) == 3


async def test_every_attempt_is_on_the_error(server):
    server.fail(503, times=None)
    async with client_of(server) as client:
        with pytest.raises(ServerError) as caught:
            await client.chat.complete(**HI)
    assert [attempt.status for attempt in caught.value.attempts] == [503] * 4
    assert len(server.requests) == 4
    assert all(attempt.may_have_executed for attempt in caught.value.attempts)


async def test_a_long_retry_after_is_raised_at_once(server):
    server.fail(429, times=None, after=1, headers={"retry-after": "86400"})
    async with client_of(server) as client:
        await client.chat.complete(**HI)
        with anyio.fail_after(10), pytest.raises(RateLimitError) as caught:
            await client.chat.complete(**HI)
    assert caught.value.retry_after == 86400
    assert len(caught.value.attempts) == 1


async def test_an_outage_costs_a_fifth_more_at_most(server):
    server.fail(503, times=None, operation="models.retrieve")
    calls, failures = 1000, []
    async with client_of(server) as client:

        async def work():
            for _ in range(calls // 20):
                with pytest.raises(ServerError) as caught:
                    await client.models.retrieve("x")
                failures.append(len(caught.value.attempts))

        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(work)
    assert len(failures) == calls
    assert sum(failures) == len(server.requests) <= 1.2 * calls


def test_retries_of_many_are_spread_out():
    """A hundred clients that are refused together do not come back together."""
    jitter = random.Random(4)
    waits = [wait_after(refusal(503), jitter=jitter.random()) for _ in range(100)]
    assert max(Counter(int(wait * 10) for wait in waits).values()) < 15


async def test_the_deadline_bounds_calls_and_waits_together(server):
    server.fail(503, times=None)
    retry = RetryConfig(backoff=BackoffStrategy(initial_interval=100, max_interval=100), retries=100)
    async with client_of(server, retry) as client:
        start = time.perf_counter()
        with pytest.raises((ServerError, APITimeoutError)) as caught:
            await client.with_options(timeout=0.4).models.list()
        assert time.perf_counter() - start < 5  # without it, the retries wait for ten seconds
    assert len(caught.value.attempts) > 1


async def test_a_deadline_in_the_middle_of_a_repetition(server):
    server.fail(503)
    server.fault(Stall(where="head"), times=None, after=1)
    async with client_of(server) as client:
        start = time.perf_counter()
        with pytest.raises(APITimeoutError) as caught:
            await client.with_options(timeout=0.3).models.list()
        assert 0.25 < time.perf_counter() - start < 5
    assert caught.value.phase == "total"
    assert [attempt.status for attempt in caught.value.attempts] == [503, None]


async def test_cancelling_a_wait_takes_no_time(server):
    server.fail(429, times=None, headers={"retry-after": "60"})
    async with client_of(server) as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.models.list)
            await soon(lambda: server.requests and server.requests[0].status == 429)
            await anyio.sleep(0.1)
            start = time.perf_counter()
            tasks.cancel_scope.cancel()
        assert time.perf_counter() - start < 10


async def test_a_view_has_a_policy_of_its_own(client, server):
    server.fail(503, times=None)
    with pytest.raises(ServerError) as caught:
        await client.with_options(retries=1).models.list()
    assert len(caught.value.attempts) == 2
    with pytest.raises(ServerError) as caught:
        await client.with_options(retries=RetryConfig(strategy="none")).models.list()
    assert len(caught.value.attempts) == 1


# Once is enough: what the server executed is what it was asked to do.

JSONL = ("a.jsonl", b'{"custom_id": "1", "body": {}}\n')
BRIEF = Timeout(read=0.2)
FAULT_POINTS = [
    # the fault, whether it may have been executed
    (Reset(where="accept"), False),
    (Cut(where="accept"), False),
    (Reset(where="head"), True),
    (Cut(where="head"), True),
    (Stall(where="head"), True),
    (Cut(after_bytes=0), True),
    (Reset(where="body"), True),
    (Cut(where="body"), True),
    (Stall(where="body"), True),
]


@pytest.mark.parametrize(("fault", "executed"), FAULT_POINTS, ids=lambda value: str(value)[:40])
async def test_nothing_that_creates_state_is_done_twice(server, fault, executed):
    """By whatever fault the answer is lost."""
    server.fault(fault, times=None)
    async with client_of(server) as client:
        with pytest.raises(APIConnectionError) as caught:
            await client.with_options(timeout=BRIEF).files.upload(
                ("a.jsonl", b'{"custom_id": "1", "body": {}}\n'), "batch"
            )
    assert server.effects.total <= 1
    if executed:
        assert caught.value.may_have_executed
        assert len(caught.value.attempts) == 1
    assert server.effects.total <= caught.value.may_have_executed


@pytest.mark.parametrize(("fault", "executed"), FAULT_POINTS, ids=lambda value: str(value)[:40])
async def test_what_is_billed_is_risked_twice_and_no_more(server, fault, executed):
    server.fault(fault, times=None)
    async with client_of(server) as client:
        with pytest.raises(APIConnectionError) as caught:
            await client.with_options(timeout=BRIEF).chat.complete(**HI)
    assert server.effects.total <= 2
    if executed:
        assert caught.value.may_have_executed
        assert len(caught.value.attempts) == 2


# A key that changes.


def keys_of(*keys):
    asked = []

    async def give():
        asked.append(1)
        return keys[min(len(asked), len(keys)) - 1]

    return give, asked


async def test_a_refused_key_is_replaced_once_and_the_call_goes_on(server):
    give, asked = keys_of("old-key", server.api_key)
    server.fail(503)
    async with Mistral(give, server_url=server.url, retry_config=FAST) as client:
        response = await client.with_response.models.list()
    assert [attempt.status for attempt in response.attempts] == [401, 503, 200]
    assert len(asked) == 2


async def test_a_key_may_be_refused_after_another_failure(server):
    give, _ = keys_of(server.api_key)
    server.fail(503)
    server.fail(401)
    async with Mistral(give, server_url=server.url, retry_config=FAST) as client:
        response = await client.with_response.models.list()
    assert [attempt.status for attempt in response.attempts] == [503, 401, 200]


async def test_a_key_that_stays_wrong_is_an_error(server):
    give, asked = keys_of("old-key", "older-key")
    async with Mistral(give, server_url=server.url, retry_config={"strategy": "none"}) as client:
        with pytest.raises(AuthenticationError) as caught:
            await client.models.list()
        assert (len(asked), len(caught.value.attempts)) == (2, 2)
        with pytest.raises(AuthenticationError):
            async with client.chat.stream(**HI):
                pass
    assert len(asked) == 4


async def test_a_header_of_ones_own_is_not_replaced(server):
    give, _ = keys_of(server.api_key)
    async with Mistral(give, server_url=server.url) as client:
        with pytest.raises(AuthenticationError):
            await client.with_options(headers={"Authorization": "Bearer other"}).models.list()
    assert len(server.requests) == 1


async def test_a_function_that_gives_no_key_in_time(server):
    async def never():
        await anyio.sleep_forever()

    async with Mistral(never, server_url=server.url) as client:
        with pytest.raises(APITimeoutError) as caught:
            await client.with_options(timeout=0.05).models.list()
    assert (caught.value.phase, caught.value.may_have_executed) == ("key", False)
    assert not server.requests


async def test_a_function_that_gives_no_text(server):
    async with Mistral(lambda: None, server_url=server.url) as client:
        with pytest.raises(TypeError, match="must return a str"):
            await client.models.list()


def test_the_blocking_client_repeats_too(sync_client, threaded_server):
    threaded_server.fail(503, times=2)
    assert len(sync_client.with_response.models.list().attempts) == 3


async def test_the_servers_clock_tells_the_wait(anyio_backend):
    async with FakeMistral() as server:
        server.fail(429, headers={"retry-after": "Wed, 21 Oct 2026 07:28:01 GMT", "date": DATE})
        async with client_of(server) as client:
            response = await client.with_response.models.list()
    assert 1.0 <= response.attempts[1].waited < 1.2


# In virtual time: trio's clock jumps to the next moment at which anything happens, and the engine reads that clock.


def in_virtual_time(monkeypatch, main):
    """Run it; returns the virtual seconds that it took."""
    trio = pytest.importorskip("trio")
    clock = pytest.importorskip("trio.testing").MockClock(autojump_threshold=0)
    monkeypatch.setattr(time, "monotonic", clock.current_time)
    monkeypatch.setattr(wait_turn, "__defaults__", (clock.current_time,))
    start = clock.current_time()
    trio.run(main, clock=clock)
    return clock.current_time() - start


def answering(when):
    """A transport that refuses with the status and headers that it is told for a moment, or else answers."""

    def answer(request):
        refused = when(time.monotonic(), json.loads(request.content)["messages"][0]["content"])
        if refused is None:
            choice = {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
            return httpx.Response(200, json={"choices": [choice]})
        return httpx.Response(refused[0], json={}, headers=refused[1])

    return httpx.MockTransport(answer)


def outcomes(monkeypatch, when, calls=1, **settings):
    """What calls end with that are made at once, in order, and the virtual seconds until the last is done."""
    ends = {}

    async def work(client, number):
        try:
            request = {**HI, "messages": [{"role": "user", "content": str(number)}]}
            ends[number] = await client.with_response.chat.complete(**request)
        except MistralError as error:
            ends[number] = error

    async def main():
        async with Mistral("key", transport=answering(when), **settings) as client, anyio.create_task_group() as tasks:
            for number in range(calls):
                tasks.start_soon(work, client, number)

    seconds = in_virtual_time(monkeypatch, main)
    return [ends[number] for number in range(calls)], seconds


@pytest.mark.parametrize("seed", range(20))
def test_the_default_client_outlives_a_minute_of_429s_without_retry_after(monkeypatch, seed):
    random.seed(seed)
    start = []

    def when(now, _):
        start.append(now)
        return (429, {}) if now - start[0] < 60 else None

    (end,), seconds = outcomes(monkeypatch, when)
    assert end.status == 200
    assert {attempt.status for attempt in end.attempts[:-1]} == {429}
    assert 60 <= seconds < 95
    assert sum(attempt.waited for attempt in end.attempts) == pytest.approx(seconds, abs=0.1)


@pytest.mark.parametrize("seed", range(3))
def test_many_calls_outlive_it_too(monkeypatch, seed):
    """Thirty at once, and a bucket that is empty for a minute and then lets ten a second go."""
    random.seed(seed)
    start, granted = [], []

    def when(now, _):
        start.append(now)
        if now - start[0] < 60 or len(granted) >= (now - start[0] - 60) * 10 + 1:
            return 429, {}
        granted.append(now)
        return None

    ends, _ = outcomes(monkeypatch, when, 30)
    assert [end.status for end in ends] == [200] * 30


@pytest.mark.parametrize(("outage", "retries", "right"), [(2, None, True), (30, None, False), (30, 8, True)])
def test_an_outage_that_ends(monkeypatch, outage, retries, right):
    """The default spans the blink of a deployment, not half a minute; more is a setting."""
    monkeypatch.setattr(random, "random", lambda: 0.5)
    start = []

    def when(now, _):
        start.append(now)
        return (503, {}) if now - start[0] < outage else None

    (end,), seconds = outcomes(monkeypatch, when, retry_config=RetryConfig(retries=retries))
    assert (end.status == 200) is right
    assert seconds < 75
    if not right:
        assert len(end.attempts) == 4


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_a_server_that_flaps_is_not_beaten_down(monkeypatch, share):
    """Of a thousand calls in turn a share fails: the budget is a tenth more and ten, whatever the share."""
    random.seed(5)
    jitter, requests, ends = random.Random(1), [], []

    def when(now, _):
        requests.append(now)
        return (503, {}) if jitter.random() < share else None

    async def main():
        async with Mistral("key", transport=answering(when)) as client:
            for _ in range(1000):
                try:
                    ends.append((await client.with_response.chat.complete(**HI)).status)
                except ServerError as error:
                    ends.append(error.status)

    in_virtual_time(monkeypatch, main)
    assert len(requests) <= 1110
    if share < 1:
        assert ends.count(200) >= 500
        assert len(requests) >= 1090  # what there is of the budget is used
    else:
        assert ends.count(503) == 1000


def test_the_deadline_spans_every_attempt_and_wait(monkeypatch):
    (end,), seconds = outcomes(
        monkeypatch, lambda *_: (503, {}), timeout_ms=5_000, retry_config=RetryConfig(retries=99)
    )
    assert isinstance(end, ServerError)
    assert len(end.attempts) > 1
    assert seconds <= 5
    (end,), seconds = outcomes(monkeypatch, lambda *_: (429, {"retry-after": "6"}), timeout_ms=5_000)
    assert isinstance(end, RateLimitError)
    assert (len(end.attempts), seconds) == (1, 0)  # what can not be in time is not waited for


@pytest.mark.parametrize("elapsed", [30, 119])
def test_retry_after_is_waited_for_to_the_second(monkeypatch, elapsed):
    start = []

    def when(now, _):
        start.append(now)
        return (429, {"retry-after": str(elapsed)}) if now - start[0] < elapsed else None

    (end,), seconds = outcomes(monkeypatch, when)
    assert (end.status, len(end.attempts)) == (200, 2)
    assert elapsed <= seconds <= elapsed * 1.05


def test_no_quota_is_one_request(monkeypatch):
    headers = {"x-ratelimit-limit-req-minute": "0", "x-ratelimit-remaining-req-minute": "0"}
    requests = []

    def when(now, _):
        requests.append(now)
        return 429, headers

    (end,), seconds = outcomes(monkeypatch, when)
    assert isinstance(end, QuotaUnavailableError)
    assert (len(requests), len(end.attempts), seconds) == (1, 1, 0)


def test_the_jitter_is_uniform(monkeypatch):
    """Chi-square over ten bins: the waits of a thousand calls, as fractions of their ceiling."""
    random.seed(11)
    tried = Counter()

    def when(now, number):
        tried[number] += 1
        return (408, {}) if tried[number] == 1 else None

    async def main():
        async with Mistral("key", transport=answering(when)) as client:
            client._executor.engine.state.budget.tokens = 1000
            for number in range(1000):
                request = {**HI, "messages": [{"role": "user", "content": str(number)}]}
                response = await client.with_response.chat.complete(**request)
                bins[int(response.attempts[1].waited / 2.0 * 10)] += 1

    bins = Counter()
    in_virtual_time(monkeypatch, main)
    assert set(bins) == set(range(10))
    assert sum((bins[n] - 100) ** 2 / 100 for n in range(10)) < 27.9  # one in a thousand is above
