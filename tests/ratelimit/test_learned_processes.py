"""Real processes that are given no limits, and learn those of their account together through a store."""

from __future__ import annotations

import multiprocessing
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import anyio
import pytest
from stores import redis_server

from mistral_async import Mistral, RateLimits, SQLiteStore, SyncMistral
from mistral_async.testing import FakeMistral, RateLimit
from mistral_async.testing import RateLimits as FakeLimits

SPAWN = multiprocessing.get_context("spawn")
RATE, BURST = 50, 10
HI = [{"role": "user", "content": "Hi"}]
BACKENDS = ["asyncio", "trio", "blocking", "asyncio", "trio"]

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning")]


def redis_store(url):
    from mistral_async import RedisStore

    return RedisStore(url, timeout=10)


@contextmanager
def store(kind, folder):
    """What makes a store, in any process."""
    if kind == "sqlite":
        yield partial(SQLiteStore, os.fspath(folder / "limits.sqlite"))
        return
    with redis_server() as (url, _):
        yield partial(redis_store, url)


def serve(pipe, headers):
    limits = FakeLimits(default=RateLimit(requests=RATE, per=1, burst=BURST), headers=headers)
    with FakeMistral(rate_limits=limits, latency=0.02) as server:
        pipe.send((server.api_key, server.url))
        while pipe.recv():
            pipe.send(len(server.requests))


def work(make, backend, key, url, notes):
    """Chat without an end, and note when each answer came."""
    options = {"server_url": url, "rate_limits": RateLimits(store=make())}

    async def worker(client, log):
        while True:
            await client.chat.complete(model="mistral-small-latest", messages=HI)
            log.write(f"{time.time():.3f}\n")

    async def main():
        async with Mistral(key, **options) as client, anyio.create_task_group() as tasks:
            for _ in range(12):
                tasks.start_soon(worker, client, log)

    def call(client, log):
        while True:
            client.chat.complete(model="mistral-small-latest", messages=HI)
            log.write(f"{time.time():.3f}\n")

    with notes.open("w", buffering=1) as log:
        if backend != "blocking":
            anyio.run(main, backend=backend)
        with SyncMistral(key, **options) as client, ThreadPoolExecutor(12) as threads:
            for _ in range(12):
                threads.submit(call, client, log)


class Workers:
    """Processes, and what each of them got done."""

    def __init__(self, make, key, url, folder, pipe):
        self.make, self.key, self.url, self.folder, self.pipe = make, key, url, folder, pipe
        self.processes, self.notes = [], []

    def start(self, count):
        """Start processes, and wait until each has had an answer."""
        for _ in range(count):
            number = len(self.processes)
            notes = self.folder / f"notes-{number}"
            arguments = (self.make, BACKENDS[number], self.key, self.url, notes)
            process = SPAWN.Process(target=work, args=arguments, daemon=True)
            process.start()
            self.processes.append(process)
            self.notes.append(notes)
        patience = time.monotonic() + 60
        while not all(each.exists() and each.stat().st_size for each in self.notes):
            assert time.monotonic() < patience
            time.sleep(0.05)

    def watch(self, seconds):
        """Let time pass; return the answers of each process meanwhile, and how many requests the server got."""
        self.pipe.send(1)
        began, before = time.time(), self.pipe.recv()
        time.sleep(seconds)
        self.pipe.send(1)
        ended, after = time.time(), self.pipe.recv()
        rate = seconds / (ended - began)  # a busy machine sleeps longer
        return [
            sum(began <= float(line) < ended for line in each.read_text().splitlines() if len(line) > 10) * rate
            for each in self.notes
        ], (after - before) * rate

    def watch_until(self, goal):
        """Look at one second again and again, until they are as they should be; ten seconds at most."""
        for _ in range(10):
            answers, requests = self.watch(1)
            if goal(answers, requests):
                return
        pytest.fail(f"after ten seconds: {requests} requests, {answers}")


def is_used_and_kept(answers, requests):
    """Return True for 90 % of the limit, and at most 5 % that are refused, beside those under way."""
    used = 0.9 * RATE <= sum(answers) <= RATE + BURST
    return used and requests - sum(answers) <= 0.05 * requests + 6


@pytest.mark.parametrize(("kind", "headers"), [("redis", None), ("sqlite", "2026")])
def test_four_processes_learn_one_limit_a_fifth_joins_and_one_is_killed(kind, headers, tmp_path):
    # Rules 1 to 3 of learned.
    ours, theirs = SPAWN.Pipe()
    server = SPAWN.Process(target=serve, args=(theirs, headers), daemon=True)
    server.start()
    with store(kind, tmp_path) as make:
        workers = Workers(make, *ours.recv(), tmp_path, ours)
        try:
            workers.start(4)
            workers.watch_until(lambda answers, requests: is_used_and_kept(answers, requests) and min(answers) >= 7)
            workers.start(1)
            workers.watch_until(lambda answers, _: answers[4] >= 0.8 * RATE / 5)
            workers.processes[0].kill()
            workers.watch_until(lambda answers, _: answers[0] == 0 and sum(answers) >= 0.9 * RATE)
        finally:
            for process in [*workers.processes, server]:
                process.kill()
                process.join(10)
