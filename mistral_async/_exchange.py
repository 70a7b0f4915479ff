"""One call under way: what is sent, until when, the attempts so far, and the error that ends it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from mistral_async._limits import RateLimit, RateLimitStatus
from mistral_async._response import Attempt, Headers
from mistral_async._retry import may_have_executed
from mistral_async._wire._protocol import Answer, BodySource, Head, Phase, Sent, Streaming, WireError
from mistral_async.errors import (
    APIConnectError,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    MistralError,
    OutputError,
    QuotaUnavailableError,
    ResponseValidationError,
    from_response,
)

if TYPE_CHECKING:
    from mistral_async._limits import Reservation
    from mistral_async._request import Request

E = TypeVar("E", bound=MistralError)


class Exchange:
    """One call under way."""

    __slots__ = ("attempts", "began", "body", "deadline", "head", "opening", "request", "started", "ticket", "waited")

    def __init__(
        self, request: Request, head: Head, body: bytes | BodySource | None, *, opening: bool, total: float | None
    ) -> None:
        self.request = request
        self.head = head
        self.body = body
        self.opening = opening  # it ends with the head of the answer; the body is read by who asked
        self.started = self.began = time.monotonic()  # of the call, of its present attempt
        self.deadline = None if total is None else self.started + total
        self.waited = 0.0
        self.attempts: list[Attempt] = []
        self.ticket: Reservation | None = None

    def __repr__(self) -> str:
        return f"<Exchange {self.request!r}>"

    @property
    def is_repeatable(self) -> bool:
        """Whether the body can be sent again."""
        return self.body is None or isinstance(self.body, bytes) or self.body.repeatable

    def record(self, *, status: int | None, error: MistralError | None = None) -> Attempt:
        """The present attempt, as it ended."""
        return Attempt(
            status,
            type(error).__name__ if error else None,
            error.request_id if error else None,
            time.monotonic() - self.began,
            self.waited,
            error.may_have_executed if error else True,
        )

    def failed(self, error: E) -> E:
        """Keep the attempt on the call, and all attempts on the error."""
        status = error.status if isinstance(error, APIStatusError) else None
        self.attempts.append(self.record(status=status, error=error))
        self.waited = 0.0
        error.attempts = self.attempts
        return error

    # the errors that a call can end with

    def unanswered(self, failure: WireError) -> APIConnectionError:
        """There was no complete answer."""
        kind = APIConnectError if failure.phase is Phase.CONNECT else APIConnectionError
        error = (APITimeoutError if failure.timeout else kind)(f"{self.request!r}: {failure}")
        error.phase = failure.phase.value
        error.may_have_executed = failure.sent is Sent.MAYBE
        return error

    def late(self) -> APITimeoutError:
        """The deadline would pass before the rate limit lets the call go."""
        error = APITimeoutError(f"{self.request!r}: its time is over before the rate limit lets it go")
        error.phase = "pace"
        return error

    def refused(self, status: int, headers: Headers, body: bytes, key: str | None) -> APIStatusError:
        """There was an answer with an error status; the key is struck out of it."""
        if key:
            body = body.replace(key.encode(), b"[the key]")
        error = from_response(status, headers, body, route=f"{self.request.method} {self.request.route}")
        error.may_have_executed = may_have_executed(status)
        return error

    def no_quota(self, limit: RateLimit) -> QuotaUnavailableError:
        """The API said earlier that the plan has no quota for this model."""
        what = f"{limit.resource} per {limit.window}" if limit.window else limit.resource
        error = QuotaUnavailableError(f"{self.request!r}: the plan has no quota for this model (its {what} are 0)")
        error.status, error.headers, error.rate_limits = 429, Headers(()), RateLimitStatus((limit,))
        return error

    def unreadable(self, answer: Answer | Streaming, body: bytes, problem: Exception) -> ResponseValidationError:
        """The answer is not what the API promises; the error keeps its body."""
        headers = Headers(answer.headers)
        what = f"{len(body)} bytes of {headers.get('content-type', 'no content type')}" if body else "an empty body"
        error = ResponseValidationError(
            f"{self.request!r} answered {answer.status} with {what} that can not be read: {problem}"
        )
        error.status, error.body, error.headers = answer.status, body, headers
        error.path = getattr(problem, "path", "$")
        error.request_id = headers.request_id
        error.may_have_executed = True
        error.attempts = [*self.attempts, self.record(status=answer.status, error=error)]
        return error

    def unfit(self, answer: Answer | Streaming, error: OutputError) -> OutputError:
        """The answer is what the API promises, and not what was asked for."""
        error.request_id = Headers(answer.headers).request_id
        error.may_have_executed = True
        error.attempts = [*self.attempts, self.record(status=answer.status, error=error)]
        return error
