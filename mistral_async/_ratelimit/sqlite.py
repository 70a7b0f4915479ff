"""The limits of all processes of one machine, in an SQLite file. It needs nothing but the file."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import anyio.to_thread
import msgspec
from anyio.lowlevel import RunVar

from mistral_async._ratelimit.store import Correction, Demand, Slot, book, new_bucket, update_bucket
from mistral_async._ratelimit.token_bucket import TokenBucket

# The table is the format of a file that other versions may share: its column keeps its name.
_SCHEMA: Final = "CREATE TABLE IF NOT EXISTS mistral_async_limits (key TEXT PRIMARY KEY, meter BLOB NOT NULL)"
_READ: Final = "SELECT meter FROM mistral_async_limits WHERE key = ?"
_WRITE: Final = "INSERT OR REPLACE INTO mistral_async_limits VALUES (?, ?)"
_threads: RunVar[anyio.CapacityLimiter] = RunVar("_threads")


class SQLiteStore:
    """A store of `RateLimits` for all processes of this machine that name the same file.

    `RateLimits(requests_per_second=20, store=SQLiteStore("limits.sqlite"))`. The file must be on a local disk; it is
    made when it is first used, holds numbers only, and can be deleted while nobody uses it. Accounts (API keys) with
    limits of their own need a file each. Times are those of the machine's monotonic clock.

    Args:
        path: The file.
        timeout: Seconds to wait for other processes before the store counts as out.
    """

    _connection: sqlite3.Connection | None = None

    def __init__(self, path: str | os.PathLike[str], *, timeout: float = 5.0) -> None:
        self.path: str = os.fspath(path)
        self.timeout = timeout
        self._lock = threading.Lock()
        self._pid = 0
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(TokenBucket).decode

    def __reduce__(self) -> tuple[Callable[..., SQLiteStore], tuple[str]]:
        return partial(type(self), timeout=self.timeout), (self.path,)

    def __del__(self) -> None:
        if self._connection is not None:
            self.close()

    async def reserve(self, demands: Sequence[Demand], corrections: Sequence[Correction]) -> Slot:
        """Book a call, see `LimitStore`."""
        try:
            limiter = _threads.get()
        except LookupError:
            limiter = anyio.CapacityLimiter(1)
            _threads.set(limiter)
        booked: list[Slot] = []
        try:
            # The thread is not abandoned: a transaction takes a millisecond, and its outcome has to be known.
            await anyio.to_thread.run_sync(self._transact, demands, corrections, booked, limiter=limiter)
            await anyio.lowlevel.checkpoint_if_cancelled()
        except BaseException:
            if booked and booked[0].booked:
                back = [Correction(demand.key, booked[0].mark, -demand.cost) for demand in demands]
                with anyio.CancelScope(shield=True):
                    await anyio.to_thread.run_sync(self._transact, (), back, booked, limiter=limiter)
            raise
        return booked[0]

    async def aclose(self) -> None:
        """Close the file; it opens again if it is used again."""
        await anyio.to_thread.run_sync(self.close)

    def close(self) -> None:
        """Close the file, from synchronous code."""
        with self._lock:
            if self._connection is not None and self._pid == os.getpid():
                self._connection.close()
            self._connection = None

    def _transact(self, demands: Sequence[Demand], corrections: Sequence[Correction], out: list[Slot]) -> None:
        with self._lock:
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                now = time.monotonic()
                self._correct(connection, corrections)
                buckets = [self._read(connection, demand, now) for demand in demands]
                slot = book(buckets, demands, now)
                if slot.booked:
                    rows = [(demand.key, self._encode(each)) for demand, each in zip(demands, buckets, strict=True)]
                    connection.executemany(_WRITE, rows)
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            out.append(slot)

    def _correct(self, connection: sqlite3.Connection, corrections: Sequence[Correction]) -> None:
        for key, mark, change in corrections:
            row = connection.execute(_READ, (key,)).fetchone()
            if row is not None:
                bucket = self._decode(row[0])
                bucket.correct(mark, change)
                connection.execute(_WRITE, (key, self._encode(bucket)))

    def _read(self, connection: sqlite3.Connection, demand: Demand, now: float) -> TokenBucket:
        row = connection.execute(_READ, (demand.key,)).fetchone()
        return new_bucket(demand) if row is None else update_bucket(self._decode(row[0]), demand, now)

    def _open(self) -> sqlite3.Connection:
        """Return this process's connection: one from before a fork belongs to the parent."""
        if self._connection is None or self._pid != os.getpid():
            connection = sqlite3.connect(self.path, timeout=self.timeout, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(_SCHEMA)
            self._connection, self._pid = connection, os.getpid()
        return self._connection
