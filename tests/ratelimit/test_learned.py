"""Processes that learn the limits of their account together, in virtual time."""

from __future__ import annotations

import msgspec
import pytest
from limit_fleet import Fleet

from mistral_async._ratelimit import Learned, LearningStore, Limiter, LimitStore, Priority, RateLimits, Report, Slot
from mistral_async._ratelimit.curve import RateState
from mistral_async._ratelimit.learned import LearnedState, SharedModelLimits
from mistral_async._ratelimit.server_limit import LimitState
from mistral_async._ratelimit.store import book, exchange, new_bucket, new_learned

RATE = 50


def fleet(sim, size=4, *, talks=True, burst=10, work=32, **options):
    """Processes under a limit of 50 calls a second, that the server states or not."""
    made = Fleet(size, sim.Bucket(RATE, burst, window=1.0, name="req-second"), talks=talks, **options)
    for process in made.processes:
        process.work(work)
    return made


@pytest.mark.parametrize("burst", [5, 50])
@pytest.mark.parametrize("talks", [True, False])
def test_four_processes_learn_one_limit_together(sim, talks, burst):
    # Rules 1 to 4 of learned.
    four = fleet(sim, talks=talks, burst=burst)
    accepted, rejected, _ = four.run(10)
    assert accepted >= 0.9 * 10 * RATE
    assert rejected <= 0.07 * accepted, "also while nothing is known"
    accepted, rejected, each = four.run(10)
    assert 0.95 * 10 * RATE <= accepted <= 10 * RATE + burst
    assert rejected <= 0.03 * accepted
    assert min(each) >= 0.9 * max(each)


@pytest.mark.parametrize("talks", [True, False])
def test_a_stated_limit_is_used_from_the_first_call_on(sim, talks):
    # Rule 4 of learned, rule 6 of shared.
    stated = {"requests_per_second": RATE, "burst": 10}
    accepted, rejected, _ = fleet(sim, talks=talks, stated=stated).run(1)
    assert (accepted, rejected) == (pytest.approx(RATE + 9 - 0.02 * RATE, abs=2), 0)


@pytest.mark.parametrize("talks", [True, False])
def test_one_that_joins_has_its_share_at_once_and_one_that_dies_gives_its_share_back(sim, talks):
    # Rule 3 of learned.
    five = fleet(sim, 5, talks=talks, work=0)
    for process in five.processes[:4]:
        process.work(32)
    five.run(15)
    five.processes[4].work(32)
    _, rejected, each = five.run(4)
    assert each[4] >= 0.8 * RATE / 5 * 4
    assert rejected <= 8
    five.processes[0].dead = True
    five.run(1)
    accepted, rejected, each = five.run(4)
    assert each[0] == 0
    assert accepted >= 0.9 * 4 * RATE
    assert rejected <= 8


@pytest.mark.parametrize("talks", [True, False])
def test_a_crowd_in_one_process_does_not_take_all(sim, talks):
    # Rule 3 of learned.
    three = fleet(sim, 3, talks=talks, work=0)
    for process, workers in zip(three.processes, (500, 8, 1), strict=True):
        process.work(workers)
    three.run(10)
    _, _, (crowd, some, alone) = three.run(10)
    assert some >= 0.9 * crowd
    assert alone >= 0.15 * crowd, "one after the other, each waits only for those that were booked before"


@pytest.mark.parametrize("talks", [True, False])
def test_interactive_calls_of_one_process_go_before_bulk_work_of_others(sim, talks):
    # Rule 3 of store.
    five = fleet(sim, 5, talks=talks, work=0)
    for process in five.processes[:4]:
        process.work(32)
    five.run(8)
    user = five.processes[4]
    user.priority = Priority.INTERACTIVE

    def ask():
        for _ in range(20):
            yield 0.3
            yield from user.call()

    five.world.start(ask())
    accepted, _, _ = five.run(10)
    assert len(user.done) == 20
    assert sorted(user.waited)[-2] <= 0.15, "not for all that bulk work would have booked"
    assert accepted >= 0.9 * 10 * RATE


@pytest.mark.parametrize("talks", [True, False])
def test_without_the_store_each_process_keeps_its_share(sim, talks, caplog):
    # Rule 5 of learned.
    four = fleet(sim, talks=talks)
    four.run(12)
    assert sum(each.limiter.statistics(four.world.now).shares["m"] for each in four.processes) == pytest.approx(
        1, abs=0.1
    )
    four.store.down = True
    accepted, rejected, each = four.run(12)
    assert 0.85 * 12 * RATE <= accepted <= 12 * RATE + 10
    assert rejected <= 0.06 * accepted
    assert min(each) >= 0.7 * max(each)
    four.store.down = False
    four.run(6)
    accepted, rejected, _ = four.run(6)
    assert accepted >= 0.9 * 6 * RATE
    assert rejected <= 0.1 * accepted
    assert all(each.limiter.statistics(four.world.now).store_down is None for each in four.processes)
    assert "works again" in caplog.text


@pytest.mark.parametrize("talks", [True, False])
def test_a_store_that_lost_everything_is_told_again(sim, talks):
    # Rule 5 of learned.
    four = fleet(sim, talks=talks)
    four.run(12)
    four.store.forget()
    accepted, rejected, _ = four.run(6)
    assert accepted >= 0.85 * 6 * RATE
    assert rejected <= 0.12 * accepted
    assert msgspec.json.decode(four.store.learned["m"].state, type=LearnedState) != LearnedState()


@pytest.mark.parametrize("calls", [2, 4])
def test_a_process_whose_calls_are_all_refused_keeps_a_share_without_the_store(calls):
    # Rule 5 of learned.
    limits = SharedModelLimits("m")
    for _ in range(calls):
        limits.draw(100.0, {"requests": 1.0})
    ask(limits, new_learned(100.0), 100.0)
    for _ in range(calls):
        limits.rate.reject(100.2, 100.0, 1)
    limits.draw(101.0, {"requests": 1.0})
    assert 0 < limits.share <= 1
    limits.book_alone(101.0, {"requests": 1.0})
    assert limits.rate.state.ceiling > 0


def test_calls_without_the_store_still_count_when_it_is_back():
    # Rule 10 of cubic.
    limits, learned = SharedModelLimits("m"), new_learned(100.0)
    ask(limits, learned, 100.0)
    for _ in range(500):
        limits.draw(101.0, {"requests": 1.0})
        limits.book_alone(101.0, {"requests": 1.0})
    before = limits.rate.total
    ask(limits, learned, 110.0)
    assert limits.rate.total >= before


def test_what_was_lost_before_the_store_began_anew_makes_no_rate_negative():
    # Rule 4 of learned.
    limits, learned = SharedModelLimits("m"), new_learned(100.0)
    limits.lost = 100
    ask(limits, learned, 100.0)
    (demand,) = ask(limits, learned, 100.1).demands
    assert demand.rate >= 20


@pytest.mark.anyio
async def test_a_call_that_waits_without_the_store_asks_it_again():
    # Rule 3 of shared.
    class Store:
        down, now = True, 0.0

        async def reserve(self, demands, corrections):
            raise NotImplementedError

        async def exchange(self, demands, corrections, report):
            if self.down:
                raise ConnectionError("the store is out")
            return Slot(booked=True, delay=0.0), Learned()

        async def aclose(self):
            pass

        async def sleep(self, seconds):
            self.now, self.down = self.now + seconds, False

    store = Store()
    limiter = Limiter(RateLimits(store=store))
    calls = [limiter.reserve("/v1/chat", "m", now=0.0) for _ in range(2)]
    calls[0].queue.limits.rate.adopt(0.0, RateState(0.01, 0.0, 30.0), ())
    for call in calls:
        await limiter.shared.acquire(
            call, book_locally=limiter.book_locally, clock=lambda: store.now, sleep=store.sleep
        )
    assert store.now == 5.0, "and does not sleep for the 200 s that its share would take"


def test_a_time_that_the_server_names_holds_all_processes(sim):
    # Rule 1 of learned; rule 5 of cubic.
    first, second = SharedModelLimits("m"), SharedModelLimits("m")
    ask(first, learned := new_learned(100.0), 100.0)
    first.rate.hold(130.0)
    ask(first, learned, 101.0)
    ask(second, learned, 102.0)
    assert second.ready_at(102.0, {}, headroom=False) == 130.0


def test_a_model_without_quota_is_known_to_all(sim):
    # Rule 1 of learned.
    from mistral_async._ratelimit import RateLimit

    first, second = SharedModelLimits("m"), SharedModelLimits("m")
    ask(first, learned := new_learned(100.0), 100.0)
    first.quota_missing = (160.0, RateLimit("requests", "minute", 60.0, 0, 0))
    ask(first, learned, 101.0)
    ask(second, learned, 102.0)
    assert second.no_quota(102.0) == first.no_quota(102.0)
    assert second.no_quota(161.0) is None


def ask(limits, learned, now, *, ahead=0.0):
    """One question of a process whose clock is behind the store's, and the next one if it knew too little."""
    for _ in range(2):
        question = limits.question(now, {"requests": 1.0}, (), bulk=False)
        buckets = [new_bucket(demand) for demand in question.demands]
        slot = exchange(learned, buckets, question.demands, question.report, now + ahead)
        told = Learned(learned.epoch, learned.state, learned.drawn, learned.lost, learned.stamp)
        limits.take_reply(now, question, told)
        if slot.booked:
            return question
    return question


def test_ten_refusals_of_one_moment_lower_the_rate_once():
    # Rule 4 of store; rule 2 of learned.
    processes, learned = [SharedModelLimits("m") for _ in range(10)], new_learned(1000.0)
    for _ in range(20):
        for process in processes:
            ask(process, learned, 100.0, ahead=900.0)
    before = learned.epoch
    for process in processes:
        process.rate.draw(100.0)
        process.rate.reject(101.0, 100.0, 1)
    lowered = {process.rate.state.ceiling for process in processes}
    for process in processes:
        ask(process, learned, 101.1, ahead=900.0)
    assert learned.epoch == before + 1
    assert {round(process.rate.state.ceiling, 6) for process in processes} == {
        round(processes[0].rate.state.ceiling, 6)
    }
    assert processes[0].rate.state.ceiling in lowered
    assert processes[5].rate.state.since == pytest.approx(processes[0].rate.state.since), "in times of its own"


def test_nothing_is_booked_for_who_knows_something_else():
    # Rule 4 of store.
    learned = new_learned(5.0)
    assert not exchange(learned, [], [], Report("m"), 5.0).booked
    known = Report("m", learned.epoch, b"[]")
    assert exchange(learned, [], [], known, 5.0).booked
    assert not exchange(learned, [], [], known, 5.0).booked, "its epoch is over"
    assert (learned.drawn, learned.state) == (1, b"[]")


def test_a_state_comes_back_as_it_was_told():
    limits = [
        ("requests", "minute", 60.0, LimitState(60, 50.0, 7.0, 0.9)),
        ("tokens", "minute", 60.0, LimitState(9, 9.0, 0.0, 1)),
    ]
    state = LearnedState(RateState(5.0, 10.0, 3.0, 0.0, 0.0, 12.0), [(9.0, 4)], None, limits)
    decoded = msgspec.json.decode(msgspec.json.encode(state), type=LearnedState)
    assert decoded == state
    moved = state.moved(100.0, 10)
    assert moved.rate.since == 110.0
    assert moved.rejections == [(109.0, 14)]
    assert [each[3].rejected_at for each in moved.limits] == [107.0, 0.0]
    assert moved.moved(-100.0, -10) == state


def test_a_clock_that_was_set_lifts_no_limit():
    """Redis fails over to a server whose clock is an hour behind, or its own is set."""
    first, second = SharedModelLimits("m"), SharedModelLimits("m")
    ask(first, learned := new_learned(5000.0), 0.0, ahead=5000.0)
    for at in range(30):
        first.rate.draw(float(at))
    first.rate.reject(30.0, 29.0, 1)
    ask(first, learned, 30.0, ahead=5000.0)
    ask(second, learned, 31.0, ahead=1400.0)
    assert 0 < second.rate.rate(31.0) <= first.rate.state.ceiling
    learned = new_learned(32.0 + 1400.0)  # as stores do it (`is_current`)
    ask(first, learned, 32.0, ahead=1400.0)
    ask(second, learned, 33.0, ahead=1400.0)
    assert second.rate.rate(33.0) == pytest.approx(first.rate.rate(33.0), rel=0.2)


@pytest.mark.parametrize("state", [b"no json", b"[1, 2]", b"{}"])
def test_a_state_that_can_not_be_read_is_an_outage(state):
    limits = SharedModelLimits("m")
    question = limits.question(1.0, {}, (), bulk=False)
    with pytest.raises(ValueError, match="something else"):
        limits.take_reply(1.0, question, Learned(5, state, 0.0, 0.0, 1.0))


def test_only_a_store_with_exchange_learns():
    class Own:
        async def reserve(self, demands, corrections):
            raise NotImplementedError

        async def aclose(self):
            pass

    assert isinstance(Own(), LimitStore)
    assert not isinstance(Own(), LearningStore)


def test_who_gets_no_slot_asks_again_one_after_the_other(sim):
    # Rule 2 of store.
    from stores import demand

    slow = demand(limit=2.0, rate=2.0)
    bucket = new_bucket(slow)
    slots = [book([bucket], [slow], 10.0) for _ in range(30)]
    pauses = [slot.delay for slot in slots if not slot.booked]
    assert pauses[:3] == pytest.approx([0.5, 1.0, 1.5])
    assert max(pauses) <= 5.0
