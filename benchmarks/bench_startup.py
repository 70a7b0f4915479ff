"""What does starting cost? Importing, a first call described, constructing, and sharing the TLS context.

python benchmarks/bench_startup.py [--runs 9] [--json startup.json]
"""

from __future__ import annotations

import gc
import importlib
import ssl

from harness import Case, Clock, certificate, main, run_cases, server, show

IMPORTS = {
    "import mistral_async": ("mistral_async",),
    "import httpx, msgspec, anyio": ("httpx", "msgspec", "anyio"),
    "import openai": ("openai",),
    "import mistralai.client": ("mistralai.client",),
}


def child(case: Case) -> dict[str, float]:
    kind = case["kind"]
    if kind in IMPORTS:
        return timed(lambda: [importlib.import_module(name) for name in IMPORTS[kind]])
    return {"ready": ready, "first call": first_call, "construct": construct, "share": share}[kind](case)


def timed(action) -> dict[str, float]:
    with Clock() as clock:
        action()
    return {"cpu_ms": clock.cpu * 1e3, "wall_ms": clock.wall * 1e3}


def ready(_: Case) -> dict[str, float]:
    def action() -> None:
        from mistral_async import Mistral

        client = Mistral("test-key")
        client.chat.complete(model="chat", messages=[{"role": "user", "content": "hi"}]).close()

    return timed(action)


def first_call(case: Case) -> dict[str, float]:
    def action() -> None:
        import asyncio

        from mistral_async import Mistral

        async def call() -> None:
            async with Mistral("test-key", server_url=case["url"]) as client:
                await client.chat.complete(model="chat", messages=[{"role": "user", "content": "hi"}])

        asyncio.run(call())

    return timed(action)


def construct(_: Case) -> dict[str, float]:
    from mistral_async import Mistral

    Mistral("test-key")
    with Clock() as clock:
        for _ in range(1000):
            Mistral("test-key")
    return {"cpu_ms": clock.cpu, "wall_ms": clock.wall}


def share(case: Case) -> dict[str, float]:
    """1,000 clients that are open at the same time, each after a call over TLS."""
    import anyio

    from mistral_async import Mistral

    async def run() -> None:
        clients = [Mistral("test-key", server_url=case["url"]) for _ in range(1000)]
        try:
            for client in clients:
                await client.chat.complete(model="chat", messages=[{"role": "user", "content": "hi"}])
            contexts = sum(isinstance(each, ssl.SSLContext) for each in gc.get_objects())
        finally:
            for client in clients:
                await client.aclose()
        found["contexts"] = contexts

    found: dict[str, float] = {}
    anyio.run(run)
    return found


def parent(runs: int) -> list[Case]:
    kinds = [*IMPORTS, "ready", "first call", "construct"]
    with certificate() as (own, root), server() as plain, server(own) as secure:
        cases: list[Case] = [{"kind": kind, "url": plain} for kind in kinds]
        results = run_cases(__file__, cases, runs)
        results += run_cases(__file__, [{"kind": "share", "url": secure, "root": root}], 1)
    rows = [[r["kind"], r["cpu_ms"], r["wall_ms"]] for r in results if "cpu_ms" in r]
    show("Starting", rows, ["what", "ms CPU", "ms wall"])
    print(f"\n1,000 clients that called over TLS hold {results[-1]['contexts']:.0f} SSLContext.")
    return results


if __name__ == "__main__":
    main(__file__, child, parent, repetitions=9)
