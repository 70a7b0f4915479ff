"""Realtime connections and live work, in both modes."""

from __future__ import annotations

from typing import assert_type

from mistral_async import Mistral, SyncMistral
from mistral_async._binding.events import SyncEvents
from mistral_async.models import AudioFormat, RealtimeEvent, SpeechResponse, TranscriptionStreamDone
from mistral_async.realtime import (
    LiveTranscription,
    RealtimeConnection,
    RealtimeSpeechConnection,
    SyncRealtimeConnection,
    SyncRealtimeSpeechConnection,
)


async def asynchronous(client: Mistral) -> None:
    async with client.audio.realtime.connect("m", AudioFormat("pcm_mulaw", 8000), language="fr") as connection:
        assert_type(connection, RealtimeConnection)
        await connection.send_audio(b"")
        async for event in connection:
            assert_type(event, RealtimeEvent)
    assert_type(await client.audio.realtime.connect("m", reconnect=True), RealtimeConnection)
    live = client.audio.realtime.transcribe_stream([b""], "m")
    assert_type(live, LiveTranscription)
    assert_type(await live, TranscriptionStreamDone)
    assert_type(await client.audio.realtime_speech.speak_stream(["x"], "m", voice_id="v"), SpeechResponse)
    assert_type(await client.audio.realtime_speech.connect("m"), RealtimeSpeechConnection)
    client.audio.realtime.connect("m", langauge="fr")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] - misspelt


def blocking(client: SyncMistral) -> None:
    with client.audio.realtime.connect("m") as connection:
        assert_type(connection, SyncRealtimeConnection)
        for event in connection:
            assert_type(event, RealtimeEvent)
    live = client.audio.realtime.transcribe_stream([b""], "m")
    assert_type(live, SyncEvents[RealtimeEvent, TranscriptionStreamDone])
    assert_type(live.result(), TranscriptionStreamDone)
    assert_type(client.audio.realtime_speech.connect("m"), SyncRealtimeSpeechConnection)
