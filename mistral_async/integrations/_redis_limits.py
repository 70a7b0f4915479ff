"""Where pickles of 0.1 find `RedisStore`."""

from mistral_async._ratelimit.redis import RedisStore

__all__ = ["RedisStore"]
