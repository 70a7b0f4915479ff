"""Groups of users."""

from __future__ import annotations

from http import HTTPStatus

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import not_found, plain_error
from mistral_async.testing._handlers._paging import by_number
from mistral_async.testing._handlers.admin._organization import (
    ORGANIZATION_ROLES,
    WORKSPACE_ROLES,
    Group,
    Organization,
    change,
)
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply, json_reply, no_content
from mistral_async.testing._route import route

_FIELDS = "description: str(0,255)?; target_type: {W|O}?; parent_group_ids: list[str]?"
_ROLES = "role_names: list[str]?; roles: list[str]?; role: str?"
_USERS = "user_uuids*: list[str]"


@route("GET", "/v1/admin/user-groups", "beta.admin.user_groups.list")
def list_groups(call: FakeCall) -> Reply:
    """List groups."""
    search = (call.text("search") or "").lower()
    groups = call.state.store(Organization).groups.values()
    return json_reply(by_number("items")(call, [each.show() for each in groups if search in each.card["name"].lower()]))


@route("POST", "/v1/admin/user-groups", "beta.admin.user_groups.create", body=f"name*: str(1,255); {_FIELDS}")
def create(call: FakeCall) -> Reply:
    """Create a group."""
    organization, body, new = call.state.store(Organization), call.body, call.state.ids.uuid4()
    parents = organization.check_nesting(new, body.get("parent_group_ids") or [])
    if any(each.card["name"] == body["name"] for each in organization.groups.values()):
        raise plain_error(HTTPStatus.CONFLICT, f"User group {body['name']} exists already.")
    texts = {name: body.get(name) for name in ("name", "description", "target_type")}
    group = Group({"uuid": new, **texts, "externally_managed": False, "organization_role": None})
    group.parents = parents
    organization.groups[new] = group
    organization.record("user_group.create", "USER_GROUP", group_uuid=new)
    return json_reply(group.show())


@route("GET", "/v1/admin/user-groups/{}", "beta.admin.user_groups.get")
def get(call: FakeCall) -> Reply:
    """Return a group."""
    return json_reply(_group(call).show())


@route("PATCH", "/v1/admin/user-groups/{}", "beta.admin.user_groups.update", body=f"name: str(1,255)?; {_FIELDS}")
def update(call: FakeCall) -> Reply:
    """Change a group."""
    organization, group = call.state.store(Organization), _group(call)
    if (parents := call.body.get("parent_group_ids")) is not None:
        group.parents = organization.check_nesting(call.params[0], parents)
    change(group.card, call.body, ("name", "description", "target_type"))
    organization.record("user_group.update", "USER_GROUP", group_uuid=call.params[0])
    return json_reply(group.show())


@route("DELETE", "/v1/admin/user-groups/{}", "beta.admin.user_groups.delete")
def delete(call: FakeCall) -> Reply:
    """Delete a group."""
    organization, name = call.state.store(Organization), call.params[0]
    del organization.groups[_group(call).card["uuid"]]
    for other in organization.groups.values():
        other.parents = [parent for parent in other.parents if parent != name]
    organization.record("user_group.delete", "USER_GROUP", group_uuid=name)
    return no_content()


@route("GET", "/v1/admin/user-groups/{}/members", "beta.admin.user_groups.list_members")
def list_members(call: FakeCall) -> Reply:
    """List the members of a group."""
    organization = call.state.store(Organization)
    cards = [organization.member(user).card for user in _group(call).members]
    shown = [{"user_uuid": card["uuid"], "name": card["name"], "email": card["email"]} for card in cards]
    return json_reply(by_number("members")(call, shown))


@route("POST", "/v1/admin/user-groups/{}/members", "beta.admin.user_groups.add_members", body=_USERS)
def add_members(call: FakeCall) -> Reply:
    """Add members to a group."""
    organization, group = call.state.store(Organization), _group(call)
    for user in call.body["user_uuids"]:
        organization.member(user)
        if user not in group.members:
            group.members.append(user)
            organization.record("user_group.member.add", "USER_GROUP", group_uuid=call.params[0], user_uuid=user)
    return no_content()


@route("DELETE", "/v1/admin/user-groups/{}/members", "beta.admin.user_groups.remove_members", body=_USERS)
def remove_members(call: FakeCall) -> Reply:
    """Remove members from a group."""
    organization, group = call.state.store(Organization), _group(call)
    for user in call.body["user_uuids"]:
        if user in group.members:
            group.members.remove(user)
            organization.record("user_group.member.remove", "USER_GROUP", group_uuid=call.params[0], user_uuid=user)
    return no_content()


@route("GET", "/v1/admin/user-groups/{}/nested", "beta.admin.user_groups.list_nested")
def list_nested(call: FakeCall) -> Reply:
    """List the groups directly inside a group."""
    name, groups = _group(call).card["uuid"], call.state.store(Organization).groups.values()
    inside = [{"uuid": each.card["uuid"], "name": each.card["name"]} for each in groups if name in each.parents]
    return json_reply({"children": inside})


@route(
    "PATCH",
    "/v1/admin/user-groups/{}/nested",
    "beta.admin.user_groups.set_nested",
    body="child_group_uuids*: list[str]",
)
def set_nested(call: FakeCall) -> Reply:
    """Set which groups are directly inside a group."""
    organization, name = call.state.store(Organization), _group(call).card["uuid"]
    inside: list[str] = call.body["child_group_uuids"]
    for child in inside:
        organization.group(child)
        organization.check_nesting(child, [name])
    for other in organization.groups.values():
        others = [parent for parent in other.parents if parent != name]
        other.parents = [*others, name] if other.card["uuid"] in inside else others
    organization.record("user_group.update", "USER_GROUP", group_uuid=name)
    return no_content()


@route(
    "PATCH",
    "/v1/admin/user-groups/{}/organization-role",
    "beta.admin.user_groups.set_organization_role",
    body="organization_role*: str",
)
def set_organization_role(call: FakeCall) -> Reply:
    """Set the role that the members of a group have in the organization."""
    given = ORGANIZATION_ROLES.name(call.body["organization_role"])
    _group(call).card["organization_role"] = ORGANIZATION_ROLES.show(given)
    call.state.store(Organization).record("user_group.update", "USER_GROUP", group_uuid=call.params[0])
    return no_content()


@route("GET", "/v1/admin/user-groups/{}/workspaces", "beta.admin.user_groups.list_workspaces")
def list_workspaces(call: FakeCall) -> Reply:
    """List the workspaces of a group."""
    return json_reply(by_number("items")(call, list(_group(call).workspaces.values())))


@route(
    "POST",
    "/v1/admin/user-groups/{}/workspaces",
    "beta.admin.user_groups.add_workspace",
    body=f"workspace_uuid*: str; {_ROLES}",
)
def add_workspace(call: FakeCall) -> Reply:
    """Have a group belong to a workspace."""
    organization, group, name = call.state.store(Organization), _group(call), call.body["workspace_uuid"]
    workspace = organization.workspace(name)
    if name in group.workspaces:
        raise plain_error(HTTPStatus.CONFLICT, f"The group belongs to workspace {name} already.")
    assigned = {"workspace_uuid": name, "workspace_name": workspace.card["name"], **_assigned(call.body)}
    group.workspaces[name] = {**assigned, "created": call.state.calendar.iso()}
    organization.record("user_group.workspace.provision", "USER_GROUP", name, group_uuid=call.params[0])
    return Reply(HTTPStatus.CREATED, media=None, length=0)


@route(
    "PATCH",
    "/v1/admin/user-groups/{}/workspaces/{}",
    "beta.admin.user_groups.update_workspace",
    body=_ROLES,
)
def update_workspace(call: FakeCall) -> Reply:
    """Change the roles of a group in a workspace."""
    assigned, (name, workspace) = _assignment(call), call.params
    assigned |= _assigned(call.body)
    call.state.store(Organization).record("user_group.workspace.update", "USER_GROUP", workspace, group_uuid=name)
    return no_content()


@route("DELETE", "/v1/admin/user-groups/{}/workspaces/{}", "beta.admin.user_groups.remove_workspace")
def remove_workspace(call: FakeCall) -> Reply:
    """Have a group belong to a workspace no more."""
    name, workspace = call.params
    del _group(call).workspaces[_assignment(call)["workspace_uuid"]]
    call.state.store(Organization).record("user_group.workspace.deprovision", "USER_GROUP", workspace, group_uuid=name)
    return no_content()


@route(
    "POST",
    "/v1/admin/user-groups/provision-workspace",
    "beta.admin.user_groups.provision_workspace",
    body="user_group_uuid*: str; workspace_uuid*: str; workspace_role: str?; workspace_role_name: str?",
)
def provision_workspace(call: FakeCall) -> Reply:
    """Add the members of a group to a workspace."""
    organization, body = call.state.store(Organization), call.body
    group, workspace = organization.group(body["user_group_uuid"]), organization.workspace(body["workspace_uuid"])
    given = {"role": body.get("workspace_role"), "role_name": body.get("workspace_role_name")}
    for user in group.members:
        organization.give(workspace, user, WORKSPACE_ROLES.of(given, "user"))
    return no_content()


def _group(call: FakeCall) -> Group:
    return call.state.store(Organization).group(call.params[0])


def _assignment(call: FakeCall) -> JSONObject:
    """Return the assignment that the path names; raises 404 if there is none."""
    group, name = _group(call), call.params[1]
    if name not in group.workspaces:
        raise not_found("Workspace assignment", name)
    return group.workspaces[name]


def _assigned(body: JSONObject) -> JSONObject:
    names = WORKSPACE_ROLES.of(body, "user")
    roles = [{"name": name, "uuid": WORKSPACE_ROLES.by_name[name]} for name in names]
    return {"roles": roles, "role_uuid": roles[0]["uuid"], "role_name": names[0]}
