"""What the pieces of a stream add up to: tool calls, thinking, interleaved choices, usage, and the final answer."""

from __future__ import annotations

import json
import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mistral_async import Mistral
from mistral_async._codec.open_union import LenientDecodeError, decode
from mistral_async._results.stream import accumulate
from mistral_async.errors import IncompleteStreamError
from mistral_async.models import ChatCompletionResponse, ReferenceChunk, TextChunk, ThinkChunk
from mistral_async.models.chat import CompletionChunk
from mistral_async.testing import FakeMistral

RECORDED = Path(__file__).parents[2].parent / "shared" / "recorded" / "traffic.jsonl"
ROWS = [json.loads(line) for line in RECORDED.read_text().splitlines()] if RECORDED.exists() else []
CHAT = ("/v1/chat/completions", "/v1/fim/completions", "/v1/agents/completions")
STREAMS = [row for row in ROWS if row["is_sse"] and row["status"] == 200 and row["path"].startswith(CHAT)]


def chunk(content=None, *, calls=None, reason=None, index=0, **fields):
    delta = {key: value for key, value in (("content", content), ("tool_calls", calls)) if value is not None}
    choice = {"index": index, "delta": delta, "finish_reason": reason}
    return decode(json.dumps({"id": "1", "model": "m", "choices": [choice], **fields}).encode(), CompletionChunk)


def fragment(arguments="", name="", *, identity=None, index=None):
    found = {"function": {"name": name, "arguments": arguments}, "id": identity, "index": index}
    return {key: value for key, value in found.items() if value is not None}


def calls_of(*events):
    """The calls of streams of fragments, one list an event, as (name, arguments, id)."""
    made = accumulate([chunk(calls=list(event)) for event in events]).tool_calls
    return [(call.function.name, call.function.arguments, call.id) for call in made]


TOOL_CALLS = {
    "whole calls in one event": (
        [[fragment("{}", "a", identity="x", index=0), fragment("[]", "b", identity="y", index=1)]],
        [("a", "{}", "x"), ("b", "[]", "y")],
    ),
    "index 0 without id in three fragments": (
        [[fragment("", "a", index=0)], [fragment('{"x"', index=0)], [fragment(":1}", index=0)]],
        [("a", '{"x":1}', None)],
    ),
    "no index, and an id on the first fragment alone": (
        [[fragment("", "a", identity="chatcmpl-tool-0123456789abcdef")], [fragment('{"x":1}')], [fragment("")]],
        [("a", '{"x":1}', "chatcmpl-tool-0123456789abcdef")],
    ),
    "two calls without index, told apart by their ids": (
        [[fragment('{"p":1}', "a", identity="x")], [fragment('{"p":2}', "a", identity="y")]],
        [("a", '{"p":1}', "x"), ("a", '{"p":2}', "y")],
    ),
    "two calls without index, in one event": (
        [[fragment("1", "a", identity="x"), fragment("2", "b", identity="y")]],
        [("a", "1", "x"), ("b", "2", "y")],
    ),
    "fragments of two calls, interleaved by index": (
        [
            [fragment("", "a", identity="x", index=0)],
            [fragment("", "b", identity="y", index=1)],
            [fragment("{", index=0), fragment("[", index=1)],
            [fragment("]", index=1), fragment("}", index=0)],
        ],
        [("a", "{}", "x"), ("b", "[]", "y")],
    ),
    "fragments of two calls, interleaved by id": (
        [
            [fragment("{", "a", identity="x")],
            [fragment("[", "b", identity="y")],
            [fragment("}", identity="x")],
            [fragment("]", identity="y")],
        ],
        [("a", "{}", "x"), ("b", "[]", "y")],
    ),
    "the text null is no id": (
        [[fragment("1", "a", identity="null"), fragment("2", "a", identity="null")], [fragment("3", "b")]],
        [("a", "1", None), ("a", "2", None), ("b", "3", None)],
    ),
    "the same id twice in one event is two calls": (
        [[fragment("1", "a", identity="x"), fragment("2", "a", identity="x")]],
        [("a", "1", "x"), ("a", "2", "x")],
    ),
    "the same id at two indexes is two calls": (
        [[fragment("1", "a", identity="x", index=0)], [fragment("2", "a", identity="x", index=1)]],
        [("a", "1", "x"), ("a", "2", "x")],
    ),
    "every call says index 0": (
        [[fragment("1", "a", identity="x", index=0)], [fragment("2", "b", identity="y", index=0)]],
        [("a", "1", "x"), ("b", "2", "y")],
    ),
    "every call says index 0 and none has an id": (
        [[fragment("1", "a", index=0), fragment("2", "a", index=0)], [fragment("3", "b", index=0)]],
        [("a", "1", None), ("a", "2", None), ("b", "3", None)],
    ),
    "a name that is repeated on each fragment": (
        [[fragment("{", "a", index=0)], [fragment("}", "a", index=0)]],
        [("a", "{}", None)],
    ),
    "an id that comes late": (
        [[fragment("{", "a", index=0)], [fragment("}", identity="x", index=0)]],
        [("a", "{}", "x")],
    ),
    "parallel calls of one name without anything to tell them apart": (
        [[fragment("1", "a")], [fragment("2", "a")]],
        [("a", "1", None), ("a", "2", None)],
    ),
    "the id changes between fragments": (
        [
            [fragment("", "a", identity="x", index=0)],
            [fragment("{", identity="y", index=0)],
            [fragment("}", identity="z", index=0)],
        ],
        [("a", "{}", "x")],
    ),
    "every call says index 0 and the fragments name their calls": (
        [
            [fragment("", "a", identity="x", index=0)],
            [fragment("", "b", identity="y", index=0)],
            [fragment("1", identity="x", index=0)],
            [fragment("2", identity="y", index=0)],
        ],
        [("a", "1", "x"), ("b", "2", "y")],
    ),
    "arguments that begin as an empty object": (
        [[fragment("{}", "a", index=0)], [fragment('{"x"', index=0)], [fragment(": 1}", index=0)]],
        [("a", '{"x": 1}', None)],
    ),
    "arguments that begin as an object": (
        [[fragment({}, "a", index=0)], [fragment('{"x"', index=0)], [fragment(": 1}", index=0)]],
        [("a", '{"x": 1}', None)],
    ),
    "arguments that begin as null": (
        [[fragment(None, "a", index=0)], [fragment("null", index=0)], [fragment('{"x": 1}', index=0)]],
        [("a", '{"x": 1}', None)],
    ),
    "arguments that are repeated as a whole": (
        [[fragment('{"x"', "a", index=0)], [fragment(": 1}", index=0)], [fragment('{"x": 1}', index=0)]],
        [("a", '{"x": 1}', None)],
    ),
    "no arguments": ([[fragment("{}", "a", index=0)], [fragment("", index=0)]], [("a", "{}", None)]),
    "arguments as an object": (
        [[fragment({"x": 1}, "a", identity="x", index=0)]],
        [("a", {"x": 1}, "x")],
    ),
}


@pytest.mark.parametrize("case", TOOL_CALLS)
def test_tool_calls_are_put_together(case):
    # Rules 4 and 5 of accumulate.
    events, wanted = TOOL_CALLS[case]
    assert calls_of(*events) == wanted


def test_what_is_absent_stays_absent():
    (call,) = accumulate([chunk(calls=[fragment("{}", "a")])]).tool_calls
    assert (call.id, call.index) == (None, None)


@settings(deadline=None)
@given(st.lists(st.text(alphabet='{}[]":,ab1 ', max_size=5), min_size=1, max_size=8), st.booleans())
def test_arguments_are_what_their_fragments_say(texts, by_index):
    # Rule 6 of accumulate.
    assume(next(filter(None, texts), "").strip() != "{}")  # see below
    kept = [text for text in texts if text]
    assume(len(kept) < 2 or "".join(kept[:-1]) != kept[-1])
    key = {"index": 0} if by_index else {}
    first = fragment(texts[0], "a", identity="x", **key)
    events = [[first], *([fragment(text, **key)] for text in texts[1:])]
    assert calls_of(*events) == [("a", "".join(texts), "x")]


@pytest.mark.parametrize("cut", ['{"path": "/tm', '{"a": 1', "[", '{"a": 1}}', "null", "3", '"x"'])
def test_arguments_that_are_no_object_are_never_read_as_one(cut):
    # Rule 6 of accumulate.
    pieces = accumulate([chunk(calls=[fragment(cut, "delete", identity="x")], reason="length")])
    (call,) = pieces.tool_calls
    assert call.function.arguments == cut
    with pytest.raises(ValueError, match="arguments of delete"):
        call.function.parsed()
    assert pieces.response().choices[0].finish_reason == "length"


def thinking(text, **fields):
    return {"type": "thinking", "thinking": [{"type": "text", "text": text}] if text else [], **fields}


def test_thinking_that_switches_between_text_and_lists():
    # Rule 3 of accumulate.
    made = accumulate(
        [
            chunk(""),
            chunk(""),
            chunk([thinking("Let me ")]),
            chunk([thinking("see.", closed=True)]),
            chunk(""),
            chunk([thinking("", closed=True)]),
            chunk("The answer "),
            chunk([{"type": "text", "text": "is "}]),
            chunk("1.", reason="stop"),
        ]
    )
    assert (made.thinking, made.text) == ("Let me see.", "The answer is 1.")
    content = made.response().choices[0].message.content
    assert content == [ThinkChunk([TextChunk("Let me see.")], closed=True), TextChunk("The answer is 1.")]


def test_a_mixed_list_ends_the_thinking():
    # Rule 3 of accumulate.
    made = accumulate(
        [
            chunk([thinking("Hm", closed=False, signature="s1")]),
            chunk([thinking("m.", closed=True), {"type": "text", "text": "1"}]),
            chunk("2"),
        ]
    )
    content = made.response().choices[0].message.content
    assert content == [ThinkChunk([TextChunk("Hmm.")], signature="s1", closed=True), TextChunk("12")]


def test_references_keep_their_place():
    # Rule 3 of accumulate.
    reference = {"type": "reference", "reference_ids": [1]}
    inner = {"type": "thinking", "thinking": [{"type": "text", "text": "a"}, reference, {"type": "text", "text": "b"}]}
    made = accumulate([chunk([inner]), chunk("so"), chunk([reference]), chunk(".", reason="stop")])
    thought, text, found, end = made.response().choices[0].message.content
    assert [type(part) for part in thought.thinking] == [TextChunk, ReferenceChunk, TextChunk]
    assert (text.text, found.reference_ids, end.text) == ("so", [1], ".")


def test_choices_are_interleaved_and_finish_one_by_one():
    # Rules 2 and 7 of accumulate.
    made = accumulate(
        [
            chunk("a", index=0),
            chunk("x", index=1),
            chunk("b", index=0, reason="stop"),
        ]
    )
    assert not made.is_finished
    made = accumulate([*made.events, chunk("y", index=1, reason="length", usage={"total_tokens": 3})])
    assert made.is_finished
    answer = made.response()
    assert [(each.index, each.message.content, each.finish_reason) for each in answer.choices] == [
        (0, "ab", "stop"),
        (1, "xy", "length"),
    ]
    assert (answer.usage.total_tokens, made.text) == (3, "ab")


def test_the_last_event_has_text_too():
    assert accumulate([chunk("Par"), chunk("is.", reason="stop")]).response().text == "Paris."


def test_usage_is_unknown_until_it_is_known():
    assert accumulate([chunk("a")]).usage is None
    assert (
        accumulate([chunk("a", usage=None), chunk("b", usage={"total_tokens": 2}), chunk("")]).usage.total_tokens == 2
    )


def test_nothing_adds_up_to_nothing():
    made = accumulate([])
    assert (made.text, made.thinking, made.tool_calls, made.usage, made.is_finished) == ("", "", [], None, False)
    assert made.response() is None


scalars = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3)
json_values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=2))


def objects(**fields):
    return st.fixed_dictionaries({}, optional=fields)


strange_parts = objects(type=json_values | st.just("thinking"), text=json_values, thinking=json_values)
strange_calls = objects(
    id=json_values, index=json_values, function=st.none() | objects(name=json_values, arguments=json_values)
)
strange_choices = objects(
    index=json_values,
    finish_reason=json_values,
    delta=st.none()
    | objects(content=json_values | st.lists(strange_parts), tool_calls=st.lists(strange_calls, max_size=3)),
)


@settings(deadline=None)
@given(st.lists(st.lists(strange_choices, max_size=3), max_size=4))
def test_whatever_can_be_read_can_be_put_together(events):
    try:
        seen = [decode(json.dumps({"choices": choices}).encode(), CompletionChunk) for choices in events]
    except LenientDecodeError:
        return
    made = accumulate(seen)
    for value in (made.text, made.thinking, made.tool_calls, made.usage, made.is_finished, made.response(), repr(made)):
        assert value is not NotImplemented


def merged(chunks):
    """What the chunks of a recorded stream add up to, in the plainest way: the body of the same call's one answer."""
    choices = {}
    for each in chunks:
        for choice in each["choices"]:
            made = choices.setdefault(
                choice["index"],
                {"index": choice["index"], "message": {"role": "assistant", "content": "", "tool_calls": None}},
            )
            message, delta = made["message"], choice["delta"]
            message["tool_calls"] = (message["tool_calls"] or []) + (delta.get("tool_calls") or []) or None
            message["content"] = _joined(message["content"], delta.get("content"))
            made["finish_reason"] = choice.get("finish_reason")
    usage = next((each["usage"] for each in reversed(chunks) if each.get("usage")), None)
    first = chunks[0]
    return {key: first[key] for key in ("id", "created", "model")} | {
        "object": "chat.completion",
        "choices": [choices[index] for index in sorted(choices)],
        "usage": usage,
    }


def _joined(content, more):
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    for part in more if isinstance(more, list) else [{"type": "text", "text": more or ""}]:
        if parts[-1]["type"] != part["type"]:
            parts.append(part)
        elif part["type"] == "text":
            parts[-1] = {"type": "text", "text": parts[-1]["text"] + part["text"]}
        else:
            texts = [each["text"] for each in (*parts[-1]["thinking"], *part["thinking"])]
            parts[-1] = {**parts[-1], **part, "thinking": [{"type": "text", "text": "".join(texts)}]}
    parts = [part for part in parts if part.get("text") != ""]
    if all(part["type"] == "text" for part in parts):
        return "".join(part["text"] for part in parts)
    return parts


@pytest.mark.skipif(not STREAMS, reason="no recordings beside this checkout")
@pytest.mark.parametrize("row", STREAMS, ids=[f"{number}-{row['source']}" for number, row in enumerate(STREAMS)])
async def test_a_recorded_stream_adds_up_to_its_answer(row):
    data = [line.removeprefix("data: ") for line in row["response_body"].split("\n") if line.startswith("data: {")]
    wanted = decode(json.dumps(merged([json.loads(each) for each in data])).encode(), ChatCompletionResponse)
    async with FakeMistral() as server, Mistral(server.api_key, server_url=server.url) as client:
        server.reply(body=row["response_body"].encode(), headers={"content-type": "text/event-stream"})
        async with client.chat.stream(model="m", messages=[{"role": "user", "content": "hi"}]) as stream:
            assert await stream.get_final_response() == wanted


async def test_a_stream_that_was_left_early_has_no_final_answer(server, client):
    async with client.chat.stream(model="mistral-small-latest", messages=[{"role": "user", "content": "hi"}]) as stream:
        await anext(stream)
        stream.cancel()
        with pytest.raises(IncompleteStreamError, match="was closed") as caught:
            await stream.get_final_response()
    assert caught.value.partial.events


@pytest.mark.parametrize("kind", ["calls", "ids", "choices"])
def test_four_times_the_events_take_four_times_as_long(kind):
    # Rule 8 of accumulate.
    def event(number):
        call = {"index": number, "function": {"name": "f", "arguments": "x"}}
        if kind == "ids":
            call = {**call, "index": 0, "id": f"id{number}"}
        delta = {"content": "a"} if kind == "choices" else {"tool_calls": [call]}
        choice = {"index": number if kind == "choices" else 0, "delta": delta}
        return msgspec.convert({"id": "1", "choices": [choice]}, CompletionChunk)

    def seconds(count):
        events = [event(number) for number in range(count)]
        since = time.thread_time()
        accumulate(events).response()
        return time.thread_time() - since

    seconds(10)
    shorter, longer = (min(seconds(count) for _ in range(3)) for count in (1000, 4000))
    assert longer < 10 * shorter
