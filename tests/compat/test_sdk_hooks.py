"""The official SDK's hooks, registered with `client.sdk_configuration`: they see and change requests and answers."""

from __future__ import annotations

import asyncio
import importlib
import json
import threading

import httpx
import pytest

from mistral_async import compat
from mistral_async.compat import errors
from mistral_async.compat._hooks.sdkhooks import SDKHooks
from mistral_async.compat._hooks.types import (
    AfterErrorHook,
    AfterSuccessHook,
    BeforeRequestContext,
    BeforeRequestHook,
    SDKInitHook,
)
from mistral_async.testing import Cut

HI = [{"role": "user", "content": "hi"}]
CALL = {"model": "mistral-small-latest", "messages": HI}
WRONG = {"model": "no such model", "messages": HI}


class Observer(BeforeRequestHook, AfterSuccessHook, AfterErrorHook):
    def __init__(self):
        self.seen = []
        self.errors = []

    def before_request(self, hook_ctx, request):
        assert isinstance(hook_ctx, BeforeRequestContext)
        assert hook_ctx.config.get_hooks().before_request_hooks[1:] == [self]
        assert str(request.url).startswith(hook_ctx.base_url)
        request.headers["x-hooked"] = "yes"
        self.seen.append((hook_ctx.operation_id, request.method))
        return request

    def after_success(self, hook_ctx, response):
        assert response.request.headers["x-hooked"] == "yes"
        self.seen.append((hook_ctx.operation_id, response.status_code))
        return response

    def after_error(self, hook_ctx, response, error):
        self.errors.append((hook_ctx.operation_id, response and response.json()["code"], error))
        return response, error


def register(client, hook):
    hooks = client.sdk_configuration.__dict__["_hooks"]
    assert hooks is client.sdk_configuration.get_hooks()
    for kind in ("before_request", "after_success", "after_error"):
        if hasattr(hook, kind):
            getattr(hooks, f"register_{kind}_hook")(hook)
    return hook


def own(server):
    return compat.Mistral(server.api_key, server_url=server.url)


def of_the_user(server):
    return compat.Mistral(
        server.api_key, server_url=server.url, client=httpx.Client(), async_client=httpx.AsyncClient()
    )


@pytest.mark.parametrize("make", [own, of_the_user])
def test_hooks_see_and_change_requests_and_answers(threaded_server, make):
    client = make(threaded_server)
    client.chat.complete(**CALL)
    hook = register(client, Observer())
    assert client.chat.complete(**CALL).choices[0].message.content
    assert [request.headers.get("x-hooked") for request in threaded_server.requests] == [None, "yes"]
    assert len(list(client.chat.stream(**CALL))) > 1
    uploaded = client.files.upload(file={"file_name": "a.jsonl", "content": b"{}\n"}, purpose="batch")
    assert client.files.download(file_id=uploaded.id).read() == b"{}\n"
    names = ["chat.complete", "chat.stream", "files.upload", "files.download"]
    assert hook.seen == [(name, each) for name in names for each in ("GET" if "down" in name else "POST", 200)]
    with pytest.raises(errors.SDKError):
        client.chat.complete(**WRONG)
    assert hook.errors == [("chat.complete", "1500", None)]


@pytest.mark.parametrize("make", [own, of_the_user])
def test_of_coroutines_and_in_another_thread(threaded_server, make):
    client, threads = make(threaded_server), []

    class Blocking(BeforeRequestHook):
        def before_request(self, hook_ctx, request):
            threads.append(threading.current_thread())
            return request

    register(client, Blocking())

    async def main():
        async with client:
            assert (await client.chat.complete_async(**CALL)).choices
            assert [event async for event in await client.chat.stream_async(**CALL)]

    asyncio.run(main())
    assert len(threads) == 2
    assert threading.main_thread() not in threads


class RefusedError(httpx.ConnectError):
    """A hook's own: what it asks over HTTP is down."""


@pytest.mark.parametrize("returned", [True, False])
@pytest.mark.parametrize("kind", ["before_request", "after_success", "after_error"])
def test_an_exception_of_a_hook_ends_the_call_as_it_is(threaded_server, kind, returned):
    def refuse(*_):
        if returned:
            return RefusedError("no")
        raise RefusedError("no")

    client = own(threaded_server)
    getattr(client.sdk_configuration.get_hooks(), f"register_{kind}_hook")(type("Refusing", (), {kind: refuse})())
    with pytest.raises(RefusedError):
        client.chat.complete(**(WRONG if kind == "after_error" else CALL))
    assert len(threaded_server.requests) == (kind != "before_request")


def test_a_response_that_a_hook_refuses_is_closed():  # Rules 3 and 4
    seen = []

    class Body(httpx.SyncByteStream):
        def __iter__(self):
            yield b"{}\n"

        def close(self):
            seen.append("closed")

    class Refusing(AfterSuccessHook):
        def after_success(self, hook_ctx, response):
            seen.append(response.is_stream_consumed)
            raise RefusedError("no")

    def answer(request):
        return httpx.Response(200, headers={"content-type": "application/x-ndjson"}, stream=Body())

    client = compat.Mistral("key", client=httpx.Client(transport=httpx.MockTransport(answer)))
    register(client, Refusing())
    with pytest.raises(RefusedError):
        client.files.download(file_id="00000000-0000-0000-0000-000000000000")
    assert seen == [False, "closed"]


class Mending(AfterErrorHook):
    def __init__(self, *outcome):
        self.outcome = outcome
        self.told = []

    def after_error(self, hook_ctx, response, error):
        self.told.append(error or response.status_code)
        return self.outcome


def test_errors_are_changed_mended_or_taken_away(threaded_server):
    client = own(threaded_server)
    [hook] = client.sdk_configuration.get_hooks().after_error_hooks = [Mending(None, RefusedError("other"))]
    with pytest.raises(RefusedError):
        client.chat.complete(**WRONG)
    body = {"id": "mended", "choices": []}
    hook.outcome = (httpx.Response(200, json=body), None)
    assert client.chat.complete(**WRONG).id == "mended"
    threaded_server.fault(Cut(after_bytes=5))
    hook.outcome = (None, None)
    with pytest.raises(errors.NoResponseError):
        client.chat.complete(**CALL)
    assert hook.told[:2] == [400, 400]
    assert isinstance(hook.told[2], httpx.TransportError)


def test_a_streams_body_is_what_the_hook_gives(threaded_server):
    class Rewriting(AfterSuccessHook):
        def after_success(self, hook_ctx, response):
            assert not response.is_stream_consumed
            chunk = {"id": "hooked", "choices": [{"index": 0, "delta": {"content": "a"}, "finish_reason": "stop"}]}
            response.stream = httpx.ByteStream(f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode())
            return response

    client = own(threaded_server)
    register(client, Rewriting())
    assert [event.data.id for event in client.chat.stream(**CALL)] == ["hooked"]


def test_hooks_of_the_making_of_a_client():
    class Moving(SDKInitHook):
        def sdk_init(self, base_url, client):
            return f"{base_url}/moved", client

    inside = importlib.import_module("mistral_async.compat.client._hooks.types")
    assert inside.SDKInitHook is SDKInitHook
    hooks = SDKHooks()
    hooks.register_sdk_init_hook(Moving())
    assert hooks.sdk_init("http://a", None) == ("http://a/moved", None)
    with pytest.raises(TypeError, match="abstract"):
        BeforeRequestHook()
