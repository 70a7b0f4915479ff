"""What the bytes of a streamed answer say: events, the terminal mark, or an error. No I/O.

The rules are those of `stream`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mistral_async._codec.error_body import find_error, parse_error
from mistral_async._codec.json_lines import LineDecoder
from mistral_async._codec.large import LARGE, decode_large
from mistral_async._codec.open_union import LenientDecodeError, Unknown, decode, decoder
from mistral_async._codec.sse import Event, EventDecoder, EventTooLargeError
from mistral_async._codec.surrogates import SurrogateJoiner
from mistral_async._engine.call_state import bare
from mistral_async._engine.request import DONE, Stream
from mistral_async.errors import MistralError, ResponseValidationError, StreamEventError, from_event
from mistral_async.models.chat import CompletionChunk

if TYPE_CHECKING:
    from mistral_async._engine.call_state import CallState
    from mistral_async._engine.encoding import ChangeBody

_ERRORS: Final = frozenset({"error", "conversation.response.error", "response.error"})
_SILENCE: Final = frozenset({"ping", "heartbeat", "keepalive", "keep-alive"})
_WORDS: Final = frozenset({b"", b"null", b"[]", b"[done]"})
_LONGEST_WORD: Final = 64  # bytes
_STEP: Final = 512  # events that are read before others get their turn: 15 ms for those that are read leniently


class EventReader:
    """Reads the body of one answer, and adds its events to the lists that it was made with."""

    def __init__(self, request: Stream[Any], call: CallState, ready: deque[Any], seen: list[Any]) -> None:
        self.ended = False
        """True when the terminal mark has come."""
        self._request = request
        self._call = call
        self._ready = ready
        self._seen = seen
        chunks = request.yields is CompletionChunk
        self.decoder = LineDecoder(max_events=_STEP) if request.lines else EventDecoder(max_events=_STEP, plain=chunks)
        self.ids: list[tuple[int, str]] = []
        """The ids that events came with, each with the number of events up to it."""
        self.waiting: deque[Event] = deque()
        """Events that have come and were not decoded, because the task was cancelled."""
        self.decode_payloads: ChangeBody | None = None
        """Decodes the payloads in an event, where the view does that."""
        self._halves: SurrogateJoiner | None = None
        self._decode_event: Callable[[bytes], Any] = decoder(request.yields).decode
        self._decode_irregularly: Callable[[bytes, Any], Any] = decode

    @property
    def stray(self) -> bytes:
        """The start of what came in place of events, as far as it may be shown."""
        return self._call.redact(self.decoder.stray.strip())

    @property
    def takes_turns(self) -> bool:
        """True if what comes next is for `read_large`: a large event, or payloads to decode."""
        return self.decode_payloads is not None or self.decoder.unfinished_bytes > LARGE

    def read(self, data: bytes) -> None:
        """Read what has arrived, b"" for the end of the body, up to the terminal mark (rule 1).

        Raises `StreamEventError` for an error, `ResponseValidationError` for what can not be read.
        """
        events, payloads = self._split(data), self.decoder.payloads
        if payloads and not self._read_chunks(payloads):
            events = [*map(_event, payloads), *events]
        if events and not self.ended:
            self._read_events(events)

    def _read_chunks(self, payloads: Sequence[bytes]) -> bool:
        """Read the chunks of a chat all at once; returns False, and nothing is read, where one is not as most are."""
        ended = payloads[-1] == b"[DONE]"
        try:
            items = list(map(self._decode_event, payloads[:-1] if ended else payloads))
        except (LenientDecodeError, msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return False
        if [item for item in items if not item.choices or item.error is not None]:
            return False
        self._ready += items
        self._seen += items
        self.ended = ended
        return True

    async def read_large(self, data: bytes | None) -> None:
        """Read what has arrived as `read` does, but decode events above `LARGE` bytes in turns with other tasks.

        Payloads are decoded first. Where it is cancelled meanwhile, the events are in `waiting`; None reads those.
        """
        if data is not None:
            events = self._split(data)
            self.waiting.extend(map(_event, self.decoder.payloads))
            self.waiting += events
        regular = self._decode_event, self._decode_irregularly
        while self.waiting and not self.ended:
            event = self.waiting[0]
            if self.decode_payloads is not None:
                event = msgspec.structs.replace(event, data=await self.decode_payloads(event.data))
            large = len(event.data) > LARGE
            get = await decode_large(event.data, self._request.yields) if large else None
            self.waiting.popleft()
            try:
                if get is not None:
                    self._decode_event, self._decode_irregularly = self._decoding(get), get
                self._read_events([event])
            finally:
                self._decode_event, self._decode_irregularly = regular

    def _decoding(self, get: Callable[..., Any]) -> Callable[[bytes], Any]:
        """Return the decoder of events that are regular."""
        return get

    def _split(self, data: bytes) -> list[Event]:
        try:
            return self.decoder.feed(data) if data else self.decoder.close()
        except EventTooLargeError as problem:
            raise ResponseValidationError(f"{self._request!r}: {problem}") from None

    def _read_events(self, events: list[Event]) -> None:
        done, chunks = self._request.ends == DONE, self._request.yields is CompletionChunk
        ready, seen, decode_event = self._ready, self._seen, self._decode_event
        before = len(seen)
        try:
            for event in events:
                data = event.data
                if done and data.startswith(b"[DONE]"):
                    self.ended = True
                    return
                if event.event in _ERRORS:
                    raise self._error(data)
                try:
                    item = decode_event(data)
                except (LenientDecodeError, msgspec.DecodeError, RecursionError, UnicodeDecodeError):
                    item = None
                if item is None and (item := self._decode_irregular(event)) is None:
                    if self.ended:
                        return
                    continue
                # A chunk with choices can be nothing else: nearly all events are.
                if (event.event or not chunks or not item.choices or item.error is not None) and self._is_last(
                    item, event
                ):
                    self.ended = True
                ready.append(item)
                seen.append(item)
                if self.ended:
                    break
        except MistralError:
            self._note_id(events[: len(seen) - before])
            raise
        self._note_id(events)

    def _note_id(self, events: list[Event]) -> None:
        """Note the id up to which events were read."""
        if events and events[-1].id:
            self.ids.append((len(self._seen), events[-1].id))

    def stray_error(self) -> StreamEventError | None:
        """Return the error that came in place of events; None where none did (rule 6)."""
        stray = self.stray.removeprefix(b"error:")
        for text in (stray, stray.partition(b"\n")[0]) if stray else ():
            if parse_error(text).message:
                return self._error(text)
        return None

    def _decode_irregular(self, event: Event) -> Any:
        """Decode an event that is not regular; None for one that is none, or the terminal mark (rules 1 and 7)."""
        data = event.data
        word = data.strip(b' "\t\r\n').lower() if len(data) < _LONGEST_WORD else data
        if word in _WORDS or event.event in _SILENCE:
            ends = self._request.ends
            self.ended = word == b"[done]" if ends == DONE or not ends else (event.event or "-") in ends
            return None
        if b"\\ud" in data or b"\\uD" in data:
            self._halves = self._halves or SurrogateJoiner()
            data = self._halves.join(data)
        try:
            return self._decode_irregularly(data, self._request.yields)
        except (LenientDecodeError, msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
            last = data.rpartition(b"\n")[2]  # a relay may write its error into an event that it has begun
            if last is not data and find_error(last, ()) is not None:
                raise self._error(last) from bare(problem)
            raise self._unreadable(data, problem) from bare(problem)

    def _is_last(self, item: object, event: Event) -> bool:
        """Return whether an event is the terminal mark; raises if it is an error (rule 6)."""
        kind = event.event or getattr(item, "type", None) or ""
        if kind in _ERRORS or _is_error(item, event.data):
            raise self._error(event.data)
        return kind in self._request.ends and self._request.ends != DONE

    def _error(self, data: bytes) -> StreamEventError:
        """Make the error that an event reports."""
        route = f"{self._request.method} {self._request.path}"
        return from_event(self._call.redact(data), route=route, request_id=None)

    def _unreadable(self, data: bytes, problem: Exception) -> ResponseValidationError:
        call = self._call
        error = ResponseValidationError(f"an event of {self._request!r} can not be read: {call.conceal(problem)}")
        error.body, error.path, error.status = call.redact(data), getattr(problem, "path", "$"), 200
        return error


def _event(data: bytes) -> Event:
    return Event(None, data)


def _is_error(item: object, data: bytes) -> bool:
    """Return whether an event that is not named so is an error (rule 6)."""
    if isinstance(item, CompletionChunk):
        says_so = item.object == "error" or bool(item.error)
        return says_so or (not item.choices and item.usage is None and parse_error(data).message != "")
    if isinstance(item, Unknown):
        return not item.type and find_error(data, ()) is not None
    return getattr(item, "reports_failure", False)
