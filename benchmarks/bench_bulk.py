"""How near to the ideal time of an account's limits is bulk work, and what does it cost? Beside mistralai and openai.

    python benchmarks/bench_bulk.py                 # rate limits and 100,000 texts, ours and the peers'
    python benchmarks/bench_bulk.py --runs 5 --json results.json --plot docs/bulk-rate.svg
    python benchmarks/bench_bulk.py --texts 10000000 --only memory
    python benchmarks/bench_bulk.py --runs 3 --only gather   # 300 plain calls at once: limits far, near, hit

Peers have no bulk calls: they get what their users write, a semaphore and retries tuned for the limit. All clients meet
the same server, one after the other in the same run. Every measurement is a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from bulk_servers import mark_of

HERE = Path(__file__).parent
CLIENTS = ("mistral_async", "mistralai", "openai")
CALLS = 300
RATE = 20
BURST = 5
IDEAL = (CALLS - BURST) / RATE
LATENCY = 0.2
CONCURRENCY = 64
CASES = {
    "given": {"requests": RATE, "per": 1.0, "burst": BURST, "headers": "2026"},
    "headers": {"requests": RATE, "per": 1.0, "burst": BURST, "headers": "2026"},
    "nothing": {"requests": RATE, "per": 1.0, "burst": BURST, "headers": None},
}
HIT = {"requests": RATE, "per": 1.0, "burst": BURST}
CROWDS = {
    "far": {"requests": 60_000, "per": 60.0, "burst": 60_000, "headers": "2026"},
    "near": {"requests": 400, "per": 60.0, "burst": 400, "headers": "2026"},
    "hit, told by headers": {**HIT, "headers": "2026"},
    "hit, told by Retry-After": {**HIT, "headers": None, "retry_after": True},
    "hit, not told": {**HIT, "headers": None},
}
CHAT_MODEL = "mistral-small-latest"


@contextmanager
def server(kind: str, settings: dict):
    """A server in a process; yields its address and a list that holds its report afterwards."""
    process = subprocess.Popen(
        [sys.executable, HERE / "bulk_servers.py", kind, json.dumps(settings)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    report: list = []
    try:
        yield process.stdout.readline().strip(), report
    finally:
        out, _ = process.communicate("", timeout=30)
        report.append(json.loads(out))


def measure(job: str, client: str, url: str, **settings) -> dict:
    """Run one client in a process of its own."""
    command = [sys.executable, __file__, "--child", json.dumps({"job": job, "client": client, "url": url, **settings})]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


# what the clients do


async def calls_of_ours(url: str, case: str) -> int:
    from mistral_async import Mistral, RateLimits

    limits = RateLimits(requests_per_second=RATE, burst=BURST) if case == "given" else None
    async with Mistral("test-key", server_url=url, rate_limits=limits) as client:
        prompts = (f"prompt {n}" for n in range(CALLS))
        results = await client.bulk.chat(prompts, model=CHAT_MODEL, concurrency=CONCURRENCY)
    return sum(result.ok for result in results)


async def crowd_of_ours(url: str) -> int:
    from mistral_async import Mistral

    async with Mistral("test-key", server_url=url) as client:
        chats = [[{"role": "user", "content": f"prompt {n}"}] for n in range(CALLS)]
        await asyncio.gather(*(client.chat.complete(model=CHAT_MODEL, messages=chat) for chat in chats))
    return CALLS


async def calls_of_mistralai(url: str, case: str) -> int:  # noqa: ARG001 - it can not be told the limit
    from mistralai.client import Mistral
    from mistralai.client.utils import BackoffStrategy, RetryConfig

    retries = RetryConfig("backoff", BackoffStrategy(500, 8_000, 1.5, 600_000), retry_connection_errors=True)
    async with Mistral("test-key", server_url=url, retry_config=retries) as client:
        return await gathered(
            lambda n: client.chat.complete_async(
                model=CHAT_MODEL, messages=[{"role": "user", "content": f"prompt {n}"}]
            )
        )


async def calls_of_openai(url: str, case: str) -> int:  # noqa: ARG001 - as above
    from openai import AsyncOpenAI

    async with AsyncOpenAI(api_key="test-key", base_url=f"{url}/v1", max_retries=50) as client:
        return await gathered(
            lambda n: client.chat.completions.create(
                model=CHAT_MODEL, messages=[{"role": "user", "content": f"prompt {n}"}]
            )
        )


async def gathered(call) -> int:
    """What users write."""
    semaphore = asyncio.Semaphore(CONCURRENCY)

    async def one(n: int):
        async with semaphore:
            return await call(n)

    answers = await asyncio.gather(*(one(n) for n in range(CALLS)), return_exceptions=True)
    return sum(not isinstance(answer, BaseException) for answer in answers)


def texts(count: int):
    """Texts of mixed length, a few words to some pages, and never a list of them."""
    dice = random.Random(7)
    lorem = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt " * 60
    for n in range(count):
        yield f"{n} {lorem[: min(5000, int(dice.lognormvariate(4.6, 1.0)))]}"


def short_texts(count: int):
    for n in range(count):
        yield f"text {n}"


async def texts_of_ours(url: str, count: int, *, short: bool = False) -> int:
    from mistral_async import Mistral

    source = short_texts if short else texts
    right = 0
    async with Mistral("test-key", server_url=url) as client:
        expected = source(count)
        async with client.bulk.embed(source(count)) as results:
            async for result in results:
                right += result.value[0] == mark_of(next(expected))
                if short and result.index % 1_000_000 == 999_999:
                    print(f"{result.index + 1:,} texts: {resident():.0f} MB", file=sys.stderr, flush=True)
    return right


async def texts_of_mistralai(url: str, count: int) -> int:
    from mistralai.client import Mistral

    async with Mistral("test-key", server_url=url) as client:
        return await batched(count, lambda some: client.embeddings.create_async(model="mistral-embed", inputs=some))


async def texts_of_openai(url: str, count: int) -> int:
    from openai import AsyncOpenAI

    async with AsyncOpenAI(api_key="test-key", base_url=f"{url}/v1") as client:
        return await batched(count, lambda some: client.embeddings.create(model="mistral-embed", input=some))


async def batched(count: int, call) -> int:
    """What users write: batches that are small enough for the longest texts, and all vectors in a list."""
    everything = list(texts(count))
    semaphore = asyncio.Semaphore(16)

    async def some(start: int):
        async with semaphore:
            return (await call(everything[start : start + 16])).data

    answers = await asyncio.gather(*(some(start) for start in range(0, count, 16)))
    right = 0
    for place, data in enumerate(answers):
        for row in data:
            right += row.embedding[0] == mark_of(everything[place * 16 + row.index])
    return right


def resident() -> float:
    """Megabytes of memory now."""
    with open("/proc/self/statm") as file:  # noqa: PTH123 - Linux's own
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def child(settings: dict) -> None:
    job, client, url = settings["job"], settings["client"], settings["url"]
    function = globals()[f"{job}_of_{client.replace('mistral_async', 'ours')}"]
    work = function(url, **{name: settings[name] for name in settings.keys() - {"job", "client", "url"}})
    started, used = time.monotonic(), time.process_time()
    right = asyncio.run(work)
    print(
        json.dumps(
            {
                "right": right,
                "seconds": time.monotonic() - started,
                "cpu": time.process_time() - used,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


# what is measured


def rate_limits(runs: int, clients, cases) -> tuple[list[dict], dict]:
    rows, timelines = [], {}
    for case in cases:
        settings = CASES[case]
        for client in clients:
            found = []
            for _ in range(runs):
                with server("limits", {**settings, "latency": LATENCY}) as (url, report):
                    one = measure("calls", client, url, case=case)
                (seen,) = report
                one["rejected"] = sum(status == 429 for _, status in seen)
                one["wall"] = seen[-1][0] - seen[0][0]
                found.append(one)
                timelines[client, case] = [(then - seen[0][0], status) for then, status in seen]
            rows.append(
                {
                    "limit": case,
                    "client": client,
                    "succeeded": min(one["right"] for one in found),
                    "wall_of_ideal": statistics.median(one["wall"] for one in found) / IDEAL,
                    "rejected": statistics.median(one["rejected"] for one in found),
                }
            )
            print(
                f"{case:8} {client:14} {rows[-1]['succeeded']:4}/{CALLS}  {rows[-1]['wall_of_ideal']:6.2f} x ideal"
                f"  {rows[-1]['rejected']:5.0f} rejected",
                flush=True,
            )
    return rows, timelines


def crowds(runs: int) -> list[dict]:
    """Plain calls of ours, made all at once."""
    rows = []
    for crowd, settings in CROWDS.items():
        ideal = max(0.0, CALLS - settings["burst"]) / RATE + LATENCY
        seconds, rejected = [], []
        for _ in range(runs):
            with server("limits", {**settings, "latency": LATENCY}) as (url, report):
                one = measure("crowd", "mistral_async", url)
            seconds.append(one["seconds"])
            rejected.append(sum(status == 429 for _, status in report[0]))
        rows.append({"limit": crowd, "seconds": statistics.median(seconds), "ideal": ideal})
        rows[-1]["rejected"] = statistics.median(rejected)
        row = rows[-1]
        print(f"{crowd:25} {row['seconds']:6.2f} s, ideal {ideal:5.2f} s, {row['rejected']:4.0f} rejected", flush=True)
    return rows


def embeddings(runs: int, clients, count: int) -> list[dict]:
    rows = []
    for client in clients:
        found = []
        for _ in range(runs):
            with server("vectors", {"dimension": 1024, "max_inputs": 1024}) as (url, report):
                one = measure("texts", client, url, count=count)
            one["requests"], one["refused"] = sum(report[0].values()), report[0].get("400", 0)
            found.append(one)
        rows.append(
            {
                "client": client,
                "texts": count,
                "right": min(one["right"] for one in found),
                **{name: statistics.median(one[name] for one in found) for name in ("seconds", "cpu", "peak_mb")},
                **{name: statistics.median(one[name] for one in found) for name in ("requests", "refused")},
            }
        )
        row = rows[-1]
        print(
            f"{client:14} {row['right']:,} of {count:,} right, {row['seconds']:.1f} s, {row['peak_mb']:.0f} MB at most,"
            f" {row['requests']:,.0f} requests, {row['refused']:.0f} refused",
            flush=True,
        )
    return rows


def memory(count: int) -> dict:
    """Short texts from a generator through vectors of 8 numbers: the packing and the results are what is left."""
    with server("vectors", {"dimension": 8, "max_inputs": 1024}) as (url, _):
        command = [sys.executable, __file__, "--child"]
        job = {"job": "texts", "client": "mistral_async", "url": url, "count": count, "short": True}
        done = subprocess.run([*command, json.dumps(job)], stdout=subprocess.PIPE, text=True, check=True)
    row = json.loads(done.stdout.splitlines()[-1])
    print(
        f"{count:,} texts: {row['right']:,} right, {row['peak_mb']:.0f} MB at most, "
        f"{row['cpu'] / count * 1e6:.1f} us of CPU a text, requests included"
    )
    return {"texts": count, **row}


def plot(timelines: dict, path: str) -> None:
    """Requests a second over time, against the limit."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams.update({"svg.hashsalt": "bulk", "svg.fonttype": "none"})
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), sharex=True, sharey=True, layout="constrained")
    for axis, client in zip(axes, ("mistral_async", "openai"), strict=True):
        seen = timelines[client, "nothing"]
        end = int(max(then for then, _ in seen)) + 1
        answered, rejected = [0] * end, [0] * end
        for then, status in seen:
            (answered if status == 200 else rejected)[int(then)] += 1
        bars = {"width": 1.0, "align": "edge"}
        axis.bar(range(end), answered, color="#2a7fb8", label="answered", **bars)
        axis.bar(range(end), rejected, bottom=answered, color="#d9603b", label="rejected (429)", **bars)
        axis.axhline(RATE, color="black", linewidth=1, linestyle="--", label=f"the limit, {RATE} a second")
        axis.set(title=f"{client}: {end} s for {CALLS} calls", xlabel="seconds")
    axes[0].set_ylabel("requests a second")
    axes[1].legend(frameon=False)
    figure.savefig(path, metadata={"Date": None} if path.endswith("svg") else None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1, help="runs of each measurement, of which the median is shown")
    parser.add_argument("--clients", nargs="+", choices=CLIENTS, default=CLIENTS)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=tuple(CASES), help="what the clients know")
    parser.add_argument("--only", choices=("limits", "gather", "embeddings", "memory"))
    parser.add_argument("--texts", type=int, help="how many (100,000 to embed, 1,000,000 for memory)")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--plot", metavar="FILE")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(json.loads(options.child))
        return
    results: dict = {"python": sys.version.split()[0]}
    if options.only in {None, "limits"}:
        results["rate_limits"], timelines = rate_limits(options.runs, options.clients, options.cases)
        if options.plot:
            plot(timelines, options.plot)
    if options.only in {None, "gather"}:
        results["gather"] = crowds(options.runs)
    if options.only in {None, "embeddings"}:
        results["embeddings"] = embeddings(options.runs, options.clients, options.texts or 100_000)
    if options.only in {None, "memory"}:
        results["memory"] = memory(options.texts or 1_000_000)
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
