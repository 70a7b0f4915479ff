"""What a failure changes of a call's ways: another account takes it, or another model is asked. No I/O."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, cast

from mistral_async._engine.accounts import told
from mistral_async._engine.fallback import kind_of
from mistral_async._engine.retry import is_safe_to_retry, is_throttled
from mistral_async.errors import (
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    CapacityError,
    ConfigurationError,
    MistralError,
    PaymentRequiredError,
    PermissionDeniedError,
    QuotaUnavailableError,
)

if TYPE_CHECKING:
    from mistral_async._engine.accounts import AccountPool
    from mistral_async._engine.call_state import CallState
    from mistral_async._engine.client_state import ClientState
    from mistral_async._engine.routing import Routing

# Rule 1: After a refusal for which an account rests (`accounts`), the call goes on with another at once, whatever the
# retry policy says: the refusal was none of the request. Where all rest, it ends with that error, which says so. What
# may have been executed was no refusal: the policy decides. A setting that can not work is no account's. An error about
# what was asked says, as an answer does, that the account is well.
# Rule 2: After a 429 the account is left alone by this call for as long as the policy says, and another takes it at
# once, if the policy allows one more attempt. Where there is no other, the call waits for the first of them.
# Rule 3: After any other failure that is repeated, the accounts that failed come last.
# Rule 4: With another model (`fallback`) counts and patience of the retry policy begin anew; the risk of being billed
# for what was not received does not.

_OF_ACCOUNTS: Final = (AuthenticationError, PaymentRequiredError, PermissionDeniedError, QuotaUnavailableError)
_OF_SERVERS: Final = frozenset({407, 408})  # statuses below 500 that are about the way there
_SERVER_ERRORS: Final = 500  # the first status of these
_BUSY: Final = 3  # refusals of a model for its load after which a fallback is taken


def moves(call: CallState, error: MistralError) -> bool:
    """Note a failure for the account; return whether the call goes on with another at once (rule 1)."""
    routing = cast("Routing", call.routing)
    pool, account = routing.pool, call.account
    if pool is None or routing.exhausted or isinstance(error, ConfigurationError):
        return False
    now = time.monotonic()
    routing.failed.add(account.number)
    if isinstance(error, PermissionDeniedError):
        routing.doubted.append((account, call.began, error))
        routing.held[account.number] = math.inf
        return any(routing.held.get(each.number, now) <= now for each in pool.ready(call.bucket, now))
    seconds = pool.refused(account, call.bucket, error, began=call.began, now=now)
    if seconds is None:
        return False
    if seconds:
        call.tell_of_rest(error, seconds)
    if error.may_have_executed:
        return False
    if pool.ready(call.bucket, now):
        return True
    if not pool.ready(call.bucket, now, outages=False):
        told(error, pool.advice(call.bucket, now))
    return False


def refused(call: CallState, error: APIStatusError) -> None:
    """Note an error status: where it is about what was asked, the account is well (rule 1)."""
    pool = cast("AccountPool[ClientState]", call.account.pool)
    about_request = error.status < _SERVER_ERRORS and error.status not in _OF_SERVERS
    if about_request and not isinstance(error, _OF_ACCOUNTS):
        pool.answered(call.account, call.bucket, call.began)


def ended(call: CallState) -> None:
    """Note that an attempt ended without a success, by whatever: if it tried an account, the next call does."""
    routing = call.routing
    if routing is not None and routing.pool is not None:
        routing.pool.let_go(call.account, call.bucket, began=call.began, now=time.monotonic())


def answered(call: CallState) -> None:
    """Note an answer: its account is well, and those that refused the call with 403 rest."""
    pool, routing = cast("AccountPool[ClientState]", call.account.pool), call.routing
    pool.answered(call.account, call.bucket, call.began)
    if routing is None or not routing.doubted:
        return
    now = time.monotonic()
    for account, began, error in routing.doubted:
        if seconds := pool.refused(account, call.bucket, error, began=began, now=now):
            call.tell_of_rest(error, seconds, account.number)
    routing.doubted = []


def pause_before_next(call: CallState, error: MistralError, policy: Callable[..., float | None]) -> float | None:
    """Return the seconds until the next attempt as the policy has it, with a 429's account left alone (rule 2)."""
    routing = cast("Routing", call.routing)
    pool = routing.pool
    own = policy(call, error)
    if pool is None or not is_throttled(error):
        return own
    asked: float | None = getattr(error, "retry_after", None)
    now = time.monotonic()
    routing.held[call.account.number] = now + (own if own is not None else math.inf if asked is None else asked)
    if policy(call, error, elsewhere=True) is None:
        return None
    ready = pool.ready(call.bucket, now)
    first = min((routing.held.get(each.number, now) for each in ready), default=math.inf)
    pause = max(0.0, first - now)
    late = pause == math.inf or (call.deadline is not None and first >= call.deadline)
    return None if late else pause


def falls_back(call: CallState, error: MistralError, *, early: bool = False) -> bool:
    """Have the call ask its next model after a failure, if it may; return whether it does.

    `early` asks before the retry policy has had its say: then only what would wait for nothing leads to it.
    """
    routing = cast("Routing", call.routing)
    fallback = routing.fallback
    if fallback is None or not routing.models or not fallback.covers(error):
        return False
    if early and not _waits_for_nothing(call, error):
        return False
    if not is_safe_to_retry(error, call.request.safety, call.attempts):
        return False
    if call.deadline is not None and time.monotonic() >= call.deadline:
        return False
    _ask(call, routing.models.pop(0))
    return True


def _waits_for_nothing(call: CallState, error: MistralError) -> bool:
    routing = cast("Routing", call.routing)
    if isinstance(error, APITimeoutError):
        return kind_of(error) == "timeout"
    busy = sum(attempt.error == CapacityError.__name__ for attempt in call.attempts[routing.first :])
    return isinstance(error, CapacityError) and busy >= _BUSY


def _ask(call: CallState, model: str) -> None:
    """Have the next attempts ask another model (rule 4)."""
    routing = cast("Routing", call.routing)
    call.settle()
    call.count()  # what the attempt before used is the other model's
    request = call.request
    call.request = request.replace(json={**request.json, "model": model})
    call.model = model
    call.body, routing.head = routing.compose(call.request)
    call.head = routing.head(call.account, call.key)
    call.reservation = None
    routing.held, routing.places, routing.exhausted = {}, {}, False
    routing.failed = set()
    routing.first, routing.started, routing.queued = len(call.attempts), time.monotonic(), call.queued
