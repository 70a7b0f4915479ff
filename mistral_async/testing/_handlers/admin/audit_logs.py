"""The audit log: what was done to the organization."""

from __future__ import annotations

from mistral_async.testing._call import FakeCall
from mistral_async.testing._handlers._paging import by_time
from mistral_async.testing._handlers.admin._organization import Organization
from mistral_async.testing._json import JSONMapping
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route


@route("GET", "/v1/admin/audit-logs", "beta.admin.audit_logs.list")
def list_logs(call: FakeCall) -> Reply:
    """List entries."""
    log = reversed(call.state.store(Organization).log)
    return json_reply(by_time()(call, [each for each in log if _passes(call, each)]))


def _passes(call: FakeCall, entry: JSONMapping) -> bool:
    user = call.text("actor_user_uuid")
    filters = ("actor_type", "event_type", "target_type")
    return user in (None, entry["actor_metadata"]["user_uuid"]) and all(
        entry[name] in wanted for name in filters if (wanted := call.texts(name))
    )
