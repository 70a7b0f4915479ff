"""The state of a budget, for whoever watches a service."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

import msgspec

from mistral_async._spending.ledger import Spending

if TYPE_CHECKING:
    from mistral_async._spending.budget import Budget


class BudgetStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """One budget at one moment (`client.stats().budgets`).

    Attributes:
        name: Its name, as errors have it; budgets that were given none are called `budget`.
        per: The time that it is for: `"day"`, `"job"`, or None.
        limit: The most that may be used, of each resource that it limits: `tokens`, `requests`, `cost`.
        used: The amount that was used; with a store, as of its last answer to this process.
        reserved: The amount that calls under way may use, besides.
        begins_again: When a budget per day begins again, in UTC.
    """

    name: str
    per: Literal["day", "job"] | None = None
    limit: dict[str, float]
    used: Spending
    reserved: Spending
    begins_again: datetime | None = None


def statistics_of(budget: Budget) -> BudgetStatistics:
    """Return the state of a budget."""
    state = budget.state
    return BudgetStatistics(
        name=budget.name,
        per=budget.per,
        limit={name: limit for name in Spending.__struct_fields__ if (limit := getattr(budget, name)) is not None},
        used=state.used,
        reserved=state.reserved,
        begins_again=state.begins_again,
    )
