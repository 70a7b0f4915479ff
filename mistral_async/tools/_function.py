"""The parameters of a function: their JSON schema, the reading of arguments, and their binding for the call."""

from __future__ import annotations

import functools
import inspect
import re
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Generic, cast, get_origin

import msgspec
from typing_extensions import TypeVar

from mistral_async._codec.json_encode import to_builtins
from mistral_async._codec.json_schema.classes import ClassCodec, FieldCodec
from mistral_async._codec.json_schema.compiler import Compiler
from mistral_async._codec.json_schema.containers import SequenceCodec
from mistral_async._codec.json_schema.docstrings import parse_docstring
from mistral_async._codec.json_schema.model_json import read_json
from mistral_async._codec.json_schema.type_codec import (
    Definitions,
    MismatchError,
    ReadMode,
    TypeCodec,
    json_name,
    read_root,
)
from mistral_async._codec.json_types import JSONMapping, JSONObject, is_mapping

# A function as a tool
#
# Rule 1: The schema is that of an object with a property for each parameter, from its annotation and its default; a
#   parameter without an annotation takes anything. `*args` is an array, `**kwargs` are further properties. A
#   parameter of type `Context` is not shown to the model, nor is one that a `functools.partial` has filled in.
# Rule 2: A parameter's description is in its annotation (`Annotated`), else in the docstring; the function's is the
#   docstring without its sections.
# Rule 3: Arguments are read laxly, since models often err: text stands for a number, a boolean, null, a list or an
#   object where the parameter needs one; all of them may be encoded twice; nothing, null and `[]` are no arguments. A
#   parameter that does not exist is an error that names those that do.
# Rule 4: All that is wrong with arguments is a MismatchError, a ValueError, before the function is called.
# Rule 5: The arguments as they were read are JSON again (`plain`): converted, with the defaults, under the names that
#   the model uses. Reading that JSON gives the same values, so that it stands for the call wherever one is shown,
#   judged or kept. A value that has no such JSON (a secret, what a validator makes other each time) stands there as it
#   was given: a function can not judge that, so a person is asked.

D = TypeVar("D", default=Any)

_CONTEXT = re.compile(r"(\w+\.)*Context(\[.*\])?", re.DOTALL)
"""The annotation of a parameter that is filled in, in quotes: it may be imported for type checkers alone."""
_DECLARATIONS = {"pydantic.v1.fields.FieldInfo", "dataclasses.Field", "msgspec._core.Field", "attr._make._CountingAttr"}


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
        hints, bound = _resolved_hints(function), _bound_keywords(function)
        for parameter in inspect.signature(function).parameters.values():
            if parameter.name not in bound:
                self._add(parameter, hints.get(parameter.name, Any), doc.names.get(parameter.name, ""))

    def _add(self, parameter: inspect.Parameter, hint: Any, documentation: str) -> None:
        if hint is Context or get_origin(hint) is Context:
            self.context = parameter.name
            return
        default = parameter.default
        _check_default(parameter.name, default)
        required = default is inspect.Parameter.empty
        name, given = parameter.name, msgspec.UNSET if required else default
        field = self._compiler.field(name, name, hint, given, documentation, required=required)
        if not required and field.make_default is None:
            field.make_default = lambda _: default
        match parameter.kind:
            case inspect.Parameter.VAR_KEYWORD:
                self._rest = field.codec
                return
            case inspect.Parameter.VAR_POSITIONAL:
                self._variadic, field.required = name, False
                field.codec = SequenceCodec(list, field.codec)
            case inspect.Parameter.POSITIONAL_ONLY:
                self._positional.append(name)
            case _:
                pass
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
            if clash := unknown.keys() & {field.name for field in self._parameters.fields}:
                raise MismatchError(f"there is no parameter `{min(clash)}`")  # it has another name for the model
            found |= {name: self._read_rest(self._rest, value, name) for name, value in unknown.items()}
        return found

    def plain(self, values: Mapping[str, Any], arguments: JSONMapping) -> tuple[JSONObject, bool]:
        """Return values that were read from the arguments as JSON, by the names that the model uses (rule 5).

        The second item is False if some value stands there as it was given: its own JSON would be read as another.
        """
        fields = {field.name: field for field in self._parameters.fields}
        if self._rest is not None:
            fields |= {name: FieldCodec(name, name, self._rest, required=True) for name in values if name not in fields}
        found: JSONObject = {}
        is_exact = True
        for name, field in fields.items():
            if name in values:
                plain = _plain_value(field, values[name])
                if plain is msgspec.UNSET and field.key in arguments:
                    plain, is_exact = copied({"": arguments[field.key]})[""], False
                if plain is not msgspec.UNSET:
                    found[field.key] = plain
        return found, is_exact

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
    """Return the annotations of the parameters; those of a `Context` may be imported for type checkers alone."""
    inner = _annotated_function(function)
    shown = {name: hint for name, hint in inspect.get_annotations(inner).items() if name != "return"}
    try:
        return _evaluated(shown, inner)
    except NameError:
        contexts = {name: Context for name, hint in shown.items() if isinstance(hint, str) and _CONTEXT.fullmatch(hint)}
    try:
        return _evaluated({**shown, **contexts}, inner)
    except NameError as problem:
        name = getattr(inner, "__qualname__", repr(inner))
        raise TypeError(
            f"an annotation of {name} can not be resolved: {problem}; define the type in its module"
        ) from None


def _evaluated(annotations: dict[str, Any], owner: Any) -> dict[str, Any]:
    shell = types.SimpleNamespace(__annotations__=annotations)
    parameters = {each.__name__: each for each in getattr(owner, "__type_params__", ())}
    return typing.get_type_hints(shell, getattr(owner, "__globals__", {}), parameters, include_extras=True)


def _annotated_function(function: Any) -> Any:
    """Return what holds the annotations: the function of a partial, the `__call__` of an object."""
    while isinstance(function, functools.partial):
        function = function.func
    function = inspect.unwrap(function)
    return function if inspect.isroutine(function) else type(function).__call__


def _check_default(name: str, default: object) -> None:
    """Raise `TypeError` for what declares a field of a class, which a function would get as a value."""
    kind = type(default)
    if f"{kind.__module__}.{kind.__name__}" in _DECLARATIONS:
        raise TypeError(f"the default of {name} is a {kind.__name__} of {kind.__module__}: use pydantic.Field, or Meta")


def _bound_keywords(function: Any) -> set[str]:
    """Return the parameters that partials have filled in: the model has no say in them."""
    found = set[str]()
    while isinstance(function, functools.partial):
        found |= function.keywords.keys()
        function = function.func
    return found


def _plain_value(field: FieldCodec, value: object) -> Any:
    """Return a value as the JSON that is read as the same value; UNSET where it has none."""
    try:
        found = to_builtins(value)
        again = field.read(found, {}, ReadMode())
        has_identity = type(value).__eq__ is object.__eq__ and value is not again
        if bool(to_builtins(again) == found if has_identity else again == value):
            return found
    except Exception:  # noqa: BLE001, S110 - whatever a class of the user does when it is written or compared
        pass
    return msgspec.UNSET


def is_async(function: object) -> bool:
    """Return True if calling it gives a coroutine."""
    while isinstance(function, functools.partial):
        function = function.func
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004 - an object's own


def arguments_of(arguments: object) -> JSONObject:
    """Return the arguments of a call as an object of its own, as text or not; raises `MismatchError` (rule 3)."""
    found, depth = arguments, 0
    while isinstance(found, str):
        found, depth = _decoded(found, depth), depth + 1
    if found is None or found == []:
        return {}
    if not is_mapping(found):
        raise MismatchError(f"the arguments are not an object, but {json_name(found)}")
    return copied(dict(found)) if found is arguments else dict(found)


def copied(arguments: JSONObject) -> JSONObject:
    """Return a copy of arguments that shares no part with them, where they are JSON."""
    try:
        return cast("JSONObject", to_builtins(arguments))
    except RecursionError:
        raise MismatchError("the arguments are nested too deep") from None
    except (TypeError, ValueError):
        return arguments


def _decoded(text: str, depth: int) -> Any:
    if not text.strip():
        return {}
    try:
        return read_json(text)
    except MismatchError as problem:
        what = "the arguments are text, not an object" if depth else "the arguments can not be read"
        raise MismatchError(f"{what}: {problem.problem}") from None
