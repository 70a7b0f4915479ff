"""Bulk work with lists, in processes of any kind: `ProcessPoolExecutor`, Celery, a queue of your own.

A list of texts or records becomes a list of records: `{"text": "a", "embedding": Vector(...), "error_type": None,
"error_message": None}`. A task is pickled without a key, and has one client in each process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from mistral_async.integrations._kinds import ChatTask, ClassifyTask, EmbedTask, MapTask, ModerateTask
from mistral_async.integrations._progress import sum_progress
from mistral_async.integrations._task import Task

__all__ = ["Chat", "Classify", "Embed", "Map", "Moderate", "Record", "sum_progress"]

Record: TypeAlias = dict[str, Any]

_ALONE: Final = "item"  # the name of an item in its record where no column is named


class Records(Task):
    """A task with lists of records or items."""

    def __call__(self, partition: Iterable[Any]) -> Any:
        """Return a list with a record for each item, in their order. Blocks.

        An item that is no record stands in one, under the name of the column.
        """
        items = list(partition)
        return self._records(items, self.perform(self._given(items)))

    async def run(self, partition: Iterable[Any]) -> list[Record]:
        """Return a list with a record for each item, in their order, from within an event loop."""
        items = list(partition)
        results: dict[int, Any] = {}
        async for some in self.perform_async(self._given(items)):
            results |= some
        return self._records(items, [results[place] for place in range(len(items))])

    def _given(self, items: Sequence[Any]) -> list[Any]:
        """Return the cells of the column; an item that is no record is one."""
        return [self._cell(item) if isinstance(item, Mapping) else item for item in items]

    def _cell(self, record: Any) -> Any:
        self.check_column(record)
        return record if self.column is None else record[self.column]

    def _records(self, items: Sequence[Any], results: Sequence[Any]) -> list[Record]:
        return [
            self._record(item) | dict(zip(self.columns, self.cells(result), strict=True))
            for item, result in zip(items, results, strict=True)
        ]

    def _record(self, item: Any) -> Record:
        return {**item} if isinstance(item, Mapping) else {self.column or _ALONE: item}


class Embed(Records, EmbedTask):
    """Embeddings of the texts of a list."""


class Chat(Records, ChatTask):
    """Answers to the prompts or conversations of a list."""


class Moderate(Records, ModerateTask):
    """Moderation of the texts or conversations of a list."""


class Classify(Records, ClassifyTask):
    """Classification of the texts or conversations of a list."""


class Map(Records, MapTask):
    """The answers to any request made of each item of a list."""
