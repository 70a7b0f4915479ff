"""Transcriptions and speech. Audio that this server spoke is transcribed to the words that it was made from."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from math import ceil
from typing import Any

import msgspec

from mistral_async.testing._answers._extraction import fetched, stored
from mistral_async.testing._answers._reading import pieces_of, sentences_of
from mistral_async.testing._answers._sound import decoded, duration, heard, spoken
from mistral_async.testing._answers.models import usable
from mistral_async.testing._answers.voices import Voices
from mistral_async.testing._exchange import EVENT_STREAM, Call, Reply, answer, named_event
from mistral_async.testing._refusals import invalid_argument

_AUDIO_TOKENS = 375
_SECONDS_PER_BLOCK = 30
_SPEECH_PIECE = 8_192


def transcribe(call: Call) -> Reply:
    """Write down what is said."""
    model = usable(call.state, call.body["model"])
    data, name = _audio(call)
    if not data:
        raise invalid_argument("Audio input could not be decoded", kind="invalid_request_audio", code="3291")
    said = heard(data)
    seconds = duration(data)
    text = f"This is {seconds:.1f} seconds of audio from {name}." if said is None else said
    done = {
        "model": model,
        "text": text,
        "language": call.body.get("language"),
        "segments": _segments(call, text, seconds),
        "usage": _usage(text, seconds),
        "finish_reason": None,
    }
    reply = Reply(media=EVENT_STREAM, events=_transcription_events(done)) if call.stream else answer(done)
    return reply.costing(audio_seconds=ceil(seconds))


def _audio(call: Call) -> tuple[bytes, str]:
    if (part := call.files.get("file")) is not None:
        return part.content.read(), part.filename or "audio"
    if file_id := call.body.get("file_id"):
        return stored(call.state, file_id)
    if url := call.body.get("file_url"):
        return fetched(call.state, url)
    raise invalid_argument(
        "One of file, file_url or file_id must be provided.", kind="invalid_request_audio", code="3291"
    )


def _segments(call: Call, text: str, seconds: float) -> list[dict[str, Any]]:
    wanted: Any = call.body.get("timestamp_granularities") or ()
    diarize = call.body.get("diarize") in (True, "true")
    if not (wanted or diarize) or not text:
        return []
    parts = text.split() if "word" in wanted else sentences_of(text)
    segments: list[dict[str, Any]] = []
    at = 0
    for number, part in enumerate(parts):
        start, at = at, at + len(part) + 1
        times = {"start": round(seconds * start / (len(text) + 1), 2), "end": round(seconds * at / (len(text) + 1), 2)}
        speaker = {"speaker_id": f"speaker_{number % 2 + 1}"} if diarize else {}
        segments.append({"type": "transcription_segment", "text": part, **times, **speaker})
    return segments


def _usage(text: str, seconds: float) -> dict[str, Any]:
    audio, completion = _AUDIO_TOKENS * ceil(max(seconds, 0.1) / _SECONDS_PER_BLOCK), len(pieces_of(text)) + 1
    return {
        "prompt_audio_seconds": ceil(seconds),
        "prompt_tokens": 3,
        "total_tokens": 3 + completion + audio,
        "completion_tokens": completion,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": audio},
        "service_tier": "standard",
    }


def _transcription_events(done: dict[str, Any]) -> Iterator[bytes]:
    # Silence is the last event alone.
    if done["text"]:
        if done["language"]:
            yield named_event({"type": "transcription.language", "audio_language": done["language"]})
        for piece in pieces_of(done["text"]):
            yield named_event({"type": "transcription.text.delta", "text": piece})
        for segment in done["segments"]:
            yield named_event({**segment, "type": "transcription.segment"})
    yield named_event({**done, "type": "transcription.done"})


def speak(call: Call) -> Reply:
    """Say a text; the answer is base64 in JSON, or events with pieces of it."""
    body = call.body
    usable(call.state, body.get("model") or "voxtral-mini-tts-latest")
    if voice := body.get("voice_id"):
        call.state.store(Voices).find(voice)
    if body.get("ref_audio") is not None:
        decoded(body["ref_audio"])
    audio = spoken(body["input"], body.get("response_format") or "mp3")
    usage = {"prompt_tokens": len(pieces_of(body["input"])), "completion_tokens": len(audio) // 1_000}
    usage["total_tokens"] = sum(usage.values())
    if call.stream:
        reply = Reply(media=EVENT_STREAM, events=_speech_events(audio, usage))
    else:
        reply = answer({"audio_data": b64encode(audio).decode()})
    return reply.costing(input_characters=len(body["input"]))


def _speech_events(audio: bytes, usage: dict[str, int]) -> Iterator[bytes]:
    # Seen in the documentation's samples: here the data does not repeat its type.
    for start in range(0, len(audio), _SPEECH_PIECE):
        data = {"audio_data": b64encode(audio[start : start + _SPEECH_PIECE]).decode()}
        yield b"event: speech.audio.delta\ndata: %b\n\n" % msgspec.json.encode(data)
    yield b"event: speech.audio.done\ndata: %b\n\n" % msgspec.json.encode({"usage": usage})
