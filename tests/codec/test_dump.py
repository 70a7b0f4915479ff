"""Structs as dicts: what is given, and the options of pydantic, against pydantic itself."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import msgspec
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async._codec.dump import DumpOptions, dump, fields_of
from mistral_async._codec.open_union import constant, decode
from mistral_async.models._model import Model


class Moon(Model, kw_only=True):
    name: str = ""
    mass: float | None = None


class Planet(Model, kw_only=True):
    kind: str = constant("planet")
    index: int = 0
    rings: bool = False
    moons: list[Moon] = msgspec.field(default_factory=list[Moon])
    notes: list[str] = msgspec.field(default_factory=list[str])
    names: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    found: Any = None
    star_name: str | None = msgspec.field(default=None, name="starName")

    @classmethod
    def always_sent(cls) -> frozenset[str]:
        return frozenset({"index", "notes", "found"})


class TheirMoon(pydantic.BaseModel):
    name: str
    mass: float | None


class TheirPlanet(pydantic.BaseModel):
    kind: str
    index: int
    rings: bool
    moons: list[TheirMoon]
    names: dict[str, Any]


def test_defaults_are_given():
    """Rules 1 and 2."""
    made = Planet().to_dict()
    assert made == {"kind": "planet", "index": 0, "rings": False, "notes": [], "found": None}
    assert Planet(moons=[Moon()], star_name="Sol").to_dict() == {**made, "moons": [{"name": ""}], "starName": "Sol"}


def test_what_counts_as_set():
    """Rule 3."""
    planet = Planet(moons=[Moon(name="Io")])
    kept = {"kind": "planet", "index": 0, "moons": [{"name": "Io"}], "notes": [], "found": None}
    assert planet.model_dump(exclude_unset=True) == planet.model_dump(exclude_defaults=True) == kept
    assert planet.model_fields_set == kept.keys()
    assert "found" not in planet.model_dump(exclude_none=True)


def test_names_and_modes():
    planet = Planet(star_name="Sol", found=dt.datetime(2026, 1, 2, tzinfo=dt.UTC))
    assert planet.model_dump()["starName"] == planet.model_dump(by_alias=True)["starName"] == "Sol"
    assert planet.model_dump(by_alias=False)["star_name"] == "Sol"
    assert planet.model_dump()["found"] is planet.found
    assert planet.model_dump(mode="json")["found"] == planet.to_dict()["found"] == "2026-01-02T00:00:00Z"
    assert json.loads(planet.to_json()) == json.loads(planet.model_dump_json(indent=2)) == planet.to_dict()
    assert "\n  " in planet.model_dump_json(indent=2)


def test_values_of_all_kinds():
    made = dump(Planet(found=(Moon(name="a"), {"moon": Moon()}, b"a", float("inf"))), DumpOptions())
    assert made["found"] == [{"name": "a"}, {"moon": {"name": ""}}, "YQ==", float("inf")]
    assert [each.name for each in fields_of(Moon)] == ["name", "mass"]
    with pytest.raises(TypeError, match="object has no form in JSON"):
        Planet(found=object()).to_dict()


PLANET = {
    "kind": "planet",
    "index": 3,
    "rings": True,
    "moons": [{"name": "a", "mass": 1.0}, {"name": "b", "mass": 2.0}, {"name": "c", "mass": 3.0}],
    "names": {"en": "Mars", "deep": {"er": [1, {"x": 2}]}},
}
WHOLE = st.sampled_from([True, ...])
MOON = WHOLE | st.sets(st.sampled_from(["name", "mass"])) | st.dictionaries(st.sampled_from(["name", "mass"]), WHOLE)
PLACES = st.dictionaries(st.integers(0, 2) | st.just("__all__"), MOON) | st.dictionaries(st.integers(-3, -1), MOON)
NAMES = st.dictionaries(st.sampled_from(["en", "deep"]), WHOLE) | st.sets(st.sampled_from(["en", "deep"]))
SELECTIONS = st.none() | st.fixed_dictionaries(
    {}, optional={"index": WHOLE, "moons": WHOLE | PLACES, "names": WHOLE | NAMES, "rings": WHOLE}
)


@given(SELECTIONS, SELECTIONS)
def test_selections_are_those_of_pydantic(include, exclude):
    """Rule 4."""
    ours, theirs = Planet.model_validate(PLANET), TheirPlanet.model_validate(PLANET)
    expected = theirs.model_dump(include=include, exclude=exclude)
    assert ours.model_dump(include=include, exclude={**(exclude or {}), "notes": True, "found": ...}) == expected


def test_what_was_sent_is_given():
    body = b'{"kind":"planet","index":0,"rings":false,"moons":[{"name":""}],"notes":[],"names":{"a":null},"found":null}'
    assert decode(body, Planet).to_dict() == json.loads(body)
