"""Arguments as models write them: taken where they are beyond doubt, else the model is told exactly what is wrong."""

from __future__ import annotations

import decimal
import json
import re
import time
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mistral_async._codec.json_schema.model_json import read_json
from mistral_async._codec.json_schema.type_codec import MismatchError
from mistral_async.tools import Tool, tool

MODEL = "mistral-small-latest"


class Place(msgspec.Struct):
    city: str


@tool
def echo(
    text: str = "",
    items: list[int] | None = None,
    where: Place | None = None,
    table: dict[str, int] | None = None,
    number: float = 0.0,
    pair: tuple[int, str] | None = None,
    anything: Any = None,
) -> list[Any]:
    """Give back."""
    return [text, items, where and where.city, table, number, pair, anything]


NOTHING = ["", None, None, None, 0.0, None, None]


@pytest.mark.parametrize(
    ("arguments", "changed"),
    [
        ('{"text": "line one\nline\ttwo\x00"}', {0: "line one\nline\ttwo\x00"}),
        (json.dumps(json.dumps({"items": [1, 2]})), {1: [1, 2]}),
        (json.dumps(json.dumps(json.dumps({"text": "x"}))), {0: "x"}),
        ('{"items": "[1, 2]"}', {1: [1, 2]}),
        ('{"items": "[\\"1\\", 2.0]"}', {1: [1, 2]}),
        ('{"items": "null"}', {}),
        ('{"where": "{\\"city\\": \\"Paris\\"}"}', {2: "Paris"}),
        ('{"where": {"city": "{}"}}', {2: "{}"}),
        ('{"table": "{\\"a\\": \\"1\\"}", "text": "[1]"}', {3: {"a": 1}, 0: "[1]"}),
        ('{"pair": "[1, \\"a\\"]"}', {5: (1, "a")}),
        ('{"anything": "[1]"}', {6: "[1]"}),
        ('{"text": "a, ]", "items": [1, 2,],}', {0: "a, ]", 1: [1, 2]}),
        ('```json\n{"text": "x"}\n```', {0: "x"}),
        ('\ufeff{"text": "x"}', {0: "x"}),
        ('{"text": "\\ud83d\\ude00 \\ud83d"}', {0: "😀 \ufffd"}),
        ('{"anything": [["\\udcff"]]}', {6: [["\ufffd"]]}),
        ("[]", {}),
        ("null", {}),
        ("", {}),
        (" ", {}),
        ('""', {}),
        ("{}", {}),
        ('"[]"', {}),
        ([], {}),
        (None, {}),
        ({"number": "1e3"}, {4: 1000.0}),
    ],
)
async def test_what_is_beyond_doubt_is_taken(arguments, changed):
    expected = [changed.get(place, value) for place, value in enumerate(NOTHING)]
    assert await echo.run(arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ('{"text": "Par', "not whole JSON"),
        ('{"items": [1, 2', "not whole JSON"),
        ("{'text': 'x'}", "enclosed in double quotes at character 1"),
        ('{"text" "x"}', "before '\"x\"}'"),
        ('{"text": "a"}{"text": "b"}', "Extra data at character 13"),
        ('"Paris"', "the arguments are text, not an object"),
        ("3", "not an object, but `int`"),
        ('{"text": "a", "text": "b"}', "the key `text` stands twice"),
        ('{"where": {"city": "a", "city": "b"}}', "the key `city` stands twice"),
        ('{"where": "{\\"city\\": 1, \\"city\\": 2}"}', "the key `city` stands twice"),
        ('{"number": NaN}', "NaN is no value of JSON"),
        ('{"number": -Infinity}', "-Infinity is no value of JSON"),
        ('{"number": 1e999}', "the number 1e999 is out of range"),
        ('{"number": "nan"}', "Expected a finite number, got nan at $.number"),
        ('{"number": "inf"}', "Expected a finite number"),
        ('{"anything": ' + "9" * 5000 + "}", "too many digits"),
        ('{"anything": ' + "[" * 100_000, "nested too deep"),
        ('{"items": "[1, 2"}', "not whole JSON: it ends at character 5, in the middle of a value at $.items"),
        ('{"items": "1, 2"}', "Expected a list"),
    ],
)
async def test_of_all_else_the_model_is_told_exactly_what_is_wrong(arguments, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        await echo.run(arguments)


async def test_a_decimal_is_finite():
    made = Tool.from_function(lambda amount: amount, name="pay")
    made.inner.__annotations__["amount"] = decimal.Decimal
    made = Tool.from_function(made.inner, name="pay")
    assert await made.run({"amount": "1.50"}) == decimal.Decimal("1.50")
    with pytest.raises(ValueError, match="finite"):
        await made.run({"amount": "NaN"})


@pytest.mark.parametrize("arguments", ["[]", "null", [], None, "", "{}"])
async def test_a_call_without_arguments_is_made(client, server, arguments):
    @tool
    def now() -> str:
        """Say the time."""
        return "noon"

    call = {"id": "abcdefghi", "type": "function", "function": {"name": "now", "arguments": arguments}}
    message = {"role": "assistant", "content": "", "tool_calls": [call]}
    choice = {"index": 0, "finish_reason": "tool_calls", "message": message}
    server.reply("chat.complete", json={"id": "1", "model": MODEL, "created": 1, "choices": [choice]})
    await client.chat.run("?", model=MODEL, tools=[now])
    assert server.requests[-1].json()["messages"][-1]["content"] == "noon"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_whole_json_is_read_as_it_is(value):
    assert read_json(json.dumps(value)) == value
    assert read_json(f"```\n{json.dumps(value, indent=1)}\n```") == value


@given(st.text('{}[],:"\\ \n`a1.eE-\ud83d', max_size=30))
@example('"\ud83d"')
@example('[["\ud83d"]]')
def test_anything_is_read_or_explained(text):
    try:
        value = read_json(text)
    except MismatchError:
        return
    json.dumps(value, ensure_ascii=False).encode()


@pytest.mark.parametrize("piece", ['"', '\\"', ", ", "[", ",]", '{"a":', "`", '"\\'])
def test_reading_takes_linear_time(piece):
    def seconds(count):
        text = '{"a": "' + piece * count
        started = time.thread_time()
        with pytest.raises(MismatchError):
            read_json(text)
        return time.thread_time() - started

    seconds(1000)
    assert min(seconds(80_000) for _ in range(5)) < 10 * min(seconds(20_000) for _ in range(5)) + 0.01
