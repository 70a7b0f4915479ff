"""Usage and prices: sums of what answers say, once each, and what that costs."""

from __future__ import annotations

import gc
import pickle
import threading
from datetime import UTC, datetime

import anyio
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async import KnownPrices, Mistral, Price, SyncMistral, Usage
from mistral_async._spending.meter import UsageMeter
from mistral_async._spending.price import _known
from mistral_async._spending.units import Units, read_units
from mistral_async.errors import APITimeoutError
from mistral_async.models import PromptTokensDetails, UsageInfo
from mistral_async.testing import Delay

MODEL = "mistral-small-latest"
HI = [{"role": "user", "content": "hi"}]


def test_nothing_was_used_at_first():
    assert SyncMistral("key").usage == Usage()
    assert SyncMistral("key", prices={"*": Price()}).usage == Usage(cost=0.0)


async def test_a_client_counts_the_calls_of_its_views(client):
    one, other = client.with_options(timeout=30), client.with_options(retries=1)
    answers = [await each.chat.complete(model=MODEL, messages=HI) for each in (client, one, one.with_options(), other)]
    tokens = answers[0].usage.total_tokens
    assert [each.usage.total_tokens for each in (client, one, other)] == [4 * tokens, 2 * tokens, tokens]
    assert client.usage.by_model[MODEL].requests == client.usage.requests == 4


async def test_answers_with_their_circumstances_count_once(client):
    await client.with_response.chat.complete(model=MODEL, messages=HI)
    await client.chat.parse(model=MODEL, messages=HI, response_format=dict[str, str])
    assert client.usage.requests == 2


async def test_a_stream_counts_when_it_has_ended(client):
    async with client.chat.stream(model=MODEL, messages=HI) as stream:
        await stream.until_done()
        usage = stream.partial.usage
    assert (client.usage.total_tokens, client.usage.unknown) == (usage.total_tokens, 0)


async def test_what_may_have_run_is_counted_as_unknown(server, client):
    server.fault(Delay(5), times=None)
    with pytest.raises(APITimeoutError):
        await client.with_options(timeout=0.2, retries=0).chat.complete(model=MODEL, messages=HI)
    with anyio.move_on_after(0.1):
        await client.chat.complete(model=MODEL, messages=HI)
    assert (client.usage.requests, client.usage.unknown) == (2, 2)


async def test_the_cost_is_known_where_all_prices_are(server):
    prices = {MODEL: Price(input=1, output=2)}
    async with Mistral(server.api_key, server_url=server.url, prices=prices) as client:
        used = (await client.chat.complete(model=MODEL, messages=HI)).usage
        assert client.usage.cost == pytest.approx((used.prompt_tokens + 2 * used.completion_tokens) / 1e6)
        await client.embeddings.create(model="mistral-embed", inputs=["text"])
    assert client.usage.cost is None
    assert client.usage.by_model[MODEL].cost is not None
    assert client.usage.by_model["mistral-embed"].cost is None


async def test_an_agent_is_counted_by_its_id(client):
    agent = await client.beta.agents.create(model=MODEL, name="an agent")
    await client.agents.complete(agent_id=agent.id, messages=HI)
    assert list(client.usage.by_model) == [agent.id]


def test_threads_lose_nothing():
    root = UsageMeter()
    meters = [UsageMeter(root) for _ in range(4)]

    def work(meter):
        for _ in range(1000):
            meter.add(MODEL, UsageInfo(prompt_tokens=1, total_tokens=1))
            if not meter.usage().requests:
                raise AssertionError("nothing is counted")

    threads = [threading.Thread(target=work, args=(meter,)) for meter in meters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [meter.usage().total_tokens for meter in (root, *meters)] == [4000, 1000, 1000, 1000, 1000]


def test_a_counted_call_leaves_nothing_for_the_garbage_collector():
    """Rule 1."""
    meter = UsageMeter(UsageMeter())
    meter.add(MODEL, None)
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(200):
        meter.add(MODEL, UsageInfo(prompt_tokens=1, prompt_tokens_details=PromptTokensDetails(messages=[])))
    assert len(gc.get_objects()) - before < 20


def test_memory_is_bounded_whatever_models_are_called():
    meter = UsageMeter()
    for number in range(3000):
        meter.add(f"model {number}", None)
    assert len(meter.usage().by_model) <= 1025
    assert meter.usage().requests == 3000


COUNT = st.one_of(st.none(), st.integers(-5, 10**6), st.just("many"), st.floats())


@given(
    st.dictionaries(st.sampled_from(["prompt_tokens", "completion_tokens", "total_tokens", "num_cached_tokens"]), COUNT)
)
def test_a_usage_of_any_kind_is_read_without_loss(usage):
    units = read_units(usage)
    if units is not None:
        assert units.total >= units.input + units.output
        assert 0 <= units.cached <= units.input
        assert all(type(each) is int and each >= 0 for each in msgspec.structs.astuple(units))


D = {"cached_tokens": 4}


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15, "num_cached_tokens": 4},
        {"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": D},
        {
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "prompt_token_details": {"cached_tokens": 4},
            "num_cached_tokens": 4,
        },
        {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15, "input_tokens_details": D},
    ],
)
def test_every_spelling_is_read_once(usage):
    assert read_units(usage) == Units(10, 4, 5, 15)


@pytest.mark.parametrize("details", [["?"], "many", 5, {"cached_tokens": 4}, PromptTokensDetails(cached_tokens=4)])
def test_details_of_any_kind_are_no_reason_to_fail(details):
    usage = UsageInfo(prompt_tokens=10, completion_tokens=5, total_tokens=15, prompt_tokens_details=details)
    cached = 4 if isinstance(details, (dict, PromptTokensDetails)) else 0
    assert read_units(usage) == Units(10, cached, 5, 15)


@pytest.mark.parametrize("name", ["prompt_tokens", "completion_tokens", "total_tokens"])
def test_what_is_too_large_is_no_count_wherever_it_stands(name):
    counts = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2, name: 10**400}
    assert read_units(UsageInfo(**counts)) == read_units(counts)
    assert max(msgspec.structs.astuple(read_units(UsageInfo(**counts)))) <= 2


def test_a_total_alone_is_no_free_call():
    assert read_units({"prompt_tokens": None, "total_tokens": 7}) == Units(input=7, total=7)


@pytest.mark.parametrize(
    ("price", "units", "cost"),
    [
        (Price(input=0.1), Units(input=1), 100),
        (Price(input=0.1, cached=0.01), Units(input=3, cached=1), 210),
        (Price(input=0.1), Units(input=3, cached=1), 300),
        (Price(input=0.1, cached=0), Units(input=3, cached=3), 0),
        (Price(output=0.3), Units(output=7, total=100), 2100),
        (Price(pages=2), Units(pages=3), 6_000_000),
        (Price(minutes=0.003), Units(seconds=90), 4_500_000),
        (Price(input=0.00001), Units(input=1), 1),  # rounded up
    ],
)
def test_costs_are_whole_billionths(price, units, cost):
    assert price.nanos(units) == cost


@pytest.mark.parametrize(
    "wrong", [{"input": -1}, {"output": float("inf")}, {"pages": "2"}, {"minutes": True}, {"input": None}]
)
def test_what_is_no_price_is_refused(wrong):
    with pytest.raises((TypeError, ValueError), match="the price"):
        Price(**wrong)


@pytest.mark.parametrize("wrong", [{"model": 0.1}, [("model", Price())]])
def test_what_is_no_table_of_prices_is_refused(wrong):
    with pytest.raises(TypeError, match="prices"):
        SyncMistral("key", prices=wrong)


def test_the_package_knows_prices_of_each_day():
    pytest.importorskip("genai_prices", reason="the extra prices is not installed")
    prices = pickle.loads(pickle.dumps(KnownPrices({"mine": Price(input=9)})))
    assert prices["mine"] == Price(input=9)
    assert prices.get("no-such-model") is None
    small = _known(MODEL, datetime(2026, 11, 1, tzinfo=UTC).date())
    assert (small.input, small.output, small.cached) == (0.15, 0.6, 0.015)
    before = _known(MODEL, datetime(2026, 1, 1, tzinfo=UTC).date())
    assert before.input == 0.1
    assert _known("mistral-ocr-latest", datetime(2026, 11, 1, tzinfo=UTC).date()).pages == 4
    assert _known("voxtral-mini-latest", datetime(2026, 11, 1, tzinfo=UTC).date()).minutes == pytest.approx(0.003)
