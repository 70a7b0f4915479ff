"""Connections to SQLite files, which no fork carries over."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import Final

# SQLite notes in its process which locks of a file it holds. A child inherits these notes, and not the locks: it could
# write without a lock, wait for ever for one that nobody holds, and, closing its copy of a connection, delete what its
# parent is writing.
#
# Rule 1: A connection is closed before a fork, between two transactions, and opened again when it is needed.
#
# Rule 2: One that can not be closed, because a transaction takes long or the lock on its file must not be let go, is
# never used by the child, and never closed.

_PATIENCE: Final = 1.0  # seconds that a fork waits for transactions
_PRIVATE: Final = 0o600


class Database:
    """One connection to a file, for all threads, opened when it is needed.

    Args:
        path: The file; it is made where it is absent.
        prepare: Makes the tables, whenever the file is opened.
        timeout: Seconds to wait for the lock of the file.
        private: Whether only its owner may read a file that is made.
    """

    def __init__(
        self, path: str, prepare: Callable[[sqlite3.Connection], object], *, timeout: float, private: bool = False
    ) -> None:
        self._path = path
        self._prepare = prepare
        self._timeout = timeout
        self._private = private
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        _DATABASES[id(self)] = self

    def __del__(self) -> None:
        if getattr(self, "_connection", None) is not None:
            self.close()

    @contextmanager
    def use(self) -> Generator[sqlite3.Connection]:
        """Hold the connection, for a transaction."""
        with self._lock:
            if self._connection is None:
                self._connection = self._open()
            yield self._connection

    def close(self) -> None:
        """Close the file; it opens again when it is used again."""
        with self._lock:
            self._close()

    def _open(self) -> sqlite3.Connection:
        if self._private:
            with suppress(FileExistsError):
                os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE))
        connection = sqlite3.connect(self._path, timeout=self._timeout, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")  # who reads waits for nobody who writes
            connection.execute("PRAGMA synchronous = NORMAL")
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def hold(self, seconds: float) -> bool:
        """Close the file and keep it closed, before a fork; return False if that would take longer (rule 1)."""
        if not self._lock.acquire(timeout=seconds):
            return False
        with suppress(sqlite3.Error):  # it is released after the fork all the same
            self._close()
        return True

    def release(self) -> None:
        """Let the file be opened again."""
        self._lock.release()

    def start_over(self) -> None:
        """In a child: a thread of the parent may hold the lock."""
        self._lock = threading.Lock()
        if self._connection is not None:
            abandon(self._connection)
            self._connection = None


def abandon(connection: sqlite3.Connection) -> None:
    """Keep a connection of the parent from being closed, also when the process ends (rule 2)."""
    import ctypes

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))


class _Forking(threading.local):
    """The databases that the thread that forks keeps closed."""

    def __init__(self) -> None:
        self.held: list[Database] = []


_DATABASES: Final[weakref.WeakValueDictionary[int, Database]] = weakref.WeakValueDictionary()
_forking: Final = _Forking()


def _databases() -> list[Database]:
    """Return all that live; other threads may make and free some meanwhile."""
    return [each for reference in _DATABASES.valuerefs() if (each := reference()) is not None]


def _before_fork() -> None:
    end = time.monotonic() + _PATIENCE
    for each in _databases():
        if each.hold(max(end - time.monotonic(), 0.0)):
            _forking.held.append(each)


def _after_fork() -> None:
    while _forking.held:
        _forking.held.pop().release()


def _after_fork_in_child() -> None:
    _forking.held.clear()
    for each in _databases():
        each.start_over()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork_in_child)
