"""Budgets in an SQLite file: that of `SQLiteStore`, in tables of their own.

A thread asks the file, so that no event loop waits for its lock; what comes together is one transaction.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Final

import anyio

from mistral_async._files.database import Database
from mistral_async._ratelimit.waiting import ThreadEvent
from mistral_async._spending.ledger import Balance, Charge, Question
from mistral_async.errors import ConfigurationError

# Rule 1: The thread starts with a question, and ends, and closes the file, after `_IDLE` seconds without one.
# Rule 2: Of a budget per day the last `_DAYS` days that it was used on are kept. The days are counted, and no clock is
# asked: one that jumps must not have the present day forgotten.
# Rule 3: What does not pass by itself is a `ConfigurationError`; a file that is locked for longer than the timeout is
# an outage.

_COUNTS: Final = "tokens INTEGER NOT NULL, requests INTEGER NOT NULL, nanos INTEGER NOT NULL"
_SCHEMA: Final = (
    f"CREATE TABLE IF NOT EXISTS mistral_async_budgets (budget TEXT PRIMARY KEY, {_COUNTS}) WITHOUT ROWID",
    f"CREATE TABLE IF NOT EXISTS mistral_async_holds (budget, id, {_COUNTS}, PRIMARY KEY (budget, id)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS mistral_async_days (name, budget, PRIMARY KEY (name, budget)) WITHOUT ROWID",
)
_DAYS: Final = 31
_NOTE_DAY: Final = "INSERT OR IGNORE INTO mistral_async_days VALUES (?, ?)"
_PAST: Final = "SELECT budget FROM mistral_async_days WHERE name = ? ORDER BY budget DESC LIMIT -1 OFFSET ?"
_FORGET: Final = (
    "DELETE FROM mistral_async_budgets WHERE budget = ?",
    "DELETE FROM mistral_async_holds WHERE budget = ?",
    "DELETE FROM mistral_async_days WHERE budget = ?",
)
_USED: Final = "SELECT tokens, requests, nanos FROM mistral_async_budgets WHERE budget = ?"
_RESERVED: Final = (
    "SELECT coalesce(sum(tokens), 0), coalesce(sum(requests), 0), coalesce(sum(nanos), 0) "
    "FROM mistral_async_holds WHERE budget = ?"
)
_SETTLE: Final = "DELETE FROM mistral_async_holds WHERE budget = ? AND id = ?"
_SPEND: Final = (
    "INSERT INTO mistral_async_budgets VALUES (?, ?, ?, ?) ON CONFLICT (budget) DO UPDATE SET "
    "tokens = tokens + excluded.tokens, requests = requests + excluded.requests, nanos = nanos + excluded.nanos"
)
_IS_HELD: Final = "SELECT 1 FROM mistral_async_holds WHERE budget = ? AND id = ?"
_HOLD: Final = "INSERT INTO mistral_async_holds VALUES (?, ?, ?, ?, ?)"
_IDLE: Final = 5.0  # seconds
_SLOW: Final = 5.0  # seconds that the thread may take besides waiting for the lock, on a machine that is busy
_PASSING: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_INTERRUPT})
_PRIMARY: Final = 0xFF  # the bits of an error's primary code

_Work = tuple[Question, "Future[Balance]"]


class SQLiteBackend:
    """The budgets in one file."""

    def __init__(self, path: str, timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        self._database = Database(path, _prepare, timeout=timeout)
        self._lock = threading.Lock()
        self._queue: SimpleQueue[_Work | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._pid = os.getpid()
        self._day = ""  # the budget of the newest day that was noted

    async def ask(self, question: Question) -> Balance:
        """Settle and book, in the thread."""
        future, done = self.submit(question), ThreadEvent()
        future.add_done_callback(lambda _: done.set())
        with anyio.fail_after(self._timeout + _SLOW):
            await done.wait()
        return future.result()

    def submit(self, question: Question) -> Future[Balance]:
        """Have the thread settle; raises `RuntimeError` where none can be started."""
        future: Future[Balance] = Future()
        if self._pid != os.getpid():  # the thread, and what waits for it, are the parent's
            self._pid, self._thread = os.getpid(), None
            self._lock, self._queue = threading.Lock(), SimpleQueue()
        with self._lock:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="mistral_async budget", daemon=True)
                thread.start()
                self._thread = thread
            self._queue.put((question, future))
        return future

    async def aclose(self) -> None:
        """End the thread; what it was asked is done before."""
        if self._pid != os.getpid():  # the thread is the parent's, which may have held the lock
            return
        with self._lock:
            if (thread := self._thread) is not None:
                self._queue.put(None)
        if thread is not None:
            await anyio.to_thread.run_sync(thread.join, self._timeout, abandon_on_cancel=True)

    def _run(self) -> None:
        try:
            while (works := self._next()) is not None:
                try:
                    questions = [question for question, _ in works]
                    days = {each.key for each in questions if each.expires and each.key > self._day}
                    with self._database.use() as connection:
                        balances = _transact(connection, questions, days)
                    self._day = max(days, default=self._day)
                except Exception as error:  # noqa: BLE001 - it is raised in the tasks that wait
                    problem = self._explained(error)
                    for _, future in works:
                        future.set_exception(problem)
                else:
                    for (_, future), balance in zip(works, balances, strict=True):
                        future.set_result(balance)
        finally:
            self._database.close()

    def _next(self) -> list[_Work] | None:
        """Wait for questions, and return all that are there; None is the end of the thread (rule 1)."""
        try:
            first = self._queue.get(timeout=_IDLE)
        except Empty:
            first = None
        works: list[_Work] = []
        with self._lock:
            while first is not None:
                works.append(first)
                if self._queue.empty():
                    return works
                first = self._queue.get_nowait()
            if works:
                self._queue.put(None)  # after these
                return works
            if not self._queue.empty():
                return []
            self._thread = None
        return None

    def _explained(self, error: Exception) -> Exception:
        """Return a `ConfigurationError` for what does not pass by itself (rule 3)."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_BUSY) & _PRIMARY
        if not isinstance(error, sqlite3.Error) or code in _PASSING:
            return error
        explained = ConfigurationError(f"the store of a budget, {self._path!r}, can not be used: {error}")
        explained.__cause__ = error.with_traceback(None)
        return explained


def _prepare(connection: sqlite3.Connection) -> None:
    for table in _SCHEMA:
        connection.execute(table)


def _transact(connection: sqlite3.Connection, questions: Sequence[Question], days: Collection[str]) -> list[Balance]:
    """Answer questions, one after the other, in one transaction; `days` are budgets of a day that is new."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        balances = [_answer(connection, question) for question in questions]
        for day in days:
            _note_day(connection, day)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return balances


def _note_day(connection: sqlite3.Connection, budget: str) -> None:
    """Note the budget of a day, and forget the oldest days of its name (rule 2)."""
    name = budget.rpartition(":")[0]
    connection.execute(_NOTE_DAY, (name, budget))
    for past in connection.execute(_PAST, (name, _DAYS)).fetchall():
        for statement in _FORGET:
            connection.execute(statement, past)


def _answer(connection: sqlite3.Connection, question: Question) -> Balance:
    key, reserve = question.key, question.reserve
    for entry in question.settled:
        if connection.execute(_SETTLE, (key, entry.id)).rowcount:
            connection.execute(_SPEND, (key, *entry.charge))
    used = Charge(*(connection.execute(_USED, (key,)).fetchone() or (0, 0, 0)))
    reserved = Charge(*connection.execute(_RESERVED, (key,)).fetchone())
    if reserve is None:
        return Balance(booked=False, used=used, reserved=reserved)
    if connection.execute(_IS_HELD, (key, reserve.id)).fetchone():
        return Balance(booked=True, used=used, reserved=reserved)
    booked = [one + other for one, other in zip(used, reserved, strict=True)]
    if not question.limits.admit(booked, reserve.charge):
        return Balance(booked=False, used=used, reserved=reserved)
    connection.execute(_HOLD, (key, reserve.id, *reserve.charge))
    return Balance(booked=True, used=used, reserved=Charge(*map(sum, zip(reserved, reserve.charge, strict=True))))
