"""A client's key as the official SDK keeps it: `client.sdk_configuration.security`."""

from __future__ import annotations

import os
from typing import Any

from mistral_async._codec.redact import Secret, as_secret
from mistral_async._engine.auth import Key


class OptionalKey(Key):
    """A key that need not be there: requests are sent without one then, and the API answers 401 if it asks for one.

    A blank one is an error at the first request that needs it.
    """

    def __init__(self, given: Any) -> None:
        super().__init__((lambda: given) if isinstance(given, str) and not given.strip() else given)

    @property
    def current(self) -> Secret | None:
        """The key, where there is one and it does not have to be fetched."""
        return super().current or None

    @property
    def refreshes(self) -> bool:
        """True if a new key may be fetched when the API refuses the old one, or to be sent none."""
        return self.exists and super().refreshes

    async def fetch(self, refused: Secret | None = None) -> Secret | None:
        """Ask for the key; None where there is none."""
        return (await super().fetch(refused) or None) if self.exists else None

    def _checked(self, key: object) -> Secret:
        return Secret() if key is None else super()._checked(key)


def security_of(key: Any) -> Any:
    """Return what has a key as `api_key`, and does not show it, or a function that gives that; None for no key."""
    from mistral_async.compat.models import Security

    if callable(key):
        return lambda: security_of(key())
    return None if key is None else Security(api_key=as_secret(key))


def key_of(security: Any) -> Any:
    """Return the key of what `security_of` gives, or of a bare key."""
    return (lambda: key_of(security())) if callable(security) else getattr(security, "api_key", security)


def get_security_from_env(security: Any, security_class: Any) -> Any:
    """Return what is given, or `security_class` with the key of `MISTRAL_API_KEY`; None if there is none."""
    key = os.environ.get("MISTRAL_API_KEY")
    return security_class(api_key=key) if security is None and key else security


def get_security(
    security: Any,
    allowed_fields: list[str] | None = None,  # noqa: ARG001 - the key is the only one
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return the headers by which a key is sent, and the query, which is empty."""
    key = key_of(security() if callable(security) else security)
    return {"Authorization": f"Bearer {key}"} if key else {}, {}
