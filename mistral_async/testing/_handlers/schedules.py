"""Schedules of workflows."""

from __future__ import annotations

from http import HTTPStatus

from mistral_async.testing._call import FakeCall
from mistral_async.testing._clock import Calendar
from mistral_async.testing._errors import plain_error
from mistral_async.testing._handlers._paging import by_token
from mistral_async.testing._handlers._schedule_times import check_times, next_times
from mistral_async.testing._handlers._workflow_schedules import GROUP, SHOWN, schedules, settled, start_scheduled
from mistral_async.testing._handlers.libraries import USER
from mistral_async.testing._handlers.workflows import workflows
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._reply import Reply, json_reply, no_content
from mistral_async.testing._route import route


def _shown(call: FakeCall, schedule: JSONMapping) -> JSONObject:
    """Return a schedule with its executions to come."""
    times = [] if schedule["paused"] else next_times(schedule, call.state.calendar.now(), SHOWN)
    future = [{"scheduled_at": Calendar.iso_of(each)} for each in times[: schedule["remaining_executions"]]]
    return {name: schedule[name] for name in schedules.kind.__struct_fields__} | {"future_executions": future}


def _definition(call: FakeCall) -> JSONObject:
    """Return the fields that a definition sets."""
    given: JSONObject = {name: value for name, value in call.body["schedule"].items() if value is not None}
    if "max_executions" in given:
        given["remaining_executions"] = given.pop("max_executions")
    check_times(given)
    return given


def _workflow(call: FakeCall) -> JSONObject:
    """Return the workflow of a new schedule."""
    registration = call.body.get("workflow_registration_id") or call.body.get("workflow_version_id")
    for item in workflows.all(call).values():
        if registration is not None and item["registration_id"] == registration:
            return item
    return workflows.named(call, call.body.get("workflow_identifier") or "")


@route(
    "POST",
    schedules.path,
    f"{GROUP}.schedule_workflow",
    body=(
        "schedule*: ScheduleDefinition; workflow_registration_id: str?; workflow_version_id: str?; "
        "workflow_identifier: str?; workflow_task_queue: str?; schedule_id: str?; deployment_name: str?"
    ),
)
def schedule_workflow(call: FakeCall) -> Reply:
    """Create a schedule."""
    workflow, given = _workflow(call), _definition(call)
    chosen = call.body.get("schedule_id") or given.get("schedule_id")
    if chosen in schedules.all(call):
        raise plain_error(HTTPStatus.CONFLICT, f"Schedule {chosen} exists already.")
    fields = {"workflow_name": workflow["name"], "schedule_id": chosen}
    item = schedules.add(call, {**given, **fields, "deployment_name": call.body.get("deployment_name")})
    item |= {"settled": call.state.calendar.now(), "last": "", "user_id": USER, "workflow": workflow}
    return json_reply({"schedule_id": item["schedule_id"]}, HTTPStatus.CREATED)


@route("GET", schedules.path, f"{GROUP}.get_schedules")
def get_schedules(call: FakeCall) -> Reply:
    """Return one page of the schedules."""
    settled(call)
    wanted, user, search = call.text("workflow_name"), call.text("user_id"), call.text("search") or ""
    found = [
        _shown(call, each)
        for each in schedules.all(call).values()
        if wanted in (None, each["workflow_name"])
        and user in (None, each["user_id"])
        and each["workflow_name"].startswith(search)
        and call.text("status") in (None, "paused" if each["paused"] else "active")
    ]
    return json_reply(by_token("schedules", parameter="next_page_token", size=50)(call, found))


@route("GET", schedules.one, f"{GROUP}.get_schedule")
def get_schedule(call: FakeCall) -> Reply:
    """Return a schedule."""
    settled(call)
    return json_reply(_shown(call, schedules.find(call)))


@route("PATCH", schedules.one, f"{GROUP}.update_schedule", body="schedule*: PartialScheduleDefinition")
def update_schedule(call: FakeCall) -> Reply:
    """Change a schedule."""
    settled(call)
    item = schedules.find(call)
    item |= _definition(call)
    return json_reply({"schedule_id": item["schedule_id"]})


schedules.delete("unschedule_workflow")


@route("POST", f"{schedules.one}/pause", f"{GROUP}.pause_schedule")
@route("POST", f"{schedules.one}/resume", f"{GROUP}.resume_schedule")
def pause_schedule(call: FakeCall) -> Reply:
    """Pause a schedule, or have it go on."""
    settled(call)
    paused = call.operation == f"{GROUP}.pause_schedule"
    schedules.find(call).update(paused=paused, note=(call.body or {}).get("note"))
    return no_content()


@route("POST", f"{schedules.one}/trigger", f"{GROUP}.trigger_schedule")
def trigger_schedule(call: FakeCall) -> Reply:
    """Start an execution of a schedule now."""
    store, schedule = settled(call), schedules.find(call)
    start_scheduled(store, schedule, call.state.calendar.now(), (call.body or {}).get("overlap"))
    return no_content()
