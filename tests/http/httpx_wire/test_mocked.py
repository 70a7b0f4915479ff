"""Tests of programs that mock httpx: the official SDK sends through it, so nothing may pass their mocks by."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from unittest import mock

import httpx
import httpx2
import pytest
import respx
import wrapt

from mistral_async import Mistral, SyncMistral, compat
from mistral_async._http.httpx_wire.mocked import find_mocked
from mistral_async.testing import FakeMistral

NOWHERE = "http://127.0.0.1:1"
CALL = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
PDF = ("a.pdf", b"%PDF-1.7")
ANSWER = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "mocked"}}]}
EVENTS = b"""data: {"choices": [{"index": 0, "delta": {"content": "mocked"}, "finish_reason": "stop"}]}

data: [DONE]

"""
EVENT_STREAM = {"content-type": "text/event-stream"}
BY_TEST = {  # what tests put in the place of steps, by hand
    False: ["AsyncClient.send", "AsyncClient._send_single_request", "AsyncHTTPTransport.handle_async_request"],
    True: ["Client.send", "Client._send_single_request", "HTTPTransport.handle_request"],
}


def answer(request, module=httpx, **_):
    body = b"".join(request.stream)
    if request.url.path.endswith("files"):
        assert PDF[1] in body
        return module.Response(200, json={"id": "mocked"})
    if b'"stream":true' in body:
        return module.Response(200, content=EVENTS, headers=EVENT_STREAM)
    return module.Response(200, json=ANSWER)


def answers(module, blocking):
    """Return a step of httpx that answers."""

    def step(_self, request, **_):
        found = answer(request, module)
        found.request = request
        return found

    async def async_step(_self, request, **_):
        return step(_self, request)

    return step if blocking else async_step


async def ask(url=NOWHERE, key="key"):
    """Make a call, a stream and an upload, natively and by `compat`."""
    async with Mistral(key, server_url=url) as client, compat.Mistral(key, server_url=url) as official:
        first = (await client.chat.complete(**CALL)).text
        async with client.chat.stream(**CALL) as stream:
            texts = [first, *[chunk.text async for chunk in stream if chunk.text]]
        texts.append((await official.chat.complete_async(**CALL)).choices[0].message.content)
        return texts, (await client.files.upload(file=PDF, purpose="ocr")).id


def ask_blocking(url=NOWHERE, key="key"):
    with SyncMistral(key, server_url=url) as client, compat.Mistral(key, server_url=url) as official:
        first = client.chat.complete(**CALL).text
        texts = [first, *[chunk.text for chunk in client.chat.stream(**CALL) if chunk.text]]
        texts.append(official.chat.complete(**CALL).choices[0].message.content)
        return texts, client.files.upload(file=PDF, purpose="ocr").id


MOCKED = (["mocked"] * 3, "mocked")


@pytest.mark.parametrize("using", ["httpcore", "httpx"])
async def test_respx(using):
    with respx.mock(using=using) as router:
        router.route().mock(side_effect=answer)
        assert await ask() == MOCKED
        assert ask_blocking() == MOCKED
        assert router.calls.call_count == 8


async def test_a_request_without_a_route_fails_as_the_router_says():
    with respx.mock(), pytest.raises(AssertionError, match="not mocked"):
        await ask()


@pytest.mark.parametrize("module", [httpx, httpx2])
@pytest.mark.parametrize("step", BY_TEST[False])
async def test_steps(monkeypatch, module, step):
    monkeypatch.setattr(f"{module.__name__}.{step}", answers(module, blocking=False))
    assert await ask() == MOCKED


@pytest.mark.parametrize("module", [httpx, httpx2])
@pytest.mark.parametrize("step", BY_TEST[True])
def test_blocking_steps(monkeypatch, module, step):
    """Mocks of httpx, rule 3."""
    monkeypatch.setattr(f"{module.__name__}.{step}", answers(module, blocking=True))
    assert ask_blocking() == MOCKED


class BlockingEvents(httpx.SyncByteStream):
    def __iter__(self):
        yield from (EVENTS[:20], EVENTS[20:])


class AsyncEvents(httpx.AsyncByteStream):
    async def __aiter__(self):
        for part in (EVENTS[:20], EVENTS[20:]):
            yield part


async def test_calls_that_block_take_the_blocking_client_as_over_there():
    """Mocks of httpx, rule 3."""

    def stream(request):
        blocks = "-blocking" in request.headers["x-kind"]
        return httpx.Response(200, headers=EVENT_STREAM, stream=BlockingEvents() if blocks else AsyncEvents())

    with respx.mock() as router:
        router.route().mock(side_effect=stream)
        with SyncMistral("key", server_url=NOWHERE) as client:
            events = client.with_options(headers={"x-kind": "-blocking"}).chat.stream(**CALL)
            assert "".join(event.text for event in events) == "mocked"
        client = Mistral("key", server_url=NOWHERE, headers={"x-kind": "async"})
        async with client, client.chat.stream(**CALL) as events:
            assert "".join([event.text async for event in events]) == "mocked"


@pytest.mark.parametrize("spec", [httpx.Response, None])
async def test_an_answer_may_be_a_mock_too(spec):
    found = mock.Mock(spec=spec, status_code=200, headers={"content-type": "application/json"}, text=json.dumps(ANSWER))
    with mock.patch("httpx.Client.send", return_value=found), SyncMistral("key", server_url=NOWHERE) as client:
        assert client.chat.complete(**CALL).text == "mocked"
    with mock.patch("httpx.AsyncClient.send", return_value=found):
        async with Mistral("key", server_url=NOWHERE) as client:
            assert (await client.chat.complete(**CALL)).text == "mocked"


async def test_mocks_of_the_standard_library():
    with mock.patch("httpx.AsyncClient.send", side_effect=answer) as send:
        assert await ask() == MOCKED
    assert send.await_count == 4
    with mock.patch("httpx.AsyncClient"), pytest.raises(TypeError, match="MagicMock"):
        await ask()


async def test_a_client_that_is_connected_asks_the_mock_while_it_is_there():
    with FakeMistral() as server:
        url = server.url.replace("127.0.0.1", "localhost")
        async with Mistral(server.api_key, server_url=url) as client:
            for expected in ("You said: hi", "mocked", "You said: hi"):
                with respx.mock(assert_all_called=False) if expected == "mocked" else mock.MagicMock() as router:
                    router.route().mock(side_effect=answer)
                    assert (await client.chat.complete(**CALL)).text == expected
        assert [len(server.requests), server.connections.opened] == [2, 1]


async def test_a_fake_server_is_reached_whatever_is_mocked():
    """Mocks of httpx, rule 4."""
    with FakeMistral() as server, respx.mock():
        async with Mistral(server.api_key, server_url=server.url) as client:
            assert (await client.chat.complete(**CALL)).text == "You said: hi"
    assert find_mocked((server.host, server.port)) is None


def test_instrumentation_is_no_mock(monkeypatch):
    """Mocks of httpx, rule 2."""
    address = ("api.mistral.ai", 443)

    assert find_mocked(address) is None
    spans = eval("lambda wrapped, self, args, options: wrapped(*args)", {"__name__": "opentelemetry.x"})
    wrapped = wrapt.FunctionWrapper(httpx.AsyncHTTPTransport.handle_async_request, partial(spans))
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", wrapped)
    assert find_mocked(address) is None
    traced = eval("lambda self, request, **_: None", {"__name__": "sentry_sdk.integrations.httpx"})
    monkeypatch.setattr(httpx.AsyncClient, "send", traced)
    assert find_mocked(address) is None
    over = wrapt.FunctionWrapper(answers(httpx, blocking=False), partial(spans))
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", over)
    assert find_mocked(address) == ("httpx", False)


def test_a_mock_is_found_whenever_it_comes(monkeypatch):
    address = ("api.mistral.ai", 443)
    assert find_mocked(address) is None
    for name in ("httpx.AsyncClient", "httpcore.AsyncConnectionPool.handle_async_request", "httpx2.Client.send"):
        with mock.patch(name):
            assert find_mocked(address) == (f"httpx{'2' if '2' in name else ''}", ".Client" in name)
        assert find_mocked(address) is None
    monkeypatch.delitem(sys.modules, "httpx2")
    assert find_mocked(address) is None


def test_nothing_is_looked_for_where_no_test_runs():
    program = """
import sys, anyio
from mistral_async import Mistral
async def main():
    client = Mistral("key", server_url="http://127.0.0.1:1")
    network = client._executor.engine.state.networks[0]
    assert network.current() is network._last[1]
    assert "mistral_async._http.httpx_wire.mocked" not in sys.modules
    assert not {"pytest", "unittest.mock"} & sys.modules.keys()
anyio.run(main)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


async def test_pytest_httpx(request):
    pytest.importorskip("pytest_httpx")
    httpx_mock = request.getfixturevalue("httpx_mock")
    httpx_mock.add_callback(answer, is_reusable=True)
    assert await ask() == MOCKED
    assert ask_blocking() == MOCKED
    assert len(httpx_mock.get_requests()) == 8


async def test_vcr(tmp_path):
    vcr = pytest.importorskip("vcr")
    cassette = partial(vcr.use_cassette, str(tmp_path / "calls.yaml"))
    with FakeMistral() as server:
        asked = (server.url.replace("127.0.0.1", "localhost"), server.api_key)
        with cassette():
            recorded = await ask(*asked)
    with cassette(record_mode="none") as played:
        assert await ask(*asked) == recorded
    assert played.play_count == 4
    with cassette(record_mode="none"):
        assert ask_blocking(*asked) == recorded
