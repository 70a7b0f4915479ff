"""What does one store cost that a thousand processes ask? In virtual time, and on a real Redis.

    python benchmarks/bench_store.py                                  # in virtual time
    python benchmarks/bench_store.py redis://127.0.0.1:6379/0         # and what a question costs that server

Each process has eight calls that always want to go. Nobody states a limit: the server names it in headers, or refuses.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import anyio

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from limit_fleet import Fleet
from limit_world import Bucket

SETTLING, WATCHED = 10.0, 20.0  # seconds
QUESTIONS = 20_000


def simulate(processes: int, rate: float, *, talks: bool) -> None:
    """Print what a fleet gets of a limit, after ten seconds in which it learns it."""
    limit = Bucket(rate, rate / 5, window=1.0, name="req-second")
    fleet = Fleet(processes, limit, talks=talks, latency=0.002)
    fleet.server.latency = 0.3
    for process in fleet.processes:
        process.work(8)
    _, at_first, _ = fleet.run(SETTLING)
    asked = fleet.store.questions
    accepted, rejected, _ = fleet.run(WATCHED)
    questions = fleet.store.questions - asked
    how = "in headers" if talks else "by refusals"
    print(
        f"| {processes:,} | {rate:,.0f}/s, {how} | {accepted / WATCHED / rate:.0%} "
        f"| {rejected / (accepted + rejected):.1%} ({at_first} before) "
        f"| {questions / WATCHED:,.0f} | {questions / accepted:.1f} |"
    )


async def measure(url: str) -> None:
    """Print how many microseconds of Redis's CPU a question takes: one limit learned, with what was learned."""
    import coredis

    from mistral_async import RedisStore
    from mistral_async._ratelimit import Demand, Report

    store = RedisStore(url, prefix=f"bench-{time.time():.0f}")
    demands = [
        Demand("m:learned-minute:requests:60", 1.0, 6e7, 60.0, 1e6, 1e6, exact=False),
        Demand("m:learned-minute:tokens:60", 800.0, 6e9, 60.0, 1e9, 1e9, exact=False),
    ]
    _, learned = await store.exchange(demands, (), Report("m"))
    _, learned = await store.exchange(demands, (), Report("m", learned.epoch, b"[]" + b" " * 250))
    async with coredis.Redis.from_url(url) as redis:
        before, began = await redis.info("cpu"), time.perf_counter()
        async with anyio.create_task_group() as tasks:
            for _ in range(32):
                tasks.start_soon(ask, store, demands, Report("m", learned.epoch))
        seconds, after = time.perf_counter() - began, await redis.info("cpu")
    cpu = sum(float(after[name]) - float(before[name]) for name in ("used_cpu_user", "used_cpu_sys"))
    asked = f"one process asked {QUESTIONS / seconds:,.0f} a second"
    print(f"Redis: {cpu / QUESTIONS * 1e6:.0f} us of its CPU a question; {asked}")
    await store.aclose()


async def ask(store, demands, report) -> None:
    for _ in range(QUESTIONS // 32):
        await store.exchange(demands, (), report)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", nargs="?", help="of a Redis that may be asked 20,000 questions")
    options = parser.parse_args()
    print("| processes | limit | used | refused | questions a second | for each call |\n|---|---|---|---|---|---|")
    for processes, rate in ((4, 50.0), (100, 50.0), (1000, 50.0), (1000, 500.0)):
        for talks in (True, False):
            simulate(processes, rate, talks=talks)
    if options.url:
        anyio.run(measure, options.url)


if __name__ == "__main__":
    main()
