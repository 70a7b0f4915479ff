"""A response before it becomes bytes, and the forms in which the API writes JSON and events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Literal

import msgspec

from mistral_async.testing._errors import JSON, JSON_UTF8, FakeAPIError
from mistral_async.testing._json import JSONMapping
from mistral_async.testing._session import Session

DONE = b"data: [DONE]\n\n"
EVENT_STREAM = "text/event-stream; charset=utf-8"


class Reply:
    """A response before it becomes bytes."""

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
        session: Session | None = None,
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
        self.completion_tokens = 0
        self.close = False
        self.session = session

    def with_costs(self, **costs: int) -> Reply:
        """Add costs by resource (`tokens`, `ocr_pages`, ...) and return the reply."""
        self.costs.update({name.replace("_", "-"): amount for name, amount in costs.items()})
        return self


def json_reply(value: Any, status: int = HTTPStatus.OK) -> Reply:
    """Return compact JSON, as the inference endpoints send it."""
    return Reply(status, body=msgspec.json.encode(value))


def spaced_json_reply(value: Any, status: int = HTTPStatus.OK) -> Reply:
    """Return JSON with spaces after colons and commas, as files and batch jobs send it."""
    return Reply(status, body=json.dumps(value, ensure_ascii=False).encode(), media=JSON_UTF8)


def websocket_reply(session: Session) -> Reply:
    """Return the 101 that opens a WebSocket."""
    reply = Reply(HTTPStatus.SWITCHING_PROTOCOLS, media=None, session=session)
    reply.framing = "none"
    return reply


def refusal_reply(error: FakeAPIError) -> Reply:
    """Return an error as a response."""
    reply = Reply(error.status, body=error.body, media=error.media, headers=error.headers)
    reply.framing = "length"
    return reply


def no_content() -> Reply:
    """Return a 204 without a body."""
    reply = Reply(HTTPStatus.NO_CONTENT, media=None)
    reply.framing = "none"
    return reply


def data_event(value: Any) -> bytes:
    """Encode an event of the chat family: a `data:` line alone."""
    return b"data: %b\n\n" % msgspec.json.encode(value)


def named_event(value: JSONMapping) -> bytes:
    """Encode an event of the other families: `event:` repeats the `type` of the data."""
    return b"event: %b\ndata: %b\n\n" % (str(value["type"]).encode(), msgspec.json.encode(value))
