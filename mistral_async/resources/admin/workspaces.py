"""The workspaces of the organization."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.paging import PageNumber
from mistral_async._engine.request import Call, Pages, delete, pages, patch, post
from mistral_async.models.admin.workspaces import (
    AddWorkspaceMembersResponse,
    AdminWorkspace,
    CreateWorkspaceResponse,
    ListAdminWorkspacesResponse,
    RemoveWorkspaceMembersResponse,
    UpdateWorkspaceMembersResponse,
    UpdateWorkspaceRequest,
    WorkspaceListOptions,
    WorkspaceMember,
    WorkspaceMemberRef,
)

_ALL = "/v1/admin/workspaces"
_ONE = "/v1/admin/workspaces/{}"


class Workspaces(Resource[M]):
    """The workspaces of the organization."""

    @endpoint
    def list(self, **options: Unpack[WorkspaceListOptions]) -> Pages[AdminWorkspace, ListAdminWorkspacesResponse]:
        """List workspaces."""
        by = PageNumber(first=1)
        return pages(_ALL, query=options, returns=ListAdminWorkspacesResponse, items="items", by=by)

    @endpoint
    def create(
        self,
        *,
        name: str,
        admin_user_id: str,
        description: str | None = None,
        icon: str | None = None,
        add_all_org_members: bool | None = None,
    ) -> Call[CreateWorkspaceResponse]:
        """Create a workspace, whose administrator is `admin_user_id`."""
        json = {"name": name, "admin_user_id": admin_user_id, "description": description, "icon": icon}
        return post(_ALL, json={**json, "add_all_org_members": add_all_org_members}, returns=CreateWorkspaceResponse)

    @endpoint
    def update(self, workspace_uuid: str, **changes: Unpack[UpdateWorkspaceRequest]) -> Call[AdminWorkspace]:
        """Change a workspace. None removes the description and the icon."""
        return patch(_ONE, workspace_uuid, json=changes, nulls={"description", "icon"}, returns=AdminWorkspace)

    @endpoint
    def delete(self, workspace_uuid: str) -> Call[None]:
        """Archive a workspace."""
        return delete(_ONE, workspace_uuid)

    @endpoint
    def add_users(
        self, workspace_uuid: str, *, members: Sequence[WorkspaceMember | JSONMapping] | None = None
    ) -> Call[AddWorkspaceMembersResponse]:
        """Add members to a workspace. Those who belong to it stay as they are."""
        json = {"members": members}
        return post(f"{_ONE}/add-users", workspace_uuid, json=json, returns=AddWorkspaceMembersResponse)

    @endpoint
    def update_users(
        self, workspace_uuid: str, *, members: Sequence[WorkspaceMember | JSONMapping] | None = None
    ) -> Call[UpdateWorkspaceMembersResponse]:
        """Add members to a workspace, and change the roles of those who belong to it."""
        json = {"members": members}
        return patch(f"{_ONE}/users", workspace_uuid, json=json, returns=UpdateWorkspaceMembersResponse)

    @endpoint
    def remove_users(
        self, workspace_uuid: str, *, members: Sequence[WorkspaceMemberRef | JSONMapping]
    ) -> Call[RemoveWorkspaceMembersResponse]:
        """Remove members from a workspace."""
        json = {"members": members}
        return delete(f"{_ONE}/remove-users", workspace_uuid, json=json, returns=RemoveWorkspaceMembersResponse)
