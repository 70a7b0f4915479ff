"""A store of answers in an SQLite file, which processes of one machine may share, and which stays."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

import anyio.to_thread

from mistral_async._codec.counts import check_number, checked_path
from mistral_async._files.database import Database

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
_SWEEP: Final = 256  # answers that are stored between two times that the old ones are deleted


class SQLiteCache:
    """A store of answers in a file: `Mistral(cache=SQLiteCache("answers.sqlite"))`.

    The file is made when it is first used, and only its owner may read it: it holds answers. It must be on a local
    disk, may be shared by processes of one machine, and can be deleted while nobody uses it.

    Args:
        path: The file.
        ttl: Seconds for which an answer is given; older ones are deleted when the file is opened, and now and then.
            None: for ever.
        timeout: Seconds to wait for other processes, after which the call is sent.
    """

    def __init__(self, path: str | os.PathLike[str], *, ttl: float | None = None, timeout: float = 1.0) -> None:
        check_number("ttl", ttl, optional=True)
        check_number("timeout", timeout)
        self.path: str = checked_path(path)
        self.ttl = ttl
        self.timeout = timeout
        self._stored = 0
        self._database = Database(self.path, partial(_prepare, ttl), timeout=timeout, private=True)

    def __reduce__(self) -> tuple[Callable[..., SQLiteCache], tuple[str]]:
        return partial(type(self), ttl=self.ttl, timeout=self.timeout), (self.path,)

    async def get(self, key: str) -> bytes | None:
        """Return the answer under a key, if it is there and not too old."""

        def read(connection: sqlite3.Connection) -> bytes | None:
            row = connection.execute(_READ, (key, _oldest(self.ttl))).fetchone()
            return None if row is None else bytes(row[0])

        return await self._run(read)

    async def set(self, key: str, answer: bytes) -> None:
        """Store an answer."""

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(_WRITE, (key, time.time(), answer))
            self._stored += 1
            if self._stored % _SWEEP == 0:
                connection.execute(_EXPIRE, (_oldest(self.ttl),))

        await self._run(write)

    def clear(self) -> None:
        """Delete all answers, from synchronous code."""
        with self._database.use() as connection:
            connection.execute("DELETE FROM mistral_async_answers")

    def close(self) -> None:
        """Close the file, from synchronous code; it opens again if it is used again."""
        self._database.close()

    async def aclose(self) -> None:
        """Close the file; it opens again if it is used again."""
        await anyio.to_thread.run_sync(self.close, abandon_on_cancel=True)

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Work on the file in a thread, which nobody waits for that is cancelled."""

        def locked() -> T:
            with self._database.use() as connection:
                return work(connection)

        return await anyio.to_thread.run_sync(locked, abandon_on_cancel=True)


def _oldest(ttl: float | None) -> float:
    return 0.0 if ttl is None else time.time() - ttl


def _prepare(ttl: float | None, connection: sqlite3.Connection) -> None:
    connection.execute(_SCHEMA)
    connection.execute(_EXPIRE, (_oldest(ttl),))
