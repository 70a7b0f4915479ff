"""A check of JSON Lines, of batches and of training data, line by line as their bytes pass.

https://docs.mistral.ai/capabilities/batch and https://docs.mistral.ai/capabilities/finetuning
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NoReturn, TypeAlias

import msgspec

from mistral_async._codec.json_types import JSONObject, is_array, is_object
from mistral_async.errors import MistralError

# Rule 1: What is checked is what the API refuses whole files for, or finds out hours later: each line is a JSON object,
#   there is no byte order mark, and there is a line at all. Blank lines are ignored.
# Rule 2: A line of a batch has a `body` that is an object (none if it has no `custom_id` either, as the API allows),
#   and a `custom_id` that is a string and was not used before.
# Rule 3: A line of training data with `messages` has a list of messages with roles; the API has more kinds of samples
#   than are documented, so any other object passes.
# Rule 4: The first bad line is a `JSONLError` with its number, however the bytes are cut.
# Rule 5: Memory is bounded but for the ids of a batch, of which a hash each is kept. Two ids of one hash would be taken
#   for the same id; at 64 bits that is less than one in ten million for a million lines.

_BLANK: Final = b" \t\r"
_MAX_LINE: Final = 64 * 1024 * 1024  # bytes; longer than any line that the API reads
_SHARDS: Final = 256  # no set becomes so large that growing or dropping it holds up other threads

Seen: TypeAlias = list[set[int]]


class JSONLError(MistralError, ValueError):
    """A file that is not the JSON Lines that its purpose needs: `line` (from 1) is the first that is wrong.

    It was not sent, or its sending was given up.
    """

    line: int = 0


class LineChecker:
    """The check of one file, whose pieces are fed to it. The methods raise `JSONLError`."""

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose
        self.lines = 0
        """Lines that were not blank."""
        self._number = 0
        self._rest: list[bytes] = []
        self._rest_size = 0
        self._fault = _FAULTS[purpose]
        self._seen: Seen = [set() for _ in range(_SHARDS)]

    def feed(self, piece: bytes) -> None:
        """Check the lines that end in this piece."""
        first, *others = piece.split(b"\n")
        self._rest.append(first)
        self._rest_size += len(first)
        if self._rest_size > _MAX_LINE:
            self._refuse(self._number + 1, "the line is far too long: is this JSON Lines?")
        if others:
            self._check(b"".join(self._rest))
            for line in others[:-1]:
                self._check(line)
            self._rest = [others[-1]]
            self._rest_size = len(others[-1])

    def close(self) -> None:
        """Check what follows the last line break."""
        self._check(b"".join(self._rest))
        self._rest.clear()
        for shard in self._seen:
            shard.clear()
        if not self.lines:
            self._refuse(self._number, "the file is empty")

    def _check(self, line: bytes) -> None:
        self._number += 1
        if not line.strip(_BLANK):
            return
        if self.lines == 0 and line.startswith(b"\xef\xbb\xbf"):
            self._refuse(self._number, "it begins with a byte order mark: save the file as UTF-8 without one")
        self.lines += 1
        try:
            row: object = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
            self._refuse(self._number, f"it is not JSON ({problem})")
        if not is_object(row):
            self._refuse(self._number, f"it is a {type(row).__name__}, not an object")
        if fault := self._fault(row, self._seen):
            self._refuse(self._number, fault)

    def _refuse(self, line: int, fault: str) -> NoReturn:
        error = JSONLError(f"line {line} can not be sent as {self.purpose!r}: {fault}")
        error.line = line
        raise error


def _batch_fault(row: JSONObject, seen: Seen) -> str | None:
    """Return what is wrong with one request of a batch (rule 2)."""
    if not is_object(row.get("body", {})) or ("custom_id" in row and "body" not in row):
        return "it has no 'body', the object that the endpoint would get"
    custom_id = row.get("custom_id")
    if custom_id is None:
        return None
    if not isinstance(custom_id, str):
        return f"its 'custom_id' is a {type(custom_id).__name__}, not a string"
    mark = hash(custom_id)
    shard = seen[mark % _SHARDS]
    if mark in shard:
        return f"its 'custom_id' {custom_id[:60]!r} was used before"
    shard.add(mark)
    return None


def _sample_fault(row: JSONObject, seen: Seen) -> str | None:  # noqa: ARG001 - one shape for all purposes
    """Return what is wrong with one sample of training data (rule 3)."""
    if "messages" not in row:
        return None  # the API has more kinds of samples than are documented
    messages = row["messages"]
    if not is_array(messages) or not messages:
        return "its 'messages' are not a list with messages"
    for place, message in enumerate(messages):
        if not is_object(message) or not isinstance(message.get("role"), str):
            return f"its messages[{place}] has no 'role'"
    return None


_FAULTS: Final[dict[str, Callable[[JSONObject, Seen], str | None]]] = {
    "batch": _batch_fault,
    "fine-tune": _sample_fault,
}
PURPOSES: Final = frozenset(_FAULTS)
