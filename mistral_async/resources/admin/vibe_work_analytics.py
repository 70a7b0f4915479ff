"""Usage of Vibe Work."""

from __future__ import annotations

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import Call, get
from mistral_async.models.admin.vibe_work_analytics import (
    VibeWorkByAgentStats,
    VibeWorkByTimeStats,
    VibeWorkByUserStats,
    VibeWorkGranularity,
)

_USAGE = "/v1/admin/analytics/vibe/work/usage"


class VibeWorkAnalytics(Resource[M]):
    """Usage of Vibe Work, in a window of time: from and to are seconds since 1970."""

    @endpoint
    def by_agent_stats(self, *, start_time: int, end_time: int) -> Call[VibeWorkByAgentStats]:
        """Get usage by agent."""
        query = {"start_time": start_time, "end_time": end_time}
        return get(f"{_USAGE}/by_agent_stats", query=query, returns=VibeWorkByAgentStats)

    @endpoint
    def by_time_stats(
        self, *, start_time: int, end_time: int, granularity: VibeWorkGranularity | str | None = None
    ) -> Call[VibeWorkByTimeStats]:
        """Get usage over time."""
        query = {"start_time": start_time, "end_time": end_time, "granularity": granularity}
        return get(f"{_USAGE}/by_time_stats", query=query, returns=VibeWorkByTimeStats)

    @endpoint
    def by_user_stats(self, *, start_time: int, end_time: int) -> Call[VibeWorkByUserStats]:
        """Get usage by user."""
        query = {"start_time": start_time, "end_time": end_time}
        return get(f"{_USAGE}/by_user_stats", query=query, returns=VibeWorkByUserStats)
