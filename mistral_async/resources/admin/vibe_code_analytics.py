"""Usage of Vibe Code, day by day."""

from __future__ import annotations

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import Call, get
from mistral_async.models.admin.vibe_code_analytics import VibeOrganizationStats, VibeWorkspaceStats

_USAGE = "/v1/admin/analytics/vibe/code/usage"


class VibeCodeAnalytics(Resource[M]):
    """Usage of Vibe Code, in a window of time: from and to are seconds since 1970."""

    @endpoint
    def by_organization(self, *, start_time: int, end_time: int) -> Call[VibeOrganizationStats]:
        """Get how next edits are used in the organization."""
        query = {"start_time": start_time, "end_time": end_time}
        return get(f"{_USAGE}/by_organization", query=query, returns=VibeOrganizationStats)

    @endpoint
    def by_workspace(
        self, *, start_time: int, end_time: int, workspace_id: str | None = None
    ) -> Call[VibeWorkspaceStats]:
        """Get how Vibe Code is used in a workspace, or in all."""
        query = {"start_time": start_time, "end_time": end_time, "workspace_id": workspace_id}
        return get(f"{_USAGE}/by_workspace", query=query, returns=VibeWorkspaceStats)
