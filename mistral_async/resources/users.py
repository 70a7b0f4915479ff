"""The user or service account that the key belongs to."""

from __future__ import annotations

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.paging import Offset
from mistral_async._engine.request import Call, Pages, get, pages
from mistral_async.models.users import (
    ListOrganizationsResponse,
    ListWorkspacesResponse,
    UserIdentity,
    UserOrganization,
    UserWorkspace,
    WhoamiResponse,
)

_ME = "/v1/users/me"


class Users(Resource[M]):
    """The user or service account that the key belongs to."""

    @endpoint
    def get_identity(self) -> Call[UserIdentity]:
        """Get the user of the key, with its workspace and organization."""
        return get(_ME, returns=UserIdentity)

    @endpoint
    def list_organizations(
        self, *, offset: int | None = None, limit: int | None = None
    ) -> Pages[UserOrganization, ListOrganizationsResponse]:
        """List the organizations of the user."""
        query = {"offset": offset, "limit": limit}
        returns, items = ListOrganizationsResponse, "organizations"
        return pages(f"{_ME}/organizations", query=query, returns=returns, items=items, by=Offset())

    @endpoint
    def list_workspaces(
        self, *, organization_id: str | None = None, offset: int | None = None, limit: int | None = None
    ) -> Pages[UserWorkspace, ListWorkspacesResponse]:
        """List the workspaces of the user, in all organizations or in one."""
        query = {"organization_id": organization_id, "offset": offset, "limit": limit}
        returns, items = ListWorkspacesResponse, "workspaces"
        return pages(f"{_ME}/workspaces", query=query, returns=returns, items=items, by=Offset())

    @endpoint
    def whoami(self) -> Call[WhoamiResponse]:
        """Get the user or the service account of the key, with its workspace and organization."""
        return get("/v1/whoami", returns=WhoamiResponse)
