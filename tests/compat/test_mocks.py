"""Mocks, wrappers and patches hold: what a test has replaced never sends a request."""

from __future__ import annotations

import asyncio
import gc
import inspect
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import httpx
import pydantic
import pytest
import wrapt

import mistral_async
from mistral_async import SyncMistral, compat
from mistral_async.compat import models
from mistral_async.compat._groups import group_class
from mistral_async.compat.extra.run.context import RunContext
from mistral_async.resources.chat import Chat
from mistral_async.resources.embeddings import Embeddings

HI = [{"role": "user", "content": "hi"}]
MODEL = "mistral-small-latest"
CALL = {"model": MODEL, "messages": HI}
ANSWER = models.ChatCompletionResponse.model_validate(
    {"id": "mocked", "choices": [{"message": {"role": "assistant", "content": '{"blue": true}'}}]}
)


class Sky(pydantic.BaseModel):
    blue: bool


@pytest.fixture(params=["compat", "blocking"])
def client(request, threaded_server):
    make = compat.Mistral if request.param == "compat" else SyncMistral
    yield make(threaded_server.api_key, server_url=threaded_server.url)
    assert threaded_server.requests == []


@pytest.fixture
def official(threaded_server):
    return compat.Mistral(threaded_server.api_key, server_url=threaded_server.url)


def chat_class(client):
    return type(client.chat)


def test_groups_are_made_once(client):
    assert client.chat is client.chat
    assert client.beta.conversations is client.beta.conversations
    assert {"chat", "beta"} <= set(dir(client))
    assert "complete" in dir(client.chat)


def test_a_method_of_a_group_is_mocked(client):
    with mock.patch.object(client.chat, "complete", return_value=ANSWER) as mocked:
        assert client.chat.complete(**CALL) is ANSWER
    mocked.assert_called_once_with(**CALL)
    assert not isinstance(client.chat.complete, mock.Mock)


def test_a_method_of_a_class_is_mocked(client):
    with mock.patch.object(chat_class(client), "complete", autospec=True, return_value=ANSWER) as mocked:
        assert client.chat.complete(**CALL) is ANSWER
    assert mocked.call_args.kwargs == CALL


def test_a_group_is_replaced(client, monkeypatch):
    fake = mock.Mock()
    monkeypatch.setattr(client, "chat", fake)
    assert client.chat.complete(**CALL) is fake.complete.return_value


def test_a_method_is_patched(client, monkeypatch):
    monkeypatch.setattr(chat_class(client), "complete", lambda self, **options: (self, options))
    monkeypatch.setattr(client.embeddings, "create", lambda **options: options)
    assert client.chat.complete(**CALL) == (client.chat, CALL)
    assert client.embeddings.create(inputs="a") == {"inputs": "a"}


def test_specifications_are_those_of_the_client(client):
    fake = mock.create_autospec(client)
    fake.chat.complete.return_value = ANSWER
    assert fake.chat.complete(**CALL) is ANSWER
    fake.beta.conversations.start(inputs="hi", model=MODEL)
    with pytest.raises(AttributeError):
        _ = fake.chat.compleat
    with pytest.raises(TypeError):
        fake.chat.complete(massages=HI)


def wrapped(log):
    def wrapper(function, instance, args, kwargs):
        log.append((function.__name__, kwargs))
        return ANSWER

    return wrapper


def test_wrappers_of_methods(client, monkeypatch):
    log: list = []
    cls = chat_class(client)
    monkeypatch.setattr(cls, "complete", inspect.getattr_static(cls, "complete"))  # taken back at the end
    wrapt.wrap_function_wrapper(cls, "complete", wrapped(log))
    assert client.chat.complete(**CALL) is ANSWER
    assert log == [("complete", CALL)]


async def test_coroutine_functions_are_mocked():
    client = mistral_async.Mistral("key")
    with mock.patch.object(client.chat, "complete", new=mock.AsyncMock(return_value=ANSWER)):
        assert await client.chat.complete(**CALL) is ANSWER
    with mock.patch.object(Embeddings, "create", new=mock.AsyncMock(return_value=ANSWER)):
        assert await client.embeddings.create(inputs="a") is ANSWER
    assert client.with_response.chat is client.with_response.chat
    assert isinstance(inspect.getattr_static(Chat, "complete"), type(inspect.getattr_static(Chat, "stream")))
    official = compat.Mistral("key")
    assert inspect.iscoroutinefunction(official.chat.complete_async)
    with mock.patch.object(official.chat, "complete_async", return_value=ANSWER):  # an AsyncMock by itself
        assert await official.chat.complete_async(**CALL) is ANSWER


def test_parsing_asks_what_replaces_the_method_that_it_asks(official, threaded_server):
    with mock.patch.object(official.chat, "complete", return_value=ANSWER) as mocked:
        parsed = official.chat.parse(Sky, **CALL)
    assert parsed.choices[0].message.parsed == Sky(blue=True)
    assert mocked.call_args.kwargs["response_format"].json_schema.name == "Sky"
    fake = mock.Mock(choices=[mock.Mock(message=mock.Mock(content='{"blue": false}'))])
    with mock.patch.object(type(official.chat), "complete_async", new=mock.AsyncMock(return_value=fake)):
        parsed = asyncio.run(official.chat.parse_async(response_format=Sky, **CALL))
    assert parsed.choices[0].message.parsed == Sky(blue=False)
    assert threaded_server.requests == []


def replaced(group, name, *answers):
    """Replace both spellings of a method; each answer is for one question to either."""
    mocks = mock.Mock(side_effect=answers), mock.AsyncMock(side_effect=answers)
    for suffix, made in zip(("", "_async"), mocks, strict=True):
        setattr(group, f"{name}{suffix}", made)
    return mocks


def both(group, name, *args, **options):
    """Return what the two spellings of a method give."""
    found = getattr(group, name)(*args, **options)
    return found, asyncio.run(getattr(group, f"{name}_async")(*args, **options))


def execution(status):
    return models.WorkflowExecutionResponse.model_validate({"execution_id": "e", "status": status, "result": {"a": 1}})


RUNNING, COMPLETED, FAILED = map(execution, ("RUNNING", "COMPLETED", "FAILED"))


@pytest.mark.parametrize("group", ["chat", "agents"])
def test_parsed_streams_ask_what_replaces_the_stream(official, threaded_server, group):
    group = getattr(official, group)
    mocks = replaced(group, "stream", "events")
    assert both(group, "parse_stream", Sky, messages=HI) == ("events", "events")
    for each in mocks:
        assert each.call_args.kwargs["response_format"].json_schema.name == "Sky"
    assert threaded_server.requests == []


def test_waiting_asks_what_replaces_the_question(official, threaded_server):
    mocks = replaced(official.workflows.executions, "get_workflow_execution", RUNNING, COMPLETED)
    found = both(official.workflows, "wait_for_workflow_completion", "e", polling_interval=0.001)
    assert found == (COMPLETED, COMPLETED)
    for each in mocks:
        assert each.call_args_list == [mock.call(execution_id="e")] * 2
    replaced(official.workflows.executions, "get_workflow_execution", FAILED, RUNNING)
    with pytest.raises(RuntimeError, match="FAILED"):
        official.workflows.wait_for_workflow_completion("e")
    with pytest.raises(TimeoutError, match="not done after 1"):
        official.workflows.wait_for_workflow_completion("e", max_attempts=1)
    assert threaded_server.requests == []


def test_executing_asks_what_replaces_its_steps(official, threaded_server):
    workflows = official.workflows
    started = replaced(workflows, "execute_workflow", RUNNING, COMPLETED)
    workflows.executions = mock.Mock(**{"get_workflow_execution.return_value": COMPLETED})
    workflows.executions.get_workflow_execution_async = mock.AsyncMock(return_value=COMPLETED)
    assert both(workflows, "execute_workflow_and_wait", "w", input={"b": 2}) == ({"a": 1}, {"a": 1})
    for each in started:
        each.assert_called_once_with(workflow_identifier="w", input={"b": 2})
    assert both(workflows, "execute_workflow_and_wait", "w", use_api_sync=True) == ({"a": 1}, {"a": 1})
    replaced(workflows, "execute_workflow", RUNNING)
    waits = replaced(workflows, "wait_for_workflow_completion", COMPLETED)
    assert both(workflows, "execute_workflow_and_wait", "w", max_attempts=2) == ({"a": 1}, {"a": 1})
    for each in waits:
        each.assert_called_once_with(execution_id="e", polling_interval=5.0, max_attempts=2)
    assert threaded_server.requests == []


STARTED = models.ConversationResponse.model_validate(
    {
        "conversation_id": "c",
        "outputs": [{"type": "function.call", "tool_call_id": "t", "name": "double", "arguments": '{"number": 2}'}],
    }
)
ENDED = models.ConversationResponse.model_validate(
    {"conversation_id": "c", "outputs": [{"type": "message.output", "content": "4"}]}
)


def doubling():
    context = RunContext(model=MODEL)

    @context.register_func
    def double(number: int) -> int:
        return 2 * number

    return context


async def test_runs_ask_what_replaces_the_methods_that_they_ask():
    conversations = compat.Mistral("key").beta.conversations
    with (
        mock.patch.object(conversations, "start_async", return_value=STARTED) as start,
        mock.patch.object(conversations, "append_async", return_value=ENDED) as append,
    ):
        result = await conversations.run_async(doubling(), "2 + 2?", timeout_ms=1000)
    assert result.output_as_text == "4"
    assert start.call_args.kwargs["timeout_ms"] == append.call_args.kwargs["timeout_ms"] == 1000
    assert append.call_args.kwargs["inputs"] == [models.FunctionResultEntry("t", "4")]


async def test_streamed_runs_ask_what_replaces_the_methods_that_they_ask():
    async def events():
        for data in (
            models.ResponseStartedEvent(conversation_id="c"),
            models.MessageOutputEvent(id="m", content="4"),
            models.ResponseDoneEvent(),
        ):
            yield models.ConversationEvents(data)

    conversations = compat.Mistral("key").beta.conversations
    with mock.patch.object(conversations, "start_stream_async", return_value=events()):
        stream = await conversations.run_stream_async(doubling(), "2 + 2?")
        found = [each async for each in stream]
    assert [each.event for each in found[:-1]] == [
        "conversation.response.started",
        "message.output.delta",
        "conversation.response.done",
    ]
    assert found[-1].output_as_text == "4"


def test_clients_are_collected_without_the_collector_of_cycles():
    client = compat.Mistral("key")
    groups = client.chat, client.beta.conversations
    gone = weakref.ref(client)
    gc.disable()
    try:
        del client
        assert gone() is None
    finally:
        gc.enable()
    assert groups[0].sdk_configuration.language == "python"


def test_classes_of_groups():
    client = compat.Mistral("key")
    assert isinstance(client.beta.conversations, group_class(("beta", "conversations")))
    assert type(client.chat).complete.__name__ == "complete"
    assert list(inspect.signature(type(client.chat).complete_async).parameters)[:2] == ["self", "model"]
    assert "self" not in inspect.signature(client.chat.complete).parameters
    with pytest.raises(AttributeError, match=r"no `client\.chat\.nothing`"):
        _ = client.chat.nothing


def test_blocking_clients_and_hooks_that_wait_on_one_another_have_a_thread_each():
    """Event loops share forty."""
    all_are_here = threading.Barrier(41, timeout=5)

    def send(_):
        all_are_here.wait()
        return httpx.Response(200, json={"id": "mocked", "choices": []})

    class Hook:
        def before_request(self, _, request):
            all_are_here.wait()
            return request

    with httpx.Client(transport=httpx.MockTransport(send)) as http, compat.Mistral("key", client=http) as client:
        client.sdk_configuration.get_hooks().register_before_request_hook(Hook())
        with ThreadPoolExecutor(41) as threads:
            calls = [threads.submit(client.chat.complete, **CALL) for _ in range(41)]
        assert {call.result().id for call in calls} == {"mocked"}
