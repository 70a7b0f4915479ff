"""Requests of any kind: what is sent, on every face, what comes back, and what is refused."""

from __future__ import annotations

import dataclasses
import json

import msgspec
import pytest
from typing_extensions import TypedDict

from mistral_async import RetrySafety, SyncMistral, calls
from mistral_async.batch import BatchInputError
from mistral_async.bulk import CheckpointError
from mistral_async.errors import (
    APIConnectionError,
    BadRequestError,
    ConfigurationError,
    NotFoundError,
    ResponseValidationError,
)
from mistral_async.testing import Reset


class Thing(msgspec.Struct):
    n: int = 0


@dataclasses.dataclass
class Plain:
    n: int


class Typed(TypedDict):
    n: int


@pytest.mark.parametrize(
    ("returns", "answer"),
    [(Thing, Thing(1)), (Plain, Plain(1)), (Typed, {"n": 1}), (dict, {"n": 1}), (dict[str, int], {"n": 1})],
)
async def test_an_answer_is_read_as_its_type(client, server, returns, answer):
    server.reply("GET /v2/things/a%2Fb/7", json={"n": 1}, times=2)
    assert await client.request("GET", "/v2/things/{}/{}", "a/b", 7, returns=returns) == answer
    response = await client.with_response.request("GET", "/v2/things/{}/{}", "a/b", 7, returns=returns)
    assert (response.status, response.data) == (200, answer)


async def test_everything_is_sent(client, server):
    server.reply("PATCH /v2/things", json=[1])
    body, query = {"a": None, "b": [1]}, {"x": [1, 2], "y": None, "z": True}
    found = await client.request("patch", "/v2/things", json=body, query=query, headers={"X-Own": "1"})
    assert found == [1]
    (request,) = server.requests
    assert (request.method, json.loads(request.body), request.query_string) == ("PATCH", body, "x=1&x=2&z=true")
    assert request.headers["x-own"] == "1"
    await client.request("GET", "/v1/models", headers={"X-Own": "1"}, returns=dict)
    await client.request("GET", "/v1/models", returns=dict)
    assert ["x-own" in each.headers for each in server.requests[1:]] == [True, False]


async def test_a_form(client, server):
    server.reply("/v2/things", json={})
    await client.request("POST", "/v2/things", form={"file": b"123", "purpose": "p"}, returns=dict)
    assert {part.name for part in server.requests[0].form.parts} == {"file", "purpose"}


@pytest.mark.parametrize("returns", [{}, {"returns": None}])
async def test_no_answer(client, server, returns):
    server.reply("/v2/things", status=201)
    assert await client.request("POST", "/v2/things", **returns) is None


async def test_events_lines_and_bytes(client, server):
    server.reply("/v2/events", sse=[{"type": "a", "n": 1}, {"type": "end", "n": 2}, {"type": "a", "n": 3}], done=False)
    async with client.request("GET", "/v2/events", query={"q": 1}, yields=Thing, ends="end") as stream:
        assert [event.n async for event in stream] == [1, 2]
    server.reply("/v2/lines", body=b'{"n": 1}\n{"n": 2}\n')
    async with await client.send(calls.request("POST", "/v2/lines", yields=Thing, lines=True)) as stream:
        assert [event.n async for event in stream] == [1, 2]
    server.reply("/v2/bytes", body=b"\0\1", headers={"content-type": "audio/wav"})
    assert await client.request("GET", "/v2/bytes", download=True) == b"\0\1"


def test_blocking(sync_client, threaded_server):
    threaded_server.reply("/v2/things", json={"n": 1}, times=None)
    threaded_server.reply("/v2/events", sse=[{"n": 1}, "[DONE]"], times=None)
    assert sync_client.request("GET", "/v2/things", returns=Thing) == Thing(1)
    assert sync_client.with_response.request("GET", "/v2/things", returns=Thing).data == Thing(1)
    assert sync_client.send(calls.request("GET", "/v2/things", returns=Thing)).data == Thing(1)
    with sync_client.request("POST", "/v2/events", yields=Thing) as stream:
        assert list(stream) == [Thing(1)]
    assert sync_client.request("GET", "/v2/things", download=True).read() == b'{"n":1}'
    many = [calls.request("GET", "/v2/things", returns=Thing) for _ in range(3)]
    with sync_client.bulk.map(many) as results:
        assert [each.unwrap() for each in results] == [Thing(1)] * 3


async def test_what_creates_is_not_repeated(client, server):
    server.fault(Reset(where="response"), times=None)
    with pytest.raises(APIConnectionError):
        await client.request("POST", "/v2/things", json={})
    assert len(server.requests) == 1
    for asked in ({"safety": RetrySafety.SAFE}, {}):
        with pytest.raises(APIConnectionError):
            await client.request("POST" if asked else "GET", "/v2/things", **asked)
    assert len(server.requests) > 4


async def test_errors_are_those_of_all_requests(client, server):
    with pytest.raises(NotFoundError, match=r"404 from GET /v2/nothing"):
        await client.request("GET", "/v2/nothing", returns=dict)
    server.reply("/v2/things", json=[1])
    with pytest.raises(ResponseValidationError, match="expected"):
        await client.request("GET", "/v2/things", returns=Thing)


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (("GET", "/v2/{}/{}", "a"), TypeError, "takes 2 ids, one for each {}, and 1 were given"),
        (("GET", "/v2/things", "a"), TypeError, "takes 0 ids"),
        (("GET", "/v2/{}", ""), ValueError, "an id must not be empty"),
        (("GET", "/v2/{}", ".."), ValueError, "an id must not be"),
        (("GET", "/v2/{thing}"), ValueError, "write {} for each id"),
        (("GET", "/v2/my thing"), ValueError, "percent-encoded"),
        (("GET", "/v2/<thing>"), ValueError, "percent-encoded"),
        (("GET", "/v2/things?a=1"), ValueError, "pass query="),
        (("GET", "https://else.where/v2"), ValueError, "begins with /"),
        (("GET /", "/v2"), ValueError, "a word such as GET"),
    ],
)
def test_what_can_not_be_sent_is_refused_at_once(arguments, error, says):
    with pytest.raises(error) as caught:
        calls.request(*arguments, returns=dict)
    assert says in str(caught.value)


def test_other_arguments_are_checked_at_once():
    with pytest.raises(TypeError, match="no answer can be read as"):
        calls.request("GET", "/v2", returns=lambda: None)
    with pytest.raises(ConfigurationError, match="content-length"):
        calls.request("GET", "/v2", headers={"Content-Length": "1"})
    with pytest.raises(TypeError, match="unexpected keyword argument 'jsn'"):
        calls.request("GET", "/v2", jsn={})


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"json": {}, "form": {}}, "json= and form="),
        ({"returns": dict, "yields": Thing}, "returns= and yields="),
        ({"yields": Thing, "download": True}, "yields= and download="),
        ({"lines": True}, "which yields= makes"),
        ({"ends": "end"}, "which yields= makes"),
    ],
)
def test_parts_that_exclude_each_other_are_refused(parts, says):
    with pytest.raises(TypeError, match=says):
        calls.request("POST", "/v2", **parts)


async def test_admin_endpoints_get_the_key_in_both_headers(client, server):
    for route in ("/v1/admin/usage", "/v1/users/me", "/v1/whoami"):
        server.reply(route, json={})
        await client.request("GET", route)
        headers = server.requests[-1].headers
        assert (headers["authorization"], headers["x-api-key"]) == (f"Bearer {server.api_key}", server.api_key)
    await client.models.list()
    assert "x-api-key" not in server.requests[-1].headers


async def test_a_new_key_is_in_both_headers(server):
    from mistral_async import Mistral

    keys = iter(["old", server.api_key])
    async with Mistral(lambda: next(keys), server_url=server.url) as client:
        with pytest.raises(NotFoundError):
            await client.request("GET", "/v1/admin/nothing")
    assert [each.headers["x-api-key"] for each in server.requests] == ["old", server.api_key]


@pytest.mark.parametrize("kind", ["text", "function", "file"])
async def test_a_header_takes_the_place_of_the_key_where_it_stands(server, tmp_path, monkeypatch, kind):
    from mistral_async import Mistral

    path = tmp_path / "token"
    path.write_text("ours", encoding="utf-8")
    if kind == "file":
        monkeypatch.setenv("MISTRAL_SA_TOKEN_PATH", str(path))
    key = {"text": "ours", "function": lambda: "ours", "file": None}[kind]
    server.reply("/v1/whoami", json={}, times=3)
    own = {"authorization": f"Bearer {server.api_key}"}
    async with Mistral(key, server_url=server.url, headers=own) as client:
        await client.request("GET", "/v1/whoami")
        await client.request("GET", "/v1/whoami", headers={"x-api-key": "mine"})
        await client.models.list()
    sent = [(each.headers["authorization"], each.headers.get("x-api-key")) for each in server.requests]
    assert sent == [(own["authorization"], given) for given in ("ours", "mine", None)]


async def test_a_header_stands_alone_where_there_is_no_key(server, monkeypatch):
    from mistral_async import Mistral

    monkeypatch.delenv("MISTRAL_API_KEY", raising=False)
    server.reply("/v1/whoami", json={})
    own = {"authorization": f"Bearer {server.api_key}"}
    async with Mistral(server_url=server.url, headers=own) as client:
        await client.request("GET", "/v1/whoami")
    assert "x-api-key" not in server.requests[-1].headers


async def test_a_new_key_is_not_in_a_header_that_a_user_set(server):
    from mistral_async import Mistral

    keys = iter(["old", server.api_key])
    async with Mistral(lambda: next(keys), server_url=server.url) as client:
        assert (await client.with_options(headers={"x-api-key": "of a gateway"}).models.list()).data
    assert [each.headers["x-api-key"] for each in server.requests] == ["of a gateway"] * 2


async def test_the_key_is_struck_out_of_errors(client, server):
    server.reply("/v1/admin/usage", status=400, json={"message": f"bad {server.api_key}"})
    with pytest.raises(BadRequestError) as caught:
        await client.request("GET", "/v1/admin/usage")
    assert server.api_key not in str(caught.value)


def test_a_pickle_of_a_request_keeps_its_headers():
    import pickle

    made = calls.request("POST", "/v2/{}", "a", json={"n": 1}, headers={"x-own": "1"}, returns=dict)
    again = pickle.loads(pickle.dumps(made))
    assert (again, again.headers, again.path) == (made, {"x-own": "1"}, "/v2/a")
    assert SyncMistral("key").request.__doc__


async def test_headers_tell_items_of_bulk_work_apart(client, server, tmp_path):
    def ask(value):
        return [calls.request("POST", "/v2/things", json={}, headers={"x-own": value}, returns=dict)]

    server.reply("/v2/things", json={"n": 1})
    server.reply("/v2/things", json={"n": 2})
    for value, wanted in (("1", 1), ("1", 1)):
        async with client.bulk.map(ask(value), checkpoint=tmp_path / "kept") as results:
            assert [each.unwrap()["n"] async for each in results] == [wanted]
    assert len(server.requests) == 1
    with pytest.raises(CheckpointError):
        async with client.bulk.map(ask("2"), checkpoint=tmp_path / "kept") as results:
            [each async for each in results]


async def test_a_batch_has_no_headers(client):
    body = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
    call = calls.request("POST", "/v1/chat/completions", json=body, headers={"x-own": "1"}, returns=dict)
    with pytest.raises(BatchInputError, match="headers of its own"):
        async with client.batch.run([call]) as results:
            await anext(results)
