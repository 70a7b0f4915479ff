"""One operation to perform, as its handler sees it: path parameters, query, body and files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from mistral_async.testing._errors import ValidationDetail, invalid_request, not_an_integer
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._multipart import FormPart
from mistral_async.testing._state import ServerState

_INTEGER = re.compile(r"-?[0-9]{1,100}")
_TRUE = {"true", "1", "yes", "on"}

_UNSET = '"~?~unset~?~sentinel~?~"'  # the official SDK 3.7 sends it for metadata that were not given


def read_integer(text: str) -> int | None:
    """Return the integer that a text is, in digits of ASCII; None if it is none."""
    return int(text) if _INTEGER.fullmatch(text) else None


class FakeCall:
    """An operation to perform, for a request or for a line of a batch job."""

    def __init__(
        self,
        state: ServerState,
        operation: str,
        *,
        params: tuple[str, ...] = (),
        body: Any = None,
        files: Mapping[str, FormPart] | None = None,
        query: Mapping[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.state = state
        self.operation = operation
        self.params = params
        self.body: JSONObject = body
        self.files = files or {}
        self._query = query or {}
        self.headers = headers or {}

    @property
    def stream(self) -> bool:
        """Return whether the body asks for a stream."""
        return self.body.get("stream") in (True, "true")

    def text(self, name: str) -> str | None:
        """Return a query parameter, or None; the last value wins."""
        values = self._query.get(name)
        return values[-1] if values else None

    def texts(self, name: str) -> list[str]:
        """Return all values of a query parameter."""
        return self._query.get(name, [])

    def other_than(self, *names: str) -> dict[str, str]:
        """Return the query parameters that have other names: an object's keys, where it is sent as parameters."""
        return {name: values[-1] for name, values in self._query.items() if name not in names}

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a query parameter as a boolean."""
        value = self.text(name)
        return default if value is None else value.lower() in _TRUE

    def number(self, name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
        """Return a query parameter as an integer; raises 422 if it is none, or out of bounds."""
        value = self.text(name)
        if value is None:
            return default
        number = read_integer(value)
        if number is None:
            raise not_an_integer("query", name, value=value)
        if number < least:
            message = f"Input should be greater than or equal to {least}"
            raise invalid_request(
                [ValidationDetail("greater_than_equal", ("query", name), message, value, {"ge": least})]
            )
        if most is not None and number > most:
            message = f"Input should be less than or equal to {most}"
            raise invalid_request([ValidationDetail("less_than_equal", ("query", name), message, value, {"le": most})])
        return number

    def resumed(self) -> int:
        """Return the number of the first event of a stream: the one after `last_event_id`, a parameter or header."""
        last = self.text("last_event_id") or self.headers.get("last-event-id") or "-1"
        number = read_integer(last)
        if number is None:
            raise not_an_integer("query", "last_event_id", value=last)
        return number + 1

    def required(self, name: str) -> str:
        """Return a query parameter; raises 422 if it is missing."""
        value = self.text(name)
        if value is None:
            raise invalid_request([ValidationDetail("missing", ("query", name), "Field required", None)])
        return value

    def metadata_filter(self) -> Callable[[JSONMapping | None], bool]:
        """Return the predicate of the `metadata` parameter: JSON, whose entries an object's metadata must have."""
        text = self.text("metadata")
        if text == _UNSET:
            text = None
        try:
            wanted = msgspec.json.decode(text or "{}", type=JSONObject)
        except msgspec.DecodeError as error:
            detail = ValidationDetail("json_invalid", ("query", "metadata"), str(error), text)
            raise invalid_request([detail]) from error
        return lambda metadata: all((metadata or {}).get(key) == value for key, value in wanted.items())
