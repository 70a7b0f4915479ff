"""Equal items in flight: of those only the first is sent, the others wait for its result (Rule 9 of `_pipeline`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mistral_async.bulk._packer import Entry


class Duplicates:
    """The indexes of items equal to one in flight, by its digest."""

    def __init__(self) -> None:
        self._indexes: dict[bytes, list[int]] = {}

    def leaders(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return the entries that are to be sent; the others wait for an equal one."""
        leaders: list[Entry] = []
        for entry in entries:
            if (indexes := self._indexes.get(entry.digest)) is None:
                self._indexes[entry.digest] = []
                leaders.append(entry)
            else:
                indexes.append(entry.index)
        return leaders

    def pop(self, digest: bytes) -> Sequence[int]:
        """Remove an item, and return the indexes of those that waited for it."""
        return self._indexes.pop(digest, ())
