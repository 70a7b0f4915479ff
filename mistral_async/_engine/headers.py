"""Headers that users add, with `with_options` or in hooks: one of a kind, and none that breaks a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from mistral_async._codec.headers import match_field_value, match_token
from mistral_async._codec.redact import Secret, is_sensitive
from mistral_async.errors import ConfigurationError

# Rule 1: Names of headers are equal in any case. What is added later goes before what was there, the client's own
#         included (host, accept-encoding, user-agent, ...): never are two of a kind sent.
# Rule 2: How a request is framed and what becomes of its connection is the client's business: those are refused.
# Rule 3: Names and values are text or bytes, values numbers too; None takes away what an earlier view added.
# Rule 4: What is no header (`_codec/headers.py`) is refused. The error names it, and does not show its value.

FieldText: TypeAlias = str | bytes

_OWN: Final = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "http2-settings",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


def add_headers(
    known: tuple[tuple[str, str], ...], given: Mapping[FieldText, FieldText | None] | Mapping[str, FieldText | None]
) -> tuple[tuple[str, str], ...]:
    """Return the headers with others added (rules 1 and 3)."""
    if not isinstance(given, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a type checker
        raise ConfigurationError(f"headers are a mapping of names to values, not {type(given).__name__}")
    headers = dict(known)
    for name, value in given.items():
        if value is None:
            headers.pop(_text(name, "the name of a header").lower(), None)
        else:
            lowered, text = checked_header(name, value)
            headers[lowered] = text
    return tuple(headers.items())


def checked_header(name: FieldText, value: FieldText) -> tuple[str, str]:
    """Return a header as it is sent; raise `ConfigurationError` for one that can not be (rules 2 and 4)."""
    lowered = _text(name, "the name of a header").lower()
    if not match_token(lowered):
        raise ConfigurationError(f"{lowered[:40]!r} is not the name of a header")
    if lowered in _OWN:
        raise ConfigurationError(f"the header {lowered!r} is written by the client itself: leave it out")
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    value = Secret(str(value) if number else _text(value, f"the value of the header {lowered[:40]!r}"))
    if not match_field_value(value):
        problem = "characters beyond latin-1" if _beyond_latin_1(value) else "a line break or control code"
        raise ConfigurationError(f"the value of the header {lowered[:40]!r} has {problem}, which are not allowed")
    return lowered, value if is_sensitive(lowered) else str(value)


def _text(given: object, what: str) -> str:
    """Return text or bytes as plain text, without the white space around it."""
    match given:
        case str():
            return str.strip(given, " \t")
        case bytes():
            return given.decode("latin-1").strip(" \t")
        case _:
            raise ConfigurationError(f"{what} is text or bytes, not {type(given).__name__}")


def _beyond_latin_1(text: str) -> bool:
    return any(ord(character) > 0xFF for character in text)  # noqa: PLR2004 - U+00FF is its last one
