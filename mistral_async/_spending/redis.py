"""Budgets in Redis: on the connection of a `RedisStore`, one hash a budget."""

# ruff: noqa: SLF001 - a store and what shares its connection are one design

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from functools import cache, partial
from importlib import resources
from typing import Any, Final, cast

import anyio
import msgspec

from mistral_async._ratelimit.redis import RedisStore
from mistral_async._ratelimit.waiting import ThreadEvent
from mistral_async._spending.ledger import Balance, Charge, Question

_SCRIPT: Final = "budget.lua"
_STARTING: Final = 10.0  # seconds, beside the timeout, for the first question of a connection
_encode = msgspec.msgpack.Encoder().encode


class RedisBackend:
    """The budgets under the prefix of a store. The rules of the connection are those of the store."""

    def __init__(self, store: RedisStore) -> None:
        self._store: Any = store  # whose connection is shared with the rate limits

    async def ask(self, question: Question) -> Balance:
        """Settle and book; a connection that had answered before is replaced once."""
        connection = self._store._connect()
        if connection.answered:
            try:
                return await self._ask(connection, question)
            except ConnectionError:
                connection = self._store._connect()
        return await self._ask(connection, question)

    async def _ask(self, connection: Any, question: Question) -> Balance:
        future, done = self._start(connection, question), ThreadEvent()
        future.add_done_callback(lambda _: done.set())
        try:
            with anyio.fail_after(self._store.timeout + (0 if connection.opened.done() else _STARTING)):
                await done.wait()
            balance = future.result()
        except Exception as error:
            self._store._drop(connection)
            explained: Exception = self._store._explained(error)
            if explained is error:
                raise
            raise explained from error
        connection.answered, self._store._answered_at = True, time.monotonic()
        return balance

    def submit(self, question: Question) -> Future[Balance] | None:
        """Settle without waiting, where a connection is open."""
        connection = self._store._connection
        if connection is None or connection.pid != os.getpid() or connection.stopped:
            return None
        return self._start(connection, question)

    async def aclose(self) -> None:
        """Close the connection of the store, which opens again when it is used."""
        await self._store.aclose()

    def _start(self, connection: Any, question: Question) -> Future[Balance]:
        return cast("Future[Balance]", connection.submit(partial(self._answer, connection, question)))

    async def _answer(self, connection: Any, question: Question) -> Balance:
        reserve = () if question.reserve is None else question.reserve
        asked = _encode((question.settled, reserve, question.limits, question.expires))
        name = f"{{{self._store.prefix}}}:budget:{question.key}"
        run = cast("Callable[..., Awaitable[Any]]", connection.client.register_script(script()))
        with anyio.fail_after(self._store.timeout):
            fits, *booked = await run([name], [asked])
        counts = [int(each or 0) for each in booked]
        return Balance(booked=bool(fits), used=Charge(*counts[:3]), reserved=Charge(*counts[3:]))


@cache
def script() -> str:
    """Return the Lua source that Redis runs."""
    return resources.files("mistral_async._spending").joinpath(_SCRIPT).read_text("utf-8")
