"""The official SDK's errors. An error of a call is one of these and one of `mistral_async.errors` at the same time.

MistralError                    a response with an error status, or one that cannot be decoded
├── SDKError                    any status but 422
├── HTTPValidationError         422: `data.detail`
├── ObservabilityError          an error of the observability endpoints: `data.detail.error_code`
├── ResponseValidationError     a response that cannot be decoded: `cause`
└── StreamDisconnectedError     the error that the API ends a stream of workflows with: `reason`, `error`
"""

from __future__ import annotations

import functools
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, cast

import httpx
import msgspec

from mistral_async import errors
from mistral_async._binding.arguments import place_of
from mistral_async._codec.error_body import parse_error
from mistral_async._codec.json_types import is_object
from mistral_async._http.httpx_wire.failures import MODULES
from mistral_async.compat._invalid import Fault, invalid, is_loaded
from mistral_async.compat._official import names
from mistral_async.models._model import Model

ConnectorsGatewayError = errors.ConnectorsGatewayError
STREAM_DISCONNECT_REASONS = ("read_error", "stream_error", "internal_error")
_TRANSPORT_HEADERS = {"content-encoding", "content-length", "transfer-encoding"}  # the body is decoded


class _Body(Model):
    """A part of the body of an error, with the methods of models."""

    @classmethod
    def always_sent(cls) -> frozenset[str]:
        """Return the names of the fields that it always has."""
        return frozenset(cls.__struct_fields__) - {"ctx", "input"}


class ValidationError(_Body):
    """An invalid field of a request."""

    loc: list[str | int] = msgspec.field(default_factory=list[str | int])
    msg: str = ""
    type: str = ""
    input: Any = None
    ctx: dict[str, Any] | None = None


class HTTPValidationErrorData(_Body):
    """The body of a 422."""

    detail: list[ValidationError] | None = None


class ObservabilityErrorDetail(_Body):
    """The message of an error, and a word for it such as `JUDGE_NOT_FOUND`."""

    message: str = ""
    error_code: str | None = None


class ObservabilityErrorData(_Body):
    """The body of an error of the observability endpoints."""

    detail: ObservabilityErrorDetail


class MistralError(errors.MistralError):
    """The base of all errors that have a response."""

    @property
    def status_code(self) -> int:
        """Return the status of the response."""
        return int(vars(self).get("status", 0))

    @property
    def body(self) -> str:
        """Return the body as text."""
        return cast("bytes", vars(self).get("body", b"")).decode(errors="replace")

    @property
    def headers(self) -> httpx.Headers:
        """Return the headers."""
        return httpx.Headers(list(vars(self).get("headers", {}).items()))

    @property
    def raw_response(self) -> httpx.Response:
        """Return the response as an `httpx.Response`, whose request has the method and the path."""
        kept = {name: value for name, value in self.headers.items() if name not in _TRANSPORT_HEADERS}
        method, _, path = vars(self).get("operation", "").partition(" ")
        request = httpx.Request(method, path) if method else None
        return httpx.Response(self.status_code, headers=kept, content=vars(self).get("body", b""), request=request)


class SDKError(MistralError):
    """A response with an error status other than 422."""


class HTTPValidationError(MistralError):
    """A response with status 422: a field is invalid."""

    @property
    def data(self) -> HTTPValidationErrorData:
        """Return the decoded body."""
        detail: Any = vars(self).get("detail")
        listed = cast("list[Any]", detail) if isinstance(detail, list) else []
        found = [
            ValidationError(**{name: each[name] for name in ValidationError.__struct_fields__ if name in each})
            for each in listed
            if is_object(each)
        ]
        return HTTPValidationErrorData(found)


class ObservabilityError(MistralError):
    """An error of the observability endpoints."""

    @property
    def data(self) -> ObservabilityErrorData:
        """Return the decoded body."""
        detail: Any = vars(self).get("detail") or {}
        return ObservabilityErrorData(
            ObservabilityErrorDetail(str(detail.get("message") or ""), detail.get("error_code"))
        )


class ResponseValidationError(MistralError):
    """A response that does not have the form that the API documents."""

    @property
    def cause(self) -> BaseException | None:
        """Return the error of the decoder."""
        return self.__cause__


class StreamDisconnectedError(MistralError):
    """A stream of workflows that the API ended with an error."""

    def __init__(self, *given: str, reason: str = "", error: str = "") -> None:
        super().__init__(*given or ("Workflow stream disconnected by server",))
        self.code = reason
        self.error: str = error
        """What the API says."""

    @property
    def reason(self) -> str:
        """Return `read_error`, `stream_error` or `internal_error`."""
        code = vars(self)["code"]
        return code if code in STREAM_DISCONNECT_REASONS else "stream_error"


MistralAzureError = MistralGCPError = MistralGcpError = MistralError
"""The base of the errors of the clients for clouds."""


class NoResponseError(Exception):
    """An error that is never raised: a call without a response raises an `httpx.RequestError`."""


_REQUEST_ERRORS: Final[dict[tuple[str, bool], str]] = {
    ("connect", False): "ConnectError",
    ("connect", True): "ConnectTimeout",
    ("write", False): "WriteError",
    ("write", True): "WriteTimeout",
    ("read", False): "ReadError",
    ("protocol", False): "RemoteProtocolError",
}
"""The names of httpx for failures, by the phase and whether it took too long."""


def _response_error(error: errors.MistralError, *, disconnects: bool) -> type[MistralError] | None:
    """Return the class that an error is of in a program of the official SDK, where it has a response."""
    detail: Any = getattr(error, "detail", None)
    match error:
        case errors.StreamEventError() if disconnects:
            return StreamDisconnectedError
        case errors.APIStatusError() | errors.ResponseValidationError() if is_object(detail) and "error_code" in detail:
            return ObservabilityError
        case errors.UnprocessableEntityError():
            return HTTPValidationError
        case errors.APIStatusError():
            return SDKError
        case errors.ResponseValidationError():
            return ResponseValidationError
        case _:
            return None


def _request_errors(error: errors.APIConnectionError) -> tuple[type[BaseException], ...]:
    """Return the classes that an error is of where there is no response: of httpx, and of httpx2 if that is imported.

    They are those of the exception that a client of the user's raised, else they go by the phase.
    """
    loaded = map(sys.modules.get, MODULES)
    modules = [each for each in loaded if hasattr(each, "RequestError")]  # another thread may be loading one
    raised = [cls.__name__ for cls in type(error.__cause__).__mro__ if cls.__module__ in MODULES]
    if "RequestError" not in raised:
        late = isinstance(error, errors.APITimeoutError)
        raised = [_REQUEST_ERRORS.get((error.phase, late)) or ("ReadTimeout" if late else "RequestError")]
    name = next((each for each in raised if all(hasattr(module, each) for module in modules)), "RequestError")
    return tuple(getattr(each, name) for each in modules)


@functools.cache
def _joined(plain: type[errors.MistralError], official: tuple[type[BaseException], ...]) -> type[errors.MistralError]:
    """Return the class derived from the official classes and from `plain`."""
    body: dict[str, Any] = {"__module__": __name__, "__doc__": official[0].__doc__, "__reduce__": _reduced}
    bases: tuple[Any, ...] = (*official, plain)
    return cast("type[errors.MistralError]", type(plain.__name__, bases, body))


def add_official_class(error: BaseException, *, disconnects: bool = False, own_422: bool = True) -> None:
    """Make an error of this package an instance of the official class too, in place.

    It is of httpx for a connection that failed, and of httpx2 where the program has imported that; of zstandard, where
    that is imported, for what can not be decompressed. An error in a stream is a `StreamDisconnectedError` if the
    stream `disconnects`, as those of workflows do. A 422 is an `SDKError`, too, where the method has no `own_422`.
    """
    official: tuple[type[BaseException] | None, ...]
    match error:
        case MistralError() | httpx.RequestError():
            return
        case errors.APIConnectionError():
            vars(error)["_request"] = None  # as httpx has it where there is none
            official = _request_errors(error)
        case errors.PayloadCompressionError():
            official = (getattr(sys.modules.get("zstandard"), "ZstdError", None),)
        case errors.MistralError():
            official = (_response_error(error, disconnects=disconnects),)
        case _:
            return
    if official[0] is HTTPValidationError and not own_422:
        official = (HTTPValidationError, SDKError)
    if official[0] is StreamDisconnectedError:
        body = vars(error)["body"]
        vars(error)["error"] = parse_error(body).message or body.decode(errors="replace")
    if official[0] is not None:
        error.__class__ = cast("Any", _joined(cast("Any", type(error)), official))


def _reduced(error: errors.MistralError) -> tuple[Any, ...]:
    """Pickle an error as its class of `mistral_async.errors`; unpickling adds the official ones again."""
    plain = type(error).__bases__[-1]
    own_422 = not isinstance(error, SDKError)
    return _restored, (plain, error.args, vars(error), isinstance(error, StreamDisconnectedError), own_422)


def _restored(
    plain: type[errors.MistralError],
    args: tuple[Any, ...],
    state: dict[str, Any],
    disconnects: bool = False,  # noqa: FBT001, FBT002 - pickles have it by its place, older ones not at all
    own_422: bool = True,  # noqa: FBT001, FBT002 - the same
) -> errors.MistralError:
    error = plain(*args)
    vars(error).update(state)
    add_official_class(error, disconnects=disconnects, own_422=own_422)
    return error


class HookFailure(Exception):  # noqa: N818 - the error is what it holds
    """An exception of a hook, on its way to the caller, who gets that (`compat._hooked`)."""

    def __init__(self, raised: Exception) -> None:
        super().__init__(str(raised))
        self.raised = raised


class OfficialErrors:
    """A `with` block whose errors get an official class too; what a hook raised is raised as it is.

    An argument of a wrong type is a `pydantic.ValidationError` where pydantic is loaded.
    """

    def __init__(self, *, disconnects: bool = False, own_422: bool = True) -> None:
        self._disconnects = disconnects
        self._own_422 = own_422

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, HookFailure):
            raise error.raised from error.raised.__cause__
        if error is not None and (place := place_of(error)) and is_loaded():
            raise invalid(str(error).partition("(")[0], [Fault(place, str(error), None)]) from error
        if error is not None:
            add_official_class(error, disconnects=self._disconnects, own_422=self._own_422)


__path__: list[str] = []  # its modules are found by `_official`

if not TYPE_CHECKING:
    __getattr__ = names(__name__)
