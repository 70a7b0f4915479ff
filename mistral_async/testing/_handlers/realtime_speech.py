"""Realtime speech: text comes in, and audio sentence by sentence."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from mistral_async._codec.wav import wav_header
from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import FakeAPIError
from mistral_async.testing._handlers._prompt import pieces_of
from mistral_async.testing._handlers._realtime import POLICY_VIOLATION, Handler, RealtimeError, RealtimeSession
from mistral_async.testing._handlers._speech import decode_audio, synthesize
from mistral_async.testing._handlers.voices import VoiceStore
from mistral_async.testing._json import JSONObject
from mistral_async.testing._pcm import spoken
from mistral_async.testing._reply import Reply, websocket_reply
from mistral_async.testing._route import route
from mistral_async.testing._session import Message
from mistral_async.testing._state import ServerState
from mistral_async.testing._websocket_log import Close

# Rule 1: Text is spoken once its sentence is over, or with a flush or the end; `long_form` waits for two sentences,
# then for four, and so on.
# Rule 2: A voice that does not exist, or a sample that is none, ends the session with a close frame.
# Rule 3: The audio of all events, joined, is one WAV file or one stream of samples. In other formats it is a file each
# time that text is spoken; a transcription of them, joined, has all of the text.

OPERATION = "audio.realtime_speech.connect"
_RATE = 24_000
_PIECE = 8_192
_END = re.compile(r"[.!?\n]+\s*")


class SpeechSession(RealtimeSession):
    """One speech."""

    ability = "audio_speech"
    shapes: ClassVar[Mapping[str, str]] = {
        "session.update": "session*: RealtimeSpeechUpdate",
        "input_text.append": "text*: str",
        "input_text.flush": "text: str?",
        "input_text.end": "",
    }
    defaults: ClassVar[JSONObject] = {
        "voice": None,
        "is_ref_audio": False,
        "streaming_mode": "responsive",
        "response_format": "wav",
        "expressiveness": 1.0,
    }

    def __init__(self, state: ServerState, model: str) -> None:
        super().__init__(state, model)
        self._waiting = ""
        self._spoken = ""
        self._bytes = 0
        self._least_sentences = 1

    def update(self, changes: JSONObject) -> Iterator[Message]:
        """Change options."""
        voice, sample = changes.get("voice"), changes.get("ref_audio")
        try:
            if voice is not None and sample is not None:
                raise RealtimeError({"detail": "voice and ref_audio are mutually exclusive."})
            if voice is not None:
                self.state.store(VoiceStore).find(voice)
            if sample is not None:
                decode_audio(sample)
        except (FakeAPIError, UnicodeError):  # the latter of half a surrogate pair, which has no place in an error
            reason = f"Voice '{voice}' not found." if voice is not None else "Reference audio could not be decoded."
            yield Close(POLICY_VIOLATION, reason)
            return
        given = {name: value for name, value in changes.items() if name != "ref_audio" and value is not None}
        self.options |= given | ({"is_ref_audio": True} if sample is not None else {})
        yield {"type": "session.updated", "session": self.session()}

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers of text."""
        return {"input_text.append": self._append, "input_text.flush": self._flush, "input_text.end": self._end}

    def charge(self) -> None:
        """Record the text that was spoken."""
        usage = self._usage()
        self.state.effects.record(
            OPERATION,
            time=self.state.clock.now(),
            model=self.model,
            tokens=usage["total_tokens"],
            completion_tokens=usage["completion_tokens"],
            units={"input-characters": len(self._spoken)},
        )

    def _append(self, event: Any) -> Iterator[Message]:
        self.log.text += event["text"]
        self._waiting += event["text"]
        if _END.search(event["text"]) is None:
            return
        ends = list(_END.finditer(self._waiting))
        if len(ends) >= self._least_sentences:
            end = ends[-1].end()
            text, self._waiting = self._waiting[:end], self._waiting[end:]
            if self.options["streaming_mode"] == "long_form":
                self._least_sentences *= 2
            yield from self._speak(text)

    def _flush(self, event: Any) -> Iterator[Message]:
        text = event.get("text") or ""
        self.log.text += text
        waiting, self._waiting = self._waiting + text, ""
        yield from self._speak(waiting)

    def _end(self, _event: Any) -> Iterator[Message]:
        yield from self._flush({})
        self.end()
        yield {"type": "speech.audio.done", "usage": self._usage()}
        yield Close()

    def _speak(self, text: str) -> Iterator[Message]:
        if not text.strip():
            return
        audio = self._audio(text)
        self._spoken += text
        self._bytes += len(audio)
        for start in range(0, len(audio), _PIECE):
            yield {"type": "speech.audio.delta", "audio_data": b64encode(audio[start : start + _PIECE]).decode()}

    def _audio(self, text: str) -> bytes:
        match self.options["response_format"]:
            case "pcm":
                return spoken(text, "pcm_f32le", _RATE)
            case "wav":
                header = b"" if self._spoken else wav_header(sample_rate=_RATE)
                return header + spoken(text, "pcm_s16le", _RATE)
            case form:
                return synthesize(text, form)

    def _usage(self) -> JSONObject:
        prompt, audio = len(pieces_of(self._spoken)), self._bytes // 1_000
        return {"prompt_tokens": prompt, "completion_tokens": audio, "total_tokens": prompt + audio}


@route("GET", "/v1/audio/speech/realtime", OPERATION, limits=("req",), realtime=True)
def connect(call: FakeCall) -> Reply:
    """Open a speech."""
    return websocket_reply(SpeechSession(call.state, call.required("model")))
