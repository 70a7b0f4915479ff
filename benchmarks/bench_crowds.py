"""How late are the events of 250, 500 and 1,000 paced streams at once? The last are near all that a core can do.

    python benchmarks/bench_crowds.py [--runs 3] [--json crowds.json]

Each stream has 50 events a second, one a read. `busy` is the share of its core that the client's process takes, `late`
how much longer a stream took than its 2 seconds in the median: where a core is full, that is the work left to do.
"""

from __future__ import annotations

from bench_streams import paced
from harness import Case, main, run_cases, server, show

CROWDS = (250, 500, 1000)
SHAPES = (
    ("floor", "asyncio"),
    ("mistral_async", "asyncio"),
    ("aiohttp", "asyncio"),
    ("floor", "trio"),
    ("mistral_async", "trio"),
)


def parent(runs: int) -> list[Case]:
    with server() as url:
        cases: list[Case] = [
            {"peer": peer, "loop": loop, "at_once": at_once, "url": url} for at_once in CROWDS for peer, loop in SHAPES
        ]
        results = run_cases(__file__, cases, runs)
    found = {(r["peer"], r["loop"], r["at_once"]): r for r in results}
    rows = [
        [
            f"{r['peer']}, {r['loop']}",
            r["at_once"],
            r["cpu_us"],
            f"{r['busy']:.0%}",
            r["late_s"] * 1000,
            r["worst_s"] * 1000,
            r["late_s"] / found["floor", r["loop"], r["at_once"]]["late_s"],
        ]
        for r in results
    ]
    show(
        "Paced streams by how many",
        rows,
        ["client", "streams", "µs per event", "busy", "late, ms", "at worst, ms", "x floor"],
    )
    return results


if __name__ == "__main__":
    main(__file__, paced, parent, repetitions=3)
