"""The wait of a call for whichever of several accounts has room first, and its address there."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from mistral_async._ratelimit import wait_first, wait_turn
from mistral_async.errors import ConfigurationError, MistralError, QuotaUnavailableError

if TYPE_CHECKING:
    from mistral_async._codec.redact import Secret
    from mistral_async._engine.accounts import AccountPool
    from mistral_async._engine.call_state import CallState
    from mistral_async._engine.client_state import ClientState
    from mistral_async._engine.routing import Routing
    from mistral_async._ratelimit import Priority, Reservation

# Rule 1: A call has a place in the queue of every account that does not rest. The first that grants it a turn has it,
# and the other places are given up; so nobody waits for one account while another has room, whatever became of either
# meanwhile.
# Rule 2: What two accounts grant at the same time is given back to one of them: it was never sent.
# Rule 3: An account that began to rest while the call stood in its queue is passed over when its turn comes.
# Rule 4: The key is fetched when the account is known. A function that fails has its account rest, as a refusal does.
# Rule 5: Whatever ends the wait, no place is left behind.

T = TypeVar("T")

Place: TypeAlias = "tuple[ClientState, Reservation]"
Costs: TypeAlias = Mapping[str, float] | None
FetchKey: TypeAlias = "Callable[[CallState, ClientState], Awaitable[Secret | None]]"


async def choose(call: CallState, priority: Priority, costs: Costs, fetch_key: FetchKey) -> None:
    """Wait until an account grants the call a turn, and address the call to it; raises where all of them rest."""
    routing: Any = call.routing
    places: list[Place] = []
    try:
        while True:
            _reserve(call, routing, places, priority, costs)
            if not places:
                continue  # a rest ended while it was looked for, in another thread
            account, reservation = await _first(call, routing.pool, places)
            if await _addressed(call, routing.pool, account, reservation, fetch_key):
                return
            routing.renewed = None  # it rests meanwhile, by another call
    finally:
        now = time.monotonic()
        for account, reservation in places:
            account.limiter.cancel(reservation, now)


def _reserve(call: CallState, routing: Routing, places: list[Place], priority: Priority, costs: Costs) -> None:
    """Take a place in the queue of each account, up to the first that grants a turn at once (rule 1)."""
    now, taken = time.monotonic(), {account.number for account, _ in places}
    route, model = call.request.route, call.model
    for account in routing.candidates(call.bucket, now):
        if account.number in taken:
            continue
        before = routing.places.get(account.number)
        if before is None:
            reservation = account.limiter.reserve(route, model, costs, now=now, priority=priority)
        else:
            reservation = account.limiter.reserve_again(before, now)
        routing.places[account.number] = reservation
        places.append((account, reservation))
        if reservation.is_granted:
            break
    if not places and (error := cast("AccountPool[ClientState]", routing.pool).exhausted(call.bucket, now)) is not None:
        routing.exhausted = True
        raise error


async def _first(call: CallState, pool: AccountPool[ClientState], places: list[Place]) -> Place:
    """Wait for the first of these places whose turn comes, and take it from the list."""
    for index, (_, reservation) in enumerate(places):
        if reservation.is_granted:
            return places.pop(index)
    pool.wait(1, len(places))
    try:
        waits = [(account.limiter, reservation) for account, reservation in places]
        index = await _in_time(call, wait_first(waits))
    finally:
        pool.wait(-1, -len(places))
    return places.pop(index)


async def _addressed(
    call: CallState, pool: AccountPool[ClientState], account: ClientState, reservation: Reservation, fetch_key: FetchKey
) -> bool:
    """Address a call to an account that granted it a turn; return False if that rests now (rules 3 and 4)."""
    began = time.monotonic()
    try:
        _check_quota(call, reservation)
        if not pool.take(account, call.bucket, began):
            account.limiter.cancel(reservation, began)
            return False
        if not reservation.may_start:
            await _in_time(call, wait_turn(account.limiter, reservation))
        renewed = account is cast("Routing", call.routing).renewed
        key = call.key if renewed else account.key.current or await fetch_key(call, account)
        call.address(account, key, reservation)
    except BaseException as error:
        account.limiter.cancel(reservation, now := time.monotonic())
        pool.let_go(account, call.bucket, began=began, now=now)
        if not passes_over(call, pool, account, error, began):
            raise
        return False
    return True


def passes_over(
    call: CallState, pool: AccountPool[ClientState], account: ClientState, error: BaseException, began: float
) -> bool:
    """Have an account rest that gave no key, or has no quota; return False if the error is about the call instead."""
    own = isinstance(error, Exception) and not isinstance(error, MistralError)  # the function's, not the call's
    if not own and not isinstance(error, (QuotaUnavailableError, ConfigurationError)):
        return False
    if seconds := pool.refused(account, call.bucket, error, began=began, now=time.monotonic()):
        call.tell_of_rest(error, seconds, account.number)
    return True


def _check_quota(call: CallState, reservation: Reservation) -> None:
    if reservation.no_quota is not None:
        raise call.no_quota(reservation.no_quota)


async def _in_time(call: CallState, waiting: Coroutine[Any, Any, T]) -> T:
    """Wait until the deadline of the call at most."""
    import anyio

    if call.deadline is None:
        return await waiting
    try:
        with anyio.fail_after(call.deadline - time.monotonic()):
            return await waiting
    except TimeoutError:
        raise call.late() from None
