"""Values for the lenient pass of `open_union`: those of scalars, and what stands for one that is not there."""

from __future__ import annotations

import functools
from contextlib import suppress
from typing import Final, cast

import msgspec
from msgspec import inspect

from mistral_async._codec.json_decode import encode_json
from mistral_async._codec.json_types import JSON

# The rules named below are those of `open_union`.


@functools.cache
def struct_info(cls: type[msgspec.Struct]) -> inspect.StructType:
    """Return what msgspec knows of a Struct."""
    return cast("inspect.StructType", inspect.type_info(cls))


def accepts_none(info: inspect.Type) -> bool:
    """Return whether null is a value of a type."""
    match info:
        case inspect.NoneType() | inspect.AnyType():
            return True
        case inspect.UnionType(types=types):
            return any(accepts_none(each) for each in types)
        case _:
            return False


SCALARS: Final = (
    inspect.NoneType,
    inspect.BoolType,
    inspect.IntType,
    inspect.FloatType,
    inspect.StrType,
    inspect.LiteralType,
    inspect.EnumType,
    inspect.BytesType,
)


def fits(value: JSON, info: inspect.Type) -> bool:
    """Return whether a value has the JSON type that `info` is written as."""
    match value:
        case dict():
            return isinstance(info, (inspect.StructType, inspect.DictType, inspect.CustomType))
        case list():
            return isinstance(info, (inspect.ListType, inspect.CollectionType))
        case bool():
            return isinstance(info, inspect.BoolType)
        case int() | float():
            return isinstance(info, (inspect.IntType, inspect.FloatType))
        case _:
            return isinstance(info, (inspect.StrType, inspect.LiteralType, inspect.EnumType, inspect.BytesType))


def read_scalar(value: JSON, info: inspect.Type) -> object:
    """Convert JSON's one kind of number to Python's two, and text to bytes (rule 4); keep all else (rule 5)."""
    match info:
        case inspect.IntType() if isinstance(value, float) and value.is_integer():
            return int(value)
        case inspect.FloatType():
            return _read_float(value)
        case inspect.BytesType() if isinstance(value, str):
            return _read_bytes(value)
        case inspect.RawType():
            return msgspec.Raw(encode_json(value))
        case inspect.AnyType():
            return value
        case _:
            return zero_value(info) if value is None else value


_FLOATS: Final = ("NaN", "Infinity", "-Infinity")


def _read_float(value: JSON) -> object:
    """Read an int, or the text of what JSON has no number for; all else stays, and an int that no float can hold."""
    if value in _FLOATS or (isinstance(value, int) and not isinstance(value, bool)):
        with suppress(OverflowError):
            return float(value)
    return 0.0 if value is None else value


def _read_bytes(text: str) -> bytes | str:
    """Decode base64; the text stays where it is none."""
    try:
        return msgspec.convert(text, bytes)
    except msgspec.ValidationError:
        return text


def zero_value(info: inspect.Type) -> object:  # noqa: PLR0911 - one line for each kind of type
    """Return what stands for a value that has to be there and is not (rule 3)."""
    match info:
        case inspect.StrType():
            return ""
        case inspect.BoolType():
            return False
        case inspect.IntType():
            return 0
        case inspect.FloatType():
            return 0.0
        case inspect.ListType() | inspect.CollectionType():
            return []
        case inspect.DictType():
            return {}
        case inspect.StructType(cls=cls):
            return cls(**{field.name: zero_value(field.type) for field in struct_info(cls).fields if field.required})
        case inspect.UnionType(types=types) if not accepts_none(info):
            return next((zero for zero in map(zero_value, types) if zero is not None), None)
        case _:
            return None
