"""The state of clients as observable instruments of OpenTelemetry, under the names of its conventions for HTTP.

Where those have no name, ours begins with `mistral_async.`. https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
"""

from __future__ import annotations

import operator
import weakref
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import Final, TypeAlias

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Observation

from mistral_async import ClientContext, ClientStatistics, __version__

Attributes: TypeAlias = dict[str, str | int]

_MODEL: Final = "gen_ai.request.model"
_RESOURCE: Final = "mistral_async.resource"
_WINDOW: Final = "mistral_async.window"
_BUDGET: Final = "mistral_async.budget"
_SPARE: Final = 64  # clients that may be gone before somebody looks


class ClientGauges:
    """The instruments that observe the clients which hooks of one provider were told of, without keeping them alive.

    It needs no lock, which a thread that collects could hold when the process forks: each step on the dict is one.
    """

    def __init__(self, meter: metrics.Meter) -> None:
        self._clients: dict[ClientContext, None] = {}
        self._room = _SPARE
        meter.create_observable_up_down_counter(
            "http.client.open_connections", [self._connections], "{connection}", "Connections, idle and active."
        )
        meter.create_observable_gauge(
            "mistral_async.client.pending_requests", [self._pending], "{request}", "Calls that wait for a connection."
        )
        meter.create_observable_gauge(
            "mistral_async.rate_limit.waiting", [self._waiting], "{request}", "Calls that wait for their turn."
        )
        meter.create_observable_gauge(
            "mistral_async.rate_limit.remaining", [self._remaining], "1", "Units that are left of a rate limit."
        )
        meter.create_observable_gauge(
            "mistral_async.retry.left", [self._retries], "{request}", "Repetitions that the retry budget allows."
        )
        for part, description in _PARTS.items():
            meter.create_observable_gauge(f"{_BUDGET}.{part}", [partial(self._budgets, part)], "1", description)

    def add(self, client: ClientContext) -> None:
        """Observe a client; those that are gone are forgotten now and then, also where nobody collects."""
        if len(self._clients) >= self._room:
            self._room = 2 * sum(1 for _ in self._states()) + _SPARE
        self._clients[client] = None

    def _states(self) -> Iterator[tuple[Attributes, ClientStatistics]]:
        """Yield the attributes and the state of each client that lives, and forget the others."""
        for client in list(self._clients):
            if (state := client.stats()) is None:
                self._clients.pop(client, None)
            else:
                yield {"server.address": client.address, "server.port": client.port}, state

    def _connections(self, _options: CallbackOptions) -> Iterable[Observation]:
        found: list[tuple[int, Attributes]] = []
        for server, state in self._states():
            if (connections := state.connections) is not None:
                found.append((connections.idle, {**server, "http.connection.state": "idle"}))
                found.append((connections.in_use, {**server, "http.connection.state": "active"}))
        return _merged(found)

    def _pending(self, _options: CallbackOptions) -> Iterable[Observation]:
        return _merged(
            (state.connections.waiting, server) for server, state in self._states() if state.connections is not None
        )

    def _waiting(self, _options: CallbackOptions) -> Iterable[Observation]:
        return _merged(
            (limits.waiting, {**server, _MODEL: model})
            for server, state in self._states()
            for model, limits in state.limiter.models.items()
        )

    def _remaining(self, _options: CallbackOptions) -> Iterable[Observation]:
        return _merged(
            (
                (
                    limit.remaining,
                    {**server, _MODEL: model, _RESOURCE: limit.resource, _WINDOW: limit.window},
                )
                for server, state in self._states()
                for model, limits in state.limiter.models.items()
                for limit in limits.limits
            ),
            min,
        )

    def _budgets(self, part: str, _options: CallbackOptions) -> Iterable[Observation]:
        found: list[tuple[float, Attributes]] = []  # of each client, which may share a budget with others
        for server, state in self._states():
            found += _together(
                (
                    limit if part == "limit" else getattr(getattr(budget, part), resource),
                    {**server, f"{_BUDGET}.name": budget.name, _RESOURCE: resource},
                )
                for budget in state.budgets
                for resource, limit in budget.limit.items()
            )
        return _merged(found, max)

    def _retries(self, _options: CallbackOptions) -> Iterable[Observation]:
        return _merged((state.retries.left, server) for server, state in self._states())


_PARTS: Final = {
    "used": "Units of a budget that were used.",
    "reserved": "Units of a budget that calls under way may use.",
    "limit": "The units that a budget has in all.",
}
_GAUGES: weakref.WeakKeyDictionary[metrics.MeterProvider, ClientGauges] = weakref.WeakKeyDictionary()


def gauges_of(provider: metrics.MeterProvider | None) -> ClientGauges:
    """Return the gauges of a provider, which all objects of hooks share: of two instruments one would be read."""
    if provider is None or provider is metrics.get_meter_provider():
        return _default_gauges()
    if (found := _GAUGES.get(provider)) is None:
        found = _GAUGES[provider] = ClientGauges(metrics.get_meter("mistral_async", __version__, provider))
    return found


@cache
def _default_gauges() -> ClientGauges:
    """Return those of the provider of the process, which may be set later."""
    return ClientGauges(metrics.get_meter("mistral_async", __version__))


def _merged(
    found: Iterable[tuple[float, Attributes]], merge: Callable[[float, float], float] = operator.add
) -> list[Observation]:
    """Return one observation for each set of attributes: what clients of one server have together."""
    return [Observation(value, attributes) for value, attributes in _together(found, merge)]


def _together(
    found: Iterable[tuple[float, Attributes]], merge: Callable[[float, float], float] = operator.add
) -> list[tuple[float, Attributes]]:
    merged: dict[tuple[tuple[str, str | int], ...], float] = {}
    for value, attributes in found:
        key = tuple(attributes.items())
        merged[key] = merge(merged[key], value) if key in merged else value
    return [(value, dict(key)) for key, value in merged.items()]
