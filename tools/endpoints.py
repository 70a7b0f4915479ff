"""The operations that the client has: every endpoint of `calls`, with its options and the type of its answer."""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import re
import sys
import textwrap
import types
import typing
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, Union, cast, get_args, get_origin
from uuid import UUID

import msgspec
from shapes import ANYTHING, NULL, WHOLE_BODY, AnyOf, Field, Fields, Operation, Shape, scalar, union
from typing_extensions import is_typeddict

from mistral_async import Stream, models

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from endpoint_values import ALL, NOT_SENT, ONE_OF, RESPELT, Value, needed, parameters, respelt

KINDS = {str: "string", bytes: "string", bool: "boolean", int: "integer", float: "number"}
TEXTS = (datetime, date, UUID)  # what is sent as text


Key = tuple[str, str, bool]


def operations() -> dict[Key, Operation]:
    """Return the operations, by method, route and whether they stream; several methods of one are taken together."""
    found: dict[Key, list[str]] = {}
    for name in sorted(ALL, key=_order):
        request = ALL[name](**needed(name))
        found.setdefault((request.method, request.route, isinstance(request, Stream)), []).append(name)
    return {key: _operation(names, both=(*key[:2], not key[2]) in found) for key, names in found.items()}


def _order(name: str) -> tuple[bool, int]:
    """Sort the method that is the operation itself before those that add to it, or are shortcuts to it."""
    return ("parse" in name, -name.count("."))


def _operation(names: list[str], *, both: bool) -> Operation:
    """Describe an operation; `both` if it is there as a stream and whole, which an option of its body says."""
    options = {"stream": Field(Type(Any), required=None)} if both else {}
    for name in names:
        options = {**dict(_options(name)), **options}
    request: Any = ALL[names[0]](**_needed(names[0]))
    answer = getattr(request, "returns", None) or getattr(request, "yields", None)
    node = None if answer is None else Type(answer)
    return Operation(request.method, request.route, names[0], options, node, isinstance(request, Stream))


def _options(name: str) -> Iterator[tuple[str, Field]]:
    """Find what each parameter is sent as, by giving it a value; constants and defaults are sent without one."""
    before = _sent(name, {})
    yield from ((key, Field(Type(Any), required=None)) for key in before if key != WHOLE_BODY)
    sent = {key: each for key, each in parameters(ALL[name]).items() if key not in NOT_SENT}
    for parameter, (hint, must) in sent.items():
        one_of = ONE_OF.get(name, ())
        value = RESPELT[parameter][0] if respelt(name, parameter) else Value(hint, parameter).value
        after = _sent(name, {parameter: value}, one_of if parameter in one_of else ())
        keys = [parameter] if parameter in after else [key for key in after if key not in before]
        if isinstance(value, Mapping) and not value.keys().isdisjoint(keys):  # each key of it is a parameter
            keys = [parameter]
        for key in keys or [key for key in after if after[key] != before[key]]:
            required = None if parameter in one_of or (key in before and not must) else must
            yield from _fields(key, Field(Type(Any if respelt(name, parameter) else hint), required))


def _fields(key: str, option: Field) -> Iterator[tuple[str, Field]]:
    """Return an option by its name; where it is a whole body, the fields of the objects that it may be."""
    objects = option.node.shape().objects if key == WHOLE_BODY else ()
    for name in dict.fromkeys(name for each in objects for name in each.fields):
        nodes = tuple(each.fields[name].node for each in objects if name in each.fields)
        yield name, Field(AnyOf(nodes), required=None)
    if not objects:
        yield key, option


def _sent(name: str, given: Mapping[str, Any], instead_of: Iterable[str] = ()) -> dict[str, Any]:
    """Return what a request sends, beside its path; a body that is no object has a name of its own."""
    arguments = {key: value for key, value in _needed(name).items() if key not in instead_of}
    request: Any = ALL[name](**{**arguments, **given})
    body: Any = request.form.values if request.form else {} if request.json is None else request.json
    headers: dict[str, str] = request.headers or {}
    return {**headers, **(request.query or {}), **(body if isinstance(body, dict) else {WHOLE_BODY: body})}


@functools.cache
def _needed(name: str) -> dict[str, Any]:
    return dict(needed(name))


@dataclass(frozen=True)
class Type:
    """A type of Python's that is sent or read as JSON."""

    hint: Any
    named: frozenset[str] = frozenset()
    """The texts that the documentation of the field names."""

    @property
    def key(self) -> Hashable:
        """The type itself."""
        return (self.hint, self.named)

    def shape(self) -> Shape:
        """Return its alternatives."""
        return Shape(known=self.named) | _shape(self.hint)


def _shape(hint: Any) -> Shape:
    origin, args = get_origin(hint), get_args(hint)
    if hint is None or hint is type(None):
        return NULL
    if hint in KINDS:
        return scalar(KINDS[hint])
    if origin in (Union, types.UnionType):
        return union(map(_shape, args))
    if origin is Literal:
        return Shape(scalars=frozenset({KINDS[type(each)] for each in args}), known=frozenset(map(str, args)))
    return _of_class(hint if origin is None else origin, args)


def _of_class(cls: Any, args: tuple[Any, ...]) -> Shape:  # noqa: PLR0911 - one line for each kind of class
    match cls:
        case _ if hasattr(cls, "variants"):  # an open union
            return union(map(_shape, cls.types))
        case _ if is_typeddict(cls):
            return Shape(objects=(_typed_dict(cls),))
        case type() if issubclass(cls, msgspec.Struct):
            return Shape(objects=(_struct(cls),))
        case type() if issubclass(cls, TEXTS):
            return scalar("string")
        case type() if issubclass(cls, Mapping):
            return Shape(values=(Type(args[1] if args else Any),))
        case type() if issubclass(cls, Iterable) and args:
            return Shape(items=(Type(args[0]),))
        case _:
            return ANYTHING


@functools.cache
def _struct(cls: type[msgspec.Struct]) -> Fields:
    named = _named_values(cls)
    found = msgspec.structs.fields(cls)
    listed: frozenset[str] | None = cast("Any", cls).always_sent() if hasattr(cls, "always_sent") else None
    fields = {
        each.encode_name: Field(
            Type(each.type, named.get(each.name, frozenset())),
            each.required if each.default_factory is msgspec.NODEFAULT else None,  # a constant is always sent
            None if listed is None else each.required or each.name in listed or _is_written(each),
        )
        for each in found
    }
    return Fields(cls.__name__, fields, strict=any(each.required for each in found))


def _is_written(each: msgspec.structs.FieldInfo) -> bool:
    """Return whether a field is written with its default too, as a constant is: not so an empty list or object."""
    made: object = each.default_factory
    return made is not msgspec.NODEFAULT and (get_origin(made) or made) not in (list, dict, set)


@functools.cache
def _typed_dict(cls: Any) -> Fields:
    hints = typing.get_type_hints(cls)
    return Fields(
        cls.__name__, {key: Field(Type(each), key in cls.__required_keys__) for key, each in hints.items()}, strict=True
    )


def _named_values(cls: type) -> dict[str, frozenset[str]]:
    """Return the values that docstrings of fields name: "One of `Status`, or a newer one."."""
    found: dict[str, frozenset[str]] = {}
    for each in reversed(cls.__mro__):
        if each.__module__.startswith("mistral_async."):
            found |= dict(_named_in(each))
    return found


def _named_in(cls: type) -> Iterator[tuple[str, frozenset[str]]]:
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    for statement, following in itertools.pairwise(cast("ast.ClassDef", definition).body):
        match statement, following:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(ast.Constant(str(text))) if _OPEN in text:
                words = re.findall(r"`([^`]+)`", text.partition(_OPEN)[0])
                yield name, frozenset(value for word in words for value in _values(getattr(models, word, word)))
            case _:
                pass


_OPEN = ", or a newer one"


def _values(named: Any) -> Iterable[str]:
    """Return the values of an alias; any other word is a value."""
    return [named] if isinstance(named, str) else _shape(named).known
