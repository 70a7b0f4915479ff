"""The protocol of type codecs, and what all of them share: definitions, modes of reading, errors with a path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from mistral_async._codec.json_types import JSONObject, is_array, is_object

# Reading JSON as a type
#
# Rule 1: What is read is JSON as it was decoded: dicts, lists, text, numbers, booleans and None. Nothing is guessed:
#   a value of another type is a MismatchError, which names the path of the value from the root.
# Rule 2: A number without a fraction is an int, however it is written (`1.0`).
# Rule 3: Lax reading (arguments of functions) takes text for a number, a boolean or null, and the JSON of a list or an
#   object in text for that list or object. It is a second attempt, made only after the exact one failed, so that text
#   is never taken for a number where text is meant. A number is finite, also one that stands in text. Null, where a
#   field has a default and does not take null, is the field left out.
# Rule 4: Keys that a class does not have are ignored, unless the mode forbids them. A union forbids them first, so
#   that of two classes the one that has the keys is meant, and allows them only when no member fits.
# Rule 5: Of a union the member that fits best at first sight is read first (see `score`). The error of a union is the
#   one that lies deepest: it is the member that was meant.
# Rule 6: JSON that is nested deeper than the interpreter's stack is a MismatchError, never a RecursionError.

NO_MATCH, PARTIAL_MATCH, ANY_MATCH, GOOD_MATCH, EXACT_MATCH = range(5)
"""Ranks of a codec for a value at first sight. A class that lacks some of the value's keys is a partial match."""


class MismatchError(ValueError):
    """A value that is not of the type; `path` is its place, such as `.days[0]`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = ""

    def prefixed(self, step: str) -> MismatchError:
        """Return the same error, as the enclosing value sees it."""
        self.path = step + self.path
        return self

    def __str__(self) -> str:
        return f"{self.problem} at ${self.path}" if self.path else self.problem


class MalformedJSONError(MismatchError):
    """Text that should be the JSON of a list or an object, and is none: it says more than that no type fits."""


class ReadMode(msgspec.Struct, frozen=True):
    """Options of reading, passed down to every part of a value."""

    lax: bool = False
    """True if text may stand for a number, a boolean, null, a list or an object (rule 3)."""
    forbid_extra: bool = False
    """True if keys that a class does not have are errors (rule 4)."""


class TypeCodec(Protocol):
    """One type: its schema, and its values as they are in JSON."""

    @property
    def expected(self) -> str:
        """The type's name in error messages."""
        ...

    def schema(self, definitions: Definitions) -> JSONObject:
        """Return the JSON schema, and add what it refers to to the definitions."""
        ...

    def read(self, value: Any, mode: ReadMode) -> Any:
        """Make a value of the type from decoded JSON; raises `MismatchError`."""
        ...

    def score(self, value: Any) -> int:
        """Rank the type for a value at first sight, from `NO_MATCH` to `EXACT_MATCH`."""
        ...


class NamedCodec(TypeCodec, Protocol):
    """A type whose schema stands under its name in `$defs`, so that it may contain itself."""

    title: str

    def body(self, definitions: Definitions) -> JSONObject:
        """Return the schema itself, where `schema` returns a reference to it."""
        ...


class Definitions:
    """The `$defs` of one schema: each class and each named type once. Strict ones require all properties."""

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.schemas: dict[str, JSONObject] = {}
        self._names: dict[int, str] = {}

    def reference(self, codec: NamedCodec) -> JSONObject:
        """Return a reference to a codec's schema, which is made when it is first referred to."""
        name = self._names.get(id(codec))
        if name is None:
            name = self._names[id(codec)] = self._unused_name(codec.title)
            self.schemas[name] = {}  # it may refer to itself
            self.schemas[name] = codec.body(self)
        return {"$ref": f"#/$defs/{name}"}

    def merge(self, definitions: Mapping[str, JSONObject]) -> dict[str, str]:
        """Add definitions made elsewhere; returns the names that they have here by the names that they had."""
        names = {
            name: name if self.schemas.get(name) == schema else self._unused_name(name)
            for name, schema in definitions.items()
        }
        self.schemas |= {names[name]: rename_references(schema, names) for name, schema in definitions.items()}
        return names

    def _unused_name(self, title: str) -> str:
        name = stem = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in title) or "type"
        number = 1
        while name in self.schemas:
            number += 1
            name = f"{stem}_{number}"
        return name


def rename_references(schema: Mapping[str, object], names: Mapping[str, str]) -> JSONObject:
    """Return a schema whose references have other names; a reference to an unknown name stays."""
    found = {key: _renamed(value, names) for key, value in schema.items()}
    reference = found.get("$ref")
    if isinstance(reference, str):
        old = reference.rpartition("/")[2]
        found["$ref"] = f"#/$defs/{names.get(old, old)}"
    return found


def _renamed(value: object, names: Mapping[str, str]) -> object:
    if is_object(value):
        return rename_references(value, names)
    return [_renamed(each, names) for each in value] if is_array(value) else value


def read_at(codec: TypeCodec, value: object, step: str | int, mode: ReadMode) -> Any:
    """Read what stands at a key or an index; errors name the place."""
    try:
        return codec.read(value, mode)
    except MismatchError as problem:
        raise problem.prefixed(f".{step}" if isinstance(step, str) else f"[{step}]")  # noqa: B904 - the same error, moved


def read_root(codec: TypeCodec, value: object, *, lax: bool) -> Any:
    """Read a whole value: exactly, and where that fails and `lax` allows it, laxly (rules 3 and 6)."""
    try:
        try:
            return codec.read(value, ReadMode())
        except MismatchError:
            if not lax:
                raise
        return codec.read(value, ReadMode(lax=True))
    except RecursionError:
        raise MismatchError("the JSON is nested too deep") from None


_JSON_NAMES: dict[type, str] = {
    dict: "object",
    list: "array",
    str: "str",
    bool: "bool",
    int: "int",
    float: "float",
    type(None): "null",
}


def json_name(value: object) -> str:
    """Return the name of a value's JSON type, for error messages."""
    return f"`{_JSON_NAMES.get(type(value), type(value).__name__)}`"
