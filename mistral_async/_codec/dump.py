"""Structs as plain dicts, with the options that pydantic's `model_dump` has."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeAlias, cast
from uuid import UUID

import msgspec

from mistral_async._codec.json_encode import to_builtins
from mistral_async._codec.json_types import JSONObject, is_array, is_object

# Rule 1: A number, a text or a truth value is given, also one that equals the default: the server may have sent it.
#   An empty text is no such value in fields that never are empty: ids, moments, and words of a fixed list.
# Rule 2: None and an empty container are given where they are values: in a field that has no default, and in one that
#   the class says answers always have. Elsewhere they stand for a field that was not sent. Decoding does not tell the
#   two apart, since that would cost every answer time and memory; who needs to know has the body (`with_response`).
# Rule 3: A field counts as set where it has no default, where answers always have it, and where its value is not the
#   default. So a value that was sent, and is the default of a field that need not be there, counts as not set.
# Rule 4: `include` and `exclude` name fields, keys and places in lists, nested as deep as the value is. What both name
#   is left out. `__all__` stands for every place in a list; places count from the end where they are negative.

Selection: TypeAlias = "AbstractSet[Any] | Sequence[Any] | Mapping[Any, Any] | None"
"""Names or places; as a mapping, each with True for the whole of it, False for none, or a selection inside of it."""

_Inner: TypeAlias = Mapping[Any, Any] | None

_AS_THEY_ARE: Final = frozenset({str, int, float, bool, type(None)})
_PYTHONS_OWN: Final = (date, time, timedelta, Decimal, UUID, Enum, bytes)  # a datetime is a date
_WHOLE: Final = (True, ...)
_EACH: Final = "__all__"
_NEVER_EMPTY: Final = frozenset(
    {"id", "timestamp", "combinator", "operator", "direction", "granularity", "dtype", "distance_metric"}
)


class DumpOptions(msgspec.Struct, frozen=True, gc=False):
    """The fields that are left out, and the form in which the rest is given."""

    json: bool = True
    """True to give what JSON has; False to keep dates, bytes and other values of Python's."""
    by_alias: bool = True
    """True for the wire's names, False for those of the attributes."""
    exclude_unset: bool = False
    exclude_defaults: bool = False
    exclude_none: bool = False


class DumpedField(msgspec.Struct, frozen=True):
    """A field of a Struct."""

    name: str
    key: str
    default: Any
    """What it is where it was not sent."""
    made: bool
    """True if the default is an object of its own, an empty list, say, or a text that is no value (rule 1)."""
    always: bool
    """True if None and the default are values as good as any."""

    def is_given(self, value: object) -> bool:
        """Return whether a value may have been sent (rules 1 and 2)."""
        if value is None or (self.made and value == self.default):
            return self.always
        return value is not msgspec.UNSET

    def is_set(self, value: object) -> bool:
        """Return whether a value counts as set (rule 3)."""
        return value is not msgspec.UNSET and (self.always or not (value is self.default or value == self.default))


@functools.cache
def fields_of(cls: type[msgspec.Struct]) -> tuple[DumpedField, ...]:
    """Return the fields of a class that says what is `always_sent`, in their order."""
    always: frozenset[str] = cast("Any", cls).always_sent()
    return tuple(_field(each, always) for each in msgspec.structs.fields(cls))


def _field(found: msgspec.structs.FieldInfo, always: frozenset[str]) -> DumpedField:
    made = found.default_factory is not msgspec.NODEFAULT
    default: Any = found.default_factory() if made else found.default
    constant = made and type(default) in _AS_THEY_ARE
    made = made or (default == "" and (found.name in _NEVER_EMPTY or found.name.endswith("_at")))
    return DumpedField(found.name, found.encode_name, default, made, found.required or found.name in always or constant)


def dump(struct: msgspec.Struct, options: DumpOptions, include: Selection = None, exclude: Selection = None) -> Any:
    """Return a Struct as a dict of plain values."""
    return _Dump(options).struct(struct, _selected(include), _selected(exclude))


def dump_object(value: JSONObject, include: Selection = None, exclude: Selection = None) -> JSONObject:
    """Return a copy of a dict, with the keys and places that are selected."""
    return _Dump(DumpOptions()).value(value, _selected(include), _selected(exclude))  # type: ignore[no-any-return]  # a dict


class _Dump:
    def __init__(self, options: DumpOptions) -> None:
        self._options = options
        self._only_set = options.exclude_unset or options.exclude_defaults

    def struct(self, struct: msgspec.Struct, include: _Inner, exclude: _Inner) -> JSONObject:
        made: JSONObject = {}
        options = self._options
        for field in fields_of(type(struct)):
            name = field.name
            value = getattr(struct, name)
            if options.exclude_none and value is None:
                continue
            given = field.is_set(value) if self._only_set else field.is_given(value)
            if given and not _is_left_out(name, include, exclude):
                key = field.key if options.by_alias else name
                made[key] = self.value(value, _inside(include, name), _inside(exclude, name))
        return made

    def value(self, value: Any, include: _Inner, exclude: _Inner) -> Any:
        if type(value) in _AS_THEY_ARE:
            return value
        if isinstance(value, msgspec.Struct) and hasattr(value, "always_sent"):
            return self.struct(value, include, exclude)
        if is_array(value) or isinstance(value, tuple):
            return self._items(cast("Sequence[Any]", value), include, exclude)
        if is_object(value):
            return {
                key: self.value(each, _inside(include, key), _inside(exclude, key))
                for key, each in value.items()
                if not _is_left_out(key, include, exclude)
            }
        if not self._options.json and isinstance(value, _PYTHONS_OWN):
            return value
        return to_builtins(value)

    def _items(self, items: Sequence[Any], include: _Inner, exclude: _Inner) -> list[Any]:
        if include is None and exclude is None:
            if _AS_THEY_ARE.issuperset(map(type, items)):  # vectors, at the speed of C
                return list(items)
            return [self.value(each, None, None) for each in items]
        include, exclude = _by_place(include, len(items)), _by_place(exclude, len(items))
        return [
            self.value(each, _inside(include, place), _inside(exclude, place))
            for place, each in enumerate(items)
            if not _is_left_out(place, include, exclude)
        ]


def _selected(selection: Any) -> _Inner:
    """Return a selection as a mapping; None for no selection, or for the whole."""
    if selection is None or selection is False or selection in _WHOLE:
        return None
    return cast("Mapping[Any, Any]", selection) if isinstance(selection, Mapping) else dict.fromkeys(selection, True)


def _is_left_out(key: object, include: _Inner, exclude: _Inner) -> bool:
    if exclude is not None and exclude.get(key, False) in _WHOLE:
        return True
    return include is not None and include.get(key, False) is False


def _inside(selection: _Inner, key: object) -> _Inner:
    return None if selection is None else _selected(selection.get(key))


def _by_place(selection: _Inner, length: int) -> _Inner:
    """Return a selection of items by their places from the beginning, `__all__` and negative places resolved."""
    if selection is None:
        return None
    made: dict[Any, Any] = {}
    if _EACH in selection:
        made = dict.fromkeys(range(length), selection[_EACH])
    for place, inner in selection.items():
        if place != _EACH:
            index = place + length if place < 0 else place
            made[index] = _merged(made[index], inner) if index in made else inner
    return made


def _merged(every: Any, own: Any) -> Any:
    """Return what is selected in one place: what is said of it, and of every place where both are selections."""
    first, second = _selected(every), _selected(own)
    if first is None or second is None:
        return own
    return {**first, **{key: _merged(first[key], inner) if key in first else inner for key, inner in second.items()}}
