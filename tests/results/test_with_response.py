"""What `with_response` and `send` keep: headers, status, body and unknown fields of answers, pages and events."""

from __future__ import annotations

import pickle

import pytest

from mistral_async import Response, calls
from mistral_async.models import ChatCompletionResponse, CompletionChunk, FileSchema, ListFilesResponse

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
PAGES = [
    {"object": "list", "data": [{"id": "a", "zz_new": 3}, {"id": "b"}], "total": 3, "zz_page": [1]},
    {"object": "list", "data": [{"id": "c"}], "total": 3},
]
CHUNK = {
    "id": "x",
    "zz_gateway": "east",
    "usage": [1],
    "choices": [{"index": 0, "delta": {"content": "hi", "reasoning": "hm"}, "finish_reason": "stop"}],
}
UNKNOWN = {"$.zz_gateway": "east", "$.usage": [1], "$.choices[0].delta.reasoning": "hm"}


def script_pages(server):
    for number, page in enumerate(PAGES):
        server.reply("files.list", json=page, headers={"x-page": str(number), "mistral-correlation-id": f"id {number}"})


def check_pages(pages):
    assert [type(page) for page in pages] == [Response, Response]
    assert [type(page.data) for page in pages] == [ListFilesResponse, ListFilesResponse]
    assert [page.headers["x-page"] for page in pages] == ["0", "1"]
    assert [page.request_id for page in pages] == ["id 0", "id 1"]
    assert [(page.status, len(page.attempts)) for page in pages] == [(200, 1), (200, 1)]
    assert [page.json() for page in pages] == PAGES
    assert [page.unknown_fields() for page in pages] == [{"$.data[0].zz_new": 3, "$.zz_page": [1]}, {}]


async def asked(client, how):
    return client.with_response.files.list() if how == "with_response" else await client.send(calls.files.list())


@pytest.mark.parametrize("how", ["with_response", "send"])
async def test_pages_of_a_list(client, server, how):
    script_pages(server)
    check_pages([page async for page in (await asked(client, how)).pages()])


@pytest.mark.parametrize("how", ["with_response", "send"])
async def test_items_and_single_pages(client, server, how):
    script_pages(server)
    pages = await asked(client, how)
    assert [(type(item), item.id) async for item in pages] == [(FileSchema, each) for each in "abc"]
    script_pages(server)
    assert [item.id for item in await pages.to_list()] == list("abc")
    script_pages(server)
    page = await pages
    assert page.json() == PAGES[0]
    assert pages.items(page) == page.data.data


async def test_plain_lists_stay_plain(client, server):
    script_pages(server)
    assert [type(page) async for page in client.files.list().pages()] == [ListFilesResponse] * 2


async def test_bare_arrays_come_in_responses_too(client, server):
    server.reply("beta.agents.list", json=[{"id": "a", "zz_new": 1}], headers={"x-page": "0"})
    page = await client.with_response.beta.agents.list()
    assert (page.data[0].id, page.headers["x-page"]) == ("a", "0")
    assert page.unknown_fields() == {"$[0].zz_new": 1}


def test_blocking_pages(sync_client, threaded_server):
    script_pages(threaded_server)
    check_pages(list(sync_client.with_response.files.list().pages()))
    script_pages(threaded_server)
    check_pages(list(sync_client.send(calls.files.list()).pages()))
    script_pages(threaded_server)
    assert [item.id for item in sync_client.with_response.files.list()] == list("abc")
    script_pages(threaded_server)
    assert sync_client.with_response.files.list().page().json() == PAGES[0]


@pytest.mark.parametrize("how", ["with_response", "send"])
async def test_events_of_a_stream(client, server, how):
    bodies = [CHUNK, {**CHUNK, "created": "soon"}]
    server.reply("chat.stream", sse=bodies)
    request = calls.chat.stream(**HI)
    asked = client.with_response.chat.stream(**HI) if how == "with_response" else await client.send(request)
    async with asked as stream:
        events = [event async for event in stream]
    assert [type(event) for event in events] == [CompletionChunk] * 2
    assert [stream.json(event) for event in events] == bodies
    assert [stream.unknown_fields(event) for event in events] == [UNKNOWN] * 2
    assert (stream.response.status, stream.partial.text) == (200, "hihi")
    for other in (CompletionChunk(), None):
        with pytest.raises(ValueError, match="no event of this stream"):
            stream.json(other)


def test_events_of_a_blocking_stream(sync_client, threaded_server):
    for make in (sync_client.with_response.chat.stream, lambda **args: sync_client.send(calls.chat.stream(**args))):
        threaded_server.reply("chat.stream", sse=[CHUNK])
        with make(**HI) as stream:
            (event,) = stream
            assert stream.json(event) == CHUNK
            assert stream.unknown_fields(event) == UNKNOWN


async def test_events_of_a_union(client, server):
    first = {"type": "conversation.response.started", "conversation_id": "c", "zz": 1}
    new = {"type": "tomorrow", "zz": 2}
    server.reply(
        "beta.conversations.start_stream", sse=[first, new, {"type": "conversation.response.done"}], done=False
    )
    async with client.with_response.beta.conversations.start_stream(inputs="hi", model="m") as stream:
        events = [event async for event in stream]
    assert [stream.unknown_fields(event) for event in events] == [{"$.zz": 1}, {}, {}]
    assert events[1] == new  # a variant that is not known is all there
    assert stream.json(events[1]) == new


async def test_nested_fields_of_an_answer(client, server):
    content = [{"type": "text", "text": "hi", "zz": None}, {"type": "new"}]
    server.reply("chat.complete", json={**CHUNK, "choices": [{"message": {"content": content}}]})
    response = await client.with_response.chat.complete(**HI)
    nested = {"$.choices[0].message.content[0].zz": None}
    assert response.unknown_fields() == {"$.zz_gateway": "east", "$.usage": [1], **nested}
    copy = pickle.loads(pickle.dumps(response))
    assert copy.unknown_fields() == response.unknown_fields()
    assert copy.data == response.data


async def test_what_is_regular_has_no_unknown_fields(client):
    assert (await client.with_response.chat.complete(**HI)).unknown_fields() == {}
    assert (await client.with_response.models.list()).unknown_fields() == {}
    packed = {"encoding_format": "base64"}
    vectors = await client.with_response.embeddings.create(model="mistral-embed", inputs=["a"], **packed)
    assert vectors.unknown_fields() == {}
    async with client.with_response.chat.stream(**HI) as stream:
        assert [stream.unknown_fields(event) async for event in stream if stream.unknown_fields(event)] == []
        assert stream.response.unknown_fields() == {}


async def test_an_answer_that_is_read_as_a_type(client, server):
    text = {"message": {"content": '{"a": 1}', "zz": 1}, "finish_reason": "stop"}
    server.reply("chat.complete", json={"choices": [text]})
    parsed = await client.with_response.chat.parse(response_format=dict[str, int], **HI)
    assert isinstance(parsed.data.response, ChatCompletionResponse)
    assert parsed.unknown_fields() == {"$.choices[0].message.zz": 1}


@pytest.mark.parametrize("request_", [calls.models.retrieve(model_id="m"), calls.beta.conversations.get("c")], ids=repr)
def test_requests_whose_answer_is_an_open_union_are_pickled(request_):
    copy = pickle.loads(pickle.dumps(request_))
    assert copy == request_
    assert copy.returns is request_.returns
