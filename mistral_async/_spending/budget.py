"""Budgets: what calls may use in all. A call that would use more is refused before anything is sent."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from mistral_async._codec.counts import check_count, check_number, plain_number
from mistral_async._spending.estimate import Estimator
from mistral_async._spending.ledger import (
    MOST,
    ZERO,
    Charge,
    Entry,
    Limits,
    LocalLedger,
    SharedLedger,
    Spending,
    new_id,
)
from mistral_async._spending.price import NANOS, Price, check_prices, price_of
from mistral_async.errors import BudgetExceededError, ConfigurationError

if TYPE_CHECKING:
    from mistral_async._ratelimit.redis import RedisStore
    from mistral_async._ratelimit.sqlite import SQLiteStore
    from mistral_async._ratelimit.waiting import ThreadEvent
    from mistral_async._spending.units import Units

# Rule 1: An attempt reserves what it may use at most, as far as that is known, before it waits for the rate limits. It
# is refused where that does not fit in beside what is used and reserved.
# Rule 2: Bulk work that does not fit in beside what is *reserved* waits until calls of this process have settled, and
# is refused when none is under way any more: what was reserved too much is used before the work stops.
# Rule 3: Who waits holds nothing of other budgets meanwhile.

_TWO_DAYS: Final = 2 * 24 * 3600
Period = Literal["day", "job"]


class BudgetState(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a budget that is used; with a store, as of its last answer."""

    used: Spending
    reserved: Spending
    """By calls under way, and by those of processes that died."""
    begins_again: datetime | None
    """When a budget per day begins again, in UTC."""


class Budget:
    """The most that calls may use in all: `Mistral(budget=Budget(cost=5, per="day", prices=KnownPrices()))`.

    Before a call is sent, what it may use is reserved: its prompt by the size of its body, `max_tokens` or the longest
    answer of late, pages and seconds of audio as in earlier calls of the model. The answer's `usage` then takes the
    place of that. A call that does not fit in raises `BudgetExceededError`, and nothing is sent; bulk work
    stops, with all results so far. What may have been executed though no whole answer came stays reserved.

    One object may be given to several clients, views and jobs, which then share it. Where several budgets apply to a
    call, it has to fit into each.

    Args:
        tokens: Tokens, of prompts and answers together.
        requests: Requests that are billed.
        cost: The cost, in the currency of the `prices`.
        per: `"day"`: the budget begins again at 0:00 UTC. `"job"`: each bulk job, and each call outside of one, has a
            budget of its own; with a store, all that gives the `name` is one job. None: it never begins again.
        store: `SQLiteStore` or `RedisStore`: processes that give the same store and `name` share the budget. Default:
            this object keeps it in memory.
        name: The name in the store, and in errors. Another name is another budget, which begins at nothing.
        prices: The price of each model (`{"mistral-small-latest": Price(input=0.1, output=0.3)}`; `"*"` is for all
            others), or `KnownPrices()`. A call of a model without a price raises `ConfigurationError`.

    Raises:
        ValueError: there is no limit, or one that is not positive; `cost` without `prices`; `per="job"` with a store
            and no name.
    """

    def __init__(
        self,
        *,
        tokens: int | None = None,
        requests: int | None = None,
        cost: float | None = None,
        per: Period | None = None,
        store: SQLiteStore | RedisStore | None = None,
        name: str | None = None,
        prices: Mapping[str, Price] | None = None,
    ) -> None:
        self.tokens: int | None = plain_number(tokens)
        self.requests: int | None = plain_number(requests)
        self.cost: float | None = plain_number(cost)
        self.per: Period | None = per
        self.store = store
        self.name: str = "budget" if name is None else name
        self.prices = prices
        self._check(named=name is not None)
        nanos = -1 if self.cost is None else round(self.cost * NANOS)
        self._limits = Limits(_limit(self.tokens), _limit(self.requests), nanos)
        self._clock = time.time
        self._estimator = Estimator()
        self._is_job = False
        self._begin()

    def _begin(self) -> None:
        """Begin at nothing."""
        self._ledger: LocalLedger | SharedLedger = _ledger(self.store, self.name, per_day=self.per == "day")
        self._lock = threading.Lock()
        self._open = 0  # reservations of this process
        self._changes = 0  # how often one of them was settled
        self._waiting: deque[ThreadEvent] = deque()
        _BUDGETS.add(self)

    def _check(self, *, named: bool) -> None:
        if self.prices is not None:
            check_prices(self.prices)
        check_count("tokens", self.tokens, optional=True)
        check_count("requests", self.requests, optional=True)
        check_number("cost", self.cost, optional=True)
        if not isinstance(self.name, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a type checker
            raise TypeError(f"name must be a str, not {type(self.name).__name__}")
        if self.cost is not None and self.prices is None:
            raise ValueError("cost= needs prices=: a Price for each model, or KnownPrices()")
        if self.tokens is None and self.requests is None and self.cost is None:
            raise ValueError("a budget needs tokens=, requests= or cost=")
        if self.per not in (None, "day", "job"):  # of what has no hash, too
            raise ValueError(f"per must be 'day', 'job' or None, not {self.per!r}")
        if self.per == "job" and self.store is not None and not named:
            raise ValueError("a job that several processes share needs name=, which tells it from other jobs")

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what it was made with: without a store the copy begins at nothing."""
        return _restored, (
            {
                "tokens": self.tokens,
                "requests": self.requests,
                "cost": self.cost,
                "per": self.per,
                "store": self.store,
                "name": self.name,
                "prices": self.prices,
            },
        )

    def __repr__(self) -> str:
        limits = {"tokens": self.tokens, "requests": self.requests, "cost": self.cost, "per": self.per}
        return f"Budget({', '.join(f'{name}={value!r}' for name, value in limits.items() if value is not None)})"

    @property
    def state(self) -> BudgetState:
        """The parts that are used and reserved; with a store, as of its last answer to this process."""
        balance = self._ledger.balance(self._key())
        return BudgetState(
            used=balance.used.spending, reserved=balance.reserved.spending, begins_again=self._begins_again()
        )

    async def aclose(self) -> None:
        """Tell the store what calls have used, and close it; a client that is closed does that with all of its own."""
        await self._ledger.aclose()

    # for the engine

    def for_job(self) -> Budget:
        """Return the budget of one job: this one, or one that begins at nothing where it is `per="job"`."""
        if self.per != "job" or self.store is not None:
            return self
        job = object.__new__(Budget)
        vars(job).update(vars(self), _is_job=True)
        job._begin()
        return job

    def for_call(self) -> Budget:
        """Return the budget of one call: outside of a job, each is one."""
        return self if self.is_used else self.for_job()

    @property
    def is_used(self) -> bool:
        """True unless each job has a budget of its own, of which this is only the pattern."""
        return self._is_job or self.per != "job" or self.store is not None

    def charge(self, model: str, units: Units) -> Charge:
        """Return the charge of one request."""
        price = price_of(self.prices, model)
        if price is None and self.cost is not None:
            raise ConfigurationError(
                f"the budget {self.name!r} limits the cost, and its prices have none for {model!r}: add it, or a price "
                'for "*", which is for all others'
            )
        return Charge(min(units.total, MOST), 1, 0 if price is None else min(price.nanos(units), MOST))

    @property
    def estimator(self) -> Estimator:
        """The estimator of what calls will use, which jobs of the budget share."""
        return self._estimator

    @property
    def mark(self) -> int:
        """A mark of now, for `has_changed`."""
        return self._changes

    async def reserve(self, charge: Charge) -> BudgetHold | None:
        """Reserve for an attempt; None where that does not fit in."""
        hold = BudgetHold(self, self._key(), Entry(new_id(), charge))
        if not await self._ledger.book(hold.key, hold.entry, self._limits):
            return None
        with self._lock:
            self._open += 1
        return hold

    async def has_changed(self, mark: int) -> bool:
        """Wait until a call of this process has settled since; False where none is under way (rule 2)."""
        from mistral_async._ratelimit.waiting import ThreadEvent

        event = ThreadEvent()
        with self._lock:
            if self._changes != mark or not self._open:
                return self._changes != mark
            self._waiting.append(event)
        try:
            await event.wait()
        except BaseException:
            with self._lock:
                if event in self._waiting:
                    self._waiting.remove(event)
            self._wake()  # it may have been this one's turn
            raise
        return True

    def settle(self, key: str, entry: Entry) -> None:
        """Put what an attempt used in the place of what it reserved."""
        self._ledger.settle(key, entry)
        with self._lock:
            self._open -= 1
            self._changes += 1
        self._wake()

    def _wake(self) -> None:
        """Wake the next call that waits; all of them when nothing is under way."""
        with self._lock:
            count = min(1, len(self._waiting)) if self._open else len(self._waiting)
            woken = [self._waiting.popleft() for _ in range(count)]
        for event in woken:
            event.set()

    def exceeded(self, charge: Charge, what: str, advice: str = "") -> BudgetExceededError:
        """Make the error for a call that does not fit in."""
        balance = self._ledger.balance(self._key())
        booked = [used + held for used, held in zip(balance.used, balance.reserved, strict=True)]
        short = (
            name
            for name, limit, total, more in zip(Spending.__struct_fields__, self._limits, booked, charge, strict=True)
            if 0 <= limit < total + more
        )
        return _exceeded(self, next(short, self._first_limit()), charge.spending, what, advice)

    def _first_limit(self) -> str:
        return next(name for name in Spending.__struct_fields__ if getattr(self, name) is not None)

    def _key(self) -> str:
        """Return the name in the ledger, with the day where each has a budget of its own."""
        return f"{self.name}:{self._today()}" if self.per == "day" else self.name

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock(), UTC).date()

    def _begins_again(self) -> datetime | None:
        if self.per != "day":
            return None
        return datetime.combine(self._today() + timedelta(days=1), datetime.min.time(), UTC)

    def start_over(self) -> None:
        """After a fork: other threads may hold the locks for ever, and calls under way are the parent's."""
        self._lock = threading.Lock()
        self._open, self._waiting = 0, deque()
        self._ledger.start_over()


class BudgetHold:
    """The part of one budget that is held for one attempt.

    It is settled once, by the process that held it; what comes after, or from a child, is ignored.
    """

    __slots__ = ("_pid", "_settled", "budget", "entry", "key")

    def __init__(self, budget: Budget, key: str, entry: Entry) -> None:
        self.budget = budget
        self.key = key
        self.entry = entry
        self._settled = False
        self._pid = os.getpid()

    def settle(self, charge: Charge) -> None:
        """Put a charge in the place of what is reserved."""
        if not self._settled and self._pid == os.getpid():
            self._settled = True
            self.budget.settle(self.key, Entry(self.entry.id, charge))

    def give_back(self) -> None:
        """Settle with nothing: it was not sent, or not executed."""
        self.settle(ZERO)

    def keep(self) -> None:
        """Settle with all of it: it may have been executed, and nobody knows what it used."""
        self.settle(self.entry.charge)


def _limit(value: int | None) -> int:
    return -1 if value is None else value


def _ledger(store: object, name: str, *, per_day: bool) -> LocalLedger | SharedLedger:
    if store is None:
        return LocalLedger()
    from mistral_async._spending.stores import backend_of

    return SharedLedger(backend_of(store), name, expires=_TWO_DAYS if per_day else 0)


def _exceeded(budget: Budget, resource: str, needed: Spending, what: str, advice: str) -> BudgetExceededError:
    """Make the error, with its attributes."""
    state = budget.state
    limit, used, reserved, needs = (getattr(each, resource) for each in (budget, state.used, state.reserved, needed))
    period = {"day": " a day", "job": " a job", None: ""}[budget.per]
    again = "" if state.begins_again is None else f"; it begins again at {state.begins_again:%Y-%m-%dT%H:%MZ}"
    unit = "of cost" if resource == "cost" else resource
    error = BudgetExceededError(
        f"{what}: nothing was sent, because it may need {_shown(needs)} {unit}{advice}, and of the "
        f"{_shown(limit)}{period} of the budget {budget.name!r} {_shown(used)} are used and {_shown(reserved)} "
        f"reserved{again}"
    )
    error.budget, error.resource, error.limit = budget.name, resource, limit
    error.used, error.reserved, error.needed = used, reserved, needs
    error.begins_again = state.begins_again
    return error


def _shown(amount: float) -> str:
    return f"{amount:,}" if isinstance(amount, int) else f"{amount:,.6g}"


def _restored(settings: Mapping[str, Any]) -> Budget:
    """Make a budget again that was pickled; pickles name this function."""
    return Budget(**settings)


_BUDGETS: weakref.WeakSet[Budget] = weakref.WeakSet()


def _after_fork() -> None:
    for budget in list(_BUDGETS):
        budget.start_over()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
