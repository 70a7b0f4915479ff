"""The official SDK's `utils`: retry settings with its positional arguments, and the classes of streams."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

import msgspec

import mistral_async
from mistral_async.compat._events import EventStream, EventStreamAsync
from mistral_async.compat._official import names

__all__ = ["BackoffStrategy", "EventStream", "EventStreamAsync", "RetryConfig", "parse_datetime"]


def BackoffStrategy(  # noqa: N802 - a class in the official SDK
    initial_interval: float = 500,
    max_interval: float = 60_000,
    exponent: float = 1.5,
    max_elapsed_time: float = 3_600_000,
    jitter_ms: float | None = None,  # noqa: ARG001 - accepted and ignored: jitter is always full here
) -> mistral_async.BackoffStrategy:
    """Return a backoff strategy; all times are milliseconds."""
    return mistral_async.BackoffStrategy(
        initial_interval=initial_interval,
        max_interval=max_interval,
        exponent=exponent,
        max_elapsed_time=max_elapsed_time,
    )


def RetryConfig(  # noqa: N802 - a class in the official SDK
    strategy: Literal["backoff", "none"] = "backoff",
    backoff: mistral_async.BackoffStrategy | None = None,
    retry_connection_errors: bool = True,  # noqa: FBT001, FBT002 - positional in the official SDK
    status_codes_override: list[str] | None = None,
) -> mistral_async.RetryConfig:
    """Return a retry configuration; `status_codes_override` takes codes ("429") and classes of codes ("5XX")."""
    config = mistral_async.RetryConfig(
        strategy=strategy,
        backoff=backoff or mistral_async.BackoffStrategy(),
        retry_connection_errors=retry_connection_errors,
    )
    if status_codes_override is None:
        return config
    statuses = frozenset(code for each in status_codes_override for code in _statuses(each))
    return msgspec.structs.replace(config, statuses=statuses)


def parse_datetime(text: str) -> datetime:
    """Return the moment that a text in ISO 8601 names."""
    return datetime.fromisoformat(text)


def _statuses(text: str) -> range:
    first = int(text.upper().replace("X", "0"))
    return range(first, first + 10 ** text.upper().count("X"))


__path__: list[str] = []  # its modules are found by `_official`

if not TYPE_CHECKING:
    __getattr__ = names(__name__)
