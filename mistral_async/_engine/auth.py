"""The API key: an argument (a string, or a function that gives one), else `MISTRAL_API_KEY`. It is never shown."""

from __future__ import annotations

import inspect
import os
import threading
from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeAlias

from mistral_async._codec.redact import Secret
from mistral_async.errors import ConfigurationError

VARIABLE = "MISTRAL_API_KEY"

Function: TypeAlias = Callable[[], str | Awaitable[str]]
"""A function that gives the key: a plain one is called in a thread, where no event loop runs, so it may block."""


class Key:
    """The key that requests are sent with."""

    def __init__(self, given: str | Function | None) -> None:
        if given is not None and not isinstance(given, str) and not callable(given):
            raise TypeError(f"api_key must be a str or a function that returns one, not {type(given).__name__}")
        self._give = given if callable(given) else None
        self._key = _checked(given) if isinstance(given, str) else None
        self._lock = threading.Lock()

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key is not pickled: give the other process its own, or a function that returns it")

    @property
    def current(self) -> Secret | None:
        """The key, where it does not have to be fetched."""
        if self._give is not None:
            return None
        if self._key is None:
            self._key = _checked(os.environ.get(VARIABLE, ""))
        return self._key

    @property
    def function(self) -> Function | None:
        """The function that gives the key, if one was given."""
        return self._give

    @property
    def refreshes(self) -> bool:
        """True if a new key may be fetched when the API refuses the old one."""
        return self._give is not None

    def start_over(self) -> None:
        """After a fork: a thread of the parent may hold the lock for ever."""
        self._lock = threading.Lock()

    async def fetch(self) -> Secret:
        """Ask the function for the key."""
        if self._give is None:
            raise ConfigurationError(_MISSING)
        if _is_async(self._give):
            given = self._give()
        else:
            given = await self._give_in_thread(self._give)
        self._key = _checked(await given if inspect.isawaitable(given) else given)
        return self._key

    async def _give_in_thread(self, give: Function) -> str | Awaitable[str]:
        """Call the function in a thread, where it may block."""
        from mistral_async._http.threads import run_in_daemon

        turn = _Turn(self._lock)
        try:
            return await run_in_daemon(turn.call, give)
        except BaseException:
            turn.end()
            raise


class _Turn:
    """A turn to call the function, which need not expect several threads: it ends with the call, or when it is left.

    A call that hangs would hold up all others for good: once nobody waits for it, the next one begins beside it.
    """

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self._state = threading.Lock()
        self._is_held = False
        self._is_over = False

    def call(self, give: Function) -> str | Awaitable[str]:
        """Wait for the turn, and call the function unless nobody waits for it any more. Blocks."""
        self._lock.acquire()
        with self._state:
            self._is_held = True
            if self._is_over:
                self._release()
                return ""
        try:
            return give()
        finally:
            self.end()

    def end(self) -> None:
        """Let the next one have its turn; idempotent."""
        with self._state:
            self._is_over = True
            self._release()

    def _release(self) -> None:
        if self._is_held:
            self._is_held = False
            self._lock.release()


def _is_async(function: object) -> bool:
    """Return whether calling it gives an awaitable, as far as that can be seen."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004 - an object's own


_MISSING = (
    f"no API key: pass Mistral(api_key=...) or set the environment variable {VARIABLE} (https://console.mistral.ai)"
)


def _checked(key: object) -> Secret:
    if not isinstance(key, str):
        raise TypeError(f"the function for the API key must return a str, not {type(key).__name__}")
    key = Secret(key.strip().removeprefix("Bearer ").strip())
    if not key:
        raise ConfigurationError(_MISSING)
    if not key.isascii() or not key.isprintable():
        raise ConfigurationError("the API key has characters that no key has: copy it again")
    return key
