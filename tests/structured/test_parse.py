"""Answers as values: of chats, agents, conversations and documents, whole and streamed, one and many."""

from __future__ import annotations

import dataclasses
import json

import anyio
import anyio.lowlevel
import msgspec
import pydantic
import pytest

from mistral_async import Mistral, calls
from mistral_async.batch import Poll
from mistral_async.errors import (
    InvalidOutputError,
    MistralError,
    OutputError,
    RefusedOutputError,
    TruncatedOutputError,
)
from mistral_async.structured import Parsed
from mistral_async.testing import FakeMistral, VirtualClock

MODEL = "mistral-small-latest"
ASK = [{"role": "user", "content": "Tell me about Paris."}]


class City(msgspec.Struct):
    """A city."""

    name: str
    population: int


@dataclasses.dataclass
class River:
    name: str
    length: float


class Bridge(pydantic.BaseModel):
    name: str


PARIS = '{"name": "Paris", "population": 2000000}'


def completion(content, reason="stop", **more):
    message = {"role": "assistant", "content": content, "tool_calls": None, **more}
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    choice = {"index": 0, "finish_reason": reason, "message": message}
    return {"id": "1", "object": "chat.completion", "model": MODEL, "created": 1, "usage": usage, "choices": [choice]}


def chunk(content, reason=None, **more):
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": reason}
    return {"id": "1", "object": "chat.completion.chunk", "model": MODEL, "created": 1, "choices": [choice], **more}


async def test_a_chat_is_read_as_a_type(client, server):
    parsed = await client.chat.parse(response_format=City, model=MODEL, messages=ASK, temperature=0.5)
    assert isinstance(parsed.value, City)
    assert parsed.parsed is parsed.value
    assert parsed.response.choices[0].text == parsed.text
    assert parsed.usage == parsed.response.usage
    sent = server.requests[-1].json()
    assert sent["temperature"] == 0.5
    assert sent["response_format"]["json_schema"]["strict"] is True
    assert sent["response_format"]["json_schema"]["name"] == "City"
    assert sent["response_format"]["json_schema"]["schema"]["description"] == "A city."


@pytest.mark.parametrize("kind", [River, Bridge, City | River, list[City], dict[str, int], int, City | None])
async def test_any_type_can_be_asked_for(client, kind):
    parsed = await client.chat.parse(response_format=kind, model=MODEL, messages=ASK)
    assert parsed.repairs == 0
    assert parsed.values == [parsed.value]


async def test_reasoning_comes_beside_the_value(client):
    parsed = await client.chat.parse(response_format=City, model="magistral-small-latest", messages=ASK)
    assert isinstance(parsed.value, City)
    assert "Paris" in parsed.thinking
    assert isinstance(parsed.response.choices[0].message.content, list)


async def test_a_cut_answer_raises_with_what_could_be_read(client, server):
    # Rules 1 and 5 of output; rule 2 of parse.
    server.reply("chat.complete", json=completion('{"name": "Par', "length"))
    with pytest.raises(TruncatedOutputError) as caught:
        await client.chat.parse(response_format=City, model=MODEL, messages=ASK, repair=3)
    error = caught.value
    assert error.text == '{"name": "Par'
    assert error.partial == {"name": "Par"}
    assert error.response.choices[0].finish_reason == "length"
    assert error.request_id
    assert error.may_have_executed
    assert len(server.requests) == 1
    assert "Par" not in str(error)


async def test_an_answer_that_happens_to_be_whole_is_still_cut(client, server):
    # Rule 1 of output.
    server.reply("chat.complete", json=completion(PARIS, "length"))
    with pytest.raises(TruncatedOutputError) as caught:
        await client.chat.parse(response_format=City, model=MODEL, messages=ASK)
    assert caught.value.partial == {"name": "Paris", "population": 2000000}


@pytest.mark.parametrize(
    ("content", "reason", "kind", "path"),
    [
        ("I can not help with that.", "stop", RefusedOutputError, "$"),
        ("", "stop", RefusedOutputError, "$"),
        (None, "stop", RefusedOutputError, "$"),
        (PARIS, "error", RefusedOutputError, "$"),
        ('{"name": "Paris"', "stop", InvalidOutputError, "$"),
        ('{"name": "Paris", "population": "many"}', "stop", InvalidOutputError, "$.population"),
        ('["Paris"]', "stop", InvalidOutputError, "$"),
    ],
)
async def test_what_is_not_the_type_is_a_typed_error(client, server, content, reason, kind, path):
    # Rules 2, 4 and 5 of output.
    server.reply("chat.complete", json=completion(content, reason))
    with pytest.raises(kind) as caught:
        await client.chat.parse(response_format=City, model=MODEL, messages=ASK)
    assert isinstance(caught.value, OutputError)
    assert isinstance(caught.value, MistralError)
    assert caught.value.path == path
    assert caught.value.text == (content or "")


async def test_a_model_that_asks_for_tools_gave_no_answer(client, server):
    # Rule 3 of output.
    call = {"id": "abc123def", "function": {"name": "f", "arguments": "{}"}}
    server.reply("chat.complete", json=completion("", "tool_calls", tool_calls=[call]))
    with pytest.raises(InvalidOutputError, match="tools"):
        await client.chat.parse(response_format=City, model=MODEL, messages=ASK)


async def test_a_wrong_answer_is_sent_back(client, server):
    # Rules 1, 3 and 4 of parse.
    server.reply("chat.complete", json=completion('{"name": "Paris"}'))
    server.reply("chat.complete", json=completion("Sorry."))
    server.reply("chat.complete", json=completion(PARIS))
    parsed = await client.chat.parse(response_format=City, model=MODEL, messages=ASK, repair=2)
    assert parsed.value == City("Paris", 2000000)
    assert parsed.repairs == 2
    assert parsed.usage.total_tokens == 45
    messages = server.requests[-1].json()["messages"]
    assert [each["role"] for each in messages] == ["user", "assistant", "user", "assistant", "user"]
    assert messages[1]["content"] == '{"name": "Paris"}'
    assert "population" in messages[2]["content"]


async def test_repairs_come_to_an_end(client, server):
    # Rule 1 of parse.
    server.reply("chat.complete", json=completion("{}"), times=None)
    with pytest.raises(InvalidOutputError):
        await client.chat.parse(response_format=City, model=MODEL, messages=ASK, repair=1)
    assert len(server.requests) == 2
    with pytest.raises(ValueError, match="repair"):
        await client.chat.parse(response_format=City, model=MODEL, messages=ASK, repair=-1)


async def test_every_choice_is_read(client):
    parsed = await client.chat.parse(response_format=City, model=MODEL, messages=ASK, n=3)
    assert len(parsed.values) == 3
    assert parsed.value == parsed.values[0]


async def test_the_answer_comes_with_its_headers(client, server):
    server.reply("chat.complete", json=completion("{}"))
    response = await client.with_response.chat.parse(response_format=City, model=MODEL, messages=ASK, repair=1)
    assert isinstance(response.data.value, City)
    assert response.data.repairs == 1
    assert response.status == 200


async def test_a_parsed_call_is_a_value_that_bulk_performs(client, server):
    server.reply("chat.complete", json=completion("{}"))
    call = calls.chat.parse(response_format=City, model=MODEL, messages=ASK, repair=1)
    assert isinstance((await client.send(call)).data, Parsed)
    server.reply("chat.complete", json=completion("No."))
    wrong = calls.chat.parse(response_format=City, model=MODEL, messages=ASK)
    async with client.bulk.map([wrong, call, call]) as results:
        first, *others = [result async for result in results]
    assert isinstance(first.error, RefusedOutputError)
    assert all(isinstance(each.value.value, City) for each in others)


async def test_parsed_calls_run_in_batch():
    clock = VirtualClock()

    async def sleep(seconds):
        clock.advance(seconds)
        await anyio.lowlevel.checkpoint()

    asks = [calls.chat.parse(response_format=City, model=MODEL, messages=ASK) for _ in range(3)]
    assert len({each.transform.args for each in asks}) == 1  # read alike, they are kept as one
    async with FakeMistral(clock=clock) as server, Mistral(server.api_key, server_url=server.url) as client:
        results = await client.batch.run(asks, poll=Poll(sleep=sleep))
        assert [type(result.unwrap().value) for result in results] == [City] * 3


async def test_options_that_do_not_exist_are_refused(client):
    with pytest.raises(TypeError, match="temperature"):
        await client.chat.parse(response_format=City, model=MODEL, messages=ASK, temprature=1)
    with pytest.raises(TypeError, match="temperature"):
        client.chat.parse_stream(response_format=City, model=MODEL, messages=ASK, temprature=1)


# while it is being written


async def test_snapshots_grow_to_the_value(client):
    async with client.chat.parse_stream(response_format=City, model=MODEL, messages=ASK) as stream:
        seen = [(json.dumps(snapshot.value), snapshot.delta) async for snapshot in stream]
        parsed = await stream.result()
        assert stream.response.status == 200
    values = [json.loads(value) for value, _ in seen]
    assert len(values) > 5
    assert [set(value or {}) for value in values] == sorted((set(value or {}) for value in values), key=len)
    assert values[-1] == json.loads(parsed.text)
    assert "".join(delta for _, delta in seen) == parsed.text
    assert parsed.value == City(**values[-1])


async def test_a_stream_can_be_awaited(client):
    parsed = await client.chat.parse_stream(response_format=list[City], model="magistral-small-latest", messages=ASK)
    assert isinstance(parsed.value[0], City)
    assert parsed.thinking


async def test_snapshots_are_of_the_value_not_of_what_it_is_wrapped_in(client, server):
    events = [
        chunk(""),
        chunk('```json\n{"val'),
        chunk('ue": [{"name": "A'),
        chunk('"}, {"na'),
        chunk('me": "B"}]}\n```', "stop"),
    ]
    server.reply("chat.stream", sse=events)

    async with client.chat.parse_stream(response_format=list[Bridge], model=MODEL, messages=ASK) as stream:
        seen = [json.loads(json.dumps(snapshot.value)) async for snapshot in stream]
        assert (await stream.result()).value == [Bridge(name="A"), Bridge(name="B")]
    assert seen == [None, None, [{"name": "A"}], [{"name": "A"}, {}], [{"name": "A"}, {"name": "B"}]]


async def test_a_cut_stream_raises_with_what_could_be_read(client, server):
    # Rules 1 and 5 of output.
    server.reply("chat.stream", sse=[chunk('{"name": "Par'), chunk("is", "length")])
    with pytest.raises(TruncatedOutputError) as caught:
        await client.chat.parse_stream(response_format=City, model=MODEL, messages=ASK)
    assert caught.value.partial == {"name": "Paris"}
    assert caught.value.text == '{"name": "Paris'


async def test_a_broken_stream_raises_with_what_could_be_read(client, server):
    async def watched(stream):
        async with stream:
            return [snapshot async for snapshot in stream]

    for use in (watched, lambda stream: stream.result()):
        server.reply("chat.stream", sse=[chunk('{"name": "Par')], done=False)
        with pytest.raises(MistralError) as caught:
            await use(client.chat.parse_stream(response_format=City, model=MODEL, messages=ASK))
        assert not isinstance(caught.value, OutputError)
        assert caught.value.partial == {"name": "Par"}


async def test_a_stream_of_prose_is_a_refusal(client, server):
    # Rule 2 of output.
    server.reply("chat.stream", sse=[chunk("I would "), chunk("rather not.", "stop")])
    with pytest.raises(RefusedOutputError) as caught:
        await client.chat.parse_stream(response_format=City, model=MODEL, messages=ASK)
    assert caught.value.text == "I would rather not."
    assert caught.value.partial is None


async def test_leaving_a_stream_closes_it(client):
    async with client.chat.parse_stream(response_format=City, model=MODEL, messages=ASK) as stream:
        async for _ in stream:
            break
    with pytest.raises(TypeError, match="block"):
        aiter(client.chat.parse_stream(response_format=City, model=MODEL, messages=ASK))


# the other endpoints


async def test_an_agent_is_read_as_a_type(client):
    agent = await client.beta.agents.create(model=MODEL, name="guide")
    parsed = await client.agents.parse(ASK, agent.id, response_format=City)
    assert isinstance(parsed.value, City)
    assert isinstance((await client.agents.parse_stream(ASK, agent.id, response_format=City)).value, City)


async def test_a_conversation_is_read_as_a_type(client, server):
    parsed = await client.beta.conversations.parse(
        response_format=City, inputs="Paris?", model=MODEL, completion_args={"temperature": 0.1}
    )
    assert isinstance(parsed.value, City)
    assert server.requests[-1].json()["completion_args"]["temperature"] == 0.1
    identity = parsed.response.conversation_id
    again = await client.beta.conversations.append_parse(identity, response_format=list[City], inputs="And more?")
    assert isinstance(again.value[0], City)
    async with client.beta.conversations.append_parse_stream(identity, response_format=City, inputs="More?") as stream:
        values = [snapshot.value async for snapshot in stream]
        streamed = await stream.result()
    assert isinstance(streamed.value, City)
    assert values
    assert streamed.response.conversation_id == identity
    assert streamed.usage.total_tokens > 0
    other = await client.beta.conversations.parse_stream(response_format=City, inputs="Paris?", model=MODEL)
    assert isinstance(other.value, City)


async def test_a_conversation_is_corrected_where_it_is_kept(client, server):
    # Rules 3 and 4 of parse.
    server.reply(
        "beta.conversations.start",
        json={
            "conversation_id": "conv_1",
            "outputs": [{"type": "message.output", "content": "{}"}],
            "usage": {"total_tokens": 3},
        },
    )
    server.reply(
        "beta.conversations.append",
        json={
            "conversation_id": "conv_1",
            "outputs": [{"type": "message.output", "content": [{"type": "text", "text": PARIS}]}],
            "usage": {"total_tokens": 4},
        },
    )
    parsed = await client.beta.conversations.parse(response_format=City, inputs="Paris?", model=MODEL, repair=1)
    assert parsed.value == City("Paris", 2000000)
    assert parsed.usage.total_tokens == 7
    assert server.requests[-1].path == "/v1/conversations/conv_1"
    assert "`name`" in server.requests[-1].json()["inputs"]


def page(index, *annotations):
    images = [
        {"id": f"img-{number}.jpeg", "top_left_x": 0, "top_left_y": 0, "bottom_right_x": 9, "bottom_right_y": 9,
         "image_annotation": annotation}
        for number, annotation in enumerate(annotations)
    ]  # fmt: skip
    return {"index": index, "markdown": "#", "images": images, "dimensions": {"dpi": 200, "height": 9, "width": 9}}


async def test_where_no_reason_is_given_json_that_is_not_closed_was_cut(client, server):
    # Rule 1 of output.
    outputs = [{"type": "message.output", "content": '{"name": "Par'}]
    server.reply("beta.conversations.start", json={"conversation_id": "conv_1", "outputs": outputs})
    with pytest.raises(TruncatedOutputError) as caught:
        await client.beta.conversations.parse(response_format=City, inputs="Paris?", model=MODEL, repair=1)
    assert caught.value.partial == {"name": "Par"}


async def test_annotations_of_documents_are_read_as_types(client, server):
    server.reply(
        "ocr.process",
        json={
            "model": "mistral-ocr-latest",
            "pages": [page(0, '{"name": "Alma"}', None), page(1, '{"name": "Iéna"}')],
            "document_annotation": '{"value": ["Paris"]}',
            "usage_info": {"pages_processed": 2},
        },
    )
    parsed = await client.ocr.parse(
        document="https://example.com/a.pdf", document_annotation_format=list[str], bbox_annotation_format=Bridge
    )
    assert parsed.document == ["Paris"]
    assert [(each.page, each.image.id, each.value.name) for each in parsed.images] == [
        (0, "img-0.jpeg", "Alma"),
        (1, "img-0.jpeg", "Iéna"),
    ]
    assert parsed.usage.pages_processed == 2
    sent = server.requests[-1].json()
    assert sent["bbox_annotation_format"]["json_schema"]["name"] == "Bridge"
    assert sent["document_annotation_format"]["json_schema"]["schema"]["required"] == ["value"]


async def test_a_document_without_annotation_is_a_refusal(client, server):
    server.reply("ocr.process", json={"pages": [], "document_annotation": None}, times=2)
    with pytest.raises(RefusedOutputError):
        await client.ocr.parse(document="https://example.com/a.pdf", document_annotation_format=City)
    images_only = await client.ocr.parse(document="https://example.com/a.pdf", bbox_annotation_format=City)
    assert images_only.document is None
    with pytest.raises(ValueError, match="annotation_format"):
        await client.ocr.parse(document="https://example.com/a.pdf")


def test_blocking_code_gets_the_same(sync_client):
    parsed = sync_client.chat.parse(response_format=City, model=MODEL, messages=ASK)
    with sync_client.chat.parse_stream(response_format=City, model=MODEL, messages=ASK) as stream:
        seen = [snapshot.delta for snapshot in stream]
        assert stream.result().value == parsed.value
    assert "".join(seen) == parsed.text
    deltas = [each.delta for each in sync_client.chat.parse_stream(response_format=City, model=MODEL, messages=ASK)]
    assert deltas == seen
    assert sync_client.chat.parse_stream(response_format=City, model=MODEL, messages=ASK).result().value == parsed.value
