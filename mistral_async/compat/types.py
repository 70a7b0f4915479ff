"""The official SDK's `types`: `UNSET`, which is not sent, and pydantic's `BaseModel` where pydantic is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from mistral_async.compat._official import names

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
