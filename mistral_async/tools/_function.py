"""A function as a tool: the schema of its parameters, the reading of arguments, and the call itself."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar, get_origin

import msgspec

from mistral_async._codec.json_types import is_object
from mistral_async.structured._compile import Compiler, plain_default, said
from mistral_async.structured._composites import Items
from mistral_async.structured._docs import parse_docstring
from mistral_async.structured._records import Field, Record
from mistral_async.structured._shapes import Definitions, Shape, UnfitError, read_as, read_at_top

D = TypeVar("D")


class Context(msgspec.Struct, Generic[D], frozen=True):
    """What a tool can know of the run that calls it: a parameter of this type is not shown to the model."""

    data: D
    """What was given to the run as `context=`."""
    call_id: str = ""
    name: str = ""
    step: int = 0
    """Which answer of the model asked for the call, from 1."""


class Signature:
    """The parameters of a function, as the model sees them and as Python takes them."""

    def __init__(self, function: Callable[..., Any]) -> None:
        doc = parse_docstring(inspect.getdoc(_inner(function)))
        self.description = doc.text
        self.context: str | None = None
        self._compiler = Compiler()
        self._record = Record("arguments", dict)
        self._rest: Shape | None = None
        self._positional: list[str] = []
        self._many: str | None = None
        hints = _hints(function)
        for parameter in inspect.signature(function).parameters.values():
            self._add(parameter, hints.get(parameter.name, Any), doc.names.get(parameter.name, ""))

    def _add(self, parameter: inspect.Parameter, hint: Any, said_of_it: str) -> None:
        if hint is Context or get_origin(hint) is Context:
            self.context = parameter.name
            return
        shape = self._compiler.shape(hint)
        required, default = parameter.default is inspect.Parameter.empty, msgspec.UNSET
        match parameter.kind:
            case inspect.Parameter.VAR_KEYWORD:
                self._rest = shape
                return
            case inspect.Parameter.VAR_POSITIONAL:
                self._many, required = parameter.name, False
                shape = Items(list, shape, None, {})
            case inspect.Parameter.POSITIONAL_ONLY:
                self._positional.append(parameter.name)
            case _:
                pass
        if not required and parameter.default is not inspect.Parameter.empty:
            default = plain_default(parameter.default)
        field = Field(parameter.name, parameter.name, shape, required, default, said(hint) or said_of_it)
        self._record.fields.append(field)

    def schema(self, *, strict: bool) -> dict[str, Any]:
        """The parameters as the JSON schema of an object."""
        definitions = Definitions(strict=strict)
        made = self._record.body(definitions)
        del made["title"]
        if self._rest is not None:
            made["additionalProperties"] = self._rest.schema(definitions)
        return {**made, "$defs": definitions.schemas} if definitions.schemas else made

    def read(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments as the values that the function takes, by name; raises `UnfitError`.

        Text stands for a number, a boolean or null where that is what the parameter needs: models often err so.
        """
        unknown = {name: value for name, value in arguments.items() if name not in self._record.keys}
        if unknown and self._rest is None:
            names = ", ".join(sorted(self._record.keys)) or "none"
            raise UnfitError(f"there is no parameter `{min(unknown)}`; the parameters are: {names}")
        found: dict[str, Any] = read_as(self._record, dict(arguments), lax=True)
        if self._rest is not None:
            found |= {name: read_at_top(self._rest, value, name) for name, value in unknown.items()}
        return found

    def bind(self, values: Mapping[str, Any], context: Context[Any]) -> tuple[list[Any], dict[str, Any]]:
        """Values by name as positional and keyword arguments."""
        named = dict(values)
        if self.context is not None:
            named[self.context] = context
        many: list[Any] = named.pop(self._many, []) if self._many else []
        if many:
            before = [field.name for field in self._record.fields]
            before = before[: before.index(str(self._many))]
            return [*(named.pop(name) for name in before if name in named), *many], named
        return [named.pop(name) for name in self._positional if name in named], named


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    inner = _inner(function)
    try:
        return typing.get_type_hints(inner, include_extras=True)
    except NameError as problem:
        name = getattr(inner, "__qualname__", repr(inner))
        raise TypeError(
            f"an annotation of {name} can not be resolved: {problem}; define the type in its module"
        ) from None


def _inner(function: Any) -> Any:
    """What holds the annotations: the function of a partial, the `__call__` of an object."""
    while isinstance(function, functools.partial):
        function = function.func
    function = inspect.unwrap(function)
    return function if inspect.isroutine(function) else type(function).__call__


def is_async(function: Any) -> bool:
    """Whether calling it gives a coroutine."""
    while isinstance(function, functools.partial):
        function = function.func
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004 - an object's own


def arguments_of(arguments: Any) -> dict[str, Any]:
    """The arguments of a call as an object, whether they came as JSON text or as one; raises `UnfitError`."""
    if isinstance(arguments, str):
        try:
            arguments = msgspec.json.decode(arguments or "{}")
        except (msgspec.DecodeError, RecursionError):
            raise UnfitError("the arguments are not whole JSON") from None
    if not is_object(arguments):
        raise UnfitError("the arguments are not an object")
    return arguments
