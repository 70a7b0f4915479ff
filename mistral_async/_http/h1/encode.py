"""Encode the head of a request and the framing of its body (RFC 9112 §3-§7). What could inject a header is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from mistral_async._codec.headers import match_field_value, match_token
from mistral_async._codec.redact import RedactedBytes
from mistral_async._http.protocol import RequestHead

_TARGET = re.compile(r"[!-~]+")
WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
"""The methods that usually have a body: without one they say so (RFC 9110 §8.6)."""


def encode_head(head: RequestHead, extra: Iterable[tuple[str, str]]) -> bytes:
    """Encode all of a head but the framing of its body; raise ValueError for what could inject another header.

    Of `extra` is sent what the head does not have itself.
    """
    if not match_token(head.method) or not _TARGET.fullmatch(head.target):
        raise ValueError("a method or target with a space or control character in it can not be sent")
    given = {name.lower() for name, _ in head.headers}
    headers = [*(field for field in extra if field[0] not in given), *head.headers]
    headers.sort(key=_goes_later)
    for name, value in headers:
        if not match_token(name) or not match_field_value(value):
            raise ValueError(f"header {name!r} has a character in its name or value that can not be sent")
    lines = (f"{name}: {value}" for name, value in headers)
    return "\r\n".join((f"{head.method} {head.target} HTTP/1.1", *lines, "", "")).encode("latin-1")[:-2]


def _goes_later(field: tuple[str, str]) -> bool:
    """Sort the host before all others, where servers look for it first (RFC 9110 §7.2)."""
    return field[0].lower() != "host"


def encode_whole(head: bytes, body: bytes | None) -> RedactedBytes:
    """Return a request in one piece, by its encoded head; without a body the head has no framing."""
    if body is None:
        return RedactedBytes(head + b"\r\n")
    return RedactedBytes(b"%bcontent-length: %d\r\n\r\n%b" % (head, len(body), body))


def encode_start(head: bytes, length: int | None) -> RedactedBytes:
    """Return an encoded head with the header that ends it: the length of the body, or chunked where nobody knows it."""
    framing = b"transfer-encoding: chunked" if length is None else b"content-length: %d" % length
    return RedactedBytes(b"%b%b\r\n\r\n" % (head, framing))


def encode_chunk(piece: bytes) -> bytes:
    """Encode one piece of a chunked body; an empty one is its end."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)
