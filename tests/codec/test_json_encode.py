"""One answer to what a value is in JSON, wherever it is written (the rules stand in `_codec/json_encode.py`)."""

from __future__ import annotations

import array
import collections
import datetime as dt
from types import MappingProxyType

import msgspec
import numpy as np
import pydantic
import pytest

from mistral_async import calls
from mistral_async._codec.json_encode import encode, encode_sorted, to_builtins
from mistral_async.batch._request_spool import encode as encode_row
from mistral_async.bulk._work import digest_of
from mistral_async.models import UserMessage
from mistral_async.tools._content import tool_content


class Day(pydantic.BaseModel):
    day: dt.date


class Sized:
    """A collection that is registered as nothing."""

    def __init__(self, *items):
        self._items = items

    def __iter__(self):
        return iter(self._items)

    def __len__(self):
        return len(self._items)


class Table(Sized):
    """Iterated, it gives its column names, as those of pandas do."""

    columns = ("a", "b")


VALUES = [
    (MappingProxyType({"a": 1}), {"a": 1}),
    (collections.ChainMap({"a": 1}, {"b": 2}), {"a": 1, "b": 2}),
    (Day(day=dt.date(2026, 1, 31)), {"day": "2026-01-31"}),
    (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
    (np.float32(0.5), 0.5),
    (array.array("f", [0.5]), [0.5]),
    (range(2), [0, 1]),
    ({"a": 1}.keys(), ["a"]),
    (collections.deque([1]), [1]),
    (frozenset([1]), [1]),
]


@pytest.mark.parametrize(("value", "expected"), VALUES, ids=[type(value).__name__ for value, _ in VALUES])
def test_rules_2_and_3_classes_and_collections_are_written_alike_everywhere(value, expected):
    row = {"value": value}
    assert msgspec.json.decode(encode(row)) == {"value": expected}
    assert to_builtins(row) == {"value": expected}
    assert msgspec.json.decode(encode_row(row)) == {"value": expected}
    assert msgspec.json.decode(tool_content(row)) == {"value": expected}
    assert digest_of(row) == digest_of({"value": expected})
    assert UserMessage(row).to_dict()["content"] == {"value": expected}


@pytest.mark.parametrize(
    "value", [object(), Day, (n for n in range(2)), Sized(1, "b"), Table(1), LookupError("gone"), 1j]
)
def test_rule_4_what_has_no_form_in_json_is_refused(value):
    with pytest.raises(TypeError, match="has no form in JSON"):
        encode([value])
    with pytest.raises(TypeError, match="has no form in JSON"):
        UserMessage(value).to_json()


@pytest.mark.parametrize("value", [LookupError("gone"), Table(1), 1j])
def test_a_model_reads_the_text_of_what_has_no_form_in_json(value):
    assert msgspec.json.decode(tool_content([value])) == [str(value)]


def test_equal_values_have_equal_bytes():
    assert encode_sorted([{10: 1, 9: {None: 2}}]) == encode_sorted([{"9": {"null": 2}, "10": 1}])
    assert encode_sorted({"b": 1, "a": 2}) == encode_sorted({"a": 2, "b": 1}) == b'{"a":2,"b":1}'


async def test_a_body_that_can_not_be_written_is_never_sent(client, server):
    with pytest.raises(TypeError, match="object has no form in JSON"):
        await client.send(calls.chat.complete(model="mistral-small-latest", messages=[{"role": "user", "x": object()}]))
    assert not server.requests
