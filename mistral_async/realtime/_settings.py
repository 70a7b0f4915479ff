"""What the methods take, as it is sent."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, cast

from mistral_async._codec.json_types import JSONMapping
from mistral_async._codec.plain import plain_argument
from mistral_async.models.realtime import (
    AudioFormat,
    RealtimeSpeechSettings,
    RealtimeTranscriptionSettings,
    Reconnect,
)


def transcription_settings(audio_format: AudioFormat | JSONMapping | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as they are sent; raises `TypeError` for one that does not exist."""
    known = RealtimeTranscriptionSettings.__annotations__
    if unknown := given.keys() - known.keys():
        raise TypeError(f"a live transcription has no setting {min(unknown)!r}: it takes {', '.join(known)}")
    fields = {"audio_format": audio_format, **given}
    return {name: plain_argument(value) for name, value in fields.items() if value is not None}


def reconnect_of(given: Reconnect | int | None) -> Reconnect | None:
    """Accept True, or the most attempts in a row, for the rules of reconnecting; None where there is to be none."""
    match given:
        case None | False | 0:
            return None
        case True:
            return Reconnect()
        case Reconnect():
            return given
        case int() if given > 0:
            return Reconnect(attempts=given)
        case _:
            raise TypeError(f"reconnect is a bool, a number of attempts or a Reconnect, not {given!r}")


def speech_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as they are sent; raises `TypeError` for one that does not exist."""
    known = RealtimeSpeechSettings.__annotations__
    if unknown := given.keys() - known.keys():
        raise TypeError(f"live speech has no setting {min(unknown)!r}: it takes {', '.join(known)}")
    fields = {("voice" if name == "voice_id" else name): value for name, value in given.items() if value is not None}
    sample: Any = fields.get("ref_audio")
    if isinstance(sample, (bytes, bytearray, memoryview)):
        fields["ref_audio"] = b64encode(cast("Any", sample)).decode()
    return fields
