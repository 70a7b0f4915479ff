"""What a client and all its views share. A forked process starts with limits and a budget of its own."""

from __future__ import annotations

import contextlib
import os
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from mistral_async._codec.counts import plain_number
from mistral_async._engine.deprecation import DeprecationWatch
from mistral_async._engine.retry import RetryBudget, ThrottleStreaks
from mistral_async._ratelimit import Limiter
from mistral_async._spending.meter import UsageMeter
from mistral_async.errors import ConfigurationError

if TYPE_CHECKING:
    import logging

    from mistral_async._engine.accounts import AccountPool
    from mistral_async._engine.auth import Key
    from mistral_async._engine.cached_calls import CacheUse
    from mistral_async._engine.gateway import Gateway
    from mistral_async._engine.hooks import HookSet
    from mistral_async._engine.statistics import ClientStatistics
    from mistral_async._http.network import Network
    from mistral_async._ratelimit import LimiterStatistics
    from mistral_async._spending.budget import Budget


class CallCounts:
    """The calls of one client so far. A count that two threads raise in the same instant may be one too low.

    It needs no lock, which another thread could hold when the process forks.
    """

    def __init__(self) -> None:
        self.made: int = 0
        self.repeated: int = 0
        self._failed: dict[str, int] = {}

    def end(self, error: Exception) -> None:
        """Count a call that ended with an error."""
        kind = type(error).__name__
        self._failed[kind] = self._failed.get(kind, 0) + 1

    @property
    def failed(self) -> dict[str, int]:
        """Return how many ended with an error, by its class."""
        return dict(self._failed)


class ClientState:
    """The key, the network, the limits and the budget for retries of one client."""

    def __init__(
        self,
        settings: Mapping[str, Any],
        *,
        rebuild: Callable[[Any, Mapping[str, Any]], ClientState],
        key: Key,
        prefix: str,
        query: Mapping[str, Any],
        gateway: Gateway | None,
        network: Network,
        limiter: Limiter,
        logger: logging.Logger | None,
        hooks: HookSet | None,
        agent: str,
    ) -> None:
        self.settings = settings
        self.rebuild = rebuild
        self.key = key
        self.prefix = prefix
        self.query = query  # parameters of every request
        self.gateway = gateway
        self.network = network
        self.limiter: Limiter = limiter
        self.logger = logger
        self.hooks = hooks
        self.agent = agent
        self.number: int = 1  # among the accounts of its client
        self.pool: AccountPool[ClientState] | None = None  # None: there is one account
        self.budget: RetryBudget = RetryBudget()
        self.throttles: ThrottleStreaks = ThrottleStreaks()
        self.meter: UsageMeter = UsageMeter()
        self.deprecations: DeprecationWatch = DeprecationWatch()
        self.calls: CallCounts = CallCounts()
        self.cache_use: CacheUse | None = None
        self._used: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        self._listen()
        _STATES.add(self)
        if hooks is not None:
            hooks.tell_made(partial(_statistics_of, weakref.ref(self)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the settings, without a key that is text: the other process takes its own."""
        return self.rebuild, (self.given_key, self.settings)

    @property
    def given_key(self) -> Any:
        """The source of the key in another process: a function, or accounts with functions; None: the environment."""
        return self.key.function if self.pool is None else self.pool.given

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def over(self, network: Any) -> ClientState:
        """Return this account of the same client over another network; key, limits, budget and hooks are shared."""
        other = object.__new__(ClientState)
        vars(other).update(vars(self), network=network, pool=None)
        return other

    def beside(
        self, number: int, *, key: Key, prefix: str, query: Mapping[str, Any], network: Network, limiter: Limiter
    ) -> ClientState:
        """Return another account of the same client: hooks and the retry budget are shared."""
        other = self.over(network)
        other.number, other.key, other.prefix, other.query, other.limiter = number, key, prefix, query, limiter
        return other

    def share(self, pool: AccountPool[ClientState]) -> None:
        """Make these the accounts of the client; this is the first of them."""
        for member in pool.members:
            member.pool = pool
            member._listen()  # noqa: SLF001 - of this class

    def account(self, number: int | None) -> ClientState:
        """Return one of the accounts of the client: the first, where none is named."""
        if number is None or (number == 1 and self.pool is None):
            return self
        members = (self,) if self.pool is None else self.pool.members
        if type(number := plain_number(number)) is not int or not 1 <= number <= len(members):
            raise ConfigurationError(f"key= is the number of a key, from 1 to {len(members)}, not {number!r}")
        return members[number - 1]

    def statistics(self, now: float) -> LimiterStatistics:
        """Return the state of the rate limits, of all accounts."""
        return self.limiter.statistics(now) if self.pool is None else self.pool.statistics(now)

    def use(self, budgets: Sequence[Budget], cache: object) -> None:
        """Note what a view of the client, or a job, uses besides: it is closed with the client."""
        for each in (*budgets, cache):
            with contextlib.suppress(TypeError):  # a store of the user's that can not be referred to so
                self._used[id(each)] = each

    def used(self) -> list[Any]:
        """Return the budgets and the stores of answers of the client, its views and its jobs, as far as they live."""
        return [each for reference in self._used.valuerefs() if (each := reference()) is not None]

    def _listen(self) -> None:
        if self.hooks is not None and self.limiter.shared is not None:
            self.limiter.shared.tell = self.hooks.tell_store

    @property
    def networks(self) -> list[Network]:
        """The connections to each server that the accounts have."""
        members = (self,) if self.pool is None else self.pool.members
        return list(dict.fromkeys(member.network for member in members))

    def client_statistics(self) -> ClientStatistics:
        """Return the state of connections, limits, retries and calls now."""
        from mistral_async._engine.statistics import statistics_of  # few ask
        from mistral_async._spending.budget import Budget
        from mistral_async._spending.statistics import statistics_of as budget_statistics

        return statistics_of(
            connections=[network.statistics() for network in self.networks],
            limiter=self.statistics(time.monotonic()),
            retries=(int(self.budget.tokens), self.calls.repeated),
            calls=(self.calls.made, self.calls.failed),
            budgets=[budget_statistics(each) for each in self.used() if isinstance(each, Budget) and each.is_used],
        )

    async def aclose(self) -> None:
        """Close what is open; all of it opens again when it is needed."""
        members = (self,) if self.pool is None else self.pool.members
        async with contextlib.AsyncExitStack() as stack:
            for member in members:
                stack.push_async_callback(member.limiter.aclose)
            for network in dict.fromkeys(member.network for member in members):
                stack.push_async_callback(network.aclose)

    def start_over(self) -> None:
        """After a fork: another thread may hold the locks for ever, and calls under way are the parent's."""
        self.cache_use = None
        self.budget = RetryBudget()
        self.throttles = ThrottleStreaks()
        if self.pool is not None:
            self.pool.start_over()
        for member in (self,) if self.pool is None else self.pool.members:
            member.key.start_over()
            member.limiter = Limiter(member.limiter.settings, prefix=member.limiter.prefix)
            member._listen()  # noqa: SLF001 - of this class
            member.budget, member.throttles = self.budget, self.throttles


def _statistics_of(state: weakref.ref[ClientState]) -> ClientStatistics | None:
    """Return the state of a client now; None when it is gone."""
    found = state()
    return None if found is None else found.client_statistics()


_STATES: weakref.WeakSet[ClientState] = weakref.WeakSet()


def _after_fork() -> None:
    for state in list(_STATES):
        state.start_over()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
