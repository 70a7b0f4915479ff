"""What does what every call can have cost? Metadata around the result, a logger, limits that are stated, a total time.

    python benchmarks/bench_overhead.py [--runs 5] [--json overhead.json]

Blocks of calls take turns in one process, so that what disturbs one disturbs the others; each number is the median of
the differences from a plain call in the same turn.
"""

from __future__ import annotations

import logging
import statistics

from harness import Case, Clock, main, run_cases, server, show
from peers import MESSAGES

TURNS, BLOCK = 40, 100


def child(case: Case) -> dict[str, float]:
    import anyio

    return anyio.run(measure, case["url"], backend=case["loop"])


async def measure(url: str) -> dict[str, float]:
    from mistral_async import Mistral, RateLimits

    silent = logging.getLogger("silent")
    silent.setLevel(logging.WARNING)
    arguments = {"model": "chat", "messages": MESSAGES, "temperature": 0.5}
    plain = Mistral("test-key", server_url=url)
    logged = Mistral("test-key", server_url=url, debug_logger=silent)
    limited = Mistral("test-key", server_url=url, rate_limits=RateLimits(requests_per_second=1e6, burst=100_000))
    kinds = {
        "plain": plain.chat.complete,
        "metadata": plain.with_response.chat.complete,
        "silent logger": logged.chat.complete,
        "stated limits": limited.chat.complete,
        "total time-out": plain.with_options(timeout=60).chat.complete,
    }
    spent: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(TURNS):
        for kind, call in kinds.items():
            with Clock() as clock:
                for _ in range(BLOCK):
                    answer = await call(**arguments)
            spent[kind].append(clock.cpu / BLOCK * 1e6)
            assert kind != "metadata" or (answer.request_id and len(answer.attempts) == 1)
    for client in (plain, logged, limited):
        await client.aclose()
    base = spent["plain"]
    more = {kind: statistics.median(a - b for a, b in zip(times, base, strict=True)) for kind, times in spent.items()}
    return {**more, "plain": statistics.median(base)}


def parent(runs: int) -> list[Case]:
    with server() as url:
        results = run_cases(__file__, [{"loop": loop, "url": url} for loop in ("asyncio", "trio")], runs)
    kinds = [key for key in results[0] if key != "loop"]
    rows = [[r["loop"], *[r[kind] for kind in kinds]] for r in results]
    show("µs of CPU of a plain call, one at a time, and what is added", rows, ["loop", *kinds])
    return results


if __name__ == "__main__":
    main(__file__, child, parent, repetitions=5)
