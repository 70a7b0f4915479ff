"""Bulk work under a budget: it stops when there is no room, with all that was paid for, and goes on where it was."""

from __future__ import annotations

from collections import Counter

import pytest

from mistral_async import Budget, Price, Spending, SQLiteStore
from mistral_async.errors import BudgetExceededError
from mistral_async.testing import Delay

EACH_LOOP = pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"], indirect=True)
MODEL = "mistral-small-latest"
SIZE = {"output_dimension": 16, "max_inputs_per_request": 10}


def numbered(count):
    return [f"text {n}" for n in range(count)]


def texts_sent(server):
    return Counter(
        text
        for request in server.requests
        if request.path == "/v1/embeddings" and request.status == 200
        for text in request.json()["input"]
    )


@EACH_LOOP
async def test_the_rest_are_errors_when_the_budget_has_no_room(server, client):
    # Rule 12 of pipeline.
    budget = Budget(requests=5)
    async with client.bulk.embed(numbered(200), budget=budget, **SIZE) as results:
        everything = [result async for result in results]
    assert [result.index for result in everything] == list(range(200))
    assert sum(result.ok for result in everything) == 50
    assert {type(result.error) for result in everything if not result.ok} == {BudgetExceededError}
    assert len(server.requests) == budget.state.used.requests == results.usage.requests == 5
    assert budget.state.reserved == Spending()


async def test_work_goes_on_with_its_checkpoint_and_pays_nothing_twice(server, client, tmp_path):
    texts, path = numbered(100), tmp_path / "job.sqlite"
    for round_ in range(3):
        results = await client.bulk.embed(texts, budget=Budget(requests=4), checkpoint=path, **SIZE)
        assert sum(result.ok for result in results) == min(100, 40 * (round_ + 1))
    assert texts_sent(server) == Counter(texts)


@EACH_LOOP
async def test_with_on_error_raise_the_work_ends_with_the_error(server, client):
    async with client.bulk.embed(numbered(200), budget=Budget(requests=3), on_error="raise", **SIZE) as results:
        with pytest.raises(BudgetExceededError):
            async for _ in results:
                pass
    assert len(server.requests) == 3


@EACH_LOOP
async def test_what_was_reserved_too_much_is_used_before_the_work_stops(server, client):
    # Rule 2 of budget: each of 8 requests at once reserves ten times what it uses.
    server.fault(Delay(0.01), times=None)
    budget = Budget(tokens=1000)
    prompts = [f"prompt {n}" for n in range(200)]
    results = await client.bulk.chat(prompts, model=MODEL, max_tokens=100, concurrency=8, budget=budget)
    assert 0 < sum(result.ok for result in results) < 200
    assert 1000 - 150 < budget.state.used.tokens <= 1000
    assert budget.state.reserved == Spending()


async def test_each_job_has_a_budget_of_its_own(server, client):
    budget = Budget(requests=3, per="job")
    view = client.with_options(budget=budget)
    for _ in range(2):
        results = await view.bulk.embed(numbered(100), **SIZE)
        assert sum(result.ok for result in results) == 30
    assert budget.state.used == Spending()


async def test_a_client_and_its_jobs_share_the_budget_of_the_client(client):
    view = client.with_options(budget=Budget(requests=5))
    first = await view.bulk.embed(numbered(30), **SIZE)
    second = await view.bulk.embed(numbered(30), **SIZE)
    assert [sum(result.ok for result in results) for results in (first, second)] == [30, 20]


async def test_an_endless_source_is_left_when_the_budget_is_used(client):
    def prompts():
        while True:
            yield "hello"

    async with client.bulk.chat(prompts(), model=MODEL, budget=Budget(requests=5), concurrency=2) as results:
        answered = 0
        async for result in results:
            if not result.ok:
                break
            answered += 1
    assert answered == 5


async def test_work_stops_where_the_store_can_not_be_asked(server, client, tmp_path):
    store = SQLiteStore(tmp_path / "nowhere" / "budgets.sqlite")
    results = await client.bulk.embed(numbered(40), budget=Budget(requests=5, store=store), **SIZE)
    assert not any(result.ok for result in results)
    assert not server.requests


async def test_a_job_knows_what_it_used_and_its_client_what_all_used(client):
    before = client.usage.requests
    view = client.with_options(budget=Budget(cost=1, prices={"*": Price(input=1)}))
    async with view.bulk.embed(numbered(30), **SIZE) as results:
        usages = [result.usage.prompt_tokens async for result in results]
    used = results.usage
    assert (used.requests, used.input_tokens) == (3, sum(usages))
    assert used.cost == pytest.approx(sum(usages) / 1e6)
    assert list(used.by_model) == ["mistral-embed"]
    assert view.usage == used
    assert client.usage.requests == before + 3
    assert client.usage.cost is None


def test_blocking_work_stops_too(threaded_server, sync_client):
    with sync_client.bulk.embed(numbered(100), budget=Budget(requests=4), **SIZE) as results:
        everything = list(results)
    assert sum(result.ok for result in everything) == 40
    assert results.usage.requests == len(threaded_server.requests) == 4
