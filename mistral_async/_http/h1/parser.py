"""Parse HTTP/1.1 answers without I/O (RFC 9112), one `ResponseParser` for each reader.

However the bytes are cut, the outcome is the same, in linear time. Lines end in CR LF: a bare LF is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NoReturn

from mistral_async._codec.headers import TCHAR
from mistral_async._http.protocol import Phase, Sent, WireError

MAX_HEAD: Final = 64 * 1024  # bytes of head, informational heads and trailers included
_MAX_SIZE_LINE: Final = 4 * 1024  # a chunk's size and extensions

_TOKEN = TCHAR.encode()
_TEXT = rb"[^\x00\r\n]"
_STATUS_LINE = re.compile(rb"HTTP/1\.([0-9]) ([1-9][0-9]{2})(?: " + _TEXT + rb"*+)?\r\n")
_FIELDS = re.compile(rb"(?:" + _TOKEN + rb"++:" + _TEXT + rb"*+\r\n(?:[ \t]" + _TEXT + rb"*+\r\n)*+)*+")
_FOLD = re.compile(rb"[ \t]*\r\n[ \t]+")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*+(?:;" + _TEXT + rb"*+)?")
_KEEP_ALIVE = re.compile(rb"timeout=([0-9]{1,6})")
_START: Final = b"HTTP/1."
_NO_BODY: Final = frozenset({204, 304})
_FRAMING: Final = frozenset({
    b"connection", b"content-encoding", b"content-length", b"keep-alive", b"transfer-encoding",
})  # fmt: skip

Headers = list[tuple[bytes, bytes]]


def _malformed(message: str) -> NoReturn:
    raise WireError(message, phase=Phase.PROTOCOL, sent=Sent.MAYBE)


class ResponseParser:
    """The answer to one request: feed it bytes, take `pieces` of its body, until it is `complete`."""

    __slots__ = (
        "_buffer",
        "_head_size",
        "_max_body",
        "_need",
        "_step",
        "_to_head",
        "coding",
        "complete",
        "headers",
        "idle_timeout",
        "pieces",
        "received",
        "reusable",
        "room",
        "status",
        "version",
    )

    def __init__(self, *, to_head: bool = False, max_body: int | None = None) -> None:
        self.status = 0  # 0 until the final head has arrived
        self.version = "HTTP/1.1"
        self.headers: Headers = []
        self.coding = b""  # of the content, as the server spelt it
        self.pieces: list[bytes] = []  # of the body, as they arrive; whoever takes them empties the list
        self.room: memoryview | None = None  # or for all of the body at once, when its length is known
        self.received = 0  # bytes of the body so far, as sent
        self.complete = False
        self.reusable = True  # whether another request may follow on the connection
        self.idle_timeout: int | None = None  # how long the server keeps the connection
        self._to_head = to_head
        self._max_body = max_body
        self._buffer = bytearray()  # an incomplete head, line or trailer
        self._head_size = 0
        self._need = 0  # bytes missing of the body or chunk
        self._step: Callable[[ResponseParser, bytes], None] = ResponseParser._read_head

    @property
    def started(self) -> bool:
        """Whether any byte of the answer has arrived."""
        return self.status != 0 or bool(self._buffer) or self._head_size > 0

    @property
    def missing(self) -> int:
        """Bytes that are still to come of a body whose length is known; else 0."""
        return self._need if self._step is ResponseParser._read_fixed else 0

    def feed(self, data: bytes) -> bool:
        """Read what has arrived; True when the answer is complete."""
        self._step(self, data)
        return self.complete

    def eof(self, sent: Sent = Sent.MAYBE) -> None:
        """The peer sends no more: the end of a body without length, an error anywhere else."""
        self.reusable = False
        if self.complete:
            return
        if self._step is ResponseParser._read_until_close:
            self.complete = True
            return
        if not self.started:
            raise WireError("the server closed the connection without an answer", phase=Phase.READ, sent=sent)
        where = f"after {self.received} bytes of the body" if self.status else "inside the head of the answer"
        raise WireError(f"the server closed the connection {where}", phase=Phase.READ, sent=Sent.MAYBE)

    def _read_head(self, data: bytes) -> None:
        while True:
            if self._buffer:
                searched = max(0, len(self._buffer) - 3)
                self._buffer += data
                end = self._buffer.find(b"\r\n\r\n", searched)
                data = bytes(self._buffer) if end >= 0 else b""
            else:
                end = data.find(b"\r\n\r\n")
            if end < 0:
                self._await_head(data)
                return
            self._buffer.clear()
            self._head_size += end + 4
            if self._head_size > MAX_HEAD:
                _malformed(f"the head of the answer is longer than {MAX_HEAD} bytes")
            self._parse_head(data[: end + 2])
            data = data[end + 4 :]
            if self.status:
                self._begin_body(data)
                return
            if not data:
                return

    def _await_head(self, data: bytes) -> None:
        """Keep an incomplete head; what can not become one is an error now, not at the timeout."""
        self._buffer += data
        buffer = self._buffer
        if self._head_size + len(buffer) > MAX_HEAD:
            _malformed(f"the head of the answer is longer than {MAX_HEAD} bytes")
        if not _START.startswith(bytes(buffer[:7])):
            _malformed("the answer is not HTTP/1.1")
        line_end = buffer.find(b"\n", 0, 1024)
        if line_end > 0 and buffer[line_end - 1] != 13:  # noqa: PLR2004 (CR)
            _malformed("a line of the head ends without CR")

    def _parse_head(self, head: bytes) -> None:
        start = _STATUS_LINE.match(head)
        if start is None:
            _malformed("the answer has no valid status line")
        if _FIELDS.fullmatch(head, start.end()) is None:
            _malformed("a header of the answer is malformed")
        status = int(start[2])
        if status < 200:  # noqa: PLR2004 (informational)
            if status == 101:  # noqa: PLR2004 (Switching Protocols)
                _malformed("the server switched protocols unasked")
            return
        fields = head[start.end() : -2]
        if b"\r\n " in fields or b"\r\n\t" in fields:
            fields = _FOLD.sub(b" ", fields)
        headers = self.headers
        framing: dict[bytes, bytes] = {}
        for line in fields.split(b"\r\n") if fields else ():
            name, _, value = line.partition(b":")
            name = name.lower()
            value = value.strip(b" \t")
            headers.append((name, value))
            if name in _FRAMING:
                framing[name] = framing[name] + b"," + value if name in framing else value
        self.status = status
        if start[1] == b"0":
            self.version = "HTTP/1.0"
            self.reusable = False
        self._frame(framing)

    def _frame(self, framing: dict[bytes, bytes]) -> None:
        """Choose how the body ends (RFC 9112 §6.3) and whether the connection lives on (§9.3)."""
        if (options := framing.get(b"connection")) is not None:
            self._keep(options.lower())
        if (kept := framing.get(b"keep-alive")) is not None and (found := _KEEP_ALIVE.search(kept)):
            self.idle_timeout = int(found[1])
        self.coding = framing.get(b"content-encoding", b"")
        coding = framing.get(b"transfer-encoding", b"identity").lower()
        length = framing.get(b"content-length")
        if self._to_head or self.status in _NO_BODY:
            self._step = ResponseParser._read_surplus
            self.complete = True
        elif coding != b"identity":
            self._frame_chunked(coding, length)
        elif length is not None:
            self._frame_length(length)
        else:
            self.reusable = False
            self._step = ResponseParser._read_until_close

    def _keep(self, options: bytes) -> None:
        match options:
            case b"keep-alive":
                self.reusable = True
            case b"close":
                self.reusable = False
            case _:
                found = {option.strip(b" \t") for option in options.split(b",")}
                self.reusable = b"close" not in found and (self.reusable or b"keep-alive" in found)

    def _frame_chunked(self, coding: bytes, length: bytes | None) -> None:
        if coding != b"chunked":
            _malformed("the answer has a transfer coding that was not asked for")
        if length is not None or self.version == "HTTP/1.0":
            self.reusable = False  # somebody between us and the server may read it differently
        self._step = ResponseParser._read_size

    def _frame_length(self, length: bytes) -> None:
        if b"," in length:
            first, *others = [value.strip(b" \t") for value in length.split(b",")]
            length = first if all(value == first for value in others) else b""
        if not length.isdigit() or len(length) > 18:  # noqa: PLR2004 (what 63 bits hold)
            _malformed("the answer has conflicting or invalid lengths")
        self._need = int(length)
        self._step = ResponseParser._read_fixed
        self._check_room(self._need)

    def _begin_body(self, data: bytes) -> None:
        if self._step is ResponseParser._read_fixed and self._need == 0:
            self._step = ResponseParser._read_surplus
            self.complete = True
        if data:
            self._step(self, data)

    def _read_fixed(self, data: bytes) -> None:
        need = self._need
        if len(data) > need:
            self.reusable = False
            data = data[:need]
        self._append(data)
        self.fulfil(len(data))

    def fulfil(self, size: int) -> bool:
        """So much less is missing of a body whose length is known; True when the answer is complete."""
        self._need -= size
        if not self._need:
            self.complete = True
            self._step = ResponseParser._read_surplus
        return self.complete

    def _read_surplus(self, data: bytes) -> None:
        """Bytes that no request asked for: whose answer would they be?"""
        if data:
            self.reusable = False

    def _read_until_close(self, data: bytes) -> None:
        self._check_room(len(data))
        self._append(data)

    def _append(self, piece: bytes) -> None:
        at, self.received = self.received, self.received + len(piece)
        if self.room is None:
            self.pieces.append(piece)
        else:
            self.room[at : self.received] = piece

    def _check_room(self, size: int) -> None:
        if self._max_body is not None and self.received + size > self._max_body:
            _malformed(f"the body of the answer is longer than {self._max_body} bytes")

    def _read_size(self, data: bytes) -> None:
        """Chunks, from the start of a size line: whole ones in one loop."""
        if self._buffer:
            if b"\n" not in data and len(self._buffer) + len(data) <= _MAX_SIZE_LINE:
                self._buffer += data
                return
            data = bytes(self._buffer) + data
            self._buffer.clear()
        at, end = 0, len(data)
        while at < end:
            line_end = data.find(b"\n", at)
            if line_end < 0:
                break
            found = _CHUNK_SIZE.fullmatch(data, at, line_end - 1)
            if found is None or data[line_end - 1] != 13 or line_end - at > _MAX_SIZE_LINE:  # noqa: PLR2004 (CR)
                _malformed("a chunk of the body has a malformed size")
            size = int(found[1], 16)
            at = line_end + 1
            if size == 0:
                self._step = ResponseParser._read_trailers
                self._read_trailers(data[at:])
                return
            self._check_room(size)
            after = at + size
            if after + 2 > end:
                self._need = size
                self._step = ResponseParser._read_chunk
                self._read_chunk(data[at:])
                return
            if data[after] != 13 or data[after + 1] != 10:  # noqa: PLR2004 (CR, LF)
                _malformed("a chunk of the body is longer than its size")
            self._append(data[at:after])
            at = after + 2
        if end - at > _MAX_SIZE_LINE:
            _malformed("a chunk of the body has a malformed size")
        self._buffer += data[at:]
        self._step = ResponseParser._read_size

    def _read_chunk(self, data: bytes) -> None:
        """The rest of a chunk, then the CR LF after it."""
        need = self._need
        got = len(data)
        if got < need:
            self._need = need - got
            if data:
                self._append(data)
            return
        if need:
            self._append(data[:need])
            self._need = 0
        end = bytes(self._buffer) + data[need : need + 2 - len(self._buffer)]
        if not b"\r\n".startswith(end):
            _malformed("a chunk of the body is longer than its size")
        consumed = need + len(end) - len(self._buffer)
        if len(end) < 2:  # noqa: PLR2004 (CR, LF)
            self._buffer[:] = end
            return
        self._buffer.clear()
        self._step = ResponseParser._read_size
        if consumed < got:
            self._read_size(data[consumed:])

    def _read_trailers(self, data: bytes) -> None:
        """The fields after the last chunk, which nobody asked for: checked and dropped."""
        searched = max(0, len(self._buffer) - 3)
        self._buffer += data
        buffer = self._buffer
        if buffer.startswith(b"\r\n"):
            end = 0
        else:
            end = buffer.find(b"\r\n\r\n", searched)
            end = end + 2 if end >= 0 else -1
        if self._head_size + (len(buffer) if end < 0 else end) > MAX_HEAD:
            _malformed(f"the trailers of the answer are longer than {MAX_HEAD} bytes")
        if end < 0:
            line_end = buffer.find(b"\n", searched)
            if line_end >= 0 and not buffer.startswith(b"\r", max(0, line_end - 1)):
                _malformed("a trailer of the answer is malformed")
            return
        if _FIELDS.fullmatch(buffer, 0, end) is None:
            _malformed("a trailer of the answer is malformed")
        self.complete = True
        self._step = ResponseParser._read_surplus
        if len(buffer) > end + 2:
            self.reusable = False
        buffer.clear()
