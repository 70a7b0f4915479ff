"""The chats of this server as events, and the values of their fields."""

from __future__ import annotations

from collections import Counter
from typing import Any

from mistral_async.testing._call import FakeCall
from mistral_async.testing._handlers._paging import by_cursor
from mistral_async.testing._handlers.observability._chats import FIELDS, Chats, bad_search
from mistral_async.testing._handlers.observability._kept import missing
from mistral_async.testing._handlers.observability._verdict import verdict
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route

_GROUP = "beta.observability.chat_completion_events"
_ALL = "/v1/observability/chat-completion-events"
_FIELDS = "/v1/observability/chat-completion-fields"
_SEARCH = "search_params*: FilterPayload; extra_fields: list[str]?"
_listing = by_cursor("completion_events.results", "completion_events.cursor", limit="page_size")
_COUNTED = {"ENUM", "BOOL"}


def _found(call: FakeCall) -> list[JSONObject]:
    iso, extra = call.state.calendar.iso_of, call.body.get("extra_fields") or ()
    return [chat.preview(iso, extra) for chat in call.state.store(Chats).find(call.body["search_params"])]


@route("POST", f"{_ALL}/search", f"{_GROUP}.search", body=_SEARCH)
def search(call: FakeCall) -> Reply:
    """Return a page of the chats that pass the filters."""
    return json_reply(_listing(call, _found(call)))


@route("POST", f"{_ALL}/search-ids", f"{_GROUP}.search_ids", body=_SEARCH)
def search_ids(call: FakeCall) -> Reply:
    """Return the ids of all chats that pass the filters."""
    return json_reply({"completion_event_ids": [each["event_id"] for each in _found(call)]})


@route("GET", f"{_ALL}/{{}}", f"{_GROUP}.fetch")
def fetch(call: FakeCall) -> Reply:
    """Return a chat."""
    return json_reply(call.state.store(Chats).get(call.params[0]).whole(call.state.calendar.iso_of))


@route("POST", f"{_ALL}/{{}}/live-judging", f"{_GROUP}.judge", body="judge_definition*: JudgeDefinition")
def judge(call: FakeCall) -> Reply:
    """Judge a chat."""
    chat = call.state.store(Chats).get(call.params[0])
    return json_reply(verdict(call.body["judge_definition"], [*chat.messages, *chat.answers]))


@route("GET", f"{_ALL}/{{}}/similar-events", f"{_GROUP}.fetch_similar_events")
def fetch_similar_events(call: FakeCall) -> Reply:
    """Return the chats that have most in common with one."""
    chats = call.state.store(Chats)
    alike = [chat.preview(call.state.calendar.iso_of) for chat in chats.like(chats.get(call.params[0]))]
    return json_reply({"completion_events": {"results": alike, "next": None, "cursor": None}})


@route("GET", _FIELDS, f"{_GROUP}.fields.list")
def list_fields(_call: FakeCall) -> Reply:
    """Return the fields and their groups."""
    fields = [
        {"name": name, "label": _label(name), "type": kind, "group": group, "supported_operators": operators.split()}
        for name, kind, group, operators in FIELDS
    ]
    groups = dict.fromkeys(group for _, _, group, _ in FIELDS)
    shown = [{"name": name, "label": _label(name)} for name in groups]
    return json_reply({"field_definitions": fields, "field_groups": shown})


@route("GET", f"{_FIELDS}/{{}}/options", f"{_GROUP}.fields.fetch_options")
def fetch_options(call: FakeCall) -> Reply:
    """Return the values of a field; null where any value may be."""
    kind, operators = _field(call)
    if call.required("operator") not in operators:
        raise bad_search(f"{call.params[0]} has no operator {call.text('operator')!r}")
    return json_reply({"options": sorted(_counts(call, None)) if kind in _COUNTED else None})


@route(
    "POST",
    f"{_FIELDS}/{{}}/options-counts",
    f"{_GROUP}.fields.fetch_option_counts",
    body="filter_params: FilterPayload?",
)
def fetch_option_counts(call: FakeCall) -> Reply:
    """Return the values of a field, the most frequent first."""
    _field(call)
    counts = _counts(call, call.body.get("filter_params")).most_common()
    return json_reply({"counts": [{"value": value, "count": count} for value, count in counts]})


def _field(call: FakeCall) -> tuple[str, list[str]]:
    for name, kind, _, operators in FIELDS:
        if name == call.params[0]:
            return kind, operators.split()
    raise missing("FIELDS", call.params[0])


def _counts(call: FakeCall, filters: Any) -> Counter[str]:
    iso, chats = call.state.calendar.iso_of, call.state.store(Chats).find(filters)
    return Counter(str(chat.fields(iso)[call.params[0]]) for chat in chats)


def _label(name: str) -> str:
    return name.removeprefix("nb_").replace("_", " ").capitalize()
