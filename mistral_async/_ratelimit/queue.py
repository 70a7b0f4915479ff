"""The line: first come, first served, interactive calls before bulk, and no model waits for the limits of another.

Only the first in line of each model needs to know its time; when it goes, or leaves, the next one is told.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from mistral_async._ratelimit.model_limits import Group, Lane
from mistral_async._ratelimit.reservation import Reservation, State

_SOON: Final = 1e-3  # a turn that comes earlier by this is announced
_SHORTEST: Final = 1e-3  # seconds between two questions of the first in line
_PATIENCE: Final = 0.05  # and of those behind it
_UNKNOWN: Final = 0.25  # for each one ahead, where calls wait for others to end
_LONGEST: Final = 30.0


class _Answer(Enum):
    GO = 1
    WAIT = 2
    ALL_WAIT = 3  # for a limit that the models share: who came later may not overtake


def join(call: Reservation, now: float) -> None:
    """Let a call go at once if nobody waits and it may; else put it in line."""
    lane, group = call.lane, call.lane.group
    if not group.waiting and _ask(call, now) is _Answer.GO:
        return
    queue = lane.queues[call.bulk]
    if not queue or queue[-1].order < call.order:
        queue.append(call)
        lane.joined += 1
        call.place = lane.joined
    else:  # another attempt: it keeps its place
        index = next((index for index, other in enumerate(queue) if other.order > call.order), len(queue))
        queue.insert(index, call)
        lane.left -= 1
        call.place = lane.left + 1
    group.waiting[lane] = None


def requeue(call: Reservation) -> None:
    """Put a call that did not take its turn back to the front of the line."""
    refund(call)
    call.state = State.WAITING
    lane = call.lane
    lane.left -= 1
    call.place = lane.left + 1
    lane.queues[call.bulk].appendleft(call)
    lane.group.waiting[lane] = None


def leave(call: Reservation) -> None:
    """Take a call out of line that will never go."""
    call.lane.left += 1


def advance(group: Group, now: float, woken: list[Reservation]) -> None:
    """Let calls go until the first of each model has to wait; note whom to tell."""
    if not group.waiting:
        return
    held: set[Lane] = set()
    while group.waiting:
        call = _first(group, held)
        if call is None:
            return
        answer = _ask(call, now)
        if answer is _Answer.GO:
            call.lane.left += 1
            woken.append(call)
            continue
        if call.told is not None and call.turn < call.told - _SOON:
            call.told = call.turn
            woken.append(call)
        if answer is _Answer.ALL_WAIT:
            for lane in group.waiting:
                head = lane.head()
                if head is not None:
                    head.turn = max(head.turn, call.turn)
            return
        held.add(call.lane)


def estimate(call: Reservation, now: float) -> float:
    """Return after how many seconds a waiting call should ask again, if it is not told before."""
    lane = call.lane
    head = lane.head()
    if head is None or head is call:
        return min(max(call.turn - now, _SHORTEST), _LONGEST)
    ahead = max(1, call.place - lane.left - 1)
    interval = max(lane.interval(now, call), lane.group.interval(call)) or _UNKNOWN
    behind = max(0.0, head.turn - now) + ahead * interval
    return min(max(behind, _PATIENCE), _LONGEST)


def refund(call: Reservation) -> None:
    """Give back what a call drew."""
    for booking in call.booked:
        booking.meter.correct(booking.mark, -booking.cost)
    call.lane.give_back(call)
    call.booked.clear()
    call.drawn.clear()
    finish(call)


def finish(call: Reservation) -> None:
    """Book that a call is no longer under way."""
    call.state = State.DONE
    call.lane.in_flight -= 1
    group = call.lane.group
    group.in_flight -= 1
    if not call.passed:
        call.passed = True
        group.asking -= 1


def _first(group: Group, held: set[Lane]) -> Reservation | None:
    first: Reservation | None = None
    for lane in tuple(group.waiting):
        call = lane.head()
        if call is None:
            del group.waiting[lane]
        elif lane not in held and (first is None or (call.bulk, call.order) < (first.bulk, first.order)):
            first = call
    return first


def _ask(call: Reservation, now: float) -> _Answer:
    """Let a call go if it may, else note its turn."""
    lane, group = call.lane, call.lane.group
    call.no_quota = lane.no_quota(now)
    if call.no_quota is None:
        leave_some = group.leaves(now, bulk=call.bulk)
        own, common = lane.ready(now, call, leave=leave_some), group.ready(now, call, leave=leave_some)
        if own > now or common > now:
            call.turn = max(own, common)
            return _Answer.ALL_WAIT if own <= now else _Answer.WAIT
    _go(call, now)
    return _Answer.GO


def _go(call: Reservation, now: float) -> None:
    lane, group = call.lane, call.lane.group
    call.state = State.GRANTED
    call.granted_at = now
    call.passed = not group.shared
    group.in_flight += 1
    if group.shared:
        group.asking += 1
    else:
        group.spend(now, call)
    lane.spend(now, call)
