"""Workspaces of the organization."""

from __future__ import annotations

from mistral_async.testing._call import FakeCall
from mistral_async.testing._handlers._paging import by_number
from mistral_async.testing._handlers.admin._organization import WORKSPACE_ROLES, Organization, change
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply, json_reply, no_content
from mistral_async.testing._route import route

_TEXTS = "description: str(0,255)?; icon: str(0,2)?"
_MEMBERS = "members: list[WorkspaceMember]"
_by_number = by_number("items")


@route("GET", "/v1/admin/workspaces", "beta.admin.workspaces.list")
def list_workspaces(call: FakeCall) -> Reply:
    """List workspaces."""
    archived, search = call.flag("is_archived"), (call.text("search") or "").lower()
    found = [
        each.show()
        for each in call.state.store(Organization).workspaces.values()
        if search in each.card["name"].lower() and (archived or not each.archived)
    ]
    return json_reply({**_by_number(call, found), "object": "list"})


@route(
    "POST",
    "/v1/admin/workspaces",
    "beta.admin.workspaces.create",
    body=f"name*: str(1,255); {_TEXTS}; add_all_org_members: bool; admin_user_id*: str",
)
def create(call: FakeCall) -> Reply:
    """Create a workspace."""
    made = call.state.store(Organization).add_workspace(call.body)
    return json_reply({**made.show(), **WORKSPACE_ROLES.shown(["workspace_admin"])})


@route("PATCH", "/v1/admin/workspaces/{}", "beta.admin.workspaces.update", body=f"name: str(1,255)?; {_TEXTS}")
def update(call: FakeCall) -> Reply:
    """Change a workspace."""
    organization, name = call.state.store(Organization), call.params[0]
    workspace = organization.workspace(name)
    change(workspace.card, call.body, ("name", "description", "icon"))
    organization.record("workspace.update", "WORKSPACE", name)
    return json_reply(workspace.show())


@route("DELETE", "/v1/admin/workspaces/{}", "beta.admin.workspaces.delete")
def delete(call: FakeCall) -> Reply:
    """Archive a workspace."""
    organization, name = call.state.store(Organization), call.params[0]
    organization.workspace(name).archived = True
    organization.record("workspace.delete", "WORKSPACE", name)
    return no_content()


@route("POST", "/v1/admin/workspaces/{}/add-users", "beta.admin.workspaces.add_users", body=_MEMBERS)
def add_users(call: FakeCall) -> Reply:
    """Add members that are not there yet."""
    organization = call.state.store(Organization)
    workspace = organization.workspace(call.params[0])
    members: list[JSONObject] = call.body.get("members") or []
    new = [each for each in members if each["user_uuid"] not in workspace.members]
    for each in new:
        organization.give(workspace, each["user_uuid"], WORKSPACE_ROLES.of(each, "user"))
    return json_reply({"added_members_count": len(new)})


@route("PATCH", "/v1/admin/workspaces/{}/users", "beta.admin.workspaces.update_users", body=_MEMBERS)
def update_users(call: FakeCall) -> Reply:
    """Add members, and change the roles of those that are there."""
    organization = call.state.store(Organization)
    workspace = organization.workspace(call.params[0])
    members: list[JSONObject] = call.body.get("members") or []
    new = [organization.give(workspace, each["user_uuid"], WORKSPACE_ROLES.of(each, "user")) for each in members]
    return json_reply({"added_members_count": new.count(True), "updated_members_count": new.count(False)})


@route(
    "DELETE",
    "/v1/admin/workspaces/{}/remove-users",
    "beta.admin.workspaces.remove_users",
    body="members*: list[WorkspaceMemberRef]",
)
def remove_users(call: FakeCall) -> Reply:
    """Remove members; those that are not there are named."""
    organization, name = call.state.store(Organization), call.params[0]
    workspace = organization.workspace(name)
    users = [each["user_uuid"] for each in call.body["members"]]
    strange = [user for user in users if workspace.members.pop(user, None) is None]
    for user in users:
        if user not in strange:
            organization.record("workspace.member.remove", "WORKSPACE", name, user_uuid=user)
    return json_reply({"deleted_members_count": len(users) - len(strange), "not_deleted_members": strange})
