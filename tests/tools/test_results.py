"""What a tool returns, as the model gets it: no result ends a run."""

from __future__ import annotations

import array
import dataclasses
import datetime as dt
import decimal
import enum
import itertools
import json
import math
import threading
import uuid
from typing import Any

import msgspec
import numpy as np
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async.models import TextChunk
from mistral_async.tools import Deferred, Tool, ToolError, tool
from mistral_async.tools._content import error_text, tool_content

MODEL = "mistral-small-latest"


class Dashboard:
    def __init__(self, columns):
        self.columns = columns

    def to_dict(self):
        return {"columns": self.columns}

    def __str__(self):
        return "a dashboard"


class Text(str):  # noqa: SLOT000 - like most of them
    """Like the tags and the safe strings of other packages."""

    def __str__(self):
        return "not this"


class Color(enum.StrEnum):
    RED = "red"


class Table:
    columns = ("a", "b")

    def __init__(self, rows):
        self.rows = rows

    def to_dict(self, orient):
        assert orient == "records"
        return self.rows


class Report(pydantic.BaseModel):
    """A thing with columns that is no table."""

    columns: list[str]


class Arrow:
    columns = ("a",)

    def to_pylist(self):
        return [{"a": 1}]


class Broken:
    def __str__(self):
        raise RuntimeError("no text")


class BrokenError(Exception):
    def __str__(self):
        raise RuntimeError("no text")


class Model(pydantic.BaseModel):
    ratio: float
    at: dt.date


@dataclasses.dataclass
class Span:
    start: dt.datetime
    cost: decimal.Decimal


class Point(msgspec.Struct):
    x: float


def lines():
    yield "a"
    yield from range(2)


def endless(depth):
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def circular():
    value: dict[str, Any] = {}
    value["self"] = value
    return value


RESULTS = [
    (Text("sunny"), "sunny"),
    (Color.RED, "red"),
    (np.str_("sunny"), "sunny"),
    ({np.str_("sky"): Text("blue"), "all": [Text("x")]}, '{"sky":"blue","all":["x"]}'),
    ("a\udcff.txt", "a\ufffd.txt"),
    ("half \ud83d", "half \ufffd"),
    ({"a\udcff": ["b\udcff"]}, '{"a\ufffd":["b\ufffd"]}'),
    ("whole 😀", "whole 😀"),
    (math.nan, '"NaN"'),
    ({"a": math.inf, "b": [-math.inf]}, '{"a":"Infinity","b":["-Infinity"]}'),
    (Point(math.nan), '{"x":"NaN"}'),
    (np.float64(1.5), "1.5"),
    (np.float32("nan"), '"NaN"'),
    (np.int64(3), "3"),
    (np.bool_(True), "true"),  # noqa: FBT003 - a value
    (np.array([[1.0, np.nan]]), '[[1.0,"NaN"]]'),
    (array.array("i", [1, 2]), "[1,2]"),
    ({1}, "[1]"),
    ({"a": {2}}, '{"a":[2]}'),
    ((1, "a"), '[1,"a"]'),
    ({1: "a", 2.5: "b"}, '{"1":"a","2.5":"b"}'),
    ({(1, 2): "a"}, "{(1, 2): 'a'}"),
    (lines(), '["a",0,1]'),
    ({"rows": (n for n in range(2))}, '{"rows":[0,1]}'),
    (map(str, [1]), '["1"]'),
    (Table([{"a": 1, "b": math.nan}]), '[{"a":1,"b":"NaN"}]'),
    ({"table": Table([])}, '{"table":[]}'),
    (Arrow(), '[{"a":1}]'),
    (Report(columns=["a"]), '{"columns":["a"]}'),
    (Dashboard(["a"]), '"a dashboard"'),
    (Model(ratio=0.5, at=dt.date(2026, 1, 31)), '{"ratio":0.5,"at":"2026-01-31"}'),
    (Span(dt.datetime(2026, 1, 1), decimal.Decimal("1.10")), '{"start":"2026-01-01T00:00:00","cost":"1.10"}'),  # noqa: DTZ001
    (uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
    (b"ab", '"YWI="'),
    (None, "null"),
    ("", ""),
    (ValueError("bad"), "Error: ValueError: bad"),
    (Broken(), '"a Broken, whose text can not be made: RuntimeError"'),
    (2**70, str(2**70)),
    ([TextChunk("a\udcff")], [{"type": "text", "text": "a\ufffd"}]),
    ([], "[]"),
]


@pytest.mark.parametrize(("value", "content"), RESULTS, ids=lambda value: type(value).__name__)
def test_what_a_tool_returns_is_readable(value, content):
    # Rules 1 to 4 of content.
    found = tool_content(value)
    assert msgspec.json.decode(msgspec.json.encode(found)) == content
    assert type(found) in {str, list}


@pytest.mark.parametrize("value", [endless(5000), circular()], ids=["deep", "circular"])
def test_what_is_nested_without_end_is_its_text(value):
    assert isinstance(tool_content(value), str)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.text("\ud83d\udc00a"),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.text() | st.integers() | st.tuples(st.integers()), inner)
            | st.lists(inner).map(iter)
        ),
        max_leaves=8,
    )
)  # fmt: skip
def test_any_result_can_be_sent(value):
    json.dumps(tool_content(value), ensure_ascii=False).encode()


@pytest.mark.parametrize("how", ["returned", "raised", "told", "denied", "resolved", "handled", "chunk"])
async def test_half_a_surrogate_pair_does_not_end_a_run(client, server, how):
    # Rule 2 of content.
    text = "no such file: a\udcff.txt"

    @tool(requires_confirmation=how in {"denied", "resolved"})
    def read() -> Any:
        """Read."""
        match how:
            case "raised" | "handled":
                raise OSError(text)
            case "told":
                raise ToolError(text)
            case "chunk":
                return TextChunk(text)
            case _:
                return text

    call = {"id": "abcdefghi", "type": "function", "function": {"name": "read", "arguments": "{}"}}
    choice = {"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "tool_calls": [call]}}
    server.reply("chat.complete", json={"id": "1", "model": MODEL, "created": 1, "choices": [choice]})
    handle = (lambda error, _: f"! {error}") if how == "handled" else "message"
    result = await client.chat.run("?", model=MODEL, tools=[read], on_tool_error=handle)
    if result.deferred is not None:
        state = result.deferred.resolve("abcdefghi", text) if how == "resolved" else result.deferred.deny(note=text)
        result = await client.chat.run(Deferred.from_json(state.to_json()), model=MODEL, tools=[read])
    content = server.requests[-1].json()["messages"][-1]["content"]
    assert "no such file: a\ufffd.txt" in json.dumps(content, ensure_ascii=False)
    assert result.text


async def test_generators_are_read_to_their_end():
    @tool
    def pieces():
        """Give."""
        yield 1
        yield 2

    @tool
    async def later():
        """Give."""
        yield "a"

    assert await pieces.run({}) == [1, 2]
    assert await later.run({}) == ["a"]


@pytest.mark.parametrize("is_async", [False, True])
async def test_an_iterator_s_items_are_made_where_its_function_runs(is_async):
    def where(number):
        return number, threading.get_ident()

    def numbers() -> Any:
        """Give."""
        return map(where, range(3))

    async def numbers_async() -> Any:
        """Give."""
        return map(where, range(3))

    items = await Tool.from_function(numbers_async if is_async else numbers).run({})
    assert [number for number, _ in items] == [0, 1, 2]
    assert {thread == threading.get_ident() for _, thread in items} == {is_async}


async def test_the_items_of_an_iterator_are_made_in_turns():
    async def count() -> Any:
        """Give numbers without end."""
        return itertools.count()

    with pytest.raises(TimeoutError):
        await Tool.from_function(count, timeout=0.02).run({})


@pytest.mark.parametrize("error", [ValueError, TypeError, KeyError, ZeroDivisionError])
@pytest.mark.parametrize("how", ["returned", "async", "inside"])
async def test_an_iterator_that_fails_is_a_tool_that_failed(client, server, error, how):
    # Rule 5 of content.
    def broken(_):
        raise error("torn")

    def read() -> Any:
        """Read."""
        rows = map(broken, [1])
        return {"rows": rows} if how == "inside" else rows

    async def read_async() -> Any:
        """Read."""
        return map(broken, [1])

    reader = Tool.from_function(read_async if how == "async" else read, name="read")
    call = {"id": "abcdefghi", "type": "function", "function": {"name": "read", "arguments": "{}"}}
    choice = {"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "tool_calls": [call]}}
    server.reply("chat.complete", json={"id": "1", "model": MODEL, "created": 1, "choices": [choice]})
    with pytest.raises(error, match="torn"):
        await client.chat.run("?", model=MODEL, tools=[reader], on_tool_error="raise")


def test_an_error_without_a_text_is_told():
    assert "RuntimeError" in error_text(BrokenError())
    assert error_text(LookupError()) == "Error: LookupError"


async def test_what_handles_an_error_may_return_anything(client, server):
    fail = Tool.from_function(lambda: 1 / 0, name="fail")
    call = {"id": "abcdefghi", "type": "function", "function": {"name": "fail", "arguments": "{}"}}
    choice = {"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "tool_calls": [call]}}
    server.reply("chat.complete", json={"id": "1", "model": MODEL, "created": 1, "choices": [choice]})
    await client.chat.run("?", model=MODEL, tools=[fail], on_tool_error=lambda error, _: {"why": str(error)})
    assert server.requests[-1].json()["messages"][-1]["content"] == '{"why":"division by zero"}'
