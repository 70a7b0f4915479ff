"""The brackets, strings and commas of a large JSON text: where its values are, found in turns with other tasks.

Nothing is decoded here: `large` does that, and so finds what is no JSON.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from mistral_async._codec.turns import pause
from mistral_async._lazy import lazy_pattern

# Rule 1: Every other task gets a turn after `_PIECE` bytes, or `_MANY` items.
# Rule 2: This takes several times as long as a pass of msgspec. So it is for texts of which such a pass would hold up
#   the others, by samples: those full of escapes or numbers, and for `_MOST` items at most.

_PIECE: Final = 256 * 1024  # bytes; about 1 ms
_PASS: Final = 0.015  # seconds that msgspec may go through a text at once
_BYTE: Final = 0.25e-9  # seconds that msgspec needs for a byte
_VALUE: Final = 10e-9  # ... and for an escape or a number besides
_SAMPLES: Final = 64
_MOST: Final = 50_000
_DEEPEST: Final = 2000  # brackets; no reader reads so many
_MANY: Final = 512  # items that are split, one by one, before others get their turn

_INSIDE: Final = lazy_pattern(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_LEVEL: Final = lazy_pattern(rb'(?:[^"\[\]{},]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
"""What is neither a bracket nor, at the level of the items, a comma."""
_IN_STRING: Final = lazy_pattern(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_OBJECT_KEY: Final = lazy_pattern(rb'[ \t\r\n]*+("(?:[^"\\]++|\\.)*+")[ \t\r\n]*+:', re.DOTALL)
_SPACE: Final = b" \t\r\n"
_COMMA, _QUOTE = b',"'


async def split_object(data: bytes | memoryview) -> dict[str, memoryview] | None:
    """Split an object as `split` does; return its values by their keys, None where msgspec is as good."""
    items = await split(data)
    if items is None:
        return None
    values: dict[str, memoryview] = {}
    for number, item in enumerate(items):
        key = _OBJECT_KEY.match(item)
        if key is None:
            raise msgspec.DecodeError("no key")
        values[msgspec.json.decode(key[1], type=str)] = item[key.end() :]
        if not number % _MANY:
            await pause()
    return values


async def split(data: bytes | memoryview) -> list[memoryview] | None:
    """Split a list or an object at its commas, if msgspec would take long for it (rule 2); None if it would not."""
    if not _takes_long(data):
        return None
    data = _stripped(memoryview(data))
    items: list[memoryview] = []
    place, paused = 1, 0
    while place < len(data) and len(items) < _MOST:
        end = await end_of_item(data, place, place)
        items.append(_stripped(data[place:end]))
        if not len(items) % _MANY or end > paused + _PIECE:
            paused = end
            await pause()
        place = end + 1
        if data[end] != _COMMA:
            break
    else:
        return None
    if place != len(data) or data[0] + 2 != data[-1]:  # { and } are two apart, and so are the others
        raise msgspec.DecodeError("a bracket too many")
    return items


def _takes_long(data: bytes | memoryview) -> bool:
    """Return whether msgspec needs more than `_PASS` seconds to go through a text, by samples of it."""
    step = len(data) // _SAMPLES
    if step < _PIECE // _SAMPLES:
        return False
    sample = b"".join([data[at : at + _SAMPLES] for at in range(0, len(data), step)])
    share = (sample.count(b"\\") + sample.count(b",")) / len(sample)
    return len(data) * (_BYTE + share * _VALUE) > _PASS


def _stripped(data: memoryview) -> memoryview:
    """Return what ends with white space without it."""
    while data and data[-1] in _SPACE:
        end = bytes(data[-_PIECE:])
        data = data[: len(data) - len(end) + len(end.rstrip(_SPACE))]
    return data


async def end_of_item(data: memoryview, place: int, near: int) -> int:
    """Return where the first comma between two items is, or else the closing bracket; no comma before `near` counts."""
    depth, pauses = 0, max(place, near)
    while depth < _DEEPEST:
        if depth or place < near:
            found = _INSIDE.match(data, place, place + _PIECE if depth else near)
        else:
            found = _LEVEL.match(data, place, place + _PIECE)
        end = found.end() if found else place
        if end >= len(data):
            raise msgspec.DecodeError("a bracket is not closed")
        match data[end]:
            case 0x22:  # a string that is longer than a piece, or begins near the end of one
                end = await _end_of_string(data, end + 1)
            case 0x5B | 0x7B:
                depth += 1
            case 0x5D | 0x7D if depth:
                depth -= 1
            case 0x5D | 0x7D:
                return end
            case _ if data[end] == _COMMA and not depth and end >= near:
                return end
            case _:
                end -= 1  # the end of a piece
        place = end + 1
        if place > pauses:
            pauses = place + _PIECE
            await pause()
    raise RecursionError


async def _end_of_string(data: memoryview, place: int) -> int:
    """Return where the quote is that ends the string of which this is inside."""
    while found := _IN_STRING.match(data, place, place + _PIECE):
        if found.end() < len(data) and data[found.end()] == _QUOTE:
            return found.end()
        if found.end() == place:
            break
        place = found.end()
        await pause()
    raise msgspec.DecodeError("a string is not closed")
