"""Rate limits as the API enforces them, and the headers that report them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

# Rule 1: Each model has its own limits, and each resource of a model (`req`, `tokens`, `ocr-pages`, ...) its own
# window.
# Rule 2: A request is admitted while every window that it draws on has something left (`req`: one whole request), and
# charged with its actual cost afterwards. One request may therefore exceed a limit, and the next one waits longer.
# Rule 3: A refused request costs nothing. Its 429 names the exhausted window alone; `Retry-After` is sent only on
# demand.
# Rule 4: A limit of 0 is no quota: every request is refused, whatever the time.

Generation = Literal["2026", "2025", "2024"]
Kind = Literal["bucket", "fixed", "sliding"]

_MINUTE = 60.0
_LABELS = {1.0: "second", _MINUTE: "minute", 3_600.0: "hour", 86_400.0: "day", 2_592_000.0: "month"}
_AMPLE = 1_000_000
_UNLISTED_COSTS = {"req", "code-interpreter"}
_EPSILON = 1e-9
# Code runs are counted after a conversation, never refused before it.
_NEVER_REFUSED = {"code-interpreter"}


class RateLimit(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of one model: requests in `per` seconds, tokens and other resources in `tokens_per` seconds.

    `burst` is how many requests may come at once (default: a whole window's). 0 requests means: no quota at all.
    `kind`: a token bucket, fixed windows, or a sliding window. `others` limits `ocr-pages` and the like.
    """

    requests: int | None = None
    per: float = _MINUTE
    burst: int | None = None
    tokens: int | None = None
    tokens_per: float = _MINUTE
    kind: Kind = "bucket"
    others: dict[str, int] = msgspec.field(default_factory=dict[str, int])


class RateLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits for some models, and a default for each of the others."""

    default: RateLimit | None = None
    models: dict[str, RateLimit] = msgspec.field(default_factory=dict[str, RateLimit])
    headers: Generation | None = "2026"
    retry_after: bool = False


class FakeMeter(Protocol):
    """The limit of one resource in one window."""

    limit: int
    per: float

    def left(self, now: float) -> float:
        """Return what can still be used at `now`."""
        ...

    def charge(self, now: float, amount: float) -> None:
        """Use up `amount`, even beyond the limit."""
        ...


class FakeBucket:
    """A token bucket: it refills evenly and holds at most `burst`."""

    def __init__(self, limit: int, per: float, burst: int | None) -> None:
        self.limit, self.per = limit, per
        self._capacity = limit if burst is None else min(limit, burst)
        self._level: float = self._capacity
        self._then: float | None = None

    def left(self, now: float) -> float:
        """Return the level at `now`."""
        if self._then is not None:
            self._level = min(self._capacity, self._level + (now - self._then) * self.limit / self.per)
        self._then = now
        return self._level

    def charge(self, now: float, amount: float) -> None:
        """Take `amount` out; the level may fall below zero."""
        self.left(now)
        self._level -= amount


class FixedWindow:
    """Consecutive windows, counted from the first request."""

    def __init__(self, limit: int, per: float) -> None:
        self.limit, self.per = limit, per
        self._start: float | None = None
        self._used = 0.0

    def left(self, now: float) -> float:
        """Return what the current window still allows."""
        if self._start is None or now >= self._start + self.per:
            self._start, self._used = now, 0.0
        return self.limit - self._used

    def charge(self, now: float, amount: float) -> None:
        """Count `amount` in the current window."""
        self.left(now)
        self._used += amount


class SlidingWindow:
    """A window of the last `per` seconds, in which at most `limit` is used."""

    def __init__(self, limit: int, per: float) -> None:
        self.limit, self.per = limit, per
        self._log: deque[tuple[float, float]] = deque()
        self._used = 0.0

    def left(self, now: float) -> float:
        """Return what the last `per` seconds leave."""
        while self._log and self._log[0][0] <= now - self.per:
            self._used -= self._log.popleft()[1]
        return self.limit - self._used

    def charge(self, now: float, amount: float) -> None:
        """Count `amount` at `now`."""
        self.left(now)
        self._log.append((now, amount))
        self._used += amount


class FakeLimiter:
    """All limits of one server."""

    def __init__(self, limits: RateLimits) -> None:
        self._limits = limits
        self._meters: dict[str, dict[str, FakeMeter]] = {}

    @property
    def in_streams(self) -> bool:
        """Return whether streams have rate-limit headers too, as they did until early 2025."""
        return self._limits.headers == "2024"

    def refusal(self, model: str, resources: Sequence[str], now: float) -> dict[str, str] | None:
        """Return the headers of a 429, which name the exhausted limit alone, or None if the request may run."""
        for resource, meter in self._of(model).items():
            if resource not in resources or resource in _NEVER_REFUSED:
                continue
            needed = 1.0 if resource == "req" else _EPSILON
            if meter.limit == 0 or meter.left(now) < needed - _EPSILON / 2:
                return self._exhausted(resource, meter)
        return None

    def charge(self, model: str, resources: Sequence[str], costs: Mapping[str, int], now: float) -> None:
        """Charge one request and its costs."""
        meters = self._of(model)
        for resource in resources:
            if (meter := meters.get(resource)) is not None:
                meter.charge(now, 1 if resource == "req" else costs.get(resource, 0))

    def headers(self, model: str, shown: Sequence[str], costs: Mapping[str, int], now: float) -> dict[str, str]:
        """Return the headers of a success: limits and remainders of `shown`, and the costs of this request."""
        meters = self._of(model)
        rows = [(name, meters[name], max(0, int(meters[name].left(now)))) for name in shown if name in meters]
        match self._limits.headers:
            case "2026":
                return dict(_headers_2026(rows, costs))
            case "2025":
                return dict(_headers_2025(rows, costs))
            case "2024":
                return dict(_headers_2024(rows, costs))
            case None:
                return {}

    def _exhausted(self, resource: str, meter: FakeMeter) -> dict[str, str]:
        headers: dict[str, str] = {}
        if self._limits.headers is not None:
            window = label(meter.per)
            headers = {
                f"x-ratelimit-limit-{resource}-{window}": str(meter.limit),
                f"x-ratelimit-remaining-{resource}-{window}": "0",
            }
        if self._limits.retry_after:
            headers["retry-after"] = str(max(1, round(meter.per)))
        return headers

    def _of(self, model: str) -> dict[str, FakeMeter]:
        if (meters := self._meters.get(model)) is None:
            limit = self._limits.models.get(model, self._limits.default or RateLimit())
            meters = self._meters[model] = _meters(limit)
        return meters


def label(seconds: float) -> str:
    """Return a window as header names spell it: `minute`, `10-second`, `5-minute`."""
    if seconds in _LABELS:
        return _LABELS[seconds]
    minutes = seconds / _MINUTE
    return f"{minutes:g}-minute" if minutes >= 1 and minutes.is_integer() else f"{seconds:g}-second"


def _meters(limit: RateLimit) -> dict[str, FakeMeter]:
    requests = _AMPLE if limit.requests is None else limit.requests
    tokens = _AMPLE * 1_000 if limit.tokens is None else limit.tokens
    others = dict.fromkeys(("audio-seconds", "ocr-pages", "input-characters"), _AMPLE) | limit.others
    meters = {"req": _meter(limit.kind, requests, limit.per, limit.burst)}
    for name, amount in {"tokens": tokens, **others}.items():
        meters[name] = _meter(limit.kind, amount, limit.tokens_per, None)
    return meters


def _meter(kind: Kind, limit: int, per: float, burst: int | None) -> FakeMeter:
    match kind:
        case "bucket":
            return FakeBucket(limit, per, burst)
        case "fixed":
            return FixedWindow(limit, per)
        case "sliding":
            return SlidingWindow(limit, per)


_Rows = Sequence[tuple[str, FakeMeter, int]]


def _headers_2026(rows: _Rows, costs: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    for name, meter, left in rows:
        window = label(meter.per)
        yield f"x-ratelimit-limit-{name}-{window}", str(meter.limit)
        yield f"x-ratelimit-remaining-{name}-{window}", str(left)
    for name, cost in costs.items():
        if name not in _UNLISTED_COSTS:
            yield f"x-ratelimit-{name}-query-cost", str(cost)


def _headers_2025(rows: _Rows, costs: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    for name, meter, left in rows:
        windows = [f"{meter.per:g}-second"] if name == "req" else [label(meter.per), "month"]
        for window, factor in zip(windows, (1, 5_000), strict=False):
            spent = meter.limit - left
            yield f"x-ratelimit-limit-{name}-{window}", str(meter.limit * factor)
            yield f"x-ratelimit-remaining-{name}-{window}", str(meter.limit * factor - spent)
    if "tokens" in costs:
        yield "x-ratelimit-tokens-query-cost", str(costs["tokens"])


def _headers_2024(rows: _Rows, costs: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    for name, meter, left in rows:
        if name != "tokens":
            continue
        yield "ratelimitbysize-limit", str(meter.limit)
        yield "ratelimitbysize-remaining", str(left)
        yield "ratelimitbysize-reset", str(max(1, round(meter.per * (1 - left / max(1, meter.limit)))))
        yield "ratelimitbysize-query-cost", str(costs.get("tokens", 0))
        yield "x-ratelimitbysize-limit-minute", str(meter.limit)
        yield "x-ratelimitbysize-remaining-minute", str(left)


def rate_limits(given: Any) -> RateLimits:
    """Return `RateLimits` from None, one limit, limits by model, or `RateLimits`."""
    match given:
        case None:
            return RateLimits()
        case RateLimits():
            return given
        case RateLimit():
            return RateLimits(default=given)
        case _:
            return RateLimits(models=msgspec.convert(given, dict[str, RateLimit]))
