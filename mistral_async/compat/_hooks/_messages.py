"""Requests and responses of httpx, of the version that a hook is given: with another body."""

from __future__ import annotations

from typing import Any, Final

_OF_BODY: Final = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})


def is_json(message: Any) -> bool:
    """Return whether the body of a request or response is JSON."""
    return "application/json" in message.headers.get("content-type", "")


def request_with(request: Any, content: bytes) -> Any:
    """Return a request with another body."""
    changed = {"headers": other_headers(request), "content": content, "extensions": request.extensions}
    return type(request)(request.method, request.url, **changed)


def response_with(response: Any, content: bytes) -> Any:
    """Return a response with another body."""
    changed = {"headers": other_headers(response), "content": content, "request": response.request}
    return type(response)(response.status_code, **changed)


def other_headers(message: Any) -> list[tuple[bytes, bytes]]:
    """Return the headers that hold for another body too."""
    return [(name, value) for name, value in message.headers.raw if name.lower() not in _OF_BODY]
