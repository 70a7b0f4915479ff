"""Sending: pace, send, retry and account for one call, attempt by attempt.

`retry` decides what is repeated and when, `_ratelimit` who may go next; here it is done.
"""

from __future__ import annotations

import functools
import importlib
import math
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar, cast

import msgspec

from mistral_async._codec.attempt import Attempt
from mistral_async._codec.redact import Secret
from mistral_async._engine.call_state import CallState, Renewal, body_of
from mistral_async._engine.deprecation import warn_of
from mistral_async._engine.encode import key_headers, with_key
from mistral_async._engine.first_use import first_use
from mistral_async._engine.options import Options
from mistral_async._engine.request import Request
from mistral_async._engine.retry import TOO_MANY, UNAUTHORIZED, delay, is_throttled, needs_budget
from mistral_async._engine.tracing import UNTRACED
from mistral_async._http.protocol import Phase, Sent, SettingError, Timeouts, WireError, WireResponse, WireStream
from mistral_async._http.threads import NoThreadError
from mistral_async._ratelimit import Priority
from mistral_async.errors import (
    APIConnectError,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    CapacityError,
    ConfigurationError,
    MistralError,
)

if TYPE_CHECKING:
    from tenacity import RetryCallState

    from mistral_async._codec.rate_limit_headers import RawHeaders
    from mistral_async._engine.client_state import ClientState
    from mistral_async._ratelimit import Reservation

# Rule 1: Each attempt is paced by itself. A repeated one keeps the place in the queue that its call had, so that a
# call is not overtaken because it was unlucky.
# Rule 2: Whatever ends an attempt settles its reservation once: a response with what its headers say was drawn, a 429
# as a refusal, a failure after something was sent as an attempt that the server may have counted, and one before that
# by giving everything back. Cancellation counts as the third.
# Rule 3: There are two waits, and a call is in one of them at a time: the turn under the rate limits before an
# attempt (`_pace`), and the delay after a failure (`_sleep`). A 429 leads to both. The call sleeps as long as
# its `Retry-After` says (in bulk work others have its place meanwhile: `pause`), and only then asks for its next turn.
# Where most calls are refused, the limiter holds all of that model until then, so that they are not refused too.
# Rule 4: Neither wait outlives the deadline of the call: a delay that would end after it is not begun, and the
# failure at hand is raised instead; a turn that does not come in time is an `APITimeoutError` of the phase "pace".
# Rule 5: A 429 costs nothing of the retry budget (the API works, and asks for patience); every other repetition does.
# Rule 6: Before all that, each attempt of a call that is billed reserves what it may use in its budgets. Whatever ends
# the attempt settles that: with the usage of the answer; with nothing where it was not sent, or refused; with all of it
# where it may have been executed. A call that its budgets refuse is not repeated.
# Rule 7: The first attempt runs without tenacity, which is imported and entered only when something has failed. Where
# it can not be imported then (no file descriptor is left), that failure is raised.

E = TypeVar("E", bound=MistralError)

_MULTIPLE_CHOICES: Final = 300  # the first status that is no success
_BAD_REQUEST: Final = 400  # the first status of errors
_GATEWAYS: Final = frozenset({502, 504})  # statuses of those that may have passed the request on
_LARGE_BODY: Final = 32 * 1024  # bytes
_BYTES_PER_TOKEN: Final = 4  # the estimate that a reservation is made with; the usage of earlier calls corrects it


class Sender:
    """Sends the calls of one view of a client, over its network and under its limits."""

    def __init__(self, state: ClientState, options: Options) -> None:
        self._state = state
        self._options = options
        self._next_look = state.deprecations.next_look
        timeout = options.timeout
        self._timeouts = Timeouts(timeout.connect, timeout.write, timeout.read, None, timeout.attempt)
        self.pause: Callable[[float], Awaitable[None]] | None = None
        """What waits for the next attempt after a 429; None: the call alone does."""
        self._budgets = options.budgets
        self._priority = Priority.BULK if options.background else Priority.INTERACTIVE

    async def send(self, call: CallState) -> Any:
        """Send until there is a success or no reason to go on; returns a `WireResponse`, or a `WireStream`."""
        self._state.calls.made += 1
        self._state.budget.deposit()
        try:
            return await self._attempt(call)
        except MistralError as error:
            pause = self._next_delay(call, error)
            if pause is None:
                raise
        return await self._retry_loop(call, pause)

    async def retry_or_raise(self, call: CallState, error: MistralError) -> Any:
        """Go on after a failure, as the retry policy says, or raise it."""
        pause = self._next_delay(call, error)
        if pause is None:
            try:
                raise error
            finally:
                del error  # no cycle with its own traceback
        with call.trace or UNTRACED:
            return await self._retry_loop(call, pause)

    async def reopen(self, call: CallState, failure: WireError) -> WireStream:
        """Go on after a stream broke before its first event, or raise."""
        return cast("WireStream", await self.retry_or_raise(call, self._failed(call, call.unanswered(failure))))

    async def retry_refusal(self, call: CallState, error: APIStatusError, headers: RawHeaders) -> Any:
        """Go on after an error that came under a status of success, or raise it."""
        self._account_refusal(call, error, headers, call.reservation if call.opening else None)
        return await self.retry_or_raise(call, self._failed(call, error))

    async def fetch_key(
        self,
        account: ClientState,
        request: Request,
        deadline: float | None,
        *,
        attempts: Sequence[Attempt] = (),
        refused: Secret | None = None,
    ) -> Secret | None:
        """Ask the user's function for the API key, within the time of the call; None where a header takes its place."""
        if self.has_own_key(request):
            return None
        error: APIConnectionError
        try:
            if deadline is None:
                return await account.key.fetch(refused)
            import anyio

            with anyio.move_on_after(max(0.0, deadline - time.monotonic())):
                return await account.key.fetch(refused)
            total = f"total={self._options.timeout.total:g} s"
            error = APITimeoutError(f"{request!r}: the time limit {total} is over before the key's function gave one")
        except NoThreadError as problem:
            error = APIConnectionError(f"{request!r}: the key's function could not be called: {problem}")
        error.phase, error.attempts = "key", attempts
        raise error

    # between attempts

    async def _retry_loop(self, call: CallState, pause: float) -> Any:
        """Retry until success, a permanent error, or the deadline (tenacity runs the loop)."""
        from tenacity import AsyncRetrying, retry_if_exception_type

        def wait(state: RetryCallState) -> float:
            failure = state.outcome.exception() if state.outcome else None
            pause = self._next_delay(call, cast("MistralError", failure))
            return math.inf if pause is None else pause

        retrying = AsyncRetrying(
            sleep=functools.partial(self._sleep, call),
            wait=wait,
            stop=lambda state: state.upcoming_sleep == math.inf,
            retry=retry_if_exception_type(MistralError),
            reraise=True,
        )
        await self._sleep(call, pause)
        return await retrying(self._attempt, call)

    def _next_delay(self, call: CallState, error: MistralError) -> float | None:
        """Return the seconds until the next attempt, or None where this error is the end of the call; count either."""
        pause = self._delay_after(call, error)
        if pause is None:
            self._state.calls.end(error)
        else:
            self._state.calls.repeated += 1
        return pause

    def _delay_after(self, call: CallState, error: MistralError) -> float | None:
        if not call.is_repeatable or not _tenacity_loads():
            return None
        if isinstance(error, APIStatusError) and error.status == UNAUTHORIZED and self._may_renew(call):
            call.renewal = Renewal.DUE
            return 0.0
        routing = call.routing
        if routing is None:
            return self._pause(call, error)
        from mistral_async._engine.reroute import falls_back, moves, pause_before_next

        if moves(call, error) or falls_back(call, error, early=True):
            return 0.0
        pause = None if routing.exhausted else pause_before_next(call, error, self._pause)
        return 0.0 if pause is None and falls_back(call, error) else pause

    def _pause(self, call: CallState, error: MistralError, *, elsewhere: bool = False) -> float | None:
        """Return the seconds that the retry policy has a call wait for its next attempt; None: there is none."""
        now, routing = time.monotonic(), call.routing
        throttles = self._state.throttles
        started, queued, first = call.started, call.queued, 0
        if routing is not None and routing.started is not None:
            started, queued, first = routing.started, call.queued - routing.queued, routing.first
        pause = delay(
            error,
            config=self._options.retry,
            safety=call.request.safety,
            attempts=call.attempts[first:] if first else call.attempts,
            elapsed=throttles.elapsed(call.bucket, started=started, queued=queued, now=now),
            jitter=random.random(),  # noqa: S311 - jitter, not a secret
            noise=call.noise and is_throttled(error),
            earlier=call.attempts[:first],
            elsewhere=elsewhere,
        )
        if pause is None or (call.deadline is not None and now + pause >= call.deadline):
            return None
        return None if needs_budget(error, self._options.retry) and not self._state.budget.withdraw() else pause

    def _may_renew(self, call: CallState) -> bool:
        if call.renewal is not Renewal.POSSIBLE or not call.account.key.refreshes:
            return False
        return not self.has_own_key(call.request)

    def has_own_key(self, request: Request) -> bool:
        """Return whether headers of the user's own take the place of the key: all that hold it, or one of no key."""
        holding = key_headers(self._state.gateway, request.route, Secret("key")).keys()
        own = holding & {name for name, _ in (*self._options.headers, *(request.headers or {}).items())}
        return own == holding or bool(own and not self._state.key.exists)

    async def _sleep(self, call: CallState, seconds: float) -> None:
        """Let the time between two attempts pass, fetch a new key if one is due, and encode payloads anew."""
        import anyio

        call.settle()  # what the attempt before left under way: a stream that broke
        call.count()
        call.waited += seconds
        pause: Callable[[float], Awaitable[None]] = anyio.sleep
        if call.attempts[-1].status == TOO_MANY:
            pause, since, shared = self.pause or pause, time.monotonic(), call.limiter.shared
            if shared is not None and call.reservation is not None and seconds > 0:
                with anyio.move_on_after(seconds):
                    await shared.tell_others(call.reservation, time.monotonic)
                seconds = max(0.0, since + seconds - time.monotonic())
        await pause(seconds)
        if call.renewal is Renewal.DUE:
            call.renewal = Renewal.DONE
            await self._renew_key(call)
        if call.reencode is not None:
            from mistral_async._engine.payloads import reencode_payloads

            await reencode_payloads(call.reencode, call)

    async def _renew_key(self, call: CallState) -> None:
        """Fetch another key than the one that was refused, and have the call sent with it."""
        old, gateway, route = call.key, self._state.gateway, call.request.route
        pool, began = None if call.routing is None else call.routing.pool, time.monotonic()
        try:
            new = await self.fetch_key(call.account, call.request, call.deadline, attempts=call.attempts, refused=old)
        except Exception as error:
            from mistral_async._engine.choosing import passes_over

            if pool is None or not passes_over(call, pool, call.account, error, began):
                raise
            return
        if old is not None and new is not None:
            call.head = with_key(call.head, key_headers(gateway, route, old), key_headers(gateway, route, new))
            call.key = new
            if call.routing is not None and pool is not None:
                call.routing.renewed = call.account

    # one attempt

    async def _attempt(self, call: CallState) -> Any:
        """Pace and send once; raise an error for whatever is no success."""
        call.began = time.monotonic()
        call.uncounted = call.billed
        try:
            if call.billed and self._budgets:
                await self._reserve(call)
            if not call.limiter.unrestricted or self._needs_turn(call):
                await self._pace(call)
            else:
                call.reservation = None
        except BaseException as problem:
            self._account_unsent(call, problem)
            raise
        if call.trace is not None:
            call.trace.sending(call.began, call.waited, call.model, call.key_number)
        answer: WireResponse | WireStream | None = None
        try:
            wire = call.account.network.current()
            send = wire.open if call.opening else wire.send
            timeouts = self._timeouts if call.deadline is None else self._timeouts_until(call.deadline)
            answer = await send(call.head, call.body, timeouts)
            if answer.status >= _MULTIPLE_CHOICES:
                await self._raise_refusal(call, answer)
            return self._account(call, answer)
        except (WireError, NoThreadError, SettingError) as problem:
            error = self._unanswered(call, problem)
            _tell_accounts(call)
            raise error from error.__cause__
        except BaseException:
            call.release(sent=True)  # the server may have counted it
            _tell_accounts(call)
            if answer is not None and not isinstance(answer, WireResponse):
                answer.abort()  # nobody else can close it
            raise
        finally:
            if call.limiter.alone is call:
                call.limiter.alone = None

    def _account_unsent(self, call: CallState, problem: BaseException) -> None:
        """Count an attempt that was not sent, and keep it where a module could not be loaded: it may be repeated."""
        call.count(executed=False)
        if isinstance(problem, APIConnectError) and not problem.attempts:
            self._failed(call, problem)

    def _unanswered(self, call: CallState, problem: Exception) -> MistralError:
        """Make the error of an attempt that got no answer, and settle it."""
        match problem:
            case WireError():
                call.release(sent=problem.sent is not Sent.NOTHING)
                return self._failed(call, call.unanswered(problem))
            case SettingError():
                call.release(sent=False)
                error = ConfigurationError(f"{call.request!r}: {problem}")
                error.__cause__ = problem.__cause__
                return self._failed(call, error)
            case _:
                call.release(sent=True)
                unread = WireError(f"the body could not be read: {problem}", phase=Phase.WRITE, sent=Sent.PART)
                unread.__cause__ = problem
                return self._failed(call, call.unanswered(unread))

    def _timeouts_until(self, deadline: float) -> Timeouts:
        return msgspec.structs.replace(self._timeouts, deadline=deadline)

    def _needs_turn(self, call: CallState) -> bool:
        """Return whether an attempt has to reserve without limits: others go first, or it is one of a crowd."""
        limiter = call.limiter
        if self._options.background or call.routing is not None:
            return True
        if not limiter.starting:
            return False
        if limiter.alone is None:
            limiter.alone = call
        return limiter.alone is not call

    async def _reserve(self, call: CallState) -> None:
        """Reserve what this attempt may use in all budgets (rule 6)."""
        import anyio

        with first_use():
            from mistral_async._spending.media import Content, content_of
            from mistral_async._spending.reserving import Asked, reserve

        content = content_of(call.body) if isinstance(call.body, bytes) else Content()
        asked = Asked(repr(call.request), call.payer, call.request.route, content, self._fields(call.request))
        if call.budgets is None:
            call.budgets = [budget.for_call() for budget in self._budgets]
        left = None if call.deadline is None else max(0.0, call.deadline - time.monotonic())
        try:
            with anyio.fail_after(left):
                call.hold = await reserve(call.budgets, asked, patient=self._options.background)
        except TimeoutError:
            raise self._failed(call, call.late("its budget")) from None
        except MistralError as error:
            self._failed(call, error)
            if call.routing is not None:
                call.routing.exhausted = True  # no other account has another budget
            raise

    def _fields(self, request: Request) -> dict[str, Any]:
        """Return the parameters of a request, those that the view adds among them."""
        return {**request.fields, **(self._options.extra_body or {})}

    async def _pace(self, call: CallState) -> None:
        """Reserve this attempt's turn under the rate limits, and wait for it if it is not granted at once."""
        limiter, now = call.limiter, time.monotonic()
        fields = None if self._options.extra_body else call.request.json
        costs = {"tokens": _tokens_in(call.body, fields)} if isinstance(call.body, bytes) else None
        if call.routing is not None and call.routing.pool is not None:
            await self._pace_among_accounts(call, costs)
            call.paced(since=now)
            return
        if call.reservation is None:
            route, model = call.request.route, call.model
            reservation = limiter.reserve(route, model, costs, now=now, priority=self._priority)
        else:
            reservation = limiter.reserve_again(call.reservation, now)
        call.reservation = reservation
        at_once = reservation.may_start
        if not at_once:
            await self._wait_turn(call, reservation, now)
        if reservation.no_quota is not None:
            limiter.cancel(reservation, time.monotonic())
            raise self._failed(call, call.no_quota(reservation.no_quota))
        if not at_once:
            call.paced(since=now)

    async def _pace_among_accounts(self, call: CallState, costs: Mapping[str, float] | None) -> None:
        """Wait for a turn of whichever account has one first."""
        with first_use():
            from mistral_async._engine.choosing import choose

        call.reservation = None
        try:
            await choose(call, self._priority, costs, self._fetch_key_of)
        except MistralError as error:
            raise self._failed(call, error)  # noqa: B904 - the same error, with its circumstances

    async def _fetch_key_of(self, call: CallState, account: ClientState) -> Secret | None:
        return await self.fetch_key(account, call.request, call.deadline, attempts=call.attempts)

    async def _wait_turn(self, call: CallState, reservation: Reservation, now: float) -> None:
        import anyio

        with first_use():
            from mistral_async._ratelimit import wait_turn

        try:
            if call.deadline is None:
                await wait_turn(call.limiter, reservation)
            else:
                with anyio.fail_after(call.deadline - now):
                    await wait_turn(call.limiter, reservation)
        except TimeoutError:
            raise self._failed(call, call.late()) from None

    # what comes back

    def _account(self, call: CallState, answer: WireResponse | WireStream) -> WireResponse | WireStream:
        """Tell the limiter, the hooks and the log of a success; returns it."""
        if call.opening:  # it is under way until it is closed
            call.ended, call.attempt_timeout = time.monotonic(), None
        elif call.reservation is not None:
            call.limiter.settle(call.reservation, time.monotonic(), answer.headers)
        if call.reservation is None:
            call.limiter.observe(call.request.route, call.model, now=time.monotonic(), headers=answer.headers)
        if self._state.throttles:
            self._state.throttles.accepted(call.bucket)
        if call.account.pool is not None:
            from mistral_async._engine.reroute import answered

            answered(call)
        if call.trace is not None:
            headers = call.headers_of(answer)
            attempt = call.record(status=answer.status, request_id=headers.request_id)
            call.trace.arrived(attempt, headers, whole=not call.opening)
        if self._state.logger is not None:
            call.log_answer(self._state.logger, answer, bodies=self._options.log_bodies)
        if call.model is None or call.began >= self._next_look.get(call.model, 0.0):
            self._tell_of_deprecation(call, answer)
        return answer

    def _tell_of_deprecation(self, call: CallState, answer: WireResponse | WireStream) -> None:
        """Tell once that a model ends, where the answer says so."""
        date = self._state.deprecations.look(call.request, answer.headers, call.began)
        if date is not None:
            if call.trace is not None:
                call.trace.deprecated(date)
            warn_of(call.request, date)

    async def _raise_refusal(self, call: CallState, answer: WireResponse | WireStream) -> NoReturn:
        """Raise the error for an error status, and tell the limiter."""
        body = call.redact(await body_of(answer, call.deadline))
        error = call.refused(answer.status, call.headers_of(answer), body)
        self._account_refusal(call, error, answer.headers, call.reservation)
        if call.account.pool is not None:
            from mistral_async._engine.reroute import refused

            refused(call, error)
        raise self._failed(call, error)

    def _account_refusal(
        self, call: CallState, error: APIStatusError, headers: RawHeaders, reservation: Reservation | None
    ) -> None:
        """Tell the limiter of an error; its reservation is None where it has been settled, or never was."""
        limiter, now = call.limiter, time.monotonic()
        busy = isinstance(error, CapacityError)
        call.count(executed=_may_be_billed(error))
        if not is_throttled(error):
            call.settle(headers)
        elif reservation is not None:
            noise = limiter.reject(reservation, now, headers, error.retry_after, capacity=busy)
            among_others = self._options.background or reservation.in_flight > 1
            call.noise = noise or among_others  # which wait for their turn anyway
        else:
            call.noise = self._options.background
            limiter.observe_rejection(
                call.request.route,
                call.model,
                now=now,
                began=call.began,
                headers=headers,
                retry_after=error.retry_after,
                capacity=busy,
            )
        if is_throttled(error):
            self._state.throttles.refused(call.bucket, now)

    def _failed(self, call: CallState, error: E) -> E:
        """Keep a failed attempt, and log it."""
        call.failed(error)
        if self._state.logger is not None:
            call.log_failure(self._state.logger)
        return error


def _tokens_in(body: bytes, fields: object) -> float:
    """Estimate the tokens of a body; only a large one is looked at for media, which have few for their size."""
    if len(body) < _LARGE_BODY:
        return len(body) / _BYTES_PER_TOKEN
    with first_use():
        from mistral_async._spending.media import AUDIO_RATE, IMAGE_TOKENS, content_of, is_text

    if is_text(fields):
        return len(body) / _BYTES_PER_TOKEN
    content = content_of(body)
    text = (content.text + content.documents) / _BYTES_PER_TOKEN
    return text + content.images * IMAGE_TOKENS + content.audio * AUDIO_RATE


def _tell_accounts(call: CallState) -> None:
    """Tell the accounts, where there are several, that an attempt ended without a success."""
    if call.account.pool is not None:
        from mistral_async._engine.reroute import ended

        ended(call)


def _may_be_billed(error: APIStatusError) -> bool:
    """Return whether an error may have been billed: what the API itself refuses, or fails at, is not."""
    return error.may_have_executed and (error.status < _BAD_REQUEST or error.status in _GATEWAYS)


def _tenacity_loads() -> bool:
    """Return whether what repeats calls is there (rule 7)."""
    try:
        importlib.import_module("tenacity")
    except OSError:
        return False
    return True
