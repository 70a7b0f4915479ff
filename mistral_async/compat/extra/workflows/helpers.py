"""The namespace of a workspace, as the official SDK asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_async.compat._official import names
from mistral_async.models import WorkerInfo

if TYPE_CHECKING:
    from mistral_async.compat._client import Mistral

__all__ = ["WorkerInfo", "get_scheduler_namespace"]


async def get_scheduler_namespace(client: Mistral, **options: Any) -> str:
    """Return the namespace of the workspace that the key is of; the options are those of every call."""
    workflows: Any = client.workflows
    worker: WorkerInfo = await workflows.workers.get_scheduler_namespace_async(**options)
    return worker.namespace


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
