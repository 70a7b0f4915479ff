"""One call under way: what is sent, until when, the attempts so far, and the error that ends it."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from enum import Enum
from typing import TYPE_CHECKING, TypeVar, cast

import msgspec

from mistral_async._codec.attempt import Attempt
from mistral_async._codec.headers import Headers
from mistral_async._codec.rate_limit_headers import RateLimit, RateLimitStatus
from mistral_async._codec.redact import (
    AT_ONCE,
    Concealing,
    redact,
    redact_headers,
    redact_rest,
    redact_text,
    secrets_in,
)
from mistral_async._http.protocol import BodySource, Phase, RequestHead, Sent, WireError, WireResponse, WireStream
from mistral_async._lazy import log
from mistral_async._spending.billing import payer
from mistral_async.errors import (
    BODY_KEPT,
    APIConnectError,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    MistralError,
    QuotaUnavailableError,
    ResponseValidationError,
    from_answer,
    from_response,
)

if TYPE_CHECKING:
    import logging

    from mistral_async._codec.redact import Secret
    from mistral_async._engine.client_state import ClientState
    from mistral_async._engine.encoding import ChangeBody
    from mistral_async._engine.options import Timeout
    from mistral_async._engine.request import Request
    from mistral_async._engine.routing import Routing
    from mistral_async._engine.tracing import Trace
    from mistral_async._ratelimit import Limiter, Reservation
    from mistral_async._spending.budget import Budget
    from mistral_async._spending.meter import UsageMeter
    from mistral_async._spending.reserving import Hold

E = TypeVar("E", bound=MistralError)
F = TypeVar("F", bound=BaseException)

_ERROR_BODY_LIMIT = 1024 * 1024
_ERROR_BODY_TIME = 10.0
_NO_WAIT = 0.001  # seconds: it was its turn at once
_CUT = " (no whole answer came: .may_have_executed says whether the API may have done it)"
_CLOCK = 0.005  # seconds that an event loop's timer may be early


class Renewal(Enum):
    """The replacement of a key that the API refuses by a new one: once a call."""

    POSSIBLE = "possible"
    DUE = "due"
    DONE = "done"


class CallState(Concealing, msgspec.Struct, eq=False):
    """One call under way."""

    request: Request
    head: RequestHead
    body: bytes | BodySource | None
    account: ClientState  # whose key and server it is sent with
    key: Secret | None
    limiter: Limiter  # that of its account when it began
    meter: UsageMeter  # that of its view
    timeout: Timeout  # the limits of its view
    started: float  # of the call
    model: str | None  # which has limits of its own
    billed: bool
    opening: bool  # it ends with the head of the answer; the body is read by who asked
    deadline: float | None = None  # of the call
    routing: Routing | None = None  # the other accounts and models that it may go to
    trace: Trace | None = None  # who is told, if there are hooks
    attempt_timeout: float | None = None  # seconds that an attempt may take
    reencode: ChangeBody | None = None  # what encodes its body anew for a repeated attempt
    began: float = 0.0  # of its present attempt
    ended: float | None = None  # when the head of its answer was there
    waited: float = 0.0
    queued: float = 0.0  # for its turn under the rate limits, in all
    renewal: Renewal = Renewal.POSSIBLE
    attempts: list[Attempt] = []
    noise: bool = False  # its last 429 is noise, or it is one call among others: it is repeated soon
    reservation: Reservation | None = None
    uncounted: bool = False  # it is billed, and the usage of the attempt under way is not counted yet
    budgets: Sequence[Budget] | None = None  # that each attempt has to fit into; None before the first
    hold: Hold | None = None  # what budgets have reserved for the attempt under way

    def __repr__(self) -> str:
        return f"<CallState {self.request!r}>"

    @property
    def is_repeatable(self) -> bool:
        """True if the body can be sent again."""
        return self.body is None or isinstance(self.body, bytes) or self.body.repeatable

    @property
    def bucket(self) -> str:
        """Return the name of its rate limits: the model, or the route template."""
        return self.model or self.request.route

    def address(self, account: ClientState, key: Secret | None, reservation: Reservation) -> None:
        """Have the next attempt sent with an account, which granted it a turn."""
        routing = cast("Routing", self.routing)
        if account is not self.account:
            self.renewal = Renewal.POSSIBLE
        self.account, self.key, self.limiter, self.reservation = account, key, account.limiter, reservation
        self.head, routing.renewed = routing.head(account, key), None
        if self.trace is not None:
            self.trace.addressed(account.network.origin)

    def tell_of_rest(self, error: BaseException, seconds: float, key: int | None = None) -> None:
        """Tell that a key gets no calls for so many seconds, because of an error."""
        key = key or self.account.number
        what = f"{getattr(error, 'status', '')} {type(error).__name__}".strip()
        log().warning("key %d of %s rests for %.3g s: %s", key, self.account.network.origin.host, seconds, what)
        if self.trace is not None:
            self.trace.key_rests(key, error, seconds)

    def paced(self, *, since: float) -> None:
        """Count the wait for its turn, which began then and is over."""
        self.began = time.monotonic()
        waited = self.began - since
        self.waited += waited
        self.queued += waited
        if self.trace is not None and waited > _NO_WAIT:
            self.trace.paced(waited)

    def record(self, *, status: int | None, request_id: str | None, error: MistralError | None = None) -> Attempt:
        """Return the present attempt, as it ended."""
        return Attempt(
            status,
            type(error).__name__ if error else None,
            request_id,
            time.monotonic() - self.began if error else self.elapsed,
            self.waited,
            error.may_have_executed if error else True,
            self.model,
            self.key_number,
        )

    @property
    def key_number(self) -> int | None:
        """The number of its key; None where the client has one."""
        return None if self.account.pool is None else self.account.number

    @property
    def elapsed(self) -> float:
        """Seconds of the present attempt: until the head of its answer was there, or until now."""
        return (time.monotonic() if self.ended is None else self.ended) - self.began

    def failed(self, error: E) -> E:
        """Keep the attempt on the call, and all attempts on the error."""
        status = error.status if isinstance(error, APIStatusError) else None
        self.attempts.append(self.record(status=status, request_id=error.request_id, error=error))
        if self.trace is not None:
            self.trace.failed(self.attempts[-1], error)
        self.waited = 0.0
        error.attempts = self.attempts
        if (count := len(self.attempts)) > 1:
            models = dict.fromkeys(each.model for each in self.attempts if each.model) if self.routing else {}
            which = f" of {', '.join(models)}" if len(models) > 1 else ""
            error.message = f"{error.message} (after {count} attempts{which})"
            error.args = (error.message,)
        return error

    @property
    def has_turn(self) -> bool:
        """True while it has a rate-limit reservation that was granted and is not settled."""
        return self.reservation is not None and self.reservation.is_granted

    def settle(self, headers: Sequence[tuple[bytes, bytes]] = (), tokens: float | None = None) -> None:
        """Settle the rate-limit reservation; idempotent."""
        if self.reservation is not None:
            self.limiter.settle(self.reservation, time.monotonic(), headers, tokens)

    def release(self, *, sent: bool) -> None:
        """Release the reservation after a failed attempt; refund it if nothing was sent."""
        if self.reservation is not None and not sent:
            self.limiter.cancel(self.reservation, time.monotonic())
        self.settle()
        self.count(executed=sent)

    # what it costs

    @property
    def payer(self) -> str:
        """Return the name that its usage is counted under: the model, the agent, or the route."""
        return self.model or payer(self.request)

    def count(self, usage: object = None, *, executed: bool = True) -> None:
        """Count what the attempt used, as its answer says; idempotent. None is unknown: budgets keep what they hold."""
        if not self.uncounted:
            return
        self.uncounted = False
        if executed:
            self.meter.add(self.model or self.payer, usage)
        if self.hold is not None:
            hold, self.hold = self.hold, None
            if usage is None:
                hold.release(executed=executed)
            else:
                hold.settle(usage)

    # what the user's logger gets

    def log_answer(self, logger: logging.Logger, answer: WireResponse | WireStream, *, bodies: bool) -> None:
        """Log a success."""
        elapsed, request_id = time.monotonic() - self.began, self.headers_of(answer).request_id
        logger.debug("%r -> %d in %.3f s (request id %s)", self.request, answer.status, elapsed, request_id)
        if bodies:
            got = answer.body if isinstance(answer, WireResponse) else b"a stream"
            sent = self.redact(self.body, whole=True) if isinstance(self.body, bytes) else self.body
            logger.debug("%r sent %r", self.request, sent)
            logger.debug("%r got %r", self.request, self.redact(got, whole=True))

    def log_failure(self, logger: logging.Logger) -> None:
        """Log the attempt that failed last."""
        last, count = self.attempts[-1], len(self.attempts)
        logger.debug("%r: %s after %.3f s (attempt %d)", self.request, last.error, last.elapsed, count)

    # the errors that a call can end with

    def unanswered(self, failure: WireError) -> APIConnectionError:
        """Make the error for a response that did not arrive whole."""
        if failure.timeout:
            error: APIConnectionError = self.timed_out(failure, failure.phase.value)
        else:
            kind = APIConnectError if failure.phase is Phase.CONNECT else APIConnectionError
            error = kind(f"{self.request!r}: {self.conceal(failure)}{_CUT if failure.sent is Sent.MAYBE else ''}")
            error.phase = failure.phase.value
        error.may_have_executed = failure.sent is Sent.MAYBE
        error.__cause__ = cause_of(failure)
        return error

    def timed_out(self, failure: WireError, phase: str) -> APITimeoutError:
        """Make the error for a time limit that is over: it says which, and how long that was."""
        limit = self.limit(phase)
        seconds = getattr(self.timeout, limit, None)
        over = f" (the time limit {limit}={seconds or 0:g} s is over: timeout=Timeout({limit}=...) sets it)"
        which = "" if seconds is None else over
        error = APITimeoutError(f"{self.request!r}: {self.conceal(failure)}{which}")
        error.phase = limit
        return error

    def limit(self, phase: str) -> str:
        """Return which time limit is over: "total", "attempt", else that of the phase the call was in."""
        now = time.monotonic() + _CLOCK
        if self.deadline is not None and now >= self.deadline:
            return "total"
        return "attempt" if self.attempt_timeout is not None and now >= self.began + self.attempt_timeout else phase

    def late(self, what: str = "the rate limit") -> APITimeoutError:
        """Make the error for a turn under the rate limits, or in a budget, that does not come before the deadline."""
        total = f"total={self.timeout.total:g} s"
        error = APITimeoutError(f"{self.request!r}: the time limit {total} is over before {what} lets it go")
        error.phase = "pace"
        return error

    def refused(self, status: int, headers: Headers, body: bytes) -> APIStatusError:
        """Make the error for a response with an error status."""
        if self.trace is not None:
            self.trace.refused(status, headers)
        return from_response(status, headers, body, route=self._sent_to)

    @property
    def _sent_to(self) -> str:
        """Method and path, as they were sent."""
        return f"{self.head.method} {self.head.target.partition('?')[0]}"

    def error_in(
        self, answer: WireResponse | WireStream, body: bytes, own: Collection[str] | None
    ) -> APIStatusError | None:
        """Make the error that an answer under a status of success is, None if it is none."""
        headers, body = self.headers_of(answer), self.redact(body) if len(body) <= BODY_KEPT else b""
        return from_answer(headers, body, own, route=self._sent_to, status=answer.status)

    def secrets(self) -> Iterator[str]:
        """Return the values of this request that must not be shown, and the other keys of its client."""
        yield from secrets_in(self.head.headers)
        if self.account.pool is not None:
            yield from self.account.pool.secrets()

    def redact(self, body: bytes, *, whole: bool = False) -> bytes:
        """Strike the key out of what may be shown."""
        return redact(body, self.secrets(), whole=whole)

    async def redact_rest(self, error: E) -> E:
        """Strike the key out of all of the body that an error keeps, in turns with other tasks; returns the error."""
        if isinstance(error, ResponseValidationError) and len(error.body) > AT_ONCE:
            error.body = await redact_rest(error.body, self.secrets())
        return error

    def conceal(self, error: F) -> F:
        """Strike the key out of the texts of an exception, and of those that caused it; returns the exception."""
        for each in _chain(bare(error)):
            each.args = tuple(redact_text(arg, self.secrets()) if isinstance(arg, str) else arg for arg in each.args)
        return error

    def headers_of(self, answer: WireResponse | WireStream) -> Headers:
        """Return the headers of an answer as they may be shown."""
        return Headers(redact_headers(answer.headers, self.secrets()))

    def no_quota(self, limit: RateLimit) -> QuotaUnavailableError:
        """Make the error for a model of which the API said earlier that the plan has no quota for it."""
        what = f"{limit.resource} per {limit.window}" if limit.window else limit.resource
        error = QuotaUnavailableError(f"{self.request!r}: the plan has no quota for this model (its {what} are 0)")
        error.status, error.headers, error.rate_limits = 429, Headers(()), RateLimitStatus((limit,))
        return error

    def unreadable(self, answer: WireResponse | WireStream, body: bytes, problem: Exception) -> ResponseValidationError:
        """Make the error for a response that is not what the API promises; it keeps the body."""
        headers = self.headers_of(answer)
        what = f"{len(body)} bytes of {headers.get('content-type', 'no content type')}" if body else "an empty body"
        error = ResponseValidationError(
            f"{self.request!r} answered {answer.status} with {what} that can not be read: {self.conceal(problem)}"
        )
        error.status, error.body = answer.status, body
        error.path = redact_text(getattr(problem, "path", "$"), self.secrets())
        return self.answered(answer, error)

    def answered(self, answer: WireResponse | WireStream, error: E) -> E:
        """Give an error about a response the circumstances of the call; returns the error."""
        headers = self.headers_of(answer)
        error.request_id = error.request_id or headers.request_id
        if isinstance(error, (APIStatusError, ResponseValidationError)):
            error.headers = headers
        error.may_have_executed = True
        last = self.record(status=answer.status, request_id=error.request_id, error=error)
        error.attempts = [*self.attempts, last]
        if self.trace is not None:
            self.trace.blame(error)
        return error


def cause_of(failure: WireError) -> BaseException:
    """Return the cause to show for a failure, without its traceback, whose variables hold what was sent."""
    return bare(failure).__cause__ or failure


def bare(error: F) -> F:
    """Strip an error, and those that led to it, of tracebacks and of what was received; returns the error."""
    for each in _chain(error):
        each.__traceback__ = None
        if isinstance(each, UnicodeDecodeError):
            each.object = b""
            each.args = (each.encoding, b"", each.start, each.end, each.reason)
        if "_request" in vars(each):  # of httpx: it has the headers, and some pickles have causes
            vars(each)["_request"] = None
    return error


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, those that caused it, and those of decoders during which it was raised."""
    yield error
    if error.__cause__ is not None:
        yield from _chain(error.__cause__)
    elif isinstance(error.__context__, (msgspec.DecodeError, UnicodeDecodeError)):
        yield from _chain(error.__context__)


async def body_of(answer: WireResponse | WireStream, deadline: float | None) -> bytes:
    """Read the body of an error, to its end or as far as it comes, and let the connection go."""
    if isinstance(answer, WireResponse):
        return bytes(answer.content[:_ERROR_BODY_LIMIT])
    body = bytearray()
    end = time.monotonic() + _ERROR_BODY_TIME
    try:
        while len(body) < _ERROR_BODY_LIMIT and (data := await answer.receive(min(end, deadline or end))):
            body += data
    except WireError:
        pass  # the status says enough
    finally:
        await answer.aclose()
    return bytes(body)
