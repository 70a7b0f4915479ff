"""The audio of a live transcription that may have to be sent again: what is kept, and from where it is sent. No I/O."""

from __future__ import annotations

from collections import deque
from math import isfinite
from typing import Final

# Rule 1: Audio counts in bytes from the beginning of all of it, over all connections. `base` is where the present
#         connection began: times that its server says count from there.
# Rule 2: A segment says exactly until when audio has become text: until then nothing is kept.
# Rule 3: Text without times says less. It can not be of audio later than the server's delay ago; that, and `_MARGIN`
#         before it, is taken for the end of what has become text. Audio that was sent faster than somebody speaks (of
#         a file, or again) counts as heard at the speed of speech. What is sent again from there may give some words
#         twice, which the caller is told (`exact`). Once there was a segment, only segments count.
# Rule 4: `transcription.done` says that all audio before its flush has become text: the first answers the first flush.
#         A flush without one is asked again, in its place.
# Rule 5: Of what was sent, `keep` seconds are kept at most: the server hears as fast as somebody speaks, so older audio
#         without text was silence. How much was dropped that way is told (`lost`).
# Rule 6: What was not sent yet is never dropped: its sender waits.
# Rule 7: Audio is cut between samples, wherever the pieces that were given end.
# Rule 8: Audio counts as sent once it was (`advance`), not when somebody means to send it (`next`).

_DELAY: Final = 0.5  # seconds, where the server says none
_MARGIN: Final = 1.0  # seconds


class AudioLog:
    """The audio that was given to a transcription, from the oldest that may be sent again."""

    def __init__(self, keep: float) -> None:
        self._keep = keep
        self._rate = 1  # bytes a second
        self._sample = 1  # bytes
        self._kept: deque[bytes] = deque()  # sent on the present connection
        self._waiting: deque[bytes] = deque()  # not sent on it
        self._start = 0  # where the kept audio begins
        self._sent = 0  # and ends
        self._base = 0  # where the present connection began
        self._heard = 0  # until there it has become text
        self._reached = 0  # until there it was sent on any connection
        self._unsent = 0  # bytes that wait
        self._asked: deque[int] = deque()  # where the flushes without a done are
        self._flushed = 0  # of these, those that were sent on the present connection
        self.exact = False

    def set_format(self, bytes_per_second: int, sample: int) -> None:
        """Set the bytes of a second and of a sample, which the format of the audio says."""
        self._rate, self._sample = max(1, bytes_per_second), sample

    @property
    def base(self) -> float:
        """Seconds of audio before the present connection."""
        return self._base / self._rate

    @property
    def is_full(self) -> bool:
        """True if as much audio waits as may be kept (rule 6)."""
        return self._unsent >= self._keep * self._rate

    def add(self, audio: bytes) -> None:
        """Take audio that is to be sent; b"" is a flush."""
        if audio:
            self._waiting.append(audio)
            self._unsent += len(audio)
        else:
            self._asked.append(self._sent + self._unsent)

    def next(self) -> bytes | None:
        """Return what is to be sent next: audio, or b"" for a flush; None when there is nothing."""
        if self._flushed < len(self._asked) and self._asked[self._flushed] <= self._sent:
            return b""
        return self._waiting[0] if self._waiting else None

    def advance(self) -> None:
        """Take note that it was sent (rule 8)."""
        if not self.next():
            self._flushed += 1
            return
        audio = self._waiting.popleft()
        self._kept.append(audio)
        self._unsent -= len(audio)
        self._sent += len(audio)
        self._reached = max(self._reached, self._sent)
        self._drop(self._sent - int(self._keep * self._rate))

    def segment(self, end: float) -> None:
        """Take note of a segment, whose time counts from the beginning of this connection (rule 2)."""
        if not isfinite(end):
            return
        self.exact = True
        self._hear(self._base + int(end * self._rate))

    def done(self) -> None:
        """Take note that what was asked for by the first flush is text (rule 4)."""
        if self._flushed:
            self._flushed -= 1
            self._hear(self._asked.popleft())

    def text(self, delay_ms: int | None, elapsed: float) -> None:
        """Take note of text without times, some seconds after the connection began (rule 3)."""
        if not self.exact:
            behind = (_DELAY if delay_ms is None else delay_ms / 1000) + _MARGIN
            spoken = min(self._sent, self._base + int(elapsed * self._rate))
            self._hear(spoken - int(behind * self._rate))

    def restart(self) -> tuple[float, float]:
        """Begin again on a new connection; return the seconds that are sent again, and those that are lost (rule 5)."""
        lost = max(0, self._start - self._heard)
        begin = max(self._heard - self._heard % self._sample, self._start)
        begin += -begin % self._sample
        if self._kept and begin > self._start:
            self._kept[0] = self._kept[0][begin - self._start :]
            self._start = begin
        self._unsent += self._sent - self._start
        self._waiting.extendleft(reversed(self._kept))
        self._kept.clear()
        self._base = self._sent = self._start
        self._flushed = 0
        return (self._reached - self._start) / self._rate, lost / self._rate

    def resume(self) -> None:
        """Take note that the new connection is there: what `restart` returned is told, and not again."""
        self._heard = max(self._heard, self._start)

    def _hear(self, position: int) -> None:
        self._heard = max(self._heard, min(position, self._sent))
        self._drop(self._heard)

    def _drop(self, position: int) -> None:
        """Drop the pieces that end before a position, and before the sample there (rule 7)."""
        position -= position % self._sample
        while self._kept and self._start + len(self._kept[0]) <= position:
            self._start += len(self._kept.popleft())
