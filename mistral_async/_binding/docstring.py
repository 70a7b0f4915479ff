"""Docstrings that are completed when somebody reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self


class Documentation(str):
    """The docstring of a method, to which parameters, options and answers are added when it is shown.

    Whoever shows docstrings takes `inspect.cleandoc`, whose first step is `expandtabs`, or `str`. Reading the options'
    sources at import would cost every program what only `help` needs.
    """

    __slots__ = ("_function",)

    _function: Callable[..., Any]

    def __new__(cls, function: Callable[..., Any]) -> Self:
        """Take the docstring of a function; `python -OO` leaves none."""
        made = super().__new__(cls, function.__doc__ or "")
        made._function = function
        return made

    def expandtabs(self, tabsize: Any = 8) -> str:
        """Return the whole text, as `inspect.cleandoc` takes it."""
        return str(self).expandtabs(tabsize)

    def __str__(self) -> str:
        from mistral_async._binding.documentation import document

        return document(self._function)
