"""Mocks of methods and groups are what they would be of functions and of the official client's."""

from __future__ import annotations

import asyncio
import copy
import functools
import inspect
import pickle
from unittest import mock

import anyio
import pytest
from endpoint_values import ALL, NOT_SENT, ONE_OF, RESPELT, Value, needed, parameters, respelt, sent

from mistral_async import RetryConfig, SyncMistral, calls, errors, models
from mistral_async._binding.asked import arguments_of
from mistral_async._binding.replaced import Replacement
from mistral_async._binding.replaced_results import response_of
from mistral_async.models import ChatCompletionResponse
from mistral_async.resources.beta import Beta
from mistral_async.resources.chat import Chat
from mistral_async.resources.embeddings import Embeddings

NOWHERE = "http://127.0.0.1:1"
CALL = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
MOCKED = ChatCompletionResponse(id="mocked")


def completed(**_):
    return MOCKED


async def test_what_is_awaited_is_a_coroutine_function(nowhere, blocking):
    files = nowhere.files
    for method in (nowhere.chat.complete, nowhere.chat.parse, files.upload, nowhere.batch.jobs.wait):
        assert inspect.iscoroutinefunction(method)
        assert asyncio.iscoroutinefunction(method)
        assert method.__name__ == method.__qualname__.rpartition(".")[2]
        assert not inspect.iscoroutinefunction(functools.wraps(method)(lambda: None))  # what runs it to its end
    for method in (nowhere.chat.stream, files.list, files.download, blocking.chat.complete, calls.chat.complete):
        assert not inspect.iscoroutinefunction(method)
    assert inspect.signature(nowhere.chat.complete) == inspect.signature(blocking.chat.complete)
    with mock.patch.object(nowhere.chat, "complete", return_value=MOCKED) as replaced:
        assert (await nowhere.chat.complete(**CALL)).id == "mocked"
        assert (await nowhere.bulk.chat(["a"], model="m").collect())[0].value.id == "mocked"
    assert replaced.await_count == 2
    assert vars(nowhere.chat).keys() == {"_executor"}
    with mock.patch.object(blocking.chat, "complete", return_value=MOCKED):
        assert blocking.chat.complete(**CALL).id == "mocked"


@pytest.mark.parametrize("as_property", [True, False])
def test_a_group_that_is_replaced_on_the_class_of_clients_is_asked(blocking, as_property):
    """Rule 1."""
    group = mock.Mock()
    group.complete.return_value = MOCKED
    value = {"new_callable": mock.PropertyMock, "return_value": group} if as_property else {"new": group}
    assert blocking.with_response.chat.complete.__self__.__class__ is Chat
    with mock.patch.object(SyncMistral, "chat", **value):
        assert blocking.bulk.chat(["a"], model="m").collect()[0].value.id == "mocked"
        assert blocking.send(calls.chat.complete(**CALL)).data.id == "mocked"
        assert blocking.with_response.chat.complete(**CALL).data.id == "mocked"
        assert blocking.with_options(timeout=9).bulk.chat(["a"], model="m").collect()[0].ok
    assert not blocking.bulk.chat(["a"], model="m").collect()[0].ok
    with mock.patch.object(Beta, "conversations", group):
        group.start.return_value = models.ConversationResponse(conversation_id="c")
        assert blocking.send(calls.beta.conversations.start(inputs="hi", model="m")).data.conversation_id == "c"


def test_responses_are_replaced_on_a_client_as_any_attribute(blocking):
    for _ in "before it is read", "afterwards":
        with mock.patch.object(blocking, "with_response") as replaced:
            assert blocking.with_response is replaced
        assert blocking.with_response is blocking.with_response is not replaced


@pytest.mark.parametrize("needs_more", [True, False])
def test_a_group_that_a_class_of_the_users_gives_in_another_way_is_no_mock(blocking, needs_more):
    class Own(SyncMistral):
        @property
        def fim(self):
            raise NotImplementedError("use chat")

        @property
        def chat(self):
            return self.mine if needs_more else super().chat

    own = Own("key", server_url=NOWHERE, retry_config=RetryConfig(strategy="none"))
    own.mine = blocking.chat
    assert own.chat.complete.__self__.__class__ is Chat
    assert isinstance(own.bulk.chat(["a"], model="m").collect()[0].error, errors.APIConnectionError)
    assert isinstance(own.with_options(timeout=9).with_response.embeddings.create.__self__, Embeddings)


def test_what_stands_for_a_method_of_a_class_gets_its_group(blocking):
    with mock.patch.object(Chat, "complete", autospec=True, return_value=MOCKED) as replaced:
        assert blocking.chat.complete(**CALL).id == "mocked"
        assert replaced.call_args == mock.call(blocking.chat, **CALL)
        with pytest.raises(TypeError, match="missing a required argument"):
            blocking.chat.complete(model="m")
        assert blocking.bulk.chat(["a"], model="m").collect()[0].value.id == "mocked"
    assert isinstance(replaced.call_args.args[0], Chat)
    group = mock.create_autospec(Chat)(None)
    group.complete(**CALL)
    with pytest.raises(TypeError):
        group.complete(modle="m")
    with pytest.raises(errors.APIConnectionError):
        blocking.chat.complete(**CALL)


async def test_what_a_wrapper_leaves_running_is_no_part_of_the_question(client, server):
    """Rule 4."""
    original, asked = client.chat.complete, anyio.Event()

    async def late():
        await asked.wait()
        await original(**CALL)

    async def wrapper(**options):
        tasks.start_soon(late)
        return await original(**options)

    with mock.patch.object(client.chat, "complete", wrapper):
        async with anyio.create_task_group() as tasks:
            await client.with_options(headers={"x-view": "1"}).chat.complete(**CALL)
            asked.set()
    assert [dict(request.headers).get("x-view") for request in server.requests] == ["1", None]


async def test_a_response_is_that_of_the_method_that_a_wrapper_calls(client, server):
    """Rule 6."""
    original, given = client.chat.complete, []

    async def wrapper(**options):
        given.append(await original(**options))
        return given[-1]

    with mock.patch.object(client.chat, "complete", wrapper):
        response = await client.with_response.chat.complete(**CALL)
        parsed = await client.with_response.chat.parse(response_format=dict[str, str], **CALL)
        sent_ = await client.send(calls.chat.complete(**CALL))
    for each in (response, parsed, sent_):
        assert each.headers["content-type"] == "application/json"
        assert each.attempts[0].request_id
    assert response.data is given[0]
    assert parsed.data.value is not None
    assert len(server.requests) == 3


async def test_a_response_that_a_mock_gives_is_given_again(nowhere):
    """Rule 6."""
    message = models.AssistantMessage('{"river": "Rhine"}')
    answer = ChatCompletionResponse(choices=[models.ChatCompletionChoice(index=0, message=message)])
    asked = calls.chat.parse(response_format=dict[str, str], **CALL)
    with mock.patch.object(nowhere.chat, "complete", return_value=response_of(answer)):
        found = [(await nowhere.send(asked)).data.value for _ in range(2)]
    assert found == [{"river": "Rhine"}] * 2


async def test_a_stream_is_that_of_the_method_that_a_wrapper_calls(client):
    """Rule 6."""
    with mock.patch.object(client.chat, "stream", wraps=client.chat.stream):
        async with client.with_response.chat.stream(**CALL) as stream:
            events = [stream.json(event)["choices"][0]["delta"] async for event in stream]
            assert stream.response.headers["content-type"].startswith("text/event-stream")
    assert "".join(event.get("content", "") for event in events) == "You said: hi"


def test_of_code_that_blocks(threaded_server):
    with SyncMistral(threaded_server.api_key, server_url=threaded_server.url) as client:
        original = client.chat.complete
        with mock.patch.object(client.chat, "complete", lambda **options: original(**options).text):
            response = client.with_response.chat.complete(**CALL)
    assert (response.data, response.headers["content-type"]) == ("You said: hi", "application/json")


def test_a_client_takes_with_it_what_was_replaced_or_does_not_go(blocking):
    blocking.chat.complete = blocking.responses.create_stream = completed
    there = pickle.loads(pickle.dumps(blocking))
    assert there.responses.create_stream(model="m", input="hi").id == "mocked"
    assert there.chat.complete(**CALL).id == "mocked"
    assert there.bulk.chat(["a"], model="m").collect()[0].value.id == "mocked"
    blocking.chat.complete = mock.Mock(return_value=MOCKED)
    assert copy.deepcopy(blocking).chat.complete(**CALL).id == "mocked"
    with pytest.raises(pickle.PicklingError, match="Mock"):
        pickle.dumps(blocking)
    del blocking.chat.complete
    with pytest.raises(errors.ConfigurationError):  # it is sent, but for the key, which does not go either
        pickle.loads(pickle.dumps(blocking)).chat.complete(**CALL)


def test_every_request_tells_the_arguments_that_describe_it():
    wrong = list[str]()
    for name, method in ALL.items():
        base = needed(name)
        more = parameters(method).keys() - base.keys() - NOT_SENT - {*ONE_OF.get(name, ())}
        for given in (base, *({**base, key: value(name, key)} for key in more)):
            try:
                request = method(**given)
            except (TypeError, ValueError):  # it is not given together with those that are needed
                continue
            args, options = arguments_of(Replacement(request.described_by[0], completed, is_blocking=False), request)
            if sent(method(*args, **options)) != sent(request):
                wrong.append(f"{name} {[*given]}")
    assert wrong == []


def value(name, key):
    return RESPELT[key][0] if respelt(name, key) else Value(parameters(ALL[name])[key][0], key).value
