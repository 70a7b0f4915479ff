"""The operations of an OpenAPI document (3.0 or 3.1, YAML or JSON).

Fragments of paths (`/v1/conversations#stream`) are no part of a route: they only make keys unique. What streams is told
by the media type of the answer.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import msgspec
from shapes import ANYTHING, NULL, WHOLE_BODY, AnyOf, Field, Fields, Node, Operation, Shape, scalar, union

from mistral_async._codec.json_types import JSON, JSONObject, is_array, is_object

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
STREAMS = ("text/event-stream", "application/x-ndjson", "application/jsonl")
EVENT = frozenset({"id", "event", "data", "retry"})
KINDS = {bool: "boolean", int: "integer", float: "number", type(None): "null"}


class Document:
    """A document, and what its references lead to."""

    def __init__(self, path: Path) -> None:
        decode = msgspec.json.decode if path.suffix == ".json" else msgspec.yaml.decode
        self.content: JSONObject = decode(path.read_bytes())
        self.definitions = dict(_definitions(self.content))
        """The `$defs` of all schemas: some refer to their own as if they stood in the root of the document."""

    def resolve(self, value: JSONObject) -> JSONObject:
        """Return what a reference leads to, or the value itself."""
        while "$ref" in value:
            *parents, name = re.sub("^#/", "", value["$ref"]).replace("~1", "/").replace("~0", "~").split("/")
            found = self.definitions if parents == ["$defs"] else functools.reduce(_item, parents, self.content)
            value = found[name]
        return value

    def operations(self) -> Iterator[Operation]:
        """Find the operations; one that answers whole or as a stream is two."""
        for path, item in self.content.get("paths", {}).items():
            shared = self.resolve(item)
            for method in METHODS:
                if method in shared:
                    route = re.sub(r"\{[^}]*\}", "{}", path.partition("#")[0])
                    yield from self._variants(method.upper(), route, shared[method], shared.get("parameters", []))

    def _variants(self, method: str, route: str, found: JSONObject, shared: list[JSONObject]) -> Iterator[Operation]:
        options = {**self._parameters([*shared, *found.get("parameters", [])]), **self._body(found)}
        name = found.get("summary") or found.get("operationId") or ""
        answers = self._answers(found)
        whole = [schema for media, schema in answers if media not in STREAMS]
        events = [_data(schema) for media, schema in answers if media in STREAMS]
        if whole or not events:
            yield Operation(method, route, name, options, _answer(whole))
        if events:
            yield Operation(method, route, name, options, _answer(events), streams=True)

    def _parameters(self, parameters: list[JSONObject]) -> dict[str, Field]:
        """Return those of the query and the head; the names of a path's are not sent."""
        found = [self.resolve(each) for each in parameters]
        return {
            each["name"].lower() if each["in"] == "header" else each["name"]: Field(
                Schema(self, each.get("schema", {})), bool(each.get("required"))
            )
            for each in found
            if each["in"] in {"query", "header"}
        }

    def _body(self, found: JSONObject) -> dict[str, Field]:
        """Return the fields of a body, whatever its media type; where it is a union, those of all members."""
        content: JSONObject = self.resolve(found.get("requestBody", {})).get("content", {})
        schemas = [Schema(self, media.get("schema", {})) for media in content.values()]
        objects = [each for schema in schemas for each in schema.shape().objects]
        lists = tuple(schema for schema in schemas if schema.shape().items)
        fields = {WHOLE_BODY: Field(AnyOf(lists), required=True)} if lists else {}
        for name in dict.fromkeys(name for each in objects for name in each.fields):
            having = [each.fields[name] for each in objects if name in each.fields]
            needed = len(having) == len(objects) and all(each.required for each in having)
            fields[name] = Field(AnyOf(tuple(each.node for each in having)), needed)
        return fields

    def _answers(self, found: JSONObject) -> list[tuple[str, Schema | None]]:
        """Return the media types of a success, each with the schema of what is JSON."""
        responses: JSONObject = found.get("responses", {})
        success = [self.resolve(each) for status, each in responses.items() if str(status).startswith("2")]
        return [
            (media, Schema(self, each.get("schema", {})) if _is_json(media) else None)
            for response in success
            for media, each in response.get("content", {}).items()
        ]


@dataclass(frozen=True, eq=False)
class Schema:
    """A schema of a document."""

    document: Document
    content: JSON

    @property
    def key(self) -> Hashable:
        """The place in memory: a reference leads to the same one each time."""
        return id(self.document.resolve(self.content) if is_object(self.content) else self.content)

    def shape(self) -> Shape:
        """Return its alternatives; `allOf` has the fields of all of its parts."""
        return self._read(self.content, "")

    def _read(self, content: JSON, name: str) -> Shape:
        if not is_object(content):
            return ANYTHING
        if "$ref" in content:
            return self._read(self.document.resolve(content), str(content["$ref"]).rpartition("/")[2])
        found = self._alternatives(content, name or str(content.get("title", "object")))
        return found | NULL if content.get("nullable") else found

    def _alternatives(self, content: JSONObject, name: str) -> Shape:
        match content:
            case {"oneOf": [*several]} | {"anyOf": [*several]}:
                return union(self._read(each, "") for each in several)
            case {"allOf": [*parts]}:
                own = {key: each for key, each in content.items() if key != "allOf"}
                return _merged([*(self._read(each, "") for each in parts), self._read(own, name)], name)
            case {"enum": [*values]}:
                return _constants(values)
            case {"const": value}:
                return _constants([value])
            case {"type": [*kinds]}:
                return union(self._of_type(kind, content, name) for kind in kinds)
            case _:
                return self._of_type(content.get("type", "object" if "properties" in content else None), content, name)

    def _of_type(self, kind: str | None, content: JSONObject, name: str) -> Shape:
        match kind:
            case None:
                return ANYTHING
            case "array":
                return Shape(items=(Schema(self.document, content.get("items", True)),))
            case "object" if "properties" in content:
                needed = content.get("required", [])
                found: JSONObject = content["properties"]
                fields = {key: Field(Schema(self.document, each), key in needed) for key, each in found.items()}
                return Shape(objects=(Fields(name, fields, strict=True),))
            case "object":
                return Shape(values=(Schema(self.document, content.get("additionalProperties", True)),))
            case _:
                return scalar(kind)


def _item(value: JSON, key: str) -> JSON:
    return value[key]


def _definitions(value: JSON) -> Iterator[tuple[str, JSON]]:
    if is_object(value):
        yield from value.get("$defs", {}).items()
    inside: Iterable[JSON] = value.values() if is_object(value) else value if is_array(value) else ()
    for each in inside:
        yield from _definitions(each)


def _merged(parts: list[Shape], name: str) -> Shape:
    """Return the shape of what is all of the parts; those that say nothing do not count."""
    parts = [each for each in parts if not each.anything]
    if not parts or not all(each.objects for each in parts):
        return union(parts) if parts else ANYTHING
    fields = {key: each for part in parts for members in part.objects for key, each in members.fields.items()}
    return Shape(objects=(Fields(parts[0].objects[0].name if len(parts) == 1 else name, fields, strict=True),))


def _constants(values: list[JSON]) -> Shape:
    texts = frozenset(each for each in values if isinstance(each, str))
    kinds = {KINDS[type(each)] for each in values if type(each) in KINDS}
    return Shape(scalars=frozenset(kinds | {"string"} if texts else kinds), known=texts)


def _is_json(media: str) -> bool:
    return media in STREAMS or media.partition(";")[0].endswith("json")


def _answer(schemas: list[Any]) -> Node | None:
    """Return what an answer is, if all that it may be is JSON."""
    return AnyOf(tuple(cast("list[Node]", schemas))) if schemas and None not in schemas else None


def _data(schema: Schema | None) -> Node | None:
    """Return what the `data` of an event is, where a schema describes the whole event."""
    objects = schema.shape().objects if schema is not None else ()
    data = [each.fields["data"].node for each in objects if "data" in each.fields and each.fields.keys() <= EVENT]
    return AnyOf(tuple(data)) if data and len(data) == len(objects) else schema
