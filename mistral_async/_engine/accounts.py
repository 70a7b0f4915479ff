"""Several accounts behind one client: their order, and which of them rest. Sans-I/O and thread-safe."""

from __future__ import annotations

import copy
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeAlias, TypeVar, cast

import msgspec

from mistral_async._codec.redact import as_secret
from mistral_async._engine.access_token import Expiring
from mistral_async._ratelimit import LimiterStatistics, RateLimits
from mistral_async._ratelimit.statistics import models_of
from mistral_async.errors import (
    APIConnectError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    CapacityError,
    ConfigurationError,
    MistralError,
    PaymentRequiredError,
    PermissionDeniedError,
    QuotaUnavailableError,
    ServerError,
)

if TYPE_CHECKING:
    from mistral_async._engine.auth import Key
    from mistral_async._http.network import Network
    from mistral_async._ratelimit import Limiter

# Rule 1: Each account has a key and limits of its own, and a server if it names one. Hooks, the retry budget and the
# connections to the same server are shared.
# Rule 2: A call goes to the account that grants it a turn first (`choosing`). Where several would at once, they take
# turns by their weights.
# Rule 3: An account rests when it refuses a call for what the account is, not for what was asked: 401 and 402 for all
# calls, a missing quota for those of the same model. So does a 403, once another account has answered the call: else
# one request that nobody may make would end all others. One whose server can not be reached, or has answered three
# times in a row with an error of its own, rests for all calls, if another account has another server.
# Rule 4: A rest lasts a minute, and twice as long each time until ten minutes (five seconds, until one minute, for a
# server that can not be reached), or as long as a `Retry-After` says if that is longer. Then one call tries the
# account, the others once that was answered. An answer ends the rest, an error about what was asked too; the next one
# is of the shortest again. Where the call ends without either, the next call tries.
# Rule 5: A refusal of what was sent before a rest began says nothing new: the next rest is not longer for it. A longer
# `Retry-After` holds.
# Rule 6: While all accounts rest, calls raise the newest refusal; nothing is sent. Servers that can not be reached are
# tried all the same, where all others rest.

_FIRST_REST: Final = 60.0  # seconds (rule 4)
_LONGEST_REST: Final = 600.0
_FIRST_OUTAGE: Final = 5.0
_LONGEST_OUTAGE: Final = 60.0
_IN_A_ROW: Final = 3
_OUTAGES: Final = (APIConnectError, ServerError)

ApiKey: TypeAlias = str | Callable[[], str | Expiring | Awaitable[str | Expiring]]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One of several accounts of a client: `Mistral([Account(api_key=..., rate_limits=...), ...])`.

    Attributes:
        api_key: Its key, or a function that returns it.
        server_url: Its server. Default: the client's.
        rate_limits: Its limits, a `RateLimits` or a dict. Default: those of the client, for this account alone.
        weight: Its share of the calls, where several accounts have room for them.

    Raises:
        ConfigurationError: There is no key, or the weight is not a positive number.
    """

    api_key: ApiKey
    server_url: str | None = None
    rate_limits: RateLimits | Mapping[str, Any] | None = None
    weight: float = 1.0

    def __post_init__(self) -> None:
        """Hide the key, and check the weight."""
        weight: Any = self.weight
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 < weight <= sys.float_info.max:
            raise ConfigurationError(f"the weight of an Account must be a positive number, not {weight!r}")
        if not self.api_key:
            raise ConfigurationError("an Account needs an api_key: a str, or a function that returns one")
        msgspec.structs.force_setattr(self, "api_key", as_secret(self.api_key))

    def __reduce__(self) -> tuple[Any, ...]:
        if isinstance(self.api_key, str):
            raise TypeError("an API key is not pickled: give Account(api_key=) a function that returns it")
        return _account, (self.api_key, self.server_url, self.rate_limits, self.weight)


def _account(api_key: ApiKey, server_url: str | None, rate_limits: RateLimits | None, weight: float) -> Account:
    """Make an account again that was pickled; pickles name this function."""
    return Account(api_key=api_key, server_url=server_url, rate_limits=rate_limits, weight=weight)


ApiKeys: TypeAlias = ApiKey | Sequence[ApiKey | Account]
"""A key, a function that returns one, or several of them."""


def accounts_of(given: object) -> tuple[Account, ...] | None:
    """Return the accounts of several keys, None where one key (or none) was given."""
    if isinstance(given, Account):
        return (given,)
    if not isinstance(given, (list, tuple)):
        return None
    accounts = tuple(map(_account_of, cast("Sequence[object]", given)))
    if not accounts:
        raise ConfigurationError("api_key has no keys: give at least one")
    seen: dict[tuple[str | int, str], int] = {}
    for number, account in enumerate(accounts, 1):
        key = account.api_key if isinstance(account.api_key, str) else id(account.api_key)  # it may have no hash
        first = seen.setdefault((key, str(account.server_url)), number)
        if first != number:
            raise ConfigurationError(f"keys {first} and {number} are the same: their limits would be counted twice")
    return accounts


def _account_of(given: Any) -> Account:
    if isinstance(given, Account):
        return given
    if not isinstance(given, str) and not callable(given):
        raise TypeError(f"api_key has keys, functions that return one, and Accounts, not {type(given).__name__}")
    key: Any = given
    return Account(api_key=key)


class Member(Protocol):
    """The account as the client has it."""

    number: int
    key: Key
    network: Network
    limiter: Limiter


M = TypeVar("M", bound=Member)


class Rest(msgspec.Struct):
    """A time for which an account gets no calls."""

    since: float
    until: float
    pause: float
    """Its seconds, which are doubled the next time."""
    error: BaseException

    @property
    def is_outage(self) -> bool:
        """True if the server could not be reached."""
        return _is_outage(self.error)


class AccountPool(Generic[M]):
    """The accounts of one client. They are numbered from 1, in the order in which they were given."""

    def __init__(self, given: tuple[Account, ...], members: Sequence[M]) -> None:
        self.given = given
        self.members: tuple[M, ...] = tuple(members)
        self._several_servers = len({member.network.origin for member in members}) > 1
        self._credit = [0.0] * len(given)
        self._failures = [0] * len(given)  # errors of a server's own in a row
        self._rests: dict[tuple[int, str | None], Rest] = {}
        self._lock = threading.Lock()
        self.waiting: int = 0
        """Calls that wait for whichever account is first."""
        self.places: int = 0
        """The places that they have in the queues of accounts, in all."""

    def start_over(self) -> None:
        """After a fork: another thread may hold the lock for ever, and nobody waits here."""
        self._lock = threading.Lock()
        self.waiting = self.places = 0

    def order(self, bucket: str, now: float) -> list[M]:
        """Return the accounts that may be asked about a model or route, the one whose turn it is first (rule 2)."""
        with self._lock:
            numbers = range(len(self.members))
            ready = [index for index in numbers if not self._rests_now(index, bucket, now)]
            ready = ready or [index for index in numbers if not self._rests_now(index, bucket, now, outages=False)]
            if len(ready) > 1:
                total = sum(self.given[index].weight for index in ready)
                for index in ready:
                    self._credit[index] += self.given[index].weight
                ready.sort(key=self._credit.__getitem__, reverse=True)
                self._credit[ready[0]] -= total
        return [self.members[index] for index in ready]

    def ready(self, bucket: str, now: float, *, outages: bool = True) -> list[M]:
        """Return the accounts that do not rest for a model or route; without `outages` those away count as ready."""
        numbers = range(len(self.members))
        return [self.members[index] for index in numbers if not self._rests_now(index, bucket, now, outages=outages)]

    def secrets(self) -> Iterator[str]:
        """Yield the keys that are known: they are shown nowhere."""
        return (key for member in self.members if (key := member.key.current) is not None)

    def wait(self, calls: int, places: int) -> None:
        """Count calls that wait, and their places in queues."""
        with self._lock:
            self.waiting += calls
            self.places += places

    def take(self, member: M, bucket: str, now: float) -> bool:
        """Return whether an account takes a call now; the first after a rest keeps the others off (rule 4)."""
        if not self._rests:
            return True
        index = member.number - 1
        with self._lock:
            if self._rests_now(index, bucket, now, outages=False):
                return False
            for key in ((index, None), (index, bucket)):
                if (rest := self._rests.get(key)) is not None and rest.until <= now:
                    rest.until = now + rest.pause
        return True

    def refused(self, member: M, bucket: str, error: BaseException, *, began: float, now: float) -> float | None:
        """Have an account rest for an error that is about it; return the seconds, 0.0 where it rests already.

        None: the error is about what was asked, or passes by itself (rule 3).
        """
        if isinstance(error, ServerError) and not isinstance(error, CapacityError):
            self._failures[member.number - 1] += 1
        scope = self._scope(error, bucket, member.number - 1)
        if scope is None:
            return None
        key = (member.number - 1, bucket if scope else None)
        first, longest = (_FIRST_OUTAGE, _LONGEST_OUTAGE) if _is_outage(error) else (_FIRST_REST, _LONGEST_REST)
        with self._lock:
            before = self._rests.get(key)
            asked = getattr(error, "retry_after", None) or 0.0
            if before is not None and began < before.since:  # rule 5
                before.until = max(before.until, now + asked)
                return 0.0
            pause = first if before is None else min(max(first, 2 * before.pause), longest)
            seconds = max(pause, asked)
            self._rests[key] = Rest(now, now + seconds, pause, kept(error))
        return seconds

    def _scope(self, error: BaseException, bucket: str, index: int) -> str | None:
        """Return the model or route for which an account rests, "" for all, None where it does not rest (rule 3)."""
        match error:
            case PermissionDeniedError() | QuotaUnavailableError():
                return bucket
            case AuthenticationError() | PaymentRequiredError() | ConfigurationError():
                return ""
            case APIConnectError() | APITimeoutError(phase="connect") if self._several_servers:
                return ""
            case ServerError() if self._several_servers and self._failures[index] >= _IN_A_ROW:
                return ""
            case MistralError():
                return None
            case _:  # of the function that gives the key
                return ""

    def answered(self, member: M, bucket: str, began: float) -> None:
        """End the rest of an account that has answered (rules 4 and 5)."""
        index = member.number - 1
        self._failures[index] = 0
        if not self._rests:
            return
        with self._lock:
            for key in ((index, None), (index, bucket)):
                if (rest := self._rests.get(key)) is not None and began >= rest.since:
                    del self._rests[key]

    def let_go(self, member: M, bucket: str, *, began: float, now: float) -> None:
        """Have the next call try an account: one that tried it ended with nothing that says how it is (rule 4)."""
        with self._lock:
            for key in ((member.number - 1, None), (member.number - 1, bucket)):
                if (rest := self._rests.get(key)) is not None and began >= rest.since:
                    rest.until = min(rest.until, now)

    def exhausted(self, bucket: str, now: float) -> BaseException | None:
        """Return the error of a call while all accounts rest (rule 6); None if another thread ended a rest just now."""
        with self._lock:
            rests = [rest for (_, scope), rest in self._rests.items() if scope in {None, bucket}]
        newest = max(rests, key=lambda rest: rest.since, default=None)
        if newest is None:
            return None
        error = told(kept(newest.error), self.advice(bucket, now))
        if isinstance(error, APIStatusError):
            error.retry_after = self._seconds_until_ready(bucket, now)
        return error

    def advice(self, bucket: str, now: float) -> str:
        """Return the words for a refusal after which all accounts rest."""
        return f"all {len(self.members)} keys rest; the next is tried in {self._seconds_until_ready(bucket, now):.0f} s"

    def _seconds_until_ready(self, bucket: str, now: float) -> float:
        return max(0.0, min(self._ready_at(index, bucket) for index in range(len(self.members))) - now)

    def statistics(self, now: float) -> LimiterStatistics:
        """Return the state of the limits in all, with that of each account in `keys`."""
        each = tuple(
            msgspec.structs.replace(member.limiter.statistics(now), rests=self._rest_of(index, now))
            for index, member in enumerate(self.members)
        )
        down = [one.store_down for one in each if one.store_down is not None]
        return LimiterStatistics(
            waiting=sum(one.waiting for one in each) - self.places + self.waiting,
            in_flight=sum(one.in_flight for one in each),
            rates=_summed(each),
            models=models_of(each),
            store_down=max(down, default=None),
            store_failures=sum(one.store_failures for one in each),
            store_error=next((one.store_error for one in each if one.store_error), None),
            keys=each,
        )

    def _rest_of(self, index: int, now: float) -> float | None:
        """Return the seconds for which an account still rests for all calls, None where it does not."""
        rest = self._rests.get((index, None))
        return None if rest is None else max(0.0, rest.until - now)

    def _rests_now(self, index: int, bucket: str, now: float, *, outages: bool = True) -> bool:
        return bool(self._rests) and self._ready_at(index, bucket, outages=outages) > now

    def _ready_at(self, index: int, bucket: str, *, outages: bool = True) -> float:
        rests = (self._rests.get((index, None)), self._rests.get((index, bucket)))
        return max((each.until for each in rests if each and (outages or not each.is_outage)), default=0.0)


def _is_outage(error: BaseException) -> bool:
    return isinstance(error, _OUTAGES) or (isinstance(error, APITimeoutError) and error.phase == "connect")


def kept(error: BaseException) -> BaseException:
    """Return a copy of an error that holds nothing of the call which it ended; one of the user's own as it is."""
    if not isinstance(error, MistralError):
        return error.with_traceback(None)
    other = copy.copy(error)
    other.__cause__ = other.__context__ = None
    other.attempts, other.may_have_executed = (), False
    return other


def told(error: BaseException, words: str) -> BaseException:
    """Return an error with words added to its message."""
    if isinstance(error, MistralError):
        error.message = f"{error.message} ({words})"
        error.args = (error.message,)
    return error


def _summed(each: Sequence[LimiterStatistics]) -> dict[str, float]:
    """Return the calls per second of each model, of all accounts: a model that one of them does not limit has none."""
    models = {model for one in each for model in one.rates}
    return {model: sum(one.rates[model] for one in each) for model in models if all(model in one.rates for one in each)}
