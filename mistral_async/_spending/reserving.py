"""Reserving: each attempt of a call has what it may use reserved in all budgets that apply to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from mistral_async._spending.media import Content
from mistral_async._spending.units import Units, read_units

if TYPE_CHECKING:
    from mistral_async._spending.budget import Budget, BudgetHold


class Asked(NamedTuple):
    """A request, as far as budgets have to know it."""

    what: str
    """The request as errors show it."""
    model: str
    """The model, or what stands for it: an agent, a route."""
    route: str
    content: Content
    """The text and the media in its body; nothing for a form, whose files say nothing of tokens."""
    fields: Mapping[str, Any]
    """Its parameters."""


class Hold:
    """The parts of all budgets that are held for one attempt. It is settled once; what comes after is ignored."""

    __slots__ = ("_asked", "_holds")

    def __init__(self, asked: Asked, holds: Sequence[BudgetHold]) -> None:
        self._asked = asked
        self._holds = holds

    def settle(self, usage: object) -> None:
        """Settle with what an answer says that it used; where it says nothing, with all that is held."""
        units = read_units(usage)
        for hold in self._holds:
            if units is None:
                hold.keep()
            else:
                _learn(hold.budget, self._asked, units)
                hold.settle(hold.budget.charge(self._asked.model, units))

    def release(self, *, executed: bool) -> None:
        """Settle an attempt without an answer: with all that is held if it may have been executed, or nothing."""
        for hold in self._holds:
            if executed:
                hold.keep()
            else:
                hold.give_back()


async def reserve(budgets: Sequence[Budget], asked: Asked, *, patient: bool) -> Hold:
    """Reserve in all budgets, or in none: raises `BudgetExceededError`.

    `patient` waits for calls of this process that have reserved more than they will use (rule 2 of `budget`).
    """
    while True:
        holds: list[BudgetHold] = []
        try:
            full, mark = await _reserve_each(budgets, asked, holds)
        except BaseException:
            _give_back(holds)
            raise
        if full is None:
            return Hold(asked, holds)
        _give_back(holds)
        if not patient or not await full.has_changed(mark):
            advice = " (max_tokens= limits that)" if full.estimator.guesses(asked.route, asked.fields) else ""
            raise full.exceeded(_charge(full, asked), asked.what, advice)


async def _reserve_each(budgets: Sequence[Budget], asked: Asked, holds: list[BudgetHold]) -> tuple[Budget | None, int]:
    """Reserve in one budget after the other; return the first that has no room, and its mark before it was asked."""
    for budget in budgets:
        mark = budget.mark
        hold = await budget.reserve(_charge(budget, asked))
        if hold is None:
            return budget, mark
        holds.append(hold)
    return None, 0


def _charge(budget: Budget, asked: Asked) -> Any:
    units = budget.estimator.estimate(asked.model, asked.route, asked.content, asked.fields)
    return budget.charge(asked.model, units)


def _learn(budget: Budget, asked: Asked, units: Units) -> None:
    budget.estimator.observe(asked.model, asked.route, asked.content, units)


def _give_back(holds: Sequence[BudgetHold]) -> None:
    for hold in holds:
        hold.give_back()
