"""The strict schema of each kind of type, and what reading says when the JSON is of another."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, NotRequired, TypedDict, TypeVar

import attrs
import msgspec
import pydantic
import pytest
from jsonschema import Draft202012Validator
from typing_extensions import TypeAliasType
from typing_extensions import TypedDict as ExtendedTypedDict

from mistral_async._codec.json_schema.type_codec import MismatchError
from mistral_async.structured import Target, schema_of

T = TypeVar("T")


class Point(msgspec.Struct):
    x: int
    y: int = 0


class Renamed(msgspec.Struct, rename="camel", tag_field="kind", tag="renamed"):
    first_name: str
    other: int | msgspec.UnsetType = msgspec.UNSET


class Row(msgspec.Struct, array_like=True):
    a: int
    b: str


class Tree(msgspec.Struct):
    value: int
    children: list[Tree]


class Box(msgspec.Struct, Generic[T]):
    content: T
    more: list[T]


Number = TypeVar("Number", int, float)
Word = TypeVar("Word", bound=str)


class Measured(msgspec.Struct, Generic[Number, Word]):
    unit: Word
    length: Number


class Marked(msgspec.Struct, array_like=True, tag="marked"):
    a: int


class IntBox(Box[int]):
    label: str


@dataclasses.dataclass
class Cat:
    name: str
    lives: int = 9


@attrs.define
class Dog:
    name: str
    _breed: str = "mutt"


class Bird(TypedDict):
    name: str
    wingspan: NotRequired[float]


class Fish(ExtendedTypedDict):
    name: str
    depth: NotRequired[float]


class Pair(NamedTuple):
    a: int
    b: str = "b"


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Price(pydantic.BaseModel):
    """What it costs."""

    model_config = pydantic.ConfigDict(extra="allow")
    amount: float = pydantic.Field(ge=0, description="In euros.")
    currency: str = "EUR"


class Order(pydantic.BaseModel):
    prices: list[Price]
    tree: Node | None = None


class Node(pydantic.BaseModel):
    nodes: list[Node] = []


@dataclasses.dataclass
class Shop:
    price: Price
    open_at: dt.time


@pydantic.dataclasses.dataclass
class Even:
    number: int

    def __post_init__(self):
        if self.number % 2:
            raise ValueError("must be even")


UserId = NewType("UserId", int)
Json = TypeAliasType("Json", "dict[str, Json] | list[Json] | str | None")
ListOf = TypeAliasType("ListOf", list[T], type_params=(T,))

EXAMPLES = [
    (Point, '{"x": 1, "y": 2}', Point(1, 2)),
    (Point, '{"x": 1.0, "y": 2}', Point(1, 2)),
    (Point, '```json\n{"x": 1, "y": 2}\n```', Point(1, 2)),
    (Renamed, '{"kind": "renamed", "firstName": "a", "other": 3}', Renamed("a", 3)),
    (Row, '{"value": [1, "b"]}', Row(1, "b")),
    (Tree, '{"value": 1, "children": [{"value": 2, "children": []}]}', Tree(1, [Tree(2, [])])),
    (Box[str], '{"content": "a", "more": ["b"]}', Box("a", ["b"])),
    (IntBox, '{"content": 1, "more": [2], "label": "l"}', IntBox(1, [2], "l")),
    (Cat, '{"name": "a", "lives": 7}', Cat("a", 7)),
    (Dog, '{"name": "a", "_breed": "b"}', Dog("a", "b")),
    (Bird, '{"name": "a", "wingspan": 1.5}', {"name": "a", "wingspan": 1.5}),
    (Fish, '{"name": "a", "depth": 1.5}', {"name": "a", "depth": 1.5}),
    (Pair, '{"value": [1, "c"]}', Pair(1, "c")),
    (Cat | Dog, '{"value": {"name": "a", "lives": 7}}', Cat("a", 7)),
    (Cat | Dog, '{"value": {"name": "a", "_breed": "b"}}', Dog("a", "b")),
    (list[Cat | Point], '{"value": [{"x": 1, "y": 1}, {"name": "a", "lives": 1}]}', [Point(1, 1), Cat("a", 1)]),
    (Colour, '{"value": "red"}', Colour.RED),
    (Colour | str, '{"value": "red"}', Colour.RED),
    (Colour | str, '{"value": "green"}', "green"),
    (dt.date | str, '{"value": "2026-01-31"}', dt.date(2026, 1, 31)),
    (Literal["a", 1], '{"value": 1}', 1),
    (int | float, '{"value": 1.5}', 1.5),
    (list[int] | list[str], '{"value": ["a"]}', ["a"]),
    (dict[Colour, int], '{"red": 1}', {Colour.RED: 1}),
    (Mapping[str, Sequence[int]], '{"a": [1]}', {"a": [1]}),
    (UserId, '{"value": 7}', 7),
    (Json, '{"value": {"a": ["b", null]}}', {"a": ["b", None]}),
    (ListOf[int], '{"value": [1]}', [1]),
    (Box, '{"content": {"any": 1}, "more": []}', Box({"any": 1}, [])),
    (Measured, '{"unit": "m", "length": 2}', Measured("m", 2)),
    (Row | list[int], '{"value": [1, "b"]}', Row(1, "b")),
    (Row | list[int], '{"value": [1, 2]}', [1, 2]),
    (Row | Pair, '{"value": [1, "b"]}', Row(1, "b")),
    (Marked | Row, '{"value": ["marked", 1]}', Marked(1)),
    (tuple[int, str] | int, '{"value": [1, "b"]}', (1, "b")),
    (Json | int, '{"value": 3}', 3),
    (Any | None, '{"value": null}', None),
    (bytes, '{"value": "aGk="}', b"hi"),
    (Any, '{"value": [1, {"a": null}]}', [1, {"a": None}]),
    (Price, '{"amount": 1, "currency": "CHF"}', Price(amount=1, currency="CHF")),
    (Shop, '{"price": {"amount": 1, "currency": "E"}, "open_at": "08:00:00"}', None),
    (Even, '{"number": 2}', Even(2)),
    (Price | Point, '{"value": {"x": 1, "y": 1}}', Point(1, 1)),
    (Order, '{"prices": [], "tree": {"nodes": [{"nodes": []}]}}', None),
]


@pytest.mark.parametrize(("kind", "text", "value"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_a_type_is_asked_for_and_read(kind, text, value):
    # Rules 1 to 3 of compiler; rule 2 of schema; rules 2, 4 and 5 of type_codec.
    target = Target(kind)
    Draft202012Validator.check_schema(target.schema)
    assert target.schema["type"] == "object"
    if not text.startswith("`"):
        Draft202012Validator(target.schema).validate(msgspec.json.decode(text))
    found = target.read(text)
    target._decoder = None
    assert target.read(text) == found
    if value is not None:
        assert found == value
        assert type(found) is type(value)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the statement is of Python 3.12")
def test_a_type_statement_is_a_type():
    # Rule 2 of compiler.
    space = {}
    exec("type Json = dict[str, Json] | list[Json] | str\ntype Many[T] = list[T]", space)
    target = Target(space["Many"][space["Json"]])
    Draft202012Validator.check_schema(target.schema)
    assert target.schema["$defs"].keys() == {"Json", "Many"}
    assert target.read('{"value": [{"a": ["b"]}]}') == [{"a": ["b"]}]


def test_a_schema_is_strict_to_its_ends():
    # Rules 1 and 3 of schema.
    assert schema_of(Tree) == {
        "title": "Tree",
        "type": "object",
        "properties": {
            "value": {"type": "integer"},
            "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
        },
        "required": ["value", "children"],
        "additionalProperties": False,
        "$defs": {
            "Tree": {
                "title": "Tree",
                "type": "object",
                "properties": {
                    "value": {"type": "integer"},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
                },
                "required": ["value", "children"],
                "additionalProperties": False,
            }
        },
    }


def test_typed_dicts_are_strict_whoever_made_them():
    assert schema_of(Bird)["additionalProperties"] is schema_of(Fish)["additionalProperties"] is False


def test_pydantic_classes_are_strict_too():
    # Rules 1 and 4 of schema.
    schema = schema_of(Shop)
    price = schema["properties"]["price"]
    assert price["required"] == ["amount", "currency"]
    assert price["additionalProperties"] is False
    assert price["description"] == "What it costs."
    assert price["properties"]["amount"] == {
        "description": "In euros.", "minimum": 0, "title": "Amount", "type": "number",
    }  # fmt: skip
    assert price["properties"]["currency"] == {"title": "Currency", "type": "string"}
    assert "Node" in schema_of(Order)["$defs"]


def test_two_classes_of_one_name_stay_two():
    # Rule 3 of schema.
    def make(hint):
        return dataclasses.make_dataclass("Same", [("a", hint)])

    schema = schema_of(tuple[make(int), make(str)])
    assert [each["properties"]["a"]["type"] for each in schema["$defs"].values()] == ["integer", "string"]


def test_constraints_are_said_and_checked():
    # Rule 4 of compiler.
    target = Target(
        Annotated[list[Annotated[int, msgspec.Meta(ge=1)]], msgspec.Meta(min_length=2, description="Two or more.")]
    )
    assert target.schema["properties"]["value"] == {
        "type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 2, "description": "Two or more.",
    }  # fmt: skip
    for text, problem in [('{"value": [1]}', "length >= 2"), ('{"value": [1, 0]}', "`int` >= 1 at $.value[1]")]:
        with pytest.raises(MismatchError, match=problem.replace("$", r"\$").replace("[", r"\[")):
            target.read(text)


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        (Point, '{"x": "1", "y": 2}', "Expected `int`, got `str` at $.x"),
        (Point, '{"y": 2}', "Object missing required field `x`"),
        (Point, "[]", "Expected `Point`, got `array`"),
        (Point, '{"x": 1, "y": 2} more', "the JSON is malformed"),
        (Tree, '{"value": 1, "children": [{"value": 2, "children": [3]}]}', "at $.children[0].children[0]"),
        (list[int], '{"values": [1]}', "missing required field `value`"),
        (list[int], '{"value": [1, true]}', "at $.value[1]"),
        (Cat | Dog, '{"value": {"name": "a", "lives": "x"}}', "at $.value.lives"),
        (Cat | Dog, '{"value": 3}', "Expected `Cat` or `Dog`, got `int`"),
        (dict[Colour, int], '{"green": 1}', "for the key 'green'"),
        (Renamed, '{"kind": "other", "firstName": "a"}', "Invalid value 'other' at $.kind"),
        (Price, '{"amount": -1}', "greater than or equal to 0 at $.amount"),
        (Even, '{"number": 3}', "must be even"),
        (tuple[int, str], '{"value": [1]}', "Expected a list of 2"),
        (Row | Pair, '{"value": [1, 2]}', "at $.value.b"),
        (Marked, '{"value": ["other", 1]}', "Invalid value 'other'"),
        (Price | Cat, '{"value": {"amount": "x", "currency": "E"}}', "Expected `Price` or `Cat`, got `object`"),
        (Point, '{"x": ' + "[" * 100_000, "nested too deep"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(kind, text, problem):
    # Rules 1, 5 and 6 of type_codec.
    with pytest.raises(MismatchError) as caught:
        Target(kind).read(text)
    assert problem in str(caught.value)


def test_types_that_json_can_not_hold_are_refused_at_once():
    # Rule 5 of compiler.
    class Local:
        pass

    for kind in (Local, list[Local], 3, lambda: None):
        with pytest.raises(TypeError, match="JSON can hold"):
            Target(kind)


def test_an_annotation_that_can_not_be_resolved_says_so():
    # Rule 5 of compiler.
    broken = dataclasses.make_dataclass("Broken", [("a", "Nowhere")])
    with pytest.raises(TypeError, match=r"annotation of .*Broken can not be resolved.*Nowhere"):
        Target(broken)
