"""Signed URLs, which need no key until they expire, and bytes served whole or by range (RFC 9110, section 14)."""

from __future__ import annotations

import re
from hashlib import blake2b
from http import HTTPStatus
from urllib.parse import quote

from mistral_async.testing._call import FakeCall
from mistral_async.testing._content import Content
from mistral_async.testing._errors import JSON_UTF8, FakeAPIError, not_found
from mistral_async.testing._reply import Reply
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_HOUR = 3600


class SignedURLStore:
    """The contents behind signed URLs."""

    def __init__(self, _state: ServerState) -> None:
        self.contents: dict[str, tuple[Content, str]] = {}


def sign(state: ServerState, key: str, content: Content, filename: str, *, hours: int = 24) -> str:
    """Return a URL of this server that serves `content`."""
    state.store(SignedURLStore).contents[key] = content, filename
    until = state.calendar.unix() + hours * _HOUR
    return f"{state.url}/signed/{quote(key, safe='')}?expires={until}&signature={_signature(state, key, until)}"


@route("GET", "/signed/{}", "signed.download", public=True)
def serve(call: FakeCall) -> Reply:
    """Serve the content of a signed URL; raises 403 if it has expired or its signature is wrong."""
    key, until = call.params[0], call.number("expires", 0)
    if until <= call.state.calendar.now() or call.text("signature") != _signature(call.state, key, until):
        body = b'{"message":"The signature is invalid or has expired."}'
        raise FakeAPIError(HTTPStatus.FORBIDDEN, body, media=JSON_UTF8)
    content, filename = call.state.store(SignedURLStore).contents[key]
    if content.closed:
        raise not_found("File", key)
    return content_reply(content, call.headers.get("range"), filename)


def content_behind(state: ServerState, url: str) -> Content | None:
    """Return the content of one of this server's own signed URLs, or None."""
    if not url.startswith(f"{state.url}/signed/"):
        return None
    key = url.removeprefix(f"{state.url}/signed/").partition("?")[0]
    found = state.store(SignedURLStore).contents.get(key)
    return found[0] if found and not found[0].closed else None


def content_reply(content: Content, wanted: str | None, filename: str) -> Reply:
    """Return a content with its length, or the requested range of it."""
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


def _signature(state: ServerState, key: str, until: int) -> str:
    return blake2b(f"{state.seed}:{key}:{until}".encode(), digest_size=16).hexdigest()
