"""Schedules, which start workflows."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.paging import PageToken
from mistral_async._engine.request import Call, Pages, delete, get, pages, patch, post
from mistral_async.models.workflows.schedules import (
    GetSchedulesOptions,
    PartialScheduleDefinition,
    ScheduleDefinition,
    ScheduleDefinitionOutput,
    ScheduleOverlapPolicy,
    WorkflowScheduleListResponse,
    WorkflowScheduleOptions,
    WorkflowScheduleResponse,
)

_ALL = "/v1/workflows/schedules"
_ONE = "/v1/workflows/schedules/{}"


class Schedules(Resource[M]):
    """Schedules, which start workflows."""

    @endpoint
    def get_schedules(
        self, **options: Unpack[GetSchedulesOptions]
    ) -> Pages[ScheduleDefinitionOutput, WorkflowScheduleListResponse]:
        """List schedules."""
        returns, by = WorkflowScheduleListResponse, PageToken("next_page_token")
        return pages(_ALL, query=options, returns=returns, by=by, items="schedules")

    @endpoint
    def schedule_workflow(
        self, *, schedule: ScheduleDefinition | JSONMapping, **options: Unpack[WorkflowScheduleOptions]
    ) -> Call[WorkflowScheduleResponse]:
        """Create a schedule of the workflow that `workflow_identifier` or `workflow_registration_id` names."""
        return post(_ALL, json={"schedule": schedule, **options}, returns=WorkflowScheduleResponse)

    @endpoint
    def unschedule_workflow(self, schedule_id: str) -> Call[None]:
        """Delete a schedule."""
        return delete(_ONE, schedule_id)

    @endpoint
    def get_schedule(self, schedule_id: str) -> Call[ScheduleDefinitionOutput]:
        """Get a schedule."""
        return get(_ONE, schedule_id, returns=ScheduleDefinitionOutput)

    @endpoint
    def update_schedule(
        self, schedule_id: str, *, schedule: PartialScheduleDefinition | JSONMapping
    ) -> Call[WorkflowScheduleResponse]:
        """Change a schedule."""
        return patch(_ONE, schedule_id, json={"schedule": schedule}, returns=WorkflowScheduleResponse)

    @endpoint
    def pause_schedule(self, schedule_id: str, *, note: str | None = None) -> Call[None]:
        """Pause a schedule."""
        return post(f"{_ONE}/pause", schedule_id, json={"note": note}, returns=None)

    @endpoint
    def resume_schedule(self, schedule_id: str, *, note: str | None = None) -> Call[None]:
        """Have a schedule go on that was paused."""
        return post(f"{_ONE}/resume", schedule_id, json={"note": note}, returns=None)

    @endpoint
    def trigger_schedule(self, schedule_id: str, *, overlap: int | ScheduleOverlapPolicy | None = None) -> Call[None]:
        """Start an execution of a schedule now. `overlap` is the policy for it, in place of the schedule's."""
        return post(f"{_ONE}/trigger", schedule_id, json={"overlap": overlap}, returns=None)
