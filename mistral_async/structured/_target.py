"""A type as the form of an answer: the schema to ask with, and the reading of what comes back."""

from __future__ import annotations

import functools
from typing import Any, Generic, TypeVar, cast

import msgspec
from typing_extensions import TypeForm

from mistral_async._codec.json_types import is_object
from mistral_async.structured._compile import Compiler
from mistral_async.structured._records import is_record
from mistral_async.structured._shapes import Definitions, Shape, UnfitError, read_as

T = TypeVar("T")

VALUE = "value"
"""The key under which stands what is no object by itself: the API wants an object at the root."""


class Target(Generic[T]):
    """A type that answers are read as."""

    def __init__(self, kind: TypeForm[T]) -> None:
        compiler = Compiler()
        self._shape = compiler.shape(kind)
        self.schema: dict[str, Any]
        self.wrapped: bool
        self.schema, self.wrapped = root_schema(self._shape, _title(kind))
        self._decoder = None if compiler.foreign else self._native(kind)

    def _native(self, kind: Any) -> msgspec.json.Decoder[Any] | None:
        """Msgspec's own decoder, where it takes the type: it only makes reading faster."""
        try:
            return msgspec.json.Decoder(msgspec.defstruct("Root", [(VALUE, kind)]) if self.wrapped else kind)
        except (TypeError, NameError, RecursionError):
            return None

    def read(self, text: str) -> T:
        """Make the value of an answer's text; raises `UnfitError`."""
        text = unfenced(text)
        if self._decoder is not None:
            try:
                value = self._decoder.decode(text)
            except (msgspec.DecodeError, RecursionError):
                pass  # the second reading takes a little more, and says better what is wrong
            else:
                return cast("T", value.value if self.wrapped else value)
        try:
            return self.convert(msgspec.json.decode(text))
        except RecursionError:
            raise UnfitError("the JSON is nested too deep") from None
        except msgspec.DecodeError as problem:
            raise UnfitError(f"the JSON is malformed: {problem}") from None

    def convert(self, value: Any) -> T:
        """Make the value of JSON's builtins; raises `UnfitError`."""
        if not self.wrapped:
            return cast("T", read_as(self._shape, value, lax=False))
        if not is_object(value) or VALUE not in value:
            raise UnfitError(f"Object missing required field `{VALUE}`")
        try:
            return cast("T", read_as(self._shape, value[VALUE], lax=False))
        except UnfitError as problem:
            raise problem.under(f".{VALUE}")  # noqa: B904 - the same error, moved

    def unwrapped(self, value: Any) -> Any:
        """What stands for the value in JSON that may not be whole yet."""
        if not self.wrapped:
            return value
        return value.get(VALUE) if is_object(value) else None


def root_schema(shape: Shape, title: str) -> tuple[dict[str, Any], bool]:
    """A strict schema whose root is an object, and whether the value is wrapped in it."""
    definitions = Definitions(strict=True)
    schema = shape.body(definitions) if is_record(shape) else shape.schema(definitions)
    wrapped = schema.get("type") != "object"
    if wrapped:
        schema = {
            "title": title,
            "type": "object",
            "properties": {VALUE: schema},
            "required": [VALUE],
            "additionalProperties": False,
        }
    return ({**schema, "$defs": definitions.schemas} if definitions.schemas else schema), wrapped


def unfenced(text: str) -> str:
    """The text without the Markdown fence that some models put around JSON."""
    text = text.strip()
    if not (text.startswith("```") and text.endswith("```") and "\n" in text):
        return text
    return text.partition("\n")[2].removesuffix("```").strip()


def _title(kind: Any) -> str:
    name = getattr(kind, "__name__", None)
    return name if isinstance(kind, type) and name else "Answer"


@functools.lru_cache(maxsize=256)
def _cached(kind: Any) -> Target[Any]:
    return Target(kind)


def target_of(kind: Any) -> Target[Any]:
    """The target of a type, made once."""
    try:
        hash(kind)
    except TypeError:  # metadata of Annotated need not be hashable
        return Target(kind)
    return _cached(kind)
