"""The bodies of errors, in every shape in which they come (the rules of `error_body`)."""

from __future__ import annotations

import time

import msgspec
import pytest

from mistral_async._codec.error_body import ErrorInfo, parse_error


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"\xff", b"[" * 100_000, b"[]", b"5", b"null", b"{}"])
def test_rule_1_no_body_is_an_error(body):
    assert parse_error(body) == ErrorInfo()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("out of order", ErrorInfo("out of order")),
        (
            {"message": "m", "type": "t", "code": "1", "param": "p", "request_id": "r"},
            ErrorInfo("m", "t", "1", "p", None, "r"),
        ),
        ({"message": "outer", "error": {"message": "inner", "type": "t"}}, ErrorInfo("inner", "t")),
        ({"error": "text"}, ErrorInfo("text")),
        ({"error": {"error": {"message": "inner", "type": "t"}}}, ErrorInfo("inner", "t")),
        ({"Error": {"Message": "inner", "Code": "c"}}, ErrorInfo("inner", code="c")),
        ({"choices": [{"error": {"message": "inner"}}]}, ErrorInfo("inner")),
    ],
)
def test_rule_2_where_the_fields_stand(body, expected):
    assert parse_error(msgspec.json.encode(body)) == expected


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"detail": "text"}, "text"),
        ({"detail": {"message": "a", "msg": "b"}}, "a"),
        ({"detail": {"msg": "b"}}, "b"),
        (
            {"detail": [{"loc": ["body", "messages", 0], "msg": "missing"}, {"msg": "b"}, "c"]},
            "body.messages.0: missing; b; c",
        ),
        ({"message": {"detail": [{"loc": ["body"], "msg": "wrong"}]}}, "body: wrong"),
        ({"message": [{"msg": "wrong"}]}, "wrong"),
        ({"message": "text", "detail": "other"}, "text"),
        ({"detail": 5}, ""),
        ({"type": "about:blank", "title": "text", "status": 503}, "text"),
        ({"title": "title", "detail": "text"}, "text"),
    ],
)
def test_rule_3_the_message_is_that_of_the_details_where_there_is_none(body, message):
    assert parse_error(msgspec.json.encode(body)).message == message


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"code": 1500}, "1500"),
        ({"code": "1500"}, "1500"),
        ({"detail": {"error_code": 7}}, "7"),
        ({"code": None}, None),
        ({"code": {"a": 1}}, None),
    ],
)
def test_rule_4_a_code_is_text(body, code):
    assert parse_error(msgspec.json.encode(body)).code == code


def test_a_body_that_is_too_large_has_no_message():
    # Rule 1 of error_body.
    small, large = (msgspec.json.encode({"message": "no", "more": "x" * size}) for size in (1000, 1 << 20))
    assert parse_error(small).message == "no"
    assert parse_error(large) == ErrorInfo()


def test_an_error_in_errors_takes_linear_time():
    # Rule 2 of error_body.
    outer = b",".join(b'"k%d":1' % number for number in range(80_000))

    def seconds(depth):
        body = b"{" + outer + b',"error":' + b'{"error":' * depth + b'"deep"' + b"}" * (depth + 1)
        since = time.thread_time()
        assert parse_error(body).message == "deep"
        return time.thread_time() - since

    assert min(seconds(400) for _ in range(3)) < 4 * min(seconds(1) for _ in range(3))
