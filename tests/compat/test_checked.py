"""Models as programs of the official SDK make them: what is converted, what is ignored, and what is an error."""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import functools
import json
import math
import pickle
import sys

import msgspec
import numpy as np
import pydantic
import pytest

import mistral_async
from mistral_async import errors
from mistral_async import models as native
from mistral_async._codec.open_union import decode
from mistral_async.compat import _arguments, models
from mistral_async.compat.types import UNSET

MODEL = "mistral-small-latest"
HI = [{"role": "user", "content": "hi"}]
CALL = {"id": "1", "function": {"name": "f", "arguments": "{}"}}


# Rule 1


def test_what_is_made_is_an_object_of_the_package():
    message = models.UserMessage(content="hi")
    assert message == mistral_async.models.UserMessage("hi")
    assert type(message) is mistral_async.models.UserMessage
    assert isinstance(message, models.UserMessage)
    assert not isinstance(message, models.AssistantMessage)
    assert issubclass(mistral_async.models.UserMessage, models.UserMessage)
    assert pickle.loads(pickle.dumps([message, models.UserMessage])) == [message, models.UserMessage]


def test_classes_are_found_by_the_classes_of_answers(client):
    @functools.singledispatch
    def kind(_):
        return "other"

    kind.register(models.AssistantMessage, lambda _: "message")
    message = client.chat.complete(model=MODEL, messages=HI).choices[0].message
    assert isinstance(message, models.AssistantMessage)
    assert type(message) == models.AssistantMessage  # noqa: E721 - as programs have it
    assert {models.AssistantMessage: 1}[type(message)] == 1
    assert kind(message) == "message"
    match message:
        case models.AssistantMessage(content=text):
            assert text


def test_what_a_program_adds_to_a_class_its_objects_have(monkeypatch):
    """As fastcore's `@patch` does it."""
    monkeypatch.setattr(models.UsageInfo, "__add__", lambda self, other: self.total_tokens + other.total_tokens, False)
    monkeypatch.setattr(models.UsageInfo, "total", property(lambda self: self.total_tokens), raising=False)
    usage = models.UsageInfo(prompt_tokens=1, completion_tokens=2, total_tokens=3)
    assert (usage + usage, usage.total) == (6, 3)
    monkeypatch.undo()
    assert not hasattr(usage, "total")


def test_a_derived_class_makes_objects_of_its_own():
    class Timed(models.UserMessage, kw_only=True):
        seconds: float = 0

    message = Timed(content=[{"type": "text", "text": "hi"}], seconds="1.5", unknown=1)
    assert (type(message), message.seconds, message.content[0].text) == (Timed, 1.5, "hi")
    assert isinstance(message, models.UserMessage)
    assert not isinstance(models.UserMessage(content="hi"), Timed)
    assert Timed.model_validate({"content": "hi"}) == Timed(content="hi")
    with pytest.raises(pydantic.ValidationError, match="Timed"):
        Timed(content="hi", seconds="soon")


# Rule 5


@pytest.mark.parametrize(
    ("made", "dumped"),
    [
        (lambda: models.CompletionArgs(temperature=0.1), {"temperature": 0.1}),
        (lambda: models.CompletionArgs(stop=None), {"stop": None}),
        (lambda: models.CompletionArgs(stop=UNSET, top_p=1), {"top_p": 1.0}),
        (lambda: models.CompletionArgs.model_validate({"top_p": 1}), {"top_p": 1.0}),
        (lambda: models.AssistantMessage(content="a"), {"content": "a", "prefix": False, "role": "assistant"}),
        (lambda: models.SkillDefinition(name="a"), {}),
        (lambda: models.SkillDefinition(description=""), {"description": ""}),
        (lambda: pickle.loads(pickle.dumps(models.CompletionArgs(top_p=1))), {"top_p": 1.0}),
    ],
)
def test_what_is_not_given_is_in_no_dump(made, dumped):
    assert made().model_dump() == json.loads(made().model_dump_json()) == dumped
    assert made().model_dump(exclude_unset=True).keys() <= dumped.keys()
    assert None not in made().model_dump(exclude_none=True).values()


def test_what_is_not_given_is_neither_set_nor_shown_nor_sent(client, server):
    args = models.CompletionArgs(temperature=0.1)
    assert args.model_fields_set == {"temperature"}
    assert repr(args) == "CompletionArgs(temperature=0.1)"
    assert not args.stop
    client.beta.conversations.start(inputs="hi", model=MODEL, completion_args=args)
    assert server.requests[-1].json()["completion_args"] == {"temperature": 0.1}


def test_answers_have_the_nulls_that_were_sent():
    data = {"temperature": 0.1, "stop": None}
    assert msgspec.convert(data, mistral_async.models.CompletionArgs).model_dump()["stop"] is None
    assert mistral_async.models.CompletionArgs(temperature=0.1).model_dump()["stop"] is None


# Rule 2


def test_fields_that_it_does_not_have_are_ignored(client, server):
    assert models.UserMessage(content="hi", name="me") == models.UserMessage(content="hi")
    assert models.Function(name="f", parameters={}, more=1).name == "f"
    client.chat.complete(model=MODEL, messages=[models.UserMessage(content="hi", name="me")])
    assert server.requests[-1].json()["messages"] == HI


def test_fields_have_the_names_of_the_sdk():
    chosen = models.PipelineConfigSelector(filter_="a", source_kind="log")
    assert chosen.filter_ == chosen.filter == "a"
    chosen.filter_ = "b"
    assert chosen == models.PipelineConfigSelector(filter="b", source_kind="log")
    assert chosen.model_dump()["filter"] == "b"  # the wire's name, there too
    card = models.MCPServerCard(name="a", version="1", description="b", dollar_schema="https://a.example")
    assert card.dollar_schema == card.schema_url == "https://a.example"
    assert card.model_dump()["$schema"] == "https://a.example"
    assert models.TextChunk(text="a").TYPE == "text"  # version 1
    assert not hasattr(models.UserMessage(content="hi"), "filter_")
    assert not hasattr(models.UserMessage(content="hi"), "TYPE")


@pytest.mark.parametrize(("args", "fields"), [(("hi", "user", 1), {}), (("hi",), {"content": "a"})])
def test_no_field_is_dropped_or_given_twice(args, fields):
    with pytest.raises(TypeError, match="each once"):
        models.UserMessage(*args, **fields)
    with pytest.raises(TypeError, match="by their names"):
        models.CompletionArgs(0.5)
    assert models.UserMessage("hi", role="user") == models.UserMessage(content="hi")


# Rule 3


def test_dicts_inside_become_objects():
    message = models.AssistantMessage(tool_calls=[CALL], content=[{"type": "text", "text": "a"}, {"type": "new"}])
    assert message.tool_calls[0].function.name == "f"
    assert (message.content[0].text, message.content[1].type) == ("a", "new")
    assert models.Tool(function={"name": "f", "parameters": {}}).function.name == "f"
    response = models.ChatCompletionResponse(
        id="1",
        object="chat.completion",
        model=MODEL,
        created=1,
        usage={"prompt_tokens": "5"},
        choices=[{"index": 0, "message": {"content": "a"}, "finish_reason": "stop"}],
    )
    assert (response.choices[0].message.content, response.usage.prompt_tokens) == ("a", 5)


class Chunk(pydantic.BaseModel):
    type: str = "text"
    text: str = "hi"


def test_values_are_converted():
    assert models.CompletionArgs(temperature="0.5", max_tokens=4.0, top_p=None, stop=UNSET).max_tokens == 4
    assert models.UserMessage(content=(Chunk(), models.TextChunk(text="a"))).content[0].text == "hi"
    assert models.Function(name="f", parameters={}, strict=None).strict is None


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("max_tokens", " 4\n", 4),
        ("max_tokens", decimal.Decimal(4), 4),
        ("max_tokens", np.bool_(1), 1),
        ("temperature", " 0.5 ", 0.5),
        ("stop", b" yes ", " yes "),
        ("stop", [b"end"], ["end"]),
        ("response_format", UNSET, UNSET),
    ],
)
def test_values_that_pydantic_takes_are_taken(name, given, read):
    assert getattr(models.CompletionArgs(**{name: given}), name) == read


@pytest.mark.parametrize("given", ["yes", "ON", " t ", b"true", 1.0, decimal.Decimal(1)])
def test_what_stands_for_yes(given):
    assert models.AssistantMessage(content="a", prefix=given).prefix is True


@pytest.mark.parametrize("given", [math.inf, math.nan, decimal.Decimal("inf"), decimal.Decimal("nan"), 1.5])
def test_what_is_no_whole_number_is_refused(given):
    with pytest.raises(pydantic.ValidationError):
        models.CompletionArgs(max_tokens=given)


def test_what_only_looks_like_a_mapping_is_refused():
    with pytest.raises(pydantic.ValidationError, match="dictionary"):
        models.Function(name="f", parameters=np.float64(1))
    with pytest.raises(ValueError, match="object"):
        mistral_async.models.Function.model_validate({"name": "f", "parameters": np.float64(1)})


ENCODED = base64.b64encode(b"sound")


def test_bytes_are_the_text_that_they_are(client, server):
    chunk = {"type": "input_audio", "input_audio": ENCODED}
    for message in (
        {"role": "user", "content": [chunk]},
        models.UserMessage(content=[chunk]),
        models.UserMessage(content=[models.AudioChunk(input_audio=ENCODED)]),
    ):
        client.chat.complete(model=MODEL, messages=[message, {"role": "user", "content": b"hi"}])
        sent = server.requests[-1].json()["messages"]
        assert sent[0]["content"] == [{"type": "input_audio", "input_audio": ENCODED.decode()}]
        assert sent[1] == HI[0]
    client.chat.complete(model=MODEL, messages=({"role": "user", "content": b"hi"},))
    assert server.requests[-1].json()["messages"] == HI
    client.beta.conversations.start(model=MODEL, inputs=[{"role": "user", "content": [chunk]}])
    assert server.requests[-1].json()["inputs"][0]["content"][0]["input_audio"] == ENCODED.decode()
    client.classifiers.moderate_chat(model=MODEL, inputs=[[{"role": "user", "content": b"hi"}]])
    assert server.requests[-1].json()["input"] == [HI]
    body = {"custom_id": "1", "body": {"messages": [{"role": "user", "content": b"hi"}]}}
    client.batch.jobs.create(requests=[body], model=MODEL, endpoint="/v1/chat/completions")
    assert server.requests[-1].json()["requests"][0]["body"]["messages"] == HI


def test_bytes_of_files_are_no_text():
    assert models.File(file_name="a", content=b"abc").content == b"abc"


@pytest.mark.parametrize("moment", ["1767312000", 1767312000000, np.int64(1767312000), decimal.Decimal(1767312000)])
def test_numbers_are_timestamps(moment):
    entry = models.FunctionResultEntry(tool_call_id="1", result="a", created_at=moment)
    assert entry.created_at == dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


def test_a_day_is_its_begin():
    entry = models.FunctionResultEntry(tool_call_id="1", result="a", created_at=dt.date(2026, 1, 2))
    assert entry.created_at.isoformat() == "2026-01-02T00:00:00"


@pytest.mark.parametrize("moment", ["2026-01-02T00:00:00Z", dt.datetime(2026, 1, 2, tzinfo=dt.UTC), 1767312000])
def test_timestamps_are_datetimes(moment):
    entry = {"tool_call_id": "1", "result": "a", "created_at": moment}
    made = [models.FunctionResultEntry(**entry), models.FunctionResultEntry.model_validate(entry)]
    history = {
        "conversation_id": "1",
        "entries": [json.loads(json.dumps(entry | {"type": "function.result"}, default=str))],
    }
    read = models.ConversationHistory.model_validate_json(json.dumps(history))
    assert {each.created_at for each in [*made, *read.entries]} == {dt.datetime(2026, 1, 2, tzinfo=dt.UTC)}


# Rule 4


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (models.UserMessage, [("missing", ("content",))]),
        (lambda: models.ToolMessage(tool_call_id=1), [("string_type", ("tool_call_id",)), ("missing", ("content",))]),
        (models.FileChunk, [("missing", ("file_id",))]),
        (lambda: models.UserMessage(content=[5]), [("dict_type", ("content", 0))]),
        (lambda: models.UserMessage(content="hi", role="system"), [("value_error", ("role",))]),
        (lambda: models.CompletionArgs(max_tokens="many"), [("int_parsing", ("max_tokens",))]),
        (lambda: models.CompletionArgs(max_tokens=[]), [("int_type", ("max_tokens",))]),
        (
            lambda: models.AssistantMessage(tool_calls=[{"function": {"arguments": "{}"}}]),
            [("missing", ("tool_calls", 0, "function", "name"))],
        ),
        (
            lambda: models.FunctionResultEntry(tool_call_id="1", result="a", created_at="soon"),
            [("datetime_parsing", ("created_at",))],
        ),
        (lambda: models.UserMessage.model_validate(5), [("model_type", ())]),
        (lambda: models.UserMessage.model_validate({"content": 5}), [("string_type", ("content",))]),
        (lambda: models.UserMessage.model_validate_json(b'{"content"'), [("json_invalid", ())]),
        (lambda: models.UserMessage.model_validate_json("{}"), [("missing", ("content",))]),
    ],
)
def test_what_does_not_fit_is_pydantics_error(make, found):
    with pytest.raises(pydantic.ValidationError) as caught:
        make()
    assert [(each["type"], each["loc"]) for each in caught.value.errors()] == found
    assert isinstance(caught.value.__cause__, TypeError)


def test_values_are_in_the_details_alone():
    with pytest.raises(pydantic.ValidationError) as caught:
        models.CompletionArgs(max_tokens="secret")
    assert caught.value.errors()[0]["input"] == "secret"
    assert "secret" not in f"{caught.value} {caught.value.__cause__}"


def test_without_pydantic_the_error_is_both_of_pythons(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydantic", None)  # its import is blocked
    monkeypatch.setitem(sys.modules, "pydantic_core", None)
    for kind in (TypeError, ValueError):
        with pytest.raises(kind, match="UserMessage: content: Expected `str"):
            models.UserMessage(content=5)


def test_errors_keep_their_places_in_models_of_pydantic():
    class Holder(pydantic.BaseModel):
        message: models.UserMessage

    assert Holder(message={"content": "hi"}).message == models.UserMessage(content="hi")
    with pytest.raises(pydantic.ValidationError) as caught:
        Holder(message={"content": 5})
    assert caught.value.errors()[0]["loc"] == ("message", "content")


def test_nothing_is_checked_by_model_construct():
    assert models.UserMessage.model_construct(content=5).content == 5


def test_arguments_of_other_types_are_pydantics_error(client, server):
    sent = len(server.requests)
    for wrong, loc in (
        ({"messages": [{"role": "user", "content": "hi"}, 5]}, ("messages", 1)),
        ({"messages": HI, "model": None}, ("model",)),
        ({"messages": HI, "temperature": "warm"}, ("temperature",)),
    ):
        with pytest.raises(pydantic.ValidationError) as caught:
            client.chat.complete(**{"model": MODEL, **wrong})
        assert caught.value.errors()[0]["loc"] == loc
        assert isinstance(caught.value.__cause__, TypeError)
    with pytest.raises(TypeError):
        client.chat.complete(model=MODEL)
    assert len(server.requests) == sent


def test_arguments_are_type_errors_where_pydantic_is_not_loaded(client, monkeypatch):
    monkeypatch.delitem(sys.modules, "pydantic")
    with pytest.raises(TypeError, match=r"messages\[0\] is int"):
        client.chat.complete(model=MODEL, messages=[5])


def test_messages_are_checked_before_they_are_sent(client, server):
    sent = len(server.requests)
    for wrong, loc in (
        ({"role": "user", "content": 5}, ("user", "content")),
        ({"role": "user"}, ("user", "content")),
        ({"role": "narrator", "content": "hi"}, ("role",)),
        (
            {"role": "assistant", "tool_calls": [{"function": {"name": "f"}}]},
            ("assistant", "tool_calls", 0, "function", "arguments"),
        ),
    ):
        with pytest.raises(pydantic.ValidationError) as caught:
            client.chat.complete(model=MODEL, messages=[*HI, wrong])
        assert [each["loc"] for each in caught.value.errors()] == [("messages", 1, *loc)]
    assert len(server.requests) == sent
    messages = [*HI, {"role": "assistant", "content": None, "tool_calls": [CALL]}, {"role": "tool", "content": "1"}]
    client.chat.complete(model=MODEL, messages=messages)
    assert server.requests[-1].json()["messages"] == messages  # as they were given


def test_messages_have_the_fields_that_the_api_knows(client, server):
    """What other APIs have in theirs is left out, and texts are read as what they stand for."""
    call = {**CALL, "extra": 1, "function": {**CALL["function"], "parsed": {}}}
    client.chat.complete(
        model=MODEL,
        messages=[
            {
                "role": "user",
                "name": "Ada",
                "content": [{"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}}],
            },
            {"role": "assistant", "content": "", "refusal": None, "function_call": None, "tool_calls": [call]},
            {"role": "tool", "content": "1", "tool_call_id": CALL["id"], "is_error": False},
            {"role": "user", "content": "and?", "metadata": {"a": 1}},
            {"role": "assistant", "content": "It is", "prefix": "true"},
        ],
    )
    assert server.requests[-1].json()["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "hi"}]},
        {"role": "assistant", "content": "", "tool_calls": [CALL]},
        {"role": "tool", "content": "1", "tool_call_id": CALL["id"]},
        {"role": "user", "content": "and?"},
        {"role": "assistant", "content": "It is", "prefix": True},
    ]


def test_messages_that_fit_are_not_read_field_by_field(client, monkeypatch):
    monkeypatch.setattr(_arguments, "read_fields", None)
    content = [{"type": "text", "text": "hi"}, {"type": "image_url", "image_url": {"url": "https://a.example"}}]
    result = {"role": "tool", "content": "1", "tool_call_id": "1", "name": "f"}
    messages = [
        {"role": "user", "content": content},
        {"role": "assistant", "content": "", "tool_calls": [CALL]},
        result,
    ]
    client.chat.complete(model=MODEL, messages=messages)


def test_messages_are_not_looked_at_where_pydantic_is_not_loaded(client, server, monkeypatch):
    monkeypatch.delitem(sys.modules, "pydantic")
    with pytest.raises(errors.UnprocessableEntityError):
        client.chat.complete(model=MODEL, messages=[{"role": "narrator", "content": "hi"}])


def test_a_class_is_not_decoded_as_the_one_that_stands_for_it():
    assert decode(b'{"object": "list"}', models.ModelList).__class__ is native.ModelList
    assert decode(b'{"object": 5}', models.ModelList).__class__ is native.ModelList  # leniently


async def test_numbers_may_be_texts(client, server):
    for given in (
        {"temperature": "0.5", "max_tokens": "5", "safe_prompt": "true"},
        {"temperature": 0.5, "max_tokens": 5.0},
    ):
        client.chat.complete(model=MODEL, messages=HI, **given)
        body = server.requests[-1].json()
        assert (body["temperature"], body["max_tokens"], body.get("safe_prompt", True)) == (0.5, 5, True)
        await client.chat.complete_async(model=MODEL, messages=HI, **given)
        assert server.requests[-1].json() == body


def test_models_of_whole_bodies_ignore_what_they_do_not_have():
    body = models.ChatCompletionRequest(model=MODEL, messages=HI, unknown=1)
    assert (body.model, body.messages) == (MODEL, HI)
    assert pickle.loads(pickle.dumps(body)) == body


# parse


class Sky(pydantic.BaseModel):
    blue: bool


def answer(content, finish_reason="stop", **message):
    message = {"role": "assistant", "content": content, **message}
    choice = {"index": 0, "message": message, "finish_reason": finish_reason}
    return {"id": "1", "model": MODEL, "created": 1, "object": "chat.completion", "choices": [choice]}


@pytest.fixture(params=["parse", "parse_async"])
async def parse(request, client, server):
    async def ask(reply, kind=Sky):
        server.reply("chat.complete", json=reply)
        found = getattr(client.chat, request.param)(model=MODEL, messages=HI, response_format=kind)
        return found if request.param == "parse" else await found

    return ask


async def test_a_value_of_another_type_is_pydantics_error(parse):
    with pytest.raises(pydantic.ValidationError) as caught:
        await parse(answer('{"blue": "very"}'))
    assert caught.value.errors()[0]["loc"] == ("blue",)
    assert isinstance(caught.value.__cause__, errors.InvalidOutputError)


async def test_a_cut_answer_is_an_error_of_json(parse):
    with pytest.raises(json.JSONDecodeError) as caught:
        await parse(answer('{"blue": tr', "length"))
    error = caught.value
    assert isinstance(error, errors.TruncatedOutputError)
    assert (error.doc, error.pos, error.text) == ('{"blue": tr', 9, '{"blue": tr')
    copied = pickle.loads(pickle.dumps(error))
    assert isinstance(copied, json.JSONDecodeError)
    assert (str(copied), copied.pos) == (str(error), 9)


async def test_an_answer_is_read_whatever_its_end(parse):
    assert (await parse(answer('{"blue": true}', "length"))).choices[0].message.parsed == Sky(blue=True)
    assert (await parse(answer(None, "tool_calls", tool_calls=[CALL]))).choices[0].message.parsed is None


async def test_what_is_no_class_of_pydantic_is_refused_as_natively(parse):
    with pytest.raises(errors.TruncatedOutputError):
        await parse(answer('{"blue": true}', "length"), list[str])
