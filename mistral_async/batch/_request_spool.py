"""Calls on disk as JSON Lines, part by part, before the first of them is sent (Rules 1 and 5 of `_batch_run`).

Memory is bounded by one buffer; calls are encoded a few at a time, so that other tasks get their turn.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Generic, TypeAlias, TypeVar, cast

from mistral_async._codec.json_encode import encode
from mistral_async._codec.json_types import is_object
from mistral_async._engine.request import Call, Request, Stream
from mistral_async.batch._config import BatchConfig
from mistral_async.batch._decoders import Decoders, takes_batch
from mistral_async.batch._errors import BatchInputError
from mistral_async.batch._part_file import PartFile
from mistral_async.batch._run import MOST_CALLS, MOST_PARTS, Part, RunRecord, custom_id
from mistral_async.batch._run_file import RunFile, make_directory
from mistral_async.bulk import CheckpointError

T = TypeVar("T")

Item: TypeAlias = Call[T] | tuple[str, Call[T]]
Items: TypeAlias = Iterable[Item[T]] | AsyncIterable[Item[T]]

_BUFFER: Final = 1024 * 1024  # bytes collected for each hop to the thread that writes
_AT_ONCE: Final = 128  # calls encoded between two looks at the event loop


class RequestSpool(Generic[T]):
    """The calls of one run, as files. `open`, `write`, `seal` and `close` block."""

    def __init__(self, config: BatchConfig, extra: Mapping[str, Any] | None = None) -> None:
        self.config = config
        self.decoders: Decoders[T] = Decoders()
        self.run_file = RunFile(config.checkpoint)
        self._extra = extra or {}
        self._held_size = 0
        self._part_files: list[PartFile] = []
        self._known: list[Part] = []
        self._directory: Path | None = None
        self._count = 0

    def open(self) -> None:
        """Take the checkpoint, and make the directory of the parts."""
        self.run_file.acquire()
        config, kept = self.config, self.run_file.load()
        self.resumed = kept is not None
        self.record = kept or RunRecord(
            created=config.poll.now(),
            limits=config.limits,
            metadata=config.metadata,
            timeout_hours=config.timeout_hours,
            endpoint=config.endpoint or "",
        )
        self._known = [part for part in self.record.parts if not part.again]
        self._endpoint = config.endpoint or ""
        self._directory = self._make_directory()

    def _make_directory(self) -> Path:
        """Make a directory; beside a checkpoint always the same, so that a killed process leaves no second one."""
        path = self.run_file.path
        if path is None or self.config.directory is not None:
            return make_directory(self.config.directory)
        directory = path.with_name(f".{path.name}.parts")
        directory.mkdir(mode=0o700, exist_ok=True)
        return directory

    @property
    def directory(self) -> Path:
        """The directory of the parts."""
        return cast("Path", self._directory)

    def path(self, part: Part) -> Path:
        """Return the path of a part's requests; it was not sent yet."""
        return self.directory / PartFile.name(part.number)

    @property
    def is_full(self) -> bool:
        """True when it is time to write."""
        return self._held_size >= _BUFFER

    def add(self, item: object) -> None:
        """Take one call, or a pair of an id and a call; `BatchInputError` if it can not be sent in this batch."""
        index = self._count
        if index >= MOST_CALLS:
            raise _input_error(index, f"a batch has at most {MOST_CALLS:,} calls")
        name, call = self._named(item, index)
        body = self._body(call, index)
        line = self._encode({"custom_id": custom_id(index, name), "body": body}, index) + b"\n"
        part_file = self._part_file_for(len(line))
        part_file.add(index, len(line))
        part_file.add_line(line)
        part_file.models.add(body.get("model"))
        self.decoders.add(index, call)
        self._held_size += len(line)
        self._count += 1

    def _named(self, item: object, index: int) -> tuple[str | None, Call[T]]:
        pair = cast("tuple[object, ...]", item) if isinstance(item, tuple) else (None, item)
        match pair:
            case (None, Call()):
                return None, cast("Call[T]", pair[1])
            case (str() as name, Call()):
                self.record.named = True
                return name, cast("Call[T]", pair[1])
            case (_, Stream()):
                raise _input_error(index, "it is a stream: a batch has no streams, use the call without `stream`")
            case (_, Request()) if not isinstance(pair[1], Call):
                raise _input_error(index, "it is a request for pages or bytes, which a batch does not have")
            case _:
                kind = type(pair[-1]).__name__
                raise _input_error(index, f"it is a {kind}, not a call made by `calls`, or a pair of a text and a call")

    def _body(self, call: Call[T], index: int) -> dict[str, Any]:
        if call.route != self._endpoint:
            self._set_endpoint(call, index)
        if call.headers:
            raise _input_error(index, "it has headers of its own, which a line of a batch can not have")
        if call.fallback is not None:
            raise _input_error(index, "it has fallback models, which a batch does not ask")
        body: object = call.json
        if call.form is not None:
            body = call.form.values
            if "file" in call.form.values:
                raise _input_error(index, "it holds a file: upload it first, and name it by file_id= or file_url=")
        if not is_object(body):
            raise _input_error(index, f"{call!r} has no body")
        if body.get("stream"):
            raise _input_error(index, "it asks for a stream, which a batch does not have")
        return {**body, **self._extra} if self._extra else body

    def _set_endpoint(self, call: Call[T], index: int) -> None:
        """Take the endpoint of the first call; refuse others."""
        if self._endpoint:
            raise _input_error(index, f"it is for {call.route}, and a batch has one endpoint, here {self._endpoint}")
        if call.method != "POST" or not takes_batch(call.route):
            raise _input_error(
                index, f"the API does not take {call.method} {call.route} in batch (endpoint= forces one)"
            )
        self._endpoint = call.route

    def _encode(self, row: dict[str, Any], index: int) -> bytes:
        try:
            line = encode(row)
        except (TypeError, ValueError, RecursionError) as error:
            raise _input_error(index, f"it can not be written as JSON: {error}") from None
        if len(line) >= self.record.limits.size:
            raise _input_error(
                index, f"it has {len(line)} bytes, more than a whole job may have ({self.record.limits.size})"
            )
        return line

    def _part_file_for(self, size: int) -> PartFile:
        """Return the part file that has room for a line. A part with a job is read only to be compared."""
        part_file = self._part_files[-1].next_for(size, self.record.limits) if self._part_files else None
        if part_file is None or part_file is not self._part_files[-1]:
            number = len(self._part_files)
            if number >= MOST_PARTS:
                raise _input_error(self._count, f"a batch has at most {MOST_PARTS:,} jobs: give them larger limits=")
            kept = number >= len(self._known) or self._known[number].job is None
            part_file = PartFile(number, self.directory, kept=kept)
            self._part_files.append(part_file)
        return part_file

    def write(self) -> None:
        """Write the calls that wait in memory."""
        self._held_size = 0
        for part_file in self._part_files[:-1]:
            part_file.close()
        for part_file in self._part_files[-1:]:
            part_file.write()

    def seal(self) -> None:
        """Finish: save the run, from where it can be resumed, or compare the calls with those of the checkpoint."""
        self.write()
        for part_file in self._part_files:
            part_file.close()
        parts = [part_file.part() for part_file in self._part_files]
        if self._known:
            self._compare(parts)
        else:
            self._set_parts(parts)

    def _set_parts(self, parts: list[Part]) -> None:
        record = self.record
        if len(parts) == 1:
            small = parts[0].count <= record.limits.inline_requests and parts[0].size <= record.limits.inline_size
            parts[0].inline = small
        record.parts, record.total, record.endpoint = parts, self._count, self._endpoint
        self.run_file.write(record.to_json())

    def _compare(self, parts: list[Part]) -> None:
        """Refuse other calls than those of the checkpoint."""
        for known, part in zip(self._known, parts, strict=False):
            if (known.digest, known.ranges) != (part.digest, part.ranges):
                break
        else:
            if len(parts) == len(self._known) and self._endpoint == self.record.endpoint:
                return
        raise CheckpointError(
            f"{self.run_file.path} is of other calls than these: they must be the same, in the same order; for others "
            "give another path, and to read the results without the calls use client.batch.attach(path)"
        )

    def drop(self, part: Part) -> None:
        """Remove the file of a part that was sent."""
        self.path(part).unlink(missing_ok=True)

    def close(self) -> None:
        """Remove the files, and release the checkpoint."""
        for part_file in self._part_files:
            part_file.close()
        directory, self._directory = self._directory, None
        if directory is not None:
            shutil.rmtree(directory, ignore_errors=True)
        self.run_file.release()


async def spool_calls(spool: RequestSpool[T], calls: Items[T]) -> None:
    """Write all calls, from any iterable or async iterable."""
    from anyio import CancelScope, lowlevel

    from mistral_async._http.threads import run_in_thread
    from mistral_async.bulk._source import as_source

    source = as_source(calls)
    try:
        while items := await source.read(_AT_ONCE):
            for item in items:
                spool.add(item)
            await (run_in_thread(spool.write) if spool.is_full else lowlevel.checkpoint())
    finally:
        with CancelScope(shield=True):
            await source.aclose()
    await run_in_thread(spool.seal)


def spool_calls_here(spool: RequestSpool[T], calls: Iterable[Item[T]]) -> None:
    """Write all calls, in the thread of a blocking caller."""
    for item in calls:
        spool.add(item)
        if spool.is_full:
            spool.write()
    spool.seal()


def _input_error(index: int, what: str) -> BatchInputError:
    error = BatchInputError(f"call {index} can not be sent in this batch: {what}")
    error.index = index
    return error
