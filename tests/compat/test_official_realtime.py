"""The official SDK's realtime clients, where they are installed, at the fake server."""

from __future__ import annotations

import asyncio

import pytest

from mistral_async.testing import Close, CloseFrame, FakeMistral, Fragments, Inject, spoken

pytest.importorskip("mistralai.extra.realtime", reason="the official SDK is not installed, with its extra `realtime`")
pytest.importorskip("httpx2", reason="the official SDK is an older one")

from mistralai.client import Mistral
from mistralai.client.models import AudioFormat, TurnDetectionConfig
from mistralai.extra import realtime
from mistralai.extra.exceptions import (
    RealtimeSpeechException,
    RealtimeTranscriptionException,
    RealtimeTranscriptionWSError,
)

HEARS = "voxtral-mini-transcribe-realtime-latest"
SPEAKS = "voxtral-mini-tts-latest"


def at_fake_server(test):
    """Run a test on asyncio, the only event loop of the official clients."""

    def run():
        async def main():
            async with FakeMistral() as server:
                client = Mistral(api_key=server.api_key, server_url=server.url, timeout_ms=5_000)
                async with asyncio.timeout(10):
                    await test(server, client.audio.realtime, client.audio.realtime_speech)

        asyncio.run(main())

    run.__name__ = test.__name__
    return run


async def pieces(audio, size=1_280):
    for at in range(0, len(audio), size):
        yield audio[at : at + size]


async def words(*texts):
    for text in texts:
        yield text


@at_fake_server
async def test_transcription(server, hears, speaks):
    audio = spoken("Where is it?", "pcm_mulaw", 8_000, silence=0.6) + spoken("Here.", "pcm_mulaw", 8_000)
    form = AudioFormat(encoding="pcm_mulaw", sample_rate=8_000)
    settings = {"turn_detection": TurnDetectionConfig(), "diarize": True, "language": "en"}
    events = [event async for event in hears.transcribe_stream(pieces(audio), HEARS, form, **settings)]
    assert not [event for event in events if isinstance(event, realtime.UnknownRealtimeEvent)]
    created, updated, *_, done = events
    assert isinstance(created, realtime.RealtimeTranscriptionSessionCreated)
    assert isinstance(updated, realtime.RealtimeTranscriptionSessionUpdated)
    assert updated.session.audio_format == form
    assert done.text == "Where is it? Here."
    assert [segment.speaker_id for segment in done.segments] == ["speaker_1", "speaker_2"]
    assert done.usage.prompt_audio_seconds == 1
    kinds = {event.type for event in events}
    assert {"turn.start", "turn.eager_end", "turn.end", "transcription.language", "transcription.segment"} <= kinds
    log = server.requests[0].websocket
    assert bytes(log.audio) == audio
    assert log.types[-2:] == ["input_audio.flush", "input_audio.end"]


@at_fake_server
async def test_a_connection_by_hand(server, hears, speaks):
    connection = await hears.connect(HEARS)
    async with connection:
        await connection.update_session(language="fr")
        await connection.send_audio(spoken("Bonjour "))
        async for event in connection:
            if event.type == "transcription.text.delta":
                assert event.text == "Bonjour "
                break
        assert connection.session.language == "fr"
        await connection.send_audio(spoken("Paris"))
        await connection.flush_audio()
        await connection.end_audio()
        await connection.close(code=1001, reason="enough")
    while not server.requests[0].websocket.ended:  # noqa: ASYNC110  the server tells nobody when a connection ends
        await asyncio.sleep(0.01)
    assert server.requests[0].websocket.close == Close(1001, "enough")


@at_fake_server
async def test_speech_that_is_transcribed_again(server, hears, speaks):
    options = {"voice_id": "en_paul_neutral", "response_format": "pcm", "streaming_mode": "long_form"}
    events = [event async for event in speaks.speak_stream(words("Hello ", "there. And", " bye."), SPEAKS, **options)]
    assert isinstance(events[-1], realtime.SpeechStreamDone)
    assert events[1].session.streaming_mode == "long_form"
    audio = b"".join(map(realtime.audio_bytes, events[2:-1]))
    form = AudioFormat(encoding="pcm_f32le", sample_rate=24_000)
    *_, done = [event async for event in hears.transcribe_stream(pieces(audio), HEARS, form)]
    assert done.text == "Hello there. And bye."


@at_fake_server
async def test_errors(server, hears, speaks):
    with pytest.raises(RealtimeTranscriptionWSError, match="Invalid model") as error:
        await hears.connect("mistral-small-latest")
    assert error.value.code == 1500
    with pytest.raises(RealtimeSpeechException, match="Voice 'nope' not found") as refused:
        [event async for event in speaks.speak_stream(words("Hi."), SPEAKS, voice_id="nope")]
    assert refused.value.code == 1008
    server.fail(403, operation="audio.realtime.connect")
    with pytest.raises(RealtimeTranscriptionException, match="HTTP 403"):
        await hears.connect(HEARS)
    server.fault(Inject({"type": "error", "error": {"message": {"detail": "busy"}, "code": 7}}), CloseFrame(1013))
    with pytest.raises(RealtimeTranscriptionWSError, match="busy"):
        await hears.connect(HEARS)


@at_fake_server
async def test_strange_messages(server, hears, speaks):
    server.fault(Inject({"type": "new"}, after_events=1), Inject("{", after_events=1), Fragments(5, pings=True))
    events = [event async for event in hears.transcribe_stream(pieces(spoken("Fine.")), HEARS)]
    unknown = [event for event in events if isinstance(event, realtime.UnknownRealtimeEvent)]
    assert [event.type for event in unknown] == ["new", None]
    assert events[-1].text == "Fine."


@at_fake_server
async def test_a_secret_in_place_of_a_key(server, hears, speaks):
    async with Mistral(api_key=server.api_key, server_url=server.url) as client:
        created = await client.realtime.sessions.create_async(request={"model": HEARS})
    browser = Mistral(api_key=created.client_secret.value, server_url=server.url)
    connection = await browser.audio.realtime.connect(HEARS)
    assert connection.request_id
    await connection.close()
