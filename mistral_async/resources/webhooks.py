"""Webhooks, which take the events of other services."""

from __future__ import annotations

import builtins

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import Call, delete, get, post
from mistral_async.models.webhooks import CreateWebhookOptions, Webhook, WebhookProvider, WebhookSigningSecret

_ALL = "/v1/webhooks"
_ONE = "/v1/webhooks/{}"


class Webhooks(Resource[M]):
    """Webhooks, which take the events of other services."""

    @endpoint
    def list(self) -> Call[builtins.list[Webhook]]:
        """List webhooks."""
        return get(_ALL, returns=builtins.list[Webhook])

    @endpoint
    def create(
        self, *, provider: WebhookProvider | str, name: str, **options: Unpack[CreateWebhookOptions]
    ) -> Call[Webhook]:
        """Create a webhook."""
        return post(_ALL, json={"provider": provider, "name": name, **options}, returns=Webhook)

    @endpoint
    def delete(self, webhook_id: str) -> Call[None]:
        """Delete a webhook."""
        return delete(_ONE, webhook_id)

    @endpoint
    def get(self, webhook_id: str) -> Call[Webhook]:
        """Get a webhook."""
        return get(_ONE, webhook_id, returns=Webhook)

    @endpoint
    def get_signing_secret(self, webhook_id: str) -> Call[WebhookSigningSecret]:
        """Get the secret that the events are signed with."""
        return get(f"{_ONE}/signing-secret", webhook_id, returns=WebhookSigningSecret)
