"""How many blocking chat calls does a process make, from one thread and from 32? And async ones, as many at once?

python benchmarks/bench_blocking.py [--runs 3] [--json blocking.json]
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from harness import Case, Clock, main, run_cases, server, show
from peers import MESSAGES

CALLS = {
    "mistral_async": 3000,
    "mistral_async, async": 3000,
    "mistral_async on trio": 3000,
    "httpx": 600,
    "openai": 300,
    "mistralai": 200,
}
THREADS = (1, 32)


def caller(peer: str, url: str):
    match peer:
        case "mistral_async" | "mistral_async on trio":
            from mistral_async import SyncMistral

            backend = "trio" if peer.endswith("trio") else "asyncio"
            ours = SyncMistral("test-key", server_url=url, backend=backend)
            return lambda: ours.chat.complete(model="chat", messages=MESSAGES, temperature=0.5)
        case "httpx":
            import httpx

            plain = httpx.Client(base_url=url)
            body = {"model": "chat", "messages": MESSAGES, "temperature": 0.5}
            return lambda: plain.post("/v1/chat/completions", json=body).json()
        case "openai":
            from openai import OpenAI

            other = OpenAI(api_key="test-key", base_url=f"{url}/v1")
            return lambda: other.chat.completions.create(model="chat", messages=MESSAGES, temperature=0.5)
        case _:
            from mistralai.client import Mistral

            official = Mistral(api_key="test-key", server_url=url)
            return lambda: official.chat.complete(model="chat", messages=MESSAGES, temperature=0.5)


async def tasks(url: str, at_once: int, calls: int) -> dict[str, float]:
    """The same calls in one event loop: what going through a thread adds to them."""
    import anyio

    from mistral_async import Mistral

    async def work(count: int) -> None:
        for _ in range(count):
            await client.chat.complete(model="chat", messages=MESSAGES, temperature=0.5)

    async def all_of(count: int) -> None:
        async with anyio.create_task_group() as group:
            for _ in range(at_once):
                group.start_soon(work, count)

    async with Mistral("test-key", server_url=url) as client:
        await all_of(1)
        with Clock() as clock:
            await all_of(calls)
    return clock.per(calls * at_once)


def child(case: Case) -> dict[str, float]:
    threads = case["threads"]
    calls = CALLS[case["peer"]] // threads
    if case["peer"].endswith(", async"):
        import anyio

        return anyio.run(tasks, case["url"], threads, calls)
    call = caller(case["peer"], case["url"])

    def work() -> None:
        for _ in range(calls):
            call()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: call(), range(threads)))
        with Clock() as clock:
            for done in [pool.submit(work) for _ in range(threads)]:
                done.result()
    return clock.per(calls * threads)


def parent(runs: int) -> list[Case]:
    with server() as url:
        cases: list[Case] = [{"peer": peer, "threads": threads, "url": url} for peer in CALLS for threads in THREADS]
        results = run_cases(__file__, cases, runs)
    found = {(r["peer"], r["threads"]): r for r in results}
    for key, title in (("per_core_second", "second of the process's CPU"), ("per_second", "second of wall time")):
        rows = [[peer, *[found[peer, threads][key] for threads in THREADS]] for peer in CALLS]
        show(f"Blocking calls per {title}", rows, ["client", "1 thread", "32 threads"])
    return results


if __name__ == "__main__":
    main(__file__, child, parent, repetitions=3)
