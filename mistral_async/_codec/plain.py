"""Plain values: what of Python's own an object of another class stands for, wherever values are sent."""

from __future__ import annotations

from collections import UserString
from collections.abc import Callable, Iterable, Iterator, MappingView, Sequence
from collections.abc import Set as AbstractSet
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, cast

import msgspec

from mistral_async._codec.json_types import is_array, is_mapping, is_object

_KINDS: Final = frozenset({dict, list, tuple, str, int, float, bool, type(None)})

# Rule 1: What is a str, bytes, an int, a float or a date by a class of its own (NumPy, bs4, Markup, Django, pandas) is
#   the value it holds, whatever its `__str__` says. An enum's member is its value.
# Rule 2: A class that says what it is is that: a mapping is a dict; `model_dump` (pydantic 2, the official SDK) and
#   `dict` (pydantic 1) give the value by the wire's names, that of the official SDK without what is None; a dataclass
#   and an attrs class are a dict of their fields; what is unset in a model (`UNSET` of the official SDK) is not sent;
#   `tolist` (NumPy, pandas, torch, `array`) and `to_list` (polars) give the value.
# Rule 3: A sequence, a set, and a view of a dict are a list, if their class is registered as one. What only can be
#   iterated is not: a table gives its column names, an element of HTML or XML its children.
# Rule 4: An iterator is a list where an argument may be one (`plain_argument`). Inside a body it is refused: it can be
#   read once, and a request may be sent again.
#   A Struct of this package stays what it is, unless it is one that no endpoint declares (`stands_for_dict`). Where an
#   argument fits no type, a Struct of others and a named tuple are a dict of their fields.
# Rule 5: All else is a TypeError. Nothing becomes its `repr`, and what is missing (NaT, a masked number) not null.


def plain(value: object) -> object:  # noqa: C901, PLR0911 - one line for each kind of value
    """Return what a value stands for; raises `TypeError` where that is nothing of Python's own."""
    match value:
        case Enum():
            return value.value
        case str():
            return str.__str__(value)
        case bool():
            return value
        case int():
            return int.__int__(value)
        case float():
            return float.__float__(value)
        case Decimal():
            return Decimal(value)
        case bytes() | bytearray() | memoryview():
            return bytes(memoryview(cast("bytes", value)))
        case datetime() if value == value:  # noqa: PLR0124 - NaT is not
            return datetime.combine(value.date(), value.timetz())
        case date() if not isinstance(value, datetime):
            return date(value.year, value.month, value.day)
        case UserString():
            return str.__str__(value.data)
        case type():
            raise TypeError(f"the class {value.__name__} has no form in JSON")
        case _:
            return _plain_object(value)


def _plain_object(value: Any) -> Any:
    if is_mapping(value):
        return dict(value)
    if (found := _fields(value, type(value))) is not None:
        return found
    if type(value).__module__.partition(".")[0] == "numpy":
        value = _without_gaps(value)
    for name in ("tolist", "to_list"):
        if callable(listed := getattr(value, name, None)):
            return listed()
    if isinstance(value, (Sequence, AbstractSet, MappingView)):
        return list(cast("Iterable[object]", value))
    raise TypeError(f"{name_of(value)} has no form in JSON{_advice(value)}")


def _fields(value: Any, cls: Any) -> Any:
    """Return what a model of pydantic's kind, a dataclass or an attrs class stands for; None where it is none."""
    if callable(dump := getattr(value, "model_dump", None)):
        found = _dumped(dump, cls.__module__.partition(".")[0] in _WITHOUT_NULLS)
    elif (names := dataclass_fields(cls)) is not None:
        found = {name: getattr(value, name) for name in names}
    elif (attributes := getattr(cls, "__attrs_attrs__", None)) is not None:
        found = {each.name: getattr(value, each.name) for each in attributes}
    elif callable(dump := getattr(value, "dict", None)):
        found = dump(by_alias=True) if hasattr(cls, "__fields__") else dump()
        return found if is_mapping(found) else None
    else:
        return None
    if type(found) not in _KINDS and not is_mapping(found):  # a mock has any method, and gives mocks
        raise TypeError(f"{name_of(value)} has no form in JSON: its model_dump() gives {name_of(found)}")
    return found


def dataclass_fields(cls: Any) -> list[str] | None:
    """Return the names of the fields of a dataclass; None for any other class."""
    if not hasattr(cls, "__dataclass_fields__"):
        return None
    from dataclasses import fields  # loaded, where there is a dataclass

    return [each.name for each in fields(cls)]


IS_SENT: Final = ContextVar("IS_SENT", default=False)
"""True while a model of pydantic's kind is dumped to be sent: objects of the API in it are as in requests."""


UNSET_TEXT: Final = "~?~unset~?~sentinel~?~"
"""The text of `UNSET` in dumps of pydantic, in the official SDK too."""

_WITHOUT_NULLS: Final = frozenset({"mistralai", "mistralai_azure", "mistralai_gcp"})
"""The packages whose models are sent without fields that are None: those of version 1 have nulls in dumps."""


def _dumped(dump: Callable[..., Any], without_nulls: bool) -> Any:  # noqa: FBT001 - called once
    """Return what `model_dump` gives, by the wire's names; what it can not write itself stays what it is."""
    outer = IS_SENT.set(True)
    try:
        return _without_unset(dump(mode="json", by_alias=True, **({"exclude_none": True} if without_nulls else {})))
    except TypeError:  # a method of that name that has no such options
        return dump()
    except ValueError:  # an object in it that pydantic does not know
        return dump(by_alias=True)
    finally:
        IS_SENT.reset(outer)


def _without_unset(value: Any) -> Any:
    """Return a dump without the fields that are unset, which pydantic writes as a text."""
    if is_object(value):
        return {name: _without_unset(each) for name, each in value.items() if each != UNSET_TEXT}
    return list(map(_without_unset, value)) if is_array(value) else value


def _without_gaps(value: Any) -> Any:
    """Refuse what `tolist` of NumPy would make None of, and have its dates as datetimes, not as nanoseconds."""
    kind: str = getattr(getattr(value, "dtype", None), "kind", "")
    missing: Any = value != value if kind in {"m", "M"} else getattr(value, "mask", False)  # noqa: PLR0124 - NaT is not
    if getattr(missing, "any", bool)():
        raise TypeError(f"{name_of(value)} has missing values, which have no form in JSON")
    return value.astype(f"{kind}8[us]") if kind in {"m", "M"} else value


def _advice(value: object) -> str:
    if callable(getattr(value, "read", None)):
        return ": give what it holds, its read()"
    if isinstance(value, Iterator):
        return ": it can be read once, so make a list of it"
    if hasattr(value, "columns"):
        return ": give one of its columns, or its text"
    return ": make a list of it" if hasattr(value, "__iter__") else ""


def name_of(value: object) -> str:
    """Return the name of a value's class, to show."""
    return type(value).__name__


def _plain_struct(value: msgspec.Struct) -> object:
    if hasattr(value, "stands_for_dict"):
        return cast("Any", value).to_dict()
    if hasattr(value, "always_sent"):  # of this package
        return value
    return msgspec.to_builtins(value, builtin_types=(bytes, bytearray), enc_hook=plain)


def plain_argument(value: object) -> object:
    """Return what an argument that does not fit as it is stands for: also items of lists and dicts, and iterators."""
    match value:
        case dict():
            return {key: plain_argument(each) for key, each in cast("dict[object, object]", value).items()}
        case msgspec.Struct():
            return _plain_struct(value)
        case tuple() if hasattr(cast("object", value), "_asdict"):
            return plain_argument(cast("Any", value)._asdict())
        case list() | tuple() | Iterator() if not hasattr(cast("object", value), "read"):
            return [plain_argument(each) for each in cast("Iterable[object]", value)]
        case _:
            try:
                found = plain(value)
            except TypeError:
                return value
            inner = type(found) in {list, dict}
            return plain_argument(found) if inner else found
