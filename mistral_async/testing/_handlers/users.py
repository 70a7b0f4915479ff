"""The user of the key: the first administrator, or the one that a key was made for."""

from __future__ import annotations

from mistral_async.testing._call import FakeCall
from mistral_async.testing._handlers._paging import by_offset
from mistral_async.testing._handlers.admin._organization import WORKSPACE, Organization
from mistral_async.testing._handlers.libraries import ORGANISATION, USER
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route

_ORGANIZATION = {"id": ORGANISATION, "name": "Example"}
_NAMES = ("email", "first_name", "last_name")


@route("GET", "/v1/users/me", "beta.users.get_identity")
def get_identity(call: FakeCall) -> Reply:
    """Return the user of the key."""
    key = _key(call)
    shown = {"id": key["key_id"], "name": key["name"]}
    place = {"workspace": _workspace(call, key), "organization": _ORGANIZATION, "api_key": shown}
    return json_reply({**_user(call, key), **place})


@route("GET", "/v1/users/me/organizations", "beta.users.list_organizations")
def list_organizations(call: FakeCall) -> Reply:
    """List the organizations of the user: there is one."""
    return json_reply(by_offset("organizations", total=None)(call, [_ORGANIZATION]))


@route("GET", "/v1/users/me/workspaces", "beta.users.list_workspaces")
def list_workspaces(call: FakeCall) -> Reply:
    """List the workspaces of the user."""
    user, here = _key(call)["created_by"], call.text("organization_id") in (None, ORGANISATION)
    found = [
        {"id": each.card["uuid"], "name": each.card["name"], "organization_id": ORGANISATION}
        for each in call.state.store(Organization).workspaces.values()
        if here and user in each.members and not each.archived
    ]
    return json_reply(by_offset("workspaces", total=None)(call, found))


@route("GET", "/v1/whoami", "beta.users.whoami")
def whoami(call: FakeCall) -> Reply:
    """Return the user of the key, as a principal."""
    key = _key(call)
    organization = {**_ORGANIZATION, "org_tier": None, "internal": False, "kind": "S"}
    principal = {"principal_type": "user", **_user(call, key)}
    return json_reply({"principal": principal, "organization": organization, "workspace": _workspace(call, key)})


def _key(call: FakeCall) -> JSONObject:
    """Return the key that the request came with; that of the server is nowhere listed."""
    given = call.headers.get("authorization") or call.headers.get("x-api-key", "")
    own = {"key_id": USER, "name": "Default key", "workspace_id": WORKSPACE, "created_by": USER}
    made = call.state.keys.get(given.removeprefix("Bearer "))
    return own if made is None else call.state.store(Organization).keys[made]


def _user(call: FakeCall, key: JSONObject) -> JSONObject:
    card = call.state.store(Organization).member(key["created_by"]).card
    return {"id": card["uuid"], **{name: card[name] for name in _NAMES}}


def _workspace(call: FakeCall, key: JSONObject) -> JSONObject:
    card = call.state.store(Organization).workspaces[key["workspace_id"]].card
    return {"id": card["uuid"], "name": card["name"]}
