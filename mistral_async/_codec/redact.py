"""What must not be shown: text and bytes that hold the API key, whose reprs, which tracebacks may show, do not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar, cast

T = TypeVar("T")

SENSITIVE = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})
_REDACTED = b"[the key]"
_SHORTEST = 4  # what is shorter is no key, and would be found everywhere


class Secret(str):
    """Text with a key in it. It is a str in all but its repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class RedactedBytes(bytes):
    """The encoded head of a request, which has a key in it. It is bytes in all but its repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<the head of a request, {len(self)} bytes>"


def as_secret(value: T) -> T:
    """Make a text a secret; what is no text is what it was."""
    return cast("T", Secret(value)) if isinstance(value, str) else value


def redact(data: bytes, secrets: Iterable[str]) -> bytes:
    """Leave the secrets out of what others say."""
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            data = data.replace(secret.encode("latin-1"), _REDACTED)
    return data
