"""Executions of workflows: their states, what is sent to them, their logs and streams."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import plain_error
from mistral_async.testing._handlers._paging import by_cursor
from mistral_async.testing._handlers._workflow_runs import Execution, WorkflowStore, is_encoded
from mistral_async.testing._handlers._workflow_schedules import settled
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._reply import EVENT_STREAM, Reply, data_event, json_reply, no_content
from mistral_async.testing._route import route

_EXECUTIONS = "/v1/workflows/executions"
_EXECUTION = f"{_EXECUTIONS}/{{}}"
_EXECUTION_IDS = "execution_ids*: list[str](1,100)"
_INVOCATION = "name*: str; input: dict?"


def execution_of(call: FakeCall) -> Execution:
    """Return the execution that the path names, as it is now."""
    return settled(call).find(call.params[0])


@route("GET", _EXECUTION, "workflows.executions.get_workflow_execution")
def get_workflow_execution(call: FakeCall) -> Reply:
    """Return an execution."""
    keys: JSONObject = {"search_keys": {}} if call.flag("include_search_keys") else {}
    return json_reply({**execution_of(call).card(), **keys})


_ENDS = {"cancel": "CANCELED", "terminate": "TERMINATED"}


@route("POST", f"{_EXECUTION}/cancel", "workflows.executions.cancel_workflow_execution")
@route("POST", f"{_EXECUTION}/terminate", "workflows.executions.terminate_workflow_execution")
def end_execution(call: FakeCall) -> Reply:
    """End an execution."""
    status = _ENDS["cancel" if "cancel" in call.operation else "terminate"]
    settled(call).stop(_running(call), status)
    return no_content()


@route("POST", f"{_EXECUTIONS}/cancel", "workflows.executions.batch_cancel_workflow_executions", body=_EXECUTION_IDS)
@route(
    "POST", f"{_EXECUTIONS}/terminate", "workflows.executions.batch_terminate_workflow_executions", body=_EXECUTION_IDS
)
def end_executions(call: FakeCall) -> Reply:
    """End executions."""
    store = settled(call)
    results: JSONObject = {}
    for each in call.body["execution_ids"]:
        found = store.executions.get(each)
        problem = "Not found" if found is None else "Ended already" if found.ended else None
        if found is not None and problem is None:
            store.stop(found, _ENDS["cancel" if "cancel" in call.operation else "terminate"])
        results[each] = {"status": "failure" if problem else "success", "error": problem}
    return json_reply({"results": results})


def _running(call: FakeCall) -> Execution:
    """Return the execution that the path names; raises 409 if it has ended."""
    execution = execution_of(call)
    if execution.ended:
        raise plain_error(HTTPStatus.CONFLICT, f"Workflow execution {execution.id} has ended.")
    return execution


@route("POST", f"{_EXECUTION}/signals", "workflows.executions.signal_workflow_execution", body=_INVOCATION)
def signal_workflow_execution(call: FakeCall) -> Reply:
    """Take a signal: `approve` is what `approval` waits for."""
    execution = _running(call)
    execution.signals.append({"name": call.body["name"], "input": call.body.get("input")})
    if execution.workflow["name"] == "approval" and call.body["name"] == "approve":
        execution.result = call.body.get("input")
        settled(call).finish(execution, call.state.calendar.now())
    return json_reply({"message": "Signal accepted"}, HTTPStatus.ACCEPTED)


@route("POST", f"{_EXECUTION}/updates", "workflows.executions.update_workflow_execution", body=_INVOCATION)
def update_workflow_execution(call: FakeCall) -> Reply:
    """Keep the input of an update, and answer with all that were kept."""
    execution = _running(call)
    given: JSONObject = call.body.get("input") or {}
    execution.values = given if is_encoded(given) else execution.values | given
    return json_reply({"update_name": call.body["name"], "result": execution.values})


@route("POST", f"{_EXECUTION}/queries", "workflows.executions.query_workflow_execution", body=_INVOCATION)
def query_workflow_execution(call: FakeCall) -> Reply:
    """Answer with the state of an execution, its signals and what updates have kept, or with an encoded input."""
    execution = execution_of(call)
    state: JSONObject = {"status": execution.status, "signals": execution.signals, "values": execution.values}
    if is_encoded(given := call.body.get("input")):
        state = given
    return json_reply({"query_name": call.body["name"], "result": state})


@route(
    "POST",
    f"{_EXECUTION}/reset",
    "workflows.executions.reset_workflow",
    body="event_id*: int; reason: str?; exclude_signals: bool; exclude_updates: bool",
)
def reset_workflow(call: FakeCall) -> Reply:
    """Have an execution begin anew, as another run."""
    store, execution = settled(call), execution_of(call)
    known = len(store.events_of(execution))
    if not 1 <= call.body["event_id"] <= known:
        raise plain_error(HTTPStatus.BAD_REQUEST, f"Reset to an event from 1 to {known}.")
    if call.body.get("exclude_signals"):
        execution.signals.clear()
    if call.body.get("exclude_updates"):
        execution.values.clear()
    store.restart(execution)
    return no_content()


@route("GET", f"{_EXECUTION}/history", "workflows.executions.get_workflow_execution_history")
def get_workflow_execution_history(call: FakeCall) -> Reply:
    """Return the history of an execution."""
    return json_reply(history_of(settled(call), execution_of(call)))


def history_of(store: WorkflowStore, execution: Execution) -> JSONObject:
    """Return the history of an execution."""
    events = store.events_of(execution)
    return {
        "events": [
            {"eventId": str(number), "eventTime": each["timestamp"], "eventType": f"EVENT_TYPE_{type_of(each)}"}
            for number, each in enumerate(events, 1)
        ]
    }


def type_of(event: JSONMapping) -> str:
    """Return the kind of an event."""
    return str(event["data"]["event_type"])


def _lines(call: FakeCall) -> list[tuple[int, JSONObject]]:
    """Return the lines of the log that the query asks for, with their numbers: one for each event."""
    execution = execution_of(call)
    after, before = call.text("after") or "", call.text("before") or "9999"
    return [
        (
            event["broker_sequence"],
            {
                "timestamp": event["timestamp"],
                "trace_id": execution.trace_id,
                "span_id": execution.span_id,
                "severity_text": "ERROR" if type_of(event).endswith("FAILED") else "INFO",
                "body": type_of(event).replace("_", " ").capitalize(),
                "log_attributes": {"workflow_name": execution.workflow["name"]},
            },
        )
        for event in settled(call).events_of(execution)
        if after <= event["timestamp"] < before and call.text("run_id") in (None, event["data"]["workflow_run_id"])
    ]


@route("GET", f"{_EXECUTION}/logs", "workflows.executions.get_workflow_execution_logs")
def get_workflow_execution_logs(call: FakeCall) -> Reply:
    """Return one page of the log."""
    lines = [line for _, line in _lines(call)]
    return json_reply(by_cursor("results")(call, lines[::-1] if call.text("order") == "desc" else lines))


@route(
    "GET",
    f"{_EXECUTION}/logs/stream",
    "workflows.executions.stream_workflow_execution_logs",
    stream="workflows.executions.stream_workflow_execution_logs",
)
def stream_workflow_execution_logs(call: FakeCall) -> Reply:
    """Stream the log as it is now."""
    start = call.resumed()
    return streamed(((number, line) for number, line in _lines(call) if number >= start), b"log")


def streamed(numbered: Iterable[tuple[int, JSONMapping]], name: bytes) -> Reply:
    """Return a stream of numbered events."""
    frames = [b"id: %d\nevent: %b\n%b" % (number, name, data_event(value)) for number, value in numbered]
    return Reply(events=frames, media=EVENT_STREAM)


@route("GET", f"{_EXECUTION}/stream", "workflows.executions.stream", stream="workflows.executions.stream")
def stream_execution(call: FakeCall) -> Reply:
    """Stream the events of an execution, and of those that it started, as they are now."""
    start = call.resumed()
    events = settled(call).events_of(execution_of(call))
    return streamed(((each["broker_sequence"], each) for each in events if each["broker_sequence"] >= start), b"event")
