"""Budgets in a store: processes share one, what a store may not have got is told again, and no store is no call."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import anyio
import pytest
from stores import redis_server

from mistral_async import Budget, Mistral, Price, RedisStore, Spending, SQLiteStore, SyncMistral
from mistral_async._spending.ledger import Charge, Entry, Limits, Question, SharedLedger
from mistral_async._spending.stores import backend_of
from mistral_async.errors import BudgetError, BudgetExceededError, BudgetStoreError, ConfigurationError
from mistral_async.testing import Delay, FakeMistral, Stall

pytestmark = pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning")  # coredis leaves them
EACH_LOOP = pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"], indirect=True)
MODEL = "mistral-small-latest"
HI = [{"role": "user", "content": "hi"}]


@pytest.fixture(autouse=True)
def _collected():
    yield
    gc.collect()


@pytest.fixture(scope="module")
def redis():
    with redis_server() as (url, _):
        yield url


@pytest.fixture(params=["sqlite", "redis"])
def make_store(request, tmp_path):
    """Give a function that makes a store as another process would."""
    if request.param == "sqlite":
        return lambda: SQLiteStore(tmp_path / "budgets.sqlite")
    url, prefix = request.getfixturevalue("redis"), f"test-{os.urandom(4).hex()}"
    return lambda: RedisStore(url, prefix=prefix)


def named(store):
    """Return the expression that makes the store again in another process."""
    if isinstance(store, SQLiteStore):
        return f"SQLiteStore({store.path!r})"
    return f"RedisStore({store._url!r}, prefix={store.prefix!r})"


def asking(client, **options):
    return client.chat.complete(model=MODEL, messages=HI, **{"max_tokens": 50, **options})


@EACH_LOOP
async def test_two_clients_share_a_budget(server, make_store):
    budgets = [Budget(requests=3, store=make_store(), name="ours") for _ in range(2)]
    async with (
        Mistral(server.api_key, server_url=server.url, budget=budgets[0]) as one,
        Mistral(server.api_key, server_url=server.url, budget=budgets[1]) as other,
    ):
        answers = [await asking(one), await asking(other), await asking(one)]
        with pytest.raises(BudgetExceededError) as caught:
            await asking(other)
        assert caught.value.used + caught.value.reserved == 3
    budgets.append(Budget(requests=3, store=make_store(), name="ours"))
    async with Mistral(server.api_key, server_url=server.url, budget=budgets[2]) as late:
        with pytest.raises(BudgetExceededError):
            await asking(late)
    assert budgets[2].state.used == Spending(sum(answer.usage.total_tokens for answer in answers), 3)
    assert len(server.requests) == 3


async def test_what_was_used_outlives_the_process(server, make_store):
    for expected in (1, 2):
        budget = Budget(requests=2, store=make_store())
        async with Mistral(server.api_key, server_url=server.url, budget=budget) as client:
            await asking(client)
        assert budget.state.used.requests == expected
        assert budget.state.reserved == Spending()
    with pytest.raises(BudgetExceededError):
        async with Mistral(
            server.api_key, server_url=server.url, budget=Budget(requests=2, store=make_store())
        ) as last:
            await asking(last)


async def test_each_name_and_day_is_a_budget_of_its_own(server, make_store):
    budgets = [Budget(requests=1, store=make_store(), name=name, per="day") for name in ("one", "other")]
    now = time.time()
    for budget in budgets:
        budget._clock = lambda: now
    async with Mistral(server.api_key, server_url=server.url) as client:
        for _ in range(2):
            for budget in budgets:
                await asking(client.with_options(budget=budget))
                with pytest.raises(BudgetExceededError):
                    await asking(client.with_options(budget=budget))
            now += 86_400
        for budget in budgets:
            await budget.aclose()
    assert len(server.requests) == 4


@EACH_LOOP
async def test_a_stream_that_is_dropped_is_settled(server, make_store):
    budget = Budget(tokens=5000, store=make_store())
    async with Mistral(server.api_key, server_url=server.url, budget=budget) as client:
        stream = client.chat.stream(model=MODEL, messages=HI)
        await stream.__aenter__()
        del stream
        gc.collect()
        for _ in range(100):
            await anyio.sleep(0.01)
            if budget.state.used.requests:
                break
    assert budget.state.used.tokens > 1024
    assert budget.state.reserved == Spending()


@EACH_LOOP
async def test_cancelled_while_the_store_is_asked_nothing_stays_reserved(make_store):
    ledger = SharedLedger(backend_of(make_store()), "ours", expires=0)
    await ledger.book("ours", Entry("first", Charge(1, 1, 0)), Limits(tokens=100))
    for number in range(20):
        with anyio.move_on_after(number * 1e-4):
            await ledger.book("ours", Entry(f"cancelled {number}", Charge(1, 1, 0)), Limits(tokens=100))
            ledger.settle("ours", Entry(f"cancelled {number}", Charge(0, 0, 0)))
    await ledger.book("ours", Entry("last", Charge(1, 1, 0)), Limits(tokens=100))
    assert ledger.balance("ours").reserved == Charge(2, 2, 0)
    await ledger.aclose()


async def test_booking_and_settling_twice_are_the_same_as_once(make_store):
    # Rule 2 of ledger.
    backend = backend_of(make_store())
    ledgers = [SharedLedger(backend, "ours", expires=10) for _ in range(2)]
    large = Charge(10**15 + 1, 1, 10**15 + 3)
    for ledger in ledgers:
        assert await ledger.book("ours", Entry("a", large), Limits(tokens=10**15 + 1))
    for ledger in ledgers:
        ledger.settle("ours", Entry("a", large._replace(nanos=7)))
        await ledger.aclose()
        assert ledger.balance("ours")[1:] == (Charge(10**15 + 1, 1, 7), Charge(0, 0, 0))
    assert not await ledgers[0].book("ours", Entry("b", Charge(1, 1, 1)), Limits(tokens=10**15 + 1))
    await ledgers[0].aclose()


async def test_an_answer_with_absurd_counts_does_not_spoil_the_store(server, make_store):
    budget = Budget(requests=5, prices={"*": Price(output=1e6)}, store=make_store())
    usage = {"prompt_tokens": 2**62, "completion_tokens": 2**62, "total_tokens": 2**63 - 1}
    choice = {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
    server.reply("chat.complete", json={"id": "1", "model": MODEL, "choices": [choice], "usage": usage})
    async with Mistral(server.api_key, server_url=server.url, budget=budget) as client:
        for _ in range(3):
            await asking(client)
    assert (budget.state.used.requests, budget.state.reserved) == (3, Spending())


async def test_without_a_thread_a_call_is_refused_and_what_was_used_is_told_later(server, tmp_path, monkeypatch):
    def start(thread):
        raise RuntimeError("can't start new thread")

    budget = Budget(requests=5, store=SQLiteStore(tmp_path / "budgets.sqlite"))
    async with Mistral(server.api_key, server_url=server.url, budget=budget) as client:
        with monkeypatch.context() as patched:
            patched.setattr("threading.Thread.start", start)
            with pytest.raises(BudgetStoreError):
                await asking(client)
        async with client.chat.stream(model=MODEL, messages=HI) as stream:
            await budget.aclose()  # its thread ends
            with monkeypatch.context() as patched:
                patched.setattr("threading.Thread.start", start)
                await stream.until_done()
        assert budget.state.reserved.requests == 1
    assert (budget.state.used.requests, budget.state.reserved) == (1, Spending())


async def test_a_file_keeps_the_last_days_of_a_budget(tmp_path):
    # Rule 2 of sqlite.
    path = tmp_path / "budgets.sqlite"
    daily, always = Budget(requests=5, per="day", name="a", store=SQLiteStore(path)), SQLiteStore(path)
    other = Budget(requests=5, name="a:2026-01-01", store=always)
    assert await other.reserve(Charge(1, 1, 0)) is not None
    for day in range(60):
        daily._clock = lambda day=day: 1_800_000_000 + day * 86400
        hold = await daily.reserve(Charge(1, 1, 0))
        if day % 2:
            hold.give_back()
    daily._clock = lambda: 4_000_000_000  # a clock that jumps has nothing of the present forgotten
    assert await daily.reserve(Charge(1, 1, 0)) is not None
    daily._clock = lambda: 1_800_000_000 + 58 * 86400
    assert await daily.reserve(Charge(1, 4, 0)) is not None
    assert await daily.reserve(Charge(1, 1, 0)) is None
    await daily.aclose()
    await other.aclose()
    with contextlib.closing(sqlite3.connect(path)) as file:
        days = [row[0] for row in file.execute("SELECT DISTINCT budget FROM mistral_async_holds")]
    assert "a:2026-01-01" in days
    assert 15 <= len(days) <= 17


@pytest.mark.parametrize("where", ["view", "job"])
async def test_a_client_closes_the_stores_of_views_and_jobs(server, make_store, where):
    budget = Budget(requests=9, name="theirs", store=make_store())
    async with Mistral(server.api_key, server_url=server.url) as client:
        if where == "view":
            await asking(client.with_options(budget=budget))
        else:
            await client.bulk.chat(["hi"], model=MODEL, budget=budget)
        assert _threads()
    assert not _threads()
    assert (budget.state.used.requests, budget.state.reserved) == (1, Spending())


def _threads():
    return [each.name for each in threading.enumerate() if each.name in {"mistral_async redis", "mistral_async budget"}]


async def test_calls_that_are_refused_for_long_take_no_memory(monkeypatch, tmp_path):
    # Rule 4 of ledger.
    monkeypatch.setattr("mistral_async._spending.ledger._MOST_UNSURE", 5)
    budget = Budget(requests=5, store=SQLiteStore(tmp_path / "nowhere" / "budgets.sqlite"))
    for _ in range(20):
        with pytest.raises(ConfigurationError):
            await budget.reserve(Charge(1, 1, 0))
    assert sum(map(len, budget._ledger._owed.values())) == 5
    await budget.aclose()


DIES = """
import os, sys, anyio
from mistral_async import Budget, Mistral, RedisStore, SQLiteStore
async def main():
    budget = Budget(tokens=5000, store=eval(sys.argv[1]))
    async with Mistral("test-key", server_url=sys.argv[2], budget=budget) as client:
        async with client.chat.stream(model="mistral-small-latest", messages=[{"role": "user", "content": "hi"}]) as s:
            await anext(aiter(s))
            os._exit(7)
anyio.run(main)
"""


@pytest.mark.slow
def test_what_a_process_that_dies_has_reserved_is_never_given_out_again(threaded_server, make_store):
    # Rule 3 of ledger.
    store = make_store()
    threaded_server.fault(Stall(after_events=1))
    dead = subprocess.run([sys.executable, "-c", DIES, named(store), threaded_server.url], check=False, timeout=60)
    assert dead.returncode == 7
    budget = Budget(tokens=5000, store=store)
    with SyncMistral(threaded_server.api_key, server_url=threaded_server.url, budget=budget) as client:
        asking(client)
        assert budget.state.reserved.tokens > 1024
        with pytest.raises(BudgetExceededError):
            asking(client, max_tokens=4000)


@EACH_LOOP
async def test_without_its_store_a_budget_refuses_and_goes_on_when_it_is_back(server, tmp_path):
    # Rule 4 of ledger.
    with redis_server() as (url, process):
        budget = Budget(tokens=5000, store=RedisStore(url))
        async with Mistral(server.api_key, server_url=server.url, budget=budget) as client:
            await asking(client)
            process.kill()
            process.wait()
            with pytest.raises(BudgetStoreError, match="nothing was sent") as caught:
                await asking(client)
            assert isinstance(caught.value, BudgetError)
            assert not caught.value.may_have_executed
            assert len(server.requests) == 1


async def test_a_file_that_is_locked_for_long_refuses(server, tmp_path):
    store = SQLiteStore(tmp_path / "budgets.sqlite", timeout=0.3)
    budget = Budget(tokens=5000, store=store)
    async with Mistral(server.api_key, server_url=server.url, budget=budget) as client:
        first = await asking(client)
        lock = sqlite3.connect(store.path, isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        with pytest.raises(BudgetStoreError):
            await asking(client)
        lock.close()
        second = await asking(client)
    assert budget.state.used == Spending(first.usage.total_tokens + second.usage.total_tokens, 2)
    assert budget.state.reserved == Spending()


@pytest.mark.parametrize("content", [b"no database at all" * 100, None])
async def test_a_file_that_can_not_be_used_says_so(server, tmp_path, content):
    path = tmp_path / "budgets.sqlite"
    if content is None:
        path = tmp_path / "nowhere" / "budgets.sqlite"
    else:
        path.write_bytes(content)
    async with Mistral(
        server.api_key, server_url=server.url, budget=Budget(tokens=50, store=SQLiteStore(path))
    ) as client:
        with pytest.raises(ConfigurationError, match="can not be used"):
            await asking(client)
    assert not server.requests


async def test_a_store_keeps_limits_and_budgets_beside_each_other(server, make_store):
    store = make_store()
    limits = {"requests_per_second": 1000, "burst": 100, "store": store}
    budget = Budget(requests=5, store=store)
    async with Mistral(server.api_key, server_url=server.url, rate_limits=limits, budget=budget) as client:
        for _ in range(5):
            await asking(client)
        with pytest.raises(BudgetExceededError):
            await asking(client)


def test_a_job_that_is_shared_has_a_name(tmp_path):
    store = SQLiteStore(tmp_path / "budgets.sqlite")
    with pytest.raises(ValueError, match="needs name="):
        Budget(tokens=5, per="job", store=store)
    shared = Budget(tokens=5, per="job", store=store, name="november")
    assert shared.for_job() is shared


@pytest.mark.slow
def test_a_child_counts_apart_from_its_parents_calls(threaded_server, make_store):
    if not hasattr(os, "fork"):
        pytest.skip("no fork")
    budget = Budget(requests=2, store=make_store())
    with SyncMistral(threaded_server.api_key, server_url=threaded_server.url, budget=budget) as client:
        asking(client)
        command = [sys.executable, "-W", "ignore", "-c", FORKS, named(budget.store), threaded_server.url]
        child = subprocess.run(command, check=True, timeout=60, capture_output=True, text=True)
    assert child.stdout.split() == ["ok", "refused"]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_child_settles_none_of_its_parents_calls(server, tmp_path):
    budget = Budget(tokens=5000, store=SQLiteStore(tmp_path / "budgets.sqlite"))
    async with Mistral(server.api_key, server_url=server.url, budget=budget) as client:
        stream = client.chat.stream(model=MODEL, messages=HI)
        await stream.__aenter__()
        pid = os.fork()
        if not pid:
            del stream  # whose call nobody has closed
            budget._ledger._backend.submit(Question("nothing")).result(timeout=5)  # after all that was submitted
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0  # noqa: ASYNC222 - nothing else runs
        usage = [chunk async for chunk in stream][-1].usage
        await stream.aclose()
        await asking(client)
    assert budget.state.used == Spending(usage.total_tokens + 9, 2)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_child_closes_a_store_whose_lock_its_parent_held(tmp_path):
    budget = Budget(requests=2, store=SQLiteStore(tmp_path / "budgets.sqlite"))
    with budget._ledger._backend._lock:
        pid = os.fork()
        if not pid:
            signal.alarm(5)  # which ends it if it waits
            anyio.run(budget.aclose)
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


FORKS = """
import os, sys
from mistral_async import Budget, RedisStore, SQLiteStore, SyncMistral
from mistral_async.errors import BudgetExceededError
budget = Budget(requests=2, store=eval(sys.argv[1]))
client = SyncMistral("test-key", server_url=sys.argv[2], budget=budget)
def ask():
    try:
        client.chat.complete(model="mistral-small-latest", messages=[{"role": "user", "content": "hi"}])
        print("ok", flush=True)
    except BudgetExceededError:
        print("refused", flush=True)
ask()
pid = os.fork()
if not pid:
    ask()
    os._exit(0)
os.waitpid(pid, 0)
"""


JOB = """
import sys, anyio
from mistral_async import Budget, Mistral, RedisStore, SQLiteStore
async def main():
    budget = Budget(tokens=int(sys.argv[3]), store=eval(sys.argv[1]), name="job")
    async with Mistral("test-key", server_url=sys.argv[2], budget=budget) as client:
        prompts = [f"{'word ' * (n % 40)}{n}" for n in range(100_000)]
        async with client.bulk.chat(prompts, model="mistral-small-latest", concurrency=16) as results:
            async for result in results:
                if not result.ok:
                    print(type(result.error).__name__)
                    return
anyio.run(main)
"""


def spend_with_processes(server, store, tokens, processes=4):
    command = [sys.executable, "-c", JOB, named(store), server.url, str(tokens)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    said = [process.communicate(timeout=200)[0].split() for process in running]
    assert said == [["BudgetExceededError"]] * processes


def long_answers(server, tokens):
    choice = {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 100, "completion_tokens": tokens - 100, "total_tokens": tokens}
    server.reply("chat.complete", json={"id": "1", "model": MODEL, "choices": [choice], "usage": usage}, times=None)


@pytest.mark.slow
def test_four_processes_end_within_one_percent_of_a_million_tokens(make_store):
    with FakeMistral() as server:
        server.fault(Delay(0.02), times=None)
        long_answers(server, 700)
        spend_with_processes(server, make_store(), 1_000_000)
        used = 700 * sum(request.status == 200 for request in server.requests)
    assert 990_000 <= used <= 1_000_700
