"""The pool against a plain model: who gets what, and that nothing is ever lost or counted twice."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from mistral_async._http.pool import Pool


def pool_of(limit, *connections):
    pool = Pool(limit)
    for connection in connections:
        waiter = pool.reserve()
        pool.add(connection, waiter)
        pool.give(connection, 10.0)
    return pool


def test_the_newest_idle_connection_is_taken_first():
    """Rule 3 of the pool."""
    pool = pool_of(3, "a", "b", "c")
    assert [pool.take(), pool.take(), pool.take(), pool.take()] == ["c", "b", "a", None]


def test_the_oldest_expire_first():
    pool = Pool(3)
    for name, until in (("a", 1.0), ("b", 2.0), ("c", 3.0)):
        pool.add(name, pool.reserve())
        pool.give(name, until)
    assert pool.expire(0.5) == []
    assert pool.expire(2.0) == ["a", "b"]
    assert pool.take() == "c"


def test_who_waits_first_is_served_first():
    """Rules 2 and 3 of the pool."""
    pool = pool_of(1, "a")
    assert pool.take() == "a"
    woken = []
    waiters = [pool.queue(lambda index=index: woken.append(index)) for index in range(3)]
    pool.give("a", 5.0)
    assert (woken, waiters[0].granted, waiters[0].connection) == ([0], True, "a")
    pool.drop("a")
    assert (woken, waiters[1].granted, waiters[1].connection) == ([0, 1], True, None)
    assert pool.slots == 1


def test_a_grant_that_is_not_wanted_is_passed_on():
    """Rule 4 of the pool."""
    pool = pool_of(1, "a")
    pool.take()
    first, second, third = [pool.queue(lambda: None) for _ in range(3)]
    pool.leave(second)
    pool.give("a", 5.0)
    pool.leave(first)
    assert (third.granted, third.connection, third.expires_at) == (True, "a", 5.0)
    pool.leave(third)
    assert (pool.idle, pool.take()) == (1, "a")


def test_closing_wakes_everybody_and_grants_nothing():
    """Rule 6 of the pool."""
    pool = pool_of(1, "a")
    pool.take()
    woken = []
    waiter = pool.queue(lambda: woken.append(1))
    assert pool.close() == ["a"]
    assert (woken, waiter.granted, pool.closed) == ([1], False, True)
    pool.drop("a")
    assert pool.slots == 0


def test_dropping_twice_counts_once():
    """Rule 5 of the pool."""
    pool = pool_of(2, "a", "b")
    pool.drop("a")
    pool.drop("a")
    pool.give("a", 5.0)
    assert (pool.slots, pool.idle) == (1, 1)


class PoolMachine(RuleBasedStateMachine):
    """Callers that take, wait, connect, fail, give back and give up in any order."""

    places = Bundle("places")  # reserved, not yet connected
    held = Bundle("held")  # connections in use
    waiters = Bundle("waiters")

    def __init__(self):
        super().__init__()
        self.limit = 3
        self.pool = Pool(self.limit)
        self.count = 0
        self.making = 0
        self.using = set()
        self.idle = []
        self.queue = []
        self.now = 0.0

    def settle(self):
        """Who was granted something in the model is who was granted something in the pool."""
        for waiter in list(self.queue):
            if waiter.granted:
                assert waiter is self.queue[0], "out of order"
                self.queue.pop(0)

    @rule(target=held)
    def take(self):
        connection = self.pool.take()
        assert connection == (self.idle.pop() if self.idle else None)
        if connection is not None:
            self.using.add(connection)
        return connection

    @rule(target=places)
    def reserve(self):
        waiter = self.pool.reserve()
        assert (waiter is not None) == (self.making + len(self.using) + len(self.idle) < self.limit)
        self.making += waiter is not None
        return waiter

    @rule(target=held, place=consumes(places))
    def connected(self, place):
        if not place:
            return None
        self.count += 1
        self.making -= 1
        self.pool.add(self.count, place)
        self.pool.leave(place)  # does nothing any more
        self.using.add(self.count)
        return self.count

    @rule(place=consumes(places))
    def failed(self, place):
        if place:
            self.making -= 1
            self.pool.leave(place)
            self.pool.leave(place)
            self.making += bool(self.queue)
            self.settle()

    @rule(connection=consumes(held), wait=st.floats(0.1, 5))
    def give(self, connection, wait):
        if connection not in self.using:
            return
        self.pool.give(connection, self.now + wait)
        if self.queue:
            assert self.queue[0].connection == connection
        else:
            self.using.discard(connection)
            self.idle.append(connection)
        self.settle()

    @rule(connection=held)
    def drop(self, connection):
        if connection is None:
            return
        known = connection in self.using or connection in self.idle
        self.using.discard(connection)
        if connection in self.idle:
            self.idle.remove(connection)
        self.pool.drop(connection)
        self.making += bool(known and self.queue)
        self.settle()

    @precondition(lambda self: self.making + len(self.using) == self.limit)
    @rule(target=waiters)
    def wait(self):
        waiter = self.pool.queue(lambda: None)
        self.queue.append(waiter)
        return waiter

    @rule(waiter=consumes(waiters))
    def give_up(self, waiter):
        if not waiter.granted:
            self.queue.remove(waiter)
            self.pool.leave(waiter)
            return
        connection = waiter.connection
        self.pool.leave(waiter)
        if connection is None:
            self.making -= 1
            self.making += bool(self.queue)
        elif connection in self.using and not self.queue:
            self.using.discard(connection)
            self.idle.append(connection)
        self.settle()

    @rule(target=held, waiter=consumes(waiters))
    def accept(self, waiter):
        if not waiter.granted:
            self.queue.remove(waiter)
            self.pool.leave(waiter)
            return None
        if waiter.connection is not None:
            waiter.accept()
            self.pool.leave(waiter)  # does nothing any more
        else:
            self.making -= 1
            self.pool.leave(waiter)
            self.making += bool(self.queue)
            self.settle()
        return waiter.connection

    @rule(by=st.floats(0.1, 3))
    def time_passes(self, by):
        self.now += by
        for connection in self.pool.expire(self.now):
            self.idle.remove(connection)
            self.pool.drop(connection)
        self.settle()

    @invariant()
    def exact(self):
        assert self.pool.slots == self.making + len(self.using) + len(self.idle) <= self.limit
        assert self.pool.idle == len(self.idle)
        assert self.pool.waiting == len(self.queue)
        assert self.pool.connections == self.using | set(self.idle)
        assert not (self.queue and self.pool.slots < self.limit), "somebody waits while there is room"


TestPool = PoolMachine.TestCase
TestPool.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)


@pytest.mark.parametrize("limit", [1, 100_000])
def test_the_cost_does_not_grow_with_the_pool(limit):
    import timeit

    pool = pool_of(limit, *range(limit))

    def use():
        pool.expire(0.0)
        pool.give(pool.take(), 10.0)

    assert min(timeit.repeat(use, number=2000, repeat=5)) / 2000 < 50e-6
