"""The API key: an argument (a string, or a function that gives one), else `MISTRAL_API_KEY`. It is never shown."""

from __future__ import annotations

import inspect
import os
import threading
from collections.abc import Awaitable, Callable
from typing import NoReturn, cast

from mistral_async._codec.redact import Secret
from mistral_async.errors import ConfigurationError

VARIABLE = "MISTRAL_API_KEY"


class Key:
    """The key that requests are sent with."""

    def __init__(self, given: str | Callable[[], str | Awaitable[str]] | None) -> None:
        if given is not None and not isinstance(given, str) and not callable(given):
            raise TypeError(f"api_key must be a str or a function that returns one, not {type(given).__name__}")
        self._give = given if callable(given) else None
        self._key = _checked(given) if isinstance(given, str) else None
        self._turn = threading.Lock()

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
    def function(self) -> Callable[[], str | Awaitable[str]] | None:
        """The function that gives the key, if one was given."""
        return self._give

    @property
    def refreshes(self) -> bool:
        """True if a new key may be fetched when the API refuses the old one."""
        return self._give is not None

    def start_over(self) -> None:
        """After a fork: a thread of the parent may hold the lock for ever."""
        self._turn = threading.Lock()

    async def fetch(self) -> Secret:
        """Ask the function for the key."""
        if self._give is None:
            raise ConfigurationError(_MISSING)
        if _is_async(self._give):
            given = self._give()
        else:
            from mistral_async._http.threads import run_in_daemon

            given = await run_in_daemon(self._give_in_turn)
        self._key = _checked(await given if inspect.isawaitable(given) else given)
        return self._key

    def _give_in_turn(self) -> str | Awaitable[str]:
        """Call the function in a thread, where it may block; calls take turns, as it need not expect threads."""
        with self._turn:
            return cast("Callable[[], str | Awaitable[str]]", self._give)()


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
