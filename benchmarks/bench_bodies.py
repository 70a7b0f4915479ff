"""What do big bodies cost? 64 x 1024 embeddings as base64 and JSON, a request of 200 KB, answers of 3 to 53 MB.

    python benchmarks/bench_bodies.py [--runs 3] [--json bodies.json]

`decode alone` is msgspec on the same bytes, without any network. The stall is the longest CPU time that a task which
wakes up every millisecond had to wait for the client, in milliseconds: with Python's garbage collector, which now and
then goes through all numbers at once, and without it. The answers are kept meanwhile; what it takes to free one is
beside it.
"""

from __future__ import annotations

import gc
import time

from answer_server import embeddings
from harness import Case, Clock, main, run_cases, server, show
from peers import PEERS, read_rows

TEXTS = [f"passage number {n}" for n in range(64)]
LONG = [{"role": "user", "content": f"{n} " + "word " * 400} for n in range(100)]
COUNTS = {"floor": 300, "mistral_async": 300, "aiohttp": 300, "httpx2": 100, "openai": 30, "mistralai": 10}
KINDS = ("embed-64-base64", "embed-64-json", "request-200-KB")


def child(case: Case) -> dict[str, float]:
    import anyio

    if case["peer"] == "decode alone":
        return decode_alone(case["kind"])
    return anyio.run(stall if case["kind"] == "stall" else repeat, case, backend=case.get("loop", "asyncio"))


def decode_alone(kind: str) -> dict[str, float]:
    data = embeddings(64, packed=kind.endswith("base64"))
    read_rows(data)
    with Clock() as clock:
        for _ in range(200):
            read_rows(data)
    return clock.per(200)


async def repeat(case: Case) -> dict[str, float]:
    kind, count = case["kind"], COUNTS[case["peer"].partition(",")[0]]
    async with PEERS[case["peer"]](case["url"], 4) as peer:

        async def once() -> None:
            await (peer.embed(kind, TEXTS) if kind.startswith("embed") else peer.chat(LONG))

        await once()
        with Clock() as clock:
            for _ in range(count):
                await once()
    return clock.per(count)


async def stall(case: Case) -> dict[str, float]:
    import anyio

    longest = wall = 0.0

    async def tick() -> None:
        nonlocal longest, wall
        while True:
            cpu, now = time.process_time(), time.perf_counter()
            await anyio.sleep(0.001)
            longest = max(longest, time.process_time() - cpu)
            wall = max(wall, time.perf_counter() - now - 0.001)

    if not case["collector"]:
        gc.disable()
    async with PEERS[case["peer"]](case["url"], 4) as peer:
        await peer.chat()
        async with anyio.create_task_group() as group:
            group.start_soon(tick)
            await anyio.sleep(0.01)
            longest = wall = 0.0
            with Clock() as clock:
                kept = [await peer.embed(case["model"], TEXTS * 8) for _ in range(3)]
            found = {"stall_ms": longest * 1e3, "wall_stall_ms": wall * 1e3, **clock.per(len(kept))}
            group.cancel_scope.cancel()
    with Clock() as clock:
        kept.pop()
    return {**found, "free_ms": clock.cpu * 1e3}


def parent(runs: int) -> list[Case]:
    fails = {("mistralai", "embed-64-base64"), ("mistralai, at best", "embed-64-base64")}  # it cannot read them
    with server() as url:
        cases: list[Case] = [
            {"kind": kind, "peer": peer, "url": url} for kind in KINDS for peer in PEERS if (peer, kind) not in fails
        ]
        cases += [{"kind": kind, "peer": "decode alone"} for kind in KINDS[:2]]
        cases += [
            {"kind": "stall", "peer": peer, "model": model, "loop": loop, "collector": collector, "url": url}
            for collector in (True, False)
            for model in ("embed-512-json", "embed-512-base64", "embed-2400-json")
            for peer, loop in (("mistral_async", "asyncio"), ("mistral_async", "trio"), ("aiohttp", "asyncio"))
        ]
        results = run_cases(__file__, cases, runs)
    found = {(r["peer"], r["kind"]): r["per_core_second"] for r in results}
    rows = [[peer, *[found.get((peer, kind)) for kind in KINDS]] for peer in ("decode alone", *PEERS)]
    show("Exchanges per second of the client's CPU", rows, ["client", *KINDS])
    stalls = {(r["peer"], r["loop"], r["model"], r["collector"]): r for r in results if r["kind"] == "stall"}
    rows = [
        [
            f"{peer}, {loop}",
            model,
            *(stalls[peer, loop, model, collector]["stall_ms"] for collector in (True, False)),
            r["cpu_us"] / 1e3,
            r["free_ms"],
        ]
        for (peer, loop, model, collector), r in stalls.items()
        if collector
    ]
    header = ["client", "answer", "stall, ms CPU", "without collector", "ms CPU in all", "to free it"]
    show("An answer of 11 MB (512 as JSON), 2.8 MB (base64), 53 MB (2,400 as JSON)", rows, header)
    return results


if __name__ == "__main__":
    main(__file__, child, parent, repetitions=3)
