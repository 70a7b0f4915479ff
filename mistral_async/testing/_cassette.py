"""Record exchanges with the API and replay them: httpx transports, for `Mistral(transport=...)` and `SyncMistral`."""

from __future__ import annotations

import base64
import functools
import hashlib
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from mistral_async._codec.json_types import JSON, is_object
from mistral_async._codec.redact import is_sensitive, redact
from mistral_async._codec.secret_fields import secrets_of_body
from mistral_async._files.whole_file import open_private

# Rule 1: A cassette has one exchange a line, as JSON, and is readable by its owner alone. Of a request it has method,
# path, query and body, and no header. The API key, and the value of any other header that holds a secret, is replaced
# wherever it occurs and however it is escaped (rule 4 of `redact`), in binary bodies and across their pieces too; so a
# body that came compressed is recorded as it reads. So are the secrets in JSON, in that exchange (`secret_fields`): an
# API key that was just made, the secret of a webhook; in events, lines and JSON that was cut too. In a request only
# text is replaced, so that it stays JSON.
# Rule 2: Two requests are equal if method, target and body are: JSON by its value, another body by its digest, in
# which the boundary of a form does not count.
# Rule 3: An exchange is replayed once; equal requests get their responses in the order of the recording. A request
# without an exchange raises `CassetteError`, and so does `assert_done` for an exchange without a request.
# Rule 4: A body is replayed in the pieces in which it arrived. A response that was closed early ends with
# `httpx.ReadError` where it was left.

_PRIVATE: Final = re.compile(
    r"^(set-cookie|authorization|proxy-.*|content-length|transfer-encoding|connection)$", re.IGNORECASE
)
_SCRUBBED: Final = b"[key]"
_DECODED: Final = re.compile(f"{_PRIVATE.pattern}|^content-encoding$", re.IGNORECASE)
_BOUNDARY: Final = re.compile(rb"boundary=\"?([^\";]+)")
_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"')


class CassetteError(AssertionError):
    """A request that was not recorded, or a recording that was not used."""


class RecordedRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """The identity of a request: two requests are equal if these fields are."""

    method: str
    target: str
    json: Any = None
    digest: str | None = None
    """SHA-256 of a body that is not JSON."""

    def __str__(self) -> str:
        return f"{self.method} {self.target}"


class RecordedExchange(msgspec.Struct, omit_defaults=True):
    """A request and its response: one line of a cassette."""

    request: RecordedRequest
    status: int
    headers: list[tuple[str, str]]
    body: list[str | dict[str, str]]
    """The pieces as they arrived: text, or `{"base64": ...}`."""
    cut: bool = False
    """True if the client closed the response before its end."""


class Recording(httpx.AsyncBaseTransport):
    """A transport that sends by another one, and appends each exchange to the cassette once its body has been read."""

    def __init__(self, path: Path, transport: httpx.AsyncBaseTransport) -> None:
        self.path = path
        self._transport = transport
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(open_private(os.fspath(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC))
        path.chmod(0o600)  # prompts and answers are in it

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; its exchange is recorded when the response is closed."""
        body = await request.aread()
        sent = httpx.Request(
            request.method,
            request.url,
            # Not compressed, so that a cassette is readable and the key can be found in it.
            headers=[*_without(request, b"accept-encoding"), (b"accept-encoding", b"identity")],
            content=body,
            extensions=request.extensions,
        )
        response = await self._transport.handle_async_request(sent)
        return httpx.Response(
            response.status_code,
            headers=response.headers.raw,
            stream=_RecordingStream(response, functools.partial(self._keep, request, response)),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    def _keep(self, request: httpx.Request, response: httpx.Response, copied: _RecordingStream) -> None:
        pieces, dropped = copied.pieces, _PRIVATE
        if "content-encoding" in response.headers:
            pieces, dropped = [_decoded(response, b"".join(pieces))], _DECODED
        secrets = _secrets(request)
        made = [*secrets, *secrets_of_body(b"".join(pieces))]
        headers = [
            (name.decode("latin-1"), _scrub(value, made).decode("latin-1"))
            for name, value in response.headers.raw
            if not dropped.match(name.decode("latin-1"))
        ]
        exchange = RecordedExchange(
            _scrubbed(recorded_request(request), secrets),
            response.status_code,
            headers,
            [_text(each) for each in _scrub_pieces(pieces, made)],
            cut=not copied.whole,
        )
        self._append(msgspec.json.encode(exchange) + b"\n")

    def _append(self, line: bytes) -> None:
        size = None
        try:
            with open(self.path, "ab", opener=open_private) as file:
                size = file.tell()
                file.write(line)
        except OSError as error:
            if size is not None:  # a full disk: half a line could not be replayed
                with suppress(OSError):
                    os.truncate(self.path, size)
            raise CassetteError(f"{self.path} can not be written: {error}") from error


class Replay(httpx.AsyncBaseTransport):
    """A transport that responds with the first unused recorded exchange of an equal request."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            self._left = [self._read(number, line) for number, line in enumerate(file, 1) if line.strip()]

    def _read(self, number: int, line: bytes) -> RecordedExchange:
        try:
            return msgspec.json.decode(line, type=RecordedExchange)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise CassetteError(f"{self.path}, line {number}, is no recorded exchange: {error}") from error

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the recorded response; raises `CassetteError` if there is none left."""
        await request.aread()
        looked_up = _scrubbed(recorded_request(request), _secrets(request))
        for place, exchange in enumerate(self._left):
            if exchange.request == looked_up:
                del self._left[place]
                return httpx.Response(exchange.status, headers=exchange.headers, stream=_ReplayStream(exchange))
        raise CassetteError(f"{self.path} has no (further) answer for {looked_up} with this body: record it again")

    def assert_done(self) -> None:
        """Raise `CassetteError` if an exchange was not used."""
        if self._left:
            unused = ", ".join(str(exchange.request) for exchange in self._left)
            raise CassetteError(f"{self.path}: not asked for: {unused}")


class _RecordingStream(httpx.AsyncByteStream):
    """A response body that keeps a copy of the pieces that pass."""

    def __init__(self, response: httpx.Response, keep: Callable[[_RecordingStream], None]) -> None:
        self.pieces: list[bytes] = []
        self.whole = False
        self._stream: Any = response.stream
        self._keep: Callable[[_RecordingStream], None] | None = keep

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            self.pieces.append(bytes(piece))
            yield piece
        self.whole = True
        self._finish()

    async def aclose(self) -> None:
        self._finish()
        await self._stream.aclose()

    def _finish(self) -> None:
        keep, self._keep = self._keep, None
        if keep is not None:
            keep(self)


class _ReplayStream(httpx.AsyncByteStream):
    def __init__(self, exchange: RecordedExchange) -> None:
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._exchange.body:
            yield base64.b64decode(piece["base64"]) if isinstance(piece, dict) else str(piece).encode()
        if self._exchange.cut:
            raise httpx.ReadError("the recording ends here: the client that was recorded read no further")


def recorded_request(request: httpx.Request) -> RecordedRequest:
    """Return the identity of a request whose body has been read."""
    target = request.url.raw_path.decode("ascii")
    if not request.content:
        return RecordedRequest(request.method, target)
    try:
        body = msgspec.json.decode(request.content)
    except msgspec.DecodeError:
        return RecordedRequest(request.method, target, digest=_digest(request))
    if target.endswith("/execute") and is_object(body):
        body.pop("traceparent", None)  # random, where the caller gives none
    return RecordedRequest(request.method, target, json=body)


def _digest(request: httpx.Request) -> str:
    """Return the SHA-256 of a body, with a fixed boundary in place of a form's random one."""
    body = request.content
    if (found := _BOUNDARY.search(request.headers.get("content-type", "").encode())) is not None:
        body = body.replace(found[1], b"boundary")
    return hashlib.sha256(body).hexdigest()


def _without(request: httpx.Request, name: bytes) -> list[tuple[bytes, bytes]]:
    return [(key, value) for key, value in request.headers.raw if key.lower() != name]


def _secrets(request: httpx.Request) -> list[str]:
    """Return what must not be recorded of a request: the values of headers and fields that hold secrets."""
    raw = (value for name, value in request.headers.raw if is_sensitive(name.decode("latin-1")))
    values = (text for value in raw for text in _texts(value))
    keys = [value.strip().removeprefix("Bearer ").removeprefix("Basic ").strip() for value in values]
    return keys + secrets_of_body(request.content)


def _texts(value: bytes) -> Iterator[str]:
    """Yield what the value of a header may say: its bytes are latin-1, or UTF-8."""
    yield value.decode("latin-1")
    if not value.isascii():
        with suppress(UnicodeDecodeError):
            yield value.decode()


def _scrub(data: bytes, secrets: list[str], *, cut: bool = True) -> bytes:
    """Return data without secrets, however much it is."""
    return redact(data, secrets, _SCRUBBED, whole=True, cut=cut)


def _scrubbed(request: RecordedRequest, secrets: list[str]) -> RecordedRequest:
    """Return a request without secrets."""
    target = _scrub(request.target.encode(), secrets, cut=False).decode()
    return msgspec.structs.replace(request, target=target, json=_scrubbed_json(request.json, secrets))


def _scrubbed_json(value: JSON, secrets: list[str]) -> JSON:
    """Return a JSON value without secrets in its texts and names."""

    def scrub(text: re.Match[bytes]) -> bytes:
        plain = msgspec.json.decode(text[0], type=str).encode()
        return msgspec.json.encode(_scrub(plain, secrets, cut=False).decode("utf-8", "replace"))

    encoded = msgspec.json.encode(value)
    if _scrub(encoded, secrets, cut=False) == encoded:
        return value
    return msgspec.json.decode(_STRING.sub(scrub, encoded))


def _scrub_pieces(pieces: list[bytes], secrets: list[str]) -> list[bytes]:
    """Return the pieces of a body without secrets; all in one where a secret lies across two of them."""
    body = b"".join(pieces)
    clean = _scrub(body, secrets)
    if clean == body:
        return pieces
    apart = [_scrub(piece, secrets) for piece in pieces]
    return apart if b"".join(apart) == clean else [clean]


def _decoded(response: httpx.Response, body: bytes) -> bytes:
    """Return a compressed body as it reads; as it is where it can not be read."""
    try:
        return httpx.Response(response.status_code, headers=response.headers.raw, content=body).content
    except httpx.DecodingError:
        return body


def _text(piece: bytes) -> str | dict[str, str]:
    try:
        return piece.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(piece).decode()}


def record(path: str | os.PathLike[str], transport: httpx.AsyncBaseTransport | None = None) -> Recording:
    """Return a transport that records every exchange to a new file, without the key."""
    from mistral_async import Transport

    return Recording(Path(path), transport or Transport())


def replay(path: str | os.PathLike[str]) -> Replay:
    """Return a transport that replays a recorded file, without a network."""
    return Replay(Path(path))
