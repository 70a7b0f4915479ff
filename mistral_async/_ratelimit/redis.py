"""The limits of all processes of all machines, in Redis (extra `redis`). Times are those of the Redis server.

The connection lives in a thread with an event loop of its own, so that any loop, thread and blocking client can use it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from functools import partial
from importlib import resources
from importlib.util import find_spec
from typing import Final, TypeVar, cast

import anyio
import anyio.lowlevel
import anyio.to_thread
import msgspec
from anyio.abc import TaskGroup

from mistral_async._ratelimit.store import HORIZON, Correction, Demand, Slot
from mistral_async._ratelimit.waiting import ThreadEvent, scheduler

T = TypeVar("T")
Script = Callable[[list[str], list[bytes]], Awaitable[tuple[int, bytes | str, bytes | str]]]

_SCRIPT: Final = "redis.lua"
_encode = msgspec.msgpack.Encoder().encode


class RedisStore:
    """A store of `RateLimits` for all processes that name the same Redis server and prefix.

    `RateLimits(requests_per_second=20, store=RedisStore("redis://localhost:6379/0"))`. Needs Redis 5 or later and
    `mistral-async[redis]`. It keeps numbers only, under keys that begin with the prefix and vanish when they have
    not been used for two windows. While Redis can not be reached each process keeps the limits on its own.

    Args:
        url: `redis://`, `rediss://` or `unix://`, with user and password where they are needed.
        prefix: The beginning of all keys. Accounts (API keys) with limits of their own need one each.
        timeout: Seconds to wait for a reply before the store counts as down.
    """

    def __init__(
        self, url: str = "redis://localhost:6379/0", *, prefix: str = "mistral-async", timeout: float = 2.0
    ) -> None:
        if find_spec("coredis") is None:
            raise ImportError("RedisStore needs coredis: pip install 'mistral-async[redis]'")
        self._url = url
        self.prefix = prefix
        self.timeout = timeout
        self._lock = threading.Lock()
        self._connection: _Connection | None = None

    def __reduce__(self) -> tuple[Callable[..., RedisStore], tuple[str]]:
        return partial(type(self), prefix=self.prefix, timeout=self.timeout), (self._url,)

    async def reserve(self, demands: Sequence[Demand], corrections: Sequence[Correction]) -> Slot:
        """Book a call, see `LimitStore`."""
        connection = self._connect()
        await _result_of(connection.opened)
        future = connection.submit(partial(self._book, connection, demands, corrections))
        try:
            return await _result_of(future)
        except BaseException:
            future.add_done_callback(partial(self._give_back, connection, demands))
            raise

    async def aclose(self) -> None:
        """Close the connection and end its thread; a new one is opened if the store is used again."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None and connection.pid == os.getpid():
            await _result_of(connection.opened)
            connection.stop()
            await anyio.to_thread.run_sync(connection.thread.join)

    def _connect(self) -> _Connection:
        with self._lock:
            connection = self._connection
            if connection is None or connection.pid != os.getpid() or not connection.thread.is_alive():
                connection = self._connection = _Connection(self._url)
            return connection

    async def _book(
        self, connection: _Connection, demands: Sequence[Demand], corrections: Sequence[Correction]
    ) -> Slot:
        keys: dict[str, int] = {}
        asked = [
            (_index(keys, each.key), each.cost, each.limit, each.window, each.rate, each.burst, each.exact)
            for each in demands
        ]
        drawn = [(_index(keys, key), mark, change) for key, mark, change in corrections]
        names = [f"{{{self.prefix}}}:{key}" for key in keys]
        with anyio.fail_after(self.timeout):
            booked, delay, mark = await connection.script(names, [_encode((HORIZON, asked, drawn))])
        return Slot(bool(booked), float(delay), float(mark))

    def _give_back(self, connection: _Connection, demands: Sequence[Demand], future: Future[Slot]) -> None:
        """Undo the booking of a call that was cancelled before the reply came."""
        if future.exception() is None and (slot := future.result()).booked:
            back = [Correction(demand.key, slot.mark, -demand.cost) for demand in demands]
            connection.submit(partial(self._book, connection, (), back))


def script() -> str:
    """Return the Lua source that Redis runs."""
    return resources.files("mistral_async._ratelimit").joinpath(_SCRIPT).read_text("utf-8")


def _index(keys: dict[str, int], key: str) -> int:
    return keys.setdefault(key, len(keys) + 1)


class _Connection:
    """A connection in a thread of its own. A daemon: a program that forgets to close it can still end."""

    def __init__(self, url: str) -> None:
        self.pid = os.getpid()
        self.opened: Future[None] = Future()
        self.script: Script
        self._soon: Callable[[Callable[[], None]], object]
        self._tasks: TaskGroup
        self._stopped: anyio.Event
        native = anyio.lowlevel.current_token().native_token
        backend = "trio" if hasattr(native, "run_sync_soon") else "asyncio"
        self.thread = threading.Thread(target=self._run, args=(url, backend), name="mistral_async redis", daemon=True)
        self.thread.start()

    def submit(self, work: Callable[[], Awaitable[Slot]]) -> Future[Slot]:
        """Start `work` in the thread; return the future of its slot."""
        future: Future[Slot] = Future()

        def start() -> None:
            self._tasks.start_soon(_resolve, work, future)

        self._soon(start)
        return future

    def stop(self) -> None:
        """Make the thread close the connection and end."""
        self._soon(self._stop)

    def _stop(self) -> None:
        self._stopped.set()

    def _run(self, url: str, backend: str) -> None:
        try:
            anyio.run(self._serve, url, backend=backend)
        except Exception as error:  # noqa: BLE001 - it is raised in the task that waits for `opened`, and the next call starts a new thread
            if not self.opened.done():
                self.opened.set_exception(error)

    async def _serve(self, url: str) -> None:
        from coredis import Redis  # the import takes half a second; only this thread waits for it
        from coredis.retry import NoRetryPolicy

        client = Redis.from_url(url, retry_policy=NoRetryPolicy())
        self._soon, self._stopped = scheduler(), anyio.Event()
        async with client, anyio.create_task_group() as self._tasks:
            self.script = cast("Script", client.register_script(script()))
            self.opened.set_result(None)
            await self._stopped.wait()


async def _resolve(work: Callable[[], Awaitable[Slot]], future: Future[Slot]) -> None:
    try:
        future.set_result(await work())
    except Exception as error:  # noqa: BLE001 - it is raised in the task that waits for it
        future.set_exception(error)
    finally:
        if not future.done():
            future.set_exception(ConnectionError("the connection to Redis was closed"))


async def _result_of(future: Future[T]) -> T:
    """Wait for a future that another thread's loop completes."""
    done = ThreadEvent()
    future.add_done_callback(lambda _: done.set())
    await done.wait()
    return future.result()
