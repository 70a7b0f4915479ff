"""The official SDK's `types`: `UNSET`, which is not sent, and pydantic's `BaseModel` where pydantic is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias, TypeVar

import msgspec

from mistral_async._codec.json_types import is_array, is_object
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

UNSET_SENTINEL: Final = "~?~unset~?~sentinel~?~"
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
    """Return a value without what is `UNSET` in its dicts; anything else as it is."""
    if is_object(value):
        kept: dict[str, Any] = {key: without_unset(each) for key, each in value.items() if not is_unset(each)}
        return kept
    return [without_unset(each) for each in value] if is_array(value) else value


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
