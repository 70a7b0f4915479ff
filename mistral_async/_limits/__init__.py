"""Rate limits: what the user stated, what the server's headers say, what its refusals show, and who may go next."""

from __future__ import annotations

from mistral_async._limits._headers import RateLimit, RateLimitStatus, parse_rate_limits
from mistral_async._limits._limiter import Limiter, Priority
from mistral_async._limits._reservation import Reservation
from mistral_async._limits._settings import RateLimits
from mistral_async._limits._store import Correction, Demand, LimitStore, Slot
from mistral_async._limits._waiting import wait_turn

__all__ = [
    "Correction",
    "Demand",
    "LimitStore",
    "Limiter",
    "Priority",
    "RateLimit",
    "RateLimitStatus",
    "RateLimits",
    "Reservation",
    "Slot",
    "parse_rate_limits",
    "wait_turn",
]
