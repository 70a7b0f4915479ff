"""One attempt of a call, as errors, responses and hooks report it."""

from __future__ import annotations

import msgspec


class Attempt(msgspec.Struct, frozen=True):
    """One attempt of a call: errors, responses and traces hold them in order."""

    status: int | None
    """The HTTP status of its answer; None when there was none."""
    error: str | None
    """The name of the error class; None where it succeeded."""
    request_id: str | None
    """The API's id of the request, as in `Response.request_id`; None when there was no answer."""
    elapsed: float
    """Seconds from the start of the attempt to its end."""
    waited: float
    """Seconds waited before it: for the rate limit and between attempts."""
    may_have_executed: bool
    """True if the API may have executed (and billed) it."""
    model: str | None = None
    """The model that it asked, None where it asked none: a fallback asks others than the call did."""
    key: int | None = None
    """The number of the key that it was sent with, from 1; None where the client has one."""
