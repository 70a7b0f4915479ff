"""`mistral-async transcribe --live`: text while somebody speaks."""

from __future__ import annotations

import sys
from typing import Any

from mistral_async.cli._codes import INTERRUPTED, print_error
from mistral_async.cli._connection import ClientContext, Connection
from mistral_async.cli._recording import Recording, stopped_by_interrupt
from mistral_async.cli._text import print_json, terminal_text
from mistral_async.models import (
    RealtimeEvent,
    RealtimeReconnected,
    TranscriptionStreamSegmentDelta,
    TranscriptionStreamTextDelta,
    TurnDetectionEndEvent,
)


async def transcribe_live(
    recording: Recording, connection: Connection, *, model: str, json: bool, options: dict[str, Any]
) -> int:
    """Print what a recording says, as it comes; returns the exit code."""
    printer = LivePrinter(json=json, speakers=bool(options.get("diarize")))
    async with ClientContext(connection) as client, recording, stopped_by_interrupt(recording):
        audio_format = await recording.start()
        if audio_format is None:
            return INTERRUPTED
        stream = client.audio.realtime.transcribe_stream(recording.pieces(), model, audio_format, **options)
        async with stream as events:
            try:
                async for event in events:
                    printer.show(event)
            finally:
                printer.finish()
            await events.result()  # raises the error that was the last event
    return INTERRUPTED if recording.stopped else 0


class LivePrinter:
    """Events on stdout: their text as it comes, lines by turns or speakers, or JSON lines."""

    def __init__(self, *, json: bool, speakers: bool) -> None:
        self._json = json
        self._speakers = speakers
        self._in_line = False

    def show(self, event: RealtimeEvent) -> None:
        """Print one event, at once."""
        if self._json:
            print_json(event)
            sys.stdout.flush()
            return
        match event:
            case TranscriptionStreamTextDelta(text=text) if not self._speakers:
                self._write(text)
            case TranscriptionStreamSegmentDelta(text=text, speaker_id=speaker) if self._speakers:
                self._write(f"{speaker or 'somebody'}: {text.strip()}")
                self.finish()
            case TurnDetectionEndEvent():
                self.finish()
            case RealtimeReconnected(resent=resent):
                print_error(f"the connection was lost and opened again: {resent:.1f} s of audio were sent again")
            case _:
                pass

    def finish(self) -> None:
        """End the line, if there is one."""
        if self._in_line:
            self._in_line = False
            sys.stdout.write("\n")
            sys.stdout.flush()

    def _write(self, text: str) -> None:
        text = text if self._in_line else text.lstrip()
        if text:
            self._in_line = True
            sys.stdout.write(terminal_text(text))
            sys.stdout.flush()
