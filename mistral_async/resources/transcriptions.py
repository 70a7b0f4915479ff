"""Audio to text."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSONMapping, JSONObject
from mistral_async._engine.request import Call, RetrySafety, Stream, post, stream
from mistral_async.models.transcriptions import (
    TRANSCRIPTION_ENDS,
    TranscriptionOptions,
    TranscriptionResponse,
    TranscriptionStreamEvents,
)

_ROUTE = "/v1/audio/transcriptions"


class Transcriptions(Resource[M]):
    """Audio to text."""

    @endpoint
    def complete(self, *, model: str, **options: Unpack[TranscriptionOptions]) -> Call[TranscriptionResponse]:
        """Transcribe a file, an address or an uploaded file."""
        return transcription({"model": model, **options})

    @endpoint
    def stream(self, *, model: str, **options: Unpack[TranscriptionOptions]) -> Stream[TranscriptionStreamEvents]:
        """Transcribe, event by event."""
        return transcription_stream({"model": model, **options})


def transcription(fields: JSONMapping) -> Call[TranscriptionResponse]:
    """Describe a transcription."""
    return post(_ROUTE, form=_form(fields), returns=TranscriptionResponse, safety=RetrySafety.BILLED)


def transcription_stream(fields: JSONMapping) -> Stream[TranscriptionStreamEvents]:
    """Describe a transcription that arrives as events."""
    form = {**_form(fields), "stream": True}
    return stream(_ROUTE, form=form, yields=TranscriptionStreamEvents, ends=TRANSCRIPTION_ENDS)


def _form(fields: JSONMapping) -> JSONObject:
    """Return the fields as they are sent: an address is no file."""
    form: JSONObject = {**fields}
    file = form.get("file")
    if isinstance(file, str) and file.startswith(("http://", "https://")):
        form["file_url"] = form.pop("file")
    if all(form.get(source) is None for source in ("file", "file_url", "file_id")):
        raise ValueError("a transcription needs file=, file_url= or file_id=")
    return form
