"""Objects of the API as programs know them from pydantic, and what of an answer they give back."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime
from typing import Any

import msgspec
import pydantic
import pytest

from mistral_async import models
from mistral_async._codec.json_encode import encode
from mistral_async._codec.open_union import Unknown, decode
from mistral_async.models import ChatCompletionResponse, FunctionCall, ToolCall, UserMessage, messages
from mistral_async.models._always_sent import ALWAYS_SENT
from mistral_async.models._model import Model

BODY = {
    "id": "x",
    "object": "chat.completion",
    "model": "m",
    "created": 0,
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "", "tool_calls": None, "prefix": False},
            "finish_reason": "stop",
        }
    ],
    "usage": {
        "prompt_tokens": 0,
        "completion_tokens": 0,
        "total_tokens": 0,
        "prompt_tokens_details": {"cached_tokens": 0},
    },
}


@pytest.fixture
def answer():
    return decode(json.dumps(BODY).encode(), ChatCompletionResponse)


def test_what_was_sent_is_given_and_not_sent_again(answer):
    assert answer.to_dict() == answer.model_dump() == answer.dict() == BODY
    assert json.loads(answer.to_json()) == json.loads(answer.model_dump_json()) == json.loads(answer.json()) == BODY
    assert json.loads(encode(answer.choices[0].message)) == {"role": "assistant", "content": ""}


def test_recorded_answers_are_given_whole(recorded):
    kinds = {
        "/v1/chat/completions": models.ChatCompletionResponse,
        "/v1/ocr": models.OCRResponse,
        "/v1/audio/transcriptions": models.TranscriptionResponse,
        "/v1/batch/jobs": models.BatchJob,
    }
    seen = 0
    for exchange in recorded:
        body = exchange["response_body"]
        if exchange["path"] in kinds and exchange["status"] == 200 and not exchange["is_sse"]:
            sent = json.loads(body) if isinstance(body, str) else body
            read = decode(json.dumps(sent).encode(), kinds[exchange["path"]])
            assert _lost(sent, read.to_dict()) == []
            seen += 1
    assert seen > 30


def _lost(sent, given, path="$"):
    """Find what a dict lacks of an answer, but for fields that no Struct has and nulls in the usage of embeddings."""
    if isinstance(sent, dict) and isinstance(given, dict):
        return [
            lost
            for key, value in sent.items()
            for lost in (_lost(value, given[key], f"{path}.{key}") if key in given else [f"{path}.{key}"])
        ]
    if isinstance(sent, list) and isinstance(given, list):
        return [lost for place in range(len(sent)) for lost in _lost(sent[place], given[place], f"{path}[{place}]")]
    return [] if sent == given else [path]


def test_copies_are_of_the_same_class(answer):
    shallow, deep = answer.model_copy(update={"id": "y"}), answer.copy(deep=True)
    assert (shallow.id, shallow.choices is answer.choices) == ("y", True)
    assert (deep == answer, deep.choices is answer.choices) == (True, False)


def test_iteration_gives_names_and_values(answer):
    assert dict(answer)["choices"] is answer.choices
    assert dict(UserMessage("hi")) == {"content": "hi", "role": "user"}


def test_validation():
    call = ToolCall.model_validate({"id": "a", "function": {"name": "f", "arguments": "{}"}, "unknown": 1})
    assert call == ToolCall(FunctionCall("f", "{}"), id="a")
    assert ToolCall.model_validate(call) is call
    assert ToolCall.parse_obj(call.to_dict()) == ToolCall.model_validate_json(call.to_json()) == call
    assert ToolCall.parse_raw(call.to_json()) == call
    for wrong in ({}, {"content": 1}, []):
        with pytest.raises(ValueError, match=r"content|object"):
            UserMessage.model_validate(wrong)
    with pytest.raises(ValueError, match="malformed"):
        UserMessage.model_validate_json("{x")


def test_construction_without_checks():
    assert UserMessage.model_construct() == UserMessage(None)
    assert ChatCompletionResponse.model_construct(id="a", unknown=1) == ChatCompletionResponse(id="a")


def test_fields_of_classes():
    fields = UserMessage.model_fields
    assert (fields["content"].is_required(), fields["role"].is_required()) == (True, False)
    assert UserMessage("hi").model_fields is fields
    assert UserMessage("hi").model_extra is None
    assert UserMessage("hi").model_fields_set == {"content", "role"}


def test_schemas_of_classes():
    schema = ChatCompletionResponse.model_json_schema()
    assert schema["title"] == "ChatCompletionResponse"
    names = set(schema["$defs"])
    assert {"ChatCompletionChoice", "TextChunk"} <= names  # members of open unions are there, too
    text = json.dumps(schema)
    assert all(part.partition('"')[0] in names for part in text.split('"#/$defs/')[1:])
    for name in ("UserMessage", "OCRResponse", "ConversationResponse"):
        assert getattr(models, name).model_json_schema()["type"] == "object"


def test_a_field_of_a_model_of_pydantic(answer):
    class Turn(pydantic.BaseModel):
        answer: ChatCompletionResponse
        asked: list[UserMessage] = []

    turn = Turn(answer=answer, asked=[{"content": "hi"}])
    assert turn.asked == [UserMessage("hi")]
    assert turn.model_dump()["answer"] == json.loads(turn.model_dump_json())["answer"] == BODY
    assert Turn.model_validate_json(turn.model_dump_json()).answer.to_dict() == BODY
    assert Turn.model_json_schema()["properties"]["answer"]["title"] == "ChatCompletionResponse"
    with pytest.raises(pydantic.ValidationError, match="content"):
        Turn(answer=answer, asked=[{}])


def test_a_model_of_pydantic_gives_objects_of_the_api_with_its_options_and_sends_them_as_they_are_sent():
    class Turn(pydantic.BaseModel):
        message: models.AssistantMessage
        user: str = "me"

        @pydantic.field_serializer("user")
        def _of_context(self, user, info):
            return user if info.context is None else info.context["user"]

    turn = Turn(message=models.AssistantMessage(content="x"))
    assert turn.model_dump()["message"] == turn.message.model_dump()
    assert turn.model_dump(exclude_none=True)["message"] == turn.message.model_dump(exclude_none=True)
    sent = {"role": "assistant", "content": "x"}
    assert json.loads(encode({"a": turn, "b": turn.message})) == {"a": {"message": sent, "user": "me"}, "b": sent}

    class Asked(pydantic.BaseModel):
        schema_: models.JSONSchema

    asked = Asked(schema_=models.JSONSchema("a", {}))
    assert asked.schema_.model_dump()["strict"] is False
    for option in ("exclude_unset", "exclude_defaults"):
        assert asked.model_dump(**{option: True})["schema_"] == {"name": "a", "schema": {}}
    assert "schema" in asked.model_dump()["schema_"]
    assert "schema_definition" in asked.model_dump(by_alias=False)["schema_"]


def test_a_dump_that_takes_no_context_still_gives_the_names_of_the_wire():
    class Older:
        def model_dump(self, *, mode="python", by_alias=False):
            return {"mode": mode, "by_alias": by_alias}

    assert json.loads(encode(Older())) == {"mode": "json", "by_alias": True}


def test_names_of_attributes_are_taken_at_any_depth():
    schema = {"name": "a", "schema_definition": {"schema_definition": 1}}
    found = models.ResponseFormat.model_validate({"type": "json_schema", "json_schema": schema})
    assert found.json_schema == models.JSONSchema("a", {"schema_definition": 1})
    assert models.ResponseFormat.model_validate(found.model_dump(by_alias=False)) == found


@pytest.mark.parametrize("content", [False, {"content": False}])
def test_false_selects_nothing(content):
    message = UserMessage("hi")
    assert message.model_dump(exclude={"content": content}) == message.model_dump()
    assert message.model_dump(include={"role": True, "content": False}) == {"role": "user"}


def test_the_table_names_fields_that_are_there():
    known: dict[str, type[Model]] = {name: getattr(models, name) for name in models.__all__}
    for name, fields in ALWAYS_SENT.items():
        there = {each.name for each in msgspec.structs.fields(known[name])}
        assert set(fields.split()) - {"-"} <= there


@pytest.mark.parametrize(
    ("model", "always", "else_"),
    [(models.UsageInfo, "prompt_tokens", "num_cached_tokens"), (models.Agent, "id", "guardrails")],
)
def test_the_table_says_what_is_always_sent_or_what_is_not(model, always, else_):
    assert always in model.always_sent()
    assert else_ not in model.always_sent()


PAGED = [name for name in models.__all__ if name.startswith(("List", "PaginatedResult")) or name == "ModelList"]


@pytest.mark.parametrize("name", PAGED)
def test_lists_give_their_items_also_where_there_are_none(name):
    model: Any = getattr(models, name)
    if isinstance(model, type) and issubclass(model, Model):
        fields = {each.name: each for each in msgspec.structs.fields(model)}
        for items in {"data", "results"} & fields.keys():
            if fields[items].default_factory is list:
                assert model().to_dict()[fields[items].encode_name] == []


@pytest.mark.parametrize(
    "made",
    [
        models.MessageInputEntry(role="user", content="hi"),
        models.FunctionResultEntry(tool_call_id="a", result="b"),
        models.MetadataFilterGroup(),
    ],
)
def test_what_is_never_empty_is_not_given_empty(made):
    assert made.model_dump().keys().isdisjoint({"id", "created_at", "combinator"})


def test_methods_by_their_names_in_pydantic_1():
    message = UserMessage("hi")
    whole = {"role": "user", "content": "hi"}
    assert UserMessage.schema() == UserMessage.model_json_schema() == json.loads(UserMessage.schema_json(indent=1))
    assert UserMessage.construct(content=3).content == 3
    assert UserMessage.validate(whole) == UserMessage.from_orm(message) == message
    assert UserMessage.__fields__ == UserMessage.model_fields
    assert message.__fields_set__ == message.model_fields_set
    UserMessage.update_forward_refs()
    assert UserMessage.model_rebuild() is None


def test_the_dict_of_an_object_has_its_fields(answer):
    message = UserMessage("hi")
    assert vars(message) == message.__dict__ == dict(message)
    assert json.loads(json.dumps(message, default=vars)) == message.model_dump()
    assert json.loads(json.dumps(answer, default=lambda each: each.__dict__))["id"] == answer.id
    assert pickle.loads(pickle.dumps(message)) == copy.deepcopy(message) == message


def test_open_unions_are_fields_of_models_of_pydantic():
    class Request(pydantic.BaseModel):
        messages: list[messages.Message]

    request = Request.model_validate({"messages": [{"role": "system", "content": "s"}, UserMessage("hi")]})
    assert [type(each).__name__ for each in request.messages] == ["SystemMessage", "UserMessage"]
    assert request.model_dump()["messages"][1] == {"role": "user", "content": "hi"}
    assert json.loads(request.model_dump_json()) == request.model_dump()
    assert isinstance(Request(messages=[{"role": "oracle"}]).messages[0], Unknown)
    with pytest.raises(pydantic.ValidationError, match="expected one of"):
        Request(messages=[3])


def test_a_field_of_pydantic_that_may_be_anything_gives_what_a_model_gives():
    class Holder(pydantic.BaseModel):
        anything: Any

    held = Holder(anything=[{"a": UserMessage("hi")}])
    whole = [{"a": {"role": "user", "content": "hi"}}]
    assert held.model_dump() == json.loads(held.model_dump_json()) == {"anything": whole}
    assert held.model_dump(exclude={"anything": {0: {"a": {"content"}}}}) == {"anything": [{"a": {"role": "user"}}]}
    assert Holder.model_validate_json(held.model_dump_json()).anything == whole


def test_the_schema_of_an_open_union_names_its_members():
    class Request(pydantic.BaseModel):
        messages: list[messages.Message]

    named = Request.model_json_schema()["properties"]["messages"]["items"]["anyOf"]
    assert {"type": "object", "title": "UserMessage"} in named


def test_a_message_that_only_calls_tools_has_its_content():
    sent = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "{}"}}],
    }
    assert decode(json.dumps(sent).encode(), models.AssistantMessage).model_dump()["content"] is None


def test_an_answer_is_made_of_its_dict(answer):
    kept = json.loads(answer.to_json())
    made = ChatCompletionResponse(**kept, key_of_tomorrow=1)
    assert made == answer == ChatCompletionResponse.model_validate(kept)
    assert type(made.choices[0]) is models.ChatCompletionChoice
    assert ChatCompletionResponse(choices=answer.choices).choices is answer.choices
    assert pickle.loads(pickle.dumps(made)) == copy.copy(made) == copy.deepcopy(made) == made
    assert ChatCompletionResponse(usage={"prompt_tokens": "many"}).usage == {"prompt_tokens": "many"}


@pytest.mark.parametrize("by_alias", [True, False])
def test_a_list_of_files_is_made_of_its_dict_by_keys_and_by_names(by_alias):
    files = models.ListFilesResponse(data=[models.FileSchema(id="a", size_bytes=12)], total=1)
    kept = files.model_dump(by_alias=by_alias)
    assert models.ListFilesResponse(**kept) == files
    assert models.FileSchema(**kept["data"][0]).size_bytes == 12


def test_calls_of_tools_are_made_of_dicts():
    call = {"id": "a", "function": {"name": "f", "arguments": "{}"}}
    assert ToolCall(**call).function == FunctionCall("f", "{}")
    assert models.DeltaMessage(tool_calls=[call]).tool_calls == [ToolCall(FunctionCall("f", "{}"), "a")]


def test_what_is_sent_is_not_made_of_dicts():
    part = {"type": "text", "text": "a", "key_of_tomorrow": 1}
    assert UserMessage([part]).content == [part]
    with pytest.raises(TypeError):
        UserMessage("a", contnt="b")  # type: ignore[call-arg]


def test_moments_are_taken_where_text_is_declared():
    moment = datetime(2026, 1, 2, 3, tzinfo=UTC)
    agent = models.Agent.model_validate({"id": "a", "created_at": moment})
    assert agent.created_at == "2026-01-02T03:00:00+00:00"
    assert models.BaseModelCard.model_validate({"id": "a", "deprecation": moment}).deprecation == agent.created_at
