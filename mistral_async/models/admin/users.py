"""The members of the organization, their roles, and invitations to it. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async.models._model import Model, Moment

PlanType: TypeAlias = Literal["API", "CHAT", "ON_PREMISE", "LICENSE", "MISTRAL_CODE"]
"""The products that a subscription is of."""

SubscriptionStatus: TypeAlias = Literal["NS", "S", "A", "CF", "CG", "C", "GP"]
"""The states of a subscription."""

OrganizationRoleName: TypeAlias = Literal["member", "billing_manager", "organization_admin"]
"""The roles that members of the organization may have."""

WorkspaceRoleName: TypeAlias = Literal[
    "billing",
    "user",
    "contributor",
    "dev",
    "dev_contributor",
    "mistral_code_user",
    "cloud_user",
    "workspace_contributor",
    "workspace_admin",
    "observability_viewer",
    "workflow_executor",
]
"""The roles that members of a workspace may have."""

EmailLanguage: TypeAlias = Literal["en", "fr", "es", "de", "it", "pt_br", "pl", "ar", "nl"]
"""The languages of invitations."""

SeatType: TypeAlias = Literal["CHAT", "MISTRAL_CODE"]
"""The products that have seats."""


class AdminRole(Model, kw_only=True, gc=False):
    """A role in a workspace or in the organization."""

    name: str = ""
    uuid: str = ""
    description: str = ""
    is_custom_role: bool = False
    """True if the organization made it."""


class ListAdminRolesResponse(Model, kw_only=True):
    """All roles that can be given."""

    workspace_roles: list[AdminRole] = field(default_factory=list[AdminRole])
    organization_roles: list[AdminRole] = field(default_factory=list[AdminRole])


class OrganizationMemberListOptions(TypedDict, total=False):
    """Which members and invitations are listed."""

    page: int | None
    """One page, counted from 1."""
    page_size: int | None
    """25 where not set."""
    email: str | None
    """A part of the address."""


class MemberWorkspaceInfo(Model, kw_only=True):
    """A workspace of a member."""

    uuid: str = ""
    name: str = ""
    is_default: bool = False
    """True for the one that the organization began with."""
    raw_roles: list[str] = field(default_factory=list[str])
    """Letters or ids of roles: see `users.list_roles`."""
    raw_role: str = ""
    """Deprecated: see `raw_roles`."""


class MemberSubscription(Model, kw_only=True, gc=False):
    """A subscription of a member."""

    type: str = ""
    """One of `PlanType`, or a newer one."""
    plan: str | None = None
    status: str | None = None
    """One of `SubscriptionStatus`, or a newer one."""
    user: str | None = None
    self_service: bool | None = None
    """True if the member subscribed."""
    member_has_access: bool | None = None
    """True if the member may use the plan now."""


class OrganizationMember(Model, kw_only=True):
    """A member of the organization."""

    uuid: str = ""
    oid_id: str | None = None
    """The id at the identity provider."""
    name: str | None = None
    email: str | None = None
    is_sso_outsider: bool | None = None
    """True if outside the domain of the single sign-on."""
    workspaces: list[MemberWorkspaceInfo] | None = None
    subscriptions: list[MemberSubscription] = field(default_factory=list[MemberSubscription])
    raw_roles: list[str] = field(default_factory=list[str])
    """Letters or ids of roles: see `users.list_roles`."""
    raw_role: str = ""
    """Deprecated: see `raw_roles`."""
    subscription_types: list[str] | None = None
    """The seats: `CHAT`, `MISTRAL_CODE`, or a newer one."""
    created_at: str = ""
    """When the member joined."""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")


class OrganizationInvite(Model, kw_only=True):
    """An invitation, as the list of members has it."""

    uuid: str = ""
    raw_roles: list[str] = field(default_factory=list[str])
    """Letters or ids of roles: see `users.list_roles`."""
    raw_role: str = ""
    """Deprecated: see `raw_roles`."""
    email: str = ""
    expired: bool = False
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    workspace_uuids: list[str] = field(default_factory=list[str])


class ListOrganizationMembersResponse(Model, kw_only=True):
    """A page of members, with the invitations that wait."""

    members: list[OrganizationMember] = field(default_factory=list[OrganizationMember])
    invites: list[OrganizationInvite] = field(default_factory=list[OrganizationInvite])
    total: int | None = None
    """Members and invitations in all."""
    page: int | None = None
    page_size: int | None = None


class OrganizationMemberCreate(Model, kw_only=True):
    """A member to create. `roles` and `role_names` exclude each other."""

    email: str
    first_name: str
    last_name: str
    role_names: list[str] | None = None
    """Roles by name: `OrganizationRoleName`."""
    roles: list[str] | None = None
    """Roles by letter or id: see `users.list_roles`."""
    role_name: str | None = None
    """Deprecated: see `role_names`."""
    role: str | None = None
    """Deprecated: see `roles`."""
    subscription_types: list[str] | None = None
    """The seats of the member: `PlanType`."""


class CreateOrganizationMembersResponse(Model, kw_only=True):
    """The members that were created."""

    invalid_emails: list[str] = field(default_factory=list[str])
    email_to_user_id: dict[str, str] = field(default_factory=dict[str, str])
    """The id of each new member, by email."""


class OrganizationUserInvite(Model, kw_only=True):
    """An invitation that waits."""

    invite_uuid: str = ""
    email: str | None = None
    roles: list[str] = field(default_factory=list[str])
    """Letters or ids of roles: see `users.list_roles`."""
    role: str = ""
    """Deprecated: see `roles`."""


class InviteOptions(TypedDict, total=False):
    """Options of an invitation. None is not sent."""

    role_names: Sequence[OrganizationRoleName | str] | None
    """Roles by name; not with `roles`."""
    roles: Sequence[str] | None
    """Letters or ids of roles: see `users.list_roles`."""
    role_name: OrganizationRoleName | str | None
    """Deprecated: see `role_names`."""
    role: str | None
    """Deprecated: see `roles`."""
    subscription_type: PlanType | str | None
    """Deprecated: see `subscription_types`."""
    subscription_types: Sequence[PlanType | str] | None
    """The seats that they get."""
    subscription_seat_automatic_granting: bool | None
    """True to grant seats by itself; False where not set."""
    email_language: EmailLanguage | str | None
    """The language of the invitation."""
    workspace_uuids: Sequence[str] | None
    """The workspaces that they join."""


class CreateInviteRequest(InviteOptions):
    """Everything that `users.create_invite` takes: `create_invite(**request)`."""

    email: Required[str]
    """One address, or several that are separated by commas or line breaks."""


class CreateInviteResponse(Model, kw_only=True):
    """The invitations that were sent."""

    invalid_emails: list[str] = field(default_factory=list[str])
    already_members: list[str] = field(default_factory=list[str])
    """Addresses of members."""
    invited_members_count: int | None = None
    """The count of invitations sent."""


class AdminDeleteResponse(Model, kw_only=True, gc=False):
    """The answer when something was removed."""

    message: str = ""


class OrganizationUser(OrganizationMember, kw_only=True):
    """A member of the organization, in detail."""

    first_name: str | None = None
    last_name: str | None = None


class UpdateOrganizationMemberRequest(TypedDict, total=False):
    """Changes to a member's roles and seats; what is not named stays."""

    role_names: Sequence[OrganizationRoleName | str] | None
    """Roles by name; not with `roles`."""
    roles: Sequence[str] | None
    """Letters or ids of roles: see `users.list_roles`."""
    role_name: OrganizationRoleName | str | None
    """Deprecated: see `role_names`."""
    role: str | None
    """Deprecated: see `roles`."""
    subscription_types: Sequence[SeatType | str] | None
    """All seats from now on."""
