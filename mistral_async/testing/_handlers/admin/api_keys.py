"""API keys: the server takes those that were made, until they are deleted."""

from __future__ import annotations

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import not_found
from mistral_async.testing._handlers._paging import by_offset
from mistral_async.testing._handlers.admin._organization import Organization
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route

_ACTIONS = {"rotate": {"status": "unavailable", "reason": "not_allowed"}, "delete": {"status": "available"}}
_by_offset = by_offset("keys", total=None)


@route("GET", "/v1/admin/api-keys", "beta.admin.api_keys.list")
def list_keys(call: FakeCall) -> Reply:
    """List keys, the newest first."""
    organization, part = call.state.store(Organization), call.text("name") or ""
    found = [
        {**each, "key": None, **_owner(organization, each)}
        for each in reversed(organization.keys.values())
        if part in (each["name"] or "") or part == each["key"][-4:]
    ]
    return json_reply(_by_offset(call, found))


@route(
    "POST",
    "/v1/admin/api-keys",
    "beta.admin.api_keys.create",
    body="name: str(0,255)?; expiration: str?; workspace_uuid*: str; user_id*: str",
)
def create(call: FakeCall) -> Reply:
    """Create a key, which the server takes from now on."""
    organization, body, ids = call.state.store(Organization), call.body, call.state.ids
    workspace, user = organization.workspace(body["workspace_uuid"]), organization.member(body["user_id"])
    new, secret = ids.uuid4(), ids.hex32()
    key = {"key_id": new, "key": secret, "name": body.get("name"), "hidden_key": f"****{secret[-4:]}"}
    key |= {"created_at": call.state.calendar.iso(), "expiration_date": body.get("expiration"), "actions": _ACTIONS}
    organization.keys[new] = {**key, "workspace_id": workspace.card["uuid"], "created_by": user.card["uuid"]}
    call.state.keys[secret] = new
    organization.record("api_key.create", "API_KEY", workspace.card["uuid"], key_id=new)
    return json_reply(key)


@route("DELETE", "/v1/admin/api-keys/{}", "beta.admin.api_keys.delete")
def delete(call: FakeCall) -> Reply:
    """Delete a key, which the server takes no more."""
    organization, name = call.state.store(Organization), call.params[0]
    if (key := organization.keys.pop(name, None)) is None:
        raise not_found("API key", name)
    del call.state.keys[key["key"]]
    organization.record("api_key.delete", "API_KEY", key["workspace_id"], key_id=name)
    return json_reply({"detail": "API key deleted"})


def _owner(organization: Organization, key: JSONObject) -> JSONObject:
    workspace = organization.workspaces[key["workspace_id"]].card["name"]
    return {"workspace_name": workspace, "product": "API", "last_used": None, "can_delete": True}
