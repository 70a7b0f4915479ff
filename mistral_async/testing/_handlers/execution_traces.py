"""Traces of executions of workflows."""

from __future__ import annotations

from collections.abc import Sequence

from mistral_async.testing._call import FakeCall
from mistral_async.testing._handlers._workflow_runs import Execution
from mistral_async.testing._handlers._workflow_schedules import settled
from mistral_async.testing._handlers.executions import execution_of, type_of
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route

_EXECUTION = "/v1/workflows/executions/{}"


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
    common = {"name": type_of(event), "id": event["data"]["event_id"], "timestamp_unix_nano": _nano(event)}
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
    store, execution = settled(call), execution_of(call)
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
