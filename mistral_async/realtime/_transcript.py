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


class Transcript:
    """The text and segments so far."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._segments: list[TranscriptionSegmentChunk] = []
        self._language: str | None = None
        self._before = ("", 0)  # text and segments of earlier connections

    def response(self, model: str) -> TranscriptionResponse:
        """Return what has come; the text of segments where no other came."""
        text = "".join(self._texts) or "".join(segment.text for segment in self._segments)
        return TranscriptionResponse(model=model, text=text, language=self._language, segments=list(self._segments))

    def begin_again(self) -> None:
        """Take what comes from now on as that of a new connection."""
        self._before = ("".join(self._texts), len(self._segments))

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
        text, count = self._before
        for segment in done.segments:
            _shift(segment, base)
        if text or count:
            done.text = f"{text}{done.text}"
            done.segments = [*self._segments[:count], *done.segments]
        self._texts, self._segments = [f"{done.text}"], list(done.segments)
        self._language = done.language or self._language


def _shift(segment: Any, base: float) -> None:
    """Have a segment begin later; a time that is no number stays (the event is read leniently)."""
    if base:
        segment.start, segment.end = (
            time + base if isinstance(time, (int, float)) else time for time in (segment.start, segment.end)
        )
