"""The lines of a batch, and what became of each request, as the official SDK has them. Nothing here does I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from mistral_async._codec.json_decode import decode_json
from mistral_async._codec.json_encode import encode
from mistral_async._codec.json_types import is_object
from mistral_async._codec.plain import plain_argument
from mistral_async.models import BatchRequest

Body = TypeVar("Body")
Answer = TypeVar("Answer")

# Rule 1: What a line says is one of three: an answer, a `BatchRequestError` (the API refused the request), or a
#   `BatchResponseError` (its answer is not of the type). A line that can not be read ends nothing: it is a
#   `BatchResponseError` without an id, with the line as its body.
# Rule 2: An id stands once in all files of a job. Where it stands twice, that is an error: one of them would be lost.


class BatchInput(Generic[Body]):
    """The requests of a batch, a line each."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    @classmethod
    def from_payload(cls, payload: Mapping[str, Body]) -> BatchInput[Body]:
        """Write the bodies of requests by their ids."""
        lines = [encode({"custom_id": name, "body": plain_argument(body)}) for name, body in payload.items()]
        return cls(b"\n".join(lines))

    @classmethod
    def from_jsonl_bytes(cls, raw: bytes) -> BatchInput[Body]:
        """Take lines that are written."""
        return cls(raw)

    @classmethod
    def from_jsonl_str(cls, raw: str) -> BatchInput[Body]:
        """Take lines that are written."""
        return cls(raw.encode())

    def to_jsonl_bytes(self) -> bytes:
        """Return the lines."""
        return self._raw

    def to_requests(self) -> list[BatchRequest]:
        """Return the requests, for a job without a file."""
        requests: list[Any] = [decode_json(line) for line in _lines(self._raw)]
        return [BatchRequest(custom_id=each.get("custom_id"), body=each["body"]) for each in requests]

    def __len__(self) -> int:
        return sum(1 for _ in _lines(self._raw))


@dataclass(frozen=True)
class BatchInputFile(Generic[Body]):
    """An uploaded file of requests, by its id."""

    file_id: Any


@dataclass(frozen=True)
class BatchRequestError:
    """A request that the API refused."""

    custom_id: str | None
    status_code: int | None
    error: Any


@dataclass(frozen=True)
class BatchResponseError:
    """An answer that is not of the type; `body` has it as it came."""

    custom_id: str | None
    status_code: int | None
    body: Any
    error: Exception


AnyError: TypeAlias = BatchRequestError | BatchResponseError


class _Response(msgspec.Struct):
    """An answer in a line."""

    status_code: int | None = None
    body: Any = None


class _Line(msgspec.Struct):
    """A line of a file of answers or errors."""

    custom_id: str | None = None
    response: _Response | None = None
    error: Any = None


class BatchError(Exception):
    """Ids without an answer, in `failures` with what became of them; None for one that is in no file."""

    def __init__(self, failures: dict[str, AnyError | None]) -> None:
        self.failures = failures
        told = ", ".join(f"{name!r}: {error or 'missing from output'}" for name, error in failures.items())
        super().__init__(f"batch output has no successful result for {told}")


@dataclass(frozen=True)
class BatchOutput(Generic[Answer]):
    """The answers of a file by their ids, and its errors."""

    responses: dict[str, Answer]
    request_errors: list[BatchRequestError]
    response_errors: list[BatchResponseError]

    @classmethod
    def from_jsonl_bytes(cls, raw: bytes, response_body_type: type[Answer]) -> BatchOutput[Answer]:
        """Read the lines of a file."""
        made = cls({}, [], [])
        for name, found in outcomes(raw, response_body_type):
            made.add(name, found)
        return made

    def add(self, name: str | None, found: Any) -> None:
        """Add what became of a request."""
        match found:
            case BatchRequestError():
                self.request_errors.append(found)
            case BatchResponseError():
                self.response_errors.append(found)
            case _ if name is None:
                self.response_errors.append(
                    BatchResponseError(None, None, found, ValueError("response missing custom_id"))
                )
            case _:
                _put(self.responses, name, found)

    def errors_by_id(self) -> dict[str, AnyError]:
        """Return the errors that have an id."""
        made: dict[str, AnyError] = {}
        found: list[AnyError] = [*self.request_errors, *self.response_errors]
        for each in found:
            if each.custom_id is not None:
                _put(made, each.custom_id, each)
        return made

    def results(self) -> dict[str, Answer | AnyError]:
        """Return what became of each request, by its id."""
        made: dict[str, Answer | AnyError] = dict(self.responses)
        for name, error in self.errors_by_id().items():
            _put(made, name, error)
        return made

    def ordered(self, custom_ids: Iterable[str]) -> list[Answer]:
        """Return the answers in the order of these ids; a `BatchError` names those without one."""
        names = list(custom_ids)
        errors = self.errors_by_id()
        failures = {name: errors.get(name) for name in names if name not in self.responses}
        if failures:
            raise BatchError(failures)
        return [self.responses[name] for name in names]

    def joined(self, other: BatchOutput[Answer] | None) -> BatchOutput[Answer]:
        """Return the answers and errors of two files."""
        if other is None:
            return self
        responses = dict(self.responses)
        for name, answer in other.responses.items():
            _put(responses, name, answer)
        return BatchOutput(
            responses,
            [*self.request_errors, *other.request_errors],
            [*self.response_errors, *other.response_errors],
        )


def outcomes(raw: bytes, response_body_type: Any) -> Iterator[tuple[str | None, Any]]:
    """Yield the id of each request, and what became of it (rule 1)."""
    return (_outcome(line, response_body_type) for line in _lines(raw))


def _lines(raw: bytes) -> Iterator[bytes]:
    """Yield the lines that are not empty."""
    return (line for line in raw.split(b"\n") if line.strip())


def _outcome(raw: bytes, response_body_type: Any) -> tuple[str | None, Any]:
    try:
        line = msgspec.convert(decode_json(raw), _Line)
    except (ValueError, RecursionError) as problem:
        return None, BatchResponseError(None, None, raw, problem)
    name, response, error = line.custom_id, line.response or _Response(), line.error
    status = response.status_code
    if error is not None or (status is not None and status >= 400):  # noqa: PLR2004 - the first status of errors
        return name, BatchRequestError(name, status, error)
    try:
        _check_has_some(response.body, response_body_type)
        return name, response_body_type.model_validate(response.body)
    except (ValueError, TypeError) as problem:
        return name, BatchResponseError(name, status, response.body, problem)


def _check_has_some(body: object, kind: Any) -> None:
    """Refuse a body with none of the fields that an answer of its type always has; our models read any object."""
    always: frozenset[str] = kind.always_sent() if hasattr(kind, "always_sent") else frozenset()
    if always and is_object(body) and always.isdisjoint(body):
        raise ValueError(f"no {kind.__name__}: it has none of {', '.join(sorted(always))}")


def _put(into: dict[str, Any], name: str, found: Any) -> None:
    """Add what became of a request (rule 2)."""
    if name in into:
        raise AssertionError(f"duplicate custom_id in batch output: {name!r}")
    into[name] = found
