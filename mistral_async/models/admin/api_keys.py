"""API keys of workspaces. Times are ISO 8601 in UTC."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal, Required

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Model, Moment, SecretModel


class APIKeyListOptions(TypedDict, total=False):
    """Which keys are listed."""

    limit: int | None
    """100 where not set."""
    offset: int | None
    """Results to skip."""
    name: str | None
    """A part of the name, or the last four characters of the key."""


class ActionAvailable(Model, kw_only=True, gc=False):
    """An action that you may take."""

    status: Literal["available"] = constant("available")


class ActionUnavailable(Model, kw_only=True, gc=False):
    """An action that you may not take."""

    status: Literal["unavailable"] = constant("unavailable")
    reason: str | None = None
    """`unsupported_scope`, `key_expired`, `not_allowed`, or a newer one."""


class APIKeyActions(Model, kw_only=True):
    """The actions that you may take on a key."""

    rotate: OpenUnion[ActionAvailable | ActionUnavailable] | None = None
    delete: OpenUnion[ActionAvailable | ActionUnavailable] | None = None


class _APIKey(SecretModel, kw_only=True):
    """The fields that new keys have, and those of lists."""

    key_id: str = ""
    key: str | None = None
    """The key itself, which is told once."""
    name: str | None = None
    hidden_key: str = ""
    """The key as it may be shown."""
    created_at: str | None = None
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    expiration_date: str | None = None
    """The last day, such as `2027-12-31`."""
    actions: APIKeyActions = field(default_factory=APIKeyActions)
    """What you may do with it."""


class AdminAPIKey(_APIKey, kw_only=True):
    """A key of the organization."""

    workspace_id: str | None = None
    workspace_name: str | None = None
    created_by: str | None = None
    """The user or key that made it."""
    product: str | None = None
    """`API`, `Mistral Code`, `Vibe`, or a newer one."""
    last_used: str | None = None
    """The last day of use."""
    can_delete: bool | None = None
    """True if you may delete it."""


class ListAPIKeysResponse(Model, kw_only=True):
    """A page of keys."""

    keys: list[AdminAPIKey] = field(default_factory=list[AdminAPIKey])


class CreateAPIKeyRequest(TypedDict, total=False):
    """Everything that `api_keys.create` takes."""

    name: str | None
    """At most 255 characters."""
    expiration: date | str | None
    """The last day, such as `2027-12-31`."""
    workspace_uuid: Required[str]
    user_id: Required[str]


class CreateAPIKeyResponse(_APIKey, kw_only=True):
    """A new key."""


class DeleteAPIKeyResponse(Model, kw_only=True, gc=False):
    """The answer when a key was deleted."""

    detail: str = ""
