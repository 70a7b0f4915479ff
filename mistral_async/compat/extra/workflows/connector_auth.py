"""Executions whose connectors ask for a sign-in, as the official SDK names them."""

from __future__ import annotations

import asyncio  # noqa: F401 # pyright: ignore[reportUnusedImport] - tests replace its `sleep` by this name
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from mistral_async.compat._official import names
from mistral_async.compat.errors import OfficialErrors
from mistral_async.models import (
    ConnectorAuthTaskState,
    ConnectorSlot,
    WorkflowExecutionResponse,
    WorkflowExtensions,
)

if TYPE_CHECKING:
    from mistral_async._codec.json_types import JSON
    from mistral_async.compat._client import Mistral

__all__ = ["ConnectorAuthTaskState", "execute_with_connector_auth_async"]

_SHORTEST = 0.001  # seconds between two questions, where 0 is given


async def execute_with_connector_auth_async(
    client: Mistral,
    workflow_identifier: str,
    input_data: JSON = None,
    *,
    on_auth_required: Callable[[ConnectorAuthTaskState], Awaitable[None]] | None = None,
    execution_id: str | None = None,
    task_queue: str | None = None,
    deployment_name: str | None = None,
    connectors: Sequence[ConnectorSlot] = (),
    polling_interval: float = 2,
    max_polling_attempts: int | None = None,
) -> WorkflowExecutionResponse:
    """Start an execution with connectors, tell of the sign-ins that they need, and wait for its end."""
    workflows: Any = client.workflows
    started = await workflows.execute_workflow_async(
        workflow_identifier,
        input=input_data,
        execution_id=execution_id,
        task_queue=task_queue,
        deployment_name=deployment_name,
        **({"extensions": WorkflowExtensions.from_connectors(connectors)} if connectors else {}),
    )
    sign_in, interval = on_auth_required or _ignore, max(polling_interval, _SHORTEST)
    native: Any = client._clients.client().workflows  # noqa: SLF001 - one client, in another form
    with OfficialErrors():
        ended: WorkflowExecutionResponse = await native._follow(  # noqa: SLF001 - the same
            started.execution_id, sign_in, interval, max_polling_attempts, whole=True
        )
    return ended


def _ignore(state: ConnectorAuthTaskState) -> None:
    """Leave the sign-in to the user, who may know of it."""


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
