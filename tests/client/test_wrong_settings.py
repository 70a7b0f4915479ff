"""Options of a wrong type or value: each is refused where it is given, by an error of ours that names the option."""

from __future__ import annotations

import math
import traceback
from datetime import timedelta
from functools import partial

import httpx
import pytest

from mistral_async import (
    Account,
    BackoffStrategy,
    Budget,
    MemoryCache,
    Mistral,
    Price,
    RateLimits,
    RedisCache,
    RedisStore,
    RetryConfig,
    SQLiteCache,
    SQLiteStore,
    SyncMistral,
    Timeout,
)
from mistral_async.errors import ConfigurationError

NAN, HUGE = float("nan"), 10**400
NO_OBJECT = (5, 2.5, True, "text", b"x", [5], (5,), {5}, object(), int)
NO_TEXT = (5, 2.5, True, b"x", [], [5], {}, {5}, object(), int)
NO_NUMBER = ("text", b"x", [], [5], {}, {5}, object(), int, True, timedelta(1), NAN, -1)
NO_SECONDS = (*NO_NUMBER, 0, HUGE)
NO_COUNT = (*NO_NUMBER, 0, 2.5, math.inf)
NO_FLAG = (5, 0, 2.5, "no", "", b"x", [], {}, object(), int)
NO_MAPPING = (5, 0, 2.5, True, "text", "", b"x", [], [5], {5}, object(), int)


def settled(**settings):
    Mistral("key", **settings)


def viewed(**options):
    Mistral(["key", "other"]).with_options(**options)


def retried(**options):
    Mistral("key", retry_config=RetryConfig(**options))


def backed_off(**options):
    Mistral("key", retry_config=RetryConfig(backoff=BackoffStrategy(**options)))


def timed(**options):
    Mistral("key", timeout=Timeout(**options))


def with_account(**options):
    Mistral([Account(**{"api_key": "key", **options})])


WRONG = {
    settled: {
        "server": (*NO_TEXT, "mars"),
        "server_url": (5, object(), "text"),
        "headers": (*NO_MAPPING, {"a": object()}, {"a b": "c"}),
        "query": NO_MAPPING,
        "gateway": NO_OBJECT,
        "timeout": (*NO_NUMBER[:-3], NAN, -1, 0),
        "timeout_ms": (*NO_NUMBER, 0),
        "retry_config": (*NO_OBJECT, {"retrys": 5}),
        "rate_limits": (*NO_MAPPING, {"rps": 5}),
        "async_client": (*NO_OBJECT, {}, httpx.Client, httpx.AsyncClient),
        "transport": (*NO_OBJECT, {}, httpx.AsyncHTTPTransport),
        "debug_logger": (*NO_OBJECT, {}),
        "hooks": NO_OBJECT,
        "max_connections": NO_COUNT,
        "keepalive_expiry": NO_NUMBER,
        "max_answer_size": (*NO_NUMBER, 0),
        "max_compression_ratio": (*NO_NUMBER, 0),
        "verify": (5, 2.5, b"x", [], {}, object(), int),
        "http2": NO_FLAG,
        "budget": NO_OBJECT,
        "prices": (*NO_MAPPING, {"a": 5}),
        "proxy": (5, b"x", [5], object()),
        "workflow_encoding": NO_OBJECT,
        "cache": NO_OBJECT,
        "prompt_cache": NO_OBJECT,
    },
    viewed: {
        "timeout": (*NO_NUMBER[:-3], NAN, -1, 0),
        "retries": (2.5, True, "3", b"x", [5], object(), int, -1, {"retrys": 5}),
        "headers": NO_MAPPING,
        "extra_body": NO_MAPPING,
        "extra_query": NO_MAPPING,
        "background": NO_FLAG,
        "log_bodies": NO_FLAG,
        "budget": NO_OBJECT,
        "workflow_encoding": NO_OBJECT,
        "cache": NO_OBJECT,
        "prompt_cache": NO_OBJECT,
        "key": (2.0, 0, 3, -1, True, "1", [1], object()),
        "fallback": (5, 2.5, True, b"x", [5], {5}, object(), int, {"a": 5}),
        "fallback_on": NO_OBJECT,
    },
    partial(viewed, fallback="other"): {"fallback_on": (*NO_OBJECT, "anything", [ValueError])},
    partial(SyncMistral, "key"): {"backend": (*NO_OBJECT, {}, [])},
    Budget: {"tokens": NO_COUNT, "requests": NO_COUNT},
    partial(Budget, tokens=1): {
        "per": (*NO_OBJECT, [], {}, "week"),
        "store": (*NO_OBJECT, {}),
        "name": NO_TEXT,
        "prices": (*NO_MAPPING, {"a": 5}),
    },
    partial(Budget, prices={"*": Price()}): {"cost": NO_SECONDS},
    Price: dict.fromkeys(Price.__struct_fields__, (*NO_NUMBER, HUGE)),
    RateLimits: {
        **dict.fromkeys(("requests_per_second", "requests_per_minute", "tokens_per_minute"), NO_SECONDS),
        "concurrency": NO_COUNT,
        "models": (*NO_MAPPING, {"a": 5}, {"a": {}}),
        "store": (*NO_OBJECT, {}),
    },
    partial(RateLimits, requests_per_second=1): {"burst": NO_COUNT},
    with_account: {
        "api_key": (5, 2.5, True, b"x", [], [5], {}, object(), ""),
        "server_url": (5, object(), "text"),
        "rate_limits": (*NO_MAPPING, {"rps": 5}),
        "weight": (*NO_SECONDS, math.inf),
    },
    MemoryCache: {"max_size": NO_COUNT, "ttl": NO_SECONDS},
    partial(SQLiteCache, "file"): {"ttl": NO_SECONDS, "timeout": NO_SECONDS},
    SQLiteCache: {"path": (5, 2.5, True, [], {}, object(), int, "")},
    SQLiteStore: {"path": (5, 2.5, True, [], {}, object(), int, "")},
    partial(SQLiteStore, "file"): {"timeout": NO_SECONDS},
    RedisCache: {"url": (*NO_TEXT, "text", "http://a"), "prefix": NO_TEXT, "ttl": NO_SECONDS, "timeout": NO_SECONDS},
    RedisStore: {"url": (*NO_TEXT, "text", "http://a"), "prefix": NO_TEXT, "timeout": NO_SECONDS},
    retried: {
        "strategy": (*NO_OBJECT, [], {}),
        "backoff": (5, 2.5, True, "text", b"x", [5], object(), int, {"first": 5}),
        "retries": (*NO_NUMBER, 2.5, math.inf),
        "retry_connection_errors": NO_FLAG,
        "statuses": (5, 2.5, True, "text", b"x", ["500"], [None], object(), int),
        "max_retry_after": (*NO_NUMBER, HUGE),
    },
    backed_off: dict.fromkeys(BackoffStrategy.__struct_fields__, (*NO_NUMBER, HUGE)),
    timed: dict.fromkeys(Timeout.__struct_fields__, NO_SECONDS),
}
CASES = {
    f"{getattr(make, 'func', make).__name__}-{option}": (make, option, wrong)
    for make, options in WRONG.items()
    for option, wrong in options.items()
}


@pytest.mark.parametrize("case", CASES)
def test_what_can_not_be_meant_is_refused_where_it_is_given(case):
    make, option, wrong = CASES[case]
    for value in wrong:
        with pytest.raises((ConfigurationError, TypeError, ValueError)) as caught:
            make(**{option: value})
        last = traceback.extract_tb(caught.value.__traceback__)[-1]
        assert "raise " in (last.line or ""), f"{value!r} is met by Python, or a library: {caught.value!r}"
        assert "mistral_async" in last.filename
        words = str(caught.value).replace("_", " ").lower()
        named = option.removesuffix("_config").replace("_", " ").split()
        assert any(word.removesuffix("s") in words for word in named), words


def test_what_has_no_end_is_taken():
    timed(total=math.inf)
    backed_off(max_elapsed_time=math.inf)
    settled(timeout_ms=HUGE, keepalive_expiry=math.inf, max_answer_size=math.inf, max_compression_ratio=math.inf)
    viewed(timeout=HUGE)
