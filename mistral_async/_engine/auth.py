"""The API key: an argument (a string, or a function that gives one), else what the environment names.

It is never shown.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import threading
import time
import weakref
from collections.abc import Awaitable, Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias, TypeVar, cast

from mistral_async._codec.redact import Secret
from mistral_async._engine.access_token import Expiring, Renewal, TokenCache
from mistral_async._http.loops import Loop, current_loop
from mistral_async._lazy import log
from mistral_async.errors import ConfigurationError

if TYPE_CHECKING:
    import anyio

# Rule 1: The argument goes before the file that `MISTRAL_SA_TOKEN_PATH` names, and that before `MISTRAL_API_KEY`. The
#         file holds the token of a service account. It is read for each request: whoever runs the machine replaces it.
# Rule 2: A header `authorization` of the client or of a view goes before all of these, which then need not be there.
#         Where a key is sent in another header too (`x-api-key` on routes of admin), it goes on in that one, if it is
#         there, until that header is given as well.
# Rule 3: A plain function is called in a thread, by one call at a time, since it need not expect several. One that
#         gives tokens that end (`access_token.py`) is asked by one call of an event loop at a time, and so is what it
#         gives awaited: it may be asynchronous, or a plain one that returns an awaitable.

T = TypeVar("T")

VARIABLE: Final = "MISTRAL_API_KEY"
FILE_VARIABLE: Final = "MISTRAL_SA_TOKEN_PATH"
_BEARER: Final = "bearer "

Function: TypeAlias = Callable[[], str | Expiring | Awaitable[str | Expiring]]
"""A function that gives the key: a plain one is called in a thread, where no event loop runs, so it may block."""


class Key:
    """The key that requests are sent with.

    `variable` is that of the environment which has the key where none is given; None: the environment has none.
    """

    def __init__(self, given: str | Function | None, *, variable: str | None = VARIABLE) -> None:
        if given is not None and not isinstance(given, str) and not callable(given):
            raise TypeError(f"api_key must be a str or a function that returns one, not {type(given).__name__}")
        self._give = given if callable(given) else None
        self._variable = variable
        self._key = self._checked(given) if isinstance(given, str) else None
        self._tokens = TokenCache()
        self.start_over()

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key is not pickled: give the other process its own, or a function that returns it")

    @property
    def current(self) -> Secret | None:
        """The key, where it does not have to be fetched."""
        if self._key is not None:
            return self._key
        if self._give is not None:
            return self._tokens.usable(time.time())
        if self._file is None and (given := os.environ.get(self._variable or "")):
            self._key = self._checked(given)
        return self._key

    @property
    def function(self) -> Function | None:
        """The function that gives the key, if one was given."""
        return self._give

    @property
    def exists(self) -> bool:
        """True if there is a key, or something that gives one."""
        return bool(self._give or self._file or self.current)

    @property
    def refreshes(self) -> bool:
        """True if a new key may be fetched when the API refuses the old one."""
        return self._key is None

    @property
    def _file(self) -> str | None:
        """The file of a service account's token, where the environment names one (rule 1)."""
        return (os.environ.get(FILE_VARIABLE) or None) if self._variable == VARIABLE else None

    def start_over(self) -> None:
        """After a fork: a thread of the parent may hold the lock for ever."""
        self._lock = threading.Lock()
        self._turns: weakref.WeakKeyDictionary[Loop, anyio.Lock] = weakref.WeakKeyDictionary()
        self._tokens.start_over()

    async def fetch(self, refused: Secret | None = None) -> Secret | None:
        """Ask the function for the key, or read the file; `refused` is the key that is to be replaced.

        None: requests are sent without a key, as a subclass may have it.
        """
        if self._give is None:
            return await self._in_thread(self._read_file)
        if refused is not None:
            self._tokens.refuse(refused)
        renewal = self._tokens.begin()
        try:
            return await self._fetch_in_turn(self._give, renewal)
        except Exception as error:
            if (old := self._tokens.usable(time.time())) is None:
                raise
            log().warning("the function for the API key failed, and is asked again later: %s", type(error).__name__)
            return old
        finally:
            self._tokens.end(renewal)

    async def _fetch_in_turn(self, give: Function, renewal: Renewal) -> Secret:
        """Ask the function, in turn unless it gives text (rule 3)."""
        import anyio

        if not self._tokens.is_endless:
            turn = self._turns.setdefault(current_loop(), anyio.Lock(fast_acquire=True))
            async with turn:
                if found := self._tokens.brought(renewal, time.time()):
                    return found
                if not self._tokens.is_endless:
                    return await self._ask(give, renewal)
        return await self._ask(give, renewal)

    async def _ask(self, give: Function, renewal: Renewal) -> Secret:
        """Call the function, a plain one in a thread, and await what it gives if that can be awaited."""
        if _is_async(give):
            with self._failure_noted():
                return self._keep(await _awaited(give()))
        given = await self._in_thread(lambda: self._call(give, renewal))
        if isinstance(given, Secret):
            return given
        with self._failure_noted():
            return self._keep(await _awaited(given))

    def _call(self, give: Function, renewal: Renewal) -> object:
        """Call a plain function; returns the key, or what has to be awaited on the loop. Blocks."""
        if found := self._tokens.brought(renewal, time.time()):  # to another event loop
            return found
        with self._failure_noted():
            given = give()
            return given if inspect.isawaitable(given) else self._keep(given)

    @contextlib.contextmanager
    def _failure_noted(self) -> Generator[None]:
        """Note what the function raises, before the turn to call it goes to the next."""
        try:
            yield
        except Exception as error:
            self._tokens.failed(error, time.time())
            raise

    async def _in_thread(self, function: Callable[[], T]) -> T:
        """Call what may block, one at a time."""
        from mistral_async._http.threads import run_in_daemon

        turn = _Turn(self._lock)
        try:
            return cast("T", await run_in_daemon(turn.call, function))
        except BaseException:
            turn.end()
            raise

    def _keep(self, given: Any) -> Secret:
        """Return the key that the function gave, and keep it where it says when it ends."""
        key = self._checked(getattr(given, "token", given))
        self._tokens.keep(key, getattr(given, "expires_on", None), time.time())
        return key

    def _read_file(self) -> Secret:
        """Return the token of a service account. Blocks."""
        path = self._file
        if path is None:
            raise ConfigurationError(self._missing)
        try:
            text = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise ConfigurationError(f"{FILE_VARIABLE} names {path!r}, which can not be read: {reason}") from None
        if not text:
            raise ConfigurationError(f"{FILE_VARIABLE} names {path!r}, which is empty")
        return self._checked(text)

    def _checked(self, key: object) -> Secret:
        """Return a key as it is sent; raises the error for what is none."""
        if not isinstance(key, str):
            raise TypeError(f"the function for the API key must return a str, not {type(key).__name__}")
        key = Secret(key.strip())
        if key[: len(_BEARER)].lower() == _BEARER:
            key = Secret(key[len(_BEARER) :].strip())
        if not key:
            raise ConfigurationError(self._missing)
        if not key.isascii() or not key.isprintable():
            raise ConfigurationError("the API key has characters that no key has: copy it again")
        return key

    @property
    def _missing(self) -> str:
        if self._variable is None:
            return "no API key: give the client one, or a function that returns it"
        where = " (https://console.mistral.ai)" if self._variable == VARIABLE else ""
        return f"no API key: pass Mistral(api_key=...) or set the environment variable {self._variable}{where}"


class _Turn:
    """A turn to call a function that need not expect several threads: it ends with the call, or when it is left.

    A call that hangs would hold up all others for good: once nobody waits for it, the next one begins beside it.
    """

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self._state = threading.Lock()
        self._is_held = False
        self._is_over = False

    def call(self, function: Callable[[], T]) -> T | None:
        """Wait for the turn, and call the function unless nobody waits for it any more. Blocks."""
        self._lock.acquire()
        with self._state:
            self._is_held = True
            if self._is_over:
                self._release()
                return None
        try:
            return function()
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


async def _awaited(given: Any) -> object:
    """Return what an awaitable gives, and anything else as it is."""
    return await given if inspect.isawaitable(given) else given
