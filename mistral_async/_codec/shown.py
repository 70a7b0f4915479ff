"""What a repr shows: fields that are no defaults, and how much there is of what is cut. `to_dict()` has everything."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Final, TypeVar, cast

import msgspec

from mistral_async._codec.json_types import is_object

# Rule 1: A field that has its default is not shown, nor one that is `UNSET`.
# Rule 2: The first of `_VIEWS` is shown that takes `_LONGEST` characters at most, or else the last.
# Rule 3: What is cut says how long it is: characters of a text, bytes, items of a list, keys, fields.
# Rule 4: The work is bounded by what is shown, and not by how large the object is.
# Rule 5: A repr never raises: what an object in a field has for one is its own affair.

_LONGEST: Final = 480  # characters
_OTHERS: Final = 120  # characters of the repr of what is neither text nor a container


class _View(msgspec.Struct, frozen=True, gc=False):
    text: int
    """Characters of a text, or bytes."""
    items: int
    fields: int
    depth: int


_VIEWS: Final = (_View(120, 8, 60, 8), _View(80, 3, 60, 6), _View(60, 2, 12, 5), _View(40, 1, 5, 3), _View(20, 1, 3, 2))


class _TooLongError(Exception):
    """The view shows more than `_LONGEST` characters."""


class Shown:
    """A Struct whose repr is of a length that can be read."""

    __slots__ = ()

    def __repr__(self) -> str:
        return shown(self)

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Return what is not a default, in full, for `rich`."""
        return list(changed_fields(cast("msgspec.Struct", self)))


def shown(value: object) -> str:
    """Return the repr of a Struct, a list or a dict (rules 1 to 5)."""
    for view in _VIEWS[:-1]:
        try:
            return _Printer(view, _LONGEST).text_of(value)
        except _TooLongError:
            continue
    return _Printer(_VIEWS[-1]).text_of(value)


R = TypeVar("R")


def safe_repr(describe: Callable[[R], str]) -> Callable[[R], str]:
    """Make a `__repr__` that names the class of an object that is still being made, or whose making failed.

    Debuggers and tracebacks with variables show such ones.
    """

    @functools.wraps(describe)
    def describe_or_name(self: R) -> str:
        try:
            return describe(self)
        except AttributeError:
            return f"<{type(self).__name__}, not made>"

    return describe_or_name


def described(thing: object, subject: object, state: str, reading: str) -> str:
    """Return the repr of what is read bit by bit: what it is of, its state, and how to read it."""
    return f"<{type(thing).__name__} of {subject}: {state}; {reading}>"


def described_blocking(thing: object, form: object) -> str:
    """Return the repr of the blocking form of such a thing: it is read the same way, without `async`."""
    return repr(form).replace(type(form).__name__, type(thing).__name__, 1).replace("async ", "")


def changed_fields(struct: msgspec.Struct) -> Iterator[tuple[str, Any]]:
    """Yield names and values of the fields that do not have their default (rule 1)."""
    for name, default, factory in _defaults(type(struct)):
        value = getattr(struct, name, None)  # one that is still being made has none
        usual = default if factory is None else factory()
        if value is not usual and value is not msgspec.UNSET and not (type(value) is type(usual) and value == usual):
            yield name, value


@functools.lru_cache(maxsize=2048)
def _defaults(kind: type) -> list[tuple[str, Any, Any]]:
    return [
        (each.name, each.default, None if each.default_factory is msgspec.NODEFAULT else each.default_factory)
        for each in msgspec.structs.fields(kind)
    ]


class _Printer:
    """Writes one view, of at most `room` characters, or of as many as it has."""

    def __init__(self, view: _View, room: float = math.inf) -> None:
        self._view = view
        self._room = room

    def text_of(self, value: Any, depth: int = 0) -> str:
        """Return the text of a value that is `depth` levels inside."""
        name = type(value).__name__
        if isinstance(value, Shown):
            fields = value.__rich_repr__()
            return self._group(f"{name}(", ((f"{field}=", each) for field, each in fields), ")", depth, len(fields))
        if is_object(value):
            opening, closing = "{}" if name == "dict" else (f"{name}({{", "})")
            entries = ((f"{self._leaf(key)}: ", each) for key, each in value.items())
            return self._group(opening, entries, closing, depth, len(value))
        if type(value) in (list, tuple):
            opening, closing = "[]" if name == "list" else ("(", ",)" if len(value) == 1 else ")")
            return self._group(opening, (("", each) for each in value), closing, depth, len(value))
        return self._written(self._leaf(value))

    def _group(self, opening: str, parts: Iterable[tuple[str, Any]], closing: str, depth: int, count: int) -> str:
        unit = "items" if opening in ("[", "(") else "keys" if opening.endswith("{") else "fields"
        most = self._view.fields if unit == "fields" else self._view.items
        if count and depth >= self._view.depth:
            return self._written(f"{opening}{count:,} {unit}{closing}")
        self._written(opening)
        shown = [self._written(name) + self.text_of(each, depth + 1) for name, each in islice(parts, most)]
        if count > most:
            shown.append(self._written(f"... {count - most:,} more {unit}"))
        return f"{opening}{', '.join(shown)}{closing}"

    def _leaf(self, value: object) -> str:
        most = self._view.text
        if type(value) in (str, bytes) and len(cast("str | bytes", value)) > most:
            text = cast("str | bytes", value)
            return f"{text[:most]!r}... ({len(text):,} {'bytes' if isinstance(text, bytes) else 'characters'})"
        try:
            shown = repr(value).replace("\n", " ")
        except Exception as error:  # noqa: BLE001 - rule 5
            return f"<{type(value).__name__}, whose repr raises {type(error).__name__}>"
        most = max(most, _OTHERS)
        return shown if len(shown) <= most else f"{shown[:most]}... ({len(shown):,} characters)"

    def _written(self, text: str) -> str:
        self._room -= len(text)
        if self._room < 0:
            raise _TooLongError
        return text
