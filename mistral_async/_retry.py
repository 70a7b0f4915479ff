"""Which failures are repeated, and after how long: pure functions, the clock and the dice passed in.

A repetition must be allowed (a status that passes, or a connection failure), harmless (nothing that creates state is
sent twice once it may have been received), in time, and, when the API is down, within the client's budget.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import msgspec

from mistral_async._request import Effect
from mistral_async.errors import (
    APIConnectionError,
    APIStatusError,
    MistralError,
    QuotaUnavailableError,
)

STATUSES = frozenset({408, 429, 500, 502, 503, 504})
_NOT_EXECUTED = frozenset({408, 429})  # the API refused before it did anything
_TOO_MANY = 429


class BackoffStrategy(msgspec.Struct, frozen=True, kw_only=True):
    """How long to wait: a random time up to `initial_interval * exponent ** n` (full jitter). Times in milliseconds."""

    initial_interval: float = 2_000
    max_interval: float = 20_000
    exponent: float = 2.0
    max_elapsed_time: float = 90_000
    """How long 429s are repeated without a `retries` count: longer than the API's window of a minute."""


class RetryConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What is repeated. The default: 429 for up to 90 s, other passing failures 3 times, within the client's budget."""

    strategy: Literal["backoff", "none"] = "backoff"
    backoff: BackoffStrategy = BackoffStrategy()
    retries: int | None = None
    """The most repetitions of one call, whatever failed. None: as said above."""
    retry_connection_errors: bool = True
    statuses: frozenset[int] = STATUSES
    max_retry_after: float = 120.0
    """Seconds. When the API asks to wait longer, the error is raised at once, with `retry_after`."""

    @classmethod
    def of(cls, given: RetryConfig | Mapping[str, Any] | None) -> RetryConfig:
        """Accept a dict, as the official SDK's users write it."""
        if given is None or isinstance(given, RetryConfig):
            config = given or cls()
        else:
            config = msgspec.convert(dict(given), cls)
        if config.retries is not None and config.retries < 0:
            raise ValueError("retries must be 0 or more")
        return config


TRANSIENT_RETRIES = 3


class RetryBudget:
    """Lets a tenth of the calls be repeated, and ten at first: a total outage costs 1.1 requests per call, not 4."""

    def __init__(self, initial: float = 10.0, per_call: float = 0.1) -> None:
        self.tokens = self.initial = initial
        self.per_call = per_call
        self._lock = threading.Lock()

    def deposit(self) -> None:
        """Account for a call."""
        if self.tokens < self.initial:
            with self._lock:
                self.tokens = min(self.initial, self.tokens + self.per_call)

    def withdraw(self) -> bool:
        """Take a repetition, if one is left."""
        with self._lock:
            if self.tokens < 1:
                return False
            self.tokens -= 1
            return True


def delay(
    error: MistralError, *, config: RetryConfig, effect: Effect, repeats: int, elapsed: float, dice: float
) -> float | None:
    """Seconds to wait before the repetition number `repeats` + 1, or None if there is to be none."""
    if config.strategy == "none" or not is_passing(error, config) or not is_harmless(error, effect, repeats):
        return None
    asked = getattr(error, "retry_after", None)
    if asked is not None:
        wait = asked * (1 + 0.02 * dice)
        if asked > config.max_retry_after:
            return None
    else:
        ceiling = config.backoff.initial_interval * config.backoff.exponent ** min(repeats, 64)
        wait = min(ceiling, config.backoff.max_interval) / 1000 * dice
    if config.retries is not None:
        return wait if repeats < config.retries else None
    if is_throttled(error):
        return wait if elapsed + wait <= config.backoff.max_elapsed_time / 1000 else None
    return wait if repeats < TRANSIENT_RETRIES else None


def is_passing(error: MistralError, config: RetryConfig) -> bool:
    """Whether the same request may well succeed later."""
    if isinstance(error, QuotaUnavailableError):
        return False
    if isinstance(error, APIStatusError):
        return error.status in config.statuses
    return isinstance(error, APIConnectionError) and config.retry_connection_errors


def is_harmless(error: MistralError, effect: Effect, repeats: int) -> bool:
    """Whether repeating it can do no damage."""
    if effect is Effect.NONE or not error.may_have_executed:
        return True
    return effect is Effect.COSTS and (isinstance(error, APIStatusError) or repeats == 0)


def is_throttled(error: MistralError) -> bool:
    """Whether it is a 429: the API works, and asks for patience; this needs no budget."""
    return isinstance(error, APIStatusError) and error.status == _TOO_MANY


def may_have_executed(status: int) -> bool:
    """Whether an answer with this error status leaves open that the request was executed."""
    return status >= 500 and status not in _NOT_EXECUTED  # noqa: PLR2004 - HTTP's class of server errors


def parse_retry_after(seconds: str | None, milliseconds: str | None = None, date: str | None = None) -> float | None:
    """Read `retry-after` (seconds or an HTTP date, told by the server's own `date`) or `retry-after-ms`."""
    if milliseconds is not None and (found := _number(milliseconds)) is not None:
        return max(0.0, found / 1000)
    if seconds is None:
        return None
    if (found := _number(seconds)) is not None:
        return max(0.0, found)
    return _until(seconds, date)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isnan(value) else value


def _until(moment: str, now: str | None) -> float | None:
    """Seconds between two HTTP dates: the server's clock is compared with itself."""
    try:
        then = parsedate_to_datetime(moment)
        start = parsedate_to_datetime(now) if now else None
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    if start is None or (then.tzinfo is None) != (start.tzinfo is None):
        return None
    return max(0.0, (then - start).total_seconds())
