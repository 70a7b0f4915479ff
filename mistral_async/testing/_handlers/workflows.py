"""Workflows: executions run on the clock, take signals, updates and queries, and tell it all in events.

Each server has four: `echo` ends with its input, `fail` fails, `approval` waits for the signal `approve`, whose input
is its result, and `sign_in` ends with its input after its connectors were asked to authorize it. Inputs that are
encoded are given back as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import not_found, plain_error
from mistral_async.testing._handlers._collection import Collection
from mistral_async.testing._handlers._paging import by_cursor, by_token
from mistral_async.testing._handlers._workflow_runs import NAMES, Execution, WorkflowStore, is_encoded
from mistral_async.testing._handlers._workflow_schedules import settled
from mistral_async.testing._handlers.admin._organization import WORKSPACE
from mistral_async.testing._handlers.libraries import ORGANISATION
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._reply import EVENT_STREAM, Reply, data_event, json_reply, no_content
from mistral_async.testing._route import route

_WORKFLOWS = "/v1/workflows"
_ONE = f"{_WORKFLOWS}/{{}}"
_REGISTRATIONS = f"{_WORKFLOWS}/registrations"
_EXECUTIONS = f"{_WORKFLOWS}/executions"
_EXECUTION = f"{_EXECUTIONS}/{{}}"
_RUNS = f"{_WORKFLOWS}/runs"
_IDS = "workflow_ids*: list[str](0,100)"
_EXECUTION_IDS = "execution_ids*: list[str](1,100)"
_INVOCATION = "name*: str; input: dict?"
_EXECUTE = (
    "execution_id: str(0,256)?; input: any; wait_for_result: bool; timeout_seconds: float?; "
    "custom_tracing_attributes: dict?; force_new_trace: bool; traceparent: str?; extensions: dict?; task_queue: str?; "
    "deployment_name: str?; encoded_input: dict?"
)


class _Workflows(Collection):
    """The workflows, which are there from the beginning."""

    def all(self, call: FakeCall) -> dict[str, JSONObject]:
        """Return the workflows by their ids."""
        items = super().all(call)
        if not items:
            for name in NAMES:
                self.add(call, {"name": name, "display_name": name.replace("_", " ").capitalize()})
        return items

    def add(self, call: FakeCall, fields: JSONMapping) -> JSONObject:
        """Add a workflow; what makes it is no request."""
        item = {**fields, "id": call.state.ids.uuid4(), "registration_id": call.state.ids.uuid4()}
        item |= {"type": "code", "customer_id": ORGANISATION, "workspace_id": WORKSPACE, "active": True}
        item |= {"description": None, "shared_namespace": None, "available_in_chat_assistant": False}
        item |= {"is_technical": False, "archived": False, "tags": [], "metadata": {"shared_namespace": None}}
        super().all(call)[item["id"]] = item
        return item


workflows = _Workflows(_WORKFLOWS, "workflows", "Workflow", names=("name",))


def _shown(item: JSONMapping, *more: str) -> JSONObject:
    return {name: item[name] for name in (*workflows.kind.__struct_fields__, *more)}


def _matches(call: FakeCall, item: JSONMapping) -> bool:
    """Return whether a list of workflows has a workflow."""
    archived, search = call.text("archived"), (call.text("search") or "").lower()
    if archived is not None and item["archived"] != call.flag("archived"):
        return False
    tagged = set(call.texts("tags")) <= set(item["tags"])
    return tagged and call.text("deployment_status") != "inactive" and search in item["name"]


@route("GET", _WORKFLOWS, "workflows.get_workflows")
def get_workflows(call: FakeCall) -> Reply:
    """Return one page, by display name."""
    basic = ("id", "name", "display_name", "archived", "description", "metadata", "tags")
    found = [item for item in workflows.all(call).values() if _matches(call, item)]
    found.sort(key=lambda item: item["display_name"], reverse=call.text("order") == "desc")
    return json_reply(by_cursor("workflows")(call, [{name: item[name] for name in basic} for item in found]))


@route("GET", _ONE, "workflows.get_workflow")
def get_workflow(call: FakeCall) -> Reply:
    """Return a workflow."""
    return json_reply({"workflow": _shown(workflows.find(call), "active")})


@route(
    "PUT",
    _ONE,
    "workflows.update_workflow",
    body="display_name: str(0,128)?; description: str?; available_in_chat_assistant: bool?; tags: list[str]?",
)
def update_workflow(call: FakeCall) -> Reply:
    """Change a workflow; null is the value that it has by itself."""
    item = workflows.find(call)
    initial: JSONObject = {
        "display_name": item["name"],
        "description": None,
        "available_in_chat_assistant": False,
        "tags": [],
    }
    item |= {name: initial[name] if value is None else value for name, value in call.body.items()}
    return json_reply({"workflow": _shown(item)})


@route("POST", f"{_ONE}/tags", "workflows.add_workflow_tags", body="tags*: list[str]")
def add_workflow_tags(call: FakeCall) -> Reply:
    """Add tags."""
    item = workflows.find(call)
    item["tags"] = list(dict.fromkeys([*item["tags"], *call.body["tags"]]))
    return no_content()


@route("PUT", f"{_ONE}/archive", "workflows.archive_workflow")
@route("PUT", f"{_ONE}/unarchive", "workflows.unarchive_workflow")
def archive_workflow(call: FakeCall) -> Reply:
    """Archive a workflow, or take it out of the archive."""
    item = workflows.find(call)
    item["archived"] = call.operation == "workflows.archive_workflow"
    return json_reply({"workflow": _shown(item)})


@route("PUT", f"{_WORKFLOWS}/archive", "workflows.bulk_archive_workflows", body=_IDS)
@route("PUT", f"{_WORKFLOWS}/unarchive", "workflows.bulk_unarchive_workflows", body=_IDS)
def bulk_archive_workflows(call: FakeCall) -> Reply:
    """Archive workflows, or take them out of the archive."""
    archived = call.operation == "workflows.bulk_archive_workflows"
    items = workflows.all(call)
    done: list[JSONObject] = []
    errored: list[JSONObject] = []
    for each in call.body["workflow_ids"]:
        if each in items:
            items[each]["archived"] = archived
            done.append(_shown(items[each]))
        else:
            errored.append({"workflow_id": each, "message": f"Workflow {each} was not found.", "workflow": None})
    return json_reply({"archived" if archived else "unarchived": done, "errored": errored})


def _registration(item: JSONMapping, *, whole: bool) -> JSONObject:
    handlers = {"signals": ["approve"] if item["name"] == "approval" else [], "queries": ["state"], "updates": ["set"]}
    definition: JSONObject = {"input_schema": {"type": "object"}, "output_schema": None, "execution_timeout": 3600.0}
    for kind, names in handlers.items():
        definition[kind] = [{"name": name, "input_schema": {"type": "object"}} for name in names]
    return {
        "id": item["registration_id"],
        "definition": definition,
        "workflow_id": item["id"],
        "workflow": _shown(item) if whole else None,
        "deployment_name": None,
        "compatible_with_chat_assistant": False,
    }


@route("GET", _REGISTRATIONS, "workflows.get_workflow_registrations")
def get_workflow_registrations(call: FakeCall) -> Reply:
    """Return one page of the registrations; each workflow has one."""
    wanted, name, search = call.text("workflow_id"), call.text("workflow_name"), call.text("workflow_search") or ""
    found = [
        _registration(item, whole=call.flag("with_workflow"))
        for item in workflows.all(call).values()
        if wanted in (None, item["id"]) and name in (None, item["name"]) and search in item["name"]
    ]
    answer: JSONObject = by_cursor("workflow_registrations")(call, found)
    return json_reply({**answer, "workflow_versions": answer["workflow_registrations"]})


def _registered(call: FakeCall) -> JSONObject:
    """Return the workflow of the registration that the path names."""
    for item in workflows.all(call).values():
        if item["registration_id"] == call.params[0]:
            return item
    raise not_found("Workflow registration", call.params[0])


@route("GET", f"{_REGISTRATIONS}/{{}}", "workflows.get_workflow_registration")
def get_workflow_registration(call: FakeCall) -> Reply:
    """Return a registration."""
    registration = {**_registration(_registered(call), whole=call.flag("with_workflow")), "active": True}
    return json_reply({"workflow_registration": registration, "workflow_version": registration})


@route("POST", f"{_ONE}/execute", "workflows.execute_workflow", body=_EXECUTE)
@route("POST", f"{_REGISTRATIONS}/{{}}/execute", "workflows.execute_workflow_registration", body=_EXECUTE)
def execute_workflow(call: FakeCall) -> Reply:
    """Start an execution. One whose result is waited for ends at once; one that would not is too late."""
    item = workflows.find(call) if call.operation == "workflows.execute_workflow" else _registered(call)
    store = settled(call)
    execution = store.start(
        item,
        call.body.get("encoded_input") or call.body.get("input"),
        execution_id=call.body.get("execution_id"),
        deployment_name=call.body.get("deployment_name"),
        traceparent=call.body.get("traceparent") or call.headers.get("traceparent"),
        extensions=call.body.get("extensions") or {},
    )
    if not call.body.get("wait_for_result"):
        return json_reply(execution.card())
    if execution.ends_at is None:
        raise plain_error(HTTPStatus.REQUEST_TIMEOUT, f"Workflow execution {execution.id} has not ended.")
    store.finish(execution, call.state.calendar.now())
    if execution.status != "COMPLETED":
        raise plain_error(HTTPStatus.INTERNAL_SERVER_ERROR, f"Workflow execution {execution.id} failed.")
    return json_reply({"workflow_name": item["name"], "execution_id": execution.id, "result": execution.result})


# Executions


def _execution(call: FakeCall) -> Execution:
    return settled(call).find(call.params[0])


@route("GET", _EXECUTION, "workflows.executions.get_workflow_execution")
def get_workflow_execution(call: FakeCall) -> Reply:
    """Return an execution."""
    keys: JSONObject = {"search_keys": {}} if call.flag("include_search_keys") else {}
    return json_reply({**_execution(call).card(), **keys})


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
    execution = _execution(call)
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
    execution = _execution(call)
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
    store, execution = settled(call), _execution(call)
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
    return json_reply(_history(settled(call), _execution(call)))


def _history(store: WorkflowStore, execution: Execution) -> JSONObject:
    events = store.events_of(execution)
    return {
        "events": [
            {"eventId": str(number), "eventTime": each["timestamp"], "eventType": f"EVENT_TYPE_{_type(each)}"}
            for number, each in enumerate(events, 1)
        ]
    }


def _type(event: JSONMapping) -> str:
    return str(event["data"]["event_type"])


def _lines(call: FakeCall) -> list[tuple[int, JSONObject]]:
    """Return the lines of the log that the query asks for, with their numbers: one for each event."""
    execution = _execution(call)
    after, before = call.text("after") or "", call.text("before") or "9999"
    return [
        (
            event["broker_sequence"],
            {
                "timestamp": event["timestamp"],
                "trace_id": execution.trace_id,
                "span_id": execution.span_id,
                "severity_text": "ERROR" if _type(event).endswith("FAILED") else "INFO",
                "body": _type(event).replace("_", " ").capitalize(),
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
    return _streamed(((number, line) for number, line in _lines(call) if number >= start), b"log")


def _streamed(numbered: Iterable[tuple[int, JSONMapping]], name: bytes) -> Reply:
    frames = [b"id: %d\nevent: %b\n%b" % (number, name, data_event(value)) for number, value in numbered]
    return Reply(events=frames, media=EVENT_STREAM)


@route("GET", f"{_EXECUTION}/stream", "workflows.executions.stream", stream="workflows.executions.stream")
def stream_execution(call: FakeCall) -> Reply:
    """Stream the events of an execution, and of those that it started, as they are now."""
    start = call.resumed()
    events = settled(call).events_of(_execution(call))
    return _streamed(((each["broker_sequence"], each) for each in events if each["broker_sequence"] >= start), b"event")


# Traces


def _nano(event: JSONMapping) -> int:
    return int(event["data"]["event_timestamp"])


def _span(execution: Execution, events: Sequence[JSONMapping]) -> JSONObject:
    end = _nano(events[-1]) if execution.ended else None
    attributes = {"workflow.name": execution.workflow["name"], "workflow.attempt": 1}
    times = {"start_time_unix_nano": _nano(events[0]), "end_time_unix_nano": end}
    told = [_trace_event(each) for each in events]
    name = f"workflow:{execution.workflow['name']}"
    return {"span_id": execution.span_id, "name": name, **times, "attributes": attributes, "events": told}


def _trace_event(event: JSONMapping) -> JSONObject:
    common = {"name": _type(event), "id": event["data"]["event_id"], "timestamp_unix_nano": _nano(event)}
    return {**common, "attributes": {"sequence": event["broker_sequence"]}, "type": "EVENT", "internal": False}


def _otel(execution: Execution, span: JSONMapping) -> JSONObject:
    """Return a trace as OpenTelemetry writes it."""
    attributes = [{"key": "workflow.name", "value": {"stringValue": execution.workflow["name"]}}]
    made: JSONObject = {
        "traceId": execution.trace_id,
        "spanId": span["span_id"],
        "name": span["name"],
        "kind": "SPAN_KIND_INTERNAL",
        "startTimeUnixNano": str(span["start_time_unix_nano"]),
        "endTimeUnixNano": str(span["end_time_unix_nano"] or span["start_time_unix_nano"]),
        "attributes": [*attributes, {"key": "workflow.attempt", "value": {"intValue": "1"}}],
    }
    scopes = [{"scope": {"name": "workflows"}, "spans": [made]}]
    return {"batches": [{"resource": {"attributes": attributes}, "scopeSpans": scopes}]}


@route("GET", f"{_EXECUTION}/trace/info", "workflows.executions.get_workflow_execution_trace_info")
@route("GET", f"{_EXECUTION}/trace/events", "workflows.executions.get_workflow_execution_trace_events")
@route("GET", f"{_EXECUTION}/trace/summary", "workflows.executions.get_workflow_execution_trace_summary")
@route("GET", f"{_EXECUTION}/trace/otel", "workflows.executions.get_workflow_execution_trace_otel")
def get_trace(call: FakeCall) -> Reply:
    """Return the trace of an execution in one of its forms."""
    store, execution = settled(call), _execution(call)
    events = store.events_of(execution)
    span = _span(execution, events)
    forms: dict[str, JSONObject] = {
        "info": {"otel_trace_id": execution.trace_id, "has_trace_data": True},
        "events": {**execution.card(), "events": [_trace_event(each) for each in events]},
        "summary": {**execution.card(), "span_tree": {**span, "children": []}},
        "otel": {
            **execution.card(),
            "data_source": "tempo",
            "otel_trace_id": execution.trace_id,
            "otel_trace_data": _otel(execution, span),
        },
    }
    return json_reply(forms[call.operation.rpartition("_")[2]])


# Events


def _wanted(call: FakeCall, *names: str) -> dict[str, str]:
    """Return the parameters that are not `*`."""
    return {name: value for name in names if (value := call.text(name)) not in (None, "*") and value is not None}


def _fits(call: FakeCall, event: JSONMapping) -> bool:
    """Return whether a stream of events has an event."""
    data: JSONMapping = event["data"]
    kinds, scope = call.texts("workflow_event_types"), call.text("scope")
    if kinds and _type(event) not in kinds:
        return False
    if scope in ("activity", "workflow") and _type(event).startswith("ACTIVITY") != (scope == "activity"):
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
    return _streamed(((each["broker_sequence"], each) for each in events if _fits(call, each)), b"event")


# Runs, metrics, workers


def _runs(call: FakeCall) -> list[JSONObject]:
    """Return the runs that the query asks for."""
    wanted = {name: call.text(name) for name in ("root_execution_id", "deployment_name", "user_id")}
    states, named = call.texts("status"), call.text("workflow_identifier")
    search = (call.text("search") or "").lower()
    return [
        card
        for execution in settled(call).executions.values()
        if (card := execution.card())
        and all(value in (None, card[name]) for name, value in wanted.items())
        and (not states or card["status"] in states)
        and named in (None, card["workflow_name"], card["workflow_id"])
        and search in card["workflow_name"]
        and (call.text("start_time_after") or "") <= card["start_time"] <= (call.text("start_time_before") or "9999")
    ]


@route("GET", _RUNS, "workflows.runs.list_runs")
def list_runs(call: FakeCall) -> Reply:
    """Return one page of runs, without their results."""
    order = call.text("sort_by") or "start_time"
    found = sorted(_runs(call), key=lambda card: card[order] or "9999", reverse=call.text("order") != "asc")
    for card in found:
        del card["result"]
    return json_reply(by_token("executions", parameter="next_page_token", size=50)(call, found))


def _run(call: FakeCall) -> Execution:
    """Return the execution of a run."""
    for execution in settled(call).executions.values():
        if execution.run_id == call.params[0]:
            return execution
    raise not_found("Run", call.params[0])


@route("GET", f"{_RUNS}/{{}}", "workflows.runs.get_run")
def get_run(call: FakeCall) -> Reply:
    """Return a run."""
    return json_reply(_run(call).card())


@route("GET", f"{_RUNS}/{{}}/history", "workflows.runs.get_run_history")
def get_run_history(call: FakeCall) -> Reply:
    """Return the history of a run."""
    return json_reply(_history(settled(call), _run(call)))


@route("GET", f"{_ONE}/metrics", "workflows.metrics.get_workflow_metrics")
def get_workflow_metrics(call: FakeCall) -> Reply:
    """Return the figures of a workflow's executions."""
    name = workflows.find(call)["name"]
    after, before = call.text("start_time") or "", call.text("end_time") or "9999"
    found: list[JSONObject] = [each.card() for each in settled(call).executions.values()]
    found = [each for each in found if each["workflow_name"] == name and after <= each["start_time"] <= before]
    spans = [[index, each["total_duration_ms"]] for index, each in enumerate(found) if each["total_duration_ms"]]
    done, failed = (sum(each["status"] == status for each in found) for status in ("COMPLETED", "FAILED"))
    average = sum(span for _, span in spans) / len(spans) if spans else 0.0
    figures: dict[str, Any] = {"execution_count": len(found), "success_count": done, "error_count": failed}
    figures |= {"average_latency_ms": average, "latency_over_time": spans, "retry_rate": 0.0}
    return json_reply({name: {"value": value} for name, value in figures.items()})


@route("GET", f"{_WORKFLOWS}/workers/whoami", "workflows.workers.get_scheduler_namespace")
def get_scheduler_namespace(call: FakeCall) -> Reply:
    """Return the place where workers get their work."""
    return json_reply({"scheduler_url": call.state.url, "namespace": WORKSPACE, "tls": False})
