"""The stores of shared budgets: which backend speaks to which of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._ratelimit.redis import RedisStore
from mistral_async._ratelimit.sqlite import SQLiteStore

if TYPE_CHECKING:
    from mistral_async._spending.ledger import Backend


def backend_of(store: object) -> Backend:
    """Return what speaks to a store; raises `TypeError` for one that can not keep budgets."""
    match store:
        case SQLiteStore():
            from mistral_async._spending.sqlite import SQLiteBackend

            return SQLiteBackend(store.path, store.timeout)
        case RedisStore():
            from mistral_async._spending.redis import RedisBackend

            return RedisBackend(store)
        case _:
            raise TypeError(f"a budget is kept in a SQLiteStore or RedisStore, not in {type(store).__name__}")
