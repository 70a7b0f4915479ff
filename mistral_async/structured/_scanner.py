"""A scanner of JSON that is still being written: the value so far can be looked at at any time.

Follows https://www.rfc-editor.org/rfc/rfc8259.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from mistral_async._codec.json_types import is_array, is_object

# Scanning JSON as it comes
#
# Rule 1: Each character is read once, in a state machine whose states are methods: `feed` takes time in the length of
#   its piece, however long the text before it is, and gives the same value however the text is cut.
# Rule 2: `value` is always the beginning of what it will be. Text is there as far as it has come, except for half an
#   escape; a number, true, false or null once the character after it has come; a key once its value has begun.
# Rule 3: Containers grow in place, so that whoever holds one sees it grow.
# Rule 4: Nothing is mended: what has not come is not there. The first character that can not be JSON makes the
#   scanner `broken`, and nothing is read after it; the value so far stays. Feeding never raises.
# Rule 5: One value is read. It is `complete` with its last bracket or quote; a bare number is not, for it may go on.

_PLAIN = re.compile(r'[^"\\]*')
_TOKEN = re.compile(r"[-+.0-9A-Za-z]*")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_SPACE = " \t\r\n"
_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)
_UNIT = 6  # the length of \uXXXX
_HEX = set("0123456789abcdefABCDEF")


class Scanner:
    """A scanner of one JSON value."""

    def __init__(self) -> None:
        self.value: Any = None
        """The value so far. The same lists and dicts grow as more comes."""
        self.started: bool = False
        """True once a value has begun."""
        self.complete: bool = False
        """True once the value has ended."""
        self.broken: bool = False
        """True once the text is not JSON; the rest is not read."""
        self._open: list[Any] = []
        self._key = ""
        self._piece = ""  # of an escape, a number or a word that is not whole yet
        self._in_key = False
        self._state: Callable[[str, int], int] = self._before_value

    def feed(self, text: str) -> None:
        """Read the next piece of the text."""
        place = 0
        while place < len(text) and not self.broken:
            place = self._state(text, place)

    # between values: one character at a time

    def _before_value(self, text: str, place: int) -> int:
        match text[place]:
            case " " | "\t" | "\r" | "\n":
                return place + 1
            case "{" | "[" as bracket:
                container: Any = {} if bracket == "{" else []
                self._put(container)
                self._open.append(container)
                self._state = self._before_key if bracket == "{" else self._before_item
            case '"':
                self._put("")
                self._state = self._text
            case "]" if self._open and is_array(self._open[-1]) and not self._open[-1]:
                return self._close(place)
            case char if char.isalnum() or char == "-":
                self._state = self._token
                self.started = True
                return place
            case _:
                self.broken = True
        self.started = True
        return place + 1

    _before_item = _before_value

    def _before_key(self, text: str, place: int) -> int:
        match text[place]:
            case '"':
                self._key, self._in_key, self._state = "", True, self._text
            case "}" if not self._open[-1]:
                return self._close(place)
            case char:
                self.broken = char not in _SPACE
        return place + 1

    def _after_key(self, text: str, place: int) -> int:
        if text[place] == ":":
            self._state = self._before_value
        else:
            self.broken = text[place] not in _SPACE
        return place + 1

    def _after_value(self, text: str, place: int) -> int:
        container = self._open[-1]
        match text[place]:
            case ",":
                self._state = self._next_key if is_object(container) else self._next_item
            case "}" if is_object(container):
                return self._close(place)
            case "]" if is_array(container):
                return self._close(place)
            case char:
                self.broken = char not in _SPACE
        return place + 1

    def _next_key(self, text: str, place: int) -> int:
        """Read on after a comma: there must be a key."""
        self.broken = text[place] == "}"
        return self._before_key(text, place)

    def _next_item(self, text: str, place: int) -> int:
        """Read on after a comma: there must be a value."""
        self.broken = text[place] == "]"
        return self._before_value(text, place)

    def _at_end(self, text: str, place: int) -> int:
        self.broken = text[place] not in _SPACE
        return place + 1

    # inside values: as far as they go

    def _text(self, text: str, place: int) -> int:
        end = self._end_of(_PLAIN, text, place)
        if end > place:
            self._extend(text[place:end])
        if end == len(text):
            return end
        if text[end] == "\\":
            self._state = self._escape
            return end
        if self._in_key:
            self._in_key, self._state = False, self._after_key
        else:
            self._end_value()
        return end + 1

    def _escape(self, text: str, place: int) -> int:
        """Read an escape: a letter, a UTF-16 unit in four digits, or two units that are one character."""
        self._piece += text[place]
        piece = self._piece
        if len(piece) > 1 and piece[1] != "u":
            self._finish_escape(_ESCAPES.get(piece[1]))
        elif len(piece) == _UNIT:
            unit = _unit(piece)
            if unit is None or unit not in _HIGH:
                self._finish_escape(None if unit is None or unit in _LOW else chr(unit))
        elif len(piece) > _UNIT and not r"\u".startswith(piece[_UNIT : _UNIT + 2]):
            self.broken = True
        elif len(piece) == 2 * _UNIT:
            low = _unit(piece[_UNIT:])
            high = _unit(piece) or 0
            pair = None if low is None or low not in _LOW else 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
            self._finish_escape(None if pair is None else chr(pair))
        return place + 1

    def _finish_escape(self, char: str | None) -> None:
        self._piece = ""
        self._state = self._text
        if char is None:
            self.broken = True
        else:
            self._extend(char)

    def _token(self, text: str, place: int) -> int:
        """Read a number, true, false or null: it ends before the first character that can not be of it."""
        end = self._end_of(_TOKEN, text, place)
        self._piece += text[place:end]
        if end < len(text):
            self._finish_token()
        return end

    def _finish_token(self) -> None:
        piece, self._piece = self._piece, ""
        try:
            self._put(msgspec.json.decode(piece))
        except msgspec.DecodeError:
            self.broken = True
        else:
            self._end_value()

    @staticmethod
    def _end_of(pattern: re.Pattern[str], text: str, place: int) -> int:
        found = pattern.match(text, place)
        return found.end() if found else place

    # the value that grows

    def _put(self, value: Any) -> None:
        if not self._open:
            self.value = value
        elif is_object(self._open[-1]):
            self._open[-1][self._key] = value
        else:
            self._open[-1].append(value)

    def _extend(self, more: str) -> None:
        if self._in_key:
            self._key += more
            return
        if not self._open:
            self.value += more
            return
        container, at = self._open[-1], self._key if is_object(self._open[-1]) else -1
        grown = container[at]
        container[at] = None  # so that the text has one owner: then CPython lengthens it in place, in linear time
        grown += more
        container[at] = grown

    def _close(self, place: int) -> int:
        self._open.pop()
        self._end_value()
        return place + 1

    def _end_value(self) -> None:
        self.complete = not self._open
        self._state = self._at_end if self.complete else self._after_value


def _unit(piece: str) -> int | None:
    digits = piece[2:_UNIT]
    return int(digits, 16) if len(digits) == _UNIT - 2 and set(digits) <= _HEX else None
