"""What a client, and each view of it, is set to: time limits, retries, extra headers, body and query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mistral_async._codec.headers import match_field_value, match_token
from mistral_async._codec.redact import SENSITIVE, Secret
from mistral_async._engine.retry import RetryConfig


class Timeout(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds; None is no limit. `APITimeoutError.phase` names the one that ended a call.

    Waiting for the rate limits, or for one of the client's own connections, is limited by `total` alone.
    """

    connect: float | None = 5.0
    """DNS, TCP and TLS."""
    write: float | None = 30.0
    """Without a byte of the request being accepted."""
    read: float | None = 300.0
    """Without a byte of the answer arriving."""
    idle: float | None = 60.0
    """The wait for the next event of a stream (for the first it is `read`); comments that keep it open do not count."""
    attempt: float | None = 600.0
    """One attempt, once it has a connection: to the head of the answer for streams and downloads, else to its end."""
    total: float | None = None
    """The whole call: waiting for limits and connections, every attempt, and the whole of a stream."""

    @classmethod
    def of(cls, given: Timeout | float | None) -> Timeout:
        """Accept plain seconds as the total."""
        timeout = cls(total=float(given)) if isinstance(given, (int, float)) else given or cls()
        for name in cls.__struct_fields__:
            value = getattr(timeout, name)
            if value is not None and not value > 0:
                raise ValueError(f"timeout {name} must be more than 0 seconds, not {value}")
        return timeout


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one view of a client."""

    timeout: Timeout = Timeout()
    retry: RetryConfig = RetryConfig()
    headers: tuple[tuple[str, str], ...] = ()
    extra_body: Mapping[str, Any] | None = None
    extra_query: Mapping[str, Any] | None = None
    background: bool = False
    """Bulk work: leaves room for the other calls of the client."""
    log_bodies: bool = False

    def with_changes(
        self,
        *,
        timeout: Timeout | float | None = None,
        retries: RetryConfig | int | None = None,
        headers: Mapping[str, str] | None = None,
        **changes: Any,
    ) -> Options:
        """Return these settings with others in their place; headers are added."""
        if timeout is not None:
            changes["timeout"] = Timeout.of(timeout)
        if isinstance(retries, int):
            retries = msgspec.structs.replace(self.retry, retries=retries)
        if retries is not None:
            changes["retry"] = RetryConfig.of(retries)
        if headers:
            changes["headers"] = self.headers + tuple(checked_header(name, value) for name, value in headers.items())
        return msgspec.structs.replace(self, **{key: value for key, value in changes.items() if value is not None})


def checked_header(name: str, value: str) -> tuple[str, str]:
    """Refuse what would end a header early and begin another (header injection); the value is not shown."""
    lowered, value = name.strip(" \t").lower(), Secret(value)
    if not match_token(lowered) or not match_field_value(value):
        raise ValueError(f"the header {lowered[:40]!r} has a name or value that is not allowed")
    return lowered, value if lowered in SENSITIVE else str(value)
