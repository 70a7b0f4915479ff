"""The state of a client's rate limits, for whoever watches a service."""

from __future__ import annotations

import msgspec


class LimiterStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a client's rate limits at one moment (`client.limiter`).

    Attributes:
        waiting: Calls that wait for their turn.
        in_flight: Calls under way, as far as they are counted: while nothing limits them they are not.
        rates: Calls per second, by model, where refusals have shown a limit.
        noise: Share of the calls, by model, that is refused whatever the rate.
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
    store_down: float | None = None
    store_failures: int = 0
    store_error: str | None = None
    keys: tuple[LimiterStatistics, ...] = ()
    rests: float | None = None
