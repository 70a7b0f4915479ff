"""A decoder of server-sent events: bytes in, events out, no I/O.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from httpx_sse import ServerSentEvent

# What the standard says:
# Rule 1: Lines end in LF, CR or CRLF. A byte order mark at the start of the stream is not part of its first line.
# Rule 2: A line is a field, `data`, `event`, `id` or `retry`, with its value after a colon and at most one space. Lines
#   with another name, or none (a comment), are ignored. A blank line ends a frame.
# Rule 3: A frame with a `data` line is an event, even if the data is empty; several such lines are joined by LF. The
#   name is that of this frame alone; the id stays in force until another comes; `retry` is digits or is ignored.
# What is added to it:
# Rule 4: A frame that lacks only its blank line when the stream is closed is an event. The standard drops it; here the
#   caller knows whether it makes sense.
# Rule 5: `data: ...` alone, and `event: ...` before it, are regular frames if each line ends in one LF: all the API
#   sends. They are split without looking at lines. Where anything else is in what arrived, all of it goes line by line,
#   as does what follows, until a piece ends between two frames: then the next may be regular again.
# Rule 6: The events do not depend on the path, nor on where the bytes are cut, and take linear time. A regular frame
#   that is unfinished is held, and looked at again only near the start of a line, where it can turn irregular.
# Rule 7: The data of an event, and any of its lines, has at most `max_event_size` bytes, its name and id 64 KiB. The
#   events before a larger one are returned; the error comes with the next call, and with every later one. Ignored lines
#   are not kept at all.
# Rule 8: Of lines with another name than a field's, the first `_STRAY` bytes are kept: an error, or a page, that a
#   gateway sends in place of events. Comments are not.
# Rule 9: Httpx-sse interprets the fields of what goes line by line. Its decoder of lines is not public: its public part
#   reads an `httpx.Response`, which would take the rules 4, 6 and 7 away. `load_field_decoder` alone knows it. Data
#   above `_LARGE` bytes is kept beside it, as it came: copies, to text and back, take too long in one step.
# Rule 10: With `max_events` a call takes no longer than that many events do. What it leaves is in `rest`, for the next.
#   Httpx-sse imports httpx, which takes longer: a call that needs it before it was loaded does nothing (`lacks_lines`)
#   until `load_field_decoder` has been called, in a thread, and is to be made again.
# Rule 11: With `plain=True` regular events without name and id, as nearly all are, are in `payloads`: their data alone,
#   which costs less. They come before the events that the call returns.

MAX_EVENT_SIZE: Final = 64 * 1024 * 1024  # bytes

_STRAY: Final = 64 * 1024  # bytes
_LONGEST_VALUE: Final = 64 * 1024  # bytes of a line that is no data: an id stays in force, and costs every event
_BOM: Final = b"\xef\xbb\xbf"
_CR: Final = 13
_LF: Final = 10  # a byte by its number is found sooner than as bytes, and much sooner than it is counted
_FIELDS: Final = (b"data", b"event", b"id", b"retry")
_LONGEST_NAME: Final = 6  # "retry" and its colon: enough of a line to know what it is
_LINE_BYTES: Final = 16  # bytes, line by line, that take as long as an event: there may be as many lines

# The start of a regular frame, wherever it is cut.
_REGULAR_START: Final = re.compile(
    rb"e|ev|eve|even|event|event:|event: [^\n]*|(?:event: [^\n]*\n)?(?:|d|da|dat|data|data:|data: [^\n]*\n?)"
)
_PREFIX: Final = re.compile(rb"(?:event: ([^\n]*+)\n)?data: ")
_LARGE: Final = 256 * 1024  # bytes held, which take too long to be copied several times
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

    def __init__(self, limit: int, what: str = "an event") -> None:
        super().__init__(f"{what} of the stream is larger than {limit} bytes")
        self.limit = limit


class EventDecoder:
    """Takes a stream as it arrives, cut anywhere, and gives its events as soon as they are complete.

    `data_bytes` grows with what belongs to events, `ignored_lines` with comments and unknown fields: a peer that only
    keeps the connection alive moves the second alone.
    """

    def __init__(self, *, max_event_size: int = MAX_EVENT_SIZE, max_events: int = -1, plain: bool = False) -> None:
        self.rest = b""
        """What the last call has left to be given again, before anything else (rule 10)."""
        self.payloads: list[bytes] = []
        """The data of events that came before those that the last call returned (rule 11)."""
        self.lacks_lines = False
        """True when httpx-sse has to be loaded before the next call (rule 10)."""
        self.data_bytes = 0
        """Bytes received so far that belong to events."""
        self._limit = max_event_size
        self._max_events = max_events  # -1: no limit
        self._plain = plain
        self._bom_checked = False
        self._held = bytearray()  # the start of a regular frame, or of the byte order mark
        self._lines: _LineDecoder | None = None  # made for the first irregular frame
        self._id = ""  # the last one received
        self._failure: EventTooLargeError | None = None

    @property
    def unfinished_bytes(self) -> int:
        """Bytes of the event that has begun."""
        return len(self._held) + (self._lines.unfinished_bytes if self._lines else 0)

    @property
    def ignored_lines(self) -> int:
        """Comments and other ignored lines received so far."""
        return self._lines.ignored_lines if self._lines else 0

    @property
    def stray(self) -> bytes:
        """The start of what came that belongs to no event and is no comment (rule 8)."""
        return bytes(self._lines.stray) if self._lines else b""

    def feed(self, data: bytes) -> list[Event]:
        """Return the events that these bytes complete; raises `EventTooLargeError`."""
        events = self._new_events()
        self.rest = b""
        if not self._bom_checked:
            data = self._strip_bom(data)
        if (self._lines is not None and self._lines.inside_frame) or _CR in data:
            self._feed_lines(data, events)
        elif data:
            self._feed_frames(data, events)
        return events if self._failure is None else self._checked(events)

    def close(self) -> list[Event]:
        """Return the event that the end of the stream completes, if any (rule 4)."""
        self._bom_checked = True
        events = self._new_events()
        if self._held:
            end = b"\n" if self._held.endswith(b"\n") else b"\n\n"
            self._feed_frames(end, events)
            if self.lacks_lines:
                held, self.rest = self.rest.removesuffix(end), b""
                self._held += held
                self.data_bytes += len(held)
        elif self._lines is not None and self._lines.inside_frame:
            self._feed_lines(b"\n\n", events)
        return self._checked(events)

    def _new_events(self) -> list[Event]:
        """Return an empty list for a call, or raise the failure of an earlier one."""
        if self._failure is not None:
            raise self._failure
        self.payloads = []
        return []

    def _checked(self, events: list[Event]) -> list[Event]:
        """Return the events before a failure; raise it if there are none (rule 7)."""
        if self._failure is not None and not events and not self.payloads:
            raise self._failure
        return events

    def _strip_bom(self, data: bytes) -> bytes:
        """Return the data without the byte order mark; none while it may still be the start of one."""
        data = self._release() + data
        if len(data) < len(_BOM) and _BOM.startswith(data):
            self._held += data
            self.data_bytes += len(data)
            return b""
        self._bom_checked = True
        return data.removeprefix(_BOM)

    def _feed_frames(self, data: bytes, events: list[Event]) -> None:
        """Split what arrived at the ends of regular frames, and hold the rest."""
        held = self._held
        if held:
            if b"\n\n" not in data and not (data.startswith(b"\n") and held.endswith(b"\n")):
                return self._hold(data, events)
            rest = self._end_large(data, events) if len(held) > _LARGE else self._release() + data
            if rest is None:
                return self._feed_lines(data, events)
            data = rest
        end = data.rfind(b"\n\n") + 2
        if end < len(b"\n\n"):
            return self._hold(data, events)
        if end > self._limit or (left := self._split(data, end, events)) is None:
            return self._feed_lines(data, events)
        self.data_bytes += end - len(left)
        tail = data[end:]
        if left:
            self.rest = left + tail
            return None
        return self._hold(tail, events) if tail else None

    def _split(self, data: bytes, end: int, events: list[Event]) -> bytes | None:
        """Add the events of the frames up to `end`, return the frames left (rule 10); None where any is not regular."""
        last_id, most = self._id, self._max_events
        if data.startswith(b"data: "):
            payloads = data[6 : end - 2].split(b"\n\ndata: ", most)
            left = b"data: " + payloads.pop() + b"\n\n" if len(payloads) > most >= 0 else b""
            if _LF not in b"".join(payloads):
                if self._plain and not last_id and not events:
                    self.payloads = payloads
                else:
                    events += [Event(None, payload, last_id) for payload in payloads]
                return left
        found: list[Event] = []
        each = data[: end - 2].split(b"\n\n", most)
        left = each.pop() + b"\n\n" if len(each) > most >= 0 else b""
        for frame in each:
            name, named, payload = frame.partition(b"\ndata: ")
            if named and name.startswith(b"event: "):
                name = name[7:]
            elif frame.startswith(b"data: "):
                name, payload = b"", frame[6:]
            else:
                return None
            if _LF in name or _LF in payload or len(name) > _LONGEST_VALUE:
                return None
            found.append(Event(name.decode("utf-8", "replace") or None, payload, last_id))
        events += found
        return left

    def _end_large(self, data: bytes, events: list[Event]) -> bytes | None:
        """Add the event of the large frame that is held, copied once; return what follows, None if it is irregular."""
        held = self._held
        end = -1 if held.endswith(b"\n") else data.find(b"\n\n")
        line, rest = data[: max(end, 0)], data[end + 2 :]
        prefix = _PREFIX.match(held)
        cut = end < 0 and not data.startswith(b"\n")
        regular = prefix is not None and len(prefix[0]) <= _LONGEST_VALUE
        if prefix is None or not regular or cut or _LF in line or len(held) + len(line) > self._limit:
            return None
        held += line
        self.data_bytes += len(data) - len(rest)
        with memoryview(held) as view:
            payload = bytes(view[prefix.end() : len(held) - (end < 0)])
        events.append(Event((prefix[1] or b"").decode("utf-8", "replace") or None, payload, self._id))
        held.clear()
        return rest

    def _hold(self, data: bytes, events: list[Event]) -> None:
        """Keep the start of a frame as long as it may become a regular one (rule 6)."""
        held, before = self._held, len(self._held)
        held += data
        self.data_bytes += len(data)
        # Only near the start of a line can more bytes turn it into another kind of line.
        line_end = held.find(b"\n", max(0, before - _LONGEST_PREFIX))
        if held.startswith(b"data: "):
            regular = line_end in (-1, len(held) - 1)
        else:
            at_start = before <= _LONGEST_PREFIX or line_end >= 0
            too_long = len(held) > _LONGEST_VALUE and b"\n" not in held
            regular = not too_long and (not at_start or _REGULAR_START.fullmatch(held) is not None)
        if len(held) > self._limit or not regular:
            del held[before:]
            self.data_bytes -= len(data)
            self._feed_lines(data, events)

    def _feed_lines(self, data: bytes, events: list[Event]) -> None:
        """Give what was held and what arrived to the decoder of lines."""
        self.lacks_lines = self._max_events >= 0 and not load_field_decoder.cache_info().currsize
        if self.lacks_lines:
            self.rest = data
            return
        if self._lines is None:
            self._lines = _LineDecoder(self._limit)
        if self._max_events >= 0:
            most = self._max_events * _LINE_BYTES
            data, self.rest = data[:most], data[most:]
        held, self._held = self._held, bytearray()
        self.data_bytes -= len(held) + self._lines.kept_bytes
        try:
            self._lines.feed(held, events)  # the start of a frame, three lines at most
            self._lines.feed(data, events)
        except EventTooLargeError as error:
            self._failure = error
        self.data_bytes += self._lines.kept_bytes
        self._id = self._lines.last_id

    def _release(self) -> bytes:
        """Return what was held, and hold it no more."""
        held = bytes(self._held)
        self.data_bytes -= len(held)
        self._held.clear()
        return held


class _LineDecoder:
    """Decodes any stream line by line: drops lines without meaning, bounds the others, and gives them to httpx-sse."""

    def __init__(self, limit: int) -> None:
        self.kept_bytes = 0
        self.ignored_lines = 0
        self.last_id = ""
        self.stray = bytearray()  # of lines without meaning (rule 8)
        self._limit = limit
        self._decoder = load_field_decoder()()
        self._line = bytearray()  # the start of a line that has not ended
        self._ignoring = False  # ... which is one without meaning
        self._comment = False  # ... and a comment: nothing of it is kept
        self._after_cr = False  # a LF that comes next belongs to the CR before it
        self._inside = False  # a frame has begun
        self._named = False
        self._data_size = 0  # with the line ends that will join its lines
        self._large: bytearray | None = None  # data of the frame, from the line on with which it is large (rule 9)

    @property
    def inside_frame(self) -> bool:
        """True while what comes next continues a frame or a line."""
        return bool(self._line) or self._ignoring or self._inside

    @property
    def unfinished_bytes(self) -> int:
        """Bytes of the event that has begun."""
        return self._data_size + len(self._line)

    def feed(self, data: bytes | bytearray, events: list[Event]) -> None:
        """Add the events that these bytes complete; raises `EventTooLargeError`."""
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

    def _end_line(self, line: bytes | bytearray, events: list[Event]) -> None:
        if self._ignoring:
            self._ignoring = False
            if not self._comment:
                self._keep_stray(line + b"\n")
            self.ignored_lines += 1
            return
        if self._line:
            self.kept_bytes -= len(self._line)
            self._line += line
            line, self._line = self._line, bytearray()
        size = len(line)
        if not line:
            self._end_frame(events)
        elif self._add_field(line):
            self.kept_bytes += size
        else:
            self.ignored_lines += 1

    def _add_field(self, line: bytes | bytearray) -> bool:
        """Give a line to httpx-sse and return True, or return False for one without meaning (rule 2)."""
        name = line[:_LONGEST_NAME].partition(b":")[0]
        if name not in _FIELDS:
            if name:
                self._keep_stray(line + b"\n")
            return False
        size = self._checked_size(line)
        match name:
            case b"data" if size > _LARGE:
                self._data_size, self._inside = size + 1, True
                self._add_large(line)
                return True
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

    def _add_large(self, line: bytes | bytearray) -> None:
        """Keep a line of large data, without a copy where that can be; httpx-sse gets an empty one in its place."""
        if self._large is not None:
            self._large += b"\n" + line.partition(b":")[2].removeprefix(b" ")
            return
        self._decoder.decode("data")
        self._large = line if isinstance(line, bytearray) else bytearray(line)
        del self._large[: _DATA_PREFIX if line.startswith(b"data: ") else len(b"data:")]

    def _checked_size(self, line: bytes | bytearray) -> int:
        """Return the bytes of data that the frame has with this line, finished or not; raises if it is too much."""
        if len(line) > _LONGEST_VALUE and not line.startswith(b"data"):
            raise EventTooLargeError(_LONGEST_VALUE, "the name or id of an event")
        size = self._data_size + max(0, len(line) - _DATA_PREFIX)
        if size > self._limit:
            raise EventTooLargeError(self._limit)
        return size

    def _end_frame(self, events: list[Event]) -> None:
        """Add the event of a frame that has ended, if it is one (rule 3)."""
        event = self._decoder.decode("")
        self.last_id = "" if event is None else _readable(event.id)
        if event is not None and self._data_size:
            name = _readable(event.event) if self._named else None
            data = event.data.encode("utf-8", "surrogateescape")
            if self._large is not None:
                self._large[:0] = data
                data = bytes(self._large)
            events.append(Event(name, data, self.last_id, event.retry))
        self._inside = self._named = False
        self._data_size, self._large = 0, None

    def _hold(self, piece: bytes | bytearray) -> None:
        """Keep a piece of a line that has not ended, unless the line is known to have no meaning."""
        if self._ignoring:
            return None if self._comment else self._keep_stray(piece)
        if isinstance(piece, bytearray) and not self._line:
            self._line = piece
        else:
            self._line += piece
        name, colon, _ = bytes(self._line[:_LONGEST_NAME]).partition(b":")
        if name not in _FIELDS if colon else not any(field.startswith(name) for field in _FIELDS):
            self.kept_bytes -= len(self._line) - len(piece)
            self._ignoring, self._comment = True, not name
            if name:
                self._keep_stray(self._line)
            return self._line.clear()
        self.kept_bytes += len(piece)
        if colon:  # else it may still become a line without meaning, which has no size
            self._checked_size(self._line)
        return None

    def _keep_stray(self, text: bytes | bytearray) -> None:
        """Keep a part of a line without meaning, which is no comment (rule 8)."""
        self.stray += text[: _STRAY - len(self.stray)]


class FieldDecoder(Protocol):
    """The part of httpx-sse that is used: takes lines without their ends, and gives an event for a blank one."""

    def decode(self, line: str) -> ServerSentEvent | None:
        """Take a line; return the event that it ends, which has the last id even if it has nothing else."""
        ...


@functools.cache
def load_field_decoder() -> Callable[[], FieldDecoder]:
    """Import httpx-sse, and httpx with it: some 300 ms, the first time."""
    from httpx_sse._decoders import SSEDecoder  # not public: pyproject.toml bounds the version, a test its behaviour

    return SSEDecoder


def _readable(text: str) -> str:
    """Return a text with a replacement character in place of each byte that was not UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
