"""What the strict and the lenient pass make of answers that are not as declared (the rules of `open_union`)."""

from __future__ import annotations

import json
import math
from typing import Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async._codec.open_union import LenientDecodeError, OpenUnion, Unknown, constant, decode, members_of


class Square(msgspec.Struct):
    side: float
    type: str = constant("square")
    object: str = constant("shape")


class Circle(msgspec.Struct):
    radius: float
    label: str = "none"
    points: list[int] = msgspec.field(default_factory=list)
    type: str = constant("circle")
    object: str = constant("shape")


class ByName(msgspec.Struct):
    name: str


class ByNumber(msgspec.Struct):
    number: int


Shape = OpenUnion[Square | Circle]
Untagged = OpenUnion[ByName | ByNumber]


class Drawing(msgspec.Struct):
    shapes: list[Shape]
    count: int
    title: str
    done: bool
    ratio: float
    best: Circle
    style: Literal["thin"]
    names: dict[str, str]
    either: str | int
    maybe: str | None
    level: int = 3
    kind: str = "drawing"
    tags: list[str] = msgspec.field(default_factory=lambda: ["new"])
    sketch: Circle | None = None
    content: str | list[Shape] | None = None
    parts: list[Shape] | None = None
    raw: bytes | None = None


EMPTY = decode(b"{}", Drawing)


def drawing(**fields: object) -> Drawing:
    """A drawing read by the lenient pass: most of its required keys are absent."""
    return decode(msgspec.json.encode(fields), Drawing)


def test_rule_1_what_is_regular_is_read_strictly():
    assert decode(b'{"radius": 1.5}', Circle) == Circle(1.5)


@pytest.mark.parametrize("data", [b"", b"{", b"{]", b"nul", b"\xff", b'{"a": 1} {}'])
def test_rule_1_what_is_not_json_is_an_error(data):
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        decode(data, Circle)


def test_rule_1_one_irregular_member_leaves_its_neighbours_to_the_strict_pass():
    shapes = decode(b'[{"type": "circle", "radius": null}, {"type": "square", "side": 2}]', list[Shape])
    assert shapes == [Circle(0.0), Square(2.0)]


def test_rule_2_the_tag_names_the_member():
    assert members_of(Shape) == (Square, Circle)
    assert decode(b'{"type": "circle", "radius": 1, "side": 2}', Shape) == Circle(1.0)


@pytest.mark.parametrize("value", [{"type": "star", "side": 1}, {"type": "", "radius": 1}, {"type": "star"}])
def test_rule_2_an_unknown_tag_is_kept_and_encodes_back(value):
    found = decode(msgspec.json.encode(value), Shape)
    assert isinstance(found, Unknown)
    assert (found, found.type, found.role) == (value, value["type"], "")
    assert msgspec.json.decode(msgspec.json.encode(found)) == value
    assert repr(found) == f"Unknown({value})"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"radius": 1}, Circle(1.0)),
        ({"side": 1}, Square(1.0)),
        ({"type": None, "radius": 1}, Circle(1.0)),
        ({}, Square(0.0)),
        ({"object": "shape"}, Square(0.0)),
    ],
)
def test_rule_2_without_a_tag_the_keys_decide_and_then_the_order(value, expected):
    assert decode(msgspec.json.encode(value), Shape) == expected


def test_rule_2_a_tag_that_is_no_string_names_nothing_and_stays():
    assert decode(b'{"type": 5, "radius": 1}', Shape) == Circle(1.0, type=5)


def test_rule_2_what_contradicts_every_constant_is_unknown():
    assert isinstance(decode(b'{"object": "list", "radius": 1}', Shape), Unknown)


@pytest.mark.parametrize(("value", "expected"), [({"name": "a"}, ByName("a")), ({"number": 1}, ByNumber(1))])
def test_rule_2_members_without_constants_are_told_apart_by_their_keys(value, expected):
    assert decode(msgspec.json.encode(value), Untagged) == expected


@pytest.mark.parametrize("value", ["text", None, 5, True, [1]])
def test_rule_2_what_is_no_object_stays(value):
    assert decode(msgspec.json.encode(value), Shape) == value


def test_rule_3_an_absent_key_is_the_default_or_the_zero_value():
    assert (EMPTY.level, EMPTY.kind, EMPTY.tags, EMPTY.sketch) == (3, "drawing", ["new"], None)
    assert (EMPTY.shapes, EMPTY.count, EMPTY.title, EMPTY.done, EMPTY.ratio) == ([], 0, "", False, 0.0)
    assert (EMPTY.best, EMPTY.names, EMPTY.either, EMPTY.maybe) == (Circle(0.0), {}, "", None)
    assert EMPTY.style is None


def test_rule_3_null_is_an_absent_key():
    assert drawing(**dict.fromkeys(Drawing.__struct_fields__)) == EMPTY


def test_rule_3_null_in_a_list_or_dict_is_the_zero_value():
    assert drawing(tags=["a", None], names={"x": None}).tags == ["a", ""]
    assert drawing(names={"x": None}).names == {"x": ""}


def test_rule_4_the_two_kinds_of_numbers_and_base64():
    found = drawing(count=2.0, ratio=1, raw="aGk=")
    assert (found.count, found.ratio, found.raw) == (2, 1.0, b"hi")
    assert [type(each) for each in (found.count, found.ratio)] == [int, float]
    assert drawing(ratio=True).ratio is True
    assert drawing(raw="no base64!").raw == "no base64!"


@pytest.mark.parametrize("number", [math.inf, -math.inf, 10**400])
def test_rule_4_what_the_other_kind_does_not_have_stays(number):
    found = decode(json.dumps({"count": number, "ratio": number}).encode(), Drawing)
    assert (found.count, found.ratio) == (number, number)


def test_rule_3_null_among_floats_is_nan():
    assert math.isnan(decode(b"[null]", list[float])[0])
    assert math.isnan(decode(b'{"x": null}', dict[str, float])["x"])
    assert drawing(ratio=None).ratio == 0.0


def test_rule_4_protobuf_writes_floats_as_text():
    assert drawing(ratio="-Infinity").ratio == -math.inf
    assert math.isnan(decode(b'["NaN"]', list[float])[0])
    assert (drawing(title="NaN").title, drawing(ratio="nan").ratio) == ("NaN", "nan")


@pytest.mark.parametrize("value", ["5", 2.5, True, {"a": 1}, [1]])
def test_rule_5_a_scalar_of_another_type_stays_what_the_wire_had(value):
    assert drawing(count=value).count == value
    assert drawing(style="bold").style == "bold"


STRANGE = ["text", 5, 1.5, True, [], [1], {}, {"a": 1}]


@pytest.mark.parametrize("value", STRANGE)
def test_rule_6_where_a_container_is_declared_there_is_one(value):
    found = drawing(tags=value, sketch=value, parts=value, shapes=value, best=value, names=value, title="kept")
    assert found.title == "kept"
    assert found.tags == (["new"] if not isinstance(value, list) else [1] if value else [])
    assert found.parts == (None if not isinstance(value, list) else value)
    assert found.sketch == (None if not isinstance(value, dict) else Circle(0.0))
    assert found.shapes == (value if isinstance(value, list) else [])
    assert found.best == Circle(0.0)
    assert found.names == (value if isinstance(value, dict) else {})


@pytest.mark.parametrize("value", STRANGE)
def test_rule_6_an_item_of_another_kind_is_the_zero_value(value):
    read = decode(json.dumps([value, {"radius": 1}]).encode(), list[Circle])
    assert read == [Circle(0.0), Circle(1.0)]
    by_name = decode(json.dumps({"x": value, "y": {"radius": 1}}).encode(), dict[str, Circle])
    assert by_name == {"x": Circle(0.0), "y": Circle(1.0)}


def test_rule_6_what_stands_beside_it_is_read():
    found = drawing(shapes=[{"type": "circle", "points": {}, "label": "a"}, 5], best={"points": "x", "label": "b"})
    assert found.shapes == [Circle(0.0, "a"), 5]
    assert found.best == Circle(0.0, "b")


@pytest.mark.parametrize(
    ("data", "type_"), [(b"[]", Circle), (b'"text"', Circle), (b"5", Circle), (b"null", Circle), (b"{}", list[int])]
)
def test_rule_6_an_answer_of_another_kind_is_an_error(data, type_):
    with pytest.raises(LenientDecodeError, match=r"expected (an object|a list), got "):
        decode(data, type_)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters(categories=["L", "Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "radius", "points"]), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*Drawing.__struct_fields__, "type"]), JSON_VALUES))
def test_rule_6_no_object_raises_and_containers_are_what_is_declared(fields):
    found = decode(json.dumps(fields).encode(), Drawing)
    assert isinstance(found.shapes, list)
    assert isinstance(found.tags, list)
    assert isinstance(found.parts, (list, type(None)))
    assert isinstance(found.best.points, list)
    assert isinstance(found.sketch, (Circle, type(None)))
    assert isinstance(found.names, dict)


def test_rule_7_a_union_of_scalars_and_containers_takes_the_type_that_fits():
    assert drawing(content="text").content == "text"
    assert drawing(content=[{"type": "square"}]).content == [Square(0.0)]
    assert drawing(content={"type": "square", "side": 2}).content == [Square(2.0)]
    assert drawing(content={}).content == []
    assert drawing(content=5).content == 5
    assert drawing(either=1.0).either == 1
    assert drawing(content=None).content is None


def test_rule_8_unknown_keys_are_ignored_by_both_passes():
    assert decode(b'{"radius": 1, "color": "red"}', Circle) == Circle(1.0)
    assert decode(b'{"radius": null, "color": "red"}', Circle) == Circle(0.0)


def test_what_is_unknown_is_given_as_models_are():
    unknown = Unknown({"type": "hologram", "url": "u", "parts": [{"a": 1, "b": None}]})
    assert unknown.model_dump() == unknown.to_dict() == unknown.raw == unknown
    assert unknown.is_unknown
    assert json.loads(unknown.model_dump_json(indent=1)) == json.loads(unknown.to_json()) == unknown
    assert unknown.model_dump(include={"parts": {0: {"a"}}}) == {"parts": [{"a": 1}]}
    assert json.loads(unknown.model_dump_json(exclude={"parts"})) == {"type": "hologram", "url": "u"}
