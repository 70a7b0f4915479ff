"""The order of calls: first come, first served, interactive before bulk, and no model waits for another's limits."""

from __future__ import annotations

from enum import Enum
from typing import Final

from mistral_async._ratelimit.reservation import DONE, GRANTED, NO_DEBITS, WAITING, ModelQueue, QueueGroup, Reservation
from mistral_async._ratelimit.store import INTERACTIVE_SECONDS

# Rule 1: A call is granted at once if nobody waits in its group and all its limits allow it; else it joins the queue
# of its model.
#
# Rule 2: In a queue interactive calls go before bulk ones, each kind in the order of arrival. The next attempt of a
# call keeps the order of the first, so it goes before all that came after it.
#
# Rule 3: The first in the queue of each model may go when its limits allow, whoever came earlier for other models. But
# where it waits for a limit that the models share, all that came after it wait too: a small call must not overtake a
# large one for ever.
#
# Rule 4: Only the first in a queue has a time. The others have an estimate at which to poll, and whoever may go earlier
# than its next poll is woken. Owners may poll at any time: what is granted depends on the limits alone.
#
# Rule 5: Who was granted its turn but does not take it (its loop hangs) gives it back when it comes at last, and goes
# to the front of the queue.
#
# Rule 6: What ends gives its place to the next at once: settled, rejected and cancelled calls all advance the group
# (but a counted one, which held nobody up: rule 5 of model_limits).

_MIN_ADVANCE: Final = 1e-3  # seconds by which a turn has to come earlier for its owner to be woken
_MIN_HEAD_POLL: Final = 1e-3  # seconds between two polls of the first in a queue, at least: no busy loop
_MIN_POLL: Final = 0.05  # seconds between two polls of those behind it, at least; they are woken anyway
_UNKNOWN_INTERVAL: Final = 0.25  # seconds for each call ahead, where calls wait for others to end
_MAX_POLL: Final = 30.0  # seconds after which everyone polls again, whatever was estimated


class _Verdict(Enum):
    GO = 1
    WAIT = 2
    ALL_WAIT = 3  # for a limit that the models share (rule 3)


_GO: Final = _Verdict.GO
_WAIT: Final = _Verdict.WAIT
_ALL_WAIT: Final = _Verdict.ALL_WAIT


def grant_or_enqueue(call: Reservation, now: float) -> None:
    """Grant a call at once, or put it in its queue (rules 1 and 2)."""
    queue = call.queue
    group = queue.group
    if not group.waiting and _try_to_grant(call, now) is _GO:
        return
    calls = queue.calls[call.bulk]
    if not calls or calls[-1].order < call.order:
        calls.append(call)
        queue.joined += 1
        call.place = queue.joined
    else:  # another attempt
        index = next((index for index, other in enumerate(calls) if other.order > call.order), len(calls))
        calls.insert(index, call)
        queue.left -= 1
        call.place = queue.left + 1
    group.waiting[queue] = None


def requeue(call: Reservation) -> None:
    """Put a call that did not take its turn back to the front of its queue (rule 5)."""
    refund(call)
    call.state = WAITING
    queue = call.queue
    queue.left -= 1
    call.place = queue.left + 1
    queue.calls[call.bulk].appendleft(call)
    queue.group.waiting[queue] = None


def abandon(call: Reservation) -> None:
    """Take a call that will never go out of its queue; `ModelQueue.head` drops it."""
    call.state = DONE
    call.queue.left += 1


def advance(group: QueueGroup, now: float, woken: list[Reservation]) -> None:
    """Grant calls until the first of each model has to wait; append those to wake to `woken` (rules 3 and 4)."""
    if not group.waiting:
        return
    held: set[ModelQueue] = set()
    while group.waiting:
        call = _next(group, held)
        if call is None:
            return
        verdict = _try_to_grant(call, now)
        if verdict is _GO:
            call.queue.left += 1
            woken.append(call)
            continue
        if call.next_check is not None and call.ready_at < call.next_check - _MIN_ADVANCE:
            call.next_check = call.ready_at
            woken.append(call)
        if verdict is _ALL_WAIT:
            for queue in group.waiting:
                head = queue.head()
                if head is not None:
                    head.ready_at = max(head.ready_at, call.ready_at)
            return
        held.add(call.queue)


def seconds_until_poll(call: Reservation, now: float) -> float:
    """Return the seconds after which a waiting call should poll, if it is not woken before (rule 4)."""
    queue = call.queue
    head = queue.head()
    if head is None or head is call:
        return min(max(call.ready_at - now, _MIN_HEAD_POLL), _MAX_POLL)
    ahead = max(1, call.place - queue.left - 1)
    interval = max(queue.limits.interval(now, call.costs), queue.group.limits.interval(call.costs))
    behind = max(0.0, head.ready_at - now) + ahead * (interval or _UNKNOWN_INTERVAL)
    return min(max(behind, _MIN_POLL), _MAX_POLL)


def refund(call: Reservation) -> None:
    """Give back what a granted call drew, and end it."""
    for booking in call.booked:
        booking.bucket.correct(booking.mark, -booking.cost)
    call.queue.limits.give_back(call.granted_at, call.debits)
    call.booked, call.debits = (), NO_DEBITS
    finish(call)


def finish(call: Reservation) -> None:
    """Book that a granted call is no longer in flight."""
    call.state = DONE
    call.queue.limits.in_flight -= 1
    stated = call.queue.group.limits
    stated.in_flight -= 1
    if not call.may_start:
        call.queue.limits.asking -= 1
    call.may_start = False


def _next(group: QueueGroup, held: set[ModelQueue]) -> Reservation | None:
    """Return the first call of the group's queues that are not held; forget empty queues."""
    first: Reservation | None = None
    for queue in tuple(group.waiting):
        call = queue.head()
        if call is None:
            del group.waiting[queue]
        elif queue not in held and (first is None or (call.bulk, call.order) < (first.bulk, first.order)):
            first = call
    return first


def _try_to_grant(call: Reservation, now: float) -> _Verdict:
    """Grant a call if its limits allow it now, else note when they will."""
    group, model = call.queue.group, call.queue.limits
    stated = group.limits
    call.no_quota = None if model.quota_missing is None else model.no_quota(now)
    if call.no_quota is None:
        headroom = call.bulk and now - group.interactive_at < INTERACTIVE_SECONDS
        own = model.ready_at(now, call.costs, headroom=headroom)
        if not (stated.buckets or model.server):
            own = max(own, model.slow_start(now, bulk=call.bulk))
        common = stated.ready_at(now, call.costs, headroom=headroom)
        if own > now or common > now:
            call.ready_at = max(own, common)
            return _ALL_WAIT if own <= now else _WAIT
    call.state = GRANTED
    call.granted_at = now
    stated.in_flight += 1
    if stated.shared:
        model.asking += 1
    else:
        call.may_start = True
        call.booked = stated.draw(now, call.costs)
    call.debits = model.draw(now, call.costs)
    call.in_flight = model.in_flight
    return _GO
