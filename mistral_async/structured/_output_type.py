"""A type as the form of a model's output: the schema and the format to ask with, and the reading of what comes back."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Generic, cast

import msgspec
from typing_extensions import TypeForm, TypeVar

from mistral_async._codec.json_encode import to_builtins
from mistral_async._codec.json_schema.model_json import strip_fence
from mistral_async._codec.json_schema.schema import VALUE_KEY, compile_type
from mistral_async._codec.json_schema.type_codec import MismatchError, read_root
from mistral_async._codec.json_types import is_object
from mistral_async.models.formats import CompletionArgs, JSONSchema, ResponseFormat, completion_args_of

T = TypeVar("T", default=Any)

_FORMATS = ("text", "json_object", "json_schema")


class OutputType(Generic[T]):
    """A type that a model's output is read as. `schema` is its strict JSON schema, whose root is an object."""

    def __init__(self, kind: TypeForm[T]) -> None:
        if isinstance(cast("Any", kind), (Mapping, ResponseFormat)) or cast("Any", kind) in _FORMATS:
            raise TypeError(
                "the answer is read as a type here: pass response_format=<a class, or a type such as list[str]>; "
                "complete() takes response formats and JSON schemas"
            )
        compiled = compile_type(kind)
        self._codec = compiled.codec
        self.schema: dict[str, Any] = compiled.schema
        self.wrapped: bool = compiled.wrapped
        """True if the value stands in an object, under `value`."""
        self._decoder = self._native_decoder(kind) if compiled.is_native else None

    def _native_decoder(self, kind: Any) -> msgspec.json.Decoder[Any] | None:
        """Return msgspec's own decoder, where it takes the type: it only makes reading faster."""
        try:
            return msgspec.json.Decoder(msgspec.defstruct("Root", [(VALUE_KEY, kind)]) if self.wrapped else kind)
        except (TypeError, NameError, RecursionError):
            return None

    def read(self, text: str) -> T:
        """Make the value from the text of an answer, in a Markdown fence or not; raises `MismatchError`."""
        text = strip_fence(text)
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
            raise MismatchError("the JSON is nested too deep") from None
        except msgspec.DecodeError as problem:
            raise MismatchError(f"the JSON is malformed: {problem}") from None

    def convert(self, value: object) -> T:
        """Make the value from decoded JSON; raises `MismatchError`."""
        if not self.wrapped:
            return cast("T", read_root(self._codec, value, lax=False))
        if not is_object(value) or VALUE_KEY not in value:
            raise MismatchError(f"Object missing required field `{VALUE_KEY}`")
        try:
            return cast("T", read_root(self._codec, value[VALUE_KEY], lax=False))
        except MismatchError as problem:
            raise problem.prefixed(f".{VALUE_KEY}")  # noqa: B904 - the same error, moved

    def unwrap(self, value: object) -> Any:
        """Return the value out of the object around it, in JSON that need not be whole yet; None if it is not there."""
        if not self.wrapped:
            return value
        return value.get(VALUE_KEY) if is_object(value) else None

    def response_format(self) -> ResponseFormat:
        """Return the format that asks for the type: its schema under its name, strict."""
        title = str(self.schema.get("title", "Answer"))
        name = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in title)[:64]
        return ResponseFormat("json_schema", JSONSchema(name, self.schema, strict=True))

    def completion_args(self, args: CompletionArgs | Mapping[str, Any] | None) -> dict[str, Any]:
        """Return a conversation's completion arguments with the format that asks for the type."""
        given = completion_args_of(args)
        fields = to_builtins(given) if isinstance(given, CompletionArgs) else dict(given or {})
        return {**fields, "response_format": self.response_format()}


Target = OutputType
"""An older name of `OutputType`."""


def output_type_of(kind: Any) -> OutputType:
    """Return the output type of a type, made once; raises `TypeError` for what JSON can not hold."""
    try:
        hash(kind)
    except TypeError:  # metadata of Annotated need not be hashable
        return OutputType(kind)
    return _cached(kind)


@functools.lru_cache(maxsize=256)
def _cached(kind: Any) -> OutputType:
    return OutputType(kind)
