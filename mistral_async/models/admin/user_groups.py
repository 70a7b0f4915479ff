"""Groups of users, which get roles in workspaces. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async.models._model import Model, Moment
from mistral_async.models.admin.users import WorkspaceRoleName

UserGroupTargetType: TypeAlias = Literal["W", "O"]
"""The resources that a group can get at: those of workspaces, or the organization."""


class UserGroupListOptions(TypedDict, total=False):
    """Which groups are listed."""

    page: int | None
    """One page, counted from 1."""
    page_size: int | None
    """1 to 100; 25 where not set."""
    search: str | None
    """A part of the name."""


class UserGroup(Model, kw_only=True):
    """A group of users."""

    uuid: str = ""
    name: str = ""
    description: str | None = None
    externally_managed: bool | None = None
    """True if the SCIM provider has it."""
    target_type: str | None = None
    """`W` (workspaces), `O` (the organization), or a newer one."""
    organization_role: str | None = None
    parent_group_ids: list[str] = field(default_factory=list[str])
    """The groups that it is directly in."""


class ListUserGroupsResponse(Model, kw_only=True):
    """A page of groups."""

    total: int = 0
    items: list[UserGroup] = field(default_factory=list[UserGroup])
    page: int = 0
    page_size: int = 0


class CreateUserGroupRequest(TypedDict, total=False):
    """Everything that `user_groups.create` takes."""

    name: Required[str]
    """At most 255 characters."""
    description: str | None
    """At most 255 characters."""
    target_type: UserGroupTargetType | str | None
    """The resources that it can get at."""
    parent_group_ids: Sequence[str] | None
    """The groups that it is directly in."""


class ProvisionGroupRequest(TypedDict, total=False):
    """Everything that `user_groups.provision_workspace` takes."""

    user_group_uuid: Required[str]
    workspace_uuid: Required[str]
    workspace_role: str | None
    """A letter or id: see `users.list_roles`."""
    workspace_role_name: WorkspaceRoleName | str | None
    """The role by name; not with `workspace_role`."""


class UpdateUserGroupRequest(TypedDict, total=False):
    """Changes to a group; what is not named stays."""

    name: str | None
    """At most 255 characters."""
    description: str | None
    """At most 255 characters. None removes it."""
    target_type: UserGroupTargetType | str | None
    """None removes it."""
    parent_group_ids: Sequence[str] | None
    """All groups that it is directly in from now on."""


class UserGroupMembersRequest(TypedDict, total=False):
    """Everything that `user_groups.add_members` and `remove_members` take beside the group's id."""

    user_uuids: Required[Sequence[str]]
    """The ids of the users."""


class UserGroupMember(Model, kw_only=True, gc=False):
    """A member of a group."""

    user_uuid: str = ""
    name: str | None = None
    email: str | None = None


class ListUserGroupMembersResponse(Model, kw_only=True):
    """A page of members of a group."""

    total: int = 0
    members: list[UserGroupMember] = field(default_factory=list[UserGroupMember])
    page: int = 0
    page_size: int = 0


class NestedGroupRef(Model, kw_only=True, gc=False):
    """A group inside another one."""

    uuid: str = ""
    name: str = ""


class NestedGroups(Model, kw_only=True):
    """The groups directly inside a group."""

    children: list[NestedGroupRef] = field(default_factory=list[NestedGroupRef])
    """Those directly in the group."""


class SetNestedGroupsRequest(TypedDict, total=False):
    """Everything that `user_groups.set_nested` takes beside the group's id."""

    child_group_uuids: Required[Sequence[str]]
    """All groups directly in it from now on."""


class SetOrganizationRoleRequest(TypedDict, total=False):
    """Everything that `user_groups.set_organization_role` takes beside the group's id."""

    organization_role: Required[str]
    """A letter or id: see `users.list_roles`."""


class WorkspaceRoleRef(Model, kw_only=True, gc=False):
    """A role in a workspace."""

    name: str = ""
    uuid: str = ""


class GroupWorkspaceAssignment(Model, kw_only=True):
    """A workspace that a group belongs to, with its roles there."""

    roles: list[WorkspaceRoleRef] = field(default_factory=list[WorkspaceRoleRef])
    role_uuid: str | None = None
    role_name: str | None = None
    workspace_uuid: str = ""
    workspace_name: str = ""
    created: str = ""
    created_datetime: ClassVar[Moment] = Moment("created")


class ListGroupWorkspacesResponse(Model, kw_only=True):
    """A page of workspaces of a group."""

    total: int = 0
    items: list[GroupWorkspaceAssignment] = field(default_factory=list[GroupWorkspaceAssignment])
    page: int = 0
    page_size: int = 0


class UpdateGroupWorkspaceRequest(TypedDict, total=False):
    """The roles of a group in a workspace from now on."""

    role_names: Sequence[WorkspaceRoleName | str] | None
    """Roles by name; not with `roles`."""
    roles: Sequence[str] | None
    """Letters or ids of roles: see `users.list_roles`."""
    role: str | None
    """Deprecated: see `roles`."""


class AddGroupToWorkspaceRequest(UpdateGroupWorkspaceRequest):
    """Everything that `user_groups.add_workspace` takes beside the group's id."""

    workspace_uuid: Required[str]
