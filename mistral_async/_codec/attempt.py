"""One attempt of a call, as errors, responses and hooks tell of it."""

from __future__ import annotations

import msgspec


class Attempt(msgspec.Struct, frozen=True):
    """One attempt of a call."""

    status: int | None
    """The status of its answer; None when there was none."""
    error: str | None
    """The name of the error class, None for the one that succeeded."""
    request_id: str | None
    elapsed: float
    """Seconds from the start of the attempt to its end."""
    waited: float
    """Seconds waited before it: for the rate limit and between attempts."""
    may_have_executed: bool
    """Whether the API may have executed (and billed) it."""
