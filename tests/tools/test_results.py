"""What a tool returns, as the model gets it: no result ends a run."""

from __future__ import annotations

import array
import dataclasses
import datetime as dt
import decimal
import enum
import json
import math
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
