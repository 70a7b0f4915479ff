"""What a client, and each view of it, is set to: time limits, retries, extra headers, body and query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from math import inf
from numbers import Real
from sys import float_info
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import msgspec

from mistral_async._codec.counts import check_flag, plain_number
from mistral_async._engine.answer_cache import checked_cache
from mistral_async._engine.fallback import Fallback, changed_fallback
from mistral_async._engine.headers import add_headers
from mistral_async._engine.prompt_cache import checked_prompt_cache
from mistral_async._engine.retry import RetryConfig
from mistral_async.errors import ConfigurationError

if TYPE_CHECKING:
    import httpx

    from mistral_async._engine.encoding import Encoding
    from mistral_async._spending import Budget, UsageMeter
else:
    Budget = UsageMeter = Any  # as below
    Encoding = Any  # its module loads with the first view that encodes, and msgspec may evaluate the annotations here


class Timeout(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds; None is no limit. `APITimeoutError.phase` names the one that ended a call.

    Waiting for the rate limits, or for one of the client's own connections, is limited by `total` alone.
    """

    connect: float | None = 5.0
    """DNS, TCP and TLS."""
    write: float | None = 30.0
    """Without a byte of the request being accepted."""
    read: float | None = 300.0
    """Without a byte of the answer arriving."""
    idle: float | None = 60.0
    """The wait for the next event of a stream (for the first it is `read`); comments that keep it open do not count."""
    attempt: float | None = 600.0
    """One attempt, once it has a connection: to the head of the answer for streams and downloads, else to its end."""
    total: float | None = None
    """The whole call: waiting for limits and connections, every attempt, and the whole of a stream."""

    @classmethod
    def of(cls, given: object) -> Timeout:
        """Accept seconds (or a `timedelta`) as the total, and the limits of an `httpx.Timeout`."""
        if given is None:
            return _USUAL
        timeout = _converted(given)
        for name in cls.__struct_fields__:
            value = getattr(timeout, name)
            if value is not None and not _is_limit(value):
                raise ConfigurationError(f"timeout {name} must be more than 0 seconds, or None, not {value!r}")
        return timeout


_USUAL: Final = Timeout()


def _is_limit(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    seconds = cast("float", value)
    return 0 < seconds <= float_info.max or seconds == inf


def _converted(given: Any) -> Timeout:
    match given:
        case Timeout():
            return given
        case timedelta():
            return Timeout(total=given.total_seconds())
        case bool():
            raise ConfigurationError("timeout is a number of seconds or a Timeout, not a bool")
        case Real():
            seconds = cast("float", given)
            return Timeout(total=None if seconds > float_info.max else float(seconds))
        case _ if all(hasattr(given, name) for name in ("connect", "read", "write", "pool")):
            return _of_httpx(given)
        case _:
            raise ConfigurationError(f"timeout is a number of seconds or a Timeout, not {type(given).__name__}")


def _of_httpx(given: Any) -> Timeout:
    """Return the limits of an `httpx.Timeout`, which waits for events as for other bytes, and has none for a whole."""
    attempt = Timeout().attempt
    longer = given.read is None or (attempt is not None and given.read > attempt)
    return Timeout(
        connect=given.connect,
        write=given.write,
        read=given.read,
        idle=given.read,
        attempt=None if longer else attempt,
    )


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one view of a client."""

    timeout: Timeout = Timeout()
    retry: RetryConfig = RetryConfig()
    headers: tuple[tuple[str, str], ...] = ()
    extra_body: Mapping[str, Any] | None = None
    """Fields that are added to bodies; a body that is a list has no place for them."""
    extra_query: Mapping[str, Any] | None = None
    background: bool = False
    """Bulk work: leaves room for the other calls of the client."""
    log_bodies: bool = False
    workflow_encoding: Encoding | None = None
    """Encodes the payloads of workflows."""
    key: int | None = None
    """The number of the account that all calls go to; None: several share them."""
    fallback: Fallback | None = None
    budgets: tuple[Budget, ...] = ()
    """A call has to fit into each."""
    meter: UsageMeter | None = None
    """Sums the usage of the view; None: that of the client does."""
    cache: Any = None
    """An `AnswerCache`; False for none."""
    prompt_cache: Literal["auto", "off"] | None = None

    def with_changes(
        self,
        *,
        timeout: Timeout | httpx.Timeout | timedelta | float | None = None,
        retries: RetryConfig | int | None = None,
        headers: Mapping[str, str | bytes | None] | None = None,
        budget: Budget | Sequence[Budget] | None = None,
        **changes: Any,
    ) -> Options:
        """Return these settings with others in their place; headers and budgets are added."""
        if timeout is not None:
            changes["timeout"] = Timeout.of(timeout)
        retries = plain_number(retries)
        if isinstance(retries, int) and not isinstance(retries, bool):
            retries = msgspec.structs.replace(self.retry, retries=retries)
        if retries is not None:
            changes["retry"] = RetryConfig.of(cast("RetryConfig", retries))
        if headers is not None:
            changes["headers"] = add_headers(self.headers, headers)
        if budget is not None:
            changes["budgets"] = add_budgets(self.budgets, budget)
        _check_kinds(changes)
        check_encoding(changes.get("workflow_encoding"))
        checked_cache(changes.get("cache"))
        checked_prompt_cache(changes.get("prompt_cache"))
        if (fallback := changed_fallback(self.fallback, changes)) is not None:
            changes["fallback"] = fallback
        return msgspec.structs.replace(self, **{key: value for key, value in changes.items() if value is not None})


def _check_kinds(changes: Mapping[str, Any]) -> None:
    """Raise for flags and mappings that are none."""
    for name in ("background", "log_bodies"):
        if changes.get(name) is not None:
            check_flag(name, changes[name])
    for name in ("extra_body", "extra_query"):
        if not isinstance(given := changes.get(name), (Mapping, NoneType)):
            raise ConfigurationError(f"{name} is a mapping of names to values, not {type(given).__name__}")


def add_budgets(budgets: tuple[Budget, ...], given: object) -> tuple[Budget, ...]:
    """Return budgets with others added, each once; raises `ConfigurationError` for what is none."""
    from mistral_async._spending import Budget

    added = dict.fromkeys(budgets)
    several: Iterable[object] = (given,)
    if isinstance(given, Iterable) and not isinstance(given, (str, bytes)):
        several = cast("Iterable[object]", given)
    for each in several:
        if not isinstance(each, Budget):
            raise ConfigurationError(f"budget must be a Budget, or a list of them, not {type(each).__name__}")
        added[each] = None
    return tuple(added)


def check_encoding(given: object) -> None:
    """Raise `ConfigurationError` for what encodes no payloads."""
    if given is not None and not hasattr(given, "encode_request"):
        raise ConfigurationError(f"workflow_encoding must be a WorkflowEncoding, not {type(given).__name__}")
