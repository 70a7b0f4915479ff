"""Types made by hypothesis, each with a strategy of its instances, which JSON tells apart within a union."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import functools
import itertools
import operator
from typing import Any, Literal, NamedTuple, Optional, TypedDict

import attrs
import msgspec
from hypothesis import strategies as st

_numbers = itertools.count()


class Made(NamedTuple):
    """A type, its instances, and what it is in JSON."""

    kind: Any
    instances: st.SearchStrategy[Any]
    json: str


def _enum(names):
    return enum.Enum(f"Enum{next(_numbers)}", {name: f"E{next(_numbers)}{name}" for name in names})


LEAVES = [
    Made(int, st.integers(-(2**53), 2**53), "number"),
    Made(float, st.floats(allow_nan=False, allow_infinity=False), "number"),
    Made(bool, st.booleans(), "boolean"),
    Made(str, st.text().map(lambda text: f"s{text}"), "string"),
    Made(dt.date, st.dates(), "date"),
    Made(dt.datetime, st.datetimes(timezones=st.just(dt.UTC)), "datetime"),
    Made(decimal.Decimal, st.decimals(allow_nan=False, allow_infinity=False, places=2), "decimal"),
]


@st.composite
def _literal(draw):
    values = draw(st.lists(st.sampled_from(["LIT-A", "LIT-B", 101, 102]), min_size=1, max_size=3, unique=True))
    return Made(Literal[tuple(values)], st.sampled_from(values), "literal")


@st.composite
def _enumeration(draw):
    made = _enum(draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True)))
    return Made(made, st.sampled_from(list(made)), "enum")


def _class(kind, fields, recursive):
    """A class of one kind; with `recursive`, one field more that may hold another of it."""
    name = f"{kind.title()}{next(_numbers)}"
    hints = {key: made.kind for key, made in fields.items()}
    if recursive:
        hints["children"] = list[name] if kind != "named_tuple" else Optional[name]  # noqa: UP045 - a name in quotes
    match kind:
        case "struct":
            cls = msgspec.defstruct(name, list(hints.items()))
        case "tagged":
            cls = msgspec.defstruct(name, list(hints.items()), tag=True)
        case "dataclass":
            cls = dataclasses.make_dataclass(name, list(hints.items()))
        case "attrs":
            cls = attrs.make_class(name, {key: attrs.field(type=hint) for key, hint in hints.items()})
        case "named_tuple":
            cls = NamedTuple(name, list(hints.items()))
        case "typed_dict":
            cls = TypedDict(name, hints)
    cls.__module__ = __name__
    if len(fields) == 1:  # some can be resolved by msgspec, which looks in the module
        globals()[name] = cls
    instances = {key: made.instances for key, made in fields.items()}

    def build(**more):
        return st.fixed_dictionaries({**instances, **more}).map(lambda found: cls(**found))

    if not recursive:
        made = build()
    elif kind == "named_tuple":
        made = st.recursive(build(children=st.none()), lambda inner: build(children=st.none() | inner), max_leaves=3)
    else:
        end = build(children=st.just([]))
        made = st.recursive(end, lambda inner: build(children=st.lists(inner, max_size=2)), max_leaves=3)
    return Made(cls, made, "named_tuple" if kind == "named_tuple" else f"record{next(_numbers)}")


KINDS = ["struct", "tagged", "dataclass", "attrs", "typed_dict", "named_tuple"]


@st.composite
def _record(draw, inner):
    count = draw(st.integers(1, 3))
    fields = {f"f{next(_numbers)}": draw(inner) for _ in range(count)}
    return _class(draw(st.sampled_from(KINDS)), fields, draw(st.booleans()))


@st.composite
def _container(draw, inner):
    made = draw(inner)
    match draw(st.sampled_from(["list", "dict", "keyed", "tuple", "any_tuple", "set"])):
        case "list":
            return Made(list[made.kind], st.lists(made.instances, max_size=3), "array")
        case "dict":
            return Made(dict[str, made.kind], st.dictionaries(st.text(), made.instances, max_size=3), "object")
        case "keyed":
            return Made(dict[int, made.kind], st.dictionaries(st.integers(0, 99), made.instances, max_size=3), "object")
        case "tuple":
            other = draw(inner)
            return Made(tuple[made.kind, other.kind], st.tuples(made.instances, other.instances), "array")
        case "any_tuple":
            return Made(tuple[made.kind, ...], st.lists(made.instances, max_size=3).map(tuple), "array")
        case _:
            leaf = draw(st.sampled_from(LEAVES))
            return Made(set[leaf.kind], st.sets(leaf.instances, max_size=3), "array")


@st.composite
def _union(draw, inner):
    members = draw(st.lists(inner, min_size=1, max_size=3, unique_by=lambda made: _json_kind(made.json)))
    kinds = [made.kind for made in members]
    instances = [made.instances for made in members]
    if draw(st.booleans()):
        kinds.append(None)
        instances.append(st.none())
    kinds = [type(None) if kind is None else kind for kind in kinds]
    json = members[0].json if len(kinds) == 1 else "union"
    return Made(functools.reduce(operator.or_, kinds, kinds[0]), st.one_of(instances), json)


def _json_kind(json):
    """What can not stand beside another of its like in one union."""
    return {"named_tuple": "array", "literal": "number", "decimal": "number"}.get(json, json)


LEAF = st.sampled_from(LEAVES) | _literal() | _enumeration()
TYPES = st.recursive(LEAF, lambda inner: _record(inner) | _container(inner) | _union(inner), max_leaves=6)
