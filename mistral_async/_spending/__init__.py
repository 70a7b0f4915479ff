"""The cost of calls: prices, the usage that answers report, and budgets that stop work before it costs more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._lazy import lazy

if TYPE_CHECKING:
    from mistral_async._spending.budget import Budget as Budget
    from mistral_async._spending.budget import BudgetState as BudgetState
    from mistral_async._spending.ledger import Spending as Spending
    from mistral_async._spending.meter import ModelUsage as ModelUsage
    from mistral_async._spending.meter import Usage as Usage
    from mistral_async._spending.meter import UsageMeter as UsageMeter
    from mistral_async._spending.price import KnownPrices as KnownPrices
    from mistral_async._spending.price import Price as Price
    from mistral_async._spending.statistics import BudgetStatistics as BudgetStatistics

__getattr__, __dir__, __all__ = lazy(  # pyright: ignore[reportUnsupportedDunderAll] - the names above
    __name__,
    {
        "mistral_async._spending.budget": "Budget BudgetState",
        "mistral_async._spending.ledger": "Spending",
        "mistral_async._spending.meter": "ModelUsage Usage UsageMeter",
        "mistral_async._spending.price": "KnownPrices Price",
        "mistral_async._spending.statistics": "BudgetStatistics",
    },
)
