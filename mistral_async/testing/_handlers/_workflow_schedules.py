"""The schedules of workflows: they start executions as the clock goes on."""

from __future__ import annotations

from itertools import islice, takewhile

from mistral_async.testing._call import FakeCall
from mistral_async.testing._clock import TOLERANCE, Calendar
from mistral_async.testing._handlers._collection import Collection
from mistral_async.testing._handlers._schedule_times import times_after
from mistral_async.testing._handlers._workflow_runs import Execution, WorkflowStore
from mistral_async.testing._json import JSONObject

# Rule 1: A schedule starts an execution at each of its times since it was last looked at, at most 100. Nothing happens
#   by itself: a request to `workflows` looks at all of them.
# Rule 2: While its last execution runs, overlap 1 leaves the next one out, 4 cancels and 5 terminates the last one;
#   with any other they run side by side.
# Rule 3: What is paused, or before `start_at`, or after `end_at`, or without executions left, starts nothing.

GROUP = "workflows.schedules"
_SKIP, _CANCEL, _TERMINATE = 1, 4, 5
_MOST = 100
SHOWN = 10

schedules = Collection("/v1/workflows/schedules", GROUP, "ScheduleDefinitionOutput", key="schedule_id")


def settled(call: FakeCall) -> WorkflowStore:
    """Return the executions as they are now: start what is due, and let them go on (rules 1 and 3)."""
    store, now = call.state.store(WorkflowStore), call.state.calendar.now() + TOLERANCE
    for schedule in schedules.all(call).values():
        coming = () if schedule["paused"] else times_after(schedule, schedule["settled"])
        for due in islice(takewhile(now.__ge__, coming), _MOST):
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
