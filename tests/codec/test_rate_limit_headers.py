from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async._codec import rate_limit_headers as headers_module
from mistral_async._codec.rate_limit_headers import RateLimit, parse_rate_limits

RECORDED = Path(__file__).parents[3] / "shared" / "recorded" / "traffic.jsonl"


def parse(**headers):
    return parse_rate_limits([(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()])


def test_of_2024():
    status = parse(
        ratelimitbysize_limit="2000000",
        ratelimitbysize_remaining="1967987",
        ratelimitbysize_reset="21",
        ratelimitbysize_query_cost="32013",
        x_ratelimitbysize_limit_minute="2000000",
        x_ratelimitbysize_remaining_minute="1967987",
        x_ratelimitbysize_limit_month="10000000000",
        x_ratelimitbysize_remaining_month="9999967987",
    )
    assert status.get("tokens", "minute") == RateLimit("tokens", "minute", 60.0, 2000000, 1967987, 21)
    assert status.get("tokens", "month") == RateLimit("tokens", "month", 2592000.0, 10000000000, 9999967987)
    assert status.costs == {"tokens": 32013}
    assert len(status) == 2


def test_of_2025():
    status = parse(
        x_ratelimit_limit_tokens_minute="2000000",
        x_ratelimit_remaining_tokens_minute="1999976",
        x_ratelimit_limit_req_10_second="60",
        x_ratelimit_remaining_req_10_second="59",
        x_ratelimit_limit_req_60_second="360",
        x_ratelimit_remaining_req_60_second="100",
        x_ratelimit_limit_tokens_5_minute="600000",
        x_ratelimit_remaining_tokens_5_minute="599000",
        x_ratelimit_tokens_query_cost="24",
    )
    assert status.get("requests", "10-second") == RateLimit("requests", "10-second", 10.0, 60, 59)
    assert status.requests == RateLimit("requests", "60-second", 60.0, 360, 100), "the one with the least left"
    assert status.get("tokens", "5-minute").window_seconds == 300
    assert status.costs == {"tokens": 24}


def test_of_2026():
    status = parse(
        x_ratelimit_limit_req_minute="1250",
        x_ratelimit_remaining_req_minute="1243",
        x_ratelimit_limit_audio_seconds_minute="7200",
        x_ratelimit_remaining_audio_seconds_minute="7197",
        x_ratelimit_audio_seconds_query_cost="3",
        x_ratelimit_limit_code_interpreter_day="10",
        x_ratelimit_remaining_code_interpreter_day="9",
    )
    assert status.requests == RateLimit("requests", "minute", 60.0, 1250, 1243)
    assert status["audio-seconds"] == RateLimit("audio-seconds", "minute", 60.0, 7200, 7197)
    assert status["code-interpreter"].window_seconds == 86400
    assert status.costs == {"audio-seconds": 3}
    assert status.tokens is None
    assert {limit.resource for limit in status} == {"requests", "audio-seconds", "code-interpreter"}
    with pytest.raises(KeyError):
        status["ocr-pages"]


def test_tomorrow():
    status = parse(
        x_ratelimit_limit_gpu_minutes_2_hours="8",
        x_ratelimit_req_minute_remaining="7",
        ratelimit_limit_images_week="70",
        x_ratelimit_remaining="5",
    )
    assert status["gpu-minutes"] == RateLimit("gpu-minutes", "2-hours", 7200.0, 8)
    assert status.get("requests", "minute").remaining == 7
    assert status["images"].window == "week"
    assert status.get("requests", "") == RateLimit("requests", "", None, None, 5)


def test_no_quota():
    status = parse(x_ratelimit_limit_req_minute="0", x_ratelimit_remaining_req_minute="0")
    assert status.requests.limit == 0


@pytest.mark.parametrize("value", ["", "-1", "1.5", "1_0", " 1", "1 ", "0x1", "٣", "9" * 5000, "NaN"])
def test_a_value_that_is_no_number_is_passed_over(value):
    assert not parse(x_ratelimit_limit_req_minute=value)
    assert not parse(x_ratelimit_tokens_query_cost=value)


def test_an_answer_without_limits():
    status = parse_rate_limits([(b"content-type", b"text/event-stream"), (b"date", b"now")])
    assert not status
    assert list(status) == []
    assert status.requests is None


@given(st.lists(st.tuples(st.binary(max_size=40), st.binary(max_size=20))))
def test_garbage_never_raises(pairs):
    parse_rate_limits(pairs)


NAMES = st.lists(
    st.sampled_from(
        ["x", "ratelimit", "ratelimitbysize", "limit", "remaining", "reset", "req", "query", "cost", "10", "0", "month"]
    )
    | st.text("abc-", max_size=5),
    max_size=8,
).map(lambda words: "-".join(words).encode())


@given(st.lists(st.tuples(NAMES, st.integers(min_value=0).map(lambda number: str(number).encode()))))
def test_near_garbage_gives_sane_limits(pairs):
    for limit in parse_rate_limits(pairs):
        assert limit.resource
        assert limit.window_seconds is None or limit.window_seconds > 0
        assert all(number is None or number >= 0 for number in (limit.limit, limit.remaining, limit.reset))


def test_invented_names_do_not_fill_the_memory():
    for number in range(3000):
        parse_rate_limits([(b"x-ratelimit-limit-r%d-minute" % number, b"1")])
    assert len(headers_module._fields) <= 1024
    assert parse(x_ratelimit_limit_anew_minute="1")["anew"].limit == 1


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded traffic is not here")
def test_recorded_traffic():
    named = 0
    for line in RECORDED.read_text().splitlines():
        recorded = json.loads(line)
        headers = {name.lower(): str(value) for name, value in (recorded.get("response_headers") or {}).items()}
        status = parse_rate_limits([(name.encode(), value.encode()) for name, value in headers.items()])
        of_limits = [name for name in headers if "ratelimit" in name]
        numbers = [number for limit in status for number in (limit.limit, limit.remaining) if number is not None]
        assert len(numbers) + len(status.costs) == len(of_limits), of_limits
        assert all(limit.window_seconds for limit in status)
        named += bool(status)
    assert named
