"""What is taken from the pool goes back, whatever is raised: with one connection, the next call shows it."""

from __future__ import annotations

import functools
import sys

import anyio
import pytest

from mistral_async import Mistral, Timeout
from mistral_async._http.asyncio_wire.connection import AsyncioConnection
from mistral_async._http.pool import Pool, PoolWaiter
from mistral_async._http.pooled import PooledWire
from mistral_async._http.protocol import Timeouts
from mistral_async._http.trio_wire.connection import TrioConnection
from mistral_async.errors import APITimeoutError
from mistral_async.testing import Stall

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}


class Interrupt(BaseException):
    """Raised by a signal handler."""


@pytest.fixture
async def single(server):
    """A client with one connection."""
    async with Mistral(server.api_key, server_url=server.url, max_connections=1) as client:
        yield client.with_options(retries=0)


async def works(client):
    with anyio.fail_after(5):
        assert (await client.chat.complete(**HI)).text


STEPS = {
    "an idle one is looked at": (True, [(AsyncioConnection, "usable"), (TrioConnection, "usable")]),
    "its time begins": (True, [(Timeouts, "started")]),
    "the request begins": (True, [(AsyncioConnection, "perform"), (TrioConnection, "perform")]),
    "a new one is made": (False, [(PooledWire, "_make")]),
    "a new one is counted": (False, [(Pool, "add")]),
    "the time of a new one begins": (False, [(Timeouts, "started")]),
    "the request begins on a new one": (False, [(AsyncioConnection, "perform"), (TrioConnection, "perform")]),
}


@pytest.mark.parametrize("step", STEPS)
async def test_rule_7_an_interrupt_when(step, single, monkeypatch):
    def interrupt(*_):
        raise Interrupt

    warm, places = STEPS[step]
    if warm:
        await works(single)
    with monkeypatch.context() as patch:
        for cls, name in places:
            patch.setattr(cls, name, interrupt)
        with pytest.raises(Interrupt):
            await single.chat.complete(**HI)
    await works(single)


async def test_rule_7_an_interrupt_of_who_has_waited(single, monkeypatch):
    """What was granted goes to the next who waits."""

    def interrupt(_):
        monkeypatch.undo()
        raise Interrupt

    raised = []

    async def call():
        try:
            await works(single)
        except Interrupt:
            raised.append(1)

    monkeypatch.setattr(PoolWaiter, "accept", interrupt)
    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(call)
    assert raised == [1]
    await works(single)


@pytest.mark.parametrize("stream", [False, True])
async def test_rule_7_a_logger_that_raises(server, stream):
    """So does an answer that nobody gets."""

    class Logger:
        def debug(self, *_):
            raise Interrupt

    async with Mistral(
        server.api_key,
        server_url=server.url,
        max_connections=1,
        retry_config={"strategy": "none"},
        debug_logger=Logger(),
    ) as client:
        make = client.chat.stream(**HI).__aenter__ if stream else functools.partial(client.chat.complete, **HI)
        for _ in range(2):
            with anyio.fail_after(5), pytest.raises(Interrupt):
                await make()


async def deep(levels, function):
    return await (deep(levels - 1, function) if levels else function())


async def test_rule_7_too_deep_a_recursion(single, server):
    """Wherever in the client it ends; time limits hold after it."""
    outcomes = set()
    with anyio.fail_after(10):
        for levels in range(sys.getrecursionlimit() - 60, sys.getrecursionlimit() - 5):
            try:
                await deep(levels, lambda: single.chat.complete(**HI))
            except Exception as error:  # noqa: BLE001 - a RecursionError, or the error of a call that it has ended
                outcomes.add(type(error).__name__)
    assert "RecursionError" in outcomes
    await works(single)
    server.fault(Stall(where="head"))
    with anyio.fail_after(5), pytest.raises(APITimeoutError):
        await single.with_options(timeout=Timeout(total=None, read=0.05)).chat.complete(**HI)
    await works(single)
