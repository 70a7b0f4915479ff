"""Secrets in bodies: API keys, client and signing secrets, and tokens that the API makes, or that a request has.

They are read as any other attribute, and sent as they are. Reprs, and so logs and tracebacks, show `'***'` in their
place, and cassettes have a mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from mistral_async._codec.json_types import JSON, JSONObject, is_array, is_object
from mistral_async._lazy import lazy_pattern

# Rule 1: A field is a secret by its name, or by its name and another field (a "key" that has an id; a "value" that
#   expires), unless that one is false (`is_secret`): the same in a Struct, whose repr hides it (`models/_model.py`),
#   and in the JSON that a cassette keeps.
# Rule 2: What is hidden is text. What is absent, null or empty is shown, for it is what a user has to know.
# Rule 3: The JSON of a cassette may be cut anywhere, and may stand in events, lines or other text.

_ALWAYS: Final = frozenset(
    {
        "access_token",
        "api_key",
        "bearer_token",
        "client_private_key",
        "client_secret",
        "encryption_key",
        "participant_token",
        "refresh_token",
        "secret",
        "signing_secret",
    }
)
_BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "key": ("key_id", "hidden_key"),  # an API key
    "token": ("ws_url", "owner"),  # of a worker; of a repository
    "value": ("expires_at", "is_secret"),  # of a session; of a header
}
_TYPED: Final = frozenset({"api-key", "oauth2-token"})  # whose "value" is one
_PAIR: Final = lazy_pattern(
    rb"""
    "([^"\\\r\n]*+)" \s*+:\s*+ (?:data:\s*+)?+  # a name; another line of an event may begin behind it
    (?: "([^"\\\r\n]*+(?:\\.[^"\\\r\n]*+)*+) | (false) )?+  # a text, which may be cut
    | [{}]
    """,
    re.VERBOSE,
)
"""A field, or where an object begins or ends."""


def secret_names(fields: Mapping[str, object]) -> Iterator[str]:
    """Yield the names of those fields of an object that hold a secret (rules 1 and 2)."""
    for name, value in fields.items():
        others = _BESIDE.get(name, ())
        is_secret = name in _ALWAYS or any(fields.get(other, False) is not False for other in others)
        if value and isinstance(value, str) and (is_secret or (name == "value" and fields.get("type") in _TYPED)):
            yield name


def secrets_of_body(body: bytes) -> list[str]:
    """Return the secrets in a body: in JSON, and in what of it is JSON (rule 3)."""
    try:
        return list(_secrets_in(msgspec.json.decode(body)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [secret for fields in _objects_in(body) for secret in _secrets_in(fields)]


def _secrets_in(value: JSON) -> Iterator[str]:
    if is_object(value):
        yield from (str(value[name]) for name in secret_names(value))
    for each in value.values() if is_object(value) else value if is_array(value) else ():
        yield from _secrets_in(each)


def _objects_in(text: bytes) -> Iterator[JSONObject]:
    """Yield the objects in a text, as far as they go, with the fields that are text or false, and None for others."""
    begun: list[JSONObject] = [{}]
    for found in _PAIR.finditer(text):
        name, value, false = found.groups()
        if name is not None:
            begun[-1][_text(name)] = False if false else None if value is None else _text(value)
        elif found[0] == b"{":
            begun.append({})
        else:
            yield begun.pop()
            begun = begun or [{}]
    yield from begun


def _text(encoded: bytes) -> str:
    """Return what a text of JSON says; the bytes themselves, as latin-1, where it is cut within a character."""
    try:
        return msgspec.json.decode(b'"%b"' % encoded, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return encoded.decode("latin-1")
