"""Usage of Vibe Work. Windows are in seconds since 1970, other times ISO 8601 in UTC."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from msgspec import field

from mistral_async.models._model import Model, Moment

VibeWorkGranularity: TypeAlias = Literal["hour", "day", "week", "month"]
"""The spans of time that usage is summed over."""


class VibeWorkByAgentStat(Model, kw_only=True, gc=False):
    """Usage of an agent."""

    messages_count: int = 0
    files_count: int = 0
    images_count: int = 0
    spreadsheets_count: int = 0
    unique_conversations_count: int = 0
    agent_id: str = ""
    last_message_at: str = ""
    last_message_at_datetime: ClassVar[Moment] = Moment("last_message_at")
    unique_users_count: int = 0


class VibeWorkByAgentStats(Model, kw_only=True):
    """Usage by agent."""

    start_time: int = 0
    """Seconds since 1970."""
    end_time: int = 0
    """Seconds since 1970."""
    data: list[VibeWorkByAgentStat] = field(default_factory=list[VibeWorkByAgentStat])


class VibeWorkByTimeStat(Model, kw_only=True, gc=False):
    """Usage in a span of time."""

    messages_count: int = 0
    files_count: int = 0
    images_count: int = 0
    spreadsheets_count: int = 0
    unique_conversations_count: int = 0
    time_bucket: str | None = None
    time_bucket_datetime: ClassVar[Moment] = Moment("time_bucket")
    unique_users_count: int = 0
    messages_to_agents_count: int = 0
    unique_agents_count: int = 0


class VibeWorkByTimeStats(Model, kw_only=True):
    """Usage over time."""

    start_time: int = 0
    """Seconds since 1970."""
    end_time: int = 0
    """Seconds since 1970."""
    data: list[VibeWorkByTimeStat] = field(default_factory=list[VibeWorkByTimeStat])


class VibeWorkByUserStat(Model, kw_only=True, gc=False):
    """Usage by a user."""

    messages_count: int = 0
    files_count: int = 0
    images_count: int = 0
    spreadsheets_count: int = 0
    unique_conversations_count: int = 0
    user_id: str = ""
    last_message_at: str = ""
    last_message_at_datetime: ClassVar[Moment] = Moment("last_message_at")
    unique_agents_count: int = 0
    messages_to_agents_count: int = 0


class VibeWorkByUserStats(Model, kw_only=True):
    """Usage by user."""

    start_time: int = 0
    """Seconds since 1970."""
    end_time: int = 0
    """Seconds since 1970."""
    data: list[VibeWorkByUserStat] = field(default_factory=list[VibeWorkByUserStat])
