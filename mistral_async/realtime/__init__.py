"""Speech to text and text to speech while somebody speaks or writes, over WebSockets (extra `realtime`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._lazy import lazy

if TYPE_CHECKING:
    from mistral_async.realtime._live import LiveSpeech as LiveSpeech
    from mistral_async.realtime._live import LiveTranscription as LiveTranscription
    from mistral_async.realtime._speech import RealtimeSpeechConnection as RealtimeSpeechConnection
    from mistral_async.realtime._speech import SyncRealtimeSpeechConnection as SyncRealtimeSpeechConnection
    from mistral_async.realtime._transcription import RealtimeConnection as RealtimeConnection
    from mistral_async.realtime._transcription import SyncRealtimeConnection as SyncRealtimeConnection
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__,
        {
            "mistral_async.realtime._live": "LiveSpeech LiveTranscription",
            "mistral_async.realtime._speech": "RealtimeSpeechConnection SyncRealtimeSpeechConnection",
            "mistral_async.realtime._transcription": "RealtimeConnection SyncRealtimeConnection",
        },
    )
