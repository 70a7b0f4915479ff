"""What a task of the event loop is kept waiting by others, in CPU time: a busy machine does not count.

Nor does Python's collector of garbage, which stops everything the longer the more objects there are.
"""

from __future__ import annotations

import gc
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

    gc.disable()
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(watch)
            await anyio.sleep(0.01)
            kept = await work()  # to free it takes time, too, which is the caller's
            await anyio.sleep(0.01)  # its last step counts
            group.cancel_scope.cancel()
    finally:
        gc.enable()
    del kept
    return longest


async def least_step(work: Callable[[], Awaitable[object]], limit: float) -> float:
    """Do the work until its longest step is below the limit, at most ten times; return the least."""
    least = await longest_step(work)
    for _ in range(9):
        if least < limit:
            break
        least = min(least, await longest_step(work))
    return least
