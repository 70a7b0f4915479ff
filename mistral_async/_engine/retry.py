"""The retry policy: which failures are repeated, and when. Pure functions, the clock and the jitter are passed in.

A failure is repeated if all the rules below allow it.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from mistral_async._codec.counts import check_count, check_flag, check_number, plain_number
from mistral_async._engine.request import RetrySafety
from mistral_async._http.certificates import is_lasting
from mistral_async._http.protocol import LimitError
from mistral_async.errors import (
    APIConnectionError,
    APIStatusError,
    MistralError,
    QuotaUnavailableError,
)

if TYPE_CHECKING:
    from mistral_async._codec.attempt import Attempt

# Rule 1: It is transient (`is_transient`): a status that passes by itself, or no complete response. This is the only
# definition in the package; polling asks it too.
# Rule 2: Repeating is safe (`is_safe_to_retry`). What creates state is not sent again once it may have been received;
# what is billed is risked twice without a response, not more; a response with an error status was not billed.
# Rule 3: There is patience left. 429s say that the API works: they are repeated for `max_elapsed_time` (90 s, longer
# than the API's window of a minute), however many there are. Every other failure is repeated three times. `retries=`
# replaces both by a count.
# Rule 4: Time spent waiting for a turn does not use up the patience for 429s, unless every call of the model has been
# refused for that long (`ThrottleStreaks`): a call that was queued for minutes still has its 90 s, an account without
# quota does not make a queue of calls wait for 90 s each.
# Rule 5: The delay is full jitter: a random time up to `initial_interval * exponent ** n` (AWS's "Exponential Backoff
# and Jitter"), so that clients that failed together do not come back together. A `Retry-After` takes its place, plus
# up to 2 % for the same reason; one above `max_retry_after` ends the call at once. A 429 that the limiter takes for
# noise says nothing of the rate, and bulk work, or a call among others, waits for its turn anyway: there the delay
# begins at 50 ms, and grows by four each time until it is the usual one.
# Rule 6: The client's budget allows it (`RetryBudget`, asked by the sender): in the long run a tenth of the calls may
# be repeated, so that a total outage costs 1.1 requests per call and not 4. 429s and new keys need none of it.
# Rule 7: Settings that insist (`InsistentRetryConfig`) leave rules 2, 3 and 6 to who chose them: all that is transient
# is repeated for `max_elapsed_time`, also what may be done twice by that. In place of rule 5 the delay grows, and a
# random time is added to it.

STATUSES = frozenset({408, 429, 500, 502, 503, 504})
TOO_MANY = 429
UNAUTHORIZED = 401
_REFUSALS = frozenset({UNAUTHORIZED, 402, 403})  # of a key: where one is repeated, it is with another
_PATIENT = frozenset({TOO_MANY, *_REFUSALS})  # these do not count among the failures of the API


class BackoffStrategy(msgspec.Struct, frozen=True, kw_only=True):
    """The delays between attempts: random, up to `initial_interval * exponent ** n` (full jitter). In milliseconds."""

    initial_interval: float = 2_000
    max_interval: float = 20_000
    exponent: float = 2.0
    max_elapsed_time: float = 90_000
    """How long 429s are repeated without a `retries` count: longer than the API's window of a minute."""


class RetryConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The failures that are repeated. By default 429 for up to 90 s, other passing failures 3 times, in the budget."""

    strategy: Literal["backoff", "none"] = "backoff"
    backoff: BackoffStrategy = BackoffStrategy()
    retries: int | None = None
    """The most repetitions of one call, whatever failed. None: as said above."""
    retry_connection_errors: bool = True
    statuses: frozenset[int] = STATUSES
    max_retry_after: float = 120.0
    """Seconds. When the API asks to wait longer, the error is raised at once, with `retry_after`."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            strategy: Literal["backoff", "none"] = "backoff",
            backoff: BackoffStrategy | Mapping[str, float] | None = None,
            retries: int | None = None,
            retry_connection_errors: bool = True,
            statuses: Collection[int] = STATUSES,
            max_retry_after: float = 120.0,
        ) -> None: ...

    def __post_init__(self) -> None:
        """Take a dict as the backoff, and any collection of statuses."""
        if not isinstance(self.backoff, BackoffStrategy):
            msgspec.structs.force_setattr(self, "backoff", _backoff_of(self.backoff))
        msgspec.structs.force_setattr(self, "statuses", _statuses_of(self.statuses))

    @classmethod
    def of(cls, given: RetryConfig | Mapping[str, Any] | None) -> RetryConfig:
        """Accept a dict, as the official SDK's users write it, and an object of its class of this name."""
        if given is None:
            return _USUAL
        if isinstance(given, RetryConfig):
            config = given
        elif hasattr(given, "retry_connection_errors"):
            config = _config_of(given)
        elif not isinstance(given, Mapping):
            raise TypeError(f"retries are a whole number, a RetryConfig or a dict, not {type(given).__name__}")
        else:
            if unknown := given.keys() - set(cls.__struct_fields__):
                raise ValueError(f"a retry_config has no {min(unknown)!r}: it takes {', '.join(cls.__struct_fields__)}")
            try:
                config = msgspec.convert(dict(given), cls)
            except msgspec.ValidationError as error:
                raise ValueError(f"retry_config: {error}") from None
        _check(config)
        return config


class InsistentRetryConfig(RetryConfig, frozen=True, kw_only=True):
    """Settings of who asks for repetitions and answers for what they may do twice (Rule 7)."""

    statuses: frozenset[int] = STATUSES - {408}
    max_retry_after: float = math.inf
    jitter: float = 1_000
    """Milliseconds: up to so much is added to a delay, within `max_interval`."""

    def delay(self, repeats: int, asked: float | None, elapsed: float, jitter: float) -> float | None:
        """Return the seconds until the next attempt; None once the time is over."""
        backoff = self.backoff
        is_over = elapsed > backoff.max_elapsed_time / 1000 if self.retries is None else repeats >= self.retries
        if is_over:
            return None
        if asked:
            return asked
        grown = _ceiling(backoff.initial_interval, backoff.exponent, repeats, backoff.max_interval)
        return min(grown + self.jitter * jitter, backoff.max_interval) / 1000


def _check(config: RetryConfig) -> None:
    """Raise `ValueError` or `TypeError` for what can not be meant."""
    if config.strategy not in ("backoff", "none"):  # of what has no hash, too
        raise ValueError(f"the strategy of a retry_config must be 'backoff' or 'none', not {config.strategy!r}")
    check_flag("retry_connection_errors", config.retry_connection_errors)
    check_count("the retries of a retry_config", config.retries, minimum=0, optional=True)
    numbers = {**msgspec.structs.asdict(config.backoff), "max_retry_after": config.max_retry_after}
    for name, number in numbers.items():
        if number != math.inf:
            check_number(f"{name} of a retry_config", number, zero=True)


def _statuses_of(given: Collection[int]) -> frozenset[int]:
    known = isinstance(given, Collection) and not isinstance(given, (str, bytes))
    statuses: list[Any] = list(map(plain_number, given)) if known else [None]
    if not all(isinstance(each, int) for each in statuses):
        raise TypeError(f"statuses are a collection of whole numbers, not {given!r}")
    return frozenset(statuses)


_USUAL: Final = RetryConfig()


def _backoff_of(given: Mapping[str, float] | None) -> BackoffStrategy:
    """Make the backoff of a dict with its names; raises `ValueError` for any other name or kind of value."""
    if given is not None and not isinstance(given, Mapping):
        raise TypeError(f"a backoff is a BackoffStrategy or a dict, not {type(given).__name__}")
    known = BackoffStrategy.__struct_fields__
    fields = {name: plain_number(value) for name, value in (given or {}).items()}
    if unknown := fields.keys() - set(known):
        raise ValueError(f"a backoff has no {min(unknown)!r}: it takes {', '.join(known)}")
    try:
        return msgspec.convert(fields, BackoffStrategy)
    except msgspec.ValidationError as error:
        raise ValueError(f"backoff: {error}") from None


def _config_of(given: Any) -> RetryConfig:
    """Make the settings of an object that has them as the official SDK does: codes as text, "5XX" for all of them."""
    backoff = given.backoff
    fields = {name: getattr(backoff, name) for name in BackoffStrategy.__struct_fields__ if hasattr(backoff, name)}
    codes = [each.upper() for each in getattr(given, "status_codes_override", None) or ()]
    found = (range(start := int(code.replace("X", "0")), start + 10 ** code.count("X")) for code in codes)
    return RetryConfig(
        strategy="backoff" if given.strategy == "backoff" else "none",
        backoff=fields,
        retry_connection_errors=bool(given.retry_connection_errors),
        statuses=frozenset(chain.from_iterable(found)) or STATUSES,
    )


TRANSIENT_RETRIES = 3
_NOISE_INTERVAL = 50  # milliseconds (Rule 5)
_NOISE_EXPONENT = 4.0
_MODELS = 256


class RetryBudget:
    """The repetitions that are left: ten at first, then a tenth of the calls (Rule 6)."""

    def __init__(self, initial: float = 10.0, per_call: float = 0.1) -> None:
        self.initial: float = initial
        self.tokens: float = initial
        self.per_call = per_call
        self._lock = threading.Lock()

    def deposit(self) -> None:
        """Count a call, which earns a tenth of a repetition."""
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


class ThrottleStreaks(dict[str, float]):
    """Since when the API has refused every call of a model with 429: patience is for those who get on."""

    def refused(self, model: str, now: float) -> None:
        """Note that a call got a 429."""
        if len(self) >= _MODELS:
            self.clear()
        self.setdefault(model, now)

    def accepted(self, model: str) -> None:
        """Note that a call was answered."""
        self.pop(model, None)

    def elapsed(self, model: str, *, started: float, queued: float, now: float) -> float:
        """Return the seconds of a call that count: its wait for a turn does not, while others of its model get through.

        A call of bulk work that stood in line for minutes has all its time left at its first 429, unless the API
        has refused every call of its model for that long: then waiting in line is no excuse.
        """
        return max(now - started - queued, now - max(started, self.get(model, now)))


def delay(
    error: MistralError,
    *,
    config: RetryConfig,
    safety: RetrySafety,
    attempts: Sequence[Attempt],
    elapsed: float,
    jitter: float,
    noise: bool = False,
    earlier: Sequence[Attempt] = (),
    elsewhere: bool = False,
) -> float | None:
    """Return the seconds to wait before the next attempt, or None for the end; `attempts` ends with the one at hand.

    `noise` says that it is a 429 after which the delay begins small (Rule 5): noise, or among others. `earlier` are
    attempts with other models. `elsewhere`: the next one goes to another account, which asked for no delay.
    """
    known = (*earlier, *attempts) if earlier else attempts
    if config.strategy == "none" or not is_transient(error, config):
        return None
    repeats = sum(attempt.status not in _REFUSALS for attempt in attempts) - 1  # another key is no repetition
    asked: float | None = None if elsewhere else getattr(error, "retry_after", None)
    if isinstance(config, InsistentRetryConfig):
        return config.delay(repeats, asked, elapsed, jitter)
    if not is_safe_to_retry(error, safety, known) or (asked is not None and asked > config.max_retry_after):
        return None
    wait = _wait(config.backoff, repeats, asked, jitter, noise=noise)
    if config.retries is not None:
        return wait if repeats < config.retries else None
    if is_throttled(error):
        end = elapsed if asked is not None else elapsed + wait
        return wait if end <= config.backoff.max_elapsed_time / 1000 else None
    passing = sum(attempt.status not in _PATIENT for attempt in attempts)
    return wait if passing <= TRANSIENT_RETRIES else None


def _wait(backoff: BackoffStrategy, repeats: int, asked: float | None, jitter: float, *, noise: bool) -> float:
    """Return the seconds that the API asked for, and a little more; else full jitter."""
    ceiling = _ceiling(backoff.initial_interval, backoff.exponent, repeats, backoff.max_interval)
    if noise:
        ceiling = _ceiling(_NOISE_INTERVAL, _NOISE_EXPONENT, repeats, ceiling)
    backed_off = ceiling / 1000 * jitter
    if asked is None:
        return backed_off
    if asked < 1 and repeats:
        return max(asked, backed_off)  # "at once", again and again, would be a flood
    return asked * (1 + 0.02 * jitter)


def _ceiling(interval: float, exponent: float, repeats: int, largest: float) -> float:
    try:
        return min(interval * float(exponent) ** repeats, largest)
    except OverflowError:
        return largest


def is_transient(error: MistralError, config: RetryConfig) -> bool:
    """Return whether the same request may well succeed later."""
    if isinstance(error, QuotaUnavailableError):
        return False
    if isinstance(error, APIStatusError):
        return error.status in config.statuses
    if isinstance(error.__cause__, LimitError) or is_lasting(error.__cause__):
        return False  # it will be the same answer, certificate or version of TLS
    return isinstance(error, APIConnectionError) and config.retry_connection_errors


def is_safe_to_retry(error: MistralError, safety: RetrySafety, attempts: Sequence[Attempt]) -> bool:
    """Return whether repeating does no damage: what may be billed without an answer is risked twice, not more."""
    if safety is RetrySafety.SAFE or not error.may_have_executed:
        return True
    if safety is RetrySafety.CREATES:
        return False
    return isinstance(error, APIStatusError) or sum(_may_have_run(attempt) for attempt in attempts) <= 1


def needs_budget(error: MistralError, config: RetryConfig) -> bool:
    """Return whether a repetition has to be in the client's budget (Rules 6 and 7)."""
    return not is_throttled(error) and not isinstance(config, InsistentRetryConfig)


def _may_have_run(attempt: Attempt) -> bool:
    return attempt.status is None and attempt.may_have_executed


def is_throttled(error: MistralError) -> bool:
    """Return whether it is a 429: the API works, and asks for patience; this needs no budget."""
    return isinstance(error, APIStatusError) and error.status == TOO_MANY
