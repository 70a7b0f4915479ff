"""Lines of result files, read as `Ok` or `Err`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from mistral_async._codec.error_body import parse_error
from mistral_async._codec.headers import Headers
from mistral_async._codec.open_union import LenientDecodeError, decode
from mistral_async.batch._decoders import Decoders
from mistral_async.batch._errors import BatchRequestError, MissingResultError, ResultsExpiredError
from mistral_async.batch._run import Part, RunRecord, custom_id, parse_custom_id
from mistral_async.bulk import Err, Ok, Result
from mistral_async.errors import MistralError, ResponseValidationError, from_response

if TYPE_CHECKING:
    from mistral_async.batch._batch_run import BatchRun

T = TypeVar("T")

_FIRST_FAILURE: Final = 300  # the first status that is not a success


class _Response(msgspec.Struct):
    status_code: Any = None
    body: msgspec.Raw = msgspec.Raw(b"null")


class _Row(msgspec.Struct):
    response: _Response | None = None
    error: msgspec.Raw = msgspec.Raw(b"null")

    @property
    def status(self) -> int:
        """The status of the response; 200 where it has none."""
        status = self.response.status_code if self.response is not None else 0
        return status if isinstance(status, int) else 200

    @property
    def has_error(self) -> bool:
        return bytes(self.error).strip() not in {b"null", b"", b"{}", b"[]", b'""', b"false"}

    @property
    def is_success(self) -> bool:
        """True if there is an answer: a response that says nothing at all is none."""
        answer = self.response
        if answer is None or (answer.status_code is None and _is_nothing(answer.body)):
            return False
        return self.status < _FIRST_FAILURE and not self.has_error


def _is_nothing(body: msgspec.Raw) -> bool:
    return bytes(body).strip() in {b"null", b""}


class Line(msgspec.Struct, frozen=True):
    """A line of a result file, and the call that it belongs to."""

    index: int
    name: str | None
    text: bytes
    part: int
    """The number of the part whose result it is; -1 - that for one that has none."""


class _Id(msgspec.Struct):
    custom_id: Any = None


def line_of(text: bytes, record: RunRecord, part: Part) -> Line | None:
    """Return a line with the call it belongs to; None if there is no such call, which is then reported as missing."""
    found = _ids_of(text, record.total)
    return None if found is None else Line(*found, text, part.number)


def missing_line(index: int, name: str | None, part: Part) -> Line:
    """Make the line of a request that the API gave no line for."""
    text = msgspec.json.encode({"custom_id": custom_id(index, name)})
    return Line(index, name, text, -1 - part.number)


def name_in(text: bytes, total: int) -> str | None:
    """Return the user's id in a line."""
    found = _ids_of(text, total)
    return None if found is None else found[1]


def _ids_of(text: bytes, total: int) -> tuple[int, str | None] | None:
    try:
        row = decode(text, _Id)
    except (LenientDecodeError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return parse_custom_id(str(row.custom_id), total)


def is_success(text: bytes) -> bool:
    """Return whether a line is that of a request that succeeded."""
    try:
        row: _Row = decode(text, _Row)
    except (LenientDecodeError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return row.is_success


class LineDecoder:
    """Decodes lines to results."""

    def __init__(self, run: BatchRun[Any]) -> None:
        self._run = run
        self._decoders: Decoders[Any] = run.decoders

    def result(self, line: Line) -> Result[Any]:
        """Return the result that a line says. Never raises: what is wrong with it is its result."""
        try:
            if line.part < 0:
                return Err(self._missing_error(-1 - line.part, line), line.index, line.name)
            row = decode(line.text, _Row)
            if not row.is_success or row.response is None:
                return Err(self._request_error(row), line.index, line.name)
            value = self._decoders.decode(line.index, bytes(row.response.body))
        except MistralError as error:
            return Err(error, line.index, line.name)
        except (LenientDecodeError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
            return Err(self._unreadable_error(line, problem), line.index, line.name)
        except Exception as error:  # noqa: BLE001 - a call's `transform` is the user's own code
            return Err(error, line.index, line.name)
        return Ok(value, line.index, getattr(value, "usage", None), line.name)

    def _request_error(self, row: _Row) -> Exception:
        """Make the error of a request that failed."""
        endpoint = self._run.record.endpoint
        answer = row.response
        if answer is not None and row.status >= _FIRST_FAILURE:
            body = bytes(answer.body)
            if _is_nothing(answer.body) and row.has_error:
                body = bytes(row.error)
            return from_response(row.status, Headers(()), body, route=f"batch of {endpoint}")
        text = bytes(row.error)
        detail: Any = msgspec.json.decode(text)
        said = detail if isinstance(detail, str) else parse_error(text).message
        error = BatchRequestError(f"a request of the batch of {endpoint} failed: {said or 'the API does not say why'}")
        error.detail = detail
        return error

    def _missing_error(self, number: int, line: Line) -> Exception:
        job = self._run.monitor.jobs[number]
        expired = number in self._run.expired
        kind = ResultsExpiredError if expired else MissingResultError
        why = "the API has deleted its results" if expired else f"the job ended as {job.status}"
        if messages := "; ".join(each.message for each in job.errors[:3]):
            why += f" ({messages})"
        error = kind(f"there is no result for call {line.index} of batch job {job.id}: {why}")
        error.job_id, error.job_status = job.id, job.status
        return error

    def _unreadable_error(self, line: Line, problem: Exception) -> Exception:
        error = ResponseValidationError(f"the result of call {line.index} of a batch can not be read: {problem}")
        error.body, error.path, error.status = line.text, getattr(problem, "path", "$"), 200
        error.may_have_executed = True
        return error
