"""The limits of all processes of one machine, in an SQLite file. It needs nothing but the file."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final, TypeVar, cast

import anyio
import anyio.to_thread
import msgspec
from anyio.lowlevel import RunVar

from mistral_async._codec.counts import check_number, checked_path
from mistral_async._files.database import Database
from mistral_async._ratelimit.store import (
    Correction,
    Demand,
    Learned,
    Report,
    Slot,
    book,
    exchange,
    is_current,
    is_spent,
    new_bucket,
    new_learned,
    update_bucket,
)
from mistral_async._ratelimit.token_bucket import TokenBucket
from mistral_async.errors import ConfigurationError

# Rule 1: A thread waits for the lock of the file for `_SLICE` at most; the rest of the timeout passes in the event
# loop, where the deadline and the cancellation of the call hold.
#
# Rule 2: Nobody waits for a thread. What is booked for a question that was cancelled is given back by the thread
# itself, or with the next question.
#
# Rule 3: With each `_SWEEP`th question, that many rows are looked at, one part of the file after the other; those with
# which nothing is lost are deleted. So a file that many models were asked by does not grow for ever.
#
# Rule 4: What does not pass by itself (a file that is no database or can not be written, a full disk) is a
# ConfigurationError; a locked file is an outage.

# The table is the format of a file that other versions may share: its column keeps its name.
_SCHEMA: Final = "CREATE TABLE IF NOT EXISTS mistral_async_limits (key TEXT PRIMARY KEY, meter BLOB NOT NULL)"
_READ: Final = "SELECT meter FROM mistral_async_limits WHERE key = ?"
_WRITE: Final = "INSERT OR REPLACE INTO mistral_async_limits VALUES (?, ?)"
_SOME: Final = "SELECT key, meter FROM mistral_async_limits WHERE key > ? ORDER BY key LIMIT ?"
_DELETE: Final = "DELETE FROM mistral_async_limits WHERE key = ?"
_SWEEP: Final = 64
_SLICE: Final = 0.03  # seconds
_LEARNED: Final = ":learned"  # the end of such keys
_PAUSE: Final = 0.02  # seconds between two tries of a file that is locked
_LASTING: Final = {
    sqlite3.SQLITE_AUTH: "no permission",
    sqlite3.SQLITE_CANTOPEN: "it can not be opened; check the folder and its permissions",
    sqlite3.SQLITE_CORRUPT: "it is damaged; delete it while nobody uses it",
    sqlite3.SQLITE_ERROR: "it is not a file of SQLiteStore",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_MISMATCH: "it is not a file of SQLiteStore",
    sqlite3.SQLITE_NOTADB: "it is not a database",
    sqlite3.SQLITE_PERM: "no permission",
    sqlite3.SQLITE_READONLY: "it can not be written",
}
_LOCKED: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
T = TypeVar("T")
Reply = tuple[Slot, Learned]
_threads: RunVar[anyio.CapacityLimiter] = RunVar("_threads")


class SQLiteStore:
    """A store of `RateLimits` for all processes of this machine that name the same file.

    `RateLimits(requests_per_second=20, store=SQLiteStore("limits.sqlite"))`. The file must be on a local disk; it is
    made when it is first used, holds limits and counts only, and can be deleted while nobody uses it. Accounts (API
    keys) with limits of their own need a file each. Times are those of the machine's monotonic clock.

    Args:
        path: The file.
        timeout: Seconds to wait for other processes before the store counts as out.

    Raises:
        ConfigurationError: a call raises it where the file is no database, can not be written, or the disk is full.
    """

    def __init__(self, path: str | os.PathLike[str], *, timeout: float = 5.0) -> None:
        check_number("timeout", timeout)
        self.path: str = checked_path(path)
        self.timeout = timeout
        self._database = Database(self.path, _prepare, timeout=_SLICE)
        self._pid = os.getpid()
        self._debts: deque[Correction] = deque()
        self._questions = 0
        self._swept = ""  # the last key that was looked at
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(TokenBucket).decode
        self._decode_learned = msgspec.msgpack.Decoder(Learned).decode

    def __reduce__(self) -> tuple[Callable[..., SQLiteStore], tuple[str]]:
        return partial(type(self), timeout=self.timeout), (self.path,)

    def _made_with(self) -> tuple[type, str, float]:
        return type(self), self.path, self.timeout

    def __eq__(self, other: object) -> bool:
        """Compare what the stores were made with."""
        return self._made_with() == other._made_with() if isinstance(other, SQLiteStore) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._made_with())

    async def reserve(self, demands: Sequence[Demand], corrections: Sequence[Correction]) -> Slot:
        """Book a call, see `LimitStore`."""
        slot, _ = await self._ask(_Question(demands, corrections))
        return slot

    async def exchange(
        self, demands: Sequence[Demand], corrections: Sequence[Correction], report: Report
    ) -> tuple[Slot, Learned]:
        """Book a call and take what a process learned, see `LearningStore`."""
        return await self._ask(_Question(demands, corrections, report))

    async def _ask(self, question: _Question) -> Reply:
        try:
            limiter = _threads.get()
        except LookupError:
            limiter = anyio.CapacityLimiter(1)
            _threads.set(limiter)
        end = time.monotonic() + self.timeout
        try:
            while True:
                try:
                    await anyio.to_thread.run_sync(self._answer, question, limiter=limiter, abandon_on_cancel=True)
                    await anyio.lowlevel.checkpoint_if_cancelled()
                    return cast("Reply", question.reply)
                except sqlite3.Error as error:
                    self._raise_lasting(error)
                    if _code(error) not in _LOCKED or time.monotonic() >= end:
                        raise
                await anyio.sleep(_PAUSE)
        except BaseException:
            self._owed.extend(question.abandon())
            raise

    async def aclose(self) -> None:
        """Close the file; it opens again if it is used again."""
        await anyio.to_thread.run_sync(self.close, abandon_on_cancel=True)

    def close(self) -> None:
        """Close the file, from synchronous code."""
        self._database.close()

    def _answer(self, question: _Question) -> None:
        """Book a question's demands, in a thread."""
        if question.abandoned:
            return
        reply = self._transact(question)
        if not question.take(reply):
            back = question.back(reply)
            try:
                self._transact(_Question((), back))
            except sqlite3.Error:
                self._owed.extend(back)

    @property
    def _owed(self) -> deque[Correction]:
        """The corrections that give back (rule 2). Those of its parent the parent sends."""
        if self._pid != os.getpid():
            self._pid, self._debts = os.getpid(), deque()
        return self._debts

    def _transact(self, question: _Question) -> Reply:
        with self._database.use() as connection:
            connection.execute("BEGIN IMMEDIATE")
            owed = list(self._owed)
            try:
                self._correct(connection, [*owed, *question.corrections])
                reply = self._book(connection, question.demands, question.report, time.monotonic())
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            for _ in owed:
                self._owed.popleft()
            return reply

    def _book(
        self, connection: sqlite3.Connection, demands: Sequence[Demand], report: Report | None, now: float
    ) -> Reply:
        buckets = [self._read(connection, demand, now) for demand in demands]
        if report is None:
            learned, slot = Learned(), book(buckets, demands, now)
        else:
            learned = self._learned(connection, report.model, now)
            slot = exchange(learned, buckets, demands, report, now)
            connection.execute(_WRITE, (_key(report.model), self._encode(learned)))
        rows = [(demand.key, self._encode(each)) for demand, each in zip(demands, buckets, strict=True)]
        connection.executemany(_WRITE, rows)
        self._questions += 1
        if self._questions % _SWEEP == 0:
            self._sweep(connection, now)
        return slot, learned

    def _sweep(self, connection: sqlite3.Connection, now: float) -> None:
        """Delete what is not needed any more of the next rows (rule 3)."""
        rows = connection.execute(_SOME, (self._swept, _SWEEP)).fetchall()
        self._swept = rows[-1][0] if len(rows) == _SWEEP else ""
        for key, stored in rows:
            with suppress(ConfigurationError):  # whoever needs what can not be read is told so
                if key.endswith(_LEARNED):
                    needed = is_current(self._decoded(stored, self._decode_learned), now)
                else:
                    needed = not is_spent(self._bucket(stored), now)
                if not needed:
                    connection.execute(_DELETE, (key,))

    def _raise_lasting(self, error: sqlite3.Error) -> None:
        """Raise a ConfigurationError for what does not pass by itself (rule 4)."""
        reason = _LASTING.get(_code(error))
        if reason is not None and not (_code(error) == sqlite3.SQLITE_CANTOPEN and _lacks_descriptors()):
            raise ConfigurationError(
                f"the rate-limit store {self.path!r} can not be used: {reason} ({error})"
            ) from error

    def _correct(self, connection: sqlite3.Connection, corrections: Sequence[Correction]) -> None:
        for key, mark, change in corrections:
            row = connection.execute(_READ, (key,)).fetchone()
            if row is not None:
                bucket = self._bucket(row[0])
                bucket.correct(mark, change)
                connection.execute(_WRITE, (key, self._encode(bucket)))

    def _read(self, connection: sqlite3.Connection, demand: Demand, now: float) -> TokenBucket:
        row = connection.execute(_READ, (demand.key,)).fetchone()
        return new_bucket(demand) if row is None else update_bucket(self._bucket(row[0]), demand, now)

    def _learned(self, connection: sqlite3.Connection, model: str, now: float) -> Learned:
        row = connection.execute(_READ, (_key(model),)).fetchone()
        learned = new_learned(now) if row is None else self._decoded(row[0], self._decode_learned)
        return learned if is_current(learned, now) else new_learned(now)

    def _bucket(self, stored: bytes) -> TokenBucket:
        return self._decoded(stored, self._decode)

    def _decoded(self, stored: bytes, decode: Callable[[bytes], T]) -> T:
        try:
            return decode(stored)
        except (msgspec.DecodeError, TypeError) as error:
            raise ConfigurationError(f"the rate-limit store {self.path!r} holds something else: {error}") from None


class _Question:
    """The question of a call: answered by a thread, unless the call has gone before."""

    def __init__(
        self, demands: Sequence[Demand], corrections: Sequence[Correction], report: Report | None = None
    ) -> None:
        self.demands = demands
        self.corrections = corrections
        self.report = report
        self.reply: Reply | None = None
        self.abandoned = False
        self._lock = threading.Lock()

    def take(self, reply: Reply) -> bool:
        """Take the answer; return False if nobody waits for it."""
        with self._lock:
            if not self.abandoned:
                self.reply = reply
            return not self.abandoned

    def abandon(self) -> list[Correction]:
        """Give the question up; return what gives back what was booked for it."""
        with self._lock:
            self.abandoned = True
            return [] if self.reply is None else self.back(self.reply)

    def back(self, reply: Reply) -> list[Correction]:
        """Return what gives a slot back."""
        slot, _ = reply
        return [Correction(demand.key, slot.mark, -demand.cost) for demand in self.demands] if slot.booked else []


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute(_SCHEMA)


def _key(model: str) -> str:
    return model + _LEARNED


def _lacks_descriptors() -> bool:
    """Return whether no file can be opened now, which SQLite reports as a file that can not be."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno in {errno.EMFILE, errno.ENFILE}
    return False


def _code(error: sqlite3.Error) -> int:
    """Return the primary code of an error of SQLite."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
