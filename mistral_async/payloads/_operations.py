"""The operations of workflows that carry payloads: which of a request, and which of its answer. No I/O."""

from __future__ import annotations

import uuid
from typing import Final, Literal, TypeAlias
from urllib.parse import unquote

import msgspec

from mistral_async._engine.request import Request
from mistral_async.errors import PayloadError

# Rule 1: An operation is known by its method and its path, however the request was made: an endpoint of this package,
#   `request`, or a path that is written out.
# Rule 2: A path that leads elsewhere on its way (`.` and `..`, encoded or not) is refused where it may be that of an
#   operation: who sends or receives it may resolve it. A slash may be encoded, doubled or a backslash.
# Rule 3: An execution that is given no id gets one, since blobs are kept by the execution.

Sent: TypeAlias = Literal["", "execution", "message", "schedule", "change"]
Answered: TypeAlias = Literal["", "result", "schedule", "schedules", "events", "event"]


class Operation(msgspec.Struct, frozen=True):
    """An operation, and the parts of it that are encoded."""

    method: str
    route: str
    sent: Sent = ""
    answered: Answered = ""


_OPERATIONS: Final = (
    Operation("POST", "/v1/workflows/{}/execute", "execution", "result"),
    Operation("POST", "/v1/workflows/registrations/{}/execute", "execution", "result"),
    Operation("POST", "/v1/workflows/executions/{}/signals", "message"),
    Operation("POST", "/v1/workflows/executions/{}/queries", "message", "result"),
    Operation("POST", "/v1/workflows/executions/{}/updates", "message", "result"),
    Operation("GET", "/v1/workflows/executions/{}", "", "result"),
    Operation("GET", "/v1/workflows/executions/{}/stream", "", "event"),
    Operation("GET", "/v1/workflows/events/list", "", "events"),
    Operation("GET", "/v1/workflows/events/stream", "", "event"),
    Operation("POST", "/v1/workflows/schedules", "schedule"),
    Operation("PATCH", "/v1/workflows/schedules/{}", "change"),
    Operation("GET", "/v1/workflows/schedules", "", "schedules"),
    Operation("GET", "/v1/workflows/schedules/{}", "", "schedule"),
)
_BY_ROUTE: Final = {(each.method, each.route): each for each in _OPERATIONS}


def operation_of(request: Request) -> tuple[Operation, str] | None:
    """Return the operation of a request, and the id in its path, "" where there is none (rule 1)."""
    if (known := _BY_ROUTE.get((request.method, request.route))) is not None:
        return known, request.ids[0] if request.ids else ""
    if "workflows" not in unquote(request.path):
        return None
    written, decoded = _segments(request.path)
    if {".", ".."}.intersection(decoded):
        raise PayloadError("a path of workflows has no segments `.` and `..` where payloads are encoded")
    for path in (written, decoded):
        for each in _OPERATIONS:
            if each.method == request.method and (ids := _match(each.route.split("/")[1:], path)) is not None:
                return each, "".join(ids)
    return None


def _segments(path: str) -> tuple[list[str], list[str]]:
    """Return the segments of a path, split before it is decoded, and after (rule 2)."""
    path = path.partition("?")[0].partition("#")[0]
    decoded = unquote(path).replace("\\", "/")
    return [unquote(each) for each in path.split("/") if each], [each for each in decoded.split("/") if each]


def _match(route: list[str], path: list[str]) -> list[str] | None:
    """Return the ids of a path, none or one; None where it is not of that route."""
    if len(route) != len(path) or any(wanted not in {"{}", given} for wanted, given in zip(route, path, strict=True)):
        return None
    return [given for wanted, given in zip(route, path, strict=True) if wanted == "{}"]


def two_part_id(first: str | None = None, second: str | None = None) -> str:
    """Return an id for an execution: 64 hexadecimal digits, of which each half is of its seed, or random."""
    seeds = (first or uuid.uuid4().hex, second or uuid.uuid4().hex)
    return "".join(uuid.uuid5(uuid.NAMESPACE_DNS, seed).hex for seed in seeds)
