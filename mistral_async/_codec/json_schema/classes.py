"""Classes with fields: Structs, dataclasses, attrs classes, TypedDicts and named tuples."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Literal

import msgspec
from typing_extensions import TypeIs

from mistral_async._codec.json_schema.model_json import in_text
from mistral_async._codec.json_schema.type_codec import (
    EXACT_MATCH,
    NO_MATCH,
    PARTIAL_MATCH,
    Definitions,
    MismatchError,
    ReadMode,
    TypeCodec,
    json_name,
    read_at,
)
from mistral_async._codec.json_types import JSONObject, is_array, is_object


class FieldCodec(msgspec.Struct):
    """A field of a class, or a parameter of a function."""

    name: str
    """The constructor's name for it."""
    key: str
    """The key in JSON."""
    codec: TypeCodec
    required: bool
    default: Any = msgspec.UNSET
    """The default value in JSON; UNSET where there is none, or none that JSON can hold."""
    description: str = ""
    about: JSONObject = msgspec.field(default_factory=dict[str, Any])
    """More keywords of the schema."""
    make_default: Callable[[dict[str, Any]], Any] | None = None
    """Makes the default of the fields before it, where the class does not."""

    def read(self, value: object, given: dict[str, Any], mode: ReadMode) -> Any:
        """Read the value; what is the default in JSON is the default, even where the type does not allow it."""
        try:
            return read_at(self.codec, value, self.key, mode)
        except MismatchError:
            if self.make_default is None or self.default is msgspec.UNSET or value != self.default:
                raise
            return self.make_default(given)

    def schema(self, definitions: Definitions) -> JSONObject:
        """Return the schema of the value, with the field's description and default."""
        schema = {**self.codec.schema(definitions), **self.about}
        if self.description:
            schema = {**schema, "description": self.description}
        if not definitions.strict and self.default is not msgspec.UNSET:
            schema = {**schema, "default": self.default}
        return schema


class ClassCodec:
    """A class with fields: an object, or an array where the class is one in JSON. `build` takes the fields by name."""

    def __init__(self, title: str, build: Callable[..., Any]) -> None:
        self.title = title
        self.description = ""
        self.fields: list[FieldCodec] = []
        self.tag: tuple[str, str | int] | None = None
        """The key and the value that tell a Struct from others of its union."""
        self.form: Literal["object", "array"] = "object"
        self._build = build

    @property
    def expected(self) -> str:
        """The class's name."""
        return f"`{self.title}`"

    def schema(self, definitions: Definitions) -> JSONObject:
        """Return a reference."""
        return definitions.reference(self)

    def body(self, definitions: Definitions) -> JSONObject:
        """Return the schema itself: strict definitions require every property."""
        about: JSONObject = {"title": self.title}
        if self.description:
            about["description"] = self.description
        schemas = {field.key: field.schema(definitions) for field in self.fields}
        required = [field.key for field in self.fields if definitions.strict or field.required]
        if self.tag:
            key, value = self.tag
            schemas, required = {key: {"enum": [value]}, **schemas}, [key, *required]
        if self.form == "array":
            size = {"minItems": len(required), "maxItems": len(schemas)}
            return {**about, "type": "array", "prefixItems": list(schemas.values()), "items": False, **size}
        return {
            **about,
            "type": "object",
            "properties": schemas,
            "required": required,
            "additionalProperties": False,
        }

    def read(self, value: object, mode: ReadMode) -> Any:
        """Read each field and build the class; what the class itself demands is a `MismatchError` too."""
        found = self._as_object(in_text(value, ("{",) if self.form == "object" else ("[",), mode))
        if not is_object(found):
            raise MismatchError(f"Expected {self.expected}, got {json_name(value)}")
        if self.tag and found.get(self.tag[0], self.tag[1]) != self.tag[1]:
            raise MismatchError(f"Invalid value {found[self.tag[0]]!r}").prefixed(f".{self.tag[0]}")
        if mode.forbid_extra and (unknown := found.keys() - self.keys):
            raise MismatchError(f"Object contains unknown field `{min(unknown)}`")
        given: dict[str, Any] = {}
        for field in self.fields:
            if field.key in found and not self._is_absent(field, found[field.key], mode):
                given[field.name] = field.read(found[field.key], given, mode)
            elif field.required:
                raise MismatchError(f"Object missing required field `{field.key}`")
            elif field.make_default is not None:
                given[field.name] = field.make_default(given)
        try:
            return self._build(**given)
        except (ValueError, TypeError) as problem:
            raise MismatchError(str(problem)) from problem

    @staticmethod
    def _is_absent(field: FieldCodec, value: object, mode: ReadMode) -> bool:
        """Return True for null that stands for a field left out (rule 3 of `type_codec`)."""
        return mode.lax and value is None and not field.required and field.codec.score(None) == NO_MATCH

    def _as_object(self, value: object) -> object:
        """Return an array's items under the keys of their places; surplus items have their number for a key."""
        if self.form == "object":
            return value
        if not is_array(value):
            return None
        keys = ([self.tag[0]] if self.tag else []) + [field.key for field in self.fields]
        return dict(zip([*keys, *map(str, range(len(keys), len(value)))], value, strict=False))

    @functools.cached_property
    def keys(self) -> frozenset[str]:
        """All keys that it has in JSON."""
        return frozenset(field.key for field in self.fields) | ({self.tag[0]} if self.tag else set[str]())

    def score(self, value: object) -> int:
        """Rank by the tag and the keys."""
        found = self._as_object(value)
        if not is_object(found):
            return NO_MATCH
        if self.tag and found.get(self.tag[0]) != self.tag[1]:
            return NO_MATCH
        if any(field.required and field.key not in found for field in self.fields):
            return NO_MATCH
        return EXACT_MATCH if found.keys() <= self.keys else PARTIAL_MATCH


def is_object_class(codec: TypeCodec) -> TypeIs[ClassCodec]:
    """Return True for a class that is an object in JSON."""
    return isinstance(codec, ClassCodec) and codec.form == "object"
