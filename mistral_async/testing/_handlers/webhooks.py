"""Webhooks and triggers. No other service calls a webhook here, so triggers have no events."""

from __future__ import annotations

from http import HTTPStatus

from mistral_async.testing._call import FakeCall
from mistral_async.testing._handlers._collection import Collection
from mistral_async.testing._handlers._paging import whole
from mistral_async.testing._handlers.admin._organization import WORKSPACE
from mistral_async.testing._handlers.libraries import ORGANISATION, USER
from mistral_async.testing._json import JSONMapping, JSONObject

_OWNER: JSONObject = {
    "creator_id": USER,
    "organization_id": ORGANISATION,
    "workspace_id": WORKSPACE,
    "owner_type": "workspace",
}


def _webhook(call: FakeCall) -> JSONMapping:
    url = f"{call.state.url}/hooks/{call.state.ids.hex32()}"
    return {**_OWNER, "url": url, "http_method": "POST", "url_verified": False, "success_status_code": 200}


def _secret(_call: FakeCall, webhook: JSONObject) -> JSONObject:
    return {"signing_secret": f"whsec_{webhook['id'].replace('-', '')}"}


def _trigger(call: FakeCall) -> JSONMapping:
    return {**_OWNER, "customer_id": ORGANISATION, "event_source": webhooks.named(call, call.body["event_source_id"])}


def _matches(call: FakeCall, trigger: JSONMapping) -> bool:
    found = {"primitive_id": trigger["action"]["primitive_id"], "event_source_id": trigger["event_source"]["id"]}
    return all(call.text(name) in (None, value) for name, value in found.items())


webhooks = Collection("/v1/webhooks", "beta.webhooks", "Webhook", fields=_webhook)
webhooks.create(
    status=HTTPStatus.CREATED,
    body=(
        "provider*: {slack|github|notion|lucca|linear|microsoft|ashby|custom}; name*: str; "
        "owner_type: {workspace|user}?; secret: str?; encryption_key: str?; expires_at: str?; "
        "signature_hash_algorithm: {sha256|sha1}?; signature_header_name: str?; validity_period_second: int?; "
        "signature_extractor_regex: str?; timestamp_extractor_regex: str?; signature_payload_pattern: str?; "
        "signature_encoding: {hex|base64}?; success_status_code: int?; event_type_path: str?"
    ),
)
webhooks.list(whole())
webhooks.get()
webhooks.delete()
webhooks.act("GET", "/signing-secret", "get_signing_secret", _secret)

triggers = Collection("/v1/triggers", "beta.triggers", "Trigger", fields=_trigger)
triggers.create(
    status=HTTPStatus.CREATED,
    body=(
        "event_source_id*: str; handler*: {workflows|agents|spaces}; action*: TriggerAction; "
        "owner_type*: {workspace|user}; title*: str; filters: str?"
    ),
)
triggers.list(whole(), filters=("handler",), where=_matches)
triggers.get()
triggers.delete()
triggers.act("GET", "/events", "list_events", lambda _call, _trigger: {"data": []})
