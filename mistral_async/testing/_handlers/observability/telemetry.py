"""Traces, spans and logs of the chats that were made: a trace of two spans, and a line of the log, for each."""

from __future__ import annotations

from typing import Any

import msgspec

from mistral_async.testing._call import FakeCall
from mistral_async.testing._handlers._collection import blank
from mistral_async.testing._handlers._paging import by_cursor
from mistral_async.testing._handlers.admin._organization import WORKSPACE
from mistral_async.testing._handlers.libraries import USER
from mistral_async.testing._handlers.observability._chats import Chat, Chats
from mistral_async.testing._handlers.observability._kept import missing
from mistral_async.testing._handlers.observability._rows import aggregated, fields_of, matching, options_of, within
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

_GROUP = "beta.observability"
_PATH = "/v1/observability"
AGGREGATION = (
    "metric*: Metric; dimensions: list[str]; time_dimension: TimeDimension?; search_expression: str?; "
    "order_by: list[OrderBy]?; limit: int(1,10000)"
)
_SEARCH = "search_expression: str?"
_NANOSECONDS = 1_000_000_000
_PER_TOKEN = 1_000_000


def spans_of(state: ServerState) -> list[JSONObject]:
    """Return the spans of all chats, the newest first."""
    return [span for chat in state.store(Chats).all() for span in _spans(state, chat)]


def traces_of(state: ServerState) -> list[JSONObject]:
    """Return the traces of all chats, the newest first."""
    return [_trace(state, chat) for chat in state.store(Chats).all()]


def _spans(state: ServerState, chat: Chat) -> list[JSONObject]:
    """Return the span of the request, and the one of the model below it."""
    root, child, usage = chat.completion.id[:16], chat.completion.id[16:], chat.completion.usage
    shared = {**blank("GetSpan", ""), **_times(state, chat), **_where(chat)}
    request = {**shared, "span_id": root, "span_name": f"POST {chat.operation}", "span_kind": "Server"}
    model = {
        **shared,
        "span_id": child,
        "parent_span_id": root,
        "span_name": f"chat {chat.completion.model}",
        "span_kind": "Client",
        "operation_name": "chat",
        "provider_name": "mistral_ai",
        "request_model": chat.options.get("model") or chat.completion.model,
        "response_model": chat.completion.model,
        "response_id": chat.completion.id,
        "input_messages": _json(chat.messages),
        "output_messages": _json(chat.answers),
        "request_max_tokens": chat.options.get("max_tokens") or 0,
        "request_temperature": chat.options.get("temperature"),
        "request_top_p": chat.options.get("top_p"),
        "response_finish_reasons": [choice.finish_reason for choice in chat.completion.choices],
        "usage_input_tokens": usage["prompt_tokens"],
        "usage_output_tokens": usage["completion_tokens"],
        "span_attributes": {
            "gen_ai.response.model": chat.completion.model,
            "gen_ai.input.messages": _json(chat.messages),
            "gen_ai.output.messages": _json(chat.answers),
        },
    }
    return [request, model]


def _trace(state: ServerState, chat: Chat) -> JSONObject:
    said, usage = chat.messages or [{}], chat.completion.usage
    ends = {"last_input_message": _json(said[-1]), "last_output_message": _json(chat.answers[-1])}
    return {
        **blank("GetTrace", ""),
        **_times(state, chat),
        **_where(chat),
        "root_span_id": chat.completion.id[:16],
        "root_span_name": f"POST {chat.operation}",
        "environment": "test",
        "span_count": 2,
        "gen_ai_span_count": 1,
        "llm_call_count": 1,
        "input_tokens": usage["prompt_tokens"],
        "output_tokens": usage["completion_tokens"],
        "models_used": [chat.completion.model],
        **{f"{turn}_turn_{name}": value for turn in ("first", "last") for name, value in ends.items()},
    }


def _log(state: ServerState, chat: Chat) -> JSONObject:
    return {
        **blank("GetLog", ""),
        **_where(chat),
        "timestamp": state.calendar.iso_of(chat.time),
        "span_id": chat.completion.id[:16],
        "severity_text": "INFO",
        "severity_number": 9,
        "body": f"{chat.operation} with {chat.completion.model}",
        "log_attributes": {"gen_ai.response.id": chat.completion.id},
    }


def _where(chat: Chat) -> JSONObject:
    shared = {"workspace_id": WORKSPACE, "user_id": USER, "service_name": "fake-mistral"}
    return {"trace_id": chat.completion.id, **shared, "resource_attributes": {"service.name": "fake-mistral"}}


def _times(state: ServerState, chat: Chat) -> JSONObject:
    duration = chat.completion.usage["total_tokens"] * _PER_TOKEN
    start, end = (state.calendar.iso_of(chat.time + length / _NANOSECONDS) for length in (0, duration))
    return {"start_time": start, "end_time": end, "duration_ns": duration, "status_code": "Unset"}


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


# Traces


@route("POST", f"{_PATH}/traces/aggregate", f"{_GROUP}.traces.aggregate", body=AGGREGATION)
def aggregate_traces(call: FakeCall) -> Reply:
    """Compute a number of traces."""
    return json_reply(aggregated(call, traces_of(call.state), "start_time"))


@route("GET", f"{_PATH}/traces/fields", f"{_GROUP}.traces.get_trace_fields")
def get_trace_fields(_call: FakeCall) -> Reply:
    """Return the fields of traces."""
    return json_reply(fields_of("GetTrace"))


@route("GET", f"{_PATH}/traces/fields/{{}}/options", f"{_GROUP}.traces.fetch_options")
def fetch_trace_options(call: FakeCall) -> Reply:
    """Return the values of a field of traces."""
    return json_reply(options_of(call, "GetTrace", within(call, traces_of(call.state), "start_time")))


@route("POST", f"{_PATH}/traces/search", f"{_GROUP}.traces.search", body=_SEARCH)
def search_traces(call: FakeCall) -> Reply:
    """Return a page of the traces that an expression finds."""
    return _page(call, "traces", within(call, traces_of(call.state), "start_time"))


@route("GET", f"{_PATH}/traces/{{}}", f"{_GROUP}.traces.get_trace_by_id")
def get_trace_by_id(call: FakeCall) -> Reply:
    """Return a trace."""
    return json_reply(_only(call, "TRACE", traces_of(call.state), "trace_id"))


@route("GET", f"{_PATH}/traces/{{}}/spans", f"{_GROUP}.traces.get_trace_spans")
def get_trace_spans(call: FakeCall) -> Reply:
    """Return a page of the spans of a trace."""
    trace = _only(call, "TRACE", traces_of(call.state), "trace_id")["trace_id"]
    spans = [span for span in spans_of(call.state) if span["trace_id"] == trace]
    return json_reply(_listing("spans")(call, within(call, spans, "start_time")))


@route("GET", f"{_PATH}/traces/{{}}/spans/{{}}", f"{_GROUP}.traces.get_span_by_id")
def get_span_by_id(call: FakeCall) -> Reply:
    """Return a span of a trace."""
    spans = [span for span in spans_of(call.state) if span["trace_id"] == call.params[0]]
    return json_reply(_only(call, "SPAN", spans, "span_id"))


# Spans


@route("POST", f"{_PATH}/spans/aggregate", f"{_GROUP}.spans.aggregate", body=AGGREGATION)
def aggregate_spans(call: FakeCall) -> Reply:
    """Compute a number of spans."""
    return json_reply(aggregated(call, spans_of(call.state), "start_time"))


@route("GET", f"{_PATH}/spans/fields", f"{_GROUP}.spans.list_span_fields")
def list_span_fields(_call: FakeCall) -> Reply:
    """Return the fields of spans."""
    return json_reply(fields_of("GetSpan"))


@route("GET", f"{_PATH}/spans/fields/{{}}/options", f"{_GROUP}.spans.fetch_span_field_options")
def fetch_span_field_options(call: FakeCall) -> Reply:
    """Return the values of a field of spans."""
    return json_reply(options_of(call, "GetSpan", within(call, spans_of(call.state), "start_time")))


@route("POST", f"{_PATH}/spans/search", f"{_GROUP}.spans.search_spans", body=_SEARCH)
def search_spans(call: FakeCall) -> Reply:
    """Return a page of the spans that an expression finds."""
    return _page(call, "spans", within(call, spans_of(call.state), "start_time"))


# Logs


@route("GET", f"{_PATH}/logs/fields", f"{_GROUP}.logs.list")
def list_log_fields(_call: FakeCall) -> Reply:
    """Return the fields of logs."""
    return json_reply(fields_of("GetLog"))


@route("GET", f"{_PATH}/logs/fields/{{}}/options", f"{_GROUP}.logs.fetch_options")
def fetch_log_options(call: FakeCall) -> Reply:
    """Return the values of a field of logs."""
    return json_reply(options_of(call, "GetLog", within(call, _logs(call), "timestamp")))


@route("POST", f"{_PATH}/logs/search", f"{_GROUP}.logs.search", body=f"{_SEARCH}; order: {{asc|desc}}")
def search_logs(call: FakeCall) -> Reply:
    """Return a page of the log, from its end where nothing else is asked for."""
    found = within(call, _logs(call), "timestamp")
    return _page(call, "logs", found[::-1] if call.body.get("order") == "asc" else found)


def _logs(call: FakeCall) -> list[JSONObject]:
    return [_log(call.state, chat) for chat in call.state.store(Chats).all()]


def _page(call: FakeCall, key: str, rows: list[JSONObject]) -> Reply:
    return json_reply(_listing(key)(call, matching(rows, call.body.get("search_expression"))))


def _listing(key: str) -> Any:
    return by_cursor(f"{key}.results", f"{key}.cursor", limit="page_size")


def _only(call: FakeCall, kind: str, rows: list[JSONObject], key: str) -> JSONObject:
    """Return the row of the last id of the path; raises 404 if there is none."""
    name = call.params[0 if key == "trace_id" else 1]
    for row in rows:
        if row[key] == name:
            return row
    raise missing(kind, name)
