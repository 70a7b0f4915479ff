"""`mistral-async embed`: a vector for each text, of any number of them, resumed where it was stopped."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterable, Iterable
from pathlib import Path
from typing import Annotated, Any

import anyio
from cyclopts import Parameter

from mistral_async.bulk import AsyncResults, Err, ProgressBar
from mistral_async.cli._codes import Tally, print_error
from mistral_async.cli._connection import ClientContext, Connection, shows_progress
from mistral_async.cli._parameters import Flag, Model, Output
from mistral_async.cli._text import check_output
from mistral_async.cli._texts import SizedTextFiles, TextFiles, TextFormat, piped_texts
from mistral_async.cli._vectors import Sink, sink_for
from mistral_async.models.embeddings import EmbeddingDtype
from mistral_async.models.vector import Vector


async def embed(
    *paths: Path,
    output: Output = None,
    model: Model = "mistral-embed",
    text_field: str | None = None,
    format: Annotated[TextFormat | None, Parameter(name="--format")] = None,  # noqa: A002 - the option's name
    checkpoint: Path | None = None,
    dedupe: Flag = False,
    dimension: int | None = None,
    dtype: EmbeddingDtype | None = None,
    concurrency: int | None = None,
    json: Flag = False,
    connection: Connection = None,
) -> int:
    """Embed any number of texts: a line, an object, a row each.

    Parameters
    ----------
    paths
        Files that end in .jsonl, .json, .csv or .parquet, or text with one a line. Default: stdin.
    output
        A file that ends in .jsonl, .npy, .parquet or .arrow. Default: JSON Lines to stdout.
    model
        The model.
    text_field
        The key or column that holds the text. Default: text.
    format
        What the files and stdin are, whatever their names.
    checkpoint
        A file that keeps every result: the same command with it goes on where a stopped one was.
    dedupe
        Send equal texts once.
    dimension
        The length of the vectors, where the model lets you choose.
    dtype
        The type of their numbers.
    concurrency
        Requests at once. Default: 16.
    json
        JSON Lines to stdout, as without any -o.
    """
    if json and output is not None:
        raise ValueError("--json prints to stdout, and -o writes to a file: give one of them")
    check_output(output, (*paths, checkpoint))
    out = sink_for(output, dtype)
    client = ClientContext(connection)
    bar = ProgressBar("texts") if shows_progress() and (output is not None or not sys.stdout.isatty()) else None
    options: dict[str, Any] = {"output_dimension": dimension, "output_dtype": dtype, "concurrency": concurrency}
    options |= {"checkpoint": checkpoint, "dedupe": dedupe, "progress": bar}
    source = _source(paths, text_field, format, counted=bar is not None)
    try:
        async with client as opened, opened.bulk.embed(source, model=model, **options) as results:
            code = await _write(results, out)
            if checkpoint is not None and (resumed := results.progress.resumed):
                print_error(f"{resumed:,} of {results.progress.done:,} were embedded before: {checkpoint} has them")
    except anyio.get_cancelled_exc_class():
        if checkpoint is not None:
            print_error(f"stopped: give the same command again to go on ({checkpoint} has what is done)")
        raise
    return code


def _source(
    paths: tuple[Path, ...], field: str | None, form: TextFormat | None, *, counted: bool
) -> Iterable[str] | AsyncIterable[str]:
    if not paths or paths == (Path("-"),):
        return piped_texts(field, form)
    for path in paths:
        path.stat()  # a missing file is reported before anything is sent
    return SizedTextFiles(paths, field, form) if counted else TextFiles(paths, field, form)


async def _write(results: AsyncResults[Vector], out: Sink) -> int:
    tally = Tally()
    with out:
        while some := await results.receive():
            for result in some:
                if isinstance(result, Err):
                    tally.fail(result.index, result.error)
                else:
                    tally.good += 1
            await anyio.to_thread.run_sync(out.write, some)
        await anyio.to_thread.run_sync(out.finish)
    return tally.code
