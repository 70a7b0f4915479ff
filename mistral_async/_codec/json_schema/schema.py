"""The JSON schema of a whole type, with an object at its root."""

from __future__ import annotations

import functools
from typing import Any

import msgspec

from mistral_async._codec.json_schema.classes import is_object_class
from mistral_async._codec.json_schema.compiler import Compiler
from mistral_async._codec.json_schema.type_codec import Definitions, TypeCodec
from mistral_async._codec.json_types import JSONObject

# A schema for the strict mode of the API
#
# Rule 1: Every object requires all its properties and allows no others, to the last class that it refers to; a field
#   with a default is required too, and defaults are left out.
# Rule 2: The root is an object. A type that is not one by itself (a list, a union, a scalar, an array-like Struct)
#   stands in one, under the key `value`.
# Rule 3: A class stands once in `$defs`, under a name of its own; the root class itself is not there unless it is
#   referred to. Two classes of one name stay two.
# Rule 4: Docstrings are descriptions, those of the class and those of its fields.

VALUE_KEY = "value"
"""The key of a value that is no object by itself."""


class CompiledType(msgspec.Struct, frozen=True):
    """A type with its codec and its strict schema."""

    codec: TypeCodec
    schema: dict[str, Any]
    wrapped: bool
    """True if the value stands under `VALUE_KEY` (rule 2)."""
    is_native: bool
    """True if msgspec can read the type by itself."""


def schema_of(kind: object) -> dict[str, Any]:
    """Return the strict JSON schema of a type; what is not an object stands in one, under `value`.

    Raises `TypeError` for a type that JSON can not hold, and for annotations that can not be resolved.
    """
    return compile_type(kind).schema


def compile_type(kind: object) -> CompiledType:
    """Compile a type, once."""
    try:
        hash(kind)
    except TypeError:  # metadata of Annotated need not be hashable
        return _compile(kind)
    return _cached(kind)


def _compile(kind: object) -> CompiledType:
    compiler = Compiler()
    codec = compiler.codec(kind)
    schema, wrapped = _root_schema(codec, _title(kind))
    return CompiledType(codec, schema, wrapped, compiler.is_native)


_cached = functools.lru_cache(maxsize=256)(_compile)


def _root_schema(codec: TypeCodec, title: str) -> tuple[JSONObject, bool]:
    """Return a schema whose root is an object, and True if the value is wrapped in it."""
    definitions = Definitions(strict=True)
    schema: JSONObject = codec.body(definitions) if is_object_class(codec) else codec.schema(definitions)
    wrapped = schema.get("type") != "object"
    if wrapped:
        schema = {
            "title": title,
            "type": "object",
            "properties": {VALUE_KEY: schema},
            "required": [VALUE_KEY],
            "additionalProperties": False,
        }
    if definitions.schemas:
        schema["$defs"] = definitions.schemas
    return schema, wrapped


def _title(kind: object) -> str:
    name: str | None = getattr(kind, "__name__", None)
    return name if isinstance(kind, type) and name else "Answer"
