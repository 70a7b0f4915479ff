"""Classes with fields: what they are in JSON, and how they are built of it. Pydantic reads its own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, Literal, cast

import msgspec
from typing_extensions import TypeIs

from mistral_async._codec.json_types import is_array, is_object
from mistral_async.structured._shapes import (
    EXACT,
    LOOSE,
    NO,
    Definitions,
    How,
    Shape,
    UnfitError,
    json_name,
    read_at,
    renamed,
)


class Field(msgspec.Struct):
    """A field of a class."""

    name: str
    """What the constructor calls it."""
    key: str
    """What JSON calls it."""
    shape: Shape
    required: bool
    default: Any = msgspec.UNSET
    description: str = ""

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """The schema of the value, with what is said about the field."""
        schema = self.shape.schema(definitions)
        if self.description:
            schema = {**schema, "description": self.description}
        if not definitions.strict and self.default is not msgspec.UNSET:
            schema = {**schema, "default": self.default}
        return schema


class Record:
    """A class with fields: an object, or an array where the class is one in JSON."""

    def __init__(self, title: str, build: Callable[..., Any]) -> None:
        self.title = title
        self.description = ""
        self.fields: list[Field] = []
        self.tag: tuple[str, str | int] | None = None
        self.form: Literal["object", "array"] = "object"
        self._build = build

    @property
    def says(self) -> str:
        """Its name."""
        return f"`{self.title}`"

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """A reference."""
        return definitions.refer(self)

    def body(self, definitions: Definitions) -> dict[str, Any]:
        """The schema itself."""
        about = {"title": self.title} | ({"description": self.description} if self.description else {})
        schemas = {field.key: field.schema(definitions) for field in self.fields}
        required = [field.key for field in self.fields if definitions.strict or field.required]
        if self.tag:
            key, value = self.tag
            schemas, required = {key: {"enum": [value]}, **schemas}, [key, *required]
        if self.form == "array":
            least = {"minItems": len(required), "maxItems": len(schemas)}
            return {**about, "type": "array", "prefixItems": list(schemas.values()), "items": False, **least}
        return {
            **about,
            "type": "object",
            "properties": schemas,
            "required": required,
            "additionalProperties": False,
        }

    def read(self, value: Any, how: How) -> Any:
        """Read each field and build the class."""
        found = self._from_array(value) if self.form == "array" else value
        if not is_object(found):
            raise UnfitError(f"Expected {self.says}, got {json_name(value)}")
        if self.tag and found.get(self.tag[0], self.tag[1]) != self.tag[1]:
            raise UnfitError(f"Invalid value {found[self.tag[0]]!r}").under(f".{self.tag[0]}")
        if how.closed and (unknown := found.keys() - self.keys):
            raise UnfitError(f"Object contains unknown field `{min(unknown)}`")
        given: dict[str, Any] = {}
        for field in self.fields:
            if field.key in found:
                given[field.name] = read_at(field.shape, found[field.key], field.key, how)
            elif field.required:
                raise UnfitError(f"Object missing required field `{field.key}`")
        try:
            return self._build(**given)
        except (ValueError, TypeError) as problem:  # what the class itself demands
            raise UnfitError(str(problem)) from problem

    def _from_array(self, value: Any) -> Any:
        """An array's items under the keys of their places; those it should not have under their numbers."""
        if not is_array(value):
            return None
        keys = ([self.tag[0]] if self.tag else []) + [field.key for field in self.fields]
        return dict(zip([*keys, *map(str, range(len(keys), len(value)))], value, strict=False))

    @functools.cached_property
    def keys(self) -> frozenset[str]:
        """All keys that it has in JSON."""
        return frozenset(field.key for field in self.fields) | ({self.tag[0]} if self.tag else set[str]())

    def score(self, value: Any) -> int:
        """By its tag and its keys."""
        found = self._from_array(value) if self.form == "array" else value
        if not is_object(found):
            return NO
        if self.tag and found.get(self.tag[0]) != self.tag[1]:
            return NO
        if any(field.required and field.key not in found for field in self.fields):
            return NO
        return EXACT if found.keys() <= self.keys else LOOSE


def is_record(shape: Shape) -> TypeIs[Record]:
    """Whether a shape is a class that is an object in JSON."""
    return isinstance(shape, Record) and shape.form == "object"


class Foreign:
    """A pydantic class: pydantic describes it and validates it."""

    def __init__(self, kind: Any) -> None:
        from pydantic import TypeAdapter  # whoever has such a class has pydantic

        self._adapter: Any = TypeAdapter(kind)
        self.says = f"`{getattr(kind, '__name__', kind)}`"

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Pydantic's schema; strict where the others are."""
        made = cast("dict[str, Any]", self._adapter.json_schema())
        if definitions.strict:
            made = strict(made)
        names = definitions.adopt(made.pop("$defs", {}))
        return cast("dict[str, Any]", renamed(made, names))

    def read(self, value: Any, how: How) -> Any:
        """Validate it as pydantic validates JSON."""
        from pydantic import ValidationError

        try:
            return self._adapter.validate_json(msgspec.json.encode(value), extra="forbid" if how.closed else None)
        except ValidationError as problem:
            first = problem.errors(include_url=False, include_input=False, include_context=False)[0]
            error = UnfitError(first["msg"])
            for step in reversed(first["loc"]):
                error.under(f".{step}" if isinstance(step, str) else f"[{step}]")
            raise error from None

    def score(self, value: Any) -> int:
        """By reading it."""
        for closed, score in ((True, EXACT), (False, LOOSE)):
            try:
                self.read(value, How(closed=closed))
            except UnfitError:
                continue
            return score
        return NO


_DATA = {"const", "enum", "default", "examples"}  # keywords that hold values, not schemas
_MAPS = {"properties", "$defs", "patternProperties"}  # keywords that hold schemas by name


def strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema whose objects have all their properties and no others, and no defaults."""
    made = {key: _strict_at(key, value) for key, value in schema.items() if key != "default"}
    if "properties" in made:
        made |= {"required": list(made["properties"]), "additionalProperties": False}
    return made


def _strict_at(key: str, value: Any) -> Any:
    if key in _DATA:
        return value
    if is_object(value):
        return {name: strict(each) for name, each in value.items()} if key in _MAPS else strict(value)
    return [strict(each) if is_object(each) else each for each in value] if is_array(value) else value
