"""The workspaces of the organization."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Required

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping
from mistral_async.models._model import Model


class WorkspaceListOptions(TypedDict, total=False):
    """Which workspaces are listed."""

    is_archived: bool | None
    """True for archived ones, too; False where not set."""
    page: int | None
    """One page, counted from 1."""
    page_size: int | None
    """25 where not set."""
    search: str | None
    """A part of the name."""


class WorkspaceSpendLimit(Model, kw_only=True, gc=False):
    """The spending limit of a workspace."""

    value: float | None = None
    """The limit of a month."""
    currency: str | None = None
    """The currency of the limit."""
    no_monthly_limit: bool | None = None
    """True if there is no limit."""


class AdminWorkspace(Model, kw_only=True):
    """A workspace."""

    uuid: str = ""
    name: str = ""
    description: str | None = None
    icon: str | None = None
    members_count: int | None = None
    spend_limit: WorkspaceSpendLimit | None = None
    is_default: bool = False
    """True for the one that the organization began with."""


class ListAdminWorkspacesResponse(Model, kw_only=True):
    """A page of workspaces."""

    total: int = 0
    items: list[AdminWorkspace] = field(default_factory=list[AdminWorkspace])
    object: str = "list"
    page: int = 0
    page_size: int = 0


class CreateWorkspaceRequest(TypedDict, total=False):
    """Everything that `workspaces.create` takes."""

    name: Required[str]
    """At most 255 characters."""
    description: str | None
    """At most 255 characters."""
    icon: str | None
    """An emoji."""
    add_all_org_members: bool | None
    """True to add all members of the organization; False where not set."""
    admin_user_id: Required[str]
    """The user who becomes its administrator."""


class CreateWorkspaceResponse(AdminWorkspace, kw_only=True):
    """A new workspace, with the roles of its administrator."""

    raw_roles: list[str] = field(default_factory=list[str])
    """Letters or ids of roles: see `users.list_roles`."""
    raw_role: str = ""
    """Deprecated: see `raw_roles`."""


class UpdateWorkspaceRequest(TypedDict, total=False):
    """Changes to a workspace; what is not named stays."""

    name: str | None
    """At most 255 characters."""
    description: str | None
    """At most 255 characters. None removes it."""
    icon: str | None
    """An emoji. None removes it."""


class WorkspaceMember(Model, kw_only=True):
    """A member to add to a workspace, or to change. `roles` and `role_names` exclude each other."""

    user_uuid: str
    role_names: list[str] | None = None
    """Roles by name: `WorkspaceRoleName`."""
    roles: list[str] | None = None
    """Letters or ids of roles: see `users.list_roles`."""
    role_name: str | None = None
    """Deprecated: see `role_names`."""
    role: str | None = None
    """Deprecated: see `roles`."""


class WorkspaceMembersRequest(TypedDict, total=False):
    """Everything that `workspaces.add_users` and `update_users` take beside the workspace's id."""

    members: Sequence[WorkspaceMember | JSONMapping] | None


class AddWorkspaceMembersResponse(Model, kw_only=True, gc=False):
    """The count of those who were added."""

    added_members_count: int = 0


class WorkspaceMemberRef(Model, kw_only=True, gc=False):
    """A member of a workspace."""

    user_uuid: str


class RemoveWorkspaceMembersRequest(TypedDict, total=False):
    """Everything that `workspaces.remove_users` takes beside the workspace's id."""

    members: Required[Sequence[WorkspaceMemberRef | JSONMapping]]


class RemoveWorkspaceMembersResponse(Model, kw_only=True):
    """The count of those who were removed."""

    deleted_members_count: int = 0
    not_deleted_members: list[str] | None = None


class UpdateWorkspaceMembersResponse(Model, kw_only=True, gc=False):
    """The counts of those who were added or changed."""

    added_members_count: int = 0
    updated_members_count: int = 0
