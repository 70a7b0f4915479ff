"""What JSON values are, said so that type checkers follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from typing_extensions import TypeIs

JSONObject: TypeAlias = dict[str, object]
"""A JSON object that is written here, such as a schema; what is read from outside is a `dict[str, Any]`."""


def is_object(value: object) -> TypeIs[dict[str, Any]]:
    """Whether a value is a JSON object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeIs[list[Any]]:
    """Whether a value is a JSON array."""
    return isinstance(value, list)


def is_mapping(value: object) -> TypeIs[Mapping[Any, Any]]:
    """Whether a value maps keys to values."""
    return isinstance(value, Mapping)
