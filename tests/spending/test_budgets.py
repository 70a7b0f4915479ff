"""Budgets: nothing is sent that may use more than is left, and what was used is what answers say."""

from __future__ import annotations

import asyncio
import os
import pickle
from datetime import UTC, datetime, timedelta

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistral_async import BackoffStrategy, Budget, Mistral, Price, RetryConfig, Spending, SQLiteStore, SyncMistral
from mistral_async._spending.ledger import Charge, Entry, Limits, LocalLedger
from mistral_async._spending.media import Content
from mistral_async.errors import (
    APIConnectionError,
    BudgetExceededError,
    ConfigurationError,
    IncompleteStreamError,
    ServerError,
)
from mistral_async.testing import Cut, Delay

EACH_LOOP = pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"], indirect=True)
MODEL = "mistral-small-latest"
HI = [{"role": "user", "content": "hi"}]
QUICK = RetryConfig(backoff=BackoffStrategy(initial_interval=1, max_interval=2))
PRICES = {MODEL: Price(input=1, output=2, cached=0.1), "mistral-embed": Price(input=1)}


def asking(client, **options):
    return client.chat.complete(model=MODEL, messages=HI, **{"max_tokens": 50, **options})


def tokens_used(server):
    return sum(request.reply.json()["usage"]["total_tokens"] for request in server.requests if request.status == 200)


@pytest.fixture
async def limited(server):
    """Give a function that makes a client with a budget."""
    async with anyio.create_task_group(), Mistral(server.api_key, server_url=server.url) as client:

        def make(*budgets, **changes):
            return client.with_options(budget=budgets, retries=0, **changes)

        yield make


async def test_what_a_call_used_takes_the_place_of_what_it_reserved(limited):
    budget = Budget(tokens=1000, prices=PRICES)
    answer = await asking(limited(budget))
    used = answer.usage
    cost = (used.prompt_tokens + 2 * used.completion_tokens) / 1e6
    assert budget.state.used == Spending(used.total_tokens, 1, pytest.approx(cost))
    assert budget.state.reserved == Spending()
    assert budget.state.begins_again is None


@pytest.mark.parametrize(
    ("limit", "resource"), [({"tokens": 60}, "tokens"), ({"requests": 1}, "requests"), ({"cost": 1e-4}, "cost")]
)
async def test_a_call_that_would_pass_the_limit_is_not_sent(server, limited, limit, resource):
    budget = Budget(**limit, prices=PRICES, name="mine")
    client = limited(budget)
    await asking(client, max_tokens=5)
    with pytest.raises(BudgetExceededError, match=r"nothing was sent.* of the budget 'mine'") as caught:
        await asking(client, max_tokens=400)
    assert len(server.requests) == 1
    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.budget, error.resource, error.limit) == ("mine", resource, limit[resource])
    assert error.used == getattr(budget.state.used, resource) > 0
    assert error.reserved == 0
    assert error.used + error.needed > error.limit
    assert not error.may_have_executed
    assert budget.state.reserved == Spending()
    assert client.usage.requests == 1


async def test_every_budget_has_to_have_room(server, limited):
    wide, narrow = Budget(requests=10), Budget(requests=1)
    client = limited(wide).with_options(budget=narrow)
    await asking(client)
    with pytest.raises(BudgetExceededError):
        await asking(client)
    assert len(server.requests) == 1
    assert wide.state.used.requests == 1
    assert wide.state.reserved == Spending()
    await asking(limited(wide))  # the view alone was limited
    assert wide.state.used.requests == 2


async def test_one_budget_given_twice_counts_once(limited):
    budget = Budget(requests=1)
    await asking(limited(budget).with_options(budget=budget))
    assert budget.state.used.requests == 1


@EACH_LOOP
async def test_at_the_same_time_no_more_start_than_have_room(server, limited):
    server.fault(Delay(0.05), times=None)
    budget = Budget(requests=3)
    client, refused = limited(budget), []

    async def ask():
        try:
            await asking(client)
        except BudgetExceededError as error:
            refused.append(error)

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(ask)
    assert len(server.requests) == 3
    assert [error.reserved for error in refused] == [3] * 5


async def test_a_stream_is_settled_with_the_usage_of_its_end(limited):
    budget = Budget(tokens=1000)
    async with limited(budget).chat.stream(model=MODEL, messages=HI, max_tokens=50) as stream:
        events = [event async for event in stream]
    assert budget.state.used.tokens == events[-1].usage.total_tokens
    assert budget.state.reserved == Spending()


@EACH_LOOP
async def test_a_stream_that_is_left_may_have_used_all_that_was_reserved(limited):
    budget = Budget(tokens=1000)
    client = limited(budget)
    async with client.chat.stream(model=MODEL, messages=HI, max_tokens=500) as stream:
        await anext(aiter(stream))
        assert budget.state.reserved.tokens > 500
    assert budget.state.used.tokens > 500
    assert budget.state.reserved == Spending()
    assert (client.usage.requests, client.usage.unknown, client.usage.total_tokens) == (1, 1, 0)


def chunk(text, tokens, finished=None):
    choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": finished}
    return {"id": "1", "choices": [choice], "usage": {"prompt_tokens": 10, "completion_tokens": tokens}}


async def test_usage_that_grows_with_each_event_is_counted_once(server, limited):
    budget = Budget(tokens=5000)
    server.reply("chat.stream", sse=[chunk("a", 1), chunk("b", 2), chunk("c", 3, "stop")])
    async with limited(budget).chat.stream(model=MODEL, messages=HI) as stream:
        await stream.until_done()
    assert budget.state.used.tokens == 13


@pytest.mark.parametrize("whole", [True, False])
async def test_usage_so_far_is_not_that_of_the_whole_answer(server, limited, whole):
    budget = Budget(tokens=1000)
    server.reply("chat.stream", sse=[chunk("a", 1), *([chunk("b", 2, "stop")] if whole else [])], done=False)
    client = limited(budget)
    stream = client.chat.stream(model=MODEL, messages=HI, max_tokens=500)
    if whole:
        async with stream:
            await stream.until_done()
        assert budget.state.used.tokens == 12
    else:
        with pytest.raises(IncompleteStreamError):
            async with stream:
                await stream.until_done()
        assert budget.state.used.tokens > 500
    assert client.usage.unknown == int(not whole)


@pytest.mark.parametrize(
    ("fault", "error", "kept"),
    [
        (Cut(after_bytes=5), APIConnectionError, True),
        (500, ServerError, False),
        (504, ServerError, True),
    ],
)
async def test_what_was_refused_is_given_back_and_what_may_have_run_is_kept(server, limited, fault, error, kept):
    budget = Budget(tokens=1000)
    if isinstance(fault, int):
        server.reply(status=fault)
    else:
        server.fault(fault)
    client = limited(budget)
    with pytest.raises(error):
        await asking(client, max_tokens=500)
    assert (budget.state.used.tokens > 500) is kept
    assert budget.state.used.requests == client.usage.unknown == int(kept)
    assert budget.state.reserved == Spending()


async def test_nothing_was_sent_where_no_connection_came(limited):
    budget = Budget(tokens=1000)
    async with Mistral("key", server_url="http://127.0.0.1:9", budget=budget) as client:
        with pytest.raises(APIConnectionError):
            await asking(client.with_options(retries=0))
    assert budget.state.used == budget.state.reserved == Spending()


@EACH_LOOP
async def test_each_attempt_reserves_and_only_what_ran_is_used(server, client):
    budget = Budget(tokens=1000)
    server.reply(status=503, times=2)
    answer = await asking(client.with_options(budget=budget))
    assert len(server.requests) == 3
    assert budget.state.used == Spending(answer.usage.total_tokens, 1)


async def test_a_refused_call_is_not_repeated(server, limited):
    budget = Budget(tokens=10)
    with pytest.raises(BudgetExceededError) as caught:
        await asking(limited(budget).with_options(retries=5))
    assert [attempt.error for attempt in caught.value.attempts] == ["BudgetExceededError"]
    assert not server.requests


@EACH_LOOP
@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.2])
async def test_cancelled_anywhere_nothing_stays_reserved(server, seconds):
    server.fault(Delay(0.1), times=None)
    budget = Budget(tokens=1000)
    limits = {"requests_per_second": 5, "burst": 1}
    async with Mistral(server.api_key, server_url=server.url, budget=budget, rate_limits=limits) as client:
        with anyio.move_on_after(seconds):
            async with anyio.create_task_group() as group:
                for _ in range(3):
                    group.start_soon(asking, client)
        await anyio.sleep(0.01)
        sent = client.usage.requests
    assert budget.state.reserved == Spending()
    assert budget.state.used.requests == sent <= len(server.requests) + 1


async def test_what_is_not_billed_needs_no_budget(server, limited):
    budget = Budget(requests=1)
    client = limited(budget)
    await client.models.list()
    await client.files.list()
    assert budget.state.used == Spending()
    assert client.usage.requests == 0


async def test_pages_and_seconds_cost_what_their_prices_say(server, limited):
    prices = {"mistral-ocr-latest": Price(pages=1000), "*": Price(minutes=60)}
    budget = Budget(cost=100, prices=prices)
    client = limited(budget)
    answer = await client.ocr.process(
        model="mistral-ocr-latest", document={"type": "document_url", "document_url": "https://example.org/a.pdf"}
    )
    pages = answer.usage_info.pages_processed
    assert pages
    assert budget.state.used.cost == pages
    heard = await client.audio.transcriptions.complete(model="voxtral-mini-latest", file=b"audio" * 1000)
    seconds = heard.usage.prompt_audio_seconds
    assert budget.state.used.cost == pytest.approx(pages + seconds)
    assert (client.usage.pages, client.usage.audio_seconds) == (pages, seconds)


async def test_the_error_says_what_limits_a_call(server, limited):
    client = limited(Budget(tokens=1000))
    with pytest.raises(BudgetExceededError, match=r"1,0\d\d tokens \(max_tokens= limits that\), and of the 1,000"):
        await client.chat.complete(model=MODEL, messages=HI)
    with pytest.raises(BudgetExceededError, match=r"may need 2,0\d\d tokens, and"):
        await asking(client, max_tokens=2000)
    with pytest.raises(BudgetExceededError, match=r"may need 2,\d\d\d tokens, and"):
        await client.beta.conversations.start(model=MODEL, inputs="hi", completion_args={"max_tokens": 2000})
    with pytest.raises(BudgetExceededError, match=r"may need \d,\d\d\d tokens, and"):
        await client.embeddings.create(model="mistral-embed", inputs=["word " * 1000])
    assert not server.requests


async def test_a_model_without_a_price_is_not_asked(server, limited):
    client = limited(Budget(cost=1, prices=PRICES))
    with pytest.raises(ConfigurationError, match="prices have none for 'open-mistral-nemo'"):
        await client.chat.complete(model="open-mistral-nemo", messages=HI)
    assert not server.requests


async def test_a_day_begins_again_at_midnight(server, limited):
    budget, now = Budget(requests=1, per="day"), datetime(2026, 11, 28, 23, 59, 50, tzinfo=UTC)
    budget._clock = lambda: now.timestamp()  # noqa: PLW0108 - `now` changes
    client = limited(budget)
    await asking(client)
    with pytest.raises(BudgetExceededError, match="begins again at 2026-11-29T00:00Z") as caught:
        await asking(client)
    assert caught.value.begins_again == datetime(2026, 11, 29, tzinfo=UTC)
    now += timedelta(seconds=10)
    assert budget.state.used == Spending()
    await asking(client)
    assert budget.state.used.requests == 1


async def test_a_clock_that_is_put_back_begins_no_day(server, limited):
    budget, now = Budget(requests=1, per="day"), datetime(2026, 11, 29, tzinfo=UTC)
    budget._clock = lambda: now.timestamp()  # noqa: PLW0108 - `now` changes
    client = limited(budget)
    await asking(client)
    for seconds in (-1, 2):
        now += timedelta(seconds=seconds)
        with pytest.raises(BudgetExceededError):
            await asking(client)
    assert len(server.requests) == 1


async def test_what_began_yesterday_is_yesterdays(limited):
    budget, now = Budget(tokens=5000, per="day"), datetime(2026, 11, 28, 23, 59, 50, tzinfo=UTC)
    budget._clock = lambda: now.timestamp()  # noqa: PLW0108 - `now` changes
    client = limited(budget)
    async with client.chat.stream(model=MODEL, messages=HI) as stream:
        now += timedelta(hours=1)
        answer = await asking(client)
        await stream.until_done()
    assert budget.state.used == Spending(answer.usage.total_tokens, 1)


async def test_a_budget_per_job_is_one_for_each_call(server, limited):
    client = limited(Budget(tokens=100, per="job"))
    for _ in range(5):
        await asking(client, max_tokens=50)
    with pytest.raises(BudgetExceededError):
        await asking(client, max_tokens=200)
    assert len(server.requests) == 5


async def test_a_budget_per_job_is_one_for_all_attempts_of_a_call(server):
    server.reply(status=504, times=None)
    budget = Budget(requests=2, per="job")
    async with Mistral(server.api_key, server_url=server.url, budget=budget, retry_config=QUICK) as client:
        with pytest.raises(BudgetExceededError) as caught:
            await asking(client)
    assert len(server.requests) == 2
    assert (caught.value.used, caught.value.limit) == (2, 2)


async def test_a_model_in_the_extra_body_is_the_one_that_is_paid(limited):
    budget = Budget(cost=1, prices={MODEL: Price(), "mistral-large-latest": Price(input=1)})
    client = limited(budget, extra_body={"model": "mistral-large-latest"})
    used = (await asking(client)).usage
    assert budget.state.used.cost == pytest.approx(used.prompt_tokens / 1e6)
    assert list(client.usage.by_model) == ["mistral-large-latest"]


@pytest.mark.parametrize(("stated", "reserved"), [(600.0, 600), (10**25, 1024), ("600", 1024), (float("nan"), 1024)])
def test_a_limit_that_is_no_plain_count_reserves_no_less(stated, reserved):
    budget = Budget(tokens=5000)
    assert (
        budget.estimator.estimate(MODEL, "/v1/chat/completions", Content(), {"max_tokens": stated}).output == reserved
    )


async def test_without_max_tokens_the_longest_answer_of_late_is_reserved(server, limited):
    budget = Budget(tokens=100_000)
    client = limited(budget)
    reserved = []
    for length in (3000, 10):
        server.reply("chat.complete", json=answer_of(length))
        await client.chat.complete(model=MODEL, messages=HI)
        async with client.chat.stream(model=MODEL, messages=HI):
            reserved.append(budget.state.reserved.tokens)
    assert 3000 <= reserved[0] < 3200
    assert reserved[1] < reserved[0]


def answer_of(tokens, prompt=20, **usage):
    choice = {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
    counts = {"prompt_tokens": prompt, "completion_tokens": tokens, "total_tokens": prompt + tokens, **usage}
    return {"id": "1", "model": MODEL, "choices": [choice], "usage": counts}


async def test_cached_tokens_are_counted_once_and_cost_their_own_price(server, limited):
    budget = Budget(cost=1, prices=PRICES)
    client = limited(budget)
    server.reply("chat.complete", json=answer_of(10, 100, prompt_tokens_details={"cached_tokens": 60}))
    await asking(client)
    assert budget.state.used == Spending(110, 1, pytest.approx((40 + 6 + 20) / 1e6))
    assert (client.usage.input_tokens, client.usage.cached_tokens) == (100, 60)


async def test_an_answer_that_does_not_say_what_it_used_keeps_what_is_reserved(server, limited):
    budget = Budget(tokens=5000)
    client = limited(budget)
    server.reply("chat.complete", json=answer_of(0, 0), times=1)
    server.reply("chat.complete", json={**answer_of(1), "usage": None})
    for _ in range(2):
        await asking(client, max_tokens=1000)
    assert budget.state.used.tokens > 2000
    assert client.usage.unknown == 2


async def test_an_answer_that_can_not_be_read_keeps_what_is_reserved(server, limited):
    budget = Budget(tokens=5000)
    server.reply("chat.complete", body=b"<html>")
    with pytest.raises(Exception, match="can not be read"):
        await asking(limited(budget), max_tokens=1000)
    assert budget.state.used.tokens > 1000
    assert budget.state.reserved == Spending()


async def test_a_raw_request_counts_as_the_method_does(server, limited):
    budget = Budget(tokens=5000)
    client = limited(budget)
    body = {"model": MODEL, "messages": HI, "max_tokens": 20}
    answer = await client.request("POST", "/v1/chat/completions", json=body)
    assert budget.state.used.tokens == answer["usage"]["total_tokens"] == client.usage.total_tokens


async def test_a_stream_of_responses_names_its_usage_inside_its_last_event(limited):
    budget = Budget(tokens=5000)
    async with limited(budget).responses.stream(model=MODEL, input="hi") as stream:
        events = [event async for event in stream]
    assert budget.state.used.tokens == events[-1].response.usage.total_tokens


async def test_each_request_of_a_run_of_tools_counts(server, limited):
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    budget = Budget(requests=10)
    client = limited(budget)
    run = await client.chat.run(model=MODEL, messages=[{"role": "user", "content": "add 1 and 2"}], tools=[add])
    assert run.text
    assert budget.state.used.requests == len(server.requests)


async def test_conversations_count(limited):
    budget = Budget(requests=10)
    client = limited(budget)
    started = await client.beta.conversations.start(model=MODEL, inputs="hi")
    await client.beta.conversations.append(started.conversation_id, inputs="and?")
    assert budget.state.used.requests == 2
    assert budget.state.used.tokens == client.usage.total_tokens > 0


def test_blocking_clients_have_budgets_too(threaded_server, sync_client):
    budget = Budget(requests=1)
    client = sync_client.with_options(budget=budget)
    asking(client)
    with pytest.raises(BudgetExceededError):
        asking(client)
    assert len(threaded_server.requests) == client.usage.requests == 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({}, "needs tokens="),
        ({"tokens": 0}, "tokens must be at least 1"),
        ({"requests": 1.5}, "requests must be a whole number"),
        ({"cost": 1}, "cost= needs prices="),
        ({"cost": float("nan"), "prices": PRICES}, "cost must be a positive number"),
        ({"cost": True, "prices": PRICES}, "cost must be a number"),
        ({"tokens": 1, "per": "month"}, "per must be 'day'"),
        ({"tokens": 1, "prices": {"m": 1}}, "must be a Price"),
        ({"tokens": 1, "prices": 3}, "prices are a mapping"),
        ({"tokens": 1, "store": "redis://"}, "SQLiteStore or RedisStore"),
    ],
)
def test_what_is_no_budget_is_refused(wrong, says):
    with pytest.raises((ValueError, TypeError), match=says):
        Budget(**wrong)


@pytest.mark.parametrize("setting", [5, [5], "day"])
def test_what_is_given_as_a_budget_is_one(setting):
    with pytest.raises(ConfigurationError, match="budget must be a Budget"):
        SyncMistral("key", budget=setting)


async def test_clients_are_pickled_with_their_budgets_and_count_anew(server, monkeypatch):
    monkeypatch.setenv("MISTRAL_API_KEY", server.api_key)
    async with Mistral(server_url=server.url, budget=Budget(requests=1, name="mine")) as client:
        await asking(client)
        async with pickle.loads(pickle.dumps(client)) as other:
            await asking(other)
            with pytest.raises(BudgetExceededError, match="'mine'"):
                await asking(other)
            assert other.usage.requests == 1


AMOUNT = st.builds(Charge, st.integers(0, 20), st.just(1), st.integers(0, 20))


@settings(max_examples=50)
@given(st.lists(st.tuples(AMOUNT, AMOUNT, st.integers(0, 30))), st.integers(1, 100), st.integers(1, 100))
def test_reserved_and_used_never_pass_the_limit_while_estimates_hold(steps, tokens, nanos):
    ledger, limits, open_, used = LocalLedger(), Limits(tokens, -1, nanos), {}, [0, 0, 0]
    for number, (most, actual, place) in enumerate(steps):
        coroutine = ledger.book("key", Entry(str(number), most), limits)
        with pytest.raises(StopIteration) as returned:
            coroutine.send(None)
        if returned.value.value:
            open_[str(number)] = most
        if open_ and place % 2:
            name = list(open_)[place % len(open_)]
            charge = Charge(*map(min, open_.pop(name), actual))
            ledger.settle("key", Entry(name, charge))
            ledger.settle("key", Entry(name, charge))  # twice is once
            used = [total + more for total, more in zip(used, charge, strict=True)]
        balance = ledger.balance("key")
        assert list(balance.used) == used
        assert list(balance.reserved) == [sum(column) for column in zip(*open_.values(), strict=True)] or not open_
        assert balance.used.tokens + balance.reserved.tokens <= tokens
        assert balance.used.nanos + balance.reserved.nanos <= nanos


@EACH_LOOP
@pytest.mark.parametrize("stored", [False, True])
async def test_cancelled_after_any_number_of_steps_all_is_settled(server, tmp_path, stored):
    store = SQLiteStore(tmp_path / "budgets.sqlite") if stored else None
    budget = Budget(tokens=10**6, store=store)
    async with Mistral(server.api_key, server_url=server.url, budget=budget) as client:
        for steps in range(0, 60, 3):
            async with anyio.create_task_group() as group:
                group.start_soon(asking, client)
                for _ in range(steps):
                    await anyio.lowlevel.checkpoint()
                group.cancel_scope.cancel()
        await asking(client)
        counted = client.usage.requests
    assert budget.state.reserved == Spending()
    assert len(server.requests) <= counted == budget.state.used.requests


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_child_begins_without_the_calls_of_its_parent():
    budget = Budget(requests=2)
    asyncio.run(budget.reserve(Charge(1, 1, 0)))
    pid = os.fork()
    if not pid:
        os._exit(budget.state.reserved.requests + 10 * budget._open)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert budget.state.reserved.requests == 1
