"""`mistral-async moderate` and `classify`: a verdict for each line."""

from __future__ import annotations

from typing import Any

from mistral_async.bulk import AsyncResults, Err
from mistral_async.cli._codes import Tally
from mistral_async.cli._connection import ClientContext, Connection
from mistral_async.cli._parameters import Flag, InputFiles, Model
from mistral_async.cli._text import print_json, print_rows, read_lines
from mistral_async.models import ModerationObject


async def moderate(
    *texts: str,
    file: InputFiles = None,
    model: Model = "mistral-moderation-2603",
    json: Flag = False,
    connection: Connection = None,
) -> int:
    """Say which texts are harmful, and how: the arguments, or the lines of files or stdin.

    Parameters
    ----------
    texts
        Texts to look at.
    file
        Files, a text a line; may be repeated.
    model
        The model.
    json
        One JSON object a text, with every score.
    """
    async with (
        ClientContext(connection) as client,
        client.bulk.moderate(texts or read_lines(file or ()), model=model) as results,
    ):
        return await _show(results, as_json=json)


async def classify(
    *texts: str,
    model: Model,
    file: InputFiles = None,
    json: Flag = False,
    connection: Connection = None,
) -> int:
    """Classify texts by a classifier of yours: the arguments, or the lines of files or stdin.

    Parameters
    ----------
    texts
        Texts to look at.
    model
        The classifier.
    file
        Files, a text a line; may be repeated.
    json
        One JSON object a text, with every score.
    """
    async with (
        ClientContext(connection) as client,
        client.bulk.classify(texts or read_lines(file or ()), model=model) as results,
    ):
        return await _show(results, as_json=json)


async def _show(results: AsyncResults[Any], *, as_json: bool) -> int:
    tally = Tally()
    async for result in results:
        if isinstance(result, Err):
            tally.fail(result.index, result.error)
            continue
        tally.good += 1
        if as_json:
            print_json({"index": result.index, "result": result.value})
        else:
            print_rows([(result.index, _verdict(result.value))])
    return tally.code


def _verdict(value: Any) -> str:
    if isinstance(value, ModerationObject):
        return ", ".join(name for name, flagged in value.categories.items() if flagged) or "ok"
    best = {target: max(found.scores, key=found.scores.get) for target, found in value.items() if found.scores}
    return ", ".join(f"{target}={label}" for target, label in best.items())
