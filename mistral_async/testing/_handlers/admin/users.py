"""Members of the organization, and invitations to it."""

from __future__ import annotations

import re
from typing import cast

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import not_found
from mistral_async.testing._handlers._paging import by_number
from mistral_async.testing._handlers.admin._organization import ORGANIZATION_ROLES, WORKSPACE_ROLES, Organization
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route

_ROLES = "role_names: list[str]?; roles: list[str]?; role_name: str?; role: str?"
_DELETED = {"message": "deleted"}
_by_number = by_number("members")


@route("GET", "/v1/admin/roles", "beta.admin.users.list_roles")
def list_roles(_: FakeCall) -> Reply:
    """List the roles of workspaces and of the organization."""
    return json_reply({"workspace_roles": WORKSPACE_ROLES.cards(), "organization_roles": ORGANIZATION_ROLES.cards()})


@route("GET", "/v1/admin/users", "beta.admin.users.list")
def list_users(call: FakeCall) -> Reply:
    """List members, and invitations with them."""
    organization, email = call.state.store(Organization), call.text("email") or ""
    members = [organization.show_member(user) for user in organization.members]
    found = [each for each in members if email in each["email"]]
    invites = [_pending(each) for each in organization.invites.values() if email in each["email"]]
    answer = _by_number(call, found)
    return json_reply({**answer, "invites": invites, "total": len(found) + len(invites)})


@route("POST", "/v1/admin/users", "beta.admin.users.create", body="list[OrganizationMemberCreate]")
def create(call: FakeCall) -> Reply:
    """Create members, those whose addresses are some."""
    organization = call.state.store(Organization)
    invalid: list[str] = []
    made: dict[str, str] = {}
    for body in cast("list[JSONObject]", call.body):
        email = body["email"]
        if not _is_address(email) or organization.find_member(email) is not None:
            invalid.append(email)
        else:
            made[email] = organization.add_member(body)
    return json_reply({"invalid_emails": invalid, "email_to_user_id": made})


@route("GET", "/v1/admin/users/{}", "beta.admin.users.get")
def get(call: FakeCall) -> Reply:
    """Return a member, in detail."""
    organization, user = call.state.store(Organization), call.params[0]
    names = {name: organization.member(user).card[name] for name in ("first_name", "last_name")}
    return json_reply({**organization.show_member(user), **names})


@route("PATCH", "/v1/admin/users/{}", "beta.admin.users.update", body=f"{_ROLES}; subscription_types: list[str]?")
def update(call: FakeCall) -> Reply:
    """Change the roles and seats of a member."""
    organization, user = call.state.store(Organization), call.params[0]
    member = organization.member(user)
    roles = ORGANIZATION_ROLES.of(call.body, "")
    if roles != [""]:
        member.roles = roles
        organization.record("user.organization.role.update", "USER", user_uuid=user)
    if (seats := call.body.get("subscription_types")) is not None:
        member.seats = seats
    return json_reply(organization.show_member(user))


@route("DELETE", "/v1/admin/users/{}", "beta.admin.users.delete")
def delete(call: FakeCall) -> Reply:
    """Remove a member."""
    call.state.store(Organization).remove_member(call.params[0])
    return json_reply(_DELETED)


@route("GET", "/v1/admin/users-invite", "beta.admin.users.list_invites")
def list_invites(call: FakeCall) -> Reply:
    """List the invitations that wait."""
    return json_reply([_waiting(each) for each in call.state.store(Organization).invites.values()])


@route(
    "POST",
    "/v1/admin/users-invite",
    "beta.admin.users.create_invite",
    body=(
        f"email*: str; {_ROLES}; subscription_type: str?; subscription_types: list[str]?; "
        "subscription_seat_automatic_granting: bool; email_language: {en|fr|es|de|it|pt_br|pl|ar|nl}?; "
        "workspace_uuids: list[str]?"
    ),
)
def create_invite(call: FakeCall) -> Reply:
    """Invite those whose addresses are some, and who are no members."""
    organization, body = call.state.store(Organization), call.body
    roles = ORGANIZATION_ROLES.of(body, "member")
    workspaces: list[str] = body.get("workspace_uuids") or []
    for workspace in workspaces:
        organization.workspace(workspace)
    emails = [email.strip() for email in re.split(r"[,\n]", body["email"]) if email.strip()]
    members = [email for email in emails if organization.find_member(email) is not None]
    invalid = [email for email in emails if not _is_address(email)]
    invited = [email for email in emails if email not in (*members, *invalid)]
    for email in invited:
        invite, now = call.state.ids.uuid4(), call.state.calendar.iso()
        organization.invites[invite] = {"uuid": invite, "email": email, "roles": roles, "workspaces": workspaces}
        organization.invites[invite]["created_at"] = now
        organization.record("organization.invite.send", "ORGANIZATION", email=email)
    return json_reply({"invalid_emails": invalid, "already_members": members, "invited_members_count": len(invited)})


@route("DELETE", "/v1/admin/users-invite/{}", "beta.admin.users.delete_invite")
def delete_invite(call: FakeCall) -> Reply:
    """Take an invitation back."""
    organization, invite = call.state.store(Organization), call.params[0]
    if organization.invites.pop(invite, None) is None:
        raise not_found("Invite", invite)
    organization.record("organization.invite.revoked", "ORGANIZATION", invite_uuid=invite)
    return json_reply(_DELETED)


def _is_address(email: str) -> bool:
    return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email) is not None


def _pending(invite: JSONObject) -> JSONObject:
    """Return an invitation as the list of members has it."""
    kept = {name: invite[name] for name in ("uuid", "email", "created_at")}
    roles = ORGANIZATION_ROLES.shown(invite["roles"])
    return {**kept, **roles, "expired": False, "workspace_uuids": invite["workspaces"]}


def _waiting(invite: JSONObject) -> JSONObject:
    """Return an invitation as the list of invitations has it."""
    roles = [ORGANIZATION_ROLES.show(name) for name in invite["roles"]]
    return {"invite_uuid": invite["uuid"], "email": invite["email"], "roles": roles, "role": roles[0]}
