"""Bulk work with Dask: `bag.map_partitions(Embed())`, `Embed(column="body")(dataframe)`, `client.map(Embed(), lists)`.

A task maps the partitions of a bag or DataFrame, or works on one: a list or a pandas DataFrame. `run` is for Dask's own
event loop: `client.map(Embed().run, lists)`.
"""

from __future__ import annotations

import importlib
from typing import Any

from mistral_async.integrations._frames import items_of_pandas, with_pandas
from mistral_async.integrations._kinds import ChatTask, ClassifyTask, EmbedTask, MapTask, ModerateTask
from mistral_async.integrations._progress import sum_progress
from mistral_async.integrations.workers import Records

__all__ = ["Chat", "Classify", "Embed", "Map", "Moderate", "sum_progress"]


class Partitions(Records):
    """A task with the partitions of Dask's collections."""

    where_keys_go = (
        "set MISTRAL_API_KEY where the workers start (`dask worker`), or for those of a LocalCluster or Nanny pass "
        "env={'MISTRAL_API_KEY': ...}, or set the configuration distributed.nanny.pre-spawn-environ"
    )

    def __call__(self, partition: Any) -> Any:
        """Return what a partition becomes: a list of records, or a DataFrame. A collection becomes another one.

        Args:
            partition: A list of texts or records, a pandas DataFrame, or a Dask bag or DataFrame.
        """
        if hasattr(partition, "__dask_graph__"):
            return self._map(partition)
        if hasattr(partition, "columns"):
            return with_pandas(self, partition, self.perform(items_of_pandas(self, partition)))
        return super().__call__(partition)

    def _map(self, collection: Any) -> Any:
        """Map the partitions of a collection."""
        if not hasattr(collection, "columns"):
            return collection.map_partitions(self)
        return collection.map_partitions(self, meta=self.meta(collection))

    def meta(self, frame: Any) -> Any:
        """Return the empty DataFrame that `frame.map_partitions(task, meta=task.meta(frame))` needs.

        Without it Dask calls the task with rows that it makes up, to see what comes out.
        """
        pandas = importlib.import_module("pandas")
        self.check_column(frame.columns)
        empty = frame._meta  # noqa: SLF001 - Dask's name for it, for those who extend it
        return empty.assign(**{name: pandas.Series(dtype=object) for name in self.columns})


class Embed(Partitions, EmbedTask):
    """Embeddings of a column of texts."""


class Chat(Partitions, ChatTask):
    """Answers to a column of prompts or conversations."""


class Moderate(Partitions, ModerateTask):
    """Moderation of a column of texts or conversations."""


class Classify(Partitions, ClassifyTask):
    """Classification of a column of texts or conversations."""


class Map(Partitions, MapTask):
    """The answers to any request made of each row."""
