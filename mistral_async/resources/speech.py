"""Text to audio."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import Call, RetrySafety, Stream, post, stream
from mistral_async.models.speech import SPEECH_ENDS, SpeechOptions, SpeechResponse, SpeechStreamEvents


class Speech(Resource[M]):
    """Text to audio."""

    @endpoint
    def complete(
        self,
        *,
        input: str,  # noqa: A002 - the wire's name
        **options: Unpack[SpeechOptions],
    ) -> Call[SpeechResponse]:
        """Speak a text; `.audio` of the answer is the audio.

        Args:
            input: The text.
        """
        body = {"input": input, **options}
        return post("/v1/audio/speech", json=body, returns=SpeechResponse, safety=RetrySafety.BILLED)

    @endpoint
    def stream(
        self,
        *,
        input: str,  # noqa: A002 - the wire's name
        **options: Unpack[SpeechOptions],
    ) -> Stream[SpeechStreamEvents]:
        """Speak a text, piece by piece.

        Args:
            input: The text.
        """
        body = {"input": input, **options, "stream": True}
        return stream("/v1/audio/speech", json=body, yields=SpeechStreamEvents, ends=SPEECH_ENDS)
