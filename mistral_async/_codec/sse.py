"""A stream of server-sent events: bytes in, events out, no I/O.

Regular frames, the only kind the API sends, are split here; httpx-sse decodes all others. Both give the same events.
https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from httpx_sse._decoders import SSEDecoder

MAX_EVENT_SIZE: Final = 64 * 1024 * 1024

_BOM: Final = b"\xef\xbb\xbf"
_FIELDS: Final = (b"data", b"event", b"id", b"retry")
_LONGEST_NAME: Final = 6  # "retry" and its colon: enough of a line to know what it is

# What the start of a regular frame may look like, wherever it is cut.
_REGULAR_START: Final = re.compile(
    rb"e|ev|eve|even|event|event:|event: [^\n]*|(?:event: [^\n]*\n)?(?:|d|da|dat|data|data:|data: [^\n]*\n?)"
)
_LONGEST_PREFIX: Final = len(b"event: ")
_DATA_PREFIX: Final = len(b"data: ")


class Event(Struct, frozen=True, gc=False):
    """One event. `event` is None where the stream does not name it; `data` is UTF-8, as the server sent it."""

    event: str | None
    data: bytes
    id: str = ""  # the last one received, also with an earlier event
    retry: int | None = None  # milliseconds


class EventTooLargeError(ValueError):
    """The data or a line of one event exceeds `limit` bytes; all events before it have been returned."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"an event of the stream is larger than {limit} bytes")
        self.limit = limit


class EventDecoder:
    """Takes a stream as it arrives, cut anywhere, and gives its events as soon as they are complete.

    `max_event_size` bounds the data of one event, in bytes.
    `data_bytes` grows with what belongs to events and `ignored_lines` with comments and unknown fields: a peer that
    only keeps the connection alive moves the second alone. Frames without data are no events.
    """

    def __init__(self, *, max_event_size: int = MAX_EVENT_SIZE) -> None:
        self._limit = max_event_size
        self._begun = False
        self._held = bytearray()  # the beginning of a regular frame, or of the byte order mark
        self._lines: _LineDecoder | None = None
        self._id = ""
        self._regular_bytes = 0
        self._failure: EventTooLargeError | None = None

    @property
    def data_bytes(self) -> int:
        """Bytes received so far that belong to events."""
        return self._regular_bytes + (self._lines.kept_bytes if self._lines else 0)

    @property
    def ignored_lines(self) -> int:
        """Comments and lines without meaning received so far."""
        return self._lines.ignored_lines if self._lines else 0

    def feed(self, data: bytes) -> list[Event]:
        """Take what arrived and return the events that it completes; raises `EventTooLargeError`."""
        events = self._fresh()
        if not self._begun:
            data = self._begin(data)
        if (self._lines is not None and self._lines.inside_frame) or b"\r" in data:
            self._feed_lines(data, events)
        elif data:
            self._feed_frames(data, events)
        return self._checked(events)

    def close(self) -> list[Event]:
        """Take the end of the stream: a frame that lacks only its blank line is an event."""
        self._begun = True
        events = self._fresh()
        if self._held:
            self._feed_frames(b"\n" if self._held.endswith(b"\n") else b"\n\n", events)
        elif self._lines is not None and self._lines.inside_frame:
            self._feed_lines(b"\n\n", events)
        return self._checked(events)

    def _fresh(self) -> list[Event]:
        if self._failure is not None:
            raise self._failure
        return []

    def _checked(self, events: list[Event]) -> list[Event]:
        """Deliver what came before a failure first; the failure comes with the next call."""
        if self._failure is not None and not events:
            raise self._failure
        return events

    def _begin(self, data: bytes) -> bytes:
        """Strip the byte order mark that a stream may begin with."""
        data = self._release() + data
        if len(data) < len(_BOM) and _BOM.startswith(data):
            self._held += data
            self._regular_bytes += len(data)
            return b""
        self._begun = True
        return data.removeprefix(_BOM)

    def _feed_frames(self, data: bytes, events: list[Event]) -> None:
        held = self._held
        if held:
            if b"\n\n" not in data and not (data.startswith(b"\n") and held.endswith(b"\n")):
                return self._hold(data, events)
            data = self._release() + data
        end = data.rfind(b"\n\n") + 2
        if end < len(b"\n\n"):
            return self._hold(data, events)
        tail = data[end:]
        frames = data[:end] if tail else data
        if len(frames) > self._limit or not self._split(frames, events):
            return self._feed_lines(data, events)
        self._regular_bytes += end
        return self._hold(tail, events) if tail else None

    def _split(self, frames: bytes, events: list[Event]) -> bool:
        """Add the events of complete frames, all or, if any frame is not regular, none."""
        last_id = self._id
        if frames.startswith(b"data: "):
            payloads = frames[6:-2].split(b"\n\ndata: ")
            if frames.count(b"\n") == 2 * len(payloads):  # then no line ends but those that were split at
                events += [Event(None, payload, last_id) for payload in payloads]
                return True
        found: list[Event] = []
        line_ends = 0
        for frame in frames[:-2].split(b"\n\n"):
            name, named, payload = frame.partition(b"\ndata: ")
            if named and name.startswith(b"event: "):
                line_ends += 3
                found.append(Event(name[7:].decode("utf-8", "replace") or None, payload, last_id))
            elif frame.startswith(b"data: "):
                line_ends += 2
                found.append(Event(None, frame[6:], last_id))
            else:
                return False
        regular = frames.count(b"\n") == line_ends
        if regular:
            events += found
        return regular

    def _hold(self, data: bytes, events: list[Event]) -> None:
        """Keep the beginning of a frame, as long as it may become a regular one."""
        held, before = self._held, len(self._held)
        held += data
        self._regular_bytes += len(data)
        # Only near the start of a line can more bytes turn it into another kind of line.
        at_start = before <= _LONGEST_PREFIX or held.find(b"\n", before - _LONGEST_PREFIX) >= 0
        if len(held) > self._limit or (at_start and not _REGULAR_START.fullmatch(held)):
            self._feed_lines(b"", events)

    def _feed_lines(self, data: bytes, events: list[Event]) -> None:
        if self._lines is None:
            self._lines = _LineDecoder(self._limit)
        try:
            self._lines.feed(self._release() + data, events)
        except EventTooLargeError as error:
            self._failure = error
        self._id = self._lines.last_id

    def _release(self) -> bytes:
        held = bytes(self._held)
        self._regular_bytes -= len(held)
        self._held.clear()
        return held


class _LineDecoder:
    """Splits any stream at CR, LF and CRLF alone, drops lines without meaning, and leaves the others to httpx-sse."""

    def __init__(self, limit: int) -> None:
        self.kept_bytes = 0
        self.ignored_lines = 0
        self.last_id = ""
        self._limit = limit
        self._decoder = _make_decoder()
        self._line = bytearray()  # the beginning of a line
        self._ignoring = False  # ... of one without meaning: nothing of it is kept
        self._after_cr = False  # a LF that comes next belongs to the CR before it
        self._inside = False  # a frame that has begun
        self._named = False
        self._data_size = 0  # with the line ends that will join its lines

    @property
    def inside_frame(self) -> bool:
        """Whether what comes next continues a frame or a line."""
        return bool(self._line) or self._ignoring or self._inside

    def feed(self, data: bytes, events: list[Event]) -> None:
        if self._after_cr and data:
            data = data.removeprefix(b"\n")
            self._after_cr = False
        if not data:
            return
        self._after_cr = data.endswith(b"\r")
        lines = data.splitlines()  # of bytes: at CR, LF and CRLF, nothing else
        rest = b"" if data.endswith((b"\r", b"\n")) else lines.pop()
        for line in lines:
            self._end_line(line, events)
        if rest:
            self._hold(rest)

    def _end_line(self, line: bytes, events: list[Event]) -> None:
        if self._ignoring:
            self._ignoring = False
            self.ignored_lines += 1
            return
        if self._line:
            self.kept_bytes -= len(self._line)
            self._line += line
            line = bytes(self._line)
            self._line.clear()
        if not line:
            self._end_frame(events)
        elif self._take(line):
            self.kept_bytes += len(line)
        else:
            self.ignored_lines += 1

    def _take(self, line: bytes) -> bool:
        """Give a line to the decoder, or tell that it has no meaning."""
        name = line[:_LONGEST_NAME].partition(b":")[0]
        if name not in _FIELDS:
            return False
        size = self._checked_size(line)
        match name:
            case b"data":
                self._data_size = size + 1
            case b"event":
                self._named = line[_LONGEST_NAME:] not in (b"", b" ")
            case b"retry" if not line[_LONGEST_NAME:].removeprefix(b" ").isdigit():
                return False
            case _:
                pass
        self._inside = True
        # What is not UTF-8 survives the way through str.
        self._decoder.decode(line.decode("utf-8", "surrogateescape"))
        return True

    def _checked_size(self, line: bytes | bytearray) -> int:
        """Bytes of data of the frame with this line, which may be unfinished."""
        size = self._data_size + max(0, len(line) - _DATA_PREFIX)
        if size > self._limit:
            raise EventTooLargeError(self._limit)
        return size

    def _end_frame(self, events: list[Event]) -> None:
        event = self._decoder.decode("")
        self.last_id = "" if event is None else _readable(event.id)
        if event is not None and self._data_size:
            name = _readable(event.event) if self._named else None
            data = event.data.encode("utf-8", "surrogateescape")
            events.append(Event(name, data, self.last_id, event.retry))
        self._inside = self._named = False
        self._data_size = 0

    def _hold(self, piece: bytes) -> None:
        if self._ignoring:
            return
        self._line += piece
        name, colon, _ = bytes(self._line[:_LONGEST_NAME]).partition(b":")
        if name not in _FIELDS if colon else not any(field.startswith(name) for field in _FIELDS):
            self.kept_bytes -= len(self._line) - len(piece)
            self._line.clear()
            self._ignoring = True
            return
        self.kept_bytes += len(piece)
        if colon:  # else it may still become a line without meaning, which has no size
            self._checked_size(self._line)


def _make_decoder() -> SSEDecoder:
    from httpx_sse._decoders import SSEDecoder

    return SSEDecoder()


def _readable(text: str) -> str:
    """Replace what was not UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
