"""Redaction: the API key, and headers that are as sensitive, are in no log, traceback or error of this package."""

from __future__ import annotations

import base64
import functools
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, SupportsIndex, TypeVar, cast

from mistral_async._codec.turns import pause
from mistral_async._lazy import lazy_pattern

T = TypeVar("T")

# Rule 1: Text and bytes that hold the key are a `Secret` or `RedactedBytes`: tracebacks, debuggers and error reports
#   show the reprs of local variables, and those reprs do not show it, nor those of slices: `rich` shows the start of
#   what is long. A sum of them is plain text again, so nothing of the kind is kept in a variable.
# Rule 2: What the server repeats is redacted before an error keeps it, a log shows it, a hook sees it or a cassette
#   has it: bodies, events, headers, request ids. The decoded answer, and its body, are as they came.
# Rule 3: Headers that `is_sensitive` names are treated as the key is, whoever set them.
# Rule 4: A key is found as it is, with any of its characters escaped (JSON, also twice, percent-encoding, HTML), in
#   base64 at any offset, and in all these forms cut at the end of what arrived. The time is linear, and short whatever
#   a server sends: escapes are looked for in the first `AT_ONCE` bytes; in the rest that an error keeps, in turns with
#   other tasks (`redact_rest`). Logs and cassettes show all, and have all looked through.
# Rule 5: A secret is found in UTF-8, as bodies have it, and in latin-1, as headers have it. Longer ones are looked for
#   first, so that of two that begin alike no rest stays.

_SENSITIVE: Final = ("cookie", "authorization", "api-key", "subscription-key", "-auth", "-token", "-secret")
"""How names end of headers that hold a key, those of gateways too (`cf-aig-authorization`, `helicone-auth`)."""
_REDACTED: Final = b"[the key]"
_SHORTEST: Final = 4  # bytes; what is shorter is no key, and would be found everywhere
_SHORTEST_CUT: Final = 8  # bytes of a key that is cut
_SHORTEST_BASE64: Final = 12  # characters
AT_ONCE: Final = 256 * 1024  # bytes: 2 ms, or 15 ms where a server does its worst
_LONGEST: Final = 16  # bytes of an escaped character
_TAIL: Final = 4096  # bytes, in which a key that is cut and escaped is looked for

_WRITTEN: Final = lazy_pattern(
    rb"""
    \\{1,4}+u ([0-9a-fA-F]{4}) (?:(?<=[dD][89abAB]..)\\{1,4}+u([dD][c-fC-F][0-9a-fA-F]{2}))?
    | (?:\\{1,4}+x | %(?:25)?) ([0-9a-fA-F]{2})
    | &\#[xX]0{0,4} ([0-9a-fA-F]{1,6});?
    | &\#0{0,4} ([1-9][0-9]{0,6});
    | \\{1,4}+(.) | (.)
    """,
    re.DOTALL | re.VERBOSE,
)
"""A character or a byte of one, as it is or escaped."""
_BEGUN: Final = lazy_pattern(
    rb"""
    (?:\\{1,4}u[dD][89abAB][0-9a-fA-F]{2})?  # the first half of a character
    (?:(?:\\{1,4}(?:u0{0,2}|x)|%(?:25?)?|&\#?[xX]?0{0,4})[0-9a-fA-F]{0,3}|&\#[xX]?[0-9a-fA-F]{4,7}|\\{1,4})?\Z
    """,
    re.VERBOSE,
)
"""An escape that is cut."""
_LETTERS: Final = {"\b": b"b", "\t": b"t", "\n": b"n", "\f": b"f", "\r": b"r"}
"""What stands behind the backslash in JSON's short escapes."""


class Secret(str):
    """Text that holds a key. It is a str in all but its repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"

    def __getitem__(self, index: SupportsIndex | slice) -> Secret:
        return Secret(super().__getitem__(index))


class RedactedBytes(bytes):
    """A request as it is sent, or its head, which holds a key. It is bytes in all but its repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<a request, {len(self)} bytes>"

    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        found = super().__getitem__(index)
        return RedactedBytes(found) if isinstance(found, bytes) else found


class Concealing:
    """A Struct whose own repr does not show all fields: neither does `rich`, which would not ask for the repr."""

    __slots__ = ()

    def __rich_repr__(self) -> Any:
        """Return None, with which `rich` shows the repr."""
        return None


def is_sensitive(name: str) -> bool:
    """Return whether the value of a header must not be shown, by its name."""
    return name.lower().endswith(_SENSITIVE)


def as_secret(value: T) -> T:
    """Return a text as a `Secret`, a list or tuple with its texts as these, and anything else unchanged."""
    if isinstance(value, str):
        return cast("T", Secret(value))
    if isinstance(value, (list, tuple)):
        return cast("T", [as_secret(each) for each in cast("list[object]", value)])
    return value


def redact(
    data: bytes, secrets: Iterable[str], mark: bytes = _REDACTED, *, whole: bool = False, cut: bool = True
) -> bytes:
    """Return the data with a mark in place of every secret of at least 4 bytes (rules 4 and 5).

    `whole` takes longer; with `cut=False` the data is known to end where it ends, and not within a secret.
    """
    for secret, encoding in _encoded(secrets):
        for form in _plain_forms(secret, encoding):
            data = data.replace(form, mark)
        head, rest = (data, b"") if whole else (data[:AT_ONCE], data[AT_ONCE:])
        if _has_escapes(head):
            data = _escaped_form(secret, encoding).sub(lambda _: mark, head) + rest
        if cut:
            data = _without_cut_forms(data, secret, encoding, mark)
    return data


async def redact_rest(data: bytes, secrets: Iterable[str], mark: bytes = _REDACTED) -> bytes:
    """Return data that was redacted with a mark in place of the secrets that stand escaped beyond `AT_ONCE` bytes."""
    for secret, encoding in _encoded(secrets):
        pieces, place, longest = list[bytes](), 0, _LONGEST * len(secret.encode(encoding, "replace"))
        for start in range(max(0, AT_ONCE - longest), len(data), AT_ONCE):
            end = start + AT_ONCE + longest
            for found in _escaped_form(secret, encoding).finditer(data, max(place, start), end):
                pieces += data[place : found.start()], mark
                place = found.end()
            await pause()
        data = b"".join((*pieces, data[place:]))
    return data


def redact_text(text: str, secrets: Iterable[str]) -> str:
    """Return the text with `[the key]` in place of every secret of at least 4 bytes (rules 4 and 5)."""
    return redact(text.encode("utf-8", "surrogatepass"), secrets).decode("utf-8", "surrogatepass")


def redact_headers(raw: Sequence[tuple[bytes, bytes]], secrets: Iterable[str]) -> Sequence[tuple[bytes, bytes]]:
    """Return header fields with `[the key]` in place of every secret; the same object where there is none."""
    known = tuple(secrets)
    starts = {form[:_SHORTEST_CUT] for each in _encoded(known) for form in _plain_forms(*each)}

    def clean(text: bytes) -> bytes:
        return redact(text, known) if _may_hold(text, starts) else text

    if not _may_hold(b"\n".join([text for field in raw for text in field]), starts):
        return raw
    cleaned = [(clean(name), clean(value)) for name, value in raw]
    return raw if cleaned == list(raw) else cleaned


def secrets_in(headers: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield the values of header fields that must not be shown (rule 3)."""
    for name, value in headers:
        if isinstance(value, Secret) or is_sensitive(name):
            yield value.removeprefix("Bearer ").removeprefix("Basic ")


def _encoded(secrets: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each secret that is long enough with each encoding to look for it in, the longest first (rule 5)."""
    for secret in sorted(secrets, key=len, reverse=True):
        for encoding in ("utf-8",) if secret.isascii() or max(secret) > "\xff" else ("utf-8", "latin-1"):
            if len(secret.encode(encoding, "replace")) >= _SHORTEST:
                yield secret, encoding


def _may_hold(data: bytes, starts: Iterable[bytes]) -> bool:
    """Return False where data has neither the start of a form of a secret nor an escaped character."""
    return any(start in data for start in starts) or _has_escapes(data)


def _has_escapes(data: bytes) -> bool:
    return b"\\" in data or b"%" in data or b"&#" in data


def _without_cut_forms(data: bytes, secret: str, encoding: str, mark: bytes) -> bytes:
    """Return the data without the start of a secret, in any of its forms, at its end: what arrived was cut there."""
    for form in _plain_forms(secret, encoding):
        data = _without_cut(data, form, mark)
    return _without_escaped_cut(data, secret, encoding, mark) if _has_escapes(data[-_TAIL:]) else data


def _without_cut(data: bytes, secret: bytes, mark: bytes) -> bytes:
    """Return the data without the start of a form of a secret at its end."""
    place = _cut_at(data, secret)
    return data if place is None else data[:place] + mark


def _cut_at(data: bytes, secret: bytes) -> int | None:
    """Return where the start of a secret begins that the data ends with; None where it has none."""
    start = secret[:_SHORTEST_CUT]
    place = data.find(start, max(0, len(data) - len(secret) + 1))
    while place >= 0 and not secret.startswith(data[place:]):
        place = data.find(start, place + 1)
    return None if place < 0 else place


def _without_escaped_cut(data: bytes, secret: str, encoding: str, mark: bytes) -> bytes:
    """Return the data likewise, where any character of the secret may be escaped."""
    place = max(0, len(data) - _TAIL)
    whole = _BEGUN.sub(b"", data[place:])
    read = [(byte, found.start()) for found in _WRITTEN.finditer(whole) for byte in _read(found, encoding)]
    first = _cut_at(bytes(byte for byte, _ in read), secret.encode(encoding, "replace"))
    return data if first is None else data[: place + read[first][1]] + mark


def _read(written: re.Match[bytes], encoding: str) -> bytes:
    """Return the bytes of what is written; `?` for a character that the encoding does not have."""
    unit, second, byte, digits, number, escaped, plain = written.groups()
    if plain or escaped:
        return plain or escaped
    if byte:
        return bytes.fromhex(byte.decode())
    if unit:
        return _utf16(unit + (second or b"")).encode(encoding, "replace")
    code = int(digits, 16) if digits else int(number)
    return chr(code).encode(encoding, "replace") if code <= sys.maxunicode else b"?"


def _utf16(digits: bytes) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16-be", "replace")


@functools.lru_cache(maxsize=32)
def _plain_forms(secret: str, encoding: str) -> tuple[bytes, ...]:
    """Return a secret as it is, and the parts of its base64 forms that do not depend on what stands around it."""
    plain = secret.encode(encoding, "replace")
    forms = [plain]
    for offset in range(3):
        whole = slice((8 * offset + 5) // 6, 8 * (offset + len(plain)) // 6)
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            form = encode(bytes(offset) + plain)[whole]
            if len(form) >= _SHORTEST_BASE64:
                forms.append(form)
    return tuple(dict.fromkeys(forms))


@functools.lru_cache(maxsize=32)
def _escaped_form(secret: str, encoding: str) -> re.Pattern[bytes]:
    """Return the pattern of a secret of which any character may be escaped."""
    return re.compile(b"".join(_character(each, encoding) for each in secret))


def _character(character: str, encoding: str) -> bytes:
    """Return the pattern of one character. Its alternatives begin differently, so that none is tried twice."""
    first, *others = character.encode(encoding, "replace")
    code, rest = ord(character), b"".join(map(_byte, others))
    plain, digits = re.escape(bytes([first])) + rest, _digits(f"{first:02x}") + rest
    run = rb"\\\\{0,3}" if character == "\\" else rb"\\\\{0,3}+"
    units = character.encode("utf-16-be", "replace").hex()
    letter = rb"|" + _LETTERS[character] if character in _LETTERS else b""
    unicode = run.join(rb"u" + _digits(units[place : place + 4]) for place in range(0, len(units), 4))
    slashed = run + rb"(?:" + unicode + rb"|x" + digits + rb"|" + plain + letter + rb")"
    percent = rb"%(?:25)?" + digits
    entity = rb"&#(?:0{0,4}" + str(code).encode() + rb"|[xX]0{0,5}" + _digits(f"{code:x}") + rb");"
    return rb"(?:" + rb"|".join((plain, slashed, percent, entity)) + rb")"


def _byte(code: int) -> bytes:
    """Return the pattern of a byte within a character."""
    digits = _digits(f"{code:02x}")
    return rb"(?:" + re.escape(bytes([code])) + rb"|(?:\\\\{0,3}+x|%(?:25)?)" + digits + rb")"


def _digits(text: str) -> bytes:
    """Return the pattern of hexadecimal digits in either case."""
    return "".join(f"[{each}{each.upper()}]" if each.isalpha() else each for each in text).encode()
