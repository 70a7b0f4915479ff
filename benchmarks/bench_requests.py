"""How many chat requests does a core make? A 600-byte answer, 64 and 256 calls at once; asyncio, trio and TLS.

python benchmarks/bench_requests.py [--runs 3] [--json requests.json]
"""

from __future__ import annotations

from harness import Case, Clock, certificate, main, run_cases, server, show
from peers import ON_TRIO, PEERS

PLAIN = [(loop, at_once, False) for loop in ("asyncio", "trio") for at_once in (64, 256)]
SHAPES = (*PLAIN, ("asyncio", 64, True))
REQUESTS = {"floor": 12000, "mistral_async": 10000, "aiohttp": 4000, "httpx2": 1000, "openai": 600, "mistralai": 300}


def child(case: Case) -> dict[str, float]:
    import anyio

    async def work(peer, calls: int) -> None:
        for _ in range(calls):
            await peer.chat()

    async def measure() -> dict[str, float]:
        at_once = case["at_once"]
        calls = max(1, REQUESTS[case["peer"]] // at_once)
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
            {"peer": peer, "loop": loop, "at_once": at_once, "tls": tls, "url": secure if tls else plain}
            | ({"root": root} if tls else {})
            for loop, at_once, tls in SHAPES
            for peer in PEERS
            if loop != "trio" or peer in ON_TRIO
        ]
        results = run_cases(__file__, cases, runs)
    for key, title in (
        ("per_core_second", "Requests per second of the client's CPU"),
        ("per_second", "Requests per second of wall time"),
        ("cpu_us", "Microseconds of the client's CPU per request"),
    ):
        found = {(r["peer"], r["loop"], r["at_once"], r["tls"]): r[key] for r in results}
        rows = [[peer, *[found.get((peer, *shape)) for shape in SHAPES]] for peer in PEERS]
        show(title, rows, ["client", *[f"{loop} {n}{' TLS' if tls else ''}" for loop, n, tls in SHAPES]])
    return results


if __name__ == "__main__":
    main(__file__, child, parent, repetitions=3)
