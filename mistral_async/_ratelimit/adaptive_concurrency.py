"""A limit on the calls in flight, discovered from rejections: CUBIC, as `cubic` does it for the rate."""

from __future__ import annotations

from typing import Final

from mistral_async._ratelimit.curve import Cubic

_PERIOD: Final = 10.0  # seconds until the old number of calls in flight is tried again


class AdaptiveConcurrency:
    """The calls of one model in flight, unlimited until a 429 names them, or the server's load, as its reason.

    A limit on them that is not named is discovered as a rate: at a steady rate as many are in flight.
    """

    __slots__ = ("_curve",)

    def __init__(self) -> None:
        self._curve: Cubic | None = None

    @property
    def active(self) -> bool:
        """Return True if it can hold a call back."""
        return self._curve is not None

    def value(self, now: float) -> float:
        """Return how many calls may be in flight now: at least one, infinity while nothing was rejected."""
        return float("inf") if self._curve is None else max(1.0, self._curve.value(now))

    def accept(self, now: float) -> None:
        """Book that the server accepted a call."""
        if self._curve is not None and self._curve.expired(now):
            self._curve = None

    def reject(self, now: float, granted_at: float, in_flight: int) -> None:
        """Book that the server rejected a call that was granted at `granted_at`, when `in_flight` were under way."""
        curve = self._curve
        if curve is None or granted_at >= curve.since:
            self._curve = Cubic(max(1.0, min(float(in_flight), self.value(now))), now, _PERIOD)
        elif in_flight < curve.ceiling:
            curve.ceiling = max(1.0, float(in_flight))  # rule 2, but one of them met the limit even earlier
