"""A store of answers in an SQLite file, which processes of one machine may share, and which stays."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

import anyio.to_thread

from mistral_async._engine.answer_cache import ForkSafeLock, check_ttl

T = TypeVar("T")

# The table is the format of a file that other versions may share: its columns keep their names.
_SCHEMA: Final = """
    CREATE TABLE IF NOT EXISTS mistral_async_answers (
        key TEXT PRIMARY KEY, stored REAL NOT NULL, answer BLOB NOT NULL
    )
"""
_READ: Final = "SELECT answer FROM mistral_async_answers WHERE key = ? AND stored >= ?"
_WRITE: Final = "INSERT OR REPLACE INTO mistral_async_answers VALUES (?, ?, ?)"
_EXPIRE: Final = "DELETE FROM mistral_async_answers WHERE stored < ?"
_PRIVATE: Final = 0o600


class SQLiteCache:
    """A store of answers in a file: `Mistral(cache=SQLiteCache("answers.sqlite"))`.

    The file is made when it is first used, and only its owner may read it: it holds answers. It must be on a local
    disk, may be shared by processes of one machine, and can be deleted while nobody uses it.

    Args:
        path: The file.
        ttl: Seconds for which an answer is given; older ones are deleted when the file is opened. None: for ever.
        timeout: Seconds to wait for other processes, after which the call is sent.
    """

    _connection: sqlite3.Connection | None = None

    def __init__(self, path: str | os.PathLike[str], *, ttl: float | None = None, timeout: float = 1.0) -> None:
        check_ttl(ttl)
        self.path: str = os.fspath(path)
        self.ttl = ttl
        self.timeout = timeout
        self._lock = ForkSafeLock()
        self._pid = 0

    def __reduce__(self) -> tuple[Callable[..., SQLiteCache], tuple[str]]:
        return partial(type(self), ttl=self.ttl, timeout=self.timeout), (self.path,)

    def __del__(self) -> None:
        if self._connection is not None:
            self.close()

    async def get(self, key: str) -> bytes | None:
        """Return the answer under a key, if it is there and not too old."""

        def read(connection: sqlite3.Connection) -> bytes | None:
            row = connection.execute(_READ, (key, self._oldest())).fetchone()
            return None if row is None else bytes(row[0])

        return await self._run(read)

    async def set(self, key: str, answer: bytes) -> None:
        """Store an answer."""

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(_WRITE, (key, time.time(), answer))

        await self._run(write)

    def clear(self) -> None:
        """Delete all answers, from synchronous code."""
        with self._lock:
            self._open().execute("DELETE FROM mistral_async_answers")

    def close(self) -> None:
        """Close the file, from synchronous code; it opens again if it is used again."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None and self._pid == os.getpid():
            connection.close()

    async def aclose(self) -> None:
        """Close the file; it opens again if it is used again."""
        await anyio.to_thread.run_sync(self.close, abandon_on_cancel=True)

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Work on the file in a thread, which nobody waits for that is cancelled."""

        def locked() -> T:
            with self._lock:
                return work(self._open())

        return await anyio.to_thread.run_sync(locked, abandon_on_cancel=True)

    def _oldest(self) -> float:
        return 0.0 if self.ttl is None else time.time() - self.ttl

    def _open(self) -> sqlite3.Connection:
        """Return the connection of this process; the lock is held."""
        if self._connection is None or self._pid != os.getpid():
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE))
            connection = sqlite3.connect(self.path, timeout=self.timeout, isolation_level=None, check_same_thread=False)
            try:
                connection.execute("PRAGMA journal_mode = WAL")  # who reads waits for nobody who writes
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute(_SCHEMA)
                connection.execute(_EXPIRE, (self._oldest(),))
            except BaseException:
                connection.close()
                raise
            self._connection, self._pid = connection, os.getpid()
        return self._connection
