"""A discrete-event world for the limiter: virtual clock, workers, strangers, servers that limit in different ways."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import deque

from mistral_async._ratelimit import Limiter, Priority


class World:
    """Runs generators that yield seconds to sleep. `wake` ends a sleep early."""

    def __init__(self, seed=0):
        self.now = 0.0
        self.random = random.Random(seed)
        self._heap = []
        self._numbers = itertools.count()
        self._turn = {}
        self.current = None

    def start(self, task, at=None):
        self._turn[task] = 0
        self._push(self.now if at is None else at, task)

    def wake(self, task):
        if task in self._turn:
            self._push(self.now, task)

    def _push(self, at, task):
        self._turn[task] += 1
        heapq.heappush(self._heap, (at, next(self._numbers), self._turn[task], task))

    def run(self, until=float("inf")):
        while self._heap and self._heap[0][0] <= until:
            at, _, turn, task = heapq.heappop(self._heap)
            if self._turn.get(task) != turn:
                continue
            self.now = max(self.now, at)
            self.current = task
            try:
                pause = next(task)
            except StopIteration:
                del self._turn[task]
            else:
                self._push(self.now + pause, task)
        return self.now


class Bucket:
    """A token bucket, as the API's limits are described."""

    late = False  # counts a call, and says what is left, when it is answered

    def __init__(self, rate, size, *, window=60.0, name="req-minute", cost="requests"):
        self.rate, self.size, self.window, self.name, self.cost = rate, size, window, name, cost
        self.level, self.stamp = float(size), 0.0

    def fill(self, now):
        self.level = min(self.size, self.level + (now - self.stamp) * self.rate)
        self.stamp = now

    def admits(self, now, call):
        self.fill(now)
        return self.level > 0 if self.late else self.level >= call[self.cost]

    def take(self, now, call):
        self.level -= call[self.cost]

    def headers(self, now):
        self.fill(now)
        limit = round(self.rate * self.window)
        return [
            (f"x-ratelimit-limit-{self.name}".encode(), str(limit).encode()),
            (f"x-ratelimit-remaining-{self.name}".encode(), str(max(0, int(self.level))).encode()),
        ]


class FixedWindow(Bucket):
    """So many per window, which starts at fixed times."""

    def __init__(self, limit, window=60.0, *, offset=0.0, name="req-minute", cost="requests"):
        super().__init__(limit / window, limit, window=window, name=name, cost=cost)
        self.stamp = -offset

    def fill(self, now):
        while now >= self.stamp + self.window:
            self.stamp += self.window
            self.level = self.size


class LateBucket(Bucket):
    """A token bucket of what is known only when a call has been worked off."""

    late = True


class InFlight:
    """So many at once."""

    late = False

    def __init__(self, most):
        self.most, self.n = most, 0

    def admits(self, now, call):
        return self.n < self.most

    def take(self, now, call):
        self.n += 1

    def headers(self, now):
        return []


class Server:
    """Admits a call if each of its limits does; says what is left in headers, or nothing."""

    def __init__(self, world, *limits, talks=True, latency=0.05, jitter=0.0, uplink=0.005, names=False):
        self.world, self.limits, self.talks = world, limits, talks
        self.latency, self.jitter, self.uplink = latency, jitter, uplink
        self.names = names  # a 429 names the limit that was hit
        self.accepted, self.rejected = [], []
        self.down = None  # (from, to): rejects everything

    def serve(self, call, who="us"):
        """Yield until the response; return (status, headers)."""
        yield self.uplink * self.world.random.uniform(0.5, 1.5)
        now = self.world.now
        out = self.down is not None and self.down[0] <= now < self.down[1]
        if out or not all(limit.admits(now, call) for limit in self.limits):
            self.rejected.append((now, who))
            hit = [limit for limit in self.limits if self.names and not limit.admits(now, call)]
            yield self.uplink
            return 429, [pair for limit in hit for pair in limit.headers(now)]
        for limit in self.limits:
            if not limit.late:
                limit.take(now, call)
        self.accepted.append((now, who, call))
        headers = [pair for limit in self.limits if not limit.late for pair in limit.headers(now)]
        yield self.latency * (1 + self.jitter * self.world.random.random())
        for limit in self.limits:
            if isinstance(limit, InFlight):
                limit.n -= 1
            if limit.late:
                limit.fill(self.world.now)
                limit.take(self.world.now, call)
                headers += limit.headers(self.world.now)
        if not self.talks:
            return 200, []
        if call["tokens"]:
            headers.append((b"x-ratelimit-tokens-query-cost", str(int(call["tokens"])).encode()))
        return 200, headers

    def count(self, who="us"):
        return sum(each[1] == who for each in self.accepted)

    def rejections(self, who="us"):
        return sum(each[1] == who for each in self.rejected)

    def busiest(self, window, key="requests"):
        """The most units that any window held."""
        most = total = 0.0
        inside = deque()
        for at, _, call in self.accepted:
            inside.append((at, call[key]))
            total += call[key]
            while inside[0][0] <= at - window:
                total -= inside.popleft()[1]
            most = max(most, total)
        return most


class Client:
    """Calls of one client, as the engine makes them."""

    def __init__(self, world, server, limiter=None, *, model="m", bucket="/v1/chat", priority=Priority.BULK):
        self.world, self.server, self.model, self.bucket, self.priority = world, server, model, bucket, priority
        self.limiter = Limiter() if limiter is None else limiter
        self.done = []
        self.waited = []

    def call(self, *, tokens=0, actual=None, priority=None):
        """One call with as many attempts as it takes."""
        asked = self.world.now
        costs = {"tokens": tokens} if tokens else {}
        turn = self.limiter.reserve(
            self.bucket, self.model, costs, now=self.world.now, priority=self.priority if priority is None else priority
        )
        while True:
            yield from self.wait(turn)
            self.waited.append(self.world.now - asked)
            drawn = {"requests": 1, "tokens": tokens if actual is None else actual}
            status, headers = yield from self.server.serve(drawn)
            if status == 200:
                self.limiter.settle(turn, self.world.now, headers)
                self.done.append(self.world.now)
                return
            self.limiter.reject(turn, self.world.now, headers, capacity=self.server.names and not headers)
            turn = self.limiter.reserve_again(turn, self.world.now)

    def wait(self, turn):
        task = self.world.current
        turn.wake = lambda: self.world.wake(task)
        while (pause := self.limiter.poll(turn, self.world.now)) > 0:
            yield pause

    def fan_out(self, calls, workers, **options):
        """`calls` calls by `workers` tasks."""
        left = iter(range(calls))

        def worker():
            for _ in left:
                yield from self.call(**options)

        for _ in range(min(workers, calls)):
            self.world.start(worker())
