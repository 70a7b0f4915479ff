"""The namespaces of workspaces, which are a part of the keys in a store."""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary

import anyio

from mistral_async._engine.encoding import Caller
from mistral_async._engine.request import get
from mistral_async._http.loops import Loop, current_loop
from mistral_async.errors import PayloadOffloadingError
from mistral_async.models.workflows.workers import WorkerInfo

# Rule 1: The namespace of a client is asked of the API once. Executions that need it meanwhile wait for that; one that
#   is cancelled leaves it to the next.
# Rule 2: Where it fails, those that waited ask each for itself: none waits for the failures of all others.


class Namespaces:
    """The namespaces of the clients that have one encoding."""

    def __init__(self) -> None:
        self._asked: Final[WeakKeyDictionary[object, _Asked]] = WeakKeyDictionary()

    async def of(self, caller: Caller) -> str:
        """Return the namespace of a client; asks for it where it is not known."""
        asked = self._asked.get(caller.state) or self._asked.setdefault(caller.state, _Asked())
        return asked.found or await asked.ask(caller)


class _Asked:
    """The namespace of one client, and the turn to ask for it."""

    def __init__(self) -> None:
        self.found = ""
        self._failures = 0
        self._turns: WeakKeyDictionary[Loop, anyio.Lock] = WeakKeyDictionary()

    async def ask(self, caller: Caller) -> str:
        """Ask for the namespace, or wait for the call that does (rules 1 and 2)."""
        turn = self._turns.setdefault(current_loop(), anyio.Lock(fast_acquire=True))
        failures = self._failures
        async with turn:
            if not self.found and failures == self._failures:
                try:
                    self.found = await _ask(caller)
                except Exception:
                    self._failures += 1
                    raise
        if not self.found:
            self.found = await _ask(caller)
        return self.found


async def _ask(caller: Caller) -> str:
    """Ask with nothing of the execution's: its extra body may be its input."""
    info: WorkerInfo = await caller.without_extras().call(get("/v1/workflows/workers/whoami", returns=WorkerInfo))
    if not info.namespace:
        raise PayloadOffloadingError("the API does not say the namespace of the workspace: set namespace=")
    return info.namespace
