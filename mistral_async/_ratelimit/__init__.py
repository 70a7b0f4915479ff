"""Rate limits: those that the user states, those of the server's headers, those that rejections show; who goes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._lazy import lazy

if TYPE_CHECKING:
    from mistral_async._codec.rate_limit_headers import RateLimit as RateLimit
    from mistral_async._codec.rate_limit_headers import RateLimitStatus as RateLimitStatus
    from mistral_async._codec.rate_limit_headers import parse_rate_limits as parse_rate_limits
    from mistral_async._ratelimit.limiter import Limiter as Limiter
    from mistral_async._ratelimit.limiter import Priority as Priority
    from mistral_async._ratelimit.reservation import Reservation as Reservation
    from mistral_async._ratelimit.settings import RateLimits as RateLimits
    from mistral_async._ratelimit.sqlite import SQLiteStore as SQLiteStore
    from mistral_async._ratelimit.statistics import LimiterStatistics as LimiterStatistics
    from mistral_async._ratelimit.statistics import LimitStatistics as LimitStatistics
    from mistral_async._ratelimit.statistics import ModelStatistics as ModelStatistics
    from mistral_async._ratelimit.store import Correction as Correction
    from mistral_async._ratelimit.store import Demand as Demand
    from mistral_async._ratelimit.store import Learned as Learned
    from mistral_async._ratelimit.store import LearningStore as LearningStore
    from mistral_async._ratelimit.store import LimitStore as LimitStore
    from mistral_async._ratelimit.store import Report as Report
    from mistral_async._ratelimit.store import Slot as Slot
    from mistral_async._ratelimit.waiting import wait_first as wait_first
    from mistral_async._ratelimit.waiting import wait_turn as wait_turn

__getattr__, __dir__, __all__ = lazy(  # pyright: ignore[reportUnsupportedDunderAll] - the names above
    __name__,
    {
        "mistral_async._codec.rate_limit_headers": "RateLimit RateLimitStatus parse_rate_limits",
        "mistral_async._ratelimit.limiter": "Limiter Priority",
        "mistral_async._ratelimit.reservation": "Reservation",
        "mistral_async._ratelimit.settings": "RateLimits",
        "mistral_async._ratelimit.sqlite": "SQLiteStore",
        "mistral_async._ratelimit.statistics": "LimitStatistics LimiterStatistics ModelStatistics",
        "mistral_async._ratelimit.store": "Correction Demand Learned LearningStore LimitStore Report Slot",
        "mistral_async._ratelimit.waiting": "wait_first wait_turn",
    },
)
