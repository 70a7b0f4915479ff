"""Constraints and declarations of msgspec, annotated-types and pydantic: in the schema, checked, never dropped."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import subprocess
import sys
import textwrap
from typing import Annotated, Any, Literal, NamedTuple, TypedDict

import annotated_types as at
import attrs
import msgspec
import pydantic
import pydantic.v1
import pytest
from jsonschema import Draft202012Validator
from pydantic import Field

from mistral_async.structured import schema_of
from mistral_async.structured._output_type import OutputType
from mistral_async.tools import Tool


def tool_of(hint: Any, *default: Any):
    """Make a tool with one parameter of a type, which gives back what it gets."""

    def give(x=None):
        return x

    give.__annotations__ = {"x": hint}
    give.__defaults__ = default
    return Tool.from_function(give)


def property_of(made: Tool) -> dict[str, Any]:
    found: dict[str, Any] = made.function.parameters["properties"]["x"]
    return found


CONSTRAINTS = [
    (Annotated[int, Field(ge=1, le=7)], {"minimum": 1, "maximum": 7}, 7, 8),
    (Annotated[int, at.Ge(1), at.Le(7)], {"minimum": 1, "maximum": 7}, 1, 0),
    (Annotated[int, at.Interval(gt=0, lt=3)], {"exclusiveMinimum": 0, "exclusiveMaximum": 3}, 2, 3),
    (Annotated[float, at.MultipleOf(0.5)], {"multipleOf": 0.5}, 1.5, 1.2),
    (Annotated[str, at.MinLen(2)], {"minLength": 2}, "ab", "a"),
    (Annotated[str, at.Len(1, 2)], {"minLength": 1, "maxLength": 2}, "a", "abc"),
    (Annotated[str, Field(pattern="^a+$")], {"pattern": "^a+$"}, "aa", "b"),
    (Annotated[list[int], Field(min_length=1)], {"minItems": 1}, [1], []),
    (Annotated[set[int], Field(max_length=1)], {"maxItems": 1}, [1], [1, 2]),
    (Annotated[dict[str, int], at.MinLen(1)], {"minProperties": 1}, {"a": 1}, {}),
    (list[Annotated[int, at.Gt(0)]], {"items": {"type": "integer", "exclusiveMinimum": 0}}, [1], [0]),
    (Annotated[int | None, Field(gt=1)], {}, None, 1),
    (pydantic.conint(gt=1, multiple_of=2), {"exclusiveMinimum": 1, "multipleOf": 2}, 4, 3),
    (pydantic.constr(min_length=2), {"minLength": 2}, "ab", "a"),
    (pydantic.conlist(int, max_length=1), {"maxItems": 1}, [1], [1, 2]),
    (pydantic.PositiveInt, {"exclusiveMinimum": 0}, 1, 0),
    (pydantic.PositiveInt | None, {}, None, -1),
    (Annotated[int, Field(gt=0), msgspec.Meta(lt=3)], {"exclusiveMinimum": 0, "exclusiveMaximum": 3}, 1, 3),
    # what msgspec has no constraint for is left to pydantic
    (Annotated[dt.date, at.Ge(dt.date(2026, 1, 1))], {"format": "date"}, "2026-01-01", "2025-12-31"),
    (Annotated[decimal.Decimal, Field(max_digits=3)], {}, "1.50", "1000"),
    (Annotated[int, pydantic.Strict()], {"type": "integer"}, 3, "3"),
    (Annotated[str, pydantic.StringConstraints(to_upper=True, min_length=1)], {"minLength": 1}, "a", ""),
    (Annotated[str, Field(pattern=r"^\p{Lu}")], {"pattern": r"^\p{Lu}"}, "É", "é"),
    (Annotated[str, at.Predicate(str.isupper)], {"type": "string"}, "A", "a"),
    (Annotated[int, pydantic.AfterValidator(lambda x: 1 // (x != 3) and x)], {"type": "integer"}, 4, None),
    (pydantic.HttpUrl, {"format": "uri"}, "https://example.com/", "nonsense"),
    (Literal["a", "b"], {"enum": ["a", "b"]}, "a", "c"),
]


@pytest.mark.parametrize(("hint", "keywords", "good", "bad"), CONSTRAINTS, ids=lambda value: str(value)[:40])
def test_a_constraint_is_said_and_checked(hint, keywords, good, bad):
    # Rules 1 and 2 of metadata.
    made = tool_of(hint)
    assert keywords.items() <= property_of(made).items()
    made.read({"x": good})
    with pytest.raises(ValueError, match=r"x"):
        made.read({"x": bad})
    fields = OutputType(dataclasses.make_dataclass("D", [("x", hint)]))
    fields.convert({"x": good})
    with pytest.raises(ValueError, match=r"x"):
        fields.convert({"x": bad})


class Struct(msgspec.Struct):
    x: int = Field(5, ge=1, description="A number.")
    y: Annotated[str, Field(alias="why", default="none")] = msgspec.UNSET  # type: ignore[assignment]
    z: list[int] = Field(default_factory=list)


@dataclasses.dataclass
class Data:
    x: int = Field(5, ge=1, description="A number.")
    y: str = Field("none", alias="why")
    z: list[int] = Field(default_factory=list)  # noqa: RUF009 - as people write it


class Named(NamedTuple):
    x: int = Field(5, ge=1, description="A number.")
    y: str = Field("none", alias="why")
    z: list[int] = Field(default_factory=list)


class Typed(TypedDict):
    x: Annotated[int, Field(default=5, ge=1, description="A number.")]
    y: Annotated[str, Field(default="none", validation_alias=pydantic.AliasChoices("why", "y"))]
    z: Annotated[list[int], Field(default_factory=list)]


@attrs.define
class Attrs:
    x: int = Field(5, ge=1, description="A number.")
    y: str = Field("none", alias="why")
    z: list[int] = Field(default_factory=list)  # noqa: RUF009 - as people write it


@pytest.mark.parametrize("kind", [Struct, Data, Named, Typed, Attrs])
def test_field_declares_a_default_in_every_kind_of_class(kind):
    # Rule 3 of metadata.
    empty: Any = [] if kind is Named else {}
    read = OutputType(list[kind]).convert({"value": [empty, empty]})
    for each in read:
        x, y, z = each.values() if kind is Typed else each if kind is Named else (each.x, each.y, each.z)
        assert (x, z) == (5, [])
        assert y in ("none", msgspec.UNSET)
    if kind not in {Typed, Named}:
        assert read[0].z is not read[1].z
    made = tool_of(kind)
    (body,) = made.function.parameters["$defs"].values()
    fields = body["prefixItems"] if kind is Named else list(body["properties"].values())
    assert fields[0] == {"type": "integer", "minimum": 1, "description": "A number.", "default": 5}
    if kind is not Named:
        assert list(body["properties"]) == ["x", "why", "z"]
        assert body["required"] == []
        with pytest.raises(ValueError, match=r"`int` >= 1 at \$\.x"):
            made.read({"x": {"x": 0}})


async def test_field_declares_a_parameter():
    # Rule 3 of metadata.
    made_at = []

    def factory():
        made_at.append(1)
        return [1]

    def look(
        city: str = Field("Berlin", description="The city.", examples=["Rome"], title="City"),
        days: int = Field(..., ge=1),
        tags: list = Field(default_factory=factory),  # noqa: B008 - as people write it
        unit: Annotated[str, Field(alias="theUnit", description="Its unit.")] = "C",
        level: Annotated[int, Field(default=3)] = 4,
        total: int = Field(default_factory=lambda given: given["days"] * 2),
    ) -> list:
        """Look up."""
        return [city, days, tags, unit, level, total]

    made = Tool.from_function(look)
    schema = made.function.parameters
    Draft202012Validator.check_schema(schema)
    assert schema["required"] == ["days"]
    assert schema["properties"]["city"] == {
        "type": "string", "default": "Berlin", "description": "The city.", "examples": ["Rome"], "title": "City",
    }  # fmt: skip
    assert schema["properties"]["theUnit"] == {"type": "string", "default": "C", "description": "Its unit."}
    assert "default" not in schema["properties"]["tags"]
    assert not made_at
    assert await made.run({"days": "3"}) == ["Berlin", 3, [1], "C", 4, 6]
    assert await made.run({"days": 1, "theUnit": "K", "city": "Rome"}) == ["Rome", 1, [1], "K", 4, 2]
    assert made.check({"days": 1}).plain == {
        "city": "Berlin", "days": 1, "tags": [1], "theUnit": "C", "level": 4, "total": 2,
    }  # fmt: skip
    with pytest.raises(ValueError, match="no parameter `unit`; the parameters are: city, days, level, tags, theUnit"):
        await made.run({"days": 1, "unit": "K"})


def test_a_default_is_not_shared():
    made = tool_of(list[int], Field([1]))
    first = made.read({})["x"]
    first.append(2)
    assert made.read({})["x"] == [1]


def test_null_stands_for_a_field_left_out():
    # Rule 3 of type_codec.
    assert tool_of(int, None).read({"x": None}) == {"x": None}
    assert tool_of(int, 3).read({"x": None}) == {"x": 3}
    assert tool_of(int | None, 3).read({"x": None}) == {"x": None}
    assert tool_of(Data).read({"x": {"x": None, "z": [1]}}) == {"x": Data(5, "none", [1])}
    with pytest.raises(ValueError, match="Expected `int`"):
        tool_of(int).read({"x": None})


def test_an_enum_and_a_default_that_json_can_not_hold():
    class Unit(enum.Enum):
        C = "c"

    assert property_of(tool_of(Unit, Unit.C))["default"] == "c"
    assert "default" not in property_of(tool_of(Any, object()))
    assert "default" not in property_of(tool_of(float, float("nan")))


@pytest.mark.parametrize("default", [pydantic.v1.Field(1), dataclasses.field(default=1), msgspec.field(default=1)])
def test_the_declaration_of_a_field_is_no_default(default):
    with pytest.raises(TypeError, match=r"the default of x is a \w+ of"):
        tool_of(int, default)


@pytest.mark.parametrize(
    "hint",
    [
        Annotated[Struct, pydantic.AfterValidator(lambda x: x)],
        Annotated[Struct, at.Gt(1)],
        Annotated[Struct, msgspec.Meta(min_length=1)],
    ],
)
def test_a_constraint_that_nobody_can_check_is_a_type_error(hint):
    # Rule 2 of metadata.
    with pytest.raises(TypeError, match="pydantic can not read"):
        tool_of(hint)


def test_what_is_for_others_is_ignored():
    # Rule 4 of metadata.
    assert property_of(tool_of(Annotated[int, object(), None, 3])) == {"type": "integer"}
    assert property_of(tool_of(Annotated[float, at.Unit("m"), at.doc("Height.")])) == {
        "type": "number", "description": "Height.",
    }  # fmt: skip


def test_a_strict_schema_has_the_constraints_and_no_defaults():
    schema = schema_of(Data)
    assert schema["required"] == ["x", "why", "z"]
    assert schema["properties"]["x"] == {"type": "integer", "minimum": 1, "description": "A number."}


def test_annotated_types_need_no_pydantic():
    code = """
    import sys
    sys.modules["pydantic"] = None
    from typing import Annotated
    import annotated_types as at
    from mistral_async.tools import Tool
    def f(x: Annotated[int, at.Gt(1)]): return x
    made = Tool.from_function(f)
    try:
        made.read({"x": 1})
    except ValueError as problem:
        print(problem)
    def g(x: Annotated[str, at.Predicate(str.isupper)]): return x
    try:
        Tool.from_function(g)
    except TypeError as problem:
        print(problem)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert "`int` >= 2 at $.x" in done.stdout
    assert "pydantic is needed to check" in done.stdout
