"""Errors: every class that this package raises, and the one place that makes them from answers of the API.

MistralError                         the root: catch this one
├── ConfigurationError               the client can not send: no key, an unknown server (also a ValueError)
│   ├── UnsupportedOperationError    the cloud or gateway of the client has no such operation: nothing was sent
│   └── MissingExtraError            a package of an extra is not installed (also an ImportError)
├── BudgetError                      a budget does not let the call through: nothing was sent
│   ├── BudgetExceededError          it would use more than is left: `limit`, `used`, `reserved`, `begins_again`
│   └── BudgetStoreError             the store of a shared budget does not answer, so nobody knows what is left
├── APIStatusError                   the API answered with an error status
│   ├── RedirectError                3xx: redirects are not followed, and nothing was sent to `location`
│   ├── BadRequestError              400
│   │   ├── InvalidModelError        400, code 1500: no model of that name
│   │   └── TooManyInputsError       400, code 3210: split the inputs into more requests
│   ├── AuthenticationError          401: the key is missing, wrong or out of quota
│   ├── PaymentRequiredError         402
│   ├── PermissionDeniedError        403: `code` 1910 is a tier that does not have the model
│   ├── NotFoundError                404
│   ├── RequestTimeoutError          408
│   ├── ConflictError                409
│   ├── RequestTooLargeError         413
│   ├── UnprocessableEntityError     422: `detail` says which field (HTTPValidationError is the same class)
│   ├── RateLimitError               429
│   │   └── QuotaUnavailableError    429 with a limit of 0: waiting never helps
│   ├── ServerError                  5xx
│   │   └── CapacityError            503 (or 429) because the model is busy, whoever asks: codes 3505, 3810
│   └── ConnectorsGatewayError       any status, by the gateway in front of a connector's service: `proxy_error`
├── APIConnectionError               no complete answer: `may_have_executed` says whether it could have run
│   ├── APIConnectError              no connection: nothing was sent
│   └── APITimeoutError              a time limit ended it (also a TimeoutError); `phase` says which
├── ResponseValidationError          an answer that is not what the API promises: `body` keeps it, `path` says where
├── OutputError                      the model did not say what was asked for: `text` is what it said
│   ├── TruncatedOutputError         it was cut at its token limit: `partial` holds what could be read
│   ├── RefusedOutputError           it said no, nothing, or prose
│   └── InvalidOutputError           it is not JSON, or not of the type: `path` says where
├── ToolRunError                     a run of tools did not come to its end: `partial` holds the run so far
│   ├── StepLimitError               the model still asked for tools after `max_steps` answers
│   └── ToolServerError              an MCP server can not be reached, or broke
├── WorkflowExecutionError           an execution of a workflow that ended without a result: `execution` has its state
├── PayloadError                     the payload of a workflow can not be encoded or decoded: it was not sent in plain
│   ├── PayloadEncryptionError       it can not be encrypted or decrypted
│   ├── PayloadCompressionError      it can not be decompressed
│   └── PayloadOffloadingError       the store where it is kept failed, or has another one
└── StreamError                      a stream that did not end well: `partial` holds what arrived
    ├── IncompleteStreamError        it ended without its terminal mark
    ├── StreamInterruptedError       the connection broke in the middle (also an APIConnectionError)
    │   └── ConnectionClosedError    a realtime connection ended too early: `close_code` and `reason` say why
    └── StreamEventError             the API reported an error inside the stream
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from mistral_async._codec.attempt import Attempt
from mistral_async._codec.error_body import ErrorInfo, find_error, parse_error
from mistral_async._codec.headers import Headers
from mistral_async._codec.rate_limit_headers import RateLimitStatus

if TYPE_CHECKING:
    from mistral_async._codec.proxy_status import ProxyStatus

BODY_KEPT = 64 * 1024  # bytes of an error body that are kept
_LONGEST_MESSAGE = 2000
_GATEWAY = "connectors-gateway"
_SERVER_ERRORS = 500  # the first status of these


class MistralError(Exception):
    """The root of every error of this package."""

    message: str
    attempts: Sequence[Attempt] = ()
    """Every attempt of the call that failed, the last one included."""
    request_id: str | None = None
    """The API's `mistral-correlation-id`: give it to support."""
    may_have_executed: bool = False
    """True if the API may have done (and billed) what was asked."""
    partial: Any = None
    """The part of a stream that had arrived: its text, tool calls and usage so far."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Pickle and copy like any exception; of others tblib, which Dask loads, makes copies that share attributes."""
        return super().__reduce__()

    def __init_subclass__(cls, **options: Any) -> None:
        """Let a class that stands for an error of another process, as Ray's do, forward all attributes of errors.

        Its `__getattr__` would never be asked for those that have a default.
        """
        super().__init_subclass__(**options)
        if "__getattr__" not in vars(cls):
            return
        for kind in cls.__mro__[1:]:
            for name, value in vars(kind).items() if issubclass(kind, MistralError) else ():
                if not name.startswith("_") and name not in vars(cls) and not callable(value):
                    setattr(cls, name, _Forwarded(name))


class _Forwarded:
    """An attribute that `__getattr__` finds, unless the object has one of its own."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, error: Any, kind: type) -> Any:
        return error.__getattr__(self._name)


class ConfigurationError(MistralError, ValueError):
    """The client can not send this: the message says what to set."""


class UnsupportedOperationError(ConfigurationError):
    """The cloud or gateway of the client has no such operation: nothing was sent."""

    operation: str = ""
    """Its method and route, such as `POST /v1/embeddings`."""
    gateway: str = ""
    """The name of what does not have it, such as `Azure AI`."""


class MissingExtraError(ConfigurationError, ImportError):
    """A package is not installed: the message says what to install."""


class BudgetError(MistralError):
    """A budget does not let the call through: nothing was sent."""


class BudgetExceededError(BudgetError):
    """The call may use more than its budget has left: nothing was sent. It is not repeated by itself."""

    budget: str = ""
    """The name of the budget."""
    resource: str = "tokens"
    """The limit that is in the way: `tokens`, `requests` or `cost`; numbers below are in its unit."""
    limit: float = 0
    used: float = 0
    """Used by calls so far."""
    reserved: float = 0
    """Reserved by calls that are under way."""
    needed: float = 0
    """The most that this call may use."""
    begins_again: datetime | None = None
    """When a budget per day begins again (UTC); None for others."""


class BudgetStoreError(BudgetError):
    """The store of a shared budget does not answer, so nobody knows what is left: nothing was sent."""


class APIStatusError(MistralError):
    """The API answered with an error status."""

    status: int = 0
    operation: str = ""
    """The method and path of the request, such as `POST /v1/chat/completions`."""
    code: str | None = None
    """The API's own code: a string of digits such as "1500", whatever type it has on the wire, or a word such as
    "JUDGE_NOT_FOUND" (of `beta.observability`)."""
    type: str | None = None
    """The API's word for the error, such as "invalid_model"."""
    param: str | None = None
    detail: Any = None
    """The validation details of a 422: a list of `{"loc", "msg", "type"}`."""
    retry_after: float | None = None
    """Seconds to wait, when the API said so."""
    body: bytes = b""
    """The raw body, its first 64 KiB."""
    headers: Headers
    rate_limits: RateLimitStatus | None = None
    """The rate limits that the answer named."""

    @property
    def status_code(self) -> int:
        """`status`, by the name that httpx and the official SDK have for it."""
        return self.status


class RedirectError(APIStatusError):
    """3xx: redirects are not followed, so that the key goes nowhere else. Is `server_url` right?"""

    @property
    def location(self) -> str | None:
        """The address that the answer names; None where it names none."""
        return self.headers.get("location")


class BadRequestError(APIStatusError):
    """400: the request is wrong as it is."""


class InvalidModelError(BadRequestError):
    """400, code 1500: there is no model of that name."""


class TooManyInputsError(BadRequestError):
    """400, code 3210: more inputs or tokens than one request may have."""


class AuthenticationError(APIStatusError):
    """401: the key is missing or wrong."""


class PaymentRequiredError(APIStatusError):
    """402: the account has to be paid first."""


class PermissionDeniedError(APIStatusError):
    """403: the key may not do this."""


class NotFoundError(APIStatusError):
    """404: there is no such thing."""


class RequestTimeoutError(APIStatusError):
    """408: the API gave up waiting for the request."""


class ConflictError(APIStatusError):
    """409: the thing is not in a state for this."""


class RequestTooLargeError(APIStatusError):
    """413: the body is too large."""


class UnprocessableEntityError(APIStatusError):
    """422: a field is wrong; `detail` names it."""


HTTPValidationError = UnprocessableEntityError
SDKError = APIStatusError


class RateLimitError(APIStatusError):
    """429: too many requests or tokens."""


class QuotaUnavailableError(RateLimitError):
    """429 with a limit of 0: the plan has no quota for this model, so waiting never helps."""


class ServerError(APIStatusError):
    """5xx: the API failed."""


class CapacityError(ServerError):
    """The model is busy for everyone (codes 3505 and 3810): this is not your rate limit."""


class ConnectorsGatewayError(APIStatusError):
    """The gateway in front of a connector's service failed; the errors of the service itself are the others."""

    proxy_status: str = ""
    """The gateway's own words (RFC 9209)."""
    proxy_error: str = ""
    """The kind of failure, such as `destination_unavailable` or `http_request_denied`."""
    proxy_status_code: int | None = None
    """The status that the service gave, if it gave one."""
    details: str | None = None


class APIConnectionError(MistralError):
    """The request got no complete answer."""

    phase: str = "read"
    """The phase in which it failed, such as "connect", "write", "read" or "protocol", or the limit that ended it."""


class APIConnectError(APIConnectionError):
    """There was no connection: nothing was sent."""


class APITimeoutError(APIConnectionError, TimeoutError):
    """A time limit ended the call."""


class ResponseValidationError(MistralError):
    """An answer that is not what the API promises."""

    status: int = 0
    body: bytes = b""
    """The raw body."""
    path: str = "$"
    """The path in the body of the value that makes no sense, as in `$.choices[0].message`."""
    headers: Headers


class OutputError(MistralError):
    """The model did not say what was asked for. The message does not show what it said."""

    text: str = ""
    """The text of its answer."""
    path: str = "$"
    """The path in it of the value that makes no sense."""
    response: Any = None
    """The answer in which it said so."""


class TruncatedOutputError(OutputError):
    """The answer was cut at its token limit: `partial` holds what could be read, with nothing added to it."""


class RefusedOutputError(OutputError):
    """The model said no, nothing, or prose in place of JSON."""


class InvalidOutputError(OutputError):
    """The answer of the model is not JSON, or not of the type that was asked for."""


class ToolRunError(MistralError):
    """A run of tools did not come to its end: `partial` holds the run so far."""


class StepLimitError(ToolRunError):
    """The model still asked for tools after `max_steps` answers."""


class ToolServerError(ToolRunError):
    """An MCP server can not be reached, or broke."""


class WorkflowExecutionError(MistralError, RuntimeError):
    """An execution of a workflow that ended otherwise than `COMPLETED`."""

    execution: Any = None
    """The `WorkflowExecutionResponse`: its `status` says how it ended."""


class PayloadError(MistralError):
    """The payload of a workflow can not be encoded or decoded. Neither it nor a key is shown."""


class PayloadEncryptionError(PayloadError):
    """The payload can not be encrypted or decrypted."""


class PayloadCompressionError(PayloadError):
    """The payload can not be decompressed."""


class PayloadOffloadingError(PayloadError):
    """The store where the payload is kept failed, or has another one in its place."""


class StreamError(MistralError):
    """A stream that did not end well."""

    body: bytes = b""
    """What came in place of an event, such as a page of a gateway; empty where nothing did."""


class IncompleteStreamError(StreamError):
    """The stream ended without its terminal mark: the answer is cut."""


class StreamInterruptedError(StreamError, APIConnectionError):
    """The connection broke in the middle of the stream."""


class ConnectionClosedError(StreamInterruptedError):
    """A realtime connection ended before what was asked for was done."""

    close_code: int = 1006
    """The code of the close frame, such as 1011 (RFC 6455 §7.4); 1006 where the connection ended without one."""
    reason: str = ""
    """The words of the close frame."""
    by_server: bool = True
    """False where this side ended it: nothing answered a ping, or a message was too large or malformed."""

    @property
    def code(self) -> int:
        """`close_code`, by the name that other clients have for it."""
        return self.close_code


class StreamEventError(StreamError, APIStatusError):
    """The API reported an error inside the stream. `status` is the one that the error names, else 200."""

    @property
    def reason(self) -> str | None:
        """The `code`, which streams of workflows call so: `read_error`, `stream_error` or `internal_error`."""
        return self.code


E = TypeVar("E", bound=APIStatusError)

_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    402: PaymentRequiredError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: RequestTimeoutError,
    409: ConflictError,
    413: RequestTooLargeError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}
_BY_CLASS: dict[int, type[APIStatusError]] = {3: RedirectError, 5: ServerError}
_BY_CODE: dict[tuple[int, str], type[APIStatusError]] = {
    (400, "1500"): InvalidModelError,
    (400, "3210"): TooManyInputsError,
    (429, "3505"): CapacityError,
    (503, "3505"): CapacityError,
    (429, "3810"): CapacityError,
    (503, "3810"): CapacityError,
}


def from_response(status: int, headers: Headers, body: bytes, *, route: str) -> APIStatusError:
    """Return the error that an answer with an error status is; `route` is named in its message."""
    error = _of_answer(status, headers, body, f"{status} from {route}")
    error.operation = route
    return error


def _of_answer(status: int, headers: Headers, body: bytes, what: str) -> APIStatusError:
    info = parse_error(body)
    if (found := gateway_failure(headers)) is None:
        return _from_info(info, status, headers, body, what)
    details = found.parameters.get("details")
    error = ConnectorsGatewayError(f"{what}: {details or found.parameters['error']} (the connectors gateway says so)")
    error.proxy_status, error.proxy_status_code = found.text, found.status_code
    error.proxy_error, error.details = found.parameters["error"], details
    error.retry_after, error.headers, error.rate_limits = headers.retry_after, headers, headers.rate_limits
    error.may_have_executed = status >= _SERVER_ERRORS
    return fill(error, status, info, body, headers.request_id)


def gateway_failure(headers: Headers) -> ProxyStatus | None:
    """Return what the gateway of connectors says of an answer that it made itself; None for any other answer."""
    if (value := headers.get("proxy-status")) is None:
        return None
    from mistral_async._codec.proxy_status import parse_proxy_status

    members = parse_proxy_status(value)
    return next((each for each in members if each.proxy == _GATEWAY and "error" in each.parameters), None)


def from_answer(
    headers: Headers, body: bytes, own: Collection[str] | None, *, route: str, status: int = 200
) -> APIStatusError | None:
    """Return the error that an answer under a status of success is, None if it is none.

    It is of the class and has the status that it names, if it names one. `own` are the fields of an answer of its type.
    """
    info = find_error(body, own)
    if info is None:
        return None
    what = f"{info.status} (under status {status})" if info.status else f"error under status {status}"
    error = _from_info(info, info.status or status, headers, body, f"{what} from {route}")
    error.operation = route
    error.may_have_executed = error.may_have_executed or not info.status
    return error


def _from_info(info: ErrorInfo, status: int, headers: Headers, body: bytes, what: str) -> APIStatusError:
    limits = headers.rate_limits
    kind = _BY_CODE.get((status, info.code or "")) or _BY_STATUS.get(status)
    if kind is None:
        kind = _BY_CLASS.get(status // 100, APIStatusError)
    if kind is RateLimitError and any(limit.limit == 0 for limit in limits.limits):
        kind = QuotaUnavailableError
    error = kind(f"{what}: {_message(info, body)}{_ADVICE.get(kind, '')}")
    error.retry_after = headers.retry_after
    error.headers, error.rate_limits = headers, limits
    error.may_have_executed = issubclass(kind, ServerError) and kind is not CapacityError  # that one was refused
    return fill(error, status, info, body, headers.request_id)


def from_event(data: bytes, *, route: str, request_id: str | None) -> StreamEventError:
    """Return the error that an event of a stream is; `route` is named in its message."""
    info = parse_error(data)
    if not info.message and not data.lstrip().startswith((b"{", b"[", b"<")):  # it is text, no JSON and no page
        info.message = data.decode(errors="replace").strip()
    error = StreamEventError(f"error inside the stream of {route}: {_message(info, data)}")
    error.may_have_executed = True
    return fill(error, info.status or 200, info, data, request_id)


def fill(error: E, status: int, info: ErrorInfo, body: bytes, request_id: str | None) -> E:
    """Return the error with the information of its body."""
    error.status = status
    error.type, error.code, error.param, error.detail = info.type, info.code, info.param, info.detail
    error.body = body[:BODY_KEPT]
    error.request_id = request_id or info.request_id
    return error


def _message(info: ErrorInfo, body: bytes) -> str:
    if info.message:
        return info.message if len(info.message) <= _LONGEST_MESSAGE else f"{info.message[:_LONGEST_MESSAGE]}…"
    if kind := info.code or info.type:
        return f"{kind} (without a message)"
    return f"{len(body)} bytes without a message, kept in .body" if body.strip() else "no body"


_ADVICE: dict[type[APIStatusError], str] = {
    InvalidModelError: " (client.models.list() names those that there are)",
    PaymentRequiredError: " (look at the billing of the account)",
    PermissionDeniedError: " (the key's workspace or plan may not do this)",
    NotFoundError: " (it may belong to another workspace or server: check its id, the key and server_url)",
    RequestTimeoutError: " (the server gave up: try again, or ask for less at once)",
    ConflictError: " (it is not in the state for this: read it again first)",
    RequestTooLargeError: " (send less at once)",
    UnprocessableEntityError: " (put right what it names; .detail has it for each field)",
    RateLimitError: " (slow down: .retry_after says how long to wait, client.bulk keeps to the limit by itself)",
    ServerError: " (a failure on the server's side: try again later)",
    RedirectError: " (redirects are not followed, so that the key goes to no other host: check server_url)",
    AuthenticationError: " (check the key that the client was given, or MISTRAL_API_KEY)",
    QuotaUnavailableError: " (the plan has no quota for this model: waiting does not help)",
    CapacityError: " (the model is busy for everyone; this is not your rate limit)",
    TooManyInputsError: " (client.bulk.embed splits inputs by itself)",
}
