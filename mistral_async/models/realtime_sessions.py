"""Sessions with which a browser or an app uses the API for a while, without your key. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import field

from mistral_async._codec.open_union import constant
from mistral_async.models._model import Model, Moment, SecretModel


class ClientSecret(SecretModel, kw_only=True, gc=False):
    """The key of a session: give it to the browser or app, in place of yours."""

    value: str = ""
    expires_at: str = ""
    expires_at_datetime: ClassVar[Moment] = Moment("expires_at")


class CreateRealtimeSessionResponse(Model, kw_only=True):
    """A new session."""

    purpose: str = ""
    """`realtime`, or a newer one."""
    expires_at: str = ""
    expires_at_datetime: ClassVar[Moment] = Moment("expires_at")
    client_secret: ClientSecret = field(default_factory=ClientSecret)
    object: Literal["client.session"] | None = constant("client.session")
