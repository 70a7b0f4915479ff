"""Characters that a server cuts in half: the escapes of a surrogate pair, in the texts of two events.

https://www.rfc-editor.org/rfc/rfc8259#section-8.2
"""

from __future__ import annotations

import re
from collections import deque
from typing import Final

from mistral_async._lazy import lazy_pattern

_LARGEST: Final = 64 * 1024  # bytes of an event that has half a character
_HIGH: Final = rb"\\u[dD][89abAB][0-9a-fA-F]{2}"
_LOW: Final = rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE: Final = lazy_pattern(rb"%b%b|(%b)|(%b)|\\." % (_HIGH, _LOW, _HIGH, _LOW), re.DOTALL)


class SurrogateJoiner:
    """Moves a first half at the end of a text to the second half at the start of a later one."""

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque()

    def join(self, data: bytes) -> bytes:
        """Return the JSON of an event without the first halves that end a text, and with those that wait for it."""
        if len(data) > _LARGEST:
            return data
        parts: list[bytes] = []
        done = 0
        for found in _ESCAPE.finditer(data):
            start, end = found.span()
            if found[1] and data[end : end + 1] == b'"':
                parts.append(data[done:start])
                self._waiting.append(found[1])
                done = end
            elif found[2] and self._waiting and data[start - 1 : start] == b'"':
                parts += data[done:start], self._waiting.popleft()
                done = start
        return b"".join([*parts, data[done:]])


def without_surrogates(text: str) -> str:
    """Return text that can be encoded: pairs of surrogates are one character, and a lone one is U+FFFD."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
