"""Service accounts: identities of programs. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Required

from msgspec import field
from typing_extensions import TypedDict

from mistral_async.models._model import Model, Moment


class ServiceAccountListOptions(TypedDict, total=False):
    """Which service accounts are listed."""

    offset: int | None
    """Accounts to skip: then there is one page."""
    limit: int | None
    """The size of a page; 100 where not set."""
    workspace_id: str | None
    """Only accounts of this workspace."""
    include_deleted: bool | None
    """False where not set."""
    q: str | None
    """A part of the name."""
    order: str | None
    """`asc` or `desc`."""


class ServiceAccount(Model, kw_only=True, gc=False):
    """A service account."""

    id: str = ""
    name: str = ""
    customer_id: str = ""
    organization_id: str = ""
    workspace_id: str = ""
    description: str | None = None
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    deleted_at: str | None = None
    deleted_at_datetime: ClassVar[Moment] = Moment("deleted_at")


class ListServiceAccountsResponse(Model, kw_only=True):
    """A page of service accounts."""

    items: list[ServiceAccount] = field(default_factory=list[ServiceAccount])


class CreateServiceAccountRequest(TypedDict, total=False):
    """Everything that `service_accounts.create` takes."""

    name: Required[str]
    workspace_id: Required[str]
    description: str | None
    role_ids: Sequence[str] | None


class AssignableServiceAccountRole(Model, kw_only=True, gc=False):
    """A role that service accounts may have."""

    uuid: str = ""
    name: str = ""
    description: str = ""
    is_custom_role: bool = False


class ListAssignableServiceAccountRolesResponse(Model, kw_only=True):
    """All roles that service accounts of a workspace may have."""

    items: list[AssignableServiceAccountRole] = field(default_factory=list[AssignableServiceAccountRole])


class UpdateServiceAccountRequest(TypedDict, total=False):
    """Changes to a service account; what is not named stays."""

    description: str | None
    """The new description."""


class ServiceAccountRole(Model, kw_only=True, gc=False):
    """A role of a service account."""

    role_id: str = ""


class ListServiceAccountRolesResponse(Model, kw_only=True):
    """All roles of a service account."""

    items: list[ServiceAccountRole] = field(default_factory=list[ServiceAccountRole])


class SetServiceAccountRolesRequest(TypedDict, total=False):
    """Everything that `service_accounts.set_roles` takes beside the account's id."""

    role_ids: Required[Sequence[str]]
