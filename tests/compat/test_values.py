"""Values as programs of the official SDK have them: their types, their dicts, and the objects of others."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import json
from typing import Any, NamedTuple
from unittest import mock

import attrs
import httpx
import msgspec
import pydantic
import pytest
from pydantic import v1

from mistral_async import SyncMistral
from mistral_async.compat import Mistral, errors, models
from mistral_async.compat._values import official
from mistral_async.compat.types import UNSET, UNSET_SENTINEL, BaseModel, OptionalNullable, Unset
from mistral_async.compat.utils import parse_datetime
from mistral_async.testing import FakeMistral

MODEL = "mistral-small-latest"
HI = [{"role": "user", "content": "hi"}]
FUNCTION = {"name": "f", "parameters": {"type": "object", "properties": {}}}


# types of values


def test_timestamps_are_datetimes(client):
    agent = client.beta.agents.create(model=MODEL, name="a")
    started = client.beta.conversations.start(model=MODEL, inputs="hi")
    history = client.beta.conversations.get_history(conversation_id=started.conversation_id)
    library = client.beta.libraries.create(name="a")
    found = [
        agent.created_at,
        agent.updated_at,
        client.beta.agents.list()[0].created_at,
        client.beta.agents.list_pages().result.data[0].created_at,
        started.outputs[0].created_at,
        history.entries[0].created_at,
        client.beta.conversations.list()[0].created_at,
        library.created_at,
        client.beta.libraries.list().data[0].created_at,
        next(iter(client.beta.conversations.start_stream(model=MODEL, inputs="hi"))).data.created_at,
    ]
    assert {type(each) for each in found} == {dt.datetime}
    assert all(each.tzinfo for each in found)
    assert agent.model_dump()["created_at"] is agent.created_at
    assert dt.datetime.fromisoformat(agent.model_dump(mode="json")["created_at"]) == agent.created_at
    assert isinstance(client.chat.complete(model=MODEL, messages=HI).created, int)


async def test_timestamps_of_coroutines_are_datetimes():
    async with FakeMistral() as server, Mistral(server.api_key, server_url=server.url) as client:
        agent = await client.beta.agents.create_async(model=MODEL, name="a")
        pages = await client.beta.agents.list_pages_async()
        events = await client.beta.conversations.start_stream_async(model=MODEL, inputs="hi")
        listed = await client.beta.agents.list_async()
        found = [agent, pages.result.data[0], listed[0], (await anext(events)).data]
        assert {type(each.created_at) for each in found} == {dt.datetime}
        await events.close()


def test_timestamps_that_may_be_null_are_datetimes_too(client, server):
    moment = "2026-01-02T03:04:05Z"
    card = {"id": "a", "type": "base", "deprecation": moment, "capabilities": {}}
    server.reply("GET /v1/models/{}", json=card)
    assert client.models.retrieve(model_id="a").deprecation == dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    started = client.beta.conversations.start(model=MODEL, inputs="hi")
    assert isinstance(started.outputs[0].completed_at, dt.datetime)
    document = {"id": "a", "library_id": "b", "hash": "c", "created_at": moment, "last_processed_at": None}
    server.reply("GET /v1/libraries/{}/documents/{}", json=document | {"expires_at": moment})
    found = client.beta.libraries.documents.get(library_id="b", document_id="a")
    assert (type(found.created_at), found.last_processed_at, type(found.expires_at)) == (
        dt.datetime,
        None,
        dt.datetime,
    )


@pytest.mark.parametrize("name", ["BatchJob.created_at", "FileSchema.expires_at", "CreateResponseResponse.created_at"])
def test_numbers_of_seconds_stay_numbers(name):
    model, field = name.split(".")
    made = getattr(models, model).model_validate({field: 5} | ({"id": "a"} if model == "FileSchema" else {}))
    assert getattr(official(made), field) == 5


def test_what_is_no_timestamp_stays(client, server):
    server.reply("GET /v1/libraries/{}", json={"id": "a", "name": "a", "created_at": "soon", "updated_at": 0})
    library = client.beta.libraries.get(library_id="a")
    assert (library.created_at, library.updated_at) == ("soon", dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
    assert parse_datetime("2026-01-02T00:00:00Z") == dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "options", [*({"output_dtype": each} for each in ("float", "int8", "ubinary")), {"encoding_format": "base64"}]
)
def test_embeddings_are_lists(client, options):
    data = client.embeddings.create(model="codestral-embed", inputs=["a"], **options).data
    assert type(data[0].embedding) is list
    assert json.loads(json.dumps(data[0].embedding)) == data[0].model_dump()["embedding"]


def test_events_are_of_their_classes(client):
    completion = list(client.chat.stream(model=MODEL, messages=HI))
    conversation = list(client.beta.conversations.start_stream(model=MODEL, inputs="hi"))
    response = list(client.responses.create(model=MODEL, input="hi", stream=True))
    for events, kind in (
        (completion, models.CompletionEvent),
        (conversation, models.ConversationEvents),
        (response, models.ResponsesStreamEvents),
    ):
        assert len(events) > 1
        assert all(isinstance(each, kind) for each in events)
    assert completion[0].model_dump()["data"]["choices"][0]["index"] == 0
    assert json.loads(conversation[0].model_dump_json())["event"] == "conversation.response.started"
    assert isinstance(conversation[0].data, models.ResponseStartedEvent)


def test_pages_are_of_their_classes(client):
    page = client.beta.agents.list_pages()
    assert isinstance(page, models.AgentsAPIV1AgentsListPagesResponse)
    assert type(page).__name__ == "AgentsAPIV1AgentsListPagesResponse"
    assert not isinstance(page, models.PromptsListResponse)
    assert isinstance(client.beta.prompts.list(), models.PromptsListResponse)
    assert page.model_dump() == {"result": page.result.model_dump()}
    assert json.loads(page.model_dump_json()) == page.model_dump(mode="json")


def test_bodies_of_errors_are_models(client, server):
    wrong = {"type": "missing", "loc": ["body", "model"], "msg": "Field required", "input": {"a": 1}}
    server.reply("GET /v1/models", status=422, json={"detail": [wrong]})
    with pytest.raises(errors.HTTPValidationError) as caught:
        client.models.list()
    assert caught.value.data.model_dump() == {"detail": [wrong]}
    assert json.loads(caught.value.data.model_dump_json()) == {"detail": [wrong]}
    assert caught.value.data.detail[0].model_dump(include={"msg"}) == {"msg": "Field required"}


def test_streams_are_closed_by_hand(client):
    stream = client.chat.stream(model=MODEL, messages=HI)
    assert next(stream).data.id
    stream.close()
    assert client.models.list().data


async def test_streams_have_the_response_with_its_status():
    async with FakeMistral() as server, Mistral(server.api_key, server_url=server.url) as client:
        stream = await client.chat.stream_async(model=MODEL, messages=HI)
        assert isinstance(stream.response, httpx.Response)
        assert stream.response.status_code == 200
        assert "text/event-stream" in stream.response.headers["Content-Type"]
        await stream.close()


def test_methods_are_named_by_their_classes(client):
    assert client.chat.complete.__qualname__ == "Chat.complete"
    assert client.fine_tuning.jobs.create_async.__qualname__ == "Jobs.create_async"


def test_a_client_is_left_by_keywords(server):
    async def main():
        client = await Mistral(server.api_key, server_url=server.url).__aenter__()
        assert (await client.models.list_async()).data
        await client.__aexit__(exc_type=None, exc_val=None, exc_tb=None)

    asyncio.run(main())


def test_settings_of_a_client(server):
    client = Mistral(server.api_key, server_url=f"{server.url}/", timeout_ms=500)
    assert client.sdk_configuration.get_server_details() == (server.url, {})
    assert client.chat.sdk_configuration is client.sdk_configuration
    assert client.sdk_configuration.timeout_ms == 500
    assert not client.sdk_configuration.client_supplied
    assert not client.sdk_configuration.async_client_supplied
    assert client.sdk_configuration.openapi_doc_version
    assert server.api_key not in repr(client.sdk_configuration)
    assert Mistral("key", server="eu").sdk_configuration.get_server_details()[0] == "https://api.eu.mistral.ai"


# what is taken


def test_models_send_what_they_send_over_there(client, server):
    """`UNSET` beside a null, and None where there can be no null, which is not sent."""
    function = models.Function(name="f", parameters={}, description=None, strict=UNSET)
    call = models.ToolCall(id=None, function=models.FunctionCall(name="f", arguments="{}"))
    messages = [
        models.UserMessage(content="hi"),
        models.AssistantMessage(content=UNSET, tool_calls=[call], prefix=None),
        models.ToolMessage(content="1", tool_call_id="null"),
    ]
    client.chat.complete(model=MODEL, messages=messages, tools=[models.Tool(function=function)], metadata={"a": None})
    sent = server.requests[-1].json()
    assert sent["tools"] == [{"type": "function", "function": {"name": "f", "parameters": {}}}]
    assert sent["messages"][1].keys() == {"role", "tool_calls"}
    assert sent["messages"][1]["tool_calls"][0].keys() == {"function", "type"}
    assert sent["metadata"] == {"a": None}
    assert function.description is None  # the caller's stays what it is


def test_unset_is_not_sent(client, server):
    class Theirs(pydantic.BaseModel):  # as the official SDK has it
        def __bool__(self):
            return False

    Theirs.__name__ = "Unset"
    client.chat.complete(
        model=MODEL, messages=HI, temperature=UNSET, top_p=Theirs(), metadata={"a": UNSET, "b": [{"c": Theirs()}]}
    )
    assert server.requests[-1].json() == {"model": MODEL, "messages": HI, "metadata": {"b": [{}]}}
    client.beta.agents.create(model=MODEL, name="a", completion_args=models.CompletionArgs(temperature=UNSET))
    assert server.requests[-1].json()["completion_args"] == {}
    assert isinstance(UNSET, Unset)
    assert (bool(UNSET), UNSET_SENTINEL[0]) == (False, "~")
    assert "temperature" not in models.CompletionArgs(temperature=UNSET).model_dump()


def test_unset_is_a_value_of_models_of_pydantic():
    class Options(BaseModel):
        temperature: OptionalNullable[float] = UNSET

    assert Options().temperature is UNSET
    assert Options().model_dump() == {"temperature": UNSET_SENTINEL}
    assert Options(temperature=UNSET).temperature is UNSET
    assert Options(temperature=0.5).model_dump() == {"temperature": 0.5}
    assert Options.model_validate({"temperature": None}).temperature is None
    with pytest.raises(pydantic.ValidationError):
        Options(temperature="warm")


def test_dicts_with_other_keys(client, server):
    line = b'{"custom_id": "1", "body": {}}\n'
    given = {"fileName": "a.jsonl", "content": line, "contentType": "application/jsonl"}
    assert client.files.upload(file=given, purpose="batch").filename == "a.jsonl"
    assert (
        models.File(**given) == models.File("a.jsonl", line, "application/jsonl") == models.File.model_validate(given)
    )
    file = client.files.upload(file={"file_name": "a.pdf", "content": b"%PDF-1.4 x"}, purpose="ocr")
    for document in (
        {"file_id": file.id},
        {"document_url": "https://a.example/a"},
        {"image_url": "https://a.example/a"},
    ):
        client.ocr.process(model="mistral-ocr-latest", document=document)
        assert server.requests[-1].json()["document"]["type"]
    client.chat.complete(model=MODEL, messages=HI, tools=[{"function": FUNCTION}])
    assert server.requests[-1].json()["tools"] == [{"function": FUNCTION, "type": "function"}]
    schema = {"type": "object"}
    made = [models.JSONSchema(name="a", schema=schema), models.JSONSchema("a", schema_definition=schema)]
    made += [models.JSONSchema.model_validate({"name": "a", key: schema}) for key in ("schema", "schema_definition")]
    assert all(each == made[0] for each in made)


@dataclasses.dataclass
class Plain:
    role: str
    content: Any


@attrs.define
class Attrs:
    role: str
    content: Any


class Pydantic(pydantic.BaseModel):
    role: str = pydantic.Field(alias="Role", serialization_alias="role")
    content: Any

    def __init__(self, role: str, content: Any) -> None:
        super().__init__(Role=role, content=content)


class Version1(v1.BaseModel):
    role: str
    content: Any

    def __init__(self, role: str, content: Any) -> None:
        super().__init__(role=role, content=content)


class Dumps:
    def __init__(self, role="", content=None, **more):
        self.values = more or {"role": role, "content": content}

    def model_dump(self):  # without the options of pydantic's
        return self.values


class Dict:
    def __init__(self, role, content):
        self.values = {"role": role, "content": content}

    def dict(self):
        return self.values


class Struct(msgspec.Struct):
    role: str
    content: Any


class Named(NamedTuple):
    role: str
    content: Any


KINDS = [Plain, Attrs, Pydantic, Version1, Dumps, Dict, Struct, Named]


@pytest.fixture(params=[SyncMistral, Mistral])
def either(request, server):
    with request.param(server.api_key, server_url=server.url) as made:
        yield made


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_objects_of_others_are_taken(server, either, kind):
    sent = [{"role": "user", "content": "a"}, {"role": "user", "content": [{"type": "text", "text": "b"}]}]
    inner = Dumps(type="text", text="b")
    either.chat.complete(model=MODEL, messages=[kind(role="user", content="a"), kind(role="user", content=[inner])])
    assert server.requests[-1].json()["messages"] == sent
    either.chat.complete(model=MODEL, messages=[sent[0], models.UserMessage([inner])], metadata={"a": [kind("b", 1)]})
    body = server.requests[-1].json()
    inside = ["b", 1] if kind is Named else {"role": "b", "content": 1}  # as JSON has tuples
    assert (body["messages"], body["metadata"]) == (sent, {"a": [inside]})


def test_models_of_the_official_sdk_are_sent_without_nulls(server, either):
    class Tool(pydantic.BaseModel):  # as version 1 has it
        type: str | None = None
        function: dict[str, Any] = FUNCTION

    Tool.__module__ = "mistralai.models.tool"
    either.chat.complete(model=MODEL, messages=HI, metadata={"a": Tool(function={"b": None})})
    assert server.requests[-1].json()["metadata"] == {"a": {"function": {"b": None}}}


class Aside(pydantic.BaseModel):
    role: str = "user"
    content: list[Any] = [{"type": "text", "text": "hi"}]
    name: OptionalNullable[str] = UNSET


def test_unset_fields_of_models_of_ones_own_are_not_sent(server, either):
    message = {"role": "user", "content": [{"type": "text", "text": "hi"}]}
    either.chat.complete(
        model=MODEL, messages=[Aside()], metadata={"a": [Aside(name=None)], "b": Aside(content=[Aside()])}
    )
    body = server.requests[-1].json()
    assert body["messages"] == [message]
    assert body["metadata"] == {"a": [message | {"name": None}], "b": message | {"content": [message]}}


class Choice(pydantic.BaseModel):
    type: str = "function"
    function: dict[str, Any] = FUNCTION


@dataclasses.dataclass
class Format:
    type: str = "json_object"


class NamedFormat(NamedTuple):
    type: str = "json_object"


class StructFormat(msgspec.Struct):
    type: str = "json_object"


class PydanticFormat(pydantic.BaseModel):
    type: str = "json_object"


@pytest.mark.parametrize("kind", [Format, NamedFormat, StructFormat, PydanticFormat])
def test_objects_of_others_are_response_formats(server, either, kind):
    asks = [{"role": "user", "content": "JSON"}]
    either.chat.complete(model=MODEL, messages=asks, response_format=kind())
    assert server.requests[-1].json()["response_format"] == {"type": "json_object"}
    either.beta.conversations.start(model=MODEL, inputs="JSON", completion_args={"response_format": kind()})
    assert server.requests[-1].json()["completion_args"] == {"response_format": {"type": "json_object"}}


class Arguments(v1.BaseModel):
    temperature: float = 0.5


def test_objects_of_others_are_options(server, either):
    either.chat.complete(
        model=MODEL,
        messages=[{"role": "user", "content": "JSON"}],
        tools=[Choice()],
        tool_choice=Choice(function={"name": "f"}),
        response_format=Format(),
        metadata={"a": Arguments()},
    )
    body = server.requests[-1].json()
    assert body["tools"] == [{"type": "function", "function": FUNCTION}]
    assert body["tool_choice"] == {"type": "function", "function": {"name": "f"}}
    assert (body["response_format"], body["metadata"]) == ({"type": "json_object"}, {"a": {"temperature": 0.5}})
    either.beta.conversations.start(model=MODEL, inputs="hi", completion_args=Arguments())
    assert server.requests[-1].json()["completion_args"] == {"temperature": 0.5}


def test_a_mock_has_no_form(either):
    with pytest.raises((TypeError, ValueError), match="messages"):
        either.chat.complete(model=MODEL, messages=[mock.Mock()])
    with pytest.raises((TypeError, ValueError), match=r"has no form in JSON|valid string"):
        either.chat.complete(model=MODEL, messages=[{"role": "user", "content": mock.Mock()}])
