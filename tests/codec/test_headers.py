"""Which header fields may be sent, and what those of a response say (the rules of `headers`)."""

from __future__ import annotations

import timeit

import pytest

from mistral_async._codec.headers import (
    Headers,
    content_type_of,
    match_field_value,
    match_token,
    parse_retry_after,
    request_id_of,
)

SEPARATORS = '"(),/:;<=>?@[\\]{} \t'


@pytest.mark.parametrize("name", ["x", "X-Request-Id", "!#$%&'*+-.^_`|~09azAZ"])
def test_rule_1_a_token_is_a_name(name):
    assert match_token(name)


@pytest.mark.parametrize("name", ["", *SEPARATORS, "\0", "\n", "\r", "\x7f", "é", "a b", "a\n", "\na"])
def test_rule_1_all_else_is_no_name(name):
    assert not match_token(name)


@pytest.mark.parametrize("value", ["", "a b\tc", "é\xff", "Bearer x==", '"(),/:;<=>?@[\\]{}'])
def test_rule_2_latin_1_text_is_a_value(value):
    assert match_field_value(value)


@pytest.mark.parametrize("value", ["\0", "\x01", "\x1f", "\x7f", "\r", "\n", "a\n", "a\r\nb: c", "\u0100", "🙂"])
def test_rule_2_control_codes_and_what_latin_1_lacks_are_in_no_value(value):
    assert not match_field_value(value)


def test_names_have_any_case_and_repeated_ones_are_joined():
    headers = Headers([(b"X-A", b"1"), (b"x-a", b"2"), (b"X-B", b"\xe9")])
    assert dict(headers) == {"x-a": "1, 2", "x-b": "é"}
    assert headers["X-a"] == "1, 2"
    assert len(headers) == 2


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ([(b"x-request-id", b"c"), (b"X-Kong-Request-Id", b"b"), (b"Mistral-Correlation-Id", b"a")], "a"),
        ([(b"x-request-id", b"c"), (b"X-Kong-Request-Id", b"b")], "b"),
        ([(b"x-request-id", b"c")], "c"),
        ([], None),
    ],
)
def test_the_request_id_is_the_apis_own_first(raw, expected):
    assert request_id_of(raw) == expected


@pytest.mark.parametrize(
    ("seconds", "milliseconds", "date", "expected"),
    [
        ("2", None, None, 2.0),
        ("-2", None, None, 0.0),
        ("2", "1500", None, 1.5),
        ("2", "soon", None, 2.0),
        ("nan", None, None, None),
        ("inf", None, None, None),
        ("1e999", "inf", None, None),
        ("soon", None, None, None),
        (None, None, None, None),
        ("Wed, 01 Jan 2025 00:00:30 GMT", None, "Wed, 01 Jan 2025 00:00:10 GMT", 20.0),
        ("Wed, 01 Jan 2025 00:00:10 GMT", None, "Wed, 01 Jan 2025 00:00:30 GMT", 0.0),
        ("Wed, 01 Jan 2025 00:00:30 GMT", None, None, None),
        ("Wed, 01 Jan 2025 00:00:30", None, "Wed, 01 Jan 2025 00:00:10 GMT", None),
    ],
)
def test_rules_3_4_and_5_the_wait_that_is_asked_for(seconds, milliseconds, date, expected):
    assert parse_retry_after(seconds, milliseconds, date) == expected


def test_time_is_linear_in_repeated_headers():
    def seconds(count):
        raw = [(b"x-repeated", b"value")] * count
        return min(timeit.repeat(lambda: len(Headers(raw)), number=1, repeat=3))

    assert seconds(40_000) < 12 * seconds(10_000) + 0.003


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ([(b"date", b"x"), (b"content-type", b"Text/HTML; charset=utf-8")], "text/html; charset=utf-8"),
        ([(b"Content-Type", b"application/JSON")], "application/json"),
        ([(b"date", b"x")], ""),
    ],
)
def test_the_content_type_is_found_in_any_case(raw, found):
    assert content_type_of(raw) == found
