"""Types without parts: scalars, enums, literals and any value; and aliases, which are what they name."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import msgspec

from mistral_async._codec.json_schema.type_codec import (
    ANY_MATCH,
    EXACT_MATCH,
    GOOD_MATCH,
    NO_MATCH,
    Definitions,
    MismatchError,
    ReadMode,
    TypeCodec,
)
from mistral_async._codec.json_types import JSONObject


class AnyCodec:
    """Any JSON value."""

    expected = "any value"

    def schema(self, definitions: Definitions) -> JSONObject:  # noqa: ARG002 - protocol
        """Return the schema that allows everything."""
        return {}

    def read(self, value: object, mode: ReadMode) -> object:  # noqa: ARG002 - protocol
        """Return the value as it is."""
        return value

    def score(self, value: object) -> int:  # noqa: ARG002 - protocol
        """Match anything, but rank below what matches by its type."""
        return ANY_MATCH


class ScalarCodec:
    """A scalar, an enum or a literal, which msgspec converts."""

    def __init__(self, hint: Any, schema: JSONObject, *, is_text: bool) -> None:
        self._hint = hint
        self._schema = schema
        self._is_text = is_text
        choices: Any = schema.get("enum", ["value"])
        self.expected = f"`{schema.get('type') or ' or '.join(map(repr, choices))}`"

    def schema(self, definitions: Definitions) -> JSONObject:  # noqa: ARG002 - protocol
        """Return msgspec's own schema."""
        return dict(self._schema)

    def read(self, value: object, mode: ReadMode) -> Any:
        """Convert it; a number without a fraction is an int however it is written (rule 2)."""
        if type(value) is float and value.is_integer() and self._schema.get("type") == "integer":
            value = int(value)
        try:
            found = msgspec.convert(value, self._hint, strict=not mode.lax)
        except msgspec.ValidationError as problem:
            raise MismatchError(str(problem)) from None
        if isinstance(found, (float, Decimal)) and not math.isfinite(found):
            raise MismatchError(f"Expected a finite number, got {value}")
        return found

    def read_key(self, text: str) -> Any:
        """Convert the key of an object; raises `MismatchError`."""
        try:
            return msgspec.convert(text, self._hint, strict=self._schema.get("type", "string") == "string")
        except msgspec.ValidationError as problem:
            raise MismatchError(str(problem).partition(" - at")[0] + f" for the key {text!r}") from None

    def score(self, value: object) -> int:
        """Rank a type with a format above any text, and an int above a float for a whole number."""
        try:
            found = self.read(value, ReadMode())
        except MismatchError:
            return NO_MATCH
        converted = type(found) is not type(value) and isinstance(found, (int, float))
        return GOOD_MATCH if self._is_text or converted else EXACT_MATCH


class AliasCodec:
    """A named type (`type Tree = ...`), which may contain itself."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.expected = f"`{title}`"
        self.target: TypeCodec = AnyCodec()

    def schema(self, definitions: Definitions) -> JSONObject:
        """Return a reference."""
        return definitions.reference(self)

    def body(self, definitions: Definitions) -> JSONObject:
        """Return the schema of the type that it names."""
        return self.target.schema(definitions)

    def read(self, value: object, mode: ReadMode) -> Any:
        """Read the type that it names."""
        return self.target.read(value, mode)

    def score(self, value: object) -> int:
        """Rank the type that it names."""
        return self.target.score(value)
