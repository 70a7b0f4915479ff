"""Webhooks, and the triggers that wait for their events."""

from __future__ import annotations

import pytest

from mistral_async.errors import NotFoundError, UnprocessableEntityError
from mistral_async.models import TriggerAction

START = TriggerAction(primitive_id="workflow", type="start_workflow")


async def test_webhooks_and_triggers(client):
    webhooks, triggers = client.beta.webhooks, client.beta.triggers
    webhook = await webhooks.create(provider="github", name="repo", signature_hash_algorithm="sha256")
    assert (webhook.provider, webhook.http_method, webhook.success_status_code) == ("github", "POST", 200)
    assert (await webhooks.get_signing_secret(webhook.id)).signing_secret
    trigger = await triggers.create(
        event_source_id=webhook.id, handler="workflows", action=START, owner_type="user", title="t"
    )
    assert (trigger.event_source, trigger.action, trigger.owner_type) == (webhook, START, "user")
    assert await triggers.list(handler="agents") == []
    assert await triggers.list(event_source_id=webhook.id, primitive_id="workflow") == [trigger]
    assert (await triggers.list_events(trigger.id, limit=5)).data == []
    await triggers.delete(trigger.id)
    await webhooks.delete(webhook.id)
    assert await webhooks.list() == []
    with pytest.raises(NotFoundError):
        await triggers.create(
            event_source_id=webhook.id, handler="workflows", action=START, owner_type="user", title="t"
        )


async def test_what_is_wrong_is_named(client):
    with pytest.raises(UnprocessableEntityError, match="provider"):
        await client.beta.webhooks.create(provider="smoke signals", name="n")


def test_blocking(sync_client):
    webhook = sync_client.beta.webhooks.create(provider="custom", name="n")
    assert sync_client.with_response.beta.webhooks.get(webhook.id).data == webhook
