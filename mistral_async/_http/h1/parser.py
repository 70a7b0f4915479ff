"""Parse HTTP/1.1 responses without I/O (RFC 9112), one `ResponseParser` for each."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import inf
from typing import Final, NoReturn

from mistral_async._http.h1.head import (
    BARE_LF,
    FIELDS,
    HEAD_END,
    MAX_HEAD,
    TEXT,
    Headers,
    check_incomplete_head,
    is_persistent,
    malformed,
    parse_content_length,
    parse_head,
    refuse_head,
)
from mistral_async._http.h1.known_head import Fields, match_head
from mistral_async._http.protocol import TRUNCATED, LimitError, Phase, Sent, WireError

# Rule 1: However the bytes are cut, the outcome is the same: status, headers, body, `reusable`, or the same error.
# Rule 2: Time and memory are linear in the bytes. Nothing is searched twice, whole chunks are taken in one loop, what
#         is kept of an unfinished head, size line or trailer has a limit, and small pieces of a body are put together.
# Rule 3: What two parsers could read differently is refused, since a proxy between us and the server may be one of
#         them (RFC 9112 §11.2): a space before the colon, lengths that differ, a length that is not digits, a transfer
#         coding other than chunked, a chunk that does not end where its size says, a bare LF in its size line. A bare
#         LF in a head, or an empty line before it, is read (§2.2), and the connection is not used again.
# Rule 4: The body ends (§6.3), in this order: at once for HEAD, 204 and 304; after the last chunk; after
#         Content-Length; with the connection. A final 1xx does not exist; 101 answers nothing that was asked.
# Rule 5: The connection is reusable (§9.3) if the version or a Connection header says so, the end of the body did not
#         depend on closing, and no byte followed it: such a byte could only be taken for the next request's response.
#         A chunked response with a Content-Length too, or in HTTP/1.0, is read, and its connection is closed (§6.1).
# Rule 6: The end of the connection is the end of a body without length and of no other: all else is a cut response,
#         which is an error and never a short body (§8). Over TLS it takes a close_notify too (§9.8).
# Rule 7: A limit on the body is held when its length is stated, before any of it is read, and else as it arrives.

_MAX_SIZE_LINE: Final = 4 * 1024  # bytes of a chunk's size and extensions
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*+(?:;" + TEXT + rb"*+)?")
_SIZES: Final = {b"%x\r" % size: size for size in range(256)}  # the size lines of small chunks, which are many
_KEEP_ALIVE = re.compile(rb"timeout=([0-9]{1,6})")
_SMALL: Final = 1024  # bytes: a piece of the body below this is put together with the next one
_NO_BODY: Final = frozenset({204, 304})


class ResponseParser:
    """The response to one request: feed it bytes, take `pieces` of its body, until it is `complete`."""

    __slots__ = (
        "_buffer",
        "_head_size",
        "_is_loose",
        "_max_body",
        "_remaining",
        "_state",
        "_to_head",
        "block",
        "coding",
        "complete",
        "headers",
        "idle_timeout",
        "pieces",
        "received",
        "reusable",
        "status",
        "version",
    )

    def __init__(self, *, to_head: bool = False, max_body: int | None = None) -> None:
        self.status = 0  # 0 until the final head has arrived
        self.version = "HTTP/1.1"
        self.headers: Fields = []
        self.coding = b""  # of the content, as the server spelt it
        self.pieces: list[bytes] = []  # of the body, as they arrive; whoever takes them empties the list
        self.block: memoryview | None = None  # or memory for all of it, when its length is known
        self.received = 0  # bytes of the body so far, as sent
        self.complete = False
        self.reusable = True  # whether another request may follow on the connection
        self.idle_timeout: int | None = None  # seconds that the server keeps the connection unused
        self._to_head = to_head
        self._max_body: float = inf if max_body is None else max_body
        self._buffer = bytearray()  # an incomplete head, line or trailer
        self._head_size = 0
        self._is_loose = False  # whether the head has line ends that not every parser takes for such
        self._remaining = 0  # bytes to come of the body or chunk
        self._state: Callable[[ResponseParser, bytes], None] = ResponseParser._read_head

    @property
    def started(self) -> bool:
        """Return whether any byte of the response has arrived."""
        return self.status != 0 or bool(self._buffer) or self._head_size > 0

    @property
    def remaining(self) -> int:
        """Return the bytes to come of a body whose length is stated; else 0."""
        return self._remaining if self._state is ResponseParser._read_fixed else 0

    def feed(self, data: bytes) -> bool:
        """Parse what has arrived; return whether the response is complete. Raises a `WireError` of `Phase.PROTOCOL`."""
        self._state(self, data)
        return self.complete

    def eof(self, sent: Sent = Sent.MAYBE, *, proper: bool = True) -> None:
        """End the connection: the end of a body without length, an error of `Phase.READ` anywhere else (rule 6).

        `sent` is what the server may have seen of the request, in case that it answered nothing. The end is not
        `proper` when TLS had not ended before it.
        """
        self.reusable = False
        if self.complete:
            return
        if self._state is ResponseParser._read_until_close:
            if not proper:
                raise WireError(TRUNCATED, phase=Phase.READ, sent=Sent.MAYBE)
            self.complete = True
            return
        if not self.started:
            raise WireError("the server closed the connection without an answer", phase=Phase.READ, sent=sent)
        where = f"after {self.received} bytes of the body" if self.status else "inside the head of the answer"
        raise WireError(f"the server closed the connection {where}", phase=Phase.READ, sent=Sent.MAYBE)

    def _read_head(self, data: bytes) -> None:
        if not self._buffer and (known := match_head(data)) is not None:
            self.headers, size = known
            self._head_size += size
            self._begin_body(known[0].status, known[0].framing(), data[size:])
            return
        while True:
            framing: dict[bytes, bytes] = {}
            headers: Headers = []
            end = -1 if self._buffer else data.find(b"\r\n\r\n")
            parsed = None if end < 0 else parse_head(data[: end + 2], headers, framing)
            if parsed is not None:
                self._head_size += end + 4
                data = data[end + 4 :]
            else:
                if (head := self._gather_head(data)) is None:
                    return
                data = bytes(self._buffer)
                self._buffer.clear()
                parsed = parse_head(head, headers, framing) or refuse_head(head)
            self.headers = headers
            status, minor = parsed
            if status >= 200:  # noqa: PLR2004 (not informational)
                if minor == b"0":
                    self.version = "HTTP/1.0"
                    self.reusable = False
                self._begin_body(status, framing, data)
                return
            if self._head_size > MAX_HEAD:
                _refuse_long_head()
            if not data:
                return

    def _begin_body(self, status: int, framing: dict[bytes, bytes], data: bytes) -> None:
        """Go on after the final head, with what has come of the body."""
        if self._head_size > MAX_HEAD:
            _refuse_long_head()
        self.status = status
        self._frame(framing)
        if data:
            self._state(self, data)

    def _gather_head(self, data: bytes) -> bytes | None:
        """Return a head that comes in pieces or with line ends that are no CR LF; None while it is not complete.

        What follows it is left in the buffer.
        """
        buffer = self._buffer
        if not buffer and data.startswith((b"\r", b"\n")):
            size, data = len(data), data.lstrip(b"\r\n")
            self._is_loose = True
            self._head_size += size - len(data)
        searched = max(0, len(buffer) - 2)
        buffer += data
        if (end := HEAD_END.search(buffer, searched)) is None:
            if self._head_size + len(buffer) > MAX_HEAD:
                _refuse_long_head()
            check_incomplete_head(buffer)
            return None
        self._head_size += end.end()
        head = bytes(buffer[: end.start() + 1])
        del buffer[: end.end()]
        if end[0] != b"\n\r\n" or BARE_LF.search(head):
            self._is_loose = True
            head = BARE_LF.sub(b"\r\n", head)
        return head

    def _frame(self, framing: dict[bytes, bytes]) -> None:
        """Choose how the body ends (rule 4) and whether the connection lives on (rule 5)."""
        if (options := framing.get(b"connection")) is not None:
            self.reusable = options == b"keep-alive" or is_persistent(options.lower(), default=self.reusable)
        if (kept := framing.get(b"keep-alive")) is not None and (found := _KEEP_ALIVE.search(kept)):
            self.idle_timeout = int(found[1])
        self.coding = framing.get(b"content-encoding", b"")
        coding = framing.get(b"transfer-encoding")
        length = framing.get(b"content-length")
        if self._to_head or self.status in _NO_BODY:
            self._state = ResponseParser._read_excess
            self.complete = True
        elif coding is not None and (coding := coding.lower()) != b"identity":
            self._frame_chunked(coding, length)
        elif length is not None:
            self._remaining = need = parse_content_length(length)
            if need > self._max_body:
                self._refuse_size()
            self.complete = need == 0
            self._state = ResponseParser._read_fixed if need else ResponseParser._read_excess
        else:
            self.reusable = False
            self._state = ResponseParser._read_until_close
        if self._is_loose:
            self.reusable = False  # rule 3

    def _frame_chunked(self, coding: bytes, length: bytes | None) -> None:
        if coding != b"chunked":
            malformed("the answer has a transfer coding that was not asked for")
        if length is not None or self.version == "HTTP/1.0":
            self.reusable = False  # rule 5
        self._state = ResponseParser._read_chunks

    def _read_fixed(self, data: bytes) -> None:
        need = self._remaining
        if len(data) > need:
            self.reusable = False
            data = data[:need]
        self._append(data)
        self._remaining = need = need - len(data)
        if not need:
            self.complete = True
            self._state = ResponseParser._read_excess

    def count_body(self, size: int) -> bool:
        """Count `size` body bytes as received; return whether the response is complete."""
        self._remaining -= size
        if not self._remaining:
            self.complete = True
            self._state = ResponseParser._read_excess
        return self.complete

    def _read_excess(self, data: bytes) -> None:
        """Note that bytes follow which no request asked for (rule 5)."""
        if data:
            self.reusable = False

    def _read_until_close(self, data: bytes) -> None:
        self._append(data)

    def _append(self, piece: bytes) -> None:
        at, end = self.received, self.received + len(piece)
        if end > self._max_body:
            self._refuse_size()
        self.received = end
        pieces = self.pieces
        if self.block is not None:
            self.block[at:end] = piece
        elif pieces and len(pieces[-1]) < _SMALL:
            pieces[-1] += piece  # rule 2
        else:
            pieces.append(piece)

    def _refuse_size(self) -> NoReturn:
        message = f"the answer is longer than {self._max_body} bytes; the client's max_answer_size allows more"
        raise LimitError(message)

    def _read_chunks(self, data: bytes, at: int = 0) -> None:
        """Read chunks (§7.1) from the start of a size line, at `at`: whole ones in one loop."""
        if self._buffer and not (data := self._complete_size_line(data)):
            return
        end, size, known_size = len(data), -1, _SIZES.get
        whole: list[bytes] = []
        try:
            while at < end:
                line_end = data.find(b"\n", at)
                if line_end < 0:
                    break
                if (size := known_size(data[at:line_end], -1)) < 0:
                    size = _parse_size_line(data, at, line_end)
                at = line_end + 1
                after = at + size
                if size == 0 or after + 2 > end:
                    break
                if data[after : after + 2] != b"\r\n":
                    malformed("a chunk of the body is longer than its size")
                whole.append(data[at:after])
                at, size = after + 2, -1
        finally:
            for piece in whole if len(whole) * _SMALL <= end else (b"".join(whole),):
                self._append(piece)
        if size >= 0:
            self._begin_last_chunk(data[at:], size)
        elif at < end:
            self._keep_size_line(data[at:])

    def _begin_last_chunk(self, data: bytes, size: int) -> None:
        """Go on after the size line of the last chunk of all, or of one that has not arrived whole."""
        if size == 0:
            self._state = ResponseParser._read_trailers
            self._read_trailers(data)
            return
        if self.received + size > self._max_body:
            self._refuse_size()
        self._remaining = size
        self._state = ResponseParser._read_chunk_rest
        self._read_chunk_rest(data)

    def _complete_size_line(self, data: bytes) -> bytes:
        """Return what was kept of a size line with what has arrived; nothing while the line is not complete."""
        if b"\n" not in data and len(self._buffer) + len(data) <= _MAX_SIZE_LINE:
            self._buffer += data
            return b""
        data = bytes(self._buffer) + data
        self._buffer.clear()
        return data

    def _keep_size_line(self, data: bytes) -> None:
        if len(data) > _MAX_SIZE_LINE:
            malformed("a chunk of the body has a malformed size")
        self._buffer += data

    def _read_chunk_rest(self, data: bytes) -> None:
        """Read the rest of a chunk, then the CR LF after it."""
        need = self._remaining
        got = len(data)
        if got < need:
            self._remaining = need - got
            if data:
                self._append(data)
            return
        if need:
            self._append(data[:need])
            self._remaining = 0
        end = bytes(self._buffer) + data[need : need + 2 - len(self._buffer)]
        if not b"\r\n".startswith(end):
            malformed("a chunk of the body is longer than its size")
        consumed = need + len(end) - len(self._buffer)
        if len(end) < 2:  # noqa: PLR2004 (CR, LF)
            self._buffer[:] = end
            return
        self._buffer.clear()
        self._state = ResponseParser._read_chunks
        if consumed < got:
            self._read_chunks(data, consumed)

    def _read_trailers(self, data: bytes) -> None:
        """Check and drop the fields after the last chunk (§7.1.2), which nobody asked for."""
        searched = max(0, len(self._buffer) - 3)
        self._buffer += data
        buffer = self._buffer
        if buffer.startswith(b"\r\n"):
            end = 0
        else:
            end = buffer.find(b"\r\n\r\n", searched)
            end = end + 2 if end >= 0 else -1
        if self._head_size + (len(buffer) if end < 0 else end) > MAX_HEAD:
            malformed(f"the trailers of the answer are longer than {MAX_HEAD} bytes")
        if end < 0:
            if BARE_LF.search(buffer, searched):
                malformed("a trailer of the answer is malformed")
            return
        if FIELDS.fullmatch(buffer, 0, end) is None:
            malformed("a trailer of the answer is malformed")
        self.complete = True
        self._state = ResponseParser._read_excess
        if len(buffer) > end + 2:
            self.reusable = False
        buffer.clear()


def _refuse_long_head() -> NoReturn:
    malformed(f"the head of the answer is longer than {MAX_HEAD} bytes")


def _parse_size_line(data: bytes, start: int, end: int) -> int:
    """Return the size of a chunk from its line, whose LF is at `end`."""
    found = _CHUNK_SIZE.fullmatch(data, start, end - 1)
    if found is None or data[end - 1] != 13 or end - start > _MAX_SIZE_LINE:  # noqa: PLR2004 (CR)
        malformed("a chunk of the body has a malformed size")
    return int(found[1], 16)
