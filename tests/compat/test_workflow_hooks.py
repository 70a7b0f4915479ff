"""What the official SDK does for workflows in hooks: calls do it by themselves, and the hooks do it where they are."""

from __future__ import annotations

import pickle

import httpx
import pytest

from mistral_async import compat
from mistral_async.compat._hooks._messages import response_with
from mistral_async.compat._hooks.stream_error_hook import WorkflowStreamErrorHook
from mistral_async.compat._hooks.traceparent import TraceparentInjectionHook
from mistral_async.compat._hooks.types import AfterSuccessContext, BeforeRequestContext, HookContext
from mistral_async.compat.errors import SDKError
from mistral_async.compat.extra.exceptions import MistralClientException, StreamDisconnectedError
from mistral_async.errors import StreamEventError

LOST = b'event: error\ndata: {"error": "the tail was lost", "reason": "read_error"}\n\n'
FRAME = b'id: 4\ndata: {"stream": "s", "broker_sequence": 4}\n\n'
EVENTS = "get_stream_events_v1_workflows_events_stream_get"
SPAN = "00-aabbccddeeff00112233445566778899-0102030405060708-01"


def context(operation, kind=AfterSuccessContext):
    return kind(HookContext(None, "https://api.test", operation))


def read(*pieces, operation=EVENTS, **headers):
    """Return what arrives of a stream that comes in pieces, and what is raised in it."""
    headers = {"content-type": "text/event-stream", **headers}
    request = httpx.Request("GET", "https://api.test")
    response = httpx.Response(200, headers=headers, content=iter(pieces), request=request)
    changed, arrived = WorkflowStreamErrorHook().after_success(context(operation), response), b""
    try:
        for each in changed.iter_raw():
            arrived += each
    except StreamDisconnectedError as error:
        return arrived, error
    return arrived, None


@pytest.fixture
def workflows(threaded_server):
    with compat.Mistral(threaded_server.api_key, server_url=threaded_server.url) as client:
        yield client.workflows


@pytest.fixture
async def client(server):
    async with compat.Mistral(server.api_key, server_url=server.url) as client:
        yield client


def test_a_stream_of_workflows_that_the_api_ends_is_disconnected(workflows, threaded_server):
    threaded_server.reply(sse=[FRAME, LOST], done=False)
    stream = workflows.events.get_stream_events()
    assert next(stream).data.broker_sequence == 4
    with pytest.raises(StreamDisconnectedError, match="the tail was lost") as caught:
        next(stream)
    assert (caught.value.reason, caught.value.error) == ("read_error", "the tail was lost")
    assert isinstance(caught.value, (MistralClientException, StreamEventError))
    again = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(again, StreamDisconnectedError)
    assert (again.reason, again.error) == ("read_error", "the tail was lost")


async def test_a_stream_is_disconnected_with_await_too(client, server):
    server.reply(sse=[FRAME, ("error", {"error": "why"})], done=False)
    with pytest.raises(StreamDisconnectedError) as caught:
        async for _ in await client.workflows.executions.stream_async(execution_id="e"):
            pass
    assert (caught.value.reason, caught.value.error) == ("stream_error", "why")


def test_other_streams_have_no_such_error(threaded_server):
    threaded_server.reply(sse=[LOST], done=False)
    with (
        compat.Mistral(threaded_server.api_key, server_url=threaded_server.url) as client,
        pytest.raises(SDKError) as caught,
    ):
        list(client.chat.stream(model="m", messages=[]))
    assert not isinstance(caught.value, StreamDisconnectedError)


@pytest.mark.parametrize("cut", [1, 7, len(FRAME), len(FRAME) + 5])
def test_the_hook_ends_a_stream_wherever_it_is_cut(cut):
    data = FRAME + LOST
    arrived, error = read(data[:cut], data[cut:-1])
    assert b'"broker_sequence": 4' in arrived
    assert (error.reason, error.error) == ("read_error", "the tail was lost")


def test_the_hook_reads_data_in_several_lines():
    _, error = read(b'event: error\r\ndata: {"error": "connection\r\ndata: lost"}\r\n\r\n')
    assert (error.reason, error.error) == ("stream_error", "connection\nlost")


def test_the_hook_leaves_other_streams_as_they_are():
    assert read(LOST, operation="chat.stream") == (LOST, None)
    assert read(LOST, **{"content-encoding": "br"}) == (LOST, None)
    assert read(b"event: a\ndata: 1\ndata: 2\n\n") == (b"event: a\ndata: 1\ndata: 2\n\n", None)


def test_an_execution_names_its_span_once(workflows, threaded_server):
    hooks = workflows._owner.sdk_configuration.get_hooks()
    hooks.register_before_request_hook(TraceparentInjectionHook())
    workflows.execute_workflow(workflow_identifier="echo", input={"a": 1})
    workflows.execute_workflow(workflow_identifier="echo", http_headers={"traceparent": SPAN})
    first, second = (request for request in threaded_server.requests if request.method == "POST")
    assert first.json()["traceparent"] == first.headers["traceparent"] != SPAN
    assert second.json()["traceparent"] == second.headers["traceparent"] == SPAN


def test_the_hook_names_a_span_in_a_request():
    def sent(operation="workflows.execute_workflow", **given):
        request = httpx.Request("POST", "https://api.test", **given)
        return TraceparentInjectionHook().before_request(context(operation, BeforeRequestContext), request)

    named = sent(json={"input": {"a": 1}}, headers={"traceparent": SPAN})
    assert named.read() == b'{"input":{"a":1},"traceparent":"%s"}' % SPAN.encode()
    assert named.headers["content-length"] == str(len(named.content))
    assert sent(json={"traceparent": SPAN}).headers["traceparent"] == SPAN
    assert sent(content=b"no JSON").headers["traceparent"].endswith("-01")
    assert "traceparent" not in sent("chat.complete", json={}).headers


def test_a_request_whose_body_came_in_pieces_is_framed_once():
    request = httpx.Request(
        "POST", "https://api.test", content=[b"{", b"}"], headers={"content-type": "application/json"}
    )
    request.read()
    hook = TraceparentInjectionHook()
    named = hook.before_request(context("workflows.execute_workflow", BeforeRequestContext), request)
    assert named.headers["content-length"] == str(len(named.content))
    assert "transfer-encoding" not in named.headers


def test_cookies_stay_apart_when_the_body_is_replaced():
    headers = [("set-cookie", "a=1"), ("set-cookie", "b=2")]
    replaced = response_with(httpx.Response(200, headers=headers, request=httpx.Request("GET", "https://a.test")), b"")
    assert replaced.headers.get_list("set-cookie") == ["a=1", "b=2"]
