"""Executed operations and billed tokens, so that a test can prove that nothing was billed twice."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

_NO_UNITS: Mapping[str, int] = MappingProxyType({})


class Effect(msgspec.Struct, frozen=True):
    """One execution of an operation, whether or not its response reached the client."""

    operation: str
    time: float
    model: str | None
    tokens: int
    completion_tokens: int = 0
    """Those of the tokens that were written."""
    units: Mapping[str, int] = _NO_UNITS
    """Everything that it cost, such as `ocr-pages`."""


class Effects:
    """Executions and billed tokens, counted by operation."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.tokens: Counter[str] = Counter()
        # The latest million, which is all that a test looks at and all that a long run should hold.
        self.history: deque[Effect] = deque(maxlen=1_000_000)

    def __getitem__(self, operation: str) -> int:
        """Return how often `operation` was executed."""
        return self.counts[operation]

    def record(
        self,
        operation: str,
        *,
        time: float,
        model: str | None = None,
        tokens: int = 0,
        completion_tokens: int = 0,
        units: Mapping[str, int] = _NO_UNITS,
    ) -> None:
        """Count one execution."""
        self.counts[operation] += 1
        if tokens:
            self.tokens[operation] += tokens
        self.history.append(Effect(operation, time, model, tokens, completion_tokens, units))

    @property
    def total(self) -> int:
        """Return the number of all executions."""
        return self.counts.total()

    @property
    def total_tokens(self) -> int:
        """Return the number of all tokens billed."""
        return self.tokens.total()

    def peak_requests(self, window: float, *, model: str | None = None) -> int:
        """Return the most executions within any `window` seconds."""
        return self._peak(window, model, by_tokens=False)

    def peak_tokens(self, window: float, *, model: str | None = None) -> int:
        """Return the most tokens billed within any `window` seconds."""
        return self._peak(window, model, by_tokens=True)

    def _peak(self, window: float, model: str | None, *, by_tokens: bool) -> int:
        recent: deque[tuple[float, int]] = deque()
        total = most = 0
        for effect in self.history:
            if model is not None and effect.model != model:
                continue
            amount = effect.tokens if by_tokens else 1
            recent.append((effect.time, amount))
            total += amount
            while recent[0][0] <= effect.time - window:
                total -= recent.popleft()[1]
            most = max(most, total)
        return most


class Connections:
    """Counts of connections: open now, and opened in all."""

    def __init__(self) -> None:
        self.open = 0
        self.opened = 0

    def __repr__(self) -> str:
        """Show both counts."""
        return f"<Connections open={self.open} opened={self.opened}>"
