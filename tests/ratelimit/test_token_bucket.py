from __future__ import annotations

import itertools
from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from mistral_async._ratelimit.token_bucket import TokenBucket, make_burst_bucket, make_spread_bucket

CALLS = st.lists(
    st.tuples(st.floats(0, 30), st.integers(1, 3000), st.floats(-0.9, 1.5), st.floats(0, 5)), min_size=1, max_size=80
)


def busiest(calls, window):
    """The most that any window holds; of a window that one call fills beyond the limit, nothing."""
    most = total = 0.0
    inside = deque()
    for at, cost in calls:
        inside.append((at, cost))
        total += cost
        while inside[0][0] <= at - window:
            total -= inside.popleft()[1]
        if len(inside) > 1:
            most = max(most, total)
    return most


@given(CALLS)
def test_no_window_ever_holds_more_than_the_limit(calls):
    # Rule 1.
    bucket, now, sent = make_spread_bucket(10_000, 60.0, smooth=True), 1000.0, []
    for pause, cost, _, _ in calls:
        now = bucket.ready_at(now + pause, cost)
        assert bucket.ready_at(now, cost) == now, "what was promised holds"
        bucket.draw(now, cost)
        sent.append((now, cost))
    assert busiest(sent, 60.0) <= 10_000 + 1e-6


@given(CALLS)
def test_corrections_count_in_the_window_of_their_call(calls):
    # Rules 1 and 5.
    bucket, now, marks = make_spread_bucket(10_000, 60.0, smooth=True), 1000.0, []
    for pause, cost, change, _ in calls:
        now = bucket.ready_at(now + pause, cost)
        mark = bucket.draw(now, cost)
        bucket.correct(mark, change * cost)
        marks.append((mark, cost * (1 + change)))
    now = bucket.ready_at(now, 0.0)
    bucket._expire(now)
    inside = sum(cost for at, cost in marks if at > now - 60.0)
    assert bucket.used >= inside - 1e-6
    assert bucket.used <= sum(cost for at, cost in marks if at > now - 62.0) + 1e-6


@given(st.lists(st.integers(1, 50), min_size=1, max_size=20))
def test_what_is_given_back_is_as_if_it_had_never_been(costs):
    # Rule 5.
    bucket, untouched = make_spread_bucket(1000, 60.0, smooth=True), make_spread_bucket(1000, 60.0, smooth=True)
    marks = [(bucket.draw(5.0, cost), cost) for cost in costs]
    for mark, cost in marks:
        bucket.correct(mark, -cost)
    assert abs(bucket.level - untouched.level) < 1e-9
    assert bucket.used == 0
    assert bucket.ready_at(5.0, 100) == 5.0


def test_a_call_larger_than_the_limit_goes_alone():
    # Rule 4.
    bucket = make_spread_bucket(1000, 60.0, smooth=True)
    bucket.draw(0.0, 10)
    first = bucket.ready_at(0.0, 5000)
    assert 60.0 <= first <= 61.0
    bucket.draw(first, 5000)
    assert bucket.ready_at(first, 10) >= first + 60.0


@given(
    st.integers(1, 40),
    st.floats(0.1, 100),
    st.lists(st.floats(0, 2), min_size=1, max_size=200),
)
def test_a_bucket_never_lets_more_go_than_its_burst_and_rate(burst, rate, pauses):
    # Rule 3.
    bucket, now, sent = make_burst_bucket(rate, 1.0, burst), 10.0, []
    for pause in pauses:
        now = bucket.ready_at(now + pause, 1.0)
        bucket.draw(now, 1.0)
        sent.append(now)
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            assert last - first + 1 <= max(1, burst) + rate * (sent[last] - sent[first]) + 1e-6


def test_steady_use_takes_nearly_all_of_the_limit():
    # Rule 1 costs little.
    bucket, now, drawn = make_spread_bucket(1_000_000, 60.0, smooth=True), 0.0, 0
    while now < 600:
        now = bucket.ready_at(now, 2000)
        bucket.draw(now, 2000)
        drawn += 2000
    assert drawn >= 0.97 * 10_000_000
    assert len(bucket.log) <= 300


def test_one_per_second_is_spaced_out():
    # Rule 2.
    bucket, times, now = make_spread_bucket(20, 1.0, smooth=False), [], 0.0
    for _ in range(100):
        now = bucket.ready_at(now, 1.0)
        bucket.draw(now, 1.0)
        times.append(now)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert min(gaps) > 0.05
    assert max(gaps) < 0.052


def test_more_may_have_to_be_left_than_was_asked_for():
    bucket = TokenBucket(100, 1.0, 100.0, 10.0, 10.0)
    assert bucket.ready_at(0.0, 1.0, headroom=5.0) == 0.0
    bucket.draw(0.0, 6.0)
    assert bucket.ready_at(0.0, 1.0) == 0.0
    assert bucket.ready_at(0.0, 1.0, headroom=5.0) > 0.0


@given(
    st.integers(2, 20),
    st.lists(st.tuples(st.floats(0, 0.3), st.booleans(), st.integers(0, 5)), min_size=1, max_size=150),
)
def test_what_is_given_back_never_lets_more_go_than_the_bucket(burst, calls):
    # Rules 3 and 5.
    bucket, now, sent, held = make_burst_bucket(10, 1.0, burst), 5.0, [], []
    for pause, is_sent, back in calls:
        now = bucket.ready_at(now + pause, 1.0)
        mark = bucket.draw(now, 1.0)
        if is_sent:
            sent.append(now)
        else:
            held.append(mark)
        if back < len(held):
            bucket.correct(held.pop(back), -1.0)
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            assert last - first + 1 <= burst + 10 * (sent[last] - sent[first]) + 1e-6
