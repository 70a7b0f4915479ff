"""Processes of one account in the world of `limit_world`: a limiter each, one store in memory, on a virtual clock."""

from __future__ import annotations

from limit_world import Client, Server, World

from mistral_async._ratelimit import Limiter, RateLimits
from mistral_async._ratelimit.store import Learned, exchange, new_bucket, new_learned, update_bucket


class Pause:
    """Awaited, it hands seconds to the world that runs the task."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __await__(self):
        yield self.seconds


class MemoryStore:
    """A store of all processes of one world, by the arithmetic of the real ones."""

    def __init__(self, world, latency=0.001):
        self.world, self.latency = world, latency
        self.questions = 0
        self.down = False
        self.forget()

    def forget(self):
        self.buckets, self.learned = {}, {}

    async def reserve(self, demands, corrections):
        raise NotImplementedError

    async def exchange(self, demands, corrections, report):
        await Pause(self.latency / 2)
        if self.down:
            raise ConnectionError("the store is out")
        self.questions += 1
        for key, mark, change in corrections:
            if key in self.buckets:
                self.buckets[key].correct(mark, change)
        now = self.world.now
        for demand in demands:
            bucket = self.buckets.get(demand.key)
            self.buckets[demand.key] = new_bucket(demand) if bucket is None else update_bucket(bucket, demand, now)
        learned = self.learned.setdefault(report.model, new_learned(now))
        slot = exchange(learned, [self.buckets[demand.key] for demand in demands], demands, report, now)
        told = Learned(learned.epoch, learned.state, learned.drawn, learned.lost, learned.stamp)
        await Pause(self.latency / 2)
        return slot, told

    async def aclose(self):
        pass


class Process(Client):
    """A client that asks a store before it sends."""

    dead = False

    def wait(self, turn):
        yield from super().wait(turn)
        shared, clock = self.limiter.shared, lambda: self.world.now
        if not turn.may_start and turn.no_quota is None:
            asking = shared.acquire(turn, book_locally=self.limiter.book_locally, clock=clock, sleep=Pause)
            yield from asking.__await__()
        self.limiter.finish_acquire(turn, self.world.now)

    def call(self, **options):
        for pause in super().call(**options):
            if self.dead:
                return
            yield pause

    def work(self, workers):
        """Call without an end, until the process is dead."""

        def worker():
            while not self.dead:
                yield from self.call()

        for _ in range(workers):
            self.world.start(worker())


class Fleet:
    """Processes that know nothing of each other but the store."""

    def __init__(self, size, *limits, seed=0, stated=None, latency=0.001, **server):
        self.world = World(seed)
        self.server = Server(self.world, *limits, jitter=0.5, **server)
        self.store = MemoryStore(self.world, latency)
        settings = RateLimits(store=self.store, **(stated or {}))
        self.processes = [Process(self.world, self.server, Limiter(settings)) for _ in range(size)]

    def run(self, seconds):
        """Let time pass; return the accepted and the rejected calls meanwhile, and the accepted ones by process."""
        since, before = self.world.now, [len(each.done) for each in self.processes]
        self.world.run(until=since + seconds)
        self.world.now = since + seconds
        accepted = sum(at >= since for at, *_ in self.server.accepted)
        rejected = sum(at >= since for at, *_ in self.server.rejected)
        return accepted, rejected, [len(each.done) - done for each, done in zip(self.processes, before, strict=True)]
