"""Rows of telemetry: found by expressions such as `model = "a" AND duration_ns > 5`, in a window, and put together.

The API's own language of expressions is not documented. This one knows conditions that are joined by `AND`.
"""

from __future__ import annotations

import operator
import re
import statistics
from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

import msgspec

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import ValidationDetail, invalid_request, observability_error
from mistral_async.testing._handlers._collection import load
from mistral_async.testing._handlers.observability._kept import missing
from mistral_async.testing._json import JSONObject

_CONDITION = re.compile(r'\s*(\w+)\s*(!=|<=|>=|=|<|>|~)\s*("[^"]*"|[^\s"]+)\s*')
_TESTS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "~": lambda value, wanted: str(wanted) in str(value),
}
_NUMBERS: dict[str, Callable[[list[float]], float]] = {"sum": sum, "avg": statistics.fmean, "min": min, "max": max}
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_592_000}
_COMPARED = ["eq", "neq", "lt", "lte", "gt", "gte"]
_COUNTED = ["count", "count_distinct"]
_SUMMED = [*_COUNTED, "sum", "avg", "min", "max", "p50", "p90", "p95", "p99"]
_MOST_OPTIONS = 100


def within(call: FakeCall, rows: Sequence[JSONObject], time: str) -> list[JSONObject]:
    """Return the rows of the window of the query."""
    start, end = _moment(call, "from"), _moment(call, "to")
    return [
        row for row in rows if (start is None or start <= _read(row[time])) and (end is None or _read(row[time]) <= end)
    ]


def matching(rows: Sequence[JSONObject], expression: str | None) -> list[JSONObject]:
    """Return the rows that an expression finds; raises 400 if it can not be read."""
    tests = [_condition(each, rows) for each in (expression or "").split(" AND ") if each.strip()]
    return [row for row in rows if all(test(row) for test in tests)]


def _condition(text: str, rows: Sequence[JSONObject]) -> Callable[[JSONObject], bool]:
    found = _CONDITION.fullmatch(text)
    if found is None or (rows and found[1] not in rows[0]):
        message = f"{text.strip()!r} is no condition"
        raise observability_error(HTTPStatus.BAD_REQUEST, message, "TRACES_FILTER_QUERY_PARSE_ERROR")
    name, test, text = found[1], _TESTS[found[2]], found[3].strip('"')

    def passes(row: JSONObject) -> bool:
        value = row[name]
        return bool(
            test(value, float(text)) if _is_number(value) and _is_text_of_number(text) else test(str(value), text)
        )

    return passes


def fields_of(kind: str) -> JSONObject:
    """Return the fields of the rows of a Struct."""
    made = load(kind)()
    return {"field_definitions": [_definition(name, getattr(made, name)) for name in made.__struct_fields__]}


def _definition(name: str, value: Any) -> JSONObject:
    type_ = _type_of(name, value)
    return {
        "name": name,
        "label": name.replace("_", " ").capitalize(),
        "type": type_,
        "supported_operators": [*_COMPARED, "contains"] if type_ == "TEXT" else _COMPARED,
        "supported_aggregations": _SUMMED if type_ in ("INT", "FLOAT") else _COUNTED,
        "group": None,
        "source_attribute_key": None,
    }


def _type_of(name: str, value: Any) -> str:
    if name in ("timestamp", "start_time", "end_time"):
        return "TIMESTAMP"
    names = {"str": "TEXT", "int": "INT", "list": "ARRAY", "dict": "MAP"}
    return names.get(value.__class__.__name__, "FLOAT")


def options_of(call: FakeCall, kind: str, rows: Sequence[JSONObject]) -> JSONObject:
    """Return the values of the field that the path names; null where they are many, or no texts."""
    name = call.params[-1]
    if name not in load(kind).__struct_fields__:
        raise missing("FIELDS", name)
    values = sorted({row[name] for row in rows if isinstance(row[name], str) and row[name]})
    return {"options": values if len(values) <= _MOST_OPTIONS else None}


def aggregated(call: FakeCall, rows: Sequence[JSONObject], time: str) -> JSONObject:
    """Return the numbers that the body asks for, of the rows of the window."""
    body = call.body
    metric: JSONObject = body["metric"]
    if metric["aggregation"] not in _SUMMED:
        message = f"Input should be {', '.join(_SUMMED)}"
        place = ("body", "metric", "aggregation")
        raise invalid_request([ValidationDetail("enum", place, message, metric["aggregation"])])
    found = matching(within(call, rows, time), body.get("search_expression"))
    times = [_read(row[time]) for row in found]
    seconds = _granularity(body.get("time_dimension"))
    dimensions: list[str] = body.get("dimensions") or []
    groups: dict[tuple[Any, ...], list[JSONObject]] = {}
    for row in found:
        bucket = None if seconds is None else int(_read(row[time]).timestamp() // seconds) * seconds
        groups.setdefault((bucket, *(_text(row.get(name)) for name in dimensions)), []).append(row)
    name = f"{metric['aggregation']}_{metric['measure']}"
    data = [
        {
            "metric_name": name,
            "time_bucket": None if key[0] is None else call.state.calendar.iso_of(key[0]),
            "dimensions": dict(zip(dimensions, key[1:], strict=True)),
            "metric_value": _aggregate(metric["aggregation"], [row.get(metric["measure"]) for row in group]),
        }
        for key, group in groups.items()
    ]
    for clause in reversed(body.get("order_by") or []):
        data.sort(key=lambda row: _order(row, clause["field"]), reverse=clause.get("direction") == "desc")
    now = call.state.calendar.iso()
    meta = {
        "from_timestamp": call.text("from") or (min(times).isoformat() if times else now),
        "to_timestamp": call.text("to") or now,
        "granularity_seconds": seconds,
    }
    return {"data": data[: body.get("limit") or 1000], "meta": meta}


def _order(row: JSONObject, name: str) -> tuple[bool, Any]:
    value = row["dimensions"].get(name, row["time_bucket"] if name == "time_bucket" else row["metric_value"])
    return value is not None, value


def _granularity(dimension: JSONObject | None) -> int | None:
    return None if dimension is None else _SECONDS.get(dimension.get("granularity") or "auto", 3600)


def _aggregate(kind: str, values: list[Any]) -> float | int | None:
    there = [value for value in values if value is not None]
    if kind in _COUNTED:
        return len(there) if kind == "count" else len({msgspec.json.encode(value) for value in there})
    numbers = [float(value) for value in there if _is_number(value)]
    if not numbers:
        return None
    if kind.startswith("p"):
        return sorted(numbers)[min(len(numbers) - 1, int(len(numbers) * int(kind[1:]) / 100))]
    return _NUMBERS[kind](numbers)


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float) else msgspec.json.encode(value).decode()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text_of_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _moment(call: FakeCall, name: str) -> datetime | None:
    text = call.text(name)
    try:
        found = None if text is None else datetime.fromisoformat(text)
    except ValueError as error:
        detail = ValidationDetail("datetime_parsing", ("query", name), "Input should be a valid datetime", text)
        raise invalid_request([detail]) from error
    return found if found is None or found.tzinfo else found.astimezone()
