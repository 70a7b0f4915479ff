"""Realtime transcription: audio comes in, and text, segments and turns as it is heard."""

from __future__ import annotations

from base64 import b64decode
from collections import deque
from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any, ClassVar

from mistral_async.testing._call import FakeCall
from mistral_async.testing._handlers._realtime import INVALID_AUDIO, Handler, RealtimeError, RealtimeSession
from mistral_async.testing._handlers.audio import transcription_usage
from mistral_async.testing._json import JSONArray, JSONObject
from mistral_async.testing._pcm import FORMATS, SLOTS_PER_SECOND, hear
from mistral_async.testing._reply import Reply, websocket_reply
from mistral_async.testing._route import route
from mistral_async.testing._session import Message
from mistral_async.testing._state import ServerState
from mistral_async.testing._websocket_log import Close

# Rule 1: Audio is heard in slots of 20 ms, however it is cut into messages. Times are those of the samples.
# Rule 2: An utterance begins with sound, and ends with silence of `min_silence_ms` (500), a flush or the end. It is
# one segment. Turn events tell of utterances where the session asks for them.
# Rule 3: Spoken text comes back word by word, as soon as the word is over; sound of any other kind is a sentence for
# each second of it. What `target_streaming_delay_ms` holds back comes with a flush, the end, or later audio.
# Rule 4: The text of `transcription.done` is that of all deltas.

OPERATION = "audio.realtime.connect"
_MILLISECONDS = 1000
_TURNS: JSONObject = {
    "start_threshold": 0.5,
    "eager_end_threshold": 0.5,
    "end_threshold": 0.33,
    "min_silence_ms": 500,
    "end_timeout_ms": None,
}


class Utterance:
    """Sound between two silences."""

    def __init__(self, start: float) -> None:
        self.start = start
        self.end = start
        self.text = ""
        self.word = bytearray()
        self.sound = 0
        self.eager_end = False

    def silence(self, now: float) -> float:
        """Return the seconds since the last sound."""
        return now - self.end


class TranscriptionSession(RealtimeSession):
    """One transcription."""

    ability = "audio_transcription_realtime"
    shapes: ClassVar[Mapping[str, str]] = {
        "session.update": "session*: RealtimeTranscriptionUpdate",
        "input_audio.append": "audio*: str",
        "input_audio.flush": "",
        "input_audio.end": "",
    }
    defaults: ClassVar[JSONObject] = {
        "audio_format": {"encoding": "pcm_s16le", "sample_rate": 16_000},
        "target_streaming_delay_ms": None,
        "diarize": None,
        "context_bias": None,
        "language": None,
        "speaker_references": None,
        "turn_detection": None,
    }

    def __init__(self, state: ServerState, model: str) -> None:
        super().__init__(state, model)
        self._pending = bytearray()
        self._heard = 0  # bytes in whole slots
        self._utterance: Utterance | None = None
        self._held: deque[tuple[float, JSONObject]] = deque()
        self._text = ""
        self._segments: JSONArray = []

    def session(self) -> JSONObject:
        """Return the session; of its references, the names of the speakers."""
        session = super().session()
        if session["speaker_references"] is not None:
            session["speaker_references"] = list(session["speaker_references"])
        return session

    def update(self, changes: JSONObject) -> Iterator[Message]:
        """Change options; an `audio_format` of null is none."""
        if changes.get("turn_detection") is not None:
            changes = {**changes, "turn_detection": {**_TURNS, **changes["turn_detection"]}}
        if changes.get("speaker_references") and not changes.get("diarize", self.options["diarize"]):
            raise RealtimeError({"detail": "speaker_references requires diarize."})
        self.options |= {**changes, "audio_format": changes.get("audio_format") or self.options["audio_format"]}
        yield {"type": "session.updated", "session": self.session()}

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers of audio."""
        return {"input_audio.append": self._append, "input_audio.flush": self._flush, "input_audio.end": self._end}

    def charge(self) -> None:
        """Record the audio that was heard, and the text that was made of it."""
        usage = self._usage()
        self.state.effects.record(
            OPERATION,
            time=self.state.clock.now(),
            model=self.model,
            tokens=usage["total_tokens"],
            completion_tokens=usage["completion_tokens"],
            units={"audio-seconds": usage["prompt_audio_seconds"]},
        )

    # Events of the client

    def _append(self, event: Any) -> Iterator[Message]:
        try:
            audio = b64decode(event["audio"], validate=True)
        except ValueError as error:
            raise RealtimeError(f"Audio is not base64: {error}", INVALID_AUDIO) from error
        self.log.add_audio(audio)
        self._pending += audio
        size = self._slot_size()
        at = 0
        while len(self._pending) - at >= size:
            slot = hear(self._pending[at : at + size], self.options["audio_format"]["encoding"])
            at += size
            self._heard += size
            yield from self._hear(voiced=slot.voiced, byte=slot.byte)
            yield from self._release()
        del self._pending[:at]

    def _flush(self, _event: Any) -> Iterator[Message]:
        if self._utterance is not None:
            yield from self._finish(self._utterance)
        yield from self._release(everything=True)

    def _end(self, _event: Any) -> Iterator[Message]:
        yield from self._flush(None)
        self.end()
        yield {
            "type": "transcription.done",
            "model": self.model,
            "text": self._text,
            "language": self.options["language"],
            "segments": [{**segment, "type": "transcription_segment"} for segment in self._segments],
            "usage": self._usage(),
        }
        yield Close()

    # What is heard

    def _hear(self, *, voiced: bool, byte: int | None) -> Iterator[Message]:
        utterance, now = self._utterance, self._seconds()
        if voiced:
            if utterance is None:
                utterance = self._utterance = Utterance(now - self._slot_seconds())
                yield from self._turn("turn.start", utterance.start)
            elif utterance.eager_end:
                utterance.eager_end = False
                yield from self._turn("turn.resume", now - self._slot_seconds())
            utterance.end = now
            self._understand(utterance, byte)
        elif utterance is not None:
            yield from self._wait(utterance, now)

    def _understand(self, utterance: Utterance, byte: int | None) -> None:
        if byte is None:
            self._complete_word(utterance)
            utterance.sound += 1
            if utterance.sound == SLOTS_PER_SECOND:
                self._describe_sound(utterance)
        else:
            utterance.word.append(byte)
            if byte == ord(" "):
                self._complete_word(utterance)

    def _wait(self, utterance: Utterance, now: float) -> Iterator[Message]:
        turns = self.options["turn_detection"] or _TURNS
        silence = round(utterance.silence(now) * _MILLISECONDS, 3)
        limit, timeout = turns["min_silence_ms"], turns["end_timeout_ms"]
        if timeout is not None and timeout < limit and silence >= timeout:
            yield from self._finish(utterance, "timeout")
        elif silence >= limit:
            yield from self._finish(utterance)
        elif silence >= limit / 2 and not utterance.eager_end:
            utterance.eager_end = True
            self._complete_word(utterance)
            yield from self._turn("turn.eager_end", now)

    def _finish(self, utterance: Utterance, reason: str = "threshold") -> Iterator[Message]:
        self._utterance = None
        self._complete_word(utterance)
        if utterance.sound:
            self._describe_sound(utterance)
        if utterance.text:
            segment = {
                "text": utterance.text.strip(),
                "start": round(utterance.start, 2),
                "end": round(utterance.end, 2),
                **self._speaker(),
            }
            self._segments.append(segment)
            self._hold({**segment, "type": "transcription.segment"})
        yield from self._turn("turn.end", self._seconds(), end_reason=reason)

    def _speaker(self) -> JSONObject:
        if not self.options["diarize"]:
            return {}
        names = list(self.options["speaker_references"] or ("speaker_1", "speaker_2"))
        return {"speaker_id": names[len(self._segments) % len(names)]}

    def _describe_sound(self, utterance: Utterance) -> None:
        utterance.sound = 0
        space = " " if utterance.text and not utterance.text[-1].isspace() else ""
        self._say(utterance, f"{space}This is second {ceil(round(utterance.end, 3))}. ")

    def _complete_word(self, utterance: Utterance) -> None:
        if utterance.word:
            word = utterance.word.decode("utf-8", "replace")
            utterance.word.clear()
            self._say(utterance, word)

    def _say(self, utterance: Utterance, text: str) -> None:
        if not self._text and self.options["language"]:
            self._hold({"type": "transcription.language", "audio_language": self.options["language"]})
        if self._text and not utterance.text and not self._text[-1].isspace():
            text = f" {text}"
        utterance.text += text
        self._text += text
        self._hold({"type": "transcription.text.delta", "text": text})

    # What is sent, and when

    def _turn(self, kind: str, time: float, **fields: str) -> Iterator[Message]:
        if self.options["turn_detection"] is not None:
            self._hold({"type": kind, "time_s": round(time, 2), **fields})
        yield from self._release()

    def _hold(self, event: JSONObject) -> None:
        delay = (self.options["target_streaming_delay_ms"] or 0) / _MILLISECONDS
        self._held.append((self._seconds() + delay, event))

    def _release(self, *, everything: bool = False) -> Iterator[Message]:
        now = self._seconds()
        while self._held and (everything or self._held[0][0] <= now):
            yield self._held.popleft()[1]

    # Times and costs

    def _bytes_per_second(self) -> int:
        audio = self.options["audio_format"]
        return FORMATS[audio["encoding"]].width * int(audio["sample_rate"])

    def _slot_size(self) -> int:
        audio = self.options["audio_format"]
        return FORMATS[audio["encoding"]].width * (int(audio["sample_rate"]) // SLOTS_PER_SECOND)

    def _slot_seconds(self) -> float:
        return self._slot_size() / self._bytes_per_second()

    def _seconds(self) -> float:
        return self._heard / self._bytes_per_second()

    def _usage(self) -> JSONObject:
        return transcription_usage(self._text, (self._heard + len(self._pending)) / self._bytes_per_second())


@route("GET", "/v1/audio/transcriptions/realtime", OPERATION, limits=("req",), realtime=True)
def connect(call: FakeCall) -> Reply:
    """Open a transcription."""
    return websocket_reply(TranscriptionSession(call.state, call.required("model")))
