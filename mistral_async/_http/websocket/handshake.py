"""The answer to a handshake, without I/O: a switch to WebSocket, or an answer of HTTP like any other."""

from __future__ import annotations

import contextlib
from typing import Final

from mistral_async._http.h1.head import (
    BARE_LF,
    HEAD_END,
    MAX_HEAD,
    Headers,
    check_incomplete_head,
    malformed,
    parse_head,
    refuse_head,
)
from mistral_async._http.h1.response_reader import ResponseReader
from mistral_async._http.protocol import Limits, Sent, WireError

# Rule 1: Informational heads (100, 103) are passed over, as in any exchange.
# Rule 2: What is no switch is read by the reader of all other answers: any version, framing and coding of its body.
# Rule 3: Of the body of a refusal is read what comes, 1 MiB at most. Its status says enough.

_MOST: Final = 1024 * 1024  # bytes of a body
_START: Final = b"HTTP/1."
_STATUS: Final = slice(9, 12)  # its place in a status line
_SWITCHING: Final = b"101"


class HandshakeReader:
    """Reads the answer. At its end it has `headers`, and a `status` with a body, or (0) the `rest` after a switch."""

    def __init__(self, limits: Limits) -> None:
        self.rest = b""
        self._switched: Headers | None = None
        self._buffer = bytearray()
        self._answer = ResponseReader(to_head=False, whole=False, limits=limits)

    @property
    def status(self) -> int:
        """Return the status of an answer that is no switch, once it has come."""
        return self._answer.status

    @property
    def complete(self) -> bool:
        """Return whether all of that has come, with its body."""
        return self._answer.complete

    @property
    def headers(self) -> Headers:
        """Return the header fields of the answer."""
        return list(self._answer.headers) if self._switched is None else self._switched

    def receive(self, data: bytes) -> bool:
        """Take bytes, b"" for their end; return whether the answer is whole. Raises a `WireError` for what is none."""
        answer = self._answer
        if answer.status and data:
            return answer.receive(data) or answer.received > _MOST
        self._buffer += data
        self._skip_empty_lines()
        while data and (end := HEAD_END.search(self._buffer)) is not None:
            status = self._buffer[_STATUS] if self._buffer.startswith(_START) else b""
            if status == _SWITCHING:
                self._switch(BARE_LF.sub(b"\r\n", bytes(self._buffer[: end.start() + 1])))
                self.rest = bytes(self._buffer[end.end() :])
                return True
            if not status.startswith(b"1"):
                return self._hand_over()
            del self._buffer[: end.end()]
            self._skip_empty_lines()
        if not data:
            self._hand_over()
            answer.eof(Sent.MAYBE)
            return True
        if len(self._buffer) > MAX_HEAD:
            malformed(f"the head of the answer is longer than {MAX_HEAD} bytes")
        check_incomplete_head(self._buffer)
        return False

    def _skip_empty_lines(self) -> None:
        """Skip empty lines before a head, as the reader of other answers does."""
        if self._buffer.startswith((b"\r", b"\n")):
            self._buffer = self._buffer.lstrip(b"\r\n")

    def _hand_over(self) -> bool:
        """Give what has come to the reader of other answers (rule 2)."""
        data = bytes(self._buffer)
        self._buffer.clear()
        return bool(data) and self._answer.receive(data)

    def _switch(self, head: bytes) -> None:
        """Read the head of a switch, which other exchanges refuse."""
        headers: Headers = []
        if parse_head(head[:9] + b"200" + head[12:], headers, {}) is None:
            refuse_head(head)
        self._switched = headers

    def body(self) -> bytes:
        """Return what has come of the body of a refusal (rule 3)."""
        pieces: list[bytes] = []
        with contextlib.suppress(WireError):
            while (piece := self._answer.take()) is not None and sum(map(len, pieces)) < _MOST:
                pieces.append(piece)
        return b"".join(pieces)[:_MOST]
