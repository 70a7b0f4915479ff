"""The limits of an account as its user states them: checked when made, immutable, for all calls of a client."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from mistral_async._codec.counts import check_count, check_number, set_plain_numbers
from mistral_async._ratelimit.store import LimitStore

_RATES = ("requests_per_second", "requests_per_minute", "tokens_per_minute")
_COUNTS = ("burst", "concurrency")
_STORE = ("reserve", "aclose")


class RateLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The pace that a client keeps, whatever the server says.

    Limits count all calls of the client together. A model named in `models` has limits of its own, and its calls do
    not count among the others'. What the server states in its headers is learned and kept as well, per model, so an
    account whose limits are unknown needs no setting at all.

    Without `burst` calls are spread out evenly: requests per second one by one, the limits per minute with at most a
    tenth of a minute's worth at once, and no window of a second (a minute) ever holds more than the limit. With `burst`
    the request limits are token buckets: that many requests may go at once, the rest at the stated rate.

    Attributes:
        requests_per_second: Requests started in any second; may be a fraction (`0.5` is one every two seconds).
        requests_per_minute: Requests started in any minute.
        tokens_per_minute: Tokens, prompt and completion, in any minute. Estimated before the call, corrected after it.
        burst: Requests that may start at once. With a `store`, what the limit brings in 20 ms is kept of it, for
            requests that busy processes send late; one is left at least.
        concurrency: Requests that may be under way at once, in this client (also where a `store` is given).
        models: Limits of single models, by the name that calls use. They have no `models` and no `store`.
        store: Where several processes keep the limits together: `SQLiteStore`, `RedisStore` or your own.

    Raises:
        ValueError: a limit is not a positive, finite number, or `models` is nested.
    """

    requests_per_second: float | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    burst: int | None = None
    concurrency: int | None = None
    models: Mapping[str, RateLimits] = {}
    store: LimitStore | None = None

    def __post_init__(self) -> None:
        set_plain_numbers(self, (*_RATES, *_COUNTS))
        for name in _RATES:
            check_number(name, getattr(self, name), optional=True)
        for name in _COUNTS:
            check_count(name, getattr(self, name), optional=True)
        if self.burst is not None and self.requests_per_second is None and self.requests_per_minute is None:
            raise ValueError("burst needs requests_per_second or requests_per_minute")
        if self.store is not None and not all(callable(getattr(self.store, each, None)) for each in _STORE):
            raise TypeError(f"store must be an SQLiteStore, a RedisStore, or a LimitStore, not {self.store!r:.40}")
        if not isinstance(self.models, Mapping):
            raise TypeError(f"models are a mapping of models to RateLimits, not {type(self.models).__name__}")
        for model, limits in self.models.items():
            if not isinstance(limits, RateLimits):
                raise TypeError(f"models[{model!r}] must be RateLimits, not {type(limits).__name__}")
            if limits.models or limits.store is not None:
                raise ValueError(f"models[{model!r}] can have neither models nor a store of its own")
