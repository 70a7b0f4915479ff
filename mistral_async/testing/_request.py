"""A request as the server received it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

from mistral_async.testing._clouds import CloudRoute
from mistral_async.testing._multipart import MultipartReader
from mistral_async.testing._route import Route
from mistral_async.testing._websocket_log import WebSocketLog


class Request:
    """A request that the server received, as kept in `server.requests`."""

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
        self.cloud: CloudRoute | None = None
        self.operation: str | None = None
        self.status: int | None = None
        self.request_id = ""
        self.websocket: WebSocketLog | None = None
        """What passed over the WebSocket that this request opened."""

    def __repr__(self) -> str:
        """Show the request line and the status: no header, no body."""
        return f"<Request {self.method} {self.path} {self.operation or '-'} -> {self.status}>"

    @property
    def query(self) -> dict[str, list[str]]:
        """Return the query parameters; a repeated name has several values."""
        return parse_qs(self.query_string, keep_blank_values=True)

    @property
    def template(self) -> str | None:
        """Return the route's template, such as `/v1/files/{}`."""
        return self.route.template if self.route else None

    def json(self) -> Any:
        """Decode the body as JSON."""
        return json.loads(self.body)
