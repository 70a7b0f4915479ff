"""Programs that have httpx2: its clients work, and errors of connections are its errors, httpx's and ours."""

from __future__ import annotations

import pickle
import sys
import types

import httpx
import httpx2
import pytest

from mistral_async import errors
from mistral_async.compat import Mistral
from mistral_async.compat.utils import RetryConfig

HI = [{"role": "user", "content": "hi"}]
EVENT = b'data: {"id":"a","model":"m","choices":[{"index":0,"delta":{"content":"x"},"finish_reason":null}]}\n\n'
ONCE = RetryConfig("none")
KINDS = [
    "ConnectError",
    "ConnectTimeout",
    "PoolTimeout",
    "ProxyError",
    "ReadTimeout",
    "RemoteProtocolError",
    "CloseError",
]


class Broken(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """The body of a stream that breaks after its first event."""

    def __init__(self, error):
        self.error = error

    def __iter__(self):
        yield EVENT
        raise self.error

    async def __aiter__(self):
        yield EVENT
        raise self.error


def is_whole(error, kind):
    """Whether an error is of both packages and of ours, and stays so in another process."""
    again = pickle.loads(pickle.dumps(error))
    classes = (getattr(httpx, kind), getattr(httpx2, kind), errors.APIConnectionError)
    return all(isinstance(error, each) for each in classes) and isinstance(again, httpx2.RequestError)


@pytest.mark.parametrize("kind", KINDS)
def test_errors_of_a_client_are_raised_as_they_are(kind):
    def fail(request):
        raise getattr(httpx2, kind)("it failed", request=request)

    def cut(request):
        return httpx2.Response(
            200, headers={"content-type": "text/event-stream"}, stream=Broken(getattr(httpx2, kind)(""))
        )

    with httpx2.Client(transport=httpx2.MockTransport(fail)) as http:
        client = Mistral("key", client=http, server_url="https://api.example", retry_config=ONCE)
        with pytest.raises(getattr(httpx2, kind), match="it failed") as caught:
            client.chat.complete(model="m", messages=HI)
    assert is_whole(caught.value, kind)
    with httpx2.Client(transport=httpx2.MockTransport(cut)) as http:
        client = Mistral("key", client=http, server_url="https://api.example", retry_config=ONCE)
        stream = client.chat.stream(model="m", messages=HI)
        assert next(stream).data.choices[0].delta.content == "x"
        with pytest.raises(getattr(httpx2, kind)) as caught:
            next(stream)
    assert is_whole(caught.value, kind)


async def test_the_same_for_coroutines():
    def handle(request):
        if b'"stream":true' not in request.content:
            raise httpx2.ConnectError("it failed", request=request)
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=Broken(httpx2.ReadError("")))

    http = httpx2.AsyncClient(transport=httpx2.MockTransport(handle))
    client = Mistral("key", async_client=http, server_url="https://api.example", retry_config=ONCE)
    with pytest.raises(httpx2.ConnectError, match="it failed"):
        await client.chat.complete_async(model="m", messages=HI)
    with pytest.raises(httpx2.ReadError):
        _ = [event async for event in await client.chat.stream_async(model="m", messages=HI)]
    await http.aclose()


def fail_to_connect():
    """The error of a call to where nobody listens."""
    with (
        Mistral("key", server_url="http://127.0.0.1:9", retry_config=ONCE) as client,
        pytest.raises(httpx.ConnectError) as caught,
    ):
        client.models.list()
    return caught.value


def test_errors_of_our_own_connections():
    assert is_whole(fail_to_connect(), "ConnectError")


def test_httpx2_is_not_imported_for_that(monkeypatch):
    monkeypatch.delitem(sys.modules, "httpx2")
    assert not isinstance(fail_to_connect(), httpx2.RequestError)
    assert "httpx2" not in sys.modules


@pytest.mark.parametrize("module", [None, types.ModuleType("httpx2")], ids=["blocked", "half loaded"])
def test_a_module_that_can_not_be_imported_hides_no_error(monkeypatch, module):
    monkeypatch.setitem(sys.modules, "httpx2", module)
    assert isinstance(fail_to_connect(), errors.APIConnectionError)
