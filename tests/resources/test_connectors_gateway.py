"""The gateway of connectors: their HTTP APIs and MCP servers, with the key of each moment."""

from __future__ import annotations

import json
import threading

import anyio
import pytest

from mistral_async import Mistral, calls
from mistral_async.errors import (
    ConfigurationError,
    ConnectorsGatewayError,
    NotFoundError,
    RedirectError,
    ToolServerError,
)
from mistral_async.tools import MCP, tool

SERVER = "https://api.example"
FAILED = {
    "proxy-status": 'edge, connectors-gateway; error=connection_refused; status-code=502; details="it is \\"down\\""'
}


@pytest.fixture
async def connectors(client):
    await client.beta.connectors.create(name="issues", description="d", server=SERVER, protocol="http")
    return client.beta.connectors


# HTTP


async def test_requests_reach_paths_of_the_service(connectors, server):
    http = connectors.http_client("issues", credentials_name="mine")
    answer = await http.request("POST", "/repos/{}/issues", "a/b", query={"page": 2}, json={"title": "t"})
    assert answer == {
        "path": "/repos/a%2Fb/issues",
        "query": {"page": "2"},
        "body": {"title": "t"},
        "credentials_name": "mine",
    }
    assert server.requests[-1].path == "/v1/connectors-gateway/issues/http/repos/a%2Fb/issues"
    assert (await connectors.http_client("issues").request("GET", "/"))["credentials_name"] is None


@pytest.mark.parametrize(
    "path", ["/..", "/a/../b", "/a/./b", "/%2e%2e/x", "/%2E/x", "/a/..%2fb", "/a/..%5Cb", "//a/..", "/a/.%2e"]
)
async def test_no_path_leads_out_of_the_connector(connectors, server, path):
    # Rule 2 of the gateway.
    sent = len(server.requests)
    with pytest.raises(ValueError, match=r"segments"):
        await connectors.http_client("issues").request("GET", path)
    assert len(server.requests) == sent


@pytest.mark.parametrize("given", ["..", "../x", "a/../../b", "x\\..\\y"])
async def test_no_id_leads_out_of_the_connector(connectors, server, given):
    # Rule 2 of the gateway.
    sent = len(server.requests)
    with pytest.raises(ValueError, match=r"segments|must not be"):
        await connectors.http_client("issues").request("GET", "/things/{}", given)
    assert len(server.requests) == sent


@pytest.mark.parametrize("path", ["https://elsewhere.example/x", "x", "@elsewhere.example", "/a?b=c", "/a#b", ""])
async def test_no_other_server_is_asked(connectors, path):
    # Rule 1 of the gateway.
    with pytest.raises(ValueError, match="a route begins with /"):
        await connectors.http_client("issues").request("GET", path)


@pytest.mark.parametrize("connector", ["", ".", ".."])
def test_a_connector_has_a_name(connector):
    with pytest.raises(ValueError, match="an id must not be"):
        calls.beta.connectors.http_client(connector)


def test_credentials_have_names_that_headers_can_hold():
    with pytest.raises(ConfigurationError):
        calls.beta.connectors.http_client("issues", credentials_name="a\r\nx-other: b")


async def test_redirects_are_not_followed(connectors, server):
    server.reply("beta.connectors.http_client", status=307, headers={"location": "https://elsewhere.example/"})
    with pytest.raises(RedirectError) as caught:
        await connectors.http_client("issues").request("GET", "/x")
    assert caught.value.location == "https://elsewhere.example/"


async def test_errors_of_the_gateway_and_of_the_service_are_told_apart(connectors, server):
    http = connectors.http_client("issues")
    server.reply("beta.connectors.http_client", status=403, json={"message": "no"}, headers=FAILED)
    with pytest.raises(ConnectorsGatewayError, match="down") as caught:
        await http.request("GET", "/x")
    error = caught.value
    assert (error.status, error.proxy_error, error.proxy_status_code) == (403, "connection_refused", 502)
    assert error.details == 'it is "down"'
    assert error.proxy_status.startswith("connectors-gateway; error=")
    assert json.loads(error.body) == {"message": "no"}
    others = {"proxy-status": "edge; error=dns_error, connectors-gateway; received-status=404"}
    server.reply("beta.connectors.http_client", status=404, json={"message": "no such issue"}, headers=others)
    with pytest.raises(NotFoundError, match="no such issue"):
        await http.request("GET", "/x")
    with pytest.raises(ConnectorsGatewayError, match="no such connector"):
        await connectors.http_client("none").request("GET", "/x")


@pytest.mark.parametrize("headers", [{}, {"proxy-status": "connectors-gateway; error=http_request_denied"}])
async def test_a_key_that_is_refused_is_asked_for_again(server, headers):
    # Rule 3 of the gateway.
    asked: list[str] = []

    def key() -> str:
        asked.append(server.api_key)
        return server.api_key

    server.reply("beta.connectors.http_client", status=401, json={"message": "expired"}, headers=headers)
    server.reply("beta.connectors.http_client", json={"id": 1})
    async with Mistral(key, server_url=server.url) as client:
        assert await client.beta.connectors.http_client("issues").request("GET", "/x") == {"id": 1}
    assert len(asked) == 2


async def test_other_forms_of_answers(connectors, client):
    request = calls.beta.connectors.http_client("issues").request("GET", "/x", returns=dict)
    assert (request.route, request.ids) == ("/v1/connectors-gateway/{}/http/x", ("issues",))
    assert (await client.send(request)).data["path"] == "/x"
    answered = await client.with_response.beta.connectors.http_client("issues").request("GET", "/x")
    assert (answered.status, answered.data["path"]) == (200, "/x")


def test_blocking(sync_client):
    sync_client.beta.connectors.create(name="issues", description="d", server=SERVER, protocol="http")
    assert sync_client.beta.connectors.http_client("issues").request("DELETE", "/x")["path"] == "/x"


# MCP


@pytest.fixture
def mcp():
    pytest.importorskip("mcp")


TOOL_CALL = {
    "model": "mistral-small-latest",
    "choices": [
        {
            "index": 0,
            "finish_reason": "tool_calls",
            "message": {
                "role": "assistant",
                "content": "",
                "tool_calls": [{"id": "id0000001", "function": {"name": "echo", "arguments": '{"text": "Hello"}'}}],
            },
        }
    ],
}


@pytest.mark.slow  # it loads the SDK of MCP, which takes seconds
class TestMCP:
    async def test_its_tools_join_a_run(self, mcp, connectors, client, server):
        server.reply("chat.complete", json=TOOL_CALL)
        tools = [connectors.mcp_client("issues", credentials_name="mine", include=["echo"])]
        result = await client.chat.run("Say Hello", model="mistral-small-latest", tools=tools)
        assert result.messages[2].content == "Hello"
        asked = [each for each in server.requests if each.operation == "beta.connectors.mcp_client"]
        assert asked
        assert {each.headers["x-credentials-name"] for each in asked} == {"mine"}
        assert server.api_key not in repr(tools)

    async def test_the_key_is_asked_for_each_request_and_again_where_it_is_refused(self, mcp, server):
        # Rule 7 of mcp.
        given: list[str] = []

        async def key() -> str:
            given.append("old" if len(given) == 1 else server.api_key)
            return given[-1]

        async with Mistral(server.api_key, server_url=server.url) as client:
            await client.beta.connectors.create(name="issues", description="d", server=SERVER)
        connectors = Mistral(key, server_url=server.url).beta.connectors
        async with connectors.mcp_client("issues").session() as tools:
            assert [tool.name for tool in tools] == ["echo", "fail"]
        asked = [each for each in server.requests if each.path.endswith("/mcp")]
        assert given.count("old") == 1
        assert len(given) == len(asked)

    async def test_a_function_that_blocks_gives_headers_too_and_the_same_ones_are_not_sent_again(self, mcp, server):
        # Rule 7 of mcp.
        threads: list[int] = []

        def headers() -> dict[str, str]:
            threads.append(threading.get_ident())
            return {"authorization": "Bearer wrong"}

        with pytest.raises(ToolServerError, match="can not be reached"):
            async with MCP(f"{server.url}/v1/connectors-gateway/issues/mcp", headers=headers).session():
                pass
        assert len(threads) == 2 * len(server.requests)
        assert threading.get_ident() not in threads

    async def test_the_gateways_error_is_told_by_its_kind(self, mcp, connectors):
        # Rule 8 of mcp.
        with pytest.raises(ConnectorsGatewayError) as caught:
            async with connectors.mcp_client("none").session():
                pass
        assert (caught.value.status, caught.value.proxy_error) == (404, "destination_not_found")

    async def test_what_the_gateway_repeats_of_a_key_is_not_shown(self, mcp, server):
        echo = {"proxy-status": FAILED["proxy-status"].replace("it is", server.api_key)}
        server.reply("beta.connectors.mcp_client", status=502, headers=echo, json={"message": f"no {server.api_key}"})
        url = f"{server.url}/v1/connectors-gateway/issues/mcp"
        with pytest.raises(ConnectorsGatewayError, match="the key") as caught:
            async with MCP(url, headers={"authorization": f"Bearer {server.api_key}"}).session():
                pass
        assert (
            server.api_key not in f"{caught.value} {caught.value.body!r} {caught.value.headers} {caught.value.details}"
        )

    async def test_the_gateways_error_in_a_run_is_told_by_its_kind(self, mcp, connectors, client, server):
        # Rule 8 of mcp.
        @tool
        def arm() -> str:
            server.reply("beta.connectors.mcp_client", status=502, headers=FAILED)
            return "armed"

        first = json.loads(json.dumps(TOOL_CALL).replace('"echo"', '"arm"').replace("id0000001", "id0000000"))
        first["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"] = "{}"
        server.reply("chat.complete", json=first)
        server.reply("chat.complete", json=TOOL_CALL)
        tools = [arm, connectors.mcp_client("issues")]
        with anyio.fail_after(30), pytest.raises(ConnectorsGatewayError, match="down"):
            await client.chat.run("Say Hello", model="mistral-small-latest", tools=tools)

    async def test_what_a_user_raises_comes_out_as_it_is(self, mcp, connectors):
        # Rule 8 of mcp.
        mine = KeyError("mine")
        with pytest.raises(KeyError) as caught:
            async with connectors.mcp_client("issues").session():
                raise mine
        assert caught.value is mine

    def test_blocking(self, mcp, sync_client, threaded_server):
        sync_client.beta.connectors.create(name="issues", description="d", server=SERVER)
        threaded_server.reply("chat.complete", json=TOOL_CALL)
        tools = [sync_client.beta.connectors.mcp_client("issues")]
        result = sync_client.chat.run("Say Hello", model="mistral-small-latest", tools=tools).result()
        assert result.messages[2].content == "Hello"


@pytest.mark.parametrize("kind", ["bytes", "large", "path", "file", "iterator", "stream"])
async def test_bodies_of_bytes_go_through_as_they_are(connectors, server, tmp_path, kind):
    data = b"\x00\xff{not json" * (400_000 if kind == "large" else 5)
    path = tmp_path / "file"
    path.write_bytes(data)

    async def pieces():
        yield data[:3]
        yield data[3:]

    given = {"path": path, "iterator": iter([data[:3], data[3:]]), "stream": pieces()}
    http = connectors.http_client("issues")
    with path.open("rb") as file:
        content = file if kind == "file" else given.get(kind, data)
        await http.request("PUT", "/blobs/{}", "b", content=content, headers={"Content-Type": "image/png"})
    request = server.requests[-1]
    assert request.body == data
    assert request.headers["content-type"] == "image/png"


async def test_answers_of_bytes_come_as_they_are(connectors, server):
    data = b"\x89PNG\x00" * 100
    server.reply("beta.connectors.http_client", body=data, headers={"content-type": "image/png"}, times=2)
    http = connectors.http_client("issues")
    assert await http.request("GET", "/image", download=True) == data
    async with http.request("POST", "/render", content=b"<svg/>", download=True) as download:
        assert b"".join([piece async for piece in download]) == data
    assert server.requests[-1].body == b"<svg/>"


async def test_bytes_of_any_request(client, server):
    with pytest.raises(TypeError, match="exclude each other"):
        client.request("POST", "/v1/things", content=b"abc", json={})
    with pytest.raises(TypeError, match=r"text\.encode\(\)"):
        client.request("POST", "/v1/things", content="abc")
