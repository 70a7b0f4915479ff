"""What do calls and clients leave behind? Memory and objects after 20,000 mixed calls and 2,000 clients.

    python benchmarks/bench_memory.py [--calls 20000] [--clients 2000] [--json memory.json]

Calls are chats, streams (read, left, cut, cancelled), embeddings, uploads, refusals, unreadable and cut answers, and
calls that are cancelled or out of time. Clients are used and closed, or used and forgotten. What is counted: the
process's memory (RSS), what Python allocated (tracemalloc), and the objects that the garbage collector knows, by type,
after as much again of the same. It exits with 1, and names the types, if a call leaves more than `LIMITS` allow.
"""

from __future__ import annotations

import argparse
import gc
import heapq
import json
import os
import random
import sys
import threading
import tracemalloc
import warnings
from collections import Counter
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from harness import Case, cores, measure, pin, server, show

LOOPS = ("asyncio", "trio", "blocking")
LIMITS = {"rss": 1024, "traced": 64, "objects": 0.02}
"""Bytes of the process, bytes of Python, and objects of one type, for each call or client."""
SLACK = {"rss": 4 << 20, "traced": 64 << 10, "objects": 100}
"""What any number of calls may add once: caches of the interpreter fill, an arena is taken."""
CHAT = {"messages": [{"role": "user", "content": "hi"}]}
FILE = ("a.jsonl", b'{"custom_id": "1", "body": {"model": "file"}}\n')
WORKERS = 16
MOMENT = 0.003


class Shop:
    """Who works takes the next call; a block of them ends when it is empty. All kinds come equally often."""

    def __init__(self, kinds, count: int) -> None:
        self.left = [kinds[number % len(kinds)] for number in range(count)]
        random.Random(1).shuffle(self.left)

    def __iter__(self):
        while self.left:
            yield self.left.pop()


# The calls, each for both kinds of client. A failure that is meant is `failed`; any other ends the benchmark.

FAILURES = (("once", "refused-422"), ("once", "no-quota"), ("once", "refused-503"), ("once", "page"),
            ("once", "chat-cut"), ("hasty", "silent"), ("again", "refused-503"))  # fmt: skip
"""Which view of the client meets which answer."""


class Views:
    def __init__(self, client) -> None:
        self.client = client
        self.once = client.with_options(retries=0)
        self.hasty = self.once.with_options(timeout=MOMENT)
        self.again = client.with_options(retries={"retries": 1, "backoff": {"initial_interval": 1}})


class AsyncCalls(Views):
    def kinds(self):
        good = [self.chat, self.metadata, self.embeddings, self.upload, self.stream, self.left]
        failures = [partial(self.failed, getattr(self, view), model) for view, model in FAILURES]
        return [*good, self.cut, self.cancelled, self.stopped, *failures]

    async def chat(self):
        await self.client.chat.complete(model="chat", **CHAT)

    async def metadata(self):
        assert (await self.client.with_response.chat.complete(model="chat", **CHAT)).attempts

    async def embeddings(self):
        await self.client.embeddings.create(model="embed", inputs=["hi"])

    async def upload(self):
        await self.client.files.upload(FILE, "batch")

    async def failed(self, view, model):
        with expected():
            await view.chat.complete(model=model, **CHAT)

    async def stream(self):
        async with self.client.chat.stream(model="stream", **CHAT) as events:
            assert (await events.get_final_response()).text

    async def left(self):
        async with self.client.chat.stream(model="stream", **CHAT) as events:
            await anext(events)

    async def cut(self):
        with expected():
            async with self.once.chat.stream(model="stream-cut", **CHAT) as events:
                await events.until_done()

    async def cancelled(self):
        import anyio

        with anyio.move_on_after(MOMENT):
            await self.client.chat.complete(model="silent", **CHAT)

    async def stopped(self):
        import anyio

        with anyio.move_on_after(MOMENT):
            async with self.client.chat.stream(model="stream-paced", **CHAT) as events:
                await events.until_done()


class BlockingCalls(Views):
    def kinds(self):
        good = [self.chat, self.metadata, self.embeddings, self.upload, self.stream, self.left]
        failures = [partial(self.failed, getattr(self, view), model) for view, model in FAILURES]
        return [*good, self.cut, self.cancelled, *failures]

    def chat(self):
        self.client.chat.complete(model="chat", **CHAT)

    def metadata(self):
        assert self.client.with_response.chat.complete(model="chat", **CHAT).attempts

    def embeddings(self):
        self.client.embeddings.create(model="embed", inputs=["hi"])

    def upload(self):
        self.client.files.upload(FILE, "batch")

    def failed(self, view, model):
        with expected():
            view.chat.complete(model=model, **CHAT)

    def stream(self):
        with self.client.chat.stream(model="stream", **CHAT) as events:
            assert events.get_final_response().text

    def left(self):
        for _ in self.client.chat.stream(model="stream", **CHAT):
            break

    def cut(self):
        with expected(), self.once.chat.stream(model="stream-cut", **CHAT) as events:
            events.get_final_response()

    def cancelled(self):
        with self.client.chat.stream(model="stream-paced", **CHAT) as events:
            next(events)
            events.cancel()


@contextmanager
def expected():
    """An error of ours, and no good end."""
    from mistral_async.errors import MistralError

    try:
        yield
    except MistralError:
        return
    raise AssertionError("it was to fail")


# What is counted.


def resident() -> int:
    """Bytes of the process now; where the system does not say, at most so far."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


async def forget_timers() -> None:
    """Cancelled timers stay with the event loop until they are many: a hundred for asyncio, a thousand for trio."""
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_task():
        trio._core._run.GLOBAL_RUN_CONTEXT.runner.deadlines._prune()  # noqa: SLF001 - there is no other way to it
        return
    import asyncio

    loop = asyncio.get_running_loop()
    loop._scheduled[:] = [timer for timer in loop._scheduled if not timer.cancelled()]  # noqa: SLF001 - nor here
    heapq.heapify(loop._scheduled)  # noqa: SLF001 - as above
    loop._timer_cancelled_count = 0  # noqa: SLF001 - as above


class Count:
    """Memory and objects at a moment when all that can be collected is."""

    def __init__(self) -> None:
        for _ in range(3):
            gc.collect()
        self.objects = Counter(_name(type(each)) for each in gc.get_objects())
        for name in ("Counter", "Count"):
            self.objects.pop(name, None)
        self.traced = tracemalloc.get_traced_memory()[0]
        self.rss = resident()

    def since(self, before: Count, count: int) -> Case:
        """What each of that many calls left, and the types that there are too many of."""
        allowed = SLACK["objects"] + LIMITS["objects"] * count
        grown = {name: many for name, many in (self.objects - before.objects).items() if many > allowed}
        found = {"rss": self.rss - before.rss, "traced": self.traced - before.traced}
        for name, bytes_ in found.items():
            if bytes_ > SLACK[name] + LIMITS[name] * count:
                grown[f"bytes of {name}"] = bytes_
        total = self.objects.total() - before.objects.total()
        return {**{name: bytes_ / count for name, bytes_ in found.items()}, "objects": total, "grown": grown}


NAMES: dict[type, str] = {}
"""Kept, because Python interns a new text each time, and its table of those would grow by half a megabyte."""


def _name(kind: type) -> str:
    if kind not in NAMES:
        NAMES[kind] = _qualified(kind)
    return NAMES[kind]


def _qualified(kind: type) -> str:
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


# The child: warm up, count, do as much as asked, count again.


def child(case: Case) -> Case:
    if case["clients"]:
        warnings.simplefilter("ignore", ResourceWarning)  # for those that are not closed
    tracemalloc.start()
    if case["loop"] == "blocking":
        return blocking(case)
    import anyio

    return anyio.run(asynchronous, case, backend=case["loop"])


async def asynchronous(case: Case) -> Case:
    import anyio

    async def take(shop) -> None:
        for work in shop:
            await work()

    async def turn(kinds, count) -> None:
        shop = Shop(kinds, count)
        async with anyio.create_task_group() as tasks:
            for _ in range(WORKERS):
                tasks.start_soon(take, shop)

    async def rest(client) -> None:
        await anyio.sleep(0.1)
        await forget_timers()
        await client.aclose()  # how many connections are idle now is chance, and each has a buffer

    from mistral_async import Mistral

    async with Mistral("test-key", server_url=case["url"]) as client:
        kinds = [async_client(case)] if case["clients"] else AsyncCalls(client).kinds()
        await turn(kinds, case["warm"])
        await rest(client)
        before = Count()
        await turn(kinds, case["count"])
        await rest(client)
        return Count().since(before, case["count"])


def async_client(case: Case):
    from mistral_async import Mistral

    async def use() -> None:
        client = Mistral("test-key", server_url=case["url"])
        await client.chat.complete(model="chat", **CHAT)
        async with client.with_options(timeout=10).chat.stream(model="stream", **CHAT) as events:
            await anext(events)
        if case["what"] == "closed":
            await client.aclose()

    return use


def blocking(case: Case) -> Case:
    from mistral_async import SyncMistral

    def take(shop) -> None:
        for work in shop:
            work()

    def turn(kinds, count) -> None:
        shop = Shop(kinds, count)
        threads = [threading.Thread(target=take, args=(shop,)) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def use() -> None:
        client = SyncMistral("test-key", server_url=case["url"])
        client.chat.complete(model="chat", **CHAT)
        for _ in client.chat.stream(model="stream", **CHAT):
            break
        if case["what"] == "closed":
            client.close()

    with SyncMistral("test-key", server_url=case["url"]) as client:
        kinds = [use] if case["clients"] else BlockingCalls(client).kinds()
        turn(kinds, case["warm"])
        loop = client._executor.portal  # noqa: SLF001 - it is what is measured
        loop.run(forget_timers)
        client.close()
        before = Count()
        turn(kinds, case["count"])
        loop.run(forget_timers)
        client.close()
        return Count().since(before, case["count"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--clients", type=int, default=2_000)
    parser.add_argument("--loops", nargs="+", choices=LOOPS, default=LOOPS)
    parser.add_argument("--json", type=Path, help="where the numbers are written")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        pin(cores()[0])
        print(json.dumps(child(json.loads(options.child))))
        return
    kinds = (("calls", options.calls, 10), ("closed", options.clients, 1), ("forgotten", options.clients, 1))
    with server() as url:
        cases = [
            {"loop": loop, "what": what, "count": count, "clients": what != "calls", "warm": max(100, count // share)}
            for loop in options.loops
            for what, count, share in kinds
        ]
        results = [{**case, **measure(__file__, {**case, "url": url})} for case in cases]
    title = "What each leaves behind: bytes of the process, bytes of Python; and objects in all"
    rows = [[r["loop"], r["what"], r["count"], r["rss"], r["traced"], r["objects"]] for r in results]
    show(title, rows, ["loop", "what", "how many", "RSS", "tracemalloc", "objects"])
    if options.json:
        options.json.write_text(json.dumps({"benchmark": "bench_memory", "results": results}, indent=1) + "\n")
    for result in results:
        for name, many in sorted(result["grown"].items(), key=lambda item: -item[1]):
            print(f"{result['loop']}, {result['what']}: {many:,} more {name} after {result['count']:,}")
    if any(result["grown"] for result in results):
        sys.exit(1)


if __name__ == "__main__":
    main()
