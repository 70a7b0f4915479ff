"""Signed URLs, which need no key until they expire, and bytes served whole or by range (RFC 9110, section 14)."""

from __future__ import annotations

import re
from hashlib import blake2b
from http import HTTPStatus
from urllib.parse import quote

from mistral_async.testing._content import Content
from mistral_async.testing._exchange import Call, Reply
from mistral_async.testing._refusals import JSON_UTF8, RefusedError, not_found
from mistral_async.testing._state import State

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_HOUR = 3600


class Signatures:
    """What signed URLs lead to."""

    def __init__(self, _state: State) -> None:
        self.contents: dict[str, tuple[Content, str]] = {}


def sign(state: State, key: str, content: Content, filename: str, *, hours: int = 24) -> str:
    """A URL of this server that serves `content`."""
    state.store(Signatures).contents[key] = content, filename
    until = state.calendar.unix() + hours * _HOUR
    return f"{state.url}/signed/{quote(key, safe='')}?expires={until}&signature={_signature(state, key, until)}"


def serve(call: Call) -> Reply:
    """What a signed URL serves; 403 when it has expired or was tampered with."""
    key, until = call.params[0], call.number("expires", 0)
    if until <= call.state.calendar.now() or call.text("signature") != _signature(call.state, key, until):
        body = b'{"message":"The signature is invalid or has expired."}'
        raise RefusedError(HTTPStatus.FORBIDDEN, body, media=JSON_UTF8)
    content, filename = call.state.store(Signatures).contents[key]
    if content.closed:
        raise not_found("File", key)
    return served(content, call.headers.get("range"), filename)


def content_behind(state: State, url: str) -> Content | None:
    """The content that one of this server's own signed URLs serves."""
    if not url.startswith(f"{state.url}/signed/"):
        return None
    key = url.removeprefix(f"{state.url}/signed/").partition("?")[0]
    found = state.store(Signatures).contents.get(key)
    return found[0] if found and not found[0].closed else None


def served(content: Content, wanted: str | None, filename: str) -> Reply:
    """Bytes with their length, so that progress can be shown, and in ranges, so that a download can go on."""
    headers = {
        "accept-ranges": "bytes",
        "content-disposition": f'attachment; filename="{quote(filename)}"',
        "etag": f'"{content.signature}"',
    }
    media = "application/octet-stream"
    match = _RANGE.fullmatch(wanted or "")
    if match is None or not (match[1] or match[2]):
        return Reply(parts=content.chunks(), length=content.size, media=media, headers=headers)
    start = int(match[1]) if match[1] else max(0, content.size - int(match[2]))
    end = min(int(match[2]) + 1, content.size) if match[1] and match[2] else content.size
    if start >= end:
        headers["content-range"] = f"bytes */{content.size}"
        return Reply(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, length=0, media=None, headers=headers)
    headers["content-range"] = f"bytes {start}-{end - 1}/{content.size}"
    parts = content.chunks(start, end)
    return Reply(HTTPStatus.PARTIAL_CONTENT, parts=parts, length=end - start, media=media, headers=headers)


def _signature(state: State, key: str, until: int) -> str:
    return blake2b(f"{state.seed}:{key}:{until}".encode(), digest_size=16).hexdigest()
