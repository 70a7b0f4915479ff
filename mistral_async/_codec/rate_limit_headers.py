"""The rate-limit headers of a response, read by their grammar: the names have changed three times in two years.

`x-ratelimit-(limit|remaining)-<resource>-<window>` and `x-ratelimit-<resource>-query-cost`; before 2025
`[x-]ratelimitbysize-(limit|remaining|reset|query-cost)[-<window>]`, which counted tokens. Garbage is ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import msgspec

from mistral_async._lazy import lazy_pattern

_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "month": 2592000}
_PREFIX: Final = lazy_pattern(r"(?:x-)?ratelimit(bysize)?-(.+)")
_WINDOW: Final = lazy_pattern(rf"(?:(.*?)-)??((?:(\d{{1,6}})-)?({'|'.join(_SECONDS)})s?)")
_FIELD: Final = lazy_pattern(r"(?:(limit|remaining|reset)(?:-(.+))?|(.+)-(limit|remaining|reset))")
_ALIASES: Final = {"req": "requests", "request": "requests", "token": "tokens", "": "requests"}
_MAX_NAMES: Final = 1024  # header names that are remembered: a server that invents names does not fill the memory
_MAX_DIGITS: Final = 18  # of a value: it fits into 64 bits

RawHeaders = Sequence[tuple[bytes, bytes]]
"""Header names in lower case, and their values."""


class RateLimit(msgspec.Struct, frozen=True):
    """The state of one limit when a response was made.

    Attributes:
        resource: `"requests"`, `"tokens"`, `"audio-seconds"`, `"ocr-pages"`, or whatever else the server names.
        window: The window as the server wrote it: `"minute"`, `"10-second"`, `"day"`; empty where it named none.
        window_seconds: Its length, or None where the server named none.
        limit: Units per window; 0 says that the account has no quota.
        remaining: Units left when the response was made.
        reset: Seconds until the window starts anew; no header since 2025 says it.
    """

    resource: str
    window: str = ""
    window_seconds: float | None = None
    limit: int | None = None
    remaining: int | None = None
    reset: int | None = None


class RateLimitStatus(msgspec.Struct, frozen=True):
    """The rate limits and costs that a response states; empty (and false) when it states none, as streams do.

    `status.requests` and `status.tokens` are the limits most used, `status["ocr-pages"]` any other, iteration gives
    each `RateLimit`, and `costs` holds the units that the call itself drew from each resource.
    """

    limits: tuple[RateLimit, ...] = ()
    costs: Mapping[str, int] = {}

    @property
    def requests(self) -> RateLimit | None:
        """Return the limit on requests with the least left of it."""
        return self.get("requests")

    @property
    def tokens(self) -> RateLimit | None:
        """Return the limit on tokens with the least left of it."""
        return self.get("tokens")

    def get(self, resource: str, window: str | None = None) -> RateLimit | None:
        """Return the limit on a resource with the least left of it, or that of one window; None if there is none."""
        found = (each for each in self.limits if each.resource == resource and window in {None, each.window})
        return min(found, key=_remaining_share, default=None)

    def __getitem__(self, resource: str) -> RateLimit:
        found = self.get(resource)
        if found is None:
            raise KeyError(resource)
        return found

    def __iter__(self) -> Iterator[RateLimit]:
        return iter(self.limits)

    def __len__(self) -> int:
        return len(self.limits)

    def __bool__(self) -> bool:
        return bool(self.limits) or bool(self.costs)


def _remaining_share(limit: RateLimit) -> float:
    if limit.limit is None or limit.remaining is None:
        return 2.0
    return limit.remaining / limit.limit if limit.limit else 0.0


_KINDS: Final = {"limit": 0, "remaining": 1, "reset": 2}  # indices into the numbers of a limit
_COST: Final = 3

LimitKey: TypeAlias = tuple[str, str, float | None]
"""Resource, window as the server wrote it, its seconds."""
Field: TypeAlias = tuple[int, LimitKey]
"""The meaning of one header name: which number it holds, and of which limit."""

NO_STATUS: Final = RateLimitStatus()
_fields: dict[bytes, Field | None] = {}


def parse_rate_limits(headers: RawHeaders) -> RateLimitStatus:
    """Read the rate limits of a response from its headers. Never raises; returns `NO_STATUS` if they state none."""
    limits: dict[LimitKey, list[int | None]] = {}
    costs: dict[str, int] = {}
    for name, value in headers:
        try:
            field = _fields[name]
        except KeyError:
            field = _parse_and_remember(name)
        if field is None or not value.isdigit() or len(value) > _MAX_DIGITS:
            continue
        kind, key = field
        if kind is _COST:
            costs[key[0]] = int(value)
        elif key in limits:
            limits[key][kind] = int(value)
        else:
            limits[key] = [None, None, None]
            limits[key][kind] = int(value)
    if not limits and not costs:
        return NO_STATUS
    return RateLimitStatus(tuple([RateLimit(*key, *numbers) for key, numbers in limits.items()]), costs)


def _parse_and_remember(name: bytes) -> Field | None:
    field = parse_name(name.decode("latin-1")) if b"ratelimit-" in name or b"ratelimitbysize-" in name else None
    if len(_fields) < _MAX_NAMES:
        _fields[name] = field
    return field


def parse_name(name: str) -> Field | None:
    """Parse a header name in lower case; return None if it is not of rate limits."""
    matched = _PREFIX.fullmatch(name)
    if matched is None:
        return None
    by_size, rest = matched.groups()
    default = "tokens" if by_size else ""
    if rest == "query-cost" or rest.endswith("-query-cost"):
        return _COST, (_resource(rest[: -len("-query-cost")] or default or "tokens"), "", None)
    parts = _FIELD.fullmatch(rest)
    if parts is None:
        return None
    kind, subject = _KINDS[parts[1] or parts[4]], parts[2] or parts[3] or ""
    named = _WINDOW.fullmatch(subject)
    if named is None:
        window, seconds = ("minute", 60.0) if by_size else ("", None)
        return kind, (_resource(subject or default), window, seconds)
    length = int(named[3] or 1) * _SECONDS[named[4]]
    return kind, (_resource(named[1] or default), named[2], float(length) or None)


def _resource(name: str) -> str:
    return _ALIASES.get(name, name)
