"""Answers from a store: which calls are the same, what is stored, one call at a time, and stores that fail."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import inspect
import os
import pickle
import signal
import socket
import sqlite3
import stat
import time
import uuid
import warnings
from contextlib import suppress

import anyio
import pytest
from stores import redis_server

from mistral_async import Hooks, MemoryCache, Mistral, RateLimits, RedisCache, SQLiteCache, SyncMistral, Timeout, calls
from mistral_async._engine import cached_calls
from mistral_async._engine.cached_calls import key_of
from mistral_async._engine.sender import Sender
from mistral_async.errors import APIStatusError, APITimeoutError, ConfigurationError, OutputError
from mistral_async.testing import Delay, FakeMistral, Stall

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
one_loop = pytest.mark.parametrize("anyio_backend", ["asyncio"])  # what is stored is the same on all


def caching(server, cache=None, **settings):
    return Mistral(server.api_key, server_url=server.url, cache=cache or MemoryCache(), **settings)


async def soon(condition):
    for _ in range(2500):
        if condition():
            return True
        await anyio.sleep(0.002)
    return condition()


async def test_a_call_that_is_the_same_is_not_sent(server):
    async with caching(server) as client:
        first = await client.chat.complete(**HI)
        second = await client.with_response.chat.complete(**HI)
        assert (second.data.text, second.data.id, second.data) == (first.text, first.id, first)
        assert (second.cached, second.attempts, second.status, second.request_id) == (True, (), 200, None)
        assert (await client.with_response.chat.complete(**HI, max_tokens=1)).cached is False
        assert len(server.requests) == 2
        assert second.data is not first  # who changes one changes no other
        assert client.stats().calls.made == 2


@one_loop
async def test_it_is_off_unless_it_is_asked_for_and_a_view_may_turn_it_off(client, server):
    await client.chat.complete(**HI)
    view = client.with_options(cache=MemoryCache())
    for asked in (client, view, view, view.with_options(cache=False), view.with_options(timeout=5)):
        await asked.chat.complete(**HI)
    assert len(server.requests) == 4


@one_loop
async def test_which_calls_are_stored(server):
    # Rule 1.
    async with caching(server) as client:
        for _ in range(2):
            await client.embeddings.create(model="mistral-embed", inputs=["a", "b"])
            await client.classifiers.moderate(model="mistral-moderation-latest", inputs="a")
            await client.fim.complete(model="codestral-latest", prompt="def f(")
            await client.chat.parse(model=HI["model"], messages=HI["messages"], response_format=dict[str, str])
        assert len(server.requests) == 4
        for _ in range(2):
            await client.models.list()
            await client.files.list()
            async with client.chat.stream(**HI) as stream:
                await stream.until_done()
            await client.beta.conversations.start(inputs="hi", model="mistral-small-latest")
        assert len(server.requests) == 12


@one_loop
async def test_which_calls_are_the_same(server):
    # Rule 2.
    cache = MemoryCache()
    text = HI["messages"][0]["content"]
    async with FakeMistral() as second, caching(server, cache) as client, caching(second, cache) as elsewhere:
        await client.chat.complete(**HI)
        same = {"messages": [{"content": text, "role": "user"}], "model": HI["model"]}
        await client.chat.complete(**same)
        assert len(server.requests) == 1
        others = [
            client.with_options(headers={"x-tenant": "b"}),
            client.with_options(extra_query={"a": 1}),
            client.with_options(extra_body={"metadata": {"a": "b"}}),
        ]
        for number, other in enumerate(others, 2):
            await other.chat.complete(**HI)
            await other.chat.complete(**HI)
            assert len(server.requests) == number
        await elsewhere.chat.complete(**HI)
        assert len(second.requests) == 1
        for model in ("mistral-small-latest", "mistral-medium-latest"):
            await client.chat.complete(model=model, messages=[{"role": "user", "content": text + " "}])
        assert len(server.requests) == 6


@one_loop
async def test_another_key_is_another_account_and_none_is_in_the_store(server):
    kept = {}

    class Store:
        async def get(self, key):
            return kept.get(key)

        async def set(self, key, answer):
            kept[key] = answer

    store = Store()
    async with caching(server, store) as client:
        await client.chat.complete(**HI)
        await client.with_options(headers={"authorization": "Bearer " + server.api_key}).chat.complete(**HI)
    assert len(kept) == 2
    assert all(len(key) == 64 and key.isalnum() for key in kept)
    assert all(server.api_key.encode() not in answer for answer in kept.values())
    async with Mistral("wrong", server_url=server.url, cache=store) as client:
        with pytest.raises(APIStatusError):
            await client.chat.complete(**HI)


@pytest.mark.parametrize("name", ["authorization", "x-api-key", "x-tenant"])
def test_another_value_of_a_header_is_another_account_where_its_repr_is_hidden(name):
    # Rule 2.
    client = Mistral("key", cache=MemoryCache())
    views = [client.with_options(headers={name: value}) for value in ("tenant a", "tenant b", "tenant a")]
    one, two, same = (key_of(view._executor.engine, calls.chat.complete(**HI)) for view in views)
    assert one != two
    assert one == same


@one_loop
async def test_no_error_is_stored(server):
    # Rule 3.
    async with caching(server, retry_config={"retries": 0}) as client:
        for reply in ({"status": 500, "json": {"message": "no"}}, {"body": b"<html>"}, {"json": {"object": "error"}}):
            server.reply(**reply)
            with pytest.raises(Exception, match=r"."):
                await client.chat.complete(**HI)
        assert (await client.with_response.chat.complete(**HI)).cached is False
        server.reply(json={"choices": [{"message": {"content": "no JSON"}, "finish_reason": "stop"}]})
        asked = {**HI, "response_format": dict[str, str]}
        with pytest.raises(OutputError):
            await client.chat.parse(**asked)
        assert (await client.with_response.chat.parse(**asked)).cached is False
        assert (await client.with_response.chat.parse(**asked)).cached is True


@one_loop
@pytest.mark.parametrize(
    ("reason", "options", "cached"),
    [
        ("length", {}, False),
        ("length", {"max_tokens": 1}, True),
        ("model_length", {"max_tokens": 9000}, False),
        ("error", {"max_tokens": 1}, False),
    ],
)
async def test_an_answer_that_was_cut_is_stored_where_that_was_asked_for(server, reason, options, cached):
    # Rule 3.
    server.reply(json={"choices": [{"message": {"content": "It"}, "finish_reason": reason}]})
    async with caching(server) as client:
        await client.chat.complete(**HI, **options)
        assert (await client.with_response.chat.complete(**HI, **options)).cached is cached


OPTIONS = {
    "max_tokens": 5,
    "min_tokens": 1,
    "stop": "x",
    "random_seed": 1,
    "metadata": {"a": 1},
    "tool_choice": "any",
    "parallel_tool_calls": False,
    "presence_penalty": 1.0,
    "frequency_penalty": 1.0,
    "repetition_penalty": 1.0,
    "top_k": 3,
    "logprobs": True,
    "top_logprobs": 2,
    "prompt_logprobs": True,
    "top_prompt_logprobs": 1,
    "prediction": {"type": "content", "content": "x"},
    "reasoning_effort": "high",
    "prompt_mode": "reasoning",
    "guardrails": [{"block_on_error": True}],
    "prompt_cache_key": "a",
    "service_tier": "auto",
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}],
    "n": 2,
    "response_format": "json_object",
    "temperature": 0.0,
    "top_p": 0.5,
    "safe_prompt": True,
}


def test_every_option_makes_another_key():
    client = Mistral("key", cache=MemoryCache())
    assert {"model", "messages", "fallback", *OPTIONS} == set(inspect.signature(client.chat.complete).parameters)
    engine = client._executor.engine
    keys = {key_of(engine, calls.chat.complete(**HI, **{name: value})) for name, value in OPTIONS.items()}
    assert len(keys | {key_of(engine, calls.chat.complete(**HI))}) == len(OPTIONS) + 1


@one_loop
async def test_an_answer_that_can_not_be_read_any_more_is_asked_for_again(server):
    class Store:
        async def get(self, key):
            return b"{"

        async def set(self, key, answer):
            pass

    async with caching(server, Store()) as client:
        assert (await client.with_response.chat.complete(**HI)).cached is False


async def test_calls_that_are_the_same_at_once_are_sent_once(server):
    # Rule 4.
    server.fault(Delay(0.1))
    async with caching(server) as client:
        answers = []

        async def ask():
            answers.append(await client.with_response.chat.complete(**HI))

        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(ask)
        assert sorted(each.cached for each in answers) == [False, True, True, True, True]
        assert len({each.data.id for each in answers}) == 1
        assert len(server.requests) == 1


async def test_where_the_first_is_cancelled_another_takes_its_place(server):
    server.fault(Stall(where="head"))
    async with caching(server) as client:
        async with anyio.create_task_group() as tasks:
            with anyio.CancelScope() as scope:
                tasks.start_soon(_leave_when, lambda: len(server.requests) == 1, scope)
                tasks.start_soon(_ask_later, client, server)
                await client.chat.complete(**HI)
        assert scope.cancelled_caught
        assert len(server.requests) == 2
        assert client._executor.engine.state.cache_use.flights == {}


async def _leave_when(condition, scope):
    await soon(condition)
    await anyio.sleep(0.02)
    scope.cancel()


async def _ask_later(client, server):
    await soon(lambda: len(server.requests) == 1)
    assert (await client.chat.complete(**HI)).text


@one_loop
async def test_where_the_first_fails_each_is_sent_for_itself(server):
    server.reply(status=400, json={"message": "no"})
    server.fault(Delay(0.05))
    async with caching(server) as client:
        outcomes = []

        async def ask():
            try:
                outcomes.append((await client.chat.complete(**HI)).text)
            except APIStatusError as error:
                outcomes.append(error.status)

        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(ask)
        assert len(server.requests) == 3
        assert outcomes.count(400) == 1


@one_loop
async def test_the_wait_for_another_call_ends_in_time(server):
    server.fault(Stall(where="head"))
    async with caching(server) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: client.chat.complete(**HI))
        await soon(lambda: len(server.requests) == 1)
        with pytest.raises(APITimeoutError, match="before the same call was answered"):
            await client.with_options(timeout=0.05).chat.complete(**HI)
        tasks.cancel_scope.cancel()


async def test_what_a_call_waits_for_another_is_part_of_its_time(server, monkeypatch):
    # Rule 4.
    server.fault(Stall(where="head"))
    began, send = [], Sender.send

    async def note(self, call):
        began.append(call.started)
        return await send(self, call)

    monkeypatch.setattr(Sender, "send", note)
    async with caching(server) as client, anyio.create_task_group() as tasks:
        with anyio.CancelScope() as scope:
            tasks.start_soon(_leave_when, lambda: len(server.requests) == 1, scope)
            tasks.start_soon(_ask_later, client, server)
            await client.chat.complete(**HI)
        left = time.monotonic()
    assert len(began) == 2
    assert began[1] < left


class Broken:
    def __init__(self):
        self.asked = 0

    async def get(self, key):
        self.asked += 1
        raise OSError("secret " + key)

    async def set(self, key, answer):
        raise AssertionError


@one_loop
async def test_a_store_that_fails_fails_no_call(server, caplog):
    # Rule 5.
    store = Broken()
    async with caching(server, store) as client:
        for _ in range(3):
            assert (await client.chat.complete(**HI)).text
    assert store.asked == 1  # it is left alone for a while
    assert len(caplog.records) == 1
    assert "OSError" in caplog.text
    assert "secret" not in caplog.text


class Silent:
    def __init__(self, timeout):
        self.timeout = timeout
        self.asked = 0

    async def get(self, key):
        self.asked += 1
        await anyio.sleep_forever()

    async def set(self, key, answer):
        await anyio.sleep_forever()


@pytest.mark.parametrize(("own", "total"), [(60, 0.5), (0.05, None), (None, None)])
async def test_a_store_that_stands_still_is_left(server, caplog, monkeypatch, own, total):
    # Rule 5.
    monkeypatch.setattr(cached_calls, "_STARTING", 0.05)
    monkeypatch.setattr(cached_calls, "_PATIENCE", 0.05)
    monkeypatch.setattr(cached_calls, "_SPARE", 0.0)
    store = Silent(own)
    async with caching(server, store, timeout=Timeout(total=total)) as client:
        with anyio.fail_after(5):
            for _ in range(2):
                assert (await client.chat.complete(**HI)).text
    assert store.asked == caplog.text.count("no answer in 0.1") == 1


async def test_a_store_that_had_no_time_has_not_failed(server, caplog):
    # Rule 5.
    store = Silent(1)
    async with caching(server, store, timeout=0.01) as client:
        for _ in range(2):
            with suppress(TimeoutError):
                await client.chat.complete(**HI)
    assert store.asked == 2
    assert not caplog.records


async def test_the_model_of_an_extra_body_is_that_of_the_answer(server):
    # Rule 3.
    async with caching(server) as client:
        view = client.with_options(extra_body={"model": "mistral-large-latest"})
        answers = [await view.with_response.chat.complete(**HI) for _ in range(2)]
    assert [(each.model, each.cached) for each in answers] == [
        ("mistral-large-latest", False),
        ("mistral-large-latest", True),
    ]


@one_loop
async def test_no_limit_knows_of_what_is_stored(server):
    # Rule 6.
    async with caching(server, rate_limits=RateLimits(requests_per_second=0.01, burst=1)) as client:
        with anyio.fail_after(5):
            for _ in range(3):
                await client.chat.complete(**HI)
        assert client.limiter.waiting == 0


class Log(Hooks):
    def __init__(self):
        self.seen = []

    def before_attempt(self, call):
        self.seen.append("sent")

    def after_call(self, call, error):
        self.seen.append((call.cached, call.answer.text, error))


@one_loop
async def test_hooks_see_it(server):
    log = Log()
    async with caching(server, hooks=log) as client:
        for _ in range(2):
            text = (await client.chat.complete(**HI)).text
    assert log.seen == ["sent", (False, text, None), (True, text, None)]


@one_loop
async def test_bulk_work_uses_it(server):
    async with caching(server) as client:
        for _ in range(2):
            results = await client.bulk.chat(["a", "b"], model="mistral-small-latest")
            assert [each.value.text for each in results] == ["You said: a", "You said: b"]
    assert len(server.requests) == 2


def test_blocking(threaded_server):
    with SyncMistral(threaded_server.api_key, server_url=threaded_server.url, cache=MemoryCache()) as client:
        assert client.chat.complete(**HI) == client.chat.complete(**HI)
    assert len(threaded_server.requests) == 1


# The stores.


@pytest.fixture(scope="module")
def redis_url():
    with redis_server() as (url, _):
        yield url


@pytest.fixture
def of_coredis():
    """Collect the streams that coredis leaves open here, so that no other test is told of them."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(params=["memory", "sqlite", "redis"])
def kind(request):
    return request.param


@pytest.fixture
def store(kind, tmp_path, request, of_coredis):
    match kind:
        case "memory":
            return MemoryCache(ttl=0.2)
        case "sqlite":
            return SQLiteCache(tmp_path / "answers.sqlite", ttl=0.2)
        case _:
            return RedisCache(request.getfixturevalue("redis_url"), prefix=f"{uuid.uuid4()}", ttl=0.2)


@pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning")
async def test_stores(anyio_backend, store, kind):
    assert await store.get("a") is None
    await store.set("a", b"1")
    await store.set("a", b"\x00\xff2")
    assert await store.get("a") == b"\x00\xff2"
    await anyio.sleep(0.3)
    assert await store.get("a") is None
    again = pickle.loads(pickle.dumps(store))
    assert again.ttl == 0.2
    for each in (store, again):
        if kind != "memory":
            await each.aclose()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("kind", ["memory", "sqlite"], indirect=True)
def test_a_store_that_a_thread_holds_while_the_process_forks(store, kind, monkeypatch):
    monkeypatch.setattr("mistral_async._files.database._PATIENCE", 0.05)
    anyio.run(store.set, "a", b"1")
    with store._lock if kind == "memory" else store._database.use():
        pid = os.fork()
        if pid == 0:
            ended = 1
            try:
                signal.alarm(10)
                ended = int(anyio.run(store.get, "b") is not None)
            finally:
                os._exit(ended)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    if hasattr(store, "close"):
        store.close()


@one_loop
@pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning")
async def test_a_redis_that_is_away_fails_no_call(server, caplog, of_coredis):
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        away = RedisCache(f"redis://127.0.0.1:{sock.getsockname()[1]}/0", timeout=0.5)
    async with caching(server, away) as client:
        for _ in range(2):
            assert (await client.chat.complete(**HI)).text
    await away.aclose()
    assert len([each for each in caplog.records if "store of answers" in each.message]) == 1


@one_loop
async def test_every_store_that_was_used_is_closed(server):
    @dataclasses.dataclass
    class Store:  # which has no hash, and equals another one
        closed: bool = False

        async def get(self, key):
            return None

        async def set(self, key, value):
            pass

        async def aclose(self):
            self.closed = True

    stores = Store(), Store()
    async with caching(server, stores[0]) as client:
        await client.with_options(cache=stores[1]).chat.complete(**HI)
    assert [each.closed for each in stores] == [True, True]


@one_loop
async def test_a_store_that_can_not_be_closed_leaves_no_other_open(server):
    class Store(MemoryCache):
        broken = closed = False

        async def aclose(self):
            self.closed = True
            if self.broken:
                raise OSError("broken")

    stores = Store(), Store(), Store()
    stores[1].broken = True
    client = caching(server, stores[0])
    for store in stores:
        await client.with_options(cache=store).chat.complete(**HI)
    with pytest.raises(OSError, match="broken"):
        await client.aclose()
    assert all(store.closed for store in stores)


async def test_memory_is_bounded():
    store = MemoryCache(max_size=10)
    for key in "abc":
        await store.set(key, b"1234")
    assert [await store.get(key) for key in "abc"] == [None, b"1234", b"1234"]
    await store.get("b")
    await store.set("d", b"1234")
    assert [await store.get(key) for key in "bcd"] == [b"1234", None, b"1234"]
    await store.set("e", b"too large for it")
    assert len(store) == 2
    store.clear()
    assert len(store) == 0


async def test_a_file_is_private_stays_and_is_shared(server, tmp_path):
    path = tmp_path / "answers.sqlite"
    async with caching(server, SQLiteCache(path)) as client:
        await client.chat.complete(**HI)
    assert {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == {0o600}
    one, two = SQLiteCache(path, timeout=10), SQLiteCache(path, timeout=10)
    for store in (one, two):
        async with caching(server, store) as client:
            assert (await client.with_response.chat.complete(**HI)).cached is True
    one.clear()
    async with caching(server, two) as client:
        assert (await client.with_response.chat.complete(**HI)).cached is False
    one.close()
    two.close()


@one_loop
async def test_a_file_that_is_no_store_or_locked_fails_no_call(server, tmp_path, caplog):
    path = tmp_path / "text"
    path.write_bytes(b"no database " * 100)
    async with caching(server, SQLiteCache(path)) as client:
        assert (await client.chat.complete(**HI)).text
    locked = SQLiteCache(tmp_path / "locked", timeout=0.01)
    await locked.set("a", b"1")
    with sqlite3.connect(tmp_path / "locked") as other:
        other.execute("BEGIN EXCLUSIVE")
        async with caching(server, locked) as client:
            assert (await client.chat.complete(**HI)).text
    other.close()
    locked.close()
    assert "DatabaseError" in caplog.text
    assert "OperationalError" in caplog.text


@one_loop
async def test_a_file_that_stays_open_forgets_what_is_too_old(tmp_path, monkeypatch):
    monkeypatch.setattr("mistral_async._engine.sqlite_cache._SWEEP", 4)
    cache = SQLiteCache(tmp_path / "answers", ttl=0.001)
    for number in range(9):
        await cache.set(str(number), b"1")
        await anyio.sleep(0.002)
    await cache.aclose()
    with contextlib.closing(sqlite3.connect(tmp_path / "answers")) as file:
        ((count,),) = file.execute("SELECT count(*) FROM mistral_async_answers")
    assert count <= 5


@pytest.mark.parametrize("wrong", ["memory", {}, MemoryCache, 5, True])
def test_what_is_no_store_is_refused(wrong):
    with pytest.raises(ConfigurationError, match="cache must be"):
        Mistral("key", cache=wrong)
    with pytest.raises(ConfigurationError, match="cache must be"):
        Mistral("key").with_options(cache=wrong)


def test_settings_that_are_none():
    with pytest.raises(ValueError, match="max_size must be at least 1"):
        MemoryCache(max_size=0)
    for make in (MemoryCache, lambda ttl: SQLiteCache("a", ttl=ttl), lambda ttl: RedisCache(ttl=ttl)):
        with pytest.raises(ValueError, match="ttl must be a positive number"):
            make(ttl=0)
