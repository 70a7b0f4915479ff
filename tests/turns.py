"""What a task of the event loop is kept waiting by others, in CPU time: a busy machine does not count."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import anyio


async def longest_step(work: Callable[[], Awaitable[object]]) -> float:
    """Do the work; return the most CPU seconds that this thread used in one turn of another task."""
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            since = time.thread_time()
            await anyio.sleep(0.001)
            longest = max(longest, time.thread_time() - since)

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        await anyio.sleep(0.01)
        await work()
        group.cancel_scope.cancel()
    return longest
