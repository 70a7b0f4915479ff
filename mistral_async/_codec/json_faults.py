"""Faults of values that are to be JSON: where they are, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any, Final, TypeAlias, cast
from uuid import UUID

import msgspec

from mistral_async._codec.json_types import is_object
from mistral_async._codec.plain import dataclass_fields, plain

# Rule 1: What is looked through is what msgspec writes: keys, items, fields, and what stands for other classes.
# Rule 2: The first fault is told, by its path and its kind, never by the text around it. Values whose class has no
#   form in JSON are TypeErrors; numbers and text that JSON can not hold are ValueErrors.
# Rule 3: It is looked at without a recursion, so depth is no fault.

Place: TypeAlias = tuple[str, object]
"""The path of a value, and the value."""

_SCALARS: Final[tuple[type, ...]] = (
    str,
    int,
    float,
    Decimal,
    bytes,
    bytearray,
    memoryview,
    date,
    time,
    timedelta,
    UUID,
    msgspec.Raw,
)
_ALWAYS_GOOD: Final[frozenset[type]] = frozenset({int, bool, type(None)})
_GOOD_NUMBERS: Final[frozenset[type]] = _ALWAYS_GOOD | {str}
_NOT_JSON: Final = "which is no number in JSON: leave it out, or give another"


def number_fault(value: object) -> ValueError | None:
    """Return the error for the first number that JSON does not have, NaN or an infinity, in what is JSON otherwise."""
    return None if _is_finite(value) else cast("ValueError | None", _find(value, _GOOD_NUMBERS))


def _is_finite(value: object) -> bool:
    """Return True for common classes that hold finite numbers alone; False where a closer look is needed."""
    waiting = [value]
    for each in waiting:
        kind = type(each)
        if kind is dict:
            inner = cast("dict[object, object]", each).values()
            waiting += [one for one in inner if type(one) not in _GOOD_NUMBERS]
        elif kind is list:
            waiting += [one for one in cast("list[object]", each) if type(one) not in _GOOD_NUMBERS]
        elif isinstance(each, msgspec.Struct):
            waiting += msgspec.structs.astuple(each)
        elif kind is float:
            if not isfinite(cast("float", each)):
                return False
        elif kind not in _GOOD_NUMBERS:
            return False
    return True


def fault(value: object) -> TypeError | ValueError | None:
    """Return the error for the first value that can not be JSON; None where all can."""
    return _find(value, _ALWAYS_GOOD)


def text_fault(text: str) -> str | None:
    """Say that a text has a lone surrogate, half of a character, which UTF-8 does not have; None where it has none."""
    if text.isascii():
        return None
    try:
        text.encode()
    except UnicodeEncodeError as error:
        half = f"{text[error.start]!a} at {error.start}"
        advice = "text.encode('utf-8', 'replace').decode() has '?' in its place"
        return f"has a lone surrogate ({half}), which UTF-8 can not hold: {advice}"
    return None


def check_text(text: str, what: str) -> None:
    """Raise the ValueError for text that can not be sent; `what` it is begins the message."""
    if wrong := text_fault(text):
        raise ValueError(f"{what} {wrong}")


def _find(value: object, good: frozenset[type]) -> TypeError | ValueError | None:
    waiting: list[Place] = [] if type(value) in good else [("", value)]
    while waiting:
        path, each = waiting.pop()
        if isinstance(each, _SCALARS) and not isinstance(each, Enum):
            if wrong := _scalar_fault(cast("object", each)):
                return ValueError(f"{path or 'it'} {wrong}")
            continue
        try:
            inner = _inside(path, each)
        except TypeError as error:
            return TypeError(f"{path}: {error}" if path else str(error))
        waiting += [place for place in inner if type(place[1]) not in good][::-1]
    return None


def _scalar_fault(value: object) -> str | None:
    match value:
        case str():
            return text_fault(value)
        case float() if not isfinite(value):
            return f"is {float.__repr__(value)}, {_NOT_JSON}"
        case Decimal() if not value.is_finite():
            return f"is {value}, {_NOT_JSON}"
        case _:
            return None


def _inside(path: str, value: Any) -> list[Place]:
    """Return what a value holds, or what it stands for."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return [(f"{path}[{index}]", each) for index, each in enumerate(cast("Iterable[object]", value))]
    if is_object(value):
        return _entries(path, value.items())
    kind: Any = type(value)  # pyright: ignore[reportUnknownVariableType] - of any value
    names: Iterable[tuple[str, str]] = ()
    if isinstance(value, msgspec.Struct):
        names = zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True)
    elif (fields := dataclass_fields(kind)) is not None:
        names = [(name, name) for name in fields]
    elif hasattr(kind, "__attrs_attrs__"):
        names = [(field.name, field.name) for field in kind.__attrs_attrs__]
    else:
        return [(path, plain(value))]
    entries = ((shown, getattr(value, name, None)) for shown, name in names)
    return _entries(path, [each for each in entries if each[1] is not msgspec.UNSET])  # which is not written


def _entries(path: str, entries: Iterable[tuple[object, object]]) -> list[Place]:
    """Return the keys and the values of an object; only keys that can be wrong."""
    places: list[Place] = []
    for key, value in entries:
        if not isinstance(key, str):
            places.append((_joined(path, str(key)), value))
            continue
        if text_fault(key):
            places.append((f"a key of {path or 'it'}", key))
        places.append((_joined(path, key), value))
    return places


def _joined(path: str, key: str) -> str:
    if not key.isidentifier():
        return f"{path}[{key!a}]"
    return f"{path}.{key}" if path else key
