"""Usage of Vibe Code, day by day. Windows are in seconds since 1970."""

from __future__ import annotations

from msgspec import field

from mistral_async.models._model import Model


class VibeNextEditSuggestionStat(Model, kw_only=True, gc=False):
    """Suggestions of next edits in a day, by outcome, by origin and by the place where they were shown."""

    day: str = ""
    total_suggestions: int = 0
    outcome_accepted: int = 0
    outcome_rejected: int = 0
    outcome_timeout: int = 0
    outcome_aborted: int = 0
    outcome_dismissed: int = 0
    force_generated_true: int = 0
    force_generated_false: int = 0
    surface_widget: int = 0
    surface_ghost_text: int = 0


class VibeNextEditActiveUsersStat(Model, kw_only=True, gc=False):
    """Users of next edits in a day."""

    day: str = ""
    nb_active_users: int = 0


class VibeNextEditModifiedLOCStat(Model, kw_only=True, gc=False):
    """Lines that next edits changed in a day."""

    day: str = ""
    lines_inserted: int = 0
    lines_deleted: int = 0
    lines_unchanged: int = 0
    lines_total: int = 0


class VibeOrganizationStats(Model, kw_only=True):
    """Usage of next edits in the organization."""

    start_time: int = 0
    """Seconds since 1970."""
    end_time: int = 0
    """Seconds since 1970."""
    next_edit_suggestions: list[VibeNextEditSuggestionStat] = field(default_factory=list[VibeNextEditSuggestionStat])
    next_edit_active_users: list[VibeNextEditActiveUsersStat] = field(default_factory=list[VibeNextEditActiveUsersStat])
    next_edit_modified_loc: list[VibeNextEditModifiedLOCStat] = field(default_factory=list[VibeNextEditModifiedLOCStat])


class VibeSessionStat(Model, kw_only=True, gc=False):
    """Sessions in a day, by where they ran."""

    day: str = ""
    nb_sessions: int = 0
    nb_sessions_cli: int = 0
    nb_sessions_acp: int = 0
    nb_sessions_programmatic: int = 0


class VibeUserPromptsStat(Model, kw_only=True, gc=False):
    """Prompts in a day, by where they were written."""

    day: str = ""
    nb_prompts_total: int = 0
    nb_prompts_cli: int = 0
    nb_prompts_acp: int = 0
    nb_prompts_programmatic: int = 0


class VibeActiveUsersStat(Model, kw_only=True, gc=False):
    """Users in a day, by where they worked."""

    day: str = ""
    nb_active_users_total: int = 0
    nb_active_users_cli: int = 0
    nb_active_users_acp: int = 0
    nb_active_users_programmatic: int = 0


class VibeConsumedTokensStat(Model, kw_only=True, gc=False):
    """Tokens of a model in a day."""

    day: str = ""
    model: str = ""
    cached_tokens: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


class VibeToolCallsStat(Model, kw_only=True, gc=False):
    """Tool calls in a day, by outcome and by how they were approved."""

    day: str = ""
    total: int = 0
    status_success: int = 0
    status_failure: int = 0
    status_skipped: int = 0
    approval_ask: int = 0
    approval_always: int = 0
    approval_never: int = 0


class VibeToolCallsByNameStat(Model, kw_only=True, gc=False):
    """Calls of a tool in a day."""

    day: str = ""
    tool_name: str = ""
    count: int = 0


class VibeSessionDurationStat(Model, kw_only=True, gc=False):
    """Hours of sessions in a day."""

    day: str = ""
    total_duration_hours: float = 0.0


class VibeWorkspaceStats(Model, kw_only=True):
    """Usage of Vibe Code in a workspace, or in all."""

    start_time: int = 0
    """Seconds since 1970."""
    end_time: int = 0
    """Seconds since 1970."""
    sessions: list[VibeSessionStat] = field(default_factory=list[VibeSessionStat])
    user_prompts: list[VibeUserPromptsStat] = field(default_factory=list[VibeUserPromptsStat])
    active_users: list[VibeActiveUsersStat] = field(default_factory=list[VibeActiveUsersStat])
    consumed_tokens: list[VibeConsumedTokensStat] = field(default_factory=list[VibeConsumedTokensStat])
    tool_calls: list[VibeToolCallsStat] = field(default_factory=list[VibeToolCallsStat])
    tool_calls_by_name: list[VibeToolCallsByNameStat] = field(default_factory=list[VibeToolCallsByNameStat])
    session_durations: list[VibeSessionDurationStat] = field(default_factory=list[VibeSessionDurationStat])
