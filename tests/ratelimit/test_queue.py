from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistral_async._ratelimit import Limiter, Priority, RateLimits
from mistral_async._ratelimit.reservation import GRANTED

REQ = b"x-ratelimit-limit-req-minute", b"x-ratelimit-remaining-req-minute"


def said(limit, remaining):
    return [(REQ[0], b"%d" % limit), (REQ[1], b"%d" % remaining)]


def go(limiter, now, model="m", *, priority=Priority.BULK, **costs):
    return limiter.reserve("/v1/chat", model, costs, now=now, priority=priority)


def proven():
    """A limiter to which so many calls were accepted that a crowd starts at once."""
    limiter = Limiter()
    for _ in range(1000):
        limiter.settle(go(limiter, 0.0), 0.0)
    assert limiter.unrestricted
    return limiter


def drain(limiter, turns, now=0.0, until=1e6):
    """Poll each turn when it asked for that; return the order in which they went, with the times."""
    went, left = [], dict(enumerate(turns))
    asks = dict.fromkeys(left, now)
    while left and now < until:
        index = min(left, key=lambda each: (asks[each], each))
        now = max(now, asks[index])
        pause = limiter.poll(left[index], now)
        if pause:
            asks[index] = now + pause
        else:
            went.append((index, now))
            del left[index], asks[index]
    return went


def test_first_come_first_served():
    # Rule 2 of queue.
    limiter = Limiter(RateLimits(requests_per_second=10))
    went = drain(limiter, [go(limiter, 0.0) for _ in range(50)])
    assert [index for index, _ in went] == list(range(50))
    times = [time for _, time in went]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert min(gaps) >= 0.1
    assert max(gaps) < 0.11, "nobody sleeps longer than it has to"


def test_no_two_go_for_one_slot_however_often_they_poll():
    # Rule 4 of queue.
    limiter = Limiter(RateLimits(requests_per_second=10))
    turns = [go(limiter, 0.0) for _ in range(20)]
    now = 0.0
    while now < 1.0:
        for turn in reversed(turns):
            limiter.poll(turn, now)
        now += 0.001
    assert sum(turn.state > 0 for turn in turns) <= 10


def test_who_is_cancelled_makes_room():
    # Rule 6 of queue.
    limiter = Limiter(RateLimits(requests_per_second=1))
    turns = [go(limiter, 0.0) for _ in range(10)]
    assert limiter.poll(turns[0], 0.0) == 0.0
    assert limiter.poll(turns[9], 0.0) > 8.0
    for turn in turns[1:9]:
        limiter.cancel(turn, 0.1)
    assert 0.9 < limiter.poll(turns[9], 0.1) < 1.0


def test_the_next_in_the_queue_is_woken_when_the_first_leaves():
    # Rules 4 and 6 of queue.
    limiter = Limiter(RateLimits(requests_per_second=1))
    turns = [go(limiter, 0.0) for _ in range(4)]
    woken = []
    for number, turn in enumerate(turns):
        turn.wake = lambda number=number: woken.append(number)
        limiter.poll(turn, 0.0)
    limiter.cancel(turns[1], 0.1)
    assert woken == [2], "the one behind it keeps its time"
    assert limiter.poll(turns[2], 0.1) < 1.0


def test_a_slot_that_is_given_back_goes_to_the_next_at_once():
    # Rule 6 of queue.
    limiter = Limiter(RateLimits(requests_per_second=1))
    first, second = go(limiter, 0.0), go(limiter, 0.0)
    woken = []
    second.wake = lambda: woken.append(True)
    assert limiter.poll(first, 0.0) == 0.0
    assert limiter.poll(second, 0.0) > 0.9
    limiter.cancel(first, 0.0)
    assert woken
    assert limiter.poll(second, 0.0) == 0.0


def test_who_oversleeps_does_not_hold_up_the_others_for_long_nor_go_all_at_once():
    # Rule 5 of queue.
    limiter = Limiter(RateLimits(requests_per_second=10))
    turns = [go(limiter, 0.0) for _ in range(30)]
    assert limiter.poll(turns[0], 0.0) == 0.0
    sleepers, others = turns[1:11], turns[11:]
    assert all(limiter.poll(turn, 0.0) for turn in sleepers)
    went = drain(limiter, others)
    assert went[-1][1] <= 4.5
    late = went[-1][1] + 1.0
    assert sum(limiter.poll(turn, late) == 0.0 for turn in sleepers) <= 2
    assert len(drain(limiter, [turn for turn in sleepers if not turn.state], late)) >= 8


def test_interactive_calls_go_before_bulk():
    # Rule 2 of queue.
    limiter = Limiter(RateLimits(requests_per_second=10))
    turns = [go(limiter, 0.0) for _ in range(20)]
    turns.append(go(limiter, 0.0, priority=Priority.INTERACTIVE))
    went = drain(limiter, turns)
    assert [index for index, _ in went].index(20) <= 1


def test_bulk_leaves_room_for_interactive_calls():
    # Rule 2 of stated_limits.
    limiter = Limiter(RateLimits(requests_per_minute=600))
    limiter.settle(go(limiter, 0.0, priority=Priority.INTERACTIVE), 0.0)
    went = drain(limiter, [go(limiter, 0.0) for _ in range(100)], until=5.0)
    now = went[-1][1]
    assert limiter.poll(go(limiter, now, priority=Priority.INTERACTIVE), now) == 0.0


def test_bulk_takes_everything_where_nobody_else_is():
    # Rule 2 of stated_limits.
    limiter = Limiter(RateLimits(requests_per_minute=600))
    went = drain(limiter, [go(limiter, 0.0) for _ in range(1200)])
    assert 59 <= went[-1][1] <= 120
    assert sum(time <= 60 for _, time in went) >= 0.97 * 600


def test_models_do_not_wait_for_each_other():
    # Rule 1 of limiter.
    models = {"slow": RateLimits(requests_per_second=1), "fast": RateLimits(requests_per_second=100)}
    limiter = Limiter(RateLimits(models=models))
    slow = [go(limiter, 0.0, "slow") for _ in range(10)]
    fast = [go(limiter, 0.0, "fast") for _ in range(100)]
    assert drain(limiter, fast)[-1][1] < 1.1
    assert 9 <= drain(limiter, slow)[-1][1] < 9.5


def test_models_with_learned_limits_do_not_wait_for_each_other():
    # Rule 3 of queue; rule 1 of stated_limits.
    limiter = Limiter(RateLimits(requests_per_second=1000))
    limiter.observe("/v1/chat", "slow", now=0.0, headers=said(60, 0))
    slow = [go(limiter, 0.0, "slow") for _ in range(5)]
    fast = [go(limiter, 0.0, "fast") for _ in range(100)]
    assert drain(limiter, fast)[-1][1] < 0.2
    assert drain(limiter, slow)[-1][1] > 4


def test_models_without_limits_of_their_own_share_the_total_in_order():
    # Rule 1 of limiter.
    limiter = Limiter(RateLimits(requests_per_second=10))
    turns = [go(limiter, 0.0, f"m{number % 3}") for number in range(30)]
    went = drain(limiter, turns)
    assert [index for index, _ in went] == list(range(30))
    assert went[-1][1] >= 2.9


def test_a_small_call_of_another_model_does_not_overtake_a_large_one():
    # Rule 3 of queue.
    limiter = Limiter(RateLimits(tokens_per_minute=10_000))
    assert limiter.poll(go(limiter, 0.0, "a", tokens=1000), 0.0) == 0.0
    turns = [go(limiter, 0.0, "a", tokens=1000), go(limiter, 0.0, "b", tokens=10)]
    assert [index for index, _ in drain(limiter, list(reversed(turns)))] == [1, 0]


def test_concurrency():
    # Rule 6 of queue.
    limiter = Limiter(RateLimits(concurrency=2))
    turns = [go(limiter, 0.0, priority=Priority.INTERACTIVE) for _ in range(4)]
    woken = []
    turns[2].wake = lambda: woken.append(True)
    assert [limiter.poll(turn, 0.0) > 0 for turn in turns] == [False, False, True, True]
    limiter.settle(turns[0], 1.0)
    assert woken
    assert limiter.poll(turns[2], 1.0) == 0.0
    assert limiter.poll(turns[3], 1.0) > 0.0
    limiter.reject(turns[1], 1.0)
    limiter.cancel(turns[2], 1.0)
    assert limiter.poll(turns[3], 1.0) == 0.0 or limiter.poll(turns[3], 20.0) == 0.0


def test_another_attempt_keeps_its_place():
    # Rule 2 of queue.
    limiter = Limiter(RateLimits(requests_per_second=1))
    turns = [go(limiter, 0.0) for _ in range(5)]
    assert limiter.poll(turns[0], 0.0) == 0.0
    limiter.reject(turns[0], 0.5)
    turns[0] = limiter.reserve_again(turns[0], 0.5)
    assert [index for index, _ in drain(limiter, turns, 0.5)] == [0, 1, 2, 3, 4]


def test_no_quota_ends_the_waiting():
    # Rule 2 of model_limits.
    limiter = Limiter()
    first = go(limiter, 0.0)
    limiter.reject(first, 0.1, said(0, 0))
    assert first.no_quota.limit == 0
    second = go(limiter, 0.2)
    assert limiter.poll(second, 0.2) == 0.0
    assert second.no_quota.resource == "requests"
    assert go(limiter, 0.2, "other").no_quota is None
    assert go(limiter, 100.0).no_quota is None, "it is tried again after a while"


def test_those_who_wait_learn_that_there_is_no_quota():
    # Rule 2 of model_limits; rule 6 of queue.
    limiter = Limiter(RateLimits(requests_per_second=1))
    first, second = go(limiter, 0.0), go(limiter, 0.0)
    woken = []
    second.wake = lambda: woken.append(True)
    assert limiter.poll(second, 0.0) > 0.5
    limiter.reject(first, 0.1, said(0, 0))
    assert woken
    assert limiter.poll(second, 0.1) == 0.0
    assert second.no_quota is not None


def test_unrestricted_until_a_limit_is_learned():
    # Rule 3 of limiter.
    limiter = proven()
    limiter.observe("/v1/chat", "m", now=0.0, headers=[(b"content-type", b"application/json")])
    assert limiter.unrestricted
    limiter.observe("/v1/chat", "m", now=0.0, headers=said(60, 2))
    assert not limiter.unrestricted
    went = drain(limiter, [go(limiter, 0.0) for _ in range(4)])
    assert went[-1][1] > 1


def test_unrestricted_until_a_call_is_rejected_and_again_when_that_is_long_ago():
    # Rule 3 of limiter; rule 1 of cubic.
    limiter = Limiter()
    assert limiter.observe_rejection("/v1/chat", "m", now=0.0) is None
    assert not limiter.unrestricted
    now = 0.0
    while now < 300:
        turn = go(limiter, now)
        now += limiter.poll(turn, now)
        if limiter.poll(turn, now) == 0.0:
            limiter.settle(turn, now + 0.1)
        now += 0.2
    assert limiter.unrestricted


def test_a_rejection_is_forgotten_where_responses_say_nothing():
    # Rules 3 and 4 of server_limit.
    limiter = Limiter()
    limiter.observe("/v1/chat", "m", now=0.0, headers=said(600, 0))
    now = 0.0
    for _ in range(20):
        turn = go(limiter, now)
        drain(limiter, [turn], now)
        limiter.reject(turn, turn.granted_at + 0.1, said(600, 0))
        now = turn.granted_at + 5.0
        turn = go(limiter, now)
        drain(limiter, [turn], now)
        limiter.settle(turn, turn.granted_at + 0.1)
    went = drain(limiter, [go(limiter, now) for _ in range(1000)], now)
    times = [time for _, time in went]
    assert sum(times[-1] - 10 < time for time in times) >= 90


def test_retry_after_holds_everybody():
    # Rule 2 of model_limits; rule 5 of cubic.
    limiter = Limiter()
    limiter.reject(go(limiter, 0.0), 0.1, (), 7.0)
    assert limiter.poll(go(limiter, 0.2), 0.2) == pytest.approx(6.9)


def test_a_limit_per_day_is_left_to_the_server():
    limiter = proven()
    headers = [(b"x-ratelimit-limit-req-day", b"10"), (b"x-ratelimit-remaining-req-day", b"0")]
    limiter.observe("/v1/chat", "m", now=0.0, headers=headers)
    assert limiter.unrestricted


def test_a_resource_that_only_the_server_knows_is_paced_by_what_calls_drew():
    # Rule 3 of model_limits.
    limiter = Limiter()
    headers = [
        (b"x-ratelimit-limit-ocr-pages-minute", b"60"),
        (b"x-ratelimit-remaining-ocr-pages-minute", b"20"),
        (b"x-ratelimit-ocr-pages-query-cost", b"10"),
    ]
    limiter.observe("/v1/ocr", "ocr", now=0.0, headers=headers)
    first, second = go(limiter, 0.0, "ocr"), go(limiter, 0.0, "ocr")
    assert limiter.poll(first, 0.0) == 0.0
    assert 4 < limiter.poll(second, 0.0) < 12


def test_settling_twice_counts_once():
    # Rule 2 of limiter.
    limiter = Limiter(RateLimits(concurrency=1))
    first = go(limiter, 0.0)
    limiter.settle(first, 0.1)
    limiter.settle(first, 0.2)
    limiter.cancel(first, 0.2)
    limiter.reject(first, 0.2)
    second = go(limiter, 0.3)
    assert limiter.poll(second, 0.3) == 0.0
    assert limiter.poll(go(limiter, 0.3), 0.3) > 0


def test_bulk_work_starts_slowly_where_nothing_is_known():
    # Rule 4 of model_limits.
    limiter = Limiter()
    turns = [go(limiter, 0.0) for _ in range(100)]
    assert sum(turn.may_start for turn in turns) == 4
    limiter.settle(turns[0], 0.1)
    limiter.poll(turns[50], 1.1)
    assert 9 <= sum(turn.state is GRANTED for turn in turns) <= 12
    user = go(limiter, 1.1, priority=Priority.INTERACTIVE)
    assert limiter.poll(user, 1.1) == 0.0, "it does not wait with them"


def test_a_crowd_of_interactive_calls_starts_slowly_where_nothing_is_known():
    # Rule 4 of model_limits.
    limiter = Limiter()
    turns = [go(limiter, 0.0, priority=Priority.INTERACTIVE) for _ in range(300)]
    assert sum(turn.may_start for turn in turns) == 6
    for turn in turns[:6]:
        limiter.settle(turn, 0.05)
    assert sum(turn.state is GRANTED for turn in turns) == 12, "what is accepted makes room"
    for step in range(40):
        limiter.poll(turns[-1], step / 20)
    assert all(turn.may_start for turn in turns[6:]), "and so does time"


def test_a_retry_after_of_one_among_many_is_for_its_own_call():
    # Rule 5 of cubic.
    limiter = proven()
    turns = [go(limiter, 1.0) for _ in range(20)]
    limiter.reject(turns[0], 1.1, (), 7.0)
    assert limiter.poll(go(limiter, 1.2), 1.2) < 1.0
    for turn in turns[1:]:
        limiter.reject(turn, 1.2, (), 7.0)
    limiter.poll(turns[0], 1.2)
    assert limiter.poll(go(limiter, 1.3), 1.3) == pytest.approx(6.9), "nearly all were refused"


def test_a_rejection_is_blamed_on_one_limit():
    # Rule 2 of model_limits.
    spent, left = said(60, 0), said(60, 60)
    for headers, capacity, blamed in [
        (spent, False, "server"),
        (left, False, "rate"),
        ((), True, "concurrency"),
        ((), False, "rate"),
    ]:
        limiter = Limiter()
        limiter.reject(go(limiter, 0.0), 0.1, headers, capacity=capacity)
        limits = limiter._queues["m"].limits
        active = {"server": bool(limits.server), "rate": limits.rate.active, "concurrency": limits.concurrency.active}
        assert [name for name, is_active in active.items() if is_active] == [blamed]
    limiter = Limiter()
    limiter.observe("/v1/chat", "m", now=0.0, headers=said(60, 1))
    limiter.reject(go(limiter, 0.0), 0.1)
    assert not limiter._queues["m"].limits.rate.active, "a known limit that is nearly empty explains it"


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "ask", "cancel", "settle", "reject", "again", "learn"]),
        st.integers(0, 30),
        st.floats(0, 2),
        st.booleans(),
    ),
    max_size=80,
)


@settings(max_examples=200)
@given(
    ACTIONS, st.sampled_from([RateLimits(), RateLimits(requests_per_second=3, concurrency=4, tokens_per_minute=900)])
)
def test_permits_balance_whatever_happens(actions, limits):
    # Rule 2 of limiter.
    limiter, turns, now = Limiter(limits), [], 0.0
    for action, which, pause, bulk in actions:
        now += pause
        turn = turns[which % len(turns)] if turns else None
        match action:
            case "reserve":
                priority = Priority.BULK if bulk else Priority.INTERACTIVE
                turns.append(go(limiter, now, f"m{which % 2}", priority=priority, tokens=which))
            case "ask" if turn:
                assert limiter.poll(turn, now) >= 0
            case "cancel" if turn:
                limiter.cancel(turn, now)
            case "settle" if turn:
                limiter.settle(turn, now, said(60, which), tokens=which * 2)
            case "reject" if turn:
                limiter.reject(turn, now, capacity=bulk)
            case "again" if turn:
                limiter.cancel(turn, now)
                turns.append(limiter.reserve_again(turn, now))
            case "learn":
                limiter.observe("/v1/chat", f"m{which % 2}", now=now, headers=said(60, which))
    for turn in turns:
        limiter.cancel(turn, now)
    for queue in limiter._queues.values():
        assert queue.limits.in_flight == 0
        assert queue.group.limits.in_flight == 0
        assert all(limit._pending == 0 for limit in queue.limits.server.values())
    last = go(limiter, now)
    for _ in range(100):
        pause = limiter.poll(last, now)
        if not pause:
            break
        now += pause
    assert not limiter.poll(last, now), "and the next one gets its turn"
