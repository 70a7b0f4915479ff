"""The text of a live transcription, as it comes: that of several connections is one text. No I/O."""

from __future__ import annotations

from typing import Any

from mistral_async.models.transcriptions import (
    TranscriptionResponse,
    TranscriptionSegmentChunk,
    TranscriptionStreamDone,
    TranscriptionStreamLanguage,
    TranscriptionStreamSegmentDelta,
    TranscriptionStreamTextDelta,
)

# Rule 1: `transcription.done` ends an utterance: after a flush, or after the last audio. Its text is that of the
#         utterance, and takes the place of what had come of it.
# Rule 2: Where an utterance was begun on an earlier connection, its done gets the text and segments from there, too.
# Rule 3: Times count from the beginning of all audio.


class Transcript:
    """The text and segments so far, of all utterances."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._segments: list[TranscriptionSegmentChunk] = []
        self._language: str | None = None
        self._utterance = (0, 0)  # where it begins in texts and segments
        self._connection = (0, 0)  # where the present connection does

    def response(self, model: str) -> TranscriptionResponse:
        """Return what has come; the text of segments where no other came."""
        text = "".join(self._texts) or "".join(segment.text for segment in self._segments)
        return TranscriptionResponse(model=model, text=text, language=self._language, segments=list(self._segments))

    def begin_again(self) -> None:
        """Take what comes from now on as that of a new connection."""
        self._connection = (len(self._texts), len(self._segments))

    def take(self, event: Any, base: float) -> None:
        """Take note of an event whose times begin at `base`; make its times, or its text, those of all."""
        match event:
            case TranscriptionStreamTextDelta():
                self._texts.append(event.text)
            case TranscriptionStreamSegmentDelta():
                _shift(event, base)
                segment = TranscriptionSegmentChunk(text=event.text, speaker_id=event.speaker_id)
                segment.start, segment.end = event.start, event.end
                self._segments.append(segment)
            case TranscriptionStreamLanguage():
                self._language = event.audio_language
            case TranscriptionStreamDone():
                self._finish(event, base)
            case _:
                event.time_s += base

    def _finish(self, done: TranscriptionStreamDone, base: float) -> None:
        """End an utterance (rules 1 and 2)."""
        text, segment = self._utterance
        before = "".join(self._texts[text : self._connection[0]])
        for each in done.segments:
            _shift(each, base)
        if before or self._connection[1] > segment:
            done.text = f"{before}{done.text}"
            done.segments = [*self._segments[segment : self._connection[1]], *done.segments]
        if done.text:
            self._texts[text:] = [f"{done.text}"]
        if done.segments:
            self._segments[segment:] = done.segments
        self._language = done.language or self._language
        self._utterance = self._connection = (len(self._texts), len(self._segments))


def _shift(segment: Any, base: float) -> None:
    """Have a segment begin later; a time that is no number stays (the event is read leniently)."""
    if base:
        segment.start, segment.end = (
            time + base if isinstance(time, (int, float)) else time for time in (segment.start, segment.end)
        )
