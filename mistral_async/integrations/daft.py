"""Bulk work with Daft: `frame.transform(Embed(column="text"))`, or an expression: `Embed()(frame["text"])`.

Batches are worked on in Daft's own event loop, several at once in each process.
"""

from __future__ import annotations

import importlib
from typing import Any

from mistral_async.integrations._frames import arrow_columns, arrow_types, is_vectors
from mistral_async.integrations._kinds import ChatTask, ClassifyTask, EmbedTask, MapTask, ModerateTask
from mistral_async.integrations._progress import sum_progress
from mistral_async.integrations._task import Task
from mistral_async.models.vector import import_arrow

__all__ = ["Chat", "Classify", "Embed", "Map", "Moderate", "sum_progress"]


class Expressions(Task):
    """A task with expressions and DataFrames.

    Args:
        batch_size: The rows of a batch, which is what a checkpoint holds.
        daft: Options of `daft.func.batch`, such as `{"max_concurrency": 4, "use_process": True}`.
        settings: Those of every `Task`.
    """

    where_keys_go = (
        "set it in the environment before the query runs, or with the Ray runner "
        "ray.init(runtime_env={'env_vars': {'MISTRAL_API_KEY': ...}})"
    )

    def __init__(self, *call: Any, batch_size: int = 1024, daft: dict[str, Any] | None = None, **settings: Any) -> None:
        super().__init__(*call, **settings)
        self._batches = {"batch_size": batch_size, **(daft or {})}

    def __call__(self, data: Any) -> Any:
        """Return a DataFrame with the columns of the results; of an expression, a struct of them."""
        daft = importlib.import_module("daft")
        if isinstance(data, daft.Expression):
            return self._function(daft)(data)
        self.check_column(data.column_names)
        names = [name for name in data.column_names if name not in self.columns]
        rows = daft.functions.to_struct(*map(daft.col, data.column_names)) if self.column is None else data[self.column]
        results = self._function(daft)(rows).alias("_results")
        kept = data.select(*data.column_names, results)  # of its own: a replaced column may be what is read
        return kept.select(*names, daft.col("_results").unnest())

    def _function(self, daft: Any) -> Any:
        types = daft.DataType
        fields = {name: types.from_arrow_type(kind) for name, kind in arrow_types(self, fixed=True).items()}
        if isinstance(self, EmbedTask) and self.width and is_vectors(self, self.output):
            fields[self.output] = types.embedding(fields[self.output].dtype, self.width)

        async def work(series: Any) -> Any:
            return await self._struct(series.to_pylist())

        return daft.func.batch(return_dtype=types.struct(fields), **self._batches)(work)

    async def _struct(self, items: list[Any]) -> Any:
        results: dict[int, Any] = {}
        async for some in self.perform_async(items):
            results |= some
        columns = arrow_columns(self, [results[place] for place in range(len(items))], fixed=True)
        return import_arrow().StructArray.from_arrays(list(columns.values()), names=list(columns))


class Embed(Expressions, EmbedTask):
    """Embeddings of a column of texts."""


class Chat(Expressions, ChatTask):
    """Answers to a column of prompts or conversations."""


class Moderate(Expressions, ModerateTask):
    """Moderation of a column of texts or conversations."""


class Classify(Expressions, ClassifyTask):
    """Classification of a column of texts or conversations."""


class Map(Expressions, MapTask):
    """The answers to any request made of each row."""
