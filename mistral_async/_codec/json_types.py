"""JSON values as Python has them: types for those who read and write them, and checks by which a type narrows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from typing_extensions import TypeIs

JSON: TypeAlias = Any
"""Any JSON value. It is `Any`: msgspec reads no recursive alias, and who knows the value indexes it without casts."""

JSONObject: TypeAlias = dict[str, JSON]
"""A JSON object, read or written: a schema, metadata, arguments of a function."""

JSONMapping: TypeAlias = Mapping[str, JSON]
"""A JSON object to send: any mapping, a TypedDict as well as a dict."""


def is_object(value: object) -> TypeIs[JSONObject]:
    """Return whether a value is a JSON object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeIs[list[JSON]]:
    """Return whether a value is a JSON array."""
    return isinstance(value, list)


def is_mapping(value: object) -> TypeIs[Mapping[Any, Any]]:
    """Return whether a value maps keys to values."""
    return isinstance(value, Mapping)
