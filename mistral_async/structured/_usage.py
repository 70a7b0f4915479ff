"""The usage of several answers together."""

from __future__ import annotations

from typing import Any

import msgspec

from mistral_async._codec.json_types import is_object


def add_usage(first: Any, second: Any) -> Any:
    """Return the sum of two usages of one kind, field by field; None is unknown, and adds nothing."""
    if first is None or second is None:
        return second if first is None else first
    if is_object(first) and isinstance(second, msgspec.Struct):  # one of an earlier process
        first = msgspec.convert(first, type(second))
    if isinstance(first, msgspec.Struct):
        names = type(first).__struct_fields__
        return type(first)(**{name: add_usage(getattr(first, name), getattr(second, name, None)) for name in names})
    if is_object(first) and is_object(second):
        return {key: add_usage(first.get(key), second.get(key)) for key in {**first, **second}}
    if isinstance(first, (int, float)) and isinstance(second, (int, float)):
        return first + second
    return second
