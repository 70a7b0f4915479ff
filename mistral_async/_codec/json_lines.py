"""A decoder of JSON lines (NDJSON): bytes in, events out, no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mistral_async._codec.sse import MAX_EVENT_SIZE, Event, EventTooLargeError

_END: Final = b"\n"


class LineDecoder:
    """Takes lines as they arrive, cut anywhere, and gives each as an event; it is used as `EventDecoder` is."""

    lacks_lines = False
    stray = b""
    payloads: Final[Sequence[bytes]] = ()

    def __init__(self, *, max_event_size: int = MAX_EVENT_SIZE, max_events: int = -1) -> None:
        self.rest = b""
        """What the last call has left to be given again, before anything else."""
        self.data_bytes = 0
        """Bytes received so far."""
        self._limit = max_event_size
        self._max_events = max_events  # -1: no limit
        self._held = bytearray()  # the start of a line

    @property
    def _is_full(self) -> bool:
        return len(self._held) > self._limit

    @property
    def unfinished_bytes(self) -> int:
        """Bytes of the line that has begun."""
        return len(self._held)

    def feed(self, data: bytes) -> list[Event]:
        """Return the lines that these bytes complete; raises `EventTooLargeError` once those before are given."""
        self.rest = b""
        self.data_bytes += len(data)
        if _END not in data or self._is_full:
            self._held += data
            return self._checked([])
        lines = data.split(_END, self._max_events)
        last = lines.pop()
        if self._held:
            self._held += lines[0]
            lines[0] = bytes(self._held)
            self._held.clear()
        if len(lines) == self._max_events:
            self.rest = last
            self.data_bytes -= len(last)
        else:
            self._held += last
        return self._checked(lines)

    def close(self) -> list[Event]:
        """Return the last line, if it has no end."""
        last = bytes(self._held)
        return self._checked([last] if last.strip() else [])

    def _checked(self, lines: list[bytes]) -> list[Event]:
        """Return the lines before one that is too large; raise if it is the first."""
        large = next((index for index, line in enumerate(lines) if len(line) > self._limit), None)
        if large is not None:
            self._held[:] = lines[large]
            del lines[large:]
        if self._is_full and not lines:
            raise EventTooLargeError(self._limit)
        return [Event(None, line) for line in lines]
