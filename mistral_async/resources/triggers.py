"""Triggers, which start something when a webhook gets an event."""

from __future__ import annotations

import builtins

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.request import Call, delete, get, post
from mistral_async.models.triggers import (
    Trigger,
    TriggerAction,
    TriggerEventList,
    TriggerHandler,
    TriggerListOptions,
    TriggerOwnerType,
)

_ALL = "/v1/triggers"
_ONE = "/v1/triggers/{}"


class Triggers(Resource[M]):
    """Triggers, which start something when a webhook gets an event."""

    @endpoint
    def list(self, **options: Unpack[TriggerListOptions]) -> Call[builtins.list[Trigger]]:
        """List triggers."""
        return get(_ALL, query=options, returns=builtins.list[Trigger])

    @endpoint
    def create(
        self,
        *,
        event_source_id: str,
        handler: TriggerHandler | str,
        action: TriggerAction | JSONMapping,
        owner_type: TriggerOwnerType | str,
        title: str,
        filters: str | None = None,
    ) -> Call[Trigger]:
        """Create a trigger. `filters` is a condition that an event must meet."""
        json = {
            "event_source_id": event_source_id,
            "handler": handler,
            "action": action,
            "owner_type": owner_type,
            "title": title,
            "filters": filters,
        }
        return post(_ALL, json=json, returns=Trigger)

    @endpoint
    def delete(self, trigger_id: str) -> Call[None]:
        """Delete a trigger."""
        return delete(_ONE, trigger_id)

    @endpoint
    def get(self, trigger_id: str) -> Call[Trigger]:
        """Get a trigger."""
        return get(_ONE, trigger_id, returns=Trigger)

    @endpoint
    def list_events(self, trigger_id: str, *, limit: int | None = None) -> Call[TriggerEventList]:
        """List the latest events of a trigger, 10 where `limit` is not set."""
        return get(f"{_ONE}/events", trigger_id, query={"limit": limit}, returns=TriggerEventList)
