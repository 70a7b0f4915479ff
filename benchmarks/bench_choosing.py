"""What does each way to make the same 4,000 chat calls cost: CPU a call, and memory that grows with their number?

python benchmarks/bench_choosing.py [--runs 3] [--json choosing.json]

Each way has 64 calls under way at most; `gather` all at once, and the blocking loop one. The table stands in
`docs/guide/choosing.md`.
"""

from __future__ import annotations

import asyncio
import itertools
import resource
from collections.abc import Callable, Coroutine
from typing import Any

from harness import Case, Clock, main, run_cases, server, show
from peers import MESSAGES

CALLS = 4_000
AT_ONCE = 64
MODEL = "chat"
ASKED: dict[str, Any] = {"model": MODEL, "messages": MESSAGES, "temperature": 0.5}


async def in_tasks(url: str, count: int) -> None:
    """A task group of workers that share the work."""
    import anyio

    from mistral_async import Mistral

    work = iter(range(count))

    async def worker(client: Mistral) -> None:
        for _ in work:
            await client.chat.complete(**ASKED)

    async with Mistral("test-key", server_url=url) as client, anyio.create_task_group() as group:
        for _ in range(AT_ONCE):
            group.start_soon(worker, client)


async def gathered(url: str, count: int) -> None:
    """All calls at once, and all answers in a list."""
    from mistral_async import Mistral

    async with Mistral("test-key", server_url=url) as client:
        await asyncio.gather(*(client.chat.complete(**ASKED) for _ in range(count)))


async def in_bulk(url: str, count: int) -> None:
    """`client.bulk.map`, whose results are taken as they come."""
    from mistral_async import Mistral, calls

    async with Mistral("test-key", server_url=url) as client:
        work = (calls.chat.complete(**ASKED) for _ in range(count))
        async with client.bulk.map(work, concurrency=AT_ONCE) as results:
            async for result in results:
                result.unwrap()


def blocking(url: str, count: int) -> None:
    """A loop in a script."""
    from mistral_async import SyncMistral

    with SyncMistral("test-key", server_url=url) as client:
        for _ in range(count):
            client.chat.complete(**ASKED)


def blocking_bulk(url: str, count: int) -> None:
    """`client.bulk.map` in a script."""
    from mistral_async import SyncMistral, calls

    with SyncMistral("test-key", server_url=url) as client:
        work = (calls.chat.complete(**ASKED) for _ in range(count))
        for result in client.bulk.map(work, concurrency=AT_ONCE):
            result.unwrap()


async def by_compat(url: str, count: int) -> None:
    """The official SDK's spelling, in tasks."""
    from mistral_async.compat import Mistral

    work = itertools.repeat(None, count)
    async with Mistral(api_key="test-key", server_url=url) as client:

        async def worker() -> None:
            for _ in work:
                await client.chat.complete_async(**ASKED)

        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


def on(backend: str, function: Callable[[str, int], Coroutine[Any, Any, None]]) -> Callable[[str, int], None]:
    import anyio

    return lambda url, count: anyio.run(function, url, count, backend=backend)


def ways() -> dict[str, Callable[[str, int], None]]:
    return {
        "tasks, asyncio": on("asyncio", in_tasks),
        "tasks, trio": on("trio", in_tasks),
        "gather, all at once": on("asyncio", gathered),
        "bulk, asyncio": on("asyncio", in_bulk),
        "bulk, trio": on("trio", in_bulk),
        "blocking, a loop": blocking,
        "blocking, bulk": blocking_bulk,
        "compat, tasks": on("asyncio", by_compat),
    }


def child(case: Case) -> dict[str, float]:
    way = ways()[case["way"]]
    way(case["url"], AT_ONCE)  # imports, and what is made once
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Clock() as clock:
        way(case["url"], CALLS)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {**clock.per(CALLS), "grown_mb": grown / 1024}


def parent(runs: int) -> list[Case]:
    with server() as url:
        results = run_cases(__file__, [{"way": way, "url": url} for way in ways()], runs)
    least = next(each["cpu_us"] for each in results if each["way"] == "tasks, asyncio")
    rows = [
        [r["way"], r["cpu_us"], f"{r['cpu_us'] / least:.2f}", r["per_second"], f"{r['grown_mb']:.1f}"] for r in results
    ]
    header = ["way", "µs of CPU a call", "of tasks on asyncio", "calls a second", "MB more at most"]
    show(f"{CALLS:,} chat calls", rows, header)
    return results


if __name__ == "__main__":
    main(__file__, child, parent, repetitions=3)
