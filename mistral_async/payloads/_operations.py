"""The operations of workflows that carry payloads: which of a request, and which of its answer. No I/O."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias
from urllib.parse import unquote

import msgspec

from mistral_async._engine.request import Request

# Rule 1: An operation is known by its method and its path, however the request was made: an endpoint of this package,
#   `request`, or a path that is written out.
# Rule 2: An execution that is given no id gets one, since blobs are kept by the execution.

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
    path = list(_segments(request.path))
    for each in _OPERATIONS:
        route = list(_segments(each.route))
        if each.method == request.method and len(route) == len(path):
            pairs = list(zip(route, path, strict=True))
            if all(wanted in ("{}", given) for wanted, given in pairs):
                return each, next((given for wanted, given in pairs if wanted == "{}"), "")
    return None


def _segments(path: str) -> Iterator[str]:
    return (unquote(each) for each in path.split("/") if each)


def two_part_id(first: str | None = None, second: str | None = None) -> str:
    """Return an id for an execution: 64 hexadecimal digits, of which each half is of its seed, or random."""
    seeds = (first or uuid.uuid4().hex, second or uuid.uuid4().hex)
    return "".join(uuid.uuid5(uuid.NAMESPACE_DNS, seed).hex for seed in seeds)
