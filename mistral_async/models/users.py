"""Who the key belongs to."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import field

from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Model


class UserIdentityWorkspace(Model, kw_only=True, gc=False):
    """A workspace."""

    id: str = ""
    name: str = ""


class UserIdentityOrganization(Model, kw_only=True, gc=False):
    """An organization."""

    id: str = ""
    name: str = ""


class UserIdentityAPIKey(Model, kw_only=True, gc=False):
    """A key."""

    id: str = ""
    name: str | None = None


class UserIdentity(Model, kw_only=True):
    """The user of the key, and where it belongs."""

    id: str = ""
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    workspace: UserIdentityWorkspace | None = None
    organization: UserIdentityOrganization | None = None
    api_key: UserIdentityAPIKey | None = None


class UserOrganization(Model, kw_only=True, gc=False):
    """An organization of the user."""

    id: str = ""
    name: str = ""


class ListOrganizationsResponse(Model, kw_only=True):
    """A page of organizations."""

    organizations: list[UserOrganization] = field(default_factory=list[UserOrganization])


class UserWorkspace(Model, kw_only=True, gc=False):
    """A workspace of the user."""

    id: str = ""
    name: str = ""
    organization_id: str = ""


class ListWorkspacesResponse(Model, kw_only=True):
    """A page of workspaces."""

    workspaces: list[UserWorkspace] = field(default_factory=list[UserWorkspace])


class WhoamiServiceAccountPrincipal(Model, kw_only=True, gc=False):
    """A service account."""

    service_account_id: str = ""
    principal_type: Literal["service_account"] = constant("service_account")
    name: str | None = None


class WhoamiUserPrincipal(Model, kw_only=True, gc=False):
    """A user."""

    id: str = ""
    principal_type: Literal["user"] = constant("user")
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None


Principal: TypeAlias = OpenUnion[WhoamiServiceAccountPrincipal | WhoamiUserPrincipal]
"""Told apart by `principal_type`."""


class WhoamiOrganization(Model, kw_only=True, gc=False):
    """The organization of the key."""

    id: str = ""
    name: str = ""
    org_tier: str | None = None
    internal: bool = False
    kind: str = "S"


class WhoamiResponse(Model, kw_only=True):
    """The user or service account of the key, and where it belongs."""

    principal: Principal | None = None
    organization: WhoamiOrganization | None = None
    workspace: UserIdentityWorkspace | None = None
