"""The state of a client's rate limits, for whoever watches a service."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from mistral_async._ratelimit.reservation import ModelQueue


class LimitStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """A limit that the server states in its headers.

    Attributes:
        resource: What it counts, such as `requests` or `tokens`.
        window: The time that it counts them in, such as `minute`.
        limit: Units for each window.
        remaining: Units that are left now, as far as is known.
    """

    resource: str = ""
    window: str = ""
    limit: float = 0.0
    remaining: float = 0.0


class ModelStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """The rate limits of one model, or of a route where calls name no model.

    Attributes:
        waiting: Calls that wait for their turn.
        in_flight: Calls under way, as far as they are counted.
        rate: Calls per second that refusals have shown; None where there were none.
        limits: The limits that the server states.
    """

    waiting: int = 0
    in_flight: int = 0
    rate: float | None = None
    limits: list[LimitStatistics] = []


class LimiterStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a client's rate limits at one moment (`client.limiter`).

    Attributes:
        waiting: Calls that wait for their turn.
        in_flight: Calls under way, as far as they are counted: while nothing limits them they are not.
        rates: Calls per second, by model, where refusals have shown a limit: of all processes where a store shares it.
        noise: Share of the calls, by model, that is refused whatever the rate.
        models: The limits of each model that was called, with what is left of them.
        shares: Share of this process in the calls of all, by model, where a store shares what they learn.
        store_down: Seconds for which the shared store has been out; None while it works, or where there is none.
        store_failures: Questions that the shared store did not answer, in all.
        store_error: The newest of those failures, as text.
        keys: The same for each key of a client that has several, in their order; empty where it has one.
        rests: Seconds for which a key that was refused gets no calls; None where it does not rest.
    """

    waiting: int = 0
    in_flight: int = 0
    rates: dict[str, float] = {}
    noise: dict[str, float] = {}
    models: dict[str, ModelStatistics] = {}
    shares: dict[str, float] = {}
    store_down: float | None = None
    store_failures: int = 0
    store_error: str | None = None
    keys: tuple[LimiterStatistics, ...] = ()
    rests: float | None = None


def statistics_of(queue: ModelQueue, now: float) -> ModelStatistics:
    """Return what is known of one model."""
    limits, rate = queue.limits, queue.limits.rate.rate(now)
    stated = [
        LimitStatistics(resource=resource, window=window, limit=each.limit, remaining=each.remaining(now))
        for (resource, window), each in limits.server.items()
    ]
    return ModelStatistics(
        waiting=len(queue), in_flight=limits.in_flight, rate=None if rate == math.inf else rate, limits=stated
    )


def models_of(each: Sequence[LimiterStatistics]) -> dict[str, ModelStatistics]:
    """Return the limits of each model of several accounts together; one that an account does not limit has no rate."""
    names = dict.fromkeys(name for one in each for name in one.models)
    return {name: _together([one.models.get(name, ModelStatistics()) for one in each]) for name in names}


def _together(models: Sequence[ModelStatistics]) -> ModelStatistics:
    limits: dict[tuple[str, str], LimitStatistics] = {}
    for limit in (limit for model in models for limit in model.limits):
        key = (limit.resource, limit.window)
        before = limits.get(key, LimitStatistics())
        limits[key] = LimitStatistics(
            resource=limit.resource,
            window=limit.window,
            limit=before.limit + limit.limit,
            remaining=before.remaining + limit.remaining,
        )
    rates = [model.rate for model in models if model.rate is not None]
    return ModelStatistics(
        waiting=sum(model.waiting for model in models),
        in_flight=sum(model.in_flight for model in models),
        rate=sum(rates) if len(rates) == len(models) else None,
        limits=list(limits.values()),
    )
