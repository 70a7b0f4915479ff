"""The head of a response, with the headers that the real gateway adds."""

from __future__ import annotations

import time
from email.utils import formatdate
from http import HTTPStatus

from mistral_async.testing._reply import Reply

_REASONS = {status.value: status.phrase for status in HTTPStatus}


class HeadWriter:
    """A writer of response heads; the date is formatted once a second."""

    def __init__(self) -> None:
        self._second = 0
        self._date = ""

    def write(self, reply: Reply, *, request_id: str, milliseconds: int) -> bytes:
        """Return the status line and all headers; a header of the reply replaces the usual one."""
        lines = {
            "date": self._now(),
            "mistral-correlation-id": request_id,
            "x-kong-request-id": request_id,
            "x-content-type-options": "nosniff",
        }
        if reply.status < HTTPStatus.BAD_REQUEST:
            lines["x-envoy-upstream-service-time"] = str(milliseconds)
            lines["x-kong-upstream-latency"] = str(milliseconds + 1)
            lines["x-kong-proxy-latency"] = "1"
        else:
            lines["x-kong-response-latency"] = str(milliseconds + 1)
        if reply.media:
            lines["content-type"] = reply.media
        match reply.framing:
            case "chunked":
                lines["transfer-encoding"] = "chunked"
            case "length":
                lines["content-length"] = str(len(reply.body) if reply.length is None else reply.length)
            case "none":
                pass
        if reply.close:
            lines["connection"] = "close"
        lines.update(reply.headers)
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Unknown')}\r\n{text}\r\n".encode("latin-1")

    def _now(self) -> str:
        second = int(time.time())
        if second != self._second:
            self._second, self._date = second, formatdate(second, usegmt=True)
        return self._date
