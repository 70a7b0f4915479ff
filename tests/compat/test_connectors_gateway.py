"""Clients of what is behind the gateway of connectors, as the official SDK gives them."""

from __future__ import annotations

import httpx2
import pytest
from mistral_async.compat.extra.connectors_gateway_errors import single_connectors_gateway_error

from mistral_async.compat import Mistral
from mistral_async.compat.extra.connectors_gateway import ConnectorsGatewayError
from mistral_async.testing import FakeMistral


@pytest.fixture
async def server(anyio_backend):
    async with FakeMistral() as server:
        yield server


@pytest.fixture
def connectors(server):
    return Mistral(server.api_key, server_url=server.url, timeout_ms=5_000).beta.connectors


async def made(connectors, name="github"):
    return await connectors.create_async(name=name, description="A connector.", server="https://service.test/mcp")


async def test_an_http_client(server, connectors):
    await made(connectors)
    async with connectors.http_client("github", credentials_name="work") as client:
        assert isinstance(client, httpx2.AsyncClient)
        answer = await client.get("/items/search", params={"q": "a b"})
        assert answer.json()["path"] == "/items/search"
        assert answer.json()["credentials_name"] == "work"
        assert client.timeout.read == 5
        for url in (
            "../models",
            "/items/%2e%2e/models",
            "/items/..%2f..%2fmodels",
            "https://api.test/",
            f"{client.base_url}".replace("http/", "https/"),
        ):
            with pytest.raises(ValueError, match="must target the configured connector"):
                await client.get(url)
    assert server.requests[-1].headers["authorization"] == f"Bearer {server.api_key}"


async def test_the_key_is_asked_for_each_request(server):
    keys = iter([server.api_key, "Bearer other"])

    async def key():
        return next(keys)

    connectors = Mistral(key, server_url=server.url).beta.connectors
    async with connectors.http_client("github") as client:
        with pytest.raises(ConnectorsGatewayError):
            await client.get("a")
        await client.get("b")
    assert [each.headers["authorization"] for each in server.requests] == [f"Bearer {server.api_key}", "Bearer other"]


async def test_the_errors_of_the_gateway(server, connectors):
    async with connectors.http_client("nobody") as client:
        with pytest.raises(ConnectorsGatewayError, match="404: no such connector") as caught:
            await client.get("a")
    assert isinstance(caught.value, httpx2.HTTPStatusError)
    assert caught.value.proxy_error == "destination_not_found"
    with pytest.raises(ConnectorsGatewayError):
        async with connectors.mcp_client("nobody"):
            pass
    group = BaseExceptionGroup("two", [caught.value, ValueError()])
    assert single_connectors_gateway_error(group) is None


async def test_an_mcp_session(server, connectors):
    await made(connectors)
    async with connectors.mcp_client("github") as session:
        found = await session.list_tools()
    assert found.tools
    with pytest.raises(KeyError, match="the caller's"):
        async with connectors.mcp_client("github"):
            raise KeyError("the caller's")
