"""Prices: of each unit that answers report, by model, as the user states them or a package knows them."""

from __future__ import annotations

import functools
import importlib
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Final, cast

import msgspec

from mistral_async._codec.counts import check_number, set_plain_numbers
from mistral_async.errors import MissingExtraError

if TYPE_CHECKING:
    from mistral_async._spending.units import Units

NANOS: Final = 1_000_000_000
"""Costs are counted in whole billionths of the currency, so that sums over processes do not drift."""
ANY_MODEL: Final = "*"
_MILLION: Final = 1_000_000
_ROUNDING: Final = 1e-6  # of a billionth: noise of the multiplication, not a cost


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """The price of a model, in a currency of your choice: one for all models.

    Attributes:
        input: Of a million tokens of prompts.
        output: Of a million tokens of answers.
        cached: Of a million tokens of prompts that were read from the cache. Default: as `input`.
        pages: Of a thousand pages of documents.
        minutes: Of a minute of audio.

    Raises:
        ValueError: a price is negative or not finite.
    """

    input: float = 0.0
    output: float = 0.0
    cached: float | None = None
    pages: float = 0.0
    minutes: float = 0.0

    def __post_init__(self) -> None:
        set_plain_numbers(self, self.__struct_fields__)
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if value is None and name == "cached":
                continue
            check_number(f"the price {name}", value, zero=True)

    def nanos(self, units: Units) -> int:
        """Return the cost of units in billionths, rounded up."""
        cached = self.input if self.cached is None else self.cached
        tokens = (units.input - units.cached) * self.input + units.cached * cached + units.output * self.output
        cost = tokens / _MILLION + units.pages * self.pages / 1000 + units.seconds * self.minutes / 60
        return math.ceil(cost * NANOS - _ROUNDING)


def price_of(prices: Mapping[str, Price] | None, model: str) -> Price | None:
    """Return the price of a model, or that of `"*"`; None where it is not known."""
    if prices is None:
        return None
    found = prices.get(model)
    return prices.get(ANY_MODEL) if found is None else found


def check_prices(prices: object) -> None:
    """Raise `TypeError` for what is no table of prices."""
    if not isinstance(prices, Mapping):
        raise TypeError(f"prices are a mapping of models to Price, not {type(prices).__name__}")
    for model, price in cast("Mapping[object, object]", prices).items():
        if not isinstance(price, Price):
            raise TypeError(f"prices[{model!r}] must be a Price, not {type(price).__name__}")


class KnownPrices(Mapping[str, Price]):
    """The prices of Mistral's models in US dollars, as the package `genai-prices` knows them (extra `prices`).

    They are those of the installed version, at the time of asking. Prices given by name go before them:
    `KnownPrices({"my-fine-tuned-model": Price(input=0.1, output=0.3)})`.

    Raises:
        MissingExtraError: the package is not installed.
    """

    def __init__(self, own: Mapping[str, Price] | None = None) -> None:
        try:
            importlib.import_module("genai_prices")  # it takes a third of a second: here, and not in the first call
        except ImportError:
            raise MissingExtraError("KnownPrices needs genai-prices: pip install 'mistral-async[prices]'") from None
        self._own: dict[str, Price] = dict(own or {})
        check_prices(self._own)

    def __reduce__(self) -> tuple[type[KnownPrices], tuple[dict[str, Price]]]:
        return type(self), (self._own,)

    def __getitem__(self, model: str) -> Price:
        price = self._own.get(model) or _known(model, datetime.now(UTC).date())
        if price is None:
            raise KeyError(model)
        return price

    def __iter__(self) -> Iterator[str]:
        return iter(self._own)

    def __len__(self) -> int:
        return len(self._own)


@functools.lru_cache(256)
def _known(model: str, day: date) -> Price | None:
    """Return the price that the package has for a model on a day; None where it has none."""
    from genai_prices import Usage, calc_price

    noon = datetime.combine(day, time(12), UTC)

    def price(**units: int) -> float:
        priced = calc_price(Usage(**units), model, provider_id="mistral", genai_request_timestamp=noon)
        return float(priced.total_price)

    try:
        return Price(
            input=price(input_tokens=_MILLION),
            output=price(output_tokens=_MILLION),
            cached=price(input_tokens=_MILLION, cache_read_tokens=_MILLION),
            pages=price(input_document_pages=1000),
            minutes=price(audio_seconds=60),
        )
    except LookupError:
        return None
