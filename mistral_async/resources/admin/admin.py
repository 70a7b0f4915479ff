"""The admin API: what administrators of an organization see and change. It takes a key of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._binding.resource import M, Resource
from mistral_async._engine.first_use import group

if TYPE_CHECKING:
    from mistral_async.resources.admin.api_keys import APIKeys
    from mistral_async.resources.admin.audit_logs import AuditLogs
    from mistral_async.resources.admin.billing import Billing
    from mistral_async.resources.admin.scim import Scim
    from mistral_async.resources.admin.user_groups import UserGroups
    from mistral_async.resources.admin.users import AdminUsers
    from mistral_async.resources.admin.vibe_code_analytics import VibeCodeAnalytics
    from mistral_async.resources.admin.vibe_work_analytics import VibeWorkAnalytics
    from mistral_async.resources.admin.workspaces import Workspaces


class Admin(Resource[M]):
    """The groups of the admin API. They take an admin key, and no other."""

    @group
    def users(self) -> AdminUsers[M]:
        """Members of the organization, and invitations to it."""
        from mistral_async.resources.admin.users import AdminUsers

        return AdminUsers(self._executor)

    @group
    def user_groups(self) -> UserGroups[M]:
        """Groups of users."""
        from mistral_async.resources.admin.user_groups import UserGroups

        return UserGroups(self._executor)

    @group
    def workspaces(self) -> Workspaces[M]:
        """Workspaces of the organization."""
        from mistral_async.resources.admin.workspaces import Workspaces

        return Workspaces(self._executor)

    @group
    def api_keys(self) -> APIKeys[M]:
        """API keys of workspaces."""
        from mistral_async.resources.admin.api_keys import APIKeys

        return APIKeys(self._executor)

    @group
    def billing(self) -> Billing[M]:
        """Limits, spend and usage."""
        from mistral_async.resources.admin.billing import Billing

        return Billing(self._executor)

    @group
    def audit_logs(self) -> AuditLogs[M]:
        """The audit log."""
        from mistral_async.resources.admin.audit_logs import AuditLogs

        return AuditLogs(self._executor)

    @group
    def scim(self) -> Scim[M]:
        """Synchronization with the SCIM provider."""
        from mistral_async.resources.admin.scim import Scim

        return Scim(self._executor)

    @group
    def vibe_code_analytics(self) -> VibeCodeAnalytics[M]:
        """Usage of Vibe Code."""
        from mistral_async.resources.admin.vibe_code_analytics import VibeCodeAnalytics

        return VibeCodeAnalytics(self._executor)

    @group
    def vibe_work_analytics(self) -> VibeWorkAnalytics[M]:
        """Usage of Vibe Work."""
        from mistral_async.resources.admin.vibe_work_analytics import VibeWorkAnalytics

        return VibeWorkAnalytics(self._executor)
