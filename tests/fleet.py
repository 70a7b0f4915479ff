"""An account that the workers of an engine share: a server in a process, a limit in Redis, and what it saw."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections import Counter, deque
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from stores import redis_server

import mistral_async
from mistral_async import RateLimits, RedisStore
from mistral_async.testing import FakeMistral
from mistral_async.testing._handlers._vectors import VectorSpace

KEY = "a key that only the environment has"
DIMENSION = 64
INPUTS = 16  # texts in a request
RATE, BURST = 200, 10
REFUSED = "too long " * 40_000  # for any request
PATHS = [str(Path(mistral_async.__file__).parents[1]), str(Path(__file__).parent)]
FULL = 20_000
TEXTS = int(os.environ.get("ENGINE_TEXTS", "2000"))  # `nox -s engines` says 20,000


def texts(count=TEXTS):
    return [f"passage number {n}" for n in range(count)]


def vector(text, space=VectorSpace(DIMENSION, 0)):  # noqa: B008 - one for all
    return space.unit(text)


def check_vectors(rows, *, text="text", column="embedding"):
    """Assert that each row has the vector of its text."""
    for row in rows:
        assert len(row[column]) == DIMENSION
        assert all(abs(a - b) < 1e-6 for a, b in zip(row[column], vector(row[text]), strict=True)), row[text]


def most_in_a_second(times):
    """Return the most requests in any second."""
    window, most = deque(), 0
    for at in times:
        window.append(at)
        while window[0] <= at - 1.0:
            window.popleft()
        most = max(most, len(window))
    return most


def serve(pipe):
    with FakeMistral(api_key=KEY, latency=0.05) as server:
        pipe.send((server.url, server.port))
        while question := pipe.recv():
            if question == "forget":
                server.requests.clear()
            log = [(each.time, each.json()["input"]) for each in server.requests] if question == "log" else []
            pipe.send(log or len(server.requests))


class Account:
    """What the server saw, and limits that all workers keep together."""

    def __init__(self, pipe, url, port, redis):
        self._pipe, self._lock = pipe, threading.Lock()
        self.url, self.port, self.redis = url, port, redis
        self.limits = RateLimits(requests_per_second=RATE, burst=BURST, store=RedisStore(redis))

    def ask(self, question):
        with self._lock:
            self._pipe.send(question)
            return self._pipe.recv()

    def kill_one_at(self, requests, *, parent=None):
        """Kill a process that has a connection to the server, when that has seen so many requests.

        It is one of the children of the parent, if that is given, else any that this machine runs.
        """
        self.ask("forget")
        thread = threading.Thread(target=self._kill_one, args=(requests, parent), daemon=True)
        thread.start()
        return thread

    def _kill_one(self, requests, parent):
        while self.ask("count") < requests:
            time.sleep(0.01)
        while True:
            for process in psutil.process_iter() if parent is None else psutil.Process(parent).children():
                with suppress(psutil.Error):
                    if process.pid != os.getpid() and any(self._leads_here(each) for each in process.net_connections()):
                        process.kill()
                        return

    def _leads_here(self, connection):
        return bool(connection.raddr) and connection.raddr.port == self.port

    def check(self, wanted, *, killed=0, batches=1):
        """Assert that the limit was kept and used, and that what a killed worker had in flight was paid twice at most.

        `batches` are those that a worker has under way at once, each with 16 requests.
        """
        seen = self.ask("log")
        most = most_in_a_second([at for at, _ in seen])
        paid = Counter(text for _, some in seen for text in some)
        assert paid.keys() == set(wanted)
        twice = paid.total() - len(wanted)
        assert twice <= killed * batches * 16 * INPUTS, f"{twice} texts were paid for twice"
        elapsed = seen[-1][0] - seen[0][0]
        used = (len(seen) - BURST) / (RATE * elapsed)
        print(  # noqa: T201 - for `nox -s engines`
            f"{len(seen)} requests in {elapsed:.2f} s, {most} in a second at most: {used:.1%} of the limit; "
            f"{twice} texts paid twice"
        )
        idle = os.getloadavg()[0] < os.cpu_count()  # else requests come late, and then together
        assert most <= (RATE + BURST) * (1 if idle else 1.5)
        assert killed or len(wanted) < FULL or used > 0.95 or not idle
        self.ask("forget")


@contextmanager
def account():
    """Run the server and Redis; the environment tells workers, which are started in it, where and with which key."""
    context = multiprocessing.get_context("spawn")
    pipe, end = context.Pipe()
    server = context.Process(target=serve, args=(end,), daemon=True)
    server.start()
    url, port = pipe.recv()
    before = {name: os.environ.get(name) for name in ("MISTRAL_SERVER_URL", "MISTRAL_API_KEY")}
    os.environ.update(MISTRAL_SERVER_URL=url, MISTRAL_API_KEY=KEY)
    try:
        with redis_server() as (redis, _):
            yield Account(pipe, url, port, redis)
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
        pipe.send(None)
        server.join(5)
        server.kill()
