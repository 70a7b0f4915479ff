"""The record of a batch run: all that another process needs to go on with it, as a value.

A run is any number of calls, divided into parts, each of which is one job of the API (rules: `_batch_run`).
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from typing import Final
from uuid import uuid4

import msgspec

from mistral_async._codec.json_encode import encode
from mistral_async.bulk import CheckpointError

MOST_CALLS: Final = 100_000_000
MOST_PARTS: Final = 0xFFFF  # a reading keeps the number of a part in two bytes, in which the last one says `delivered`

_INLINE: Final = 10_000  # requests that the API takes inside the job's own body
_FORMAT: Final = 1
_YEAR_9000: Final = 221845392000.0  # seconds since 1970

RUN_KEY: Final = "mistral_async_run"
PART_KEY: Final = "mistral_async_part"


class BatchLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The most that goes into one job. The defaults are what the API takes, and less than that inline."""

    requests: int = 100_000
    size: int = 512_000_000
    """Bytes of JSON Lines."""
    inline_requests: int = 1_000
    """Up to so many requests are sent inside the job itself, without a file."""
    inline_size: int = 1_000_000
    """Their bytes."""

    def __post_init__(self) -> None:
        """Raise ValueError for limits that the API does not have."""
        if self.requests < 1 or self.size < 1 or self.inline_size < 0:
            raise ValueError("the limits of a job are positive numbers")
        if not 0 <= self.inline_requests <= _INLINE:
            raise ValueError(f"a job takes at most {_INLINE} requests inline, not {self.inline_requests}")


class Part(msgspec.Struct, kw_only=True):
    """The requests of one job."""

    number: int
    again: bool = False
    """Set where its requests were part of other jobs before, and failed there."""
    ranges: list[tuple[int, int]]
    """Its calls: from the first index to before the second, ascending."""
    size: int
    digest: str
    model: str | None = None
    """The model, where all requests ask the same."""
    inline: bool = False
    tried: bool = False
    """Set where the job may have been created: then it is looked for first (Rule 2)."""
    file: str | None = None
    job: str | None = None

    @property
    def count(self) -> int:
        """The number of its requests."""
        return sum(stop - start for start, stop in self.ranges)

    def indexes(self) -> Iterator[int]:
        """Yield the index of every call."""
        return (index for start, stop in self.ranges for index in range(start, stop))

    def check(self, number: int, start: int, total: int) -> None:
        """Raise ValueError unless it is the part of this number: of calls from `start` on, out of `total`."""
        if self.number != number:
            raise ValueError(f"part {number} has the number {self.number}")
        for first, end in self.ranges:
            if not (start <= first < end <= total and (self.again or first == start)):
                raise ValueError(f"part {number} can not have the calls from {first} to {end}")
            start = end
        for each in (self.job, self.file):
            if each in {"", ".", ".."}:
                raise ValueError(f"{each!r} is no id")

    def __contains__(self, index: int) -> bool:
        place = bisect.bisect_right(self.ranges, index, key=lambda each: each[0]) - 1
        return place >= 0 and index < self.ranges[place][1]


class RunRecord(msgspec.Struct, kw_only=True):
    """The calls of a run, and the jobs that they became."""

    version: int = _FORMAT
    id: str = msgspec.field(default_factory=lambda: uuid4().hex)
    created: float
    endpoint: str = ""
    limits: BatchLimits
    metadata: dict[str, str]
    timeout_hours: int | None = None
    total: int = 0
    named: bool = False
    """Set where calls have ids of the user's."""
    parts: list[Part] = msgspec.field(default_factory=list[Part])

    def file_name(self, part: Part) -> str:
        """Return the name under which a part is uploaded, which no other file has."""
        return f"{self.id}-{part.number}.jsonl"

    def job_metadata(self, part: Part) -> dict[str, str]:
        """Return the metadata that a part's job is found by."""
        return {**self.metadata, RUN_KEY: self.id, PART_KEY: str(part.number)}

    @classmethod
    def read(cls, text: str | bytes, where: str = "this") -> RunRecord:
        """Decode the JSON of `to_json`; `where` it was read is said in a `CheckpointError`."""
        try:
            record = msgspec.json.decode(text, type=cls)
            if record.version == _FORMAT:
                record.check()
        except (ValueError, RecursionError) as problem:  # msgspec's errors are ValueErrors
            raise CheckpointError(f"{where} is not the handle of a batch: {problem}") from None
        if record.version != _FORMAT:
            raise CheckpointError(f"{where} was written by another version of this package (format {record.version})")
        return record

    def check(self) -> None:
        """Raise ValueError for what no run writes: each call is in one part, and may be in later ones again."""
        if not abs(self.created) < _YEAR_9000:
            raise ValueError("it was created at no time")
        if not 0 <= self.total <= MOST_CALLS or len(self.parts) > MOST_PARTS:
            raise ValueError(f"it has {self.total} calls in {len(self.parts)} parts")
        end = 0
        for number, part in enumerate(self.parts):
            part.check(number, 0 if part.again else end, self.total)
            if not part.again and part.ranges:
                end = part.ranges[-1][1]
        if end != self.total:
            raise ValueError(f"its parts have {end} calls, not {self.total}")

    def to_json(self) -> bytes:
        """Encode the record."""
        return encode(self)


def custom_id(index: int, name: str | None) -> str:
    """Return the custom_id of a call: `index` or `index:name`, so that no table of ids is needed."""
    return str(index) if name is None else f"{index}:{name}"


def parse_custom_id(given: str, total: int) -> tuple[int, str | None] | None:
    """Return the index and the user's id; None if the custom_id is not one of this run."""
    number, colon, name = given.partition(":")
    if not (number.isascii() and number.isdecimal()) or int(number) >= total:
        return None
    return int(number), name if colon else None
