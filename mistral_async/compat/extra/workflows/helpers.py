"""The namespace of a workspace, as the official SDK asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async.compat._official import names
from mistral_async.compat.errors import OfficialErrors
from mistral_async.models import WorkerInfo

if TYPE_CHECKING:
    from mistral_async.compat._client import Mistral

__all__ = ["WorkerInfo", "get_scheduler_namespace"]


async def get_scheduler_namespace(client: Mistral, *, server_url: str | None = None) -> str:
    """Return the namespace of the workspace that the key is of."""
    with OfficialErrors():
        return (await client.client(server_url).workflows.workers.get_scheduler_namespace()).namespace


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
