"""Values of other classes as what they hold, and those that JSON can not hold, refused with their place."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import json
import math

import attrs
import msgspec
import numpy as np
import pytest

from mistral_async._codec.json_encode import encode, encode_any
from mistral_async._codec.plain import plain_argument
from mistral_async.models import TextChunk, UserMessage


class Text(str):
    __slots__ = ()

    def __str__(self):
        return "not this"


class Count(int):
    def __str__(self):
        return "not this"


class Octets(bytes):
    pass


class Frozen(dt.datetime):
    """As freezegun, pendulum and pandas have it."""


class Colour(enum.Enum):
    RED = Text("red")


@dataclasses.dataclass
class Point:
    x: object


@attrs.define
class Box:
    x: object


class Tag:
    """An element: iterated, it gives its children, and any attribute is there, as with bs4."""

    def __iter__(self):
        return iter(["child"])

    def __len__(self):
        return 1

    def __contains__(self, item):
        return True

    def __getattr__(self, name):
        return None


HALF = "half \ud83d"
DAY = dt.datetime(2031, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Text("a"), "a"),
        (np.str_("a"), "a"),
        (Count(3), 3),
        (np.float64(0.5), 0.5),
        (np.bool_(1), True),
        (Octets(b"abc"), "YWJj"),
        (collections.UserString("ab"), "ab"),
        (Colour.RED, "red"),
        (Frozen(2031, 1, 2, tzinfo=dt.UTC), "2031-01-02T00:00:00Z"),
        (np.datetime64("2031-01-02", "ns"), "2031-01-02T00:00:00"),
        (np.ma.array([1, 2], mask=[0, 0]), [1, 2]),
        ({Text("k"): Text("v"), Count(5): 2, None: 3, True: 4}, {"k": "v", "5": 2, "null": 3, "true": 4}),
        ({"a": 1}.values(), [1]),
        (UserMessage([TextChunk(Text("a"))]), {"role": "user", "content": [{"type": "text", "text": "a"}]}),
        (Point(Text("a")), {"x": "a"}),
        ({"x": None, "y": "null"}, {"x": None, "y": "null"}),
        ({"x": [None, "a" * 70_000, 0.5, Box(1)]}, {"x": [None, "a" * 70_000, 0.5, {"x": 1}]}),
        (None, None),
    ],
)
def test_rules_1_to_3_a_value_is_what_it_holds(value, expected):
    assert json.loads(encode(value)) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [{"b": math.nan}]}, r"^a\[0\].b is nan, which is no number in JSON"),
        ({"a b": math.inf}, r"^\['a b'\] is inf"),
        ({"a": np.array([1.0, np.nan])}, r"^a\[1\] is nan"),
        ({"a": np.float64("nan")}, "^a is nan"),
        ({"a": (1, decimal.Decimal("-Infinity"))}, r"^a\[1\] is -Infinity"),
        ({"a": decimal.Decimal("NaN")}, "^a is NaN"),
        ({"text": "x" * 70_000, "a": math.nan}, "^a is nan"),
        ({"text": "x" * 70_000, "a": {0.5, -math.inf}}, r"^a\[\d\] is -inf"),
        (UserMessage(math.nan), "^content is nan"),
        ([Point(math.nan)], r"^\[0\].x is nan"),
        ([Box(math.nan)], r"^\[0\].x is nan"),
        (math.nan, "^it is nan"),
        (UserMessage([TextChunk(HALF)]), r"^content\[0\].text has a lone surrogate \('\\ud83d' at 5\)"),
        ({"a": Text(HALF)}, "^a has a lone surrogate"),
        ({"a": {HALF: 1}}, "^a key of a has a lone surrogate"),
    ],
)
def test_what_json_can_not_hold_is_refused_by_its_place(value, message):
    with pytest.raises(ValueError, match=message) as caught:
        encode(value)
    assert "half" not in str(caught.value)  # no error shows text of the user


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"messages": [{"content": Tag()}]}, r"^messages\[0\].content: Tag has no form in JSON"),
        ({"a": {"b": (n for n in "ab")}}, "^a.b: generator has no form in JSON: it can be read once"),
        ({"a": np.datetime64("NaT")}, "^a: datetime64 has missing values"),
        ({"a": np.ma.masked}, "^a: MaskedConstant has missing values"),
        ({"a": np.ma.array([1, 2], mask=[0, 1])}, "^a: MaskedArray has missing values"),
        ({"a": [UserMessage(open)]}, r"^a\[0\].content: builtin_function_or_method has no form"),
    ],
)
def test_what_has_no_form_in_json_is_refused_by_its_place(value, message):
    with pytest.raises(TypeError, match=message):
        encode(value)


def test_what_is_kept_or_shown_has_null_for_such_a_number():
    assert encode_any({"a": math.nan}) == b'{"a":null}'
    assert UserMessage(math.nan).to_json() == b'{"content":null,"role":"user"}'


def test_rule_4_arguments_may_be_iterators_and_views():
    message = UserMessage("hi")
    assert plain_argument(iter([message, Text("a")])) == [message, "a"]
    assert plain_argument(iter([message]))[0] is message
    assert plain_argument(collections.UserList([Count(1), (np.int64(2),)])) == [1, [2]]
    assert plain_argument({"a": 1}.keys()) == ["a"]


def test_equal_numbers_of_any_class_are_written_alike():
    assert encode([Count(7), np.int64(7), 7]) == b"[7,7,7]"
    assert msgspec.json.decode(encode(np.arange(3))) == [0, 1, 2]
