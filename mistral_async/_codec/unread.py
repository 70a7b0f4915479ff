"""The part of an answer that its type does not show: fields of tomorrow, and values of another kind than declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from mistral_async._codec.json_decode import decode_json
from mistral_async._codec.json_types import JSON, JSONObject, is_array, is_object
from mistral_async._codec.open_union import decode


def unread(data: bytes, type_: Any) -> JSONObject:
    """Return, by path, what decoding to this type leaves out: `{"$.choices[0].message.audio": {"id": "a"}}`."""
    return dict(_left_out(decode_json(data), decode(data, type_), "$"))


def _left_out(value: JSON, read: object, path: str) -> Iterator[tuple[str, JSON]]:
    """Yield what of a JSON value is not in what it was read as."""
    if is_object(value) and isinstance(read, msgspec.Struct):
        names = dict(zip(read.__struct_encode_fields__, read.__struct_fields__, strict=True))
        for key, each in value.items():
            if key in names:
                yield from _left_out(each, getattr(read, names[key]), f"{path}.{key}")
            else:
                yield f"{path}.{key}", each
    elif is_object(value) and is_object(read):
        for key, each in value.items():
            yield from _left_out(each, read[key], f"{path}.{key}")
    elif is_array(value) and is_array(read):
        for index, (each, item) in enumerate(zip(value, read, strict=False)):
            yield from _left_out(each, item, f"{path}[{index}]")
    elif _stands_for(read) and value not in (read, None):
        yield path, value


def _stands_for(read: object) -> bool:
    """Return whether this may stand in place of a value of another kind: it is empty, or an object of defaults."""
    return read is None or read in ([], {}) or isinstance(read, msgspec.Struct)
