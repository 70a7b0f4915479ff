"""What is JSON to a reader of answers (the rules of `json_decode`)."""

from __future__ import annotations

import json
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async._codec.json_decode import decode_json, encode_json


def values(text):
    scalars = st.none() | st.booleans() | st.integers() | st.floats() | text
    return st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(text, inner))


WHOLE = values(st.text(st.characters(exclude_categories=["Cs"])))
CUT = values(st.text(st.characters()))


@given(CUT)
def test_rule_2_what_is_read_can_be_stored_and_sent(value):
    assert json.dumps(decode_json(json.dumps(value).encode()), ensure_ascii=False).encode()


@given(WHOLE)
def test_rule_1_what_json_dumps_writes_is_read_as_json_loads_reads_it(value):
    text = json.dumps(value)
    assert repr(decode_json(text.encode())) == repr(json.loads(text))


@given(WHOLE)
def test_what_was_decoded_can_be_encoded_and_decoded_again(value):
    assert repr(decode_json(encode_json(value))) == repr(value)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"[Infinity, -Infinity]", [math.inf, -math.inf]),
        (rb'["\ud83d", "\ude00\ud83d", "\ud83d\ude00"]', ["\ufffd", "\ufffd\ufffd", "\U0001f600"]),
        (rb'{"\ud83d": 1}', {"\ufffd": 1}),
        (b'"a\nb\tc"', "a\nb\tc"),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        ('{"a": "\u00e9"}'.encode("utf-16"), {"a": "\u00e9"}),
        ('{"a": "\u00e9"}'.encode("utf-32-le"), {"a": "\u00e9"}),
        (b'{"a": "x\xffy"}', {"a": "x\ufffdy"}),
        (b'"\xed\xa0\xbd"', "\ufffd"),  # a half in three bytes, as Java's CESU-8 has it
    ],
)
def test_rule_2_what_is_readable_is_read(data, value):
    assert decode_json(data) == decode_json(bytearray(data)) == decode_json(memoryview(data)) == value


def test_rule_2_nan():
    assert math.isnan(decode_json(b"NaN"))


@pytest.mark.parametrize("sign", [b"", b"-"])
def test_rule_3_numbers_of_any_size(sign):
    infinite = float(sign + b"inf")
    assert decode_json(b"[" + sign + b"1e999]") == [infinite]
    assert decode_json(b"[" + sign + b"9" * 4300 + b"]") == [int(sign + b"9" * 4300)]
    assert decode_json(b"[" + sign + b"9" * 10_000 + b"]") == [infinite]
    assert decode_json(sign + b"1" * 400 + b".5") == infinite


NO_JSON = [b"", b"{", b"nan", b"+1", b"01", b"[1,]", b"{'a': 1}", b"NaN NaN", b"\xff", b"\xef\xbb\xbf"]


@pytest.mark.parametrize("data", NO_JSON)
def test_rule_4_what_is_no_json_is_the_first_error(data):
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)) as caught:
        decode_json(data)
    assert caught.value.__context__ is None  # nothing that is shown holds the body twice


@pytest.mark.parametrize("data", [b"[" * 100_000, b"[NaN," + b"[" * 100_000])
def test_what_is_nested_too_deeply_is_a_recursion_error(data):
    with pytest.raises((RecursionError, msgspec.DecodeError)):
        decode_json(data)
