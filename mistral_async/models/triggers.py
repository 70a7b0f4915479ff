"""Triggers, which start something when a webhook gets an event. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping
from mistral_async.models._model import Model, Moment
from mistral_async.models.webhooks import Webhook

TriggerHandler: TypeAlias = Literal["workflows", "agents", "spaces"]
"""The products that a trigger starts something in."""

TriggerActionType: TypeAlias = Literal["start_workflow", "build_app", "deploy_app", "start_agent_session"]
"""The things that a trigger starts."""

TriggerOwnerType: TypeAlias = Literal["workspace", "user"]
"""The owners that a trigger or a webhook may have."""


class TriggerListOptions(TypedDict, total=False):
    """Which triggers are listed."""

    handler: TriggerHandler | str | None
    """Only triggers of this handler."""
    primitive_id: str | None
    """The workflow, app or agent that is started."""
    event_source_id: str | None
    """The webhook."""


class TriggerAction(Model, kw_only=True, gc=False):
    """The thing that a trigger starts."""

    primitive_id: str
    """The workflow, app or agent."""
    type: str
    """One of `TriggerActionType`, or a newer one."""


class Trigger(Model, kw_only=True):
    """A trigger: what is started by which events."""

    id: str = ""
    creator_id: str = ""
    workspace_id: str = ""
    organization_id: str = ""
    customer_id: str = ""
    owner_type: str = ""
    """`workspace`, `user`, or a newer one."""
    event_source: Webhook = field(default_factory=Webhook)
    """The webhook whose events start it."""
    handler: str = ""
    """`workflows`, `agents`, `spaces`, or a newer one."""
    action: TriggerAction = field(default_factory=lambda: TriggerAction(primitive_id="", type=""))
    filters: str | None = None
    """The condition that an event must meet; None takes all events."""
    title: str = ""


class CreateTrigger(TypedDict, total=False):
    """Everything that `triggers.create` takes."""

    event_source_id: Required[str]
    """The webhook whose events start it."""
    handler: Required[TriggerHandler | str]
    action: Required[TriggerAction | JSONMapping]
    owner_type: Required[TriggerOwnerType | str]
    title: Required[str]
    filters: str | None
    """The condition that an event must meet; without it every event starts it."""


class TriggerEvent(Model, kw_only=True, gc=False):
    """An event that reached a trigger, and how far it came."""

    event_id: str = ""
    trigger_id: str = ""
    source_id: str = ""
    status: str = ""
    """`SUBMITTED`, `SUBMISSION_FAILED`, `TRIGGERED`, `TRIGGER_FAILED`, or a newer one."""
    received_at: str = ""
    received_at_datetime: ClassVar[Moment] = Moment("received_at")
    submitted_at: str | None = None
    submitted_at_datetime: ClassVar[Moment] = Moment("submitted_at")
    triggered_at: str | None = None
    triggered_at_datetime: ClassVar[Moment] = Moment("triggered_at")
    detail: str | None = None
    """The reason of a failure."""
    url: str | None = None


class TriggerEventList(Model, kw_only=True):
    """The latest events of a trigger."""

    data: list[TriggerEvent] = field(default_factory=list[TriggerEvent])
