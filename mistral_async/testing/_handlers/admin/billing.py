"""Limits, spend and usage: of what was done on this server."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import MAXYEAR, UTC, datetime
from math import ceil

from mistral_async.testing._call import FakeCall
from mistral_async.testing._effects import Effect
from mistral_async.testing._handlers.admin._organization import WORKSPACE, Organization
from mistral_async.testing._handlers.models import ModelStore
from mistral_async.testing._json import JSONArray, JSONObject
from mistral_async.testing._limits import RateLimit
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

# Rule 1: What an operation cost is its usage: tokens in and out, pages, seconds and characters, by model and day.
# Rule 2: All of it is of the default workspace and the global zone.
# Rule 3: Spend is usage times the prices that the answer names. All models cost the same.

Line = tuple[str, str, str, str, int]
"""The section of the report, the model, the group of billing, the day, and the units."""

_PRICES = {
    "input": ("completion", "api_tokens", 0.000_000_4),
    "output": ("completion", "api_tokens", 0.000_002),
    "pages": ("ocr", "api_pages", 0.002),
    "audio_seconds": ("audio", "api_audio_seconds", 0.000_05),
    "characters": ("audio_characters", "api_audio_characters", 0.000_016),
}
_UNITS = {"ocr-pages": "pages", "audio-seconds": "audio_seconds", "input-characters": "characters"}
_EMPTY = ("ocr", "connectors", "audio", "audio_characters", "chat", "completion")
_MINUTE, _MONTH, _AMPLE = 60.0, 30 * 24 * 60.0, 1_000_000


@route("GET", "/v1/admin/rate-limit", "beta.admin.billing.get_rate_limit")
def get_rate_limit(call: FakeCall) -> Reply:
    """Return the limits that the server keeps; a million, where it has none."""
    limits = call.state.limits
    cards = call.state.store(ModelStore).cards
    tokens = {card["id"]: _per_minute(limits.models.get(card["id"]) or limits.default) for card in cards}
    default = limits.default or RateLimit()
    return json_reply(
        {
            "requests_per_second": ceil((default.requests or _AMPLE) / default.per),
            "tokens_limits_by_model": {
                model: {"tokens_per_minute": ceil(each), "tokens_per_month": ceil(each * _MONTH)}
                for model, each in tokens.items()
            },
        }
    )


@route("GET", "/v1/admin/spend-limit", "beta.admin.billing.get_spend_limit")
def get_spend_limit(call: FakeCall) -> Reply:
    """Return the spend of this month, and its limit."""
    limit, now = call.state.store(Organization).spend_limit, _today(call.state)
    spend = sum(units * _PRICES[group][2] for _, _, group, _, units in _lines(call.state, now.year, now.month))
    usage = {"usage": spend, "vibe_usage": 0.0, "total_usage": spend, "usage_limit": limit}
    reached = limit is not None and spend >= limit
    completion = {"no_monthly_limit": limit is None, "monthly_limit_reached": reached, **usage}
    payment = {"last_payment_failure": False, "last_payment_failure_protection": False, "currency": "EUR"}
    return json_reply({"limits": {"completion": completion, **payment}})


@route(
    "POST",
    "/v1/admin/spend-limit",
    "beta.admin.billing.update_spend_limit",
    body="amount*: int(0,); no_monthly_limit: bool",
)
def update_spend_limit(call: FakeCall) -> Reply:
    """Change the limit."""
    organization, amount = call.state.store(Organization), float(call.body["amount"])
    organization.spend_limit = None if call.body.get("no_monthly_limit") else amount
    organization.record("billing.monthly_limit.updated", "MONTHLY_LIMIT", amount=str(amount))
    return get_spend_limit(call)


@route("GET", "/v1/admin/usage", "beta.admin.billing.get_usage")
def get_usage(call: FakeCall) -> Reply:
    """Return the usage of a month."""
    now = _today(call.state)
    year = call.number("year", now.year, least=2023, most=MAXYEAR)
    month = call.number("month", now.month, least=1, most=12)
    seen = call.text("workspace_id") in (None, WORKSPACE) and call.text("api_zone") in (None, "global")
    lines = list(_lines(call.state, year, month)) if seen else []
    sections: JSONObject = {name: {"models": {}} for name in _EMPTY}
    for section, model, group, day, units in lines:
        _, event, _ = _PRICES[group]
        entry = {"event_type": event, "billing_metric": model, "billing_group": group, "timestamp": day}
        entries: JSONArray = sections[section]["models"].setdefault(model, {}).setdefault(group, [])
        entries.append({**entry, "value": units, "value_paid": units})
    return json_reply({**sections, **_unused(), **_period(now, year, month), "prices": _prices(lines)})


def _lines(state: ServerState, year: int, month: int) -> Iterator[Line]:
    """Sum up the usage of a month (rule 1)."""
    sums: dict[tuple[str, str, str, str], int] = {}
    for effect in state.effects.history:
        day = datetime.fromtimestamp(state.calendar.at(effect.time), UTC)
        if (day.year, day.month) != (year, month) or not effect.model:
            continue
        for group, units in _units(effect):
            place = (_PRICES[group][0], effect.model, group, day.date().isoformat())
            sums[place] = sums.get(place, 0) + units
    return ((*place, units) for place, units in sums.items() if units)


def _units(effect: Effect) -> Iterator[tuple[str, int]]:
    yield "input", effect.tokens - effect.completion_tokens
    yield "output", effect.completion_tokens
    for name, units in effect.units.items():
        if name in _UNITS:
            yield _UNITS[name], units


def _prices(lines: list[Line]) -> list[JSONObject]:
    zone = {"api_zone": "global", "service_tier": "standard"}
    return [
        {"event_type": event, "billing_metric": model, "billing_group": group, **zone, "price": price}
        for model, group in dict.fromkeys((model, group) for _, model, group, _, _ in lines)
        for _, event, price in [_PRICES[group]]
    ]


def _unused() -> JSONObject:
    """Return the sections that nothing on this server is billed in."""
    libraries: JSONObject = {name: {"models": {}} for name in ("pages", "tokens", "audio_seconds")}
    code: JSONObject = {
        name: {"models": {}} for name in ("completion", "ocr", "connectors", "audio", "audio_characters")
    }
    tuning: JSONObject = {"training": {}, "storage": {}}
    return {"libraries_api": libraries, "fine_tuning": tuning, "vibe_usage": 0.0, "vibe_code": code}


def _period(now: datetime, year: int, month: int) -> JSONObject:
    first, last = datetime(year, month, 1, tzinfo=UTC), calendar.monthrange(year, month)[1]
    before, after = _shift(year, month, -1), _shift(year, month, 1)
    current = (year, month) == (now.year, now.month)
    return {
        "date": (now if current else first).isoformat(),
        "start_date": first.isoformat(),
        "end_date": first.replace(day=last, hour=23, minute=59, second=59).isoformat(),
        "previous_month": before,
        "next_month": None if current else after,
        "currency": "EUR",
        "currency_symbol": "€",
    }


def _shift(year: int, month: int, by: int) -> str:
    months = year * 12 + month - 1 + by
    return f"{months // 12}-{months % 12 + 1:02}"


def _today(state: ServerState) -> datetime:
    return datetime.fromtimestamp(state.calendar.now(), UTC)


def _per_minute(limit: RateLimit | None) -> float:
    if limit is None or limit.tokens is None:
        return _AMPLE
    return limit.tokens * _MINUTE / limit.tokens_per
