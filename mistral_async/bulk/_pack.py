"""Which texts go into one request: by an estimate of their tokens that learns from usage and from refusals. Sans-I/O.

A request has at most `max_tokens` tokens and `max_inputs` inputs. A refused one is split; its parts say what it was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from mistral_async.errors import (
    APIStatusError,
    BadRequestError,
    InvalidModelError,
    RequestTooLargeError,
    TooManyInputsError,
    UnprocessableEntityError,
)

_WEIGHT: Final = 0.2  # of the newest request in the averages
_TELLING: Final = 2_000  # tokens of a request that tells as much as any
_MARGIN: Final = 3.0  # mean deviations kept free
_FIRST_DEVIATION: Final = 0.1
_FRUITLESS: Final = 12  # refused requests after which, without any success, nothing is split any more
_CULPRIT: Final = re.compile(r"input(?: id)? (\d+) has ", re.IGNORECASE)


class Entry(msgspec.Struct):
    """One item on its way."""

    index: int
    item: Any
    size: int = 0
    """Tokens, estimated."""
    digest: bytes = b""


class Pack(msgspec.Struct):
    """The items of one request."""

    entries: list[Entry]
    size: int = 0
    kind: str = ""
    trial: Trial | None = None


class Trial(msgspec.Struct):
    """A refused request, until all its parts have an answer: then it is known how large it was."""

    items: int
    unanswered: int
    reason: str
    """What the refusal spoke of: "tokens", "inputs", or nothing known."""
    parent: Trial | None
    """The refused request that this one is a part of."""
    tokens: int = 0
    spoiled: bool = False
    """A part failed, or did not say its usage."""


class Packing:
    """The limits of one request, as far as they are known, and the request being filled."""

    def __init__(self, *, max_tokens: int, max_inputs: int) -> None:
        self.max_tokens = max_tokens
        self.max_inputs = max_inputs
        self.open: dict[str, Pack] = {}
        self.succeeded = False
        self._fruitless = 0
        self._ratio = 1.0  # tokens per estimated token
        self._deviation = _FIRST_DEVIATION
        self._learned = 0.0
        self._best = 1
        self.budget = 0.0
        """Estimated tokens of one request."""
        self._reckon()

    def add(self, entry: Entry, kind: str = "") -> Sequence[Pack]:
        """Put an item into the open request of its kind; the requests that are full by now."""
        full: tuple[Pack, ...] = ()
        pack = self.open.get(kind)
        if pack is not None and (pack.size + entry.size > self.budget or len(pack.entries) >= self.max_inputs):
            full, pack = (pack,), None
        if pack is None:
            pack = self.open[kind] = Pack([entry], entry.size, kind)
        else:
            pack.entries.append(entry)
            pack.size += entry.size
        if len(pack.entries) >= self.max_inputs:
            del self.open[kind]
            full = (*full, pack)
        return full

    def flush(self) -> list[Pack]:
        """Close the open requests."""
        packs = list(self.open.values())
        self.open.clear()
        return packs

    def fits(self, pack: Pack) -> bool:
        """Whether a request is within what is known by now."""
        count = len(pack.entries)
        return count <= 1 or (count <= self.max_inputs and pack.size * self._ratio <= self.max_tokens)

    def observe(self, pack: Pack, tokens: int | None) -> None:
        """Learn from a request that succeeded."""
        self.succeeded = True
        if tokens:
            self._best = max(self._best, tokens)
            self._learn(tokens / max(1, pack.size), pack.size)
        trial = pack.trial
        while trial is not None:
            trial.unanswered -= len(pack.entries)
            trial.tokens += tokens or 0
            trial.spoiled |= not tokens
            if trial.unanswered == 0 and not trial.spoiled:
                self._conclude(trial)
            trial = trial.parent

    def divide(self, pack: Pack, error: Exception) -> list[Pack]:
        """Split a refused request, where parts of it may succeed; nothing if it failed for good."""
        parts = self._parts(pack, error)
        trial = None if parts else pack.trial
        while trial is not None:
            trial.spoiled, trial = True, trial.parent
        return parts

    def halve(self, pack: Pack) -> list[Pack]:
        """Split a request in two."""
        middle = len(pack.entries) // 2
        return [_part(pack, pack.entries[:middle]), _part(pack, pack.entries[middle:])]

    # what refusals say

    def _parts(self, pack: Pack, error: Exception) -> list[Pack]:
        alone = len(pack.entries) == 1
        match error:
            case TooManyInputsError():
                culprit = _culprit(error.message, len(pack.entries))
                if culprit is None:
                    self._refused(pack, error.message)
                if alone:
                    return []
                return self.halve(pack) if culprit is None else _isolate(pack, culprit)
            case RequestTooLargeError():
                return [] if alone else self.halve(pack)
            case InvalidModelError():
                return []
            case BadRequestError() | UnprocessableEntityError():
                return [] if alone or not self._may_be_an_item(error) else self.halve(pack)
            case _:
                return []

    def _may_be_an_item(self, error: APIStatusError) -> bool:  # noqa: ARG002 - no body says it reliably
        """Whether one item may be at fault: where everything fails it is the request itself."""
        if not self.succeeded:
            self._fruitless += 1
        return self.succeeded or self._fruitless <= _FRUITLESS

    def _refused(self, pack: Pack, message: str) -> None:
        """Learn from code 3210, at once as far as the message says, for good when the parts are answered."""
        reason = _reason(message)
        count = len(pack.entries)
        if count == 1:
            return
        if reason == "inputs":
            self.max_inputs = min(self.max_inputs, max(1, count // 2))
            return
        if pack.trial is None:  # its parts say nothing new of the estimate
            self._ratio = max(self._ratio, min(2 * self._ratio, 1.05 * self.max_tokens / max(1, pack.size)))
            self._reckon()
        pack.trial = Trial(count, count, reason, pack.trial)

    def _conclude(self, trial: Trial) -> None:
        """Lower a limit if the refused request was within it; else the estimate was wrong, and usage corrected it."""
        if trial.tokens > self.max_tokens:
            return
        self.max_tokens = min(self.max_tokens, max(self._best, int(0.95 * trial.tokens)))
        if trial.reason != "tokens":
            self.max_inputs = min(self.max_inputs, max(1, trial.items // 2))
        self._reckon()

    def _learn(self, ratio: float, size: int) -> None:
        weight = _WEIGHT * min(1.0, size / _TELLING)
        if self._learned:
            self._deviation += weight * (abs(ratio - self._ratio) - self._deviation)
        self._learned += weight
        self._ratio += max(weight, weight / self._learned) * (ratio - self._ratio)  # the first requests count most
        self._reckon()

    def _reckon(self) -> None:
        self.budget = self.max_tokens / (self._ratio + _MARGIN * self._deviation)


def _part(pack: Pack, entries: list[Entry]) -> Pack:
    return Pack(entries, sum(entry.size for entry in entries), pack.kind, pack.trial)


def _isolate(pack: Pack, culprit: int) -> list[Pack]:
    """The one input that the refusal names, and all others together."""
    entries = pack.entries
    return [_part(pack, entries[:culprit] + entries[culprit + 1 :]), _part(pack, [entries[culprit]])]


def _culprit(message: str, count: int) -> int | None:
    """The input that is too long by itself, if the message names one."""
    found = _CULPRIT.search(message)
    if found is None or "overall" in message:
        return None
    index = int(found[1])
    return index if index < count else None


def _reason(message: str) -> str:
    lower = message.lower()
    if "token" in lower:
        return "tokens"
    return "inputs" if "input" in lower or "batch" in lower else ""


def weigh(text: str) -> int:
    """Estimate the tokens of a text: 0.3 a character, 0.35 more for each further byte of it, and 2 for the text."""
    chars = len(text)
    if text.isascii():
        return 2 + 3 * chars // 10
    return 2 + (6 * chars + 7 * (len(text.encode("utf-8", "surrogatepass")) - chars)) // 20


def shares(total: int, sizes: Sequence[int]) -> list[int]:
    """Share out a whole number in proportion to `sizes`; the shares add up to it."""
    whole = sum(sizes) or 1
    found: list[int] = []
    seen = given = 0
    for size in sizes:
        seen += size
        upto = total * seen // whole
        found.append(upto - given)
        given = upto
    return found
