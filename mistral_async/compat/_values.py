"""Values of answers in the official SDK's types: timestamps as `datetime`, embeddings as lists."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias, get_args

import msgspec

from mistral_async._codec.json_types import is_array, is_object
from mistral_async._codec.open_union import members_of
from mistral_async.models import EmbeddingResponseData, Vector

# Rule 1: A timestamp is a `datetime` where the official SDK has one. What can not be read as one stays what it is.
# Rule 2: An embedding is a list of floats, also where it came packed, or as whole numbers.
# Rule 3: A class whose objects hold nothing of this is not looked into: completions cost nothing.

_MOMENTS: Final = frozenset(
    {
        *("completed_at", "created_at", "deleted_at", "deployed_at", "deprecation", "end_at", "end_time"),
        *("evaluated_at", "expires_at", "finished_at", "from_timestamp", "last_checked_at", "last_heartbeat"),
        *("last_processed_at", "last_run_time", "last_seen", "modified_at", "received_at", "scheduled_at"),
        *("start_at", "start_time", "started_at", "submitted_at", "time_bucket", "timestamp", "to_timestamp"),
        *("triggered_at", "updated_at", "version_created_at"),
    }
)
"""The fields that are timestamps over there. Those of these names that are numbers here are numbers there, too."""

Convert: TypeAlias = Callable[[Any], Any]


def official(value: Any) -> Any:
    """Convert the fields of an answer in place, and return it."""
    if isinstance(value, msgspec.Struct):
        own, inner = _plan(type(value))
        for name, convert in own:
            setattr(value, name, convert(getattr(value, name)))
        for name in inner:
            official(getattr(value, name))
    elif is_array(value):
        for each in value:
            official(each)
    elif is_object(value):
        for each in value.values():
            official(each)
    return value


def is_moment(cls: type[msgspec.Struct], field: msgspec.structs.FieldInfo) -> bool:
    """Return whether a field is a timestamp (rule 1)."""
    return _conversion(cls, field) is moment_of


def moment_of(value: Any) -> Any:
    """Return a timestamp as a `datetime`; what can not be read as one stays what it is."""
    with suppress(ValueError, OverflowError, OSError):
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        if isinstance(value, (int, float)):
            return datetime.fromtimestamp(value, UTC)
    return value


def _numbers(value: Any) -> Any:
    return list(map(float, value)) if isinstance(value, Vector) else value


@functools.cache
def _plan(cls: type[msgspec.Struct]) -> tuple[tuple[tuple[str, Convert], ...], tuple[str, ...]]:
    """Return the fields to convert, and those that hold objects with such fields."""
    fields = msgspec.structs.fields(cls)
    own = {each.name: convert for each in fields if (convert := _conversion(cls, each)) is not None}
    inner = [each.name for each in fields if each.name not in own and any(map(_converts, _structs(each.type)))]
    return tuple(own.items()), tuple(inner)


@functools.cache
def _converts(cls: type[msgspec.Struct]) -> bool:
    """Return whether an object of a class has such fields, or holds one that has."""
    seen: set[Any] = set()
    left: list[Any] = [cls]
    while left:
        each = left.pop()
        if each in seen:
            continue
        seen.add(each)
        for field in msgspec.structs.fields(each):
            if _conversion(each, field) is not None:
                return True
            left += _structs(field.type)
    return False


def _structs(kind: Any) -> Iterator[Any]:
    """Find the Structs that a type is made of."""
    if isinstance(kind, msgspec.StructMeta):
        yield kind
    elif hasattr(kind, "variants"):
        yield from members_of(kind)
    for each in get_args(kind):
        yield from _structs(each)


def _conversion(cls: type[msgspec.Struct], field: msgspec.structs.FieldInfo) -> Convert | None:
    """Return what converts a field, if anything does."""
    if field.name in _MOMENTS and (field.type is str or str in get_args(field.type)):
        return moment_of
    return _numbers if issubclass(cls, EmbeddingResponseData) and field.name == "embedding" else None
