"""Synchronization with a provider that has what the organization has: it takes its time, and changes nothing."""

from __future__ import annotations

from http import HTTPStatus

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import not_found, plain_error
from mistral_async.testing._handlers.admin._organization import Organization
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

_ACTIVE = frozenset({"PENDING", "RUNNING"})
_WHOLE = {"sync_users": True, "sync_groups": True, "sync_memberships": True}
_CONFIG = {"delete_missing_groups": False, "deprovision_users": False}


class ScimRuns:
    """The synchronizations of one organization."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self._runs: dict[str, JSONObject] = {}

    def start(self, body: JSONObject) -> str:
        """Begin a synchronization; raises 409 while another one is active."""
        if any(self.show(run)["status"] in _ACTIVE for run in self._runs):
            raise plain_error(HTTPStatus.CONFLICT, "A synchronization is running already.")
        run, config = self._state.ids.uuid4(), body.get("sync_config") or _WHOLE
        dry = body.get("dry_run", True)
        self._runs[run] = {"began": self._state.clock.now(), "dry_run": dry, "sync_config": {**_CONFIG, **config}}
        return run

    def show(self, run: str) -> JSONObject:
        """Return a synchronization as it is by now; raises 404 if there is none."""
        if (made := self._runs.get(run)) is None:
            raise not_found("Run", run)
        options, began = self._state.options, made["began"]
        starts = began + options.queue_seconds
        ends, now, time = starts + options.processing_seconds, self._state.clock.now(), self._state.calendar
        shown = [time.iso_of(time.at(moment)) if moment <= now else None for moment in (began, starts, ends)]
        status = "SUCCESS" if shown[2] else "RUNNING" if shown[1] else "PENDING"
        return {
            **{name: made[name] for name in ("dry_run", "sync_config")},
            **dict(zip(("created_at", "started_at", "finished_at"), shown, strict=True)),
            "run_id": run,
            "status": status,
            "summary": _nothing() if shown[2] else None,
            "error_message": None,
        }


@route(
    "POST",
    "/v1/admin/scim/sync",
    "beta.admin.scim.sync",
    body="dry_run: bool; sync_config: ScimSyncConfig?",
)
def sync(call: FakeCall) -> Reply:
    """Begin a synchronization."""
    run = call.state.store(ScimRuns).start(call.body)
    call.state.store(Organization).record("organization.scim_sync.trigger", "ORGANIZATION", run_id=run)
    return json_reply({"run_id": run}, HTTPStatus.ACCEPTED)


@route("GET", "/v1/admin/scim/sync/{}", "beta.admin.scim.get_sync")
def get_sync(call: FakeCall) -> Reply:
    """Return how far a synchronization is."""
    return json_reply(call.state.store(ScimRuns).show(call.params[0]))


def _nothing() -> JSONObject:
    groups: JSONObject = {"create": [], "update": [], "delete": []}
    return {"users": {"provision": [], "deprovision": []}, "groups": groups, "memberships": []}
