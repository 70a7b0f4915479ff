"""A gateway of a user's: it rewrites what is sent, and nothing else changes. And the settings of every request."""

from __future__ import annotations

import pickle

import pytest

from mistral_async import Gateway, Mistral, SyncMistral
from mistral_async.errors import AuthenticationError, ConfigurationError, NotFoundError, UnsupportedOperationError
from mistral_async.models import ChatCompletionResponse
from mistral_async.testing import FakeMistral

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}


class Company(Gateway):
    name = "the company's gateway"
    key_variable = "COMPANY_KEY"

    def rewrite(self, request):
        if request.route != "/v1/chat/completions":
            raise self.unsupported(request, "ask the platform team")
        return request.replace(
            route=f"/proxy/{request.model}/chat",
            query={"tenant": "a"},
            json={**request.json, "model": f"mistral/{request.model}"},
            headers={"x-route": "eu"},
        )

    def key_headers(self, key):
        return {"X-Company-Key": key}


@pytest.fixture
def open_server():
    with FakeMistral(api_key=None) as server:
        yield server


async def test_a_gateway_rewrites_path_query_body_model_and_key(anyio_backend, open_server):
    server = open_server
    async with Mistral("a key of ours", server_url=server.url + "/base", gateway=Company()) as client:
        server.reply("/base/proxy/mistral-small-latest/chat", json={"choices": []})
        answer = await client.chat.complete(**HI)
    (request,) = server.requests
    assert isinstance(answer, ChatCompletionResponse)
    assert request.target == "/base/proxy/mistral-small-latest/chat?tenant=a"
    assert request.json() == {**HI, "model": "mistral/mistral-small-latest"}
    assert request.headers["x-company-key"] == "a key of ours"
    assert request.headers["x-route"] == "eu"
    assert "authorization" not in request.headers


def test_its_own_variable_address_and_errors(monkeypatch, open_server):
    class Here(Company):
        server_url = open_server.url

    monkeypatch.setenv("MISTRAL_API_KEY", "of the API")
    monkeypatch.setenv("MISTRAL_SERVER_URL", "https://api.test")
    client = SyncMistral(gateway=Here())
    with pytest.raises(ConfigurationError, match="COMPANY_KEY"):
        client.chat.complete(**HI)
    monkeypatch.setenv("COMPANY_KEY", "theirs")
    with pytest.raises(UnsupportedOperationError, match=r"the company's gateway has no GET /v1/models.*ask the"):
        client.models.list()
    assert not open_server.requests
    with pytest.raises(NotFoundError, match="POST /proxy/mistral-small-latest/chat"):
        client.chat.complete(**HI)
    assert open_server.requests[0].headers["x-company-key"] == "theirs"
    client.close()


def test_a_key_in_a_header_of_the_gateways_own_is_not_shown(open_server):
    class Echo(Company):
        def rewrite(self, request):
            return request.replace(route="/echo")

    open_server.reply("/echo", status=400, json={"message": "the key a-long-key is wrong"})
    with (
        SyncMistral("a-long-key", server_url=open_server.url, gateway=Echo()) as client,
        pytest.raises(Exception, match="is wrong") as caught,
    ):
        client.chat.complete(**HI)
    assert "a-long-key" not in str(caught.value)
    assert b"a-long-key" not in caught.value.body


def test_a_refused_key_is_replaced_in_the_headers_that_held_it(open_server):
    keys = iter(["old", "new"])
    open_server.reply("/proxy/mistral-small-latest/chat", status=401, json={})
    open_server.reply("/proxy/mistral-small-latest/chat", json={"choices": []})
    with SyncMistral(lambda: next(keys), server_url=open_server.url, gateway=Company()) as client:
        client.chat.complete(**HI)
    assert [request.headers["x-company-key"] for request in open_server.requests] == ["old", "new"]


def test_a_header_of_the_users_own_takes_the_place_of_the_gateways_key(open_server):
    def never():
        raise AssertionError

    open_server.reply("/proxy/mistral-small-latest/chat", status=401, json={})
    own = {"X-Company-Key": "mine"}
    with (
        SyncMistral(never, server_url=open_server.url, gateway=Company(), headers=own) as client,
        pytest.raises(AuthenticationError),
    ):
        client.chat.complete(**HI)
    assert [request.headers["x-company-key"] for request in open_server.requests] == ["mine"]


def test_a_header_that_holds_no_key_takes_the_place_of_none(open_server):
    def key():
        return "theirs"

    open_server.reply("/proxy/mistral-small-latest/chat", json={"choices": []})
    upstream = {"authorization": "Bearer of the API"}
    with SyncMistral(key, server_url=open_server.url, gateway=Company(), headers=upstream) as client:
        client.chat.complete(**HI)
    sent = open_server.requests[0].headers
    assert (sent["x-company-key"], sent["authorization"]) == ("theirs", "Bearer of the API")


def test_gateways_are_pickled_with_their_clients():
    client = SyncMistral("key", gateway=Company(), server_url="https://a.test")
    assert isinstance(pickle.loads(pickle.dumps(client))._executor.engine.state.gateway, Company)


def test_a_gateway_that_changes_nothing(threaded_server):
    with SyncMistral(threaded_server.api_key, server_url=threaded_server.url, gateway=Gateway()) as client:
        assert client.chat.complete(**HI).text
        assert client.models.list().data


# What every request is sent with.


async def test_headers_and_query_of_the_client(server):
    async with Mistral(
        server.api_key,
        server_url=f"{server.url}/v1?a=1&a=2&b=%C3%BC&c",
        headers={"X-Team": "a", "User-Agent": "ours"},
        query={"b": "x"},
    ) as client:
        await client.chat.complete(**HI)
        await client.with_options(extra_query={"a": 3}, headers={"x-team": None}).models.list()
        async with client.chat.stream(**HI) as stream:
            assert (await stream.get_final_response()).text
        assert [page async for page in client.files.list(page_size=1).pages()]
    first, second, third, fourth = server.requests
    assert first.target == third.target == "/v1/chat/completions?a=1&a=2&b=x&c="
    assert (first.headers["x-team"], first.headers["user-agent"]) == ("a", "ours")
    assert second.target == "/v1/models?a=3&b=x&c="
    assert "x-team" not in second.headers
    assert fourth.query == {"a": ["1", "2"], "b": ["x"], "c": [""], "page_size": ["1"]}


def test_parameters_of_a_request_go_before_those_of_the_client(threaded_server):
    with SyncMistral(threaded_server.api_key, server_url=threaded_server.url, query={"page_size": 9}) as client:
        assert list(client.files.list(page_size=1).pages())
    assert threaded_server.requests[0].query == {"page_size": ["1"]}


def test_the_environment_names_a_server(monkeypatch, threaded_server):
    monkeypatch.setenv("MISTRAL_SERVER_URL", f"{threaded_server.url}/v1/")
    with SyncMistral(threaded_server.api_key) as client:
        assert client.models.list().data
    assert SyncMistral("key", server="eu")._executor.engine.state.network.origin.host == "api.eu.mistral.ai"
    assert SyncMistral("key", server_url="https://a.test")._executor.engine.state.network.origin.host == "a.test"
    monkeypatch.setenv("MISTRAL_SERVER_URL", "a.test")
    with pytest.raises(ConfigurationError, match="MISTRAL_SERVER_URL must be like"):
        SyncMistral("key")


@pytest.fixture
def account(tmp_path, monkeypatch):
    path = tmp_path / "token"
    path.write_text("  test-key\n", encoding="utf-8")
    monkeypatch.setenv("MISTRAL_SA_TOKEN_PATH", str(path))
    monkeypatch.setenv("MISTRAL_API_KEY", "of the environment")
    return path


async def test_the_token_of_a_service_account_is_read_for_each_request(account, server):
    async with Mistral(server_url=server.url) as client:
        await client.models.list()
        account.write_text("bearer another", encoding="utf-8")
        with pytest.raises(AuthenticationError):
            await client.models.list()
        account.write_text(server.api_key, encoding="utf-8")
        await client.models.list()
    sent = [request.headers["authorization"] for request in server.requests]
    assert sent == ["Bearer test-key", "Bearer another", "Bearer another", "Bearer test-key"]


def test_what_goes_before_the_token_of_a_service_account(account, threaded_server):
    account.unlink()
    url, good = threaded_server.url, f"Bearer {threaded_server.api_key}"
    with SyncMistral(threaded_server.api_key, server_url=url) as client:
        client.models.list()
    with SyncMistral(server_url=url, headers={"Authorization": good}) as client:
        client.models.list()
    with SyncMistral(server_url=url) as client:
        client.with_options(headers={"authorization": good}).models.list()
        with pytest.raises(ConfigurationError, match=r"MISTRAL_SA_TOKEN_PATH names .*No such file"):
            client.models.list()
        account.write_text(" \n", encoding="utf-8")
        with pytest.raises(ConfigurationError, match="which is empty"):
            client.models.list()
        account.write_bytes(b"\xff")
        with pytest.raises(ConfigurationError, match="can not be read: it is no text"):
            client.models.list()
    assert len(threaded_server.requests) == 3


def test_a_header_takes_the_place_of_a_key(monkeypatch, threaded_server):
    monkeypatch.delenv("MISTRAL_API_KEY", raising=False)
    own = {"Authorization": f"Bearer {threaded_server.api_key}"}

    def never():
        raise AssertionError

    for key in (None, never):
        with SyncMistral(key, server_url=threaded_server.url, headers=own) as client:
            assert client.models.list().data
            assert client.request("GET", "/v1/models", headers=own, returns=None) is None


def test_a_key_in_the_query_of_a_server_is_not_shown(caplog):
    with FakeMistral() as server:
        with SyncMistral("wrong", server_url=f"{server.url}?code=secret-code") as client:
            with pytest.raises(AuthenticationError) as caught:
                client.models.list()
            with pytest.raises(NotFoundError) as other:
                client.request("GET", "/v2/nothing", headers={"authorization": "Bearer test-key"}, returns=None)
        assert server.requests[0].target == "/v1/models?code=secret-code"
    assert "secret-code" not in f"{caught.value!r}{other.value!r}{client!r}{caplog.text}"
