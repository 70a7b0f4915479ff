"""The head of a response (RFC 9112 §2-§5): status line and fields, from bytes to values in one step."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import compress
from operator import ne
from typing import Final, NoReturn

from mistral_async._codec.headers import TCHAR
from mistral_async._http.h1.known_head import FRAMING, count_head
from mistral_async._http.protocol import Phase, Sent, WireError

MAX_HEAD: Final = 64 * 1024  # bytes of head, informational heads and trailers included

# Every pattern is possessive (`*+`, `++`): it never goes back over what it has matched, so that matching costs linear
# time on whatever a server sends.
_TOKEN = TCHAR.encode()
TEXT = rb"[^\x00\r\n]"
_STATUS_LINE = re.compile(rb"HTTP/1\.([0-9]) ([1-9][0-9]{2})(?: " + TEXT + rb"*+)?")
FIELDS = re.compile(rb"(?:" + _TOKEN + rb"++:" + TEXT + rb"*+\r\n(?:[ \t]" + TEXT + rb"*+\r\n)*+)*+")
_FOLD = re.compile(rb"(?<![ \t])[ \t]*+(?:\r\n[ \t]++)++")  # starts at the first space of a run, else it were quadratic
HEAD_END: Final = re.compile(rb"\n\r?\n")
BARE_LF: Final = re.compile(rb"(?<!\r)\n")
_START: Final = b"HTTP/1."

Headers = list[tuple[bytes, bytes]]

# What has been seen, since most lines never change: the newest head of so many lines, with its fields, and names as
# servers spell them, in small letters.
_HEADS: Final[dict[int, tuple[list[bytes], Headers]]] = {}
_NAMES: Final[dict[bytes, bytes]] = {}
_MOST_HEADS: Final = 64
_MOST_NAMES: Final = 1024
_LONGEST_HEAD: Final = 8192  # bytes
_LONGEST_NAME: Final = 64  # bytes
_NO_FIELD: Final[tuple[bytes, bytes]] = (b"", b"")
_MINOR: Final = b"1"  # of HTTP/1.1
_NUL: Final = 0  # a byte is found by its number sooner than as bytes


def malformed(message: str) -> NoReturn:
    """Raise the error of bytes that are not HTTP/1.1, or exceed a limit."""
    raise WireError(message, phase=Phase.PROTOCOL, sent=Sent.MAYBE)


def parse_head(head: bytes, headers: Headers, framing: dict[bytes, bytes]) -> tuple[int, bytes] | None:
    """Return the status and the minor version of a head up to its last CR LF; add its fields to `headers`.

    `framing` gets them by name, those that decide about the body and the connection joined where they are repeated.
    An informational head (1xx) is checked and its fields are dropped. None where a line is malformed.
    """
    line, _, fields = head.partition(b"\r\n")
    start = _parse_status_line(line)
    if start is None:
        return None
    found = _split_regular(fields)
    if found is None and (found := _split_any(fields)) is None:
        return None
    status = start[0]
    if status < 200:  # noqa: PLR2004 (informational)
        if status == 101:  # noqa: PLR2004 (Switching Protocols)
            malformed("the server switched protocols unasked")
        return start
    headers += found
    framing.update(found)
    if len(framing) != len(found):
        framing.update(_join_repeated(found))
    if start[1] == _MINOR:
        count_head(line, status, fields, found)
    return start


@lru_cache(64)
def _parse_status_line(line: bytes) -> tuple[int, bytes] | None:
    found = _STATUS_LINE.fullmatch(line)
    return None if found is None else (int(found[2]), found[1])


def _join_repeated(found: Headers) -> dict[bytes, bytes]:
    """Return the fields that decide about the body and the connection, repeated ones joined (RFC 9110 §5.3)."""
    values: dict[bytes, list[bytes]] = {}
    for name, value in found:
        if name in FRAMING:
            values.setdefault(name, []).append(value)
    return {name: b",".join(each) for name, each in values.items()}


def _split_regular(fields: bytes) -> Headers | None:
    """Return the fields of a head whose lines are not folded, and whose names are all known; None of any other.

    That is nearly every head, and an expression that looks at each byte takes ten times as long.
    """
    lines = fields.splitlines()
    count = len(lines)
    if sum(map(len, lines)) + 2 * count != len(fields) or _NUL in fields:
        return None  # there is a line end of one byte
    seen = _HEADS.get(count)
    found: Headers = [_NO_FIELD] * count if seen is None else seen[1].copy()
    for at in range(count) if seen is None else compress(range(count), map(ne, lines, seen[0])):
        spelt, colon, value = lines[at].partition(b":")
        name = _NAMES.get(spelt)
        if name is None or not colon:
            return None
        found[at] = (name, value.strip(b" \t"))
    if len(fields) <= _LONGEST_HEAD and (seen is not None or len(_HEADS) < _MOST_HEADS):
        _HEADS[count] = lines, found
    return found


def _split_any(fields: bytes) -> Headers | None:
    """Return the fields of a head, and know their names from now on; None where a line is malformed."""
    if FIELDS.fullmatch(fields) is None:
        return None
    found: Headers = []
    for line in _FOLD.sub(b" ", fields).split(b"\r\n")[:-1]:
        spelt, _, value = line.partition(b":")
        field = (spelt.lower(), value.strip(b" \t"))
        if len(spelt) <= _LONGEST_NAME and len(_NAMES) < _MOST_NAMES and spelt not in _NAMES:
            _NAMES[spelt] = field[0]
        found.append(field)
    return found


def refuse_head(head: bytes) -> NoReturn:
    """Raise the error of a head that is malformed."""
    if _parse_status_line(head.partition(b"\r\n")[0]) is None:
        malformed("the answer has no valid status line")
    malformed("a header of the answer is malformed")


def check_incomplete_head(head: bytearray) -> None:
    """Raise at once for what can not become a head, and not when the read timeout is over."""
    if not _START.startswith(bytes(head[:7])):
        malformed("the answer is not HTTP/1.1")


def parse_content_length(value: bytes) -> int:
    """Return the length of a body; a list of equal lengths is one length (RFC 9112 §6.3)."""
    if not value.isdigit():
        first, *others = [each.strip(b" \t") for each in value.split(b",")]
        value = first if all(each == first for each in others) else b""
    if not value.isdigit() or len(value) > 18:  # noqa: PLR2004 (what 63 bits hold)
        malformed("the answer has conflicting or invalid lengths")
    return int(value)


def is_persistent(options: bytes, *, default: bool) -> bool:
    """Return whether a Connection header lets the connection live on; `default` is the version's own rule (§9.3)."""
    match options:
        case b"keep-alive":
            return True
        case b"close":
            return False
        case _:
            found = {option.strip(b" \t") for option in options.split(b",")}
            return b"close" not in found and (default or b"keep-alive" in found)
