"""Calls without a key: they are sent, and the API says what it thinks of that."""

from __future__ import annotations

import anyio
import pytest

from mistral_async.compat import Mistral, SDKError
from mistral_async.compat.azure import MistralAzure
from mistral_async.errors import AuthenticationError, ConfigurationError

HI = [{"role": "user", "content": "hi"}]


@pytest.fixture(autouse=True)
def _no_key(monkeypatch):
    for name in ("MISTRAL_API_KEY", "MISTRAL_SA_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)


def sent(server):
    """The keys of the requests so far."""
    return [request.headers.get("authorization") for request in server.requests]


@pytest.mark.parametrize("key", [None, lambda: None], ids=["none", "function"])
def test_a_missing_key_is_left_to_the_api(threaded_server, key):
    with Mistral(key, server_url=threaded_server.url) as client:
        with pytest.raises(SDKError) as caught:
            client.models.list()
        assert caught.value.status_code == 401
        with pytest.raises(SDKError):
            anyio.run(client.models.list_async)
        assert set(sent(threaded_server)) == {None}
        assert client.models.list(http_headers={"Authorization": f"Bearer {threaded_server.api_key}"}).data


def test_a_key_that_comes_later_is_sent(threaded_server, monkeypatch):
    with Mistral(server_url=threaded_server.url) as client:
        with pytest.raises(SDKError):
            client.models.list()
        monkeypatch.setenv("MISTRAL_API_KEY", threaded_server.api_key)
        assert client.models.list().data
    assert sent(threaded_server) == [None, f"Bearer {threaded_server.api_key}"]


def test_a_blank_key_and_none_of_a_cloud_are_errors(threaded_server):
    with Mistral("", server_url=threaded_server.url) as client:
        with pytest.raises(ConfigurationError, match="no API key"):
            client.models.list()
        assert client.models.list(http_headers={"Authorization": f"Bearer {threaded_server.api_key}"}).data
    with MistralAzure(server_url=threaded_server.url) as client, pytest.raises(ConfigurationError, match="no API key"):
        client.chat.complete(messages=HI)
    assert len(threaded_server.requests) == 1


async def test_a_handshake_without_a_key(server):
    client = Mistral(server_url=server.url)
    with pytest.raises(Exception, match="Failed to connect") as caught:
        await client.audio.realtime.connect(model="voxtral-mini-transcribe-realtime-latest")
    assert "401" in str(caught.value) or isinstance(caught.value.__cause__, AuthenticationError)
    assert set(sent(server)) == {None}
