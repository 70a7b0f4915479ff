"""The state of a client at one moment, for whoever watches a service: connections, limits, retries and calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from mistral_async._http.statistics import ConnectionStatistics
from mistral_async._ratelimit.statistics import LimiterStatistics
from mistral_async._spending.statistics import BudgetStatistics


class RetryStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """The retries of a client.

    Attributes:
        left: Repetitions that the budget allows now: ten at most, which a tenth of the calls gives back.
        made: Repetitions so far.
    """

    left: int = 0
    made: int = 0


class CallStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """The calls of a client: every answer that was asked of the API.

    Attributes:
        made: Calls that began to be sent.
        failed: Those that ended with an error, by its class, such as `RateLimitError`.
    """

    made: int = 0
    failed: dict[str, int] = {}


class ClientStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a client and all its views at one moment (`client.stats()`).

    Attributes:
        connections: The connections of all event loops; None where httpx has them (`transport=`, `async_client=`,
            `http2=True`, a proxy that speaks HTTP).
        limiter: The rate limits, as `client.limiter` has them.
        retries: What the budget for retries has left, and how many were made.
        calls: How many calls were made and failed.
        budgets: Those of the client, of its views, and of its jobs: as long as somebody has them.
    """

    connections: ConnectionStatistics | None = None
    limiter: LimiterStatistics = LimiterStatistics()
    retries: RetryStatistics = RetryStatistics()
    calls: CallStatistics = CallStatistics()
    budgets: list[BudgetStatistics] = []

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain dicts, lists and numbers, for logs and health checks."""
        found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return found


def statistics_of(
    *,
    connections: Sequence[ConnectionStatistics | None],
    limiter: LimiterStatistics,
    retries: tuple[int, int],
    calls: tuple[int, dict[str, int]],
    budgets: list[BudgetStatistics],
) -> ClientStatistics:
    """Return the state of a client with connections to these servers."""
    return ClientStatistics(
        connections=_together([each for each in connections if each is not None]),
        limiter=limiter,
        retries=RetryStatistics(left=retries[0], made=retries[1]),
        calls=CallStatistics(made=calls[0], failed=calls[1]),
        budgets=budgets,
    )


def _together(each: Sequence[ConnectionStatistics]) -> ConnectionStatistics | None:
    names = ConnectionStatistics.__struct_fields__
    return ConnectionStatistics(**{name: sum(getattr(one, name) for one in each) for name in names}) if each else None
