"""Meters: the usage of the calls of a client, a view or a job, summed as they are answered."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Mapping
from typing import Final

import msgspec

from mistral_async._spending.price import NANOS, Price, price_of
from mistral_async._spending.units import NOTHING, Units, read_units

# Rule 1: A call is summed when it is answered. What is kept to be summed later makes the garbage collector run more
# often, and it looks at all calls in flight each time: with 256 of them that costs more than the sums.
# Rule 2: What a meter counts, those above it count too: a view's calls are its client's.
# Rule 3: What may have been executed and did not say what it used is counted apart (`unknown`), never as nothing.

_MAX_MODELS: Final = 1024  # names may come from users of a service
_OTHERS: Final = "(others)"


class ModelUsage(msgspec.Struct, frozen=True, kw_only=True):
    """The usage of calls, as the API's answers say.

    Only requests that are billed count: completions, embeddings, moderations, classifications, OCR, transcriptions,
    speech, conversations. Batch and fine-tuning jobs do not.
    """

    requests: int = 0
    """Requests that were answered, and those that may have been executed though no whole answer came."""
    unknown: int = 0
    """Those of them that did not say what they used: streams that were left or cut, time limits, lost connections."""
    input_tokens: int = 0
    """Tokens of prompts, those that were read from the cache among them."""
    cached_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0
    """As the server counts: it can be more than input and output together."""
    pages: int = 0
    """Pages of documents."""
    audio_seconds: int = 0
    cost: float | None = None
    """In the currency of the prices; None where a price is not known. What is `unknown` is not in it."""


class Usage(ModelUsage, frozen=True, kw_only=True):
    """The usage of calls, in all and by model."""

    by_model: Mapping[str, ModelUsage] = {}
    """By the name that the calls gave; a route stands for the model where they named none."""


class _Sums:
    """The sums of one model, by the names of `ModelUsage`."""

    __slots__ = (
        "audio_seconds",
        "cached_tokens",
        "input_tokens",
        "output_tokens",
        "pages",
        "requests",
        "total_tokens",
        "unknown",
    )

    def __init__(self) -> None:
        self.requests = self.unknown = 0
        self.input_tokens = self.cached_tokens = self.output_tokens = self.total_tokens = 0
        self.pages = self.audio_seconds = 0

    def by_name(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in self.__slots__}


class UsageMeter:
    """The sums of one client, view or job. Any thread may add and read."""

    def __init__(self, parent: UsageMeter | None = None) -> None:
        self.parent = parent
        self.sums: dict[str, _Sums] = {}

    def __eq__(self, other: object) -> bool:
        """Compare as settings do: what was counted is none."""
        return isinstance(other, UsageMeter)

    def __hash__(self) -> int:
        return hash(UsageMeter)

    def __reduce__(self) -> tuple[type[UsageMeter], tuple[()]]:
        return type(self), ()

    def add(self, model: str, usage: object) -> None:
        """Count a request, with the `usage` of its answer; None where it did not say."""
        units = read_units(usage)
        counted = units or NOTHING
        meter: UsageMeter | None = self
        with _lock:
            while meter is not None:
                sums = meter.sums[model] if model in meter.sums else _begin(meter.sums, model)
                sums.requests += 1
                sums.unknown += units is None
                sums.input_tokens += counted.input
                sums.cached_tokens += counted.cached
                sums.output_tokens += counted.output
                sums.total_tokens += counted.total
                sums.pages += counted.pages
                sums.audio_seconds += counted.seconds
                meter = meter.parent

    def usage(self, prices: Mapping[str, Price] | None = None) -> Usage:
        """Return the sums so far."""
        with _lock:
            counts = {model: sums.by_name() for model, sums in self.sums.items()}
        by_model = {model: _usage(each, price_of(prices, model)) for model, each in counts.items()}
        total = {name: sum(each[name] for each in counts.values()) for name in _Sums.__slots__}
        costs = [each.cost for each in by_model.values()]
        cost = None if prices is None or None in costs else math.fsum(each for each in costs if each is not None)
        return Usage(**total, cost=cost, by_model=by_model)


_lock = threading.RLock()  # a finalizer, or the handler of a signal, may count while its thread has it


def _begin(sums: dict[str, _Sums], model: str) -> _Sums:
    """Return the sums of a model that has none of its own yet."""
    return sums.setdefault(model if len(sums) < _MAX_MODELS else _OTHERS, _Sums())


def _usage(counts: dict[str, int], price: Price | None) -> ModelUsage:
    if price is None:
        return ModelUsage(**counts)
    units = Units(
        counts["input_tokens"],
        counts["cached_tokens"],
        counts["output_tokens"],
        counts["total_tokens"],
        counts["pages"],
        counts["audio_seconds"],
    )
    return ModelUsage(**counts, cost=price.nanos(units) / NANOS)


def _after_fork() -> None:
    global _lock  # noqa: PLW0603 - another thread of the parent may hold it for ever
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
