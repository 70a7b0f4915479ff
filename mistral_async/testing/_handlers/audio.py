"""Transcriptions and speech. Speech of this server is transcribed to its own text."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from math import ceil
from typing import Any

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import invalid_argument
from mistral_async.testing._handlers._completions import AUDIO_TOKENS
from mistral_async.testing._handlers._document_text import fetch_document, read_stored_file
from mistral_async.testing._handlers._prompt import pieces_of, sentences_of
from mistral_async.testing._handlers._speech import decode_audio, duration, synthesize, transcript_of
from mistral_async.testing._handlers.models import resolve_model
from mistral_async.testing._handlers.voices import VoiceStore
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import EVENT_STREAM, Reply, json_reply, named_event
from mistral_async.testing._route import route

_SECONDS_PER_BLOCK = 30
_SPEECH_PIECE = 8_192


@route(
    "POST",
    "/v1/audio/transcriptions",
    "audio.transcriptions.complete",
    body="AudioTranscriptionRequest",
    stream="audio.transcriptions.stream",
    limits=("req", "audio-seconds"),
    shown=("req",),
)
def transcribe(call: FakeCall) -> Reply:
    """Transcribe audio."""
    model = resolve_model(call.state, call.body["model"], "audio_transcription")
    data, name = _audio(call)
    if not data:
        raise invalid_argument("Audio input could not be decoded", kind="invalid_request_audio", code="3291")
    transcript = transcript_of(data)
    seconds = duration(data)
    text = f"This is {seconds:.1f} seconds of audio from {name}." if transcript is None else transcript
    done = {
        "model": model,
        "text": text,
        "language": call.body.get("language"),
        "segments": _segments(call, text, seconds),
        "usage": transcription_usage(text, seconds),
        "finish_reason": None,
    }
    reply = Reply(media=EVENT_STREAM, events=_transcription_events(done)) if call.stream else json_reply(done)
    return reply.with_costs(audio_seconds=ceil(seconds))


def _audio(call: FakeCall) -> tuple[bytes, str]:
    if (part := call.files.get("file")) is not None:
        return part.content.read(), part.filename or "audio"
    if file_id := call.body.get("file_id"):
        return read_stored_file(call.state, file_id)
    if url := call.body.get("file_url"):
        return fetch_document(call.state, url)
    raise invalid_argument(
        "One of file, file_url or file_id must be provided.", kind="invalid_request_audio", code="3291"
    )


def _segments(call: FakeCall, text: str, seconds: float) -> list[JSONObject]:
    wanted: Any = call.body.get("timestamp_granularities") or ()
    diarize = call.body.get("diarize") in (True, "true")
    if not (wanted or diarize) or not text:
        return []
    parts = text.split() if "word" in wanted else sentences_of(text)
    segments: list[JSONObject] = []
    at = 0
    for number, part in enumerate(parts):
        start, at = at, at + len(part) + 1
        times = {"start": round(seconds * start / (len(text) + 1), 2), "end": round(seconds * at / (len(text) + 1), 2)}
        speaker = {"speaker_id": f"speaker_{number % 2 + 1}"} if diarize else {}
        segments.append({"type": "transcription_segment", "text": part, **times, **speaker})
    return segments


def transcription_usage(text: str, seconds: float) -> JSONObject:
    """Return the usage of a transcription of so many seconds."""
    audio, completion = AUDIO_TOKENS * ceil(max(seconds, 0.1) / _SECONDS_PER_BLOCK), len(pieces_of(text)) + 1
    return {
        "prompt_audio_seconds": ceil(seconds),
        "prompt_tokens": 3,
        "total_tokens": 3 + completion + audio,
        "completion_tokens": completion,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": audio},
        "service_tier": "standard",
    }


def _transcription_events(done: JSONObject) -> Iterator[bytes]:
    # Silence has the last event alone.
    if done["text"]:
        if done["language"]:
            yield named_event({"type": "transcription.language", "audio_language": done["language"]})
        for piece in pieces_of(done["text"]):
            yield named_event({"type": "transcription.text.delta", "text": piece})
        for segment in done["segments"]:
            yield named_event({**segment, "type": "transcription.segment"})
    yield named_event({**done, "type": "transcription.done"})


@route(
    "POST",
    "/v1/audio/speech",
    "audio.speech.complete",
    body="SpeechRequest",
    stream="audio.speech.stream",
    limits=("req", "input-characters"),
)
def speak(call: FakeCall) -> Reply:
    """Synthesize speech, as base64 in JSON or in events."""
    body = call.body
    resolve_model(call.state, body.get("model") or "voxtral-mini-tts-latest", "audio_speech")
    if voice := body.get("voice_id"):
        call.state.store(VoiceStore).find(voice)
    if body.get("ref_audio") is not None:
        decode_audio(body["ref_audio"])
    audio = synthesize(body["input"], body.get("response_format") or "mp3")
    usage = {"prompt_tokens": len(pieces_of(body["input"])), "completion_tokens": len(audio) // 1_000}
    usage["total_tokens"] = sum(usage.values())
    if call.stream:
        reply = Reply(media=EVENT_STREAM, events=_speech_events(audio, usage))
    else:
        reply = json_reply({"audio_data": b64encode(audio).decode()})
    return reply.with_costs(input_characters=len(body["input"]))


def _speech_events(audio: bytes, usage: dict[str, int]) -> Iterator[bytes]:
    for start in range(0, len(audio), _SPEECH_PIECE):
        piece = b64encode(audio[start : start + _SPEECH_PIECE]).decode()
        yield named_event({"type": "speech.audio.delta", "audio_data": piece})
    yield named_event({"type": "speech.audio.done", "usage": usage})
