"""Cancelled at any checkpoint, a run leaves no tool running and no connection out."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import anyio
import pytest

from mistral_async import Mistral
from mistral_async.tools import tool

sys.path.insert(0, str(Path(__file__).parent))
import anyio.lowlevel
from stepping import Stepping

MODEL = "mistral-small-latest"
ASK = "Say the weather in Paris, get time, and count"


class Running:
    """Tools that know how many of them run."""

    def __init__(self):
        self.now = 0
        self.most = 0
        self.finished = 0

    def __enter__(self):
        self.now += 1
        self.most = max(self.most, self.now)

    def __exit__(self, *_):
        self.now -= 1
        self.finished += 1

    def tools(self):
        @tool
        async def get_weather(city: str) -> str:
            """Say the weather."""
            with self:
                for _ in range(3):
                    await anyio.lowlevel.checkpoint()
                return f"blue in {city}"

        @tool(limit=1, timeout=5)
        async def get_time() -> str:
            """Say the time."""
            with self:
                await anyio.lowlevel.checkpoint()
                return "12:00"

        @tool
        def count() -> int:
            """Count, in a thread."""
            with self:
                time.sleep(0.001)
                return 3

        return [get_weather, get_time, count]


async def in_block(client, tools):
    async with client.chat.run(ASK, model=MODEL, tools=tools) as run:
        async for _ in run:
            await anyio.lowlevel.checkpoint()


async def awaited(client, tools):
    await client.chat.run(ASK, model=MODEL, tools=tools)


async def in_conversation(client, tools):
    async with client.beta.conversations.run(inputs=ASK, model=MODEL, tools=tools) as run:
        await run.result()


async def cancelled_after(steps, use, client, tools):
    """Run, cancelled after so many suspensions of any task; whether it was."""
    with anyio.fail_after(10), anyio.CancelScope() as scope:
        left = steps

        def step():
            nonlocal left
            left -= 1
            if left == 0:
                scope.cancel()

        done = anyio.Event()

        async def work():
            try:
                await use(client, tools)
            finally:
                done.set()

        async with anyio.create_task_group() as group:  # a task of its own, so that it is counted too
            with Stepping(step):
                group.start_soon(work)
                await done.wait()
    return scope.cancelled_caught


@pytest.mark.slow
@pytest.mark.parametrize("use", [awaited, in_block, in_conversation])
async def test_at_every_checkpoint(server, use):
    # Rules 1 and 3 of run.
    limited = Mistral(server.api_key, server_url=server.url, max_connections=1)
    async with limited as client:
        running = Running()
        tools = running.tools()
        await use(client, tools)
        assert running.most > 1
        threads = threading.active_count()
        caught, steps, passed = 0, 0, 0
        while passed < 3:  # it came to its end before the cancellation, three times in a row
            steps += 1 if steps < 60 else 7
            running.now = 0
            was = await cancelled_after(steps, use, client, tools)
            caught, passed = caught + was, 0 if was else passed + 1
            assert running.now == 0, f"a tool runs after a cancellation at {steps}"
            with anyio.fail_after(2):  # the only connection is free again
                await client.models.list()
        assert caught > 5
        assert threading.active_count() <= threads + 1


async def test_a_thread_without_time_limit_is_waited_for(client, server):
    # Rule 1 of run.
    ended = []

    @tool
    def slow() -> None:
        """Be slow."""
        anyio.from_thread.run_sync(scope.cancel)
        time.sleep(0.1)
        ended.append(True)

    with anyio.CancelScope() as scope:
        await client.chat.run("slow", model=MODEL, tools=[slow])
    assert scope.cancelled_caught
    assert ended == [True]


async def test_a_thread_with_a_time_limit_is_left_behind(client, server):
    # Rule 1 of run.
    release = threading.Event()

    @tool(timeout=0.02)
    def stuck() -> None:
        """Be stuck."""
        release.wait(5)

    with anyio.fail_after(2):
        result = await client.chat.run("stuck", model=MODEL, tools=[stuck])
    release.set()
    assert "TimeoutError" in result.messages[2].content


async def test_leaving_the_block_ends_the_tools(client, server):
    # Rule 3 of run.
    running = Running()

    @tool
    async def forever() -> None:
        """Never end."""
        with running:
            await anyio.sleep_forever()

    async with client.chat.run("forever", model=MODEL, tools=[forever]) as run:
        async for event in run:
            if event.type == "tool_started":
                break
        await anyio.sleep(0.01)
        assert running.now == 1
    assert running.now == 0


def test_an_interrupted_blocking_run_ends(sync_client):
    # Rule 3 of run.
    running = Running()

    @tool
    async def forever() -> None:
        """Never end."""
        with running:
            await anyio.sleep_forever()

    def use():
        with sync_client.chat.run("forever", model=MODEL, tools=[forever]) as run:
            for event in run:
                if event.type == "tool_started":
                    raise KeyError

    with pytest.raises(KeyError):
        use()
    assert running.now == 0
