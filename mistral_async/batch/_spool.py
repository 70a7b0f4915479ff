"""Calls written down as JSON Lines, part by part, before the first of them is sent.

So the memory is that of one buffer, whatever is wrong with a call is found before anything costs, and the same calls
give the same parts when a killed run is repeated.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Generic, TypeAlias, TypeVar, cast

from mistral_async._codec.json_encode import encode
from mistral_async._codec.json_types import is_object
from mistral_async._engine.request import Call, Request, Stream
from mistral_async.batch._decoders import Decoders, batches
from mistral_async.batch._errors import BatchInputError
from mistral_async.batch._options import Plan
from mistral_async.batch._run import Journal, Part, Run, custom_id
from mistral_async.batch._sheet import Sheet
from mistral_async.bulk import CheckpointError

T = TypeVar("T")

Item: TypeAlias = Call[T] | tuple[str, Call[T]]
Items: TypeAlias = Iterable[Item[T]] | AsyncIterable[Item[T]]

_BUFFER: Final = 1024 * 1024  # bytes collected for each hop to the thread that writes
_AT_ONCE: Final = 128  # calls encoded between two looks at the event loop


class Spool(Generic[T]):
    """The calls of one run. `open`, `write`, `seal` and `close` block."""

    def __init__(self, plan: Plan, extra: Mapping[str, Any] | None = None) -> None:
        self.plan = plan
        self.decoders: Decoders[T] = Decoders()
        self.journal = Journal(plan.checkpoint)
        self._extra = extra or {}
        self._held_size = 0
        self._sheets: list[Sheet] = []
        self._known: list[Part] = []
        self._directory: Path | None = None
        self._count = 0

    def open(self) -> None:
        """Take the checkpoint, and make room for the parts."""
        self.journal.acquire()
        plan, kept = self.plan, self.journal.load()
        self.resumed = kept is not None
        self.run = kept or Run(
            created=plan.poll.now(),
            limits=plan.limits,
            metadata=plan.metadata,
            timeout_hours=plan.timeout_hours,
            endpoint=plan.endpoint or "",
        )
        self._known = [part for part in self.run.parts if not part.again]
        self._endpoint = plan.endpoint or ""
        self._directory = self._make_directory()

    def _make_directory(self) -> Path:
        """One of its own; beside a checkpoint always the same, so that a killed process leaves no second one."""
        path = self.journal.path
        if path is None or self.plan.directory is not None:
            return Path(tempfile.mkdtemp(prefix="mistral_async-", dir=self.plan.directory))
        directory = path.with_name(f".{path.name}.parts")
        directory.mkdir(mode=0o700, exist_ok=True)
        return directory

    @property
    def directory(self) -> Path:
        """Where the parts are."""
        return cast("Path", self._directory)

    def path(self, part: Part) -> Path:
        """The requests of a part that was not sent yet."""
        return self.directory / Sheet.name(part.number)

    @property
    def is_full(self) -> bool:
        """Whether it is time to write."""
        return self._held_size >= _BUFFER

    def add(self, item: object) -> None:
        """Take one call."""
        index = self._count
        name, call = self._named(item, index)
        body = self._body(call, index)
        line = self._encode({"custom_id": custom_id(index, name), "body": body}, index) + b"\n"
        sheet = self._sheet(len(line))
        sheet.add(index, len(line))
        sheet.hold(line)
        sheet.models.add(body.get("model"))
        self.decoders.add(index, call)
        self._held_size += len(line)
        self._count += 1

    def _named(self, item: object, index: int) -> tuple[str | None, Call[T]]:
        pair = cast("tuple[object, ...]", item) if isinstance(item, tuple) else (None, item)
        match pair:
            case (None, Call()):
                return None, cast("Call[T]", pair[1])
            case (str() as name, Call()):
                self.run.named = True
                return name, cast("Call[T]", pair[1])
            case (_, Stream()):
                raise _fault(index, "it is a stream: a batch has no streams, use the call without `stream`")
            case (_, Request()) if not isinstance(pair[1], Call):
                raise _fault(index, "it is a request for pages or bytes, which a batch does not have")
            case _:
                kind = type(pair[-1]).__name__
                raise _fault(index, f"it is a {kind}, not a call made by `calls`, or a pair of a text and a call")

    def _body(self, call: Call[T], index: int) -> dict[str, Any]:
        if call.route != self._endpoint:
            self._meet(call, index)
        body: object = call.json
        if call.form is not None:
            body = call.form.values
            if "file" in call.form.values:
                raise _fault(index, "it holds a file: upload it first, and name it by file_id= or file_url=")
        if not is_object(body):
            raise _fault(index, f"{call!r} has no body")
        if body.get("stream"):
            raise _fault(index, "it asks for a stream, which a batch does not have")
        return {**body, **self._extra} if self._extra else body

    def _meet(self, call: Call[T], index: int) -> None:
        """Take the endpoint of the first call, and no other."""
        if self._endpoint:
            raise _fault(index, f"it is for {call.route}, and a batch has one endpoint, here {self._endpoint}")
        if call.method != "POST" or not batches(call.route):
            raise _fault(index, f"the API does not take {call.method} {call.route} in batch (endpoint= forces one)")
        self._endpoint = call.route

    def _encode(self, row: dict[str, Any], index: int) -> bytes:
        try:
            line = encode(row)
        except (TypeError, ValueError, RecursionError) as error:
            raise _fault(index, f"it can not be written as JSON: {error}") from None
        if len(line) >= self.run.limits.size:
            raise _fault(index, f"it has {len(line)} bytes, more than a whole job may have ({self.run.limits.size})")
        return line

    def _sheet(self, size: int) -> Sheet:
        """The part that has room for a line. What has a job already is read again only to be compared."""
        sheet = self._sheets[-1].following(size, self.run.limits) if self._sheets else None
        if sheet is None or sheet is not self._sheets[-1]:
            number = len(self._sheets)
            kept = number >= len(self._known) or self._known[number].job is None
            sheet = Sheet(number, self.directory, kept=kept)
            self._sheets.append(sheet)
        return sheet

    def write(self) -> None:
        """Write what was taken since the last time."""
        self._held_size = 0
        for sheet in self._sheets[:-1]:
            sheet.close()
        for sheet in self._sheets[-1:]:
            sheet.write()

    def seal(self) -> None:
        """That was all: from here on there is a run that can be gone on with."""
        self.write()
        for sheet in self._sheets:
            sheet.close()
        parts = [sheet.part() for sheet in self._sheets]
        if self._known:
            self._compare(parts)
        else:
            self._begin(parts)

    def _begin(self, parts: list[Part]) -> None:
        run = self.run
        if len(parts) == 1:
            small = parts[0].count <= run.limits.inline_requests and parts[0].size <= run.limits.inline_size
            parts[0].inline = small
        run.parts, run.total, run.endpoint = parts, self._count, self._endpoint
        self.journal.write(run.to_json())

    def _compare(self, parts: list[Part]) -> None:
        """Refuse other calls than those that the checkpoint is of."""
        for known, part in zip(self._known, parts, strict=False):
            if (known.digest, known.ranges) != (part.digest, part.ranges):
                break
        else:
            if len(parts) == len(self._known) and self._endpoint == self.run.endpoint:
                return
        raise CheckpointError(
            f"{self.journal.path} is of other calls than these: they must be the same, in the same order; for others "
            "give another path, and to read the results without the calls use client.batch.attach(path)"
        )

    def drop(self, part: Part) -> None:
        """Remove the file of a part that was sent."""
        self.path(part).unlink(missing_ok=True)

    def close(self) -> None:
        """Remove what was written, and let go of the checkpoint."""
        for sheet in self._sheets:
            sheet.close()
        directory, self._directory = self._directory, None
        if directory is not None:
            shutil.rmtree(directory, ignore_errors=True)
        self.journal.release()


async def fill(spool: Spool[T], calls: Items[T]) -> None:
    """Write down all calls."""
    from anyio import CancelScope, lowlevel, to_thread

    from mistral_async.bulk._source import source_of

    source = source_of(calls)
    try:
        while items := await source.read(_AT_ONCE):
            for item in items:
                spool.add(item)
            await (to_thread.run_sync(spool.write) if spool.is_full else lowlevel.checkpoint())
    finally:
        with CancelScope(shield=True):
            await source.aclose()
    await to_thread.run_sync(spool.seal)


def fill_now(spool: Spool[T], calls: Iterable[Item[T]]) -> None:
    """Write down all calls, in the caller's own thread."""
    for item in calls:
        spool.add(item)
        if spool.is_full:
            spool.write()
    spool.seal()


def _fault(index: int, what: str) -> BatchInputError:
    error = BatchInputError(f"call {index} can not be sent in this batch: {what}")
    error.index = index
    return error
