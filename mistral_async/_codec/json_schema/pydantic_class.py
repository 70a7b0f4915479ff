"""Classes of pydantic, which describes and validates them itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import msgspec

from mistral_async._codec.json_schema.model_json import in_text
from mistral_async._codec.json_schema.type_codec import (
    EXACT_MATCH,
    NO_MATCH,
    PARTIAL_MATCH,
    Definitions,
    MismatchError,
    ReadMode,
    rename_references,
)
from mistral_async._codec.json_types import JSONObject, is_array, is_object

_VALUE_KEYWORDS = {"const", "enum", "default", "examples"}
_KEYWORDS_OF_NAMED_SCHEMAS = {"properties", "$defs", "patternProperties"}


class PydanticCodec:
    """A pydantic model or dataclass."""

    def __init__(self, kind: Any) -> None:
        from pydantic import PydanticUserError, TypeAdapter  # whoever has such a class has pydantic

        try:
            self._adapter: TypeAdapter[Any] = TypeAdapter(kind)
        except (PydanticUserError, TypeError, ValueError) as problem:
            raise TypeError(f"pydantic can not read {kind!r}: {problem}") from None
        self.expected = f"`{getattr(kind, '__name__', kind)}`"

    def schema(self, definitions: Definitions) -> JSONObject:
        """Return pydantic's schema, made strict where the definitions are."""
        from pydantic import PydanticUserError

        try:
            schema: JSONObject = self._adapter.json_schema()
        except PydanticUserError as problem:
            raise TypeError(f"{self.expected} is not a type that JSON can hold: {problem}") from None
        if definitions.strict:
            schema = strict(schema)
        names = definitions.merge(cast("dict[str, JSONObject]", schema.pop("$defs", {})))
        return rename_references(schema, names)

    def read(self, value: object, mode: ReadMode) -> Any:
        """Validate it as pydantic validates JSON; its first error is raised as a `MismatchError`."""
        try:
            return self._validate(value, mode)
        except MismatchError:
            found = in_text(value, ("{", "["), mode)
            if found is value:
                raise
        return self._validate(found, mode)

    def _validate(self, value: object, mode: ReadMode) -> Any:
        from pydantic import ValidationError

        try:
            return self._adapter.validate_json(
                msgspec.json.encode(value), extra="forbid" if mode.forbid_extra else None
            )
        except ValidationError as problem:
            first = problem.errors(include_url=False, include_input=False, include_context=False)[0]
            error = MismatchError(first["msg"])
            for step in reversed(first["loc"]):
                error.prefixed(f".{step}" if isinstance(step, str) else f"[{step}]")
            raise error from None

    def score(self, value: object) -> int:
        """Rank by reading it."""
        for forbid_extra, score in ((True, EXACT_MATCH), (False, PARTIAL_MATCH)):
            try:
                self.read(value, ReadMode(forbid_extra=forbid_extra))
            except MismatchError:
                continue
            return score
        return NO_MATCH


def strict(schema: Mapping[str, object]) -> JSONObject:
    """Return a schema whose objects require all their properties, allow no others, and have no defaults."""
    made = {key: _strict_keyword(key, value) for key, value in schema.items() if key != "default"}
    if is_object(properties := made.get("properties")):
        made |= {"required": list(properties), "additionalProperties": False}
    return made


def _strict_keyword(key: str, value: object) -> object:
    if key in _VALUE_KEYWORDS:
        return value
    if is_object(value):
        named = key in _KEYWORDS_OF_NAMED_SCHEMAS
        return {name: strict(each) for name, each in value.items()} if named else strict(value)
    return [strict(each) if is_object(each) else each for each in value] if is_array(value) else value
