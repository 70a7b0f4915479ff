"""What Redis refuses for good, and what passes: rule 3 of `redis`."""

from __future__ import annotations

from typing import Final, cast

_PASSING: Final = ("loading", "busy", "masterdown", "clusterdown", "tryagain", "noreplicas", "max number of clients")


def lasting_reason(error: BaseException, *, answered: bool) -> str | None:
    """Return why Redis can not be used, where that does not pass by itself (rule 3 of redis)."""
    import ssl
    from socket import EAI_NONAME, gaierror

    from coredis import exceptions

    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:  # an error that several waited for may lead back to itself
        seen.add(id(cause))
        said = f"{type(cause).__name__}: {cause}"
        if isinstance(cause, exceptions.ReadOnlyError) or "READONLY" in said:
            return None if answered else "it is a read-only replica; name the primary"
        if isinstance(cause, ssl.SSLError) and not answered:
            return f"TLS failed ({cause}); check the scheme and the certificates"
        if isinstance(cause, gaierror) and cause.errno == EAI_NONAME and not answered:
            return "the name of the host is not known"
        if isinstance(cause, (exceptions.ResponseError, exceptions.ProtocolError, exceptions.InvalidResponse)):
            passing = isinstance(cause, exceptions.ClusterDownError) or any(word in said.lower() for word in _PASSING)
            return None if passing else f"{said}; check the URL, the user's permissions, the memory and the prefix"
        cause = _next_cause(cause)
    return None


def _next_cause(error: BaseException) -> BaseException | None:
    if isinstance(error, BaseExceptionGroup):
        return cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return error.__cause__ or error.__context__
