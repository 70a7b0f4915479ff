"""Programs written for the official SDK, after changing the import."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import inspect
import logging
import pickle
import time

import anyio
import httpx
import pydantic
import pytest

import mistral_async
from mistral_async import errors as plain
from mistral_async import models
from mistral_async.compat import Mistral, SDKError, errors, utils
from mistral_async.compat import models as official_models
from mistral_async.compat._bridge import retire
from mistral_async.compat.extra.exceptions import RunException
from mistral_async.compat.extra.mcp.stdio import MCPClientSTDIO
from mistral_async.compat.extra.mcp.streamable_http import MCPClientStreamableHTTP, StreamableHTTPServerParams
from mistral_async.compat.extra.run.context import RunContext
from mistral_async.compat.types import UNSET, BaseModel
from mistral_async.compat.utils import BackoffStrategy, RetryConfig
from mistral_async.testing import Cut, FakeMistral, Garbage, Stall

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
    """Translation, rules 3 and 4."""
    with official.chat.stream(model=MODEL, messages=HI) as stream:
        first = [event.data.choices[0].delta.content for event in stream]
    second = [event.data.choices[0].delta.content for event in official.chat.stream(model=MODEL, messages=HI)]
    assert first == second
    events = list(official.beta.conversations.start_stream(model=MODEL, inputs="hello"))
    assert events[0].event == events[0].data.type == "conversation.response.started"


def test_lists_are_answers_and_downloads_httpx_responses(official):
    """Translation, rule 4."""
    uploaded = official.files.upload(file={"file_name": "a.jsonl", "content": b"{}\n"}, purpose="batch")
    assert [file.id for file in official.files.list().data] == [uploaded.id]
    assert official.files.download(file_id=uploaded.id).read() == b"{}\n"
    assert official.models.list().data
    assert official.fine_tuning.jobs.list().data == []


def test_options_of_one_call(official, threaded_server):
    """Translation, rule 2."""
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


def test_names_that_only_the_official_sdk_has(official, threaded_server):
    """Translation, rule 2."""
    assert official.audio.voices.list(type_="custom").items == []
    official.responses.create(model=MODEL, input="hi", additional_properties={"user": "u-1"})
    assert threaded_server.requests[-1].json()["user"] == "u-1"
    key = threaded_server.api_key
    for security, field, value in (
        ({"dashboard_user_context_auth": key, "bearer_user_context_auth": None}, "x-api-key", key),
        ({"bearer_user_context_auth": key}, "authorization", f"Bearer {key}"),
    ):
        official.models.list(security=security)
        assert threaded_server.requests[-1].headers[field] == value
    with pytest.raises(TypeError, match="no option 'requests'"):
        official.chat.complete(model=MODEL, messages=HI, requests={})
    official.fim.complete(request={"model": "codestral-latest", "prompt": "def f("})
    assert threaded_server.requests[-1].json()["prompt"] == "def f("


def test_pages_with_the_next_one(official, threaded_server):
    """Translation, rule 4."""
    for number in range(3):
        official.beta.agents.create(model=MODEL, name=f"agent {number}")
    page = official.beta.agents.list_pages(page_size=2)
    assert [each.name for each in page.result.data] == [each.name for each in page.data] == ["agent 2", "agent 1"]
    second = page.next()
    assert [each.name for each in second.result.data] == ["agent 0"]
    assert second.next() is None
    assert "agent 0" in repr(second)

    async def main():
        async with Mistral(threaded_server.api_key, server_url=threaded_server.url) as client:
            page = await client.beta.agents.list_pages_async(page_size=2)
            second = await page.next()
            return len(page.data), len(second.result.data), await second.next()

    assert asyncio.run(main()) == (2, 1, None)


def test_methods_show_what_they_take(official):
    shown = inspect.signature(official.chat.complete).parameters
    assert {"model", "messages", "temperature", "stream", "retries", "timeout_ms"} <= shown.keys()
    assert inspect.signature(official.chat.complete_async).parameters.keys() == shown.keys()
    assert "stream" not in inspect.signature(official.models.list).parameters
    assert "job_id" in inspect.signature(official.batch.jobs.get).parameters


def test_errors_are_caught_under_their_old_names(official):
    """Translation, rule 5."""
    with pytest.raises(SDKError) as caught:
        official.chat.complete(model="no such model", messages=HI)
    assert caught.value.status_code == 400
    assert caught.value.message


# errors: each is one of the official SDK's and one of this package's


def test_an_error_has_what_the_official_one_has(official):
    with pytest.raises(errors.MistralError) as caught:
        official.chat.complete(model="no such model", messages=HI)
    error = caught.value
    assert isinstance(error, plain.InvalidModelError)
    assert isinstance(error, mistral_async.MistralError)
    assert type(error).__name__ == "InvalidModelError"
    assert error.raw_response.json()["code"] == error.code == "1500"
    assert error.body == error.raw_response.text
    assert error.headers["Content-Type"] == error.raw_response.headers["content-type"] == "application/json"
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, SDKError)
    assert isinstance(again, plain.InvalidModelError)
    assert (again.message, again.body, again.status_code) == (error.message, error.body, 400)


def test_errors_of_clouds_are_caught_by_their_base(official):
    from mistral_async.compat.azure.client.errors import MistralAzureError
    from mistral_async.compat.azure.client.models import MistralAzureError as OfVersion1
    from mistral_async.compat.gcp.client.errors import MistralGCPError

    for base in (MistralAzureError, OfVersion1, MistralGCPError):
        with pytest.raises(base):
            official.chat.complete(model="no such model", messages=HI)


async def test_values_and_texts_by_utils():
    message = utils.unmarshal_json(utils.marshal_json(models.UserMessage(content="hi")), models.UserMessage)
    assert message == models.UserMessage(content="hi")
    assert utils.unmarshal([{"role": "user", "content": "hi"}], list[models.UserMessage]) == [message]
    answer = httpx.Response(200, text="é")
    assert utils.stream_to_text(answer) == await utils.stream_to_text_async(answer) == "é"
    assert utils.stream_to_bytes(answer) == await utils.stream_to_bytes_async(answer) == "é".encode()


def test_a_field_that_is_wrong(official):
    with pytest.raises(errors.HTTPValidationError) as caught:
        official.beta.conversations.start(inputs="hi", model=MODEL, completion_args={"top_p": "high"})
    assert caught.value.data.detail[0].loc[-1] == "top_p"
    assert isinstance(caught.value, plain.UnprocessableEntityError)
    assert not isinstance(caught.value, SDKError)


def test_a_422_of_methods_that_have_no_error_for_it_is_an_sdk_error_too(official, threaded_server):
    """Files, jobs and transcriptions: programs catch `SDKError` there."""
    refused = {"detail": [{"loc": ["query", "page"], "msg": "too large", "type": "value_error"}]}
    threaded_server.reply("files.list", status=422, json=refused, times=2)
    with pytest.raises(SDKError) as caught:
        official.files.list()
    assert isinstance(caught.value, errors.HTTPValidationError)
    assert caught.value.data.detail[0].msg == "too large"
    assert isinstance(pickle.loads(pickle.dumps(caught.value)), SDKError)
    with pytest.raises(SDKError):
        anyio.run(official.files.list_async)


def test_files_are_uploaded_as_they_are(official, threaded_server):
    """Nothing looks into them: tests of programs upload what is no JSONL."""
    stored = official.files.upload(file={"file_name": "data.jsonl", "content": b"no JSON"}, purpose="ocr")
    assert stored.filename == "data.jsonl"
    threaded_server.reply("files.upload", json={"id": "f", "object": "file", "filename": "data.jsonl"})
    assert official.files.upload(file=("data.jsonl", b"no JSON"), purpose="fine-tune").id == "f"
    with pytest.raises(plain.MistralError, match="line 1"):
        official.files.upload(file=("data.jsonl", b"no JSON"), purpose="fine-tune", check=True)


def test_an_answer_that_is_none(official, threaded_server):
    threaded_server.reply("models.list", json=["nonsense"], times=10)
    with pytest.raises(errors.ResponseValidationError) as caught:
        official.models.list()
    assert caught.value.body == '["nonsense"]'
    assert isinstance(caught.value.cause, Exception)
    assert isinstance(caught.value, errors.MistralError)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Stall(where="head"), httpx.ReadTimeout),
        (Cut(after_bytes=5), httpx.RemoteProtocolError),
        (Garbage(), httpx.RemoteProtocolError),
    ],
    ids=["stall", "cut", "garbage"],
)
def test_a_call_without_an_answer_is_an_error_of_httpx(official, threaded_server, fault, kind):
    threaded_server.fault(fault, times=10)
    with pytest.raises(httpx.RequestError) as caught:
        official.models.list(timeout_ms=300, retries=RetryConfig("none"))
    assert isinstance(caught.value, plain.APIConnectionError)
    assert isinstance(caught.value, (kind, httpx.ReadError))
    assert not isinstance(caught.value, errors.MistralError)


async def test_errors_of_streams_and_coroutines():
    async with FakeMistral() as server, Mistral(server.api_key, server_url=server.url) as client:
        with pytest.raises(SDKError):
            await client.chat.stream_async(model="no such model", messages=HI)
        server.reply("chat.stream", sse=[{"object": "error", "message": "boom", "code": 3}])
        with pytest.raises(SDKError, match="boom"):
            _ = [event async for event in await client.chat.stream_async(model=MODEL, messages=HI)]
        server.fault(Cut(after_events=2))
        with pytest.raises(plain.StreamError):
            _ = [event async for event in await client.chat.stream_async(model=MODEL, messages=HI)]


# names


def test_unknown_names_are_attribute_errors(official):
    with pytest.raises(AttributeError, match=r"client\.chats"):
        _ = official.chats
    with pytest.raises(AttributeError, match=r"client\.chat\.completes"):
        _ = official.chat.completes
    with pytest.raises(AttributeError, match=r"client\.beta\.poems"):
        _ = official.beta.poems


def test_what_can_be_completed_in_a_shell(official):
    assert {"complete", "complete_async", "parse_stream", "stream_async"} <= set(dir(official.chat))
    assert "Complete a chat" in official.chat.complete_async.__doc__


def test_models_are_those_of_the_package_with_the_names_of_annotations():
    assert official_models.UserMessage.stands_for is models.UserMessage
    assert official_models.SDKError is SDKError
    for name in (
        "UserMessageTypedDict",
        "ChatCompletionRequestTool",
        "UnknownAgentTool",
        "ConversationInputsTypedDict",
    ):
        assert getattr(official_models, name) is not None
    for name in ("NoSuchModel", "NoSuchModelTypedDict"):
        with pytest.raises(AttributeError):
            getattr(official_models, name)
    assert {"UserMessage", "SDKError"} <= set(dir(official_models))
    assert BaseModel is pydantic.BaseModel


def test_unset_is_not_sent(official, threaded_server):
    """Translation, rule 2."""
    official.chat.complete(model=MODEL, messages=HI, temperature=UNSET, retries=UNSET, timeout_ms=None)
    assert "temperature" not in threaded_server.requests[-1].json()
    assert not UNSET


# resources


def test_a_client_that_nobody_has_any_more_ends_without_a_word(threaded_server):
    client = Mistral(threaded_server.api_key, server_url=threaded_server.url)
    events = client.chat.stream(model=MODEL, messages=HI)
    del client
    gc.collect()
    assert len(list(events)) > 1  # a stream keeps what it needs
    assert threaded_server.connections.open == 1
    del events
    gc.collect()  # a warning would be an error here
    until = time.monotonic() + 5
    while threaded_server.connections.open and time.monotonic() < until:
        time.sleep(0.01)
    assert threaded_server.connections.open == 0


def test_a_blocking_http_client_is_used_for_blocking_calls(threaded_server):
    with httpx.Client(headers={"x-team": "a"}) as http:
        client = Mistral(threaded_server.api_key, server_url=threaded_server.url, client=http)
        for event in client.chat.stream(model=MODEL, messages=HI):
            assert event.data.id
            break
        uploaded = client.files.upload(file={"file_name": "a.jsonl", "content": b"{}\n" * 100_000}, purpose="batch")
        assert uploaded.size_bytes == 300_000
        assert client.files.download(file_id=uploaded.id).content == b"{}\n" * 100_000
        with pytest.raises(SDKError):
            client.models.retrieve(model_id="none")
    assert {request.headers["x-team"] for request in threaded_server.requests} == {"a"}


def test_a_default_logger_by_the_environment(threaded_server, monkeypatch, caplog):
    monkeypatch.setenv("MISTRAL_DEBUG", "true")
    with caplog.at_level(logging.DEBUG), Mistral(threaded_server.api_key, server_url=threaded_server.url) as client:
        client.models.list()
    assert "GET /v1/models" in caplog.text


# runs


def run(threaded_server, context, inputs, **options):
    client = Mistral(threaded_server.api_key, server_url=threaded_server.url)

    async def main():
        async with context as run_ctx:
            return await client.beta.conversations.run_async(run_ctx=run_ctx, inputs=inputs, **options)

    return asyncio.run(main())


def test_a_function_that_fails_ends_a_run(threaded_server):
    context = RunContext(model=MODEL)

    @context.register_func
    def get_weather(place: str) -> str:
        raise LookupError(place)

    with pytest.raises(RunException, match="Failed to execute tool get_weather: LookupError"):
        run(threaded_server, context, "Get the weather.")


def test_a_run_ends_where_a_function_is_not_there(threaded_server):
    tool = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}
    result = run(threaded_server, RunContext(model=MODEL), "Get the weather.", tools=[tool])
    assert [entry.type for entry in result.entries] == ["message.input", "function.call"]
    assert result.output_as_text == ""


@pytest.mark.parametrize(
    ("context", "options", "what"),
    [
        ({}, {}, "agent_id or model"),
        ({"agent_id": "a"}, {"tools": []}, "tools or completion_args"),
    ],
)
def test_runs_that_can_not_be(threaded_server, context, options, what):
    with pytest.raises(RunException, match=what):
        run(threaded_server, RunContext(**context), "hi", **options)


def test_contexts_that_can_not_be():
    with pytest.raises(RunException, match="Only one"):
        RunContext(model="a", agent_id="b")


def test_mcp_servers_have_the_official_parameters():
    pytest.importorskip("mcp")
    http = MCPClientStreamableHTTP(params=StreamableHTTPServerParams(url="https://a.test/mcp", headers={"x": "1"}))
    stdio = MCPClientSTDIO(stdio_params=["weather"], name="w")
    assert [client.server(None, ()).title for client in (http, stdio)] == ["https://a.test/mcp", "weather"]
    some = http.server(["get_weather"], ())
    assert (some.takes("get_weather"), some.takes("other")) == (True, False)
    assert "name='w'" in repr(stdio)


async def test_a_streamed_run_that_is_left_closes_its_stream():
    async with FakeMistral() as server, Mistral(server.api_key, server_url=server.url) as client:
        server.chunk_delay = 0.01
        async with RunContext(model=MODEL) as run_ctx:
            async with await client.beta.conversations.run_stream_async(run_ctx=run_ctx, inputs="hi") as events:
                assert (await anext(events)).event == "conversation.response.started"
            with pytest.raises(StopAsyncIteration):
                await anext(events)
        assert (await client.models.list_async()).data


async def test_a_streamed_run_that_is_cancelled_closes_its_stream():
    async with FakeMistral() as server, Mistral(server.api_key, server_url=server.url) as client:
        server.fault(Stall(after_events=1))
        async with RunContext(model=MODEL) as run_ctx:
            events = await client.beta.conversations.run_stream_async(run_ctx=run_ctx, inputs="hi")
            with anyio.move_on_after(0.2) as scope:
                async for _ in events:
                    pass
        assert scope.cancelled_caught
        with anyio.fail_after(5):
            while server.connections.open:  # noqa: ASYNC110 - a number of the server, not an event
                await anyio.sleep(0.01)


@pytest.mark.parametrize("make", [Mistral, mistral_async.SyncMistral])
@pytest.mark.parametrize(("status", "attempts"), [(418, 2), (599, 2), (429, 1)])
def test_retry_settings_are_classes_with_attributes(threaded_server, make, status, attempts):
    config = RetryConfig("backoff", BackoffStrategy(1, 50, 1.1, 100, 5), False, ["418", "5xx"])  # noqa: FBT003
    assert isinstance(config, RetryConfig)
    assert isinstance(config.backoff, BackoffStrategy)
    assert (config.strategy, config.retry_connection_errors, config.backoff.jitter_ms) == ("backoff", False, 5)
    threaded_server.reply("models.list", status=status, json={})
    settings = {"server_url": threaded_server.url, "retry_config": config}
    with make(threaded_server.api_key, **settings) as client, contextlib.suppress(plain.APIStatusError):
        client.models.list()
    assert len(threaded_server.requests) == attempts


def test_retry_settings_of_a_client_are_kept_and_changed(official, threaded_server):
    threaded_server.reply("models.list", status=503, json={}, times=2)
    assert official.sdk_configuration.retry_config is UNSET
    patient = official.sdk_configuration.retry_config = RetryConfig("backoff", BackoffStrategy(1, 2, 1.1, 100))
    patient.strategy = "none"
    with pytest.raises(SDKError):
        official.models.list()
    assert len(threaded_server.requests) == 1
    assert official.models.list(retries=RetryConfig("backoff", BackoffStrategy(1, 2, 1.1, 100))).data
    assert len(threaded_server.requests) == 3
    with pytest.raises(ValueError, match="jitter"):
        BackoffStrategy(1, 2, 3, 4, -1)


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


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_errors_of_observability_have_a_word(official, threaded_server, status):
    detail = {"message": "No such judge", "error_code": "JUDGE_NOT_FOUND"}
    threaded_server.reply("GET /v1/models", status=status, json={"detail": detail})
    with pytest.raises(errors.ObservabilityError, match="No such judge") as caught:
        official.models.list()
    assert (caught.value.data.detail.message, caught.value.data.detail.error_code) == tuple(detail.values())
    assert isinstance(caught.value, plain.APIStatusError)
    assert caught.value.code == "JUDGE_NOT_FOUND"
    assert isinstance(pickle.loads(pickle.dumps(caught.value)), errors.ObservabilityError)


def test_the_key_is_where_the_official_sdk_has_it(official, threaded_server):
    key = official.sdk_configuration.security.api_key
    assert key == threaded_server.api_key
    official.sdk_configuration.security = official_models.Security(api_key=f"{key}-2")
    with pytest.raises(errors.SDKError, match="401"):
        official.models.list()
    official.sdk_configuration.security = lambda: official_models.Security(api_key=key)
    official.models.list()
    assert Mistral(lambda: key).sdk_configuration.security().api_key == key
    assert key not in repr(official.sdk_configuration.security())
    assert Mistral().sdk_configuration.security is None


def test_settings_that_are_assigned_hold_for_the_calls_that_follow(official, threaded_server):
    configuration = official.sdk_configuration
    official.models.list()
    with FakeMistral() as other:
        configuration.server_url, configuration.security = other.url, other.api_key
        official.models.list()
        assert (len(threaded_server.requests), len(other.requests)) == (1, 1)
        assert configuration.get_server_details() == (other.url, {})
        seen = []
        with httpx.Client(event_hooks={"request": [seen.append]}) as http:
            configuration.client = http
            official.models.list()
            configuration.language = "rust"
            official.models.list()
        assert [str(request.url) for request in seen] == [f"{other.url}/v1/models"] * 2


def test_first_calls_of_threads_share_a_client(official, monkeypatch):
    """The other thread is played by what is called in the middle of the first call."""
    others = []

    def make(*args, **settings):
        monkeypatch.undo()
        others.append(official._clients.client())
        return mistral_async.Mistral(*args, **settings)

    monkeypatch.setattr("mistral_async.compat._client.AsyncClient", make)
    assert official._clients.client() is others[0]


def test_a_call_of_another_thread_during_an_assignment_keeps_no_old_setting(official, threaded_server, monkeypatch):
    """The other thread is played by what is called in the middle of the assignment."""

    def while_another_calls(clients):
        for client in clients:
            official._clients.client()
            official._clients.client(threaded_server.url)
            retire([client])

    official.models.list()
    with FakeMistral() as other:
        monkeypatch.setattr("mistral_async.compat._client.retire", while_another_calls)
        official.sdk_configuration.server_url = other.url
        official.sdk_configuration.security = other.api_key
        official.models.list()
        assert (len(threaded_server.requests), len(other.requests)) == (1, 1)


def test_connections_of_settings_that_were_replaced_are_closed_when_nothing_uses_them(official, threaded_server):
    configuration = official.sdk_configuration
    with FakeMistral() as other:
        events = iter(official.chat.stream(model=MODEL, messages=[{"role": "user", "content": "hi"}]))
        next(events)
        configuration.server_url, configuration.security = other.url, other.api_key
        official.models.list()
        assert threaded_server.connections.open == 1
        assert [event.data.choices[0].finish_reason for event in events][-1] == "stop"
        del events
        gc.collect()
        end = time.monotonic() + 30
        while threaded_server.connections.open and time.monotonic() < end:
            time.sleep(0.01)
        assert not threaded_server.connections.open
        configuration.timeout_ms = 1
        other.fault(Stall(where="head"))
        with pytest.raises(plain.APITimeoutError):
            official.models.list()


async def test_settings_that_are_assigned_hold_for_calls_of_coroutines(server):
    async with Mistral("wrong", server_url=server.url) as client:
        with pytest.raises(errors.SDKError, match="401"):
            await client.models.list_async()
        client.sdk_configuration.security = server.api_key
        assert (await client.models.list_async()).data
        client.sdk_configuration.retry_config = RetryConfig("none")
        server.reply("models.list", status=503, json={})
        with pytest.raises(errors.SDKError, match="503"):
            await client.models.list_async()
