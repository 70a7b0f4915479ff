"""An answer with everything the API said around it: status, headers, request id, rate limits, attempts and timings."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from mistral_async._codec.attempt import Attempt
from mistral_async._codec.headers import Headers
from mistral_async._codec.json_decode import decode_json
from mistral_async._codec.json_types import JSONObject
from mistral_async._codec.rate_limit_headers import RateLimitStatus
from mistral_async._engine.first_use import first_use
from mistral_async._http.protocol import Timings

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")


class Response(Generic[T]):
    """A decoded answer, `data`, and what came with it."""

    model: str | None = None
    """The model that was asked, which may be a fallback; None where none was."""
    cached: bool = False
    """True if it comes from the client's store of answers: nothing was sent, and `attempts` and `headers` are empty."""
    _key: int | None = None

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
        decoded_as: Any = None,
        model: str | None = None,
        key: int | None = None,
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
        self._decoded_as = decoded_as
        self.model = model
        self._key = key

    @functools.cached_property
    def headers(self) -> Headers:
        """The headers of the answer."""
        return Headers(self._raw)

    @functools.cached_property
    def attempts(self) -> Sequence[Attempt]:
        """Every attempt of the call; the last is the one that succeeded."""
        if self.cached:
            return ()
        circumstances = (self.request_id, self._elapsed, self._waited)
        last = Attempt(self.status, None, *circumstances, may_have_executed=True, model=self.model, key=self._key)
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
        """Return the body as plain dicts, lists and scalars, with the fields that this version does not know."""
        return decode_json(self.body)

    def unknown_fields(self) -> JSONObject:
        """Return what the body has and `data` does not show, by its path: `{"$.choices[0].message.audio": {…}}`.

        These are fields that this version does not know, and values of another kind than it expects, such as text in
        place of a list.
        """
        if self._decoded_as is None or not self.body:
            return {}
        with first_use():
            from mistral_async._codec.unread import unread

        return unread(self.body, self._decoded_as)

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
