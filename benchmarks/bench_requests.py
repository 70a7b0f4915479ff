"""How many chat requests does a core make? A 600-byte answer, 64 and 256 calls at once; asyncio, trio, TLS and gzip.

python benchmarks/bench_requests.py [--runs 3] [--json requests.json]

The answer's head is the API's. The API packs JSON for whoever accepts it, and all clients but the floor do: "gzip" is
what they meet there.
"""

from __future__ import annotations

from harness import Case, Clock, certificate, main, run_cases, server, show
from peers import ON_TRIO, PEERS

SHAPES = (
    ("asyncio", 64, ""),
    ("asyncio", 256, ""),
    ("trio", 64, ""),
    ("trio", 256, ""),
    ("asyncio", 64, "TLS"),
    ("asyncio", 64, "gzip"),
)
REQUESTS = {"floor": 12000, "mistral_async": 10000, "aiohttp": 4000, "httpx2": 1000, "openai": 600, "mistralai": 300}


def child(case: Case) -> dict[str, float]:
    import anyio

    async def work(peer, calls: int) -> None:
        for _ in range(calls):
            await peer.chat(model="chat-gzip" if case["how"] == "gzip" else "chat")

    async def measure() -> dict[str, float]:
        at_once = case["at_once"]
        calls = max(1, REQUESTS[case["peer"].partition(",")[0]] // at_once)
        async with PEERS[case["peer"]](case["url"], at_once) as peer:
            async with anyio.create_task_group() as group:  # connect
                for _ in range(at_once):
                    group.start_soon(work, peer, 1)
            with Clock() as clock:
                async with anyio.create_task_group() as group:
                    for _ in range(at_once):
                        group.start_soon(work, peer, calls)
        return clock.per(calls * at_once)

    return anyio.run(measure, backend=case["loop"])


def parent(runs: int) -> list[Case]:
    with certificate() as (own, root), server() as plain, server(own) as secure:
        cases = [
            {"peer": peer, "loop": loop, "at_once": at_once, "how": how, "url": secure if how == "TLS" else plain}
            | ({"root": root} if how == "TLS" else {})
            for loop, at_once, how in SHAPES
            for peer in PEERS
            if (loop != "trio" or peer in ON_TRIO) and (how != "gzip" or peer != "floor")
        ]
        results = run_cases(__file__, cases, runs)
    for key, title in (
        ("per_core_second", "Requests per second of the client's CPU"),
        ("per_second", "Requests per second of wall time"),
        ("cpu_us", "Microseconds of the client's CPU per request"),
    ):
        found = {(r["peer"], r["loop"], r["at_once"], r["how"]): r[key] for r in results}
        rows = [[peer, *[found.get((peer, *shape)) for shape in SHAPES]] for peer in PEERS]
        show(title, rows, ["client", *[f"{loop} {n} {how}".rstrip() for loop, n, how in SHAPES]])
    return results


if __name__ == "__main__":
    main(__file__, child, parent, repetitions=3)
