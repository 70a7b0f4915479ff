"""Campaigns: they select chats when they are made, and run for as long as `processing_seconds`."""

from __future__ import annotations

from http import HTTPStatus

from mistral_async.testing._call import FakeCall
from mistral_async.testing._clock import TOLERANCE
from mistral_async.testing._handlers._collection import Collection
from mistral_async.testing._handlers._paging import by_link
from mistral_async.testing._handlers.observability._chats import Chat, Chats
from mistral_async.testing._handlers.observability._kept import OWNED, error_of
from mistral_async.testing._handlers.observability.judges import judges
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

_GROUP = "beta.observability.campaigns"
_BODY = (
    "search_params*: FilterPayload; judge_id*: str; name*: str(5,50); description*: str; max_nb_events*: int(1,10000)"
)


class Selections:
    """The chats of campaigns, by the campaign's id, and the moments at which these have ended."""

    def __init__(self, _state: ServerState) -> None:
        self.chats: dict[str, list[Chat]] = {}
        self.ends: dict[str, float] = {}


campaigns = Collection("/v1/observability/campaigns", _GROUP, "Campaign", fields=OWNED, error=error_of("CAMPAIGN"))
campaigns.list(by_link("campaigns"), search={"q": "name"})
campaigns.get("fetch")
campaigns.delete()


@route("POST", campaigns.path, f"{_GROUP}.create", body=_BODY)
def create(call: FakeCall) -> Reply:
    """Create a campaign, and select its chats."""
    judge = judges.named(call, call.body["judge_id"])
    selected = call.state.store(Chats).find(call.body["search_params"])[: call.body["max_nb_events"]]
    campaign, selections = campaigns.add(call, {**call.body, "judge": judge}), call.state.store(Selections)
    selections.chats[campaign["id"]] = selected
    selections.ends[campaign["id"]] = call.state.calendar.now() + call.state.options.processing_seconds
    return json_reply(campaign, HTTPStatus.CREATED)


@route("GET", f"{campaigns.one}/selected-events", f"{_GROUP}.list_events")
def list_events(call: FakeCall) -> Reply:
    """Return a page of the selected chats."""
    chats = call.state.store(Selections).chats[campaigns.find(call)["id"]]
    return json_reply(by_link("completion_events")(call, [each.preview(call.state.calendar.iso_of) for each in chats]))


@route("GET", f"{campaigns.one}/status", f"{_GROUP}.fetch_status")
def fetch_status(call: FakeCall) -> Reply:
    """Return the state by now."""
    end = call.state.store(Selections).ends[campaigns.find(call)["id"]]
    return json_reply({"status": "COMPLETED" if end <= call.state.calendar.now() + TOLERANCE else "RUNNING"})
