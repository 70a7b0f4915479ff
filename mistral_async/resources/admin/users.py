"""The members of the organization, their roles, and invitations to it."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint, keeping_arguments
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.paging import PageNumber
from mistral_async._engine.request import Call, Pages, delete, get, pages, patch, post
from mistral_async.models.admin.users import (
    AdminDeleteResponse,
    CreateInviteResponse,
    CreateOrganizationMembersResponse,
    InviteOptions,
    ListAdminRolesResponse,
    ListOrganizationMembersResponse,
    OrganizationMember,
    OrganizationMemberCreate,
    OrganizationMemberListOptions,
    OrganizationUser,
    OrganizationUserInvite,
    UpdateOrganizationMemberRequest,
)

_ALL = "/v1/admin/users"
_ONE = "/v1/admin/users/{}"
_INVITES = "/v1/admin/users-invite"
_INVITE = "/v1/admin/users-invite/{}"


class AdminUsers(Resource[M]):
    """The members of the organization, and invitations to it."""

    @endpoint
    def list_roles(self) -> Call[ListAdminRolesResponse]:
        """List the roles of workspaces and of the organization."""
        return get("/v1/admin/roles", returns=ListAdminRolesResponse)

    @endpoint
    def list_invites(self) -> Call[list[OrganizationUserInvite]]:
        """List the invitations that wait."""
        return get(_INVITES, returns=list[OrganizationUserInvite])

    @endpoint
    @keeping_arguments
    def create_invite(self, *, email: str, **options: Unpack[InviteOptions]) -> Call[CreateInviteResponse]:
        """Invite people: one address, or several that are separated by commas or line breaks."""
        return post(_INVITES, json={"email": email, **options}, returns=CreateInviteResponse)

    @endpoint
    def delete_invite(self, invite_uuid: str) -> Call[AdminDeleteResponse]:
        """Take an invitation back."""
        return delete(_INVITE, invite_uuid, returns=AdminDeleteResponse)

    @endpoint
    def list(
        self, **options: Unpack[OrganizationMemberListOptions]
    ) -> Pages[OrganizationMember, ListOrganizationMembersResponse]:
        """List members. Each page has invitations that wait, too."""
        by = PageNumber(first=1)
        return pages(_ALL, query=options, returns=ListOrganizationMembersResponse, items="members", by=by)

    @endpoint
    @keeping_arguments
    def create(
        self, users: Sequence[OrganizationMemberCreate | JSONMapping]
    ) -> Call[CreateOrganizationMembersResponse]:
        """Create members."""
        return post(_ALL, json=users, returns=CreateOrganizationMembersResponse)

    @endpoint
    def get(self, user_id: str) -> Call[OrganizationUser]:
        """Get a member."""
        return get(_ONE, user_id, returns=OrganizationUser)

    @endpoint
    @keeping_arguments
    def update(self, user_id: str, **changes: Unpack[UpdateOrganizationMemberRequest]) -> Call[OrganizationMember]:
        """Change the roles and seats of a member. What is given takes the place of what there was."""
        return patch(_ONE, user_id, json=changes, returns=OrganizationMember)

    @endpoint
    def delete(self, user_id: str) -> Call[AdminDeleteResponse]:
        """Remove a member from the organization."""
        return delete(_ONE, user_id, returns=AdminDeleteResponse)
