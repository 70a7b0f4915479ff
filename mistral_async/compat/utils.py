"""The official SDK's `utils`: retry settings, as positional as they are there, and the classes of streams."""

from __future__ import annotations

from typing import Any

from mistral_async._engine import retry as _retry
from mistral_async.compat._events import EventStream, EventStreamAsync

__all__ = ["BackoffStrategy", "EventStream", "EventStreamAsync", "RetryConfig"]


def BackoffStrategy(  # noqa: N802 - a class over there
    initial_interval: float = 500,
    max_interval: float = 60_000,
    exponent: float = 1.5,
    max_elapsed_time: float = 3_600_000,
    jitter_ms: float | None = None,  # noqa: ARG001 - ours is full jitter, always
) -> _retry.BackoffStrategy:
    """Milliseconds: the first wait, the longest, its growth, and how long in all."""
    return _retry.BackoffStrategy(
        initial_interval=initial_interval,
        max_interval=max_interval,
        exponent=exponent,
        max_elapsed_time=max_elapsed_time,
    )


def RetryConfig(  # noqa: N802 - the same
    strategy: Any = "backoff",
    backoff: _retry.BackoffStrategy | None = None,
    retry_connection_errors: bool = True,  # noqa: FBT001, FBT002 - positional over there
    status_codes_override: list[str] | None = None,
) -> _retry.RetryConfig:
    """What is repeated; `status_codes_override` takes "429", and "5XX" for a class."""
    statuses = _retry.STATUSES
    if status_codes_override is not None:
        statuses = frozenset(code for each in status_codes_override for code in _codes(each))
    return _retry.RetryConfig(
        strategy=strategy,
        backoff=backoff or _retry.BackoffStrategy(),
        retry_connection_errors=retry_connection_errors,
        statuses=statuses,
    )


def _codes(text: str) -> range:
    first = int(text.upper().replace("X", "0"))
    return range(first, first + 10 ** text.upper().count("X"))
