"""Refusals that have nothing to do with the rate: a share of all calls, however slowly they are sent. Sans-I/O.

A load balancer with one full backend, or a limit that somebody else exhausts for a moment, answers 429 at random.
Slowing down does not help there, and slowing down for each of them ends at no calls at all.
"""

from __future__ import annotations

import math
from typing import Final

# Rule 1: A limit refuses what is above it, so its refusals vanish when calls slow down. A share that is refused at a
# rate which the server has sustained before (`cubic`, rule 7) is noise. Two such refusals make it known.
#
# Rule 2: While noise is known, a refusal counts against a limit only when there are more of them than the noise
# explains: a sequential test (CUSUM, Page 1954) of the known share against a clearly larger one. While none is known,
# every refusal counts, so that a real limit is found with the first.
#
# Rule 3: Only calls at a sustained rate raise the known share: otherwise the refusals of a limit that is just exceeded
# would slowly become noise. All calls lower it. A share above a third is no noise, whatever causes it.
#
# Rule 4: What was counted loses two thirds of its weight in half a minute: a limit that comes later costs a few
# refusals.
#
# Rule 5: A limit that is exceeded by far refuses at least half of the latest calls: sixteen, beside those in flight.

_MEMORY: Final = 30.0  # seconds in which what was counted loses two thirds of its weight (rule 4)
_FORGOTTEN: Final = 0.05  # refusals, by their weight: below that noise is over
_KNOWN: Final = 1.5  # refusals at a sustained rate that make noise known: two, of which the first may have aged
_LARGEST: Final = 1 / 3  # share of refusals that can be noise
_LEAST: Final = 1e-3  # share with which the test is made at least
_LARGER: Final = 0.1  # by which, at least, the share is larger that the test looks for; else it is twice the known one
_LATEST: Final = 16  # calls, beside those in flight, that are the latest
_MOSTLY: Final = 0.5  # share of the latest calls that are refused when a limit is exceeded by far
_SURE: Final = 100.0  # odds that end the test, for a few calls; more of them need more, or chance would end it often
_USUAL_NOISE: Final = 0.1  # share of calls that noise may well reject
_WITNESSES: Final = 3  # calls, at least, that have to be accepted to overturn a rejection
_OVERTURNED: Final = 3.5  # log of the odds for that


class LatestCalls:
    """The calls that were granted of late, and how many of them were refused (rule 5)."""

    __slots__ = ("_accepted", "_calls", "_refused")

    def __init__(self) -> None:
        self._accepted = 0  # calls in all, when one was refused last
        self._calls = self._refused = 0.0  # of which older ones weigh less

    @property
    def mostly_refused(self) -> bool:
        """Return True if at least half of them were refused."""
        return self._refused >= _MOSTLY * self._calls

    def refuse(self, accepted: int, in_flight: int) -> None:
        """Count a refusal; `accepted` are all calls so far that were granted and not refused before."""
        most, since = _LATEST + in_flight, max(0, accepted - self._accepted)  # calls may have been given back
        kept = max(0.0, 1 - since / most)
        self._refused = self._refused * kept + 1
        self._calls = min(self._calls * kept + since, most)
        self._accepted = accepted - 1


class Noise:
    """The share of refusals that slowing down does not cure, and the test whether there are more."""

    __slots__ = ("_all", "_odds", "_refused", "_stamp", "_sustained", "_sustained_refused", "share")

    def __init__(self) -> None:
        self.share: float = 0.0  # of the calls; 0 while no noise is known
        self._refused = self._all = 0.0  # calls, of which older ones weigh less
        self._sustained_refused = self._sustained = 0.0  # those at a sustained rate
        self._odds = 0.0  # log of the odds for a larger share, since the last time that it was sure or out of question
        self._stamp = 0.0

    def accept(self, now: float, *, sustained: bool) -> None:
        """Count an accepted call; `sustained` says that the server has sustained its rate before."""
        self._count(now, 0.0, sustained=sustained)
        if self.share:
            larger = self._larger()
            self._odds = max(0.0, self._odds + math.log((1 - larger) / (1 - self.share)))

    def refuse(self, now: float, *, sustained: bool) -> bool:
        """Count a refused call; return True if noise explains it (rule 2)."""
        self._count(now, 1.0, sustained=sustained)
        if not self.share:
            return False
        self._odds += math.log(self._larger() / self.share)
        if self._odds < math.log(_SURE + 2 * self._all):
            return True
        self._odds = 0.0
        return False

    def witness(self, accepted: int) -> None:
        """Count a refusal, which is counted already, as one at a sustained rate: calls beside it were accepted."""
        self._sustained += 1 + accepted
        self._sustained_refused += 1.0
        self._update()

    def _larger(self) -> float:
        return self.share + max(_LARGER, self.share)

    def _count(self, now: float, refused: float, *, sustained: bool) -> None:
        kept = math.exp((self._stamp - now) / _MEMORY) if self._stamp else 0.0
        self._stamp = now
        self._all = self._all * kept + 1.0
        self._refused = self._refused * kept + refused
        self._sustained = self._sustained * kept + sustained
        self._sustained_refused = self._sustained_refused * kept + (refused if sustained else 0.0)
        self._update()

    def _update(self) -> None:
        if self._sustained_refused < _KNOWN and not self.share:
            return
        share = min((self._refused + 1) / self._all, (self._sustained_refused + 1) / max(1.0, self._sustained))
        self.share = max(share, _LEAST) if share <= _LARGEST and self._refused > _FORGOTTEN else 0.0


class Doubt:
    """A rejection that lowered the rate by far, until the calls sent after it are answered (rule 8 of cubic)."""

    __slots__ = ("accepted", "before", "ceiling", "granted_at", "odds")

    def __init__(self, granted_at: float, before: float, ceiling: float) -> None:
        self.granted_at = granted_at  # of the call that was rejected
        self.before = before  # calls per second
        self.ceiling = ceiling  # the limit, if there is one
        self.odds = 0.0  # log of the odds that there is none
        self.accepted = 0

    def accept(self) -> bool:
        """Count a call that went later, at the old rate, and was accepted; return True if there is no such limit."""
        self.accepted += 1
        self.odds += math.log(self.before / self.ceiling)
        return self.accepted >= _WITNESSES and self.odds >= _OVERTURNED

    def reject(self) -> None:
        """Count such a call that was rejected."""
        self.odds -= math.log(max(1.0, (1 - self.ceiling / self.before) / _USUAL_NOISE))
