"""The JSON schema of a class, as the server's strict mode wants it: every property required, no others allowed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import msgspec


def schema_of(kind: object) -> dict[str, Any]:
    """The schema of a msgspec Struct, dataclass, TypedDict or pydantic model class."""
    own = getattr(kind, "model_json_schema", None)
    schema = own() if callable(own) else _rooted(msgspec.json.schema(kind))
    return cast("dict[str, Any]", _strict(schema))


def _rooted(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its root in place of a reference to it; `$defs` keeps what is still referred to."""
    reference, definitions = schema.get("$ref"), schema.get("$defs", {})
    if not isinstance(reference, str):
        return schema
    name = reference.rpartition("/")[2]
    root = dict(definitions[name])
    text = msgspec.json.encode([root, {k: v for k, v in definitions.items() if k != name}])
    rest = definitions if f'"{reference}"'.encode() in text else {k: v for k, v in definitions.items() if k != name}
    return {**root, "$defs": rest} if rest else root


def _strict(schema: Any) -> Any:
    match schema:
        case {"properties": dict(), **others}:
            names = cast("dict[str, Any]", schema["properties"])
            return {
                **{key: _strict(value) for key, value in others.items()},
                "properties": {name: _strict(value) for name, value in names.items()},
                "required": list(names),
                "additionalProperties": False,
            }
        case dict():
            return {key: _strict(value) for key, value in cast("dict[str, Any]", schema).items()}
        case list():
            return [_strict(value) for value in cast("Iterable[Any]", schema)]
        case _:
            return schema
