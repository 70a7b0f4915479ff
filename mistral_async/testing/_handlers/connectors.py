"""Connectors. Behind each is the same small service, whose tools say what they were given."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import FakeAPIError, plain_error
from mistral_async.testing._handlers._collection import Collection
from mistral_async.testing._handlers._paging import page_by_number, page_by_token
from mistral_async.testing._handlers.admin._organization import WORKSPACE
from mistral_async.testing._handlers.libraries import USER
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

# Rule 1: Of the credentials of one scope for one way to authenticate, one is the default: the first, until others
#   take its place.
# Rule 2: A connector that any consumer deactivated is not active.

_GROUP = "beta.connectors"
_FIELDS = (
    "protocol: {mcp|http}; title: str(0,255)?; icon_url: str?; system_prompt: str?; "
    "auth_methods: list[ConnectorAuthMethod]?; headers: dict?; auth_data: dict?; "
)
_CREDENTIALS = "name*: str(1,64); title: str(0,255)?; is_default: bool?; credentials: ConnectionCredentials?"
_CONSUMERS = {"user": "user", "workspace": "workspace", "organization": "org"}

TOOLS: list[JSONObject] = [
    {
        "name": "echo",
        "description": "Say a text again.",
        "inputSchema": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
        "annotations": {"readOnlyHint": True},
    },
    {
        "name": "fail",
        "description": "Fail.",
        "inputSchema": {"type": "object", "properties": {}},
    },
]
"""The tools of every connector."""


def run_tool(name: str, arguments: JSONMapping) -> JSONObject | None:
    """Return the result of a tool, as MCP has it; None if there is no tool of this name."""
    if name == "echo":
        text = str(arguments.get("text", ""))
        return {"content": [{"type": "text", "text": text}], "structuredContent": {"text": text}, "isError": False}
    if name == "fail":
        return {"content": [{"type": "text", "text": "It failed."}], "isError": True}
    return None


def _new(call: FakeCall) -> JSONMapping:
    methods = call.body.get("auth_methods") or [{"method_type": "none"}]
    return {
        "owner_type": "user",
        "owner_id": USER,
        "creator_id": USER,
        "visibility": "private",
        "supports_mcp": call.body.get("protocol") != "http",
        "protocol": "mcp",
        "supported_auth_methods": [_method(each) for each in methods],
    }


def _method(given: JSONMapping) -> JSONObject:
    """Return a way to authenticate as it is shown: without secrets."""
    kept = ("method_type", "headers", "grant_type", "token_endpoint_auth_method", "oauth2_server_metadata")
    headers: dict[str, JSONObject] = given.get("global_headers") or {}
    shown = {name: {**each, "value": ""} if each.get("is_secret", True) else each for name, each in headers.items()}
    return {name: given.get(name) for name in kept} | {"global_headers": shown, "has_default_credentials": False}


connectors = Collection("/v1/connectors", _GROUP, "MCPConnector", names=("name",), unique=("name",), fields=_new)


def _page(call: FakeCall, found: Sequence[JSONMapping]) -> JSONObject:
    page, after = page_by_token(call, found, size=100, parameter="cursor")
    return {"items": page, "pagination": {"page_size": call.number("page_size", 100), "next_cursor": after}}


def _is_listed(call: FakeCall, item: JSONMapping) -> bool:
    wanted = {"active": not item["blocked_by"], "supports_mcp": item["supports_mcp"]}
    return all(call.text(name) is None or call.flag(name) == value for name, value in wanted.items())


connectors.create(
    status=HTTPStatus.CREATED,
    body=_FIELDS
    + (
        "name*: str(1,64); description*: str; server*: str(1,2083); global_headers: dict; "
        "oauth2_server_metadata: dict?; oauth2_server_metadata_url: str?; "
        "visibility: {shared_org|shared_workspace|private}"
    ),
)
connectors.list(_page, where=_is_listed)
connectors.delete(status=HTTPStatus.OK, answer={"message": "Connector deleted"})


@route("GET", connectors.one, f"{_GROUP}.get")
def get(call: FakeCall) -> Reply:
    """Return a connector, with all its credentials if they are asked for."""
    item = connectors.find(call)
    if call.flag("fetch_user_data"):
        return json_reply({**item, "connection_credentials": list(_kept(call, "user").values())})
    return json_reply(item)


@route(
    "PATCH",
    connectors.one,
    f"{_GROUP}.update",
    body=_FIELDS
    + "name: str?; description: str?; server: str(1,2083)?; connection_config: dict?; connection_secrets: dict?",
)
def update(call: FakeCall) -> Reply:
    """Change a connector; null clears what may be null."""
    changes = {name: value for name, value in call.body.items() if name != "protocol"}
    item = connectors.change(call, changes)
    methods = {each["method_type"]: each for each in item["supported_auth_methods"]}
    methods |= {each["method_type"]: _method(each) for each in call.body.get("auth_methods") or ()}
    item["supported_auth_methods"] = list(methods.values())
    return json_reply(item)


def _said(text: str) -> JSONObject:
    return {"message": text}


_PRIVATE = {"visibility": "private", "owner_type": "user", "owner_id": USER}
_OF_WORKSPACE = {"visibility": "shared_workspace", "owner_type": "workspace", "owner_id": WORKSPACE}
_SHARED, _NOT_SHARED = _said("Connector shared"), _said("Connector no longer shared")

connectors.act("PUT", "/share", "share", _OF_WORKSPACE, answer=_SHARED)
connectors.act("DELETE", "/share", "unshare", _PRIVATE, answer=_NOT_SHARED)
connectors.act("PUT", "/organization/share", "share_to_organization", {"visibility": "shared_org"}, answer=_SHARED)
connectors.act("DELETE", "/organization/share", "unshare_from_organization", _OF_WORKSPACE, answer=_NOT_SHARED)


@route("POST", f"{connectors.one}/{{}}/activate", f"{_GROUP}.activate_for_consumer")
@route("POST", f"{connectors.one}/{{}}/deactivate", f"{_GROUP}.deactivate_for_consumer")
def activate(call: FakeCall) -> Reply:
    """Activate a connector for a consumer, or deactivate it (rule 2)."""
    item, consumer = connectors.find(call), _consumer(call.params[1])
    blocks = call.operation.endswith("deactivate_for_consumer")
    others = [each for each in item["blocked_by"] if each != consumer]
    item["blocked_by"] = [*others, consumer] if blocks else others
    return json_reply(_said(f"Connector {'deactivated' if blocks else 'activated'}"))


@route("GET", f"{connectors.one}/auth_url", f"{_GROUP}.get_auth_url")
def get_auth_url(call: FakeCall) -> Reply:
    """Return an address of this server, where no page is."""
    item = connectors.find(call)
    return json_reply({"auth_url": f"{call.state.url}/connect/{item['id']}?state={call.state.ids.hex32()}", "ttl": 600})


@route("GET", f"{connectors.one}/authentication_methods", f"{_GROUP}.get_authentication_methods")
def get_authentication_methods(call: FakeCall) -> Reply:
    """Return the ways to authenticate that a connector knows."""
    return json_reply(connectors.find(call)["supported_auth_methods"])


# Credentials


def _consumer(scope: str) -> str:
    """Return a scope as fields name it; raises 422 for what is none."""
    if scope not in _CONSUMERS:
        raise plain_error(HTTPStatus.UNPROCESSABLE_ENTITY, f"{scope} is no scope: user, workspace or organization")
    return _CONSUMERS[scope]


class _Credentials:
    """The credentials of a server's connectors, by connector and scope, by name."""

    def __init__(self, _state: ServerState) -> None:
        self.kept: dict[tuple[str, str], dict[str, JSONObject]] = {}


def _kept(call: FakeCall, scope: str) -> dict[str, JSONObject]:
    connector, consumer = connectors.find(call)["id"], _consumer(scope)
    return call.state.store(_Credentials).kept.setdefault((connector, consumer), {})


def _one(call: FakeCall, name: str) -> JSONObject:
    if (found := _kept(call, call.params[1]).get(name)) is None:
        raise plain_error(HTTPStatus.NOT_FOUND, f"Credentials {name} were not found.")
    return found


@route("GET", f"{connectors.one}/organization/credentials", f"{_GROUP}.list_organization_credentials")
@route("GET", f"{connectors.one}/workspace/credentials", f"{_GROUP}.list_workspace_credentials")
@route("GET", f"{connectors.one}/user/credentials", f"{_GROUP}.list_user_credentials")
def list_credentials(call: FakeCall) -> Reply:
    """Return the credentials of a scope, without their secrets."""
    scope = call.operation.rpartition(".")[2].split("_")[1]
    found = [
        each
        for each in _kept(call, scope).values()
        if call.text("auth_type") in (None, each["authentication_type"])
        and (each["is_default"] or not call.flag("fetch_default"))
    ]
    return json_reply({"credentials": found, "connector_preset_credentials_for_auth": []})


@route("POST", f"{connectors.one}/{{}}/credentials", f"{_GROUP}.create_credentials", body=_CREDENTIALS)
@route("PATCH", f"{connectors.one}/{{}}/credentials", f"{_GROUP}.update_credentials", body=_CREDENTIALS)
def save_credentials(call: FakeCall) -> Reply:
    """Create or change credentials; a change of what is not there is refused."""
    kept, name = _kept(call, call.params[1]), call.body["name"]
    found = _one(call, name) if call.operation.endswith("update_credentials") else kept.get(name)
    item = dict(found or _blank_credentials(call, name))
    item["title"] = call.body.get("title", item["title"])
    if (secrets := call.body.get("credentials")) is not None:
        item["authentication_type"] = "oauth2" if secrets.get("oauth") else "bearer"
    _choose_default(call, kept, item)
    kept[name] = item
    return json_reply(_said("Credentials saved"))


def _blank_credentials(call: FakeCall, name: str) -> JSONObject:
    return {
        "name": name,
        "authentication_type": "none",
        "scope": _consumer(call.params[1]),
        "title": None,
        "status": {"status_type": "valid", "last_checked_at": call.state.calendar.iso()},
        "is_default": False,
        "creator_id": USER,
    }


def _choose_default(call: FakeCall, kept: dict[str, JSONObject], item: JSONObject) -> None:
    """Say which credentials are the default from now on (rule 1)."""
    others = [
        each
        for each in kept.values()
        if each["name"] != item["name"] and each["authentication_type"] == item["authentication_type"]
    ]
    needed = not any(each["is_default"] for each in others)
    wanted = call.body.get("is_default")
    if needed and wanted is False:
        raise plain_error(HTTPStatus.BAD_REQUEST, "A default is needed: make other credentials the default first.")
    item["is_default"] = wanted or needed
    for each in others:
        each["is_default"] = each["is_default"] and not item["is_default"]


@route("DELETE", f"{connectors.one}/{{}}/credentials/{{}}", f"{_GROUP}.delete_credentials")
def delete_credentials(call: FakeCall) -> Reply:
    """Delete credentials."""
    removed, kept = _one(call, call.params[2]), _kept(call, call.params[1])
    del kept[removed["name"]]
    same = [each for each in kept.values() if each["authentication_type"] == removed["authentication_type"]]
    if removed["is_default"] and same:
        same[0]["is_default"] = True
    return json_reply(_said("Credentials deleted"))


@route("DELETE", f"{connectors.one}/user/credentials", f"{_GROUP}.delete_all_user_credentials")
def delete_all_user_credentials(call: FakeCall) -> Reply:
    """Delete all credentials of the user."""
    _kept(call, "user").clear()
    return json_reply(_said("Credentials deleted"))


# Tools


@route("GET", f"{connectors.one}/tools", f"{_GROUP}.list_tools")
def list_tools(call: FakeCall) -> Reply:
    """Return a page of the tools."""
    connectors.find(call)
    return json_reply(page_by_number(call, TOOLS, size=100, first=1))


@route("POST", f"{connectors.one}/tools/{{}}/call", f"{_GROUP}.call_tool", body="arguments: dict")
def call_tool(call: FakeCall) -> Reply:
    """Run a tool."""
    connectors.find(call)
    result = run_tool(call.params[1], call.body.get("arguments") or {})
    if result is None:
        raise plain_error(HTTPStatus.NOT_FOUND, f"Tool {call.params[1]} was not found.")
    content = result.pop("content")
    return json_reply({"content": content, "metadata": {"mcp_meta": result}})


# The gateway

_GATEWAY = "/v1/connectors-gateway/{}"
_PROTOCOL = "2025-06-18"  # the version of MCP that is spoken where the client does not name one


def _behind(call: FakeCall) -> JSONObject:
    """Return the connector that a request to the gateway names; the gateway's own error where there is none."""
    try:
        return connectors.named(call, call.params[0])
    except FakeAPIError as error:
        words = 'connectors-gateway; error=destination_not_found; details="no such connector"'
        error.headers["proxy-status"] = words
        raise


@route("ANY", f"{_GATEWAY}/http/{{*}}", f"{_GROUP}.http_client")
def pass_on(call: FakeCall) -> Reply:
    """Say what the service was asked."""
    _behind(call)
    shown = {"path": f"/{call.params[-1]}", "query": call.other_than(), "body": call.body}
    return json_reply({**shown, "credentials_name": call.headers.get("x-credentials-name")})


@route("POST", f"{_GATEWAY}/mcp", f"{_GROUP}.mcp_client")
def answer_mcp(call: FakeCall) -> Reply:
    """Answer a message of MCP (JSON-RPC); a notification has no answer."""
    _behind(call)
    if "id" not in call.body:
        return Reply(HTTPStatus.ACCEPTED)
    answer = _answer(str(call.body.get("method")), call.body.get("params") or {})
    refused = {"error": {"code": -32601, "message": "Method not found"}}
    return json_reply({"jsonrpc": "2.0", "id": call.body["id"], **(refused if answer is None else {"result": answer})})


def _answer(method: str, params: JSONMapping) -> JSONObject | None:
    """Return the result of a method of MCP; None if there is no such method."""
    match method:
        case "initialize":
            server = {"name": "connector", "version": "1"}
            version = params.get("protocolVersion", _PROTOCOL)
            return {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": server}
        case "ping":
            return {}
        case "tools/list":
            return {"tools": TOOLS}
        case "tools/call":
            return run_tool(str(params.get("name")), params.get("arguments") or {})
        case _:
            return None
