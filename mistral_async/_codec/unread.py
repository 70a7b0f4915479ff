"""The part of an answer that its type does not show: fields of tomorrow, and values of another kind than declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import msgspec

from mistral_async._codec.json_decode import decode_json
from mistral_async._codec.json_types import JSON, JSONObject, is_array, is_object
from mistral_async._codec.open_union import decode

Place: TypeAlias = "tuple[Place, str] | None"
"""A path by its last step: only the paths that are shown are written out, since a step may be as long as an answer."""


def unread(data: bytes, type_: Any) -> JSONObject:
    """Return, by path, what decoding to this type leaves out: `{"$.choices[0].message.audio": {"id": "a"}}`."""
    return {_path(place): value for place, value in _left_out(decode_json(data), decode(data, type_), None)}


def _left_out(value: JSON, read: object, place: Place) -> Iterator[tuple[Place, JSON]]:
    """Yield what of a JSON value is not in what it was read as."""
    if is_object(value) and isinstance(read, msgspec.Struct):
        names = dict(zip(read.__struct_encode_fields__, read.__struct_fields__, strict=True))
        for key, each in value.items():
            if key in names:
                yield from _left_out(each, getattr(read, names[key]), (place, f".{key}"))
            else:
                yield (place, f".{key}"), each
    elif is_object(value) and is_object(read):
        for key, each in value.items():
            yield from _left_out(each, read[key], (place, f".{key}"))
    elif is_array(value) and is_array(read):
        for index, (each, item) in enumerate(zip(value, read, strict=False)):
            yield from _left_out(each, item, (place, f"[{index}]"))
    elif _stands_for(read) and value not in (read, None):
        yield place, value


def _path(place: Place) -> str:
    steps: list[str] = []
    while place is not None:
        place, step = place
        steps.append(step)
    return "".join(["$", *reversed(steps)])


def _stands_for(read: object) -> bool:
    """Return whether this may stand in place of a value of another kind: it is empty, or an object of defaults."""
    return read is None or read in ([], {}) or isinstance(read, msgspec.Struct)
