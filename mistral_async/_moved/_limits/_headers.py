"""Where pickles of 0.1 find what answers said about rate limits."""

from mistral_async._codec.rate_limit_headers import RateLimit, RateLimitStatus

__all__ = ["RateLimit", "RateLimitStatus"]
