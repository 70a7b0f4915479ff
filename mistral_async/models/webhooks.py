"""Webhooks, which take the events of other services. Times are ISO 8601 in UTC."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal, Required, TypeAlias

from typing_extensions import TypedDict

from mistral_async.models._model import Model, Moment, SecretModel

WebhookProvider: TypeAlias = Literal["slack", "github", "notion", "lucca", "linear", "microsoft", "ashby", "custom"]
"""The services that events come from."""

WebhookOwnerType: TypeAlias = Literal["workspace", "user"]
"""The owners that a webhook may have."""

SignatureHashAlgorithm: TypeAlias = Literal["sha256", "sha1"]

SignatureEncoding: TypeAlias = Literal["hex", "base64"]


class CreateWebhookOptions(TypedDict, total=False):
    """Options of a new webhook. None is not sent."""

    owner_type: WebhookOwnerType | str | None
    """Who has it: you or the workspace."""
    secret: str | None
    """The secret that the other service signs with."""
    encryption_key: str | None
    """The key that payloads are encrypted with."""
    expires_at: datetime | str | None
    """The time from which it is called no more."""
    signature_hash_algorithm: SignatureHashAlgorithm | str | None
    """The hash of the signature."""
    signature_header_name: str | None
    """The header field that has the signature."""
    validity_period_second: int | None
    """Seconds in which a signed event is accepted."""
    signature_extractor_regex: str | None
    """The expression that finds the signature in its header."""
    timestamp_extractor_regex: str | None
    """The expression that finds the time of signing."""
    signature_payload_pattern: str | None
    """The pattern of what is signed."""
    signature_encoding: SignatureEncoding | str | None
    """How the signature is written."""
    success_status_code: int | None
    """The HTTP status that the other service gets."""
    event_type_path: str | None
    """The place of the event's type in the body."""


class CreateWebhook(CreateWebhookOptions):
    """Everything that `webhooks.create` takes: `create(**request)`."""

    provider: Required[WebhookProvider | str]
    name: Required[str]


class Webhook(Model, kw_only=True, gc=False):
    """An address that takes the events of another service."""

    id: str = ""
    creator_id: str = ""
    organization_id: str = ""
    workspace_id: str = ""
    owner_type: str = ""
    """`workspace`, `user`, or a newer one."""
    provider: str = ""
    """One of `WebhookProvider`, or a newer one."""
    name: str = ""
    url: str = ""
    """The address that the other service is to call."""
    http_method: str = ""
    url_verified: bool | None = None
    """True once the other service has verified the address."""
    signature_hash_algorithm: str | None = None
    """`sha256`, `sha1`, or a newer one."""
    signature_header_name: str | None = None
    validity_period_second: int | None = None
    """Seconds in which a signed event is accepted."""
    signature_extractor_regex: str | None = None
    """The expression that finds the signature in its header."""
    timestamp_extractor_regex: str | None = None
    """The expression that finds the time of signing."""
    signature_payload_pattern: str | None = None
    """The pattern of what is signed."""
    signature_encoding: str | None = None
    """`hex`, `base64`, or a newer one."""
    success_status_code: int | None = None
    """The HTTP status that the other service gets."""
    event_type_path: str | None = None
    """The place of the event's type in the body."""
    expires_at: str | None = None
    expires_at_datetime: ClassVar[Moment] = Moment("expires_at")
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")


class WebhookSigningSecret(SecretModel, kw_only=True, gc=False):
    """The secret that a webhook's events are signed with."""

    signing_secret: str = ""
