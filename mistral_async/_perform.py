"""The engine: the one place that does I/O, and in this order: pace, send, retry, decode, account."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from mistral_async._exchange import Exchange
from mistral_async._limits import Limiter, Priority
from mistral_async._open import MisfitError, decode
from mistral_async._options import Options
from mistral_async._request import Call, Request, encode_query
from mistral_async._response import Headers, Response
from mistral_async._retry import RetryBudget, delay, is_throttled
from mistral_async._wire._protocol import Answer, BodySource, Head, Limits, Sent, Streaming, WireError
from mistral_async.errors import APIStatusError, AuthenticationError, CapacityError, MistralError, OutputError

if TYPE_CHECKING:
    import logging

    from tenacity import RetryCallState

    from mistral_async._key import Key
    from mistral_async._wire._network import Network

T = TypeVar("T")
E = TypeVar("E", bound=MistralError)

_HEADS_KEPT = 256
_BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})


def _as_json(value: Any) -> Any:
    """Write any sequence and mapping (msgspec's `enc_hook`)."""
    if isinstance(value, Mapping):
        return dict(cast("Mapping[Any, Any]", value))
    if hasattr(value, "__iter__") and hasattr(value, "__len__"):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


_encoder = msgspec.json.Encoder(enc_hook=_as_json)


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


class Engine:
    """Performs requests for one view of a client."""

    def __init__(self, core: Core, options: Options) -> None:
        self.core = core
        self.options = options
        self._heads: dict[tuple[str, str, str, str, str], Head] = {}
        self._priority = Priority.BULK if options.background else Priority.INTERACTIVE

    def background(self) -> Engine:
        """The same, leaving room for other calls."""
        return Engine(self.core, msgspec.structs.replace(self.options, background=True))

    async def call(self, request: Call[T]) -> T:
        """Perform a request and decode its answer."""
        exchange = await self.begin(request, accept="application/json")
        answer = await self.send(exchange)
        try:
            return cast("T", self._decode(exchange, answer))
        except OutputError as error:
            following = request.following(error)
        return await self.call(following)

    async def respond(self, request: Call[T]) -> Response[T]:
        """The same, with everything the API said around the answer."""
        exchange = await self.begin(request, accept="application/json")
        answer = await self.send(exchange)
        try:
            return self.response(exchange, answer, self._decode(exchange, answer), answer.body)
        except OutputError as error:
            following = request.following(error)
        return await self.respond(following)

    async def open(self, request: Request, *, accept: str) -> tuple[Exchange, Streaming]:
        """Perform a request up to the head of its answer."""
        exchange = await self.begin(request, accept=accept, opening=True)
        return exchange, await self.send(exchange)

    def response(self, exchange: Exchange, answer: Answer | Streaming, data: T, body: bytes = b"") -> Response[T]:
        """Put an answer and its circumstances together."""
        attempts = (*exchange.attempts, exchange.record(status=answer.status))
        return Response(
            data, status=answer.status, headers=answer.headers, body=body, attempts=attempts, timings=answer.timings
        )

    # what is sent

    async def begin(self, request: Request, *, accept: str, opening: bool = False) -> Exchange:
        """Encode a request."""
        key = self.core.key.current or await self.core.key.fetch()
        body, content_type = self._encode(request)
        head = self._head(request, key, accept, content_type)
        return Exchange(request, head, body, opening=opening, total=self.options.timeout.total)

    def _encode(self, request: Request) -> tuple[bytes | BodySource | None, str]:
        extra = self.options.extra_body
        if request.form is not None:
            return request.form.encode(extra), request.form.content_type
        if request.json is None and not extra:
            return (b"" if request.method in _BODY_METHODS else None), ""
        body: object = {**cast("dict[str, Any]", request.json or {}), **extra} if extra else request.json
        try:
            return _encoder.encode(body), "application/json"
        except (TypeError, ValueError, RecursionError) as error:
            raise TypeError(f"the body of {request!r} can not be written as JSON: {error}") from None

    def _head(self, request: Request, key: str, accept: str, content_type: str) -> Head:
        target = self.core.prefix + request.target
        if self.options.extra_query:
            target += ("&" if "?" in target else "?") + encode_query(self.options.extra_query)
        fixed = (request.method, target, accept, content_type, key)
        head = self._heads.get(fixed)
        if head is None:
            headers = {"accept": accept, "user-agent": self.core.agent, "authorization": f"Bearer {key}"}
            if content_type:
                headers["content-type"] = content_type
            head = Head(request.method, target, tuple((headers | dict(self.options.headers)).items()))
            if not request.ids and not request.query and request.form is None:
                if len(self._heads) >= _HEADS_KEPT:
                    self._heads.clear()
                self._heads[fixed] = head
        return head

    # how it is sent

    async def send(self, exchange: Exchange) -> Any:
        """Send until there is a good answer or no reason to go on."""
        self.core.budget.deposit()
        try:
            return await self._attempt(exchange)
        except MistralError as error:
            first = error
        if isinstance(first, AuthenticationError) and self.core.key.refreshes:
            exchange.head = _with_key(exchange.head, await self.core.key.fetch())
            return await self._attempt(exchange)
        return await self.repeat(exchange, first)

    async def repeat(self, exchange: Exchange, first: MistralError) -> Any:
        """Go on after a first failure, as the retry policy says; tenacity turns the wheel."""
        wait = self._wait(exchange, first)
        if wait is None:
            raise first
        import anyio
        from tenacity import AsyncRetrying, retry_if_exception_type

        def next_wait(state: RetryCallState) -> float:
            nonlocal wait
            failure = state.outcome.exception() if state.outcome else None
            wait = self._wait(exchange, cast("MistralError", failure))
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
        return await turning(self._attempt, exchange)

    def _wait(self, exchange: Exchange, error: MistralError) -> float | None:
        """Seconds until the next attempt, or None if this error is the end of the call."""
        now = time.monotonic()
        wait = delay(
            error,
            config=self.options.retry,
            effect=exchange.request.effect,
            repeats=len(exchange.attempts) - 1,
            elapsed=now - exchange.started,
            dice=random.random(),  # noqa: S311 - jitter, not a secret
        )
        if wait is None or not exchange.is_repeatable:
            return None
        if exchange.deadline is not None and now + wait >= exchange.deadline:
            return None
        return wait if is_throttled(error) or self.core.budget.withdraw() else None

    async def _attempt(self, exchange: Exchange) -> Any:
        """Pace and send once; raise what it was if it was not a success."""
        limiter = self.core.limiter
        exchange.began = time.monotonic()
        if not limiter.idle or self._priority is Priority.BULK:
            await self._pace(exchange)
        try:
            wire = self.core.network.current()
            send = wire.open if exchange.opening else wire.send
            answer = await send(exchange.head, exchange.body, self._limits(exchange))
        except WireError as failure:
            if exchange.ticket is not None:
                (exchange.ticket.cancel if failure.sent is Sent.NOTHING else exchange.ticket.settle)(time.monotonic())
            raise self._failed(exchange, exchange.unanswered(failure)) from (failure.__cause__ or failure)
        except BaseException:
            if exchange.ticket is not None:
                exchange.ticket.settle(time.monotonic())  # the server may have counted it
            raise
        if answer.status >= 300:  # noqa: PLR2004 - HTTP's class of successes ends here
            raise await self._refused(exchange, answer)
        self._account(exchange, answer)
        return answer

    async def _pace(self, exchange: Exchange) -> None:
        """Wait for this attempt's turn under the rate limits."""
        import anyio

        from mistral_async._limits import wait_turn

        request, now = exchange.request, time.monotonic()
        if exchange.ticket is None:
            costs = {"tokens": len(exchange.body) / 4} if isinstance(exchange.body, bytes) else None
            ticket = self.core.limiter.reserve(request.route, request.model, costs, now=now, priority=self._priority)
        else:
            ticket = exchange.ticket.again(now)
        exchange.ticket = ticket
        try:
            if exchange.deadline is None:
                await wait_turn(ticket)
            else:
                with anyio.fail_after(exchange.deadline - now):
                    await wait_turn(ticket)
        except TimeoutError:
            raise self._failed(exchange, exchange.late()) from None
        if ticket.no_quota is not None:
            ticket.cancel(time.monotonic())
            raise self._failed(exchange, exchange.no_quota(ticket.no_quota))
        exchange.began = time.monotonic()
        exchange.waited += exchange.began - now

    def _limits(self, exchange: Exchange) -> Limits:
        timeout, deadline = self.options.timeout, exchange.deadline
        if timeout.attempt is not None:
            ends = exchange.began + timeout.attempt
            deadline = ends if deadline is None or ends < deadline else deadline
        return Limits(timeout.connect, timeout.write, timeout.read, deadline)

    # what comes back

    def _account(self, exchange: Exchange, answer: Answer | Streaming) -> None:
        """Tell the limiter, and the log, of a success."""
        request = exchange.request
        if exchange.ticket is not None:
            exchange.ticket.settle(time.monotonic(), answer.headers)
        else:
            self.core.limiter.observe(request.route, request.model, now=time.monotonic(), headers=answer.headers)
        if (logger := self.core.logger) is None:
            return
        elapsed, request_id = time.monotonic() - exchange.began, Headers(answer.headers).request_id
        logger.debug("%r -> %d in %.3f s (request id %s)", request, answer.status, elapsed, request_id)
        if self.options.log_bodies:
            logger.debug("%r sent %r", request, exchange.body)
            logger.debug("%r got %r", request, answer.body if isinstance(answer, Answer) else "a stream")

    async def _refused(self, exchange: Exchange, answer: Answer | Streaming) -> APIStatusError:
        """Make the error for an error status, and tell the limiter."""
        body = answer.body if isinstance(answer, Answer) else await read_all(answer)
        headers = Headers(answer.headers)
        error = exchange.refused(answer.status, headers, body, self.core.key.shown)
        request, ticket, now = exchange.request, exchange.ticket, time.monotonic()
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
        return self._failed(exchange, error)

    def _failed(self, exchange: Exchange, error: E) -> E:
        """Keep a failed attempt, and log it."""
        exchange.failed(error)
        if (logger := self.core.logger) is not None:
            last = exchange.attempts[-1]
            name, count = last.error, len(exchange.attempts)
            logger.debug("%r: %s after %.3f s (attempt %d)", exchange.request, name, last.elapsed, count)
        return error

    def failed_stream(self, exchange: Exchange, failure: WireError) -> MistralError:
        """Make the error for a stream that broke before its first event."""
        return self._failed(exchange, exchange.unanswered(failure))

    def _decode(self, exchange: Exchange, answer: Answer) -> Any:
        request = cast("Call[Any]", exchange.request)
        if request.returns is None or answer.status == 204:  # noqa: PLR2004 - no content
            return None
        try:
            value = decode(answer.body, request.returns)
        except (MisfitError, msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
            raise exchange.unreadable(answer, answer.body, problem) from problem
        try:
            return value if request.then is None else request.then(value)
        except OutputError as error:
            raise exchange.unfit(answer, error)  # noqa: B904 - the same error, with its circumstances


def _with_key(head: Head, key: str) -> Head:
    headers = {**dict(head.headers), "authorization": f"Bearer {key}"}
    return Head(head.method, head.target, tuple(headers.items()))


_ERROR_BODY_LIMIT = 10 * 1024 * 1024
_ERROR_BODY_TIME = 10.0


async def read_all(streaming: Streaming) -> bytes:
    """Read an error body to its end, or as far as it comes, and let the connection go."""
    body = bytearray()
    deadline = time.monotonic() + _ERROR_BODY_TIME
    try:
        while len(body) < _ERROR_BODY_LIMIT and (data := await streaming.receive(deadline)):
            body += data
    except WireError:
        pass  # the status says enough
    finally:
        await streaming.aclose()
    return bytes(body)
