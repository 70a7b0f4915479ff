"""Limits, spend and usage of the organization."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import Call, get, post
from mistral_async.models.admin.billing import AccountRateLimits, AccountUsage, AccountUsageOptions, SpendLimits

_SPEND_LIMIT = "/v1/admin/spend-limit"


class Billing(Resource[M]):
    """Limits, spend and usage of the organization."""

    @endpoint
    def get_rate_limit(self) -> Call[AccountRateLimits]:
        """Get the rate limits."""
        return get("/v1/admin/rate-limit", returns=AccountRateLimits)

    @endpoint
    def get_spend_limit(self) -> Call[SpendLimits]:
        """Get the spend of this month, and its limit."""
        return get(_SPEND_LIMIT, returns=SpendLimits)

    @endpoint
    def update_spend_limit(self, *, amount: int, no_monthly_limit: bool | None = None) -> Call[SpendLimits]:
        """Change the limit of a month's spend, or remove it."""
        json = {"amount": amount, "no_monthly_limit": no_monthly_limit}
        return post(_SPEND_LIMIT, json=json, returns=SpendLimits)

    @endpoint
    def get_usage(self, **options: Unpack[AccountUsageOptions]) -> Call[AccountUsage]:
        """Get usage and prices of a month, this one where none is named."""
        return get("/v1/admin/usage", query=options, returns=AccountUsage)
