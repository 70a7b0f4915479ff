"""Encoding for a client, as the official SDK sets it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async.compat._official import names
from mistral_async.compat.extra.workflows.encoding._own import encoding_of
from mistral_async.compat.extra.workflows.helpers import get_scheduler_namespace
from mistral_async.payloads._operations import two_part_id as generate_two_part_id

if TYPE_CHECKING:
    from mistral_async.compat._client import Mistral
    from mistral_async.compat.extra.workflows.encoding.config import WorkflowEncodingConfig

__all__ = ["configure_workflow_encoding", "generate_two_part_id"]


async def configure_workflow_encoding(
    config: WorkflowEncodingConfig, *, client: Mistral, namespace: str | None = None
) -> None:
    """Encode the payloads of workflows of a client from now on; its namespace is asked for if it is not given."""
    client.encode_workflows(encoding_of(config, namespace or await get_scheduler_namespace(client)))


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
