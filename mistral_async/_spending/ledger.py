"""Ledgers: what a budget has used and reserved. In this process, or in a store that several share."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Final, NamedTuple, Protocol

import msgspec

from mistral_async._spending.price import NANOS
from mistral_async.errors import BudgetStoreError, ConfigurationError

# Rule 1: What is booked is reserved or used. A reservation is booked before anything is sent, if all limits allow it,
# and settled once, with what the call used: 0 where nothing was sent, all of it where nobody knows.
# Rule 2: A reservation has an id. Booking and settling it twice are the same as once, so that what a store may not have
# got is told again.
# Rule 3: A reservation that nobody settles, because its process died, stays reserved: it may have been executed.
# Rule 4: A store that fails refuses: without it nobody knows what is left. Nothing is booked then, and what is to be
# settled waits for the next question. Of the reservations that it may have got meanwhile, `_MOST_UNSURE` are given back
# then; the others stay reserved, if they are.
# Rule 5: Settling asks nothing and waits for nothing. It may happen in any thread, or in a task that is cancelled.

_MOST_UNSURE: Final = 10_000
_log = logging.getLogger("mistral_async")


class Spending(msgspec.Struct, frozen=True):
    """An amount: what was used, or is reserved."""

    tokens: int = 0
    requests: int = 0
    cost: float = 0.0
    """In the currency of the budget's prices."""


class Charge(NamedTuple):
    """An amount as it is booked, in whole numbers."""

    tokens: int
    requests: int
    nanos: int
    """The cost, in billionths of the currency."""

    @property
    def spending(self) -> Spending:
        """The amount as users read it."""
        return Spending(self.tokens, self.requests, self.nanos / NANOS)


ZERO: Final = Charge(0, 0, 0)
MOST: Final = 2**53
"""The most that one request is charged of anything: stores count exactly so far."""


class Limits(NamedTuple):
    """The most that may be booked, -1 for no limit."""

    tokens: int = -1
    requests: int = -1
    nanos: int = -1

    def admit(self, booked: Sequence[int], charge: Charge) -> bool:
        """Return whether a charge fits in beside what is booked."""
        return all(limit < 0 or total + more <= limit for limit, total, more in zip(self, booked, charge, strict=True))


NO_LIMITS: Final = Limits()


class Entry(NamedTuple):
    """A reservation, or its settlement."""

    id: str
    charge: Charge


class Question(NamedTuple):
    """A question to a store: settle these, then book that reservation if the limits allow it."""

    key: str
    """The budget, and the day where it has one."""
    settled: Sequence[Entry] = ()
    reserve: Entry | None = None
    limits: Limits = NO_LIMITS
    expires: int = 0
    """Seconds after its last use that the store may forget it; 0 is never."""


class Balance(NamedTuple):
    """The state of a budget: whether the reservation asked for was booked, and what is booked in all."""

    booked: bool
    used: Charge
    reserved: Charge


EMPTY: Final = Balance(booked=False, used=ZERO, reserved=ZERO)


class Backend(Protocol):
    """A store, as far as budgets need it."""

    async def ask(self, question: Question) -> Balance:
        """Settle and book at once. A `ConfigurationError` does not pass by itself; any other exception may."""
        ...

    def submit(self, question: Question) -> Future[Balance] | None:
        """Settle without waiting, from any thread; None where the next `ask` has to do it."""
        ...

    async def aclose(self) -> None:
        """Close what is open; it opens again when it is asked."""


class LocalLedger:
    """A ledger in the memory of this process. A new day begins at nothing; a clock that is put back begins none."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key = ""
        self._used = ZERO
        self._reserved = ZERO
        self._open: dict[str, Charge] = {}

    def start_over(self) -> None:
        """After a fork: another thread may hold the lock for ever, and what is reserved is for the parent's calls."""
        self._lock = threading.Lock()
        self._reserved, self._open = ZERO, {}

    def balance(self, key: str) -> Balance:
        """Return what is booked; nothing on a new day."""
        with self._lock:
            return EMPTY if key > self._key else Balance(booked=False, used=self._used, reserved=self._reserved)

    async def book(self, key: str, entry: Entry, limits: Limits) -> bool:
        """Reserve, if the limits allow it."""
        with self._lock:
            if key > self._key:
                self._key, self._used, self._reserved, self._open = key, ZERO, ZERO, {}
            if not limits.admit(_add(self._used, self._reserved), entry.charge):
                return False
            self._open[entry.id] = entry.charge
            self._reserved = _add(self._reserved, entry.charge)
            return True

    def settle(self, _key: str, entry: Entry) -> None:
        """Put what was used in the place of what was reserved; what belongs to another day is past."""
        with self._lock:
            if (reserved := self._open.pop(entry.id, None)) is not None:
                self._reserved = _add(self._reserved, reserved, -1)
                self._used = _add(self._used, entry.charge)

    async def aclose(self) -> None:
        """Do nothing: there is no store."""


class SharedLedger:
    """A ledger in a store (rules 2 to 5)."""

    def __init__(self, backend: Backend, name: str, *, expires: int) -> None:
        self._known = "", EMPTY
        self._backend = backend
        self._name = name
        self._expires = expires
        self._lock = threading.Lock()
        self._owed: dict[str, dict[str, Entry]] = {}  # settlements that the store has not confirmed, by key and id

    def start_over(self) -> None:
        """After a fork: what is owed is the parent's to tell."""
        self._lock = threading.Lock()
        self._owed = {}

    def balance(self, key: str) -> Balance:
        """Return what is booked, as of the last answer; nothing under another key."""
        known, balance = self._known
        return balance if known == key else EMPTY

    async def book(self, key: str, entry: Entry, limits: Limits) -> bool:
        """Ask the store to reserve."""
        question = self._question(key, entry, limits)
        try:
            balance = await self._backend.ask(question)
        except BaseException as error:
            if len(self._owed.get(key, ())) < _MOST_UNSURE:  # rule 4
                self._owe(key, Entry(entry.id, ZERO))  # rule 2: it may be booked, and nothing will be sent
            if isinstance(error, ConfigurationError) or not isinstance(error, Exception):
                raise
            _log.warning("The store of the budget %r failed (%r): its calls are refused", self._name, error)
            raise BudgetStoreError(
                f"the store of the budget {self._name!r} does not answer ({type(error).__name__}), so nobody knows "
                "what is left: nothing was sent"
            ) from error.with_traceback(None)
        self._confirm(question, balance)
        return balance.booked

    def settle(self, key: str, entry: Entry) -> None:
        """Tell the store at once where that needs no waiting, else with the next question."""
        self._owe(key, entry)
        question = self._question(key)
        try:
            future = self._backend.submit(question)
        except RuntimeError:  # no thread can be started
            future = None
        if future is not None:
            future.add_done_callback(lambda done: self._answered(question, done))

    async def aclose(self) -> None:
        """Tell the store what it does not know, and close it; what it can not be told stays reserved."""
        try:
            for key in list(self._owed):
                question = self._question(key)
                self._confirm(question, await self._backend.ask(question))
        except ConfigurationError:
            pass  # each call has raised it
        except Exception as error:  # noqa: BLE001 - whatever a store raises, closing goes on
            _log.warning("The store of the budget %r failed (%r)", self._name, error)
        finally:
            await self._backend.aclose()

    def _question(self, key: str, reserve: Entry | None = None, limits: Limits = NO_LIMITS) -> Question:
        with self._lock:
            settled = list(self._owed.get(key, {}).values())
        return Question(key, settled, reserve, limits, self._expires)

    def _owe(self, key: str, entry: Entry) -> None:
        with self._lock:
            self._owed.setdefault(key, {})[entry.id] = entry

    def _answered(self, question: Question, done: Future[Balance]) -> None:
        if not done.cancelled() and done.exception() is None:
            self._confirm(question, done.result())

    def _confirm(self, question: Question, balance: Balance) -> None:
        """Forget what the store has settled."""
        self._known = question.key, balance
        with self._lock:
            owed = self._owed.get(question.key, {})
            for entry in question.settled:
                owed.pop(entry.id, None)
            if not owed:
                self._owed.pop(question.key, None)


def _add(one: Charge, other: Charge, sign: int = 1) -> Charge:
    return Charge(
        one.tokens + sign * other.tokens, one.requests + sign * other.requests, one.nanos + sign * other.nanos
    )


def new_id() -> str:
    """Return an id that no other reservation has, in any process."""
    return os.urandom(9).hex()
