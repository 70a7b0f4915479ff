"""What is shown while it grows: in place in a notebook, and as lines of text elsewhere."""

from __future__ import annotations

import importlib
import sys
import time
from typing import Any, Final

# Rule 1: A notebook is where IPython runs in a kernel, which can show HTML, and not in a terminal. IPython is not
#   imported to find that out: where a notebook runs it is there.
# Rule 2: What is shown is replaced at most every `_PAUSE` seconds, and at the end, so that a fast stream costs no more
#   than a slow one.
# Rule 3: Elsewhere the text is written to the standard output as it comes; reasoning and calls of tools are not.

_PAUSE: Final = 0.1


class Place:
    """A place in the output of a cell, whose content is replaced."""

    def __init__(self) -> None:
        self._handle: Any = None

    def put(self, html: str, text: str) -> None:
        """Show HTML; `text` is what a frontend without HTML shows."""
        shown = _Shown(html, text)
        if self._handle is None:
            self._handle = importlib.import_module("IPython.display").display(shown, display_id=True)
        else:
            self._handle.update(shown)


class _Shown:
    def __init__(self, html: str, text: str) -> None:
        self._html = html
        self._text = text

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        return self._html


class GrowingAnswer:
    """An answer that is shown while it arrives."""

    def __init__(self) -> None:
        self._place = Place() if in_notebook() else None
        self._last = 0.0
        self._written = 0  # characters

    def update(self, partial: Any, *, last: bool = False) -> None:
        """Show what has come so far, an `Accumulator`."""
        if self._place is None:
            self._write(partial.text, last=last)
        elif last or time.monotonic() - self._last >= _PAUSE:
            self._place.put(_html_of(partial), partial.text)
            self._last = time.monotonic()

    def _write(self, text: str, *, last: bool) -> None:
        sys.stdout.write(text[self._written :] + ("\n" if last and text else ""))
        sys.stdout.flush()
        self._written = len(text)


def _html_of(partial: Any) -> str:
    from mistral_async.models import _html as html
    from mistral_async.models._content_html import calls_html

    thinking = html.folded("Thinking", html.text(partial.thinking)) if partial.thinking else ""
    return html.box(thinking, html.text(partial.text), calls_html(partial.tool_calls))


def in_notebook() -> bool:
    """Tell whether this runs in a notebook (rule 1)."""
    find_shell = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return hasattr(find_shell() if find_shell else None, "kernel")
