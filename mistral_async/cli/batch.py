"""`mistral-async batch`: a file of requests as jobs of the API, with a checkpoint to resume from."""

from __future__ import annotations

import itertools
import shlex
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import anyio
from cyclopts import App, Parameter

from mistral_async import Mistral
from mistral_async._files.whole_file import WholeFile
from mistral_async._uploads.jsonl import JSONLError
from mistral_async.batch import BatchHandle, BatchInputError, BatchProgress, BatchResults, Poll, read_calls
from mistral_async.bulk import Err
from mistral_async.cli._codes import Tally, print_error
from mistral_async.cli._connection import ClientContext, Connection, ConnectionOptions, shows_progress
from mistral_async.cli._parameters import Flag, Output
from mistral_async.cli._text import check_output, print_json, print_rows, readable, to_json
from mistral_async.errors import MistralError

app: App = App(name="batch", help="Run a file of requests at half the price, within hours.")


@app.command
async def run(
    requests: Path,
    *,
    output: Output = None,
    endpoint: str = "/v1/chat/completions",
    model: Annotated[str | None, Parameter(alias="-m")] = None,
    checkpoint: Path | None = None,
    timeout_hours: int | None = None,
    detach: Flag = False,
    json: Flag = False,  # noqa: ARG001 - that results are JSON is so anyhow
    connection: Connection = None,
) -> int:
    """Run the requests of a file, and write their results as they can be had. After Ctrl-C the jobs go on.

    Parameters
    ----------
    requests
        JSON Lines, each with a `body` and perhaps a `custom_id`.
    output
        Where the results go, as JSON Lines. Default: stdout.
    endpoint
        Where the requests belong.
    model
        For requests that name none.
    checkpoint
        Keeps what is needed to go on. Default: the name of the requests with .batch at its end, deleted
        when all requests succeeded.
    timeout_hours
        After how many hours a job gives up: 1 to 168. Default: 24.
    detach
        Only start the jobs.
    json
        JSON Lines, which results always are.
    """
    _check_requests(requests)
    kept = checkpoint or requests.with_name(f"{requests.name}.batch")
    check_output(output, (requests, kept))
    calls = read_calls(requests, endpoint, model=model)
    options: dict[str, Any] = {"checkpoint": kept, "timeout_hours": timeout_hours, **_monitor_options(connection)}
    with _naming_lines(requests):
        async with ClientContext(connection) as client:
            if detach:
                started = await client.batch.start(calls, **options)
                jobs = len(started.job_ids)
                print_error(f"{started.total:,} requests in {jobs} jobs: go on with {_resume_command(kept)}")
                return 0
            code = await _write(client.batch.run(calls, **options), output, kept)
    if checkpoint is None and not code:
        kept.unlink(missing_ok=True)  # all is done: the same command is a new batch
    return code


@app.command
async def status(checkpoint: Path, *, json: Flag = False, connection: Connection = None) -> None:
    """Show how far the jobs are.

    Parameters
    ----------
    checkpoint
        What `run` kept.
    json
        JSON instead of a table.
    """
    async with ClientContext(connection) as client:
        _show(await _attach(client, checkpoint, connection).status(), as_json=json)


@app.command
async def resume(
    checkpoint: Path,
    *,
    output: Output = None,
    retry_failed: Flag = False,
    json: Flag = False,  # noqa: ARG001 - that results are JSON is so anyhow
    connection: Connection = None,
) -> int:
    """Wait for the jobs, and write all their results.

    Parameters
    ----------
    checkpoint
        What `run` kept.
    output
        Where the results go, as JSON Lines. Default: stdout.
    retry_failed
        Send what failed once more, first.
    json
        JSON Lines, which results always are.
    """
    check_output(output, (checkpoint,))
    async with ClientContext(connection) as client:
        handle = _attach(client, checkpoint, connection)
        if retry_failed:
            print_error(f"{await handle.resubmit_failed():,} requests sent again")
        return await _write(handle.results(), output, checkpoint)


@app.command
async def cancel(checkpoint: Path, *, json: Flag = False, connection: Connection = None) -> None:
    """Ask for the end of the jobs; what they have done can still be read with `resume`.

    Parameters
    ----------
    checkpoint
        What `run` kept.
    json
        JSON instead of a table.
    """
    async with ClientContext(connection) as client:
        _show(await _attach(client, checkpoint, connection).cancel(), as_json=json)


def _attach(client: Mistral, checkpoint: Path, connection: ConnectionOptions | None) -> BatchHandle[Any, Any]:
    checkpoint.stat()
    return client.batch.attach(checkpoint, **_monitor_options(connection))


def _monitor_options(connection: ConnectionOptions | None) -> dict[str, Any]:
    fake = connection is not None and connection.fake
    return {
        "poll": Poll(initial=0.05, maximum=0.5) if fake else None,
        "progress": _ProgressLines() if shows_progress() else None,
    }


class _ProgressLines:
    """A progress callback that prints a line to stderr whenever a count changes."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, progress: BatchProgress) -> None:
        line = f"{progress.done:,} done, {progress.failed:,} failed of {progress.total:,}"
        if line != self._last:
            self._last = line
            print_error(line)


async def _write(results: BatchResults[Any], output: Path | None, checkpoint: Path) -> int:
    tally = Tally()
    try:
        with ExitStack() as stack:
            file = None if output is None else stack.enter_context(WholeFile(output))
            out = sys.stdout.buffer if file is None else file.file
            async with results:
                while some := await results.receive():
                    out.writelines(_line(result, tally) for result in some)
                    out.flush()
            if file is not None:
                file.finish()
    except anyio.get_cancelled_exc_class():
        print_error(f"stopped, but the jobs go on: {_resume_command(checkpoint, output)}")
        raise
    except (MistralError, OSError):
        _advise("what was sent goes on without this command", checkpoint, output)
        raise
    if tally.failed:
        _advise(f"{tally.failed:,} requests failed; this sends them again", checkpoint, output, "--retry-failed")
    return tally.code


def _check_requests(requests: Path) -> None:
    if not requests.stat().st_size and requests.is_file():
        raise ValueError(f"{requests} is empty: a request is a line with a `body`")


def _advise(what: str, checkpoint: Path, output: Path | None, *options: str) -> None:
    """Say how to go on, if there is something to go on with."""
    if checkpoint.exists():
        print_error(f"{what}: {_resume_command(checkpoint, output, *options)}")


@contextmanager
def _naming_lines(requests: Path) -> Generator[None]:
    """Let errors of requests name their file and line."""
    try:
        yield
    except JSONLError as error:
        problem = str(error).partition(": ")[2]
        raise ValueError(f"{requests}, line {error.line}, is not a request of a batch: {problem}") from None
    except BatchInputError as error:
        if error.index is None:
            raise ValueError(f"{requests}: {error}") from None
        raise ValueError(f"{requests}, line {_line_number(requests, error.index)}: {error}") from None


def _line_number(requests: Path, index: int) -> int:
    """Return the number of the line of a request; empty lines are none."""
    with requests.open("rb") as file:
        numbers = (number for number, line in enumerate(file, 1) if line.strip())
        return next(itertools.islice(numbers, index, None), 0)


def _resume_command(checkpoint: Path, output: Path | None = None, *options: str) -> str:
    words = ["mistral-async", "batch", "resume", readable(str(checkpoint)), *options]
    return f"`{shlex.join([*words, *(['-o', readable(str(output))] if output else [])])}`"


def _line(result: Any, tally: Tally) -> bytes:
    named = {"index": result.index} | ({} if result.id is None else {"custom_id": result.id})
    if isinstance(result, Err):
        tally.fail(result.id or result.index, result.error)
        return to_json({**named, "error": str(result.error)})
    tally.good += 1
    return to_json({**named, "body": result.value})


def _show(progress: BatchProgress, *, as_json: bool) -> None:
    if as_json:
        print_json(progress)
        return
    print_rows([("job", "status", "requests", "succeeded", "failed")])
    print_rows(
        (job.id, job.status, job.total_requests, job.succeeded_requests, job.failed_requests) for job in progress.jobs
    )
