"""Collections of observability: errors have codes such as `JUDGE_NOT_FOUND`, and owners are this server's user."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from mistral_async.testing._errors import FakeAPIError, observability_error
from mistral_async.testing._handlers.admin._organization import WORKSPACE
from mistral_async.testing._handlers.libraries import USER

OWNED = {"owner_id": USER, "workspace_id": WORKSPACE}
CREATED = {"creator_id": USER, "workspace_id": WORKSPACE}
_ENDS = {HTTPStatus.NOT_FOUND: "NOT_FOUND", HTTPStatus.CONFLICT: "NAME_ALREADY_EXISTS"}


def error_of(kind: str) -> Callable[[int, str], FakeAPIError]:
    """Return what makes the errors of a kind, such as `JUDGE`."""
    return lambda status, message: observability_error(status, message, f"{kind}_{_ENDS[HTTPStatus(status)]}")


def missing(kind: str, name: str) -> FakeAPIError:
    """Return the 404 for what is not there."""
    return error_of(kind)(HTTPStatus.NOT_FOUND, f"{kind.capitalize().replace('_', ' ')} {name} was not found.")


def slug_of(name: str) -> str:
    """Return the name as it is in addresses."""
    return "-".join(name.lower().split())
