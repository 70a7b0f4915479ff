"""Redaction: the API key, and headers that are as sensitive, are in no log, traceback or error of this package."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar, cast

T = TypeVar("T")

# Rule 1: Text and bytes that hold the key are a `Secret` or `RedactedBytes`: tracebacks, debuggers and error reports
#   show the reprs of local variables, and those reprs do not show it. A slice or a sum of them is plain text again, so
#   nothing of the kind is kept in a variable.
# Rule 2: What the server repeats is redacted before an error keeps it or a log shows it.
# Rule 3: Headers named in `SENSITIVE` are treated as the key is, whoever set them.

SENSITIVE = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})
_REDACTED = b"[the key]"
_SHORTEST = 4  # characters; what is shorter is no key, and would be found everywhere


class Secret(str):
    """Text that holds a key. It is a str in all but its repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class RedactedBytes(bytes):
    """The encoded head of a request, which holds a key. It is bytes in all but its repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<the head of a request, {len(self)} bytes>"


def as_secret(value: T) -> T:
    """Return a text as a `Secret`, and anything else unchanged."""
    return cast("T", Secret(value)) if isinstance(value, str) else value


def redact(data: bytes, secrets: Iterable[str]) -> bytes:
    """Return the data with `[the key]` in place of every secret of at least 4 characters."""
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            data = data.replace(secret.encode("latin-1"), _REDACTED)
    return data
