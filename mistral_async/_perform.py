"""The engine: the one place that does I/O, and in this order: pace, send, retry, decode, account."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from mistral_async._limits import Limiter, Priority, RateLimit, RateLimitStatus, Reservation
from mistral_async._open import MisfitError, decode
from mistral_async._options import Options
from mistral_async._request import Call, Request, encode_query
from mistral_async._response import Attempt, Headers, Response
from mistral_async._retry import RetryBudget, delay, is_throttled, may_have_executed
from mistral_async._wire._protocol import Answer, BodySource, Head, Limits, Phase, Sent, Streaming, WireError
from mistral_async.errors import (
    APIConnectError,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    CapacityError,
    MistralError,
    QuotaUnavailableError,
    ResponseValidationError,
    from_response,
)

if TYPE_CHECKING:
    import logging

    from mistral_async._key import Key
    from mistral_async._wire._network import Network

T = TypeVar("T")

_encoder = msgspec.json.Encoder(enc_hook=None)
_HEADS_KEPT = 256


class Core:
    """What a client and all its views share: the key, the network, the limits and the budget for retries."""

    def __init__(
        self, *, key: Key, prefix: str, network: Network, limiter: Limiter, logger: logging.Logger | None, agent: str
    ) -> None:
        self.key = key
        self.prefix = prefix
        self.network = network
        self.limiter = limiter
        self.logger = logger
        self.agent = agent
        self.budget = RetryBudget()


class Exchange:
    """One call under way: what is sent, until when, and the attempts so far."""

    __slots__ = ("attempts", "body", "deadline", "head", "opening", "request", "started", "ticket", "waited")

    def __init__(
        self, request: Request, head: Head, body: bytes | BodySource | None, *, opening: bool, total: float | None
    ) -> None:
        self.request = request
        self.head = head
        self.body = body
        self.opening = opening
        self.started = time.monotonic()
        self.deadline = None if total is None else self.started + total
        self.waited = 0.0
        self.attempts: list[Attempt] = []
        self.ticket: Reservation | None = None

    def __repr__(self) -> str:
        return f"<Exchange {self.request!r}>"


class Engine:
    """Performs requests for one view of a client."""

    def __init__(self, core: Core, options: Options) -> None:
        self.core = core
        self.options = options
        self._heads: dict[tuple[str, str, str, str], Head] = {}
        self._priority = Priority.BULK if options.background else Priority.INTERACTIVE

    def background(self) -> Engine:
        """The same, leaving room for other calls."""
        return Engine(self.core, msgspec.structs.replace(self.options, background=True))

    async def call(self, request: Call[T]) -> T:
        """Perform a request and decode its answer."""
        exchange = await self.begin(request, accept="application/json")
        return await self._decode(exchange, cast("Answer", await self.send(exchange)))

    async def respond(self, request: Call[T]) -> Response[T]:
        """The same, with everything the API said around the answer."""
        exchange = await self.begin(request, accept="application/json")
        answer = cast("Answer", await self.send(exchange))
        data = await self._decode(exchange, answer)
        return self.response(exchange, answer, data, answer.body)

    def response(self, exchange: Exchange, answer: Answer | Streaming, data: Any, body: bytes = b"") -> Response[Any]:
        """Put an answer and its circumstances together."""
        attempts = (*exchange.attempts, self._record(exchange, answer.timings.total, status=answer.status))
        return Response(
            data, status=answer.status, headers=answer.headers, body=body, attempts=attempts, timings=answer.timings
        )

    async def begin(self, request: Request, *, accept: str, opening: bool = False) -> Exchange:
        """Encode a request."""
        key = self.core.key.current
        if not isinstance(key, str):
            key = await self.core.key.fetch()
        body, content_type = self._encode(request)
        head = self._head(request, key, accept, content_type)
        return Exchange(request, head, body, opening=opening, total=self.options.timeout.total)

    def _encode(self, request: Request) -> tuple[bytes | BodySource | None, str]:
        extra = self.options.extra_body
        if request.form is not None:
            return request.form.encode(extra), request.form.content_type
        if request.json is None and not extra:
            return (b"" if request.method in {"POST", "PUT", "PATCH"} else None), ""
        body = {**(request.json or {}), **extra} if extra else request.json
        try:
            return _encoder.encode(body), "application/json"
        except (TypeError, ValueError, RecursionError) as error:
            raise TypeError(f"the body of {request!r} can not be written as JSON: {error}") from None

    def _head(self, request: Request, key: str, accept: str, content_type: str) -> Head:
        target = self.core.prefix + request.target
        if self.options.extra_query:
            target += ("&" if "?" in target else "?") + encode_query(self.options.extra_query)
        fixed = (request.method, target, content_type, key)
        if (head := self._heads.get(fixed)) is not None:
            return head
        headers = {"accept": accept, "user-agent": self.core.agent, "authorization": f"Bearer {key}"}
        if content_type:
            headers["content-type"] = content_type
        head = Head(request.method, target, tuple((headers | dict(self.options.headers)).items()))
        if not request.ids and not request.query and request.form is None:
            if len(self._heads) >= _HEADS_KEPT:
                self._heads.clear()
            self._heads[fixed] = head
        return head

    async def send(self, exchange: Exchange) -> Answer | Streaming:
        """Send until there is a good answer or no reason to go on."""
        self.core.budget.deposit()
        try:
            return await self._attempt(exchange)
        except MistralError as error:
            first = error
        return await self.repeat(exchange, first)

    async def repeat(self, exchange: Exchange, first: MistralError) -> Answer | Streaming:
        """Go on after a first failure, as the retry policy says; tenacity turns the wheel."""
        if isinstance(first, AuthenticationError) and self.core.key.refreshes:
            exchange.head = self._rekeyed(exchange.head, await self.core.key.fetch())
            return await self._attempt(exchange)
        wait = self._wait(exchange, first)
        if wait is None:
            raise first
        import anyio
        from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

        def next_wait(state: RetryCallState) -> float:
            nonlocal wait
            wait = self._wait(exchange, cast("MistralError", cast("Any", state.outcome).exception()))
            return wait or 0.0

        async def sleep(seconds: float) -> None:
            exchange.waited += seconds
            await anyio.sleep(seconds)

        await sleep(wait)
        turning = AsyncRetrying(
            sleep=sleep,
            wait=next_wait,
            stop=lambda _: wait is None,
            retry=retry_if_exception_type(MistralError),
            reraise=True,
        )
        return cast("Answer | Streaming", await turning(self._attempt, exchange))

    def _wait(self, exchange: Exchange, error: MistralError) -> float | None:
        """Seconds until the next attempt, or None if this error is the end of the call."""
        now = time.monotonic()
        body = exchange.body
        if len(exchange.attempts) > 0 and not (body is None or isinstance(body, bytes) or body.repeatable):
            return None
        wait = delay(
            error,
            config=self.options.retry,
            effect=exchange.request.effect,
            repeats=len(exchange.attempts) - 1,
            elapsed=now - exchange.started,
            dice=random.random(),  # noqa: S311 - jitter, not a secret
        )
        if wait is None or (exchange.deadline is not None and now + wait >= exchange.deadline):
            return None
        return wait if is_throttled(error) or self.core.budget.withdraw() else None

    async def _attempt(self, exchange: Exchange) -> Answer | Streaming:
        """Pace and send once; raise what it was if it was not a success."""
        limiter, request = self.core.limiter, exchange.request
        if not limiter.idle or self._priority is Priority.BULK:
            await self._pace(exchange)
        ticket, started = exchange.ticket, time.monotonic()
        try:
            wire = self.core.network.current()
            limits = self._limits(exchange, started)
            send: Callable[..., Awaitable[Answer | Streaming]] = wire.open if exchange.opening else wire.send
            answer = await send(exchange.head, exchange.body, limits)
        except WireError as failure:
            if ticket is not None:
                (ticket.cancel if failure.sent is Sent.NOTHING else ticket.settle)(time.monotonic())
            raise self._unanswered(exchange, failure, started) from (failure.__cause__ or failure)
        except BaseException:
            if ticket is not None:
                ticket.settle(time.monotonic())  # the server may have counted it
            raise
        if answer.status < 300:  # noqa: PLR2004 - HTTP's class of successes
            now = time.monotonic()
            if ticket is not None:
                ticket.settle(now, answer.headers)
            else:
                limiter.observe(request.route, request.model, now=now, headers=answer.headers)
            if self.core.logger is not None:
                self._log(exchange, answer, started)
            return answer
        raise await self._refused(exchange, answer, started)

    async def _pace(self, exchange: Exchange) -> None:
        """Wait for this request's turn under the rate limits."""
        from mistral_async._limits import wait_turn

        request, now = exchange.request, time.monotonic()
        if exchange.ticket is None:
            tokens = len(exchange.body) / 4 if isinstance(exchange.body, bytes) else 0.0
            limiter, costs = self.core.limiter, {"tokens": tokens}
            ticket = limiter.reserve(request.route, request.model, costs, now=now, priority=self._priority)
        else:
            ticket = exchange.ticket.again(now)
        exchange.ticket = ticket
        try:
            await wait_turn(ticket, exchange.deadline)
        except TimeoutError:
            raise self._late(exchange, now) from None
        if ticket.no_quota is not None:
            ticket.cancel(time.monotonic())
            raise self.recorded(exchange, _no_quota(request, ticket.no_quota), now)
        exchange.waited += time.monotonic() - now

    def _limits(self, exchange: Exchange, now: float) -> Limits:
        timeout = self.options.timeout
        deadline = None if timeout.attempt is None else now + timeout.attempt
        if exchange.deadline is not None and (deadline is None or exchange.deadline < deadline):
            deadline = exchange.deadline
        return Limits(timeout.connect, timeout.write, timeout.read, deadline)

    def _rekeyed(self, head: Head, key: str) -> Head:
        headers = {**dict(head.headers), "authorization": f"Bearer {key}"}
        return Head(head.method, head.target, tuple(headers.items()))

    # what went wrong

    def unanswered(self, exchange: Exchange, failure: WireError, *, phase: str | None = None) -> APIConnectionError:
        """Make the error for a request that got no complete answer."""
        route = f"{exchange.request.method} {exchange.request.route}"
        if failure.timeout:
            kind: type[APIConnectionError] = APITimeoutError
        else:
            kind = APIConnectError if failure.phase is Phase.CONNECT else APIConnectionError
        error = kind(f"{route}: {failure}")
        error.phase = phase or failure.phase.value
        error.may_have_executed = failure.sent is Sent.MAYBE
        return error

    def _unanswered(self, exchange: Exchange, failure: WireError, started: float) -> APIConnectionError:
        error = self.unanswered(exchange, failure)
        return self.recorded(exchange, error, started)

    def _late(self, exchange: Exchange, started: float) -> APITimeoutError:
        error = APITimeoutError(f"{exchange.request!r}: the deadline ends before the rate limit lets it go")
        error.phase = "pace"
        return self.recorded(exchange, error, started)

    async def _refused(self, exchange: Exchange, answer: Answer | Streaming, started: float) -> APIStatusError:
        """Make the error for an error status."""
        request = exchange.request
        body = answer.body if isinstance(answer, Answer) else await read_all(answer)
        if key := self.core.key.shown:
            body = body.replace(key.encode(), b"[the key]")
        headers = Headers(answer.headers)
        error = from_response(answer.status, headers, body, route=f"{request.method} {request.route}")
        error.may_have_executed = may_have_executed(answer.status)
        self._tell_limiter(exchange, answer, error)
        return self.recorded(exchange, error, started)

    def _tell_limiter(self, exchange: Exchange, answer: Answer | Streaming, error: APIStatusError) -> None:
        now, ticket, request = time.monotonic(), exchange.ticket, exchange.request
        busy = isinstance(error, CapacityError)
        if not is_throttled(error):
            if ticket is not None:
                ticket.settle(now, answer.headers)
        elif ticket is not None:
            ticket.rejected(now, answer.headers, error.retry_after, capacity=busy)
        else:
            self.core.limiter.refuse(
                request.route,
                request.model,
                now=now,
                headers=answer.headers,
                retry_after=error.retry_after,
                capacity=busy,
            )

    def recorded(self, exchange: Exchange, error: Any, started: float) -> Any:
        """Keep the attempt on the call, and all attempts on the error."""
        elapsed = time.monotonic() - started
        status = getattr(error, "status", None)
        exchange.attempts.append(self._record(exchange, elapsed, status=status, error=error))
        error.attempts = exchange.attempts
        if self.core.logger is not None:
            self.core.logger.debug(
                "%r failed: %s after %.3f s (attempt %d, request id %s)",
                exchange.request, type(error).__name__, elapsed, len(exchange.attempts), error.request_id,
            )  # fmt: skip
        return error

    def _record(
        self, exchange: Exchange, elapsed: float, *, status: int | None, error: MistralError | None = None
    ) -> Attempt:
        waited, exchange.waited = exchange.waited, 0.0
        return Attempt(
            status,
            type(error).__name__ if error else None,
            error.request_id if error else None,
            elapsed,
            waited,
            error.may_have_executed if error else True,
        )

    def _log(self, exchange: Exchange, answer: Answer | Streaming, started: float) -> None:
        logger = cast("logging.Logger", self.core.logger)
        elapsed, request_id = time.monotonic() - started, Headers(answer.headers).request_id
        logger.debug("%r -> %d in %.3f s (request id %s)", exchange.request, answer.status, elapsed, request_id)
        if self.options.log_bodies:
            logger.debug("%r sent %r", exchange.request, exchange.body)
            logger.debug("%r got %r", exchange.request, answer.body if isinstance(answer, Answer) else "<stream>")

    # answers

    async def _decode(self, exchange: Exchange, answer: Answer) -> Any:
        request = cast("Call[Any]", exchange.request)
        if request.returns is None or answer.status == 204:  # noqa: PLR2004 - no content
            return None
        try:
            value = decode(answer.body, request.returns)
            return value if request.then is None else request.then(value)
        except (MisfitError, msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
            raise self.unreadable(exchange, answer, answer.body, problem) from problem

    def unreadable(
        self, exchange: Exchange, answer: Answer | Streaming, body: bytes, problem: Exception
    ) -> ResponseValidationError:
        """Make the error for an answer that is not what the API promises; it keeps the body."""
        headers = Headers(answer.headers)
        content_type = headers.get("content-type", "no content type")
        what = f"{len(body)} bytes of {content_type}" if body else "an empty body"
        error = ResponseValidationError(
            f"{exchange.request!r} answered {answer.status} with {what} that can not be read: {problem}"
        )
        error.status, error.body, error.headers = answer.status, body, headers
        error.path = getattr(problem, "path", "$")
        error.request_id = headers.request_id
        error.may_have_executed = True
        error.attempts = [*exchange.attempts, self._record(exchange, answer.timings.total, status=answer.status)]
        return error


def _no_quota(request: Request, limit: RateLimit) -> QuotaUnavailableError:
    what = f"{limit.resource} per {limit.window}" if limit.window else limit.resource
    error = QuotaUnavailableError(f"{request!r}: the plan has no quota for this model (its limit of {what} is 0)")
    error.status = 429
    error.headers, error.rate_limits = Headers(()), RateLimitStatus((limit,))
    return error


_ERROR_BODY_LIMIT = 10 * 1024 * 1024


async def read_all(streaming: Streaming) -> bytes:
    """Read an error body to its end, or as far as it comes, and let the connection go."""
    body = bytearray()
    try:
        while len(body) < _ERROR_BODY_LIMIT and (data := await streaming.receive(time.monotonic() + 10)):
            body += data
    except WireError:
        pass  # the status says enough
    finally:
        await streaming.aclose()
    return bytes(body)
