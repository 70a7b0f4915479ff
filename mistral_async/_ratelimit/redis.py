"""The limits of all processes of all machines, in Redis (extra `redis`). Times are those of the Redis server.

The connection lives in a thread with an event loop of its own, so that any loop, thread and blocking client can use it.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from contextvars import Context
from functools import partial
from importlib import resources
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from urllib.parse import urlsplit

import anyio
import anyio.lowlevel
import anyio.to_thread
import msgspec
from anyio.abc import TaskGroup

from mistral_async._codec.counts import check_number
from mistral_async._ratelimit.redis_refusal import lasting_reason
from mistral_async._ratelimit.store import HORIZON, Correction, Demand, Learned, Report, Slot
from mistral_async._ratelimit.waiting import ThreadEvent
from mistral_async.errors import ConfigurationError

if TYPE_CHECKING:
    from coredis import Redis

# Rule 1: What is asked is queued, and started by a task of the connection's thread. A callback that another thread
# schedules in an event loop runs in the context of that thread, where anyio may find no event loop, or the wrong one.
#
# Rule 2: A connection that fails is given up, with its thread; the next question opens another, to whatever the name
# means by then. One that had answered before (a restart, an idle connection that was closed) is replaced at once.
#
# Rule 3: What Redis refuses for good (a password, a permission, a full memory, a key of another kind) is a
# ConfigurationError. What passes (it loads, it is busy, it fails over) is an outage.
#
# Rule 4: A question that is cancelled waits for nothing; what it books meanwhile is given back.

T = TypeVar("T")
Reply = tuple[Slot, Learned]
Script = Callable[[list[str], list[bytes]], Awaitable[Sequence[Any]]]

_SCRIPT: Final = "redis.lua"
_SCHEMES: Final = ("redis", "rediss", "unix")
_FAILOVER: Final = 60.0  # seconds after an answer for which a server that is read-only is one that fails over
_STARTING: Final = 10.0  # seconds, beside the timeout, for the first question: the import takes half a second, or more
_encode = msgspec.msgpack.Encoder().encode


class RedisStore:
    """A store of `RateLimits` for all processes that name the same Redis server and prefix.

    `RateLimits(requests_per_second=20, store=RedisStore("redis://localhost:6379/0"))`. Needs Redis 5 or later and
    `mistral-async[redis]`. It keeps limits and counts only, under keys that begin with the prefix and vanish when
    they have not been used for two windows, or ten minutes. While Redis can not be reached each process keeps the
    limits on its own.

    Args:
        url: `redis://`, `rediss://` or `unix://`, with user and password (percent-encoded) where they are needed.
        prefix: The beginning of all keys. Accounts (API keys) with limits of their own need one each.
        timeout: Seconds to wait for a reply before the store counts as down.

    Raises:
        ConfigurationError: the URL is no URL of Redis. A call raises it where Redis refuses for good: a wrong password,
            no permission, a full memory, a read-only replica, a key that holds something else.
    """

    def __init__(
        self, url: str = "redis://localhost:6379/0", *, prefix: str = "mistral-async", timeout: float = 2.0
    ) -> None:
        if find_spec("coredis") is None:
            raise ImportError("RedisStore needs coredis: pip install 'mistral-async[redis]'")
        self._place = _checked(url)
        check_number("timeout", timeout)
        if not isinstance(prefix, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a type checker
            raise TypeError(f"prefix must be a str, not {type(prefix).__name__}")
        self._url = url
        self.prefix = prefix
        self.timeout = timeout
        self._answered_at = float("-inf")
        self._lock = threading.Lock()
        self._connection: _Connection | None = None

    def __reduce__(self) -> tuple[Callable[..., RedisStore], tuple[str]]:
        return partial(type(self), prefix=self.prefix, timeout=self.timeout), (self._url,)

    def _made_with(self) -> tuple[type, str, str, float]:
        return type(self), self._url, self.prefix, self.timeout

    def __eq__(self, other: object) -> bool:
        """Compare what the stores were made with."""
        return self._made_with() == other._made_with() if isinstance(other, RedisStore) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._made_with())

    async def reserve(self, demands: Sequence[Demand], corrections: Sequence[Correction]) -> Slot:
        """Book a call, see `LimitStore`."""
        slot, _ = await self._ask_twice(demands, corrections, None)
        return slot

    async def exchange(
        self, demands: Sequence[Demand], corrections: Sequence[Correction], report: Report
    ) -> tuple[Slot, Learned]:
        """Book a call and take what a process learned, see `LearningStore`."""
        return await self._ask_twice(demands, corrections, report)

    async def _ask_twice(
        self, demands: Sequence[Demand], corrections: Sequence[Correction], report: Report | None
    ) -> Reply:
        connection = self._connect()
        if connection.answered:
            try:
                return await self._ask(connection, demands, corrections, report)
            except _LostError:
                connection = self._connect()  # rule 2
        return await self._ask(connection, demands, corrections, report)

    async def _ask(
        self,
        connection: _Connection,
        demands: Sequence[Demand],
        corrections: Sequence[Correction],
        report: Report | None,
    ) -> Reply:
        future = connection.submit(partial(self._book, connection, demands, corrections, report))
        try:
            with anyio.fail_after(self.timeout + (0 if connection.opened.done() else _STARTING)):
                reply = await _result_of(future)
        except Exception as error:
            self._drop(connection)
            explained = self._explained(error)
            if explained is error:
                raise  # from itself would hide the cause
            raise explained from error
        except BaseException:
            future.add_done_callback(partial(self._give_back, connection, demands))
            raise
        connection.answered, self._answered_at = True, time.monotonic()
        return reply

    async def run(self, work: Callable[[Any], Awaitable[T]]) -> T:
        """Do other work with the client of its connection, in the thread of that."""
        connection = self._connect()
        if connection.answered:
            try:
                return await self._run(connection, work)
            except _LostError:
                connection = self._connect()  # rule 2
        return await self._run(connection, work)

    async def _run(self, connection: _Connection, work: Callable[[Any], Awaitable[T]]) -> T:
        async def ask() -> Any:
            with anyio.fail_after(self.timeout):
                return await work(connection.client)

        future: Future[Any] = connection.submit(ask)
        try:
            with anyio.fail_after(self.timeout + (0 if connection.opened.done() else _STARTING)):
                found: T = await _result_of(future)
        except Exception:
            self._drop(connection)
            raise
        connection.answered, self._answered_at = True, time.monotonic()
        return found

    async def aclose(self) -> None:
        """Close the connection and end its thread; a new one is opened if the store is used again."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None and connection.pid == os.getpid():
            connection.stop()
            join = partial(connection.thread.join, self.timeout)
            await anyio.to_thread.run_sync(join, abandon_on_cancel=True)

    def _drop(self, connection: _Connection) -> None:
        with self._lock:
            if self._connection is connection:
                self._connection = None
        if connection.pid == os.getpid():
            connection.stop()

    def _explained(self, error: Exception) -> Exception:
        """Return a ConfigurationError for what does not pass by itself, else the error (rule 3)."""
        reason = lasting_reason(error, answered=time.monotonic() - self._answered_at < _FAILOVER)
        if reason is None:
            return error
        return ConfigurationError(f"the rate-limit store at {self._place} refuses: {reason}")

    def _connect(self) -> _Connection:
        with self._lock:
            connection = self._connection
            if connection is None or connection.pid != os.getpid() or not connection.thread.is_alive():
                connection = self._connection = _Connection(self._url)
            return connection

    async def _book(
        self,
        connection: _Connection,
        demands: Sequence[Demand],
        corrections: Sequence[Correction],
        report: Report | None = None,
    ) -> Reply:
        keys: dict[str, int] = {}
        question: list[Any] = [
            HORIZON,
            [
                (_index(keys, each.key), each.cost, each.limit, each.window, each.rate, each.burst, each.exact)
                for each in demands
            ],
            [(_index(keys, key), mark, change) for key, mark, change in corrections],
        ]
        if report is not None:
            state = (report.state or b"").decode()
            question.append((_index(keys, f"{report.model}:learned"), report.epoch, state, report.lost, report.bulk))
        names = [f"{{{self.prefix}}}:{key}" for key in keys]
        with anyio.fail_after(self.timeout):
            return _reply(await connection.script(names, [_encode(question)]))

    def _give_back(self, connection: _Connection, demands: Sequence[Demand], future: Future[Reply]) -> None:
        """Undo the booking of a call that was cancelled before the reply came."""
        if future.exception() is None and future.result()[0].booked and not connection.stopped:
            slot, _ = future.result()
            back = [Correction(demand.key, slot.mark, -demand.cost) for demand in demands]
            connection.submit(partial(self._book, connection, (), back))


def _reply(values: Sequence[Any]) -> Reply:
    booked, delay, mark, *learned = values
    slot = Slot(bool(booked), float(delay), float(mark))
    if not learned:
        return slot, Learned()
    epoch, state, drawn, lost, stamp = learned
    return slot, Learned(int(epoch), state, float(drawn), float(lost), float(stamp))


def script() -> str:
    """Return the Lua source that Redis runs."""
    return resources.files("mistral_async._ratelimit").joinpath(_SCRIPT).read_text("utf-8")


def _index(keys: dict[str, int], key: str) -> int:
    return keys.setdefault(key, len(keys) + 1)


class _LostError(ConnectionError):
    """The connection was closed before the reply came."""


class _Connection:
    """A connection in a thread of its own. A daemon: a program that forgets to close it can still end."""

    def __init__(self, url: str) -> None:
        self.pid = os.getpid()
        self.opened: Future[None] = Future()
        self.answered = False
        self.stopped = False
        self.script: Script
        self.client: Redis[bytes]  # for scripts of others that share the connection
        self._lock = threading.Lock()
        self._questions: deque[tuple[Callable[[], Awaitable[Reply]], Future[Reply]]] = deque()
        self._noticed: ThreadEvent | None = None
        self._error: BaseException | None = None
        native = anyio.lowlevel.current_token().native_token
        backend = "trio" if hasattr(native, "run_sync_soon") else "asyncio"
        run = (self._run, url, backend)
        self.thread = threading.Thread(target=Context().run, args=run, name="mistral_async redis", daemon=True)
        self.thread.start()

    def submit(self, work: Callable[[], Awaitable[Reply]]) -> Future[Reply]:
        """Start `work` in the thread; return the future of its reply."""
        future: Future[Reply] = Future()
        with self._lock:
            if ended := self.stopped:
                future.set_exception(self._error or _LostError("the connection to Redis was closed"))
            else:
                self._questions.append((work, future))
        if not ended:
            self._notice()
        return future

    def stop(self) -> None:
        """Make the thread close the connection and end."""
        with self._lock:
            self.stopped = True
        self._notice()

    def _notice(self) -> None:
        if (noticed := self._noticed) is not None:
            noticed.set()

    def _run(self, url: str, backend: str) -> None:
        try:
            anyio.run(self._serve, url, backend=backend)
        except Exception as error:  # noqa: BLE001 - it is raised in the tasks that wait, and the next call starts a new thread
            self._error = error
        with self._lock:
            self.stopped = True
            left = list(self._questions)
        for _, future in left:
            future.set_exception(self._error or _LostError("the connection to Redis was closed"))
        if not self.opened.done():
            self.opened.set_result(None)

    async def _serve(self, url: str) -> None:
        from coredis import Redis  # the import takes half a second; only this thread waits for it
        from coredis.retry import NoRetryPolicy

        noticed = ThreadEvent()
        client = Redis.from_url(url, retry_policy=NoRetryPolicy(), decode_components=True)
        async with client, anyio.create_task_group() as tasks:
            self.client, self.script = client, cast("Script", client.register_script(script()))
            self._noticed = noticed
            self.opened.set_result(None)
            while not self.stopped:
                noticed.clear()  # before looking: what comes after it is not missed
                self._start(tasks)
                if not self.stopped:
                    await noticed.wait()
            tasks.cancel_scope.cancel()

    def _start(self, tasks: TaskGroup) -> None:
        """Start what is asked, in the context of this task (rule 1)."""
        while self._questions:
            tasks.start_soon(_resolve, *self._questions.popleft())


def _checked(url: str) -> str:
    """Return the server that a URL names, without its password."""
    if not isinstance(url, str):  # pyright: ignore[reportUnnecessaryIsInstance] - the same
        raise TypeError(f"the URL of RedisStore is a str, not {type(url).__name__}")
    try:
        parts = urlsplit(url)
        port = parts.port or 6379
    except ValueError:  # its text may show the password
        raise ConfigurationError("the URL of RedisStore can not be read: percent-encode user and password") from None
    if parts.scheme not in _SCHEMES or not (parts.path if parts.scheme == "unix" else parts.hostname):
        raise ConfigurationError("the URL of RedisStore must be like 'redis://localhost:6379/0'")
    if parts.scheme == "unix":
        return parts.path
    database = parts.path.strip("/")
    if database and not database.isdecimal():
        raise ConfigurationError(f"the URL of RedisStore ends in the number of a database, not in {database!r}")
    return f"{parts.hostname}:{port}"


async def _resolve(work: Callable[[], Awaitable[Reply]], future: Future[Reply]) -> None:
    from coredis.exceptions import ConnectionError as LostError

    try:
        future.set_result(await work())
    except LostError as error:
        lost = _LostError(str(error))
        lost.__cause__ = error
        future.set_exception(lost)
    except Exception as error:  # noqa: BLE001 - it is raised in the task that waits for it
        future.set_exception(error)
    finally:
        if not future.done():
            future.set_exception(_LostError("the connection to Redis was closed"))


async def _result_of(future: Future[T]) -> T:
    """Wait for a future that another thread's loop completes."""
    done = ThreadEvent()
    future.add_done_callback(lambda _: done.set())
    await done.wait()
    return future.result()
