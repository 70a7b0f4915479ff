"""What is told of a line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """A line that its author has to look at, with the reason."""

    line: int
    text: str
    needs_change: bool = True
    """False for a line that may well be right."""
    cell: int | None = None
    """The cell of a notebook that has the line, counted from 1."""

    def __str__(self) -> str:
        """Return the place, and the reason."""
        return f"{self.line}: {self.text}" if self.cell is None else f"cell {self.cell}, line {self.line}: {self.text}"
