"""The engine: the one place that does I/O, and in this order: pace, send, retry, decode, account."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from mistral_async._codec.large import LARGE, decode_in_pieces
from mistral_async._codec.open_union import MisfitError, decode
from mistral_async._engine.call_state import Exchange, Renewal, bare, body_of, cause_of
from mistral_async._engine.encode import Heads, encode_body, with_key
from mistral_async._engine.hooks import UNTRACED, tracing
from mistral_async._engine.options import Options
from mistral_async._engine.request import Call, Request
from mistral_async._engine.response import Attempt, Headers, Response
from mistral_async._engine.retry import delay, is_throttled
from mistral_async._http.protocol import Answer, Limits, Sent, Streaming, WireError
from mistral_async._ratelimit import Priority
from mistral_async.errors import (
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    CapacityError,
    MistralError,
    OutputError,
)

if TYPE_CHECKING:
    from tenacity import RetryCallState

    from mistral_async._codec.redact import Secret
    from mistral_async._engine.client_state import Core
    from mistral_async._engine.hooks import Trace

T = TypeVar("T")
E = TypeVar("E", bound=MistralError)

_NO_CONTENT = 204


class Engine:
    """Performs requests for one view of a client."""

    def __init__(self, core: Core, options: Options) -> None:
        self.core = core
        self.options = options
        self._heads = Heads(core, options)
        timeout = options.timeout
        self._timeout = Limits(timeout.connect, timeout.write, timeout.read, None, timeout.attempt)
        self._priority = Priority.BULK if options.background else Priority.INTERACTIVE

    def background(self) -> Engine:
        """The same, leaving room for other calls."""
        return Engine(self.core, msgspec.structs.replace(self.options, background=True))

    async def call(self, request: Call[T]) -> T:
        """Perform a request and decode its answer."""
        if self.core.hooks is not None:
            return (await self.respond(request)).data
        exchange = await self.begin(request, accept="application/json")
        answer = await self.send(exchange)
        try:
            early = await decode_in_pieces(answer.content, request.returns) if len(answer.content) > LARGE else None
            value = cast("T", self._decode(exchange, answer, early))
        except OutputError as error:
            following = request.following(error)
        else:
            answer.release()
            return value
        return await self.call(following)

    async def respond(self, request: Call[T]) -> Response[T]:
        """The same, with everything the API said around the answer."""
        try:
            with tracing(self.core.hooks, request) as trace:
                exchange = await self.begin(request, accept="application/json", trace=trace)
                answer = await self.send(exchange)
                early = await decode_in_pieces(answer.content, request.returns) if len(answer.content) > LARGE else None
                data = self._decode(exchange, answer, early)
                if trace is not None:
                    trace.end()
                return self.response(exchange, answer, data, answer.body)
        except OutputError as error:
            following = request.following(error)
        return await self.respond(following)

    async def open(self, request: Request, *, accept: str) -> tuple[Exchange, Streaming]:
        """Perform a request up to the head of its answer."""
        with tracing(self.core.hooks, request) as trace:
            exchange = await self.begin(request, accept=accept, opening=True, trace=trace)
            return exchange, await self.send(exchange)

    def response(self, exchange: Exchange, answer: Answer | Streaming, data: T, body: bytes = b"") -> Response[T]:
        """Put an answer and its circumstances together."""
        return Response(
            data,
            status=answer.status,
            headers=answer.headers,
            body=body,
            failed=tuple(exchange.attempts),
            elapsed=exchange.elapsed,
            waited=exchange.waited,
            timings=answer.timings,
        )

    # what is sent

    async def begin(
        self, request: Request, *, accept: str, opening: bool = False, trace: Trace | None = None
    ) -> Exchange:
        """Encode a request."""
        started, total = time.monotonic(), self.options.timeout.total
        deadline = None if total is None else started + total
        key = self.core.key.current or await self._fetch_key(request, deadline)
        body, content_type = encode_body(request, self.options.extra_body)
        head = self._heads.make(request, key, accept, content_type)
        if trace is not None:
            head = trace.dress(head)
        exchange = Exchange(request, head, body, opening=opening, started=started)
        exchange.deadline, exchange.patience, exchange.trace = deadline, self.options.timeout.attempt, trace
        return exchange

    async def _fetch_key(self, request: Request, deadline: float | None, attempts: Sequence[Attempt] = ()) -> Secret:
        """Ask the user's function, within the time of the call."""
        if deadline is None:
            return await self.core.key.fetch()
        import anyio

        with anyio.move_on_after(max(0.0, deadline - time.monotonic())):
            return await self.core.key.fetch()
        error = APITimeoutError(f"{request!r}: its time is over before the function for the API key gave one")
        error.phase, error.attempts = "key", attempts
        raise error

    # how it is sent

    async def send(self, exchange: Exchange) -> Any:
        """Send until there is a good answer or no reason to go on."""
        self.core.budget.deposit()
        try:
            return await self._attempt(exchange)
        except MistralError as error:
            wait = self._wait(exchange, error)
            if wait is None:
                raise
        return await self._go_on(exchange, wait)

    async def repeat(self, exchange: Exchange, error: MistralError) -> Any:
        """Go on after a failure, as the retry policy says, or raise it."""
        wait = self._wait(exchange, error)
        if wait is None:
            try:
                raise error
            finally:
                del error  # no cycle with its own traceback
        with exchange.trace or UNTRACED:
            return await self._go_on(exchange, wait)

    async def _go_on(self, exchange: Exchange, wait: float | None) -> Any:
        """Wait, and try again for as long as there is reason to; tenacity turns the wheel."""
        from tenacity import AsyncRetrying, retry_if_exception_type

        def next_wait(state: RetryCallState) -> float:
            nonlocal wait
            failure = state.outcome.exception() if state.outcome else None
            wait = self._wait(exchange, cast("MistralError", failure))
            return wait or 0.0

        async def pause(seconds: float) -> None:
            await self._pause(exchange, seconds)

        await pause(wait or 0.0)
        turning = AsyncRetrying(
            sleep=pause,
            wait=next_wait,
            stop=lambda _: wait is None,
            retry=retry_if_exception_type(MistralError),
            reraise=True,
        )
        return await turning(self._attempt, exchange)

    def _wait(self, exchange: Exchange, error: MistralError) -> float | None:
        """Seconds until the next attempt, or None if this error is the end of the call."""
        if not exchange.is_repeatable:
            return None
        if isinstance(error, AuthenticationError) and self._may_renew(exchange):
            exchange.renewal = Renewal.DUE
            return 0.0
        now = time.monotonic()
        wait = delay(
            error,
            config=self.options.retry,
            effect=exchange.request.effect,
            attempts=exchange.attempts,
            elapsed=self.core.refusals.elapsed(
                exchange.bucket, started=exchange.started, queued=exchange.queued, now=now
            ),
            dice=random.random(),  # noqa: S311 - jitter, not a secret
        )
        if wait is None or (exchange.deadline is not None and now + wait >= exchange.deadline):
            return None
        return wait if is_throttled(error) or self.core.budget.withdraw() else None

    def _may_renew(self, exchange: Exchange) -> bool:
        own = any(name == "authorization" for name, _ in self.options.headers)
        return self.core.key.refreshes and exchange.renewal is Renewal.POSSIBLE and not own

    async def _pause(self, exchange: Exchange, seconds: float) -> None:
        """What lies between two attempts: a wait, or a new key."""
        import anyio

        exchange.settle()
        exchange.waited += seconds
        await anyio.sleep(seconds)
        if exchange.renewal is Renewal.DUE:
            exchange.renewal = Renewal.DONE
            key = await self._fetch_key(exchange.request, exchange.deadline, exchange.attempts)
            exchange.head = with_key(exchange.head, key)

    async def _attempt(self, exchange: Exchange) -> Any:
        """Pace and send once; raise what it was if it was not a success."""
        exchange.began = time.monotonic()
        exchange.settle()  # what an earlier attempt left under way
        if not self.core.limiter.idle or self._priority is Priority.BULK:
            await self._pace(exchange)
        else:
            exchange.ticket = None
        if exchange.trace is not None:
            exchange.trace.sending(exchange)
        body = b""
        try:
            wire = self.core.network.current()
            send = wire.open if exchange.opening else wire.send
            answer = await send(exchange.head, exchange.body, self._limits(exchange))
            if answer.status >= 300:  # noqa: PLR2004 - HTTP's class of successes ends here
                body = exchange.strike(await body_of(answer, exchange.deadline))
        except WireError as failure:
            exchange.release(sent=failure.sent is not Sent.NOTHING)
            raise self._failed(exchange, exchange.unanswered(failure)) from cause_of(failure)
        except BaseException:
            exchange.release(sent=True)  # the server may have counted it
            raise
        if answer.status >= 300:  # noqa: PLR2004 - as above
            raise self._refused(exchange, answer, body)
        self._account(exchange, answer)
        return answer

    async def _pace(self, exchange: Exchange) -> None:
        """Wait for this attempt's turn under the rate limits."""
        import anyio

        from mistral_async._ratelimit import wait_turn

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
        exchange.paced(since=now)

    def _limits(self, exchange: Exchange) -> Limits:
        if exchange.deadline is None:
            return self._timeout
        return msgspec.structs.replace(self._timeout, deadline=exchange.deadline)

    # what comes back

    def _account(self, exchange: Exchange, answer: Answer | Streaming) -> None:
        """Tell the limiter, and the log, of a success."""
        request = exchange.request
        if exchange.opening:  # it is under way until it is closed
            exchange.ended, exchange.patience = time.monotonic(), None
        elif exchange.ticket is not None:
            exchange.settle(answer.headers)
        if exchange.ticket is None:
            self.core.limiter.observe(request.route, request.model, now=time.monotonic(), headers=answer.headers)
        if self.core.refusals:
            self.core.refusals.accepted(exchange.bucket)
        if exchange.trace is not None:
            exchange.trace.arrived(exchange, answer)
        if self.core.logger is not None:
            exchange.log_answer(self.core.logger, answer, bodies=self.options.log_bodies)

    def _refused(self, exchange: Exchange, answer: Answer | Streaming, body: bytes) -> APIStatusError:
        """Make the error for an error status, and tell the limiter."""
        error = exchange.refused(answer.status, Headers(answer.headers), body)
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
        if is_throttled(error):
            self.core.refusals.refused(exchange.bucket, now)
        return self._failed(exchange, error)

    def _failed(self, exchange: Exchange, error: E) -> E:
        """Keep a failed attempt, and log it."""
        exchange.failed(error)
        if self.core.logger is not None:
            exchange.log_failure(self.core.logger)
        return error

    async def resume(self, exchange: Exchange, failure: WireError) -> Streaming:
        """Go on after a stream broke before its first event, or raise."""
        return cast("Streaming", await self.repeat(exchange, self._failed(exchange, exchange.unanswered(failure))))

    def _decode(self, exchange: Exchange, answer: Answer, early: Any) -> Any:
        request = cast("Call[Any]", exchange.request)
        if request.returns is None or (answer.status == _NO_CONTENT and request.method == "DELETE"):
            return None
        try:
            value = decode(answer.content, request.returns) if early is None else early
        except (MisfitError, msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
            raise exchange.unreadable(answer, exchange.strike(answer.body), problem) from bare(problem)
        if exchange.trace is not None:
            exchange.trace.call.answer = value
        try:
            return value if request.then is None else request.then(value)
        except OutputError as error:
            raise exchange.answered(answer, error)  # noqa: B904 - the same error, with its circumstances
