from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import time
from functools import partial

import anyio
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import demand, redis_server

from mistral_async import Mistral
from mistral_async._ratelimit import Correction, Demand, Limiter, Priority, RateLimits, Report, Slot, wait_turn
from mistral_async._ratelimit.learned import LearnedState
from mistral_async._ratelimit.sqlite import SQLiteStore
from mistral_async._ratelimit.store import (
    HORIZON,
    LONGEST_PAUSE,
    book,
    exchange,
    is_current,
    new_bucket,
    new_learned,
    update_bucket,
)

pytestmark = pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning")  # coredis leaves them

SPAWN = multiprocessing.get_context("spawn")


TOKENS = demand("*:tokens:60", 100.0, 10_000.0, 60.0, 165.0, 1000.0, exact=True)


@pytest.fixture(autouse=True)
def _collected():
    yield
    gc.collect()


@pytest.fixture(scope="module")
def redis_url():
    with redis_server() as (url, _):
        yield url


@pytest.fixture(params=["sqlite", "redis"])
def make(request, tmp_path):
    """What makes a store, in any process."""
    if request.param == "sqlite":
        return partial(SQLiteStore, os.fspath(tmp_path / "limits.sqlite"))
    url = request.getfixturevalue("redis_url")
    return partial(redis_store, url, prefix=f"{request.node.name}-{time.monotonic_ns()}")


def redis_store(url, **options):
    from mistral_async._ratelimit.redis import RedisStore

    return RedisStore(url, **options)


async def test_calls_are_spread_out(make):
    store = make()
    slots = [await store.reserve([demand()], ()) for _ in range(10)]
    assert all(slot.booked for slot in slots)
    assert slots[0].delay <= 0.001
    marks = [slot.mark for slot in slots]
    assert marks[-1] - marks[0] >= 9 / 19.6 - 1e-6
    assert marks == sorted(marks)
    await store.aclose()


async def test_nothing_is_booked_beyond_the_horizon(make):
    store, slow = make(), demand(limit=1.0, rate=0.5)
    slots = [await store.reserve([slow], ()) for _ in range(6)]
    assert [slot.booked for slot in slots] == [True, True, False, False, False, False]
    assert slots[1].delay <= HORIZON
    assert slots[2].delay == pytest.approx(4 - HORIZON, abs=0.1)
    assert slots[3].delay == pytest.approx(6 - HORIZON, abs=0.1), "each after the one before (rule 2 of store)"
    assert slots[5].delay == pytest.approx(LONGEST_PAUSE, abs=0.1)
    await store.aclose()


async def test_a_window_never_holds_more_than_the_limit(make):
    store = make()
    slots = [await store.reserve([TOKENS], ()) for _ in range(120)]
    assert sum(slot.booked for slot in slots) <= 100
    assert sum(slot.booked for slot in slots) >= 10
    await store.aclose()


async def test_what_is_given_back_can_be_drawn_again(make):
    store = make()
    all_at_once = demand("k", 100.0, 100.0, 60.0, 1.0, 100.0, exact=True)
    first = await store.reserve([all_at_once], ())
    assert first.booked
    assert not (await store.reserve([all_at_once], ())).booked
    again = await store.reserve([all_at_once], [Correction("k", first.mark, -100.0)])
    assert again.booked
    assert again.delay <= 0.01
    await store.aclose()


async def test_a_cancelled_question_leaves_nothing_booked(make):
    store = make()
    assert (await store.reserve([demand()], ())).booked
    for checkpoints in range(8):
        alone = demand(f"k{checkpoints}", 100.0, 100.0, 60.0, 1.0, 100.0, exact=True)
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(store.reserve, [alone], ())
                for _ in range(checkpoints):
                    await anyio.lowlevel.checkpoint()
                scope.cancel()
        end = time.monotonic() + 2  # what was booked meanwhile is given back behind the caller's back
        while not (again := await store.reserve([alone], ())).booked and scope.cancelled_caught:
            assert time.monotonic() < end
            await anyio.sleep(0.01)
        assert again.booked or not scope.cancelled_caught
    await store.aclose()


async def test_what_one_process_learned_another_is_told(make):
    # Rule 4 of store.
    first, second = make(), make()
    _, known = await first.exchange((), (), Report("m"))
    slot, known = await first.exchange((), (), Report("m", known.epoch, b"[1]", lost=2))
    assert slot.booked
    slot, told = await second.exchange([demand()], (), Report("m"))
    assert not slot.booked
    assert (told.epoch, told.state, told.drawn, told.lost) == (known.epoch, b"[1]", 1.0, 2.0)
    with anyio.CancelScope() as scope:
        scope.cancel()
        await second.exchange([demand()], (), Report("m", told.epoch))
    await anyio.sleep(0.05)
    slot, _ = await second.exchange([demand()], (), Report("m", told.epoch))
    assert slot.booked
    assert slot.delay <= 0.01, "what was cancelled is not booked"
    await first.aclose()
    await second.aclose()


async def test_only_calls_that_the_store_booked_count_as_lost(make):
    """Many calls are cancelled while they wait for the store; they would turn the shared rate negative."""
    store = make()
    limiter = Limiter(RateLimits(store=store))
    for _ in range(40):
        limiter.cancel(limiter.reserve("/v1/chat", "m", now=time.monotonic()), time.monotonic())
    for end in (limiter.cancel, limiter.reject, limiter.settle):
        turn = limiter.reserve("/v1/chat", "m", now=time.monotonic())
        with anyio.fail_after(5):
            await wait_turn(limiter, turn)
        end(turn, time.monotonic())
    _, told = await store.exchange((), (), Report("m"))
    assert (told.drawn, told.lost) == (3, 2)
    await store.aclose()


async def test_a_store_works_again_after_it_was_closed(make):
    store = make()
    await store.reserve([demand()], ())
    await store.aclose()
    assert (await store.reserve([demand()], ())).mark
    await store.aclose()
    await store.aclose()


async def test_a_store_pickles(make):
    store = make()
    first = await store.reserve([demand()], ())
    copy = pickle.loads(pickle.dumps(store))
    assert RateLimits(requests_per_second=1, store=copy) == RateLimits(requests_per_second=1, store=store)
    assert hash(copy) == hash(store)
    assert store not in {copy.__reduce__()[0](*copy.__reduce__()[1], timeout=9), 1}, "another timeout"
    second = await copy.reserve([demand()], ())
    assert second.mark - first.mark >= 1 / 19.6 - 1e-6
    await store.aclose()
    await copy.aclose()


async def test_a_limiter_asks_the_store_and_corrects_it(make):
    # Rules 2 and 4 of shared.
    store = make()
    limiter = Limiter(RateLimits(requests_per_second=100, tokens_per_minute=60_000, store=store))
    for _ in range(3):
        turn = limiter.reserve("/v1/chat", "m", {"tokens": 5000.0}, now=time.monotonic(), priority=Priority.BULK)
        with anyio.fail_after(2):
            await wait_turn(limiter, turn)
        limiter.settle(turn, time.monotonic(), (), tokens=500)
    assert limiter._queues["m"].limits.asking == 0
    assert limiter._total.limits.in_flight == 0
    await limiter.aclose()


class Broken:
    def __init__(self):
        self.asked = 0

    async def reserve(self, demands, corrections):
        self.asked += 1
        raise ConnectionError("no store")

    async def aclose(self):
        pass


async def test_without_the_store_a_process_keeps_the_limits_alone(caplog):
    # Rule 3 of shared.
    store = Broken()
    limiter = Limiter(RateLimits(requests_per_second=20, store=store))
    started = time.monotonic()
    for _ in range(8):
        turn = limiter.reserve("/v1/chat", "m", now=time.monotonic())
        await wait_turn(limiter, turn)
        limiter.settle(turn, time.monotonic())
    assert 0.33 <= time.monotonic() - started <= 3.0
    assert store.asked == 1, "an outage is not asked at every call"
    assert [record.levelname for record in caplog.records] == ["WARNING"]


class Slow:
    async def reserve(self, demands, corrections):
        self.corrections = list(corrections)
        return Slot(booked=True, delay=0.2, mark=7.0)

    async def aclose(self):
        pass


async def test_a_wait_for_a_booked_slot_that_is_cancelled_is_given_back():
    # Rule 4 of shared.
    store = Slow()
    limiter = Limiter(RateLimits(requests_per_second=20, store=store))
    with anyio.move_on_after(0.02):
        await wait_turn(limiter, limiter.reserve("/v1/chat", "m", now=time.monotonic()))
    assert limiter._queues["m"].limits.asking == 0
    await wait_turn(limiter, limiter.reserve("/v1/chat", "m", now=time.monotonic()))
    assert store.corrections == [Correction("*:requests:1", 7.0, -1.0)]


async def test_redis_that_is_not_there(caplog):
    # Rule 3 of shared.
    pytest.importorskip("coredis", reason="the extra redis is not installed")
    store = redis_store("redis://127.0.0.1:1/0")
    limiter = Limiter(RateLimits(requests_per_second=20, store=store))
    with anyio.fail_after(20):
        await wait_turn(limiter, limiter.reserve("/v1/chat", "m", now=time.monotonic()))
    assert "keeps the limits alone" in caplog.text
    caplog.clear()  # its traceback would keep what coredis leaves until the next test
    await limiter.aclose()


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_redis_that_goes_away(caplog):
    # Rule 3 of shared.
    with redis_server() as (url, process):
        store = redis_store(url)
        limiter = Limiter(RateLimits(requests_per_second=100, store=store))
        await wait_turn(limiter, limiter.reserve("/v1/chat", "m", now=time.monotonic()))
        assert not caplog.text
        process.kill()
        process.wait()
        with anyio.fail_after(10):
            await wait_turn(limiter, limiter.reserve("/v1/chat", "m", now=time.monotonic()))
        assert "keeps the limits alone" in caplog.text
        caplog.clear()
        await limiter.aclose()


STEPS = st.lists(
    st.tuples(st.floats(0, 20), st.integers(1, 4000), st.booleans(), st.floats(-0.9, 0.9)), min_size=1, max_size=30
)
REPORTS = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 0, -1, 1]), st.sampled_from([None, None, b"[1]"]), st.integers(0, 3), st.booleans()
    ),
    min_size=30,
    max_size=30,
)


def test_the_script_in_redis_counts_as_the_bucket_does(redis_url):
    """The same calls, by the real script on a clock of ours, and by `book` or `exchange`."""
    import coredis

    from mistral_async._ratelimit import redis as module

    source = module.script().replace("redis.call('TIME')", "{ARGV[2], 0}")
    assert "ARGV[2]" in source

    async def main():
        async with coredis.Redis.from_url(redis_url) as client:
            script = client.register_script(source)

            async def ask(key, now, demands, corrections, report):
                asked = [(1, each.cost, each.limit, each.window, each.rate, each.burst, each.exact) for each in demands]
                drawn = [(1, mark, change) for _, mark, change in corrections]
                told = (
                    []
                    if report is None
                    else [(2, report.epoch, (report.state or b"").decode(), report.lost, report.bulk)]
                )
                keys = [key, f"{key}:learned"]
                return module._reply(await script(keys, [module._encode((HORIZON, asked, drawn, *told)), repr(now)]))

            async with anyio.from_thread.BlockingPortal() as portal:
                await anyio.to_thread.run_sync(compare, partial(portal.call, ask))

    numbers = iter(range(10_000))

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps=STEPS, exact=st.booleans(), reports=st.none() | REPORTS)
    def compare(ask, steps, exact, reports):
        key, now, bucket, marks, learned = f"compare-{next(numbers)}", 1000.0, None, [], None
        wanted = demand(key, 1.0, 10_000.0, 60.0, 165.0, 1000.0, exact=exact)
        for index, (pause, cost, correcting, change) in enumerate(steps):
            now += pause if pause < 19 else 1000 if pause < 19.5 else -100
            wanted = Demand(key, float(cost), *[getattr(wanted, name) for name in Demand.__struct_fields__[2:]])
            corrections = [Correction(key, mark, change * units) for mark, units in marks[-1:] if correcting and exact]
            for each in corrections:
                bucket.correct(each.mark, each.change)
            bucket = new_bucket(wanted) if bucket is None else update_bucket(bucket, wanted, now)
            report = None
            if reports is None:
                expected = book([bucket], [wanted], now)
            else:
                learned = learned if learned and is_current(learned, now) else new_learned(now)
                ahead, state, lost, bulk = reports[index]
                report = Report("m", learned.epoch + ahead, state, lost, bulk)
                expected = exchange(learned, [bucket], [wanted], report, now)
            got, told = ask(key, now, [wanted], corrections, report)
            assert got.booked == expected.booked
            assert got.delay == pytest.approx(expected.delay, abs=1e-6)
            assert learned is None or told == learned
            if got.booked:
                marks.append((got.mark, float(cost)))

    anyio.run(main)


def work(make, backend, rate, notes, stop):
    """One process of several: calls until a file says stop, and notes in a file of its own which slots it got."""

    async def call(limiter, log):
        turn = limiter.reserve("/v1/chat", "m", now=time.monotonic(), priority=Priority.BULK)
        await wait_turn(limiter, turn)
        _, slot, _ = turn.shared[0]
        log.write(f"{slot:.6f}\n")
        await anyio.sleep(0.02)
        limiter.settle(turn, time.monotonic())

    async def worker(limiter, log):
        while not stop.exists():
            await call(limiter, log)

    async def main():
        limiter = Limiter(RateLimits(requests_per_second=rate, store=make()))
        with notes.open("w", buffering=1) as log:
            async with anyio.create_task_group() as tasks:
                for _ in range(8):
                    tasks.start_soon(worker, limiter, log)
        await limiter.aclose()

    anyio.run(main, backend=backend)


def slots(notes):
    return sorted(float(line) for note in notes for line in note.read_text().splitlines() if line[-7:-6] == ".")


def busiest(times, window):
    return max((sum(first <= time < first + window for time in times) for first in times), default=0)


@pytest.mark.parametrize("make", ["sqlite", pytest.param("redis", marks=pytest.mark.slow)], indirect=True)
def test_four_processes_keep_one_limit_and_take_over_from_one_that_is_killed(make, tmp_path):
    # Rule 2 of shared.
    rate, stop = 40, tmp_path / "stop"
    notes = [tmp_path / f"notes-{number}" for number in range(4)]
    backends = ["asyncio", "trio", "asyncio", "trio"]
    arguments = [(make, backend, rate, note, stop) for backend, note in zip(backends, notes, strict=True)]
    processes = [SPAWN.Process(target=work, args=each) for each in arguments]
    try:
        for process in processes:
            process.start()
        patience = time.monotonic() + 30
        while not all(note.exists() and note.stat().st_size for note in notes) and time.monotonic() < patience:
            time.sleep(0.05)
        time.sleep(1.5)
        os.kill(processes[0].pid, signal.SIGKILL)
        before = slots(notes)
        time.sleep(3.0)
    finally:
        stop.touch()
        for process in processes:
            process.join(10)
            process.kill()
    after = [at for at in slots(notes) if at > before[-1] + HORIZON / 4]
    assert busiest(slots(notes), 1.0) <= rate, "never more than the limit"
    assert busiest(before, 1.0) >= 0.95 * rate, "and nearly all of it"
    assert busiest(after, 1.0) >= 0.95 * rate, "also for those who are left"
    assert all(slots([note]) for note in notes), "each of them got its turns"


@pytest.mark.anyio
async def test_a_file_forgets_models_that_nobody_asks(tmp_path):
    # Rule 3 of sqlite.
    store, now, day = SQLiteStore(tmp_path / "limits.sqlite"), time.monotonic(), 24 * 3600.0
    names = {"full": -2 * day, "of another boot": day, "of late": -60.0, "in debt": -2 * day}
    with store._database.use() as file:
        for name, age in names.items():
            bucket = new_bucket(demand(f"{name}:requests:1"))
            bucket.level = -1e9 if name == "in debt" else bucket.level
            bucket.stamp = now + age
            file.execute(
                "INSERT INTO mistral_async_limits VALUES (?, ?)", (f"{name}:requests:1", store._encode(bucket))
            )
        for number in range(200):
            learned = store._encode(new_learned(now - 700 + number))
            file.execute("INSERT INTO mistral_async_limits VALUES (?, ?)", (f"{number}:learned", learned))
    for _ in range(5 * 64):
        await store.reserve([demand("busy:requests:1", limit=1e6, rate=1e6, burst=1e6)], ())
    with store._database.use() as file:
        left = {key for (key,) in file.execute("SELECT key FROM mistral_async_limits")}
    store.close()
    kept = {"of late:requests:1", "in debt:requests:1", "busy:requests:1"}
    assert {key for key in left if not key.endswith(":learned")} == kept
    assert 0 < len(left - kept) <= 110, "what was learned within ten minutes"


@pytest.mark.anyio
async def test_a_time_that_the_server_names_holds_the_others_at_once(server, make):
    # Rule 5 of shared.
    model, clients = "mistral-small-latest", []
    for _ in range(2):
        limits = RateLimits(store=make())
        clients.append(Mistral(server.api_key, server_url=server.url, rate_limits=limits))
    refused, other = clients
    ask = {"model": model, "messages": [{"role": "user", "content": "hi"}]}
    for client in clients:
        await client.chat.complete(**ask)
    server.fail(429, times=6, headers={"retry-after": "60"})
    async with anyio.create_task_group() as tasks:
        for _ in range(6):
            tasks.start_soon(partial(refused.chat.complete, **ask))
        store = make()
        for _ in range(500):
            _, learned = await store.exchange((), (), Report(model))
            if learned.state and msgspec.json.decode(learned.state, type=LearnedState).rate.held_until:
                break
            await anyio.sleep(0.02)
        with anyio.move_on_after(0.3):
            await other.with_options(headers={"x-who": "other"}).chat.complete(**ask)
        assert not any("x-who" in request.headers for request in server.requests)
        tasks.cancel_scope.cancel()
    for each in (*clients, store):
        await each.aclose()
