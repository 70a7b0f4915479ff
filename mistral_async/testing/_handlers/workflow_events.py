"""Events of workflows, in lists and streams."""

from __future__ import annotations

from mistral_async.testing._call import FakeCall
from mistral_async.testing._handlers._paging import by_cursor
from mistral_async.testing._handlers._workflow_schedules import settled
from mistral_async.testing._handlers.executions import streamed, type_of
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route

_WORKFLOWS = "/v1/workflows"


def _wanted(call: FakeCall, *names: str) -> dict[str, str]:
    """Return the parameters that are not `*`."""
    return {name: value for name in names if (value := call.text(name)) not in (None, "*") and value is not None}


def _fits(call: FakeCall, event: JSONMapping) -> bool:
    """Return whether a stream of events has an event."""
    data: JSONMapping = event["data"]
    kinds, scope = call.texts("workflow_event_types"), call.text("scope")
    if kinds and type_of(event) not in kinds:
        return False
    if scope in ("activity", "workflow") and type_of(event).startswith("ACTIVITY") != (scope == "activity"):
        return False
    if (name := call.text("activity_name")) not in (None, "*") and data["attributes"].get("activity_name") != name:
        return False
    wanted = _wanted(call, "workflow_name", "workflow_exec_id", "root_workflow_exec_id", "parent_workflow_exec_id")
    return all(data[each] == value for each, value in wanted.items())


@route("GET", f"{_WORKFLOWS}/events/list", "workflows.events.get_workflow_events")
def get_workflow_events(call: FakeCall) -> Reply:
    """Return one page of events, oldest first."""
    wanted = _wanted(call, "root_workflow_exec_id", "workflow_exec_id", "workflow_run_id")
    found: list[JSONObject] = [each["data"] for each in settled(call).events]
    found = [each for each in found if all(each[name] == value for name, value in wanted.items())]
    return json_reply(by_cursor("events", size=100)(call, found))


@route(
    "GET",
    f"{_WORKFLOWS}/events/stream",
    "workflows.events.get_stream_events",
    stream="workflows.events.get_stream_events",
)
def get_stream_events(call: FakeCall) -> Reply:
    """Stream the events as they are now."""
    start = max(call.number("start_seq", 0), call.resumed())
    events = settled(call).events[start:]
    return streamed(((each["broker_sequence"], each) for each in events if _fits(call, each)), b"event")
