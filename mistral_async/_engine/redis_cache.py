"""A store of answers in Redis, for all machines (extra `redis`)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import ceil

from mistral_async._codec.counts import check_number
from mistral_async._ratelimit.redis import RedisStore


class RedisCache:
    """A store of answers in Redis: `Mistral(cache=RedisCache("redis://localhost:6379/0", ttl=86400))`.

    Its connection lives in a thread of its own, as that of `RedisStore`, so that every event loop can use it.

    Args:
        url: `redis://`, `rediss://` or `unix://`, with user and password (percent-encoded) where they are needed.
        prefix: The beginning of all keys.
        ttl: Seconds for which an answer is kept. None: for ever.
        timeout: Seconds to wait for a reply, after which the call is sent.
    """

    def __init__(
        self,
        url: str = "redis://localhost:6379/0",
        *,
        prefix: str = "mistral-async-answers",
        ttl: float | None = None,
        timeout: float = 1.0,
    ) -> None:
        check_number("ttl", ttl, optional=True)
        self._url = url
        self.prefix = prefix
        self.ttl = ttl
        self.timeout = timeout
        self._store = RedisStore(url, prefix=prefix, timeout=timeout)

    def __reduce__(self) -> tuple[Callable[..., RedisCache], tuple[str]]:
        return partial(type(self), prefix=self.prefix, ttl=self.ttl, timeout=self.timeout), (self._url,)

    async def get(self, key: str) -> bytes | None:
        """Return the answer under a key."""
        name = f"{self.prefix}:{key}"
        found = await self._store.run(lambda client: client.get(name))
        return None if found is None else bytes(found)

    async def set(self, key: str, answer: bytes) -> None:
        """Store an answer, until its time is over."""
        name, milliseconds = f"{self.prefix}:{key}", None if self.ttl is None else ceil(self.ttl * 1000)
        await self._store.run(lambda client: client.set(name, answer, px=milliseconds))

    async def aclose(self) -> None:
        """Close the connection and end its thread; a new one is opened if it is used again."""
        await self._store.aclose()
