"""Bodies checked as the real server checks them: unknown and missing keys and wrong types are reported, as a 422."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, cast

from mistral_async.testing._errors import ValidationDetail
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._shapes import SHAPES

Loc = tuple[str | int, ...]
Details = list[ValidationDetail]
Check = Callable[[Any, Loc, Details], None]

_FIELD = re.compile(r"(?P<name>\w+)(?P<required>\*?): (?P<type>.+)")
_BOUNDED = re.compile(r"(?P<type>.+?)\((?P<least>[^,()]*),(?P<most>[^,()]*)\)")
_NUMBERS = {"int", "float"}


def validate(shape: str | None, body: Any) -> list[ValidationDetail]:
    """Return the faults of a body; none if it is valid or the operation has no shape."""
    found: Details = []
    if shape is not None:
        _check_of_shape(shape)(body, ("body",), found)
    return found


def _detail(kind: str, loc: Loc, message: str, value: Any, **context: Any) -> ValidationDetail:
    return ValidationDetail(kind, loc, message, value, context or None)


@cache
def _check_of_shape(name: str) -> Check:
    text = SHAPES.get(name, name)
    if text.startswith("list["):
        return _check_of_type(text)
    return _check_tagged(text) if text.startswith("@") else _check_object(text)


def _check_object(text: str) -> Check:
    fields: dict[str, tuple[bool, Check]] = {}
    closed = True
    for item in filter(None, (part.strip() for part in text.split(";"))):
        if item == "...":
            closed = False
        elif match := _FIELD.fullmatch(item):
            fields[match["name"]] = (bool(match["required"]), _check_of_type(match["type"]))
        else:
            raise ValueError(f"a shape has a field that cannot be read: {item}")

    def check(value: Any, loc: Loc, found: Details) -> None:
        if not isinstance(value, dict):
            found.append(_detail("model_attributes_type", loc, "Input should be a valid dictionary or object", value))
            return
        _check_fields(cast("JSONObject", value), fields, loc, found, closed=closed)

    return check


def _check_fields(
    value: JSONMapping, fields: Mapping[str, tuple[bool, Check]], loc: Loc, found: Details, *, closed: bool
) -> None:
    for name, (required, check) in fields.items():
        if name in value:
            check(value[name], (*loc, name), found)
        elif required:
            found.append(_detail("missing", (*loc, name), "Field required", value))
    if closed:
        for name in value.keys() - fields.keys():
            found.append(_detail("extra_forbidden", (*loc, name), "Extra inputs are not permitted", value[name]))


def _check_tagged(text: str) -> Check:
    head, _, members = text[1:].partition(" ")
    field, _, default = head.partition(":")
    shapes = dict(member.strip().split("=") for member in members.split(","))

    def check(value: Any, loc: Loc, found: Details) -> None:
        if not isinstance(value, dict):
            found.append(_detail("model_attributes_type", loc, "Input should be a valid dictionary or object", value))
            return
        tag: Any = cast("JSONObject", value).get(field, default or None)
        if tag is None:
            message = f"Unable to extract tag using discriminator '{field}'"
            found.append(_detail("union_tag_not_found", loc, message, value, discriminator=f"'{field}'"))
        elif tag not in shapes:
            expected = ", ".join(f"'{name}'" for name in shapes)
            message = f"Input tag '{tag}' found using '{field}' does not match any of the expected tags: {expected}"
            context = {"discriminator": f"'{field}'", "tag": tag, "expected_tags": expected}
            found.append(_detail("union_tag_invalid", loc, message, value, **context))
        else:
            _check_of_shape(shapes[tag])(value, (*loc, str(tag)), found)

    return check


@cache
def _check_of_type(text: str) -> Check:
    if text.endswith("?"):
        inner = _check_of_type(text[:-1])
        return lambda value, loc, found: None if value is None else inner(value, loc, found)
    members = _split(text)
    if len(members) > 1:
        return _check_union([(member, _check_of_type(member)) for member in members])
    if match := _BOUNDED.fullmatch(text):
        return _check_bounds(match["type"], match["least"], match["most"])
    if text.startswith("list["):
        return _check_list(_check_of_type(text[5:-1]))
    if text.startswith("{"):
        return _check_enum(text[1:-1].split("|"))
    return _CHECKS[text] if text in _CHECKS else _check_by_name(text)


def _check_by_name(name: str) -> Check:
    # Shapes refer to each other in circles, so a shape is looked up when a value is checked.
    def check(value: Any, loc: Loc, found: Details) -> None:
        _check_of_shape(name)(value, loc, found)

    return check


def _split(text: str) -> list[str]:
    members, depth = [""], 0
    for character in text:
        depth += (character in "[{(") - (character in "]})")
        if character == "|" and not depth:
            members.append("")
        else:
            members[-1] += character
    return members


def _check_union(members: Sequence[tuple[str, Check]]) -> Check:
    def check(value: Any, loc: Loc, found: Details) -> None:
        reports: Details = []
        for name, member in members:
            trial: Details = []
            member(value, (*loc, name), trial)
            if not trial:
                return
            reports += trial
        found += reports

    return check


def _check_list(item: Check) -> Check:
    def check(value: Any, loc: Loc, found: Details) -> None:
        if not isinstance(value, list):
            found.append(_detail("list_type", loc, "Input should be a valid list", value))
            return
        for index, element in enumerate(cast("Sequence[Any]", value)):
            item(element, (*loc, index), found)

    return check


def _check_enum(names: Sequence[str]) -> Check:
    known = [name for name in names if name != "…"]
    expected = " or ".join(filter(None, (", ".join(f"'{name}'" for name in known[:-1]), f"'{known[-1]}'")))

    def check(value: Any, loc: Loc, found: Details) -> None:
        if not isinstance(value, str) or (value not in known and "…" not in names):
            found.append(_detail("enum", loc, f"Input should be {expected}", value, expected=expected))

    return check


def _check_bounds(inner: str, least: str, most: str) -> Check:
    plain = _check_of_type(inner)
    counted = inner not in _NUMBERS

    def check(value: Any, loc: Loc, found: Details) -> None:
        before = len(found)
        plain(value, loc, found)
        if len(found) > before:
            return
        size: float = len(value) if counted else value
        noun = "length" if counted else "value"
        if least and size < float(least):
            kind = "too_short" if counted else "greater_than_equal"
            found.append(_detail(kind, loc, f"Input should have a {noun} of at least {least}", value, ge=float(least)))
        if most and size > float(most):
            kind = "too_long" if counted else "less_than_equal"
            found.append(_detail(kind, loc, f"Input should have a {noun} of at most {most}", value, le=float(most)))

    return check


def _check_with(kind: str, message: str, accepts: Callable[[Any], bool]) -> Check:
    def check(value: Any, loc: Loc, found: Details) -> None:
        if not accepts(value):
            found.append(_detail(kind, loc, message, value))

    return check


def _is_integer(value: Any) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())


_CHECKS: dict[str, Check] = {
    "any": lambda _value, _loc, _found: None,
    "str": _check_with("string_type", "Input should be a valid string", lambda value: isinstance(value, str)),
    "bool": _check_with("bool_type", "Input should be a valid boolean", lambda value: isinstance(value, bool)),
    "int": _check_with("int_type", "Input should be a valid integer", _is_integer),
    "float": _check_with(
        "float_type",
        "Input should be a valid number",
        lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    ),
    "dict": _check_with("dict_type", "Input should be a valid dictionary", lambda value: isinstance(value, dict)),
}
