"""What a client and all its views share. A forked process starts with limits and a budget of its own."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

from mistral_async._engine.deprecation import DeprecationWatch
from mistral_async._engine.retry import RetryBudget, ThrottleStreaks
from mistral_async._ratelimit import Limiter

if TYPE_CHECKING:
    import logging

    from mistral_async._engine.auth import Key
    from mistral_async._engine.gateway import Gateway
    from mistral_async._engine.hooks import HookSet
    from mistral_async._http.network import Network


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
        self.budget: RetryBudget = RetryBudget()
        self.throttles: ThrottleStreaks = ThrottleStreaks()
        self.deprecations: DeprecationWatch = DeprecationWatch()
        self._listen()
        _STATES.add(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the settings, without a key that is text: the other process takes its own."""
        return self.rebuild, (self.key.function, self.settings)

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def over(self, network: Any) -> ClientState:
        """Return the state of the same client over another network; key, limits, budget and hooks are shared."""
        other = object.__new__(ClientState)
        vars(other).update(vars(self), network=network)
        return other

    def _listen(self) -> None:
        if self.hooks is not None and self.limiter.shared is not None:
            self.limiter.shared.tell = self.hooks.tell_store

    async def aclose(self) -> None:
        """Close what is open; all of it opens again when it is needed."""
        try:
            await self.network.aclose()
        finally:
            await self.limiter.aclose()

    def start_over(self) -> None:
        """After a fork: another thread may hold the locks for ever, and calls under way are the parent's."""
        self.key.start_over()
        self.limiter = Limiter(self.limiter.settings)
        self._listen()
        self.budget = RetryBudget()
        self.throttles = ThrottleStreaks()


_STATES: weakref.WeakSet[ClientState] = weakref.WeakSet()


def _after_fork() -> None:
    for state in list(_STATES):
        state.start_over()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
