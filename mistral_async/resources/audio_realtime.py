"""Audio to text, and text to audio, while somebody speaks or writes: over WebSockets (extra `realtime`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typing_extensions import Unpack

from mistral_async._binding.resource import Async, M, Resource, method
from mistral_async._codec.json_types import JSONMapping
from mistral_async.models.realtime import (
    AudioFormat,
    RealtimeConnectOptions,
    RealtimeSpeechOptions,
    RealtimeSpeechSettings,
    RealtimeTranscriptionOptions,
    RealtimeTranscriptionSettings,
)
from mistral_async.realtime._link import handshake
from mistral_async.realtime._live import Audio, LiveSpeech, LiveTranscription, Texts
from mistral_async.realtime._settings import reconnect_of, speech_settings, transcription_settings
from mistral_async.realtime._speech import RealtimeSpeechConnection
from mistral_async.realtime._transcription import RealtimeConnection


class AudioRealtime(Resource[M]):
    """Audio to text while somebody speaks."""

    @method
    def connect(
        self,
        model: str,
        audio_format: AudioFormat | JSONMapping | None = None,
        **options: Unpack[RealtimeTranscriptionOptions],
    ) -> RealtimeConnection:
        """Open a connection: `async with client.audio.realtime.connect(model) as connection`.

        Audio is sent with `send_audio`, in the form that `audio_format` says (16-bit samples, 16,000 a second, where
        it is not given); events are iterated. An `error` before the session is there is raised.
        """
        return _transcription(self._executor.engine, model, audio_format, options)

    @method
    def transcribe_stream(
        self: AudioRealtime[Async],
        audio_stream: Audio,
        model: str,
        audio_format: AudioFormat | JSONMapping | None = None,
        **options: Unpack[RealtimeTranscriptionOptions],
    ) -> LiveTranscription:
        """Transcribe audio while it is made: `async with … as events: async for event in events`, or `await`.

        `audio_stream` is an iterator of bytes, async or not, or a file. Awaited it gives the last event, which has all
        text. What the iterator raises is raised at once.
        """
        return LiveTranscription(self.connect(model, audio_format, **options), audio_stream)


class AudioRealtimeSpeech(Resource[M]):
    """Text to audio while somebody writes."""

    @method
    def connect(self, model: str, **options: Unpack[RealtimeSpeechOptions]) -> RealtimeSpeechConnection:
        """Open a connection: `async with client.audio.realtime_speech.connect(model) as connection`.

        Text is sent with `send_text`; events are iterated, and have the audio.
        """
        return _speech(self._executor.engine, model, options, keep=False)

    @method
    def speak_stream(
        self: AudioRealtimeSpeech[Async], text_stream: Texts, model: str, **options: Unpack[RealtimeSpeechOptions]
    ) -> LiveSpeech:
        """Speak text while it is written: `async with … as events: async for event in events`, or `await` all audio.

        `text_stream` is an iterator of texts, async or not. What it raises is raised at once.
        """
        if "connect" in vars(self):  # it is replaced
            return LiveSpeech(self.connect(model, **options), text_stream)
        return LiveSpeech(_speech(self._executor.engine, model, options, keep=True), text_stream)


def _transcription(engine: Any, model: str, audio_format: Any, options: Mapping[str, Any]) -> RealtimeConnection:
    settings = transcription_settings(audio_format, _of(options, RealtimeTranscriptionSettings))
    opening: Any = _of(options, RealtimeConnectOptions)
    request = handshake("/v1/audio/transcriptions/realtime", _checked(model), opening)
    return RealtimeConnection(engine, request, opening, settings, reconnect_of(options.get("reconnect")))


def _speech(engine: Any, model: str, options: Mapping[str, Any], *, keep: bool) -> RealtimeSpeechConnection:
    settings = speech_settings(_of(options, RealtimeSpeechSettings))
    opening: Any = _of(options, RealtimeConnectOptions)
    request = handshake("/v1/audio/speech/realtime", _checked(model), opening)
    return RealtimeSpeechConnection(engine, request, opening, settings, keep=keep)


def _of(options: Mapping[str, Any], kind: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name in kind.__annotations__}


def _checked(model: object) -> str:
    if not isinstance(model, str) or not model:
        raise TypeError(f"model must be the name of a model, not {model!r}")
    return model
