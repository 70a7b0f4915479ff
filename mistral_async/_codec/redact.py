"""Redaction: the API key, and headers that are as sensitive, are in no log, traceback or error of this package."""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar, cast

T = TypeVar("T")

# Rule 1: Text and bytes that hold the key are a `Secret` or `RedactedBytes`: tracebacks, debuggers and error reports
#   show the reprs of local variables, and those reprs do not show it. A slice or a sum of them is plain text again, so
#   nothing of the kind is kept in a variable.
# Rule 2: What the server repeats is redacted before an error keeps it, a log shows it, a hook sees it or a cassette
#   has it: bodies, events, headers, request ids. The decoded answer, and its body, are as they came.
# Rule 3: Headers named in `SENSITIVE` are treated as the key is, whoever set them.
# Rule 4: A key is found as it is, with any of its characters escaped (JSON, also twice, percent-encoding, HTML), in
#   base64 at any offset, and cut at the end of what arrived. Escapes are looked for in the first `_ESCAPES` bytes, of
#   which an error shows a part: the time is linear, and short whatever a server sends.

SENSITIVE = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key"})
_REDACTED: Final = b"[the key]"
_SHORTEST: Final = 4  # characters; what is shorter is no key, and would be found everywhere
_SHORTEST_CUT: Final = 8  # characters of a key that is cut
_SHORTEST_BASE64: Final = 12  # characters
_ESCAPES: Final = 256 * 1024  # bytes


class Secret(str):
    """Text that holds a key. It is a str in all but its repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class RedactedBytes(bytes):
    """The encoded head of a request, which holds a key. It is bytes in all but its repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<the head of a request, {len(self)} bytes>"


def as_secret(value: T) -> T:
    """Return a text as a `Secret`, and anything else unchanged."""
    return cast("T", Secret(value)) if isinstance(value, str) else value


def redact(data: bytes, secrets: Iterable[str], mark: bytes = _REDACTED) -> bytes:
    """Return the data with a mark in place of every secret of at least 4 characters (rule 4)."""
    for secret in secrets:
        if len(secret) < _SHORTEST:
            continue
        for form in _plain_forms(secret):
            data = data.replace(form, mark)
        head = data[:_ESCAPES]
        if b"\\" in head or b"%" in head or b"&#" in head:
            data = _escaped_form(secret).sub(mark.replace(b"\\", rb"\\"), head) + data[_ESCAPES:]
        data = _without_cut(data, secret.encode("latin-1"), mark)
    return data


def redact_text(text: str, secrets: Iterable[str]) -> str:
    """Return the text with `[the key]` in place of every secret of at least 4 characters (rule 4)."""
    return redact(text.encode("utf-8", "surrogatepass"), secrets).decode("utf-8", "surrogatepass")


def redact_headers(raw: Sequence[tuple[bytes, bytes]], secrets: Iterable[str]) -> Sequence[tuple[bytes, bytes]]:
    """Return header fields with `[the key]` in place of every secret; the same object where there is none."""
    known = tuple(secrets)
    clean = [(redact(name, known), redact(value, known)) for name, value in raw]
    return raw if clean == list(raw) else clean


def _without_cut(data: bytes, secret: bytes, mark: bytes) -> bytes:
    """Return the data without the start of a secret at its end: what arrived was cut there."""
    for length in range(len(secret) - 1, _SHORTEST_CUT - 1, -1):
        if data.endswith(secret[:length]):
            return data[:-length] + mark
    return data


@functools.lru_cache(maxsize=32)
def _plain_forms(secret: str) -> tuple[bytes, ...]:
    """Return a secret as it is, and the parts of its base64 forms that do not depend on what stands around it."""
    plain = secret.encode("latin-1")
    forms = [plain]
    for offset in range(3):
        whole = slice((8 * offset + 5) // 6, 8 * (offset + len(plain)) // 6)
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            form = encode(bytes(offset) + plain)[whole]
            if len(form) >= _SHORTEST_BASE64:
                forms.append(form)
    return tuple(dict.fromkeys(forms))


@functools.lru_cache(maxsize=32)
def _escaped_form(secret: str) -> re.Pattern[bytes]:
    """Return the pattern of a secret of which any character may be escaped."""
    return re.compile(b"".join(_character(code) for code in secret.encode("latin-1")))


def _character(code: int) -> bytes:
    """Return the pattern of one character. Its alternatives begin differently, so that none is tried twice."""
    plain = re.escape(bytes([code]))
    digits = "".join(f"[{each}{each.upper()}]" for each in f"{code:02x}").encode()
    slashed = rb"\\{1,4}(?:(?:u00|x)" + digits + rb"|" + plain + rb")"
    percent = rb"%(?:25)?" + digits
    entity = rb"&#(?:0{0,4}" + str(code).encode() + rb"|[xX]0{0,4}" + digits + rb");"
    return rb"(?:" + rb"|".join((plain, slashed, percent, entity)) + rb")"
