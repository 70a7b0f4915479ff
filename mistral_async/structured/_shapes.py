"""What a type is as JSON: its schema, and how a value is read as it. One shape for each kind of type.

Here are the scalars and what all shapes share; `_composites` and `_records` hold the others.
"""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from mistral_async._codec.json_types import is_array, is_object

NO, LOOSE, ANY, GOOD, EXACT = range(5)
"""How well JSON fits a shape at first sight; loose is a class that does not have all the keys."""


class UnfitError(ValueError):
    """A value that is not of the type; `path` says where."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = ""

    def under(self, step: str) -> UnfitError:
        """The same, seen from one level up."""
        self.path = step + self.path
        return self

    def __str__(self) -> str:
        return f"{self.problem} at ${self.path}" if self.path else self.problem


class How(msgspec.Struct, frozen=True):
    """How values are read."""

    lax: bool = False
    """Whether text may stand for a number, a boolean or null."""
    closed: bool = False
    """Whether keys that the type does not have are refused."""


class Definitions:
    """The `$defs` of one schema."""

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.schemas: dict[str, Any] = {}
        self._names: dict[int, str] = {}

    def refer(self, shape: Named) -> dict[str, Any]:
        """A reference to the shape's schema, which is made when it is first referred to."""
        name = self._names.get(id(shape))
        if name is None:
            name = self._names[id(shape)] = self._free(shape.title)
            self.schemas[name] = {}
            self.schemas[name] = shape.body(self)
        return {"$ref": f"#/$defs/{name}"}

    def adopt(self, definitions: dict[str, Any]) -> dict[str, str]:
        """Take in definitions made elsewhere; returns the names they have here."""
        names = {
            name: name if self.schemas.get(name) == schema else self._free(name) for name, schema in definitions.items()
        }
        self.schemas |= {names[name]: renamed(schema, names) for name, schema in definitions.items()}
        return names

    def _free(self, title: str) -> str:
        name = base = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in title) or "type"
        number = 1
        while name in self.schemas:
            number += 1
            name = f"{base}_{number}"
        return name


def renamed(schema: Any, names: dict[str, str]) -> Any:
    """A schema whose references go to other names."""
    if is_array(schema):
        return [renamed(each, names) for each in schema]
    if not is_object(schema):
        return schema
    found = {key: renamed(value, names) for key, value in schema.items()}
    reference = found.get("$ref")
    if isinstance(reference, str):
        old = reference.rpartition("/")[2]
        found["$ref"] = f"#/$defs/{names.get(old, old)}"
    return found


class Shape(Protocol):
    """One kind of type."""

    @property
    def says(self) -> str:
        """What was expected, for messages."""
        ...

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """The JSON schema."""
        ...

    def read(self, value: Any, how: How) -> Any:
        """Make a value of the type of JSON's builtins; raises `UnfitError`."""
        ...

    def score(self, value: Any) -> int:
        """How well the JSON fits at first sight."""
        ...


class Named(Shape, Protocol):
    """A shape that stands under its name in `$defs`."""

    title: str

    def body(self, definitions: Definitions) -> dict[str, Any]:
        """The schema itself."""
        ...


class Anything:
    """Any JSON."""

    says = "any value"

    def schema(self, definitions: Definitions) -> dict[str, Any]:  # noqa: ARG002 - protocol
        """Everything is allowed."""
        return {}

    def read(self, value: Any, how: How) -> Any:  # noqa: ARG002 - protocol
        """The value as it is."""
        return value

    def score(self, value: Any) -> int:  # noqa: ARG002 - protocol
        """It always fits, and never best."""
        return ANY


class Leaf:
    """A scalar, an enum or a literal: msgspec knows it."""

    def __init__(self, hint: Any, schema: dict[str, Any], *, plain: bool) -> None:
        self._hint: Any = hint
        self._schema = schema
        self._plain = plain
        self.says = f"`{schema.get('type') or ' or '.join(map(repr, schema.get('enum', ['value'])))}`"

    def schema(self, definitions: Definitions) -> dict[str, Any]:  # noqa: ARG002 - protocol
        """What msgspec says."""
        return dict(self._schema)

    def read(self, value: Any, how: How) -> Any:
        """Convert it; a whole number is an int however it is written."""
        if type(value) is float and value.is_integer() and self._schema.get("type") == "integer":
            value = int(value)
        try:
            return msgspec.convert(value, self._hint, strict=not how.lax)
        except msgspec.ValidationError as problem:
            raise UnfitError(str(problem)) from None

    def key(self, text: str) -> Any:
        """The key of an object as this type."""
        try:
            return msgspec.convert(text, self._hint, strict=self._schema.get("type", "string") == "string")
        except msgspec.ValidationError as problem:
            raise UnfitError(str(problem).partition(" - at")[0] + f" for the key {text!r}") from None

    def score(self, value: Any) -> int:
        """Text is better read as what has a form than as any text, a whole number better as an int."""
        try:
            read = self.read(value, How())
        except UnfitError:
            return NO
        return GOOD if self._plain or (type(read) is not type(value) and isinstance(read, (int, float))) else EXACT


class Alias:
    """A named type (`type Resources = ...`), which may contain itself."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.says = f"`{title}`"
        self.target: Shape = Anything()

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """A reference."""
        return definitions.refer(self)

    def body(self, definitions: Definitions) -> dict[str, Any]:
        """The schema of what it names."""
        return self.target.schema(definitions)

    def read(self, value: Any, how: How) -> Any:
        """As what it names."""
        return self.target.read(value, how)

    def score(self, value: Any) -> int:
        """As what it names."""
        return self.target.score(value)


def read_at(shape: Shape, value: Any, step: str | int, how: How) -> Any:
    """Read what stands at a key or an index."""
    try:
        return shape.read(value, how)
    except UnfitError as problem:
        raise problem.under(f".{step}" if isinstance(step, str) else f"[{step}]")  # noqa: B904 - the same error, moved


_NAMES: dict[type[Any], str] = {
    dict: "object",
    list: "array",
    str: "str",
    bool: "bool",
    int: "int",
    float: "float",
    type(None): "null",
}


def json_name(value: object) -> str:
    """What a JSON value is, for messages."""
    return f"`{_NAMES.get(type(value), type(value).__name__)}`"


def read_at_top(shape: Shape, value: Any, name: str) -> Any:
    """Read an argument by its name, laxly."""
    try:
        return read_as(shape, value, lax=True)
    except UnfitError as problem:
        raise problem.under(f".{name}")  # noqa: B904 - the same error, moved


def read_as(shape: Shape, value: Any, *, lax: bool) -> Any:
    """Read a value: as it is, and where that fails and `lax` allows it, with text for numbers, booleans and null."""
    try:
        try:
            return shape.read(value, How())
        except UnfitError:
            if not lax:
                raise
        return shape.read(value, How(lax=True))
    except RecursionError:
        raise UnfitError("the JSON is nested too deep") from None
