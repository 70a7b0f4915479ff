"""The parameters of a function: their JSON schema, the reading of arguments, and their binding for the call."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Mapping
from typing import Any, Generic, get_origin

import msgspec
from typing_extensions import TypeVar

from mistral_async._codec.json_schema.classes import ClassCodec, FieldCodec
from mistral_async._codec.json_schema.compiler import Compiler, description_of, json_default
from mistral_async._codec.json_schema.containers import SequenceCodec
from mistral_async._codec.json_schema.docstrings import parse_docstring
from mistral_async._codec.json_schema.type_codec import Definitions, MismatchError, TypeCodec, read_root
from mistral_async._codec.json_types import JSONMapping, JSONObject, is_object

# A function as a tool
#
# Rule 1: The schema is that of an object with a property for each parameter, from its annotation and its default; a
#   parameter without an annotation takes anything. `*args` is an array, `**kwargs` are further properties. A
#   parameter of type `Context` is not shown to the model.
# Rule 2: A parameter's description is in its annotation (`Annotated`), else in the docstring; the function's is the
#   docstring without its sections.
# Rule 3: Arguments are read laxly: text stands for a number, a boolean or null where the parameter needs one, since
#   models often err so. A parameter that does not exist is an error that names those that do.
# Rule 4: All that is wrong with arguments is a MismatchError, a ValueError, before the function is called.

D = TypeVar("D", default=Any)


class Context(msgspec.Struct, Generic[D], frozen=True):
    """The call as its tool sees it: a parameter of this type is filled in by the run, and not shown to the model."""

    data: D
    """The `context=` of the run."""
    call_id: str = ""
    name: str = ""
    step: int = 0
    """The number of the answer that asked for the call, from 1."""


class FunctionSignature:
    """The parameters of a function, as the model sees them and as Python takes them.

    Raises `TypeError` for annotations that can not be resolved, and for types that JSON can not hold.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        doc = parse_docstring(inspect.getdoc(_annotated_function(function)))
        self.description = doc.text
        self.context: str | None = None
        self._compiler = Compiler()
        self._parameters = ClassCodec("arguments", dict)
        self._rest: TypeCodec | None = None
        self._positional: list[str] = []
        self._variadic: str | None = None
        hints = _resolved_hints(function)
        for parameter in inspect.signature(function).parameters.values():
            self._add(parameter, hints.get(parameter.name, Any), doc.names.get(parameter.name, ""))

    def _add(self, parameter: inspect.Parameter, hint: Any, documentation: str) -> None:
        if hint is Context or get_origin(hint) is Context:
            self.context = parameter.name
            return
        codec = self._compiler.codec(hint)
        required, default = parameter.default is inspect.Parameter.empty, msgspec.UNSET
        match parameter.kind:
            case inspect.Parameter.VAR_KEYWORD:
                self._rest = codec
                return
            case inspect.Parameter.VAR_POSITIONAL:
                self._variadic, required = parameter.name, False
                codec = SequenceCodec(list, codec)
            case inspect.Parameter.POSITIONAL_ONLY:
                self._positional.append(parameter.name)
            case _:
                pass
        if not required and parameter.default is not inspect.Parameter.empty:
            default = json_default(parameter.default)
        description = description_of(hint) or documentation
        field = FieldCodec(parameter.name, parameter.name, codec, required, default, description)
        self._parameters.fields.append(field)

    def schema(self, *, strict: bool) -> JSONObject:
        """Return the JSON schema of the parameters, an object; a strict one requires those with defaults too."""
        definitions = Definitions(strict=strict)
        schema = self._parameters.body(definitions)
        del schema["title"]
        if self._rest is not None:
            schema["additionalProperties"] = self._rest.schema(definitions)
        return {**schema, "$defs": definitions.schemas} if definitions.schemas else schema

    def read(self, arguments: JSONMapping) -> dict[str, Any]:
        """Return the arguments as the values that the function takes, by name; raises `MismatchError` (rule 3)."""
        unknown = {name: value for name, value in arguments.items() if name not in self._parameters.keys}
        if unknown and self._rest is None:
            names = ", ".join(sorted(self._parameters.keys)) or "none"
            raise MismatchError(f"there is no parameter `{min(unknown)}`; the parameters are: {names}")
        found: dict[str, Any] = read_root(self._parameters, dict(arguments), lax=True)
        if self._rest is not None:
            found |= {name: self._read_rest(self._rest, value, name) for name, value in unknown.items()}
        return found

    @staticmethod
    def _read_rest(codec: TypeCodec, value: object, name: str) -> Any:
        try:
            return read_root(codec, value, lax=True)
        except MismatchError as problem:
            raise problem.prefixed(f".{name}")  # noqa: B904 - the same error, moved

    def bind(self, values: Mapping[str, Any], context: Context) -> tuple[list[Any], dict[str, Any]]:
        """Return values by name as positional and keyword arguments."""
        named = dict(values)
        if self.context is not None:
            named[self.context] = context
        variadic: list[Any] = named.pop(self._variadic, []) if self._variadic else []
        if variadic:
            before = [field.name for field in self._parameters.fields]
            before = before[: before.index(str(self._variadic))]
            return [*(named.pop(name) for name in before if name in named), *variadic], named
        return [named.pop(name) for name in self._positional if name in named], named


def _resolved_hints(function: Callable[..., Any]) -> dict[str, Any]:
    inner = _annotated_function(function)
    try:
        return typing.get_type_hints(inner, include_extras=True)
    except NameError as problem:
        name = getattr(inner, "__qualname__", repr(inner))
        raise TypeError(
            f"an annotation of {name} can not be resolved: {problem}; define the type in its module"
        ) from None


def _annotated_function(function: Any) -> Any:
    """Return what holds the annotations: the function of a partial, the `__call__` of an object."""
    while isinstance(function, functools.partial):
        function = function.func
    function = inspect.unwrap(function)
    return function if inspect.isroutine(function) else type(function).__call__


def is_async(function: object) -> bool:
    """Return True if calling it gives a coroutine."""
    while isinstance(function, functools.partial):
        function = function.func
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004 - an object's own


def arguments_of(arguments: object) -> JSONObject:
    """Return the arguments of a call as an object, whether they came as JSON text or as one; raises `MismatchError`."""
    if isinstance(arguments, str):
        try:
            arguments = msgspec.json.decode(arguments or "{}")
        except (msgspec.DecodeError, RecursionError):
            raise MismatchError("the arguments are not whole JSON") from None
    if not is_object(arguments):
        raise MismatchError("the arguments are not an object")
    return arguments
