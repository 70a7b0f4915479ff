"""Programs written for the official SDK, after changing the import."""

from __future__ import annotations

import logging

import pytest

from mistral_async import models
from mistral_async.compat import Mistral, SDKError
from mistral_async.compat.utils import BackoffStrategy, RetryConfig
from mistral_async.testing import FakeMistral

HI = [{"role": "user", "content": "Who is the best French painter? Answer in one short sentence."}]
MODEL = "mistral-small-latest"


@pytest.fixture
def official(threaded_server):
    with Mistral(api_key=threaded_server.api_key, server_url=threaded_server.url) as client:
        yield client


def test_blocking_and_asynchronous_on_one_object(official):
    res = official.chat.complete(model=MODEL, messages=HI, stream=False)
    assert res is not None
    assert res.choices[0].message.content
    assert res.model_dump()["choices"][0]["message"]["role"] == "assistant"


async def test_the_asynchronous_spellings():
    async with FakeMistral() as server, Mistral(api_key=server.api_key, server_url=server.url) as client:
        whole = await client.chat.complete_async(model=MODEL, messages=HI)
        response = await client.chat.stream_async(model=MODEL, messages=HI)
        text = ""
        async for chunk in response:
            text += chunk.data.choices[0].delta.content or ""
        assert text == whole.choices[0].message.content
        async with await client.chat.stream_async(model=MODEL, messages=HI) as stream:
            async for event in stream:
                assert event.data.id
                break
        embedded = await client.embeddings.create_async(model="mistral-embed", inputs=["a", "b"])
        assert [each.index for each in embedded.data] == [0, 1]
        uploaded = await client.files.upload_async(file={"file_name": "a.jsonl", "content": b"{}\n"}, purpose="batch")
        assert (await client.files.list_async()).data[0].id == uploaded.id
        assert (await client.files.download_async(file_id=uploaded.id)).read() == b"{}\n"
        started = await client.beta.conversations.start_async(model=MODEL, inputs="hello")
        assert started.conversation_id


def test_streams_with_a_block_and_without(official):
    with official.chat.stream(model=MODEL, messages=HI) as stream:
        first = [event.data.choices[0].delta.content for event in stream]
    second = [event.data.choices[0].delta.content for event in official.chat.stream(model=MODEL, messages=HI)]
    assert first == second
    events = list(official.beta.conversations.start_stream(model=MODEL, inputs="hello"))
    assert events[0].event == events[0].data.type == "conversation.response.started"


def test_lists_are_answers_and_downloads_httpx_responses(official):
    uploaded = official.files.upload(file={"file_name": "a.jsonl", "content": b"{}\n"}, purpose="batch")
    assert [file.id for file in official.files.list().data] == [uploaded.id]
    assert official.files.download(file_id=uploaded.id).read() == b"{}\n"
    assert official.models.list().data
    assert official.fine_tuning.jobs.list().data == []


def test_options_of_one_call(official, threaded_server):
    official.chat.complete(
        model=MODEL,
        messages=[models.UserMessage(content="hi")],
        http_headers={"x-team": "a"},
        timeout_ms=5_000,
        retries=RetryConfig("backoff", BackoffStrategy(1, 50, 1.1, 100), False),  # noqa: FBT003 - as over there
    )
    assert threaded_server.requests[-1].headers["x-team"] == "a"
    with FakeMistral(api_key=threaded_server.api_key) as other:
        official.models.list(server_url=other.url)
        assert len(other.requests) == 1


def test_errors_are_caught_under_their_old_names(official):
    with pytest.raises(SDKError) as caught:
        official.chat.complete(model="no such model", messages=HI)
    assert caught.value.status_code == 400
    assert caught.value.message


def test_unknown_names_are_attribute_errors(official):
    with pytest.raises(AttributeError):
        _ = official.chats
    with pytest.raises(AttributeError):
        _ = official.chat.completes


def test_a_blocking_http_client_is_refused():
    with pytest.raises(TypeError, match="async_client"):
        Mistral(api_key="k", client=object())


def test_retry_settings_take_status_classes():
    assert RetryConfig(status_codes_override=["429", "5XX"]).statuses == {429, *range(500, 600)}


def test_the_official_constructor_is_taken(threaded_server):
    settings = Mistral(
        api_key=threaded_server.api_key,
        server_url=threaded_server.url,
        debug_logger=logging.getLogger("test"),
        retry_config=RetryConfig("none"),
        timeout_ms=10_000,
    )
    with settings as client:
        assert client.models.retrieve(model_id=MODEL).id == MODEL
