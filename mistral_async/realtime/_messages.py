"""The messages of both WebSockets: what is sent as JSON text, and what comes as events."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from mistral_async._codec.json_decode import decode_json
from mistral_async._codec.json_encode import encode
from mistral_async._codec.json_types import JSON, is_object
from mistral_async._codec.open_union import decode, open_hook
from mistral_async.models.realtime import (
    RealtimeSpeechError,
    RealtimeSpeechSessionCreated,
    RealtimeSpeechSessionUpdated,
    RealtimeTranscriptionError,
    RealtimeTranscriptionSessionCreated,
    RealtimeTranscriptionSessionUpdated,
    TurnDetectionEagerEndEvent,
    TurnDetectionEndEvent,
    TurnDetectionResumeEvent,
    TurnDetectionStartEvent,
    UnknownRealtimeEvent,
)
from mistral_async.models.speech import SpeechStreamAudioDelta, SpeechStreamDone
from mistral_async.models.transcriptions import (
    TranscriptionStreamDone,
    TranscriptionStreamLanguage,
    TranscriptionStreamSegmentDelta,
    TranscriptionStreamTextDelta,
)

# Rule 1: No message is fatal. What is no JSON, no object, has no `type` or an unknown one, or does not fit its type, is
#         an `UnknownRealtimeEvent` that keeps it and says why. Bytes that are not UTF-8 are replaced.
# Rule 2: An event that a connection acts on itself (its session, its end) is read leniently in place of that: it must
#         not be missed because of one field.
# Rule 3: Audio is cut into messages of 256 KiB, the most that the API takes.

MOST_AUDIO: Final = 256 * 1024  # bytes of audio in one message
FLUSH_AUDIO: Final = b'{"type":"input_audio.flush"}'
END_AUDIO: Final = b'{"type":"input_audio.end"}'
END_TEXT: Final = b'{"type":"input_text.end"}'

Types = Mapping[str, type[msgspec.Struct]]

TRANSCRIPTION: Final[Types] = {
    "session.created": RealtimeTranscriptionSessionCreated,
    "session.updated": RealtimeTranscriptionSessionUpdated,
    "error": RealtimeTranscriptionError,
    "transcription.language": TranscriptionStreamLanguage,
    "transcription.segment": TranscriptionStreamSegmentDelta,
    "transcription.text.delta": TranscriptionStreamTextDelta,
    "transcription.done": TranscriptionStreamDone,
    "turn.start": TurnDetectionStartEvent,
    "turn.eager_end": TurnDetectionEagerEndEvent,
    "turn.resume": TurnDetectionResumeEvent,
    "turn.end": TurnDetectionEndEvent,
}
SPEECH: Final[Types] = {
    "session.created": RealtimeSpeechSessionCreated,
    "session.updated": RealtimeSpeechSessionUpdated,
    "error": RealtimeSpeechError,
    "speech.audio.delta": SpeechStreamAudioDelta,
    "speech.audio.done": SpeechStreamDone,
}
_ACTED_ON: Final = frozenset({"session.created", "session.updated", "error", "transcription.done", "speech.audio.done"})


def append_audio(audio: bytes | bytearray | memoryview) -> bytes:
    """Return the message that sends audio."""
    return b'{"type":"input_audio.append","audio":"%b"}' % b64encode(audio)


def append_text(text: str) -> bytes:
    """Return the message that sends text."""
    return encode({"type": "input_text.append", "text": text})


def flush_text(text: str | None) -> bytes:
    """Return the message that has what was sent spoken now."""
    return encode({"type": "input_text.flush"} if text is None else {"type": "input_text.flush", "text": text})


def update_session(fields: Mapping[str, Any]) -> bytes:
    """Return the message that changes the settings."""
    return encode({"type": "session.update", "session": fields})


def read_event(message: bytes, types: Types) -> Any:
    """Return the event that a message is (rule 1)."""
    try:
        content: JSON = decode_json(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        text = message.decode(errors="replace")
        return UnknownRealtimeEvent(content=text, error=f"invalid JSON: {problem}")
    kind = content.get("type") if is_object(content) else None
    if not isinstance(kind, str):
        reason = "missing/invalid 'type'" if is_object(content) else "expected JSON object"
        return UnknownRealtimeEvent(content=content, error=reason)
    if (cls := types.get(kind)) is None:
        return UnknownRealtimeEvent(type=kind, content=content, error="unknown event type")
    try:
        return msgspec.convert(content, cls, dec_hook=open_hook)
    except (msgspec.ValidationError, UnicodeEncodeError) as problem:
        if kind in _ACTED_ON:
            return decode(message, cls)
        return UnknownRealtimeEvent(type=kind, content=content, error=str(problem))
