"""Packing: which items go into one request, by an estimate of tokens that learns from usage and refusals. Sans-I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from mistral_async.errors import (
    APIStatusError,
    BadRequestError,
    InvalidModelError,
    RequestTooLargeError,
    TooManyInputsError,
    UnprocessableEntityError,
)

# Rule 1: A request has at most `max_tokens` tokens and `max_inputs` inputs. Tokens are estimated, and corrected by
# the ratio of the usage to the estimate (a moving average; three mean deviations are kept free).
# Rule 2: Items of one kind share a request. It is full when the next item has no room in it.
# Rule 3: A refused request is divided where its parts may succeed: in two, or into the item that the refusal names
# and all others. Until something has succeeded, at most 12 are: where everything fails it is the request itself.
# Rule 4: A limit on inputs is lowered at once when a refusal names it. Otherwise the parts decide: when all of them
# have an answer, their usage says how large the refused request was, and the limit of tokens is lowered, or it was
# only the estimate that was wrong.
# Rule 5: A request that was made before a limit was known is divided before it is sent.
# Rule 6: What is known of requests is kept by the client: the next work with the same model begins with it.

_WEIGHT: Final = 0.2  # of the newest request in the averages
_FULL_WEIGHT: Final = 2_000  # tokens of a request that tells as much as any
_MARGIN: Final = 3.0  # mean deviations kept free
_FIRST_DEVIATION: Final = 0.1
_MAX_FRUITLESS: Final = 12  # refused requests after which, without any success, nothing is split any more
_NAMED_INPUT: Final = re.compile(r"input(?: id)? (\d+) has ", re.IGNORECASE)


class Entry(msgspec.Struct):
    """One item on its way."""

    index: int
    item: object
    size: int = 0
    """Tokens, estimated."""
    digest: bytes = b""


class Pack(msgspec.Struct):
    """The items of one request."""

    entries: list[Entry]
    size: int = 0
    kind: str = ""
    split: SplitRequest | None = None


class SplitRequest(msgspec.Struct):
    """A refused request, until all its parts have an answer (Rule 4)."""

    items: int
    unanswered: int
    reason: str
    """The limit that the refusal speaks of: "tokens", "inputs", or "" where it is not known."""
    parent: SplitRequest | None
    """The refused request that this one is a part of."""
    tokens: int = 0
    inconclusive: bool = False
    """True when a part failed, or did not say its usage."""


class Known(msgspec.Struct):
    """The limits of one request, as far as they are known (Rule 6)."""

    max_tokens: int
    max_inputs: int
    ratio: float = 1.0
    """Tokens per estimated token."""
    deviation: float = _FIRST_DEVIATION
    learned: float = 0.0
    """The weight of the requests that have succeeded."""
    best: int = 1
    """The most tokens of a request that has succeeded."""


class Packer:
    """A packer of items: the limits of one request, as far as they are known, and the requests being filled."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.open: dict[str, Pack] = {}
        self.succeeded = False
        self._fruitless = 0
        self.budget = 0.0
        """Estimated tokens of one request."""
        self._update_budget()

    def add(self, entry: Entry, kind: str = "") -> Sequence[Pack]:
        """Put an item into the open request of its kind, and return the requests that are full now."""
        full: tuple[Pack, ...] = ()
        pack = self.open.get(kind)
        if pack is not None and (pack.size + entry.size > self.budget or len(pack.entries) >= self.known.max_inputs):
            full, pack = (pack,), None
        if pack is None:
            pack = self.open[kind] = Pack([entry], entry.size, kind)
        else:
            pack.entries.append(entry)
            pack.size += entry.size
        if len(pack.entries) >= self.known.max_inputs:
            del self.open[kind]
            full = (*full, pack)
        return full

    def flush(self) -> list[Pack]:
        """Return the open requests, full or not."""
        packs = list(self.open.values())
        self.open.clear()
        return packs

    def fits(self, pack: Pack) -> bool:
        """Return whether a request is within the limits known by now (Rule 5)."""
        count = len(pack.entries)
        return count <= 1 or (count <= self.known.max_inputs and pack.size * self.known.ratio <= self.known.max_tokens)

    def observe(self, pack: Pack, tokens: int | None) -> None:
        """Learn from a request that succeeded, and its usage in tokens."""
        self.succeeded = True
        if tokens:
            self.known.best = max(self.known.best, tokens)
            self._learn(tokens / max(1, pack.size), pack.size)
        split = pack.split
        while split is not None:
            split.unanswered -= len(pack.entries)
            split.tokens += tokens or 0
            split.inconclusive |= not tokens
            if split.unanswered == 0 and not split.inconclusive:
                self._settle(split)
            split = split.parent

    def divide(self, pack: Pack, error: Exception) -> list[Pack]:
        """Divide a refused request, where parts of it may succeed; return nothing if it failed for good (Rule 3)."""
        parts = self._parts(pack, error)
        split = None if parts else pack.split
        while split is not None:
            split.inconclusive, split = True, split.parent
        return parts

    def halve(self, pack: Pack) -> list[Pack]:
        """Divide a request in two."""
        middle = len(pack.entries) // 2
        return [_part(pack, pack.entries[:middle]), _part(pack, pack.entries[middle:])]

    # what refusals say

    def _parts(self, pack: Pack, error: Exception) -> list[Pack]:
        alone = len(pack.entries) == 1
        match error:
            case TooManyInputsError():
                named_input = _named_input(error.message, len(pack.entries))
                if named_input is None:
                    self._refused(pack, error.message)
                if alone:
                    return []
                return self.halve(pack) if named_input is None else _isolate(pack, named_input)
            case RequestTooLargeError():
                return [] if alone else self.halve(pack)
            case InvalidModelError():
                return []
            case BadRequestError() | UnprocessableEntityError():
                return [] if alone or not self._may_be_an_item(error) else self.halve(pack)
            case _:
                return []

    def _may_be_an_item(self, error: APIStatusError) -> bool:  # noqa: ARG002 - no body says it reliably
        """Return whether one item may be at fault: where everything fails it is the request itself."""
        if not self.succeeded:
            self._fruitless += 1
        return self.succeeded or self._fruitless <= _MAX_FRUITLESS

    def _refused(self, pack: Pack, message: str) -> None:
        """Learn from code 3210 (Rule 4)."""
        reason = _reason(message)
        count = len(pack.entries)
        if count == 1:
            return
        if reason == "inputs":
            self.known.max_inputs = min(self.known.max_inputs, max(1, count // 2))
            return
        if pack.split is None:  # its parts say nothing new of the estimate
            known = self.known
            known.ratio = max(known.ratio, min(2 * known.ratio, 1.05 * known.max_tokens / max(1, pack.size)))
            self._update_budget()
        pack.split = SplitRequest(count, count, reason, pack.split)

    def _settle(self, split: SplitRequest) -> None:
        """Lower a limit if the refused request was within it; else usage has corrected the estimate already."""
        if split.tokens > self.known.max_tokens:
            return
        known = self.known
        known.max_tokens = min(known.max_tokens, max(known.best, int(0.95 * split.tokens)))
        if split.reason != "tokens":
            known.max_inputs = min(known.max_inputs, max(1, split.items // 2))
        self._update_budget()

    def _learn(self, ratio: float, size: int) -> None:
        known, weight = self.known, _WEIGHT * min(1.0, size / _FULL_WEIGHT)
        if known.learned:
            known.deviation += weight * (abs(ratio - known.ratio) - known.deviation)
        known.learned += weight
        known.ratio += max(weight, weight / known.learned) * (ratio - known.ratio)  # the first requests count most
        self._update_budget()

    def _update_budget(self) -> None:
        self.budget = self.known.max_tokens / (self.known.ratio + _MARGIN * self.known.deviation)


def _part(pack: Pack, entries: list[Entry]) -> Pack:
    return Pack(entries, sum(entry.size for entry in entries), pack.kind, pack.split)


def _isolate(pack: Pack, named_input: int) -> list[Pack]:
    """Divide into the one input that the refusal names, and all others together."""
    entries = pack.entries
    return [_part(pack, entries[:named_input] + entries[named_input + 1 :]), _part(pack, [entries[named_input]])]


def _named_input(message: str, count: int) -> int | None:
    """Return the input that is too long by itself, if the message names one."""
    found = _NAMED_INPUT.search(message)
    if found is None or "overall" in message:
        return None
    index = int(found[1])
    return index if index < count else None


def _reason(message: str) -> str:
    lower = message.lower()
    if "token" in lower:
        return "tokens"
    return "inputs" if "input" in lower or "batch" in lower else ""


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of a text: 0.3 a character, 0.35 more for each further byte of it, and 2 for the text."""
    chars = len(text)
    if text.isascii():
        return 2 + 3 * chars // 10
    return 2 + (6 * chars + 7 * (len(text.encode("utf-8", "surrogatepass")) - chars)) // 20


def divide_in_proportion(total: int, sizes: Sequence[int]) -> list[int]:
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
