"""Rate limits: what the user stated, what the server's headers say, what its refusals show, and who may go next."""

from __future__ import annotations

from mistral_async._limits._headers import RateLimit, RateLimitStatus, parse_rate_limits
from mistral_async._limits._limiter import Limiter, Priority
from mistral_async._limits._reservation import Reservation
from mistral_async._limits._settings import RateLimits

__all__ = [
    "Limiter",
    "Priority",
    "RateLimit",
    "RateLimitStatus",
    "RateLimits",
    "Reservation",
    "parse_rate_limits",
]
