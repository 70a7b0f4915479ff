"""Where pickles of 0.1 find rate limits."""

from mistral_async._ratelimit.settings import RateLimits

__all__ = ["RateLimits"]
