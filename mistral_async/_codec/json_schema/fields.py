"""The fields of a class as its kind declares them, and their annotations, resolved and with generic types filled in."""

from __future__ import annotations

import dataclasses
import inspect
import sys
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias, TypeVar, get_args, get_origin

import msgspec
from typing_extensions import is_typeddict

TypeArguments: TypeAlias = tuple[Any, ...]
"""The arguments of a generic type."""
Bindings: TypeAlias = Mapping[Any, Any]
"""The types that the type variables of a class stand for."""
Hints: TypeAlias = dict[str, Any]
"""Annotations by name."""

_ROOTS = {"builtins", "typing", "msgspec", "typing_extensions"}


class FieldDeclaration(msgspec.Struct):
    """A field as its class declares it. `default` is UNSET where there is none, or one that a factory makes."""

    name: str
    required: bool
    default: Any = msgspec.UNSET
    key: str = ""
    """The key in JSON; the name where it is empty."""
    parameter: str = ""
    """The constructor's name for it; the name where it is empty."""


def fields_of(cls: object) -> list[FieldDeclaration] | None:
    """Return the fields of a class in their order; None for a class that has none by its kind."""
    for is_kind, read in _KINDS:
        if is_kind(cls):
            return list(read(cls))
    return None


def is_struct(cls: object) -> bool:
    """Return True for a class of msgspec."""
    return isinstance(cls, msgspec.StructMeta)


def is_named_tuple(cls: object) -> bool:
    """Return True for a `NamedTuple`, which is an array in JSON."""
    return hasattr(cls, "_field_defaults") and isinstance(cls, type) and issubclass(cls, tuple)


def _struct_fields(cls: Any) -> Iterator[FieldDeclaration]:
    names, keys, defaults = cls.__struct_fields__, cls.__struct_encode_fields__, cls.__struct_defaults__
    defaults = (msgspec.NODEFAULT,) * (len(names) - len(defaults)) + defaults
    for name, key, default in zip(names, keys, defaults, strict=True):
        required = default is msgspec.NODEFAULT
        yield FieldDeclaration(name, required, msgspec.UNSET if required else default, key)


def _dataclass_fields(cls: Any) -> Iterator[FieldDeclaration]:
    for each in dataclasses.fields(cls):
        if each.init:
            missing = each.default is dataclasses.MISSING
            required = missing and each.default_factory is dataclasses.MISSING
            yield FieldDeclaration(each.name, required, msgspec.UNSET if missing else each.default)


def _attrs_fields(cls: Any) -> Iterator[FieldDeclaration]:
    nothing = sys.modules["attr"].NOTHING
    factory = sys.modules["attr"].Factory
    for each in cls.__attrs_attrs__:
        if each.init:
            is_value = each.default is not nothing and not isinstance(each.default, factory)
            default = each.default if is_value else msgspec.UNSET
            yield FieldDeclaration(each.name, each.default is nothing, default, parameter=each.alias or each.name)


def _typed_dict_fields(cls: Any) -> Iterator[FieldDeclaration]:
    for name in cls.__annotations__:
        yield FieldDeclaration(name, name in cls.__required_keys__)


def _named_tuple_fields(cls: Any) -> Iterator[FieldDeclaration]:
    for name in cls._fields:
        default = cls._field_defaults.get(name, msgspec.UNSET)
        yield FieldDeclaration(name, default is msgspec.UNSET, default)


_KINDS: tuple[tuple[Callable[[object], bool], Callable[[Any], Iterator[FieldDeclaration]]], ...] = (
    (is_struct, _struct_fields),
    (lambda cls: isinstance(cls, type) and dataclasses.is_dataclass(cls), _dataclass_fields),
    (lambda cls: hasattr(cls, "__attrs_attrs__"), _attrs_fields),
    (is_typeddict, _typed_dict_fields),
    (is_named_tuple, _named_tuple_fields),
)


def hints_of(cls: Any, args: TypeArguments = ()) -> Hints:
    """Return the annotations of a class, resolved; `args` stand for its type variables, in the bases too.

    Raises `TypeError` for an annotation that can not be resolved.
    """
    found: Hints = {}
    for owner, bound in _lineage(cls, args):
        hints = resolve(_annotations(owner), owner, cls)
        found |= {name: substitute(hint, bound) for name, hint in hints.items()}
    return found


def resolve(annotations: Hints, owner: Any, also: Any) -> Hints:
    """Evaluate annotations that stand in quotes, where their owner was defined; raises `TypeError`."""
    shell = types.SimpleNamespace(__annotations__=annotations)
    namespace = vars(sys.modules.get(owner.__module__, typing))
    local = {owner.__name__: owner, also.__name__: also}
    try:
        return typing.get_type_hints(shell, namespace, local, include_extras=True)
    except NameError as problem:
        raise TypeError(f"an annotation of {owner.__name__} can not be resolved: {problem}") from problem


def _annotations(owner: Any) -> Hints:
    """Return the class's own annotations, without its class variables, which have no place in JSON."""
    own = inspect.get_annotations(owner)
    return {name: hint for name, hint in own.items() if "ClassVar" not in str(hint)}


def _lineage(cls: Any, args: TypeArguments) -> Iterator[tuple[Any, Bindings]]:
    """Yield the class after its bases, each with the types that its type variables stand for."""
    bound = dict(zip(getattr(cls, "__parameters__", ()), args, strict=False))
    for base in cls.__dict__.get("__orig_bases__", cls.__bases__):
        origin = get_origin(base) or base
        if isinstance(origin, type) and origin.__module__ not in _ROOTS:
            yield from _lineage(origin, tuple(substitute(each, bound) for each in get_args(base)))
    yield cls, bound


def substitute(hint: Any, bound: Bindings) -> Any:
    """Return a hint with its type variables replaced."""
    if isinstance(hint, TypeVar):
        return bound.get(hint, hint)
    parameters = getattr(hint, "__parameters__", ())
    if not bound or not parameters or isinstance(hint, type):
        return hint
    return hint[tuple(bound.get(each, each) for each in parameters)]
