"""Limits, spend and usage of the organization. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONObject
from mistral_async.models._model import Model, Moment

APIZone: TypeAlias = Literal["global", "us", "eu"]
"""The regions of inference."""

BillingEventType: TypeAlias = Literal[
    "api_tokens",
    "api_pages",
    "api_audio_seconds",
    "api_audio_characters",
    "api_connectors",
    "api_libraries_tokens",
    "api_libraries_pages",
    "api_libraries_audio",
    "deployment_tokens",
    "gpu_hour",
    "reserved_instance",
    "vibe_tokens",
    "vibe_connectors",
    "vibe_pages",
    "vibe_audio_seconds",
    "vibe_audio_characters",
]
"""The things that are billed."""


class TokenLimitsByModel(Model, kw_only=True, gc=False):
    """The limits of tokens of a model."""

    tokens_per_minute: int = 0
    tokens_per_month: int = 0


class AccountRateLimits(Model, kw_only=True):
    """The rate limits of the organization."""

    requests_per_second: int = 0
    tokens_limits_by_model: dict[str, TokenLimitsByModel] = field(default_factory=dict[str, TokenLimitsByModel])


class UsageLimits(Model, kw_only=True, gc=False):
    """The spend of the month, and its limit. Amounts are in the currency of the account."""

    no_monthly_limit: bool = False
    """True if there is no limit."""
    monthly_limit_reached: bool = False
    """True if the limit has been reached."""
    usage: float | None = None
    """Spend of the API in this month."""
    vibe_usage: float | None = None
    """Spend of Vibe in this month."""
    total_usage: float | None = None
    """Spend in this month, in all."""
    usage_limit: float | None = None
    """The limit of a month."""


class LimitsContext(Model, kw_only=True):
    """The limits of the organization, and the state of its payments."""

    completion: UsageLimits = field(default_factory=UsageLimits)
    last_payment_failure: bool = False
    """True if the latest payment failed."""
    last_payment_failure_protection: bool | None = None
    """True if a failed payment does not stop the account."""
    currency: str = ""
    """The currency of the amounts."""


class SpendLimits(Model, kw_only=True):
    """The spending limits of the organization."""

    limits: LimitsContext = field(default_factory=LimitsContext)


class UpdateSpendLimitRequest(TypedDict, total=False):
    """Everything that `billing.update_spend_limit` takes."""

    amount: Required[int]
    """The limit of a month, in whole units of the currency."""
    no_monthly_limit: bool | None
    """True to have no limit; False where not set."""


class AccountUsageOptions(TypedDict, total=False):
    """Which usage is answered."""

    month: int | str | None
    """1 to 12; this one where not set."""
    year: int | str | None
    """Such as 2026; this one where not set."""
    workspace_id: str | None
    """Usage of one workspace."""
    api_zone: APIZone | str | None
    """Usage in one region."""


class ModelUsageData(Model, kw_only=True):
    """Usage by model."""

    models: dict[str, dict[str, list[JSONObject]]] = field(default_factory=dict[str, dict[str, list[JSONObject]]])
    """Entries by model, then by group of billing, such as `input`."""


class LibrariesUsageData(Model, kw_only=True):
    """Usage of the libraries API."""

    pages: ModelUsageData = field(default_factory=ModelUsageData)
    tokens: ModelUsageData = field(default_factory=ModelUsageData)
    audio_seconds: ModelUsageData = field(default_factory=ModelUsageData)


class FineTuningUsageData(Model, kw_only=True):
    """Usage of fine-tuning."""

    training: dict[str, dict[str, list[JSONObject]]] = field(default_factory=dict[str, dict[str, list[JSONObject]]])
    storage: dict[str, int] = field(default_factory=dict[str, int])


class VibeCodeUsageData(Model, kw_only=True):
    """Usage of Vibe Code."""

    completion: ModelUsageData = field(default_factory=ModelUsageData)
    ocr: ModelUsageData = field(default_factory=ModelUsageData)
    connectors: ModelUsageData = field(default_factory=ModelUsageData)
    audio: ModelUsageData = field(default_factory=ModelUsageData)
    """Seconds of transcriptions."""
    audio_characters: ModelUsageData = field(default_factory=ModelUsageData)
    """Characters that were spoken."""


class PriceData(Model, kw_only=True, gc=False):
    """The price of a unit."""

    event_type: str | None = None
    """One of `BillingEventType`, or a newer one."""
    billing_metric: str = ""
    """The metric of the entries of usage."""
    billing_group: str = ""
    """The group of the entries of usage, such as `input`."""
    api_zone: str = ""
    """`global`, `us`, `eu`, or a newer one."""
    service_tier: str = ""
    """`standard`, `priority`, or a newer one."""
    price: float | str | None = None
    """The price of a unit."""


class AccountUsage(Model, kw_only=True):
    """Usage and prices of a month."""

    completion: ModelUsageData = field(default_factory=ModelUsageData)
    ocr: ModelUsageData = field(default_factory=ModelUsageData)
    connectors: ModelUsageData = field(default_factory=ModelUsageData)
    libraries_api: LibrariesUsageData = field(default_factory=LibrariesUsageData)
    fine_tuning: FineTuningUsageData = field(default_factory=FineTuningUsageData)
    audio: ModelUsageData = field(default_factory=ModelUsageData)
    audio_characters: ModelUsageData = field(default_factory=ModelUsageData)
    """Characters that were spoken."""
    vibe_usage: float = 0.0
    """Deprecated: see `vibe_code`."""
    vibe_code: VibeCodeUsageData = field(default_factory=VibeCodeUsageData)
    chat: ModelUsageData = field(default_factory=ModelUsageData)
    date: str = ""
    """A time in the month."""
    date_datetime: ClassVar[Moment] = Moment("date")
    previous_month: str | None = None
    next_month: str | None = None
    """None in this month."""
    start_date: str = ""
    """The first moment of the month."""
    start_date_datetime: ClassVar[Moment] = Moment("start_date")
    end_date: str = ""
    """The last moment of the month."""
    end_date_datetime: ClassVar[Moment] = Moment("end_date")
    currency: str | None = None
    currency_symbol: str | None = None
    prices: list[PriceData] | None = None
