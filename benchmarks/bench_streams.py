"""What does an event of a stream cost? 2,000 at once (an HTTP chunk for each, or for 64), and 150 paced streams.

    python benchmarks/bench_streams.py [--runs 3] [--json streams.json]

The paced streams have 50 events a second each, one a read. `late` is how much longer a stream took than its 2 seconds
in the median, request and answer's head included, and at worst, in a client that has had as many before; `first` is how
late those were. (A client that knows nothing of a model's limits lets a crowd start over a second.)
"""

from __future__ import annotations

import gc
import statistics
import time

from answer_server import EVENTS, PACE, PACED_EVENTS
from harness import Case, Clock, main, run_cases, server, show
from peers import MESSAGES, ON_TRIO, STREAMING

AT_ONCE = 150
REPEATS = {"floor": 20, "mistral_async": 20, "blocking": 20, "aiohttp": 20, "httpx2": 5, "openai": 2, "mistralai": 1}


def burst(case: Case) -> dict[str, float]:
    import anyio

    async def measure() -> dict[str, float]:
        async with STREAMING[case["peer"]](case["url"], AT_ONCE) as peer:
            repeats = REPEATS[case["peer"].partition(",")[0]]
            await peer.stream(case["model"])
            with Clock() as clock:
                counted = [await peer.stream(case["model"]) for _ in range(repeats)]
        assert set(counted) == {EVENTS}, counted
        return clock.per(EVENTS * repeats)

    return anyio.run(measure, backend=case["loop"])


def blocking(case: Case) -> dict[str, float]:
    from mistral_async import SyncMistral

    repeats = REPEATS["blocking"]
    with SyncMistral("test-key", server_url=case["url"]) as client, Clock() as clock:
        for _ in range(repeats):
            count = 0
            for _ in client.chat.stream(model=case["model"], messages=MESSAGES):
                count += 1
            assert count == EVENTS, count
    return clock.per(EVENTS * repeats)


def paced(case: Case) -> dict[str, float]:
    import anyio

    async def measure() -> dict[str, float]:
        async def one() -> None:
            began = time.perf_counter()
            counts.append(await peer.stream("stream-paced"))
            late.append(time.perf_counter() - began - PACED_EVENTS * PACE)

        async def crowd() -> list[float]:
            late.clear()
            async with anyio.create_task_group() as group:
                for _ in range(case["at_once"]):
                    group.start_soon(one)
            return list(late)

        counts: list[int] = []
        late: list[float] = []

        async with STREAMING[case["peer"]](case["url"], case["at_once"]) as peer:
            async with anyio.create_task_group() as group:  # connect
                for _ in range(case["at_once"]):
                    group.start_soon(peer.chat)
            first = await crowd()
            gc.collect()
            with Clock() as clock:
                await crowd()
        assert set(counts) == {PACED_EVENTS}, counts
        return {
            **clock.per(PACED_EVENTS * case["at_once"]),
            "busy": clock.cpu / clock.wall,
            "late_s": statistics.median(late),
            "worst_s": max(late),
            "first_s": statistics.median(first),
        }

    return anyio.run(measure, backend=case["loop"])


def child(case: Case) -> dict[str, float]:
    return {"burst": burst, "paced": paced, "blocking": blocking}[case["kind"]](case)


def parent(runs: int) -> list[Case]:
    shapes = [
        (peer, loop) for loop in ("asyncio", "trio") for peer in STREAMING if loop == "asyncio" or peer in ON_TRIO
    ]
    models = ("stream-events", "stream-buffers")
    with server() as url:
        cases: list[Case] = [
            {"kind": "burst", "peer": peer, "loop": loop, "model": model, "url": url}
            for peer, loop in shapes
            for model in models
        ]
        cases += [
            {"kind": "blocking", "peer": "blocking", "loop": "portal", "model": model, "url": url} for model in models
        ]
        slow = {"mistralai", "openai"}  # they do not keep up: 20 streams tell what an event costs
        cases += [
            {
                "kind": "paced",
                "peer": peer,
                "loop": loop,
                "at_once": 20 if peer.partition(",")[0] in slow else AT_ONCE,
                "url": url,
            }
            for peer, loop in shapes
        ]
        results = run_cases(__file__, cases, runs)
    found = {(r["peer"], r["loop"], r.get("model", "paced")): r for r in results}
    rows = [
        [f"{peer}, {loop}", *[found.get((peer, loop, kind), {}).get("cpu_us") for kind in (*models, "paced")]]
        for peer, loop in [*shapes, ("blocking", "portal")]
    ]
    header = ["client", "at once, a chunk each", "at once, 64 a chunk", "paced"]
    show("Microseconds of the client's CPU per event", rows, header)
    rows = [
        [f"{r['peer']}, {r['loop']}", r["at_once"], r["cpu_us"], r["late_s"], r["worst_s"], r["first_s"]]
        for r in results
        if "at_once" in r
    ]
    show("Paced streams", rows, ["client", "streams", "µs per event", "late, s", "at worst", "first, s"])
    return results


if __name__ == "__main__":
    main(__file__, child, parent, repetitions=3)
