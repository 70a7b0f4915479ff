"""Metadata of annotations: the constraints and declarations of msgspec, annotated-types and pydantic."""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, TypeAlias, cast, get_args, get_origin

import msgspec

from mistral_async._codec.json_types import JSONObject, is_object

# What metadata says
#
# Rule 1: `Meta` of msgspec and the constraints of annotated-types, which pydantic's `Field`, `conint` and the like are
#   made of, become constraints of msgspec: in the schema, and checked.
# Rule 2: What msgspec has no constraint for (validators, `Strict`, `Predicate`, bounds of a date, ...) is left to
#   pydantic, for that type alone. None is dropped: without pydantic, or for a type that it does not know, it is a
#   TypeError when the type is compiled.
# Rule 3: `Field` of pydantic as a default is the same as `Field` in `Annotated`: its default, `default_factory`,
#   alias, description, title and examples hold in every kind of class and for parameters. It is never a value.
# Rule 4: All else in `Annotated` is for others, and ignored.

Metadata: TypeAlias = tuple[object, ...]
"""The arguments of `Annotated` after its type."""

_CONSTRAINTS = ("gt", "ge", "lt", "le", "multiple_of", "pattern", "min_length", "max_length")
_ANNOTATED_TYPES = {
    "Gt": "gt",
    "Ge": "ge",
    "Lt": "lt",
    "Le": "le",
    "MultipleOf": "multiple_of",
    "MinLen": "min_length",
    "MaxLen": "max_length",
}
_INFORMATION = {"DocInfo", "Unit"}  # of annotated-types, nothing to check


def is_field_info(value: object) -> bool:
    """Return True for what `Field` of pydantic returns."""
    fields: Any = sys.modules.get("pydantic.fields")
    return fields is not None and isinstance(value, fields.FieldInfo)


def declared_by(hint: object) -> list[Any]:
    """Return the `Field`s of pydantic in the `Annotated` around a type, the innermost first."""
    return [each for each in get_args(hint)[1:] if is_field_info(each)] if get_origin(hint) is Annotated else []


def constraints(metadata: Metadata) -> list[msgspec.Meta]:
    """Return the constraints in msgspec's terms; raises `TypeError` for those that it has no terms for (rule 1)."""
    return [found for each in _pieces(metadata) if (found := _as_meta(each)) is not None]


def is_constrained(metadata: Metadata) -> bool:
    """Return True if there is something to check."""
    return any(
        _is_foreign(each) or ((found := _as_meta(each)) is not None and _limits(found)) for each in _pieces(metadata)
    )


def needs_pydantic(metadata: Metadata) -> bool:
    """Return True if pydantic has to check it (rule 2)."""
    return any(map(_is_foreign, _pieces(metadata))) or _discriminator(metadata) is not None


def is_foreign_to_msgspec(metadata: Metadata) -> bool:
    """Return True if msgspec does not see all of it by itself."""
    return any(is_field_info(each) or _keywords(each) is not None for each in (*metadata, *_pieces(metadata)))


def for_pydantic(hint: Any, metadata: Metadata) -> Any:
    """Return the type with what pydantic has to check."""
    import pydantic

    pieces: list[object] = [
        pydantic.Field(**_limits(each)) if isinstance(each, msgspec.Meta) else each for each in _pieces(metadata)
    ]
    if (discriminator := _discriminator(metadata)) is not None:
        pieces.append(pydantic.Field(discriminator=discriminator))
    return Annotated[(hint, *pieces)] if pieces else hint


def _pieces(metadata: Iterable[object]) -> Iterator[object]:
    """Yield the metadata, with `Field`s and groups of constraints taken apart."""
    for each in metadata:
        if is_field_info(each):
            yield from _pieces(getattr(each, "metadata", ()))
        elif getattr(type(each), "__is_annotated_types_grouped_metadata__", False):
            yield from _pieces(cast("Iterable[object]", each))
        elif each is not None:
            yield each


def _keywords(piece: object) -> JSONObject | None:
    """Return a constraint of others as keywords of `Meta`; None if it is none, or has none."""
    kind = type(piece)
    if kind.__module__ == "annotated_types" and kind.__name__ in _ANNOTATED_TYPES:
        name = _ANNOTATED_TYPES[kind.__name__]
        return {name: getattr(piece, name)}
    if kind.__module__.startswith("pydantic.") and getattr(piece, "__dict__", {}).keys() == {"pattern"}:
        return dict(vars(piece)) if _is_pattern(vars(piece)["pattern"]) else None
    return None


def _is_pattern(pattern: object) -> bool:
    """Return True for a regular expression of Python: pydantic knows more."""
    try:
        return isinstance(pattern, str) and re.compile(pattern) is not None
    except re.error:
        return False


def _as_meta(piece: object) -> msgspec.Meta | None:
    if isinstance(piece, msgspec.Meta):
        return piece
    keywords = _keywords(piece)
    return None if keywords is None else msgspec.Meta(**keywords)


def _limits(meta: msgspec.Meta) -> JSONObject:
    return {name: value for name in _CONSTRAINTS if (value := getattr(meta, name)) is not None}


def _is_foreign(piece: object) -> bool:
    """Return True for what only pydantic can check."""
    kind = type(piece)
    if isinstance(piece, (str, msgspec.Meta)) or is_field_info(piece):
        return False
    if (keywords := _keywords(piece)) is not None:
        return not all(isinstance(value, (int, float, str)) for value in keywords.values())
    if kind.__module__ == "annotated_types":
        return kind.__name__ not in _INFORMATION
    return kind.__module__.startswith("pydantic.") or hasattr(piece, "__get_pydantic_core_schema__")


def _discriminator(metadata: Metadata) -> Any:
    found = (getattr(each, "discriminator", None) for each in metadata if is_field_info(each))
    return next((each for each in found if each is not None), None)


class FieldDeclared(msgspec.Struct):
    """A field or a parameter, with what `Field` of pydantic declares of it (rule 3)."""

    hint: Any
    default: Any
    """The default value; UNSET where there is none, or one that a factory makes."""
    required: bool
    key: str
    """The key in JSON; empty where it is the name."""
    make_default: Callable[[dict[str, Any]], Any] | None
    """Makes the default of the fields before it, where `Field` has one."""
    about: JSONObject
    """More keywords of the schema."""


def declared(hint: Any, default: Any, *, required: bool) -> FieldDeclared:
    """Return a field as its annotation and its default declare it; `default` may be a `Field`."""
    if is_field_info(default):
        hint, default, required = Annotated[hint, default], msgspec.UNSET, True
    found = FieldDeclared(hint, default, required, "", None, {})
    for info in declared_by(hint):
        found.key = _alias(info) or found.key
        found.about |= _about(info)
        if required and not info.is_required():
            found.default = msgspec.UNSET if info.default_factory else info.default
            found.required, found.make_default = False, _maker(info)
    return found


def _alias(info: Any) -> str:
    """Return the key in JSON; the first where several are taken."""
    alias = info.validation_alias or info.alias
    choices = getattr(alias, "choices", [alias])
    return next((each for each in choices if isinstance(each, str)), "")


def _about(info: Any) -> JSONObject:
    extra: object = info.json_schema_extra
    found: JSONObject = dict(extra) if is_object(extra) else {}
    for name in ("title", "examples"):
        if (value := getattr(info, name)) is not None:
            found[name] = value
    return found | ({"deprecated": True} if getattr(info, "deprecated", None) else {})


def _maker(info: Any) -> Callable[[dict[str, Any]], Any]:
    factory = info.default_factory
    if factory is None:
        return lambda _: copy.deepcopy(info.default)
    if getattr(info, "default_factory_takes_validated_data", False):
        return lambda given: factory(dict(given))
    return lambda _: factory()
