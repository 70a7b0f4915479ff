"""The times of a schedule: intervals, calendars and cron expressions, which are calendars in short."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta, tzinfo
from itertools import islice, product
from math import floor
from typing import NamedTuple
from zoneinfo import ZoneInfo

from mistral_async.testing._clock import TOLERANCE
from mistral_async.testing._errors import FakeAPIError, ValidationDetail, invalid_request
from mistral_async.testing._json import JSONMapping

# Rule 1: A time fits a calendar if it fits all its fields, in the schedule's time zone, UTC where it names none. The
#   first second, minute and hour are meant where there is none, and any day, month and year.
# Rule 2: A cron expression has minute, hour, day, month and weekday, and may have a year after them, and seconds before
#   them and a year: `0 9 * * MON-FRI`, `*/5 * * * *`, `@daily`. As in a calendar, day and weekday have to fit both.
# Rule 3: Times that fit a calendar of `skip` are left out. A calendar without a time in four years has none.

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_PART = re.compile(r"(\*|[0-9A-Z]{1,4})(?:-([0-9A-Z]{1,4}))?(?:/([0-9]{1,4}))?")
_BOUNDS = {
    "second": (0, 59),
    "minute": (0, 59),
    "hour": (0, 23),
    "day_of_month": (1, 31),
    "month": (1, 12),
    "day_of_week": (0, 7),
    "year": (1970, 9999),
}
_NAMES = {
    "month": ("", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
    "day_of_week": ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"),
}
_SHORT = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_CRON = ("minute", "hour", "day_of_month", "month", "day_of_week")
_CRON_FIELDS = {5: _CRON, 6: (*_CRON, "year"), 7: ("second", *_CRON, "year")}
_DAYS = 4 * 365 + 1
_SUNDAY = 7


class _Calendar(NamedTuple):
    second: frozenset[int]
    minute: frozenset[int]
    hour: frozenset[int]
    day_of_month: frozenset[int]
    month: frozenset[int]
    day_of_week: frozenset[int]
    year: frozenset[int]

    def has_day(self, day: date) -> bool:
        """Return whether a day fits."""
        fits = day.day in self.day_of_month and day.month in self.month and day.year in self.year
        return fits and day.isoweekday() % _SUNDAY in self.day_of_week

    def has(self, moment: datetime) -> bool:
        """Return whether a time fits (rule 1)."""
        fits = moment.second in self.second and moment.minute in self.minute and moment.hour in self.hour
        return fits and self.has_day(moment)


def seconds_of(duration: str | None, field: str) -> float:
    """Return a duration in seconds; raises 422 if it is none."""
    if duration is None:
        return 0.0
    found = _DURATION.fullmatch(duration)
    if found is not None and any(found.groups()):
        days, hours, minutes, seconds = (float(number or 0) for number in found.groups())
        with suppress(OverflowError):
            return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()
    raise _invalid("time_delta_parsing", field, "Input should be a valid duration", duration)


def check_times(definition: JSONMapping) -> None:
    """Check the times of a schedule; raises 422 for one that is no time, and for a step of nothing."""
    for each in definition.get("intervals", ()):
        seconds_of(each.get("offset"), "offset")
        if not seconds_of(each["every"], "every"):
            raise _invalid("greater_than", "every", "Input should be greater than 0 seconds", each["every"])
    for name in ("start_at", "end_at"):
        try:
            _unix(definition.get(name, "1970-01-01"))
        except (ValueError, OverflowError) as error:
            message = "Input should be a valid datetime"
            raise _invalid("datetime_parsing", name, message, definition[name]) from error
    _zone(definition)
    for each in (*definition.get("calendars", ()), *definition.get("skip", ())):
        _calendar(each)
    for each in definition.get("cron_expressions", ()):
        _cron(each)


def times_after(schedule: JSONMapping, after: float) -> Iterator[float]:
    """Yield the times of a schedule after a time, each once."""
    start, end = (schedule[name] and _unix(schedule[name]) for name in ("start_at", "end_at"))
    after, zone = max(after, start - TOLERANCE) if start else after, _zone(schedule)
    calendars = [*map(_calendar, schedule["calendars"]), *map(_cron, schedule["cron_expressions"])]
    left_out, last = [*map(_calendar, schedule["skip"])], -1.0
    sources = [
        *(_interval_times(each, after) for each in schedule["intervals"]),
        *(_calendar_times(each, after, zone) for each in calendars),
    ]
    for moment in heapq.merge(*sources):
        if end and moment > end:
            return
        if moment != last and not any(each.has(datetime.fromtimestamp(moment, zone)) for each in left_out):
            yield moment
        last = moment


def next_times(schedule: JSONMapping, after: float, count: int) -> list[float]:
    """Return the next times of a schedule after a time."""
    return list(islice(times_after(schedule, after), count))


def _interval_times(interval: JSONMapping, after: float) -> Iterator[float]:
    every, offset = seconds_of(interval["every"], "every"), seconds_of(interval.get("offset"), "offset")
    moment = (floor((after - offset) / every) + 1) * every + offset
    while True:
        yield moment
        moment += every


def _calendar_times(calendar: _Calendar, after: float, zone: tzinfo) -> Iterator[float]:
    first = datetime.fromtimestamp(after, zone).date()
    clock = [sorted(calendar.hour), sorted(calendar.minute), sorted(calendar.second)]
    for number in range(_DAYS):
        day = first + timedelta(days=number)
        if calendar.has_day(day):
            for hour, minute, second in product(*clock):
                moment = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone).timestamp()
                if moment > after:
                    yield moment


def _calendar(given: JSONMapping) -> _Calendar:
    """Read a calendar (rule 1); raises 422."""
    fields: dict[str, frozenset[int]] = {}
    for name in _Calendar._fields:
        numbers = set[int]()
        for each in given.get(name) or ():
            start, step = each["start"], max(each.get("step") or 0, 1)
            numbers |= _range(name, start, max(each.get("end") or 0, start), step, each)
        fields[name] = frozenset(numbers) if given.get(name) else _default(name)
    return _Calendar(**fields)


def _cron(text: str) -> _Calendar:
    """Read a cron expression (rule 2); raises 422."""
    parts = _SHORT.get(text, text).upper().split()
    names = _CRON_FIELDS.get(len(parts))
    if names is None:
        raise _no_cron(text)
    fields = {name: _default(name) for name in _Calendar._fields}
    for name, part in zip(names, parts, strict=True):
        fields[name] = frozenset(number for each in part.split(",") for number in _cron_range(name, each, text))
    return _Calendar(**fields)


def _cron_range(name: str, part: str, text: str) -> set[int]:
    found = _PART.fullmatch(part.replace("?", "*"))
    if found is None:
        raise _no_cron(text)
    least, most = _BOUNDS[name]
    first, last, step = found.groups()
    start = least if first == "*" else _number(name, first, text)
    end = _number(name, last, text) if last else most if first == "*" or step else start
    return _range(name, start, end, int(step or 1), text)


def _range(name: str, start: int, end: int, step: int, given: object) -> set[int]:
    least, most = _BOUNDS[name]
    if not (least <= start <= end <= most and step):
        raise _invalid("value_error", name, f"Input should be numbers from {least} to {most}", str(given))
    numbers = set(range(start, end + 1, step))
    return {number % _SUNDAY for number in numbers} if name == "day_of_week" else numbers


def _number(name: str, text: str, whole: str) -> int:
    if text in _NAMES.get(name, ()):
        return _NAMES[name].index(text)
    if not text.isdecimal():
        raise _no_cron(whole)
    return int(text)


def _default(name: str) -> frozenset[int]:
    least, most = _BOUNDS[name]
    return frozenset({0}) if name in {"second", "minute", "hour"} else frozenset(range(least, most + 1))


def _no_cron(text: str) -> FakeAPIError:
    return _invalid("value_error", "cron_expressions", "Input should be a valid cron expression", text)


def _zone(schedule: JSONMapping) -> tzinfo:
    name = schedule.get("time_zone_name") or "UTC"
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:  # LookupError: there is none of that name
        raise _invalid("value_error", "time_zone_name", "Input should be a valid time zone", name) from error


def _invalid(kind: str, field: str, message: str, value: str) -> FakeAPIError:
    return invalid_request([ValidationDetail(kind, ("body", "schedule", field), message, value)])


def _unix(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
