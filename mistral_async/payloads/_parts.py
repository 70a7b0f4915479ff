"""The parts of answers and events that are encoded: found by their shape, read one by one, and put back. No I/O.

Everything around them stays as the server wrote it, digit by digit.
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from mistral_async._codec.json_decode import decode_json
from mistral_async._codec.json_encode import encode_any
from mistral_async.errors import PayloadError
from mistral_async.payloads._codec import STEPS, PayloadCodec

# Rule 1: A result or an input is encoded if it is an object with `b64payload`. So is data of an event that names steps
#   in `encoding_options`. What names a step that this version does not know is left as it is, as any other value.
# Rule 2: A result that names no step, and is no base64 of JSON, is a value of the workflow's own with such a field.
# Rule 3: Changes of an event's data (`json_patch`) may be encrypted one by one.
# Rule 4: Inputs of schedules and, if the settings say so, data of events that can not be decoded are left as they are:
#   lists and streams have those of others, too. A log tells of it.

Parts: TypeAlias = dict[str, msgspec.Raw]
Change: TypeAlias = Callable[[msgspec.Raw], Awaitable[msgspec.Raw]]

_KNOWN: Final = frozenset(STEPS)
_NONE: Final = msgspec.Raw(b"[]")
_log = logging.getLogger("mistral_async")


class Encoded(msgspec.Struct):
    """An encoded result or input."""

    b64payload: str
    encoding_options: list[str] = msgspec.field(default_factory=list[str])


class _EventData(msgspec.Struct, kw_only=True):
    type: str
    value: msgspec.Raw
    encoding_options: list[str] = msgspec.field(default_factory=list[str])


class _EncryptedValue(msgspec.Struct):
    type: str
    value: str


def read(raw: bytes | msgspec.Raw, kind: Any) -> Any:
    """Read a part as a type; None if it is none."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def as_encoded(raw: bytes | msgspec.Raw) -> Encoded | None:
    """Read an encoded result or input; None if it is none (rule 1)."""
    encoded: Encoded | None = read(raw, Encoded)
    return encoded if encoded is not None and _KNOWN.issuperset(encoded.encoding_options) else None


async def changed(raw: bytes | msgspec.Raw, path: Sequence[str], change: Change) -> msgspec.Raw | None:
    """Return JSON with the values at a path changed; None where nothing was. `*` is each value or item."""
    if not path:
        new = await change(msgspec.Raw(raw))
        return None if bytes(new) == bytes(raw) else new
    name, *rest = path
    items: list[msgspec.Raw] | None = read(raw, list[msgspec.Raw]) if name == "*" else None
    parts: dict[Any, msgspec.Raw] = (read(raw, Parts) or {}) if items is None else dict(enumerate(items))
    made: dict[Any, msgspec.Raw] = {}
    for each in list(parts) if name == "*" else [name]:
        if each in parts and (value := await changed(parts[each], rest, change)) is not None:
            made[each] = value
    if not made:
        return None
    whole = {**parts, **made}
    return msgspec.Raw(msgspec.json.encode(whole if items is None else list(whole.values())))


class Decoding:
    """Reads encoded parts with a codec."""

    def __init__(self, codec: PayloadCodec, *, keep_undecodable: bool) -> None:
        self._codec = codec
        self._keep = keep_undecodable

    async def result(self, raw: msgspec.Raw) -> msgspec.Raw:
        """Decode a result (rules 1 and 2)."""
        encoded = as_encoded(raw)
        if encoded is None:
            return raw
        try:
            return await self.value(encoded.b64payload, encoded.encoding_options)
        except PayloadError:
            if encoded.encoding_options:
                raise
            return raw

    async def input(self, raw: msgspec.Raw) -> msgspec.Raw:
        """Decode the input of a schedule, as far as it can be (rule 4)."""
        encoded = as_encoded(raw)
        if encoded is None or not encoded.encoding_options:
            return raw
        try:
            return await self.result(raw)
        except PayloadError as error:
            return _kept("the input of a schedule", error, raw)

    async def data(self, raw: msgspec.Raw) -> msgspec.Raw:
        """Decode data of an event (rules 1, 3 and 4)."""
        found = read(raw, _EventData)
        if found is None or not found.encoding_options or found.type not in {"json", "json_patch"}:
            return raw
        if not _KNOWN.issuperset(found.encoding_options):
            return raw
        try:
            value = await self._event_value(found)
        except PayloadError as error:
            if self._keep:
                return _kept("data of an event", error, raw)
            raise
        parts: Parts = msgspec.json.decode(raw, type=Parts)
        return msgspec.Raw(msgspec.json.encode({**parts, "value": value, "encoding_options": _NONE}))

    async def _event_value(self, found: _EventData) -> msgspec.Raw:
        if (text := read(found.value, str)) is not None:
            return await self.value(text, found.encoding_options)
        if found.type == "json_patch" and "encrypted-partial" in found.encoding_options:
            return await changed(found.value, ("*", "value"), self._patch_value) or found.value
        raise PayloadError("the payload of the event can not be decoded: it is no text")

    async def _patch_value(self, raw: msgspec.Raw) -> msgspec.Raw:
        encrypted = read(raw, _EncryptedValue)
        if encrypted is None or encrypted.type != "__encrypted__":
            return raw
        return await self.value(encrypted.value, ["encrypted"])

    async def value(self, text: str, steps: Sequence[str]) -> msgspec.Raw:
        """Return the JSON that base64 of encoded bytes stands for; raises a `PayloadError`."""
        try:
            data = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise PayloadError("the payload can not be decoded: it is no base64") from None
        content = await self._codec.decode(data, steps)
        if read(content, msgspec.Raw) is not None:
            return msgspec.Raw(content)
        try:
            return msgspec.Raw(encode_any(decode_json(content)))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise PayloadError("the payload is decoded, but no JSON") from None


def _kept(what: str, error: PayloadError, raw: msgspec.Raw) -> msgspec.Raw:
    _log.warning("%s is left as it is: %s", what, error)
    return raw
