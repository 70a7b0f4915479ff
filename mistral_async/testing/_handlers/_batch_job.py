"""One batch job: its lines read lazily, its results written to files as they come, nothing held in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, cast

import anyio
import msgspec

from mistral_async.testing._clock import Calendar
from mistral_async.testing._content import Content
from mistral_async.testing._handlers.files import FileStore
from mistral_async.testing._json import JSONArray, JSONObject

STATUSES = ("QUEUED", "RUNNING", "SUCCESS", "FAILED", "TIMEOUT_EXCEEDED", "CANCELLATION_REQUESTED", "CANCELLED")
_RESULT_HOURS = 24 * 30


class JobLine(msgspec.Struct):
    """One request of a job; `body` is None if the line could not be parsed."""

    number: int
    file_id: str
    custom_id: str | None
    body: JSONObject | None


class FakeBatchJob:
    """A batch job: its lines, its counts and its results."""

    def __init__(
        self,
        *,
        id: str,  # noqa: A002  the API's name
        input_files: list[str],
        endpoint: str,
        model: str | None,
        agent_id: str | None,
        metadata: JSONObject | None,
        timeout_hours: int,
        calendar: Calendar,
        created: float,
        inline: bool,
        good: Content,
        bad: Content,
    ) -> None:
        self.id, self.input_files, self.endpoint = id, input_files, endpoint
        self.model, self.agent_id, self.metadata = model, agent_id, metadata
        self.timeout_hours, self.created, self.inline = timeout_hours, created, inline
        self._calendar = calendar
        self.status = "QUEUED"
        self.started: float | None = None
        self.ended: float | None = None
        self.total = self.done = self.succeeded = self.failed = 0
        self.lock = anyio.Lock()
        self._lines: Iterator[JobLine] = iter(())
        self._good, self._bad = good, bad
        self._errors: dict[str, int] = {}
        self.output_file: str | None = None
        self.error_file: str | None = None

    def begin(self, contents: Iterable[Content], *, now: float) -> None:
        """Start the job and count its lines."""
        sources = list(zip(self.input_files, contents, strict=True))
        self.total = sum(content.line_count() for _, content in sources)
        self._lines = (line for file_id, content in sources for line in _lines(file_id, content))
        self.status, self.started = "RUNNING", now

    def take(self, count: int) -> Iterator[JobLine]:
        """Yield the next `count` lines."""
        for _ in range(count):
            yield next(self._lines)

    def succeed(self, line: JobLine, body: Any) -> None:
        """Add a response to the results."""
        self._write(self._good, line, {"status_code": 200, "body": body}, None)
        self.succeeded += 1

    def fail(self, line: JobLine, status: int, error: Any) -> None:
        """Add an error to the results."""
        self._write(self._bad, line, {"status_code": status, "body": error}, error)
        message = str(error.get("message") or error.get("detail"))
        self._errors[message] = self._errors.get(message, 0) + 1
        self.failed += 1

    def reject(self, message: str) -> None:
        """Add an error of the job as a whole."""
        self._errors[message] = 1

    def finish(self, status: str, *, now: float, files: FileStore) -> None:
        """End the job and store its results as files."""
        self.status, self.ended = status, now
        for content, kind in ((self._good, "result"), (self._bad, "error")):
            if content.size:
                name = f"batch_{self.id}_{kind}.jsonl"
                sample = f"batch_{kind}"
                file = files.add(
                    content, name, purpose="batch", sample_type=sample, source="mistral", hours=_RESULT_HOURS
                )
                self.output_file, self.error_file = (
                    (file.id, self.error_file) if kind == "result" else (self.output_file, file.id)
                )

    def to_dict(self, *, inline: bool | None = None) -> JSONObject:
        """Return the job as the API's JSON."""
        shown = self.inline if inline is None else inline
        return {
            "id": self.id,
            "object": "batch",
            "input_files": self.input_files,
            "metadata": self.metadata,
            "endpoint": self.endpoint,
            "model": self.model,
            "agent_id": self.agent_id,
            "output_file": self.output_file,
            "error_file": self.error_file,
            "errors": [{"message": message, "count": count} for message, count in self._errors.items()],
            "outputs": self._outputs() if shown and self.ended is not None else None,
            "status": self.status,
            "created_at": self._unix(self.created),
            "total_requests": self.total,
            "completed_requests": self.done,
            "succeeded_requests": self.succeeded,
            "failed_requests": self.failed,
            "started_at": self._unix(self.started),
            "completed_at": self._unix(self.ended),
        }

    def _unix(self, moment: float | None) -> int | None:
        return None if moment is None else int(self._calendar.at(moment))

    def _outputs(self) -> JSONArray:
        contents = [content for content in (self._good, self._bad) if content.size and not content.closed]
        return [json.loads(line) for content in contents for line, _ in content.lines_from(0)]

    def _write(self, content: Content, line: JobLine, response: Any, error: Any) -> None:
        self.done += 1
        row = {
            "id": f"batch-{self.id[:8]}-{line.file_id[:8]}-{line.number}",
            "custom_id": line.custom_id,
            "response": response,
            "error": error,
        }
        content.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


def _lines(file_id: str, content: Content) -> Iterator[JobLine]:
    number = -1
    for text, _ in content.lines_from(0):
        if not text.strip():
            continue
        number += 1
        try:
            row: Any = json.loads(text)
        except ValueError:
            row = None
        fields = cast("JSONObject", row) if isinstance(row, dict) else {}
        body: Any = fields.get("body")
        custom_id: Any = fields.get("custom_id")
        name = None if custom_id is None else str(custom_id)
        yield JobLine(number, file_id, name, cast("JSONObject", body) if isinstance(body, dict) else None)
