"""The checkpoint of bulk work: a SQLite file with one row for each item that succeeded, written in batches.

The file says what it holds: the job (what is asked, model, options) and a digest of every item. It is open for one
process at a time. After a killed process it is whole up to the last batch; what was in flight then is sent again.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from mistral_async._codec.json_encode import encode
from mistral_async._files.database import abandon
from mistral_async._files.whole_file import open_private
from mistral_async.errors import MistralError

_APPLICATION: Final = 0x4D424C4B
_FORMAT: Final = 1
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS job (name TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS results (item INTEGER PRIMARY KEY, digest BLOB NOT NULL, value BLOB NOT NULL, usage BLOB);
"""


class CheckpointError(MistralError):
    """The checkpoint can not be used: it is another job's, in use, not a checkpoint, or can not be written."""

    in_use: bool = False
    """True if another process has the file, or another call in this one: it can be used when that has ended."""


class Row(NamedTuple):
    """A result as it is in the file."""

    item: int
    digest: bytes
    value: bytes
    usage: bytes | None


class CheckpointFile:
    """The file of one job's results. Every method blocks."""

    def __init__(self, path: str, job: Mapping[str, Any], *, by_digest: bool = False, scratch: bool = False) -> None:
        self.path = path
        self.end = 0
        """One more than the last item in the file when it was opened."""
        self._job = {name: encode(value).decode() for name, value in job.items()}
        self._by_digest = by_digest
        self._scratch = scratch
        self._database: sqlite3.Connection | None = None
        self._mutex = threading.Lock()
        _FILES.add(self)

    def open(self) -> None:
        """Open or make the file; `CheckpointError` if it is not this job's."""
        database = None
        try:
            # SQLite would make a file that all may read. One that is there is left alone: closing it would let go of
            # the locks that this process has on it. What is wrong else, SQLite says.
            with suppress(OSError):
                os.close(open_private(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL))
            database = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=0.5)
            self._prepare(database)
        except sqlite3.Error as error:
            if database is not None:
                database.close()
            raise self._unusable(error) from error
        except BaseException:
            if database is not None:
                database.close()
            raise
        self._database = database

    def _prepare(self, database: sqlite3.Connection) -> None:
        database.execute("PRAGMA locking_mode=EXCLUSIVE")
        empty = not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        marks = tuple(database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
        if not empty and marks[0] != _APPLICATION:
            raise CheckpointError(f"{self.path} is a database, but not a checkpoint: give another path")
        if not empty and marks[1] != _FORMAT:
            raise CheckpointError(f"{self.path} was written by another version of this package (format {marks[1]})")
        if database.execute("SELECT count(*) FROM sqlite_master WHERE type IN ('view', 'trigger')").fetchone()[0]:
            raise CheckpointError(f"{self.path} is not a checkpoint, but has views or triggers: give another path")
        if self._scratch:
            database.execute("PRAGMA journal_mode=OFF")
            database.execute("PRAGMA synchronous=OFF")
        else:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=NORMAL")
        database.execute("BEGIN IMMEDIATE")
        database.execute(f"PRAGMA application_id={_APPLICATION}")
        database.execute(f"PRAGMA user_version={_FORMAT}")
        for statement in _TABLES.strip().splitlines():
            database.execute(statement)
        if self._by_digest:
            database.execute("CREATE INDEX IF NOT EXISTS by_digest ON results (digest)")
        self._compare(dict(database.execute("SELECT name, json FROM job")))
        database.executemany("INSERT OR IGNORE INTO job VALUES (?, ?)", self._job.items())
        database.execute("COMMIT")
        self.end = database.execute("SELECT coalesce(max(item) + 1, 0) FROM results").fetchone()[0]

    def _compare(self, held: Mapping[str, str]) -> None:
        """Refuse another job's file."""
        differing = sorted(name for name in held.keys() | self._job.keys() if held.get(name) != self._job.get(name))
        if held and differing:
            others = ", ".join(
                f"{name} {held.get(name, 'not set')} instead of {self._job.get(name, 'not set')}"
                if name in {"work", "model"}
                else f"other {name}"
                for name in differing
            )
            raise CheckpointError(f"{self.path} holds another job ({others}): give another path, or delete the file")

    def lookup(self, first: int, digests: Sequence[bytes]) -> dict[int, Row]:
        """Return the results of the items from `first` on; `CheckpointError` if one of them is another item now."""
        found: dict[int, Row] = {}
        for row in self._query(
            "SELECT item, digest, value, usage FROM results WHERE item >= ? AND item < ?", (first, first + len(digests))
        ):
            if row[1] != digests[row[0] - first]:
                raise CheckpointError(
                    f"{self.path} holds the results of other inputs: item {row[0]} is not the one it was. The inputs "
                    "must be the same, in the same order; for others give another path"
                )
            found[row[0]] = Row(*row)
        return found

    def find(self, digests: Sequence[bytes]) -> dict[bytes, Row]:
        """Return the results of equal items, wherever they stood."""
        found: dict[bytes, Row] = {}
        for start in range(0, len(digests), 500):
            some = digests[start : start + 500]
            marks = ",".join("?" * len(some))
            rows = self._query(f"SELECT item, digest, value, usage FROM results WHERE digest IN ({marks})", some)  # noqa: S608 - question marks
            found |= {row[1]: Row(*row) for row in rows}
        return found

    def _query(self, statement: str, values: Sequence[Any]) -> list[Any]:
        with self._mutex:
            if self._database is None:
                return []
            try:
                return self._database.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise CheckpointError(f"{self.path} can not be read: {error}") from error

    def save(self, rows: Sequence[Row]) -> None:
        """Write results: all of them or, with an error, none."""
        with self._mutex:
            database = self._database
            if database is None:
                raise CheckpointError(f"{self.path} is closed")
            try:
                database.execute("BEGIN IMMEDIATE")
                database.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?)", rows)
                database.execute("COMMIT")
            except sqlite3.Error as error:
                with suppress(sqlite3.Error):
                    database.execute("ROLLBACK")
                raise CheckpointError(
                    f"{self.path} can not be written: {error}. Is the disk full? What was saved before is whole: "
                    "make room and run the same again"
                ) from error

    def close(self) -> None:
        """Close the file."""
        with self._mutex:
            database, self._database = self._database, None
            if database is not None:
                with suppress(sqlite3.Error):
                    database.close()

    def start_over(self) -> None:
        """In a child: the file is the parent's."""
        self._mutex = threading.Lock()
        if self._database is not None:
            abandon(self._database)
            self._database = None

    def _unusable(self, error: sqlite3.Error) -> CheckpointError:
        match getattr(error, "sqlite_errorname", "").split("_"):
            case ["SQLITE", "NOTADB", *_]:
                return CheckpointError(f"{self.path} is not a checkpoint: give another path")
            case ["SQLITE", "BUSY" | "LOCKED", *_]:
                found = CheckpointError(f"{self.path} is in use by another process")
                found.in_use = True
                return found
            case ["SQLITE", "CANTOPEN", *_]:
                folder = os.path.dirname(os.path.abspath(self.path))  # noqa: PTH100, PTH120 - a str may hold any path
                return CheckpointError(f"{self.path} can not be opened: is {folder} a directory that can be written?")
            case _:
                return CheckpointError(f"{self.path} can not be used: {error}")


_FILES: Final[weakref.WeakSet[CheckpointFile]] = weakref.WeakSet()


def _after_fork() -> None:
    for each in list(_FILES):
        each.start_over()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
