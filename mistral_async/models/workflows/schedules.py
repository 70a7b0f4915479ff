"""Schedules, which start workflows. Times are ISO 8601 in UTC, spans of time ISO 8601 durations such as `PT1H`."""

from __future__ import annotations

from typing import ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSON, JSONMapping
from mistral_async.models._model import Model, Moment

ScheduleStatus: TypeAlias = Literal["active", "paused"]

ScheduleOverlapPolicy: TypeAlias = Literal[1, 2, 3, 4, 5, 6]
"""What becomes of an execution while the one before goes on: 1 it is left out, 2 one waits, 3 all wait, 4 the one
before is cancelled, 5 it is terminated, 6 they run side by side."""


class GetSchedulesOptions(TypedDict, total=False):
    """Which schedules are listed."""

    workflow_name: str | None
    """Only schedules of this workflow."""
    user_id: str | None
    """Only schedules of this user."""
    status: ScheduleStatus | str | None
    """Only schedules in this state."""
    search: str | None
    """The start of the workflow's name."""
    page_size: int | None
    """Schedules a page, 1 to 1000. Deprecated."""
    next_page_token: str | None
    """The page to go on with: the `next_page_token` of the one before."""


class ScheduleRange(Model, kw_only=True, gc=False):
    """Numbers: `start`, and those up to `end` in steps of `step`."""

    start: int
    end: int = 0
    """`start`, where it is less."""
    step: int = 0
    """1, where it is 0."""


class ScheduleCalendar(Model, kw_only=True):
    """Times that fit in all fields; None is the first second, minute and hour, and any day, month and year."""

    second: list[ScheduleRange] | None = None
    minute: list[ScheduleRange] | None = None
    hour: list[ScheduleRange] | None = None
    day_of_month: list[ScheduleRange] | None = None
    """From 1 on."""
    month: list[ScheduleRange] | None = None
    """From 1 on."""
    year: list[ScheduleRange] | None = None
    day_of_week: list[ScheduleRange] | None = None
    """From 0, a Sunday, on."""
    comment: str | None = None


class ScheduleInterval(Model, kw_only=True, gc=False):
    """Times that come again and again."""

    every: str
    offset: str | None = None
    """The span between full multiples of `every` since 1970 and the times."""


class SchedulePolicy(Model, kw_only=True, gc=False):
    """The rules of a schedule for what goes wrong."""

    catchup_window_seconds: int = 31536000
    """Seconds up to which an execution that was missed is made up for."""
    overlap: int = 1
    """One of `ScheduleOverlapPolicy`, or a newer one."""
    pause_on_failure: bool = False
    """True if an execution that fails pauses the schedule."""


class ScheduleFutureExecution(Model, kw_only=True, gc=False):
    """An execution to come."""

    scheduled_at: str = ""
    scheduled_at_datetime: ClassVar[Moment] = Moment("scheduled_at")


class ScheduleRecentExecution(Model, kw_only=True, gc=False):
    """An execution that a schedule started."""

    scheduled_at: str = ""
    scheduled_at_datetime: ClassVar[Moment] = Moment("scheduled_at")
    started_at: str = ""
    started_at_datetime: ClassVar[Moment] = Moment("started_at")
    execution_id: str = ""


class _ScheduleTimes(Model, kw_only=True):
    """The times at which a workflow runs, and the rules for its executions."""

    calendars: list[ScheduleCalendar] | None = None
    intervals: list[ScheduleInterval] | None = None
    cron_expressions: list[str] | None = None
    skip: list[ScheduleCalendar] | None = None
    """Times of the calendars, intervals and cron expressions that are left out."""
    start_at: str | None = None
    """The time before which there is no execution."""
    start_at_datetime: ClassVar[Moment] = Moment("start_at")
    end_at: str | None = None
    """The time after which there is no execution."""
    end_at_datetime: ClassVar[Moment] = Moment("end_at")
    jitter: str | None = None
    """The longest delay, of random length, before each execution."""
    time_zone_name: str | None = None
    """The IANA name of the time zone, such as `Europe/Paris`; UTC where not set."""
    policy: SchedulePolicy | None = None
    max_executions: int | None = None
    """Executions after which the schedule ends."""


class PartialScheduleDefinition(_ScheduleTimes, kw_only=True):
    """Changes to a schedule; what is None stays. A dict sends its None as null."""

    input: JSON = None
    """The input of the executions."""


class ScheduleDefinition(_ScheduleTimes, kw_only=True):
    """The times at which a workflow is to run, and its input."""

    input: JSON
    schedule_id: str | None = None


class ScheduleDefinitionOutput(Model, kw_only=True):
    """A schedule."""

    input: JSON = None
    """The input of the executions."""
    schedule_id: str = ""
    workflow_name: str = ""
    paused: bool = False
    calendars: list[ScheduleCalendar] = field(default_factory=list[ScheduleCalendar])
    intervals: list[ScheduleInterval] = field(default_factory=list[ScheduleInterval])
    cron_expressions: list[str] = field(default_factory=list[str])
    skip: list[ScheduleCalendar] = field(default_factory=list[ScheduleCalendar])
    """Times of the calendars, intervals and cron expressions that are left out."""
    start_at: str | None = None
    """The time before which there is no execution."""
    start_at_datetime: ClassVar[Moment] = Moment("start_at")
    end_at: str | None = None
    """The time after which there is no execution."""
    end_at_datetime: ClassVar[Moment] = Moment("end_at")
    jitter: str | None = None
    """The longest delay, of random length, before each execution."""
    time_zone_name: str | None = None
    """The IANA name of the time zone, such as `Europe/Paris`; None is UTC."""
    policy: SchedulePolicy | None = None
    remaining_executions: int | None = None
    """Executions after which the schedule ends; None where it does not."""
    deployment_name: str | None = None
    note: str | None = None
    """The note of who paused or resumed it."""
    future_executions: list[ScheduleFutureExecution] = field(default_factory=list[ScheduleFutureExecution])
    """At most 10, the next one first."""
    recent_executions: list[ScheduleRecentExecution] = field(default_factory=list[ScheduleRecentExecution])
    """At most 10, the latest one last."""


class WorkflowScheduleListResponse(Model, kw_only=True):
    """A page of schedules."""

    schedules: list[ScheduleDefinitionOutput] = field(default_factory=list[ScheduleDefinitionOutput])
    next_page_token: str | None = None


class WorkflowScheduleOptions(TypedDict, total=False):
    """Options of a schedule. None is not sent."""

    workflow_registration_id: str | None
    """The registration of the workflow; or its name as `workflow_identifier`."""
    workflow_version_id: str | None
    """Deprecated: `workflow_registration_id`."""
    workflow_identifier: str | None
    """The name or id of the workflow."""
    workflow_task_queue: str | None
    """Deprecated: `deployment_name`."""
    schedule_id: str | None
    """An id of your own."""
    deployment_name: str | None
    """The deployment that is to run the executions."""


class WorkflowScheduleRequest(WorkflowScheduleOptions):
    """Everything that `schedules.schedule_workflow` takes."""

    schedule: Required[ScheduleDefinition | JSONMapping]


class WorkflowScheduleResponse(Model, kw_only=True, gc=False):
    """The schedule that was made or changed."""

    schedule_id: str = ""


class WorkflowScheduleUpdateRequest(TypedDict, total=False):
    """Everything that `schedules.update_schedule` takes beside its id."""

    schedule: Required[PartialScheduleDefinition | JSONMapping]


class WorkflowSchedulePauseRequest(TypedDict, total=False):
    """Everything that `schedules.pause_schedule` and `schedules.resume_schedule` take beside their id."""

    note: str | None


class WorkflowScheduleTriggerRequest(TypedDict, total=False):
    """Everything that `schedules.trigger_schedule` takes beside its id."""

    overlap: int | ScheduleOverlapPolicy | None
    """The policy for this execution; that of the schedule where not set."""
