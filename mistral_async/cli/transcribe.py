"""`mistral-async transcribe`: speech to text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter, validators

from mistral_async import calls
from mistral_async.bulk import Err
from mistral_async.cli._codes import Tally
from mistral_async.cli._connection import ClientContext, Connection
from mistral_async.cli._live import transcribe_live
from mistral_async.cli._parameters import Flag, StdinOrPath
from mistral_async.cli._recording import Recording
from mistral_async.cli._text import print_json, readable, terminal_text
from mistral_async.models import AudioEncoding, TurnDetectionConfig

_MODEL: Final = "voxtral-mini-latest"
_LIVE_MODEL: Final = "voxtral-mini-transcribe-realtime-latest"


async def transcribe(
    *paths: StdinOrPath,
    model: Annotated[str | None, Parameter(alias="-m")] = None,
    language: str | None = None,
    diarize: Flag = False,
    json: Flag = False,
    live: Flag = False,
    encoding: AudioEncoding | None = None,
    sample_rate: Annotated[int | None, Parameter(validator=validators.Number(gt=0))] = None,
    delay_ms: int | None = None,
    turns: Flag = False,
    reconnect: bool = True,
    connection: Connection = None,
) -> int:
    """Write down what recordings say, or with --live what is being said: `arecord | mistral-async transcribe --live -`.

    Live audio is WAV or raw samples of one channel, from a pipe, a file or stdin (-). Ctrl-C ends the recording, and
    the rest of its text follows.

    Parameters
    ----------
    paths
        Audio files, or addresses of some; - is stdin, for --live.
    model
        The model: voxtral-mini-latest or, live, voxtral-mini-transcribe-realtime-latest.
    language
        Two letters, such as fr; found out when not given.
    diarize
        Say who speaks.
    json
        The whole answer as JSON, a recording a line; live, an event a line.
    live
        Print text while the audio comes.
    encoding
        Samples of raw live audio (default: pcm_s16le).
    sample_rate
        Samples a second of raw live audio (default: 16000).
    delay_ms
        Milliseconds that live text may lag behind, which makes it more exact.
    turns
        Live text has a line for each time somebody has finished.
    reconnect
        Go on after a lost connection; audio without text is sent again.
    """
    sources = tuple(map(str, paths))
    if not sources:
        raise ValueError("no recordings: name audio files, or addresses of some")
    if live:
        settings = {
            "language": language,
            "diarize": diarize or None,
            "target_streaming_delay_ms": delay_ms,
            "turn_detection": TurnDetectionConfig() if turns else None,
            "reconnect": reconnect,
        }
        recording = Recording(_only(sources), encoding=encoding, sample_rate=sample_rate)
        return await transcribe_live(recording, connection, model=model or _LIVE_MODEL, json=json, options=settings)
    if encoding is not None or sample_rate is not None or delay_ms is not None or turns or not reconnect:
        raise ValueError("--encoding, --sample-rate, --delay-ms, --turns and --no-reconnect are for --live")
    if "-" in sources:
        raise ValueError("- is stdin, which is for --live: give the name of a file")
    options = {"model": model or _MODEL, "language": language, "diarize": diarize or None}
    return await _transcribe_files(sources, connection, json=json, options=options)


async def _transcribe_files(
    paths: tuple[str, ...], connection: Connection, *, json: bool, options: dict[str, Any]
) -> int:
    """Print what recordings say, in the order of their answers; returns the exit code."""
    requests = (calls.audio.transcriptions.complete(**_source(path), **options) for path in paths)
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
                sys.stdout.write(terminal_text(result.value.text) + "\n")
    return tally.code


def _only(paths: tuple[str, ...]) -> str:
    path, *others = paths
    if others or path.startswith(("http://", "https://")):
        raise ValueError("--live takes one recording: a file, or - for stdin")
    return path


def _source(path: str) -> dict[str, Any]:
    return {"file_url": path} if path.startswith(("http://", "https://")) else {"file": Path(path)}
