"""What several answers cost together."""

from __future__ import annotations

from typing import Any

import msgspec

from mistral_async._codec.json_types import is_object


def total(first: Any, second: Any) -> Any:
    """The sum of two usages of one kind; None is unknown, and adds nothing."""
    if first is None or second is None:
        return second if first is None else first
    if is_object(first) and isinstance(second, msgspec.Struct):  # one of an earlier process
        first = msgspec.convert(first, type(second))
    if isinstance(first, msgspec.Struct):
        names = type(first).__struct_fields__
        return type(first)(**{name: total(getattr(first, name), getattr(second, name, None)) for name in names})
    if is_object(first) and is_object(second):
        return {key: total(first.get(key), second.get(key)) for key in {**first, **second}}
    if isinstance(first, (int, float)) and isinstance(second, (int, float)):
        return first + second
    return second
