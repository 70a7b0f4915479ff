"""Rate limits: what the user stated, what the server's headers say, what its refusals show, and who may go next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._lazy import lazy

if TYPE_CHECKING:
    from mistral_async._limits._headers import RateLimit as RateLimit
    from mistral_async._limits._headers import RateLimitStatus as RateLimitStatus
    from mistral_async._limits._headers import parse_rate_limits as parse_rate_limits
    from mistral_async._limits._limiter import Limiter as Limiter
    from mistral_async._limits._limiter import Priority as Priority
    from mistral_async._limits._reservation import Reservation as Reservation
    from mistral_async._limits._settings import RateLimits as RateLimits
    from mistral_async._limits._sqlite import SQLiteStore as SQLiteStore
    from mistral_async._limits._store import Correction as Correction
    from mistral_async._limits._store import Demand as Demand
    from mistral_async._limits._store import LimitStore as LimitStore
    from mistral_async._limits._store import Slot as Slot
    from mistral_async._limits._waiting import wait_turn as wait_turn

__getattr__, __dir__, __all__ = lazy(  # pyright: ignore[reportUnsupportedDunderAll] - the names above
    __name__,
    {
        "_headers": "RateLimit RateLimitStatus parse_rate_limits",
        "_limiter": "Limiter Priority",
        "_reservation": "Reservation",
        "_settings": "RateLimits",
        "_sqlite": "SQLiteStore",
        "_store": "Correction Demand LimitStore Slot",
        "_waiting": "wait_turn",
    },
)
