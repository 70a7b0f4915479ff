"""Docstrings in three styles say the same, and the docs of a class come with its schema."""

from __future__ import annotations

import dataclasses
import enum
from typing import Annotated

import msgspec
import pytest
from typing_extensions import TypedDict

from mistral_async._codec.json_schema.docstrings import parse_docstring
from mistral_async.structured import schema_of

GOOGLE = """Find a train.

It knows all of Europe.

Args:
    start (str): Where from,
        or nothing.
    *stops: Where to: in order.
    when: Time, as 12:00.

Returns:
    start: not a parameter
"""

NUMPY = """
Find a train.

It knows all of Europe.

Parameters
----------
start : str, optional
    Where from,
    or nothing.
*stops : str
    Where to: in order.
when
    Time, as 12:00.

Returns
-------
start : str
    not a parameter
"""

SPHINX = """Find a train.

It knows all of Europe.

:param str start: Where from,
    or nothing.
:param stops: Where to: in order.
:param when: Time, as 12:00.
:type when: str
:returns: start
"""


@pytest.mark.parametrize("docstring", [GOOGLE, NUMPY, SPHINX])
def test_every_style_is_read(docstring):
    doc = parse_docstring(docstring)
    assert doc.text == "Find a train.\n\nIt knows all of Europe."
    assert doc.names == {"start": "Where from, or nothing.", "stops": "Where to: in order.", "when": "Time, as 12:00."}


@pytest.mark.parametrize("docstring", [None, "", "Just: this.", "Args are fine.\n\nSo: is this"])
def test_text_alone_stays_text(docstring):
    doc = parse_docstring(docstring)
    assert doc.text == (docstring or "")
    assert doc.names == {}


class Sky(enum.Enum):
    """What is above."""

    BLUE = "blue"
    GREY = "grey"


@dataclasses.dataclass
class Day:
    """A day.

    Attributes:
        wind: In knots.
    """

    wind: float
    sky: Sky
    """Its colour."""
    rain: Annotated[int, msgspec.Meta(description="In mm.", ge=0)]
    note: Annotated[str, "Anything else."] = ""


class Undocumented(msgspec.Struct):
    a: int


def test_the_docs_of_a_class_and_its_fields_are_descriptions():
    # Rule 4 of schema; rule 4 of compiler.
    schema = schema_of(Day)
    assert schema["description"] == "A day."
    assert schema["properties"] == {
        "wind": {"type": "number", "description": "In knots."},
        "sky": {"title": "Sky", "description": "Its colour.", "enum": ["blue", "grey"]},
        "rain": {"type": "integer", "minimum": 0, "description": "In mm."},
        "note": {"type": "string", "description": "Anything else."},
    }


def test_what_python_wrote_itself_is_no_documentation():
    assert "description" not in schema_of(Undocumented)
    assert "description" not in schema_of(dataclasses.make_dataclass("Made", [("a", int)]))


class Wind(TypedDict, total=False):
    """How it blows."""

    speed: float
    """In knots."""


class Weather(Wind, total=False):
    """How it is."""

    rain: Annotated[int, msgspec.Meta(ge=0)]
    """In mm."""


def test_a_typed_dict_has_the_docs_of_those_it_extends():
    properties = schema_of(Weather)["properties"]
    assert {name: each["description"] for name, each in properties.items()} == {"speed": "In knots.", "rain": "In mm."}
