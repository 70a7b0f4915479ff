"""Connectors: created, listed, changed, shared, activated; credentials for them; their tools."""

from __future__ import annotations

import json

import pytest

from mistral_async.errors import BadRequestError, ConflictError, NotFoundError, UnprocessableEntityError
from mistral_async.models import GlobalHeaderValue, HTTPConnector, MCPConnector, MCPTextContent

SERVER = "https://mcp.example/mcp"


@pytest.fixture
async def connectors(client):
    return client.beta.connectors


@pytest.fixture
async def weather(connectors):
    return await connectors.create(name="weather", description="Says the weather.", server=SERVER)


async def test_a_connector_from_its_creation_to_its_end(connectors, weather, server):
    assert isinstance(weather, MCPConnector)
    assert (weather.server, weather.visibility, weather.blocked_by) == (SERVER, "private", [])
    assert weather.created_at_datetime is not None
    assert await connectors.get("weather") == await connectors.get(weather.id) == weather
    with pytest.raises(ConflictError):
        await connectors.create(name="weather", description="", server=SERVER)
    secret = GlobalHeaderValue(value="s3cret")
    method = {"method_type": "bearer", "global_headers": {"x-key": secret}}
    changed = await connectors.update(weather.id, title="Weather", auth_methods=[method])
    assert changed.title == "Weather"
    methods = await connectors.get_authentication_methods("weather")
    assert [each.method_type for each in methods] == ["none", "bearer"]
    assert methods[1].global_headers["x-key"].value == ""
    assert (await connectors.update(weather.id, title=None, description=None)).title is None
    assert json.loads(server.requests[-1].body) == {"title": None}
    assert (await connectors.delete(weather.id)).message
    with pytest.raises(NotFoundError):
        await connectors.get("weather")


async def test_lists_page_by_page_and_by_protocol(connectors, weather):
    for name in ("a", "b"):
        await connectors.create(name=name, description="d", server=SERVER, protocol="http")
    found = [each async for each in connectors.list(page_size=1)]
    assert [each.name for each in found] == ["b", "a", "weather"]
    assert isinstance(found[0], HTTPConnector)
    assert await connectors.list(query_filters={"supports_mcp": True}).to_list() == [weather]


async def test_who_may_use_it(connectors, weather):
    await connectors.share(weather.id)
    assert (await connectors.get(weather.id)).owner_type == "workspace"
    await connectors.share_to_organization(weather.id)
    assert (await connectors.get(weather.id)).visibility == "shared_org"
    await connectors.unshare_from_organization(weather.id)
    assert (await connectors.get(weather.id)).visibility == "shared_workspace"
    await connectors.unshare(weather.id)
    assert (await connectors.get(weather.id)).visibility == "private"
    await connectors.deactivate_for_consumer(weather.id, "organization")
    (blocked,) = await connectors.list(query_filters={"active": False}).to_list()
    assert blocked.blocked_by == ["org"]
    await connectors.activate_for_consumer(weather.id, "organization")
    assert [each.id async for each in connectors.list(query_filters={"active": True})] == [weather.id]
    with pytest.raises(UnprocessableEntityError, match="everybody"):
        await connectors.activate_for_consumer(weather.id, "everybody")


@pytest.mark.parametrize("scope", ["user", "workspace", "organization"])
async def test_credentials_of_every_scope(connectors, weather, scope):
    listed = getattr(connectors, f"list_{scope}_credentials")
    key = {"bearer_token": "s3cret"}
    await connectors.create_credentials("weather", scope, name="one", title="One", credentials=key)
    await connectors.create_credentials("weather", scope, name="two", credentials=key)
    one, two = (await listed("weather")).credentials
    assert (one.authentication_type, one.title, one.is_default, two.is_default) == ("bearer", "One", True, False)
    assert "s3cret" not in repr(one)
    with pytest.raises(BadRequestError, match="default"):
        await connectors.update_credentials("weather", scope, name="one", is_default=False)
    await connectors.update_credentials("weather", scope, name="two", is_default=True)
    await connectors.update_credentials("weather", scope, name="one", title=None)
    (default,) = (await listed("weather", fetch_default=True)).credentials
    assert default.name == "two"
    await connectors.delete_credentials("weather", scope, "two")
    (left,) = (await listed("weather", auth_type="bearer")).credentials
    assert (left.name, left.title, left.is_default) == ("one", None, True)
    with pytest.raises(NotFoundError):
        await connectors.update_credentials("weather", scope, name="two")


async def test_credentials_of_the_user_are_seen_and_deleted_at_once(connectors, weather):
    await connectors.create_credentials(weather.id, "user", name="mine", credentials={"headers": {"x-key": "k"}})
    (mine,) = (await connectors.get("weather", fetch_user_data=True)).connection_credentials
    assert (mine.name, mine.status.status_type) == ("mine", "valid")
    await connectors.delete_all_user_credentials("weather")
    assert (await connectors.list_user_credentials("weather")).credentials == []
    answer = await connectors.get_auth_url("weather", app_return_url="https://app.example/")
    assert (answer.auth_url.startswith("http"), answer.ttl) == (True, 600)


async def test_tools(connectors, weather):
    echo, fail = await connectors.list_tools("weather")
    assert (echo.name, echo.annotations.read_only_hint) == ("echo", True)
    assert echo.input_schema["required"] == ["text"]
    result = await connectors.call_tool("weather", "echo", arguments={"text": "Hello"})
    assert result.content == [MCPTextContent(text="Hello")]
    assert result.metadata.mcp_meta.structured_content == {"text": "Hello"}
    assert (await connectors.call_tool("weather", fail.name)).metadata.mcp_meta.is_error
    with pytest.raises(NotFoundError):
        await connectors.call_tool("weather", "none")


def test_blocking(sync_client):
    connectors = sync_client.beta.connectors
    made = connectors.create(name="weather", description="d", server=SERVER)
    assert list(connectors.list()) == [made]
    assert sync_client.with_response.beta.connectors.get(made.id).data == made
