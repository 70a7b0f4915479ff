"""Stores of answers: a protocol of two methods, and the store in memory."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from mistral_async._codec.counts import check_count, check_number
from mistral_async.errors import ConfigurationError


class AnswerCache(Protocol):
    """A store of answers, for `cache=`: `MemoryCache`, `SQLiteCache`, `RedisCache`, or one of yours.

    Keys are texts of 64 hexadecimal digits, answers the bytes of JSON. What a method raises fails no call.
    """

    async def get(self, key: str) -> bytes | None:
        """Return the answer that was stored under a key; None where there is none."""
        ...

    async def set(self, key: str, answer: bytes) -> None:
        """Store an answer, in place of any other under its key."""
        ...


class ForkSafeLock:
    """A lock of threads that is free after a fork: a thread of the parent may have held it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        _LOCKS.add(self)

    def __enter__(self) -> None:
        self.lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.lock.release()


_LOCKS: weakref.WeakSet[ForkSafeLock] = weakref.WeakSet()


def _after_fork() -> None:
    for each in list(_LOCKS):
        each.lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class MemoryCache:
    """A store of answers in the memory of this process: those that were not used for longest go first.

    Args:
        max_size: The most bytes of answers. Default: 64 MiB.
        ttl: Seconds for which an answer is given. None: as long as there is room.
    """

    def __init__(self, *, max_size: int = 64 * 1024 * 1024, ttl: float | None = None) -> None:
        check_count("max_size", max_size)
        check_number("ttl", ttl, optional=True)
        self.max_size = max_size
        self.ttl = ttl
        self._answers: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._size = 0
        self._lock = ForkSafeLock()

    def __reduce__(self) -> tuple[Callable[..., MemoryCache], tuple[()]]:
        return partial(type(self), max_size=self.max_size, ttl=self.ttl), ()

    def __len__(self) -> int:
        """Return the number of answers."""
        return len(self._answers)

    async def get(self, key: str) -> bytes | None:
        """Return the answer under a key, if it is there and not too old."""
        with self._lock:
            found = self._answers.get(key)
            if found is None:
                return None
            stored, answer = found
            if self.ttl is not None and time.monotonic() - stored > self.ttl:
                self._drop(key)
                return None
            self._answers.move_to_end(key)
            return answer

    async def set(self, key: str, answer: bytes) -> None:
        """Store an answer; others make room for it. One that is larger than all of it is not stored."""
        if len(answer) > self.max_size:
            return
        with self._lock:
            if key in self._answers:
                self._drop(key)
            self._answers[key] = time.monotonic(), answer
            self._size += len(answer)
            while self._size > self.max_size:
                self._drop(next(iter(self._answers)))

    def clear(self) -> None:
        """Forget all answers."""
        with self._lock:
            self._answers.clear()
            self._size = 0

    def _drop(self, key: str) -> None:
        _, answer = self._answers.pop(key)
        self._size -= len(answer)


def checked_cache(given: Any) -> Any:
    """Return a store of answers, or False for none; raises `ConfigurationError` for what is no store."""
    if given is None or given is False:
        return given
    if not all(callable(getattr(given, name, None)) for name in ("get", "set")) or isinstance(given, (dict, type)):
        raise ConfigurationError(
            f"cache must be a MemoryCache, SQLiteCache, RedisCache, or have get and set: {given!r}"
        )
    return given
