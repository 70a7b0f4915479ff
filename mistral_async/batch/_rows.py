"""The lines of result files: cut out of what arrives, and read as `Ok` or `Err`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from mistral_async._codec.error_body import parse_error
from mistral_async._codec.headers import Headers
from mistral_async._codec.open_union import LenientDecodeError, decode
from mistral_async.batch._decoders import Decoders
from mistral_async.batch._errors import BatchRequestError, MissingResultError, ResultsExpiredError
from mistral_async.batch._run import Part, Run, custom_id, parse_custom_id
from mistral_async.bulk import Err, Ok, Result
from mistral_async.errors import MistralError, ResponseValidationError, from_response

if TYPE_CHECKING:
    from mistral_async.batch._work import Work

T = TypeVar("T")

_REFUSED: Final = 300  # the first status that is not a success


class _Answer(msgspec.Struct):
    status_code: Any = None
    body: msgspec.Raw = msgspec.Raw(b"null")


class _Row(msgspec.Struct):
    response: _Answer | None = None
    error: msgspec.Raw = msgspec.Raw(b"null")

    @property
    def status(self) -> int:
        """The status of the answer; 200 where one is there without."""
        status = self.response.status_code if self.response is not None else 0
        return status if isinstance(status, int) else 200

    @property
    def has_error(self) -> bool:
        return bytes(self.error).strip() not in {b"null", b"", b"{}"}

    @property
    def is_success(self) -> bool:
        return self.response is not None and self.status < _REFUSED and not self.has_error


class Line(msgspec.Struct, frozen=True):
    """A line of a result file, and whose it is."""

    index: int
    name: str | None
    text: bytes
    part: int
    """The number of the part whose result it is; -1 - that for one that has none."""


class Cutter:
    """Cuts what arrives into lines."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that end in this piece."""
        first, *others = data.split(b"\n")
        self._rest.append(first)
        if not others:
            return []
        lines = [b"".join(self._rest), *others[:-1]]
        self._rest = [others[-1]]
        return [line for line in lines if line.strip()]

    def close(self) -> list[bytes]:
        """What follows the last line break."""
        line, self._rest = b"".join(self._rest), []
        return [line] if line.strip() else []


class _Head(msgspec.Struct):
    custom_id: Any = None


def line_of(text: bytes, run: Run, part: Part) -> Line | None:
    """Say whose a line is; None for one that is nobody's: then its request will be reported as missing."""
    found = _identity(text, run.total)
    return None if found is None else Line(*found, text, part.number)


def missing_line(index: int, name: str | None, part: Part) -> Line:
    """What stands for a line that is not there."""
    text = msgspec.json.encode({"custom_id": custom_id(index, name)})
    return Line(index, name, text, -1 - part.number)


def named(text: bytes, total: int) -> str | None:
    """The user's id in a line."""
    found = _identity(text, total)
    return None if found is None else found[1]


def _identity(text: bytes, total: int) -> tuple[int, str | None] | None:
    try:
        row = decode(text, _Head)
    except (LenientDecodeError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return parse_custom_id(str(row.custom_id), total)


def is_success(text: bytes) -> bool:
    """Whether a line is that of a request that succeeded."""
    try:
        row: _Row = decode(text, _Row)
    except (LenientDecodeError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return row.is_success


class Reader:
    """Reads lines as results."""

    def __init__(self, work: Work[Any]) -> None:
        self._work = work
        self._decoders: Decoders[Any] = work.decoders

    def read(self, line: Line) -> Result[Any]:
        """Read one. Never raises: what is wrong with it is its result."""
        try:
            if line.part < 0:
                return Err(self._missing(-1 - line.part, line), line.index, line.name)
            row = decode(line.text, _Row)
            if not row.is_success or row.response is None:
                return Err(self._refusal(row), line.index, line.name)
            value = self._decoders.decode(line.index, bytes(row.response.body))
        except MistralError as error:
            return Err(error, line.index, line.name)
        except (LenientDecodeError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
            return Err(self._unreadable(line, problem), line.index, line.name)
        except Exception as error:  # noqa: BLE001 - what a call does to its answer is the user's own code
            return Err(error, line.index, line.name)
        return Ok(value, line.index, getattr(value, "usage", None), line.name)

    def _refusal(self, row: _Row) -> Exception:
        """The error of a request that failed."""
        endpoint = self._work.run.endpoint
        answer = row.response
        if answer is not None and row.status >= _REFUSED:
            body = bytes(answer.body)
            if body.strip() in {b"null", b""} and row.has_error:
                body = bytes(row.error)
            return from_response(row.status, Headers(()), body, route=f"batch of {endpoint}")
        text = bytes(row.error)
        detail: Any = msgspec.json.decode(text)
        said = detail if isinstance(detail, str) else parse_error(text).message
        error = BatchRequestError(f"a request of the batch of {endpoint} failed: {said or 'the API does not say why'}")
        error.detail = detail
        return error

    def _missing(self, number: int, line: Line) -> Exception:
        job = self._work.watch.jobs[number]
        expired = number in self._work.expired
        kind = ResultsExpiredError if expired else MissingResultError
        why = "the API has deleted its results" if expired else f"the job ended as {job.status}"
        if told := "; ".join(each.message for each in job.errors[:3]):
            why += f" ({told})"
        error = kind(f"there is no result for call {line.index} of batch job {job.id}: {why}")
        error.job_id, error.job_status = job.id, job.status
        return error

    def _unreadable(self, line: Line, problem: Exception) -> Exception:
        error = ResponseValidationError(f"the result of call {line.index} of a batch can not be read: {problem}")
        error.body, error.path, error.status = line.text, getattr(problem, "path", "$"), 200
        error.may_have_executed = True
        return error
