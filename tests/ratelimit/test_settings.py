from __future__ import annotations

import pytest

from mistral_async._ratelimit import Limiter, RateLimits


@pytest.mark.parametrize(
    "name", ["requests_per_second", "requests_per_minute", "tokens_per_minute", "burst", "concurrency"]
)
@pytest.mark.parametrize("value", [0, -1])
def test_a_limit_is_positive(name, value):
    with pytest.raises(ValueError, match=name):
        RateLimits(**{"requests_per_second": 1, name: value})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_limit_is_finite(value):
    with pytest.raises(ValueError, match="positive number"):
        RateLimits(tokens_per_minute=value)


@pytest.mark.parametrize(("name", "value"), [("requests_per_second", "20"), ("burst", 2.5), ("concurrency", True)])
def test_a_limit_is_a_number(name, value):
    with pytest.raises(TypeError, match=name):
        RateLimits(**{"requests_per_second": 1, name: value})


def test_a_burst_is_of_requests():
    with pytest.raises(ValueError, match="burst needs"):
        RateLimits(tokens_per_minute=1000, burst=5)


def test_models_are_not_nested():
    inner = RateLimits(requests_per_second=1, models={"a": RateLimits(concurrency=1)})
    with pytest.raises(ValueError, match="neither models nor a store"):
        RateLimits(models={"b": inner})
    with pytest.raises(TypeError, match="must be RateLimits"):
        RateLimits(models={"b": {"requests_per_second": 1}})


def test_without_limits_the_limiter_is_unrestricted():
    # Rule 3 of limiter.
    assert Limiter().unrestricted
    assert Limiter(RateLimits()).unrestricted
    assert not Limiter(RateLimits(concurrency=3)).unrestricted
    assert not Limiter(RateLimits(models={"a": RateLimits(requests_per_second=3)})).unrestricted


def test_the_start_is_over_once_a_model_is_known():
    # Rule 3 of limiter.
    limiter = Limiter()
    for number in range(1000):
        assert limiter.starting
        limiter.settle(limiter.reserve("/v1/chat", "m", now=number / 100), number / 100)
    assert not limiter.starting
