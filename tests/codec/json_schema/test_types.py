"""Of any type: its schema is strict and valid, its instances fit the schema, and reading one gives it back."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mistral_async.structured import Target

sys.path.insert(0, str(Path(__file__).parent))
from generated import TYPES


def nodes(schema, place="schema"):
    """Every schema in a schema."""
    if not isinstance(schema, dict):
        return
    yield schema
    for key, value in schema.items():
        if key in {"properties", "$defs"}:
            for each in value.values():
                yield from nodes(each)
        elif key in {"items", "additionalProperties", "propertyNames"}:
            yield from nodes(value)
        elif key in {"anyOf", "prefixItems"}:
            for each in value:
                yield from nodes(each)


def assert_strict(schema):
    Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    used = set()
    for node in nodes(schema):
        assert "default" not in node
        if "properties" in node:
            assert node["required"] == list(node["properties"])
            assert node["additionalProperties"] is False
        if "$ref" in node:
            used.add(node["$ref"].removeprefix("#/$defs/"))
    assert used == set(schema.get("$defs", {}))


@pytest.mark.slow
@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_schema_instance_and_parse_agree(data):
    # Rules 1 and 2 of schema; rules 1 and 5 of type_codec.
    made = data.draw(TYPES)
    target = Target(made.kind)
    assert_strict(target.schema)
    value = data.draw(made.instances)
    written = msgspec.json.encode({"value": value} if target.wrapped else value)
    Draft202012Validator(target.schema).validate(json.loads(written))
    assert target.read(written.decode()) == value
    target._decoder = None  # the way without msgspec's own decoder gives the same
    assert target.read(written.decode()) == value
