"""From a type to its shape: what the annotations of any kind of class mean, generic and recursive ones too."""

from __future__ import annotations

import collections.abc
import dataclasses
import inspect
import sys
import types
import typing
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, is_typeddict

import msgspec
import typing_extensions
from msgspec import UnsetType
from msgspec.inspect import CustomType, type_info

from mistral_async.structured._composites import Either, Entries, Fixed, Items
from mistral_async.structured._docs import doc_of
from mistral_async.structured._records import Field, Foreign, Record
from mistral_async.structured._shapes import Alias, Anything, Leaf, Shape

_SEQUENCES: dict[Any, type[Any]] = {
    list: list,
    set: set,
    frozenset: frozenset,
    tuple: tuple,
    collections.abc.Iterable: list,
    collections.abc.Collection: list,
    collections.abc.Sequence: list,
    collections.abc.MutableSequence: list,
    collections.abc.Set: set,
    collections.abc.MutableSet: set,
}
_MAPPINGS = {dict, collections.abc.Mapping, collections.abc.MutableMapping}
_WRAPPERS: set[Any] = {
    typing.Required,
    typing.NotRequired,
    typing.Final,
    typing.ClassVar,
    typing_extensions.ReadOnly,
    typing_extensions.Required,
    typing_extensions.NotRequired,
}
_ALIASES = tuple({getattr(typing, "TypeAliasType", typing_extensions.TypeAliasType), typing_extensions.TypeAliasType})
_FORMATS = {"datetime": "date-time", "time": "time"}


class Compiler:
    """Makes the shapes of types that may refer to each other."""

    def __init__(self) -> None:
        self._known: dict[Any, Record | Alias] = {}
        self.foreign = False
        """Whether some type is not msgspec's to read."""

    def shape(self, hint: Any, metas: tuple[Any, ...] = ()) -> Shape:  # noqa: PLR0911 - one line for each kind of type
        """The shape of a type, with what `Annotated` says about it."""
        origin, args = get_origin(hint), get_args(hint)
        if isinstance(hint, _ALIASES) or isinstance(origin, _ALIASES):
            return self._alias(hint)
        if origin is Annotated:
            return self.shape(args[0], (*args[1:], *metas))
        if origin in _WRAPPERS:
            return self.shape(args[0], metas)
        if origin in {Union, types.UnionType}:
            return self._union([each for each in args if each is not UnsetType], metas)
        if isinstance(hint, TypeVar):
            return self._variable(hint, metas)
        if hasattr(hint, "__supertype__"):
            return self.shape(hint.__supertype__, metas)
        if (origin or hint) in _SEQUENCES:
            return self._sequence(origin or hint, args, metas)
        if (origin or hint) in _MAPPINGS:
            return self._mapping(args, metas)
        return self._class(hint, origin or hint) or self._leaf(hint, metas)

    def _alias(self, hint: Any) -> Alias:
        found = self._known.get(hint)
        if isinstance(found, Alias):
            return found
        origin = get_origin(hint) or hint
        alias = self._known[hint] = Alias(origin.__name__)
        bound = dict(zip(origin.__type_params__, get_args(hint), strict=False))
        alias.target = self.shape(bind(_resolved({"value": origin.__value__}, origin, origin)["value"], bound))
        return alias

    def _union(self, members: list[Any], metas: tuple[Any, ...]) -> Shape:
        if len(members) == 1:
            return self.shape(members[0], metas)
        return Either([self.shape(each, () if each is type(None) else _rules(metas)) for each in members])

    def _variable(self, variable: Any, metas: tuple[Any, ...]) -> Shape:
        if variable.__constraints__:
            return self._union(list(variable.__constraints__), metas)
        return Anything() if variable.__bound__ is None else self.shape(variable.__bound__, metas)

    def _sequence(self, origin: Any, args: tuple[Any, ...], metas: tuple[Any, ...]) -> Shape:
        if origin is tuple and args and args[-1] is not Ellipsis:
            return Fixed([self.shape(each) for each in args if each != ()])
        item = self.shape(args[0]) if args else Anything()
        rules = _rules(metas)
        hint = Annotated[(list[Any], *rules)] if rules else None
        return Items(_SEQUENCES[origin], item, hint, _constraints(hint))

    def _mapping(self, args: tuple[Any, ...], metas: tuple[Any, ...]) -> Shape:
        key = self.shape(args[0]) if args else None
        item = self.shape(args[1]) if args else Anything()
        rules = _rules(metas)
        hint = Annotated[(dict[str, Any], *rules)] if rules else None
        return Entries(key if isinstance(key, Leaf) else None, item, hint, _constraints(hint))

    def _leaf(self, hint: Any, metas: tuple[Any, ...]) -> Shape:
        if hint in {Any, object}:
            return Anything()
        if not isinstance(hint, type) and get_origin(hint) is not Literal and hint is not None:
            raise TypeError(f"{hint!r} is not a type that JSON can hold")
        if isinstance(type_info(hint), CustomType):
            raise TypeError(f"{hint!r} is not a type that JSON can hold: make it a dataclass or a Struct")
        rules = _rules(metas)
        full = Annotated[(hint, *rules)] if rules else hint
        (schema,), definitions = msgspec.json.schema_components((full,))
        if "$ref" in schema:  # an enum
            schema = {**definitions[schema.pop("$ref").rpartition("/")[2]], **schema}
        name = getattr(hint, "__name__", "")
        if name in _FORMATS:
            schema.setdefault("format", _FORMATS[name])
        return Leaf(full, schema, plain=hint is str)

    def _class(self, hint: Any, cls: Any) -> Shape | None:
        """A class with fields, if it is one."""
        if hasattr(cls, "__pydantic_validator__") or hasattr(cls, "__pydantic_generic_metadata__"):
            self.foreign = True
            return Foreign(hint)
        kind = next((kind for kind, accepts in _KINDS.items() if accepts(cls)), None)
        if kind is None:
            return None
        found = self._known.get(hint)
        if found is None:
            arguments = "".join(f"_{getattr(each, '__name__', each)}" for each in get_args(hint))
            record = found = self._known[hint] = Record(cls.__name__ + arguments, cls)
            doc = doc_of(cls)
            record.description = doc.text
            if kind is _struct:
                _configure(record, cls)
            hints = hints_of(cls, get_args(hint))
            record.fields = [self._field(each, hints[each.name], doc.names) for each in kind(cls)]
            if kind is _named_tuple:
                record.form = "array"
        return found

    def _field(self, found: _Found, hint: Any, docs: dict[str, str]) -> Field:
        description = said(hint) or docs.get(found.name, "")
        default = plain_default(found.default)
        return Field(
            found.init or found.name, found.key or found.name, self.shape(hint), found.required, default, description
        )


class _Found(msgspec.Struct):
    """A field as its class declares it."""

    name: str
    required: bool
    default: Any = msgspec.UNSET
    key: str = ""
    init: str = ""


def _struct(cls: Any) -> Iterator[_Found]:
    names, keys, defaults = cls.__struct_fields__, cls.__struct_encode_fields__, cls.__struct_defaults__
    defaults = (msgspec.NODEFAULT,) * (len(names) - len(defaults)) + defaults
    for name, key, default in zip(names, keys, defaults, strict=True):
        required = default is msgspec.NODEFAULT
        yield _Found(name, required, msgspec.UNSET if required else default, key)


def _configure(record: Record, cls: Any) -> None:
    config = cls.__struct_config__
    record.form = "array" if config.array_like else "object"
    record.tag = (config.tag_field, config.tag) if config.tag is not None else None


def _dataclass(cls: Any) -> Iterator[_Found]:
    for each in dataclasses.fields(cls):
        if each.init:
            missing = each.default is dataclasses.MISSING
            required = missing and each.default_factory is dataclasses.MISSING
            yield _Found(each.name, required, msgspec.UNSET if missing else each.default)


def _attrs(cls: Any) -> Iterator[_Found]:
    nothing = sys.modules["attr"].NOTHING
    factory = sys.modules["attr"].Factory
    for each in cls.__attrs_attrs__:
        if each.init:
            plain = each.default is not nothing and not isinstance(each.default, factory)
            default = each.default if plain else msgspec.UNSET
            yield _Found(each.name, each.default is nothing, default, init=each.alias or each.name)


def _typed_dict(cls: Any) -> Iterator[_Found]:
    for name in cls.__annotations__:
        yield _Found(name, name in cls.__required_keys__)


def _named_tuple(cls: Any) -> Iterator[_Found]:
    for name in cls._fields:
        default = cls._field_defaults.get(name, msgspec.UNSET)
        yield _Found(name, default is msgspec.UNSET, default)


_KINDS: dict[Callable[[Any], Iterator[_Found]], Callable[[Any], bool]] = {
    _struct: lambda cls: isinstance(cls, msgspec.StructMeta),
    _dataclass: lambda cls: isinstance(cls, type) and dataclasses.is_dataclass(cls),
    _attrs: lambda cls: hasattr(cls, "__attrs_attrs__"),
    _typed_dict: is_typeddict,
    _named_tuple: lambda cls: hasattr(cls, "_field_defaults") and issubclass(cls, tuple),
}


def hints_of(cls: Any, args: tuple[Any, ...] = ()) -> dict[str, Any]:
    """The annotations of a class, resolved, with the type variables of generic classes replaced."""
    found: dict[str, Any] = {}
    for owner, bound in _lineage(cls, args):
        hints = _resolved(_annotations(owner), owner, cls)
        found |= {name: bind(hint, bound) for name, hint in hints.items()}
    return found


def _resolved(annotations: dict[str, Any], owner: Any, also: Any) -> dict[str, Any]:
    """Annotations without names in quotes, looked up where their owner was made."""
    shell = types.SimpleNamespace(__annotations__=annotations)
    namespace = vars(sys.modules.get(owner.__module__, typing))
    local = {owner.__name__: owner, also.__name__: also}
    try:
        return typing.get_type_hints(shell, namespace, local, include_extras=True)
    except NameError as problem:
        raise TypeError(f"an annotation of {owner.__name__} can not be resolved: {problem}") from problem


def _annotations(owner: Any) -> dict[str, Any]:
    """The class's own annotations, without its class variables, which have no place in JSON."""
    own = inspect.get_annotations(owner)
    return {name: hint for name, hint in own.items() if "ClassVar" not in str(hint)}


def _lineage(cls: Any, args: tuple[Any, ...]) -> Iterator[tuple[Any, dict[Any, Any]]]:
    """The class after its bases, each with what its type variables stand for."""
    bound = dict(zip(getattr(cls, "__parameters__", ()), args, strict=False))
    for base in cls.__dict__.get("__orig_bases__", cls.__bases__):
        origin = get_origin(base) or base
        if isinstance(origin, type) and origin.__module__ not in {"builtins", "typing", "msgspec", "typing_extensions"}:
            yield from _lineage(origin, tuple(bind(each, bound) for each in get_args(base)))
    yield cls, bound


def bind(hint: Any, bound: dict[Any, Any]) -> Any:
    """A hint with its type variables replaced."""
    if isinstance(hint, TypeVar):
        return bound.get(hint, hint)
    parameters = getattr(hint, "__parameters__", ())
    if not bound or not parameters or isinstance(hint, type):
        return hint
    return hint[tuple(bound.get(each, each) for each in parameters)]


def said(hint: Any) -> str:
    """What `Annotated[T, "…"]`, `Doc` or `Meta(description=)` say about a value."""
    if get_origin(hint) in _WRAPPERS:
        return said(get_args(hint)[0])
    if get_origin(hint) is not Annotated:
        return ""
    for meta in get_args(hint)[1:]:
        text = (
            meta
            if isinstance(meta, str)
            else getattr(meta, "description", None) or getattr(meta, "documentation", None)
        )
        if isinstance(text, str):
            return text
    return ""


def _rules(metas: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(meta for meta in metas if isinstance(meta, msgspec.Meta))


def _constraints(hint: Any) -> dict[str, Any]:
    if hint is None:
        return {}
    return {key: value for key, value in msgspec.json.schema(hint).items() if key not in {"type", "items"}}


def plain_default(default: Any) -> Any:
    """A default as JSON, if it can be shown."""
    if default is msgspec.UNSET:
        return default
    try:
        return msgspec.to_builtins(default)
    except (TypeError, NotImplementedError):
        return msgspec.UNSET
