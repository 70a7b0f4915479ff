"""Groups of users, which get roles in workspaces."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint, keeping_arguments
from mistral_async._engine.paging import PageNumber
from mistral_async._engine.request import Call, Pages, delete, get, pages, patch, post
from mistral_async.models.admin.user_groups import (
    GroupWorkspaceAssignment,
    ListGroupWorkspacesResponse,
    ListUserGroupMembersResponse,
    ListUserGroupsResponse,
    NestedGroups,
    UpdateGroupWorkspaceRequest,
    UpdateUserGroupRequest,
    UserGroup,
    UserGroupListOptions,
    UserGroupMember,
    UserGroupTargetType,
)
from mistral_async.models.admin.users import WorkspaceRoleName

_ALL = "/v1/admin/user-groups"
_ONE = "/v1/admin/user-groups/{}"
_MEMBERS = "/v1/admin/user-groups/{}/members"
_NESTED = "/v1/admin/user-groups/{}/nested"
_WORKSPACES = "/v1/admin/user-groups/{}/workspaces"
_WORKSPACE = "/v1/admin/user-groups/{}/workspaces/{}"
_BY = PageNumber(first=1)


class UserGroups(Resource[M]):
    """Groups of users."""

    @endpoint
    def list(self, **options: Unpack[UserGroupListOptions]) -> Pages[UserGroup, ListUserGroupsResponse]:
        """List groups."""
        return pages(_ALL, query=options, returns=ListUserGroupsResponse, items="items", by=_BY)

    @endpoint
    def create(
        self,
        *,
        name: str,
        description: str | None = None,
        target_type: UserGroupTargetType | str | None = None,
        parent_group_ids: Sequence[str] | None = None,
    ) -> Call[UserGroup]:
        """Create a group, inside other ones if `parent_group_ids` are given."""
        json = {"name": name, "description": description, "target_type": target_type}
        return post(_ALL, json={**json, "parent_group_ids": parent_group_ids}, returns=UserGroup)

    @endpoint
    def get(self, group_uuid: str) -> Call[UserGroup]:
        """Get a group."""
        return get(_ONE, group_uuid, returns=UserGroup)

    @endpoint
    def update(self, group_uuid: str, **changes: Unpack[UpdateUserGroupRequest]) -> Call[UserGroup]:
        """Change a group. None removes the description and the type of target."""
        return patch(_ONE, group_uuid, json=changes, nulls={"description", "target_type"}, returns=UserGroup)

    @endpoint
    def delete(self, group_uuid: str) -> Call[None]:
        """Delete a group. Its members stay."""
        return delete(_ONE, group_uuid)

    @endpoint
    def list_members(
        self, group_uuid: str, *, page: int | None = None, page_size: int | None = None
    ) -> Pages[UserGroupMember, ListUserGroupMembersResponse]:
        """List the members of a group."""
        query = {"page": page, "page_size": page_size}
        return pages(_MEMBERS, group_uuid, query=query, returns=ListUserGroupMembersResponse, items="members", by=_BY)

    @endpoint
    def add_members(self, group_uuid: str, *, user_uuids: Sequence[str]) -> Call[None]:
        """Add users to a group."""
        return post(_MEMBERS, group_uuid, json={"user_uuids": user_uuids}, returns=None)

    @endpoint
    def remove_members(self, group_uuid: str, *, user_uuids: Sequence[str]) -> Call[None]:
        """Remove users from a group."""
        return delete(_MEMBERS, group_uuid, json={"user_uuids": user_uuids})

    @endpoint
    def list_nested(self, group_uuid: str) -> Call[NestedGroups]:
        """List the groups directly inside a group."""
        return get(_NESTED, group_uuid, returns=NestedGroups)

    @endpoint
    def set_nested(self, group_uuid: str, *, child_group_uuids: Sequence[str]) -> Call[None]:
        """Set which groups are directly inside a group."""
        return patch(_NESTED, group_uuid, json={"child_group_uuids": child_group_uuids}, returns=None)

    @endpoint
    def set_organization_role(self, group_uuid: str, *, organization_role: str) -> Call[None]:
        """Set the role in the organization that the members have by a group: a letter or id of `users.list_roles`."""
        return patch(
            f"{_ONE}/organization-role", group_uuid, json={"organization_role": organization_role}, returns=None
        )

    @endpoint
    def provision_workspace(
        self,
        *,
        user_group_uuid: str,
        workspace_uuid: str,
        workspace_role: str | None = None,
        workspace_role_name: WorkspaceRoleName | str | None = None,
    ) -> Call[None]:
        """Add the members that a group has now to a workspace, with a role."""
        role = {"workspace_role": workspace_role, "workspace_role_name": workspace_role_name}
        json = {"user_group_uuid": user_group_uuid, "workspace_uuid": workspace_uuid, **role}
        return post(f"{_ALL}/provision-workspace", json=json, returns=None)

    @endpoint
    def list_workspaces(
        self, group_uuid: str, *, page: int | None = None, page_size: int | None = None
    ) -> Pages[GroupWorkspaceAssignment, ListGroupWorkspacesResponse]:
        """List the workspaces that a group belongs to."""
        query = {"page": page, "page_size": page_size}
        return pages(_WORKSPACES, group_uuid, query=query, returns=ListGroupWorkspacesResponse, items="items", by=_BY)

    @endpoint
    @keeping_arguments
    def add_workspace(
        self, group_uuid: str, *, workspace_uuid: str, **roles: Unpack[UpdateGroupWorkspaceRequest]
    ) -> Call[None]:
        """Have a group belong to a workspace, with roles."""
        return post(_WORKSPACES, group_uuid, json={"workspace_uuid": workspace_uuid, **roles}, returns=None)

    @endpoint
    @keeping_arguments
    def update_workspace(
        self, group_uuid: str, workspace_uuid: str, **roles: Unpack[UpdateGroupWorkspaceRequest]
    ) -> Call[None]:
        """Change the roles of a group in a workspace."""
        return patch(_WORKSPACE, group_uuid, workspace_uuid, json=roles, returns=None)

    @endpoint
    def remove_workspace(self, group_uuid: str, workspace_uuid: str) -> Call[None]:
        """Have a group belong to a workspace no more."""
        return delete(_WORKSPACE, group_uuid, workspace_uuid)
