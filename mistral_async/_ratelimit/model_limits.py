"""The limits of one model at the server, stated in its headers or discovered, and the units that its calls draw."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from mistral_async._codec.rate_limit_headers import NO_STATUS, RateLimit, RateLimitStatus
from mistral_async._ratelimit.adaptive_concurrency import AdaptiveConcurrency
from mistral_async._ratelimit.cubic import AdaptiveRate
from mistral_async._ratelimit.server_limit import Debit, ServerLimit
from mistral_async._ratelimit.stated_limits import SLOT_POLL, usable_slots
from mistral_async._ratelimit.store import HEADROOM

# Rule 1: Three kinds of limits hold a call back: those that the user stated (stated_limits), those that the server
# states in its headers (server_limit), and those that are discovered from rejections (cubic). All of them hold.
#
# Rule 2: A 429 is blamed on one limit, the first of these that applies:
#   - a limit of 0 in its headers: the account has no quota for the model. Waiting never helps, so for a minute calls
#     are not held back; they are granted with `no_quota`, for their owner to raise;
#   - limits in its headers with nothing remaining: these are empty;
#   - the server's load, or the calls in flight (`capacity`): fewer calls may be in flight;
#   - no rate-limit headers at all, but a known limit is nearly empty: that one;
#   - else a limit that nobody states: the rate is lowered.
# Retry-After holds all calls of the model until then, in addition (not where there is no quota; where nobody states the
# limit, by rule 5 of cubic). Else it is for its own call.
#
# Rule 3: A call is booked with an estimate, and settled with what it drew: by the cost header, else by its usage, else
# by the estimate. What it gives no estimate for is estimated by what earlier calls of the model drew. A 429 drew one
# request (servers count it) and nothing else.
#
# Rule 4: While nothing is known of a model, a crowd starts slowly: a first 429 must not meet a thousand calls. Each
# accepted call makes room for one more, and so does time: bulk work begins with room for four, doubled each second
# that it waits. Interactive calls begin with six, which double three times as fast. It is over with a thousand calls.
#
# Rule 5: While all limits are far away, calls are counted and draw nothing, and one answer in a while is looked at: the
# farther they are, the less often. At most half of what is left is given away so; then what was counted is drawn, and
# each call draws for itself again.

_LONGEST_WINDOW: Final = 3600.0  # seconds: nobody waits for the next day, so such a limit is left to the server
_BULK_START: Final = (4, 1.0, SLOT_POLL)  # rule 4: calls in flight at first; seconds in which they double, and until
_INTERACTIVE_START: Final = (6, 0.3, 0.05)  # the first that waits asks again
_ENOUGH_CALLS: Final = 1000  # accepted calls, or calls that time has made room for, with which rule 4 ends
_MAX_DOUBLINGS: Final = 10.0  # keeps the power finite
_NO_QUOTA_SECONDS: Final = 60.0  # until a model without quota is tried again: plans change while a program runs
_WEIGHT: Final = 0.2  # of the newest call in an average: about the last five calls count
_SPARE_SHARE: Final = 0.5  # of what is left may be counted (rule 5)
_LEAST_SPARE: Final = 64  # calls: with fewer the limits are not far away
_LOOK_SECONDS: Final = 0.25  # between two answers that are looked at, at most,
_LOOK_CALLS: Final = 16  # and so many others,
_LOOK_SHARE: Final = 64  # or, where that is more, one in so many of those that may be counted
_RATIOS: Final = (0.05, 20.0)  # actual tokens per estimated one: what is outside is an error of the caller's
_NO_COSTS: Final[Mapping[str, float]] = {}


class Rejection(Struct, frozen=True, gc=False):
    """The call that got a 429: when it was granted, and how many of its model were then in flight."""

    granted_at: float
    in_flight: int


class ModelLimits:
    """The limits of one model (or route, where calls name no model) at the server."""

    __slots__ = (
        "_accepted",
        "_average_costs",
        "_counted",
        "_crowded_at",
        "_likely_costs",
        "_look_calls",
        "_spare",
        "_typical_tokens",
        "_unseen",
        "asking",
        "concurrency",
        "counting",
        "in_flight",
        "next_look",
        "quota_missing",
        "rate",
        "server",
        "token_ratio",
    )

    def __init__(self) -> None:
        self.in_flight: int = 0
        self.asking: int = 0  # calls that ask a shared store
        self.server: dict[tuple[str, str], ServerLimit] = {}  # by resource and window
        self.rate: AdaptiveRate = AdaptiveRate()
        self.concurrency: AdaptiveConcurrency = AdaptiveConcurrency()
        self.quota_missing: tuple[float, RateLimit] | None = None  # until then, by this limit of 0
        self.token_ratio: float = 1.0  # tokens drawn per token estimated
        self.counting: bool = False  # rule 5
        self.next_look: float = 0.0  # when an answer is looked at again
        self._spare = self._counted = 0  # calls that may still be counted, and that no answer has told of yet
        self._likely_costs: dict[str, float] = {}  # units that each of them draws
        self._unseen = 0  # answers since the last one that was looked at,
        self._look_calls = _LOOK_CALLS  # and how many there may be
        self._typical_tokens = math.inf  # estimated tokens of a call that counts as one
        self._average_costs: dict[str, float] = {}
        self._accepted = 0  # calls that the server took
        self._crowded_at = math.inf  # when a call of the present crowd first had to wait by rule 4

    @property
    def restricted(self) -> bool:
        """Return True if anything is known that can hold a call back."""
        return bool(self.server) or self.rate.active or self.concurrency.active or self.quota_missing is not None

    def costs(self, estimates: Mapping[str, float]) -> dict[str, float]:
        """Return the units of each resource that a call will draw (rule 3)."""
        costs = {**self._average_costs, **estimates}
        costs.setdefault("requests", 1.0)
        if "tokens" in estimates:
            costs["tokens"] *= self.token_ratio
        return costs

    @property
    def started(self) -> bool:
        """Return True if the slow start is over (rule 4)."""
        return self._accepted >= _ENOUGH_CALLS

    def take(self, now: float, estimates: Mapping[str, float]) -> bool:
        """Count a call that starts now; return False where it has to draw (rule 5)."""
        tokens = estimates.get("tokens", 0.0)
        calls = 1 if tokens <= self._typical_tokens else math.ceil(tokens / self._typical_tokens)
        if calls > self._spare:
            self.stop_counting(now)
            return False
        self._spare -= calls
        self._counted += calls
        self.in_flight += 1
        self.rate.draw(now)
        return True

    def looks_at_answer(self, now: float) -> bool:
        """Return whether to read the headers of an answer to a call that was counted: not those of each (rule 5)."""
        self._unseen += 1
        return not self.counting or self._unseen >= self._look_calls or now >= self.next_look

    def look(self, now: float, actual: Mapping[str, float]) -> None:
        """Count calls from now on if all limits are far away (rule 5), by an answer that drew `actual`."""
        self.next_look, self._unseen, self._counted = now + _LOOK_SECONDS, 0, self.in_flight
        costs = self._likely_costs = {**self._average_costs, "requests": 1.0}
        for resource, drawn in actual.items():
            costs[resource] = max(drawn, costs.get(resource, 0.0))
        restricted = self.rate.active or self.concurrency.active or self.quota_missing is not None
        calls = 0.0 if restricted else math.inf
        for (resource, _), limit in self.server.items():
            calls = min(calls, _SPARE_SHARE * limit.spare(now) / (costs.get(resource) or 1.0) - self.in_flight)
        if not _LEAST_SPARE <= calls < math.inf:
            if self.counting:
                self.stop_counting(now)
            return
        self.counting, self._spare = True, int(calls)
        self._look_calls = max(_LOOK_CALLS, self._spare // _LOOK_SHARE)
        limited = any(resource == "tokens" for resource, _ in self.server)
        self._typical_tokens = (costs.get("tokens") or 1.0) / self.token_ratio if limited else math.inf

    def stop_counting(self, now: float) -> None:
        """Draw what was counted and not seen yet; each call draws for itself from now on."""
        for (resource, _), limit in self.server.items():
            limit.draw_counted(now, self._counted * self._likely_costs.get(resource, 0.0))
        self.counting, self._spare, self._counted = False, 0, 0

    def ready_at(self, now: float, costs: Mapping[str, float], *, headroom: bool) -> float:
        """Return the earliest time, `now` or later, at which a call may start."""
        if self.quota_missing is not None:
            return now
        slots = self.concurrency.value(now) if self.concurrency.active else math.inf
        if slots < math.inf and self.in_flight >= max(1.0, usable_slots(slots, headroom=headroom)):
            return now + SLOT_POLL
        at = self.rate.ready_at(now) if self.rate.active else now
        for (resource, _), limit in self.server.items():
            cost = costs.get(resource)
            if cost:
                at = max(at, limit.ready_at(now, cost, HEADROOM if headroom else 0.0))
        return at

    def slow_start(self, now: float, *, bulk: bool) -> float:
        """Return the earliest time, `now` or later, at which one more call may be in flight (rule 4)."""
        if self.started or self.restricted:
            return now
        if self.in_flight < _BULK_START[0]:
            self._crowded_at = math.inf  # nobody waits: a crowd that comes later starts anew
        first, seconds, poll = _BULK_START if bulk else _INTERACTIVE_START
        room = first + self._accepted
        if self.in_flight < room:
            return now
        self._crowded_at = min(self._crowded_at, now)
        doublings = min((now - self._crowded_at) / seconds, _MAX_DOUBLINGS)
        grown = (room if bulk else first) * math.exp2(doublings)
        if grown >= _ENOUGH_CALLS:
            self._accepted = _ENOUGH_CALLS
        return now if self.in_flight < grown else now + poll

    def draw(self, now: float, costs: Mapping[str, float]) -> dict[tuple[str, str], Debit]:
        """Book a call that starts now."""
        self.in_flight += 1
        self.rate.draw(now)
        return {key: limit.draw(now, costs.get(key[0], 0.0)) for key, limit in self.server.items()}

    def give_back(self, granted_at: float, debits: Mapping[tuple[str, str], Debit]) -> None:
        """Undo the booking of a call that was never sent."""
        self.rate.give_back(granted_at)
        for key, debit in debits.items():
            self.server[key].give_back(debit)

    def settle(self, now: float, debits: Mapping[tuple[str, str], Debit], actual: Mapping[str, float] | None) -> None:
        """Replace the estimated cost of a call by the actual one; None means the call was rejected."""
        for key, debit in debits.items():
            self.server[key].settle(debit, None if actual is None else actual.get(key[0], 0.0), now)

    def interval(self, now: float, costs: Mapping[str, float]) -> float:
        """Return the seconds between calls of these costs at the server's limits."""
        interval = 1 / self.rate.rate(now)
        for (resource, _), limit in self.server.items():
            interval = max(interval, costs.get(resource, 0.0) / limit.rate)
        return interval

    def learn(
        self,
        now: float,
        status: RateLimitStatus,
        costs: Mapping[str, float],
        debits: Mapping[tuple[str, str], Debit],
    ) -> None:
        """Take over the limits that the headers of a response name. `settle` its debits first."""
        for limit in status.limits:
            seconds = limit.window_seconds
            if seconds is None or seconds > _LONGEST_WINDOW or not limit.limit or limit.remaining is None:
                continue
            key = (limit.resource, limit.window)
            known = self.server.get(key)
            cost = costs.get(limit.resource, 0.0)
            if known is None:
                known = self.server[key] = ServerLimit(limit.resource, seconds, limit.limit, now)
                known.start(now, cost, limit.remaining, self.in_flight * cost)
                continue
            known.resize(limit.limit)
            debit = debits.get(key)
            if debit is None:
                known.lower(now, limit.remaining)
            else:
                known.update(now, debit, cost, limit.remaining)

    def reject(
        self, now: float, call: Rejection, status: RateLimitStatus, retry_after: float | None, *, capacity: bool
    ) -> bool:
        """Blame a 429 on a limit (rule 2); return True if it is noise instead. `retry_after` is in seconds."""
        named = noise = lone = False
        if self.counting:
            self.stop_counting(now)
        for limit in status.limits:
            if limit.limit == 0:
                self.quota_missing = (now + _NO_QUOTA_SECONDS, limit)
                return False
            seconds = limit.window_seconds
            if seconds is None or seconds > _LONGEST_WINDOW or not limit.limit or limit.remaining != 0:
                continue
            key = (limit.resource, limit.window)
            known = self.server.get(key) or ServerLimit(limit.resource, seconds, limit.limit, now)
            self.server[key] = known
            known.reject(now, call.granted_at)
            named = True
        if capacity:
            self.concurrency.reject(now, call.granted_at, call.in_flight)
        elif not named and not (status is NO_STATUS and self._blame_emptiest(now, call)):
            noise = self.rate.reject(now, call.granted_at, call.in_flight)
            lone = noise or not self.rate.refused
        if retry_after is not None and not lone:
            self.rate.hold(now + retry_after)
        return noise

    def average(self, status: RateLimitStatus, tokens: float | None, estimate: float | None) -> dict[str, float]:
        """Return the units that an answered call drew of each resource, and remember them for later calls (rule 3).

        `tokens` is its usage, `estimate` the tokens that were estimated for it.
        """
        actual: dict[str, float] = {"requests": 1.0, **status.costs}
        if tokens is not None:
            actual.setdefault("tokens", tokens)
        for limit in status.limits:
            if limit.resource not in actual:
                actual[limit.resource] = estimate or 0.0 if limit.resource == "tokens" else 1.0
        known = self._average_costs
        for resource, drawn in actual.items():
            if resource != "requests":
                before = known.get(resource)
                known[resource] = drawn if before is None else before + _WEIGHT * (drawn - before)
        for resource in known:
            if resource not in actual:
                known[resource] *= 1 - _WEIGHT
        if estimate and (tokens is not None or "tokens" in status.costs):
            least, most = _RATIOS
            ratio = min(most, max(least, actual["tokens"] / estimate))
            self.token_ratio += _WEIGHT * (ratio - self.token_ratio)
        return actual

    def accept(self, now: float, granted_at: float) -> None:
        """Book that the server accepted a call that was granted at `granted_at`."""
        self.rate.accept(now, granted_at)
        self.concurrency.accept(now)
        self._accepted += 1

    def no_quota(self, now: float) -> RateLimit | None:
        """Return the limit of 0 that the server stated within the last minute."""
        if self.quota_missing is not None and now > self.quota_missing[0]:
            self.quota_missing = None
        return None if self.quota_missing is None else self.quota_missing[1]

    def _blame_emptiest(self, now: float, call: Rejection) -> bool:
        """Blame a 429 without a reason on the limit with the least left; return False if too much is left for that."""
        likely = min(self.server.values(), key=lambda limit: limit.level / limit.size, default=None)
        if likely is None or not likely.explains_rejection(now):
            return False
        likely.reject(now, call.granted_at)
        return True
