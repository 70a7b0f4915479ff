"""The schedules of workflows: their intervals start executions as the clock goes on; other times are only kept."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta
from math import floor

from mistral_async.testing._call import FakeCall
from mistral_async.testing._clock import TOLERANCE, Calendar
from mistral_async.testing._errors import FakeAPIError, ValidationDetail, invalid_request
from mistral_async.testing._handlers._collection import Collection
from mistral_async.testing._handlers._workflow_runs import Execution, WorkflowStore
from mistral_async.testing._json import JSONMapping, JSONObject

# Rule 1: A schedule starts an execution at each time of its intervals since it was last looked at, at most 100.
# Rule 2: While its last execution runs, overlap 1 leaves the next one out, 4 cancels and 5 terminates the last one;
#   with any other they run side by side.
# Rule 3: What is paused, or before `start_at`, or after `end_at`, or without executions left, starts nothing.

GROUP = "workflows.schedules"
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_SKIP, _CANCEL, _TERMINATE = 1, 4, 5
_MOST = 100
SHOWN = 10

schedules = Collection("/v1/workflows/schedules", GROUP, "ScheduleDefinitionOutput", key="schedule_id")


def seconds_of(duration: str | None, field: str) -> float:
    """Return a duration in seconds; raises 422 if it is none."""
    if duration is None:
        return 0.0
    found = _DURATION.fullmatch(duration)
    if found is not None and any(found.groups()):
        days, hours, minutes, seconds = (float(number or 0) for number in found.groups())
        with suppress(OverflowError):
            return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()
    raise _invalid("time_delta_parsing", field, "Input should be a valid duration", duration)


def check_times(definition: JSONMapping) -> None:
    """Check the intervals and bounds of a schedule; raises 422 for one that is no time, and for a step of nothing."""
    for each in definition.get("intervals", ()):
        seconds_of(each.get("offset"), "offset")
        if not seconds_of(each["every"], "every"):
            raise _invalid("greater_than", "every", "Input should be greater than 0 seconds", each["every"])
    for name in ("start_at", "end_at"):
        try:
            _unix(definition.get(name, "1970-01-01"))
        except (ValueError, OverflowError) as error:
            message = "Input should be a valid datetime"
            raise _invalid("datetime_parsing", name, message, definition[name]) from error


def _invalid(kind: str, field: str, message: str, value: str) -> FakeAPIError:
    return invalid_request([ValidationDetail(kind, ("body", "schedule", field), message, value)])


def next_times(schedule: JSONMapping, after: float, count: int) -> list[float]:
    """Return the next times of the intervals after a time."""
    found: set[float] = set()
    start, end = (schedule[name] and _unix(schedule[name]) for name in ("start_at", "end_at"))
    after = max(after, start - TOLERANCE) if start else after
    for each in schedule["intervals"]:
        every, offset = seconds_of(each["every"], "every"), seconds_of(each.get("offset"), "offset")
        first = (floor((after - offset) / every) + 1) * every + offset
        found |= {first + every * number for number in range(count)}
    return sorted(time for time in found if not end or time <= end)[:count]


def _unix(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def settled(call: FakeCall) -> WorkflowStore:
    """Return the executions as they are now: start what is due, and let them go on (rules 1 and 3)."""
    store, now = call.state.store(WorkflowStore), call.state.calendar.now() + TOLERANCE
    for schedule in schedules.all(call).values():
        for due in next_times(schedule, schedule["settled"], _MOST):
            if due <= now and not schedule["paused"]:
                store.settle(due)
                start_scheduled(store, schedule, due)
        schedule["settled"] = now
    store.settle()
    return store


def start_scheduled(store: WorkflowStore, schedule: JSONObject, due: float, overlap: int | None = None) -> None:
    """Start an execution, where the one before and the schedule let it (rules 2 and 3)."""
    if schedule["remaining_executions"] == 0:
        return
    rules: JSONObject = schedule["policy"] or {}
    policy = overlap or rules.get("overlap", _SKIP)
    last: Execution | None = store.executions.get(schedule["last"])
    if last is not None and not last.ended:
        if policy == _SKIP:
            return
        if policy in (_CANCEL, _TERMINATE):
            store.stop(last, "CANCELED" if policy == _CANCEL else "TERMINATED", due)
    made = store.start(
        schedule["workflow"],
        schedule["input"],
        deployment_name=schedule["deployment_name"],
        schedule_id=schedule["schedule_id"],
        at=due,
    )
    schedule["last"] = made.id
    if schedule["remaining_executions"] is not None:
        schedule["remaining_executions"] -= 1
    moment = Calendar.iso_of(due)
    told = {"scheduled_at": moment, "started_at": moment, "execution_id": made.id}
    schedule["recent_executions"] = [*schedule["recent_executions"], told][-SHOWN:]
