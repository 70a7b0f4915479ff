"""The bodies of errors as the real API sends them: nine shapes, and which status carries which."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

import msgspec

from mistral_async.testing._json import JSONObject

JSON = "application/json"
JSON_UTF8 = "application/json; charset=utf-8"
HTML = "text/html; charset=UTF-8"
CLOUDFLARE = 520


class ValidationDetail(msgspec.Struct, omit_defaults=True):
    """One entry of a 422: `loc` mixes names and indexes, `input` is whatever was sent."""

    type: str
    loc: tuple[str | int, ...]
    msg: str
    input: Any
    ctx: JSONObject | None = None


class FakeAPIError(Exception):
    """An error response, raised wherever a request turns out to be wrong."""

    def __init__(
        self, status: int, body: bytes, *, media: str = JSON, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{status}: {body[:200]!r}")
        self.status = status
        self.body = body
        self.media = media
        self.headers: dict[str, str] = dict(headers or {})


def api_error(
    status: int,
    message: str,
    kind: str,
    code: str | None = None,
    *,
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> FakeAPIError:
    """Return an error in the common shape: `{"object": "error", "message", "type", "param", "code", ...}`."""
    body = {"object": "error", "message": message, "type": kind, "param": param, "code": code}
    return FakeAPIError(status, msgspec.json.encode({**body, "raw_status_code": status}), headers=headers)


def invalid_request(details: Sequence[ValidationDetail]) -> FakeAPIError:
    """Return a 422 with one detail for each fault in the request."""
    return FakeAPIError(HTTPStatus.UNPROCESSABLE_ENTITY, msgspec.json.encode({"detail": details}))


def not_an_integer(*loc: str | int, value: object) -> FakeAPIError:
    """Return the 422 for a value that is not an integer."""
    message = "Input should be a valid integer, unable to parse string as an integer"
    return invalid_request([ValidationDetail("int_parsing", loc, message, value)])


def invalid_argument(
    message: str, *, kind: str = "invalid_request_invalid_args", code: str | None = "3051"
) -> FakeAPIError:
    """Return a 400 for a well-formed request that cannot be served."""
    return api_error(HTTPStatus.BAD_REQUEST, message, kind, code)


def invalid_model(model: str) -> FakeAPIError:
    """Return the 400 (not 404) for a model that cannot be used."""
    return api_error(HTTPStatus.BAD_REQUEST, f"Invalid model: {model}", "invalid_model", "1500")


def not_found(what: str, name: str) -> FakeAPIError:
    """Return a 404 for an object that does not exist, or no longer."""
    return plain_error(HTTPStatus.NOT_FOUND, f"{what} {name} was not found.")


def plain_error(status: int, message: str) -> FakeAPIError:
    """Return an error that is a message alone."""
    return FakeAPIError(status, msgspec.json.encode({"message": message}))


def observability_error(status: int, message: str, code: str | None = None) -> FakeAPIError:
    """Return an error of `/v1/observability/`: the code is a word such as `JUDGE_NOT_FOUND`."""
    return FakeAPIError(status, msgspec.json.encode({"detail": {"message": message, "error_code": code}}))


def in_form_of(path: str, error: FakeAPIError) -> FakeAPIError:
    """Return an error in the form of its part of the API: `/v1/observability/` says all faults in one message."""
    faults = error.status == HTTPStatus.UNPROCESSABLE_ENTITY and path.startswith("/v1/observability/")
    details = msgspec.json.decode(error.body).get("detail") if faults else None
    if not isinstance(details, list):
        return error
    messages = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in cast("list[Any]", details)]
    return observability_error(error.status, "; ".join(messages), "VALIDATION_ERROR")


def no_route(request_id: str) -> FakeAPIError:
    """Return the gateway's 404 for an unknown path."""
    body = {"message": "no Route matched with those values", "request_id": request_id}
    return FakeAPIError(HTTPStatus.NOT_FOUND, msgspec.json.encode(body), media=JSON_UTF8)


def missing_key(request_id: str) -> FakeAPIError:
    """Return the gateway's 401 for a request without a key."""
    body = msgspec.json.encode({"message": "Unauthorized", "request_id": request_id})
    return FakeAPIError(HTTPStatus.UNAUTHORIZED, body, media=JSON_UTF8, headers={"www-authenticate": "Key"})


def invalid_key() -> FakeAPIError:
    """Return the API's 401 for an unknown key; the newline at the end is real."""
    return FakeAPIError(HTTPStatus.UNAUTHORIZED, b'{"detail":"Invalid API Key"}\n')


def rate_limited(headers: Mapping[str, str] | None = None) -> FakeAPIError:
    """Return the 429 of an exhausted limit; `Retry-After` is sent only if `headers` has it."""
    return api_error(HTTPStatus.TOO_MANY_REQUESTS, "Rate limit exceeded", "rate_limited", "1300", headers=headers)


def standard_error(status: int) -> FakeAPIError:
    """Return the error that the API sends with a status."""
    if (make := _STANDARD.get(status)) is not None:
        return make()
    if status >= CLOUDFLARE:
        return _page(status)
    return api_error(status, "Service unavailable.", "internal_server_error", "1000")


def _page(status: int) -> FakeAPIError:
    return FakeAPIError(status, html_page(status), media=HTML)


_TIER = "This model is not available in your subscription tier"
_STANDARD: dict[int, Callable[[], FakeAPIError]] = {
    400: lambda: invalid_argument("Bad request"),
    401: invalid_key,
    403: lambda: api_error(403, _TIER, "tier_not_allowed", "1910"),
    404: lambda: FakeAPIError(404, b'{"message":"Model X was not found."}'),
    422: lambda: invalid_request([ValidationDetail("missing", ("body", "model"), "Field required", {})]),
    429: rate_limited,
    502: lambda: _page(502),
    503: lambda: api_error(503, "Service unavailable.", "internal_server_error", "3800"),
    504: lambda: _page(504),
}


def html_page(status: int) -> bytes:
    """Return an error page of the content delivery network in front of the API."""
    reason = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Web server is returning an unknown error"
    text = f"api.mistral.ai | {status}: {reason}"
    return f"<!DOCTYPE html>\n<html><head><title>{text}</title></head><body><h1>{text}</h1></body></html>\n".encode()
