"""Stores that are slow, stopped, restarted or set up wrongly: no call waits beyond its time, none is fooled."""

from __future__ import annotations

import asyncio
import signal
import socket
import sqlite3
import time
from contextlib import closing, contextmanager

import anyio
import pytest
from stores import demand, redis_server

from mistral_async import Hooks, Mistral, RateLimits, RedisStore, SQLiteStore, SyncMistral
from mistral_async._ratelimit import Slot
from mistral_async.errors import APITimeoutError, ConfigurationError

pytestmark = pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning")  # coredis leaves them


@contextmanager
def redis(*options):
    """A Redis of its own, with commands sent to it first."""
    pytest.importorskip("coredis", reason="the extra redis is not installed")
    with redis_server() as (url, process):
        for command in options:
            raw(url, *command)
        yield url, process


def raw(url, *words):
    port = int(url.split(":")[2].split("/")[0])
    data = b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in (str(each).encode() for each in words))
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"*%d\r\n" % len(words) + data)
        return connection.recv(4096)


def limits(store, rate=100):
    return RateLimits(requests_per_second=rate, store=store)


async def ask(server, store, **options):
    async with Mistral(server.api_key, server_url=server.url, rate_limits=limits(store), **options) as client:
        return len((await client.models.list()).data)


def loops():
    yield "asyncio.run", asyncio.run
    try:
        import uvloop
    except ImportError:
        return
    yield "uvloop.run", uvloop.run


@pytest.mark.parametrize(("name", "run"), list(loops()))
def test_a_store_in_redis_under_a_loop_that_anyio_did_not_start(name, run, threaded_server):
    # Rule 1 of redis.
    with redis() as (url, _):
        store = RedisStore(url)

        async def main():
            return await asyncio.wait_for(ask(threaded_server, store), 20)

        assert run(main()) > 0, name
        assert anyio.run(ask, threaded_server, store) > 0, "and then under one of anyio's"
        assert run(main()) > 0


@pytest.mark.parametrize("make", ["sqlite", "redis"])
async def test_a_store_that_does_not_answer_ends_at_the_deadline_of_the_call(make, server, tmp_path):
    # Rules 1 and 2 of sqlite; rule 4 of redis.
    with stuck(make, tmp_path) as store:
        async with Mistral(server.api_key, server_url=server.url, rate_limits=limits(store)) as client:
            await client.models.list()
            with store.stopped():
                for _ in range(2):
                    began = time.monotonic()
                    with pytest.raises(APITimeoutError):
                        await client.with_options(timeout=0.3).models.list()
                    assert time.monotonic() - began < 3
                    began = time.monotonic()
                    with anyio.move_on_after(0.2):
                        await client.models.list()
                    assert time.monotonic() - began < 3
            with anyio.fail_after(10):
                await client.models.list()


@contextmanager
def stuck(make, tmp_path):
    """A store that can be made to stand still."""
    if make == "redis":
        with redis() as (url, process):
            store = RedisStore(url)

            @contextmanager
            def stopped():
                process.send_signal(signal.SIGSTOP)
                try:
                    yield
                finally:
                    process.send_signal(signal.SIGCONT)

            store.stopped = stopped
            yield store
        return
    store = SQLiteStore(tmp_path / "limits.sqlite")

    @contextmanager
    def locked():
        with sqlite3.connect(store.path, isolation_level=None) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
            other.execute("ROLLBACK")
        other.close()

    store.stopped = locked
    yield store


async def test_a_locked_file_does_not_hold_the_event_loop(server, tmp_path):
    # Rule 1 of sqlite.
    with stuck("sqlite", tmp_path) as store:
        await store.reserve([demand()], ())
        longest = 0.0
        with store.stopped(), anyio.move_on_after(0.5):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(store.reserve, [demand()], ())
                while True:
                    began = time.monotonic()
                    await anyio.sleep(0.01)
                    longest = max(longest, time.monotonic() - began)
    assert longest < 0.2
    await store.aclose()


WRONG = {
    "password": ([("CONFIG", "SET", "requirepass", "secret")], "redis://:wrong@{}", "WRONGPASS|uthentication"),
    "no password": ([("CONFIG", "SET", "requirepass", "secret")], "redis://{}", "NOAUTH|uthentication"),
    "full": ([("CONFIG", "SET", "maxmemory", "1")], "redis://{}", "OOM"),
    "replica": ([("REPLICAOF", "127.0.0.1", "1")], "redis://{}", "read-only replica"),
    "permission": ([("ACL", "SETUSER", "u", "on", ">p", "~*", "-@all", "+hello")], "redis://u:p@{}", "ermission"),
    "kind": ([("LPUSH", "{mistral-async}:*:requests:1", "1")], "redis://{}", "WRONGTYPE|wrong kind"),
    "content": ([("SET", "{mistral-async}:*:requests:1", "text")], "redis://{}", "prefix"),
    "database": ([], "redis://{}/99", "DB index"),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_redis_that_is_set_up_wrongly_is_said_at_once(wrong, server):
    # Rule 3 of redis.
    options, url, message = WRONG[wrong]
    with redis(*options) as (place, _):
        store = RedisStore(url.format(place.split("//")[1].split("/")[0]))
        for _ in range(2):
            with anyio.fail_after(5), pytest.raises(ConfigurationError, match=message) as raised:
                await ask(server, store)
            assert "secret" not in str(raised.value)
            assert "wrong@" not in str(raised.value)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("wrong", ["password", "full"])
def test_blocking_code_is_told_that_redis_is_set_up_wrongly(wrong, backend, threaded_server):
    # Rule 3 of redis.
    options, url, message = WRONG[wrong]
    settings = {"server_url": threaded_server.url, "backend": backend}
    with redis(*options) as (place, _):
        store = RedisStore(url.format(place.split("//")[1].split("/")[0]))
        with SyncMistral(threaded_server.api_key, rate_limits=limits(store), **settings) as client:
            for _ in range(2):
                with pytest.raises(ConfigurationError, match=message):
                    client.models.list()
    assert threaded_server.requests == [], "nothing runs without limits"


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost",
        "redis://",
        "localhost:6379",
        "redis://h:x",
        "redis://h/x",
        "unix://",
        "redis://:p[w@h",
        "redis://:pw/1@h",
    ],
)
def test_a_url_of_no_redis(url):
    pytest.importorskip("coredis", reason="the extra redis is not installed")
    with pytest.raises(ConfigurationError) as raised:
        RedisStore(url)
    assert "pw" not in str(raised.value)


async def test_a_file_that_is_no_store_is_said_at_once(server, tmp_path):
    # Rule 4 of sqlite.
    text, other = tmp_path / "text", tmp_path / "other"
    text.write_text("not a database, but long enough to be read as the head of one" * 20)
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE mistral_async_limits (key TEXT PRIMARY KEY, meter BLOB NOT NULL)")
        database.execute("INSERT INTO mistral_async_limits VALUES ('*:requests:1', 'text')")
    database.close()
    for path in (text, other, tmp_path, tmp_path / "no" / "folder"):
        with anyio.fail_after(2), pytest.raises(ConfigurationError, match=r"rate-limit store"):
            await ask(server, SQLiteStore(path))


async def test_a_row_that_can_not_be_read_fails_no_call_that_does_not_need_it(server, tmp_path, monkeypatch):
    # Rules 3 and 4 of sqlite.
    monkeypatch.setattr("mistral_async._ratelimit.sqlite._SWEEP", 1)
    store = SQLiteStore(tmp_path / "limits")
    await store.reserve([demand()], [])
    with closing(sqlite3.connect(store.path)) as database, database:
        database.execute("INSERT INTO mistral_async_limits VALUES ('of another version', 'text')")
    assert (await store.reserve([demand()], [])).booked
    await store.aclose()


class Flaky:
    def __init__(self):
        self.out = True

    async def reserve(self, demands, corrections):
        if self.out:
            raise ConnectionError("no store")
        return Slot(booked=True, delay=0.0)

    async def aclose(self):
        pass


async def test_an_outage_is_told_and_so_is_its_end(server, caplog, monkeypatch):
    # Rule 3 of shared.
    monkeypatch.setattr("mistral_async._ratelimit.shared._RETRY_STORE", 0.0)
    told = []

    class Told(Hooks):
        def rate_store(self, error):
            told.append(error)

    store = Flaky()
    options = {"rate_limits": limits(store), "hooks": Told()}
    async with Mistral(server.api_key, server_url=server.url, **options) as client:
        await client.models.list()
        await client.models.list()
        state = client.limiter
        assert (state.store_failures, state.store_error) == (2, "ConnectionError('no store')")
        assert state.store_down >= 0
        store.out = False
        await client.models.list()
        assert client.limiter.store_down is None
    assert [type(each) for each in told] == [ConnectionError, type(None)]
    assert "keeps the limits alone" in caplog.text
    assert "works again" in caplog.text


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_blocking_code_is_told_of_an_outage(backend, threaded_server):
    # Rule 3 of shared.
    told = []

    class Told(Hooks):
        def rate_store(self, error):
            told.append(type(error))

    options = {"rate_limits": limits(Flaky()), "hooks": Told(), "backend": backend}
    with SyncMistral(threaded_server.api_key, server_url=threaded_server.url, **options) as client:
        client.models.list()
        assert client.limiter.store_failures == 1
    assert told == [ConnectionError]


@pytest.mark.parametrize("delay", [float("nan"), float("inf"), -1.0])
async def test_a_store_whose_answers_are_no_times_is_out(server, delay):
    # Rule 3 of shared.
    class Wrong(Flaky):
        async def reserve(self, demands, corrections):
            return Slot(booked=delay > 0, delay=delay)

    async with Mistral(server.api_key, server_url=server.url, rate_limits=limits(Wrong())) as client:
        with anyio.fail_after(5):
            await client.models.list()
        assert client.limiter.store_failures == 1


@pytest.mark.parametrize(
    "said", ["TRYAGAIN Multiple keys request during rehashing of slot", "LOADING Redis is loading"]
)
async def test_a_redis_that_is_busy_is_an_outage(server, said):
    # Rule 3 of redis.
    pytest.importorskip("coredis", reason="the extra redis is not installed")

    async def serve(connection):
        hello = b"%1\r\n$5\r\nproto\r\n:3\r\n"
        async with connection:
            async for data in connection:
                await connection.send(hello if b"HELLO" in data else b"-%b\r\n" % said.encode())

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, serve)
        store = RedisStore(f"redis://127.0.0.1:{listener.extra(anyio.abc.SocketAttribute.local_port)}")
        async with Mistral(server.api_key, server_url=server.url, rate_limits=limits(store)) as client:
            with anyio.fail_after(15):
                await client.models.list()
            assert client.limiter.store_failures == 1
        tasks.cancel_scope.cancel()


async def test_a_redis_that_was_restarted_is_used_again_at_once(server, caplog):
    # Rule 2 of redis.
    pytest.importorskip("coredis", reason="the extra redis is not installed")
    with redis_server() as (url, process):
        store = RedisStore(url)
        async with Mistral(server.api_key, server_url=server.url, rate_limits=limits(store)) as client:
            await client.models.list()
            raw(url, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            await anyio.sleep(0.05)
            await client.models.list()
            assert client.limiter.store_failures == 0
    assert process.poll() is not None


async def test_an_outage_of_redis_keeps_its_cause_whoever_waits_for_it(monkeypatch):
    """Two calls wait for one connection that can not be opened: both get the error, and the loop goes on."""
    coredis = pytest.importorskip("coredis")

    def refuse(*_args, **_options):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(coredis.Redis, "from_url", refuse)
    store = RedisStore("redis://127.0.0.1:9", timeout=1)
    failures = []

    async def ask():
        with pytest.raises(OSError, match="Too many open files") as caught:
            await store.reserve([], [])
        failures.append(caught.value)

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            group.start_soon(ask)
    assert [failure.__cause__ is failure for failure in failures] == [False, False]
