"""`mistral-async transcribe`: speech to text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from mistral_async import calls
from mistral_async.bulk import Err
from mistral_async.cli._codes import Tally
from mistral_async.cli._connection import ClientContext, Connection
from mistral_async.cli._parameters import Flag, Model
from mistral_async.cli._text import print_json, readable


async def transcribe(
    *paths: str,
    model: Model = "voxtral-mini-latest",
    language: str | None = None,
    diarize: Flag = False,
    json: Flag = False,
    connection: Connection = None,
) -> int:
    """Write down what recordings say.

    Parameters
    ----------
    paths
        Audio files, or addresses of some.
    model
        The model.
    language
        Two letters, such as fr; found out when not given.
    diarize
        Say who speaks.
    json
        The whole answer as JSON, a recording a line.
    """
    if not paths:
        raise ValueError("no recordings: name audio files, or addresses of some")
    options: dict[str, Any] = {"language": language, "diarize": diarize or None}
    requests = (calls.audio.transcriptions.complete(model=model, **_source(path), **options) for path in paths)
    tally = Tally()
    async with ClientContext(connection) as client, client.bulk.map(requests, concurrency=4) as results:
        async for result in results:
            if isinstance(result, Err):
                tally.fail(paths[result.index], result.error)
                continue
            tally.good += 1
            if json:
                print_json({"source": readable(paths[result.index]), **result.value.to_dict()})
            else:
                sys.stdout.write(result.value.text + "\n")
    return tally.code


def _source(path: str) -> dict[str, Any]:
    return {"file_url": path} if path.startswith(("http://", "https://")) else {"file": Path(path)}
