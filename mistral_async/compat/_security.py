"""A client's key as the official SDK keeps it: `client.sdk_configuration.security`."""

from __future__ import annotations

import os
from typing import Any

from mistral_async._codec.redact import as_secret


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
