"""The engine: the one place that does I/O, and in this order: pace, send, retry, decode, account."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from mistral_async._codec.attempt import Attempt
from mistral_async._codec.headers import Headers
from mistral_async._codec.large import LARGE, decode_in_pieces
from mistral_async._codec.open_union import LenientDecodeError, decode
from mistral_async._engine.call_state import CallState, Renewal, bare, body_of, cause_of
from mistral_async._engine.encode import HeadCache, encode_body, with_key
from mistral_async._engine.options import Options
from mistral_async._engine.request import Call, Request
from mistral_async._engine.response import Response
from mistral_async._engine.retry import delay, is_throttled
from mistral_async._engine.tracing import UNTRACED, Trace, tracing
from mistral_async._http.protocol import Sent, Timeouts, WireError, WireResponse, WireStream
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
    from mistral_async._engine.client_state import ClientState
    from mistral_async._ratelimit import Reservation

T = TypeVar("T")
E = TypeVar("E", bound=MistralError)

_NO_CONTENT = 204


class Engine:
    """Performs requests for one view of a client."""

    def __init__(self, state: ClientState, options: Options) -> None:
        self.state = state
        self.options = options
        self._heads = HeadCache(state, options)
        timeout = options.timeout
        self._timeout = Timeouts(timeout.connect, timeout.write, timeout.read, None, timeout.attempt)
        self._priority = Priority.BULK if options.background else Priority.INTERACTIVE

    def background(self) -> Engine:
        """The same, leaving room for other calls."""
        return Engine(self.state, msgspec.structs.replace(self.options, background=True))

    async def call(self, request: Call[T]) -> T:
        """Perform a request and decode its answer."""
        if self.state.hooks is not None:
            return (await self.respond(request)).data
        call = await self.begin(request, accept="application/json")
        answer = await self.send(call)
        try:
            early = await decode_in_pieces(answer.content, request.returns) if len(answer.content) > LARGE else None
            value = cast("T", self._decode(call, answer, early))
        except OutputError as error:
            following = request.repair_or_raise(error)
        else:
            answer.release()
            return value
        return await self.call(following)

    async def respond(self, request: Call[T]) -> Response[T]:
        """The same, with everything the API said around the answer."""
        try:
            with tracing(self.state.hooks, request) as trace:
                call = await self.begin(request, accept="application/json", trace=trace)
                answer = await self.send(call)
                early = await decode_in_pieces(answer.content, request.returns) if len(answer.content) > LARGE else None
                data = self._decode(call, answer, early)
                if trace is not None:
                    trace.end()
                return self.response(call, answer, data, answer.body)
        except OutputError as error:
            following = request.repair_or_raise(error)
        return await self.respond(following)

    async def open(self, request: Request, *, accept: str) -> tuple[CallState, WireStream]:
        """Perform a request up to the head of its answer."""
        with tracing(self.state.hooks, request) as trace:
            call = await self.begin(request, accept=accept, opening=True, trace=trace)
            return call, await self.send(call)

    def response(self, call: CallState, answer: WireResponse | WireStream, data: T, body: bytes = b"") -> Response[T]:
        """Put an answer and its circumstances together."""
        return Response(
            data,
            status=answer.status,
            headers=answer.headers,
            body=body,
            failed=tuple(call.attempts),
            elapsed=call.elapsed,
            waited=call.waited,
            timings=answer.timings,
        )

    # what is sent

    async def begin(
        self, request: Request, *, accept: str, opening: bool = False, trace: Trace | None = None
    ) -> CallState:
        """Encode a request."""
        started, total = time.monotonic(), self.options.timeout.total
        deadline = None if total is None else started + total
        key = self.state.key.current or await self._fetch_key(request, deadline)
        body, content_type = encode_body(request, self.options.extra_body)
        head = self._heads.make(request, key, accept, content_type)
        if trace is not None:
            head = trace.add_hook_headers(head)
        call = CallState(request, head, body, opening=opening, started=started)
        call.deadline, call.attempt_timeout, call.trace = deadline, self.options.timeout.attempt, trace
        call.limiter = self.state.limiter
        return call

    async def _fetch_key(self, request: Request, deadline: float | None, attempts: Sequence[Attempt] = ()) -> Secret:
        """Ask the user's function, within the time of the call."""
        if deadline is None:
            return await self.state.key.fetch()
        import anyio

        with anyio.move_on_after(max(0.0, deadline - time.monotonic())):
            return await self.state.key.fetch()
        error = APITimeoutError(f"{request!r}: its time is over before the function for the API key gave one")
        error.phase, error.attempts = "key", attempts
        raise error

    # how it is sent

    async def send(self, call: CallState) -> Any:
        """Send until there is a good answer or no reason to go on."""
        self.state.budget.deposit()
        try:
            return await self._attempt(call)
        except MistralError as error:
            wait = self._next_delay(call, error)
            if wait is None:
                raise
        return await self._retry_loop(call, wait)

    async def retry_or_raise(self, call: CallState, error: MistralError) -> Any:
        """Go on after a failure, as the retry policy says, or raise it."""
        wait = self._next_delay(call, error)
        if wait is None:
            try:
                raise error
            finally:
                del error  # no cycle with its own traceback
        with call.trace or UNTRACED:
            return await self._retry_loop(call, wait)

    async def _retry_loop(self, call: CallState, wait: float | None) -> Any:
        """Wait, and try again for as long as there is reason to; tenacity turns the wheel."""
        from tenacity import AsyncRetrying, retry_if_exception_type

        def next_wait(state: RetryCallState) -> float:
            nonlocal wait
            failure = state.outcome.exception() if state.outcome else None
            wait = self._next_delay(call, cast("MistralError", failure))
            return wait or 0.0

        async def pause(seconds: float) -> None:
            await self._sleep(call, seconds)

        await pause(wait or 0.0)
        turning = AsyncRetrying(
            sleep=pause,
            wait=next_wait,
            stop=lambda _: wait is None,
            retry=retry_if_exception_type(MistralError),
            reraise=True,
        )
        return await turning(self._attempt, call)

    def _next_delay(self, call: CallState, error: MistralError) -> float | None:
        """Seconds until the next attempt, or None if this error is the end of the call."""
        if not call.is_repeatable:
            return None
        if isinstance(error, AuthenticationError) and self._may_renew(call):
            call.renewal = Renewal.DUE
            return 0.0
        now = time.monotonic()
        wait = delay(
            error,
            config=self.options.retry,
            safety=call.request.safety,
            attempts=call.attempts,
            elapsed=self.state.throttles.elapsed(call.bucket, started=call.started, queued=call.queued, now=now),
            jitter=random.random(),  # noqa: S311 - jitter, not a secret
        )
        if wait is None or (call.deadline is not None and now + wait >= call.deadline):
            return None
        return wait if is_throttled(error) or self.state.budget.withdraw() else None

    def _may_renew(self, call: CallState) -> bool:
        own = any(name == "authorization" for name, _ in self.options.headers)
        return self.state.key.refreshes and call.renewal is Renewal.POSSIBLE and not own

    async def _sleep(self, call: CallState, seconds: float) -> None:
        """What lies between two attempts: a wait, or a new key."""
        import anyio

        call.settle()
        call.waited += seconds
        await anyio.sleep(seconds)
        if call.renewal is Renewal.DUE:
            call.renewal = Renewal.DONE
            key = await self._fetch_key(call.request, call.deadline, call.attempts)
            call.head = with_key(call.head, key)

    async def _attempt(self, call: CallState) -> Any:
        """Pace and send once; raise what it was if it was not a success."""
        call.began = time.monotonic()
        if call.reservation is not None:
            call.settle()  # what an earlier attempt left under way
        if not call.limiter.unrestricted or self.options.background:
            await self._pace(call)
        else:
            call.reservation = None
        if call.trace is not None:
            call.trace.sending(call.began, call.waited)
        body = b""
        try:
            wire = self.state.network.current()
            send = wire.open if call.opening else wire.send
            answer = await send(call.head, call.body, self._timeouts_for(call))
            if answer.status >= 300:  # noqa: PLR2004 - HTTP's class of successes ends here
                body = call.redact(await body_of(answer, call.deadline))
        except WireError as failure:
            call.release(sent=failure.sent is not Sent.NOTHING)
            raise self._failed(call, call.unanswered(failure)) from cause_of(failure)
        except BaseException:
            call.release(sent=True)  # the server may have counted it
            raise
        if answer.status >= 300:  # noqa: PLR2004 - as above
            raise self._refused(call, answer, body)
        self._account(call, answer)
        return answer

    async def _pace(self, call: CallState) -> None:
        """Reserve this attempt's turn under the rate limits, and wait for it if it is not granted at once."""
        limiter, now = call.limiter, time.monotonic()
        if call.reservation is None:
            costs = {"tokens": len(call.body) / 4} if isinstance(call.body, bytes) else None
            route, model = call.request.route, call.model
            reservation = limiter.reserve(route, model, costs, now=now, priority=self._priority)
        else:
            reservation = limiter.reserve_again(call.reservation, now)
        call.reservation = reservation
        if not reservation.may_start:
            await self._wait_turn(call, reservation, now)
        if reservation.no_quota is not None:
            limiter.cancel(reservation, time.monotonic())
            raise self._failed(call, call.no_quota(reservation.no_quota))
        call.paced(since=now)

    async def _wait_turn(self, call: CallState, reservation: Reservation, now: float) -> None:
        import anyio

        from mistral_async._ratelimit import wait_turn

        try:
            if call.deadline is None:
                await wait_turn(call.limiter, reservation)
            else:
                with anyio.fail_after(call.deadline - now):
                    await wait_turn(call.limiter, reservation)
        except TimeoutError:
            raise self._failed(call, call.late()) from None

    def _timeouts_for(self, call: CallState) -> Timeouts:
        if call.deadline is None:
            return self._timeout
        return msgspec.structs.replace(self._timeout, deadline=call.deadline)

    # what comes back

    def _account(self, call: CallState, answer: WireResponse | WireStream) -> None:
        """Tell the limiter, and the log, of a success."""
        if call.opening:  # it is under way until it is closed
            call.ended, call.attempt_timeout = time.monotonic(), None
        elif call.reservation is not None:
            call.settle(answer.headers)
        if call.reservation is None:
            call.limiter.observe(call.request.route, call.model, now=time.monotonic(), headers=answer.headers)
        if self.state.throttles:
            self.state.throttles.accepted(call.bucket)
        if call.trace is not None:
            headers = Headers(answer.headers)
            attempt = call.record(status=answer.status, request_id=headers.request_id)
            call.trace.arrived(attempt, headers, whole=not call.opening)
        if self.state.logger is not None:
            call.log_answer(self.state.logger, answer, bodies=self.options.log_bodies)

    def _refused(self, call: CallState, answer: WireResponse | WireStream, body: bytes) -> APIStatusError:
        """Make the error for an error status, and tell the limiter."""
        error = call.refused(answer.status, Headers(answer.headers), body)
        limiter, reservation, now = call.limiter, call.reservation, time.monotonic()
        busy = isinstance(error, CapacityError)
        if not is_throttled(error):
            call.settle(answer.headers)
        elif reservation is not None:
            limiter.reject(reservation, now, answer.headers, error.retry_after, capacity=busy)
        else:
            limiter.observe_rejection(
                call.request.route,
                call.model,
                now=now,
                headers=answer.headers,
                retry_after=error.retry_after,
                capacity=busy,
            )
        if is_throttled(error):
            self.state.throttles.refused(call.bucket, now)
        return self._failed(call, error)

    def _failed(self, call: CallState, error: E) -> E:
        """Keep a failed attempt, and log it."""
        call.failed(error)
        if self.state.logger is not None:
            call.log_failure(self.state.logger)
        return error

    async def reopen(self, call: CallState, failure: WireError) -> WireStream:
        """Go on after a stream broke before its first event, or raise."""
        return cast("WireStream", await self.retry_or_raise(call, self._failed(call, call.unanswered(failure))))

    def _decode(self, call: CallState, answer: WireResponse, early: Any) -> Any:
        request = cast("Call[Any]", call.request)
        if request.returns is None or (answer.status == _NO_CONTENT and request.method == "DELETE"):
            return None
        try:
            value = decode(answer.content, request.returns) if early is None else early
        except (LenientDecodeError, msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
            raise call.unreadable(answer, call.redact(answer.body), problem) from bare(problem)
        if call.trace is not None:
            call.trace.call.answer = value
        try:
            return value if request.transform is None else request.transform(value)
        except OutputError as error:
            raise call.answered(answer, error)  # noqa: B904 - the same error, with its circumstances
