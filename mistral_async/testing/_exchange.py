"""What passes through the server: the request as received, the call that a handler sees, and the reply it gives."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qs

import msgspec

from mistral_async.testing._multipart import MultipartReader, Part
from mistral_async.testing._refusals import JSON, JSON_UTF8, ValidationDetail, invalid_request

if TYPE_CHECKING:
    from mistral_async.testing._routes import Route
    from mistral_async.testing._state import State

EVENT_STREAM = "text/event-stream; charset=utf-8"
_TRUE = {"true", "1", "yes", "on"}


class Request:
    """A request as it arrived, kept in `server.requests`."""

    def __init__(
        self, *, method: str, target: str, headers: Sequence[tuple[str, str]], time: float, connection: int
    ) -> None:
        self.method = method
        self.target = target
        self.path: str
        self.query_string: str
        self.path, _, self.query_string = target.partition("?")
        self.raw_headers = headers
        self.headers: dict[str, str] = {}
        for name, value in headers:
            self.headers[name] = f"{self.headers[name]}, {value}" if name in self.headers else value
        self.time = time
        self.connection = connection
        self.body = b""
        self.size = 0
        self.form: MultipartReader | None = None
        self.route: Route | None = None
        self.params: tuple[str, ...] = ()
        self.operation: str | None = None
        self.status: int | None = None
        self.request_id = ""

    def __repr__(self) -> str:
        """The request line and what was answered: no header, no body."""
        return f"<Request {self.method} {self.path} {self.operation or '-'} -> {self.status}>"

    @property
    def query(self) -> dict[str, list[str]]:
        """Query parameters; a repeated name has several values."""
        return parse_qs(self.query_string, keep_blank_values=True)

    @property
    def template(self) -> str | None:
        """The route's template, such as `/v1/files/{}`."""
        return self.route.template if self.route else None

    def json(self) -> Any:
        """The body decoded."""
        return json.loads(self.body)


class Reply:
    """An answer before it becomes bytes."""

    def __init__(
        self,
        status: int = HTTPStatus.OK,
        *,
        body: bytes = b"",
        media: str | None = JSON,
        headers: Mapping[str, str] | None = None,
        events: Iterable[bytes] | None = None,
        parts: Iterator[bytes] | None = None,
        length: int | None = None,
    ) -> None:
        self.status = status
        self.body = body
        self.media = media
        self.headers: dict[str, str] = dict(headers or {})
        self.events = events
        self.parts = parts
        self.length = length
        self.framing: Literal["chunked", "length", "none"] = "length" if length is not None else "chunked"
        self.costs: dict[str, int] = {}
        self.close = False

    def costing(self, **costs: int) -> Reply:
        """What the exchange used up, by resource (`tokens`, `ocr_pages`, ...)."""
        self.costs.update({name.replace("_", "-"): amount for name, amount in costs.items()})
        return self


def answer(value: Any, status: int = HTTPStatus.OK) -> Reply:
    """JSON as the inference endpoints write it: compact."""
    return Reply(status, body=msgspec.json.encode(value))


def spaced(value: Any, status: int = HTTPStatus.OK) -> Reply:
    """JSON as files and batch jobs write it: with a space after each colon and comma."""
    return Reply(status, body=json.dumps(value, ensure_ascii=False).encode(), media=JSON_UTF8)


def nothing() -> Reply:
    """204: no body and no content type."""
    reply = Reply(HTTPStatus.NO_CONTENT, media=None)
    reply.framing = "none"
    return reply


def data_event(value: Any) -> bytes:
    """An event of the chat family: a `data:` line alone."""
    return b"data: %b\n\n" % msgspec.json.encode(value)


def named_event(value: Mapping[str, Any]) -> bytes:
    """An event of the other families: `event:` repeats the `type` of the data."""
    return b"event: %b\ndata: %b\n\n" % (str(value["type"]).encode(), msgspec.json.encode(value))


DONE = b"data: [DONE]\n\n"


class Call:
    """One operation to perform, whoever asks for it: a request or a line of a batch."""

    def __init__(
        self,
        state: State,
        operation: str,
        *,
        params: tuple[str, ...] = (),
        body: Any = None,
        files: Mapping[str, Part] | None = None,
        query: Mapping[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.state = state
        self.operation = operation
        self.params = params
        self.body: dict[str, Any] = body
        self.files = files or {}
        self._query = query or {}
        self.headers = headers or {}

    @property
    def stream(self) -> bool:
        """Whether events were asked for."""
        return self.body.get("stream") in (True, "true")

    def text(self, name: str) -> str | None:
        """A query parameter."""
        values = self._query.get(name)
        return values[-1] if values else None

    def texts(self, name: str) -> list[str]:
        """A query parameter that may be repeated."""
        return self._query.get(name, [])

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A query parameter that is true or false."""
        value = self.text(name)
        return default if value is None else value.lower() in _TRUE

    def number(self, name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
        """A query parameter that is a whole number; 422 if it is not, or out of bounds."""
        value = self.text(name)
        if value is None:
            return default
        if not value.lstrip("-").isdigit():
            message = "Input should be a valid integer, unable to parse string as an integer"
            raise invalid_request([ValidationDetail("int_parsing", ("query", name), message, value)])
        number = int(value)
        if number < least:
            message = f"Input should be greater than or equal to {least}"
            raise invalid_request(
                [ValidationDetail("greater_than_equal", ("query", name), message, value, {"ge": least})]
            )
        if most is not None and number > most:
            message = f"Input should be less than or equal to {most}"
            raise invalid_request([ValidationDetail("less_than_equal", ("query", name), message, value, {"le": most})])
        return number

    def required(self, name: str) -> str:
        """A query parameter that must be there."""
        value = self.text(name)
        if value is None:
            raise invalid_request([ValidationDetail("missing", ("query", name), "Field required", None)])
        return value

    def metadata(self) -> dict[str, Any]:
        """The `metadata` filter of lists: one JSON-encoded parameter."""
        value = self.text("metadata")
        if value is None:
            return {}
        try:
            return msgspec.json.decode(value, type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise invalid_request(
                [ValidationDetail("json_invalid", ("query", "metadata"), str(error), value)]
            ) from error
