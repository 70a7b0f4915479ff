"""An answer with everything the API said around it: status, headers, request id, rate limits, attempts and timings."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from mistral_async._engine.retry import parse_retry_after
from mistral_async._http.protocol import Timings
from mistral_async._ratelimit import RateLimitStatus, parse_rate_limits

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")


class Headers(Mapping[str, str]):
    """The headers of an answer: names in any case, repeated ones joined by a comma. `raw` has them as they came."""

    def __init__(self, raw: Sequence[tuple[bytes, bytes]]) -> None:
        self.raw = raw

    @functools.cached_property
    def _fields(self) -> dict[str, str]:
        fields: dict[str, str] = {}
        for name, value in self.raw:
            key, text = name.decode("latin-1").lower(), value.decode("latin-1")
            fields[key] = f"{fields[key]}, {text}" if key in fields else text
        return fields

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"Headers({self._fields})"

    @property
    def request_id(self) -> str | None:
        """The API's id of the request, to give to support."""
        return request_id_of(self.raw)

    @property
    def retry_after(self) -> float | None:
        """Seconds that the API asks to wait."""
        return parse_retry_after(self.get("retry-after"), self.get("retry-after-ms"), self.get("date"))

    @functools.cached_property
    def rate_limits(self) -> RateLimitStatus:
        """The rate limits that the answer names."""
        return parse_rate_limits(self.raw)


def request_id_of(raw: Sequence[tuple[bytes, bytes]]) -> str | None:
    """The API's id of the request: its usual header first, without reading the others."""
    for name, value in raw:
        if name == b"mistral-correlation-id":
            return value.decode("latin-1")
    headers = Headers(raw)
    return headers.get("mistral-correlation-id") or headers.get("x-kong-request-id") or headers.get("x-request-id")


class Attempt(msgspec.Struct, frozen=True):
    """One attempt of a call."""

    status: int | None
    """The status of its answer; None when there was none."""
    error: str | None
    """The name of the error class, None for the one that succeeded."""
    request_id: str | None
    elapsed: float
    """Seconds from the start of the attempt to its end."""
    waited: float
    """Seconds waited before it: for the rate limit and between attempts."""
    may_have_executed: bool
    """Whether the API may have executed (and billed) it."""


class Response(Generic[T]):
    """A decoded answer, `data`, and what came with it."""

    def __init__(
        self,
        data: T,
        *,
        status: int,
        headers: Sequence[tuple[bytes, bytes]],
        body: bytes,
        failed: Sequence[Attempt],
        elapsed: float,
        waited: float,
        timings: Timings,
        http_version: str = "HTTP/1.1",
    ) -> None:
        self.data = data
        self.status = status
        self.body = body
        self.timings = timings
        self._raw = headers
        self._failed = failed
        self._elapsed = elapsed
        self._waited = waited
        self._http_version = http_version

    @functools.cached_property
    def headers(self) -> Headers:
        """The headers of the answer."""
        return Headers(self._raw)

    @functools.cached_property
    def attempts(self) -> Sequence[Attempt]:
        """Every attempt of the call; the last is the one that succeeded."""
        last = Attempt(self.status, None, self.request_id, self._elapsed, self._waited, may_have_executed=True)
        return (*self._failed, last)

    @property
    def request_id(self) -> str | None:
        """The API's id of the request, to give to support."""
        return self.headers.request_id

    @property
    def rate_limits(self) -> RateLimitStatus:
        """The rate limits that the answer names; empty where it names none (streams never do)."""
        return self.headers.rate_limits

    def json(self) -> Any:
        """The body as plain dicts, lists and scalars, with the fields that this version does not know."""
        return msgspec.json.decode(self.body)

    @functools.cached_property
    def http(self) -> httpx.Response:
        """The answer as an `httpx.Response`."""
        import httpx

        skip = {b"content-encoding", b"transfer-encoding", b"content-length"}  # the body is decoded and whole
        headers = [pair for pair in self.headers.raw if pair[0].lower() not in skip]
        extensions = {"http_version": self._http_version.encode()}
        return httpx.Response(self.status, headers=headers, content=self.body, extensions=extensions)

    def __repr__(self) -> str:
        return f"<Response {self.status} {type(self.data).__name__} request_id={self.request_id}>"
