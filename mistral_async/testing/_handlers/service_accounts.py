"""Service accounts, with their roles in a workspace."""

from __future__ import annotations

from http import HTTPStatus

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import ValidationDetail, invalid_request
from mistral_async.testing._handlers._collection import Collection
from mistral_async.testing._handlers._paging import by_offset
from mistral_async.testing._handlers.admin._organization import WORKSPACE_ROLES, Organization
from mistral_async.testing._handlers.libraries import ORGANISATION, USER
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState


class AccountRoles:
    """The ids of the roles of each service account."""

    def __init__(self, _state: ServerState) -> None:
        self.of: dict[str, list[str]] = {}


accounts = Collection(
    "/v1/service-accounts",
    "beta.service_accounts",
    "ServiceAccount",
    fields={"customer_id": USER, "organization_id": ORGANISATION},
)
accounts.get()


@route("GET", accounts.path, "beta.service_accounts.list")
def list_accounts(call: FakeCall) -> Reply:
    """List service accounts of all workspaces, or of one, the newest first unless `order` is `asc`."""
    for name in ("offset", "limit"):
        call.required(name)
    workspace, part = call.text("workspace_id"), (call.text("q") or "").lower()
    found = [
        each
        for each in accounts.all(call).values()
        if workspace in (None, each["workspace_id"]) and part in each["name"].lower()
    ]
    return json_reply(by_offset("items", total=None)(call, found if call.text("order") == "asc" else found[::-1]))


@route(
    "POST",
    accounts.path,
    "beta.service_accounts.create",
    body="name*: str; workspace_id*: str; description: str?; role_ids: list[str]",
)
def create(call: FakeCall) -> Reply:
    """Create a service account of a workspace."""
    call.state.store(Organization).workspace(call.body["workspace_id"])
    roles = _checked(call.body.get("role_ids") or [])
    account = accounts.add(call, {name: value for name, value in call.body.items() if name != "role_ids"})
    call.state.store(AccountRoles).of[account["id"]] = roles
    _record(call, "create", account)
    return json_reply(account, HTTPStatus.CREATED)


@route("GET", f"{accounts.path}/assignable-roles", "beta.service_accounts.list_assignable_roles")
def list_assignable_roles(call: FakeCall) -> Reply:
    """List the roles that there are in a workspace."""
    call.state.store(Organization).workspace(call.required("workspace_id"))
    return json_reply({"items": WORKSPACE_ROLES.cards()})


@route("GET", f"{accounts.one}/roles", "beta.service_accounts.list_roles")
def list_roles(call: FakeCall) -> Reply:
    """List the roles of a service account."""
    return json_reply({"items": _roles(call, accounts.find(call))})


@route("PUT", f"{accounts.one}/roles", "beta.service_accounts.set_roles", body="role_ids*: list[str]")
def set_roles(call: FakeCall) -> Reply:
    """Set the roles of a service account."""
    account, roles = accounts.find(call), _checked(call.body["role_ids"])
    call.state.store(AccountRoles).of[account["id"]] = roles
    _record(call, "roles.set", account)
    return json_reply({"items": _roles(call, account)})


def _update(call: FakeCall, account: JSONObject) -> JSONObject:
    _record(call, "update", account)
    return accounts.change(call, call.body)


def _delete(call: FakeCall, account: JSONObject) -> JSONObject:
    _record(call, "delete", account)
    return accounts.remove(call)


accounts.act("PATCH", "", "update", _update, body="description: str?")
accounts.act("DELETE", "", "delete", _delete, status=HTTPStatus.NO_CONTENT)


def _record(call: FakeCall, what: str, account: JSONObject) -> None:
    target = {"service_account_id": account["id"]}
    organization = call.state.store(Organization)
    organization.record(f"service_account.{what}", "SERVICE_ACCOUNT", account["workspace_id"], **target)


def _roles(call: FakeCall, account: JSONObject) -> list[JSONObject]:
    return [{"role_id": role} for role in call.state.store(AccountRoles).of.get(account["id"], [])]


def _checked(roles: list[str]) -> list[str]:
    """Return ids of roles; raises 422 for what is none."""
    known = WORKSPACE_ROLES.by_name.values()
    if wrong := [role for role in roles if role not in known]:
        raise invalid_request([ValidationDetail("value_error", ("body", "role_ids"), "Unknown role", wrong)])
    return roles
