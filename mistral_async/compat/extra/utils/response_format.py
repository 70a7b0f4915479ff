"""The official SDK's `response_format` of a class, and the value of an answer in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from mistral_async.compat._official import names
from mistral_async.models import ResponseFormat
from mistral_async.structured._output_type import output_type_of

__all__ = ["pydantic_model_from_json", "rec_strict_json_schema", "response_format_from_pydantic_model"]

T = TypeVar("T")


class _Format(dict[str, Any]):  # noqa: PLW1641 - no dict has a hash
    """A dict, as version 3 gives it, that has the attributes of and equals the `ResponseFormat` of the others."""

    def __eq__(self, other: object) -> bool:
        """Compare with a dict, or with a `ResponseFormat`."""
        if isinstance(other, ResponseFormat):
            other = other.model_dump(by_alias=True, exclude_none=True)
        return super().__eq__(other)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Return what the format has under a name."""
            if name.startswith("__"):
                raise AttributeError(name)
            return getattr(ResponseFormat.model_validate(self), name)


def response_format_from_pydantic_model(model: type[Any]) -> dict[str, Any]:
    """Return the `response_format` of a class, as a dict that has the attributes of a `ResponseFormat`."""
    return _Format(cast("dict[str, Any]", msgspec.to_builtins(output_type_of(model).response_format())))


def pydantic_model_from_json(json_data: dict[str, Any], pydantic_model: type[T]) -> T:
    """Return JSON as a value of a pydantic class; raises pydantic's `ValidationError`."""
    return cast("T", cast("Any", pydantic_model).model_validate(json_data))


def rec_strict_json_schema(schema_node: Any) -> Any:
    """Forbid further properties in all objects of a JSON schema, in place; `ValueError` for what is none."""
    match schema_node:
        case dict():
            schema = cast("dict[str, Any]", schema_node)
            if schema.get("type") == "object":
                schema["additionalProperties"] = False
            for each in schema.values():
                rec_strict_json_schema(each)
        case list():
            for each in cast("list[Any]", schema_node):
                rec_strict_json_schema(each)
        case str() | int() | float() | None:
            pass
        case _:
            raise ValueError(f"a JSON schema holds no {type(schema_node).__name__}")
    return cast("Any", schema_node)


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
