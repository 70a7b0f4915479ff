"""Keys that end: when they are renewed, and what becomes of calls meanwhile. No I/O, and the time is passed in."""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

from mistral_async._codec.redact import Secret

# Rule 1: A function that gives text is asked for each request. The token of one that gives an `AccessToken` is kept,
#         and renewed five minutes before it ends, or after half of its time where that is later. One that seems to have
#         ended when it comes says that the clock here is wrong: it is kept for half a minute.
# Rule 2: A token is renewed by one call. The others go on with the old one, and wait only where that has ended. Where
#         the renewal fails, the old one is sent until it ends, and the function asked again half a minute later.
# Rule 3: Calls that wait for the same renewal get what it brings, its failure too. One that is cancelled meanwhile
#         leaves the renewal to the next.
# Rule 4: A token that was refused (401) is not sent again; where another call has replaced it already, that one is.

_MARGIN: Final = 300.0  # seconds before its end at which a token is renewed
_PAUSE: Final = 30.0  # seconds after a renewal that failed, or that brought what has ended


class AccessToken(NamedTuple):
    """A key that ends: a function for `api_key` gives it, and is asked again shortly before, or when it is refused.

    Tokens of azure-core and azure-identity, which have the same fields, are taken as they are.
    """

    token: str
    expires_on: float
    """Unix time, in seconds."""


class Expiring(Protocol):
    """A key that ends: an `AccessToken`, or one of another library with these fields."""

    @property
    def token(self) -> str:
        """Return the key."""
        ...

    @property
    def expires_on(self) -> float:
        """Return when it ends: Unix time, in seconds."""
        ...


class Renewal:
    """One call's wait for a token."""

    __slots__ = ("failures",)

    def __init__(self, failures: int) -> None:
        self.failures = failures  # of others before it


class TokenCache:
    """The newest token, and the calls that wait for the next."""

    def __init__(self) -> None:
        self.is_endless = False  # the function gives text
        self._kept: Secret | None = None
        self._renew_at = self._ends_at = 0.0
        self._waiting: set[Renewal] = set()
        self._failure: Exception | None = None
        self._failures = 0

    def usable(self, now: float) -> Secret | None:
        """Return the token to send; None where it has to be renewed first (rules 1 and 2)."""
        if now < self._renew_at or (now < self._ends_at and self._waiting):
            return self._kept
        return None

    def begin(self) -> Renewal:
        """Note that a call waits for a token."""
        renewal = Renewal(self._failures)
        self._waiting.add(renewal)
        return renewal

    def end(self, renewal: Renewal) -> None:
        """Note that it waits no more."""
        self._waiting.discard(renewal)

    def brought(self, renewal: Renewal, now: float) -> Secret | None:
        """Return the token that another call has brought meanwhile, or raise its failure (rule 3)."""
        if now < self._renew_at:
            return self._kept
        if self._failures > renewal.failures and self._failure is not None and not self.is_endless:
            raise self._failure
        return None

    def keep(self, key: Secret, expires_on: float | None, now: float) -> None:
        """Keep a token until it ends; one without an end is text by another name (rule 1)."""
        self.is_endless = not expires_on
        if expires_on:
            self._kept, self._ends_at = key, float(expires_on) if expires_on > now else now + 2 * _PAUSE
            self._renew_at = max(self._ends_at - _MARGIN, (now + self._ends_at) / 2)
        self._failure = None

    def failed(self, failure: Exception, now: float) -> None:
        """Note that the function raised (rules 2 and 3)."""
        if failure is not self._failure:
            self._failure = failure
            self._failures += 1
        if now < self._ends_at:
            self._renew_at = min(self._ends_at, now + _PAUSE)

    def refuse(self, key: Secret) -> None:
        """Drop a token that the server refused (rule 4)."""
        if self._kept == key:
            self._kept, self._renew_at, self._ends_at = None, 0.0, 0.0

    def start_over(self) -> None:
        """After a fork: the calls that wait are the parent's."""
        self._waiting.clear()
