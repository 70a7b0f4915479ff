"""Transcriptions, speech and voices."""

from __future__ import annotations

import json

import pytest

from mistral_async._codec.open_union import Unknown, decode
from mistral_async.models import speech, transcriptions
from mistral_async.models.voices import VoiceListPage, VoiceListResponse


def _decode(body, type_):
    return decode(json.dumps(body).encode(), type_)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"type": "transcription.language", "audio_language": "en"}, transcriptions.TranscriptionStreamLanguage),
        ({"type": "transcription.text.delta", "text": "a"}, transcriptions.TranscriptionStreamTextDelta),
        ({"type": "transcription.segment", "text": "a", "start": 0}, transcriptions.TranscriptionStreamSegmentDelta),
        ({"type": "transcription.done", "text": "a"}, transcriptions.TranscriptionStreamDone),
        ({"type": "transcription.word", "text": "a"}, Unknown),
    ],
)
def test_transcription_events(body, kind):
    assert type(_decode(body, transcriptions.TranscriptionStreamEvents)) is kind


def test_a_transcription_counts_seconds_and_speakers():
    body = {
        "model": "voxtral-mini-latest",
        "text": "hi",
        "language": None,
        "segments": [
            {"type": "transcription_segment", "text": "hi", "start": 0, "end": 1.5, "speaker_id": "speaker_1"}
        ],
        "usage": {"prompt_audio_seconds": 3, "prompt_tokens_details": {"audio_tokens": 375}},
        "finish_reason": None,
        "type": "transcription.done",
    }
    transcription = _decode(body, transcriptions.TranscriptionResponse)
    assert transcription.segments[0].end == 1.5
    assert transcription.segments[0].speaker_id == "speaker_1"
    assert transcription.usage.prompt_audio_seconds == 3
    assert transcription.usage.prompt_tokens_details.audio_tokens == 375
    assert _decode({"text": "hi"}, transcriptions.TranscriptionResponse).usage is None


def test_speech_is_bytes():
    assert _decode({"audio_data": "AAEC"}, speech.SpeechResponse).audio == b"\x00\x01\x02"


@pytest.mark.parametrize("type_", [True, False], ids=["with a type", "without one"])
def test_speech_events_are_told_with_and_without_their_type(type_):
    delta = {"type": "speech.audio.delta", "audio_data": "AAEC"}
    done = {"type": "speech.audio.done", "usage": {"total_tokens": 1}}
    if not type_:
        del delta["type"], done["type"]
    event = _decode(delta, speech.SpeechStreamEvents)
    assert type(event) is speech.SpeechStreamAudioDelta
    assert event.audio == b"\x00\x01\x02"
    event = _decode(done, speech.SpeechStreamEvents)
    assert type(event) is speech.SpeechStreamDone
    assert event.usage.total_tokens == 1


@pytest.mark.parametrize("audio", [b"\x00\x01\x02", bytearray(b"\x00\x01\x02"), memoryview(b"\x00\x01\x02"), "AAEC"])
def test_raw_audio_takes_bytes(audio):
    turn = speech.SpeechAssistantTurn("hi", speech.RawAudio(audio))
    assert turn.to_dict() == {"role": "assistant", "text": "hi", "audio": {"data": "AAEC"}}
    assert _decode(turn.to_dict(), speech.ConversationHistoryUnion) == turn


def test_pages_of_voices():
    voice = {"id": "v1", "name": "Paul", "created_at": "2026-01-01T00:00:00Z", "user_id": None, "type": "preset"}
    by_offset = _decode({"items": [voice], "total": 1, "page": 1, "page_size": 10, "total_pages": 1}, VoiceListResponse)
    by_token = _decode({"data": [voice], "next_page_token": "t"}, VoiceListPage)
    assert by_offset.items == by_token.data
    assert by_token.next_page_token == "t"
    assert by_offset.items[0].created_at_datetime.year == 2026
