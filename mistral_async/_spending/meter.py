"""Meters: the usage of the calls of a client, a view or a job, summed as they are answered."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from mistral_async._spending.price import NANOS, Price, price_of
from mistral_async._spending.units import NOTHING, Units, read_units

# Rule 1: A call adds one entry to a list, which costs next to nothing; entries are summed when somebody asks, and every
# `_BATCH` entries. All meters of a client share the list.
# Rule 2: What a meter counts, those above it count too: a view's calls are its client's.
# Rule 3: What may have been executed and did not say what it used is counted apart (`unknown`), never as nothing.

_BATCH: Final = 256
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


class UsageMeter:
    """The sums of one client, view or job. Any thread may add and read."""

    def __init__(self, parent: UsageMeter | None = None) -> None:
        self.parent = parent
        self.pending: list[tuple[UsageMeter, str, object]] = [] if parent is None else parent.pending
        self._rows: dict[str, list[int]] = {}

    def __eq__(self, other: object) -> bool:
        """Compare as settings do: what was counted is none."""
        return isinstance(other, UsageMeter)

    def __hash__(self) -> int:
        return hash(UsageMeter)

    def __reduce__(self) -> tuple[type[UsageMeter], tuple[()]]:
        return type(self), ()

    def add(self, model: str, usage: object) -> None:
        """Count a request, with the `usage` of its answer; None where it did not say."""
        pending = self.pending
        pending.append((self, model, usage))
        if len(pending) >= _BATCH:
            self._sum()

    def usage(self, prices: Mapping[str, Price] | None = None) -> Usage:
        """Return the sums so far."""
        self._sum()
        with _lock:
            rows = {model: row.copy() for model, row in self._rows.items()}
        by_model = {model: _usage(row, price_of(prices, model)) for model, row in rows.items()}
        total = [sum(column) for column in zip(*rows.values(), strict=True)] or [0] * _WIDTH
        costs = [each.cost for each in by_model.values()]
        cost = None if prices is None or None in costs else math.fsum(each for each in costs if each is not None)
        return Usage(**_fields(total), cost=cost, by_model=by_model)

    def _sum(self) -> None:
        pending = self.pending
        with _lock:
            entries = pending[:]
            del pending[: len(entries)]  # what others add meanwhile stays
            by_row: dict[tuple[int, str], list[Units | None]] = {}
            meters = {id(meter): meter for meter, _, _ in entries}  # which are all equal
            for meter, model, usage in entries:
                by_row.setdefault((id(meter), model), []).append(read_units(usage))
            for (which, model), found in by_row.items():
                known = [units for units in found if units is not None]
                counts = (len(found), len(found) - len(known), *map(sum, zip(*known, strict=True)))
                above: UsageMeter | None = meters[which]
                while above is not None:
                    above.count(model, counts)
                    above = above.parent

    def count(self, model: str, counts: tuple[int, ...]) -> None:
        rows = self._rows
        if (row := rows.get(model)) is None:
            name = model if len(rows) < _MAX_MODELS else _OTHERS
            row = rows.setdefault(name, [0] * _WIDTH)
        for place, count in enumerate(counts):
            row[place] += count


_WIDTH: Final = 2 + len(NOTHING)
_lock = threading.Lock()


def _usage(row: list[int], price: Price | None) -> ModelUsage:
    return ModelUsage(**_fields(row), cost=None if price is None else price.nanos(Units(*row[2:])) / NANOS)


def _fields(row: list[int]) -> dict[str, Any]:
    """Return the counts of a row by their names, which stand in its order."""
    return dict(zip(ModelUsage.__struct_fields__, row, strict=False))


def _after_fork() -> None:
    global _lock  # noqa: PLW0603 - another thread of the parent may hold it for ever
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
