"""What goes out for a request: its body, encoded, and its head, which calls of the same shape share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from mistral_async._codec.json_encode import encode as encode_json
from mistral_async._codec.json_types import is_array, is_object
from mistral_async._codec.redact import Secret
from mistral_async._engine.request import Request, encode_query
from mistral_async._http.protocol import BodySource, RequestHead

if TYPE_CHECKING:
    from mistral_async._engine.client_state import ClientState
    from mistral_async._engine.gateway import Gateway
    from mistral_async._engine.options import Options

R = TypeVar("R", bound=Request)

ADMIN_KEY: Final = "x-api-key"
_HEADS_KEPT = 256
_BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})
_ADMIN = ("/v1/admin/", "/v1/users/", "/v1/whoami")
"""Routes whose key is documented as `x-api-key` and specified as a bearer's: they get both."""


def encode_body(request: Request, extra: Mapping[str, Any] | None) -> tuple[bytes | BodySource | None, str]:
    """Encode the body of a request; returns it with its content type."""
    if request.form is not None:
        return request.form.encode(extra), request.form.content_type
    if request.json is None and not extra:
        return (b"" if request.method in _BODY_METHODS else None), ""
    body: object = request.json
    if extra and not is_array(body):
        body = {**cast("dict[str, Any]", body or {}), **extra}
    try:
        return encode_json(body), "application/json"
    except (TypeError, ValueError, RecursionError) as error:
        raise _unwritable(request, error) from None


def with_extra(request: R, extra: Mapping[str, Any] | None) -> tuple[R, Mapping[str, Any] | None]:
    """Add an `extra_body` to a request's JSON; returns the request, and what is left to be added as it is encoded."""
    if not extra or request.form is not None or not (request.json is None or is_object(request.json)):
        return request, extra
    return request.replace(json={**(request.json or {}), **extra}), None


def encode_json_of(request: Request, value: object) -> bytes:
    """Encode the body of a request, or a part of it, as JSON; the errors name the request."""
    try:
        return encode_json(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise _unwritable(request, error) from None


def _unwritable(request: Request, error: Exception) -> TypeError | ValueError:
    kind = ValueError if isinstance(error, ValueError) else TypeError
    return kind(f"the body of {request!r} can not be written as JSON: {error}")


class HeadCache:
    """The heads of one view of a client."""

    def __init__(self, state: ClientState, options: Options) -> None:
        self._state = state
        self._options = options
        self._kept: dict[tuple[str, str, str, str, str | None], RequestHead] = {}

    def make(self, request: Request, key: Secret | None, accept: str, content_type: str) -> RequestHead:
        """Make the head of a request; one that many requests share is made once. Without a key, a header has one."""
        shared = not request.ids and not request.query and request.form is None and request.headers is None
        fixed = (request.method, request.route, accept, content_type, key)
        if shared and (head := self._kept.get(fixed)) is not None:
            return head
        headers: dict[str, str] = {"accept": accept, "user-agent": self._state.agent}
        if key is not None:
            headers |= key_headers(self._state.gateway, request.route, key)
        if content_type:
            headers["content-type"] = content_type
        headers |= self._options.headers
        headers |= request.headers or {}
        if request.form is not None:
            headers["content-type"] = content_type  # a user's would not have its boundary
        head = RequestHead(request.method, self._target(request), tuple(headers.items()))
        if shared:
            if len(self._kept) >= _HEADS_KEPT:
                self._kept.clear()
            self._kept[fixed] = head
        return head

    def _target(self, request: Request) -> str:
        """Return path and query: the request's own, and what the client and its view add."""
        target, own = self._state.prefix + request.target, request.query or ()
        added = {name: value for name, value in self._state.query.items() if name not in own}
        if self._options.extra_query:
            added |= self._options.extra_query
        return f"{target}{'&' if '?' in target else '?'}{encode_query(added)}" if added else target


def key_headers(gateway: Gateway | None, route: str, key: Secret) -> dict[str, str]:
    """Return the headers that hold the key."""
    if gateway is not None:
        return {name.lower(): Secret(value) for name, value in gateway.key_headers(key).items()}
    headers: dict[str, str] = {"authorization": bearer(key)}
    if route.startswith(_ADMIN):
        headers[ADMIN_KEY] = key
    return headers


def with_key(head: RequestHead, old: Mapping[str, str], new: Mapping[str, str]) -> RequestHead:
    """Return the same head with another key, in the headers that hold the old one; others are a user's own."""
    headers = tuple((name, new.get(name, value) if value == old.get(name) else value) for name, value in head.headers)
    return RequestHead(head.method, head.target, headers)


def bearer(key: Secret) -> Secret:
    """Return the value of the header that the key is sent in."""
    return Secret(f"Bearer {key}")
