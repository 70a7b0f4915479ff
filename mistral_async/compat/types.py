"""The official SDK's `types`: `UNSET`, which is not sent, and pydantic's `BaseModel` where pydantic is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["UNSET", "BaseModel", "Nullable", "OptionalNullable", "Unset"]

T = TypeVar("T")


class Unset:
    """The class of `UNSET`."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset()
Nullable: TypeAlias = T | None
OptionalNullable: TypeAlias = T | Unset | None


def __getattr__(name: str) -> Any:
    if name != "BaseModel":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pydantic import BaseModel

    return BaseModel
