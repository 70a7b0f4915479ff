"""Bulk work with Spark: `frame.transform(Embed(column="text"))`, which is `mapInArrow` with the columns of the results.

A task adds its columns to a DataFrame, or works on an iterator of Arrow record batches or pandas DataFrames, for
`mapInArrow(Embed(), schema)` and `mapInPandas(Embed(), schema)` of your own.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from typing import Any, cast

from mistral_async.integrations._frames import arrow_types, items_of_arrow, items_of_pandas, with_arrow, with_pandas
from mistral_async.integrations._kinds import ChatTask, ClassifyTask, EmbedTask, MapTask, ModerateTask
from mistral_async.integrations._progress import sum_progress
from mistral_async.integrations._task import Task

__all__ = ["Chat", "Classify", "Embed", "Map", "Moderate", "sum_progress"]


class Columns(Task):
    """A task with the columns of a DataFrame."""

    where_keys_go = (
        "SparkSession.builder.config('spark.executorEnv.MISTRAL_API_KEY', ...), or set it in the environment of a "
        "local session before that is made"
    )

    def __call__(self, data: Any) -> Any:
        """Return a DataFrame with the columns of the results, or what an iterator of batches becomes."""
        if isinstance(data, Iterable):
            return self._batches(cast("Iterable[Any]", data))
        self.check_column(data.columns)
        return data.mapInArrow(self._batches, self.schema(data.schema))

    def schema(self, given: Any) -> Any:
        """Return the schema of a DataFrame with the columns of the results.

        Vectors are `array<float>`, all else is `string`, or what `dtype` says.
        """
        types = importlib.import_module("pyspark.sql.types")
        convert = importlib.import_module("pyspark.sql.pandas.types").from_arrow_type
        kinds = arrow_types(self, fixed=False)
        replaced = {name: types.StructField(name, convert(kind)) for name, kind in kinds.items()}
        kept = [replaced.pop(field.name, field) for field in given.fields]
        return types.StructType([*kept, *replaced.values()])

    def _batches(self, batches: Iterable[Any]) -> Iterator[Any]:
        for batch in batches:
            if hasattr(batch, "schema"):
                yield with_arrow(self, batch, self.perform(items_of_arrow(self, batch)), fixed=False)
            else:
                yield with_pandas(self, batch, self.perform(items_of_pandas(self, batch)))


class Embed(Columns, EmbedTask):
    """Embeddings of a column of texts."""


class Chat(Columns, ChatTask):
    """Answers to a column of prompts or conversations."""


class Moderate(Columns, ModerateTask):
    """Moderation of a column of texts or conversations."""


class Classify(Columns, ClassifyTask):
    """Classification of a column of texts or conversations."""


class Map(Columns, MapTask):
    """The answers to any request made of each row."""
