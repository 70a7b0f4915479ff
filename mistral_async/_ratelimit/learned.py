"""The limits of one model as processes share them: what calls draw in the store, and what processes tell each other."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from mistral_async._codec.rate_limit_headers import RateLimit
from mistral_async._ratelimit.curve import RateState
from mistral_async._ratelimit.model_limits import ModelLimits
from mistral_async._ratelimit.server_limit import PACE, LimitState, ServerLimit
from mistral_async._ratelimit.stated_limits import SLOT_POLL
from mistral_async._ratelimit.store import Demand, Learned, Report, new_bucket, update_bucket
from mistral_async._ratelimit.token_bucket import TokenBucket

# Rule 1: Each process judges by its own calls, with the same machinery as without a store. Of what it finds it tells:
# limits of headers, the rate that refusals show, how long a Retry-After holds all calls, and a model without quota.
# Noise and calls in flight are its own affair.
#
# Rule 2: A change is told with the next question, and what others told is taken over with the reply. A change that was
# judged by something older is dropped (rule 4 of store), and made again if it still holds.
#
# Rule 3: What was learned is a demand like a stated one, so that the store paces all processes together, in order of
# arrival; four calls of a process ask at once, so that a crowd in one does not take all. A process that joins is told
# with its first question, and has its share from its first call on.
#
# Rule 4: While nobody has learned anything, and nothing is stated, all processes together start slowly: four calls, and
# then per second twenty and as many as were accepted so far, until a thousand were accepted.
#
# Rule 5: While the store is out, a process keeps the part of each limit that was its own of late, as others do, and
# tries no higher rate: all of them would at once. When the store is back its state holds; if it has lost it, the
# processes give it theirs.

_ASKING: Final = 4  # calls of a process that ask at once: enough to hide the store's latency
_START_CALLS: Final = 4.0  # rule 4
_START_RATE: Final = 20.0  # calls per second
_ENOUGH_CALLS: Final = 1000  # accepted calls with which the slow start is over
_GROWTH: Final = 1.1  # the size of a bucket is told when it has grown by this factor
_SHARE_SECONDS: Final = 5.0  # between two readings of the counts that show the share; the last three are kept
_UNKNOWN: Final = -1  # no epoch


class LearnedState(msgspec.Struct, array_like=True):
    """The limits of a model as processes tell each other of them, in JSON: a format that other versions may read.

    Attributes:
        rate: The rate that refusals show.
        rejections: When the last calls were refused, and how many of all processes were accepted until then.
        quota: The limit of 0, and until when it is believed; None if there is a quota.
        limits: Of headers: resource, name of the window, its seconds, and what is known of the limit.
    """

    rate: RateState = RateState()
    rejections: list[tuple[float, int]] = []
    quota: tuple[float, RateLimit] | None = None
    limits: list[tuple[str, str, float, LimitState]] = []

    def moved(self, seconds: float, calls: float) -> LearnedState:
        """Return the state by a clock that is `seconds`, and by a count that is `calls`, ahead."""
        return LearnedState(
            self.rate.moved(seconds),
            [(at + seconds, int(accepted + calls)) for at, accepted in self.rejections],
            None if self.quota is None else (self.quota[0] + seconds, self.quota[1]),
            [(resource, window, length, each.moved(seconds)) for resource, window, length, each in self.limits],
        )


class Question(NamedTuple):
    """A call's question to the store."""

    number: int
    demands: list[Demand]
    report: Report
    state: LearnedState  # what is told, in times and counts of this process


class SharedModelLimits(ModelLimits):
    """The limits of one model at the server, of which other processes know. Callers hold the limiter's lock."""

    __slots__ = (
        "_accepted_by_all",
        "_alone_since",
        "_answered",
        "_asked",
        "_base",
        "_buckets",
        "_drawn",
        "_epoch",
        "_known",
        "_name",
        "_offset",
        "_part",
        "_readings",
        "_told",
        "_whole",
        "lost",
    )

    def __init__(self, name: str) -> None:
        super().__init__()
        self.lost: int = 0  # calls that the store booked and that were not accepted, to be told
        self._name = name
        self._epoch = _UNKNOWN
        self._told = LearnedState()  # as of that epoch, in the store's times and counts
        self._known = LearnedState()  # the same, in those of this process
        self._offset = 0.0  # seconds by which the store's clock is ahead
        self._base = math.nan  # calls by which the store's count is ahead; NaN before the first reply
        self._drawn = self._accepted_by_all = 0.0  # calls, as the store counts them
        self._asked = self._answered = 0  # the numbers of the newest question, and of the newest that was answered
        self._readings: deque[tuple[float, int, int]] = deque(maxlen=3)  # time, accepted by all, by this process
        self._alone_since: float | None = None  # when the store went out (rule 5)
        self._part = 1.0  # of what is known that this process has then,
        self._whole = RateState()  # the rate before it,
        self._buckets: dict[str, TokenBucket] = {}  # and what is drawn meanwhile

    @property
    def share(self) -> float:
        """Return the share of this process in the calls of all processes, of late; a half while nothing is known."""
        if not self._readings:
            return 0.5
        _, everybody, own = self._readings[0]
        return min(1.0, max(1, self.rate.accepted - own + 1) / max(1, self.rate.total - everybody + 2))

    @property
    def has_news(self) -> bool:
        """Return True if other processes should be told of something."""
        return self._epoch != _UNKNOWN and self._differs(self._state())

    def ready_at(self, now: float, costs: Mapping[str, float], *, headroom: bool) -> float:
        """Return the earliest time, `now` or later, at which a call may ask the store (rule 3)."""
        if self.asking >= _ASKING:
            return now + SLOT_POLL
        return super().ready_at(now, costs, headroom=headroom)

    def question(self, now: float, costs: Mapping[str, float], stated: Iterable[Demand], *, bulk: bool) -> Question:
        """Return what a call asks the store, with what is to be told (rule 2)."""
        self._asked += 1
        state = self._state()
        news: bytes | None = None
        if self._epoch != _UNKNOWN and self._differs(state):
            news = msgspec.json.encode(state.moved(self._offset, self._base))
        lost, self.lost = self.lost, 0
        demands = list(stated)
        demands += self._demands(now, costs, is_stated=bool(demands))
        return Question(self._asked, demands, Report(self._name, self._epoch, news, lost, bulk), state)

    def take_reply(self, now: float, question: Question, learned: Learned) -> None:
        """Take over what the store says is known (rule 2); raises `ValueError` if that can not be read."""
        if question.number < self._answered:
            return  # a later question was answered already
        self._answered = question.number
        self._offset = learned.stamp - now
        self._count(now, learned)
        if learned.epoch == self._epoch:
            return
        told = _decoded(learned.state)
        if question.report.state and learned.state == question.report.state:
            known = question.state
        elif learned.state:
            known = self._adopt(now, told)
        else:  # nobody has told anything yet, or the store has lost it
            known = LearnedState()
        if self._alone_since is not None:
            self._come_back(now, told)
        self._epoch, self._told, self._known, self._alone_since = learned.epoch, told, known, None

    def book_alone(self, now: float, costs: Mapping[str, float]) -> float:
        """Book a call in this process's part of what is known, or return the seconds until it can (rule 5)."""
        if self._alone_since is None:
            self._alone_since, self._epoch, self._part, self._whole = now, _UNKNOWN, self.share, self.rate.state
            self._buckets = {}
            self.rate.adopt(now, self._whole.part(self._part), ())
        demands = [each.part(self._part) for each in self._limit_demands(costs)]
        if self._whole.ceiling:
            demands.append(self._rate_demand(self._whole.ceiling, 1.0).part(self._part))
        buckets = [update_bucket(self._buckets.get(each.key) or new_bucket(each), each, now) for each in demands]
        at = now
        for bucket, demand in zip(buckets, demands, strict=True):
            self._buckets[demand.key] = bucket
            at = max(at, bucket.ready_at(now, demand.cost))
        if at > now:
            return at - now
        for bucket, demand in zip(buckets, demands, strict=True):
            bucket.draw(now, demand.cost)
        return 0.0

    def _demands(self, now: float, costs: Mapping[str, float], *, is_stated: bool) -> Iterator[Demand]:
        """Yield what a call draws from what was learned (rules 3 and 4)."""
        yield from self._limit_demands(costs)
        starting = not (is_stated or self.restricted) and self._accepted_by_all < _ENOUGH_CALLS
        self.rate.allowed = _START_RATE + self._accepted_by_all if starting else math.inf
        rate = min(self.rate.rate(now), self.rate.allowed)
        if rate < math.inf:
            yield self._rate_demand(rate, _START_CALLS if starting else 1.0)

    def _rate_demand(self, rate: float, burst: float) -> Demand:
        return Demand(f"{self._name}:learned:requests:60", 1.0, 60 * rate, 60.0, rate, burst, exact=False)

    def _limit_demands(self, costs: Mapping[str, float]) -> Iterator[Demand]:
        for (resource, window), limit in self.server.items():
            cost = costs.get(resource, 0.0)
            if cost:
                key, size = f"{self._name}:learned-{window}:{resource}:{limit.window:g}", max(1.0, limit.size - 1.0)
                yield Demand(key, cost, limit.limit, limit.window, limit.rate * PACE, size, exact=False)

    def _state(self) -> LearnedState:
        limits = [(*key, each.window, each.state) for key, each in self.server.items()]
        return LearnedState(self.rate.state, self.rate.rejections, self.quota_missing, limits)

    def _differs(self, state: LearnedState) -> bool:
        """Return whether a state of this process has something that others should know."""
        known = self._known
        if state.rate.limit != known.rate.limit or state.rate.held_until > known.rate.held_until:
            return True
        if state.quota is not None and (known.quota is None or state.quota[0] > known.quota[0]):
            return True
        limits = {(resource, window): limit for resource, window, _, limit in known.limits}
        for resource, window, _, limit in state.limits:
            before = limits.get((resource, window))
            if before is None or limit.limit != before.limit or limit.size > _GROWTH * before.size:
                return True
            if limit.rejected_at > before.rejected_at:
                return True
        return False

    def _adopt(self, now: float, told: LearnedState) -> LearnedState:
        """Take over what others told; return it in times and counts of this process."""
        known = told.moved(-self._offset, -self._base)
        if told.rate == self._told.rate and self._alone_since is None:  # its own change still holds
            known.rate = self._known.rate
        else:
            self.rate.adopt(now, known.rate, known.rejections)
        if known.quota is not None and known.quota[0] > now:
            self.quota_missing: tuple[float, RateLimit] | None = known.quota
        for resource, window, seconds, state in known.limits:
            limit = self.server.get((resource, window))
            if limit is None:
                limit = self.server[resource, window] = ServerLimit(resource, seconds, state.limit, now)
                limit.start(now, 0.0, state.size, 0.0)
            limit.adopt(now, state)
        return known

    def _come_back(self, now: float, told: LearnedState) -> None:
        """Restore the rate of all processes as it was when the store went out, if nobody told of another since."""
        if told.rate not in {self._told.rate, RateState()}:
            return
        whole = self._whole
        if whole.ceiling:
            whole = msgspec.structs.replace(whole, since=whole.since + now - (self._alone_since or now))
        else:  # what this process has found alone
            whole = self.rate.state.part(1 / self._part)
        self.rate.adopt(now, whole, ())

    def _count(self, now: float, learned: Learned) -> None:
        """Count the accepted calls of all processes."""
        self._accepted_by_all = max(0.0, learned.drawn - learned.lost - self.lost)
        if math.isnan(self._base):
            self._base = self._accepted_by_all - self.rate.accepted
        elif learned.drawn < self._drawn or self._alone_since is not None:  # the store has not counted all
            self._base = self._accepted_by_all - self.rate.total
        self._drawn = learned.drawn
        self.rate.count_elsewhere(int(self._accepted_by_all - self._base))
        if not self._readings or now - self._readings[-1][0] >= _SHARE_SECONDS:
            self._readings.append((now, self.rate.total, self.rate.accepted))


def _decoded(state: bytes) -> LearnedState:
    try:
        return msgspec.json.decode(state, type=LearnedState) if state else LearnedState()
    except msgspec.DecodeError as error:
        raise ValueError(f"the store holds something else than what processes learned: {error}") from None
