"""Heads that are like others before them: one expression matches all of it, and fields are read when somebody asks."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, cast, overload

# Rule 1: A head that an expression matches reads the same without it (`head`): the expression has the status line and
# the names of a head that was read so, in their order, and a value is what a value may be. All else is left to `head`.
# A value ends with the first CR, which LF follows. To look for other LFs in each takes twice as long as to count those
# of the whole head, where NULs are looked for, too.
# Rule 2: An expression is made for heads that come often, since that takes half a millisecond; few are kept, and a
# process makes not many.
# Rule 3: What decides about the body and the connection is read at once, and is no list: a head with one of these
# fields repeated has no expression. One that is always the same stands in the expression as it was sent.

FRAMING: Final = frozenset({
    b"connection", b"content-encoding", b"content-length", b"keep-alive", b"transfer-encoding",
})  # fmt: skip
_VARYING: Final = frozenset({b"content-length", b"keep-alive"})  # the latter counts requests down
_FIXED: Final = FRAMING - _VARYING
_OFTEN: Final = 16  # heads with one status line and so many fields, for which there is no expression
_MOST_KNOWN: Final = 8  # expressions that are kept,
_MOST_MADE: Final = 64  # and that are made
_MOST_COUNTED: Final = 64  # kinds of heads
_LONGEST: Final = 8192  # bytes of a head that is counted,
_MOST_FIELDS: Final = 100  # and fields: to make an expression takes 30 µs for each
_BLANK: Final = b" \t"
_VALUE: Final = rb":[^\r]*+\r\n"
_VARYING_VALUE: Final = rb":([^\r]*+)\r\n"
_NUL: Final = 0

Fields = Sequence[tuple[bytes, bytes]]


class _Kind:
    """The heads with one status line and the same names."""

    __slots__ = ("fixed", "line_ends", "match", "names", "status", "varying")

    def __init__(self, line: bytes, status: int, lines: Sequence[bytes], found: Fields) -> None:
        self.status = status
        self.names = [name for name, _ in found]
        self.fixed = {name: value for name, value in found if name in _FIXED}
        self.varying = [name for name in self.names if name in _VARYING]
        fields = b"".join(map(_expression, self.names, lines))
        self.match = re.compile(re.escape(line) + b"\r\n" + fields + b"\r\n").match
        self.line_ends = len(lines) + 2


def _expression(name: bytes, line: bytes) -> bytes:
    """Return the expression of a field, of which a line was sent."""
    if name in _FIXED:
        return re.escape(line) + b"\r\n"
    return re.escape(line.partition(b":")[0]) + (_VARYING_VALUE if name in _VARYING else _VALUE)


_KNOWN: list[_Kind] = []  # the one that has matched last comes first
_COUNTS: dict[tuple[bytes, int], int] = {}  # heads that none has matched, by status line and number of fields
_made = itertools.count()


class KnownHead(Sequence[tuple[bytes, bytes]]):
    """The fields of a head that an expression has matched, names in small letters."""

    __slots__ = ("_found", "_kind", "_pairs")

    def __init__(self, kind: _Kind, found: re.Match[bytes]) -> None:
        self._kind = kind
        self._found: re.Match[bytes] | None = found
        self._pairs: list[tuple[bytes, bytes]] = []

    @property
    def status(self) -> int:
        """The status, which is a final one."""
        return self._kind.status

    def framing(self) -> dict[bytes, bytes]:
        """Return the fields that decide about the body and the connection, before all are read."""
        found = cast("re.Match[bytes]", self._found)
        framing = self._kind.fixed.copy()
        for name, value in zip(self._kind.varying, found.groups(), strict=True):
            framing[name] = value.strip(_BLANK)
        return framing

    def pairs(self) -> list[tuple[bytes, bytes]]:
        """Return all fields, and let go of the bytes that they were read from."""
        found = self._found  # of which another thread may let go meanwhile
        if found is not None:
            lines = found[0].split(b"\r\n")[1:-2]
            values = [line.partition(b":")[2].strip(_BLANK) for line in lines]
            self._pairs = list(zip(self._kind.names, values, strict=True))
            self._found = None
        return self._pairs

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        return iter(self.pairs())

    def __len__(self) -> int:
        return len(self._kind.names)

    @overload
    def __getitem__(self, index: int) -> tuple[bytes, bytes]: ...
    @overload
    def __getitem__(self, index: slice) -> list[tuple[bytes, bytes]]: ...
    def __getitem__(self, index: int | slice) -> tuple[bytes, bytes] | list[tuple[bytes, bytes]]:
        return self.pairs()[index]

    def __eq__(self, other: object) -> bool:
        return self.pairs() == (other.pairs() if isinstance(other, KnownHead) else other)

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (self.pairs(),)  # a pickle, or a copy, is a list as of any other head

    def __hash__(self) -> int:
        raise TypeError("unhashable, as a list is")


def match_head(data: bytes) -> tuple[KnownHead, int] | None:
    """Return the head that data begins with, and its size, if an expression matches it."""
    for place, kind in enumerate(_KNOWN):
        if (found := kind.match(data)) is not None:
            size = found.end()
            if data.count(b"\n", 0, size) > kind.line_ends or data.find(_NUL, 0, size) >= 0:
                return None
            if place:
                _KNOWN[:] = [kind, *(other for other in _KNOWN if other is not kind)]
            return KnownHead(kind, found), size
    return None


def count_head(line: bytes, status: int, fields: bytes, found: Fields) -> None:
    """Count a final head of HTTP/1.1 that no expression has matched, and make one where such heads come often."""
    if len(line) + len(fields) > _LONGEST or len(found) > _MOST_FIELDS:
        return
    if len(_COUNTS) >= _MOST_COUNTED:
        _COUNTS.clear()
    key = line, len(found)
    count = _COUNTS[key] = _COUNTS.get(key, 0) + 1
    if count % _OFTEN == 0:
        _know(line, status, fields.split(b"\r\n")[:-1], found)


def _know(line: bytes, status: int, lines: Sequence[bytes], found: Fields) -> None:
    """Make an expression for heads like this one, unless it is folded, or a field of rule 3 is repeated."""
    framing = [name for name, _ in found if name in FRAMING]
    is_regular = len(lines) == len(found) > 0 and len({*framing}) == len(framing)
    if is_regular and next(_made) < _MOST_MADE:
        _KNOWN[:] = [_Kind(line, status, lines, found), *_KNOWN][:_MOST_KNOWN]
