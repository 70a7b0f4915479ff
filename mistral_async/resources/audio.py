"""Audio: transcriptions, speech, voices and voice agents, and the short spellings of transcribing."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint, keeping_arguments
from mistral_async._engine.first_use import group
from mistral_async._engine.request import Call, Stream
from mistral_async.models.files import FileInput
from mistral_async.models.transcriptions import (
    TranscriptionResponse,
    TranscriptionSettings,
    TranscriptionStreamEvents,
)
from mistral_async.resources.speech import Speech
from mistral_async.resources.transcriptions import Transcriptions, transcription, transcription_stream
from mistral_async.resources.voices import Voices

if TYPE_CHECKING:
    from mistral_async.resources.audio_agents import AudioAgents
    from mistral_async.resources.audio_realtime import AudioRealtime, AudioRealtimeSpeech
    from mistral_async.resources.audio_sessions import AudioSessions


class Audio(Resource[M]):
    """Audio to text, and text to audio."""

    @functools.cached_property
    def transcriptions(self) -> Transcriptions[M]:
        """Audio to text."""
        return Transcriptions(self._executor)

    @functools.cached_property
    def speech(self) -> Speech[M]:
        """Text to audio."""
        return Speech(self._executor)

    @functools.cached_property
    def voices(self) -> Voices[M]:
        """The voices of speech."""
        return Voices(self._executor)

    @group
    def agents(self) -> AudioAgents[M]:
        """Voice agents."""
        from mistral_async.resources.audio_agents import AudioAgents

        return AudioAgents(self._executor)

    @group
    def sessions(self) -> AudioSessions[M]:
        """Sessions with voice agents."""
        from mistral_async.resources.audio_sessions import AudioSessions

        return AudioSessions(self._executor)

    @group
    def realtime(self) -> AudioRealtime[M]:
        """Audio to text while somebody speaks."""
        from mistral_async.resources.audio_realtime import AudioRealtime

        return AudioRealtime(self._executor)

    @group
    def realtime_speech(self) -> AudioRealtimeSpeech[M]:
        """Text to audio while somebody writes."""
        from mistral_async.resources.audio_realtime import AudioRealtimeSpeech

        return AudioRealtimeSpeech(self._executor)

    @endpoint
    def transcribe(
        self, file: FileInput, model: str, **options: Unpack[TranscriptionSettings]
    ) -> Call[TranscriptionResponse]:
        """Transcribe a file, or what an address (`http…`) leads to."""
        return transcription({"model": model, "file": file, **options})

    @endpoint
    @keeping_arguments
    def transcribe_stream(
        self,
        file: FileInput | None = None,
        model: str | None = None,
        *,
        stream: FileInput | None = None,
        **options: Unpack[TranscriptionSettings],
    ) -> Stream[TranscriptionStreamEvents]:
        """Transcribe a file, event by event.

        `file` and `stream` are the same. The audio may be an iterator of bytes, async or not; it is sent whole first.
        """
        if model is None or (file is None) == (stream is None):
            raise TypeError("audio.transcribe_stream() needs model=, and the audio as file= or as stream=")
        return transcription_stream({"model": model, "file": stream if file is None else file, **options})
