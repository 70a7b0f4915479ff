"""Service accounts: identities of programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.paging import Offset
from mistral_async._engine.request import Call, Pages, delete, get, pages, patch, post, put
from mistral_async.models.service_accounts import (
    ListAssignableServiceAccountRolesResponse,
    ListServiceAccountRolesResponse,
    ListServiceAccountsResponse,
    ServiceAccount,
    ServiceAccountListOptions,
    UpdateServiceAccountRequest,
)

_ALL = "/v1/service-accounts"
_ONE = "/v1/service-accounts/{}"
_ROLES = "/v1/service-accounts/{}/roles"


class WholeList(Offset, frozen=True):
    """`offset` and `limit`, where the server wants both of them for the first page, too."""

    def single(self, query: Mapping[str, Any]) -> bool:  # noqa: ARG002 - there is an offset always
        """Return that no page was asked for."""
        return False


class ServiceAccounts(Resource[M]):
    """Service accounts: identities of programs."""

    @endpoint
    def list(self, **options: Unpack[ServiceAccountListOptions]) -> Pages[ServiceAccount, ListServiceAccountsResponse]:
        """List service accounts. With `offset` there is one page."""
        given = {name: value for name, value in options.items() if value is not None}
        query, by = {"offset": 0, "limit": 100, **given}, Offset() if "offset" in given else WholeList()
        return pages(_ALL, query=query, returns=ListServiceAccountsResponse, items="items", by=by)

    @endpoint
    def create(
        self, *, name: str, workspace_id: str, description: str | None = None, role_ids: Sequence[str] | None = None
    ) -> Call[ServiceAccount]:
        """Create a service account of a workspace."""
        json = {"name": name, "workspace_id": workspace_id, "description": description, "role_ids": role_ids}
        return post(_ALL, json=json, returns=ServiceAccount)

    @endpoint
    def list_assignable_roles(self, *, workspace_id: str) -> Call[ListAssignableServiceAccountRolesResponse]:
        """List the roles that service accounts of a workspace may have."""
        returns = ListAssignableServiceAccountRolesResponse
        return get(f"{_ALL}/assignable-roles", query={"workspace_id": workspace_id}, returns=returns)

    @endpoint
    def get(self, service_account_id: str) -> Call[ServiceAccount]:
        """Get a service account."""
        return get(_ONE, service_account_id, returns=ServiceAccount)

    @endpoint
    def update(self, service_account_id: str, **changes: Unpack[UpdateServiceAccountRequest]) -> Call[ServiceAccount]:
        """Change a service account. `description=None` removes it."""
        return patch(_ONE, service_account_id, json=changes, nulls={"description"}, returns=ServiceAccount)

    @endpoint
    def delete(self, service_account_id: str) -> Call[None]:
        """Delete a service account."""
        return delete(_ONE, service_account_id)

    @endpoint
    def list_roles(self, service_account_id: str) -> Call[ListServiceAccountRolesResponse]:
        """List the roles of a service account."""
        return get(_ROLES, service_account_id, returns=ListServiceAccountRolesResponse)

    @endpoint
    def set_roles(self, service_account_id: str, *, role_ids: Sequence[str]) -> Call[ListServiceAccountRolesResponse]:
        """Set the roles of a service account."""
        return put(_ROLES, service_account_id, json={"role_ids": role_ids}, returns=ListServiceAccountRolesResponse)
