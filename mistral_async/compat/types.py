"""The official SDK's `types`: `UNSET`, which is not sent, and pydantic's `BaseModel` where pydantic is installed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias, TypeVar, get_args

import msgspec

from mistral_async._codec.json_types import is_array, is_object
from mistral_async._codec.plain import UNSET_TEXT
from mistral_async.compat._official import names

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import CoreSchema

__all__ = [
    "UNSET",
    "UNSET_SENTINEL",
    "BaseModel",
    "Nullable",
    "OptionalNullable",
    "UnrecognizedInt",
    "UnrecognizedStr",
    "Unset",
]

T = TypeVar("T")

if TYPE_CHECKING:

    class Unset:
        """The type of `UNSET`."""

        def __bool__(self) -> Literal[False]: ...

    UNSET: Final[Any] = Unset()  # it goes wherever a value does: in each option, and in fields of models
else:
    Unset = msgspec.UnsetType
    UNSET = msgspec.UNSET  # a field of a Struct that has it is not sent

UNSET_SENTINEL: Final = UNSET_TEXT
Nullable: TypeAlias = T | None


class _UnsetField:
    """The schema by which `UNSET` may be in a field of a model of pydantic."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.is_instance_schema(
            Unset, serialization=core_schema.plain_serializer_function_ser_schema(lambda _: UNSET_SENTINEL)
        )


if TYPE_CHECKING:
    OptionalNullable: TypeAlias = T | Any | None  # so that it may be passed on
else:
    OptionalNullable = T | Annotated[Unset, _UnsetField] | None


class UnrecognizedStr(str):
    """A text that is none of those that are documented; here these are texts like all others."""

    __slots__ = ()


class UnrecognizedInt(int):
    """A number that is none of those that are documented; here these are numbers like all others."""

    __slots__ = ()


def is_unset(value: object) -> bool:
    """Return whether a value is `UNSET`, of this package or of the official SDK."""
    return value is UNSET or (type(value).__name__ == "Unset" and not value)


def without_unset(value: Any) -> Any:
    """Return a value without what is not sent: `UNSET` in its dicts, None in its models where there can be no null."""
    if is_object(value):
        kept: dict[str, Any] = {key: without_unset(each) for key, each in value.items() if not is_unset(each)}
        return kept
    if isinstance(value, msgspec.Struct):
        return _without_none(value)
    return [without_unset(each) for each in value] if is_array(value) else value


def _without_none(struct: msgspec.Struct) -> msgspec.Struct:
    """Return a model as it is, or a copy that has the default wherever it has None and can not be null."""
    changes: dict[str, Any] = {}
    for name, never_null, default in _defaults(type(struct)):
        value = getattr(struct, name)
        if value is None:
            if never_null:
                changes[name] = default()
        elif isinstance(value, (msgspec.Struct, list, dict)):
            sent = without_unset(value)
            if sent is not value and sent != value:
                changes[name] = sent
    return msgspec.structs.replace(struct, **changes) if changes else struct


@functools.cache
def _defaults(cls: type[msgspec.Struct]) -> Sequence[tuple[str, bool, Callable[[], Any]]]:
    """Return the fields of a model: with True those that have a default and can not be null, and the default."""
    return [
        (
            each.name,
            not each.required and each.type is not Any and type(None) not in get_args(each.type),
            _default(each),
        )
        for each in msgspec.structs.fields(cls)
    ]


def _default(field: msgspec.structs.FieldInfo) -> Callable[[], Any]:
    made = field.default_factory
    return made if made is not msgspec.NODEFAULT else lambda: field.default


__path__: list[str] = []  # its modules (`types.basemodel`) are found by `_official`


def find_own(name: str) -> Any:
    """Return a name that this package has, or None."""
    if name != "BaseModel":
        return None
    from pydantic import BaseModel

    return BaseModel


_official_name = names(__name__)


def __getattr__(name: str) -> Any:
    return find_own(name) or _official_name(name)
