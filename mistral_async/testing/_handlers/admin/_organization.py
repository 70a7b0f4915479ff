"""The organization of a server: its members, workspaces, groups and keys, and the log of what was done to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, TypeVar

from mistral_async.testing._errors import ValidationDetail, invalid_request, not_found, plain_error
from mistral_async.testing._handlers.libraries import ORGANISATION, USER
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._state import ServerState

WORKSPACE = "00000000-0000-4000-8000-000000000001"

# Rule 1: The organization begins with one administrator and one workspace, to which all keys belong that no request
#   made.
# Rule 2: A role is given by its name, its letter or its id. It is shown by its letter if it has one, else by its id.
# Rule 3: A member who is removed is in no workspace and no group any more; a group that is deleted is inside none.
# Rule 4: Every change is logged, with the time and the names of what it changed. No two entries have one time, since
#   pages of the log begin after a time.

_T = TypeVar("_T")
_LETTERS = {"organization_admin": "A", "billing_manager": "B", "member": "M"}
_WORKSPACE_ROLES = (
    "workspace_admin",
    "billing",
    "user",
    "contributor",
    "dev",
    "dev_contributor",
    "mistral_code_user",
    "cloud_user",
    "workspace_contributor",
    "observability_viewer",
    "workflow_executor",
)
_WORKSPACE_LETTERS = {"workspace_admin": "A", "user": "M"}


class Roles:
    """The roles that can be given in one place."""

    def __init__(self, kind: int, names: Iterable[str], letters: Mapping[str, str]) -> None:
        self.by_name = {name: f"00000000-0000-4000-8{kind:03}-{number:012}" for number, name in enumerate(names, 1)}
        self._names = {role: name for name, role in self.by_name.items()} | {
            letter: name for name, letter in letters.items()
        }
        self._letters = letters

    def cards(self) -> list[JSONObject]:
        """Return all roles, as lists show them."""
        return [
            {"name": name, "uuid": role, "description": name.replace("_", " ").capitalize(), "is_custom_role": False}
            for name, role in self.by_name.items()
        ]

    def name(self, given: str) -> str:
        """Return the name of a role that is given by its letter or id; raises 422 if there is none."""
        if (name := self._names.get(given)) is None:
            raise _no_role("role", given)
        return name

    def show(self, name: str) -> str:
        """Return a role as it is shown (rule 2)."""
        return self._letters.get(name) or self.by_name[name]

    def of(self, body: JSONMapping, default: str) -> list[str]:
        """Return the names of the roles in a body, in whichever of its four fields they are."""
        named: list[str] = [*(body.get("role_names") or []), *filter(None, [body.get("role_name")])]
        coded: list[str] = [*(body.get("roles") or []), *filter(None, [body.get("role")])]
        if named and coded:
            detail = "role names and role values are mutually exclusive"
            raise invalid_request([ValidationDetail("value_error", ("body", "roles"), detail, coded)])
        if unknown := [name for name in named if name not in self.by_name]:
            raise _no_role("role_names", unknown)
        return [*named, *map(self.name, coded)] or [default]

    def shown(self, names: list[str]) -> JSONObject:
        """Return the two fields that show roles."""
        raw = [self.show(name) for name in names]
        return {"raw_roles": raw, "raw_role": raw[0]}


ORGANIZATION_ROLES = Roles(1, _LETTERS, _LETTERS)
WORKSPACE_ROLES = Roles(2, _WORKSPACE_ROLES, _WORKSPACE_LETTERS)


class Member:
    """A member of the organization."""

    def __init__(self, card: JSONObject, roles: list[str], seats: list[str]) -> None:
        self.card = card
        self.roles = roles
        self.seats = seats


class Workspace:
    """A workspace, and the roles of its members by their ids."""

    def __init__(self, card: JSONObject) -> None:
        self.card = card
        self.archived = False
        self.members: dict[str, list[str]] = {}

    def show(self) -> JSONObject:
        """Return the workspace as lists show it."""
        return {**self.card, "members_count": len(self.members)}


class Group:
    """A group of users: its members, the groups inside it, and its roles by workspace."""

    def __init__(self, card: JSONObject) -> None:
        self.card = card
        self.members: list[str] = []
        self.parents: list[str] = []
        self.workspaces: dict[str, JSONObject] = {}

    def show(self) -> JSONObject:
        """Return the group as lists show it."""
        return {**self.card, "parent_group_ids": self.parents}


class Organization:
    """Everything that the admin API reads and changes."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self.members: dict[str, Member] = {}
        self.invites: dict[str, JSONObject] = {}
        self.workspaces: dict[str, Workspace] = {}
        self.groups: dict[str, Group] = {}
        self.keys: dict[str, JSONObject] = {}
        self.log: list[JSONObject] = []
        self.spend_limit: float | None = 150.0
        admin = {"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace"}
        self._join(USER, admin, ["organization_admin"])
        self._found(WORKSPACE, {"name": "Default workspace"}, USER, default=True)

    # Members

    def member(self, user: str) -> Member:
        """Return a member; raises 404 if there is none."""
        return _get(self.members, "User", user)

    def find_member(self, email: str) -> Member | None:
        """Return the member with an address, if there is one."""
        return next((each for each in self.members.values() if each.card["email"] == email), None)

    def add_member(self, body: JSONMapping) -> str:
        """Create a member, who is in the default workspace; returns its id."""
        user = self._state.ids.uuid4()
        self._join(user, body, ORGANIZATION_ROLES.of(body, "member"))
        self.members[user].seats = body.get("subscription_types") or []
        self.workspaces[WORKSPACE].members[user] = ["user"]
        self.record("user.create", "USER", user_uuid=user)
        return user

    def remove_member(self, user: str) -> None:
        """Remove a member (rule 3)."""
        del self.members[self.member(user).card["uuid"]]
        for workspace in self.workspaces.values():
            workspace.members.pop(user, None)
        for group in self.groups.values():
            group.members = [each for each in group.members if each != user]
        self.record("user.organization.delete", "USER", user_uuid=user)

    def show_member(self, user: str) -> JSONObject:
        """Return a member as lists show it."""
        member = self.member(user)
        return {
            **{name: value for name, value in member.card.items() if name not in ("first_name", "last_name")},
            **ORGANIZATION_ROLES.shown(member.roles),
            "workspaces": [self._membership(each, user) for each in self.workspaces.values() if user in each.members],
            "subscriptions": [],
            "subscription_types": member.seats,
        }

    def _join(self, user: str, body: JSONMapping, roles: list[str]) -> None:
        names = {name: body[name] for name in ("first_name", "last_name")}
        whole = " ".join(names.values())
        card = {"uuid": user, "oid_id": None, "name": whole, "email": body["email"], "is_sso_outsider": False, **names}
        self.members[user] = Member({**card, "created_at": self._state.calendar.iso()}, roles, [])

    def _membership(self, workspace: Workspace, user: str) -> JSONObject:
        shown = {name: workspace.card[name] for name in ("uuid", "name", "is_default")}
        return {**shown, **WORKSPACE_ROLES.shown(workspace.members[user])}

    # Workspaces

    def workspace(self, name: str) -> Workspace:
        """Return a workspace; raises 404 if there is none, or no more."""
        workspace = _get(self.workspaces, "Workspace", name)
        if workspace.archived:
            raise not_found("Workspace", name)
        return workspace

    def add_workspace(self, body: JSONMapping) -> Workspace:
        """Create a workspace, with its administrator; raises 409 if there is one of that name."""
        self.member(body["admin_user_id"])
        if any(each.card["name"] == body["name"] and not each.archived for each in self.workspaces.values()):
            raise plain_error(HTTPStatus.CONFLICT, f"Workspace {body['name']} exists already.")
        workspace = self._found(self._state.ids.uuid4(), body, body["admin_user_id"])
        if body.get("add_all_org_members"):
            workspace.members = {user: ["user"] for user in self.members} | workspace.members
        self.record("workspace.create", "WORKSPACE", workspace.card["uuid"], name=body["name"])
        return workspace

    def give(self, workspace: Workspace, user: str, roles: list[str]) -> bool:
        """Give a member roles in a workspace; returns whether it is new there."""
        self.member(user)
        new, name = user not in workspace.members, workspace.card["uuid"]
        workspace.members[user] = roles
        event = "workspace.member.add" if new else "workspace.member.role.update"
        self.record(event, "WORKSPACE", name, user_uuid=user)
        return new

    def _found(self, name: str, body: JSONMapping, admin: str, *, default: bool = False) -> Workspace:
        texts = {field: body.get(field) for field in ("name", "description", "icon")}
        workspace = Workspace({"uuid": name, **texts, "spend_limit": None, "is_default": default})
        workspace.members[admin] = ["workspace_admin"]
        self.workspaces[name] = workspace
        return workspace

    # Groups

    def group(self, name: str) -> Group:
        """Return a group; raises 404 if there is none."""
        return _get(self.groups, "User group", name)

    def check_nesting(self, child: str, parents: Iterable[str]) -> list[str]:
        """Return the parents of a group; raises 422 if one is inside it, or it itself."""
        parents = list(dict.fromkeys(parents))
        above = list(parents)
        while above:
            if (parent := above.pop()) == child:
                raise _no_role("parent_group_ids", parents, "a group cannot be inside itself")
            above += self.group(parent).parents
        return parents

    # The log

    def record(self, event: str, kind: str, workspace: str | None = None, **target: str) -> None:
        """Log a change (rule 4)."""
        self.log.append(
            {
                "created_at": self._next_time(),
                "actor_type": "API_KEY",
                "actor_metadata": {"user_uuid": USER},
                "event_type": event,
                "event_metadata": {},
                "target_type": kind,
                "target_metadata": {**target, **({"workspace_uuid": workspace} if workspace else {})},
                "log_id": len(self.log) + 1,
                "organization_uuid": ORGANISATION,
                "workspace_uuid": workspace,
            }
        )

    def _next_time(self) -> str:
        """Return the time of a new entry (rule 4)."""
        now, last = self._state.calendar.iso(), self.log[-1]["created_at"] if self.log else ""
        if now > last:
            return now
        return (datetime.fromisoformat(last) + timedelta(microseconds=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def change(card: JSONObject, body: JSONMapping, texts: Iterable[str]) -> None:
    """Change texts of a card; null clears any but the name."""
    for field in texts:
        if field in body and (body[field] is not None or field != "name"):
            card[field] = body[field]


def _get(items: Mapping[str, _T], what: str, name: str) -> _T:
    if (item := items.get(name)) is None:
        raise not_found(what, name)
    return item


def _no_role(field: str, given: Any, message: str = "Input should be a role of the organization") -> Exception:
    return invalid_request([ValidationDetail("value_error", ("body", field), message, given)])
