"""The official clients of clouds: ours with their constructors, and theirs, where installed, on the fake server."""

from __future__ import annotations

import importlib
import inspect

import anyio
import pytest

from mistral_async.compat.azure import MistralAzure
from mistral_async.compat.gcp import MistralGCP
from mistral_async.errors import ConfigurationError
from mistral_async.testing import FakeMistral

HI = [{"role": "user", "content": "Hello"}]
MODEL = "mistral-large-2411"
PLACE = "/v1/projects/p/locations/europe-west4/publishers/mistralai/models"
DOCUMENT = {"type": "document_url", "document_url": "https://a.test/b.pdf"}


@pytest.fixture(scope="module")
def server():
    with FakeMistral() as server:
        yield server


def use_azure(client, server):
    """Call every method of the official client for Azure."""
    del server.requests[:]
    assert client.chat.complete(messages=HI).choices[0].message.content == "You said: Hello"
    assert server.requests[-1].json()["model"] == "azureai"
    with client.chat.stream(model="ours", messages=HI) as events:
        assert "".join(event.data.choices[0].delta.content for event in events) == "You said: Hello"
    assert client.ocr.process(model="ours", document=DOCUMENT).pages[0].markdown
    assert {request.query["api-version"][0] for request in server.requests} == {"2024-05-01-preview"}
    assert [request.path for request in server.requests] == [
        "/models/chat/completions",
        "/models/chat/completions",
        "/providers/mistral/azure/ocr",
    ]


def use_vertex(client, server):
    """Call every method of the official client for Vertex."""
    del server.requests[:]
    assert client.chat.complete(model=MODEL, messages=HI).model == MODEL
    with client.chat.stream(model=MODEL, messages=HI) as events:
        assert "".join(event.data.choices[0].delta.content for event in events) == "You said: Hello"
    assert client.fim.complete(model="codestral-2", prompt="def f():").choices[0].message.content
    with client.fim.stream(model="codestral-2", prompt="def f():") as events:
        assert [event.data for event in events]
    assert [request.target for request in server.requests] == [
        f"{PLACE}/{MODEL}:rawPredict",
        f"{PLACE}/{MODEL}:streamRawPredict",
        f"{PLACE}/codestral-2:rawPredict",
        f"{PLACE}/codestral-2:streamRawPredict",
    ]


async def use_async(client):
    async with client:
        assert (await client.chat.complete_async(model=MODEL, messages=HI)).choices[0].message.content
        events = await client.chat.stream_async(model=MODEL, messages=HI)
        assert [event.data async for event in events]


def test_azure_with_the_official_constructor(server):
    with MistralAzure(server.api_key, server_url=server.url) as client:
        use_azure(client, server)
        assert client.chat.complete(messages=HI, server_url=f"{server.url}/models").model
    anyio.run(use_async, MistralAzure(lambda: server.api_key, server_url=server.url))
    with pytest.raises(ConfigurationError, match="server_url"):
        MistralAzure("key")


def test_azure_with_the_constructor_of_version_1(server):
    for end in ("", "/", "/v1", "/models"):
        with MistralAzure(azure_api_key=server.api_key, azure_endpoint=server.url + end) as client:
            assert client.chat.complete(model=MODEL, messages=HI).choices
        assert server.requests[-1].path == ("/models" if end == "/models" else "/v1") + "/chat/completions"


def test_vertex_with_the_official_constructor(server):
    with MistralGCP("p", access_token=server.api_key, server_url=server.url) as client:
        use_vertex(client, server)
    anyio.run(use_async, MistralGCP("p", access_token=server.api_key, server_url=server.url))


def test_groups_that_a_cloud_does_not_have(server):
    client = MistralAzure("key", server_url=server.url)
    assert not hasattr(client, "fim")
    with pytest.raises(AttributeError, match=r"MistralAzure has no `client\.embeddings`: it has chat, ocr"):
        _ = client.embeddings


@pytest.fixture(params=["azure", "gcp"])
def official(request):
    pytest.importorskip("httpx2", reason="the official SDK is not installed, or an older one")
    return pytest.importorskip(
        f"mistralai.{request.param}.client", reason="the official SDK, or google-auth, is not installed"
    )


def test_the_official_clients_work_on_the_fake_server(official, server):
    if "azure" in official.__name__:

        def make(key):
            return official.MistralAzure(key, server_url=server.url)
    else:

        def make(key):
            return official.MistralGCP("p", access_token=key, server_url=server.url)

    use = use_azure if "azure" in official.__name__ else use_vertex
    with make(server.api_key) as client:
        use(client, server)
    anyio.run(use_async, make(server.api_key))
    with make("wrong") as client, pytest.raises(Exception, match="401"):
        client.chat.complete(model=MODEL, messages=HI)


def test_the_constructors_have_the_official_parameters(official):
    ours = MistralAzure if "azure" in official.__name__ else MistralGCP
    theirs = getattr(official, ours.__name__)
    wanted = list(inspect.signature(theirs).parameters)
    assert list(inspect.signature(ours).parameters)[: len(wanted)] == wanted
    assert ours.groups == theirs._sub_sdk_map.keys()


def test_modules_of_clouds_have_the_classes_of_their_groups():
    for name, group in (
        ("azure.chat", "Chat"),
        ("azure.client.ocr", "Ocr"),
        ("gcp.fim", "Fim"),
        ("gcp.client.chat", "Chat"),
    ):
        found = getattr(importlib.import_module(f"mistral_async.compat.{name}"), group)
        assert inspect.iscoroutinefunction(getattr(found, "process_async" if group == "Ocr" else "complete_async"))
