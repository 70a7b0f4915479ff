"""The compiler from an annotation to its codec, for every kind of class, generic and recursive ones too."""

from __future__ import annotations

import collections.abc
import math
import types
import typing
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
import typing_extensions
from msgspec import UnsetType
from msgspec.inspect import CustomType, type_info

from mistral_async._codec.json_encode import to_builtins
from mistral_async._codec.json_schema.classes import ClassCodec, FieldCodec
from mistral_async._codec.json_schema.containers import MappingCodec, SequenceCodec, TupleCodec, UnionCodec
from mistral_async._codec.json_schema.docstrings import doc_of
from mistral_async._codec.json_schema.fields import (
    FieldDeclaration,
    TypeArguments,
    fields_of,
    hints_of,
    is_named_tuple,
    is_struct,
    resolve,
    substitute,
)
from mistral_async._codec.json_schema.metadata import (
    Metadata,
    constraints,
    declared,
    for_pydantic,
    is_constrained,
    is_foreign_to_msgspec,
    needs_pydantic,
)
from mistral_async._codec.json_schema.pydantic_class import PydanticCodec
from mistral_async._codec.json_schema.scalars import AliasCodec, AnyCodec, ScalarCodec
from mistral_async._codec.json_schema.type_codec import TypeCodec
from mistral_async._codec.json_types import JSONObject

# Compiling an annotation
#
# Rule 1: An annotation is taken apart from the outside: an alias, `Annotated`, a qualifier (Required, Final, ...), a
#   union, a type variable, a NewType, a sequence, a mapping, a class with fields; what is left is a scalar of
#   msgspec.
# Rule 2: A class or a named type is compiled once, and is known before its parts are: it may contain itself.
# Rule 3: A generic class is one class for each set of arguments; a free type variable is its bound, the union of its
#   constraints, or any value.
# Rule 4: Metadata in `Annotated` (see `metadata`) constrains the value: of a union, each member but None. Text, `Doc`
#   and the `description` of `Meta` and `Field` describe the field.
# Rule 5: A type that JSON can not hold is a TypeError when it is compiled, never when an answer is read.

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
_QUALIFIERS: set[Any] = {
    typing.Required,
    typing.NotRequired,
    typing.Final,
    typing.ClassVar,
    typing_extensions.ReadOnly,
    typing_extensions.Required,
    typing_extensions.NotRequired,
}
_ALIASES = tuple({getattr(typing, "TypeAliasType", typing_extensions.TypeAliasType), typing_extensions.TypeAliasType})
_PYDANTIC_MARKS = ("__pydantic_validator__", "__pydantic_generic_metadata__", "__get_pydantic_core_schema__")
_FORMATS = {"datetime": "date-time", "time": "time"}


class Compiler:
    """A compiler of types that may refer to each other."""

    def __init__(self) -> None:
        self._known: dict[Any, ClassCodec | AliasCodec] = {}
        self.is_native = True
        """False if some type is not msgspec's to read."""

    def codec(self, hint: Any, metadata: Metadata = ()) -> TypeCodec:
        """Compile a type, with what `Annotated` says about it; raises `TypeError` (rule 5)."""
        origin, args = get_origin(hint), get_args(hint)
        if isinstance(hint, _ALIASES) or isinstance(origin, _ALIASES):
            return self._alias(hint, metadata)
        if origin is Annotated:
            return self.codec(args[0], (*args[1:], *metadata))
        if origin in _QUALIFIERS:
            return self.codec(args[0], metadata)
        if is_foreign_to_msgspec(metadata):
            self.is_native = False
        if needs_pydantic(metadata):
            return self._left_to_pydantic(hint, metadata)
        return self._codec_of_kind(hint, metadata)

    def _codec_of_kind(self, hint: Any, metadata: Metadata) -> TypeCodec:  # noqa: PLR0911 - one line for each kind
        origin, args = get_origin(hint), get_args(hint)
        if origin in {Union, types.UnionType}:
            return self._union([each for each in args if each is not UnsetType], metadata)
        if isinstance(hint, TypeVar):
            return self._type_variable(hint, metadata)
        if hasattr(hint, "__supertype__"):
            return self.codec(hint.__supertype__, metadata)
        if (origin or hint) in _SEQUENCES:
            return self._sequence(origin or hint, args, metadata)
        if (origin or hint) in _MAPPINGS:
            return self._mapping(args, metadata)
        if is_constrained(metadata) and not _is_scalar(hint):
            return self._left_to_pydantic(hint, metadata)
        return self._class(hint, origin or hint) or self._scalar(hint, metadata)

    def _left_to_pydantic(self, hint: Any, metadata: Metadata) -> PydanticCodec:
        """Compile a type that pydantic reads and checks; raises `TypeError` where it can not."""
        self.is_native = False
        try:
            return PydanticCodec(for_pydantic(hint, metadata))
        except ImportError:
            raise TypeError(f"pydantic is needed to check {metadata} of {hint!r}, and is not installed") from None

    def _alias(self, hint: Any, metadata: Metadata) -> TypeCodec:
        found = self._known.get(hint)
        if isinstance(found, AliasCodec) and not is_constrained(metadata):
            return found
        origin = get_origin(hint) or hint
        bound = dict(zip(origin.__type_params__, get_args(hint), strict=False))
        target = substitute(resolve({"value": origin.__value__}, origin, origin)["value"], bound)
        if is_constrained(metadata):
            return self.codec(target, metadata)
        alias = self._known[hint] = AliasCodec(origin.__name__)
        alias.target = self.codec(target)
        return alias

    def _union(self, members: list[Any], metadata: Metadata) -> TypeCodec:
        if len(members) == 1:
            return self.codec(members[0], metadata)
        return UnionCodec([self.codec(each, () if each is type(None) else metadata) for each in members])

    def _type_variable(self, variable: TypeVar, metadata: Metadata) -> TypeCodec:
        if variable.__constraints__:
            return self._union(list(variable.__constraints__), metadata)
        return self.codec(Any if variable.__bound__ is None else variable.__bound__, metadata)

    def _sequence(self, origin: Any, args: TypeArguments, metadata: Metadata) -> TypeCodec:
        if origin is tuple and args and args[-1] is not Ellipsis:
            items = [self.codec(each) for each in args if each != ()]
            return TupleCodec(items, _constrained(list[Any], metadata))
        item = self.codec(args[0]) if args else AnyCodec()
        rules = _constrained(list[Any], metadata)
        return SequenceCodec(_SEQUENCES[origin], item, rules, _constraint_keywords(rules))

    def _mapping(self, args: TypeArguments, metadata: Metadata) -> TypeCodec:
        key = self.codec(args[0]) if args else None
        item = self.codec(args[1]) if args else AnyCodec()
        rules = _constrained(dict[str, Any], metadata)
        return MappingCodec(key if isinstance(key, ScalarCodec) else None, item, rules, _constraint_keywords(rules))

    def _scalar(self, hint: Any, metadata: Metadata) -> TypeCodec:
        if hint in {Any, object}:
            return AnyCodec()
        if not isinstance(hint, type) and get_origin(hint) is not Literal and hint is not None:
            raise TypeError(f"{hint!r} is not a type that JSON can hold: give a class, or one such as list[str]")
        if isinstance(type_info(hint), CustomType):
            raise TypeError(f"{hint!r} is not a type that JSON can hold: make it a dataclass or a Struct")
        full = _constrained(hint, metadata) or hint
        try:
            (schema,), definitions = msgspec.json.schema_components((full,))
        except TypeError:  # a constraint that msgspec has for other types only
            return self._left_to_pydantic(hint, metadata)
        if "$ref" in schema:  # an enum
            schema = {**definitions[schema.pop("$ref").rpartition("/")[2]], **schema}
        name = getattr(hint, "__name__", "")
        if name in _FORMATS:
            schema.setdefault("format", _FORMATS[name])
        return ScalarCodec(full, schema, is_text=hint is str)

    def _class(self, hint: Any, cls: Any) -> TypeCodec | None:
        """Compile a class with fields; None for any other type."""
        if _is_pydantic(cls):
            return self._left_to_pydantic(hint, ())
        declared = fields_of(cls)
        if declared is None:
            return None
        found = self._known.get(hint)
        if found is None:
            arguments = "".join(f"_{getattr(each, '__name__', each)}" for each in get_args(hint))
            made = found = self._known[hint] = ClassCodec(cls.__name__ + arguments, cls)
            doc = doc_of(cls)
            made.description = doc.text
            _set_form(made, cls)
            hints = hints_of(cls, get_args(hint))
            made.fields = [self._field(each, hints[each.name], doc.names.get(each.name, "")) for each in declared]
        return found

    def _field(self, found: FieldDeclaration, hint: Any, documentation: str) -> FieldCodec:
        name = found.parameter or found.name
        return self.field(name, found.key or found.name, hint, found.default, documentation, required=found.required)

    def field(self, name: str, key: str, hint: Any, default: Any, documentation: str, *, required: bool) -> FieldCodec:
        """Compile a field of a class or a parameter of a function; `default` is UNSET where there is none."""
        found = declared(hint, default, required=required)
        return FieldCodec(
            name,
            found.key or key,
            self.codec(found.hint),
            found.required,
            json_default(found.default),
            description_of(found.hint) or documentation,
            found.about,
            found.make_default,
        )


def _set_form(codec: ClassCodec, cls: Any) -> None:
    if is_struct(cls):
        config = cls.__struct_config__
        codec.form = "array" if config.array_like else "object"
        codec.tag = (config.tag_field, config.tag) if config.tag is not None else None
    elif is_named_tuple(cls):
        codec.form = "array"


def description_of(hint: object) -> str:
    """Return the description in `Annotated[T, "..."]`, `Doc` or `Meta(description=)`; empty if there is none."""
    if get_origin(hint) in _QUALIFIERS:
        return description_of(get_args(hint)[0])
    if get_origin(hint) is not Annotated:
        return ""
    for each in get_args(hint)[1:]:
        text = each if isinstance(each, str) else _first(each, "description", "documentation")
        if isinstance(text, str):
            return text
    return ""


def _first(found: object, *names: str) -> object:
    return next((value for name in names if (value := getattr(found, name, None))), None)


def _is_scalar(hint: Any) -> bool:
    cls = get_origin(hint) or hint
    return hint not in {Any, object} and fields_of(cls) is None and not _is_pydantic(cls)


def _is_pydantic(cls: Any) -> bool:
    return not is_struct(cls) and any(hasattr(cls, mark) for mark in _PYDANTIC_MARKS)


def _constrained(hint: Any, metadata: Metadata) -> Any:
    """Return the hint with its constraints, or None where there are none."""
    found = constraints(metadata)
    return Annotated[(hint, *found)] if found else None


def _constraint_keywords(hint: object) -> JSONObject:
    if hint is None:
        return {}
    return {key: value for key, value in msgspec.json.schema(hint).items() if key not in {"type", "items"}}


def json_default(default: object) -> Any:
    """Return a default value as JSON; UNSET where JSON can not hold it."""
    if default is msgspec.UNSET:
        return default
    try:
        found = to_builtins(default)
        return msgspec.UNSET if isinstance(found, float) and not math.isfinite(found) else found
    except (TypeError, ValueError, NotImplementedError):
        return msgspec.UNSET
