"""Does an item cost the same when there are many? Bulk, batch, streams at once, models in the limiter, checkpoint rows.

    python benchmarks/bench_growth.py [--runs 1] [--quick] [--json growth.json] [--plot benchmarks/growth.svg]

Microseconds of the client's CPU for each text that is embedded in bulk, each that is written to a checkpoint or read
from it by a run that goes on, each call of a batch job, each event of streams that are open at once, and each chat call
when as many models take turns, all with limits of their own.
"""

from __future__ import annotations

import argparse
import functools
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from answer_server import PACED_EVENTS
from bench_bulk import server as bulk_server
from bench_bulk import short_texts
from harness import Case, Clock, cores, pin, run_cases, server, show
from peers import MESSAGES

SIZES = {
    "bulk": (1_000, 10_000, 100_000, 1_000_000),
    "checkpoint written": (1_000, 10_000, 100_000, 1_000_000),
    "checkpoint read": (1_000, 10_000, 100_000, 1_000_000),
    "batch": (1_000, 10_000, 100_000),
    "streams": (1, 10, 100, 1_000, 4_000, 8_000),
    "models": (1, 10, 100, 1_000),
}
MODEL_CALLS = 5_000
AT_ONCE = 64
VECTORS = {"dimension": 8, "max_inputs": 512}


@asynccontextmanager
async def client(case: Case, **options: Any) -> AsyncIterator[Any]:
    from mistral_async import Mistral

    async with Mistral("test-key", server_url=case["url"], **options) as made:
        yield made


async def embed(case: Case, count: int, **options: Any) -> None:
    async with client(case) as mistral, mistral.bulk.embed(short_texts(count), **options) as results:
        got = 0
        async for result in results:
            result.unwrap()
            got += 1
    assert got == count, got


async def bulk(case: Case) -> dict[str, float]:
    await embed(case, 100)
    with Clock() as clock:
        await embed(case, case["size"])
    return clock.per(case["size"])


async def checkpoint(case: Case) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        await embed(case, 100, checkpoint=Path(folder, "first.sqlite"))
        run = functools.partial(embed, case, case["size"], checkpoint=Path(folder, "kept.sqlite"))
        with Clock() as written:
            await run()
        with Clock() as read:
            await run()
    return (written if case["kind"].endswith("written") else read).per(case["size"])


async def batch(case: Case) -> dict[str, float]:
    async with client(case) as mistral:
        await run_batch(mistral, 10)
        with Clock() as clock:
            await run_batch(mistral, case["size"])
    return clock.per(case["size"])


async def run_batch(mistral: Any, count: int) -> None:
    from mistral_async import calls
    from mistral_async.batch import Poll

    chats = (
        calls.chat.complete(model="mistral-small-latest", messages=[{"role": "user", "content": f"text {n}"}])
        for n in range(count)
    )
    async with mistral.batch.run(chats, poll=Poll(initial=0.05)) as results:
        got = 0
        async for result in results:
            result.unwrap()
            got += 1
    assert got == count, got


async def streams(case: Case) -> dict[str, float]:
    import anyio

    count = 0

    async def one() -> None:
        nonlocal count
        async with mistral.chat.stream(model="stream-paced", messages=MESSAGES) as events:
            async for _ in events:
                count += 1

    rounds = max(1, 10 // case["size"])
    async with client(case, max_connections=case["size"]) as mistral:
        await mistral.chat.complete(model="chat", messages=MESSAGES)
        with Clock() as clock:
            for _ in range(rounds):
                async with anyio.create_task_group() as group:
                    for _ in range(case["size"]):
                        group.start_soon(one)
    assert count == PACED_EVENTS * case["size"] * rounds, count
    return clock.per(count)


async def models(case: Case) -> dict[str, float]:
    import anyio

    names = [f"chat@{n}" for n in range(case["size"])]

    async def some(first: int, count: int) -> None:
        for n in range(first, first + count):
            await mistral.chat.complete(model=names[n % len(names)], messages=MESSAGES)

    async with client(case) as mistral:
        await some(0, len(names))
        with Clock() as clock:
            async with anyio.create_task_group() as group:
                for task in range(AT_ONCE):
                    group.start_soon(some, task * (MODEL_CALLS // AT_ONCE), MODEL_CALLS // AT_ONCE)
    return clock.per(MODEL_CALLS // AT_ONCE * AT_ONCE)


def child(case: Case) -> dict[str, float]:
    import anyio

    work = {"bulk": bulk, "batch": batch, "streams": streams, "models": models}.get(case["kind"], checkpoint)
    return anyio.run(work, case)


def parent(runs: int, *, quick: bool) -> list[Case]:
    with (
        server() as answers,
        bulk_server("vectors", VECTORS) as (vectors, _),
        bulk_server("limits", {"requests": 10**9, "per": 1.0, "burst": 10**9, "headers": None}) as (fake, _),
    ):
        urls = {"batch": fake, "streams": answers, "models": answers}
        cases: list[Case] = [
            {"kind": kind, "size": size, "url": urls.get(kind, vectors)}
            for kind, sizes in SIZES.items()
            for size in (sizes[:-1] if quick else sizes)
        ]
        results = run_cases(__file__, cases, runs)
    rows = [[kind, *[f"{r['size']:,}: {r['cpu_us']:.3g}" for r in results if r["kind"] == kind]] for kind in SIZES]
    most = max(map(len, rows))
    show(
        "Microseconds of the client's CPU for each, by how many",
        [row + [""] * (most - len(row)) for row in rows],
        ["what", *["number: µs"] * (most - 1)],
    )
    return results


def plot(results: list[Case], file: Path) -> None:
    """A small picture each: the cost of one, by how many there are."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.fonttype"] = "none"
    mpl.rcParams["svg.hashsalt"] = "mistral_async"
    from matplotlib import pyplot as plt

    figure, places = plt.subplots(2, 3, figsize=(9, 4.6), layout="constrained")
    for axes, kind in zip(places.flat, SIZES, strict=True):
        points = [(r["size"], r["cpu_us"]) for r in results if r["kind"] == kind]
        axes.plot(*zip(*points, strict=True), marker="o", markersize=3)
        axes.set_xscale("log")
        axes.set_ylim(0, 2 * max(cost for _, cost in points))
        axes.set_title(kind, fontsize=8)
        axes.tick_params(labelsize=7)
        axes.spines[["top", "right"]].set_visible(False)
    figure.supylabel("µs of CPU for each", fontsize=8)
    figure.savefig(file, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1, help="repetitions of every case")
    parser.add_argument("--quick", action="store_true", help="without the largest of each")
    parser.add_argument("--json", type=Path, help="where the numbers are written")
    parser.add_argument("--plot", type=Path, help="a picture of them")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        pin(cores()[0])
        print(json.dumps(child(json.loads(options.child))))
        return
    results = parent(options.runs, quick=options.quick)
    if options.json:
        options.json.write_text(json.dumps({"benchmark": "bench_growth", "results": results}, indent=1) + "\n")
    if options.plot:
        plot(results, options.plot)


if __name__ == "__main__":
    sys.exit(main())
