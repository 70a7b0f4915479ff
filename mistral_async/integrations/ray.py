"""Bulk work with Ray: `ds.map_batches(Embed, fn_constructor_kwargs={"column": "text"}, concurrency=4, num_cpus=0)`.

`Embed` and its like work on a batch in any of Ray's formats. `AsyncEmbed` and its like are for actors with an event
loop: they yield the rows of a batch as they finish, and Ray has several batches under way in each of them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, cast

from mistral_async.integrations._frames import (
    items_of_arrow,
    items_of_numpy,
    items_of_pandas,
    with_arrow,
    with_numpy,
    with_pandas,
)
from mistral_async.integrations._kinds import ChatTask, ClassifyTask, EmbedTask, MapTask, ModerateTask
from mistral_async.integrations._progress import sum_progress
from mistral_async.integrations._task import Task

__all__ = [
    "AsyncChat",
    "AsyncClassify",
    "AsyncEmbed",
    "AsyncMap",
    "AsyncModerate",
    "Chat",
    "Classify",
    "Embed",
    "Map",
    "Moderate",
    "sum_progress",
]


class Batches(Task):
    """A task with batches: a dict of arrays (Ray's default), a pandas DataFrame or a `pyarrow.Table`."""

    where_keys_go = "ray.init(runtime_env={'env_vars': {'MISTRAL_API_KEY': ...}})"

    def __call__(self, batch: Any) -> Any:
        """Return the batch with the columns of the results, in its format. Blocks."""
        return self.filled(batch, self.perform(self.items_of(batch)))

    def items_of(self, batch: Any) -> list[Any]:
        """Return the items of a batch."""
        if isinstance(batch, Mapping):
            return items_of_numpy(self, cast("Mapping[str, Any]", batch))
        return items_of_arrow(self, batch) if hasattr(batch, "schema") else items_of_pandas(self, batch)

    def filled(self, batch: Any, results: Sequence[Any]) -> Any:
        """Return a batch with the columns of the results."""
        if isinstance(batch, Mapping):
            return with_numpy(self, cast("Mapping[str, Any]", batch), results)
        return with_arrow(self, batch, results) if hasattr(batch, "schema") else with_pandas(self, batch, results)


class AsyncBatches(Batches):
    """A task with batches, in an event loop."""

    async def __call__(self, batch: Any) -> AsyncGenerator[Any, None]:
        """Yield the rows of the batch as they finish, with the columns of the results, in its format."""
        async with aclosing(self.perform_async(self.items_of(batch))) as results:
            async for some in results:
                rows = sorted(some)
                yield self.filled(_taken(batch, rows), [some[row] for row in rows])


def _taken(batch: Any, rows: list[int]) -> Any:
    """Return some rows of a batch."""
    if isinstance(batch, Mapping):
        return {name: cells[rows] for name, cells in cast("Mapping[str, Any]", batch).items()}
    return batch.take(rows)


class Embed(Batches, EmbedTask):
    """Embeddings of a column of texts."""


class Chat(Batches, ChatTask):
    """Answers to a column of prompts or conversations."""


class Moderate(Batches, ModerateTask):
    """Moderation of a column of texts or conversations."""


class Classify(Batches, ClassifyTask):
    """Classification of a column of texts or conversations."""


class Map(Batches, MapTask):
    """The answers to any request made of each row."""


class AsyncEmbed(AsyncBatches, EmbedTask):
    """Embeddings of a column of texts, for an actor with an event loop."""


class AsyncChat(AsyncBatches, ChatTask):
    """Answers to a column of prompts or conversations, for an actor with an event loop."""


class AsyncModerate(AsyncBatches, ModerateTask):
    """Moderation of a column of texts or conversations, for an actor with an event loop."""


class AsyncClassify(AsyncBatches, ClassifyTask):
    """Classification of a column of texts or conversations, for an actor with an event loop."""


class AsyncMap(AsyncBatches, MapTask):
    """The answers to any request made of each row, for an actor with an event loop."""
