"""Usage of Vibe: none, since this server has no Vibe."""

from __future__ import annotations

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import ValidationDetail, invalid_request
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import Handler, route

_CODE = {
    "by_organization": ("next_edit_suggestions", "next_edit_active_users", "next_edit_modified_loc"),
    "by_workspace": (
        "sessions",
        "user_prompts",
        "active_users",
        "consumed_tokens",
        "tool_calls",
        "tool_calls_by_name",
        "session_durations",
    ),
}
_WORK = ("by_agent_stats", "by_time_stats", "by_user_stats")


def _declare(kind: str, name: str, lists: tuple[str, ...]) -> None:
    def handle(call: FakeCall) -> Reply:
        return json_reply({**_window(call), **{each: [] for each in lists}})

    made: Handler = handle
    route("GET", f"/v1/admin/analytics/vibe/{kind}/usage/{name}", f"beta.admin.vibe_{kind}_analytics.{name}")(made)


def _window(call: FakeCall) -> JSONObject:
    for name in ("start_time", "end_time"):
        call.required(name)
    start, end = call.number("start_time", 0), call.number("end_time", 0)
    if end < start:
        raise invalid_request([ValidationDetail("value_error", ("query", "end_time"), "Ends before it starts", end)])
    return {"start_time": start, "end_time": end}


for _name, _lists in _CODE.items():
    _declare("code", _name, _lists)
for _name in _WORK:
    _declare("work", _name, ("data",))
