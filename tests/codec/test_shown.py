"""What reprs show (rules of `_codec/shown.py`): what says something, at a length that can be read."""

from __future__ import annotations

import pprint
import time
from io import StringIO

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.pretty import Pretty

from mistral_async import calls, models
from mistral_async._codec.open_union import Unknown
from mistral_async._codec.shown import Shown
from mistral_async.batch import Poll
from mistral_async.bulk import Err, Ok
from mistral_async.models.vector import Vector
from mistral_async.structured import Parsed

LONGEST = 480
HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}


def test_rule_1_defaults_are_not_shown():
    assert repr(models.AssistantMessage(content="hi")) == "AssistantMessage(content='hi')"
    assert repr(models.AssistantMessage("hi", prefix=True)) == "AssistantMessage(content='hi', prefix=True)"
    assert repr(models.ModelList()) == "ModelList()"


def test_rule_1_a_value_that_only_equals_the_default_is_shown():
    assert repr(models.EmbeddingResponseData(index=False)) == "EmbeddingResponseData(index=False)"


def test_rule_2_an_answer_with_its_text_is_shown_whole():
    choice = models.ChatCompletionChoice(message=models.AssistantMessage(content="Hello."), finish_reason="stop")
    shown = repr(models.ChatCompletionResponse(id="1", model="m", choices=[choice]))
    message = "AssistantMessage(content='Hello.')"
    choices = f"[ChatCompletionChoice(message={message}, finish_reason='stop')]"
    assert shown == f"ChatCompletionResponse(id='1', model='m', choices={choices})"


@pytest.mark.parametrize(
    ("value", "end"),
    [
        (models.AssistantMessage(content="x" * 1000), "... (1,000 characters))"),
        (models.TextChunk("é" * 121), "... (121 characters))"),
        (models.ModelList(data=[models.BaseModelCard(id="m" * 20, description="d" * 200)] * 42), "... 40 more items])"),
        (models.ModelList(data=[models.BaseModelCard(id="m")] * 42), "... 34 more items])"),
        (Unknown({str(key): "x" * 100 for key in range(50)}), "... 47 more keys})"),
        (Ok(b"x" * 1000, 0), "... (1,000 bytes), index=0)"),
        (Ok(list(range(1000)), 0), "... 992 more items], index=0)"),
    ],
)
def test_rule_3_what_is_cut_says_how_much_there_is(value, end):
    assert repr(value).endswith(end)
    assert len(repr(value)) <= LONGEST


def test_rule_3_vectors_say_what_they_hold():
    vector = Vector(msgspec.Raw(bytes(4096)))
    assert repr(vector) == str(vector) == "Vector(1,024 x f32 [0, 0, 0, 0, ...])"
    assert repr(Vector(b"\1\xff", "int8")) == "Vector(2 x int8 [1, -1])"
    assert repr(Ok(vector, 3)) == "Ok(value=Vector(1,024 x f32 [0, 0, 0, 0, ...]), index=3)"


def test_a_failure_is_shown_with_its_error():
    assert repr(Err(ValueError("no"), 2)) == "Err(error=ValueError('no'), index=2)"


def test_rule_4_a_huge_object_is_shown_at_once():
    messages = [models.UserMessage("x" * 1000)] * 1000
    huge = models.ChatCompletionResponse(
        choices=[models.ChatCompletionChoice(message=models.AssistantMessage(content=messages))] * 10_000
    )
    since = time.thread_time()
    assert len(repr(huge)) <= LONGEST
    assert time.thread_time() - since < 0.5


def test_rule_3_a_long_key_is_cut():
    assert "... (10,000 characters): 1}" in repr(Ok({"k" * 10_000: 1}, 0))


def test_rule_4_what_holds_itself_is_shown():
    card = models.ModelList()
    card.data = [card]
    assert len(repr(card)) <= LONGEST


def test_rule_5_an_object_whose_repr_raises_is_named():
    class Broken:
        def __repr__(self):
            raise ZeroDivisionError

    assert repr(Ok(Broken(), 0)) == "Ok(value=<Broken, whose repr raises ZeroDivisionError>, index=0)"
    assert repr(Ok({Broken(): 1}, 0)) == "Ok(value={<Broken, whose repr raises ZeroDivisionError>: 1}, index=0)"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=200) | st.binary(max_size=200),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=40), inner, max_size=20),
    max_leaves=30,
)


@settings(max_examples=30)
@given(JSON)
def test_no_repr_is_long(value):
    for each in (Ok(value, 0), Parsed(value, value, [value]), Unknown({"a": value}), models.UserMessage(value)):
        assert len(repr(each)) <= LONGEST + 200
        assert "\n" not in repr(each)


def test_everything_can_be_had():
    answer = models.ChatCompletionResponse(
        choices=[models.ChatCompletionChoice(message=models.AssistantMessage(content="x" * 1000))]
    )
    out = StringIO()
    Console(file=out, width=2000).print(Pretty(answer))
    assert "x" * 1000 in out.getvalue()
    assert "tool_calls" not in out.getvalue()
    assert "x" * 1000 in answer.to_json().decode()
    assert "x" * 50 in pprint.pformat(answer.to_dict())


def test_every_struct_that_users_get_has_such_a_repr():
    public = [getattr(models, name) for name in models.__all__]
    structs = [each for each in public if isinstance(each, type) and issubclass(each, msgspec.Struct)]
    assert len(structs) > 300
    without = {each.__name__ for each in structs if not issubclass(each, Shown)}
    assert not without - {"Reconnect"}


# What is read bit by bit


async def test_what_is_open_says_what_it_is_and_how_it_is_read(mistral):
    stream = mistral.chat.stream(**HI)
    how = "async with stream: async for event in stream>"
    assert repr(stream) == f"<AsyncStream of Stream(POST /v1/chat/completions): not opened, 0 events; {how}"
    async with stream:
        assert ": open, 0 events; " in repr(stream)
        async for _ in stream:
            pass
        assert ": at its end, 5 events; " in repr(stream)
    assert ": closed, 5 events; " in repr(stream)
    assert repr(mistral.files.list()).startswith("<AsyncPages of Pages(GET /v1/files): ")
    results = mistral.bulk.embed(["a", "b"], model="mistral-embed")
    assert repr(results).startswith("<AsyncResults of 2 items: not begun, 0 done, 0 failed; ")
    await results
    assert repr(results).startswith("<AsyncResults of 2 items: closed, 2 done, 0 failed; ")
    run = mistral.chat.run("hi", model=HI["model"])
    assert repr(run).startswith("<Run of tools: not begun; ")
    await run
    assert repr(run).startswith("<Run of tools: begun; ")
    assert repr(mistral.files.download(file_id="f")).startswith("<AsyncDownload of Download(GET ")


def test_blocking_forms_say_the_same_without_async(sync_mistral):
    stream = sync_mistral.chat.stream(**HI)
    how = "with stream: for event in stream>"
    assert repr(stream) == f"<SyncStream of Stream(POST /v1/chat/completions): not opened, 0 events; {how}"
    batch = sync_mistral.batch.run([calls.chat.complete(**HI)] * 2, poll=Poll(initial=0.05))
    assert repr(batch).startswith("<SyncBatchResults of calls: not begun; ")
    batch.collect()
    assert repr(batch).startswith("<SyncBatchResults of 2 calls: closed, 2 done, 0 failed; ")
    others = [
        sync_mistral.files.list(),
        sync_mistral.bulk.embed(["a"], model="mistral-embed"),
        sync_mistral.chat.run("hi", model=HI["model"]),
        sync_mistral.files.download(file_id="f"),
        sync_mistral.chat.parse_stream(**HI, response_format=list[int]),
    ]
    for each in others:
        assert repr(each).startswith(f"<{type(each).__name__} of ")
        assert "async" not in repr(each)
        assert len(repr(each)) <= 120


def test_what_is_half_made_is_named(sync_mistral, mistral):
    """As debuggers and tracebacks with variables show it, when making it failed."""
    made = [
        sync_mistral.chat.stream(**HI),
        sync_mistral.files.list(),
        sync_mistral.bulk.embed(["a"], model="mistral-embed"),
        sync_mistral.batch.run([calls.chat.complete(**HI)]),
        sync_mistral.chat.run("hi", model=HI["model"]),
        sync_mistral.files.download(file_id="f"),
        mistral.chat.stream(**HI),
        mistral.files.list(),
        mistral.bulk.embed(["a"], model="mistral-embed"),
        mistral.batch.run([calls.chat.complete(**HI)]),
        mistral.chat.run("hi", model=HI["model"]),
        mistral.files.download(file_id="f"),
    ]
    for each in made:
        assert repr(type(each).__new__(type(each))) == f"<{type(each).__name__}, not made>"
    assert repr(models.AdminAPIKey.__new__(models.AdminAPIKey)).startswith("AdminAPIKey(")
